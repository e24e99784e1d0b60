//! Markdown with regions: what stands around them stays to the byte, and a second time changes nothing.

use podviz::output::markers::Marked;

/// What is put into regions: prose, code that is longer than the code around it, what looks like a marker.
const CONTENTS: [&str; 6] = [
    "a paragraph",
    "| a | b |\n| --- | --- |\n| `x` | y |",
    "````text\n<!-- podviz:end -->\n````",
    "",
    "- item\n\n  <details>\n\n  more",
    "<!-- podviz:end -->",
];

/// Fills the regions of a text, and looks at what is around them.
pub fn check(text: &str) {
    let Ok(marked) = Marked::read(text) else { return };
    for first in 0..CONTENTS.len() {
        let contents: Vec<String> = (0..marked.regions().len())
            .map(|at| CONTENTS[(first + at) % CONTENTS.len()].to_owned())
            .collect();
        let Some(filled) = marked.filled(&contents) else { continue };
        let again = Marked::read(&filled).expect("the markers of a filled text belong together");
        assert_eq!(pieces(&again, &filled, &contents), around(&marked, text, &again, &filled, &contents));
        assert_eq!(
            again.filled(&contents).as_deref(),
            Some(filled.as_str()),
            "a second time changes {text:?}"
        );
    }
}

/// The pieces between the regions of a filled text, each from the line that ends one to the line that begins the next.
fn pieces<'a>(marked: &Marked, filled: &'a str, contents: &[String]) -> Vec<Vec<&'a str>> {
    let lines = lines(filled);
    let (mut pieces, mut from) = (Vec::new(), 0);
    for (region, content) in marked.regions().iter().zip(contents) {
        let begin = region.line as usize;
        pieces.push(lines[from..begin].to_vec());
        // An empty line, the content, an empty line.
        from = begin + content.lines().count() + 2;
    }
    pieces.push(lines[from..].to_vec());
    pieces
}

/// The same pieces of the text as it was: each ends where a region begins, and is as long as it is now.
fn around<'a>(
    marked: &Marked,
    text: &'a str,
    again: &Marked,
    filled: &str,
    contents: &[String],
) -> Vec<Vec<&'a str>> {
    let lines = lines(text);
    let lengths = pieces(again, filled, contents).into_iter().map(|piece| piece.len());
    let ends = marked.regions().iter().map(|region| region.line as usize).chain([lines.len()]);
    lengths.zip(ends).map(|(length, end)| lines[end - length..end].to_vec()).collect()
}

/// The lines of a text with their ends, as CommonMark knows them: a carriage return alone ends one, too.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\r']) {
        let end = if rest[at..].starts_with("\r\n") { at + 2 } else { at + 1 };
        lines.push(&rest[..end]);
        rest = &rest[end..];
    }
    lines.extend((!rest.is_empty()).then_some(rest));
    lines
}

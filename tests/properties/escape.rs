//! Every escaper is decoded again, as the program that shows its target does.

use podviz::escape::{Dialect, Markdown};
use podviz::escape::{dot, href, html, markdown, mermaid, quoted, terminal, visible, visible_json, xml};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;

/// Puts the text into every target, and looks at what is shown there.
pub fn check(raw: &str) {
    let once = visible(raw).into_owned();
    assert!(matches!(visible(&once), Cow::Borrowed(_)), "{raw:?} is not visible at once");
    for text in [html(raw).to_string(), xml(raw).to_string()] {
        assert!(!text.contains(['<', '>', '"', '\'']), "{text:?}");
        assert_eq!(decoded_html(&text), once);
    }
    check_mermaid(raw);
    check_prose(raw);
    check_code(raw);
    check_cells(raw);
    check_fence(raw, markdown::block("text", raw).as_str());
    let dialects =
        [Dialect::Core, Dialect::Gitlab, Dialect::Docusaurus, Dialect::Hugo, Dialect::Preprocessed];
    for dialect in dialects {
        let shown: String = serde_json::from_str(dialect.quoted(raw).as_str()).expect("a string of JSON");
        assert_eq!(shown.replace('\u{2060}', ""), once, "{dialect:?}");
    }
    check_link(raw);
    let line = terminal(raw).to_string();
    assert!(!line.chars().any(char::is_control) && matches!(visible(&line), Cow::Borrowed(_)), "{line:?}");
    assert_eq!(serde_json::from_str::<String>(quoted(raw).as_str()).expect("a string of JSON"), once);
    let inside = dot(raw).to_string();
    assert_eq!(decoded_dot(&inside), once);
    let value = serde_json::json!({ raw: [raw] });
    assert_eq!(visible_json(value), serde_json::json!({ once.as_str(): [once] }));
}

fn decoded_html(text: &str) -> String {
    let parts =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#10;", "\n"), ("&#9;", "\t")];
    parts.iter().fold(text.to_owned(), |text, (code, c)| text.replace(code, c)).replace("&amp;", "&")
}

/// Decodes a quoted string of Graphviz.
fn decoded_dot(text: &str) -> String {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).expect("quotes");
    let (mut decoded, mut chars) = (String::new(), inside.chars());
    while let Some(c) = chars.next() {
        match c {
            '"' => panic!("{text:?} ends early"),
            '\\' => decoded.push(match chars.next().expect("something is escaped") {
                'n' => '\n',
                c => c,
            }),
            c => decoded.push(c),
        }
    }
    decoded
}

/// Decodes `#NN;` codes and line breaks as Mermaid does.
fn decoded_mermaid(text: &str) -> String {
    let mut decoded = String::new();
    let text = text.replace("<br/>", "\n");
    let mut rest = text.as_str();
    while let Some(start) = rest.find('#') {
        let end = rest.find(';').expect("a code ends");
        decoded.push_str(&rest[..start]);
        decoded.push(char::from_u32(rest[start + 1..end].parse().expect("a number")).expect("a character"));
        rest = &rest[end + 1..];
    }
    // What breaks up marks is not seen, and no visible text holds it.
    (decoded + rest).replace('\u{200b}', "")
}

fn check_mermaid(raw: &str) {
    let lines: Vec<String> =
        visible(raw).split('\n').map(|line| line.replace('\t', " ").trim().to_owned()).collect();
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let expected = if lines.is_empty() { "\u{a0}".to_owned() } else { lines.join("\n") };
    assert_eq!(decoded_mermaid(mermaid::label(raw).as_str()), expected);
    assert_eq!(decoded_mermaid(mermaid::message(raw).as_str()), expected);
    assert_eq!(decoded_mermaid(mermaid::title(raw).as_str()), expected.replace('\n', " "));
    let frame = mermaid::frame(raw).to_string();
    let is_syntax = |c| "#;:<>&%\\$\nﬂ¶".contains(c);
    assert!(!frame.is_empty() && !frame.contains(is_syntax), "{frame:?}");
}

/// What Markdown shows for `source`, which must be one paragraph of plain text and code spans.
fn shown(source: &str) -> (String, Vec<&'static str>) {
    let (mut text, mut kinds) = (String::new(), Vec::new());
    let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
    for event in Parser::new_ext(source, options) {
        match event {
            Event::Start(Tag::Paragraph) => kinds.push("paragraph"),
            Event::End(TagEnd::Paragraph) => {}
            Event::Text(part) => text.push_str(&part),
            Event::Code(part) => {
                kinds.push("code");
                text.push_str(&part);
            }
            Event::InlineHtml(tag) if &*tag == "<code>" => kinds.push("code"),
            Event::InlineHtml(tag) if &*tag == "</code>" => {}
            other => panic!("{source:?} holds {other:?}"),
        }
    }
    (text.replace('\u{2060}', ""), kinds)
}

fn squeezed(text: &str) -> String {
    text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn check_prose(raw: &str) {
    let expected = squeezed(&visible(raw));
    let (text, kinds) = shown(markdown::text(raw).as_str());
    assert_eq!(text, expected, "{raw:?}");
    assert_eq!(kinds, if expected.is_empty() { vec![] } else { vec!["paragraph"] }, "{raw:?}");
}

fn check_code(raw: &str) {
    let expected = visible(raw).replace(['\n', '\t'], " ");
    let (text, kinds) = shown(&format!("a {} b", markdown::code(raw)));
    let expected = if expected.is_empty() { " ".to_owned() } else { expected };
    assert_eq!(text, format!("a {expected} b"), "{raw:?}");
    assert_eq!(kinds, ["paragraph", "code"], "{raw:?}");
}

/// The cells of a table whose second cell is `cell`.
fn cells(cell: &Markdown) -> Vec<String> {
    let source = format!("| a | b |\n| --- | --- |\n| x | {cell} |\n");
    let mut cells = Vec::new();
    for event in Parser::new_ext(&source, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::TableCell) => cells.push(String::new()),
            Event::Text(part) | Event::Code(part) => cells.last_mut().expect("a cell").push_str(&part),
            Event::InlineHtml(tag) => assert!(["<code>", "</code>"].contains(&&*tag), "{source:?}"),
            _ => {}
        }
    }
    cells
}

fn check_cells(raw: &str) {
    let expected = squeezed(&visible(raw));
    let found = cells(&markdown::cell(raw));
    assert_eq!(found.len(), 4, "{raw:?}");
    assert_eq!(found[3].replace('\u{2060}', ""), expected, "{raw:?}");
    let found = cells(&markdown::cell_code(raw));
    assert_eq!(found.len(), 4, "{raw:?}");
    assert_eq!(squeezed(&found[3]), expected, "{raw:?}");
}

fn check_fence(raw: &str, source: &str) {
    let mut text = String::new();
    for event in Parser::new_ext(source, Options::all()) {
        match event {
            Event::Text(part) => text.push_str(&part),
            Event::Start(Tag::CodeBlock(_)) | Event::End(TagEnd::CodeBlock) => {}
            other => panic!("{source:?} holds {other:?}"),
        }
    }
    assert_eq!(text.trim_end_matches('\n'), visible(raw).trim_end_matches('\n'), "{source:?}");
}

fn check_link(raw: &str) {
    let Some(link) = href(raw) else { return };
    let stays = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@&+,=!%[]".contains(c);
    assert!(link.as_str().chars().all(stays), "{link}");
    let scheme = link.as_str().split_once(':').map(|(scheme, _)| scheme.to_lowercase());
    let is_foreign =
        |scheme: &str| !scheme.contains(['/', '?', '#']) && !["http", "https", "mailto"].contains(&scheme);
    assert!(!scheme.as_deref().is_some_and(is_foreign), "{link}");
    assert_eq!(href(link.as_str()), Some(link.clone()), "{raw:?}");
}

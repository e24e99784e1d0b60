//! How wide text is and where it breaks, without a font: a table of Arial's widths and a margin.

/// A size and a weight of the diagram's font.
#[derive(Clone, Copy, Debug)]
pub(super) struct Font {
    /// Pixels.
    pub(super) size: f64,
    /// Whether it is bold.
    pub(super) bold: bool,
}

/// Names of nodes.
pub(super) const LABEL: Font = Font { size: 13.0, bold: true };
/// What a node is.
pub(super) const NOTE: Font = Font { size: 11.0, bold: false };
/// Verbs on arrows.
pub(super) const VERB: Font = Font { size: 11.0, bold: false };
/// Titles of groups.
pub(super) const TITLE: Font = Font { size: 12.0, bold: true };
/// Messages and notes of a sequence.
pub(super) const SPEECH: Font = Font { size: 12.0, bold: false };

/// Fonts differ and browsers hint: this much more than the table says.
const MARGIN: f64 = 1.06;

/// Longer texts are cut before anything is measured; no box could show them.
const LONGEST: usize = 600;

/// Widths of the characters from space to tilde, in thousandths of the font's size.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
    556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
    556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

/// The width of `text` in pixels.
pub(super) fn width(text: &str, font: Font) -> f64 {
    text.chars().map(|c| advance(c, font)).sum()
}

/// The width in pixels of the longest piece of `raw` that [`wrap`] would not break on its own accord.
pub(super) fn longest_word(raw: &str, font: Font) -> f64 {
    let text = shown(raw);
    let pieces = text.split_inclusive(|c: char| c == ' ' || separates(c));
    pieces.map(|piece| width(piece.trim_end(), font)).fold(0.0, f64::max)
}

fn advance(c: char, font: Font) -> f64 {
    let table = if font.bold { &BOLD } else { &REGULAR };
    let thousandths = match c {
        ' '..='~' => table[c as usize - 32],
        '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{2026}' => 1000,
        '\u{a0}'..='\u{24f}' => 667,
        '\u{370}'..='\u{5ff}' => 740,
        '\u{600}'..='\u{10ff}' => 700,
        '\u{2190}'..='\u{21ff}' | '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{ffdc}' => 1000,
        '\u{2000}'..='\u{206f}' => 560,
        '\u{12000}'..='\u{12fff}' => 2200,
        '\u{10000}'.. => 1370,
        _ => 1050,
    };
    f64::from(thousandths) * font.size * MARGIN / 1000.0
}

/// `raw` as it is shown, on one line: what the escaper makes visible is visible here too, so that it is measured.
pub(super) fn shown(raw: &str) -> String {
    let mut shown = String::with_capacity(raw.len());
    for c in raw.chars().take(LONGEST) {
        match c {
            '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => shown.push(' '),
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' => shown.push_str(&format!("<U+{:04X}>", c as u32)),
            _ => shown.push(c),
        }
    }
    if raw.chars().nth(LONGEST).is_some() {
        shown.push('\u{2026}');
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text in lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lines {
    /// Each line, as it is shown.
    pub(super) lines: Vec<String>,
    /// The width of the widest.
    pub(super) width: f64,
    /// Whether something is missing at the end.
    pub(super) cut: bool,
}

/// `raw` in at most `most` lines that are at most `limit` pixels wide, about equally long, with an ellipsis where
/// that is not enough. Names break after their separators.
pub(super) fn wrap(raw: &str, font: Font, limit: f64, most: usize) -> Lines {
    let text = shown(raw);
    let (mut lines, cut) = fill(&text, font, limit, most);
    // The same number of lines in less room reads better than one long line and a crumb.
    if !cut && lines.len() > 1 {
        let mut narrow = limit;
        while narrow > limit * 0.4 {
            narrow -= limit * 0.06;
            let (tighter, cut) = fill(&text, font, narrow, lines.len());
            let is_wider = tighter.iter().any(|line| width(line, font) > narrow);
            if cut || is_wider || torn(&text, &tighter) > torn(&text, &lines) {
                break;
            }
            lines = tighter;
        }
    }
    let width = lines.iter().map(|line| width(line, font)).fold(0.0, f64::max);
    Lines { lines, width, cut: cut || raw.chars().nth(LONGEST).is_some() }
}

/// How many of the line breaks are inside of a word.
fn torn(text: &str, lines: &[String]) -> usize {
    let mut rest = text;
    let mut torn = 0;
    for line in lines {
        rest = rest.trim_start().strip_prefix(line.as_str()).unwrap_or_default();
        let is_word = !line.ends_with(separates) && !rest.is_empty() && !rest.starts_with(' ');
        torn += usize::from(is_word);
    }
    torn
}

fn separates(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | ':' | '_' | '@' | '=' | ',')
}

fn fill(text: &str, font: Font, limit: f64, most: usize) -> (Vec<String>, bool) {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .char_indices()
            .find(|&(_, c)| separates(c) || c == ' ')
            .map_or(rest.len(), |(index, c)| index + c.len_utf8());
        let (mut piece, mut after) = rest.split_at(end);
        if used + width(piece.trim_end(), font) > limit && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0.0;
        }
        if width(piece.trim_end(), font) > limit {
            let mut room = limit;
            let fits = piece
                .char_indices()
                .find(|&(index, c)| {
                    room -= advance(c, font);
                    room < 0.0 && index > 0
                })
                .map_or(piece.len(), |(index, _)| index);
            (piece, after) = rest.split_at(fits);
        }
        line.push_str(piece);
        used += width(piece, font);
        rest = after;
        if lines.len() == most {
            break;
        }
    }
    if !line.is_empty() && lines.len() < most {
        lines.push(std::mem::take(&mut line).trim_end().to_owned());
    }
    let cut = !line.is_empty() || !rest.is_empty();
    if cut && let Some(last) = lines.last_mut() {
        while !last.is_empty() && width(last, font) + advance('\u{2026}', font) > limit {
            last.pop();
        }
        last.push('\u{2026}');
    }
    (lines, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_break_after_separators_and_end_in_an_ellipsis() {
        let wrapped = wrap("payment-gateway-callback-worker-production-europe-west", LABEL, 160.0, 3);
        assert!(wrapped.lines[0].ends_with('-'), "{wrapped:?}");
        assert!(!wrapped.cut && wrapped.width <= 160.0);
        let long = wrap(&"a-very-long-name.".repeat(20), LABEL, 160.0, 3);
        assert!(
            long.cut && long.lines.len() == 3 && long.lines[2].ends_with('\u{2026}') && long.width <= 160.0
        );
    }

    #[test]
    fn lines_of_about_one_length_tear_no_word() {
        for limit in [90.0, 95.0, 100.0, 105.0, 110.0, 115.0, 120.0] {
            assert_eq!(
                wrap("Kubernetes cluster", LABEL, limit, 3).lines,
                ["Kubernetes", "cluster"],
                "{limit}"
            );
        }
    }

    #[test]
    fn short_text_stays_on_one_line_and_nothing_gives_nothing() {
        assert_eq!(wrap("web", LABEL, 160.0, 3).lines, ["web"]);
        assert_eq!(wrap("", LABEL, 160.0, 3).lines, Vec::<String>::new());
    }

    #[test]
    fn invisible_characters_are_measured_as_they_are_shown() {
        assert_eq!(shown("a\u{202e}b\nc"), "a<U+202E>b c");
    }
}

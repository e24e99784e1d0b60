//! What a project says about itself: the first paragraph of the `README.md` in the folder that is read.

use super::redact::redact_text;
use std::fs;
use std::path::PathBuf;

/// A larger file is no introduction.
const MOST_BYTES: u64 = 256 * 1024;

/// A longer paragraph is cut at the end of a sentence.
const MOST_CHARACTERS: usize = 700;

/// A shorter one is a slogan.
const FEWEST_WORDS: usize = 5;

/// The first paragraph of the `README.md` of the only folder among the inputs, without secrets, as Markdown; `None` where
/// there is none.
pub fn readme(inputs: &[PathBuf]) -> Option<String> {
    let [folder] = inputs else { return None };
    let path = folder.join("README.md");
    // A link may lead anywhere.
    let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
    let text = if metadata.len() <= MOST_BYTES { fs::read_to_string(&path).ok()? } else { return None };
    let paragraph = first_paragraph(&text)?;
    Some(redact_text(&paragraph, true).unwrap_or(paragraph))
}

/// The first block of Markdown that is sentences: no heading, badge, picture, list, table, quotation, code or HTML.
fn first_paragraph(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let text = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(&*text, |(_, rest)| rest);
    let mut is_code = false;
    for block in text.split("\n\n") {
        let fences = block.lines().filter(|line| line.trim_start().starts_with("```")).count();
        let was_code = is_code;
        is_code ^= fences % 2 == 1;
        let lines: Vec<&str> = block.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        let is_heading =
            lines.iter().skip(1).any(|line| !line.is_empty() && line.chars().all(|c| matches!(c, '=' | '-')));
        let paragraph = lines.join("\n").trim().to_owned();
        let starts = paragraph.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '`' | '_'))
            || paragraph.starts_with("**")
            || (paragraph.starts_with('[') && !paragraph.starts_with("[!"));
        let is_sentence =
            paragraph.split_whitespace().count() >= FEWEST_WORDS && paragraph.contains(['.', ':', ',']);
        if !was_code
            && fences == 0
            && !paragraph.contains("![")
            && starts
            && is_sentence
            && !is_heading
            && !is_list(&paragraph)
        {
            return Some(shortened(paragraph));
        }
    }
    None
}

/// Whether it begins with the number of a list's item.
fn is_list(paragraph: &str) -> bool {
    let rest = paragraph.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < paragraph.len() && rest.starts_with(['.', ')'])
}

fn shortened(paragraph: String) -> String {
    let Some((end, _)) = paragraph.char_indices().nth(MOST_CHARACTERS) else { return paragraph };
    let cut = paragraph[..end].rfind(". ").map_or(end, |dot| dot + 1);
    paragraph[..cut].to_owned()
}

#[cfg(test)]
mod tests {
    use super::first_paragraph;

    #[test]
    fn badges_headings_and_lists_are_no_introduction() {
        let text = "# Shop\n\n[![Build](https://x.example/b.svg)](https://x.example)\n\n<p>Logo</p>\n\n1. One, two, three, four, five.\n\n\
                    ```\nnot this, it is code, really.\n```\n\nA shop for tea, with a cart and a checkout.\nIt runs anywhere.\n\nMore.";
        let expected = "A shop for tea, with a cart and a checkout.\nIt runs anywhere.";
        assert_eq!(first_paragraph(text).as_deref(), Some(expected));
    }

    #[test]
    fn a_heading_above_the_first_sentence_is_left_out() {
        let text = "---\ntitle: x\n---\n# Shop\nA shop for tea, with a cart and a checkout.\n";
        assert_eq!(first_paragraph(text).as_deref(), Some("A shop for tea, with a cart and a checkout."));
        assert_eq!(first_paragraph("# Shop\n\nTea and more\n============\n"), None);
    }

    #[test]
    fn a_long_paragraph_ends_with_a_sentence() {
        let text = "It sells tea, and it does. ".repeat(60);
        let short = first_paragraph(&text).unwrap();
        assert!(short.len() < 710 && short.ends_with("does."), "{short}");
    }
}

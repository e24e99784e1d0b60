//! A change as a comment: the verdict, dangers first, one picture, a table of what differs, details folded.

use super::MARKER;
use super::picture::picture;
use super::words::{LEVELS, fate, grouped, heading, lines_that_differ, reviewed, values, verdict};
use crate::change::{Change, Effect, Fate};
use crate::diagram::mermaid;
use crate::escape::markdown::{block, cell_code, code, text};
use crate::names::count;

/// What the table is called where it is left out.
const TABLE: &str = "the table of what differs";

/// More subjects than this are counted.
const MOST_SUBJECTS: usize = 4;

/// The comment, of at most `most` characters: what matters least is dropped first, and what is missing is said.
pub fn markdown(change: &Change, most: usize) -> String {
    let head = format!("{MARKER}\n**{}**\n", text(&verdict(change)));
    let mut sections: Vec<(&str, String)> = Vec::new();
    for level in LEVELS {
        let groups = grouped(change, level);
        if !groups.is_empty() {
            let items: String = groups.iter().map(|(effects, message)| item(effects, message)).collect();
            sections.push((heading(level), format!("\n### {}\n\n{items}", heading(level))));
        }
    }
    if let Some(diagram) =
        picture(change).filter(|diagram| mermaid::Budget::GITHUB.fits(mermaid::measure(diagram)))
    {
        let drawn = mermaid::write(&diagram, &|_| None).to_string();
        let left_out: String =
            diagram.left_out.iter().map(|sentence| format!("\n{}\n", text(sentence))).collect();
        let fence = format!("```mermaid\n{}\n```\n", drawn.trim_end());
        sections.push(("the picture", format!("\n{}{left_out}", folded("As a picture", &fence))));
    }
    let table = table(change);
    if !table.is_empty() {
        sections.push((
            TABLE,
            format!(
                "\n{}",
                folded(
                    &format!("What differs: {}", count(change.objects.len(), "object", "objects")),
                    &table
                )
            ),
        ));
    }
    for (name, content) in texts(change) {
        sections.push(("texts that differ", format!("\n{}", folded(&name, &content))));
    }
    let notes = notes(change);
    if !notes.is_empty() {
        sections.push(("notes", format!("\n{notes}")));
    }
    fit(&head, sections, most)
}

/// The head and as many sections as there is room for; the first ones matter most.
fn fit(head: &str, sections: Vec<(&str, String)>, most: usize) -> String {
    let length = |text: &str| text.chars().count();
    let whole: usize = length(head) + sections.iter().map(|(_, text)| length(text)).sum::<usize>();
    if whole <= most {
        return sections.into_iter().fold(head.to_owned(), |all, (_, text)| all + &text);
    }
    let note = |names: &[&str]| {
        let mut names = names.to_vec();
        names.dedup();
        format!("\nNot shown here, for want of room: {}. `podviz diff` prints all of it.\n", names.join(", "))
    };
    // Room for the longest note that there may be.
    let all: Vec<&str> = sections.iter().map(|(name, _)| *name).collect();
    let room = most.saturating_sub(length(&note(&all)));
    let (mut out, mut left_out) = (head.to_owned(), Vec::new());
    for (name, text) in sections {
        if length(&out) + length(&text) <= room {
            out.push_str(&text);
            continue;
        }
        // Of a list, the first items may still fit.
        let mut kept = String::new();
        if text.starts_with("\n### ") {
            for line in text.split_inclusive('\n') {
                if length(&out) + length(&kept) + length(line) > room {
                    break;
                }
                kept.push_str(line);
            }
        }
        // Of a table, the first rows.
        if name == TABLE {
            let (rows, end) = text.split_at(text.rfind("\n\n</details>").map_or(text.len(), |at| at + 1));
            for line in rows.split_inclusive('\n') {
                if length(&out) + length(&kept) + length(line) + length(end) > room {
                    break;
                }
                kept.push_str(line);
            }
            if kept.lines().filter(|line| line.starts_with("| `")).count() > 0 {
                out.push_str(&format!("{kept}{end}"));
                left_out.push("more rows of the table");
                continue;
            }
            kept.clear();
        }
        if kept.contains("\n- ") {
            out.push_str(&kept);
            left_out.push("more effects");
        } else {
            left_out.push(name);
        }
    }
    let end = note(&left_out);
    if length(&out) + length(&end) <= most { out + &end } else { out.chars().take(most).collect() }
}

fn folded(title: &str, content: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n\n{content}\n</details>\n", crate::escape::html(title))
}

fn item(effects: &[&Effect], message: &str) -> String {
    let names: Vec<String> =
        effects.iter().take(MOST_SUBJECTS).map(|effect| code(&effect.subject).to_string()).collect();
    let more = effects.len().saturating_sub(MOST_SUBJECTS);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let because = effects.first().and_then(|effect| effect.because.first());
    let place = because
        .map(|because| format!(" ({})", code(&format!("{}:{}", because.file, because.line))))
        .unwrap_or_default();
    format!("- {}{more}: {}{place}\n", names.join(", "), prose(message))
}

/// A sentence whose names stand in backticks.
fn prose(sentence: &str) -> String {
    let pieces = sentence.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    pieces
        .map(|(at, piece)| if at % 2 == 1 { code(piece).to_string() } else { text_with_blanks(piece) })
        .collect()
}

/// Prose that keeps the blanks at its ends, where names follow.
fn text_with_blanks(piece: &str) -> String {
    // Behind a name, nothing begins a line, so a dot there is no syntax.
    if let Some(rest) = piece.strip_prefix(['.', ':', ';', ','].as_slice()) {
        return format!("{}{}", &piece[..1], text_with_blanks(rest));
    }
    if piece.is_empty() {
        return String::new();
    }
    let start = if piece.starts_with(' ') { " " } else { "" };
    let end = if piece.len() > 1 && piece.ends_with(' ') { " " } else { "" };
    format!("{start}{}{end}", text(piece.trim()))
}

fn table(change: &Change) -> String {
    if change.objects.is_empty() {
        return String::new();
    }
    let mut out = "| Object | Field | Before | After |\n| --- | --- | --- | --- |\n".to_owned();
    for object in &change.objects {
        let subject = cell_code(&object.subject);
        match object.change {
            Fate::Added | Fate::Removed => {
                out.push_str(&format!(
                    "| {subject} | | {} | |\n",
                    if object.change == Fate::Added { "new" } else { "gone" }
                ));
            }
            _ => {
                let (fields, of_schema) = reviewed(object);
                if let Some(was) = &object.was {
                    out.push_str(&format!("| {subject} | name | {} | |\n", cell_code(was)));
                } else if fields.is_empty() && of_schema == 0 {
                    out.push_str(&format!("| {subject} | | {} | |\n", fate(object.change)));
                }
                for field in fields {
                    let [old, new] = values(field);
                    let name = cell_code(&field.field);
                    out.push_str(&format!("| {subject} | {name} | {} | {} |\n", cell(&old), cell(&new)));
                }
                if of_schema > 0 {
                    let words = count(of_schema, "field differs", "fields differ");
                    out.push_str(&format!("| {subject} | its schema | {words} | |\n"));
                }
            }
        }
    }
    out
}

fn cell(value: &str) -> String {
    match value {
        "—" => "—".to_owned(),
        text => cell_code(text).to_string(),
    }
}

/// Texts of several lines, each with the lines that differ.
fn texts(change: &Change) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for object in &change.objects {
        for field in reviewed(object).0 {
            if let Some(lines) = lines_that_differ(&field.old, &field.new) {
                found.push((
                    format!("{}, {}", object.subject, field.field),
                    block("diff", &lines).to_string(),
                ));
            }
        }
    }
    found
}

fn notes(change: &Change) -> String {
    super::words::notes(change).iter().map(|note| format!("{}\n", prose(note))).collect::<Vec<_>>().join("\n")
}

//! A change as a page of its own, without a script.

use super::Names;
use super::picture::picture;
use super::words::{LEVELS, fate, grouped, heading, lines_that_differ, notes, shown, values, verdict};
use crate::change::{Change, Effect, Which};
use crate::diagram::svg;
use crate::escape::html as escape;

/// The looks of the page: readable on paper, dark where the reader wants it.
const STYLE: &str = include_str!("page.css");

/// The page.
pub fn html(change: &Change, names: &Names) -> String {
    let mut out = String::new();
    let title = escape(&verdict(change));
    out.push_str(&format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    ));
    out.push_str(&format!(
        "<p>From <code>{}</code> to <code>{}</code>.</p>\n",
        escape(&names.old),
        escape(&names.new)
    ));
    for level in LEVELS {
        let groups = grouped(change, level);
        if groups.is_empty() {
            continue;
        }
        out.push_str(&format!("<h2 class=\"{}\">{}</h2>\n<ul>\n", level.word(), heading(level)));
        for (effects, message) in groups {
            out.push_str(&item(&effects, message));
        }
        out.push_str("</ul>\n");
    }
    if let Some(diagram) = picture(change)
        && let (Some(drawn), _) = svg::paint_standalone(&diagram, &|_| None)
    {
        out.push_str(&format!("<h2>As a picture</h2>\n<figure>{drawn}</figure>\n"));
    }
    out.extend(notes(change).iter().map(|note| format!("<p>{}</p>\n", prose(note))));
    out.push_str(&differences(change));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn item(effects: &[&Effect], message: &str) -> String {
    let names: Vec<String> =
        effects.iter().map(|effect| format!("<code>{}</code>", escape(&effect.subject))).collect();
    let mut places: Vec<String> = effects
        .iter()
        .flat_map(|effect| effect.because.iter().take(3))
        .map(|because| {
            let side = if because.side == Which::Old { "before" } else { "after" };
            format!("<code>{}:{}</code> {side}", escape(&because.file), because.line)
        })
        .collect();
    places.dedup();
    let code = effects.first().map(|effect| effect.code).unwrap_or_default();
    format!(
        "<li>{}: {} <small>{code}; {}</small></li>\n",
        names.join(", "),
        prose(message),
        places.join(", ")
    )
}

/// A sentence whose names stand in backticks.
fn prose(sentence: &str) -> String {
    let pieces = sentence.split('`').enumerate();
    pieces
        .map(
            |(at, piece)| {
                if at % 2 == 1 {
                    format!("<code>{}</code>", escape(piece))
                } else {
                    escape(piece).to_string()
                }
            },
        )
        .collect()
}

fn differences(change: &Change) -> String {
    if change.objects.is_empty() {
        return String::new();
    }
    let mut out = "<h2>What differs</h2>\n".to_owned();
    for object in &change.objects {
        let was = object
            .was
            .as_deref()
            .map(|was| format!(", was <code>{}</code>", escape(was)))
            .unwrap_or_default();
        out.push_str(&format!(
            "<h3><code>{}</code> {}{was}</h3>\n",
            escape(&object.subject),
            fate(object.change)
        ));
        let fields = shown(object);
        if fields.is_empty() {
            continue;
        }
        out.push_str("<table>\n<tr><th>Field</th><th>Before</th><th>After</th></tr>\n");
        for field in fields {
            out.push_str(&format!("<tr><td><code>{}</code></td>", escape(&field.field)));
            match lines_that_differ(&field.old, &field.new) {
                Some(lines) => {
                    out.push_str(&format!("<td colspan=\"2\"><pre>{}</pre></td></tr>\n", escape(&lines)));
                }
                None => out.push_str(&format!(
                    "<td><code>{}</code></td><td><code>{}</code></td></tr>\n",
                    escape(&values(field)[0]),
                    escape(&values(field)[1])
                )),
            }
        }
        out.push_str("</table>\n");
    }
    out
}

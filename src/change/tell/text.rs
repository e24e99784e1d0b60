//! A change for a terminal.

use super::words::{LEVELS, fate, grouped, heading, notes, reviewed, values, verdict};
use crate::change::{Change, Effect, Severity};
use crate::escape::terminal;
use crate::names::count;
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;

/// How many fields of an object are listed.
const MOST_FIELDS: usize = 12;

/// The change with ANSI codes: the verdict, effects by level, then what differs.
pub fn text(change: &Change) -> String {
    let mut out = String::new();
    let style = change.verdict().map_or(Style::new().bold(), style);
    let _ = writeln!(out, "{style}{}{style:#}", terminal(&verdict(change)));
    for level in LEVELS {
        let groups = grouped(change, level);
        if groups.is_empty() {
            continue;
        }
        let style = self::style(level);
        let _ = writeln!(out, "\n{style}{}{style:#}", heading(level));
        for (effects, message) in groups {
            let subjects: Vec<&str> = effects.iter().map(|effect| effect.subject.as_str()).collect();
            let _ = writeln!(out, "  {} [{}]", terminal(&subjects.join(", ")), effects[0].code);
            let _ = writeln!(out, "    {}", terminal(message));
            let _ = writeln!(out, "    {}", terminal(&places(&effects)));
        }
    }
    let listed: Vec<_> = change.objects.iter().collect();
    if !listed.is_empty() {
        let bold = Style::new().bold();
        let _ = writeln!(out, "\n{bold}What differs{bold:#}");
    }
    for object in listed {
        let was = object.was.as_deref().map(|was| format!(", was {was}")).unwrap_or_default();
        let _ = writeln!(out, "  {} ({}{})", terminal(&object.subject), fate(object.change), terminal(&was));
        let (fields, of_schema) = reviewed(object);
        for field in fields.iter().take(MOST_FIELDS) {
            let [old, new] = values(field);
            let line = format!("{}: {} → {}", field.field, old, new);
            let _ = writeln!(out, "    {}", terminal(&line));
        }
        if of_schema > 0 {
            let _ = writeln!(out, "    its schema: {}", count(of_schema, "field differs", "fields differ"));
        }
        if fields.len() > MOST_FIELDS {
            let _ = writeln!(out, "    {} more; --format json lists all", fields.len() - MOST_FIELDS);
        }
    }
    for note in notes(change) {
        let _ = writeln!(out, "\n{}", terminal(&note));
    }
    out
}

fn places(effects: &[&Effect]) -> String {
    let mut places: Vec<String> = effects
        .iter()
        .flat_map(|effect| effect.because.iter().take(2))
        .map(|because| format!("{}:{}", because.file, because.line))
        .collect();
    places.dedup();
    places.truncate(4);
    places.join(", ")
}

fn style(level: Severity) -> Style {
    let color = match level {
        Severity::Danger => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Notice => AnsiColor::Blue,
    };
    color.on_default().bold()
}

//! Secrets that the syntax of a file or of a script gives away, wherever they stand in a text.

use super::name::{self, Class};
use super::rules::{Line, Only, RULES};
use super::value::{is_made_up, is_mixed, is_placeholder, is_worth};
use std::ops::Range;

/// Adds what the rules for lines say is secret in `text`, which stands under `file`.
pub fn find(text: &str, file: &str, ranges: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    if bytes.len() < 8 {
        return;
    }
    for rule in RULES.lines.of(bytes) {
        if rule.files.as_ref().is_none_or(|files| files.is_match(file)) {
            apply(rule, text, ranges);
        }
    }
}

fn apply(rule: &Line, text: &str, ranges: &mut Vec<Range<usize>>) {
    let pattern = rule.pattern();
    let names: Vec<Option<&str>> = pattern.capture_names().collect();
    for found in pattern.captures_iter(text.as_bytes()) {
        let mut class = Class::Password;
        if let Some(group) = found.name("name") {
            let Some(said) = said(text, group.range()) else { continue };
            class = said;
        }
        for (group, _) in found.iter().zip(&names).skip(1).filter(|(_, name)| name.is_none()) {
            let Some(group) = group else { continue };
            let (start, end) =
                (text.floor_char_boundary(group.start()), text.ceil_char_boundary(group.end()));
            let value = &text[start..end];
            // What is called is a function, and what only may be a login has to be one.
            let login = matches!(class, Class::Login | Class::Auth) && !is_worth(value, class);
            if login || text[end..].starts_with('(') {
                continue;
            }
            let counts = match rule.only {
                Only::Any => !is_placeholder(value),
                Only::Worth => is_worth(value, class),
                Only::MadeUp => is_made_up(value),
                Only::Random => is_mixed(value),
            };
            if counts {
                ranges.push(start..end);
            }
        }
    }
}

fn said(text: &str, name: Range<usize>) -> Option<Class> {
    name::pair_class(text.get(name)?)
}

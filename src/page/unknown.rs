//! What nobody knows of an object: values that a tool puts in later.

use super::Prose;
use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, plain};
use crate::catalog::is_built_in;
use crate::model::Object;
use crate::names::count;

/// How many values are named.
const MOST_NAMED: usize = 6;

/// The values of an object that a tool puts in later, in one sentence. Other kinds than those of Kubernetes may have a language
/// of their own, whose signs look alike.
pub fn substituted(know: &Knowledge, object: &Object) -> Option<Prose> {
    if !is_built_in(&object.identity.group) {
        return None;
    }
    let found = object.value.placeholders();
    let mut named: Vec<Prose> = Vec::new();
    for (way, value) in found.iter().take(MOST_NAMED) {
        let field = way.join(".");
        let written = value.scalar_text().unwrap_or_default();
        named.push(concat(vec![
            vec![code(field), super::prose::text(" ("), code(written), super::prose::text(", ")],
            vec![super::Inline::Source(know.line(object, value.line)), super::prose::text(")")],
        ]));
    }
    if found.len() > MOST_NAMED {
        named.push(plain(count(found.len() - MOST_NAMED, "more value", "more values")));
    }
    let (start, rest) = match found.len() {
        0 => return None,
        1 => ("Set by substitution, unknown here: ", ". Nothing is said that depends on it."),
        _ => ("Set by substitution, unknown here: ", ". Nothing is said that depends on them."),
    };
    Some(concat(vec![plain(start), joined(named, "and"), plain(rest)]))
}

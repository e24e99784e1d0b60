//! What nobody knows of an object: values that a tool puts in later.

use super::Prose;
use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, marked, plain};
use crate::catalog::{FieldPath, is_built_in};
use crate::model::Object;
use crate::names::count;

/// How many values are named.
const MOST_NAMED: usize = 6;

/// What is missing in an environment that could not be built as a whole.
pub fn incomplete(know: &Knowledge, environment: &str) -> Option<Prose> {
    let own = know.topology.environments.iter().find(|one| one.name == environment)?;
    let missing = own.incomplete.as_deref()?;
    let start = vec![super::Inline::Strong("Incomplete".to_owned()), super::prose::text(": ")];
    let end = plain(match own.is_cluster() {
        true => ". Advice that what is missing may answer is left out.",
        false => ". What the cluster gets may differ from what stands here, so that there is little advice.",
    });
    Some(concat(vec![start, marked(missing), end]))
}

/// What stands in place of a sentence about a field that holds a value which a tool puts in later.
pub fn depends(object: &Object, field: &FieldPath) -> Option<Prose> {
    let value = field.find(&object.value)?;
    value.holds_placeholder(2).then(|| {
        let name = field.last_key().unwrap_or_default();
        concat(vec![
            plain("What follows from "),
            vec![code(name)],
            plain(" is set by substitution, unknown here."),
        ])
    })
}

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

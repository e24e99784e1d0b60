//! What becomes of a built text when values are put into it: object by object, as far as it does not opt out.
//!
//! Source: fluxcd/pkg `kustomize/kustomize_varsub.go`.

use super::envsubst::{Evaluated, Variable, evaluate};
use crate::document::{Document, Value};
use std::collections::BTreeMap;

/// The label or annotation that keeps an object as it is.
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// The values that are put in. Without any, and unless it is always done, texts stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Substitution {
    /// The values, by name.
    pub variables: BTreeMap<String, Variable>,
    /// Whether it is done without values, too, for the sake of defaults.
    pub always: bool,
    /// What holds further values and is not in the input, as people call it.
    pub absent: Vec<String>,
    /// Whether something of the input makes further values when it runs, such as an ExternalSecret.
    pub is_open: bool,
}

/// A text with its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Substituted {
    /// The text, its lines, and what has no value.
    pub evaluated: Evaluated,
    /// The lines of the text, from 1, on which objects begin that Flux refuses, with all that is built with them. They stay as they are.
    pub refused: Vec<u32>,
}

impl Substitution {
    /// The text with values, for the documents that were read of it.
    pub fn of(&self, text: &str, documents: &[Document]) -> Option<Substituted> {
        if self.variables.is_empty() && !self.always {
            return None;
        }
        let mut out = Substituted::default();
        let is_open = self.is_open || !self.absent.is_empty();
        let else_absent = is_open.then_some(Variable::Absent);
        let variables = |name: &str| self.variables.get(name).cloned().or(else_absent.clone());
        let mut line = 1;
        for (index, part) in parts(text).into_iter().enumerate() {
            let document = documents.iter().find(|document| document.index == index);
            let own = match document.is_none_or(|document| !opts_out(&document.value)) {
                true => evaluate(part, &variables).ok(),
                false => Some(as_it_is(part)),
            };
            let begin = u32::try_from(out.evaluated.lines.len()).unwrap_or(0);
            let own = own.unwrap_or_else(|| {
                out.refused.push(begin + 1);
                as_it_is(part)
            });
            let lines = &own.lines[..own.lines.len() - 1];
            let before = line - 1;
            out.evaluated.text.push_str(&own.text);
            out.evaluated.lines.extend(lines.iter().map(|line| line + before));
            out.evaluated.missing.extend(own.missing.into_iter().map(|(name, line)| (name, line + begin)));
            line += u32::try_from(part.matches('\n').count()).unwrap_or(0);
        }
        out.evaluated.lines.push(line);
        Some(out)
    }
}

/// The documents of a text that kustomize prints, each with the line that ends it.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\n---\n") {
        let (part, more) = rest.split_at(at + 5);
        parts.push(part);
        rest = more;
    }
    parts.push(rest);
    parts
}

fn as_it_is(part: &str) -> Evaluated {
    let lines = 1..=1 + u32::try_from(part.matches('\n').count()).unwrap_or(0);
    Evaluated { text: part.to_owned(), lines: lines.collect(), missing: Vec::new() }
}

fn opts_out(value: &Value) -> bool {
    ["metadata.labels", "metadata.annotations"]
        .iter()
        .any(|at| value.at(at).and_then(|all| all.get(SWITCH)).and_then(Value::as_str) == Some("disabled"))
}

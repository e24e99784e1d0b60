//! `${variable}` in a text, as Flux puts values in: all forms of its `envsubst`.
//!
//! Source: fluxcd/pkg `envsubst/` (`parse/parse.go`, `parse/scan.go`, `template.go`, `funcs.go`). What it refuses is refused here.

mod function;
mod parse;

use function::Refused;
use parse::{Node, parse};

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    /// Its value.
    Known(String),
    /// It has a value that nobody is shown: the expression stays as it is written.
    Hidden,
    /// It may have one, in something that is not in the input: without a default, the expression stays as it is written.
    Absent,
}

/// A text with its values put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// The text.
    pub text: String,
    /// For each of its lines the line of the source that it comes from, from 1.
    pub lines: Vec<u32>,
    /// The variables that have neither a value nor a default, with the line of the text, from 1.
    pub missing: Vec<(String, u32)>,
}

/// Puts the values of `variables` into a text.
///
/// # Errors
///
/// If Flux refuses the text: an expression that does not end, or that it does not know.
pub fn evaluate(source: &str, variables: &dyn Fn(&str) -> Option<Variable>) -> Result<Evaluated, Refused> {
    let mut out =
        Writer { variables, evaluated: Evaluated { lines: vec![1], ..Evaluated::default() }, line: 1 };
    for node in parse(source)? {
        out.line = node.line();
        match &node {
            Node::Text { text, .. } => out.push(text, true),
            Node::Call(_) => {
                let text = out.value(&node)?;
                out.push(&text, false);
            }
        }
    }
    Ok(out.evaluated)
}

struct Writer<'a> {
    variables: &'a dyn Fn(&str) -> Option<Variable>,
    evaluated: Evaluated,
    /// The line of the source.
    line: u32,
}

impl Writer<'_> {
    /// Adds a text; `own` if it stands in the source like this.
    fn push(&mut self, text: &str, own: bool) {
        self.evaluated.text.push_str(text);
        for _ in text.matches('\n') {
            self.line += u32::from(own);
            self.evaluated.lines.push(self.line);
        }
    }

    fn value(&mut self, node: &Node) -> Result<String, Refused> {
        let call = match node {
            Node::Text { text, .. } => return Ok(text.clone()),
            Node::Call(call) => call,
        };
        let value = match (self.variables)(&call.variable) {
            Some(Variable::Known(value)) => Some(value),
            Some(Variable::Hidden) => return Ok(call.written.clone()),
            Some(Variable::Absent) | None => None,
        };
        if call.is_default() {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                return Ok(value);
            }
            return call.arguments.iter().map(|argument| self.value(argument)).collect();
        }
        if value.is_none() {
            let line = u32::try_from(self.evaluated.lines.len()).unwrap_or(0);
            self.evaluated.missing.push((call.variable.clone(), line));
            if let Some(Variable::Absent) = (self.variables)(&call.variable) {
                return Ok(call.written.clone());
            }
        }
        let arguments: Vec<String> =
            call.arguments.iter().map(|argument| self.value(argument)).collect::<Result<_, _>>()?;
        function::apply(&call.function, &value.unwrap_or_default(), &arguments)
    }
}

#[cfg(test)]
mod tests;

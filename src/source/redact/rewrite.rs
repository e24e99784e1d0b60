//! What is shown of a scalar after its edit: quoted and indented as before, in as many lines.

use super::{Edit, MARK};
use crate::document::sheet::Form;

/// The text that stands where `raw` stood.
pub fn rewrite(form: Form, raw: &str, edit: &Edit) -> String {
    match (form, edit) {
        (Form::Block, Edit::Text(redacted)) => {
            let mut lines = redacted.split('\n');
            each_line(raw, || lines.next().map_or(MARK, |line| line.trim_start_matches(' ')))
        }
        (form @ (Form::Plain | Form::Single | Form::Double), edit) if !raw.contains('\n') => {
            let text = edit.text();
            match form {
                Form::Single => format!("'{}'", text.replace('\'', "''")),
                Form::Double => format!("\"{}\"", escaped(&text)),
                _ => escaped_breaks(&text),
            }
        }
        (Form::Other, Edit::Text(redacted)) => redacted.to_string(),
        // Over several lines nobody can say which part of which line was the secret.
        _ => each_line(raw, || MARK),
    }
}

/// Keeps the indentation and every empty line of `raw`; `body` says what the rest of each line is.
fn each_line<'t>(raw: &str, mut body: impl FnMut() -> &'t str) -> String {
    let mut text = String::new();
    for (at, line) in raw.split('\n').enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let old = line.trim_start_matches([' ', '\t']);
        text.push_str(&line[..line.len() - old.len()]);
        let new = body();
        if !old.is_empty() {
            text.push_str(new);
        }
    }
    text
}

fn escaped(text: &str) -> String {
    escaped_breaks(&text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn escaped_breaks(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

//! Templates of a ResourceSet, with `<<` and `>>`, in the words that helm understands.

use super::super::super::helm::{Kind, actions};
use serde_json::Value as Json;

/// A template as one for helm, whose root has the inputs under `inputs`.
pub fn translated(text: &str) -> String {
    let text = braced(text);
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for token in actions(&text).iter().flatten().filter(|token| token.kind == Kind::Name) {
        let new = match &text[token.range.clone()] {
            "inputs" => "$.inputs",
            // The operator cuts slugs at the length of a label.
            "slugify" => "slugify 63 true",
            "mustToYaml" => "toYaml",
            _ => continue,
        };
        out.push_str(&text[from..token.range.start]);
        out.push_str(new);
        from = token.range.end;
    }
    out.push_str(&text[from..]);
    out
}

/// The text with `{{` and `}}` around its actions; those that it has itself stay as they are.
fn braced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<<") {
        out.push_str(&rest[..start].replace("{{", "{{ \"{{\" }}"));
        let action = &rest[start + 2..];
        let end = end_of(action);
        out.push_str("{{");
        out.push_str(&action[..end]);
        out.push_str("}}");
        rest = action.get(end + 2..).unwrap_or_default();
    }
    out.push_str(&rest.replace("{{", "{{ \"{{\" }}"));
    out
}

/// Where an action ends: before a `>>` that stands in no string.
fn end_of(action: &str) -> usize {
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in action.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '`' => quote = Some(c),
            None if action[at..].starts_with(">>") => return at,
            None => {}
        }
    }
    action.len()
}

/// An object as YAML, with its templates as the operator writes them: without quotes wherever YAML needs none, so that what they
/// become is read as what it looks like.
///
/// Source: `yaml_emitter_analyze_scalar` in go-yaml's `emitterc.go`.
pub fn text_of(object: &Json) -> String {
    let mut out = String::new();
    block(object, 0, &mut out);
    out
}

fn block(value: &Json, depth: usize, out: &mut String) {
    let indent = " ".repeat(depth);
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                out.push_str(&format!("{indent}{}:", scalar(key)));
                below(value, depth + 2, out);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("{indent}-"));
                below(item, depth + 2, out);
            }
        }
        _ => out.push_str(&format!("{indent}{value}\n")),
    }
}

fn below(value: &Json, depth: usize, out: &mut String) {
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            out.push('\n');
            block(value, depth, out);
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('\n');
            block(value, depth, out);
        }
        Json::String(text) if text.contains("<<") && text.contains('\n') => {
            let end = match text.len() - text.trim_end_matches('\n').len() {
                0 => "-",
                1 => "",
                _ => "+",
            };
            out.push_str(&format!(" |{end}\n"));
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                let indent = if line.is_empty() { 0 } else { depth };
                out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
            }
        }
        Json::String(text) => out.push_str(&format!(" {}\n", scalar(text))),
        other => out.push_str(&format!(" {other}\n")),
    }
}

fn scalar(text: &str) -> String {
    if !text.contains("<<") || text.contains('\n') {
        return Json::from(text).to_string();
    }
    let is_indicator = |c: char| "#,[]{}&*!|>'\"%@`".contains(c);
    let starts =
        text.starts_with(is_indicator) || ["- ", "? ", ": "].iter().any(|start| text.starts_with(start));
    let inside = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    let spaces = text.starts_with(' ') || text.ends_with(' ');
    if starts || inside || spaces || text == "<<" {
        return format!("'{}'", text.replace('\'', "''"));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{text_of, translated};
    use serde_json::json;

    #[test]
    fn actions_become_those_of_helm() {
        assert_eq!(translated("a-<< inputs.tenant >>"), "a-{{ $.inputs.tenant }}");
        assert_eq!(
            translated("<<- range $i, $x := inputs.list ->>\n{{ .x }} << \">>\" | quote >>"),
            "{{- range $i, $x := $.inputs.list -}}\n{{ \"{{\" }} .x }} {{ \">>\" | quote }}"
        );
        assert_eq!(translated("<< inputs.x | slugify >>"), "{{ $.inputs.x | slugify 63 true }}");
        assert_eq!(translated("no action"), "no action");
    }

    #[test]
    fn templates_are_quoted_only_where_needed() {
        let object = json!({"a": "<< inputs.n >>", "b": ["x: << inputs.y >>", "1"], "c": {"d": "<< inputs.z >>\nrest\n"}, "e": {}});
        assert_eq!(
            text_of(&object),
            "\"a\": << inputs.n >>\n\"b\":\n  - 'x: << inputs.y >>'\n  - \"1\"\n\"c\":\n  \"d\": |\n    << inputs.z >>\n    rest\n\"e\": {}\n"
        );
    }
}

//! What a `values.schema.json` makes helm read: schemas elsewhere, on this machine and on others, which podviz keeps from it.

use serde_json::Value;

/// What becomes of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Helm may see it: it refers to nothing but itself.
    Fine,
    /// Nobody knows what its names refer to, so that helm sees an empty one.
    Unsure,
    /// It refers to something else, with this key.
    Foreign(&'static str),
    /// It is no JSON.
    Malformed,
}

/// Keys whose string is a reference.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// Keys whose string names a schema, from which references start.
const NAMES: [&str; 2] = ["$id", "id"];

/// What helm may see of a schema: it loads what a reference names from wherever that is, and a path from the root of the
/// disk.
///
/// Source: helm `pkg/chartutil/jsonschema.go`, which leaves references to `gojsonschema` and later `santhosh-tekuri/jsonschema`.
pub fn verdict(bytes: &[u8]) -> Verdict {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Verdict::Fine;
    }
    let Ok(schema) = serde_json::from_slice::<Value>(bytes) else { return Verdict::Malformed };
    let (mut foreign, mut named, mut refers) = (None, false, false);
    let mut open = vec![&schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    open.push(value);
                    let Value::String(text) = value else { continue };
                    if let Some(key) = REFERENCES.iter().find(|known| *known == key) {
                        refers = true;
                        if !text.is_empty() && !text.starts_with('#') {
                            foreign = foreign.or(Some(*key));
                        }
                    }
                    if key == "$schema" && !is_known(text) {
                        foreign = foreign.or(Some("$schema"));
                    }
                    named |= NAMES.contains(&key.as_str()) && !text.starts_with('#');
                }
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    match foreign {
        Some(key) => Verdict::Foreign(key),
        None if named && refers => Verdict::Unsure,
        None => Verdict::Fine,
    }
}

/// Whether a schema of schemas is one that every helm brings along.
fn is_known(text: &str) -> bool {
    let text = text.strip_suffix('#').unwrap_or(text);
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let drafts = ["schema", "draft-04/schema", "draft-06/schema", "draft-07/schema"];
    let later = ["draft/2019-09/schema", "draft/2020-12/schema"];
    text.is_empty()
        || text
            .strip_prefix("json-schema.org/")
            .is_some_and(|draft| drafts.contains(&draft) || later.contains(&draft))
}

#[cfg(test)]
mod tests {
    use super::{Verdict, verdict};

    #[test]
    fn references_stay_in_the_schema() {
        for (schema, want) in [
            (r##"{"$ref": "#/definitions/x", "definitions": {"x": {}}}"##, Verdict::Fine),
            (r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}"#, Verdict::Fine),
            (r#"{"properties": {"$ref": {"type": "string"}, "id": {"type": "string"}}}"#, Verdict::Fine),
            ("", Verdict::Fine),
            (r#"{"allOf": [{"$ref": "http://127.0.0.1/x"}]}"#, Verdict::Foreign("$ref")),
            (r#"{"items": {"\u0024ref": "\u0048TTP://x"}}"#, Verdict::Foreign("$ref")),
            (r#"{"$ref": "file:///etc/passwd"}"#, Verdict::Foreign("$ref")),
            (r#"{"$ref": "../x.json"}"#, Verdict::Foreign("$ref")),
            (r#"{"$ref": "//host/x"}"#, Verdict::Foreign("$ref")),
            (r#"{"$dynamicRef": "x.json#y"}"#, Verdict::Foreign("$dynamicRef")),
            (r#"{"$schema": "http://127.0.0.1/meta"}"#, Verdict::Foreign("$schema")),
            (r##"{"$id": "http://x/y", "$ref": "#/z"}"##, Verdict::Unsure),
            (r#"{"$id": "http://x/y", "type": "object"}"#, Verdict::Fine),
            ("{} {}", Verdict::Malformed),
            ("{", Verdict::Malformed),
        ] {
            assert_eq!(verdict(schema.as_bytes()), want, "{schema}");
        }
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(verdict(deep.as_bytes()), Verdict::Malformed);
    }
}

//! What `kustomize build` says about the origin of each object, and its text without that.

use crate::document::{Value, parse};

/// The annotation that `buildMetadata: [originAnnotations]` adds.
const ANNOTATION: &str = "config.kubernetes.io/origin:";

/// Where kustomize has an object from; paths are relative to the folder that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A file of resources.
    File(String),
    /// A generator in a kustomization file.
    Generator(String),
}

/// The text without the annotations, and the origin of each of its documents.
pub fn strip(text: &str) -> (String, Vec<Option<Provenance>>) {
    let mut out = String::with_capacity(text.len());
    let mut provenances = vec![None];
    let mut lines = text.lines().peekable();
    let (mut in_metadata, mut in_annotations) = (false, false);
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if line == "---" {
            provenances.push(None);
        }
        if indent == 0 && !line.is_empty() {
            in_metadata = line == "metadata:";
        }
        if in_metadata && indent <= 2 && !line.trim().is_empty() {
            in_annotations = line == "  annotations:";
        }
        if in_metadata && in_annotations && indent == 2 {
            // The annotations are held back until one stays.
            let mut held = Vec::new();
            while let Some(next) = lines.next_if(|next| next.starts_with("    ") || next.is_empty()) {
                let own = next.strip_prefix("    ").and_then(|next| next.strip_prefix(ANNOTATION));
                let Some(rest) = own else {
                    held.push(next);
                    continue;
                };
                let mut said = String::new();
                while let Some(more) = lines.next_if(|more| more.starts_with("     ")) {
                    said.push_str(more.strip_prefix("      ").unwrap_or(more.trim_start()));
                    said.push('\n');
                }
                let said = if said.is_empty() { rest.trim().to_owned() } else { said };
                if let Some(last) = provenances.last_mut() {
                    *last = provenance(&said);
                }
            }
            if !held.is_empty() {
                push(&mut out, line);
                held.into_iter().for_each(|line| push(&mut out, line));
            }
            in_annotations = false;
            continue;
        }
        push(&mut out, line);
    }
    (out, provenances)
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

fn provenance(said: &str) -> Option<Provenance> {
    let value = parse(said.as_bytes()).ok()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    text("path").map(Provenance::File).or_else(|| text("configuredIn").map(Provenance::Generator))
}

#[cfg(test)]
mod tests {
    use super::{Provenance, strip};

    #[test]
    fn only_what_was_asked_for_is_taken_away() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    a: b\n    config.kubernetes.io/origin: |\n      path: ../x/a.yaml\n    z: |\n      config.kubernetes.io/origin: |\n  name: one\n---\napiVersion: v1\ndata:\n  metadata: |\n    annotations:\n        config.kubernetes.io/origin: |\n          path: no\nkind: ConfigMap\nmetadata:\n  annotations:\n    config.kubernetes.io/origin: |\n      configuredIn: ../x/kustomization.yaml\n      configuredBy:\n        apiVersion: builtin\n  name: two\n";
        let (stripped, provenances) = strip(text);
        assert_eq!(
            stripped,
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    a: b\n    z: |\n      config.kubernetes.io/origin: |\n  name: one\n---\napiVersion: v1\ndata:\n  metadata: |\n    annotations:\n        config.kubernetes.io/origin: |\n          path: no\nkind: ConfigMap\nmetadata:\n  name: two\n"
        );
        assert_eq!(
            provenances,
            [
                Some(Provenance::File("../x/a.yaml".into())),
                Some(Provenance::Generator("../x/kustomization.yaml".into()))
            ]
        );
    }
}

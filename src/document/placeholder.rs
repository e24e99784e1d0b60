//! Text that stands where a tool puts the value later: envsubst, Flux, Tekton, a template, SOPS.

use super::{Entry, Kind, Value};
use regex::Regex;
use std::sync::LazyLock;

/// The keys whose text belongs to the programs of a pod or is data: `$(NAME)` and `${NAME}` mean something of their own there.
const OF_PROGRAMS: [&str; 12] = [
    "annotations",
    "args",
    "command",
    "data",
    "description",
    "env",
    "binaryData",
    "rules",
    "script",
    "stringData",
    "subPathExpr",
    "value",
];

/// Whether a text holds a value that a tool puts in later, so that nobody knows here what it is. Names, numbers, quantities
/// and labels of Kubernetes hold no such signs.
///
/// Sources: fluxcd.io, Kustomization, `postBuild.substitute`; `envsubst(1)`; tekton.dev, "Variable Substitutions"; Go's
/// `text/template` (`<no value>`); `getsops/sops`, `aes/cipher.go` (`ENC[AES256_GCM,…]`).
pub fn is_placeholder(text: &str) -> bool {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]|\{\{.*?\}\}|<no value>|^ENC\[|<[A-Za-z][\w .-]*>|\[\[.*?\]\]|^%[A-Z][A-Z0-9_]*%$|@[A-Z][A-Z0-9_]*@",
        )
        .expect("a pattern")
    });
    text.contains(['$', '{', '<', '[', '%', '@']) && SIGN.is_match(text)
}

/// Whether what stands at a key, and below it, belongs to the programs of a pod or is data: what looks like a gap there is
/// filled by them, not before.
pub fn is_of_programs(key: &str) -> bool {
    OF_PROGRAMS.contains(&key)
}

impl Value {
    /// Whether it is a text that a tool replaces later.
    pub fn is_placeholder(&self) -> bool {
        self.as_str().is_some_and(is_placeholder)
    }

    /// Whether it is such a text, or a mapping or list that holds one so many levels below.
    pub fn holds_placeholder(&self, levels: usize) -> bool {
        match &self.kind {
            Kind::String(text) => is_placeholder(text),
            Kind::Map(entries) if levels > 0 => {
                let counts = |entry: &&Entry| !is_of_programs(&entry.key);
                entries.iter().filter(counts).any(|entry| entry.value.holds_placeholder(levels - 1))
            }
            Kind::List(items) if levels > 0 => items.iter().any(|item| item.holds_placeholder(levels - 1)),
            _ => false,
        }
    }

    /// The texts in it that a tool replaces later, each with the keys that lead to it; those that belong to programs, and
    /// data, are left out.
    pub fn placeholders(&self) -> Vec<(Vec<String>, &Value)> {
        let mut found = Vec::new();
        collect(self, &mut Vec::new(), &mut found);
        found
    }
}

fn collect<'a>(value: &'a Value, way: &mut Vec<String>, found: &mut Vec<(Vec<String>, &'a Value)>) {
    match &value.kind {
        Kind::String(text) if is_placeholder(text) => found.push((way.clone(), value)),
        Kind::Map(entries) => {
            for entry in entries.iter().filter(|entry| !OF_PROGRAMS.contains(&&*entry.key)) {
                way.push(entry.key.to_string());
                collect(&entry.value, way, found);
                way.pop();
            }
        }
        Kind::List(items) => items.iter().for_each(|item| collect(item, way, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn signs_of_tools_are_placeholders() {
        for text in [
            "${REPLICAS:=2}",
            "${PORT}",
            "web-${STAGE}",
            "$K8S_SA_NAME",
            "$(params.name)",
            "$(NAME)",
            "<no value>",
            "{{ .Values.port }}",
            "x-{{inputs.parameters.a}}",
            "ENC[AES256_GCM,data:abc=,type:str]",
            "<your-bucket>",
            "@VERSION@",
            "%NAME%",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn names_numbers_and_quantities_are_values() {
        for text in [
            "web",
            "80",
            "512Mi",
            "system:serviceaccount:a:b",
            "*",
            "a.b/c",
            "50%",
            "",
            "x@y",
            "~",
            "-",
            "<5",
            "$",
            "[a]",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}

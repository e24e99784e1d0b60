//! What Kubernetes takes in the fields of its own kinds: which values are of a type that it refuses.

use super::{FieldPath, Pattern};
use crate::document::{Kind, Value};
use regex::Regex;
use serde::Deserialize;
use std::sync::LazyLock;

/// What Kubernetes takes in fields.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Types {
    any: Fields,
    pod: Fields,
    kinds: Vec<OfKinds>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfKinds {
    /// `Deployment.apps`, or `Service` of the core group.
    kinds: Vec<String>,
    #[serde(default)]
    whole: Vec<Pattern>,
    #[serde(default)]
    share: Vec<Pattern>,
    #[serde(default)]
    truth: Vec<Pattern>,
    #[serde(default)]
    texts: Vec<Pattern>,
    #[serde(default)]
    amounts: Vec<Pattern>,
    #[serde(default)]
    amount: Vec<Pattern>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    texts: Vec<Pattern>,
    #[serde(default)]
    amounts: Vec<Pattern>,
    #[serde(default)]
    amount: Vec<Pattern>,
}

/// A value of a type that its field does not take.
#[derive(Debug)]
pub struct WrongType<'a> {
    /// The field.
    pub field: FieldPath,
    /// What stands there.
    pub value: &'a Value,
    /// What it must be.
    pub wanted: Wanted,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A whole number.
    Whole,
    /// A whole number, or a percentage.
    Share,
    /// `true` or `false`.
    Truth,
    /// A string.
    Text,
    /// A mapping of strings.
    Texts,
    /// An amount of a resource.
    Amount,
}

impl Wanted {
    /// After "must be": `a whole number`.
    pub fn words(self) -> &'static str {
        match self {
            Wanted::Whole => "a whole number",
            Wanted::Share => "a whole number or a percentage such as `25%`",
            Wanted::Truth => "`true` or `false`",
            Wanted::Text => "a string",
            Wanted::Texts => "a mapping of strings",
            Wanted::Amount => "a quantity such as `500m` or `2Gi`",
        }
    }

    fn takes(self, value: &Value) -> bool {
        match (self, &value.kind) {
            (_, Kind::Null) => true,
            (Wanted::Whole, _) => value.as_i64().is_some(),
            (Wanted::Share, Kind::Number(number)) => number.as_i64().is_some(),
            (Wanted::Share, Kind::String(text)) => text
                .strip_suffix('%')
                .is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit())),
            (Wanted::Truth, Kind::Bool(_))
            | (Wanted::Text, Kind::String(_))
            | (Wanted::Texts, Kind::Map(_)) => true,
            (Wanted::Amount, Kind::Number(_)) => true,
            (Wanted::Amount, Kind::String(text)) => is_quantity(text),
            _ => false,
        }
    }
}

impl Types {
    /// The values of an object that Kubernetes does not take, in the order of the table. What stands for a value that is
    /// filled in later is none of them.
    pub fn wrong_in<'a>(&self, group: &str, kind: &str, object: &'a Value) -> Vec<WrongType<'a>> {
        let title = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let mut search = Search { root: object, prefix: FieldPath::root(), found: Vec::new() };
        search.each(&self.any.texts, Wanted::Texts, Some(Wanted::Text));
        for fields in self.kinds.iter().filter(|fields| fields.kinds.contains(&title)) {
            search.each(&fields.texts, Wanted::Texts, Some(Wanted::Text));
            search.each(&fields.whole, Wanted::Whole, None);
            search.each(&fields.share, Wanted::Share, None);
            search.each(&fields.truth, Wanted::Truth, None);
            search.each(&fields.amounts, Wanted::Texts, Some(Wanted::Amount));
            search.each(&fields.amount, Wanted::Amount, None);
        }
        search.found
    }

    /// Those of the spec of a pod, which stands at `path` of an object.
    pub fn wrong_in_pod<'a>(&self, spec: &'a Value, path: &FieldPath) -> Vec<WrongType<'a>> {
        let mut search = Search { root: spec, prefix: path.clone(), found: Vec::new() };
        // Whether these are mappings is told when the pod is read.
        search.below(&self.pod.amounts, Wanted::Amount);
        search.each(&self.pod.amount, Wanted::Amount, None);
        search.found
    }
}

struct Search<'a> {
    root: &'a Value,
    prefix: FieldPath,
    found: Vec<WrongType<'a>>,
}

impl<'a> Search<'a> {
    /// Looks at fields, and at each value in them where they are mappings.
    fn each(&mut self, patterns: &[Pattern], wanted: Wanted, inside: Option<Wanted>) {
        for (field, value) in self.fields(patterns) {
            self.look(&field, value, wanted);
            if let Some(inside) = inside {
                self.entries(&field, value, inside);
            }
        }
    }

    fn below(&mut self, patterns: &[Pattern], wanted: Wanted) {
        for (field, value) in self.fields(patterns) {
            self.entries(&field, value, wanted);
        }
    }

    fn fields(&self, patterns: &[Pattern]) -> Vec<(FieldPath, &'a Value)> {
        patterns.iter().flat_map(|pattern| pattern.find(self.root, &self.prefix)).collect()
    }

    fn entries(&mut self, field: &FieldPath, value: &'a Value, wanted: Wanted) {
        for entry in value.entries() {
            self.look(&field.key(&entry.key), &entry.value, wanted);
        }
    }

    fn look(&mut self, field: &FieldPath, value: &'a Value, wanted: Wanted) {
        if !wanted.takes(value) && !value.as_str().is_some_and(is_open) {
            self.found.push(WrongType { field: field.clone(), value, wanted });
        }
    }
}

/// Whether a text stands for a value that a tool or a person fills in.
fn is_open(text: &str) -> bool {
    text.contains(['$', '{', '<'])
}

/// Whether a text is a quantity that no resource is below.
///
/// Source: `k8s.io/apimachinery/pkg/api/resource/quantity.go`, `ParseQuantity`; `suffix.go`.
fn is_quantity(text: &str) -> bool {
    static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$")
            .expect("a pattern")
    });
    QUANTITY.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::is_quantity;

    #[test]
    fn quantities_are_spelled_as_kubernetes_reads_them() {
        for good in ["1", "0.5", ".5", "5.", "100m", "1Gi", "1e3", "1E3", "1E", "128974848", "12e-2", "1k"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in
            ["", "lots", "1 core", "10GB", "1gi", "1K", "1 Gi", "1,5", "0x10", "1GiB", "m", "1e", "1.2.3"]
        {
            assert!(!is_quantity(bad), "{bad}");
        }
    }

    #[test]
    fn the_table_can_be_read_and_every_kind_of_it_is_known() {
        let catalog = crate::catalog::Catalog::embedded();
        let types = catalog.types();
        for title in types.kinds.iter().flat_map(|fields| &fields.kinds) {
            let (kind, group) = title.split_once('.').unwrap_or((title, ""));
            assert!(catalog.kind(group, kind).is_some(), "{title}");
        }
    }
}

//! What a node must be like: labels and fields, as node selectors and node affinity ask for them.
//!
//! Source: `k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go`; for numbers
//! `k8s.io/apimachinery/pkg/labels/selector.go`, `Requirement.Matches`.

use crate::topology::Labels;
use k8s_openapi::api::core::v1 as api;

/// One thing that a node must be like.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// The key of the label, or the field.
    pub key: String,
    /// What must be so.
    pub operator: Operator,
    /// The values that it is compared with, as written.
    pub values: Vec<String>,
    /// Whether it asks for a field of the node (`metadata.name`) instead of a label.
    pub is_field: bool,
}

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// It has one of the values.
    In,
    /// It has none of the values, or is not there.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    Absent,
    /// It is a number above the value.
    Above,
    /// It is a number below the value.
    Below,
    /// The API server refuses the requirement: no node meets it.
    Never,
}

/// What a node must be like, all at once. An empty term is met by no node.
pub type NodeTerm = Vec<Requirement>;

impl Requirement {
    /// A label with one value.
    pub fn label(key: &str, value: &str) -> Requirement {
        let (key, values) = (key.to_owned(), vec![value.to_owned()]);
        Requirement { key, operator: Operator::In, values, is_field: false }
    }

    /// Whether a node of this name and these labels meets it.
    pub fn is_met(&self, name: &str, labels: &Labels) -> bool {
        let actual = match self.is_field {
            true if self.key == "metadata.name" => Some(name),
            true => None,
            false => labels.get(&self.key).map(String::as_str),
        };
        let listed = |value: &str| self.values.iter().any(|one| one == value);
        let compare = |holds: fn(i64, i64) -> bool| match (&self.values[..], actual.map(str::parse::<i64>)) {
            ([bound], Some(Ok(number))) => bound.parse().is_ok_and(|bound| holds(number, bound)),
            _ => false,
        };
        match self.operator {
            Operator::In => actual.is_some_and(listed),
            Operator::NotIn => actual.is_none_or(|value| !listed(value)),
            Operator::Exists => actual.is_some(),
            Operator::Absent => actual.is_none(),
            Operator::Above => compare(|number, bound| number > bound),
            Operator::Below => compare(|number, bound| number < bound),
            Operator::Never => false,
        }
    }

    /// The requirement as people know it from kubectl: `disk=ssd`, `zone in (a, b)`, `!spot`.
    pub fn text(&self) -> String {
        let (key, values) = (&self.key, self.values.join(", "));
        match (self.operator, self.values.len()) {
            (Operator::In, 1) => format!("{key}={values}"),
            (Operator::In, _) => format!("{key} in ({values})"),
            (Operator::NotIn, 1) => format!("{key}!={values}"),
            (Operator::NotIn, _) => format!("{key} not in ({values})"),
            (Operator::Exists, _) => key.clone(),
            (Operator::Absent, _) => format!("!{key}"),
            (Operator::Above, _) => format!("{key}>{values}"),
            (Operator::Below, _) => format!("{key}<{values}"),
            (Operator::Never, _) => format!("nothing ({key})"),
        }
    }
}

/// Whether a node of this name and these labels meets one of the terms: one term is enough, an empty one never is.
pub fn is_any_met(terms: &[NodeTerm], name: &str, labels: &Labels) -> bool {
    let met = |term: &NodeTerm| term.iter().all(|requirement| requirement.is_met(name, labels));
    terms.iter().any(|term| !term.is_empty() && met(term))
}

/// A term of a node selector: its labels, then its fields.
pub(super) fn term(term: &api::NodeSelectorTerm) -> NodeTerm {
    let labels = term.match_expressions.iter().flatten().map(|one| requirement(one, false));
    let fields = term.match_fields.iter().flatten().map(|one| requirement(one, true));
    labels.chain(fields).collect()
}

fn requirement(written: &api::NodeSelectorRequirement, is_field: bool) -> Requirement {
    let values = written.values.clone().unwrap_or_default();
    let number = || matches!(&values[..], [bound] if bound.parse::<i64>().is_ok());
    let operator = match (written.operator.as_str(), values.len()) {
        ("In", 1) => Operator::In,
        ("NotIn", 1) => Operator::NotIn,
        ("In", 2..) if !is_field => Operator::In,
        ("NotIn", 2..) if !is_field => Operator::NotIn,
        ("Exists", 0) if !is_field => Operator::Exists,
        ("DoesNotExist", 0) if !is_field => Operator::Absent,
        ("Gt", 1) if !is_field && number() => Operator::Above,
        ("Lt", 1) if !is_field && number() => Operator::Below,
        _ => Operator::Never,
    };
    Requirement { key: written.key.clone(), operator, values, is_field }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(key: &str, operator: &str, values: &[&str]) -> Requirement {
        let values = (!values.is_empty()).then(|| values.iter().map(|&value| value.to_owned()).collect());
        let (key, operator) = (key.to_owned(), operator.to_owned());
        requirement(&api::NodeSelectorRequirement { key, operator, values }, false)
    }

    #[test]
    fn operators_compare_as_the_scheduler_does() {
        let labels = Labels::from([("zone".to_owned(), "a".to_owned()), ("cpus".to_owned(), "8".to_owned())]);
        let rows = [
            ("zone", "In", &["a", "b"][..], true),
            ("zone", "In", &["b"], false),
            ("zone", "In", &[], false),
            ("rack", "In", &["a"], false),
            ("zone", "NotIn", &["b"], true),
            ("zone", "NotIn", &["a", "b"], false),
            ("rack", "NotIn", &["a"], true),
            ("zone", "Exists", &[], true),
            ("zone", "Exists", &["a"], false),
            ("rack", "Exists", &[], false),
            ("rack", "DoesNotExist", &[], true),
            ("zone", "DoesNotExist", &[], false),
            ("cpus", "Gt", &["4"], true),
            ("cpus", "Gt", &["8"], false),
            ("cpus", "Lt", &["9"], true),
            ("zone", "Gt", &["4"], false),
            ("rack", "Lt", &["4"], false),
            ("cpus", "Gt", &["four"], false),
            ("cpus", "Near", &["8"], false),
        ];
        for (key, operator, values, expected) in rows {
            let met = written(key, operator, values).is_met("n", &labels);
            assert_eq!(met, expected, "{key} {operator} {values:?}");
        }
    }

    #[test]
    fn one_term_is_enough_and_an_empty_one_is_met_by_no_node() {
        let labels = Labels::from([("zone".to_owned(), "a".to_owned())]);
        let (a, b) = (Requirement::label("zone", "a"), Requirement::label("zone", "b"));
        assert!(is_any_met(&[vec![b.clone()], vec![a.clone()]], "n", &labels));
        assert!(!is_any_met(&[vec![a, b]], "n", &labels));
        assert!(!is_any_met(&[Vec::new()], "n", &labels));
        assert!(!is_any_met(&[], "n", &labels));
    }

    #[test]
    fn a_field_asks_for_the_name_of_the_node() {
        let name = Requirement { is_field: true, ..Requirement::label("metadata.name", "n") };
        assert!(name.is_met("n", &Labels::new()) && !name.is_met("m", &Labels::new()));
    }
}

//! The pods that operators make for objects which describe none: what the catalog knows of them.

use super::selector::{Labels, Selector, labels};
use crate::catalog::vocabulary::{CrewRule, Workload};
use crate::catalog::{Catalog, FieldPath, KindRule, Pattern};
use crate::document::Identity;
use crate::model::Object;
use crate::names::count;
use std::collections::BTreeMap;

/// Labels may vary in so many ways at most.
const MOST_WAYS: usize = 32;

/// Pods that an operator makes, alike but for some labels.
#[derive(Clone, Debug)]
pub struct Crew {
    /// What selectors lead to that pick them: a workload that the operator makes, or the object itself.
    pub stands_for: Identity,
    /// What runs in them, as words for one and for many.
    pub what: [String; 2],
    /// Their labels, in each way in which they vary.
    pub labels: Vec<Labels>,
    /// Their number, where it is known. Never negative.
    pub copies: Option<i64>,
    /// The field with their number, whether it is there or not.
    pub field: FieldPath,
    /// The ports that they are known to listen on, by name.
    pub ports: BTreeMap<String, u16>,
}

impl Crew {
    /// How many of what: `3 PostgreSQL servers`; without a number where it is not known.
    pub fn counted(&self) -> String {
        let [one, many] = &self.what;
        match self.copies.and_then(|copies| usize::try_from(copies).ok()) {
            Some(0) => format!("no {one} for now"),
            Some(copies) => count(copies, one, many),
            None => many.clone(),
        }
    }

    /// Whether a selector picks some of them.
    pub fn is_picked(&self, selector: &Selector) -> bool {
        self.labels.iter().any(|labels| selector.matches(labels))
    }
}

/// The pods that an operator makes for an object.
pub(super) fn of(object: &Object, rule: &KindRule, catalog: &Catalog) -> Vec<Crew> {
    let counts = |rule: &&CrewRule| {
        rule.when.as_ref().is_none_or(|when| when.holds(&object.value))
            && !rule.unless.as_ref().is_some_and(|unless| unless.holds(&object.value))
    };
    rule.crew.iter().filter(counts).map(|rule| crew(object, rule, catalog)).collect()
}

fn crew(object: &Object, rule: &CrewRule, catalog: &Catalog) -> Crew {
    let (name, namespace) = (&object.identity.name, &object.identity.namespace);
    let mut own = Labels::new();
    for field in &rule.labels_from {
        let found = field.find(&object.value, &FieldPath::root());
        found.into_iter().for_each(|(_, value)| own.extend(labels(Some(value))));
    }
    own.extend(rule.labels.iter().map(|(key, value)| (key.clone(), value.fill("", name, namespace))));
    let mut ways = vec![own];
    for (key, values) in &rule.varies {
        let each = ways.iter().flat_map(|way| {
            values.iter().map(|value| {
                let mut way = way.clone();
                way.insert(key.clone(), value.fill("", name, namespace));
                way
            })
        });
        ways = each.take(MOST_WAYS).collect();
    }
    let fields = rule.copies.as_ref().map(|field| field.find(&object.value, &FieldPath::root()));
    let field = fields.and_then(|fields| Some(fields.first()?.0.clone())).unwrap_or_default();
    let copies = copies(object, rule);
    let stands_for = match &rule.workload {
        Some(Workload { kind, name_as }) => {
            object.identity.sibling(catalog.group_of(kind), kind, &name_as.fill("", name, namespace))
        }
        None => object.identity.clone(),
    };
    Crew { stands_for, what: rule.what.clone(), labels: ways, copies, field, ports: rule.ports.clone() }
}

fn copies(object: &Object, rule: &CrewRule) -> Option<i64> {
    let numbers = |field: &Option<Pattern>| {
        let found = field.as_ref().map(|field| field.find(&object.value, &FieldPath::root()));
        let found = found.unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null());
        found.map(|(_, value)| value.as_i64().map(|number| number.max(0))).collect::<Vec<Option<i64>>>()
    };
    let copies = numbers(&rule.copies);
    let one = if copies.is_empty() { rule.default } else { sum(copies) };
    let times = numbers(&rule.times);
    let times = if times.is_empty() { Some(1) } else { sum(times) };
    one?.checked_mul(times?)
}

/// The sum of numbers that are all known.
fn sum(numbers: Vec<Option<i64>>) -> Option<i64> {
    numbers.into_iter().try_fold(0_i64, |sum, number| sum.checked_add(number?))
}

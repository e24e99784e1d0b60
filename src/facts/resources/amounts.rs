//! Amounts of resources by name, each with where it comes from.

use crate::catalog::FieldPath;
use crate::document::is_placeholder;
use crate::facts::quantity::{Quantity, resource_words};
use crate::topology::NodeIndex;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Written;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Amounts of resources by name. As JSON it is `{cpu_m, memory_bytes, ephemeral_storage_bytes, "<other>"}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    amounts: BTreeMap<String, Amount>,
    /// What a tool puts in later, as written, by name: nobody knows how much that is.
    open: BTreeMap<String, String>,
}

/// How much of one resource, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// How much.
    pub quantity: Quantity,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an amount comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The manifest says so: of a container, or, for a whole pod, in `resources` of the pod.
    Written,
    /// It is a request that nobody wrote, and the limit counts as one.
    Limit,
    /// A LimitRange of the namespace gives it: the node, and the field there.
    LimitRange(NodeIndex, FieldPath),
    /// Of a whole pod: the sum of the containers and sidecars, which run at the same time.
    Running,
    /// Of a whole pod: an init container, given by its index, with the sidecars that run by then.
    Init(usize),
    /// Of a whole pod: its overhead alone.
    Overhead,
}

impl Resources {
    /// The amount of CPU in millicores, if there is one.
    pub fn cpu_m(&self) -> Option<i64> {
        self.get("cpu").map(Quantity::millis)
    }

    /// The amount of memory in bytes, if there is one.
    pub fn memory_bytes(&self) -> Option<i64> {
        self.get("memory").map(Quantity::units)
    }

    /// The amount of disk for logs, written files, and `emptyDir` volumes in bytes, if there is one.
    pub fn ephemeral_storage_bytes(&self) -> Option<i64> {
        self.get("ephemeral-storage").map(Quantity::units)
    }

    /// How much of a resource, if there is an amount of it.
    pub fn get(&self, name: &str) -> Option<Quantity> {
        self.amounts.get(name).map(|amount| amount.quantity)
    }

    /// How much of a resource and why, if there is an amount of it.
    pub fn amount(&self, name: &str) -> Option<&Amount> {
        self.amounts.get(name)
    }

    /// Whether there is an amount of nothing.
    pub fn is_empty(&self) -> bool {
        self.amounts.is_empty() && self.open.is_empty()
    }

    /// The amounts that a tool puts in later, as written, by name.
    pub fn open(&self) -> impl Iterator<Item = (&str, &str)> {
        self.open.iter().map(|(name, written)| (name.as_str(), written.as_str()))
    }

    /// Whether a tool puts in the amount of a resource later.
    pub fn is_open(&self, name: &str) -> bool {
        self.open.contains_key(name)
    }

    /// Takes over what is open in another one, where it says nothing itself.
    pub(super) fn open_as(&mut self, other: &Resources) {
        for (name, written) in &other.open {
            if !self.amounts.contains_key(name) {
                self.open.entry(name.clone()).or_insert_with(|| written.clone());
            }
        }
    }

    /// The amounts: CPU, memory, scratch disk, then the others by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Amount)> {
        const FIRST: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
        let first = FIRST.into_iter().filter_map(|name| Some((name, self.amounts.get(name)?)));
        let others = self.amounts.iter().filter(|(name, _)| !FIRST.contains(&name.as_str()));
        first.chain(others.map(|(name, amount)| (name.as_str(), amount)))
    }

    /// The amounts in words: `250m CPU`, `256 MiB memory`.
    pub fn words(&self) -> Vec<String> {
        self.iter().map(|(name, amount)| resource_words(name, amount.quantity)).collect()
    }

    /// What a manifest says, each amount rounded up to thousandths; what is no quantity is left out.
    pub(super) fn read(written: Option<&BTreeMap<String, Written>>) -> Resources {
        let open = written.into_iter().flatten().filter(|(_, text)| is_placeholder(&text.0));
        let open = open.map(|(name, text)| (name.clone(), text.0.clone()));
        let amounts = written.into_iter().flatten().filter_map(|(name, text)| {
            let quantity = Quantity::parse(&text.0)?.in_millis();
            Some((name.clone(), Amount { quantity, origin: Origin::Written }))
        });
        Resources { amounts: amounts.collect(), open: open.collect() }
    }

    /// The names in a manifest whose amounts are no quantity, in backticks.
    pub(super) fn unread(written: Option<&BTreeMap<String, Written>>) -> Vec<String> {
        let wrong = written.into_iter().flatten();
        let wrong = wrong.filter(|(_, text)| Quantity::parse(&text.0).is_none() && !is_placeholder(&text.0));
        wrong.map(|(name, _)| crate::facts::quoted(name)).collect()
    }

    pub(super) fn set(&mut self, name: &str, quantity: Quantity, origin: Origin) {
        self.amounts.insert(name.to_owned(), Amount { quantity, origin });
    }

    /// Takes over the amounts of `other` that it has none of.
    pub(super) fn fill(&mut self, other: &Resources) {
        for (name, amount) in other.amounts.iter().filter(|(name, _)| !self.open.contains_key(*name)) {
            self.amounts.entry(name.clone()).or_insert_with(|| amount.clone());
        }
    }

    /// Adds the amounts of `other`; those that were not there have the given origin.
    pub(super) fn add(&mut self, other: &Resources, origin: &Origin) {
        for (name, amount) in &other.amounts {
            let none = || Amount { quantity: Quantity::default(), origin: origin.clone() };
            let sum = self.amounts.entry(name.clone()).or_insert_with(none);
            sum.quantity = sum.quantity.plus(amount.quantity);
        }
    }

    /// Takes over the amounts of `other` that are larger, with the given origin.
    pub(super) fn raise(&mut self, other: &Resources, origin: &Origin) {
        for (name, amount) in &other.amounts {
            if self.get(name).is_none_or(|mine| amount.quantity > mine) {
                self.set(name, amount.quantity, origin.clone());
            }
        }
    }

    /// The names whose amounts fit a test of their origin, in backticks.
    pub(super) fn names(&self, test: impl Fn(&Origin) -> bool) -> Vec<String> {
        let fitting = self.iter().filter(|(_, amount)| test(&amount.origin));
        fitting.map(|(name, _)| crate::facts::quoted(name)).collect()
    }
}

impl Serialize for Resources {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(name, amount)| match name {
            "cpu" => ("cpu_m", amount.quantity.millis()),
            "memory" => ("memory_bytes", amount.quantity.units()),
            "ephemeral-storage" => ("ephemeral_storage_bytes", amount.quantity.units()),
            other => (other, amount.quantity.units()),
        }))
    }
}

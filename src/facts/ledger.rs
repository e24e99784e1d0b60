//! The facts as a list: what `podviz explain --format json` prints.

use super::known::Known;
use crate::catalog::{Catalog, FieldPath};
use crate::document::{Identity, is_of_programs};
use crate::model::Object;
use crate::topology::{NodeIndex, Topology};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing that is true of one subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// `Kind namespace/name`, or `Container namespace/workload/container`.
    pub subject: String,
    /// Which thing, such as `qos`: a stable name.
    pub fact: &'static str,
    /// What is true. CPU is in millicores, `_bytes` and `_s` (seconds) stand in the names of keys.
    pub value: Value,
    /// Why, raw.
    pub why: String,
    /// Where it says so.
    pub source: Place,
    /// The node that the fact is about.
    #[serde(skip)]
    pub node: NodeIndex,
    /// The container that it is about, by its index in the pod.
    #[serde(skip)]
    pub container: Option<usize>,
}

/// A field of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The path relative to the input.
    pub file: String,
    /// The line, from 1, of the field or of the closest one above it that is there.
    pub line: u32,
    /// The field, such as `spec.template.spec.containers[app].resources`.
    pub field: String,
}

/// Takes the facts down one by one, and hands each on: a large input has very many.
pub struct Ledger<'a> {
    topology: &'a Topology,
    catalog: &'a Catalog,
    /// How many workloads of a namespace share a name.
    namesakes: BTreeMap<(&'a str, &'a str, &'a str), usize>,
    take: &'a mut dyn FnMut(Fact),
}

impl<'a> Ledger<'a> {
    pub(super) fn new(
        topology: &'a Topology,
        catalog: &'a Catalog,
        take: &'a mut dyn FnMut(Fact),
    ) -> Ledger<'a> {
        let mut namesakes: BTreeMap<_, usize> = BTreeMap::new();
        for (_, node, _) in topology.workloads() {
            let Identity { environment, namespace, name, .. } = &node.identity;
            *namesakes.entry((&**environment, &**namespace, &**name)).or_default() += 1;
        }
        Ledger { topology, catalog, namesakes, take }
    }

    /// Takes down what is true of an object.
    pub fn object<T: Serialize>(&mut self, index: NodeIndex, fact: &'static str, known: &Known<T>) {
        let subject = self.subject(&self.topology.nodes[index].identity);
        self.add(index, None, subject, fact, known);
    }

    /// Takes down what is true of a container, given by its index in the pod of a node.
    pub fn container<T: Serialize>(
        &mut self,
        index: NodeIndex,
        position: usize,
        fact: &'static str,
        known: &Known<T>,
    ) {
        let node = &self.topology.nodes[index];
        let Some(container) = node.pod.as_ref().and_then(|pod| pod.containers.get(position)) else { return };
        let Identity { environment, namespace, name, kind, .. } = &node.identity;
        let alone = self.namesakes.get(&(&**environment, &**namespace, &**name)).is_none_or(|&many| many < 2);
        let kind = if alone { String::new() } else { format!("{}.", kind.to_ascii_lowercase()) };
        let subject = format!(
            "{}Container {namespace}/{kind}{name}/{}",
            self.topology.prefix(environment),
            container.key
        );
        self.add(index, Some(position), subject, fact, known);
    }

    /// How an object is called where facts name it: `Service shop/web`.
    pub fn subject(&self, identity: &Identity) -> String {
        subject(self.topology, self.catalog, identity)
    }

    fn add<T: Serialize>(
        &mut self,
        node: NodeIndex,
        container: Option<usize>,
        subject: String,
        fact: &'static str,
        known: &Known<T>,
    ) {
        let declared_by = &self.topology.nodes[known.declared_by.unwrap_or(node)].object;
        let Some(object) = declared_by else { return };
        // Of a value that a tool puts in later, nothing is derived.
        if is_open(&known.field, object) {
            return;
        }
        let (file, line) = object.place(known.field.line(&object.value));
        let source = Place { file: file.to_owned(), line, field: known.field.to_string() };
        let value = serde_json::to_value(&known.value).unwrap_or_default();
        let why = known.why.to_string();
        (self.take)(Fact { subject, fact, value, why, source, node, container });
    }
}

/// How an object is called where other programs read of it: `Service shop/web`, with its group where a kind of Kubernetes
/// has the same name, and with its environment in front where there are several.
pub fn subject(topology: &Topology, catalog: &Catalog, identity: &Identity) -> String {
    let group = &identity.group;
    let kind = if catalog.borrows_name(group, &identity.kind) {
        format!("{}.{group}", identity.kind)
    } else {
        identity.kind.to_string()
    };
    let prefix = topology.prefix(&identity.environment);
    match &*identity.namespace {
        "" => format!("{prefix}{kind} {}", identity.name),
        namespace => format!("{prefix}{kind} {namespace}/{}", identity.name),
    }
}

/// Whether a tool puts the value of a field in later.
fn is_open(field: &FieldPath, object: &Object) -> bool {
    let is_of_programs = field.outward().filter_map(FieldPath::last_key).any(is_of_programs);
    !is_of_programs && field.find(&object.value).is_some_and(|value| value.holds_placeholder(1))
}

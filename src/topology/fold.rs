//! Live dumps: the pods and ReplicaSets of a workload stand beside it. They are what it made, no workloads of their own.

use super::build::{Draft, Reference};
use crate::catalog::{Catalog, FieldPath, Relation};
use crate::document::{Identity, Value};
use crate::model::{Inventory, Object};
use std::collections::BTreeSet;

/// The objects that a workload of the input made, as their owner references say. Whoever reads them sees the workload
/// instead: its template says what its pods are.
///
/// Source: `k8s.io/apimachinery/pkg/apis/meta/v1/controller_ref.go`, `GetControllerOf`.
pub(super) fn made_by_workloads<'a>(inventory: &'a Inventory, catalog: &Catalog) -> BTreeSet<&'a Identity> {
    let makes_pods = |object: &Object| {
        let rule = catalog.kind(&object.identity.group, &object.identity.kind);
        rule.and_then(|rule| rule.pods.template()).is_some_and(|path| path != ".")
    };
    let makers: BTreeSet<&Identity> =
        inventory.objects.iter().filter(|object| makes_pods(object)).map(|object| &object.identity).collect();
    let made = inventory.objects.iter().filter(|object| makes_pods(object) || object.identity.is("", "Pod"));
    made.filter(|object| maker(object, catalog).is_some_and(|maker| makers.contains(&maker)))
        .map(|object| &object.identity)
        .collect()
}

/// The object that an owner reference names as the controller.
pub(super) fn maker(object: &Object, catalog: &Catalog) -> Option<Identity> {
    let owners = object.value.at("metadata.ownerReferences").map(Value::items).unwrap_or_default();
    let controls = |owner: &&Value| owner.get("controller").and_then(Value::as_bool) == Some(true);
    let owner = owners.iter().find(controls)?;
    let text = |key| owner.get(key).and_then(Value::as_str);
    let (kind, name) = (text("kind")?, text("name")?);
    let group = text("apiVersion")?.rsplit_once('/').map_or("", |(group, _)| group);
    Some(object.identity.sibling(catalog.successor(group, kind), kind, name))
}

/// The Node that a pod runs on, which is all that it does not share with the template of its workload.
pub(super) fn place(pod: &Object, draft: &mut Draft) {
    let field = FieldPath::of("spec.nodeName");
    let host = field.find(&pod.value).and_then(Value::scalar_text).filter(|name| !name.is_empty());
    if let Some(host) = host {
        let node = Identity { namespace: "".into(), ..pod.identity.sibling("", "Node", &host) };
        draft.add(Reference::new(pod, node, Relation::SchedulesOn, field));
    }
}

/// What a live dump does not show: of a kind that it holds no object of, nobody can say that one is missing.
pub(super) struct Unread<'a> {
    dumps: BTreeSet<&'a str>,
    kinds: BTreeSet<(&'a str, &'a str, &'a str)>,
    namespaces: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Unread<'a> {
    /// What the dumps of an inventory do not show.
    pub fn of(inventory: &'a Inventory) -> Unread<'a> {
        let dumps = inventory.environments.iter().filter(|environment| environment.source == "dump");
        let dumps: BTreeSet<&str> = dumps.map(|environment| environment.name.as_str()).collect();
        let read = || inventory.objects.iter().map(|object| &object.identity);
        let kinds = read().map(|identity| (&*identity.environment, &*identity.group, &*identity.kind));
        let namespaces = read().map(|identity| (&*identity.environment, &*identity.namespace));
        Unread { dumps, kinds: kinds.collect(), namespaces: namespaces.collect() }
    }

    /// Whether an object may well be in the cluster: its kind, or its namespace, was not read.
    pub fn has(&self, identity: &Identity) -> bool {
        let environment = &*identity.environment;
        self.dumps.contains(environment)
            && (!self.kinds.contains(&(environment, &*identity.group, &*identity.kind))
                || !self.namespaces.contains(&(environment, &*identity.namespace)))
    }
}

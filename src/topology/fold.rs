//! Live dumps: the pods and ReplicaSets of a workload stand beside it. They are what it made, no workloads of their own.

use super::Node;
use super::build::{Draft, Member, Reference};
use super::pod::Pod;
use super::selector::Labels;
use crate::catalog::{Catalog, FieldPath, Relation};
use crate::document::{Identity, Value};
use crate::model::{Inventory, Object};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// What a pod is like: who made it, and its containers with their images.
type Likeness = (Identity, Vec<(String, String)>);

/// Lets the first of the pods that one absent controller made alike stand for the others.
///
/// Source: `k8s.io/apimachinery/pkg/apis/meta/v1/controller_ref.go`, `GetControllerOf`. A Node owns the pods that its
/// kubelet reads from files (`k8s.io/kubernetes/pkg/kubelet/pod/mirror_client.go`, `CreateMirrorPod`): these have nothing
/// in common but their node.
pub(super) fn fold_alike(members: &mut [Member], catalog: &Catalog) {
    let mut groups: BTreeMap<Likeness, Vec<usize>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate() {
        let Some(pod) = member.pod.as_deref().filter(|_| member.object.identity.is("", "Pod")) else {
            continue;
        };
        let Some(maker) = maker(&member.object, catalog).filter(|maker| !maker.is("", "Node")) else {
            continue;
        };
        groups.entry((maker, containers(pod))).or_default().push(index);
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let own = |index: &usize| {
            let member = &members[*index];
            let labels = member.pod.as_ref().map(|pod| pod.labels.clone()).unwrap_or_default();
            (member.object.identity.name.to_string(), labels)
        };
        let known: Vec<(String, Labels)> = group.iter().map(own).collect();
        let first = members[group[0]].object.identity.clone();
        if let Some(pod) = &mut members[group[0]].pod {
            let pod = Arc::make_mut(pod);
            pod.labels.retain(|key, value| known.iter().all(|(_, labels)| labels.get(key) == Some(value)));
            pod.given.known = known;
        }
        for index in group.into_iter().skip(1) {
            let member = &mut members[index];
            member.replica = member.pod.take();
            member.like = Some(first.clone());
        }
    }
}

fn containers(pod: &Pod) -> Vec<(String, String)> {
    let each = pod.containers.iter();
    each.map(|container| (container.name.clone(), container.image.clone())).collect()
}

impl Node {
    /// The Deployment that made the ReplicaSet which made this pod: the name of that ReplicaSet is the Deployment's and the
    /// hash of its template, which the pod bears as a label.
    ///
    /// Source: `k8s.io/kubernetes/pkg/controller/deployment/sync.go`, `getNewReplicaSet`.
    pub fn deployment(&self, replica_set: &Identity) -> Option<String> {
        let object: &Object = self.object.as_deref().filter(|_| replica_set.is("apps", "ReplicaSet"))?;
        let hash = object.value.at("metadata.labels")?.get("pod-template-hash").and_then(Value::as_str)?;
        let name = replica_set.name.strip_suffix(hash)?.strip_suffix('-')?;
        (!name.is_empty()).then(|| name.to_owned())
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

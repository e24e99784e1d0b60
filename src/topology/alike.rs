//! Partial dumps: pods whose controller is not in the input. Those of one controller that run the same containers are one
//! group, for which the first one by name stands.

use super::build::Member;
use super::fold::maker;
use super::pod::Pod;
use super::selector::Labels;
use crate::catalog::Catalog;
use crate::document::{Identity, Value};
use crate::model::Object;
use crate::topology::Node;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a pod is like: who made it, and its containers with their images.
type Likeness = (Identity, Vec<(String, String)>);

/// Lets the first of the pods that one absent controller made alike stand for the others.
///
/// Source: `k8s.io/apimachinery/pkg/apis/meta/v1/controller_ref.go`, `GetControllerOf`. A Node owns the pods that its
/// kubelet reads from files (`k8s.io/kubernetes/pkg/kubelet/pod/mirror_client.go`, `CreateMirrorPod`): these have nothing
/// in common but their node.
pub(super) fn fold(members: &mut [Member], catalog: &Catalog) {
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

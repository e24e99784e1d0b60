//! Applications that somebody wrote down: in the settings, as labels, or by installing a chart.

use super::{Evidence, Group, Membership, is_owned, may_belong};
use crate::catalog::Settings;
use crate::topology::{Node, NodeIndex, Topology};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an object says about its application.
struct Claim {
    index: NodeIndex,
    namespace: Arc<str>,
    by: Evidence,
}

/// The groups that are declared and hold a workload; objects that say so belong to them.
pub(super) fn groups(topology: &Topology, settings: &Settings, membership: &mut Membership) -> Vec<Group> {
    let mut claims: BTreeMap<(Arc<str>, String), Vec<Claim>> = BTreeMap::new();
    for (index, node) in topology.nodes.iter().enumerate().filter(|(index, _)| may_belong(topology, *index)) {
        let Some((name, by, namespace)) = claim(node, settings).filter(|_| !is_owned(topology, index)) else {
            continue;
        };
        let key = (Arc::clone(&node.identity.environment), name);
        claims.entry(key).or_default().push(Claim { index, namespace, by });
    }
    let mut groups = Vec::new();
    for ((_, name), claims) in claims {
        let title = settings.applications.iter().find(|rule| rule.name == name);
        let title = title.and_then(|rule| rule.title.clone());
        for claims in apart(topology, claims) {
            let is_workload = |claim: &&Claim| topology.nodes[claim.index].pod.is_some();
            let workloads: BTreeSet<NodeIndex> =
                claims.iter().filter(is_workload).map(|claim| claim.index).collect();
            let Some(by) = claims.iter().map(|claim| claim.by).min() else { continue };
            if workloads.is_empty() {
                continue;
            }
            claims.iter().for_each(|claim| membership[claim.index] = Some(groups.len()));
            groups.push(Group { name: name.as_str().into(), title: title.clone(), by, workloads });
        }
    }
    groups
}

/// The application that an object names, how, and the namespace that the name is valid in.
fn claim(node: &Node, settings: &Settings) -> Option<(String, Evidence, Arc<str>)> {
    let object = node.object.as_deref()?;
    let identity = &node.identity;
    let here = || Arc::clone(&identity.namespace);
    if let Some(rule) = settings.application_of(identity) {
        return Some((rule.name.clone(), Evidence::Settings, here()));
    }
    if let Some((name, by)) = labelled(&|key| object.label(key)) {
        return Some((name, by, here()));
    }
    if let Some(name) = object.annotation("meta.helm.sh/release-name").filter(|name| !name.is_empty()) {
        let namespace = object.annotation("meta.helm.sh/release-namespace");
        return Some((name.to_owned(), Evidence::Release, namespace.map_or_else(here, Arc::from)));
    }
    // The labels of pods may be there for the program itself, so those of the object count first.
    let pod = node.pod.as_deref()?;
    let (name, by) = labelled(&|key| pod.labels.get(key).map(String::as_str))?;
    Some((name, by, here()))
}

/// The application that labels name.
fn labelled<'a>(label: &dyn Fn(&str) -> Option<&'a str>) -> Option<(String, Evidence)> {
    let named = |key: &str| label(key).filter(|value| !value.is_empty()).map(str::to_owned);
    let of_helm = || matches!(label("heritage"), Some("Helm" | "Tiller"));
    named("app.kubernetes.io/part-of")
        .map(|name| (name, Evidence::PartOf))
        .or_else(|| Some((named("app.kubernetes.io/instance")?, Evidence::Instance)))
        .or_else(|| Some((named("release").filter(|_| of_helm())?, Evidence::Release)))
}

/// Claims of one name, application by application: an installation belongs to one namespace, while `part-of` and the
/// settings may span several, unless these hold the same workloads: then each is a copy of its own.
fn apart(topology: &Topology, claims: Vec<Claim>) -> Vec<Vec<Claim>> {
    let spans = |by: Evidence| matches!(by, Evidence::Settings | Evidence::PartOf);
    let mut names: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| topology.nodes[claim.index].pod.is_some()) {
        let identity = &topology.nodes[claim.index].identity;
        names.entry((&identity.kind, &identity.name)).or_default().insert(&identity.namespace);
    }
    let copies = names.values().any(|namespaces| namespaces.len() > 1);
    let spanning: BTreeSet<Arc<str>> = claims
        .iter()
        .filter(|claim| spans(claim.by) && !copies && !claim.namespace.is_empty())
        .map(|claim| Arc::clone(&claim.namespace))
        .collect();
    let home = |namespace: &Arc<str>| match spanning.first() {
        Some(first) if spanning.contains(namespace) => Arc::clone(first),
        _ => Arc::clone(namespace),
    };
    let mut found: BTreeMap<Arc<str>, Vec<Claim>> = BTreeMap::new();
    let mut of_cluster = Vec::new();
    for claim in claims {
        match claim.namespace.is_empty() {
            true => of_cluster.push(claim),
            false => found.entry(home(&claim.namespace)).or_default().push(claim),
        }
    }
    // What stands in no namespace goes with the only application of its name.
    let mut found: Vec<Vec<Claim>> = found.into_values().collect();
    match &mut found[..] {
        [] => vec![of_cluster],
        [only] => {
            only.extend(of_cluster);
            found
        }
        _ => found,
    }
}

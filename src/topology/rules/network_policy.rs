//! A NetworkPolicy allows the peers that its rules name.
//!
//! A `podSelector` alone picks in the policy's namespace, a `namespaceSelector` alone picks whole namespaces, both in
//! one item pick the pods of these namespaces; an `ipBlock` is an address outside. A rule without peers allows
//! everyone and names nobody.
//!
//! Source: `k8s.io/api/networking/v1/types.go`, `NetworkPolicyPeer`.

use super::super::build::{CROWD, Cast, Draft, HOST, Pick, Reference, target};
use super::super::selector::Selector;
use crate::catalog::{FieldPath, Pattern, Relation, Role, Selection};
use crate::document::{Identity, Value};
use crate::model::Object;

/// More ports of a rule than this are counted, not named.
const MOST_PORTS: usize = 12;

/// How the labels of what is allowed to come in begin.
pub const INCOMING: &str = "incoming";

/// A peer that picks more workloads or namespaces than this stands as one node, named by its selectors.
const MOST_NAMED: usize = 20;

pub(super) fn apply(policy: &Object, cast: &Cast, draft: &mut Draft) {
    isolate_all(policy, cast, draft);
    for (direction, list, peers, way) in
        [("Ingress", "spec.ingress[]", "from[]", INCOMING), ("Egress", "spec.egress[]", "to[]", "outgoing")]
    {
        let (Ok(list), Ok(peers)) = (Pattern::parse(list), Pattern::parse(peers)) else { continue };
        for (path, rule) in list.find(&policy.value, &FieldPath::root()) {
            if !isolates(policy, direction) {
                continue;
            }
            let label = connections(way, rule);
            for (field, peer) in peers.find(rule, &path) {
                for (to, key) in allowed(policy, peer, cast) {
                    if &*to.kind == CROWD {
                        draft.infer(to.clone(), Role::Workload);
                    }
                    let reference = Reference::new(policy, to, Relation::Allows, field.key(key));
                    draft.add(Reference { label: Some(label.clone()), ..reference });
                }
            }
        }
    }
}

/// What a rule allows: `incoming on 8080/TCP`, `outgoing` where it names no port.
fn connections(way: &str, rule: &Value) -> String {
    let ports = rule.get("ports").map(Value::items).unwrap_or_default().iter().map(|entry| {
        let text = |key| entry.get(key).and_then(Value::scalar_text);
        let last = text("endPort").map(|last| format!("–{last}")).unwrap_or_default();
        let protocol = text("protocol").unwrap_or_else(|| "TCP".to_owned());
        text("port").map_or_else(|| format!("any {protocol} port"), |port| format!("{port}{last}/{protocol}"))
    });
    let mut ports: Vec<String> = ports.collect();
    // Each peer of the rule gets this label.
    if ports.len() > MOST_PORTS {
        let rest = ports.split_off(MOST_PORTS - 1).len();
        ports.push(format!("{rest} more"));
    }
    if ports.is_empty() { way.to_owned() } else { format!("{way} on {}", ports.join(", ")) }
}

/// Whether a NetworkPolicy rules over a direction, `Ingress` or `Egress`. Rules for one that it does not rule over have
/// no effect.
///
/// Source: `k8s.io/api/networking/v1/types.go`: without `policyTypes` it rules over incoming connections, and over
/// outgoing ones if it has rules for them.
pub fn isolates(policy: &Object, direction: &str) -> bool {
    match policy.value.at("spec.policyTypes").map(Value::items).filter(|types| !types.is_empty()) {
        Some(types) => types.iter().any(|one| one.as_str() == Some(direction)),
        None => {
            direction == "Ingress"
                || policy.value.at("spec.egress").is_some_and(|rules| !rules.items().is_empty())
        }
    }
}

/// A policy without a `podSelector`, or without a `spec`, is for every pod of its namespace; one with a selector is the
/// catalog's.
fn isolate_all(policy: &Object, cast: &Cast, draft: &mut Draft) {
    if policy.value.at("spec.podSelector").is_some_and(Value::is_map) {
        return;
    }
    let own = &policy.identity;
    let Some(by) = cast.index(own) else { return };
    let every = Selector::default();
    let picked = cast.picked_or_made(&own.environment, &own.namespace, &every).collect::<Vec<_>>();
    let picked = picked.into_iter();
    draft.pick(Pick {
        by,
        relation: Relation::Selects,
        field: FieldPath::of("spec"),
        reverse: false,
        of_pods: true,
        picked: picked.filter_map(|index| u32::try_from(index).ok()).collect(),
        selector: every.clone(),
    });
}

/// Whom one peer means, with the key of the peer that says so.
fn allowed(policy: &Object, peer: &Value, cast: &Cast) -> Vec<(Identity, &'static str)> {
    let own = &policy.identity;
    if let Some(cidr) = peer.at("ipBlock.cidr").and_then(Value::as_str) {
        return vec![(target(own, "", HOST, None, cidr, cast.catalog), "ipBlock")];
    }
    let read = |key| {
        peer.get(key)
            .filter(|value| value.is_map())
            .map(|value| Selector::read(value, Selection::LabelSelector))
    };
    let namespaces = read("namespaceSelector").map(|selector| {
        let all = cast.namespaces(&own.environment);
        all.filter(|(_, labels)| selector.matches(labels)).map(|(name, _)| name).collect::<Vec<_>>()
    });
    match (read("podSelector"), namespaces) {
        (Some(pods), namespaces) => {
            let of_namespaces = namespaces.is_some().then(|| read("namespaceSelector")).flatten();
            let namespaces = namespaces.unwrap_or_else(|| vec![&own.namespace]);
            let picked = namespaces
                .iter()
                .flat_map(|namespace| cast.picked_or_made(&own.environment, namespace, &pods));
            // One more than can be named is enough to know.
            let picked: Vec<_> = picked.take(MOST_NAMED + 1).collect();
            if picked.len() > MOST_NAMED {
                return vec![(crowd(own, &pods, of_namespaces.as_ref(), cast), "podSelector")];
            }
            let stand_ins = picked.into_iter().flat_map(|member| cast.stand_ins(member, &pods));
            stand_ins.map(|identity| (identity.clone(), "podSelector")).collect()
        }
        (None, Some(namespaces)) if namespaces.len() > MOST_NAMED => {
            let of_namespaces = read("namespaceSelector");
            vec![(crowd(own, &Selector::default(), of_namespaces.as_ref(), cast), "namespaceSelector")]
        }
        (None, Some(namespaces)) => {
            let nodes = namespaces.iter().map(|name| target(own, "", "Namespace", None, name, cast.catalog));
            nodes.map(|namespace| (namespace, "namespaceSelector")).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// One node for the many pods that a peer picks.
fn crowd(own: &Identity, pods: &Selector, namespaces: Option<&Selector>, cast: &Cast) -> Identity {
    let words =
        |selector: &Selector, all: &str| if selector.is_empty() { all.to_owned() } else { selector.text() };
    let pods = words(pods, "all pods");
    match namespaces {
        None => Identity { group: "".into(), kind: CROWD.into(), name: pods.into(), ..own.clone() },
        Some(namespaces) => {
            let name = format!("{pods}, in {}", words(namespaces, "every namespace"));
            Identity { namespace: "".into(), ..target(own, "", CROWD, Some(""), &name, cast.catalog) }
        }
    }
}

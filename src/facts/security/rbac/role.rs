//! What a role lets its holders do: its own rules, those that it collects, and the roles that clusters bring along.

use super::danger::Danger;
use super::is_role;
use super::rule::Rule;
use crate::catalog::Relation;
use crate::document::{Identity, Value};
use crate::topology::{NodeIndex, State, Topology};
use std::collections::BTreeSet;

/// What a role lets its holders do.
#[derive(Clone, Debug)]
pub struct Rights {
    /// Its rules, and those of the ClusterRoles that it collects them from.
    pub rules: Vec<Rule>,
    /// What is known of it where the cluster brings it along.
    pub builtin: Option<Builtin>,
    /// Whether it is in the input, or known otherwise; else nobody can tell from the input what it allows.
    pub is_known: bool,
    /// What is dangerous about it in the whole cluster, and within one namespace; the worst first.
    dangers: [Vec<Danger>; 2],
}

/// A ClusterRole that clusters bring along.
///
/// Source: `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// What its holders may do, after "may".
    pub words: &'static str,
    /// What is dangerous about it, the worst first.
    pub dangers: &'static [Danger],
}

const USER: [(&str, Builtin); 4] = [
    ("cluster-admin", Builtin { words: "do everything with every object", dangers: &[Danger::Everything] }),
    (
        "admin",
        Builtin {
            words: "read and change nearly everything that stands in a namespace, Secrets, Roles, and RoleBindings included",
            dangers: &[Danger::Impersonate, Danger::Secrets, Danger::Tokens, Danger::Exec, Danger::Pods],
        },
    ),
    (
        "edit",
        Builtin {
            words: "read and change most of what stands in a namespace, Secrets included, but not Roles and RoleBindings",
            dangers: &[Danger::Impersonate, Danger::Secrets, Danger::Tokens, Danger::Exec, Danger::Pods],
        },
    ),
    (
        "view",
        Builtin {
            words: "read most of what stands in a namespace, but not Secrets, Roles, and RoleBindings",
            dangers: &[],
        },
    ),
];

const SYSTEM: [(&str, &str); 9] = [
    ("extension-apiserver-authentication-reader", "read how the API server recognizes its callers"),
    ("system:auth-delegator", "ask the API server whose token it sees, and what its owner may do"),
    ("system:basic-user", "ask the API server what it may do itself"),
    ("system:discovery", "ask the API server which kinds of objects it has"),
    ("system:monitoring", "read the metrics and the health of the API server"),
    ("system:persistent-volume-provisioner", "make and delete PersistentVolumes for claims"),
    ("system:public-info-viewer", "read the health and the version of the API server"),
    ("system:service-account-issuer-discovery", "read the keys that tokens are signed with"),
    ("system:node-proxier", "read the Services and addresses that traffic goes to"),
];

/// What is known of a role that clusters bring along.
pub fn builtin(role: &Identity) -> Option<Builtin> {
    let user = USER.iter().find(|(name, _)| *name == &*role.name && &*role.kind == "ClusterRole");
    let system = || {
        let (_, words) = SYSTEM.iter().find(|(name, _)| *name == &*role.name)?;
        Some(Builtin { words, dangers: &[] })
    };
    user.map(|(_, builtin)| *builtin).or_else(system)
}

/// What a role lets its holders do.
pub(super) fn rights(topology: &Topology, index: NodeIndex) -> Rights {
    let node = &topology.nodes[index];
    let mut rules = Vec::new();
    let mut seen = BTreeSet::new();
    collect(topology, index, &mut seen, &mut rules);
    let builtin = (node.state == State::External).then(|| builtin(&node.identity)).flatten();
    if builtin.is_some() {
        for added in added_to(topology, &node.identity) {
            collect(topology, added, &mut seen, &mut rules);
        }
    }
    let dangers = [true, false].map(|everywhere| dangers(&rules, builtin, everywhere));
    Rights { rules, builtin, is_known: node.object.is_some() || builtin.is_some(), dangers }
}

/// The rules of a role. One with an `aggregationRule` has those of the ClusterRoles that its selectors pick, and none
/// of its own, which Kubernetes overwrites.
///
/// Source: `k8s.io/kubernetes/pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go`.
fn collect(topology: &Topology, index: NodeIndex, seen: &mut BTreeSet<NodeIndex>, rules: &mut Vec<Rule>) {
    let mut next = vec![index];
    while let Some(index) = next.pop() {
        if !seen.insert(index) {
            continue;
        }
        let Some(object) = &topology.nodes[index].object else { continue };
        match object.value.get("aggregationRule").filter(|rule| rule.is_map()) {
            None => rules.extend(Rule::all(index, object)),
            Some(_) => {
                let picked = topology.from(index).filter(|edge| edge.relation == Relation::Selects);
                let mut picked: Vec<NodeIndex> = picked.map(|edge| edge.to).collect();
                picked.dedup();
                next.extend(picked.into_iter().rev());
            }
        }
    }
}

/// The ClusterRoles of the input whose labels add their rules to a role that clusters bring along: what is added to
/// `view` is in `edit`, and what is in `edit` is in `admin`.
fn added_to(topology: &Topology, role: &Identity) -> Vec<NodeIndex> {
    let ways: &[&str] = match &*role.name {
        "view" => &["view"],
        "edit" => &["view", "edit"],
        "admin" => &["view", "edit", "admin"],
        _ => return Vec::new(),
    };
    let adds = |way: &&str, labels: &Value| {
        let label = labels.get(&format!("rbac.authorization.k8s.io/aggregate-to-{way}"));
        label.and_then(Value::scalar_text).as_deref() == Some("true")
    };
    let roles = topology.present().filter(|(_, node)| {
        is_role(&node.identity)
            && node.identity.environment == role.environment
            && &*node.identity.kind == "ClusterRole"
    });
    let added = roles.filter(|(_, node)| {
        let labels = node.object.as_ref().and_then(|object| object.value.at("metadata.labels"));
        labels.is_some_and(|labels| ways.iter().any(|way| adds(way, labels)))
    });
    added.map(|(index, _)| index).collect()
}

fn dangers(rules: &[Rule], builtin: Option<Builtin>, everywhere: bool) -> Vec<Danger> {
    let builtin = builtin.iter().flat_map(|builtin| builtin.dangers.iter().copied());
    let all: BTreeSet<Danger> =
        builtin.chain(rules.iter().flat_map(|rule| rule.dangers(everywhere))).collect();
    // Who may do everything needs no list of what that is.
    if all.contains(&Danger::Everything) { vec![Danger::Everything] } else { all.into_iter().collect() }
}

impl Rights {
    /// What is dangerous about it, the worst first: in the whole cluster, or within one namespace.
    pub fn dangers(&self, everywhere: bool) -> &[Danger] {
        let [in_cluster, in_namespace] = &self.dangers;
        if everywhere { in_cluster } else { in_namespace }
    }
}

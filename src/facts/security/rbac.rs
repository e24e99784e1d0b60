//! Who may do what at the Kubernetes API: roles, given to accounts, people and groups by bindings.

mod danger;
mod holder;
mod role;
mod rule;
mod words;

pub use danger::Danger;
pub use holder::Holder;
pub use role::{Builtin, Rights, builtin};
pub use rule::Rule;

use crate::catalog::{FieldPath, Relation};
use crate::document::{Identity, Value};
use crate::facts::known::{Known, quoted};
use crate::facts::ledger::Ledger;
use crate::facts::scene::Scene;
use crate::model::Object;
use crate::topology::{NodeIndex, Topology};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who may do what at the Kubernetes API, as far as the input says.
///
/// Source: `k8s.io/kubernetes/pkg/registry/rbac/validation/rule.go`, `VisitRulesFor`.
#[derive(Debug, Default)]
pub struct Permissions {
    /// Every binding that names a role, sorted by identity.
    pub grants: Vec<Grant>,
    /// What each role lets its holders do.
    rights: BTreeMap<NodeIndex, Rights>,
    /// What each holder gets: the index of the grant, and the field that names the holder.
    held: BTreeMap<(Arc<str>, Holder), Vec<Naming>>,
}

/// The index of a grant, and the field of its binding that names the holder.
type Naming = (usize, FieldPath);

/// A binding: it gives the rights of a role to its subjects.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The RoleBinding or ClusterRoleBinding.
    pub binding: NodeIndex,
    /// The Role or ClusterRole.
    pub role: NodeIndex,
    /// The namespace in which the rights count; `None` for the whole cluster.
    pub namespace: Option<Arc<str>>,
    /// To whom it gives them, in the order of the manifest.
    pub holders: Vec<(Holder, FieldPath)>,
}

/// A grant that an account has.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// The grant.
    pub grant: &'a Grant,
    /// As whom the account has it: as itself, or as one of a group.
    pub holder: &'a Holder,
    /// The field of the binding that says so.
    pub field: &'a FieldPath,
}

/// Reads every role and binding.
pub(in crate::facts) fn derive(topology: &Topology) -> Permissions {
    let mut permissions = Permissions::default();
    for (index, node) in topology.present().filter(|(_, node)| is_binding(&node.identity)) {
        let Some(object) = &node.object else { continue };
        let Some(edge) = topology.from(index).find(|edge| edge.relation == Relation::Grants) else {
            continue;
        };
        let namespace = Some(Arc::clone(&node.identity.namespace)).filter(|namespace| !namespace.is_empty());
        let holders = holders(object);
        for (holder, field) in &holders {
            let key = (Arc::clone(&node.identity.environment), holder.clone());
            permissions.held.entry(key).or_default().push((permissions.grants.len(), field.clone()));
        }
        permissions.rights.entry(edge.to).or_insert_with(|| role::rights(topology, edge.to));
        permissions.grants.push(Grant { binding: index, role: edge.to, namespace, holders });
    }
    for (index, _) in topology.present().filter(|(_, node)| is_role(&node.identity)) {
        permissions.rights.entry(index).or_insert_with(|| role::rights(topology, index));
    }
    permissions
}

/// How many grants of its groups are listed for each account.
const MOST_OF_A_GROUP: usize = 40;

const GROUP: &str = "rbac.authorization.k8s.io";

/// Whether it is a RoleBinding or a ClusterRoleBinding.
pub fn is_binding(identity: &Identity) -> bool {
    &*identity.group == GROUP && matches!(&*identity.kind, "RoleBinding" | "ClusterRoleBinding")
}

/// Whether it is a Role or a ClusterRole.
pub fn is_role(identity: &Identity) -> bool {
    &*identity.group == GROUP && matches!(&*identity.kind, "Role" | "ClusterRole")
}

fn holders(binding: &Object) -> Vec<(Holder, FieldPath)> {
    let subjects = binding.value.get("subjects").map(Value::items).unwrap_or_default();
    let path = FieldPath::of("subjects");
    let subjects = subjects.iter().enumerate();
    let holders = subjects.filter_map(|(at, subject)| {
        Some((Holder::read(subject, &binding.identity.namespace)?, path.item(at, subject)))
    });
    holders.collect()
}

impl Permissions {
    /// What a role lets its holders do; `None` for what is no role.
    pub fn rights(&self, role: NodeIndex) -> Option<&Rights> {
        self.rights.get(&role)
    }

    /// What a ServiceAccount gets: as itself, then as one of the groups that Kubernetes puts it in; each binding once.
    ///
    /// Source: `k8s.io/apiserver/pkg/authentication/serviceaccount/util.go`, `MakeGroupNames`.
    pub fn of_account(&self, account: &Identity) -> Vec<Held<'_>> {
        let mut seen = BTreeSet::new();
        let held = Holder::of_account(account).into_iter().filter_map(|holder| {
            let (key, found) = self.held.get_key_value(&(Arc::clone(&account.environment), holder))?;
            Some(found.iter().map(move |(grant, field)| (*grant, &key.1, field)))
        });
        let held = held.flatten().filter(|(grant, ..)| seen.insert(*grant));
        held.map(|(grant, holder, field)| Held { grant: &self.grants[grant], holder, field }).collect()
    }

    /// The grant that a binding makes.
    pub fn of_binding(&self, binding: NodeIndex) -> Option<&Grant> {
        let at = self.grants.binary_search_by_key(&binding, |grant| grant.binding).ok()?;
        self.grants.get(at)
    }

    /// Everyone whom a binding names, with what each gets, sorted by environment.
    pub fn holders(&self) -> impl Iterator<Item = (&Arc<str>, &Holder, Vec<&Grant>)> {
        self.held.iter().map(|((environment, holder), grants)| {
            (environment, holder, grants.iter().map(|(grant, _)| &self.grants[*grant]).collect())
        })
    }

    /// What is dangerous about a grant, the worst first.
    pub fn dangers(&self, grant: &Grant) -> &[Danger] {
        let everywhere = grant.namespace.is_none();
        self.rights(grant.role).map(|rights| rights.dangers(everywhere)).unwrap_or_default()
    }
}

/// Takes down what a ServiceAccount gets.
pub(super) fn tell(permissions: &Permissions, scene: &Scene, ledger: &mut Ledger) {
    let held = permissions.of_account(&scene.object.identity);
    // Those of the account itself stand first; each account of a group has those of the group.
    let own = held.iter().take_while(|held| held.holder.meaning().is_none()).count();
    let listed = &held[..held.len().min(own + MOST_OF_A_GROUP)];
    let grants: Vec<Json> = listed
        .iter()
        .map(|held| {
            let subject = |index: NodeIndex| ledger.subject(&scene.topology.nodes[index].identity);
            let dangers: Vec<&str> =
                permissions.dangers(held.grant).iter().map(|danger| danger.id()).collect();
            json!({
                "role": subject(held.grant.role),
                "binding": subject(held.grant.binding),
                "namespace": held.grant.namespace.as_deref(),
                "dangers": dangers,
            })
        })
        .collect();
    let known = match held.first() {
        Some(held) => {
            let binding = &scene.topology.nodes[held.grant.binding].identity;
            let why = format!("{} {} names it", binding.kind, quoted(&binding.name));
            let why = if held.holder.meaning().is_some() { format!("{why} as one of a group") } else { why };
            Known::new(grants, why, held.field.clone()).said_by(held.grant.binding)
        }
        None => Known::new(grants, "no binding in these manifests names it", FieldPath::root()),
    };
    ledger.object(scene.index, "permissions", &known);
    if let Some(first) = held.get(listed.len()) {
        let why = "bindings of groups give it more than there is room to list for each account";
        let rest = Known::new(held.len() - listed.len(), why, first.field.clone());
        ledger.object(scene.index, "permissions_not_listed", &rest.said_by(first.grant.binding));
    }
}

//! What the access view is about: the pods, the holders and the grants that a focus asks for.

use super::super::wording::the_pod;
use super::super::{Focus, Scene};
use crate::catalog::{FieldPath, Relation};
use crate::document::Identity;
use crate::facts::security::{Grant, Holder, is_binding, is_role};
use crate::topology::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A holder of a grant.
pub(super) struct Link<'a> {
    /// Who holds it.
    pub holder: Holder,
    /// The binding and the role.
    pub grant: &'a Grant,
    /// The field of the binding that names the holder.
    pub field: &'a FieldPath,
}

/// Everything that is drawn.
pub(super) struct Chains<'a> {
    /// The environment.
    pub environment: Arc<str>,
    /// What the diagram shows.
    pub title: String,
    /// Who holds what.
    pub links: Vec<Link<'a>>,
    /// The workloads that run as the accounts.
    pub users: BTreeMap<Identity, Vec<NodeIndex>>,
    /// The accounts that hold rights as one of a group.
    pub memberships: Vec<(Identity, Holder)>,
    /// How many accounts hold no rights and are left out.
    pub idle: usize,
}

impl Chains<'_> {
    /// Keeps so many of the links, those that reach furthest, which come first then, as what comes last is folded first;
    /// returns how many are left out.
    pub fn keep_worst(&mut self, scene: Scene, most: usize) -> usize {
        let beyond = self.links.len().saturating_sub(most);
        if beyond > 0 {
            let worst = |link: &Link| {
                let worst = scene.facts.permissions().dangers(link.grant).first().copied();
                worst.map_or((1, None), |danger| (0, Some(danger)))
            };
            self.links.sort_by_key(worst);
            self.links.truncate(most);
            let named: BTreeSet<&Holder> = self.links.iter().map(|link| &link.holder).collect();
            let belongs = |account: &Identity| self.memberships.iter().any(|(one, _)| one == account);
            self.users.retain(|account, _| {
                let (namespace, name) = (Arc::clone(&account.namespace), Arc::clone(&account.name));
                named.contains(&Holder::Account(namespace, name)) || belongs(account)
            });
        }
        beyond
    }

    /// How many accounts of each namespace hold rights.
    pub fn accounts(&self) -> BTreeMap<Arc<str>, usize> {
        let of_links = self.links.iter().filter_map(|link| match &link.holder {
            Holder::Account(namespace, name) => Some((namespace, name)),
            _ => None,
        });
        let of_groups = self.memberships.iter().map(|(account, _)| (&account.namespace, &account.name));
        let accounts: BTreeSet<(&Arc<str>, &Arc<str>)> = of_links.chain(of_groups).collect();
        let mut numbers: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for (namespace, _) in accounts {
            *numbers.entry(Arc::clone(namespace)).or_default() += 1;
        }
        numbers
    }
}

/// What a focus asks for; `None` where it has nothing to do with permissions.
pub(super) fn find<'a>(scene: Scene<'a>, focus: &Focus) -> Option<Chains<'a>> {
    match focus {
        Focus::All(environment) => {
            let title = "Who may do what at the Kubernetes API".to_owned();
            Some(of_many(scene, environment, title, |_| true))
        }
        Focus::Namespace(environment, namespace) => {
            let title = format!("Who may do what at the Kubernetes API, in namespace {namespace}");
            Some(of_many(scene, environment, title, |one| **one == **namespace))
        }
        Focus::Application(_) => None,
        Focus::Container(index, _) => of_workload(scene, *index),
        Focus::Object(index) => {
            let node = &scene.topology.nodes[*index];
            if node.pod.is_some() {
                return of_workload(scene, *index);
            }
            if is_role(&node.identity) {
                let grants = scene.topology.to(*index).filter(|edge| edge.relation == Relation::Grants);
                let mut bindings: Vec<NodeIndex> = grants.map(|edge| edge.from).collect();
                bindings.dedup();
                let title =
                    format!("Who holds {} {}, and what it allows", node.identity.kind, node.identity.name);
                return Some(of_bindings(scene, &node.identity, title, &bindings));
            }
            if is_binding(&node.identity) {
                let title = format!("What {} {} gives, and to whom", node.identity.kind, node.identity.name);
                return Some(of_bindings(scene, &node.identity, title, &[*index]));
            }
            let is_account = node.identity.is("", "ServiceAccount");
            is_account.then(|| {
                let said = format!("ServiceAccount {}", node.identity.name);
                let mut chains = of_account(scene, &node.identity, &said);
                let users = users(scene, &node.identity);
                if !users.is_empty() {
                    chains.users.insert(node.identity.clone(), users);
                }
                chains
            })
        }
    }
}

fn empty<'a>(environment: &Arc<str>, title: String) -> Chains<'a> {
    let (links, users, memberships) = (Vec::new(), BTreeMap::new(), Vec::new());
    Chains { environment: Arc::clone(environment), title, links, users, memberships, idle: 0 }
}

fn of_workload<'a>(scene: Scene<'a>, index: NodeIndex) -> Option<Chains<'a>> {
    let account = &scene.facts.of(index)?.security.account.identity;
    let identity = &scene.topology.nodes[index].identity;
    let mut chains = of_account(scene, account, &the_pod(identity));
    chains.users.insert(account.clone(), vec![index]);
    Some(chains)
}

fn of_account<'a>(scene: Scene<'a>, account: &Identity, said: &str) -> Chains<'a> {
    let mut chains = empty(&account.environment, format!("What {said} may do at the Kubernetes API"));
    add_account(scene, account, &mut chains);
    chains
}

/// The grants of an account: its own, and those of the groups it belongs to.
fn add_account<'a>(scene: Scene<'a>, account: &Identity, chains: &mut Chains<'a>) {
    for held in scene.facts.permissions().of_account(account) {
        if !matches!(held.holder, Holder::Account(..)) {
            let membership = (account.clone(), held.holder.clone());
            if !chains.memberships.contains(&membership) {
                chains.memberships.push(membership);
            }
        }
        chains.links.push(Link { holder: held.holder.clone(), grant: held.grant, field: held.field });
    }
}

fn of_bindings<'a>(scene: Scene<'a>, near: &Identity, title: String, bindings: &[NodeIndex]) -> Chains<'a> {
    let mut chains = empty(&near.environment, title);
    for &binding in bindings {
        let Some(grant) = scene.facts.permissions().of_binding(binding) else { continue };
        add_grant(grant, &mut chains, |_| true);
    }
    add_users(scene, &mut chains);
    chains
}

fn add_grant<'a>(grant: &'a Grant, chains: &mut Chains<'a>, counts: impl Fn(&Holder) -> bool) {
    for (holder, field) in grant.holders.iter().filter(|(holder, _)| counts(holder)) {
        chains.links.push(Link { holder: holder.clone(), grant, field });
    }
}

/// Every grant of an environment that has to do with some namespaces.
fn of_many<'a>(
    scene: Scene<'a>,
    environment: &Arc<str>,
    title: String,
    wanted: impl Fn(&Arc<str>) -> bool,
) -> Chains<'a> {
    let mut chains = empty(environment, title);
    let everything = wanted(&Arc::from(""));
    for grant in &scene.facts.permissions().grants {
        let binding = &scene.topology.nodes[grant.binding].identity;
        if binding.environment != *environment {
            continue;
        }
        let here = everything || grant.namespace.as_ref().is_some_and(&wanted);
        add_grant(grant, &mut chains, |holder| match holder {
            Holder::Account(namespace, _) => here || wanted(namespace),
            _ => here,
        });
    }
    add_users(scene, &mut chains);
    let accounts = scene.topology.present().filter(|(_, node)| {
        let identity = &node.identity;
        identity.group.is_empty()
            && &*identity.kind == "ServiceAccount"
            && identity.environment == *environment
            && wanted(&identity.namespace)
    });
    let named: BTreeSet<&Holder> = chains.links.iter().map(|link| &link.holder).collect();
    let idle = accounts.filter(|(_, node)| {
        let identity = &node.identity;
        !named.contains(&Holder::Account(Arc::clone(&identity.namespace), Arc::clone(&identity.name)))
    });
    chains.idle = idle.count();
    chains
}

/// The workloads that run as the accounts that are drawn.
fn add_users(scene: Scene, chains: &mut Chains) {
    let mut accounts: BTreeSet<Identity> = BTreeSet::new();
    for link in &chains.links {
        if let Holder::Account(namespace, name) = &link.holder {
            accounts.insert(super::account(&chains.environment, namespace, name));
        }
    }
    for account in accounts {
        let users = users(scene, &account);
        if !users.is_empty() {
            chains.users.insert(account, users);
        }
    }
}

fn users(scene: Scene, account: &Identity) -> Vec<NodeIndex> {
    let Some(index) = scene.topology.find(account) else { return Vec::new() };
    let runs = scene.topology.to(index).filter(|edge| edge.relation == Relation::RunsAs);
    let mut users: Vec<NodeIndex> = runs.map(|edge| edge.from).collect();
    users.dedup();
    users
}

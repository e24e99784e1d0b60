//! From the inventory to the topology: nodes first, then every edge that the catalog or a rule finds.

mod found;
mod picked;
mod picks;
mod scaled;
mod spread;
mod taken;

use super::application;
use super::call::{Call, LocalAddress, SecretAddress};
use super::crew::{self, Crew};
use super::described;
use super::fold::{Unread, fold_alike, made_by_workloads, place};
use super::part;
use super::reference::{produced_services, refer, refer_beside_template};
use super::rules;
use super::rules::service_name::Names;
use super::selector::{Labels, labels};
use super::shape;
use super::typed::read_pod;
use super::wrong_types;
use super::{Certainty, Edge, Node, NodeIndex, Pod, State, Topology};
use crate::catalog::{Catalog, FieldPath, Relation, Role, Scope};
use crate::document::{Identity, is_placeholder};
use crate::model::{Inventory, Object};
use crate::problem::Problems;
pub(super) use found::{DraftCall, DraftLocal, DraftSecretAddress, Reference};
pub(super) use picks::Pick;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kind of a node that stands for a name in the DNS or an address outside of the cluster.
pub const HOST: &str = "Host";

/// The kind of a node that stands for many pods, picked by labels.
pub const CROWD: &str = "Pods";

/// Connects the objects of the inventory.
pub fn connect(inventory: &Inventory, catalog: &Catalog) -> (Topology, Problems) {
    let mut problems = Problems::none();
    let made = made_by_workloads(inventory, catalog);
    let members = inventory.objects.iter().map(|object| {
        let member = member(object, catalog, &mut problems);
        if made.contains(&object.identity) {
            Member { pod: None, replica: member.pod, ..member }
        } else {
            member
        }
    });
    let mut members: Vec<Member> = members.collect();
    fold_alike(&mut members, catalog);
    for member in &members {
        let pod = member.pod.as_deref().or(member.replica.as_deref());
        wrong_types::tell(&member.object, pod, catalog, &mut problems);
    }
    let described = described::members(&members, catalog, &mut problems);
    members.extend(described);
    scaled::leave_numbers_open(&mut members);
    let mut cast = Cast::new(&members, catalog);
    let services: Vec<Identity> =
        members.iter().flat_map(|member| produced_services(member, &cast)).collect();
    services.into_iter().for_each(|service| cast.names.add_produced(service));
    let mut draft = Draft::default();
    for member in &members {
        if made.contains(&member.object.identity) || member.like.is_some() {
            place(&member.object, &mut draft);
            refer_beside_template(member, &cast, &mut draft);
        }
        refer(member, &cast, &mut draft);
        rules::apply(member, &cast, &mut draft, &mut problems);
    }
    problems.extend(rules::calls::apply(&members, &cast, &mut draft).into_iter().collect());
    rules::declared_calls::apply(&members, &cast, &mut draft);
    let (unlisted, shortened) = draft.add_picks(&cast);
    problems.extend(shortened.into_iter().collect());
    let mut topology = draft.finish(inventory, members, catalog);
    topology.note_unlisted(unlisted);
    topology.note_alike();
    taken::take_over(&mut topology, catalog);
    (topology.applications, topology.application_of) = application::find(&topology, &catalog.settings);
    (topology, problems)
}

/// An object with the pod it makes.
#[derive(Debug)]
pub(super) struct Member {
    /// The object.
    pub object: Arc<Object>,
    /// Its pod.
    pub pod: Option<Arc<Pod>>,
    /// Its pod, if a workload of the input made it.
    pub replica: Option<Arc<Pod>>,
    /// The pods that an operator makes for it, if it describes none.
    pub crew: Vec<Crew>,
    /// For one of several pods that an object describes: that object, and the field with the description.
    pub part_of: Option<(Arc<Object>, FieldPath)>,
    /// The pod that stands for it and for others alike.
    pub like: Option<Identity>,
}

fn member(object: &Arc<Object>, catalog: &Catalog, problems: &mut Problems) -> Member {
    let rule = catalog.kind(&object.identity.group, &object.identity.kind);
    let pod = match rule {
        Some(rule) => read_pod(object, rule, problems),
        None => shape::only_pod(object, catalog, problems),
    };
    let pod = pod.map(Arc::new);
    let crew = rule.filter(|_| pod.is_none()).map(|rule| crew::of(object, rule, catalog)).unwrap_or_default();
    Member { object: Arc::clone(object), pod, replica: None, crew, part_of: None, like: None }
}

/// All members, looked up in the ways that rules need.
pub(super) struct Cast<'a> {
    /// What is known of kinds.
    pub catalog: &'a Catalog,
    members: &'a [Member],
    by_identity: BTreeMap<&'a Identity, usize>,
    pods_of_namespace: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    pods_by_label: BTreeMap<(&'a str, &'a str, &'a str, &'a str), Vec<usize>>,
    crews: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    by_kind: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    /// By environment; sorted by name.
    namespaces: BTreeMap<&'a str, BTreeMap<Arc<str>, Labels>>,
    /// The Services by their names in the DNS.
    pub names: Names<'a>,
}

impl<'a> Cast<'a> {
    fn new(members: &'a [Member], catalog: &'a Catalog) -> Cast<'a> {
        let mut cast = Cast {
            catalog,
            members,
            by_identity: BTreeMap::new(),
            pods_of_namespace: BTreeMap::new(),
            pods_by_label: BTreeMap::new(),
            crews: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            names: Names::of(members, &catalog.cluster_domain),
        };
        for (index, member) in members.iter().enumerate() {
            let identity = &member.object.identity;
            let (environment, namespace) = (&*identity.environment, &*identity.namespace);
            cast.by_identity.insert(identity, index);
            cast.by_kind.entry((environment, &*identity.kind)).or_default().push(index);
            cast.note_namespace(&member.object);
            if !member.crew.is_empty() {
                cast.crews.entry((environment, namespace)).or_default().push(index);
            }
            let Some(pod) = &member.pod else { continue };
            cast.pods_of_namespace.entry((environment, namespace)).or_default().push(index);
            for (key, value) in pod.labels.iter().chain(pod.given.said()) {
                let pods = cast.pods_by_label.entry((environment, namespace, key, value)).or_default();
                if pods.last() != Some(&index) {
                    pods.push(index);
                }
            }
        }
        cast
    }

    /// The member of an identity.
    pub fn find(&self, identity: &Identity) -> Option<&'a Member> {
        self.by_identity.get(identity).map(|&index| &self.members[index])
    }

    /// The one object of a name, whatever its namespace; `None` if there are several, or none.
    pub fn only_one(&self, like: &Identity) -> Option<Identity> {
        let of_kind = self.of_kind(&like.environment, &like.kind).into_iter();
        let mut alike = of_kind
            .map(|member| &member.object.identity)
            .filter(|identity| identity.group == like.group && identity.name == like.name);
        alike.next().filter(|_| alike.next().is_none()).cloned()
    }

    /// The members of a kind in an environment.
    pub fn of_kind(&self, environment: &str, kind: &str) -> Vec<&'a Member> {
        let indexes = self.by_kind.get(&(environment, kind)).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().map(|&index| &self.members[index]).collect()
    }

    /// The members of an environment that make pods.
    pub fn with_pods(&self, environment: &str) -> impl Iterator<Item = &'a Member> {
        let members = self.members.iter().filter(|member| member.pod.is_some());
        members.filter(move |member| &*member.object.identity.environment == environment)
    }

    /// The kinds of an environment's objects, sorted.
    pub fn kinds<'b>(&'b self, environment: &'b str) -> impl Iterator<Item = &'b str> {
        self.by_kind
            .range((environment, "")..)
            .map(|(key, _)| *key)
            .take_while(move |key| key.0 == environment)
            .map(|key| key.1)
    }

    /// The namespaces of an environment, with their labels. One without a Namespace object has only the label that
    /// Kubernetes gives it.
    pub fn namespaces(&self, environment: &str) -> impl Iterator<Item = (&Arc<str>, &Labels)> {
        self.namespaces.get(environment).into_iter().flatten()
    }

    /// The labels of a namespace, as in [`Cast::namespaces`].
    pub fn labels_of_namespace(&self, environment: &str, name: &str) -> Option<&Labels> {
        self.namespaces.get(environment)?.get(name)
    }

    /// Adds the namespace that an object is or stands in.
    fn note_namespace(&mut self, object: &'a Object) {
        let identity = &object.identity;
        let is_namespace = identity.is("", "Namespace");
        let name = if is_namespace { &identity.name } else { &identity.namespace };
        if name.is_empty() {
            return;
        }
        let namespaces = self.namespaces.entry(&identity.environment).or_default();
        let own = namespaces.entry(Arc::clone(name)).or_default();
        if is_namespace {
            own.extend(labels(object.value.at("metadata.labels")));
        }
        own.insert("kubernetes.io/metadata.name".to_owned(), name.to_string());
    }
}

/// Edges as they are found, their ends still identities.
#[derive(Default)]
pub(super) struct Draft {
    edges: Vec<DraftEdge>,
    picks: Vec<Pick>,
    inferred: BTreeMap<Identity, Role>,
    /// What objects produce, which need not be in the input.
    made: BTreeMap<Identity, Identity>,
    /// What workloads make while they run, and who does: it is drawn, but whoever needs it still misses it.
    expected: BTreeMap<Identity, Identity>,
    /// Calls, each with an edge between its ends.
    pub calls: Vec<DraftCall>,
    /// Addresses on localhost.
    pub local: Vec<DraftLocal>,
    /// Addresses in Secrets.
    pub secret_addresses: Vec<DraftSecretAddress>,
}

#[derive(Clone)]
struct DraftEdge {
    from: Identity,
    to: Identity,
    relation: Relation,
    field: FieldPath,
    declared_by: Identity,
    optional: bool,
    certainty: Certainty,
    label: Option<String>,
    line: u32,
    part: Option<String>,
}

impl Draft {
    /// Adds a reference.
    pub fn add(&mut self, reference: Reference) {
        let Reference { by, to, relation, field, reverse, optional, label, line, part } = reference;
        if relation == Relation::Produces && !reverse {
            let maker = by.identity.clone();
            let known = self.made.entry(to.clone()).or_insert_with(|| maker.clone());
            *known = maker.min(known.clone());
        }
        let line = line.unwrap_or_else(|| field.line(&by.value));
        let declared_by = by.identity.clone();
        let (from, to) = if reverse { (to, declared_by.clone()) } else { (declared_by.clone(), to) };
        let certainty = Certainty::Declared;
        self.edges.push(DraftEdge {
            from,
            to,
            relation,
            field,
            declared_by,
            optional,
            certainty,
            label,
            line,
            part,
        });
    }

    /// Adds a reference of `from` that is read out of a value; the value may be another object's.
    pub fn infer_from(&mut self, from: Identity, reference: Reference) {
        self.add(reference);
        if let Some(edge) = self.edges.last_mut() {
            edge.from = from;
            edge.certainty = Certainty::Inferred;
        }
    }

    /// Adds the references of another draft whose fields count.
    pub fn add_all(&mut self, other: Draft, counts: impl Fn(&FieldPath) -> bool) {
        self.made.extend(other.made);
        self.picks.extend(other.picks.into_iter().filter(|pick| counts(&pick.field)));
        self.edges.extend(other.edges.into_iter().filter(|edge| counts(&edge.field)));
    }

    /// Adds what another draft reads or mounts, apart from what is known; it is drawn only if it is there.
    pub fn add_read(&mut self, other: Draft, known: &BTreeSet<Identity>) {
        let reads = |edge: &DraftEdge| matches!(edge.relation, Relation::ReadsEnv | Relation::Mounts);
        let new = other.edges.into_iter().filter(|edge| reads(edge) && !known.contains(&edge.to));
        self.edges.extend(new.map(|edge| DraftEdge { optional: true, ..edge }));
    }

    /// The objects that edges point to.
    pub fn targets(self) -> impl Iterator<Item = Identity> {
        self.edges.into_iter().map(|edge| edge.to)
    }

    /// Says that Kubernetes will make an object which may not be in the input.
    pub fn infer(&mut self, identity: Identity, role: Role) {
        self.inferred.insert(identity, role);
    }

    /// Says that somebody will make an object at run time, if nothing else in the input does.
    pub fn expect(&mut self, identity: Identity, maker: Identity) {
        self.expected.entry(identity).or_insert(maker);
    }

    fn finish(mut self, inventory: &Inventory, members: Vec<Member>, catalog: &Catalog) -> Topology {
        self.spread(catalog);
        let mut nodes: BTreeMap<Identity, Node> = BTreeMap::new();
        let mut crews: Vec<Crew> = Vec::new();
        for Member { object, pod, replica, crew, like, .. } in members {
            let identity = object.identity.clone();
            crews.extend(crew.iter().filter(|crew| crew.stands_for != identity).cloned());
            let role = match pod {
                Some(_) => Role::Workload,
                None => catalog.role(&identity.group, &identity.kind),
            };
            let node = Node {
                identity: identity.clone(),
                state: State::Present,
                role,
                object: Some(object),
                pod,
                replica,
                crew,
                is_ambient: false,
                taken: None,
                maker: None,
                like,
            };
            nodes.insert(identity, node);
        }
        let made = self.made.into_iter().map(|(made, maker)| {
            let role = catalog.role(&made.group, &made.kind);
            (made, role, Some(maker))
        });
        let inferred = self.inferred.into_iter().map(|(identity, role)| (identity, role, None));
        for (identity, role, maker) in made.chain(inferred) {
            nodes.entry(identity.clone()).or_insert_with(|| inferred_node(identity, role, maker));
        }
        let unread = Unread::of(inventory);
        for edge in self.edges.iter().filter(|edge| !edge.optional) {
            for end in [&edge.from, &edge.to] {
                // What a tool names later, nobody can look for.
                if !nodes.contains_key(end) && !is_placeholder(&end.name) {
                    nodes.insert(end.clone(), absent(end, catalog, &unread));
                }
            }
        }
        for (identity, maker) in self.expected {
            let role = catalog.role(&identity.group, &identity.kind);
            nodes.entry(identity.clone()).or_insert_with(|| inferred_node(identity, role, Some(maker)));
        }
        for crew in crews {
            let made = nodes.get_mut(&crew.stands_for).filter(|node| node.object.is_none());
            made.into_iter().for_each(|node| node.crew.push(crew.clone()));
        }
        let nodes: Vec<Node> = nodes.into_values().collect();
        let index = |identity: &Identity| nodes.binary_search_by(|node| node.identity.cmp(identity)).ok();
        let edges = self.edges.into_iter().filter_map(|edge| {
            let (from, to): (NodeIndex, NodeIndex) = (index(&edge.from)?, index(&edge.to)?);
            Some(Edge {
                from,
                to,
                relation: edge.relation,
                field: edge.field,
                declared_by: index(&edge.declared_by)?,
                label: edge.label,
                certainty: edge.certainty,
                optional: edge.optional,
                line: edge.line,
                part: edge.part,
            })
        });
        let mut edges: Vec<Edge> = edges.collect();
        let key = |edge: &Edge| (edge.from, edge.to, edge.relation);
        edges.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.field.cmp(&b.field)));
        edges.dedup_by(|a, b| key(a) == key(b) && a.field == b.field);
        // They are collected in the room of the drafts, which are larger.
        edges.shrink_to_fit();
        let mut calls: Vec<Call> = self.calls.into_iter().filter_map(|call| call.between(&index)).collect();
        calls.sort_by(|a, b| {
            let key = |call: &Call| (call.from, call.container, call.to, call.port);
            key(a).cmp(&key(b)).then_with(|| a.via.cmp(&b.via))
        });
        calls.dedup_by(|a, b| {
            let key = |call: &Call| (call.from, call.container, call.to, call.port);
            key(a) == key(b) && a.via == b.via
        });
        let local = self.local.into_iter().filter_map(|local| {
            Some(LocalAddress {
                from: index(&local.from)?,
                container: local.container,
                port: local.port,
                listens: local.listens,
                field: local.field,
                declared_by: index(&local.declared_by)?,
            })
        });
        let mut local: Vec<LocalAddress> = local.collect();
        local.sort_by_key(|local| (local.from, local.container));
        let mut secret_addresses: Vec<SecretAddress> =
            self.secret_addresses.into_iter().filter_map(|one| one.between(&index)).collect();
        secret_addresses.sort_by(|a, b| {
            (a.from, a.container, a.secret, &a.variable).cmp(&(b.from, b.container, b.secret, &b.variable))
        });
        let mut calls_in: BTreeMap<NodeIndex, Vec<usize>> = BTreeMap::new();
        for (index, call) in calls.iter().enumerate() {
            calls_in.entry(call.to).or_default().push(index);
        }
        let part = part::of(&nodes, catalog);
        Topology {
            calls,
            calls_in,
            local,
            secret_addresses,
            part,
            ..Topology::new(inventory.environments.clone(), nodes, edges)
        }
    }
}

/// The node of an object that somebody makes.
fn inferred_node(identity: Identity, role: Role, maker: Option<Identity>) -> Node {
    Node { maker, ..Node::without_object(identity, State::Inferred, role) }
}

/// The node of an object that is not in the input: clusters bring some along, the others are missing.
fn absent(identity: &Identity, catalog: &Catalog, unread: &Unread) -> Node {
    let rule = catalog.kind(&identity.group, &identity.kind);
    let is_ambient = catalog.is_brought_along(identity);
    let outside = &*identity.kind == HOST
        || rule.is_some_and(|rule| rule.elsewhere)
        || is_ambient
        || unread.has(identity);
    let state = if outside { State::External } else { State::Missing };
    let role = catalog.role(&identity.group, &identity.kind);
    Node { is_ambient, ..Node::without_object(identity.clone(), state, role) }
}

/// The identity of an object that another one names: its namespace is the other's, unless its kind has none.
pub(super) fn target(
    by: &Identity,
    group: &str,
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    catalog: &Catalog,
) -> Identity {
    let cluster_wide = kind == HOST || catalog.scope(group, kind) == Some(Scope::Cluster);
    let namespace = match namespace {
        _ if cluster_wide => Arc::from(""),
        Some(namespace) => Arc::from(namespace),
        None => Arc::clone(&by.namespace),
    };
    Identity {
        environment: Arc::clone(&by.environment),
        group: group.into(),
        kind: kind.into(),
        namespace,
        name: name.into(),
    }
}

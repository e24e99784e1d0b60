//! What pods, people and groups may do at the Kubernetes API: who holds which rights, through which binding and role.

mod chain;

use super::cast::{self, Actor};
use super::sheet::{Reason, Sheet};
use super::wording::{list, shorten_to};
use super::{Budget, Definition, Focus, Of, Scene};
use crate::diagram::{Body, Class, Diagram, Direction, Id, Line, View};
use crate::document::Identity;
use crate::facts::security::{Danger, Grant, Holder, Rule};
use crate::names::count;
use crate::topology::{NodeIndex, State};
use chain::{Chains, Link};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many boxes stand for what a role allows, one for each way of using things.
const MOST_BOXES: usize = 4;
/// How many characters of what a box is about are shown.
const LONGEST_LABEL: usize = 80;
/// How many grants, and how many pods of an account, are looked at for one diagram: where an account has thousands, the
/// page of each of its pods and roles would otherwise cost as much as all of them together.
const MOST_LINKS: usize = 200;

/// How much is drawn, from everything to the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// Every pod, binding, role and rule.
    Full,
    /// The pods of an account as one box.
    Users,
    /// Without the rules.
    Roles,
    /// Without the bindings: who has the rights of which role.
    Holders,
    /// The accounts of a namespace as one box.
    Namespaces,
}

const DETAILS: [Detail; 5] =
    [Detail::Full, Detail::Users, Detail::Roles, Detail::Holders, Detail::Namespaces];

pub(super) static VIEW: Definition =
    Definition { name: "access", of: Of::Everything, budget: Budget { nodes: 36, edges: 44 }, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let mut chains = chain::find(scene, focus)?;
    if chains.links.is_empty() {
        return None;
    }
    let description = describe(scene, &chains);
    let left_out = match focus {
        Focus::Object(_) | Focus::Container(..) => chains.keep_worst(scene, MOST_LINKS),
        // These are drawn once, and fold by namespace.
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => 0,
    };
    let paint = |detail, budget| paint(scene, &chains, (detail, budget), &description, left_out);
    let unlimited = Budget { nodes: usize::MAX, edges: usize::MAX };
    let fits = |diagram: &Diagram| match &diagram.body {
        Body::Flow(flow) => flow.nodes.len() <= scene.budget.nodes && flow.edges.len() <= scene.budget.edges,
        Body::Sequence(_) | Body::States(_) => false,
    };
    // Every holder of every binding is an arrow, so most of what is too much can be told without painting it.
    let pods: usize = chains.users.values().map(Vec::len).sum();
    let least = match scene.budget.edges {
        edges if chains.links.len() > edges => Detail::Holders,
        edges if pods > edges => Detail::Users,
        _ => Detail::Full,
    };
    let details = DETAILS.into_iter().filter(|detail| *detail >= least);
    let mut tries = details.map(|detail| paint(detail, unlimited));
    tries.find(fits).or_else(|| Some(paint(Detail::Namespaces, scene.budget)))
}

fn paint(
    scene: Scene,
    chains: &Chains,
    (detail, budget): (Detail, Budget),
    description: &str,
    left_out: usize,
) -> Diagram {
    let (sheet, bindings, roles) = (Sheet::default(), BTreeSet::new(), BTreeSet::new());
    let everywhere = chains.links.iter().filter(|link| link.grant.namespace.is_none());
    let everywhere = everywhere.map(|link| link.grant.role).collect();
    let accounts = chains.accounts();
    let mut painter = Painter { scene, chains, detail, sheet, bindings, roles, everywhere, accounts };
    painter.users();
    painter.memberships();
    for link in &chains.links {
        painter.link(link);
    }
    if left_out > 0 {
        let more = count(left_out, "grant", "grants");
        painter
            .sheet
            .leave_out(format!("Not drawn: {more} that reach no further; the page Access lists them."));
    }
    painter.say_what_is_left_out();
    let (title, description) = (chains.title.clone(), description.to_owned());
    painter.sheet.finish(View::Access, title, description, Direction::Right, budget)
}

struct Painter<'a> {
    scene: Scene<'a>,
    chains: &'a Chains<'a>,
    detail: Detail,
    sheet: Sheet,
    /// The bindings that are drawn.
    bindings: BTreeSet<NodeIndex>,
    /// The roles whose rules are drawn.
    roles: BTreeSet<NodeIndex>,
    /// The roles that count in the whole cluster.
    everywhere: BTreeSet<NodeIndex>,
    /// How many accounts of each namespace hold rights.
    accounts: BTreeMap<Arc<str>, usize>,
}

impl Painter<'_> {
    /// The pods that run as the accounts.
    fn users(&mut self) {
        for (account, users) in &self.chains.users {
            if self.detail == Detail::Namespaces {
                continue;
            }
            let to = self.account(account);
            if self.detail == Detail::Full || users.len() < 2 {
                for &user in users {
                    let from = self.sheet.node(cast::pod(self.scene, user), None);
                    self.sheet.arrow(&from, &to, "runs as", Line::Solid, self.runs_as(user));
                }
                continue;
            }
            let id = Id::of('u', &[&account.id()]);
            let actor = cast::several(id, Class::Workload, users.len(), "workload", "");
            let many = self.sheet.node(actor, None);
            self.sheet.silent_arrow(&many, &to, "run as", Line::Solid);
            if let Some(beyond) = users.len().checked_sub(MOST_LINKS).filter(|beyond| *beyond > 0) {
                let beyond = count(beyond, "more workload", "more workloads");
                let name = &account.name;
                self.sheet.leave_out(format!("Not listed: {beyond} that run as {name}."));
            }
            for &user in users.iter().take(MOST_LINKS) {
                let pod = cast::pod(self.scene, user);
                let (said, link) = (pod.said.clone(), pod.node.link.clone());
                let (to, reason) = (self.sheet.said(&to), self.runs_as(user));
                self.sheet.row((said, link), "runs as", to, reason);
            }
        }
    }

    fn runs_as(&self, user: NodeIndex) -> Reason {
        let object = self.scene.topology.nodes[user].object.as_deref();
        let account = self.scene.facts.of(user).map(|facts| &facts.security.account);
        account.map_or_else(Reason::none, |account| Reason::field(object, &account.name.field))
    }

    /// The groups that accounts belong to.
    fn memberships(&mut self) {
        for (account, group) in &self.chains.memberships {
            let (from, to) = (self.account(account), self.holder(group));
            self.sheet.arrow(&from, &to, "belongs to", Line::Solid, Reason::none());
        }
    }

    /// One holder of one grant: holder, binding, role, rules.
    fn link(&mut self, link: &Link) {
        let holder = self.holder(&link.holder);
        let role = self.role(link.grant.role);
        let binding = &self.scene.topology.nodes[link.grant.binding];
        let line = self.line(link.grant.role);
        let named = Reason::field(binding.object.as_deref(), link.field);
        if self.detail >= Detail::Holders {
            let verb = format!("has the rights of, {}", reach(link.grant));
            self.sheet.arrow(&holder, &role, &verb, line, named);
            return;
        }
        let note = format!("{}: {}", binding.identity.kind, reach(link.grant));
        let binding = self.sheet.node(cast::object(binding).noted(note), None);
        self.sheet.arrow(&holder, &binding, "has rights through", Line::Solid, named);
        if !self.bindings.insert(link.grant.binding) {
            return;
        }
        let edge = self.scene.topology.from(link.grant.binding).find(|edge| edge.to == link.grant.role);
        let reason = edge.map_or_else(Reason::none, |edge| Reason::edge(self.scene.topology, edge));
        self.sheet.arrow(&binding, &role, "grants", line, reason);
        self.rules(link.grant, &role);
    }

    fn line(&self, role: NodeIndex) -> Line {
        if self.scene.topology.nodes[role].state == State::Missing { Line::Dashed } else { Line::Solid }
    }

    fn role(&mut self, role: NodeIndex) -> Id {
        let node = &self.scene.topology.nodes[role];
        let mut actor = cast::object(node);
        let rights = self.scene.facts.permissions().rights(role);
        let everywhere = self.everywhere.contains(&role);
        let worst = rights.and_then(|rights| rights.dangers(everywhere).first());
        if let (Some(worst), true) = (worst, self.detail >= Detail::Roles) {
            actor = actor.noted(format!("{}: may {}", node.identity.kind, worst.words()));
        }
        self.sheet.node(actor, None)
    }

    /// What a role allows: a box a rule, or one for all where there are many.
    fn rules(&mut self, grant: &Grant, role: &Id) {
        if self.detail >= Detail::Roles || !self.roles.insert(grant.role) {
            return;
        }
        let Some(rights) = self.scene.facts.permissions().rights(grant.role) else { return };
        let key = self.scene.topology.nodes[grant.role].identity.id();
        if let Some(builtin) = rights.builtin {
            let actor = Actor::new(Id::of('b', &[&key]), Class::Plain, &without_marks(builtin.words), "");
            let to = self.sheet.node(actor, None);
            self.sheet.arrow(role, &to, "lets its holders", Line::Solid, Reason::none());
        }
        let everywhere = self.everywhere.contains(&grant.role);
        // What stands in no namespace is out of reach of a RoleBinding.
        let counts = |rule: &&Rule| everywhere || rule.counts_in_namespace();
        let mut by_verb: Vec<(String, Vec<&Rule>)> = Vec::new();
        for rule in rights.rules.iter().filter(counts) {
            let verb = format!("lets its holders {}", without_marks(&rule.verbs_in_words()));
            match by_verb.iter().position(|(other, _)| *other == verb) {
                Some(at) => by_verb[at].1.push(rule),
                None => by_verb.push((verb, vec![rule])),
            }
        }
        // What is dangerous is never among those that are folded, unless there is too much of it.
        let worst = |rules: &[&Rule]| rules.iter().flat_map(|rule| rule.dangers(everywhere)).min();
        by_verb.sort_by_key(|(_, rules)| worst(rules).map_or((1, None), |danger| (0, Some(danger))));
        let beyond: Vec<(String, Vec<&Rule>)> =
            if by_verb.len() > MOST_BOXES { by_verb.split_off(MOST_BOXES - 1) } else { Vec::new() };
        for (verb, rules) in &by_verb {
            let label = objects(rules);
            let note = dangers(rules, everywhere);
            let actor = Actor::new(Id::of('b', &[&key, verb]), class(rules), &label, &note);
            let to = self.sheet.node(actor, None);
            self.sheet.silent_arrow(role, &to, verb, Line::Solid);
            self.rows(role, verb, rules);
        }
        let number: usize = beyond.iter().map(|(_, rules)| rules.len()).sum();
        if number == 0 {
            return;
        }
        let all: Vec<&Rule> = beyond.iter().flat_map(|(_, rules)| rules.iter().copied()).collect();
        let label = count(number, "more rule", "more rules");
        let actor = Actor::new(Id::of('b', &[&key]), class(&all), &label, &dangers(&all, everywhere));
        let to = self.sheet.node(actor, None);
        self.sheet.silent_arrow(role, &to, "has", Line::Solid);
        for (verb, rules) in &beyond {
            self.rows(role, verb, rules);
        }
        let name = &self.scene.topology.nodes[grant.role].identity.name;
        self.sheet.leave_out(format!("Not drawn one by one: {label} of {name}; the table lists them."));
    }

    fn rows(&mut self, role: &Id, verb: &str, rules: &[&Rule]) {
        for rule in rules {
            let object = self.scene.topology.nodes[rule.declared_by].object.as_deref();
            let said = (without_marks(&rule.objects_in_words()), None);
            let from = self.sheet.said(role);
            self.sheet.row(from, verb, said, Reason::field(object, &rule.field));
        }
    }

    fn holder(&mut self, holder: &Holder) -> Id {
        let environment = &self.chains.environment;
        match holder {
            Holder::Account(namespace, name) => {
                let identity = account(environment, namespace, name);
                self.account(&identity)
            }
            Holder::User(name) | Holder::Group(name) => {
                let kind = if matches!(holder, Holder::User(_)) { "user" } else { "group" };
                let note =
                    holder.meaning().map_or_else(|| kind.to_owned(), |meaning| without_marks(&meaning));
                let id = Id::of('h', &[kind, environment, name]);
                self.sheet
                    .node(Actor::new(id, Class::Person, name, &note).called(format!("{kind} {name}")), None)
            }
        }
    }

    fn account(&mut self, identity: &Identity) -> Id {
        if self.detail == Detail::Namespaces {
            let number = self.accounts.get(&identity.namespace).copied().unwrap_or(1);
            let id = Id::of('a', &[&identity.environment, &identity.namespace]);
            let note = format!("in namespace {}", identity.namespace);
            let mut actor = cast::several(id, Class::Access, number, "ServiceAccount", &note);
            actor.said = format!("{} {note}", actor.said);
            return self.sheet.node(actor, None);
        }
        let index = self.scene.topology.find(identity);
        let actor = match index {
            Some(index) => cast::object(&self.scene.topology.nodes[index]),
            None => {
                let id = cast::object_id(identity);
                let said = format!("ServiceAccount {}", identity.name);
                Actor::new(id, Class::External, &identity.name, "ServiceAccount of the cluster").called(said)
            }
        };
        self.sheet.node(actor, None)
    }

    fn say_what_is_left_out(&mut self) {
        if self.chains.idle > 0 {
            let accounts = count(self.chains.idle, "ServiceAccount", "ServiceAccounts");
            self.sheet.leave_out(format!(
                "Not drawn: {accounts} that no binding names; the page Access lists every one."
            ));
        }
        if self.detail >= Detail::Roles {
            self.sheet
                .leave_out("Not drawn: the rules of the roles; the page of each role lists them.".to_owned());
        }
        let grants: BTreeSet<NodeIndex> = self.chains.links.iter().map(|link| link.grant.binding).collect();
        if self.detail >= Detail::Holders {
            let bindings = count(grants.len(), "binding", "bindings");
            self.sheet.leave_out(format!("Not drawn: {bindings}; the table names the field of each."));
        }
        if self.detail == Detail::Namespaces {
            self.sheet.leave_out(
                "Not drawn one by one: the accounts of a namespace, and the pods that run as them."
                    .to_owned(),
            );
        }
    }
}

/// Who gets how many rights through what, and what of them reaches furthest.
fn describe(scene: Scene, chains: &Chains) -> String {
    let (mut holders, mut bindings, mut roles) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut dangers: BTreeSet<Danger> = BTreeSet::new();
    for link in &chains.links {
        holders.insert(&link.holder);
        bindings.insert(link.grant.binding);
        if roles.insert((link.grant.role, link.grant.namespace.is_none())) {
            dangers.extend(scene.facts.permissions().dangers(link.grant).iter().copied());
        }
    }
    let roles: BTreeSet<NodeIndex> = roles.into_iter().map(|(role, _)| role).collect();
    let get = if holders.len() == 1 { "gets" } else { "get" };
    let who = who(&holders);
    let roles = count(roles.len(), "role", "roles");
    let bindings = count(bindings.len(), "binding", "bindings");
    let worst: Vec<&str> = dangers.into_iter().take(3).map(Danger::words).collect();
    let worst = if worst.is_empty() {
        String::new()
    } else {
        format!(" What reaches furthest: to {}.", worst.join("; to "))
    };
    format!("{who} {get} rights from {roles} through {bindings}.{worst}")
}

/// `2 ServiceAccounts and 1 group`.
fn who(holders: &BTreeSet<&Holder>) -> String {
    let number = |is: fn(&Holder) -> bool| holders.iter().filter(|holder| is(holder)).count();
    let kinds = [
        (number(|one| matches!(one, Holder::Account(..))), "ServiceAccount", "ServiceAccounts"),
        (number(|one| matches!(one, Holder::User(_))), "user", "users"),
        (number(|one| matches!(one, Holder::Group(_))), "group", "groups"),
    ];
    let some = kinds.into_iter().filter(|(number, ..)| *number > 0);
    let words: Vec<String> = some.map(|(number, one, many)| count(number, one, many)).collect();
    list(&words, "", "")
}

/// What rules are about, as far as it fits on a label.
fn objects(rules: &[&Rule]) -> String {
    let objects: Vec<String> = rules.iter().map(|rule| without_marks(&rule.objects_in_words())).collect();
    shorten_to(&objects.join("; "), LONGEST_LABEL)
}

fn class(rules: &[&Rule]) -> Class {
    let secret = rules.iter().any(|rule| rule.dangers(true).contains(&Danger::Secrets));
    if secret { Class::Secret } else { Class::Plain }
}

/// The worst that rules allow, as a note.
fn dangers(rules: &[&Rule], everywhere: bool) -> String {
    let worst = rules.iter().flat_map(|rule| rule.dangers(everywhere)).min();
    worst.map(|danger| format!("that is: {}", danger.words())).unwrap_or_default()
}

fn reach(grant: &Grant) -> String {
    match &grant.namespace {
        None => "in the whole cluster".to_owned(),
        Some(namespace) => format!("in namespace {namespace}"),
    }
}

fn account(environment: &str, namespace: &str, name: &str) -> Identity {
    let (group, kind) = ("".into(), "ServiceAccount".into());
    Identity { environment: environment.into(), group, kind, namespace: namespace.into(), name: name.into() }
}

/// Words without the marks around names: a label has no code spans.
fn without_marks(words: &str) -> String {
    words.replace('`', "")
}

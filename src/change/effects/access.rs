//! Rights at the Kubernetes API that somebody gains or loses, and Secrets that are read anew.

use super::{Area, Found, Scene, Severity, Whom};
use crate::catalog::Relation;
use crate::change::Because;
use crate::change::Which;
use crate::facts::quoted;
use crate::facts::security::{Holder, Rule};
use crate::names::english;
use crate::topology::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    rights(scene, found);
    secrets(scene, found);
}

/// A rule with the namespace in which it counts, and the lines that give it.
type Held<'a> = (Option<Arc<str>>, &'a Rule, Vec<Because>);

/// What somebody may do.
struct Rights<'a> {
    rules: Vec<Held<'a>>,
    /// Roles that are known by their name alone.
    roles: BTreeMap<(Option<Arc<str>>, String), Vec<Because>>,
}

fn rights(scene: &Scene, found: &mut Found) {
    let (before, after) = (held(scene, Which::Old), held(scene, Which::New));
    let all: BTreeSet<&(Arc<str>, Holder)> = before.keys().chain(after.keys()).collect();
    for key in all {
        let none = Rights { rules: Vec::new(), roles: BTreeMap::new() };
        let (was, is) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
        let environment = key.0.to_string();
        let subject = format!("{}{}", scene.pairing.prefix(&environment), title(&key.1));
        for (these, others, code, level, verb) in [
            (is, was, "rights-gained", Severity::Warning, "may now"),
            (was, is, "rights-lost", Severity::Notice, "may no longer"),
        ] {
            let (mut words, because) = beyond(these, others);
            words.dedup();
            if !words.is_empty() {
                let message = format!("It {verb} {}.", english::list_up_to(4, &words));
                let whom = Whom { subject: subject.clone(), environment: environment.clone() };
                found.add((code, Area::Privilege, level), whom, message, because);
            }
        }
    }
}

fn held<'a>(scene: &Scene<'a>, which: Which) -> BTreeMap<(Arc<str>, Holder), Rights<'a>> {
    let side = scene.change.side(which);
    let permissions = side.facts.permissions();
    let mut all = BTreeMap::new();
    for (environment, holder, grants) in permissions.holders() {
        let mut rights = Rights { rules: Vec::new(), roles: BTreeMap::new() };
        for grant in grants {
            let Some(of_role) = permissions.rights(grant.role) else { continue };
            let role = &side.topology.nodes[grant.role];
            for rule in &of_role.rules {
                let because = scene.line(which, rule.declared_by, &rule.field);
                rights.rules.push((grant.namespace.clone(), rule, because));
            }
            if of_role.rules.is_empty() && role.state != State::Present {
                let words = match of_role.builtin {
                    Some(builtin) => builtin.words.to_owned(),
                    None => format!("do what {} {} allows", role.identity.kind, quoted(&role.identity.name)),
                };
                let because = scene.line(which, grant.binding, &crate::catalog::FieldPath::of("roleRef"));
                rights.roles.insert((grant.namespace.clone(), words), because);
            }
        }
        all.insert((scene.pairing.environment(which, environment), holder.clone()), rights);
    }
    all
}

/// What `these` allow and `others` do not, in words, with the lines that say so.
fn beyond(these: &Rights, others: &Rights) -> (Vec<String>, Vec<Because>) {
    let (mut words, mut because) = (Vec::new(), Vec::new());
    let place = |namespace: &Option<Arc<str>>| match namespace {
        Some(namespace) => format!(" in namespace {}", quoted(namespace)),
        None => " in the whole cluster".to_owned(),
    };
    for (role, lines) in &these.roles {
        if !others.roles.contains_key(role) {
            words.push(format!("{}{}", role.1, place(&role.0)));
            because.extend(lines.iter().cloned());
        }
    }
    for (namespace, rule, lines) in &these.rules {
        let counts = |other: &Option<Arc<str>>| other.is_none() || other == namespace;
        let others: Vec<&Rule> =
            others.rules.iter().filter(|(other, ..)| counts(other)).map(|(_, rule, _)| *rule).collect();
        let mut new = (*rule).clone();
        // A verb stays if some resource of the rule has it only now.
        new.verbs.retain(|verb| !is_allowed(verb, rule, &others));
        if new.verbs.is_empty() {
            continue;
        }
        let verbs = new.verbs.clone();
        new.resources.retain(|resource| {
            let alone = Rule { resources: vec![resource.clone()], urls: Vec::new(), ..(*rule).clone() };
            verbs.iter().any(|verb| !is_allowed(verb, &alone, &others))
        });
        words.push(format!("{}{}", new.in_words(), place(namespace)));
        because.extend(lines.iter().cloned());
    }
    because.truncate(6);
    (words, because)
}

/// Whether other rules allow a verb on all that a rule is about.
///
/// Source: `k8s.io/kubernetes/pkg/registry/rbac/validation/policy_comparator.go`, `Covers`.
fn is_allowed(verb: &str, rule: &Rule, others: &[&Rule]) -> bool {
    let names =
        |other: &Rule, name: &str| other.names.is_empty() || other.names.iter().any(|one| one == name);
    let has_verb =
        |other: &&&Rule| other.has_verb(verb) && (verb != "*" || other.verbs.iter().any(|one| one == "*"));
    let all_names: Vec<&str> =
        if rule.names.is_empty() { vec![""] } else { rule.names.iter().map(String::as_str).collect() };
    let resources = rule.groups.iter().all(|group| {
        rule.resources.iter().all(|resource| {
            all_names.iter().all(|name| {
                others.iter().filter(has_verb).any(|other| {
                    let any = |list: &[String], wanted: &str| {
                        list.iter().any(|one| one == "*" || one == wanted)
                            && (wanted != "*" || list.iter().any(|one| one == "*"))
                    };
                    let covers =
                        other.resources.iter().any(|one| one == "*") || other.has_resource(group, resource);
                    any(&other.groups, group)
                        && covers
                        && (resource != "*" || any(&other.resources, "*"))
                        && (if name.is_empty() { other.names.is_empty() } else { names(other, name) })
                })
            })
        })
    });
    let urls = rule.urls.iter().all(|url| {
        others.iter().filter(has_verb).any(|other| {
            other.urls.iter().any(|one| {
                one == "*" || one == url || one.strip_suffix('*').is_some_and(|start| url.starts_with(start))
            })
        })
    });
    resources && urls
}

fn title(holder: &Holder) -> String {
    match holder {
        Holder::Account(namespace, name) => format!("ServiceAccount {namespace}/{name}"),
        Holder::User(name) => format!("User {name}"),
        Holder::Group(name) => format!("Group {name}"),
    }
}

/// Secrets that a workload reads now and did not before.
fn secrets(scene: &Scene, found: &mut Found) {
    let reads = |relation: Relation| matches!(relation, Relation::ReadsEnv | Relation::Mounts);
    for (old, new) in scene.workloads() {
        let known: BTreeSet<_> = scene
            .before()
            .topology
            .from(old)
            .filter(|edge| reads(edge.relation))
            .map(|edge| scene.pairing.followed(Which::Old, &scene.node(Which::Old, edge.to).identity))
            .collect();
        let mut seen = BTreeSet::new();
        for edge in scene.after().topology.from(new).filter(|edge| reads(edge.relation)) {
            let secret = &scene.node(Which::New, edge.to).identity;
            let key = scene.pairing.followed(Which::New, secret);
            if !secret.is("", "Secret") || known.contains(&key) || !seen.insert(key) {
                continue;
            }
            let message = format!("It reads Secret {} now.", quoted(&secret.name));
            let kind = ("secret-read", Area::Privilege, Severity::Warning);
            found.add(kind, scene.whom(Which::New, new), message, scene.edge(Which::New, edge));
        }
    }
}

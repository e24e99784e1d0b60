//! Why a container or a pod reserves and may use what it does, in words, and which field says so.

use super::ContainerResources;
use super::amounts::{Origin, Resources};
use super::qos::container_words;
use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use crate::names::count;
use crate::names::english;
use crate::topology::{ContainerKind, Pod};
use std::collections::BTreeMap;

/// How many names a reason lists.
const MOST_NAMES: usize = 4;

/// What a container (or a pod, for all of its containers) sets itself, with what is filled in. `field` is its
/// `resources`, `which` is `requests` or `limits`, `unread` are the names of those whose amount is no quantity.
pub(super) fn own(
    scene: &Scene,
    amounts: &Resources,
    field: &FieldPath,
    which: &str,
    unread: &[String],
) -> Known<Resources> {
    let written = amounts.names(|origin| *origin == Origin::Written);
    let limited = amounts.names(|origin| *origin == Origin::Limit);
    let given = amounts.names(|origin| matches!(origin, Origin::LimitRange(..)));
    let summed = amounts.names(|origin| matches!(origin, Origin::Running | Origin::Init(_)));
    let range = amounts.iter().find_map(|(_, amount)| match &amount.origin {
        Origin::LimitRange(node, field) => Some((*node, field.clone())),
        _ => None,
    });
    let mut clauses = Vec::new();
    if !written.is_empty() {
        clauses.push(format!("it sets {} itself", english::list_up_to(MOST_NAMES, &written)));
    }
    if !limited.is_empty() {
        let names = english::list_up_to(MOST_NAMES, &limited);
        let count = if limited.len() == 1 { "its limit counts as one" } else { "its limits count" };
        clauses.push(format!("it sets no request for {names}, so {count}"));
    }
    if let Some((node, _)) = &range {
        let name = quoted(&scene.topology.nodes[*node].identity.name);
        clauses.push(format!("LimitRange {name} gives {}", english::list_up_to(MOST_NAMES, &given)));
    }
    if !summed.is_empty() {
        clauses.push(format!("its containers add up to {}", english::list_up_to(MOST_NAMES, &summed)));
    }
    if !unread.is_empty() {
        clauses.push(format!("what it sets for {} is no quantity", english::list_up_to(MOST_NAMES, unread)));
    }
    if clauses.is_empty() {
        clauses.push(format!("it sets no {which}"));
    }
    let known = |field| Known::new(amounts.clone(), clauses.join("; "), field);
    match range {
        Some((node, field)) if written.is_empty() && limited.is_empty() => known(field).said_by(node),
        _ if written.is_empty() && !limited.is_empty() => known(field.key("limits")),
        _ => known(field.key(which)),
    }
}

/// All that the amounts of a whole pod may come from.
pub(super) struct Story<'a> {
    pub scene: &'a Scene<'a>,
    pub pod: &'a Pod,
    pub containers: &'a [ContainerResources],
    pub overhead: Option<&'a Known<Resources>>,
}

impl Story<'_> {
    /// The requests of the pod with their reason.
    pub fn requests(&self, amounts: Resources) -> Known<Resources> {
        let mut clauses = self.clauses(&amounts, |one| &one.requests);
        if amounts.is_empty() {
            clauses.push("no container sets a request".to_owned());
        }
        let (field, node) = self.field(&amounts, |one| &one.requests, "requests");
        Known { declared_by: node, ..Known::new(amounts, clauses.join("; "), field) }
    }

    /// The limits of the pod with their reason, and who has none.
    pub fn limits(
        &self,
        amounts: Resources,
        unlimited: &BTreeMap<&'static str, Vec<usize>>,
    ) -> Known<Resources> {
        let mut clauses = self.clauses(&amounts, |one| &one.limits);
        if amounts.is_empty() {
            clauses.push("no container sets a limit".to_owned());
        }
        clauses.extend(self.without_limit(&amounts, unlimited));
        let (field, node) = self.field(&amounts, |one| &one.limits, "limits");
        Known { declared_by: node, ..Known::new(amounts, clauses.join("; "), field) }
    }

    /// Which containers keep the pod from being limited, though others have a limit.
    fn without_limit(
        &self,
        amounts: &Resources,
        unlimited: &BTreeMap<&'static str, Vec<usize>>,
    ) -> Vec<String> {
        let mut groups: Vec<(&Vec<usize>, Vec<String>)> = Vec::new();
        for (name, free) in unlimited.iter().filter(|(name, _)| amounts.get(name).is_some()) {
            match groups.iter_mut().find(|(others, _)| *others == free) {
                Some((_, names)) => names.push(quoted(name)),
                None => groups.push((free, vec![quoted(name)])),
            }
        }
        let clauses = groups.into_iter().map(|(free, names)| {
            let free: Vec<String> =
                free.iter().map(|&index| container_words(&self.pod.containers[index])).collect();
            let verb = english::have(free.len());
            let (free, names) = (english::list_up_to(MOST_NAMES, &free), english::list(&names, "or"));
            format!("{free} {verb} no limit of {names}, so nothing limits the pod's")
        });
        clauses.collect()
    }

    fn clauses(&self, amounts: &Resources, of: fn(&ContainerResources) -> &Known<Resources>) -> Vec<String> {
        let mut clauses = Vec::new();
        let names = |test: &dyn Fn(&Origin) -> bool| english::list_up_to(MOST_NAMES, amounts.names(test));
        let written = names(&|origin| *origin == Origin::Written);
        if !written.is_empty() {
            clauses.push(format!("the pod sets {written} for all its containers together"));
        }
        let limited = names(&|origin| *origin == Origin::Limit);
        if !limited.is_empty() {
            clauses.push(format!("the pod's limit of {limited} counts as its request"));
        }
        let running = amounts.names(|origin| *origin == Origin::Running);
        if !running.is_empty() {
            clauses.push(self.sum(&running, amounts, of));
        }
        for index in inits(amounts) {
            let names = names(&|origin| *origin == Origin::Init(index));
            clauses.push(self.init(index, &names, amounts, of));
        }
        if let Some(overhead) = self.overhead {
            let by = match overhead.declared_by {
                Some(node) => {
                    format!("RuntimeClass {}", quoted(&self.scene.topology.nodes[node].identity.name))
                }
                None => "the pod".to_owned(),
            };
            let raised = overhead.value.iter().filter(|(name, _)| amounts.get(name).is_some());
            let raised: Vec<String> = raised.map(|(name, _)| quoted(name)).collect();
            if !raised.is_empty() {
                clauses.push(format!(
                    "the overhead of {by} adds to {}",
                    english::list_up_to(MOST_NAMES, &raised)
                ));
            }
        }
        clauses
    }

    /// Of which containers an amount is the sum.
    fn sum(
        &self,
        names: &[String],
        amounts: &Resources,
        of: fn(&ContainerResources) -> &Known<Resources>,
    ) -> String {
        let ending = if names.len() == 1 { "s" } else { "" };
        let names = english::list_up_to(MOST_NAMES, names);
        let adding = self.adding(amounts, of);
        let rest = if self.inits_need(amounts, of) { ", and no init container needs more" } else { "" };
        if let [one] = adding[..] {
            let who = container_words(&self.pod.containers[one]);
            let is_alone = self.pod.containers.len() == 1 || !rest.is_empty();
            let only = if is_alone { "" } else { "only " };
            let verb = if self.is_given(one, of) { "gets" } else { "sets" };
            return format!("{only}{who} {verb} {names}{rest}");
        }
        let kind = |kind| adding.iter().filter(|&&index| self.pod.containers[index].kind == kind).count();
        let (apps, sidecars) = (kind(ContainerKind::App), kind(ContainerKind::Sidecar));
        let parts = [(apps, "container", "containers"), (sidecars, "sidecar", "sidecars")];
        let parts = parts.into_iter().filter(|(many, ..)| *many > 0);
        let parts: Vec<String> = parts.map(|(many, one, more)| count(many, one, more)).collect();
        format!("the {names} of {} add{ending} up{rest}", english::list_up_to(MOST_NAMES, &parts))
    }

    /// Whether a LimitRange gives a container all that it has.
    fn is_given(&self, index: usize, of: fn(&ContainerResources) -> &Known<Resources>) -> bool {
        of(&self.containers[index]).declared_by.is_some()
    }

    /// Whether an init container needs some of what the others add up to.
    fn inits_need(&self, amounts: &Resources, of: fn(&ContainerResources) -> &Known<Resources>) -> bool {
        let mut inits = (self.pod.containers.iter().zip(self.containers))
            .filter(|(container, _)| container.kind == ContainerKind::Init);
        let summed: Vec<&str> = (amounts.iter())
            .filter(|(_, amount)| amount.origin == Origin::Running)
            .map(|(name, _)| name)
            .collect();
        inits.any(|(_, needs)| summed.iter().any(|name| of(needs).value.get(name).is_some()))
    }

    /// The containers that run together and have an amount of what they add up to.
    fn adding(&self, amounts: &Resources, of: fn(&ContainerResources) -> &Known<Resources>) -> Vec<usize> {
        let runs = |index: &usize| {
            matches!(self.pod.containers[*index].kind, ContainerKind::App | ContainerKind::Sidecar)
        };
        let adds = |index: &usize| {
            let mut summed = amounts.iter().filter(|(_, amount)| amount.origin == Origin::Running);
            summed.any(|(name, _)| of(&self.containers[*index]).value.get(name).is_some())
        };
        (0..self.containers.len()).filter(runs).filter(adds).collect()
    }

    fn init(
        &self,
        index: usize,
        names: &str,
        amounts: &Resources,
        of: fn(&ContainerResources) -> &Known<Resources>,
    ) -> String {
        let mine = amounts.iter().filter(|(_, amount)| amount.origin == Origin::Init(index));
        let mine: Vec<&str> = mine.map(|(name, _)| name).collect();
        let before = self.pod.containers[..index].iter().zip(self.containers);
        let mut sidecars = before.filter(|(container, _)| container.kind == ContainerKind::Sidecar);
        let with_sidecars =
            sidecars.any(|(_, resources)| mine.iter().any(|name| of(resources).value.get(name).is_some()));
        let who = container_words(&self.pod.containers[index]);
        if with_sidecars {
            format!("{who} and the sidecars before it need more {names} than all that runs later")
        } else {
            format!("{who} needs more {names} than all that runs later")
        }
    }

    /// The field that decides: of the pod, of the init container, of the only container, or the list of them.
    fn field(
        &self,
        amounts: &Resources,
        of: fn(&ContainerResources) -> &Known<Resources>,
        which: &str,
    ) -> (FieldPath, Option<crate::topology::NodeIndex>) {
        let is_from = |test: fn(&Origin) -> bool| amounts.iter().any(|(_, amount)| test(&amount.origin));
        if is_from(|origin| *origin == Origin::Written) {
            return (self.pod.path.key("resources").key(which), None);
        }
        if is_from(|origin| *origin == Origin::Limit) {
            return (self.pod.path.key("resources").key("limits"), None);
        }
        let deciding = match (inits(amounts).first(), &self.adding(amounts, of)[..]) {
            (Some(&init), _) => Some(init),
            (None, [only]) => Some(*only),
            _ => None,
        };
        match (deciding, self.overhead) {
            (Some(index), _) => {
                let known = of(&self.containers[index]);
                (known.field.clone(), known.declared_by)
            }
            (None, Some(overhead))
                if !amounts.is_empty() && !is_from(|origin| *origin == Origin::Running) =>
            {
                (overhead.field.clone(), overhead.declared_by)
            }
            _ => (self.pod.path.key("containers"), None),
        }
    }
}

/// The init containers that decide about an amount, in their order.
fn inits(amounts: &Resources) -> Vec<usize> {
    let mut inits: Vec<usize> = Vec::new();
    for (_, amount) in amounts.iter() {
        match amount.origin {
            Origin::Init(index) if !inits.contains(&index) => inits.push(index),
            _ => {}
        }
    }
    inits.sort_unstable();
    inits
}

//! Whether the containers of a pod belong together: reasons to split and reasons to group, and the verdict.

mod faults;
mod hosts;
mod keep;
mod manifest;
mod needs;
mod proposal;
mod scaling;
mod split;
mod yaml;

use super::known::Known;
use super::ledger::Ledger;
use super::patterns::PodPatterns;
use super::resources::PodResources;
use super::role::ContainerRole;
use super::scene::Scene;
use super::storage::VolumeUse;
use crate::catalog::FieldPath;
use crate::names::english;
use crate::topology::{ContainerKind, NodeIndex, Pod};
pub use proposal::{Proposal, SplitPart};
use serde::Serialize;
pub use split::proposal;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many containers a reason names one by one.
const MOST_NAMES: usize = 4;

/// What to do with the containers of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// Make several workloads of them.
    Split,
    /// They belong together.
    KeepTogether,
    /// The manifests do not say enough; a person must look.
    Review,
}

/// Why containers should be in several pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitReason {
    /// They may need different numbers of copies.
    IndependentScaling,
    /// They need very different amounts of CPU or memory.
    DifferentResources,
    /// A fault of one, or the end of its pod, should not touch the others.
    FaultIsolation,
    /// One needs something of its node that the others do not.
    DifferentHosts,
}

/// Why containers should be in one pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupReason {
    /// A helper and another container talk over localhost.
    LocalhostHelper,
    /// They share files.
    SharedVolume,
    /// One starts or ends with the other.
    SameLifecycle,
    /// They must be on one node.
    SameNode,
    /// They answer under one address or identity.
    OneIdentity,
}

/// Group or split, with reasons.
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    /// The verdict; nothing for a pod of one container, or of steps that run one after another.
    pub advice: Option<Known<Advice>>,
    /// What speaks for several pods: each reason at most once, sorted.
    pub split: Vec<Known<SplitReason>>,
    /// What speaks for one pod: each reason at most once, sorted.
    pub group: Vec<Known<GroupReason>>,
    /// The main container and its peers: the ones that might be split. Helpers stay with whom they help.
    pub members: Vec<usize>,
}

/// What the rules look at.
struct Case<'a> {
    scene: &'a Scene<'a>,
    pod: &'a Pod,
    volumes: &'a [VolumeUse],
    patterns: &'a PodPatterns,
    resources: &'a PodResources,
    members: &'a [usize],
}

/// A rule that speaks for several pods.
type Splits = fn(&Case) -> Option<Known<SplitReason>>;

/// A rule that speaks for one pod.
type Groups = fn(&Case) -> Option<Known<GroupReason>>;

const SPLITS: [Splits; 4] = [scaling::find, needs::find, faults::find, hosts::find];
const GROUPS: [Groups; 5] =
    [keep::localhost_helper, keep::shared_volume, keep::same_lifecycle, keep::same_node, keep::one_identity];

/// Weighs the reasons. Two that speak for several pods outweigh those for one; helpers never count among what might
/// be split.
pub(super) fn derive(
    scene: &Scene,
    pod: &Pod,
    volumes: &[VolumeUse],
    patterns: &PodPatterns,
    resources: &PodResources,
) -> Grouping {
    let several =
        pod.containers.iter().filter(|container| container.kind != ContainerKind::Ephemeral).count() > 1;
    if !several || pod.steps > 0 {
        return Grouping::default();
    }
    let is_member = |&me: &usize| {
        pod.containers[me].kind == ContainerKind::App
            && patterns.parts[me].role.value != ContainerRole::Helper
    };
    let members: Vec<usize> = (0..pod.containers.len()).filter(is_member).collect();
    let case = Case { scene, pod, volumes, patterns, resources, members: &members };
    let mut split: Vec<_> =
        if members.len() < 2 { Vec::new() } else { SPLITS.iter().filter_map(|rule| rule(&case)).collect() };
    let mut group: Vec<_> = GROUPS.iter().filter_map(|rule| rule(&case)).collect();
    split.sort_by_key(|reason| reason.value);
    group.sort_by_key(|reason| reason.value);
    let advice = Some(advice(pod, &members, &split, &group));
    Grouping { advice, split, group, members }
}

fn advice(
    pod: &Pod,
    members: &[usize],
    split: &[Known<SplitReason>],
    group: &[Known<GroupReason>],
) -> Known<Advice> {
    fn why<R>(known: &Known<R>) -> (Cow<'static, str>, FieldPath, Option<NodeIndex>) {
        (known.why.clone(), known.field.clone(), known.declared_by)
    }
    let (advice, (why, field, declared_by)) = match (split, group) {
        ([first, second, ..], _) => {
            let (words, field, declared_by) = why(first);
            (Advice::Split, (format!("{words}; {}", second.why).into(), field, declared_by))
        }
        (_, [first, ..]) => (Advice::KeepTogether, why(first)),
        _ if members.len() < 2 => {
            let words = "every other container helps the main one".into();
            (Advice::KeepTogether, (words, pod.path.key("containers"), None))
        }
        _ => {
            let words = "nothing in the manifests shows that they need each other".into();
            (Advice::Review, (words, pod.path.key("containers"), None))
        }
    };
    Known { value: advice, why, field, declared_by }
}

impl Grouping {
    /// Takes the verdict and its reasons down.
    pub(super) fn tell(&self, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
        let Some(advice) = &self.advice else { return };
        ledger.object(scene.index, "advice", advice);
        ledger.object(scene.index, "split_reasons", &listed(&self.split, pod));
        ledger.object(scene.index, "group_reasons", &listed(&self.group, pod));
    }
}

/// The reasons as one fact, which says what speaks for each.
fn listed<R: Copy>(found: &[Known<R>], pod: &Pod) -> Known<Vec<R>> {
    let reasons = found.iter().map(|reason| reason.value).collect();
    let why: Vec<&str> = found.iter().map(|reason| &*reason.why).collect();
    let why = match why.is_empty() {
        true => Cow::Borrowed("nothing in the manifests shows one"),
        false => why.join("; ").into(),
    };
    match found.first() {
        Some(first) => {
            Known { value: reasons, why, field: first.field.clone(), declared_by: first.declared_by }
        }
        None => Known::new(reasons, why, pod.path.key("containers")),
    }
}

impl Case<'_> {
    /// The name of a container in backticks.
    fn name(&self, container: usize) -> String {
        super::quoted(&self.pod.containers[container].key)
    }

    /// The names of containers: `a`, `b` and `c`.
    fn names(&self, containers: &[usize]) -> String {
        let names: Vec<String> = containers.iter().map(|&container| self.name(container)).collect();
        english::list_up_to(MOST_NAMES, &names)
    }

    /// The volumes that several containers mount and one may write, each with its containers.
    fn shared_volumes(&self) -> impl Iterator<Item = (&VolumeUse, BTreeSet<usize>)> {
        let shared = self.volumes.iter().filter(|usage| usage.is_written_and_shared());
        shared.map(|usage| (usage, usage.mounts.iter().map(|mount| mount.container).collect()))
    }
}

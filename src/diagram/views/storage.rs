//! Which volumes and claims hold what, who writes them, and where they come from.
//!
//! Around one pod every volume that may hold data is drawn, and which container writes it. Around more than one pod only
//! what outlives a pod is: claims, and paths of nodes or of servers. Files of ConfigMaps and Secrets are no data.

mod keep;

use super::cast::{self, Actor};
use super::fold::{Piece, fold, tries};
use super::sheet::{Reason, Sheet};
use super::wording::the_pod;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::Role;
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::document::PLAIN_ENVIRONMENT;
use crate::facts::storage::{Access, VolumeUse};
use crate::names::english;
use crate::names::{count, plural};
use crate::topology::{Node, NodeIndex, Pod};
use keep::Keep;
use std::collections::{BTreeMap, BTreeSet};

/// How many claims that one workload uses alike are drawn one by one where there is little room.
const MOST_ALIKE: usize = 2;
/// How many containers of one pod are drawn.
const MOST_CONTAINERS: usize = 24;

pub(super) static VIEW: Definition =
    Definition { name: "storage", of: Of::Everything, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let here = |node: &Node, environment: &str, namespace: Option<&str>| {
        *node.identity.environment == *environment
            && namespace.is_none_or(|namespace| *node.identity.namespace == *namespace)
    };
    let of = |environment: &str, namespace: Option<&str>| {
        let nodes = scene.topology.workloads().filter(|(_, node, _)| here(node, environment, namespace));
        nodes.map(|(index, ..)| index).collect::<Vec<_>>()
    };
    match focus {
        Focus::All(environment) => {
            let title = match &**environment {
                PLAIN_ENVIRONMENT => "Where data is kept".to_owned(),
                name => format!("Where data is kept in environment {name}"),
            };
            draw_all(scene, title, &of(environment, None), None)
        }
        Focus::Namespace(environment, namespace) => {
            let title = format!("Where data is kept in namespace {namespace}");
            draw_all(scene, title, &of(environment, Some(namespace)), None)
        }
        Focus::Application(at) => {
            let title = format!("Where application {} keeps data", scene.application(*at).shown());
            draw_all(scene, title, &scene.application(*at).members, None)
        }
        Focus::Object(index) => {
            let node = &scene.topology.nodes[*index];
            let identity = &node.identity;
            match (&node.pod, node.role) {
                (Some(pod), _) => draw_pod(scene, *index, pod, None),
                (None, Role::Storage) => {
                    let title = format!("Who uses {} {}", identity.kind, identity.name);
                    draw_all(scene, title, &of(&identity.environment, None), Some(*index))
                }
                (None, Role::Namespace) => {
                    let title = format!("Where data is kept in namespace {}", identity.name);
                    draw_all(scene, title, &of(&identity.environment, Some(&identity.name)), None)
                }
                _ => None,
            }
        }
        Focus::Container(index, container) => {
            let pod = scene.topology.nodes[*index].pod.as_deref()?;
            draw_pod(scene, *index, pod, Some(*container))
        }
    }
}

/// The volumes of one pod, or of one of its containers with those that share them.
fn draw_pod(scene: Scene, index: NodeIndex, pod: &Pod, only: Option<usize>) -> Option<Diagram> {
    let node = &scene.topology.nodes[index];
    let facts = scene.facts.of(index)?;
    let concerns = |usage: &&VolumeUse| only.is_none_or(|only| usage.users().contains(&only));
    let (kept, config): (Vec<&VolumeUse>, Vec<&VolumeUse>) =
        facts.volumes.iter().filter(concerns).partition(|usage| keep::may_hold_data(pod, usage));
    if kept.is_empty() {
        return None;
    }
    let mut sheet = Sheet::default();
    let group = Id::of('g', &[&node.identity.id()]);
    let title = english::capital(&the_pod(&node.identity));
    sheet.group(group.clone(), Class::Pod, &title, None, cast::link(node));
    let users: BTreeSet<usize> = kept.iter().flat_map(|usage| usage.users()).collect();
    for container in users.into_iter().take(MOST_CONTAINERS) {
        let role = facts.roles.get(container).copied();
        sheet.node(cast::container(node, pod, role, container), Some(&group));
    }
    // A volume with a claim is two boxes.
    let room = scene.budget.nodes.saturating_sub(sheet.len());
    let most = if kept.iter().any(|usage| usage.claim.is_some()) { room / 2 } else { room };
    let most = most.min(scene.budget.edges / 2).max(1);
    let things = kept.iter().map(|usage| (Likeness::of(scene, index, usage), *usage)).collect();
    for piece in fold(things, |_| usize::MAX, most) {
        match piece {
            Piece::One(usage) => {
                let id = sheet.node(cast::volume(node, pod, usage), Some(&group));
                draw_mounts(&mut sheet, node, pod, usage, &id);
                if let Some(claim) = &usage.claim {
                    let keep = keep::of_claim(scene, index, usage, claim);
                    let claim_id = sheet.node(keep.actor.clone(), None);
                    sheet.arrow(&id, &claim_id, KEEPS, keep.line, keep.reason.clone());
                    keep::draw_backing(&mut sheet, scene, claim, &claim_id, &keep.reason);
                }
            }
            Piece::Many(likeness, usages) => {
                draw_many_volumes(&mut sheet, scene, index, &likeness, &usages, &group);
            }
        }
    }
    if !config.is_empty() {
        let words = count(config.len(), "volume", "volumes");
        sheet.leave_out(format!("Not drawn: {words} of settings; they are drawn where they are read."));
    }
    let whom = match only {
        Some(container) => format!("container {}", cast::container_name(pod, container)),
        None => the_pod(&node.identity),
    };
    let volumes = count(kept.len(), "volume", "volumes");
    let description = format!("The storage of {whom}: {volumes}, with who writes and who reads.");
    Some(sheet.finish(
        View::Storage,
        format!("Storage of {whom}"),
        description,
        Direction::Right,
        scene.budget,
    ))
}

/// What a volume does with the files of a claim.
const KEEPS: &str = "keeps its files in";

/// What volumes of a pod must share to be drawn as one: whether a claim keeps their files, whether it is missing, and
/// who does what with them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    is_claimed: bool,
    is_missing: bool,
    mounts: BTreeSet<(usize, Access)>,
}

impl Likeness {
    fn of(scene: Scene, index: NodeIndex, usage: &VolumeUse) -> Likeness {
        let line = usage.claim.as_ref().map(|claim| keep::of_claim(scene, index, usage, claim).line);
        let mounts = usage.mounts.iter().map(|mount| (mount.container, mount.access)).collect();
        Likeness { is_claimed: line.is_some(), is_missing: line == Some(Line::Dashed), mounts }
    }
}

/// Volumes that are alike as one box, and their claims as another.
fn draw_many_volumes(
    sheet: &mut Sheet,
    scene: Scene,
    index: NodeIndex,
    likeness: &Likeness,
    usages: &[&VolumeUse],
    group: &Id,
) {
    let node = &scene.topology.nodes[index];
    let Some(pod) = node.pod.as_deref() else { return };
    let users: Vec<String> =
        likeness.mounts.iter().map(|(container, access)| format!("{container} {access:?}")).collect();
    let kind = usize::from(likeness.is_claimed) + usize::from(likeness.is_missing);
    let key = [&*node.identity.id(), &users.join(" "), ["", "claims", "missing"][kind]];
    let words = count(usages.len(), "volume", "volumes");
    let id = Id::of('f', &[&key[..], &["volumes"]].concat());
    let note = if likeness.mounts.is_empty() { "nobody mounts them" } else { "used alike" };
    let id = sheet.node(Actor::new(id, Class::Volume, &words, note), Some(group));
    for &(container, access) in &likeness.mounts {
        let from = cast::container_id(&node.identity, pod, container);
        sheet.silent_arrow(&from, &id, verb(access), Line::Solid);
    }
    let object = node.object.as_deref();
    for usage in usages {
        let volume = cast::volume(node, pod, usage);
        for mount in &usage.mounts {
            let from = cast::container_id(&node.identity, pod, mount.container);
            let told = format!("{} at {}", verb(mount.access), mount.path);
            let to = (volume.said.clone(), volume.node.link.clone());
            sheet.row(sheet.said(&from), &told, to, Reason::field(object, &mount.field));
        }
        if let Some(claim) = &usage.claim {
            let keep = keep::of_claim(scene, index, usage, claim);
            let to = (keep.actor.said.clone(), keep.actor.node.link.clone());
            sheet.row((volume.said, volume.node.link), KEEPS, to, keep.reason);
        }
    }
    if likeness.is_claimed {
        let (class, note, line) = match likeness.is_missing {
            true => (Class::Missing, "not in these manifests", Line::Dashed),
            false => (Class::Claim, "", Line::Solid),
        };
        let claims = Id::of('f', &[&key[..], &["claims"]].concat());
        let claims = cast::several(claims, class, usages.len(), "PersistentVolumeClaim", note);
        let claims = sheet.node(claims, None);
        sheet.silent_arrow(&id, &claims, "keep their files in", line);
    }
    sheet.leave_out(format!("Not drawn one by one: {words} that are used alike; the table lists them."));
}

fn verb(access: Access) -> &'static str {
    if access == Access::ReadOnly { "reads" } else { "may write" }
}

fn draw_mounts(sheet: &mut Sheet, node: &Node, pod: &Pod, usage: &VolumeUse, volume: &Id) {
    let mut mounts: BTreeMap<(usize, Access), Vec<&crate::facts::storage::Mount>> = BTreeMap::new();
    for mount in &usage.mounts {
        mounts.entry((mount.container, mount.access)).or_default().push(mount);
    }
    for ((container, access), mounts) in mounts {
        let verb = verb(access);
        let place = match &mounts[..] {
            [one] => one.path.clone(),
            many => count(many.len(), "path", "paths"),
        };
        let reason = mounts
            .first()
            .map(|mount| Reason::field(node.object.as_deref(), &mount.field))
            .unwrap_or_default();
        let from = cast::container_id(&node.identity, pod, container);
        sheet.arrow(&from, volume, &format!("{verb} at {place}"), Line::Solid, reason);
    }
}

/// A workload with what keeps its data.
struct Keeper {
    workload: NodeIndex,
    keeps: Vec<Keep>,
}

/// What the workloads keep beyond the life of a pod; with `only`, what has to do with one claim, volume or class.
fn draw_all(
    scene: Scene,
    title: String,
    workloads: &[NodeIndex],
    only: Option<NodeIndex>,
) -> Option<Diagram> {
    let mut keepers = Vec::new();
    let mut fleeting = 0;
    for &workload in workloads {
        let Some(facts) = scene.facts.of(workload) else { continue };
        let Some(pod) = scene.topology.nodes[workload].pod.as_deref() else { continue };
        let mut keeps = Vec::new();
        for usage in &facts.volumes {
            match keep::read(scene, workload, pod, usage) {
                Some(keep) if only.is_none_or(|only| keep.concerns(only)) => keeps.push(keep),
                None if keep::may_hold_data(pod, usage) => fleeting += 1,
                _ => {}
            }
        }
        if !keeps.is_empty() {
            keepers.push(Keeper { workload, keeps });
        }
    }
    if keepers.is_empty() {
        return None;
    }
    let mut sheet = Sheet::default();
    for (coarse, most) in tries(scene.budget.nodes / 4) {
        sheet = Sheet::default();
        let crowd = if coarse { MOST_ALIKE } else { usize::MAX };
        let things = keepers.iter().map(|keeper| (key(scene, keeper, coarse), keeper)).collect();
        for piece in fold(things, |_| usize::MAX, most) {
            match piece {
                Piece::One(keeper) => draw_one(&mut sheet, scene, keeper, crowd),
                Piece::Many(key, keepers) => draw_many(&mut sheet, scene, &key, &keepers),
            }
        }
        if sheet.fits(scene.budget) {
            break;
        }
    }
    if fleeting > 0 && only.is_none() {
        let words = count(fleeting, "volume", "volumes");
        let (live, them) = if fleeting == 1 { ("lives", "it") } else { ("live", "them") };
        let pod = if fleeting == 1 { "its pod; the page of that pod" } else { "their pods; each pod's page" };
        sheet.leave_out(format!("Not drawn: {words} that {live} only as long as {pod} draws {them}."));
    }
    let words = count(keepers.len(), "workload keeps", "workloads keep");
    let description = format!("{words} data beyond the life of a pod: on which claims and paths.");
    Some(sheet.finish(View::Storage, title, description, Direction::Right, scene.budget))
}

/// What workloads must share to be drawn as one: namespace, kind, and, unless `coarse`, what keeps their data.
fn key(scene: Scene, keeper: &Keeper, coarse: bool) -> [String; 3] {
    let identity = &scene.topology.nodes[keeper.workload].identity;
    if coarse {
        return [identity.namespace.to_string(), identity.kind.to_string(), String::new()];
    }
    let mut kinds: Vec<&str> = keeper.keeps.iter().map(|keep| keep.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    [identity.namespace.to_string(), identity.kind.to_string(), kinds.join(", ")]
}

/// One workload with what keeps its data; more than `crowd` that it uses alike are one box.
fn draw_one(sheet: &mut Sheet, scene: Scene, keeper: &Keeper, crowd: usize) {
    let node = &scene.topology.nodes[keeper.workload];
    let Some(pod) = node.pod.as_deref() else { return };
    let group = sheet.namespace(&node.identity);
    let from = sheet.node(cast::folded_workload(scene, keeper.workload, pod), group.as_ref());
    let alike = |keep: &Keep| (keep.kind, keep.verb.clone(), keep.line == Line::Dashed);
    let things = keeper.keeps.iter().map(|keep| (alike(keep), keep)).collect();
    for piece in fold(things, |_| crowd, usize::MAX) {
        let keeps = match piece {
            Piece::One(keep) => {
                let inside = if keep.is_namespaced { group.as_ref() } else { None };
                let to = sheet.node(keep.actor.clone(), inside);
                sheet.arrow(&from, &to, &keep.verb, keep.line, keep.reason.clone());
                if let Some(claim) = &keep.claim {
                    keep::draw_backing(sheet, scene, claim, &to, &keep.reason);
                }
                continue;
            }
            Piece::Many(_, keeps) => keeps,
        };
        let first = keeps[0];
        let (class, note) = match first.line {
            Line::Dashed | Line::Dotted => (Class::Missing, "not in these manifests"),
            Line::Solid => (first.actor.node.class, ""),
        };
        let id = Id::of('f', &[&node.identity.id(), first.kind, &first.verb, note]);
        let many = cast::several(id, class, keeps.len(), first.kind, note);
        let name = &node.identity.name;
        sheet.leave_out(format!("Not drawn one by one: {} of {name}; the table lists them.", many.said));
        let to = sheet.node(many, if first.is_namespaced { group.as_ref() } else { None });
        sheet.silent_arrow(&from, &to, &first.verb, first.line);
        for keep in keeps {
            let said = (keep.actor.said.clone(), keep.actor.node.link.clone());
            sheet.row(sheet.said(&from), &keep.verb, said, keep.reason.clone());
        }
    }
}

fn draw_many(sheet: &mut Sheet, scene: Scene, key: &[String; 3], keepers: &[&Keeper]) {
    let Some(first) = keepers.first().map(|keeper| &scene.topology.nodes[keeper.workload]) else { return };
    let [_, kind, kept] = key;
    let group = sheet.namespace(&first.identity);
    let parts = [&*first.identity.environment, &*first.identity.namespace, kind, kept, "storage"];
    let many = cast::several(Id::of('f', &parts), Class::Workload, keepers.len(), kind, "");
    let said = many.said.clone();
    let from = sheet.node(many, group.as_ref());
    let mut kinds: BTreeMap<&str, BTreeSet<&Id>> = BTreeMap::new();
    for keep in keepers.iter().flat_map(|keeper| &keeper.keeps) {
        kinds.entry(keep.kind).or_default().insert(&keep.actor.node.id);
    }
    for (kind, ids) in kinds {
        let id = Id::of('f', &[&parts[..], &[kind]].concat());
        let label = count(ids.len(), kind, &plural(kind));
        let to = sheet.node(Actor::new(id, Class::Claim, &label, ""), group.as_ref());
        sheet.silent_arrow(&from, &to, "keep data in", Line::Solid);
    }
    for keeper in keepers {
        let node = &scene.topology.nodes[keeper.workload];
        for keep in &keeper.keeps {
            let from = (cast::object(node).said, cast::link(node));
            let to = (keep.actor.said.clone(), keep.actor.node.link.clone());
            sheet.row(from, &keep.verb, to, keep.reason.clone());
        }
    }
    sheet.leave_out(format!("Not drawn one by one: {said} and where they keep data; the table lists them."));
}

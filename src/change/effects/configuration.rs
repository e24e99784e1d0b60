//! Configuration that changes: who sees it, when, and who does not until something restarts it.

use super::{Area, Found, Scene, Severity, lines};
use crate::change::{Fate, FieldChange, ObjectChange, Which};
use crate::facts::config::{ConfigRead, ConfigWay};
use crate::facts::quoted;
use crate::names::english;
use crate::topology::NodeIndex;
use std::collections::BTreeMap;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (at, change) in scene.objects() {
        let is_data = change.identity.is("", "ConfigMap") || change.identity.is("", "Secret");
        if is_data && change.change == Fate::Changed && !found.refused.contains(&at) {
            data(scene, change, found);
        }
        variables(scene, change, found);
    }
}

/// The keys of a ConfigMap or a Secret that changed.
fn data(scene: &Scene, change: &ObjectChange, found: &mut Found) {
    let Some(new) = change.new else { return };
    let keys: BTreeMap<String, &FieldChange> =
        change.fields.iter().filter_map(|field| Some((key(&field.field)?, field))).collect();
    if keys.is_empty() {
        return;
    }
    let (mut live, mut blind) = (Vec::new(), BTreeMap::<NodeIndex, Vec<(String, &FieldChange)>>::new());
    for (reader, read) in readers(scene, new) {
        let seen = keys.iter().filter(|(key, _)| reads_key(read, key));
        for (key, field) in seen {
            let is_replaced =
                scene.objects().any(|(at, one)| one.new == Some(reader) && found.replaced.contains(&at));
            if is_replaced || !keeps_running(scene, reader) {
                continue;
            }
            match read.is_live() {
                true => live.push(scene.subject(Which::New, &scene.node(Which::New, reader).identity)),
                false => blind.entry(reader).or_default().push((told(read, key), field)),
            }
        }
    }
    for (reader, reads) in blind {
        let (mut words, fields): (Vec<String>, Vec<&FieldChange>) = reads.into_iter().unzip();
        words.sort();
        words.dedup();
        let message = format!(
            "Its running pods keep the old value: nothing replaces them, and {} {} read once, when the container starts. Restart it to \
             make the change count.",
            english::list_up_to(4, &words),
            english::are(words.len())
        );
        let kind = ("no-restart", Area::Configuration, Severity::Warning);
        found.add(kind, scene.whom(Which::New, reader), message, lines(fields));
    }
    let names: Vec<String> = keys.keys().map(|key| quoted(key)).collect();
    live.sort();
    live.dedup();
    let live: Vec<String> = live.iter().map(|one| quoted(one)).collect();
    let seen = match live.is_empty() {
        true => String::new(),
        false => format!(
            " {} {} it in its files in about a minute.",
            english::list_up_to(4, &live),
            if live.len() == 1 { "sees" } else { "see" }
        ),
    };
    let message = format!(
        "{} {} something else now.{seen}",
        english::list_up_to(5, &names),
        if names.len() == 1 { "says" } else { "say" }
    );
    let kind = ("configuration-changed", Area::Configuration, Severity::Notice);
    found.add(kind, scene.object(change), message, lines(keys.into_values()));
}

/// The key that a field of `data` or `binaryData` is.
fn key(path: &str) -> Option<String> {
    let rest = path.strip_prefix("data").or_else(|| path.strip_prefix("binaryData"))?;
    let bracketed = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bracketed.or_else(|| rest.strip_prefix('.')).map(str::to_owned)
}

/// Who reads an object on the new side.
fn readers<'a>(scene: &Scene<'a>, object: NodeIndex) -> Vec<(NodeIndex, &'a ConfigRead)> {
    let side = scene.after();
    let workloads = scene.workloads().map(|(_, new)| new);
    let reads = workloads.filter_map(|index| Some((index, side.facts.of(index)?)));
    reads
        .flat_map(|(index, facts)| {
            facts.config.iter().filter(|read| read.node == Some(object)).map(move |read| (index, read))
        })
        .collect()
}

/// Whether a workload's pods go on running, so that they can miss a change; those of Jobs are made anew each time.
fn keeps_running(scene: &Scene, index: NodeIndex) -> bool {
    !matches!(&*scene.node(Which::New, index).identity.kind, "CronJob" | "Job")
}

fn reads_key(read: &ConfigRead, changed: &str) -> bool {
    match &read.way {
        ConfigWay::Variable { key, .. } => key == changed,
        ConfigWay::Variables { .. } => true,
        ConfigWay::Files { keys, sub_path, .. } => match (keys.as_slice(), sub_path) {
            ([], Some(path)) => path.trim_matches('/').split('/').next() == Some(changed),
            ([], None) => true,
            (keys, _) => keys.iter().any(|key| key == changed),
        },
    }
}

/// How a container reads a key that it does not see change.
fn told(read: &ConfigRead, key: &str) -> String {
    match &read.way {
        ConfigWay::Variable { variable, .. } => format!("variable {}", quoted(variable)),
        ConfigWay::Variables { prefix } => format!("variable {}", quoted(&format!("{prefix}{key}"))),
        ConfigWay::Files { path, .. } => format!("file {}, which is mounted by itself,", quoted(path)),
    }
}

/// Variables, arguments and commands of containers that changed.
fn variables(scene: &Scene, change: &ObjectChange, found: &mut Found) {
    let Some((old, new)) = change.both() else { return };
    let (Some(before), Some(after)) =
        (scene.node(Which::Old, old).pod.as_deref(), scene.node(Which::New, new).pod.as_deref())
    else {
        return;
    };
    for container in
        after.containers.iter().filter(|one| before.containers.iter().any(|other| other.key == one.key))
    {
        let path = container.path.to_string();
        let fields: Vec<&FieldChange> = change
            .below(&path)
            .filter(|field| {
                let rest = &field.field[path.len()..];
                [".env", ".envFrom", ".args", ".command"].iter().any(|start| {
                    rest.strip_prefix(start)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                })
            })
            .collect();
        if fields.is_empty() {
            continue;
        }
        let mut names: Vec<String> =
            fields.iter().map(|field| named(&field.field[path.len() + 1..])).collect();
        names.dedup();
        let message = format!("{} changed.", english::list_up_to(5, &names));
        let message = english::capital(&message);
        let kind = ("configuration-changed", Area::Configuration, Severity::Notice);
        found.add(kind, scene.container(Which::New, new, &container.key), message, lines(fields));
    }
}

/// What a field of a container is: `variable `LOG_LEVEL``, `its arguments`.
fn named(field: &str) -> String {
    let item = field.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(name, _)| name);
    match (field.split(['.', '[']).next(), item) {
        (Some("env"), Some(name)) => format!("variable {}", quoted(name)),
        (Some("args"), _) => "its arguments".to_owned(),
        (Some("command"), _) => "its command".to_owned(),
        _ => "where its variables come from".to_owned(),
    }
}

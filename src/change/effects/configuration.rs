//! Configuration that changes: who sees it, when, and who does not until something restarts it.

use super::{Area, Found, Scene, Severity, lines};
use crate::change::{Fate, FieldChange, ObjectChange, Which};
use crate::document::MARK;
use crate::facts::config::{ConfigRead, ConfigWay};
use crate::facts::quoted;
use crate::names::english;
use crate::topology::{Container, NodeIndex};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// More changes of a container than this are counted, and longer values are left to the table.
const MOST_TOLD: usize = 4;
const LONGEST_TOLD: usize = 60;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (at, change) in scene.objects() {
        let is_data = change.identity.is("", "ConfigMap") || change.identity.is("", "Secret");
        if is_data && change.change == Fate::Changed && !found.refused.contains(&at) {
            data(scene, change, found);
        }
        if !found.refused.contains(&at) {
            variables(scene, change, found);
        }
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
    let message = match holds_one_key(scene, new) {
        // Said without the key, many that are alike are one line.
        true => format!("What it holds changed.{seen}"),
        false => format!(
            "{} {} something else now.{seen}",
            english::list_up_to(5, &names),
            if names.len() == 1 { "says" } else { "say" }
        ),
    };
    let kind = ("configuration-changed", Area::Configuration, Severity::Notice);
    found.add(kind, scene.object(change), message, lines(keys.into_values()));
}

/// Whether an object holds a single key on the new side.
fn holds_one_key(scene: &Scene, new: NodeIndex) -> bool {
    let Some(object) = scene.node(Which::New, new).object.as_deref() else { return false };
    let held = ["data", "stringData", "binaryData"].into_iter().filter_map(|field| object.value.get(field));
    held.map(|map| map.entries().len()).sum::<usize>() == 1
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
        let earlier = before.containers.iter().find(|other| other.key == container.key);
        let message = told_of_container(&path, &fields, earlier, container);
        let kind = ("configuration-changed", Area::Configuration, Severity::Notice);
        found.add(kind, scene.container(Which::New, new, &container.key), message, lines(fields));
    }
}

/// What became of the variables, arguments and command of a container, in a sentence.
fn told_of_container(
    path: &str,
    fields: &[&FieldChange],
    earlier: Option<&Container>,
    now: &Container,
) -> String {
    let (mut come, mut gone, mut other) = (Vec::new(), Vec::new(), Vec::new());
    let has = |container: Option<&Container>, name: &str| {
        container.is_some_and(|one| one.spec.env.iter().flatten().any(|variable| variable.name == name))
    };
    for field in fields {
        let rest = &field.field[path.len() + 1..];
        let item = rest.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(name, _)| name);
        let list = match (rest.split(['.', '[']).next(), item) {
            (Some("env"), Some(name)) => {
                let words = quoted(name);
                match (has(earlier, name), has(Some(now), name)) {
                    (false, true) => (&mut come, words),
                    (true, false) => (&mut gone, words),
                    _ => (&mut other, format!("variable {words}{}", instead(field))),
                }
            }
            (Some("args"), _) => (&mut other, items("arguments", "argument", field)),
            (Some("command"), _) => (&mut other, items("command", "part of its command", field)),
            _ => (&mut other, "where its variables come from changed".to_owned()),
        };
        let (list, words) = list;
        if !list.contains(&words) {
            list.push(words);
        }
    }
    let mut parts = Vec::new();
    for (names, one, many) in [(come, "is new", "are new"), (gone, "is gone", "are gone")] {
        if !names.is_empty() {
            let (noun, verb) = if names.len() == 1 { ("variable", one) } else { ("variables", many) };
            parts.push(format!("{noun} {} {verb}", english::list_up_to(5, &names)));
        }
    }
    let left = other.len().saturating_sub(MOST_TOLD);
    parts.extend(other.into_iter().take(MOST_TOLD));
    parts.extend((left > 0).then(|| format!("{left} more changed")));
    english::capital(&format!("{}.", parts.join("; ")))
}

/// ` is `debug` instead of `info``, where both are short and plain; else ` changed`.
fn instead(field: &FieldChange) -> String {
    let short = |value: &Json| {
        let text = value.as_str()?;
        let is_plain = !text.is_empty() && !text.contains(['\n', '`']) && !text.contains(MARK);
        (is_plain && text.chars().count() <= LONGEST_TOLD && !text.starts_with("(secret"))
            .then(|| quoted(text))
    };
    match (field.field.ends_with(".value"), short(&field.old), short(&field.new)) {
        (true, Some(old), Some(new)) => format!(" is {new} instead of {old}"),
        _ => " changed".to_owned(),
    }
}

/// Which items of a list are others now; that it changed, where they are many or long.
fn items(all: &str, one: &str, field: &FieldChange) -> String {
    let texts = |value: &Json| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let (old, new) = (texts(&field.old), texts(&field.new));
    let beyond = |these: &[String], others: &[String]| -> Vec<String> {
        these.iter().filter(|text| !others.contains(text)).cloned().collect()
    };
    let (gone, come) = (beyond(&old, &new), beyond(&new, &old));
    let is_plain = |text: &String| {
        text.chars().count() <= LONGEST_TOLD && !text.contains(['\n', '`']) && !text.contains(MARK)
    };
    match (gone.as_slice(), come.as_slice()) {
        ([old], [new]) if is_plain(old) && is_plain(new) => {
            format!("{one} {} instead of {}", quoted(new), quoted(old))
        }
        ([], [new]) if is_plain(new) && !old.is_empty() => format!("{one} {} is new", quoted(new)),
        ([old], []) if is_plain(old) && !new.is_empty() => format!("{one} {} is gone", quoted(old)),
        _ => format!("its {all} changed"),
    }
}

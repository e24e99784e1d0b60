//! What each volume survives, as a table: volumes that fare alike share a row.

use crate::facts::Known;
use crate::facts::storage::{Lifetime, Survival, VolumeUse};
use crate::model::Object;
use crate::page::prose::{code, concat, joined, marked, muted, plain};
use crate::page::{Block, Prose, Table};
use crate::topology::Pod;

pub fn blocks(object: &Object, pod: &Pod, volumes: &[VolumeUse]) -> Vec<Block> {
    let lifetimes: Vec<(&VolumeUse, &Lifetime)> =
        volumes.iter().filter_map(|usage| Some((usage, usage.lifetime.as_ref()?))).collect();
    if lifetimes.is_empty() {
        return Vec::new();
    }
    let is_pod = &*object.identity.kind == "Pod";
    let workload = format!("Deletion of the {}", object.identity.kind);
    let mut head = vec!["Files", "A container's restart", "The pod's deletion", "Loss of the node"];
    if !is_pod {
        head.push(&workload);
    }
    let mut rows: Vec<(Vec<Prose>, Vec<Prose>)> = Vec::new();
    for (usage, lifetime) in lifetimes {
        let mut events = vec![&lifetime.container_restart, &lifetime.pod_deletion, &lifetime.node_loss];
        if !is_pod {
            events.push(&lifetime.workload_deletion);
        }
        let cells = events.into_iter().enumerate();
        let cells: Vec<Prose> = cells.map(|(at, event)| cell(event, at == 3, usage, pod)).collect();
        let name = vec![code(&usage.name)];
        match rows.iter_mut().find(|(_, same)| *same == cells) {
            Some((names, _)) => names.push(name),
            None => rows.push((vec![name], cells)),
        }
    }
    let elsewhere = vec![plain("gone"); head.len() - 1];
    let mut rows: Vec<Vec<Prose>> = rows
        .into_iter()
        .map(|(names, cells)| {
            let word = if names.len() == 1 { "volume " } else { "volumes " };
            let first = concat(vec![plain(word), joined(names, "and")]);
            [vec![first], cells].concat()
        })
        .collect();
    rows.push([vec![plain("all other files")], elsewhere].concat());
    let caption = format!("What the files of {} survive", object.identity.title());
    let head = head.into_iter().map(str::to_owned).collect();
    vec![Block::Table(Table { caption, head, rows })]
}

/// One event's effect; for the deletion of the workload, where its files stay.
fn cell(event: &Known<Survival>, of_workload: bool, usage: &VolumeUse, pod: &Pod) -> Prose {
    let source = usage.volume.and_then(|index| pod.volumes.get(index)).map(|volume| volume.source);
    match event.value {
        Survival::Kept if of_workload => plain(match source {
            Some("configMap") => "kept in the ConfigMap",
            Some("secret") => "kept in the Secret",
            _ => "kept",
        }),
        Survival::Kept => plain("kept"),
        Survival::Lost => plain("gone"),
        Survival::MadeAgain => plain(match source {
            Some("configMap") => "written again from the ConfigMap",
            Some("secret") => "written again from the Secret",
            Some("image") => "taken again from the image",
            Some("gitRepo") => "cloned again",
            _ => "written again",
        }),
        Survival::OnNode => plain("kept on that node"),
        Survival::Unknown => concat(vec![vec![muted("unknown: ")], marked(&event.why)]),
    }
}

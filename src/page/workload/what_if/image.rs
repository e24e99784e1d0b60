//! What if an image cannot be pulled?
//!
//! Source: kubernetes.io, "Images": pull policies, and retries with growing delays up to 5 minutes.

use super::Asked;
use crate::facts::controller::Strategy;
use crate::names::Image;
use crate::page::Prose;
use crate::page::container::pull_policy;
use crate::page::prose::{code, concat, joined, plain, text};
use crate::topology::ContainerKind;
use std::collections::BTreeMap;

pub(super) fn answers(asked: &Asked) -> Vec<Prose> {
    let mut by_policy: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, container) in asked.pod.containers.iter().enumerate() {
        if container.kind != ContainerKind::Ephemeral && !container.image.is_empty() {
            by_policy.entry(pull_policy(container)).or_default().push(position);
        }
    }
    if by_policy.is_empty() {
        return Vec::new();
    }
    let mut answers = vec![plain(
        "A new pod waits, and Kubernetes tries again, at last every 5 minutes. Containers that run already keep running.",
    )];
    for (policy, positions) in by_policy {
        let names = asked.names(&positions);
        let (need, start) = if positions.len() == 1 { ("needs", "starts") } else { ("need", "start") };
        answers.push(match policy.as_str() {
            "Always" => concat(vec![
                names,
                plain(format!(
                    " {need} the registry at each start, even on a node that has the image, because "
                )),
                why_always(asked, &positions),
                plain("."),
            ]),
            "Never" => {
                concat(vec![names, plain(format!(" {start} only on nodes that have the image already."))])
            }
            _ => concat(vec![
                names,
                plain(format!(" {start} without the registry on nodes that have the image already.")),
            ]),
        });
    }
    answers.extend(during_an_update(asked));
    answers
}

/// Why images are pulled at each start: the manifest says so, or their tag may mean another image tomorrow.
fn why_always(asked: &Asked, positions: &[usize]) -> Prose {
    let is_written = |position: &&usize| asked.pod.containers[**position].spec.image_pull_policy.is_some();
    let mut whose = if positions.len() == 1 { "its" } else { "their" };
    let written = positions.iter().filter(is_written).count();
    let mut reasons = Vec::new();
    if written > 0 {
        reasons.push(concat(vec![
            plain(format!("{whose} ")),
            vec![code("imagePullPolicy")],
            plain(" says so"),
        ]));
        whose = "the";
    }
    let mut tags = positions
        .iter()
        .filter(|position| !is_written(position))
        .map(|&position| Image::read(&asked.pod.containers[position].image).tag.is_some());
    if let Some(first) = tags.next() {
        let alike = tags.all(|tagged| tagged == first);
        reasons.push(match (first, alike, whose == "their") {
            (_, false, _) => {
                vec![text("tags are "), code("latest"), text(" or absent, which means the same")]
            }
            (true, true, many) => {
                vec![text(format!("{whose} {} ", if many { "tags are" } else { "tag is" })), code("latest")]
            }
            (false, true, true) => vec![text("they name no tag, which means "), code("latest")],
            (false, true, false) => vec![text("it names no tag, which means "), code("latest")],
        });
    }
    joined(reasons, "or")
}

/// An update with a broken image stops before it takes too many old pods away.
fn during_an_update(asked: &Asked) -> Option<Prose> {
    let rollout = asked.know.facts.controller(asked.index)?.rollout.as_ref()?;
    if rollout.value.strategy == Strategy::OnDelete {
        return None;
    }
    let stay = rollout.value.min_available.filter(|stay| *stay > 0)?;
    let pods = if stay == 1 { "1 old pod".to_owned() } else { format!("{stay} old pods") };
    Some(plain(
        format!("An update to such an image stops, and at least {pods} keep running.")
            .replace("pod keep", "pod keeps"),
    ))
}

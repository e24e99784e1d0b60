//! The numbered pods of a StatefulSet: how an update replaces them, how they start, what they are called.

use super::verb;
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::controller::{Rollout, StatefulPods, Strategy};
use crate::model::Object;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, plain, text};
use crate::page::{Block, Prose, Table};
use crate::topology::State;

/// How many pods the table lists.
const MOST_ROWS: i64 = 20;

/// What an update does to the pods of a StatefulSet, without the full stop.
pub fn update(rollout: &Rollout, pods: &StatefulPods) -> Prose {
    let name = |place: i64| vec![code(pods.pod_name(place))];
    let pair =
        |number: i64, two: &'static str, many: &'static str| plain(if number == 2 { two } else { many });
    let (wanted, kept) = (pods.count, pods.kept);
    let at_once = rollout.unavailable().unwrap_or(1);
    match (rollout.strategy, wanted, wanted - kept) {
        (_, 0, _) => plain("An update replaces no pod, because it is scaled to 0 copies"),
        (Strategy::OnDelete, ..) => plain("An update replaces a pod only after someone deletes it"),
        (_, _, 0) => concat(vec![
            plain("An update replaces no pod: "),
            vec![code("partition")],
            plain(" keeps every pod at the old version"),
        ]),
        (_, 1, _) => concat(vec![
            plain("During an update no pod is available for a time: "),
            name(0),
            plain(" stops before it starts again at the new version"),
        ]),
        (_, _, changed) => {
            let pace = if at_once > 1 {
                format!("up to {at_once} at a time where the cluster supports that, else one at a time")
            } else {
                "each once the one before is ready again".to_owned()
            };
            let range = if changed == 1 {
                concat(vec![plain("An update replaces only "), name(wanted - 1)])
            } else {
                let (from, to) = (name(wanted - 1), name(kept));
                concat(vec![
                    plain(format!("An update replaces {changed} pods, ")),
                    concat(vec![
                        pair(changed, "first ", "from "),
                        from,
                        pair(changed, ", then ", " down to "),
                        to,
                        plain(format!(", {pace}")),
                    ]),
                ])
            };
            let keep = match kept {
                0 => Prose::new(),
                1 => concat(vec![plain("; "), name(0), plain(" keeps the old version")]),
                many => concat(vec![
                    plain("; "),
                    name(0),
                    pair(many, " and ", " to "),
                    name(many - 1),
                    plain(" keep the old version"),
                ]),
            };
            let least = plain(format!(
                "; at least {} available",
                verb(rollout.min_available.unwrap_or_default(), "stays", "stay")
            ));
            concat(vec![range, keep, least])
        }
    }
}

/// In which order the pods of a StatefulSet start and stop.
pub fn order(know: &Knowledge, object: &Object, pods: &StatefulPods) -> Option<Prose> {
    if pods.count < 2 {
        return None;
    }
    let first = code(pods.pod_name(0));
    let last = code(pods.pod_name(pods.count - 1));
    let source = know.source(object, &FieldPath::of("spec.podManagementPolicy"));
    Some(if pods.parallel {
        vec![text("Pods start all at once, and scaling down stops them all at once. "), source]
    } else {
        vec![
            text("Pods start one after another, "),
            first,
            text(" first, each once the one before is ready; scaling down stops "),
            last,
            text(" first. "),
            source,
        ]
    })
}

/// The names of the pods of a StatefulSet, and those of their claims.
pub fn names(know: &Knowledge, object: &Object, pods: &StatefulPods) -> Vec<Block> {
    let mut blocks = Vec::new();
    let service = pods.service.map(|service| know.node(service));
    let mention = || pods.service.map(|service| know.mention(service, &object.identity)).unwrap_or_default();
    let note = match service {
        None => Some(plain("It names no Service, so its pods have no DNS names of their own.")),
        Some(node) if node.state != State::Present => Some(concat(vec![
            plain("Its pods have no DNS names of their own, which would stand below "),
            mention(),
            plain("."),
        ])),
        Some(node) => {
            let address = node.object.as_ref().and_then(|object| object.value.at("spec.clusterIP"));
            let headless = address.and_then(Value::as_str) == Some("None");
            Some(if headless {
                let start = plain("Each pod keeps its name, and others reach it by its DNS name below ");
                let source = vec![text(". "), know.source(object, &FieldPath::of("spec.serviceName"))];
                concat(vec![start, mention(), source])
            } else {
                let promise = "Kubernetes promises these DNS names only below a Service with ";
                let why = vec![code("clusterIP: None"), text(", and ")];
                let but = plain(" has an address of its own. ");
                let source = vec![know.source(object, &FieldPath::of("spec.serviceName"))];
                concat(vec![plain(promise), why, mention(), but, source])
            })
        }
    };
    blocks.extend(note.map(Block::Paragraph));
    if pods.count == 0 {
        return blocks;
    }
    let (has_dns, has_claims) = (pods.domain.is_some(), !pods.templates.is_empty());
    if !has_dns && !has_claims {
        return blocks;
    }
    let rows = (0..pods.count.min(MOST_ROWS)).map(|place| {
        let claims = pods.claims_of(place).into_iter().map(|name| vec![code(name)]).collect();
        let cells = [
            Some(vec![code(pods.pod_name(place))]),
            pods.dns_name(place).map(|name| vec![code(name)]),
            has_claims.then(|| joined(claims, "and")),
        ];
        cells.into_iter().flatten().collect()
    });
    let rows: Vec<Vec<Prose>> = rows.collect();
    let head = [("Pod", true), ("DNS name", has_dns), ("Claims", has_claims)];
    let head = head.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect();
    blocks.push(Block::Table(Table { caption: format!("Pods of {}", object.identity.title()), head, rows }));
    let more = usize::try_from(pods.count - MOST_ROWS).unwrap_or(0);
    if more > 0 {
        let rest = count(more, "more pod", "more pods");
        blocks.push(Block::Paragraph(plain(format!("And {rest} with the numbers that follow."))));
    }
    blocks
}

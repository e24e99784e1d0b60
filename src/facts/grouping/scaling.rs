//! Independent scaling: programs that stand for themselves may need different numbers of copies.

use super::{Case, SplitReason};
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::facts::known::Known;
use std::collections::{BTreeMap, BTreeSet};

/// Whether the containers may need different numbers of copies: each has an image and a port of its own and they share
/// no files, or Services lead to several, or an autoscaler looks at one alone.
pub(super) fn find(case: &Case) -> Option<Known<SplitReason>> {
    let reason = |why: String, field: FieldPath| Known::new(SplitReason::IndependentScaling, why, field);
    let own = own_programs(case);
    if let [first, _, ..] = own[..] {
        let why =
            format!("{} each have an image and a port of their own, and share no files", case.names(&own));
        return Some(reason(why, case.pod.containers[first].path.key("ports")));
    }
    let served: Vec<usize> = case
        .members
        .iter()
        .copied()
        .filter(|&member| !case.patterns.parts[member].services.is_empty())
        .collect();
    if let [first, _, ..] = served[..] {
        let why = format!("Services send traffic to each of {}", case.names(&served));
        return Some(reason(why, case.pod.containers[first].path.key("ports")));
    }
    autoscaled_alone(case)
}

/// The members with an image and ports that no other member has, and no files in common with one that has them too.
fn own_programs(case: &Case) -> Vec<usize> {
    let image = |member: usize| case.pod.containers[member].image.as_str();
    let ports = |member: usize| &case.patterns.parts[member].listens;
    let (mut images, mut listeners) = (BTreeMap::new(), BTreeMap::new());
    for &member in case.members {
        *images.entry(image(member)).or_insert(0) += 1;
        *listeners.entry(ports(member)).or_insert(0) += 1;
    }
    let own = |member: &usize| {
        let alone = images.get(image(*member)) == Some(&1) && listeners.get(ports(*member)) == Some(&1);
        alone && !image(*member).is_empty() && !ports(*member).is_empty()
    };
    let mut programs: BTreeSet<usize> = case.members.iter().copied().filter(own).collect();
    let all = programs.clone();
    for (_, containers) in case.shared_volumes() {
        let together: BTreeSet<usize> = containers.intersection(&all).copied().collect();
        if together.len() > 1 {
            together.iter().for_each(|program| {
                programs.remove(program);
            });
        }
    }
    programs.into_iter().collect()
}

/// An autoscaler that looks at the use of one container.
///
/// Source: `k8s.io/api/autoscaling/v2/types.go`, `ContainerResourceMetricSource`.
fn autoscaled_alone(case: &Case) -> Option<Known<SplitReason>> {
    case.scene.to(Relation::Scales).find_map(|edge| {
        let scaler = case.scene.topology.nodes[edge.from].object.as_deref()?;
        let path = FieldPath::of("spec.metrics");
        let metrics = path.find(&scaler.value).map(Value::items).unwrap_or_default();
        metrics.iter().enumerate().find_map(|(index, metric)| {
            let name = metric.at("containerResource.container")?.as_str()?;
            let member =
                case.members.iter().find(|&&member| case.pod.containers[member].name == name).copied()?;
            let why = format!("an autoscaler counts only what {} uses", case.name(member));
            let field = path.item(index, metric).key("containerResource").key("container");
            Some(Known::new(SplitReason::IndependentScaling, why, field).said_by(edge.from))
        })
    })
}

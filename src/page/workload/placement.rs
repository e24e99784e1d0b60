//! Where a pod may run.

use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, plain, text};
use crate::page::{Block, Prose, object};
use crate::topology::{NodeIndex, Pod};

pub fn blocks(know: &Knowledge, _index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let mut items: Vec<Prose> = Vec::new();
    let spec = &pod.spec;
    let source = |key: &str| know.source(object, &pod.path.key(key));
    for (key, value) in spec.node_selector.iter().flatten() {
        items.push(vec![
            text("It runs only on nodes with label "),
            code(format!("{key}={value}")),
            text(". "),
            source("nodeSelector"),
        ]);
    }
    if let Some(name) = &spec.node_name {
        items.push(vec![
            text("It runs on node "),
            code(name),
            text("; the scheduler is not asked. "),
            source("nodeName"),
        ]);
    }
    let keys = spec.tolerations.iter().flatten();
    let (every, keys): (Vec<_>, Vec<_>) =
        keys.partition(|toleration| toleration.key.is_none() && toleration.effect.is_none());
    let keys = keys.into_iter().map(|toleration| {
        let key = toleration.key.clone().unwrap_or_else(|| toleration.effect.clone().unwrap_or_default());
        vec![code(toleration.value.as_ref().map_or_else(|| key.clone(), |value| format!("{key}={value}")))]
    });
    let keys: Vec<Prose> = keys.collect();
    if !every.is_empty() {
        items.push(vec![
            text("It tolerates every taint: no taint of a node keeps it away. "),
            source("tolerations"),
        ]);
    } else if !keys.is_empty() {
        items.push(concat(vec![
            plain("It may also run on nodes that turn other pods away with the taint "),
            crate::page::prose::joined(keys, "or"),
            plain(". "),
            vec![source("tolerations")],
        ]));
    }
    if spec.affinity.is_some() {
        items.push(vec![
            text("It has rules on which nodes and which neighbors it wants. "),
            source("affinity"),
        ]);
    }
    if spec.topology_spread_constraints.is_some() {
        items.push(vec![
            text("Its copies are spread over the cluster. "),
            source("topologySpreadConstraints"),
        ]);
    }
    if let Some(class) = &spec.priority_class_name {
        items.push(vec![
            text("Its priority class is "),
            code(class),
            text(": when room is short, pods of a lower one make way. "),
            source("priorityClassName"),
        ]);
    }
    items.extend(object::explanations(know, object));
    if items.is_empty() {
        return Vec::new();
    }
    vec![Block::List { ordered: false, items }]
}

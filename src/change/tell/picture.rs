//! One picture of a change: what differs, and one hop around it.

use crate::change::{Change, Fate, Which};
use crate::diagram::svg::LaidOut;
use crate::diagram::{Body, Class, Diagram, Direction, Edge, Flow, Id, Line, Node, View};
use crate::document::Identity;
use crate::names::count;
use std::collections::{BTreeMap, BTreeSet};

/// The most boxes and arrows of a picture that is read at a glance.
const MOST: usize = 24;

/// The picture; `None` where nothing differs, or only what no arrow leads to.
pub fn picture(change: &Change) -> Option<Diagram> {
    let mut boxes: BTreeMap<String, Node> = BTreeMap::new();
    let mut edges: BTreeSet<(String, String, String, bool)> = BTreeSet::new();
    let fates: BTreeMap<String, Fate> =
        change.objects.iter().map(|object| (key(&object.identity), object.change)).collect();
    for (which, side) in [(Which::Old, change.old), (Which::New, change.new)] {
        for edge in &side.topology.edges {
            let (from, to) = (&side.topology.nodes[edge.from], &side.topology.nodes[edge.to]);
            let ends = [key(&from.identity), key(&to.identity)];
            let added = change.edges_added.iter().any(|one| which == Which::New && std::ptr::eq(*one, edge));
            let removed =
                change.edges_removed.iter().any(|one| which == Which::Old && std::ptr::eq(*one, edge));
            let is_near = ends.iter().any(|end| fates.contains_key(end));
            // What stays is drawn once, and only around what differs.
            if !(added || removed || which == Which::New && is_near) {
                continue;
            }
            let verb = match (added, removed) {
                (true, _) => format!("{} (new)", edge.relation.verb()),
                (_, true) => format!("{} (gone)", edge.relation.verb()),
                _ => edge.relation.verb().to_owned(),
            };
            for (node, end) in [(from, &ends[0]), (to, &ends[1])] {
                boxes.entry(end.clone()).or_insert_with(|| draw(&node.identity, fates.get(end).copied()));
            }
            let [from, to] = ends;
            edges.insert((from, to, verb, removed));
        }
    }
    for object in &change.objects {
        let end = key(&object.identity);
        boxes.entry(end).or_insert_with(|| draw(&object.identity, Some(object.change)));
    }
    if edges.is_empty() {
        return None;
    }
    let mut left_out = Vec::new();
    if boxes.len() > MOST || edges.len() > MOST {
        // What stays goes first: the change itself is what the picture is about.
        let differ: BTreeSet<&String> = fates.keys().collect();
        edges.retain(|(from, to, verb, _)| {
            verb.ends_with(')') || differ.contains(from) && differ.contains(to)
        });
        let ends: BTreeSet<String> =
            edges.iter().flat_map(|(from, to, ..)| [from.clone(), to.clone()]).collect();
        boxes.retain(|end, _| ends.contains(end));
        left_out.push("Not drawn: what stays as it was around the change.".to_owned());
    }
    if boxes.is_empty() || boxes.len() > MOST || edges.len() > 2 * MOST {
        return None;
    }
    let edges = edges.into_iter().map(|(from, to, verb, is_gone)| Edge {
        from: id(&from),
        to: id(&to),
        verb,
        line: if is_gone { Line::Dashed } else { Line::Solid },
    });
    let flow = Flow {
        direction: Direction::Right,
        groups: Vec::new(),
        nodes: boxes.into_values().collect(),
        edges: edges.collect(),
    };
    let description = format!(
        "{} and what is connected with them.",
        count(change.objects.len(), "object differs", "objects differ")
    );
    Some(Diagram {
        view: View::Relationship,
        title: "What changes".to_owned(),
        description,
        body: Body::Flow(flow),
        rows: Vec::new(),
        left_out,
        laid_out: LaidOut::default(),
    })
}

fn key(identity: &Identity) -> String {
    // The same object of both sides is one box, whatever its environment is called.
    format!("{}/{}/{}/{}", identity.group, identity.kind, identity.namespace, identity.name)
}

fn id(key: &str) -> Id {
    Id::of('n', &["change", key])
}

fn draw(identity: &Identity, fate: Option<Fate>) -> Node {
    let (class, word) = match fate {
        Some(Fate::Added) => (Class::Workload, "new: "),
        Some(Fate::Removed) => (Class::Missing, "gone: "),
        Some(Fate::Changed | Fate::Renamed) => (Class::Config, "changed: "),
        _ => (Class::Plain, ""),
    };
    Node {
        id: id(&key(identity)),
        class,
        label: identity.name.to_string(),
        note: format!("{word}{}", identity.kind),
        parent: None,
        link: None,
    }
}

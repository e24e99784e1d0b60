//! The answer as JSON: schema `podviz/impact/1`.

use crate::catalog::{Catalog, Relation};
use crate::escape::visible_json;
use crate::facts::impact::{Direction, End, Impact, Meant, Reached, Step, Then};
use crate::facts::subject;
use crate::topology::{Certainty, Topology};
use serde::Serialize;

/// The schema of the answer.
#[derive(Serialize)]
struct Told {
    schema: &'static str,
    subject: String,
    direction: Direction,
    reached: Vec<One>,
    ways_in: Vec<String>,
}

#[derive(Serialize)]
struct One {
    subject: String,
    environment: String,
    hops: usize,
    certainty: Certainty,
    then: Vec<Then>,
    path: Vec<Arrow>,
}

/// An arrow of the graph, from the end that it starts at there.
#[derive(Serialize)]
struct Arrow {
    from: String,
    to: String,
    relation: Relation,
    field: String,
    source: Option<Line>,
}

#[derive(Serialize)]
struct Line {
    file: String,
    line: u32,
}

/// The answer as JSON.
pub fn json(topology: &Topology, catalog: &Catalog, meant: &Meant, impact: &Impact) -> String {
    let told = value(topology, catalog, meant, impact);
    format!("{told:#}\n")
}

/// The answer as a value.
pub(crate) fn value(
    topology: &Topology,
    catalog: &Catalog,
    meant: &Meant,
    impact: &Impact,
) -> serde_json::Value {
    let name = |end: &End| match end {
        End::Object(index) => subject(topology, catalog, &topology.nodes[*index].identity),
        _ => end.title(topology),
    };
    let told = Told {
        schema: "podviz/impact/1",
        subject: match &meant.ends[..] {
            [only @ End::Object(_)] => name(only),
            _ => meant.title.clone(),
        },
        direction: impact.direction,
        reached: impact.reached.iter().map(|reached| one(topology, &name, reached)).collect(),
        ways_in: impact.ways_in.iter().map(|&index| name(&End::Object(index))).collect(),
    };
    visible_json(serde_json::to_value(told).unwrap_or_default())
}

fn one(topology: &Topology, name: &dyn Fn(&End) -> String, reached: &Reached) -> One {
    One {
        subject: name(&reached.end),
        environment: reached.end.environment(topology).to_owned(),
        hops: reached.hops(),
        certainty: reached.certainty,
        then: reached.then(),
        path: reached.path.iter().map(|step| arrow(topology, name, step)).collect(),
    }
}

fn arrow(topology: &Topology, name: &dyn Fn(&End) -> String, step: &Step) -> Arrow {
    let (from, to) = match step.is_reversed {
        true => (&step.dependency, &step.dependent),
        false => (&step.dependent, &step.dependency),
    };
    let object = topology.nodes[step.declared_by].object.as_deref();
    let source = object.map(|object| object.place(step.line));
    Arrow {
        from: name(from),
        to: name(to),
        relation: step.relation,
        field: step.field.to_string(),
        source: source.map(|(file, line)| Line { file: file.to_owned(), line }),
    }
}

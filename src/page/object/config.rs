//! Who reads a ConfigMap or a Secret, how, and when each sees a change.

use crate::catalog::Relation;
use crate::document::Value;
use crate::facts::config::{ConfigRead, ConfigWay};
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, plain, text};
use crate::page::{Block, Prose, Table};
use crate::topology::NodeIndex;
use std::collections::BTreeMap;

/// How many keys and variables a cell names.
const MOST_NAMED: usize = 6;

/// The readers as a table, and what happens when the object changes; nothing where no container reads it.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let mut workloads: Vec<NodeIndex> = know
        .topology
        .to(index)
        .filter(|edge| matches!(edge.relation, Relation::ReadsEnv | Relation::Mounts))
        .map(|edge| edge.from)
        .collect();
    workloads.sort_unstable();
    workloads.dedup();
    let mut seen = Seen::default();
    let mut rows = Vec::new();
    for workload in workloads {
        let Some(facts) = know.facts.of(workload) else { continue };
        let mut groups: BTreeMap<(usize, Group), Vec<&ConfigRead>> = BTreeMap::new();
        for read in facts.config.iter().filter(|read| read.node == Some(index)) {
            groups.entry((read.container, Group::of(read))).or_default().push(read);
            seen.note(read);
        }
        for ((container, _), reads) in groups {
            rows.push(row(know, object, workload, container, &reads));
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let head = ["Container", "Reads it as", "Keys", "Sees a change"].map(str::to_owned).to_vec();
    let caption = format!("Who reads {}", object.identity.title());
    vec![Block::Table(Table { caption, head, rows }), Block::Paragraph(change(know, object, &seen))]
}

/// What reads of one container must share to stand in one row.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Variable,
    Variables(String),
    Files(String, String),
}

impl Group {
    fn of(read: &ConfigRead) -> Group {
        match &read.way {
            ConfigWay::Variable { .. } => Group::Variable,
            ConfigWay::Variables { prefix } => Group::Variables(prefix.clone()),
            ConfigWay::Files { path, sub_path, .. } => {
                Group::Files(path.clone(), sub_path.clone().unwrap_or_default())
            }
        }
    }
}

fn row(
    know: &Knowledge,
    object: &Object,
    workload: NodeIndex,
    container: usize,
    reads: &[&ConfigRead],
) -> Vec<Prose> {
    let near = &object.identity;
    let who = concat(vec![
        vec![know.container(workload, container)],
        plain(" of "),
        know.mention(workload, near),
        source(know, workload, reads),
    ]);
    let Some(first) = reads.first() else { return vec![who, Prose::new(), Prose::new(), Prose::new()] };
    let optional = if first.is_optional { "; it starts without it" } else { "" };
    let (how, keys) = match &first.way {
        ConfigWay::Variable { .. } => {
            let pair = |read: &&ConfigRead| match &read.way {
                ConfigWay::Variable { variable, key } => Some((vec![code(variable)], vec![code(key)])),
                _ => None,
            };
            let (variables, mut keys): (Vec<Prose>, Vec<Prose>) = reads.iter().filter_map(pair).unzip();
            keys.dedup();
            let noun = if variables.len() == 1 { "variable " } else { "variables " };
            (concat(vec![plain(noun), listed(variables, MOST_NAMED)]), listed(keys, MOST_NAMED))
        }
        ConfigWay::Variables { prefix } if prefix.is_empty() => (plain("variables"), plain("all")),
        ConfigWay::Variables { prefix } => {
            (vec![text("variables, each with "), code(prefix), text(" in front")], plain("all"))
        }
        ConfigWay::Files { path, keys, sub_path, .. } => {
            let part = sub_path.iter().flat_map(|part| [text(", only "), code(part)]);
            let how = concat(vec![vec![text("files at "), code(path)], part.collect()]);
            let names: Vec<Prose> = keys.iter().map(|key| vec![code(key)]).collect();
            (how, if names.is_empty() { plain("all") } else { listed(names, MOST_NAMED) })
        }
    };
    let sees = if first.is_live() { "within about a minute" } else { "when it starts again" };
    vec![who, concat(vec![how, plain(optional)]), keys, plain(sees)]
}

fn source(know: &Knowledge, workload: NodeIndex, reads: &[&ConfigRead]) -> Prose {
    let object = know.node(workload).object.as_deref();
    let place = object.zip(reads.first()).map(|(object, read)| know.source(object, &read.field));
    place.into_iter().flat_map(|source| [text(" "), source]).collect()
}

/// In which ways it is read.
#[derive(Default)]
struct Seen {
    variables: bool,
    files: bool,
    parts: bool,
}

impl Seen {
    fn note(&mut self, read: &ConfigRead) {
        match &read.way {
            ConfigWay::Files { sub_path: None, .. } => self.files = true,
            ConfigWay::Files { .. } => self.parts = true,
            _ => self.variables = true,
        }
    }
}

/// What happens when the object changes.
fn change(know: &Knowledge, object: &Object, seen: &Seen) -> Prose {
    let immutable = crate::catalog::FieldPath::of("immutable");
    if immutable.find(&object.value).and_then(Value::as_bool) == Some(true) {
        let words = text("It cannot change: pods get other data only by naming another object. ");
        return vec![words, know.source(object, &immutable)];
    }
    let mut sentences = Vec::new();
    if seen.files {
        sentences.push(
            "A change reaches the files within about a minute; the program must read them again by itself.",
        );
    }
    if seen.variables {
        sentences.push(
            "A change reaches environment variables only when the container starts again, \
             and Kubernetes does not restart it for that.",
        );
    }
    if seen.parts {
        sentences.push(
            "A change does not reach files that are mounted with a `subPath` until the container starts again.",
        );
    }
    crate::page::prose::marked(&sentences.join(" "))
}

//! Custom resources, told by their own CustomResourceDefinition where the input has it: what the kind is, and what the
//! fields that are set mean.

use crate::catalog::FieldPath;
use crate::document::Value;
use crate::model::{Object, Subject};
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, muted, plain, text};
use crate::page::{Block, Prose, Table};
use crate::topology::{NodeIndex, State};

/// Longer tables are cut.
const MOST_ROWS: usize = 60;
/// Most objects of a kind that are named.
const MOST_OBJECTS: usize = 12;
/// How deep the fields of a spec are listed one by one.
const DEEPEST: usize = 3;
/// Longer descriptions are cut behind a sentence.
const LONGEST: usize = 240;

/// What the definition of an object's kind says about the kind: its first sentences, and where it stands. `None` where
/// the catalog says it, or nothing does.
pub fn lead(know: &Knowledge, index: NodeIndex) -> Option<Prose> {
    let node = know.node(index);
    let object = node.object.as_deref()?;
    let definition = definition(know, object)?;
    if know.rule(node).is_some_and(|rule| !rule.summary.is_empty()) {
        return None;
    }
    let words = schema(definition, &object.version).and_then(|schema| schema.get("description")?.as_str());
    let mut prose = match words.and_then(sentences) {
        Some(words) => plain(format!("{words} ")),
        None => Prose::new(),
    };
    let own = know.link(&Subject::Object(definition.identity.clone()), &definition.identity.name);
    prose.extend([text("Its kind is defined by "), own, text(".")]);
    Some(prose)
}

/// The objects of the kind that a definition defines, linked.
pub fn objects(know: &Knowledge, definition: &Object) -> Vec<Block> {
    let text_at = |path: &str| definition.value.at(path).and_then(Value::as_str);
    let (Some(group), Some(kind)) = (text_at("spec.group"), text_at("spec.names.kind")) else {
        return Vec::new();
    };
    if &*definition.identity.kind != "CustomResourceDefinition" {
        return Vec::new();
    }
    let all = know.topology.of_kind(&definition.identity.environment, group, kind);
    let all = all.filter(|(_, node)| node.state == State::Present);
    let names: Vec<Prose> = all.map(|(index, _)| know.mention(index, &definition.identity)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let listed = listed(names, MOST_OBJECTS);
    vec![Block::Paragraph(concat(vec![plain("These manifests hold "), listed, plain(".")]))]
}

/// What the fields mean that a custom resource sets.
pub fn fields(know: &Knowledge, object: &Object) -> Vec<Block> {
    let known = know.catalog.kind(&object.identity.group, &object.identity.kind);
    let schema = definition(know, object).and_then(|definition| schema(definition, &object.version));
    let Some(schema) = schema.filter(|_| known.is_none_or(|rule| rule.explain.is_empty())) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for entry in object.value.entries() {
        if !matches!(&*entry.key, "apiVersion" | "kind" | "metadata" | "status") {
            let property = schema.get("properties").and_then(|all| all.get(&entry.key));
            let path = FieldPath::root().key(&entry.key);
            set(know, object, (&path, &entry.value), property, 0, &mut rows);
        }
    }
    // Values without a meaning are in the manifest already.
    if !rows.iter().any(|(described, _)| *described) {
        return Vec::new();
    }
    table("Fields that are set", ["Field", "Value", "What it means"], rows.into_iter().map(|(_, row)| row))
}

/// What the objects of a kind may say, for the page of its definition.
pub fn schema_blocks(definition: &Object) -> Vec<Block> {
    if &*definition.identity.kind != "CustomResourceDefinition" {
        return Vec::new();
    }
    let versions = definition.value.at("spec.versions").map(Value::items).unwrap_or_default();
    let is_stored = |version: &&Value| version.get("storage").and_then(Value::as_bool) == Some(true);
    let stored = versions.iter().find(is_stored).and_then(|version| version.get("name")?.as_str());
    let Some(schema) = schema(definition, stored.unwrap_or_default()) else { return Vec::new() };
    let mut rows: Vec<Vec<Prose>> = Vec::new();
    for part in ["spec", "data"] {
        let Some(part_schema) = schema.get("properties").and_then(|all| all.get(part)) else { continue };
        let required = part_schema.get("required").map(Value::items).unwrap_or_default();
        for entry in part_schema.get("properties").map(Value::entries).unwrap_or_default() {
            let is_required = required.iter().any(|name| name.as_str() == Some(&*entry.key));
            let kind = entry.value.get("type").and_then(Value::as_str).unwrap_or("any");
            let kind = if is_required { format!("{kind}, required") } else { kind.to_owned() };
            let words = entry.value.get("description").and_then(Value::as_str).and_then(sentences);
            let words = words.map_or_else(|| vec![muted("–")], plain);
            rows.push(vec![vec![code(format!("{part}.{}", entry.key))], plain(kind), words]);
        }
    }
    table("Fields of the kind", ["Field", "Type", "What it means"], rows.into_iter())
}

fn table(caption: &str, head: [&str; 3], rows: impl Iterator<Item = Vec<Prose>>) -> Vec<Block> {
    let mut rows: Vec<Vec<Prose>> = rows.collect();
    let more = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    if rows.is_empty() {
        return Vec::new();
    }
    let head = head.map(str::to_owned).to_vec();
    let mut blocks = vec![Block::Table(Table { caption: caption.to_owned(), head, rows })];
    if more > 0 {
        let words = format!("{} more are in the manifest.", count(more, "field", "fields"));
        blocks.push(Block::Paragraph(plain(words)));
    }
    blocks
}

/// A row for each value that is set, whether its meaning is known, outer fields first.
fn set(
    know: &Knowledge,
    object: &Object,
    (path, value): (&FieldPath, &Value),
    schema: Option<&Value>,
    depth: usize,
    rows: &mut Vec<(bool, Vec<Prose>)>,
) {
    let words = schema.and_then(|schema| schema.get("description")?.as_str()).and_then(sentences);
    let inner = schema.and_then(|schema| schema.get("properties"));
    let opens = value.is_map() && inner.is_some() && depth < DEEPEST;
    if !opens || (words.is_some() && depth > 0) {
        let field = vec![code(path.to_string()), text(" "), know.source(object, path)];
        let meaning = words.clone().map_or_else(|| vec![muted("–")], plain);
        rows.push((words.is_some(), vec![field, shown(value), meaning]));
    }
    if opens {
        for entry in value.entries() {
            let property = inner.and_then(|inner| inner.get(&entry.key));
            set(know, object, (&path.key(&entry.key), &entry.value), property, depth + 1, rows);
        }
    }
}

fn shown(value: &Value) -> Prose {
    match value.scalar_text() {
        Some(text) if text.is_empty() => vec![muted("empty")],
        Some(text) if text.contains('\n') => plain(count(text.lines().count(), "line", "lines")),
        Some(text) => vec![code(text)],
        None if value.is_list() => plain(count(value.items().len(), "entry", "entries")),
        None => plain(count(value.entries().len(), "field", "fields")),
    }
}

/// The definition of an object's kind, if the input has it: of its own environment, or of any.
fn definition<'a>(know: &'a Knowledge, object: &Object) -> Option<&'a Object> {
    let identity = &object.identity;
    let environments = know.topology.environments.iter().map(|environment| environment.name.as_str());
    let own = std::iter::once(&*identity.environment).chain(environments);
    own.flat_map(|environment| {
        know.topology.of_kind(environment, "apiextensions.k8s.io", "CustomResourceDefinition")
    })
    .filter(|(_, node)| node.state == State::Present)
    .filter_map(|(_, node)| node.object.as_deref())
    .find(|definition| {
        let text = |path: &str| definition.value.at(path).and_then(Value::as_str);
        text("spec.group") == Some(&identity.group) && text("spec.names.kind") == Some(&identity.kind)
    })
}

/// The schema of one version; before `v1` all versions could share one.
fn schema<'a>(definition: &'a Object, version: &str) -> Option<&'a Value> {
    let versions = definition.value.at("spec.versions").map(Value::items).unwrap_or_default();
    let named = |one: &&Value| one.get("name").and_then(Value::as_str) == Some(version);
    let version = versions.iter().find(named).or(versions.first());
    let own = version.and_then(|version| version.at("schema.openAPIV3Schema"));
    own.or_else(|| definition.value.at("spec.validation.openAPIV3Schema"))
}

/// The first sentences of a description, on one line; `None` where it says nothing.
fn sentences(description: &str) -> Option<String> {
    let line = description.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    if line.chars().count() <= LONGEST {
        return Some(line);
    }
    let cut: String = line.chars().take(LONGEST).collect();
    match cut.rfind(". ") {
        Some(end) => Some(cut[..=end].to_owned()),
        None => Some(format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words))),
    }
}

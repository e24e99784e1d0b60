//! The answers, one function a tool.

use super::page::{put, short};
use crate::change::tell::ChangeFormat;
use crate::facts::impact::{Direction, impact, meant, needs};
use crate::facts::reach::Port;
use crate::facts::{lets_traffic_in, subject};
use crate::page::findings::entries;
use crate::page::{Page, heads_of, pages_of};
use crate::problem::{Level, Problems};
use crate::product::Study;
use crate::request::{Product, ReachFormat, Request, Sides};
use crate::topology::subject::{Found, find_subject};
use crate::topology::{Node, NodeIndex};
use crate::{page, states};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many entries an answer lists.
const MOST: usize = 15;

/// The longest value of a fact in a list of facts, in bytes.
const SHORT_VALUE: usize = 160;

/// How many characters of a page one answer holds.
const MOST_OF_A_PAGE: usize = 6_000;

/// A question: what is known, and the arguments of the tool.
pub(super) struct Asked<'a> {
    pub study: &'a Study,
    pub arguments: &'a Value,
}

impl Asked<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.arguments.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn flag(&self, key: &str) -> bool {
        self.arguments.get(key).and_then(Value::as_bool) == Some(true)
    }

    fn page_of(&self, most: usize) -> (Option<&str>, usize) {
        (self.text("cursor"), most)
    }

    fn name(&self, index: NodeIndex) -> String {
        subject(&self.study.topology, &self.study.catalog, &self.study.topology.nodes[index].identity)
    }

    /// The object that the subject means.
    fn object(&self) -> Result<NodeIndex, String> {
        match self.found()? {
            Found::Object(index) | Found::Container(index, _) => Ok(index),
            _ => Err("this is no object; ask `search` for the objects in it".to_owned()),
        }
    }

    fn found(&self) -> Result<Found, String> {
        let (asked, namespace) = (self.text("subject").unwrap_or_default(), self.text("namespace"));
        find_subject(&self.study.topology, &self.study.catalog, asked, namespace).map_err(|error| {
            let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{error}{help}")
        })
    }

    fn place(&self, index: NodeIndex) -> Value {
        let source = self.study.topology.nodes[index].source();
        source.map_or(Value::Null, |(file, line)| json!(format!("{file}:{line}")))
    }

    pub fn overview(&self) -> Result<Value, String> {
        let topology = &self.study.topology;
        let only = self.text("environment");
        let is_here = |node: &Node| only.is_none_or(|name| *node.identity.environment == *name);
        let here: Vec<(NodeIndex, &Node)> = topology.present().filter(|(_, node)| is_here(node)).collect();
        if here.is_empty() {
            let names: Vec<&str> = topology.environments.iter().map(|one| one.name.as_str()).collect();
            return Err(format!("there is no such environment; there are {}", names.join(", ")));
        }
        let (mut kinds, mut namespaces) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
        for (_, node) in &here {
            *kinds.entry(&node.identity.kind).or_default() += 1;
            if !node.identity.namespace.is_empty() {
                *namespaces.entry(&node.identity.namespace).or_default() += 1;
            }
        }
        let mut levels = BTreeMap::<String, usize>::new();
        let told = self.study.facts.findings().iter().filter(|finding| !finding.is_ignored);
        for finding in told.filter(|finding| is_here(&topology.nodes[finding.node])) {
            *levels.entry(finding.level.word().to_owned()).or_default() += 1;
        }
        let ways = here.iter().filter(|(index, _)| lets_traffic_in(topology, *index));
        let ways: Vec<String> = ways.take(MOST).map(|(index, _)| self.name(*index)).collect();
        let mut answer = json!({});
        if topology.environments.len() > 1 && only.is_none() {
            let names = topology
                .environments
                .iter()
                .map(|one| json!({ "name": one.name, "objects": topology.present_in(&one.name).count() }));
            answer["environments"] = names.take(2 * MOST).collect();
            answer["environments_in_all"] = json!(topology.environments.len());
        }
        answer["kinds"] = json!(kinds);
        answer["namespaces"] = namespaces.iter().take(2 * MOST).map(|(name, n)| json!([name, n])).collect();
        answer["ways_in"] = json!(ways);
        answer["advice"] = json!(levels);
        answer["problems"] = json!(self.study.problems.clone().sorted().iter().count());
        let workloads: Vec<NodeIndex> =
            here.iter().filter(|(_, node)| node.pod.is_some()).map(|(index, _)| *index).collect();
        put(&mut answer, "workloads", &workloads, self.page_of(MOST), |&index| self.told(index))?;
        Ok(answer)
    }

    /// An object in a sentence, with its place.
    fn told(&self, index: NodeIndex) -> Value {
        let Study { topology, facts, catalog, .. } = self.study;
        let heads = heads_of(&[index], topology, facts, catalog);
        let said = heads.first().map(Page::says).unwrap_or_default();
        json!({ "subject": self.name(index), "source": self.place(index), "says": said })
    }

    pub fn search(&self) -> Result<Value, String> {
        let words = self.text("query").unwrap_or_default().to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        let kind = self.text("kind").map(str::to_lowercase);
        let mut hits: Vec<(usize, NodeIndex, String)> = Vec::new();
        for (index, node) in self.study.topology.present() {
            let identity = &node.identity;
            if kind.as_ref().is_some_and(|kind| *kind != identity.kind.to_lowercase()) {
                continue;
            }
            let title = identity.title().to_lowercase();
            let others = others(node);
            let mut seen = String::new();
            let is_hit = words.iter().all(|word| {
                title.contains(word)
                    || others.iter().find(|other| other.to_lowercase().contains(word)).is_some_and(|other| {
                        seen = other.chars().take(120).collect();
                        true
                    })
            });
            if is_hit && !words.is_empty() {
                let is_whole = words.iter().any(|word| *word == identity.name.to_lowercase());
                let rank = if is_whole { 0 } else { usize::from(!seen.is_empty()) + 1 };
                let rank = 2 * rank + usize::from(node.pod.is_none());
                hits.push((rank, index, seen));
            }
        }
        hits.sort();
        let mut answer = json!({});
        put(&mut answer, "found", &hits, self.page_of(MOST), |(_, index, seen)| {
            let mut hit = json!({ "subject": self.name(*index), "source": self.place(*index) });
            if !seen.is_empty() {
                hit["in"] = json!(seen);
            }
            hit
        })?;
        Ok(answer)
    }

    pub fn explain(&self) -> Result<Value, String> {
        let index = self.object()?;
        let Study { topology, facts, catalog, .. } = self.study;
        let own = self.name(index);
        let wanted = self.text("fact");
        let mut answer = self.told(index);
        let (mut values, mut whole) = (serde_json::Map::new(), Vec::new());
        facts.tell(topology, catalog, &mut |fact| {
            if fact.node != index || wanted.is_some_and(|name| name != fact.fact) {
                return;
            }
            if wanted.is_some() {
                whole.push(serde_json::to_value(&fact).unwrap_or_default());
            } else if fact.subject == own {
                values.insert(fact.fact.to_owned(), short(&fact.value, SHORT_VALUE));
            }
        });
        if wanted.is_some() {
            put(&mut answer, "facts", &whole, (None, 2 * MOST), Value::clone)?;
            return Ok(answer);
        }
        if let Some(pod) = topology.nodes[index].pod.as_deref() {
            let containers = pod.containers.iter();
            answer["containers"] = containers
                .map(|one| json!({ "name": &*one.key, "kind": one.kind, "image": one.image }))
                .collect();
        }
        answer["facts"] = Value::Object(values);
        let count = facts.findings_of(index).filter(|finding| !finding.is_ignored).count();
        answer["advice"] = json!(count);
        Ok(answer)
    }

    pub fn impact(&self) -> Result<Value, String> {
        let Study { topology, facts, catalog, .. } = self.study;
        let (asked, namespace) = (self.text("subject").unwrap_or_default(), self.text("namespace"));
        let meant = meant(topology, facts, catalog, asked, namespace).map_err(|error| error.to_string())?;
        let direction = if self.flag("needs") { Direction::Needs } else { Direction::Impact };
        let found = match direction {
            Direction::Impact => impact(topology, facts, &meant.ends),
            Direction::Needs => needs(topology, facts, &meant.ends),
        };
        let mut told = page::impact::value(topology, catalog, &meant, &found);
        let mut reached = told["reached"].take().as_array().cloned().unwrap_or_default();
        if !self.flag("paths") {
            reached.iter_mut().for_each(|one| shorten(one, direction));
        }
        let mut then = BTreeMap::<String, usize>::new();
        for one in &reached {
            let words: Vec<&str> =
                one["then"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let words = if words.is_empty() { "goes on".to_owned() } else { words.join("+") };
            *then.entry(words).or_default() += 1;
        }
        let mut answer = json!({
            "schema": told["schema"],
            "subject": told["subject"],
            "direction": told["direction"],
            "ways_in": told["ways_in"],
            "counts": then,
        });
        put(&mut answer, "reached", &reached, self.page_of(MOST), Value::clone)?;
        Ok(answer)
    }

    pub fn reach(&self) -> Result<Value, String> {
        let port: Port = self.text("port").unwrap_or_default().parse()?;
        let ends = (self.text("from").unwrap_or_default(), self.text("to").unwrap_or_default());
        let answer = self.study.reach(ends, self.text("namespace"), &port, ReachFormat::Json);
        match answer.map_err(|error| error.to_string())? {
            Product::Answer { text, .. } => serde_json::from_str(&text).map_err(|error| error.to_string()),
            _ => Err("there is no answer".to_owned()),
        }
    }

    pub fn advise(&self) -> Result<Value, String> {
        let facts = &self.study.facts;
        let level = match self.text("level") {
            None | Some("note") => Level::Note,
            Some("warning") => Level::Warning,
            Some("error") => Level::Error,
            Some(_) => return Err("`level` is `error`, `warning` or `note`".to_owned()),
        };
        let only = self.text("subject").map(|_| self.object()).transpose()?;
        let code = self.text("code");
        let all = facts.findings().iter().filter(|finding| {
            !finding.is_ignored
                && finding.level >= level
                && only.is_none_or(|only| finding.node == only)
                && code.is_none_or(|code| finding.rule.code == code)
        });
        let all: Vec<_> = all.collect();
        let told = entries(&self.study.topology, &all);
        let told = told.as_array().cloned().unwrap_or_default();
        let mut counts = BTreeMap::<String, usize>::new();
        for one in &told {
            *counts.entry(one["code"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        let mut answer = json!({ "counts": counts });
        // Without a question of its own, the counts say where to look.
        let is_narrow = only.is_some() || code.is_some();
        put(&mut answer, "findings", &told, self.page_of(if is_narrow { MOST } else { 5 }), |one| {
            let mut one = one.clone();
            if let Some(one) = one.as_object_mut() {
                one.shift_remove("evidence");
                let source = one.get("source").map(|source| {
                    json!(format!("{}:{}", source["file"].as_str().unwrap_or_default(), source["line"]))
                });
                one.extend(source.map(|source| ("source".to_owned(), source)));
            }
            one
        })?;
        Ok(answer)
    }

    pub fn page(&self) -> Result<Value, String> {
        let found = self.found()?;
        let Study { topology, facts, catalog, .. } = self.study;
        let mut pages = pages_of(&[found], topology, facts, catalog);
        let page = pages.first_mut().ok_or("it has no page")?;
        let anchors: Vec<String> = page.sections.iter().map(|section| section.anchor.clone()).collect();
        let wanted = self.text("section");
        if wanted.is_some_and(|wanted| !anchors.iter().any(|anchor| anchor == wanted)) {
            return Err(format!("there is no such section; there are {}", anchors.join(", ")));
        }
        page.sections.retain(|section| wanted == Some(section.anchor.as_str()));
        if wanted.is_some() {
            (page.lead, page.author) = (Vec::new(), Vec::new());
        }
        let text = match self.study.markdown(pages).map_err(|error| error.to_string())? {
            Product::Text(text) => text,
            _ => String::new(),
        };
        let parts: Vec<String> = parts(&text);
        let mut answer = json!({});
        put(&mut answer, "markdown", &parts, self.page_of(1), |part| json!(part))?;
        if wanted.is_none() {
            answer["sections"] = json!(anchors);
        }
        Ok(answer)
    }
}

/// What the files change compared with a revision.
pub(super) fn diff(request: &Request, arguments: &Value) -> Result<Value, String> {
    let text = |key: &str| arguments.get(key).and_then(Value::as_str);
    let base = text("base").unwrap_or_default().to_owned();
    let sides = Sides::Revisions { base, head: None };
    let mut problems = Problems::none();
    let made = states::difference(request, &sides, ChangeFormat::Json, None, &mut problems);
    let Product::Answer { text: told, .. } = made.map_err(|error| error.to_string())? else {
        return Err("there is no answer".to_owned());
    };
    let told: Value = serde_json::from_str(&told).map_err(|error| error.to_string())?;
    let number = |value: &Value| value.as_array().map_or(0, Vec::len);
    let mut answer = json!({
        "schema": told["schema"],
        "verdict": told["verdict"],
        "counts": {
            "objects": number(&told["objects"]),
            "effects": number(&told["effects"]),
            "advice_new": number(&told["advice"]["new"]),
            "advice_mended": number(&told["advice"]["mended"]),
        },
    });
    let effects = told["effects"].as_array().cloned().unwrap_or_default();
    put(&mut answer, "effects", &effects, (text("cursor"), MOST), Value::clone)?;
    Ok(answer)
}

/// What else an object is found by: its file, labels, images and variables.
fn others(node: &Node) -> Vec<String> {
    let Some(object) = node.object.as_deref() else { return Vec::new() };
    let mut others = vec![object.place(object.first_line).0.to_owned()];
    let labels = object.value.at("metadata.labels").map(crate::document::Value::entries).unwrap_or_default();
    others.extend(
        labels.iter().filter_map(|label| Some(format!("label {}={}", label.key, label.value.scalar_text()?))),
    );
    for container in node.pod.iter().flat_map(|pod| &pod.containers) {
        others.push(format!("container {}", container.key));
        others.push(format!("image {}", container.image));
        others.extend(
            container.spec.env.iter().flatten().map(|variable| {
                format!("env {}={}", variable.name, variable.value.as_deref().unwrap_or("…"))
            }),
        );
    }
    others
}

/// Of a path the step next to what is asked about, in words.
fn shorten(one: &mut Value, direction: Direction) {
    let Some(one) = one.as_object_mut() else { return };
    one.shift_remove("environment");
    let path = one.shift_remove("path").unwrap_or_default();
    let steps = path.as_array().map(Vec::as_slice).unwrap_or_default();
    let step = match direction {
        Direction::Impact => steps.first(),
        Direction::Needs => steps.last(),
    };
    if let Some(step) = step {
        let word = |key: &str| step[key].as_str().unwrap_or_default();
        let source = &step["source"];
        let place = format!("{}:{}", source["file"].as_str().unwrap_or_default(), source["line"]);
        let why = format!("{} {} {} ({place})", word("from"), word("relation"), word("to"));
        one.insert("because".to_owned(), json!(why));
    }
}

/// A text in parts that each fit into an answer, cut at lines.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.split_inclusive('\n') {
        let is_full =
            parts.last().is_some_and(|part| !part.is_empty() && part.len() + line.len() > MOST_OF_A_PAGE);
        if is_full {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(line);
        }
    }
    parts
}

//! Releases whose charts are not here: what their values tell.

use super::knowledge::Knowledge;
use super::prose::{code, concat, listed, muted, plain, text};
use super::{Block, Inline, Prose, Source, Table, Target};
use crate::document::{AbsentChart, Identity};
use crate::facts::release_values::{Hint, Named, hints};
use crate::model::Object;
use crate::names::count;
use crate::topology::{NodeIndex, State};
use std::sync::Arc;

/// Longer tables are cut.
const MOST_ROWS: usize = 60;

/// How many names a cell holds.
const MOST_NAMED: usize = 4;

/// The command that brings what is missing.
const FETCH: &str = "podviz charts --fetch";

/// That the charts of a release are not here, and what brings them; nothing where they are.
pub fn lead(object: &Object) -> Vec<Prose> {
    let missing = |chart: &AbsentChart| {
        let mut prose = vec![text("Chart "), code(&*chart.title)];
        if chart.repository.is_empty() {
            prose.push(text(" is not in the input, so what it installs is not shown."));
            return prose;
        }
        prose.extend([text(" of "), code(&*chart.repository)]);
        prose.extend([text(" is not here, so what it installs is not shown. "), code(FETCH)]);
        prose.push(text(" fetches it."));
        prose
    };
    absent(object).iter().map(missing).collect()
}

/// What the values of a release tell of the charts that are not here, each with the line that says so.
pub fn blocks(know: &Knowledge, object: &Object) -> Vec<Block> {
    let mut blocks = Vec::new();
    for chart in absent(object) {
        let hints = hints(&chart.values);
        if hints.is_empty() {
            continue;
        }
        let words =
            "Inferred from the values that it gives its chart: the chart decides what becomes of them.";
        blocks.push(Block::Paragraph(plain(words)));
        let mut rows: Vec<Vec<Prose>> = hints
            .iter()
            .take(MOST_ROWS)
            .map(|hint| {
                let said = vec![code(&*hint.value), text(" "), place(know, chart, hint.line)];
                vec![plain(what(hint.named)), name(know, object, hint), said]
            })
            .collect();
        if hints.len() > MOST_ROWS {
            let more = format!("{} more", hints.len() - MOST_ROWS);
            rows.push(vec![plain("…"), plain(more), Prose::new()]);
        }
        let head = ["What", "Name or number", "Because of"].map(str::to_owned).to_vec();
        let caption = format!("What the values of chart {} tell", chart.title);
        blocks.push(Block::Table(Table { caption, head, rows }));
    }
    blocks
}

/// The releases of an environment whose charts are not here, and what their values tell.
pub fn section(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let all: Vec<(NodeIndex, &Object)> = know
        .topology
        .present_in(environment)
        .filter_map(|(index, node)| Some((index, node.object.as_deref()?)))
        .filter(|(_, object)| !absent(object).is_empty())
        .collect();
    if all.is_empty() {
        return Vec::new();
    }
    let start = match all.len() {
        1 => "The chart of 1 release is not here, so what it installs is not shown. ".to_owned(),
        many => format!("The charts of {many} releases are not here, so what they install is not shown. "),
    };
    let end = " fetches what comes from elsewhere. Until then, this is what their values tell.";
    let mut blocks = vec![Block::Paragraph(vec![text(start), code(FETCH), text(end)])];
    let mut rows: Vec<Vec<Prose>> =
        all.iter().take(MOST_ROWS).map(|(index, object)| row(know, *index, object)).collect();
    if all.len() > MOST_ROWS {
        let more = count(all.len() - MOST_ROWS, "more release", "more releases");
        rows.push(std::iter::once(plain(more)).chain(vec![Prose::new(); 4]).collect());
    }
    let head = ["Release", "Chart", "Runs", "Answers to", "Names"].map(str::to_owned).to_vec();
    blocks.push(Block::Table(Table { caption: "Releases whose charts are not here".to_owned(), head, rows }));
    blocks
}

fn absent(object: &Object) -> &[AbsentChart] {
    object.delivery.as_deref().map(|delivery| delivery.absent.as_slice()).unwrap_or_default()
}

fn row(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Prose> {
    let hints: Vec<Hint> = absent(object).iter().flat_map(|chart| hints(&chart.values)).collect();
    let some = |kinds: &[Named]| {
        let named = hints.iter().filter(|hint| kinds.contains(&hint.named)).map(|hint| {
            let before = match hint.named {
                Named::Image | Named::Host => Prose::new(),
                other => plain(format!("{} ", in_words(other))),
            };
            let shown = match hint.named {
                Named::Image => vec![code(without_digest(&hint.text))],
                _ => name(know, object, hint),
            };
            concat(vec![before, shown])
        });
        listed(named.collect(), MOST_NAMED)
    };
    let charts = absent(object).iter().map(|chart| vec![code(&*chart.title)]).collect();
    vec![
        concat(vec![plain(format!("{} ", object.identity.kind)), vec![know.name(index)]]),
        listed(charts, 2),
        some(&[Named::Image]),
        some(&[Named::Host, Named::Port]),
        some(&[Named::Claim, Named::Disk, Named::Secret, Named::ConfigMap]),
    ]
}

/// What is named, linked where these manifests hold it: a release stands in the namespace of what it names.
fn name(know: &Knowledge, object: &Object, hint: &Hint) -> Prose {
    let kind = match hint.named {
        Named::Claim => "PersistentVolumeClaim",
        Named::Secret => "Secret",
        Named::ConfigMap => "ConfigMap",
        Named::Image | Named::Port | Named::Host | Named::Disk => return vec![code(&*hint.text)],
    };
    let own = &object.identity;
    let target = ["spec.targetNamespace", "spec.destination.namespace"]
        .iter()
        .find_map(|at| object.value.at(at)?.as_str())
        .filter(|namespace| !namespace.is_empty());
    let identity = Identity {
        group: "".into(),
        kind: kind.into(),
        namespace: target.map_or_else(|| Arc::clone(&own.namespace), Into::into),
        name: (&*hint.text).into(),
        ..own.clone()
    };
    let found = know.topology.find(&identity).filter(|&found| know.node(found).state == State::Present);
    vec![found.map_or_else(|| code(&*hint.text), |found| know.name(found))]
}

/// An image without its digest, where a tag says enough.
fn without_digest(image: &str) -> &str {
    match image.split_once('@') {
        Some((tagged, _)) if tagged.rsplit('/').next().is_some_and(|last| last.contains(':')) => tagged,
        _ => image,
    }
}

fn what(named: Named) -> &'static str {
    match named {
        Named::Image => "Image",
        Named::Port => "Port",
        Named::Host => "Host name",
        Named::Claim => "PersistentVolumeClaim",
        Named::Disk => "New disk",
        Named::Secret => "Secret",
        Named::ConfigMap => "ConfigMap",
    }
}

fn in_words(named: Named) -> &'static str {
    match named {
        Named::Port => "port",
        Named::Disk => "a disk of",
        Named::Claim => "claim",
        other => what(other),
    }
}

/// Where a value stands.
fn place(know: &Knowledge, chart: &AbsentChart, line: u32) -> Inline {
    let (file, line) = chart.file.place(line);
    match know.places.files.get(file) {
        Some(page) => {
            let to = Target { page: page.clone(), anchor: format!("L{line}") };
            Inline::Source(Source { to, file: file.to_owned(), line })
        }
        None => muted(format!("{file}:{line}")),
    }
}

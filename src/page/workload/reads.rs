//! What the containers of a pod read, and what of it is missing.

use crate::catalog::Relation;
use crate::diagram::View;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, listed, plain, text};
use crate::page::workload::{diagrams, subject};
use crate::page::{Block, Prose, Tone, environment};
use crate::topology::{NodeIndex, Pod, State};

/// How many containers a sentence names.
const MOST_NAMED: usize = 8;

/// How many missing objects are named once more.
const MOST_MISSING: usize = 3;

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    // One container's table says as much as a picture.
    let readers = know.facts.of(index).map(|facts| facts.config.iter().map(|read| read.container));
    let readers: std::collections::BTreeSet<usize> = readers.into_iter().flatten().collect();
    let mut blocks = if readers.len() > 1 { diagrams(know, index, &[View::Config]) } else { Vec::new() };
    blocks = Block::fold("A picture of the configuration", blocks).into_iter().collect();
    let mut words: Vec<Prose> = Vec::new();
    for container in &pod.containers {
        let Some(table) = environment::table(know, index, container) else { continue };
        let variables = count(table.rows.len(), "variable", "variables");
        let own = subject(know, index, container);
        if know.page(&own).is_some() {
            let name = know.link_at(&own, &container.key, "reads");
            words.push(vec![name, text(format!(" has {variables}"))]);
            continue;
        }
        let title = format!("The environment of one more container: {variables}");
        blocks
            .extend(Block::fold(title, vec![Block::Heading(container.key.to_string()), Block::Table(table)]));
    }
    if !words.is_empty() {
        let lists =
            if words.len() == 1 { "; its page says what each is" } else { "; their pages say what each is" };
        let end = plain(format!("{lists}, and from where."));
        blocks.insert(0, Block::Paragraph(concat(vec![listed(words, MOST_NAMED), end])));
    }
    let needs =
        |relation: Relation| matches!(relation, Relation::ReadsEnv | Relation::Mounts | Relation::Claims);
    let missing = know.topology.from(index).filter(|edge| know.node(edge.to).state == State::Missing);
    let missing = missing.filter(|edge| needs(edge.relation));
    let mut absent: Vec<NodeIndex> = Vec::new();
    let mut names: Vec<Prose> = Vec::new();
    for edge in missing {
        if !absent.contains(&edge.to) {
            absent.push(edge.to);
            let source = know.because(edge).into_iter().flat_map(|source| [text(" "), source]).collect();
            let kind = plain(format!("{} ", know.node(edge.to).identity.kind));
            names.push(concat(vec![kind, vec![know.name(edge.to)], source]));
        }
    }
    if !names.is_empty() {
        let (are, them) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
        let then = match pod.containers.len() {
            1 => "its container does not start",
            _ => "not all of its containers start",
        };
        let rest = format!(" {are} not in these manifests; without {them} {then}.");
        let what = match names.len() {
            0..=MOST_MISSING => listed(names, MOST_MISSING),
            many => plain(format!("{many} objects that it reads, marked in the table above,")),
        };
        let text = concat(vec![what, plain(rest)]);
        blocks.push(Block::Alert { tone: Tone::Note, text });
    }
    blocks
}

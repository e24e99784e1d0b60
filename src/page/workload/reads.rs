//! What the containers of a pod read, and what of it is missing.

use crate::catalog::Relation;
use crate::diagram::View;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, listed, plain, text};
use crate::page::workload::diagrams;
use crate::page::{Block, Prose, Tone, environment};
use crate::topology::{NodeIndex, Pod, State};

pub fn blocks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    // One container's table says as much as a picture.
    let readers = know.facts.of(index).map(|facts| facts.config.iter().map(|read| read.container));
    let readers: std::collections::BTreeSet<usize> = readers.into_iter().flatten().collect();
    let mut blocks = if readers.len() > 1 { diagrams(know, index, &[View::Config]) } else { Vec::new() };
    for container in &pod.containers {
        let Some(table) = environment::table(know, index, container) else { continue };
        blocks.push(Block::Heading(format!("Environment of {}", container.key)));
        blocks.push(Block::Table(table));
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
        let text = concat(vec![listed(names, 8), plain(rest)]);
        blocks.push(Block::Alert { tone: Tone::Note, text });
    }
    blocks
}

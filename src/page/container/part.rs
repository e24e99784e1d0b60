//! The part that a container plays beside others: in a word or two, and as sentences with the evidence.

use super::served::served;
use crate::facts::patterns::{Company, Part, Pattern, Piece};
use crate::facts::{ContainerRole, PodFacts};
use crate::model::Object;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, listed, marked, plain};
use crate::topology::{ContainerKind, NodeIndex, Pod};

/// The part in a word or two: `Main container`, `Sidecar (logging)`, `Init container (migration)`.
pub fn words(pod: &Pod, facts: &PodFacts, position: usize) -> String {
    let Some(part) = facts.patterns.parts.get(position) else { return String::new() };
    let kind = pod.containers[position].kind;
    if let Some(turn) = pod.step(position).filter(|_| pod.steps > 1) {
        return format!("Step {} of {}", turn + 1, pod.steps);
    }
    let by_spec = Pattern::of_kind(kind);
    let does = part.does.as_ref().map(|finding| finding.pattern);
    let Some(pattern) = by_spec.or(does) else { return role_words(kind, part.role.value).to_owned() };
    let word = match (does, kind) {
        (Some(does), _) if does != pattern => Some(does.title.to_ascii_lowercase()),
        (_, ContainerKind::Init) => part.prepares.as_ref().map(|prepares| prepares.word().to_owned()),
        _ => part.word.clone(),
    };
    match word {
        Some(word) => format!("{} ({word})", pattern.title),
        None => pattern.title.to_owned(),
    }
}

/// How the role of a container without a pattern is called.
fn role_words(kind: ContainerKind, role: ContainerRole) -> &'static str {
    match (kind, role) {
        (ContainerKind::Ephemeral, _) => "Ephemeral container",
        (_, ContainerRole::Main) => "Main container",
        (_, ContainerRole::Helper) => "Helper container",
        (_, ContainerRole::Peer) => "Container",
    }
}

/// What an init container prepares, as a sentence; nothing where the manifest does not show it.
pub fn preparation(know: &Knowledge, index: NodeIndex, object: &Object, part: &Part) -> Prose {
    let Some(prepares) = &part.prepares else { return Prose::new() };
    let mut told = prose(know, index, prepares.tell());
    told.push(know.source(object, &prepares.field));
    told
}

/// What a helper does for the others, with the field that shows it.
pub fn help(know: &Knowledge, index: NodeIndex, object: &Object, position: usize) -> Option<Prose> {
    let (pod, facts) = know.pod(index)?;
    let finding = facts.patterns.parts.get(position)?.does.as_ref()?;
    let services: Vec<NodeIndex> =
        served(know, index, pod, position).into_iter().map(|(service, _)| service).collect();
    let company = Company { catalog: know.catalog, pod, volumes: &facts.volumes, services: &services };
    let mut told = prose(know, index, facts.patterns.help(position, company)?);
    let by = finding.declared_by.and_then(|node| know.node(node).object.as_deref()).unwrap_or(object);
    told.push(know.source(by, &finding.field));
    Some(told)
}

/// The pieces of a sentence on a pod, with links to what they name.
fn prose(know: &Knowledge, index: NodeIndex, pieces: Vec<Piece>) -> Prose {
    let near = &know.node(index).identity;
    let each = pieces.into_iter().flat_map(|piece| match piece {
        Piece::Text(words) => plain(words),
        Piece::Code(name) => vec![code(name)],
        Piece::Marked(words) => marked(&words),
        Piece::Container(container) => vec![know.container(index, container)],
        Piece::Services(services) => {
            listed(services.into_iter().map(|service| know.mention(service, near)).collect(), 3)
        }
    });
    each.collect()
}

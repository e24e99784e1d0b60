//! The Pod Security level of a pod, what it lacks for the next one, and what its namespace does about it.

use crate::facts::security::{Admission, Cause, Level, Mode, PodSecurity, Standard};
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, marked, muted, plain, text};
use crate::page::{Block, Prose, Table};
use crate::topology::NodeIndex;

/// How many causes a sentence names, and how many changes the table lists.
const MOST_CAUSES: usize = 4;
const MOST_CHANGES: usize = 40;

pub(super) fn blocks(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    security: &PodSecurity,
) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(sentence(know, index, object, &security.standard))];
    if let Some(admission) = &security.admission {
        blocks.extend(admitted(know, object, admission).into_iter().map(Block::Paragraph));
    }
    let changes = changes(know, index, object, &security.standard, None).into_iter().collect();
    blocks.extend(Block::fold("What would bring it to the next level", changes));
    blocks
}

/// `Meets the baseline level. For restricted it lacks: …`
fn sentence(know: &Knowledge, index: NodeIndex, object: &Object, standard: &Standard) -> Prose {
    let Some((next, violations)) = standard.next() else {
        return plain("Meets the restricted level of the Pod Security Standards, the strictest one.");
    };
    let mut prose = match standard.level {
        Level::Privileged => {
            plain("Meets only the privileged level of the Pod Security Standards, which forbids nothing.")
        }
        level => plain(format!("Meets the {} level of the Pod Security Standards.", level.word())),
    };
    let causes: Vec<&Cause> = violations.iter().flat_map(|violation| &violation.causes).collect();
    let lacks = named(know, index, object, causes.iter().copied().filter(|cause| cause.is_lack));
    let has = named(know, index, object, causes.iter().copied().filter(|cause| !cause.is_lack));
    if !has.is_empty() {
        let it = if next == Level::Baseline { "Baseline" } else { "Restricted" };
        prose.extend(concat(vec![plain(format!(" {it} forbids: ")), has, plain(".")]));
    }
    if !lacks.is_empty() {
        prose.extend(concat(vec![plain(format!(" For {} it lacks: ", next.word())), lacks, plain(".")]));
    }
    prose
}

/// Causes by what they are about: what, who, and where it says so.
fn named<'a>(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    causes: impl Iterator<Item = &'a Cause>,
) -> Prose {
    let mut groups: Vec<(&str, Vec<&Cause>)> = Vec::new();
    for cause in causes {
        match groups.iter().position(|(what, _)| *what == cause.what) {
            Some(at) => groups[at].1.push(cause),
            None if groups.len() <= MOST_CAUSES => groups.push((&cause.what, vec![cause])),
            None => {}
        }
    }
    let more = groups.len() > MOST_CAUSES;
    groups.truncate(if more { MOST_CAUSES - 1 } else { MOST_CAUSES });
    let mut items: Vec<Prose> = groups
        .into_iter()
        .map(|(what, group)| {
            let whom = whom(know, index, &group);
            let source = group.first().map(|cause| know.source(object, &cause.field));
            let mut item = concat(vec![marked(what), plain(" ("), whom, plain(") ")]);
            item.extend(source);
            item
        })
        .collect();
    if more {
        items.push(plain("what else the table says"));
    }
    joined(items, "and")
}

/// Who would have to change: the pod, or some of its containers.
fn whom(know: &Knowledge, index: NodeIndex, causes: &[&Cause]) -> Prose {
    let mut containers: Vec<usize> = causes.iter().filter_map(|cause| cause.at).collect();
    containers.dedup();
    let mut parts: Vec<Prose> = Vec::new();
    if causes.iter().any(|cause| cause.at.is_none()) {
        parts.push(plain("pod"));
    }
    match containers.len() {
        0..=3 => parts.extend(containers.into_iter().map(|container| vec![know.container(index, container)])),
        many => parts.push(plain(format!("{many} containers"))),
    }
    joined(parts, "and")
}

/// The smallest changes that bring the pod to the next levels, or those that one container is the reason for.
pub fn changes(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    standard: &Standard,
    container: Option<usize>,
) -> Option<Block> {
    let mut rows: Vec<Vec<Prose>> = Vec::new();
    for violation in &standard.violations {
        for cause in &violation.causes {
            if container.is_some_and(|container| !cause.affects.contains(&container)) {
                continue;
            }
            let at = match cause.at {
                None => plain("pod"),
                Some(_) if container.is_some() => plain("this container"),
                Some(at) => vec![know.container(index, at)],
            };
            let change = marked(&cause.change);
            let row = vec![change, at, plain(violation.level.word()), vec![code(violation.check)]];
            // Two checks of different levels may ask for the same change; the first asks for the lower level.
            if !rows.iter().any(|other| other[..2] == row[..2]) {
                let mut row = row;
                row[3].extend([text(" "), know.source(object, &cause.field)]);
                rows.push(row);
            }
            if rows.len() > MOST_CHANGES {
                rows.pop();
                let more = plain("More of the same kind");
                rows.push(vec![more, Prose::new(), Prose::new(), vec![muted("not listed")]]);
                return Some(changes_table(rows));
            }
        }
    }
    (!rows.is_empty()).then(|| changes_table(rows))
}

fn changes_table(rows: Vec<Vec<Prose>>) -> Block {
    let head = ["Change", "Of", "Needed for", "Check"].map(str::to_owned).to_vec();
    Block::Table(Table { caption: "What would bring it to the next level".to_owned(), head, rows })
}

/// What the labels of the namespace do with the pod, a sentence each.
fn admitted(know: &Knowledge, object: &Object, admission: &Admission) -> Vec<Prose> {
    let is_pod = &*object.identity.kind == "Pod";
    let near = &object.identity;
    let mut sentences = Vec::new();
    if let Some(mode) = &admission.enforce {
        sentences.push(enforced(know, object, admission, mode));
    }
    let pod_is_rejected = is_pod && admission.rejects();
    if let Some(mode) = admission.warn.as_ref().filter(|mode| !mode.violations.is_empty() && !pod_is_rejected)
    {
        let mut sentence = plain("Whoever applies it gets a warning, because namespace ");
        sentence.push(know.namespace(near));
        sentence.extend(asks(know, admission, mode, " warns about pods below "));
        sentences.push(sentence);
    }
    if let Some(mode) = admission.audit.as_ref().filter(|mode| !mode.violations.is_empty()) {
        let mut sentence = plain("The audit log notes it, because namespace ");
        sentence.push(know.namespace(near));
        sentence.extend(asks(know, admission, mode, " asks for that below "));
        sentences.push(sentence);
    }
    sentences
}

fn enforced(know: &Knowledge, object: &Object, admission: &Admission, mode: &Mode) -> Prose {
    let near = &object.identity;
    let namespace = vec![text("amespace "), know.namespace(near)];
    if admission.rejects() {
        let whom = if &*near.kind == "Pod" { "this pod" } else { "its pods" };
        let rejects = plain(format!(" rejects {whom}, because it"));
        let after = match &*near.kind {
            "Pod" => Prose::new(),
            kind => plain(format!(" The {kind} itself is accepted.")),
        };
        let asks = asks(know, admission, mode, " enforces ");
        return concat(vec![plain("N"), namespace, rejects, asks, after]);
    }
    if mode.level.value == Level::Privileged {
        return concat(vec![plain("N"), namespace, asks(know, admission, mode, " accepts it: it enforces ")]);
    }
    concat(vec![
        plain("N"),
        namespace,
        asks(know, admission, mode, " accepts it: it meets what is enforced there, "),
    ])
}

/// ` enforces the restricted level (version v1.30). file:line`
fn asks(know: &Knowledge, admission: &Admission, mode: &Mode, verb: &str) -> Prose {
    let version = match mode.version.as_str() {
        "latest" => Prose::new(),
        version => vec![text(" of policy version "), code(version)],
    };
    let mut prose = concat(vec![plain(format!("{verb}the {} level", mode.level.value.word())), version]);
    if mode.is_misspelled {
        prose.push(text(", as its label has no value that Kubernetes knows"));
    }
    prose.push(text("."));
    if let Some(namespace) = &know.node(admission.namespace).object {
        prose.extend([text(" "), know.source(namespace, &mode.level.field)]);
    }
    prose
}

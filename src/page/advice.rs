//! Advice: the section of an object's page, and the page `/advice/` with every finding.

use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, marked, plain, text};
use super::workload::section;
use super::{Block, Inline, Link, Page, Prose, Sort, Table, Tone};
use crate::facts::advice::Finding;
use crate::model::Subject;
use crate::names::{PagePath, count};
use crate::problem::Level;
use crate::topology::NodeIndex;
use std::sync::Arc;

/// Where the page of all findings of an environment is.
fn path(know: &Knowledge, environment: &str) -> PagePath {
    know.home(environment).fixed("advice")
}

/// The findings about one object, the worst first.
pub fn of_object(know: &Knowledge, index: NodeIndex) -> Vec<Block> {
    blocks(know, know.facts.findings_of(index))
}

/// The findings about one container, the worst first.
pub fn of_container(know: &Knowledge, index: NodeIndex, position: usize) -> Vec<Block> {
    blocks(know, know.facts.findings_of(index).filter(|finding| finding.container == Some(position)))
}

fn blocks<'a>(know: &Knowledge, findings: impl Iterator<Item = &'a Finding>) -> Vec<Block> {
    let (ignored, findings): (Vec<&Finding>, Vec<&Finding>) =
        findings.partition(|finding| finding.is_ignored);
    let alert = |finding: &&Finding| {
        let what = concat(vec![
            marked(&finding.reason),
            plain(" "),
            marked(&finding.help),
            plain(" "),
            vec![code(finding.rule.code)],
            plain(" "),
            sources(know, finding),
        ]);
        Block::Alert { tone: tone(finding.level), text: what }
    };
    let mut blocks: Vec<Block> = findings.iter().map(alert).collect();
    if !ignored.is_empty() {
        let mut codes: Vec<Prose> = ignored.iter().map(|finding| vec![code(finding.rule.code)]).collect();
        codes.dedup();
        let words = concat(vec![plain("Ignored on purpose: "), joined(codes, "and"), plain(".")]);
        blocks.push(Block::Paragraph(words));
    }
    blocks
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Note => Tone::Note,
        Level::Warning => Tone::Warning,
        Level::Error => Tone::Error,
    }
}

/// Where the fields are that a finding follows from.
fn sources(know: &Knowledge, finding: &Finding) -> Prose {
    let places = finding.evidence.iter().filter_map(|(node, field)| {
        let object = know.node(*node).object.as_deref()?;
        Some(know.source(object, field))
    });
    let mut places: Vec<Inline> = places.collect();
    places.dedup();
    joined(places.into_iter().map(|place| vec![place]).collect(), "and")
}

/// The most serious findings of an environment in a few lines; nothing where there is nothing worse than a note.
pub fn most_serious(know: &Knowledge, environment: &Arc<str>, most: usize) -> Vec<Block> {
    worst(know, &|index| know.node(index).identity.environment == *environment, most)
}

/// The same of any set of objects.
pub fn worst(know: &Knowledge, mine: &dyn Fn(NodeIndex) -> bool, most: usize) -> Vec<Block> {
    let mine = know.facts.findings().iter().filter(|finding| {
        !finding.is_ignored
            && finding.level > Level::Note
            && !know.topology.is_hidden(finding.node)
            && mine(finding.node)
    });
    let findings: Vec<&Finding> = mine.collect();
    if findings.is_empty() {
        return Vec::new();
    }
    let items = findings.iter().take(most).map(|finding| {
        concat(vec![
            subject(know, finding),
            plain(": "),
            marked(&finding.reason),
            plain(" "),
            sources(know, finding),
        ])
    });
    let mut blocks = vec![Block::List { ordered: false, items: items.collect() }];
    let environment = &know.node(findings[0].node).identity.environment;
    let to = super::Target { page: path(know, environment), anchor: String::new() };
    let all = Inline::Link(Link { text: "All advice".to_owned(), code: false, to });
    let more = findings.len().saturating_sub(most);
    let more = if more > 0 { format!(", {more} more among it.") } else { ".".to_owned() };
    blocks.push(Block::Paragraph(vec![all, text(more)]));
    blocks
}

/// `Deployment web, container app`, linked.
fn subject(know: &Knowledge, finding: &Finding) -> Prose {
    let node = know.node(finding.node);
    let mut prose = vec![text(format!("{} ", node.identity.kind))];
    prose.push(know.link_at(&Subject::Object(node.identity.clone()), &node.identity.name, "advice"));
    if let Some(position) = finding.container {
        prose.extend([text(", container "), know.container(finding.node, position)]);
    }
    prose
}

/// The page of all findings of an environment.
pub fn page(know: &Knowledge, environment: &str) -> Option<Page> {
    let mine = |finding: &&Finding| *know.node(finding.node).identity.environment == *environment;
    let all: Vec<&Finding> = know.facts.findings().iter().filter(mine).collect();
    let shown = all.iter().copied().filter(|finding| !know.topology.is_hidden(finding.node));
    let hidden = all.len() - shown.clone().count();
    let (ignored, findings): (Vec<&Finding>, Vec<&Finding>) = shown.partition(|finding| finding.is_ignored);
    if findings.is_empty() && ignored.is_empty() {
        return None;
    }
    let sections = [
        (Level::Error, "errors", "Never works"),
        (Level::Warning, "warnings", "Will hurt"),
        (Level::Note, "notes", "Worth knowing"),
    ];
    let sections = sections.into_iter().filter_map(|(level, anchor, title)| {
        let rows: Vec<Vec<Prose>> = findings
            .iter()
            .filter(|finding| finding.level == level)
            .map(|finding| {
                vec![
                    subject(know, finding),
                    concat(vec![marked(&finding.reason), plain(" "), sources(know, finding)]),
                    marked(&finding.help),
                    vec![code(finding.rule.code)],
                ]
            })
            .collect();
        let head = ["Of what", "What and why", "What to do", "Code"].map(str::to_owned).to_vec();
        let table = Table { caption: format!("{title}: {}", words(rows.len(), level)), head, rows };
        (!table.rows.is_empty()).then(|| section(anchor, title, vec![Block::Table(table)]))
    });
    let mut page = Page::titled(path(know, environment), Sort::List, "Advice");
    page.sections = sections.collect();
    page.crumbs = vec![know.above(environment)];
    let number = |level| findings.iter().filter(|finding| finding.level == level).count();
    let counts = [Level::Error, Level::Warning, Level::Note].map(|level| (number(level), level));
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<Prose> = counts.map(|(number, level)| plain(words(number, level))).collect();
    page.lead = vec![if counts.is_empty() {
        plain("Nothing to change.")
    } else {
        concat(vec![joined(counts, "and"), plain(".")])
    }];
    if !ignored.is_empty() {
        let many = count(ignored.len(), "finding is", "findings are");
        page.lead.push(plain(format!("{many} ignored on purpose, by an annotation or the configuration.")));
    }
    if hidden > 0 {
        let many = count(hidden, "finding is", "findings are");
        let of = concat(vec![
            plain(format!("{many} about objects that ")),
            vec![code("podviz.yaml")],
            plain(" hides; "),
            vec![code("podviz advise")],
            plain(" prints them."),
        ]);
        page.lead.push(of);
    }
    Some(page)
}

fn words(number: usize, level: Level) -> String {
    match level {
        Level::Error => count(number, "error", "errors"),
        Level::Warning => count(number, "warning", "warnings"),
        Level::Note => count(number, "note", "notes"),
    }
}

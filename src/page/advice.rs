//! Advice: the section of an object's page, and the page `/advice/` with every finding.

use super::knowledge::Knowledge;
use super::prose::section;
use super::prose::{code, concat, joined, listed_of, marked, plain, text};
use super::{Block, Inline, Link, Page, Prose, Sort, Table, Tone};
use crate::facts::advice::Finding;
use crate::model::Subject;
use crate::names::{PagePath, count, thousands};
use crate::problem::Level;
use crate::topology::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More findings of one level than this are listed by their codes.
const MOST_TOGETHER: usize = 8;

/// More findings of one object than this are folded.
const MOST_OPEN: usize = 5;

/// How many of those stay open.
const FIRST_OPEN: usize = 3;

/// How many places of a rule are named.
const MOST_NAMED: usize = 3;

/// More findings of one code than this are counted: each stands on the page of its object, too.
const MOST_ALIKE: usize = 50;

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
    if blocks.len() > MOST_OPEN {
        let rest = blocks.split_off(FIRST_OPEN);
        blocks.extend(Block::fold(format!("{} more", rest.len()), rest));
    }
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

/// The most serious advice of an environment, a line a rule with how often it is given; nothing where there is nothing
/// worse than a note.
pub fn by_rule(know: &Knowledge, environment: &Arc<str>, most: usize) -> Vec<Block> {
    let mine = know.facts.findings().iter().filter(|finding| {
        !finding.is_ignored
            && finding.level > Level::Note
            && !know.topology.is_hidden(finding.node)
            && know.node(finding.node).identity.environment == *environment
    });
    // Findings come the worst first, and so do their rules.
    let mut rules: Vec<(&str, Vec<&Finding>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in mine {
        let at = *places.entry(finding.rule.code).or_insert_with(|| {
            rules.push((finding.rule.code, Vec::new()));
            rules.len() - 1
        });
        rules[at].1.push(finding);
    }
    if rules.is_empty() {
        return Vec::new();
    }
    rules.sort_by_key(|(_, findings)| {
        (std::cmp::Reverse(findings.iter().map(|one| one.level).max()), std::cmp::Reverse(findings.len()))
    });
    let row = |(code_of, findings): &(&str, Vec<&Finding>)| {
        let names: Vec<Prose> =
            findings.iter().map(|finding| subject(know, finding)).fold(Vec::new(), |mut all, one| {
                if !all.contains(&one) && all.len() <= MOST_NAMED {
                    all.push(one);
                }
                all
            });
        let where_ = match findings.len() {
            1 => concat(vec![names[0].clone(), plain(" "), sources(know, findings[0])]),
            _ => listed_of(names.clone(), MOST_NAMED, subjects(findings).saturating_sub(names.len())),
        };
        let meaning = marked(first_sentence(findings[0].rule.meaning));
        vec![vec![code(*code_of)], plain(findings.len().to_string()), meaning, where_]
    };
    let rows: Vec<Vec<Prose>> = rules.iter().take(most).map(row).collect();
    let head = ["Rule", "Times", "What it finds", "Where"].map(str::to_owned).to_vec();
    let mut blocks = vec![Block::Table(Table { caption: "Most serious advice".to_owned(), head, rows })];
    let to = super::Target { page: path(know, environment), anchor: String::new() };
    let all = Inline::Link(Link { text: "All advice".to_owned(), code: false, to });
    let more = rules.len().saturating_sub(most);
    let more = match more {
        0 => ".".to_owned(),
        1 => ", 1 more rule among it.".to_owned(),
        more => format!(", {more} more rules among it."),
    };
    blocks.push(Block::Paragraph(vec![all, text(more)]));
    blocks
}

/// How many objects and containers findings are about.
fn subjects(findings: &[&Finding]) -> usize {
    findings.iter().map(|finding| (finding.node, finding.container)).collect::<BTreeSet<_>>().len()
}

/// The words up to the first full stop.
fn first_sentence(words: &str) -> &str {
    words.find(". ").map_or(words, |end| &words[..=end])
}

/// The most serious findings of some objects in a few lines; nothing where there is nothing worse than a note.
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
        let here: Vec<&Finding> = findings.iter().copied().filter(|finding| finding.level == level).collect();
        (!here.is_empty()).then(|| section(anchor, title, by_code(know, &here, (level, title))))
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

/// Findings of one level: a table, or, where they are many, a table a code in the order of the codes' first findings.
fn by_code(know: &Knowledge, findings: &[&Finding], (level, title): (Level, &str)) -> Vec<Block> {
    if findings.len() <= MOST_TOGETHER {
        return vec![Block::Table(table(
            know,
            findings,
            &format!("{title}: {}", words(findings.len(), level)),
            true,
        ))];
    }
    let mut codes: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for &finding in findings {
        match codes.iter_mut().find(|(code, _)| *code == finding.rule.code) {
            Some((_, alike)) => alike.push(finding),
            None => codes.push((finding.rule.code, vec![finding])),
        }
    }
    let mut blocks = Vec::new();
    for (code, alike) in codes {
        let number = words(alike.len(), level);
        blocks.push(Block::Heading(format!("{code}: {number}")));
        let (listed, others) = alike.split_at(alike.len().min(MOST_ALIKE));
        if has_one_help(listed) {
            blocks.push(Block::Paragraph(marked(&listed[0].help)));
        }
        blocks.push(Block::Table(table(know, listed, &format!("{code}: {number}"), false)));
        if !others.is_empty() {
            let words = format!("{} more, each on the page of its object.", thousands(others.len()));
            blocks.push(Block::Paragraph(plain(words)));
        }
    }
    blocks
}

/// Whether what to do is the same for all, so that it is said once.
fn has_one_help(findings: &[&Finding]) -> bool {
    findings.len() > 1 && findings.iter().all(|finding| finding.help == findings[0].help)
}

/// A table of findings; with their codes, if they have several.
fn table(know: &Knowledge, findings: &[&Finding], caption: &str, has_codes: bool) -> Table {
    let has_help = has_codes || !has_one_help(findings);
    let row = |finding: &&Finding| {
        let mut cells = vec![
            subject(know, finding),
            concat(vec![marked(&finding.reason), plain(" "), sources(know, finding)]),
        ];
        cells.extend(has_help.then(|| marked(&finding.help)));
        cells.extend(has_codes.then(|| vec![code(finding.rule.code)]));
        cells
    };
    let mut head = vec!["Of what", "What and why"];
    head.extend(has_help.then_some("What to do"));
    head.extend(has_codes.then_some("Code"));
    Table {
        caption: caption.to_owned(),
        head: head.into_iter().map(str::to_owned).collect(),
        rows: findings.iter().map(row).collect(),
    }
}

fn words(number: usize, level: Level) -> String {
    match level {
        Level::Error => count(number, "error", "errors"),
        Level::Warning => count(number, "warning", "warnings"),
        Level::Note => count(number, "note", "notes"),
    }
}

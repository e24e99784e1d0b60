//! What depends on something, or what it needs, in sentences and as JSON: schema `podviz/impact/1`.

mod json;
mod notes;

use super::knowledge::Knowledge;
use super::places::Places;
use super::prose::{self, code, concat, joined, muted, plain, text};
use super::{Block, Page, Prose, Section, Sort};
use crate::catalog::Catalog;
use crate::document::Identity;
use crate::facts::Facts;
use crate::facts::impact::{Direction, End, Impact, Meant, Reached, Step, Then, When};
use crate::names::{PagePath, count, english};
use crate::topology::{Certainty, Topology};
pub use json::json;
pub(crate) use json::value;

/// How many things one list names.
const MOST_LISTED: usize = 40;

/// How many things a sentence names.
const MOST_NAMED: usize = 4;

/// The answer as a page.
pub fn page(topology: &Topology, facts: &Facts, catalog: &Catalog, meant: &Meant, impact: &Impact) -> Page {
    let places = Places::of(topology, catalog);
    let know = Knowledge { topology, drawn: topology, facts, catalog, places: &places, draws: false };
    let mut page = Page::titled(PagePath::root(), Sort::List, &meant.title);
    page.lead = lead(&know, meant, impact);
    page.sections = sections(&know, meant, impact);
    page
}

fn lead(know: &Knowledge, meant: &Meant, impact: &Impact) -> Vec<Prose> {
    let all = impact.reached.len();
    if all == 0 {
        let sentence = match impact.direction {
            Direction::Impact => "Nothing in these manifests depends on it.",
            Direction::Needs => "It needs nothing else in these manifests.",
        };
        return vec![plain(sentence)];
    }
    let number = |when: Option<When>| impact.reached.iter().filter(|one| one.when() == when).count();
    let is_impact = impact.direction == Direction::Impact;
    let parts = [
        (number(Some(When::Now)), "at once", "to serve"),
        (number(Some(When::Restart)), "when pods start again", "to start"),
        (number(Some(When::New)), "where it is not there yet", "to be made"),
    ];
    let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
    let parts: Vec<(usize, &str)> =
        parts.map(|(number, now, to)| (number, if is_impact { now } else { to })).collect();
    let going = number(None);
    let hit = all - going;
    let it = if meant.ends.len() > 1 { "all of it is" } else { "it is" };
    let mut said = match impact.direction {
        _ if hit == 0 => Prose::new(),
        Direction::Impact if hit == 1 => plain(format!("If {it} gone, 1 thing that depends on it is hit")),
        Direction::Impact => plain(format!("If {it} gone, {hit} things that depend on it are hit")),
        Direction::Needs => plain(format!("It needs {}", count(hit, "thing", "things"))),
    };
    match parts[..] {
        [] => {}
        [(_, only)] => said.push(text(format!(" {only}."))),
        _ => {
            let parts = parts.iter().map(|(number, words)| plain(format!("{number} {words}")));
            said.push(text(": "));
            said.extend(joined(parts.collect(), "and"));
            said.push(text("."));
        }
    }
    let things = count(going, "thing depends", "things depend");
    let used = count(going, "thing", "things");
    said.extend((going > 0).then(|| match (impact.direction, hit) {
        (Direction::Impact, 0) => {
            text(format!("{things} on it and would go on without it, since others answer."))
        }
        (Direction::Impact, _) => text(format!(" {going} more would go on, since others answer.")),
        (Direction::Needs, 0) => text(format!("It uses {used} beside others that do the same.")),
        (Direction::Needs, _) => text(format!(" It uses {going} more beside others that do the same.")),
    }));
    let near = near(know, meant);
    let mut lead = vec![said];
    if !impact.ways_in.is_empty() {
        let ways = prose::named(&impact.ways_in, MOST_NAMED, |&one| know.mention(one, &near));
        lead.push(concat(vec![
            plain("Requests from outside that lead there through "),
            ways,
            plain(format!(" fail{}.", since(impact))),
        ]));
    }
    lead
}

/// From when on requests from outside fail, as words behind that they do; empty where they do at once.
fn since(impact: &Impact) -> &'static str {
    let is_way = |one: &&Reached| one.object().is_some_and(|index| impact.ways_in.contains(&index));
    match impact.reached.iter().filter(is_way).filter_map(Reached::when).min() {
        Some(When::Restart) => " when pods start again",
        Some(When::New) => " where it is not there yet",
        _ => "",
    }
}

/// A section for each time from which on things happen.
fn sections(know: &Knowledge, meant: &Meant, impact: &Impact) -> Vec<Section> {
    let titles = match impact.direction {
        Direction::Impact => ["At once", "When pods start again", "Where it is not there yet", "Goes on"],
        Direction::Needs => ["To serve", "To start", "To be made", "Beside others"],
    };
    let times = [Some(When::Now), Some(When::Restart), Some(When::New), None];
    let near = near(know, meant);
    let sections = titles.into_iter().zip(times).filter_map(|(title, when)| {
        let all: Vec<&Reached> = impact.reached.iter().filter(|one| one.when() == when).collect();
        let mut items: Vec<Prose> =
            all.iter().take(MOST_LISTED).map(|one| item(know, &near, impact.direction, one)).collect();
        if all.len() > MOST_LISTED {
            items.push(plain(format!("{} more; --format json lists them.", all.len() - MOST_LISTED)));
        }
        let anchor = title.to_lowercase().replace(' ', "-");
        let blocks = vec![Block::List { ordered: false, items }];
        (!all.is_empty()).then(|| prose::section(&anchor, title, blocks))
    });
    sections.collect()
}

/// One thing that is reached: what happens, and why.
fn item(know: &Knowledge, near: &Identity, direction: Direction, one: &Reached) -> Prose {
    let mut said = mention(know, &one.end, near);
    let first = match direction {
        Direction::Impact => one.path.first(),
        Direction::Needs => one.path.last(),
    };
    said.push(text(match direction {
        Direction::Impact => format!(" {}", then_words(know, one, &one.end)),
        Direction::Needs => {
            let subject = one.path.first().map_or(&one.end, |step| &step.dependent);
            format!(": without it, it {}", then_words(know, one, subject))
        }
    }));
    if let Some(step) = first {
        said.push(text(": "));
        said.extend(because(know, step, near, direction));
    }
    if one.certainty == Certainty::Inferred {
        said.push(muted(", inferred"));
    }
    if one.hops() > 1 {
        said.push(muted(format!(", {} steps away", one.hops())));
    }
    said.push(text("."));
    if direction == Direction::Impact {
        said.extend(notes::of(know, one));
    }
    said
}

/// Why: ``it calls Service `db` ``, with the line that says so.
fn because(know: &Knowledge, step: &Step, near: &Identity, direction: Direction) -> Prose {
    let mut said = match direction {
        Direction::Impact => plain(format!("it {} ", step.verb)),
        Direction::Needs => {
            concat(vec![mention(know, &step.dependent, near), plain(format!(" {} ", step.verb))])
        }
    };
    said.extend(match direction {
        Direction::Impact => mention(know, &step.dependency, near),
        Direction::Needs => plain("it"),
    });
    if let Some(object) = know.node(step.declared_by).object.as_deref() {
        said.extend([text(" "), know.source_of_line(object, step.line)]);
    }
    said
}

/// What happens to an end, as words behind its name.
fn then_words(know: &Knowledge, one: &Reached, to: &End) -> String {
    let now = one.when();
    let told = one.effects.iter().filter(|(then, _)| *then != Then::NoEffectWhileRunning);
    let mut told: Vec<&(Then, When)> = told.collect();
    told.sort_by_key(|(then, when)| (*when, *then));
    let words: Vec<String> = told
        .into_iter()
        .map(|(then, when)| {
            let later = if Some(*when) > now { " when its pods start again" } else { "" };
            format!("{}{later}", then.verb(to, know.topology))
        })
        .collect();
    match (words.is_empty(), one.effects.is_empty()) {
        (true, true) => "goes on, since others answer".to_owned(),
        (true, false) => "goes on as it is".to_owned(),
        (false, _) => english::list(&words, "and"),
    }
}

fn mention(know: &Knowledge, end: &End, near: &Identity) -> Prose {
    match end {
        End::Object(index) => know.mention(*index, near),
        End::Image(_, image) => vec![text("Image "), code(&**image)],
        End::Pool(_, _, title) => vec![text("Nodes "), code(&**title)],
    }
}

/// The object near which others are named.
fn near(know: &Knowledge, meant: &Meant) -> Identity {
    match &meant.ends[..] {
        [End::Object(index)] => know.node(*index).identity.clone(),
        _ => {
            let empty = || "".into();
            Identity {
                environment: empty(),
                group: empty(),
                kind: empty(),
                namespace: empty(),
                name: empty(),
            }
        }
    }
}

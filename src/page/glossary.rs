//! "Pod or container?": the difference, and when to group containers or to split them, with the reader's own pods.

use super::knowledge::Knowledge;
use super::prose::section;
use super::prose::{concat, listed, plain, text};
use super::{Block, Inline, Link, Page, Prose, Sort, Table};
use crate::diagram::View;
use crate::diagram::views::{Focus, draw};
use crate::document::PLAIN_ENVIRONMENT;
use crate::facts::grouping::Advice;
use crate::facts::patterns::{PATTERNS, Pattern};
use crate::names::PagePath;
use crate::topology::{NodeIndex, Pod};

/// The glossary's page.
pub fn page(know: &Knowledge, crumbs: Vec<Link>) -> Page {
    let example = example(know);
    let diagram = example.and_then(|index| {
        draw(View::Compare, &Focus::Object(index), know.drawn, know.facts, &Default::default())
    });
    let shown = diagram.map(|diagram| Block::Diagram(Box::new(diagram)));
    let mut difference = vec![Block::Table(table())];
    difference.extend(shown);
    Page {
        path: PagePath::root().fixed("glossary"),
        kicker: "Glossary".to_owned(),
        crumbs,
        lead: vec![plain(
            "A container runs one program with its files. A pod holds one or more containers that must live together: \
             Kubernetes places, starts, and removes them as one.",
        )],
        sections: vec![
            section("difference", "The difference", difference),
            section("group", "When to put containers into one pod", grouped(know)),
            section("split", "When to use several pods", split(know)),
            section("words", "Words on these pages", vec![Block::Table(words())]),
        ],
        keywords: ["pod", "container"]
            .into_iter()
            .chain(PATTERNS.iter().map(|pattern| pattern.word))
            .map(str::to_owned)
            .collect(),
        ..Page::titled(PagePath::root().fixed("glossary"), Sort::Glossary, "Pod or container?")
    }
}

/// The environment that the examples are from: the plain one, else the first, since others repeat its workloads.
fn example_environment<'a>(know: &Knowledge<'a>) -> &'a str {
    let names = || know.topology.environments.iter().map(|environment| environment.name.as_str());
    names().find(|name| *name == PLAIN_ENVIRONMENT).or_else(|| names().next()).unwrap_or_default()
}

/// The pod with the most containers; of equal ones the first.
fn example(know: &Knowledge) -> Option<NodeIndex> {
    let most = know
        .topology
        .workloads_of(example_environment(know))
        .max_by_key(|(index, _, pod)| (pod.containers.len(), std::cmp::Reverse(*index)));
    most.map(|(index, ..)| index)
}

fn table() -> Table {
    let row = |what: &str, pod: &str, container: &str| vec![plain(what), plain(pod), plain(container)];
    Table {
        caption: "The difference between a pod and a container".to_owned(),
        head: ["", "Pod", "Container"].map(str::to_owned).to_vec(),
        rows: vec![
            row("What it is", "A group of containers on one node", "A program with its files, in isolation"),
            row(
                "Network",
                "One IP address for all of its containers",
                "Shares the pod's address; listens on ports of its own",
            ),
            row(
                "Files",
                "Holds volumes that its containers may mount",
                "Has its own file system; shares only mounted volumes",
            ),
            row("Start and end", "Placed, started, and removed as a whole", "Restarts alone when it fails"),
            row("Copies", "The unit that is copied to scale", "Copied only together with its pod"),
            row(
                "Limits",
                "The sum of its containers, unless it sets its own",
                "Its own CPU and memory limits, its own user and rights",
            ),
        ],
    }
}

fn grouped(know: &Knowledge) -> Vec<Block> {
    let plays = |pattern: &'static Pattern| {
        move |index: NodeIndex, _: &Pod| know.facts.of(index).is_some_and(|facts| facts.patterns.has(pattern))
    };
    let talks = |know: &Knowledge, index: NodeIndex| {
        know.facts.of(index).is_some_and(|facts| !facts.network.localhost.is_empty())
    };
    let examples = |wanted: &dyn Fn(NodeIndex, &Pod) -> bool| {
        let found = know
            .topology
            .workloads_of(example_environment(know))
            .filter(|(index, _, pod)| wanted(*index, pod));
        let found: Vec<Prose> = found.map(|(index, node, _)| know.mention(index, &node.identity)).collect();
        if found.is_empty() {
            Prose::new()
        } else {
            concat(vec![plain(" Here: "), listed(found, 3), plain(".")])
        }
    };
    let item = |name: &str, words: &str, examples: Prose| {
        concat(vec![vec![Inline::Strong(name.to_owned()), text(words)], examples])
    };
    let patterns = PATTERNS.iter().map(|pattern| {
        let meaning = format!(" {}", pattern.meaning);
        item(&format!("{}:", pattern.title), &meaning, examples(&plays(pattern)))
    });
    let localhost = item(
        "Localhost:",
        " one container reaches another without leaving the pod.",
        examples(&|index, _| talks(know, index)),
    );
    vec![Block::List { ordered: false, items: patterns.chain([localhost]).collect() }]
}

fn split(know: &Knowledge) -> Vec<Block> {
    let item = |name: &str, words: &str| vec![Inline::Strong(name.to_owned()), text(words)];
    let advised = know.topology.workloads_of(example_environment(know)).filter(|(index, ..)| {
        let advice = know.facts.of(*index).and_then(|facts| facts.grouping.advice.as_ref());
        advice.is_some_and(|advice| advice.value == Advice::Split)
    });
    let advised: Vec<Prose> = advised.map(|(index, node, _)| know.mention(index, &node.identity)).collect();
    let mut blocks = vec![Block::List {
        ordered: false,
        items: vec![
            item("Independent scaling:", " the parts need different numbers of copies."),
            item("Different resources:", " one part needs much more CPU or memory than another, or a GPU."),
            item(
                "Fault isolation:",
                " a part that fails must not take the others out of service; data must outlive the app's pods.",
            ),
            item("Different hosts:", " the parts belong on different nodes."),
        ],
    }];
    if !advised.is_empty() {
        let words = concat(vec![plain("Here, consider it for "), listed(advised, 3), plain(".")]);
        blocks.push(Block::Paragraph(words));
    }
    blocks
}

fn words() -> Table {
    let row = |word: &str, meaning: &str| vec![vec![Inline::Strong(word.to_owned())], plain(meaning)];
    Table {
        caption: "Words".to_owned(),
        head: ["Word", "Meaning"].map(str::to_owned).to_vec(),
        rows: vec![
            row("Workload", "An object that makes pods, such as a Deployment, or a Pod on its own."),
            row("Service", "A stable name and address in front of the pods that its selector picks."),
            row("Claim", "A request for a disk that outlives the pod."),
            row(
                "Probe",
                "A question that Kubernetes asks a container again and again: started, ready, alive?",
            ),
            row("Reserves", "What the node sets aside for a container (its requests)."),
            row("Missing", "Named by an object of these manifests, but not among them."),
        ],
    }
}

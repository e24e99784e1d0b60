//! What happens if something goes wrong: one file a question, each answered from the facts of this pod.

mod config;
mod crash;
mod dependency;
mod gone;
mod hang;
mod image;
mod memory;
mod node;

use crate::catalog::Relation;
use crate::facts::PodFacts;
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{self, code, listed, plain, separated};
use crate::page::workload::services;
use crate::page::{Block, Prose, Table};
use crate::topology::{Container, ContainerKind, NodeIndex, Pod};
use std::collections::BTreeSet;

/// More answers than this to one question are counted and not listed.
const MOST_ANSWERS: usize = 8;

/// How many of the questions are answered without a click.
const MOST_OPEN: usize = 4;

/// Answers a question; nothing where it does not arise.
type Answers = fn(&Asked) -> Vec<Prose>;

/// A pod while it is asked what would happen.
#[derive(Clone, Copy)]
struct Asked<'a> {
    know: &'a Knowledge<'a>,
    index: NodeIndex,
    object: &'a Object,
    pod: &'a Pod,
    facts: &'a PodFacts,
}

/// The questions that have an answer, each with its answers.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let asked = Asked { know, index, object, pod, facts };
    // The last ones are asked less often than the first.
    let questions: [(&str, Answers); 8] = [
        ("A container crashes", crash::answers),
        ("A container hangs", hang::answers),
        ("Something that it needs fails", dependency::answers),
        ("None of its pods answers", gone::answers),
        ("A container needs more memory", memory::answers),
        ("Its node is lost", node::answers),
        ("What it reads changes", config::answers),
        ("An image cannot be pulled", image::answers),
    ];
    let (mut rows, mut rest) = (Vec::new(), Vec::new());
    for (at, (question, answers)) in questions.into_iter().enumerate() {
        let mut answers = answers(&asked);
        let more = answers.len().saturating_sub(MOST_ANSWERS);
        answers.truncate(MOST_ANSWERS);
        if more > 0 {
            answers.push(plain(format!("{more} more are on the pages of its containers.")));
        }
        if !answers.is_empty() {
            let rows = if at < MOST_OPEN { &mut rows } else { &mut rest };
            rows.push(vec![plain(question), separated(answers, " ")]);
        }
    }
    let more = "More questions: memory, its node, configuration, images";
    let table = |rows: Vec<Vec<Prose>>| {
        let head = ["If", "Then"].map(str::to_owned).to_vec();
        let caption = format!("What if something goes wrong with {}", object.identity.title());
        (!rows.is_empty()).then(|| Block::Table(Table { caption, head, rows }))
    };
    let rest = table(rest).into_iter().collect();
    table(rows).into_iter().chain(Block::fold(more, rest)).collect()
}

impl<'a> Asked<'a> {
    /// The containers that run as long as the pod, by their index.
    fn running(&self) -> impl Iterator<Item = (usize, &'a Container)> {
        let long_lived = |kind| matches!(kind, ContainerKind::App | ContainerKind::Sidecar);
        self.pod.containers.iter().enumerate().filter(move |(_, container)| long_lived(container.kind))
    }

    /// The names of containers in words, linked.
    fn names(&self, positions: &[usize]) -> Prose {
        prose::named(positions, 4, |&position| vec![self.know.container(self.index, position)])
    }

    /// Whether its pods run until their work is done.
    fn is_job(&self) -> bool {
        self.know.facts.controller(self.index).is_some_and(|controller| controller.job.is_some())
    }

    /// How many copies there are at least; `None` for kinds without such a number.
    fn copies(&self) -> Option<i64> {
        let replicas = self.know.facts.controller(self.index)?.replicas.as_ref()?;
        Some(replicas.least.value)
    }

    /// The Services that send traffic to the pod while it is ready.
    fn services(&self) -> Vec<NodeIndex> {
        // One that leads to some of its pods only says nothing of the others.
        let is_whole = |service: &NodeIndex| {
            let mut edges = self.know.topology.from(*service).filter(|edge| edge.to == self.index);
            edges.any(|edge| edge.relation == Relation::Selects && edge.part.is_none())
        };
        let mut services: Vec<NodeIndex> = services(self.know, self.index).filter(is_whole).collect();
        services.dedup();
        services
    }

    /// Whether another workload, or another pod of the same owner, stands behind a Service as well.
    fn shares(&self, service: NodeIndex) -> bool {
        let topology = self.know.topology;
        let mut others = topology.from(service).filter(|edge| edge.relation == Relation::Selects);
        let own = self.family();
        others.any(|edge| {
            let replicas =
                self.know.facts.controller(edge.to).and_then(|controller| controller.replicas.as_ref());
            let runs = replicas.is_none_or(|replicas| replicas.least.value > 0);
            runs && !own.contains(&edge.to) && topology.nodes[edge.to].pod.is_some()
        })
    }

    /// The workload with what it owns and what owns it: they are the same pods.
    fn family(&self) -> BTreeSet<NodeIndex> {
        let topology = self.know.topology;
        let mut family = BTreeSet::from([self.index]);
        let mut above = topology.owner(self.index);
        while let Some(owner) = above.filter(|owner| family.insert(*owner)) {
            above = topology.owner(owner);
        }
        let mut left = vec![self.index];
        while let Some(one) = left.pop() {
            let owned = topology.from(one).filter(|edge| edge.relation == Relation::Owns);
            left.extend(owned.map(|edge| edge.to).filter(|&to| family.insert(to)));
        }
        family
    }

    /// Who answers while one pod does not: a sentence, or nothing where nobody sends it traffic.
    fn meanwhile(&self) -> Prose {
        let services = self.services();
        if services.is_empty() {
            return Prose::new();
        }
        let shared = services.iter().filter(|&&service| self.shares(service)).count();
        let noun = if services.len() == 1 { " Service " } else { " Services " };
        let all = services.len();
        let services = services.into_iter().map(|service| vec![self.know.name(service)]).collect();
        let services = listed(services, 4);
        let (before, after) = match self.copies() {
            _ if shared == all => (" Meanwhile other pods answer for", "."),
            _ if shared > 0 => (" Meanwhile it gets no new traffic from", "."),
            Some(1) => (" Meanwhile nobody answers for", "."),
            Some(2) => (" Meanwhile the other copy answers for", "."),
            Some(many) if many > 2 => (" Meanwhile the other copies answer for", "."),
            _ => (" Meanwhile it gets no new traffic from", "."),
        };
        [plain(before), plain(noun), services, plain(after)].concat()
    }
}

/// A name in a code span, with a blank before it.
fn named(name: &str) -> Prose {
    vec![crate::page::prose::text(" "), code(name)]
}

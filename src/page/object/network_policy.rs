//! The page of a NetworkPolicy: each of its rules in words, and what has no effect.

use crate::catalog::{FieldPath, Relation};
use crate::diagram::View;
use crate::facts::reach::{Direction, Policy, Rule, Who, on_ports, who};
use crate::model::Object;
use crate::names::count;
use crate::names::english;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, listed_of, marked, plain, text};
use crate::page::{Block, Prose, Tone};
use crate::topology::NodeIndex;
use std::collections::BTreeSet;

/// How many rules of one direction are told.
const MOST_TOLD: usize = 60;

/// How many peers that mean no pod are named.
const MOST_IDLE: usize = 4;

/// The diagrams of an object's page: a NetworkPolicy has its own.
pub fn views(object: &Object) -> &'static [View] {
    let is_policy =
        &*object.identity.group == "networking.k8s.io" && &*object.identity.kind == "NetworkPolicy";
    if is_policy { &[View::NetworkPolicy] } else { &[View::Relationship, View::Traffic] }
}

/// What a NetworkPolicy lets through; nothing for any other object.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let Some(policy) = know.facts.policies().get(index) else { return Vec::new() };
    let mut blocks = Vec::new();
    for direction in Direction::BOTH {
        if let Some(rules) = policy.rules(direction) {
            blocks.push(Block::Paragraph(isolates(know, policy, object, direction, rules)));
            let items = sentences(know, object, direction, rules);
            if !items.is_empty() {
                blocks.push(Block::List { ordered: true, items });
            }
        }
    }
    blocks.extend(on_the_nodes_network(know, policy, object));
    blocks.extend(without_effect(know, policy, object));
    blocks.extend(dns(know, policy, object));
    blocks
}

/// Whom the policy isolates, and what leads over to its rules.
fn isolates(
    know: &Knowledge,
    policy: &Policy,
    object: &Object,
    direction: Direction,
    rules: &[Rule],
) -> Prose {
    let selected = know.topology.from(policy.index).filter(|edge| edge.relation == Relation::Selects);
    let names: Vec<Prose> = selected.map(|edge| know.mention(edge.to, &object.identity)).collect();
    let pods = match names.len() {
        0 => plain("The pods that it selects"),
        _ => {
            let unlisted = know.topology.unlisted(policy.index).selects;
            concat(vec![plain("The pods of "), listed_of(names, 4, unlisted)])
        }
    };
    let verb = if direction == Direction::Ingress { "accept" } else { "open" };
    let rest = match (direction, rules.iter().filter(|rule| !rule.is_void()).count()) {
        (Direction::Ingress, 0) => "This one lets nobody in.",
        (Direction::Egress, 0) => "This one lets nothing out.",
        (Direction::Ingress, 1) => "This one has one rule for what comes in:",
        (Direction::Egress, 1) => "This one has one rule for what goes out:",
        (Direction::Ingress, _) => "This one has these rules for what comes in, and each adds to the others:",
        (Direction::Egress, _) => "This one has these rules for what goes out, and each adds to the others:",
    };
    let field = FieldPath::of("spec.policyTypes");
    concat(vec![
        pods,
        plain(format!(" {verb} only connections that a NetworkPolicy allows. ")),
        vec![know.source(object, &field)],
        plain(format!(" {rest}")),
    ])
}

/// A word on the selected pods that use the network of their node: what a policy does to them is not laid down.
///
/// Source: kubernetes.io, "Network Policies", "NetworkPolicy and `hostNetwork` pods".
fn on_the_nodes_network(know: &Knowledge, policy: &Policy, object: &Object) -> Option<Block> {
    let selected = know.topology.from(policy.index).filter(|edge| edge.relation == Relation::Selects);
    let on_node = |index: &NodeIndex| {
        know.node(*index).pod.as_ref().is_some_and(|pod| pod.spec.host_network == Some(true))
    };
    let mut hosts: Vec<NodeIndex> = selected.map(|edge| edge.to).filter(on_node).collect();
    hosts.dedup();
    let first = know.node(*hosts.first()?);
    let names = hosts.iter().map(|&index| know.mention(index, &object.identity)).collect();
    let source = first.pod.as_ref().zip(first.object.as_deref());
    let source = source.map(|(pod, object)| know.source(object, &pod.path.key("hostNetwork")));
    let words =
        " use the network of their node, where it is up to the network plugin what this policy does. ";
    let text =
        concat(vec![plain("The pods of "), listed(names, 4), plain(words), source.into_iter().collect()]);
    Some(Block::Alert { tone: Tone::Note, text })
}

/// One sentence a rule.
fn sentences(know: &Knowledge, object: &Object, direction: Direction, rules: &[Rule]) -> Vec<Prose> {
    let told = rules.iter().filter(|rule| !rule.is_void());
    let told = told.take(MOST_TOLD).map(|rule| {
        let words = match (direction, rule.is_open()) {
            (Direction::Ingress, true) => {
                "Anyone, inside and outside of the cluster, may reach any port.".to_owned()
            }
            (Direction::Egress, true) => {
                "They may reach anyone, inside and outside of the cluster, on any port.".to_owned()
            }
            (Direction::Ingress, false) => {
                english::capital(&format!("{} may reach {}.", who(rule), on_ports(rule)))
            }
            (Direction::Egress, false) => format!("They may reach {} on {}.", who(rule), on_ports(rule)),
        };
        concat(vec![marked(&words), plain(" "), vec![know.source(object, &rule.field)]])
    });
    let mut told: Vec<Prose> = told.collect();
    let more = rules.iter().filter(|rule| !rule.is_void()).count().saturating_sub(MOST_TOLD);
    if more > 0 {
        told.push(plain(format!("{} in its manifest.", count(more, "more rule stands", "more rules stand"))));
    }
    told
}

/// Rules and peers that let nothing through.
fn without_effect(know: &Knowledge, policy: &Policy, object: &Object) -> Vec<Block> {
    let mut items: Vec<Prose> = Vec::new();
    for direction in &policy.idle {
        let field = FieldPath::of("spec").key(direction.key());
        items.push(vec![
            text("Its rules in "),
            code(field.to_string()),
            text(" have no effect: "),
            code("policyTypes"),
            text(" does not name "),
            code(direction.name()),
            text(". "),
            know.source(object, &field),
        ]);
    }
    let all = || Direction::BOTH.into_iter().filter_map(|direction| policy.rules(direction)).flatten();
    for rule in all().filter(|rule| rule.is_void()).take(MOST_IDLE) {
        items.push(vec![
            text("Rule "),
            code(rule.field.to_string()),
            text(" lets nothing through: it names no pods, addresses or ports that Kubernetes accepts. "),
            know.source(object, &rule.field),
        ]);
    }
    items.extend(nobody_meant(know, policy, object, all()));
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}

/// Peers whose selectors pick no pod in the input.
fn nobody_meant<'a>(
    know: &Knowledge,
    policy: &Policy,
    object: &Object,
    rules: impl Iterator<Item = &'a Rule>,
) -> Vec<Prose> {
    let edges = know.topology.from(policy.index).filter(|edge| edge.relation == Relation::Allows);
    let meant: BTreeSet<FieldPath> = edges.map(|edge| edge.field.clone()).collect();
    let is_meant = |field: &FieldPath| {
        meant.range::<FieldPath, _>(field..).next().is_some_and(|found| found.is_within(field))
    };
    let peers = rules.filter(|rule| !rule.is_void()).flat_map(|rule| rule.peers.iter().flatten());
    let idle = peers.filter(|peer| matches!(peer.who, Who::Pods { .. }) && !is_meant(&peer.field));
    let idle: Vec<_> = idle.collect();
    let mut items: Vec<Prose> = Vec::new();
    for peer in idle.iter().take(MOST_IDLE) {
        items.push(vec![
            text("No pod in these manifests is meant by "),
            code(peer.field.to_string()),
            text(". "),
            know.source(object, &peer.field),
        ]);
    }
    if let Some(more) = idle.len().checked_sub(MOST_IDLE).filter(|more| *more > 0) {
        let peers = count(more, "more peer means", "more peers mean");
        items.push(plain(format!("{peers} no pod in these manifests.")));
    }
    items
}

/// A word on the DNS, where the policy rules over outgoing connections and does not allow it.
fn dns(know: &Knowledge, policy: &Policy, object: &Object) -> Option<Block> {
    let rules = policy.rules(Direction::Egress)?;
    if rules.iter().any(|rule| know.facts.policies().may_mean_dns(know.topology, policy, rule)) {
        return None;
    }
    let field = FieldPath::of("spec").key(Direction::Egress.key());
    let text = vec![
        text(
            "It does not let them ask the DNS: unless another NetworkPolicy allows port 53, they cannot turn names into \
             addresses. ",
        ),
        know.source(object, &field),
    ];
    Some(Block::Alert { tone: Tone::Note, text })
}

//! What an operator runs for an object that describes no pods itself.

use super::Prose;
use crate::catalog::Relation;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, joined, listed, plain};
use crate::topology::{Crew, NodeIndex};

/// How many pods of what an operator makes, on which ports, and who sends them traffic; nothing where it makes none.
pub fn crew(know: &Knowledge, index: NodeIndex) -> Prose {
    let node = know.node(index);
    if node.crew.is_empty() {
        return Prose::new();
    }
    let pods = node.crew.iter().map(|crew| plain(words(crew))).collect();
    let made =
        know.topology.from(index).filter(|edge| edge.relation == Relation::Produces).map(|edge| edge.to);
    let made = made.filter(|&made| !know.node(made).crew.is_empty()).chain([index]);
    let services = made.flat_map(|pods| know.topology.to(pods));
    let services = services.filter(|edge| edge.relation == Relation::Selects);
    let services = services.map(|edge| edge.from).filter(|&from| know.node(from).identity.is("", "Service"));
    let mut services: Vec<NodeIndex> = services.collect();
    services.dedup();
    let names: Vec<Prose> = services.iter().map(|&from| know.mention(from, &node.identity)).collect();
    let traffic = if names.is_empty() {
        Prose::new()
    } else {
        concat(vec![plain("; gets traffic from "), listed(names, 4)])
    };
    concat(vec![plain("Its operator makes the pods: "), joined(pods, "and"), traffic, plain(".")])
}

/// `3 PostgreSQL servers, on ports 5432 and 9187`.
fn words(crew: &Crew) -> String {
    let number = crew.counted();
    let mut ports: Vec<u16> = crew.ports.values().copied().collect();
    ports.sort_unstable();
    ports.dedup();
    match &ports[..] {
        [] => number,
        _ if crew.copies == Some(0) => number,
        [only] => format!("{number} on port {only}"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(u16::to_string).collect();
            format!("{number} on ports {} and {last}", first.join(", "))
        }
    }
}

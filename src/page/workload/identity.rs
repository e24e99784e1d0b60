//! Who a pod is to the Kubernetes API, and what it may do there.

use super::account;
use crate::catalog::Relation;
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, joined, plain, text};
use crate::page::{Block, Prose};
use crate::topology::{NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let account = account(know, index);
    let mut sentence = concat(vec![plain("It runs as service account "), account]);
    let edge = know.topology.from(index).find(|edge| edge.relation == Relation::RunsAs);
    // An edge without a field of its own is the default's.
    let named = edge.filter(|edge| edge.field != pod.path);
    match named {
        None => sentence.push(text(", because its manifest names none.")),
        Some(edge) => {
            sentence.push(text(". "));
            sentence.extend(know.because(edge));
        }
    }
    let mut items = vec![sentence];
    if let Some(edge) = know.topology.from(index).find(|edge| edge.relation == Relation::RunsAs) {
        let bindings = know
            .topology
            .to(edge.to)
            .filter(|edge| know.node(edge.from).identity.kind.ends_with("RoleBinding"));
        for binding in bindings {
            let roles = know.topology.from(binding.from).filter(|edge| edge.relation == Relation::Grants);
            let roles: Vec<Prose> = roles.map(|edge| know.mention(edge.to, &object.identity)).collect();
            if !roles.is_empty() {
                items.push(concat(vec![
                    know.mention(binding.from, &object.identity),
                    plain(" gives it the permissions of "),
                    joined(roles, "and"),
                    plain("."),
                ]));
            }
        }
    }
    if pod.spec.automount_service_account_token == Some(false) {
        items.push(vec![
            text("No token is mounted: its containers cannot talk to the Kubernetes API. "),
            know.source(object, &pod.path.key("automountServiceAccountToken")),
        ]);
    }
    vec![Block::List { ordered: false, items }]
}

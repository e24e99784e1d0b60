//! What the pages of roles, bindings and service accounts say about permissions.

use crate::catalog::Relation;
use crate::diagram::View;
use crate::document::Identity;
use crate::facts::security::{Danger, Grant, Held, Rights, is_binding, is_role};
use crate::model::Object;
use crate::names::thousands;
use crate::page::knowledge::Knowledge;
use crate::page::permission::{self, dangers, holder, reach, source, table};
use crate::page::prose::{code, concat, folded, joined, listed, marked, plain, text};
use crate::page::workload::diagrams;
use crate::page::{Block, Inline, Prose, Table};
use crate::topology::NodeIndex;

/// The permissions of a role, a binding or a ServiceAccount; nothing for any other object.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let identity = &object.identity;
    let mut blocks = if is_role(identity) {
        role(know, index, identity)
    } else if is_binding(identity) {
        binding(know, index, identity)
    } else if identity.is("", "ServiceAccount") {
        account(know, index, identity)
    } else {
        return Vec::new();
    };
    blocks.extend(diagrams(know, index, &[View::Access]));
    blocks
}

/// The rules of a role as a table, and who holds it.
fn role(know: &Knowledge, index: NodeIndex, identity: &Identity) -> Vec<Block> {
    let permissions = know.facts.permissions();
    let Some(rights) = permissions.rights(index) else { return Vec::new() };
    let everywhere = &*identity.kind == "ClusterRole";
    let mut items: Vec<Prose> = rights
        .dangers(everywhere)
        .iter()
        .map(|&danger| danger_sentence(know, "Whoever holds it", rights, danger, everywhere))
        .collect();
    let bindings = know.topology.to(index).filter(|edge| edge.relation == Relation::Grants);
    let mut grants: Vec<&Grant> = bindings.filter_map(|edge| permissions.of_binding(edge.from)).collect();
    grants.dedup_by_key(|grant| grant.binding);
    let held = grants.iter().map(|grant| held_by(know, identity, grant)).collect();
    items.extend(folded(held, |more| {
        plain(format!("{} more bindings give it to others; its references count them.", thousands(more)))
    }));
    if grants.is_empty() {
        items.push(plain("No binding in these manifests gives it to anyone."));
    }
    let mut blocks = vec![Block::List { ordered: false, items }];
    blocks.extend(rules(know, index, identity, rights));
    blocks
}

/// `Whoever holds it may read Secrets (line 4).`
fn danger_sentence(
    know: &Knowledge,
    whoever: &str,
    rights: &Rights,
    danger: Danger,
    everywhere: bool,
) -> Prose {
    let mut prose =
        vec![text(format!("{whoever} may ")), Inline::Strong(danger.words().to_owned()), text(". ")];
    let rule = rights.rules.iter().find(|rule| rule.dangers(everywhere).contains(&danger));
    prose.extend(rule.and_then(|rule| source(know, rule.declared_by, &rule.field)));
    prose
}

/// `RoleBinding x gives it to ServiceAccount y in namespace z.`
fn held_by(know: &Knowledge, near: &Identity, grant: &Grant) -> Prose {
    let holders: Vec<Prose> = grant.holders.iter().map(|(one, _)| holder(know, near, one)).collect();
    let whom = if holders.is_empty() { plain("nobody") } else { listed(holders, 4) };
    let mut prose =
        concat(vec![know.mention(grant.binding, near), plain(" gives it to "), whom, plain(", in ")]);
    prose.extend(reach(know, near, grant));
    prose.push(text("."));
    prose
}

fn rules(know: &Knowledge, index: NodeIndex, near: &Identity, rights: &Rights) -> Option<Block> {
    let row = |rule: &crate::facts::security::Rule| {
        let written = concat(vec![
            codes(&rule.verbs),
            plain(" on "),
            codes(if rule.resources.is_empty() { &rule.urls } else { &rule.resources }),
        ]);
        let mut line: Prose = source(know, rule.declared_by, &rule.field).into_iter().collect();
        if rule.declared_by != index {
            line.insert(0, text(" "));
            line.splice(0..0, know.mention(rule.declared_by, near));
        }
        vec![marked(&rule.verbs_in_words()), marked(&rule.objects_in_words()), written, line]
    };
    let rows: Vec<Vec<Prose>> = rights.rules.iter().map(row).collect();
    let head = ["Holders may", "What", "As written", "Rule"].map(str::to_owned).to_vec();
    let caption = format!("Rules of {}", near.title());
    if rows.is_empty() { None } else { Some(Block::Table(Table { caption, head, rows })) }
}

fn codes(names: &[String]) -> Prose {
    joined(names.iter().map(|name| vec![code(name)]).collect(), "and")
}

/// Who gets which rights through a binding.
fn binding(know: &Knowledge, index: NodeIndex, identity: &Identity) -> Vec<Block> {
    let permissions = know.facts.permissions();
    let Some(grant) = permissions.of_binding(index) else { return Vec::new() };
    let mut items: Vec<Prose> = Vec::new();
    for (one, field) in &grant.holders {
        let mut prose = concat(vec![
            plain("It gives the rights of "),
            know.mention(grant.role, identity),
            plain(" to "),
            holder(know, identity, one),
            plain(", in "),
            reach(know, identity, grant),
            plain(". "),
        ]);
        prose.extend(source(know, index, field));
        items.push(prose);
    }
    if items.is_empty() {
        items.push(plain("It names nobody: it gives the rights of its role to no one."));
    }
    let everywhere = grant.namespace.is_none();
    if let Some(rights) = permissions.rights(grant.role) {
        let dangers = rights.dangers(everywhere).iter();
        items.extend(
            dangers.map(|&danger| danger_sentence(know, "Whoever it names", rights, danger, everywhere)),
        );
    }
    let mut blocks = vec![Block::List { ordered: false, items }];
    let allowed = permission::allowed(know, grant);
    blocks.push(Block::Paragraph(plain("Whoever it names may:")));
    blocks.push(Block::List { ordered: false, items: allowed });
    blocks
}

/// Who runs as an account, and what it may do.
fn account(know: &Knowledge, index: NodeIndex, identity: &Identity) -> Vec<Block> {
    let runs = know.topology.to(index).filter(|edge| edge.relation == Relation::RunsAs);
    let mut users: Vec<NodeIndex> = runs.map(|edge| edge.from).collect();
    users.dedup();
    let users: Vec<Prose> = users.into_iter().map(|user| know.mention(user, identity)).collect();
    let mut items = vec![match users.len() {
        0 => plain("No pod in these manifests runs as it."),
        1 => concat(vec![plain("The pods of "), listed(users, 4), plain(" run as it.")]),
        _ => concat(vec![plain("The pods of these run as it: "), listed(users, 6), plain(".")]),
    }];
    let held: Vec<Held> = know.facts.permissions().of_account(identity);
    if held.is_empty() {
        items.push(plain("No binding in these manifests gives it permissions."));
    }
    items.extend(dangers(know, identity, &held));
    let mut blocks = vec![Block::List { ordered: false, items }];
    blocks.extend(table(know, identity, &held));
    blocks
}

//! The page `/access/`: who may do what at the Kubernetes API.

use super::knowledge::Knowledge;
use super::permission::{holder, reach, summary};
use super::prose::section;
use super::prose::{code, concat, joined, listed, muted, plain, text};
use super::{Block, Inline, Page, Prose, Sort, Table};
use crate::diagram::View;
use crate::diagram::readable::readable;
use crate::diagram::views::Focus;
use crate::document::Identity;
use crate::facts::security::{Danger, Grant, Holder};
use crate::model::Subject;
use crate::topology::{NodeIndex, State};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many grants of one account are told, and how many rules of each.
const MOST_GRANTS: usize = 4;
const MOST_RULES: usize = 3;

/// The page of an environment; `None` where it has neither service accounts nor bindings.
pub fn page(know: &Knowledge, environment: &Arc<str>) -> Option<Page> {
    let permissions = know.facts.permissions();
    let has_accounts = know
        .topology
        .of_kind(environment, "", "ServiceAccount")
        .any(|(_, node)| node.state == State::Present);
    let mut grants = permissions.grants.iter().map(|grant| &know.node(grant.binding).identity);
    if !has_accounts && !grants.any(|binding| binding.environment == *environment) {
        return None;
    }
    let accounts = accounts(know, environment);
    let sections = [
        section("overview", "Service accounts", accounts_table(know, &accounts)),
        section("identity", "People and groups", others(know, environment)),
        section("diagram", "How rights reach the pods", diagram(know, environment)),
    ];
    Some(Page {
        crumbs: vec![know.above(environment)],
        lead: vec![concat(vec![
            plain(
                "Who may do what at the Kubernetes API, as far as these manifests say; what reaches furthest comes first. \
             A pod that names no account runs as ServiceAccount ",
            ),
            vec![code("default"), text(" of its namespace.")],
        ])],
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        ..Page::titled(know.home(environment).fixed("access"), Sort::List, "Access")
    })
}

fn diagram(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let focus = Focus::All(Arc::clone(environment));
    let drawn = readable(View::Access, &focus, know.drawn, know.facts);
    drawn.map(|diagram| Block::Diagram(Box::new(diagram))).into_iter().collect()
}

/// Every service account of an environment that is in the input, or that something there names, with the workloads that
/// run as it.
fn accounts(know: &Knowledge, environment: &str) -> BTreeMap<Identity, Vec<NodeIndex>> {
    let mut accounts: BTreeMap<Identity, Vec<NodeIndex>> = BTreeMap::new();
    for (_, node) in know.topology.of_kind(environment, "", "ServiceAccount") {
        accounts.entry(node.identity.clone()).or_default();
    }
    for (index, ..) in know.topology.workloads_of(environment) {
        let Some(facts) = know.facts.of(index) else { continue };
        if let Some(users) = accounts.get_mut(&facts.security.account.identity) {
            users.push(index);
        }
    }
    accounts
}

fn accounts_table(know: &Knowledge, accounts: &BTreeMap<Identity, Vec<NodeIndex>>) -> Vec<Block> {
    let permissions = know.facts.permissions();
    let mut rows: Vec<(Option<Danger>, Vec<Prose>)> = Vec::new();
    for (identity, users) in accounts {
        let held = permissions.of_account(identity);
        let grants: Vec<&Grant> = held.iter().map(|held| held.grant).collect();
        let worst = grants.iter().flat_map(|grant| permissions.dangers(grant)).min().copied();
        let mut name = vec![know.link(&Subject::Object(identity.clone()), &identity.name)];
        name.extend([text(" in namespace "), know.namespace(identity)]);
        if know.topology.find(identity).is_none_or(|index| know.node(index).object.is_none()) {
            name.push(muted(" (not in these manifests)"));
        }
        let users: Vec<Prose> = users.iter().map(|&user| know.mention(user, identity)).collect();
        let used = if users.is_empty() { vec![muted("no pod in these manifests")] } else { listed(users, 4) };
        rows.push((worst, vec![name, used, may(know, identity, &grants, true)]));
    }
    // What is dangerous stands first, the rest in the order of names.
    rows.sort_by_key(|(worst, _)| worst.map_or((1, None), |danger| (0, Some(danger))));
    let rows: Vec<Vec<Prose>> = rows.into_iter().map(|(_, row)| row).collect();
    let head = ["Account", "Used by", "What it may do"].map(str::to_owned).to_vec();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table { caption: "Service accounts".to_owned(), head, rows })]
}

/// What grants allow together, to one account or to others: what is dangerous first, then a sentence a grant.
fn may(know: &Knowledge, near: &Identity, grants: &[&Grant], one: bool) -> Prose {
    if grants.is_empty() {
        return plain("No binding in these manifests gives it permissions.");
    }
    let permissions = know.facts.permissions();
    let mut dangers: Vec<Danger> =
        grants.iter().flat_map(|grant| permissions.dangers(grant).iter().copied()).collect();
    dangers.sort();
    dangers.dedup();
    let they = if one { "it" } else { "they" };
    let mut prose = Prose::new();
    if !dangers.is_empty() {
        let words = dangers.into_iter().map(|danger| vec![Inline::Strong(danger.words().to_owned())]);
        prose.extend(concat(vec![plain("May "), joined(words.collect(), "and"), plain(". ")]));
    }
    for grant in grants.iter().take(MOST_GRANTS) {
        let rights = permissions.rights(grant.role);
        let what = rights.map_or_else(Prose::new, |rights| summary(rights, grant, MOST_RULES));
        prose.extend(concat(vec![
            plain("In "),
            reach(know, near, grant),
            plain(format!(" {they} may ")),
            what,
            plain(" ("),
        ]));
        prose.extend(concat(vec![know.mention(grant.role, near), plain("). ")]));
    }
    if grants.len() > MOST_GRANTS {
        let more = crate::names::count(grants.len() - MOST_GRANTS, "more binding adds", "more bindings add");
        prose.push(text(format!("{more} to that.")));
    }
    prose
}

/// Users and groups that bindings name.
fn others(know: &Knowledge, environment: &Arc<str>) -> Vec<Block> {
    let permissions = know.facts.permissions();
    let mut rows: Vec<(Option<Danger>, Vec<Prose>)> = Vec::new();
    for (_, one, grants) in permissions.holders().filter(|(of, ..)| *of == environment) {
        if matches!(one, Holder::Account(..)) {
            continue;
        }
        let near = Identity {
            environment: environment.clone(),
            group: "".into(),
            kind: "".into(),
            namespace: "".into(),
            name: "".into(),
        };
        let worst = grants.iter().flat_map(|grant| permissions.dangers(grant)).min().copied();
        rows.push((worst, vec![holder(know, &near, one), may(know, &near, &grants, false)]));
    }
    rows.sort_by_key(|(worst, _)| worst.map_or((1, None), |danger| (0, Some(danger))));
    let rows: Vec<Vec<Prose>> = rows.into_iter().map(|(_, row)| row).collect();
    let head = ["Who", "What they may do"].map(str::to_owned).to_vec();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table { caption: "People and groups".to_owned(), head, rows })]
}

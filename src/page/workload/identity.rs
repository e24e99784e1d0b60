//! Who a pod is to the Kubernetes API, what it may do there, and which Pod Security level it meets.

mod level;

pub use level::changes;

use super::diagrams;
use crate::diagram::View;
use crate::facts::quoted;
use crate::facts::security::{Account, OwnToken, TOKEN_PATH};
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::permission;
use crate::page::prose::{code, concat, marked, plain, text};
use crate::page::{Block, Prose};
use crate::topology::{ContainerKind, NodeIndex, Pod, State};

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some((_, facts)) = know.pod(index) else { return Vec::new() };
    let security = &facts.security;
    let mut items = account(know, object, &security.account);
    items.push(token(know, object, pod, &security.account));
    items.extend(security.account.own_tokens.iter().map(|token| own_token(know, index, object, token)));
    let held = know.facts.permissions().of_account(&security.account.identity);
    if held.is_empty() {
        items.push(plain("No binding in these manifests gives this account permissions."));
    } else if !security.account.token_mounted.value && security.account.own_tokens.is_empty() {
        items.push(plain("Without a token its containers cannot use the permissions that the account has."));
    }
    items.extend(permission::dangers(know, &object.identity, &held));
    let mut blocks = vec![Block::List { ordered: false, items }];
    blocks.extend(permission::table(know, &object.identity, &held));
    blocks.extend(Block::fold("A picture of what it may do", diagrams(know, index, &[View::Access])));
    blocks.extend(level::blocks(know, index, object, security));
    blocks
}

/// The account, and what happens if it is not there.
fn account(know: &Knowledge, object: &Object, account: &Account) -> Vec<Prose> {
    let name = account.node.map_or_else(|| code(&account.name.value), |node| know.name(node));
    let mut sentence = vec![text("It runs as ServiceAccount "), name];
    if know.node_state(account.node) == Some(State::Missing) {
        sentence.push(text(", which is not in these manifests; without it Kubernetes rejects the pod. "));
    } else if account.name.field.find(&object.value).is_none() {
        sentence.push(text(", because its manifest names none."));
        return vec![sentence];
    } else {
        sentence.push(text(". "));
    }
    sentence.push(know.source(object, &account.name.field));
    vec![sentence]
}

/// Whether Kubernetes mounts a token, into which containers, and why.
fn token(know: &Knowledge, object: &Object, pod: &Pod, account: &Account) -> Prose {
    let known = &account.token_mounted;
    let by = known.declared_by.and_then(|node| know.node(node).object.as_deref()).unwrap_or(object);
    let source =
        known.field.find(&by.value).is_some().then(|| vec![text(" "), know.source(by, &known.field)]);
    let why = concat(vec![plain(", because "), marked(&known.why)]);
    let end = concat(vec![plain("."), source.unwrap_or_default()]);
    if !known.value {
        let effect = if account.own_tokens.is_empty() {
            "No token is mounted: its containers cannot call the Kubernetes API as this account"
        } else {
            "Kubernetes mounts no token by itself"
        };
        return concat(vec![plain(effect), why, end]);
    }
    let all = pod.containers.iter().filter(|one| one.kind != ContainerKind::Ephemeral).count();
    let number = (0..pod.containers.len()).filter(|&position| account.is_mounted_into(pod, position)).count();
    let whom = match (number, all) {
        (0, _) => {
            return plain(
                "Each container mounts something of its own in place of the token for the Kubernetes API.",
            );
        }
        (1, 1) => "its container".to_owned(),
        (2, 2) => "both containers".to_owned(),
        (number, all) if number == all => format!("all {all} containers"),
        (number, all) => format!("{number} of its {all} containers"),
    };
    let effect =
        vec![text(format!("Kubernetes mounts a token for its API into {whom}, at ")), code(TOKEN_PATH)];
    concat(vec![effect, why, end])
}

fn own_token(know: &Knowledge, index: NodeIndex, object: &Object, token: &OwnToken) -> Prose {
    let whom = token.audience.as_ref().map_or_else(|| "the Kubernetes API".to_owned(), |name| quoted(name));
    let mut prose = vec![know.container(index, token.container), text(" finds a token for ")];
    prose.extend(marked(&whom));
    prose.extend([text(" in "), code(&token.path), text(". "), know.source(object, &token.field)]);
    prose
}

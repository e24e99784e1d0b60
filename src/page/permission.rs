//! Permissions in words: what a grant lets its holders do, where, and what is dangerous about it.

use super::knowledge::Knowledge;
use super::prose::{code, concat, marked, muted, plain, separated, shown_of, text};
use super::{Block, Inline, Prose, Table};
use crate::catalog::FieldPath;
use crate::document::Identity;
use crate::facts::security::{Danger, Grant, Held, Holder, Rights, Rule};
use crate::model::Subject;
use crate::names::count;
use crate::topology::NodeIndex;

/// How many rules a table shows one by one.
const MOST_RULES: usize = 60;

/// Everything that grants allow: a row a rule, with where it counts and which role and binding say so.
pub fn table(know: &Knowledge, near: &Identity, held: &[Held]) -> Option<Block> {
    let mut rows: Vec<Vec<Prose>> = Vec::new();
    let mut beyond = 0;
    let most = shown_of(held.len());
    for (at, one) in held.iter().enumerate() {
        if rows.len() >= MOST_RULES || at >= most {
            beyond += 1;
            continue;
        }
        let through = through(know, near, one);
        let mut all = allowed(know, one.grant);
        let more = all.len().saturating_sub(MOST_RULES);
        all.truncate(MOST_RULES);
        if more > 0 {
            let rules = count(more, "more rule", "more rules");
            all.push(vec![muted(format!("{rules}; the page of the role lists them"))]);
        }
        rows.extend(all.into_iter().map(|may| vec![may, reach(know, near, one.grant), through.clone()]));
    }
    if beyond > 0 {
        let more = count(beyond, "more binding", "more bindings");
        let more = format!("what {more} give; the pages of their roles list it");
        rows.push(vec![vec![muted(more)], Prose::new(), Prose::new()]);
    }
    let head = ["It may", "Where", "Because of"].map(str::to_owned).to_vec();
    let caption = format!("What {} may do", near.title());
    if rows.is_empty() { None } else { Some(Block::Table(Table { caption, head, rows })) }
}

/// What a grant allows, an item a rule.
pub fn allowed(know: &Knowledge, grant: &Grant) -> Vec<Prose> {
    let Some(rights) = know.facts.permissions().rights(grant.role) else { return Vec::new() };
    if !rights.is_known {
        let place = match know.topology.elsewhere(grant.role) {
            Some(_) => "in another environment",
            None => "not in these manifests",
        };
        return vec![vec![muted(format!("unknown: the role is {place}"))]];
    }
    let mut items: Vec<Prose> = rights.builtin.iter().map(|builtin| marked(builtin.words)).collect();
    items.extend(rights.rules.iter().map(|rule| {
        let mut words = marked(&rule.in_words());
        if grant.namespace.is_some() && !rule.counts_in_namespace() {
            words.push(muted(" (without effect: a RoleBinding reaches only what stands in its namespace)"));
        }
        words
    }));
    if items.is_empty() {
        items.push(vec![muted("nothing: the role has no rules")]);
    }
    items
}

/// What a grant allows in a few words: the first rules that count there, and how many more there are.
pub fn summary(rights: &Rights, grant: &Grant, most: usize) -> Prose {
    if !rights.is_known {
        return plain("do what its role says, which is not in these manifests");
    }
    let counts = |rule: &&Rule| grant.namespace.is_none() || rule.counts_in_namespace();
    let rules = rights.rules.iter().filter(counts).map(|rule| marked(&rule.in_words()));
    let builtin = rights.builtin.iter().map(|builtin| marked(builtin.words));
    let mut items: Vec<Prose> = builtin.chain(rules).collect();
    let more = items.len().saturating_sub(most);
    items.truncate(most);
    if items.is_empty() {
        return plain("do nothing, because no rule of the role counts there");
    }
    let mut prose = separated(items, "; ");
    if more > 0 {
        prose.push(text(format!("; and {}", count(more, "more thing", "more things"))));
    }
    prose
}

/// Where a grant counts: in one namespace, or everywhere.
pub fn reach(know: &Knowledge, near: &Identity, grant: &Grant) -> Prose {
    match &grant.namespace {
        None => plain("the whole cluster"),
        Some(namespace) => {
            let identity = Identity { namespace: namespace.clone(), ..near.clone() };
            vec![text("namespace "), know.namespace(&identity)]
        }
    }
}

/// The role and the binding behind a grant, and the field of the binding that names the holder.
fn through(know: &Knowledge, near: &Identity, held: &Held) -> Prose {
    let mut prose = know.mention(held.grant.role, near);
    prose.push(text(" through "));
    prose.extend(know.mention(held.grant.binding, near));
    if let Some(meaning) = held.holder.meaning() {
        prose.push(text(", which names "));
        prose.extend(marked(&meaning));
    }
    prose.push(text(" "));
    prose.extend(source(know, held.grant.binding, held.field));
    prose
}

/// The line of a field of an object that is in the input.
pub fn source(know: &Knowledge, index: NodeIndex, field: &FieldPath) -> Option<Inline> {
    know.node(index).object.as_ref().map(|object| know.source(object, field))
}

/// A sentence for each danger: what the account may do, where, and which role says so.
pub fn dangers(know: &Knowledge, near: &Identity, held: &[Held]) -> Vec<Prose> {
    let mut found: Vec<(Danger, &Held)> = held
        .iter()
        .flat_map(|one| know.facts.permissions().dangers(one.grant).iter().map(move |danger| (*danger, one)))
        .collect();
    found.sort_by_key(|(danger, _)| *danger);
    let mut sentences: Vec<Prose> = Vec::new();
    for group in found.chunk_by(|a, b| a.0 == b.0) {
        let danger = group[0].0;
        let mut sentence = vec![text("It may "), Inline::Strong(danger.words().to_owned()), text(": ")];
        let told = group.len().min(4);
        for (at, (_, one)) in group.iter().take(told).enumerate() {
            let before = if at + 1 == group.len() { ", and " } else { ", " };
            sentence.extend((at > 0).then(|| text(before)));
            sentence.extend(danger_clause(know, near, danger, one));
        }
        if group.len() > 4 {
            sentence.push(text(format!(", and through {} more bindings", group.len() - 4)));
        }
        sentence.push(text("."));
        sentences.push(sentence);
    }
    sentences
}

/// `in namespace shop, says Role reader (line 12)`.
fn danger_clause(know: &Knowledge, near: &Identity, danger: Danger, held: &Held) -> Prose {
    let mut prose = match held.grant.namespace {
        None => plain("in the whole cluster"),
        Some(_) => concat(vec![plain("in "), reach(know, near, held.grant)]),
    };
    prose.push(text(", because of "));
    prose.extend(know.mention(held.grant.role, near));
    let rights = know.facts.permissions().rights(held.grant.role);
    let everywhere = held.grant.namespace.is_none();
    let rule: Option<&Rule> =
        rights.and_then(|rights| rights.rules.iter().find(|rule| rule.dangers(everywhere).contains(&danger)));
    let line = match rule {
        Some(rule) => source(know, rule.declared_by, &rule.field),
        None => source(know, held.grant.binding, held.field),
    };
    if let Some(line) = line {
        prose.extend([text(" "), line]);
    }
    prose
}

/// Whom a binding names: a linked ServiceAccount, a user, a group with its meaning.
pub fn holder(know: &Knowledge, near: &Identity, holder: &Holder) -> Prose {
    match holder {
        Holder::Account(namespace, name) => {
            let identity = account(near, namespace, name);
            let mut prose =
                vec![text("ServiceAccount "), know.link(&Subject::Object(identity.clone()), &identity.name)];
            if identity.namespace != near.namespace {
                prose.extend([text(" in namespace "), know.namespace(&identity)]);
            }
            prose
        }
        Holder::User(name) | Holder::Group(name) => {
            let kind = if matches!(holder, Holder::User(_)) { "user " } else { "group " };
            let mut prose = vec![text(kind), code(&**name)];
            if let Some(meaning) = holder.meaning() {
                prose.push(text(" ("));
                prose.extend(marked(&meaning));
                prose.push(text(")"));
            }
            prose
        }
    }
}

/// The identity of a ServiceAccount in the environment of another object.
pub fn account(near: &Identity, namespace: &str, name: &str) -> Identity {
    Identity {
        environment: near.environment.clone(),
        group: "".into(),
        kind: "ServiceAccount".into(),
        namespace: namespace.into(),
        name: name.into(),
    }
}

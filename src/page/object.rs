//! The page of any object, and the parts that all objects' pages share.

mod claim;
mod config;
mod custom;
mod devices;
mod effect;
mod explained;
mod network_policy;
mod references;
mod role;
mod route;
mod service;

use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, listed_of, muted, plain, section, text};
use super::workload::{diagrams, running};
use super::{Block, Inline, Link, Manifest, Page, Prose, Sort, Table, Target, Tone};
use super::{advice, author, delivery, release, unknown};
use crate::catalog::{Relation, Role};
use crate::document::{Identity, Kind, Value};
use crate::facts::is_headless;
use crate::model::{Object, Subject};
use crate::names::{count, thousands};
use crate::topology::{Edge, HOST, NodeIndex, Unlisted, isolates};
pub use explained::{explanations, of_container, of_pod};
pub use references::{Tie, references, ties};
use std::sync::Arc;

/// The page of an object that makes no pods.
pub fn page(know: &Knowledge, index: NodeIndex, object: &Object) -> Option<Page> {
    let mut page = head(know, index, object)?;
    let node = know.node(index);
    let mut explained = devices::sentences(know, object);
    explained.extend(explanations(know, object));
    let meaning = if explained.is_empty() {
        Vec::new()
    } else {
        vec![Block::List { ordered: false, items: explained }]
    };
    let content = match node.role {
        Role::Secret => keys(object, false),
        Role::Config => keys(object, true),
        _ => Vec::new(),
    };
    let storage = if node.role == Role::Storage { claim::blocks(know, index, object) } else { Vec::new() };
    let sections = [
        section(
            "overview",
            "What its fields say",
            meaning.into_iter().chain(custom::fields(know, object)).collect(),
        ),
        section("objects", "Objects of this kind", custom::objects(know, object)),
        section("fields", "What such objects may say", custom::schema_blocks(object)),
        section("brings", "What it brings", delivery::brings(know, index)),
        section("values", "What its values tell", release::blocks(know, object)),
        section("effect", "What it means in numbers", effect::blocks(know, index, object)),
        section("talks-to", "What it lets through", network_policy::blocks(know, index, object)),
        section("diagram", "How it fits in", diagrams(know, index, network_policy::views(object))),
        section("talks-to", "Who calls it, and where it leads", service::blocks(know, index, object)),
        section("talks-to", "Whom NetworkPolicies keep out", route::blocks(know, index)),
        section("reads", "What it holds", content),
        section("readers", "Who reads it", config::blocks(know, index, object)),
        section("storage", "Who uses it", storage),
        section("identity", "Who may do what", role::blocks(know, index, object)),
        section("advice", "Advice", advice::of_object(know, index)),
        section("references", "Everything it refers to", references(know, index)),
        section("source", "Manifest", manifest_blocks(know, object)),
    ];
    page.sections = sections.into_iter().filter(|section| !section.blocks.is_empty()).collect();
    Some(page)
}

/// The page of an object that makes no pods, without its sections.
pub fn head(know: &Knowledge, index: NodeIndex, object: &Object) -> Option<Page> {
    let made = running::made(know, index, object);
    let lead = vec![made.unwrap_or_else(|| lead(know, index, object))];
    let crew = Some(super::sentence::crew(know, index)).filter(|words| !words.is_empty());
    let lead = lead.into_iter().chain(crew).chain(unlisted(know, index));
    let lead = lead.chain(delivery::brought_by(know, index, object)).chain(release::lead(object));
    let lead = lead.chain(unknown::substituted(know, object)).collect();
    Some(Page { lead, ..frame(know, index, object, Sort::Object)? })
}

/// How many of its connections no page lists, since selectors make too many.
pub fn unlisted(know: &Knowledge, index: NodeIndex) -> Option<Prose> {
    let Unlisted { selects, selected } = know.topology.unlisted(index);
    let picks = (selects > 0)
        .then(|| format!("its selectors pick {} more than are listed", count(selects, "object", "objects")));
    let picked = (selected > 0).then(|| match selected {
        1 => "1 more selector picks it than is listed".to_owned(),
        many => format!("{} more selectors pick it than are listed", thousands(many)),
    });
    let words: Vec<Prose> = picks.into_iter().chain(picked).map(plain).collect();
    (!words.is_empty())
        .then(|| concat(vec![plain("Not all is listed here: "), joined(words, "and"), plain(".")]))
}

/// A page with what every object's page has: name, place, the pages above, the author's own words.
pub fn frame(know: &Knowledge, index: NodeIndex, object: &Object, sort: Sort) -> Option<Page> {
    let identity = &know.node(index).identity;
    Some(Page {
        environment: object.identity.environment.to_string(),
        path: know.page(&Subject::Object(identity.clone()))?.clone(),
        sort,
        title: identity.name.to_string(),
        kicker: kicker(know, object),
        crumbs: crumbs(know, object),
        children: Vec::new(),
        source: Some(know.line(object, object.first_line)),
        author: author::words(object),
        lead: Vec::new(),
        sections: Vec::new(),
        keywords: Vec::new(),
        namespace: identity.namespace.to_string(),
        mark: None,
    })
}

/// The kind, with its group where the kind alone does not say which.
fn kicker(know: &Knowledge, object: &Object) -> String {
    let identity = &object.identity;
    if know.catalog.owns_name(&identity.group, &identity.kind) || identity.group.is_empty() {
        identity.kind.to_string()
    } else {
        format!("{} ({})", identity.kind, identity.group)
    }
}

/// The pages above an object: the first page and its namespace.
pub fn crumbs(know: &Knowledge, object: &Object) -> Vec<Link> {
    let identity = &object.identity;
    let mut crumbs = vec![know.above(&identity.environment)];
    let namespace = Subject::Namespace(Arc::clone(&identity.environment), Arc::clone(&identity.namespace));
    if let Some(page) = know.page(&namespace) {
        let to = Target { page: page.clone(), anchor: String::new() };
        crumbs.push(Link { text: identity.namespace.to_string(), code: false, to });
    }
    let application = know.topology.find(identity).and_then(|index| know.topology.application_of(index));
    if let Some(application) = application.map(|at| &know.topology.applications[at])
        && let Some(page) = know.page(&application.key())
    {
        let to = Target { page: page.clone(), anchor: String::new() };
        crumbs.push(Link { text: application.shown().to_owned(), code: false, to });
    }
    crumbs
}

fn lead(know: &Knowledge, index: NodeIndex, object: &Object) -> Prose {
    let node = know.node(index);
    let summary = service_summary(object)
        .map_or_else(|| know.rule(node).map(|rule| rule.summary.clone()).unwrap_or_default(), str::to_owned);
    let mut prose = if let Some(words) = custom::lead(know, index) {
        words
    } else if summary.is_empty() {
        vec![
            text("A custom resource: "),
            code(format!("{}/{}", object.identity.group, object.version)),
            text(" defines what it does."),
        ]
    } else {
        plain(summary)
    };
    if node.identity.is("", "Namespace") {
        // How many there are stands on the namespace's own page, so that a new object does not change this one.
        let subject =
            Subject::Namespace(Arc::clone(&node.identity.environment), Arc::clone(&node.identity.name));
        prose.extend([
            text(" The page "),
            know.link(&subject, &node.identity.name),
            text(" shows what it holds."),
        ]);
        return prose;
    }
    let picks = |relation: Relation| know.topology.from(index).filter(move |edge| edge.relation == relation);
    let mut targets: Vec<NodeIndex> = match node.role {
        // An operator's object stands for the pods that it makes.
        Role::Service => picks(Relation::Selects)
            .chain(picks(Relation::RoutesTo))
            .map(|edge| edge.to)
            .filter(|to| &*know.node(*to).identity.kind != HOST)
            .collect(),
        Role::Route => picks(Relation::RoutesTo).map(|edge| edge.to).collect(),
        Role::Policy if picks(Relation::Scales).next().is_some() => {
            picks(Relation::Scales).map(|edge| edge.to).collect()
        }
        Role::Policy => know
            .topology
            .from(index)
            .filter(|edge| {
                !matches!(edge.relation, Relation::Allows | Relation::RoutesTo | Relation::PullsWith)
            })
            .map(|edge| edge.to)
            // What a policy needs to know is not what it rules over.
            .filter(|&to| !matches!(know.node(to).role, Role::Config | Role::Secret | Role::Access))
            .collect(),
        _ => know.topology.to(index).filter(|edge| is_use(know, edge)).map(|edge| edge.from).collect(),
    };
    targets.dedup();
    let mentions: Vec<Prose> = targets.iter().map(|&target| know.mention(target, &node.identity)).collect();
    let verb = match node.role {
        Role::Service if is_headless(node) => " This one leads to ",
        Role::Service | Role::Route => " This one sends traffic to ",
        Role::Policy if picks(Relation::Calls).next().is_some() => " This one calls ",
        Role::Policy if targets.iter().all(|&target| is_only_referred_to(know, index, target)) => {
            " This one refers to "
        }
        Role::Policy if picks(Relation::Scales).next().is_some() => " This one scales ",
        Role::Policy => " This one applies to ",
        Role::Node if targets.iter().all(|&target| know.node(target).pod.is_some()) => " This one runs ",
        _ => " This one is used by ",
    };
    if !mentions.is_empty() {
        // What selectors pick is what a Service or a policy is about.
        let unlisted = match node.role {
            Role::Service | Role::Policy => know.topology.unlisted(index).selects,
            _ => 0,
        };
        prose.extend(concat(vec![plain(verb), listed_of(mentions, 4, unlisted), plain(".")]));
    } else if node.role == Role::Policy && picks_pods(object) {
        prose.push(text(" Its selector picks no pod in these manifests."));
    } else if node.role == Role::Service {
        let external = object.value.at("spec.externalName").and_then(Value::as_str);
        match external {
            Some(_) => {}
            None if object
                .value
                .at("spec.selector")
                .is_some_and(|selector| !selector.entries().is_empty()) =>
            {
                prose.push(text(" Its selector picks no pod in these manifests."));
            }
            None => prose.push(text(" It has no selector: something else must say where its traffic goes.")),
        }
    } else if matches!(node.role, Role::Config | Role::Secret) {
        prose.push(text(" Nothing in these manifests names it."));
    }
    if is_network_policy(object) {
        prose
            .extend(["Ingress", "Egress"].into_iter().filter_map(|way| policy_effect(object, way)).map(text));
    }
    prose
}

/// Whether one object names another without a word for what it does with it.
fn is_only_referred_to(know: &Knowledge, index: NodeIndex, target: NodeIndex) -> bool {
    let mut edges = know.topology.from(index).filter(|edge| edge.to == target);
    edges.all(|edge| edge.relation == Relation::References)
}

/// What a Service without an address of its own does; `None` for any other object.
fn service_summary(object: &Object) -> Option<&'static str> {
    let text = |path: &str| object.value.at(path).and_then(Value::as_str);
    if &*object.identity.kind != "Service" || !object.identity.group.is_empty() {
        return None;
    }
    if text("spec.type") == Some("ExternalName") {
        return Some("Gives a host outside a name in the cluster; it forwards no traffic itself.");
    }
    (text("spec.clusterIP") == Some("None")).then_some(
        "Gives the addresses of the pods behind one name in the DNS; it has no address of its own.",
    )
}

/// Whether a kind picks pods by a selector.
fn picks_pods(object: &Object) -> bool {
    is_network_policy(object) || &*object.identity.kind == "PodDisruptionBudget"
}

/// Whether an object is a NetworkPolicy of Kubernetes; network plugins have kinds of that name, too.
fn is_network_policy(object: &Object) -> bool {
    &*object.identity.group == "networking.k8s.io" && &*object.identity.kind == "NetworkPolicy"
}

/// What a NetworkPolicy does to one direction, in a sentence; `None` if it does not rule over it.
fn policy_effect(policy: &Object, way: &str) -> Option<String> {
    if !isolates(policy, way) {
        return None;
    }
    let (field, peers, word) = match way {
        "Ingress" => ("spec.ingress", "from", "incoming"),
        _ => ("spec.egress", "to", "outgoing"),
    };
    let rules = policy.value.at(field).map(Value::items).unwrap_or_default();
    let open = |rule: &Value| {
        [peers, "ports"].iter().all(|key| rule.get(key).is_none_or(|list| list.items().is_empty()))
    };
    Some(match rules.len() {
        0 => format!(" It allows no {word} connection."),
        _ if rules.iter().any(open) => format!(" It allows every {word} connection."),
        1 => format!(" Of {word} connections it allows only those that its rule names."),
        many => format!(" Of {word} connections it allows only those that one of its {many} rules names."),
    })
}

/// How many objects are of the kind that a CustomResourceDefinition defines; `None` for any other object.
pub fn defined(know: &Knowledge, index: NodeIndex) -> Option<String> {
    let node = know.node(index);
    let spec = node
        .object
        .as_ref()
        .filter(|_| &*node.identity.kind == "CustomResourceDefinition")?
        .value
        .get("spec")?;
    let (group, kind) = (spec.get("group")?.as_str()?, spec.at("names.kind")?.as_str()?);
    let of_kind = |identity: &Identity| *identity.group == *group && *identity.kind == *kind;
    let number = know.topology.present().filter(|(_, node)| of_kind(&node.identity)).count();
    Some(format!("defines the kind of {} in these manifests", count(number, "object", "objects")))
}

/// What a namespace holds, with a link to the page of all that.
pub fn held(know: &Knowledge, namespace: &Identity) -> Prose {
    let key = (Arc::clone(&namespace.environment), Arc::clone(&namespace.name));
    match know.topology.namespaces().get(&key) {
        Some(objects) => {
            let subject = Subject::Namespace(key.0, key.1);
            vec![
                text(format!("holds {}: see ", count(*objects, "object", "objects"))),
                know.link(&subject, &namespace.name),
            ]
        }
        None => vec![muted("holds nothing in these manifests")],
    }
}

/// The keys of a ConfigMap or a Secret; the values only where they may be shown.
fn keys(object: &Object, show: bool) -> Vec<Block> {
    let fields = ["data", "stringData", "binaryData"];
    let entries = fields.iter().flat_map(|field| {
        let entries = object.value.get(field).map(Value::entries).unwrap_or_default();
        entries.iter().map(move |entry| (*field, entry))
    });
    let (mut rows, mut files) = (Vec::new(), Vec::new());
    for (field, entry) in entries {
        let value = entry.value.scalar_text().unwrap_or_default();
        let shown = match (show, field) {
            (false, _) => vec![muted("a Secret value, never shown")],
            (true, "binaryData") => vec![muted("binary data")],
            (true, _) if value.contains('\n') => {
                files.push(Block::Verbatim { caption: entry.key.to_string(), text: value.clone() });
                plain(count(value.lines().count(), "line", "lines"))
            }
            (true, _) if value.is_empty() => vec![muted("empty")],
            (true, _) => vec![code(value)],
        };
        rows.push(vec![vec![code(&*entry.key)], shown]);
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let head = ["Key", "Value"].map(str::to_owned).to_vec();
    let mut blocks =
        vec![Block::Table(Table { caption: format!("Keys of {}", object.identity.title()), head, rows })];
    if !show {
        blocks.push(Block::Alert {
            tone: Tone::Note,
            text: plain("podviz never shows Secret values, in any form."),
        });
    }
    blocks.extend(files);
    blocks
}

/// Whether an object uses the other one, and does not merely say what others may do with it.
pub(super) fn is_use(know: &Knowledge, edge: &Edge) -> bool {
    let by = &know.node(edge.from).identity;
    let rules = matches!(&*by.kind, "Role" | "ClusterRole" | "ReferenceGrant");
    // What brings an object to the cluster says nothing about what it is for.
    !(rules && edge.relation == Relation::References || edge.relation == Relation::Applies)
}

/// The manifest of an object, and where a tool built it, the way to all that it built.
pub fn manifest_blocks(know: &Knowledge, object: &Object) -> Vec<Block> {
    let built = object.file.origin.as_ref().and_then(|_| know.places.files.get(&object.file.path));
    let built = built.map(|page| {
        let to = Target { page: page.clone(), anchor: String::new() };
        let link = Link { text: object.file.path.clone(), code: true, to };
        Block::Paragraph(vec![
            text("As it was built, with everything else of "),
            Inline::Link(link),
            text("."),
        ])
    });
    built.into_iter().chain([manifest(object)]).collect()
}

/// The manifest of an object, each line an anchor.
pub fn manifest(object: &Object) -> Block {
    Block::Manifest(Manifest {
        file: Arc::clone(&object.file),
        first_line: object.first_line,
        last_line: object.last_line,
        span: object.file.span(object.value.line, object.value.column),
        anchors: true,
    })
}

/// The last line of a value.
pub fn last_line(value: &Value) -> u32 {
    let inner = match &value.kind {
        Kind::List(items) => items.iter().map(last_line).max(),
        Kind::Map(entries) => entries.iter().map(|entry| last_line(&entry.value)).max(),
        Kind::String(text) => {
            u32::try_from(text.lines().count().saturating_sub(1)).ok().map(|more| value.line + more)
        }
        _ => None,
    };
    inner.unwrap_or(value.line).max(value.line)
}

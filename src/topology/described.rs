//! Objects that describe several pods, such as the templates of a Workflow: each description becomes an object of its
//! own, with the lines and the fields of the manifest that holds it.

use super::Pod;
use super::build::{Draft, Member, Reference};
use super::shape;
use super::typed::{read_spec, read_template};
use super::unnamed;
use crate::catalog::vocabulary::{PodsAt, Template};
use crate::catalog::{Catalog, FieldPath, Hit, Pattern, Relation, Role, Step};
use crate::document::{Entry, Identity, Kind, Value};
use crate::model::Object;
use crate::problem::Problems;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The fields of a pod's spec that descriptions may inherit.
const INHERITED: [&str; 17] = [
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "hostAliases",
    "hostNetwork",
    "imagePullSecrets",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "serviceAccountName",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
];

/// The field with the claims that are made for all pods of a run.
const CLAIM_TEMPLATES: &str = "volumeClaimTemplates";

/// The name of a container that has none, where the kind does not say.
const MAIN: &str = "main";

/// The pods that the members describe beside their own.
pub(super) fn members(members: &[Member], catalog: &Catalog, problems: &mut Problems) -> Vec<Member> {
    let mut taken: BTreeSet<Identity> = members.iter().map(|member| member.object.identity.clone()).collect();
    let mut described = Vec::new();
    for member in members {
        let whole = &member.object;
        let Some(rule) = catalog.kind(&whole.identity.group, &whole.identity.kind) else {
            let found = shape::pods(member, catalog, problems).into_iter();
            described.extend(found.filter(|found| taken.insert(found.object.identity.clone())));
            continue;
        };
        for at in rule.pods.places() {
            let hits = at.path.find_with_parent(&whole.value, &FieldPath::root());
            for (index, hit) in hits.iter().enumerate().filter(|(_, hit)| hit.value.is_map()) {
                let object = part(whole, at, index, hit);
                let name = own_name(whole, at, index, hit);
                let Some(mut pod) = pod(&object, (&whole.identity, &name), at, hit, problems) else {
                    continue;
                };
                let shown = catalog.kind(&object.identity.group, &object.identity.kind);
                let in_own_form = !at.containers.is_empty() || !at.steps.is_empty();
                let unnamed = shown.and_then(|rule| rule.unnamed.clone());
                let unnamed = unnamed.or_else(|| Template::parse(MAIN).ok().filter(|_| in_own_form));
                unnamed::name(&mut pod, unnamed.as_ref());
                if taken.insert(object.identity.clone()) {
                    let part_of = Some((Arc::clone(whole), hit.path.clone()));
                    described.push(Member {
                        object: Arc::new(object),
                        pod: Some(Arc::new(pod)),
                        replica: None,
                        crew: Vec::new(),
                        part_of,
                        like: None,
                    });
                }
            }
        }
    }
    described
}

/// A description as an object: its kind, its name, and of the manifest what is about its pod.
fn part(whole: &Object, at: &PodsAt, index: usize, hit: &Hit) -> Object {
    let value = own_name(whole, at, index, hit);
    let (name, namespace) = (&whole.identity.name, &whole.identity.namespace);
    let name = match &at.name_as {
        Some(template) => Template::fill(template, &value, name, namespace),
        None => format!("{name}.{value}"),
    };
    let identity = Identity { kind: at.kind.as_str().into(), name: name.into(), ..whole.identity.clone() };
    let mut kept: Vec<FieldPath> = Vec::new();
    kept.extend(at.copies.as_deref().and_then(|key| key_near(whole, hit, key)).map(|(path, _)| path));
    if let Some(inherits) = at.inherits.as_deref().map(FieldPath::of) {
        kept.extend(INHERITED.iter().chain(&[CLAIM_TEMPLATES]).map(|key| inherits.key(key)));
    }
    cut(whole, identity, &hit.path, hit.value, kept)
}

/// What tells a description from the others of its object: its name, or its number.
fn own_name(whole: &Object, at: &PodsAt, index: usize, hit: &Hit) -> String {
    let value = match &*at.name {
        "*" => hit.path.parent().last_key().map(str::to_lowercase),
        key => key_near(whole, hit, key).and_then(|(_, value)| value.scalar_text()),
    };
    value.filter(|text| !text.is_empty()).unwrap_or_else(|| (index + 1).to_string())
}

/// What of an object is about the pod that is described at `path`, and what else is kept, as an object of its own.
fn cut(
    whole: &Object,
    identity: Identity,
    path: &FieldPath,
    value: &Value,
    mut kept: Vec<FieldPath>,
) -> Object {
    kept.extend([path.clone(), FieldPath::of("metadata.name")]);
    let ways: Vec<Vec<&Step>> = kept.iter().map(FieldPath::steps).collect();
    let ways: Vec<&[&Step]> = ways.iter().map(Vec::as_slice).collect();
    let first_line = path.line(&whole.value);
    Object {
        identity,
        version: whole.version.clone(),
        file: Arc::clone(&whole.file),
        document: whole.document,
        first_line,
        last_line: last_line(value).min(whole.last_line).max(first_line),
        comment: None,
        imprints: Arc::clone(&whole.imprints),
        delivery: whole.delivery.clone(),
        is_contested: false,
        value: keep(&whole.value, &ways),
    }
}

/// The pod template at `path` of an object, as a member of its own.
pub(super) fn member_of(
    whole: &Arc<Object>,
    kind: &Arc<str>,
    name: &str,
    path: FieldPath,
    problems: &mut Problems,
) -> Option<Member> {
    let identity = Identity { kind: Arc::clone(kind), name: name.into(), ..whole.identity.clone() };
    let object = cut(whole, identity, &path, path.find(&whole.value)?, Vec::new());
    let pod = read_template(&object, path.clone(), problems)?;
    let part_of = Some((Arc::clone(whole), path));
    Some(Member {
        object: Arc::new(object),
        pod: Some(Arc::new(pod)),
        replica: None,
        crew: Vec::new(),
        part_of,
        like: None,
    })
}

/// The value of a key, in the description or in a mapping around it, the innermost first, and its path.
fn key_near<'a>(whole: &'a Object, hit: &Hit, key: &str) -> Option<(FieldPath, &'a Value)> {
    let ends = hit.path.outward().filter(|path| path.above().is_some());
    ends.into_iter().find_map(|path| {
        let value = path.find(&whole.value)?.get(key)?;
        Some((path.key(key), value))
    })
}

/// The parts of a value that the ways lead to. Items of lists keep their place; what else was there is null.
fn keep(value: &Value, ways: &[&[&Step]]) -> Value {
    if ways.iter().any(|way| way.is_empty()) {
        return value.clone();
    }
    let kind = match &value.kind {
        Kind::Map(entries) => Kind::Map(
            entries
                .iter()
                .filter_map(|entry| {
                    let ways = behind(ways, |step| matches!(step, Step::Key(key) if *key == entry.key));
                    (!ways.is_empty()).then(|| Entry { value: keep(&entry.value, &ways), ..shell(entry) })
                })
                .collect(),
        ),
        Kind::List(items) => Kind::List(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    let ways = behind(ways, |step| matches!(step, Step::Item(at, _) if *at == index));
                    if ways.is_empty() { null(item) } else { keep(item, &ways) }
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Value { kind, written: value.written.clone(), ..null(value) }
}

/// The rest of those ways whose first step is right.
fn behind<'a, 'b>(ways: &[&'a [&'b Step]], is_right: impl Fn(&Step) -> bool) -> Vec<&'a [&'b Step]> {
    let right = ways.iter().filter_map(|way| way.split_first().filter(|(first, _)| is_right(first)));
    right.map(|(_, rest)| rest).collect()
}

fn null(value: &Value) -> Value {
    Value { line: value.line, column: value.column, written: None, kind: Kind::Null }
}

fn shell(entry: &Entry) -> Entry {
    Entry { key: entry.key.clone(), line: entry.line, column: entry.column, value: null(&entry.value) }
}

/// The last line on which a part of a value begins.
fn last_line(value: &Value) -> u32 {
    let entries = value.entries().iter().map(|entry| last_line(&entry.value).max(entry.line));
    let text = value.as_str().map_or(0, |text| text.lines().count().saturating_sub(1));
    let own = value.line.saturating_add(u32::try_from(text).unwrap_or(0));
    entries.chain(value.items().iter().map(last_line)).fold(own, u32::max)
}

fn pod(
    object: &Object,
    names: (&Identity, &str),
    at: &PodsAt,
    hit: &Hit,
    problems: &mut Problems,
) -> Option<Pod> {
    let pod = if at.containers.is_empty() && at.steps.is_empty() {
        read_template(object, hit.path.clone(), problems)?
    } else {
        own_form(object, at, hit, problems)?
    };
    let copies = at.copies.as_deref().and_then(|key| key_near(object, hit, key)).map(|(path, _)| path);
    let mut labels = pod.labels;
    labels.extend(given(names, at));
    Some(Pod { copies, labels, ..pod })
}

/// The labels that the pods of a description get from whoever makes them.
fn given<'a>(
    (whole, name): (&'a Identity, &'a str),
    at: &'a PodsAt,
) -> impl Iterator<Item = (String, String)> {
    let labels = at.labels.iter();
    labels.map(|(key, value)| (key.clone(), value.fill(name, &whole.name, &whole.namespace)))
}

/// The pod of a description whose containers stand in fields of their own: its spec is put together as Kubernetes would
/// get it, and each part keeps the path at which the manifest has it.
fn own_form(object: &Object, at: &PodsAt, hit: &Hit, problems: &mut Problems) -> Option<Pod> {
    let (path, value) = (&hit.path, hit.value);
    let written = |patterns: &[Pattern]| {
        let apps = patterns.iter().flat_map(|containers| containers.find(value, path));
        apps.filter(|(_, app)| app.is_map()).collect::<Vec<(FieldPath, &Value)>>()
    };
    let mut apps = written(&at.steps);
    let steps = apps.len();
    apps.extend(written(&at.containers));
    if apps.is_empty() {
        return None;
    }
    let inherits = at.inherits.as_deref().map(FieldPath::of);
    let inherited = inherits.as_ref().and_then(|path| path.find(&object.value));
    let mut spec: Vec<Entry> = value.entries().to_vec();
    spec.retain(|entry| INHERITED.contains(&&*entry.key) || &*entry.key == "initContainers");
    for entry in inherited.map(Value::entries).unwrap_or_default() {
        let inherits = INHERITED.contains(&&*entry.key) && !spec.iter().any(|own| own.key == entry.key);
        if inherits {
            spec.push(entry.clone());
        }
    }
    let mut volumes = volumes(value, path, inherited, inherits.as_ref());
    volumes.extend(claims(object, inherits.as_ref()));
    let list =
        |key: &str, items: Vec<Value>| entry(value, key, Value { kind: Kind::List(items), ..null(value) });
    spec.retain(|entry| &*entry.key != "volumes");
    spec.push(list("volumes", volumes.iter().map(|(_, volume)| volume.clone()).collect()));
    spec.push(list("containers", apps.iter().map(|(_, app)| with_name(app)).collect()));
    let spec = Value { kind: Kind::Map(spec), ..null(value) };
    let mut pod = read_spec(object, &spec, path.clone(), value.get("metadata"), problems);
    for (container, (path, app)) in pod.apps_mut().zip(&apps) {
        (container.path, container.line) = (path.clone(), app.line);
    }
    for (volume, (path, written)) in pod.volumes.iter_mut().zip(&volumes) {
        (volume.path, volume.line) = (path.clone(), written.line);
    }
    if pod.spec.restart_policy.is_none() {
        pod.spec.restart_policy.clone_from(&at.restart_policy);
    }
    Some(Pod { inherits, steps, ..pod })
}

/// The volumes of a description, then those that it inherits, each with the path at which it stands.
fn volumes(
    own: &Value,
    path: &FieldPath,
    inherited: Option<&Value>,
    inherits: Option<&FieldPath>,
) -> Vec<(FieldPath, Value)> {
    let of = |value: Option<&Value>, path: Option<&FieldPath>| {
        let items = value.and_then(|value| value.get("volumes")).map(Value::items).unwrap_or_default();
        let list = path.map(|path| path.key("volumes")).unwrap_or_default();
        let items = items.iter().enumerate().filter(|(_, item)| item.is_map());
        items.map(|(index, item)| (list.item(index, item), item.clone())).collect::<Vec<_>>()
    };
    let mut volumes = of(Some(own), Some(path));
    volumes.extend(of(inherited, inherits));
    volumes
}

/// A volume for each claim that is made from a template beside the description, for all its pods to share.
fn claims(object: &Object, inherits: Option<&FieldPath>) -> Vec<(FieldPath, Value)> {
    let Some(list) = inherits.map(|path| path.key(CLAIM_TEMPLATES)) else { return Vec::new() };
    let templates = list.find(&object.value).map(Value::items).unwrap_or_default();
    let volumes = templates.iter().enumerate().filter_map(|(index, template)| {
        let metadata = template.get("metadata")?;
        let name = metadata.get("name")?.scalar_text()?;
        let claim = map(template, "claimName", text(template, &claim_name(object, &name)));
        let mut volume = map(template, "persistentVolumeClaim", claim);
        if let Kind::Map(entries) = &mut volume.kind {
            entries.push(entry(template, "name", text(template, &name)));
        }
        Some((list.item(index, metadata), volume))
    });
    volumes.collect()
}

/// The claim that is made from a template for one run of what `object` is a part of.
///
/// Source: `github.com/argoproj/argo-workflows`, `workflow/controller/operator.go`, `createPVCs`.
fn claim_name(object: &Object, template: &str) -> String {
    let whole = object.value.at("metadata.name").and_then(Value::as_str).unwrap_or_default();
    format!("{whole}-{template}")
}

/// Says which claims are made for a described pod.
pub(super) fn claim(object: &Object, pod: &Pod, draft: &mut Draft) {
    let Some(list) = pod.inherits.as_ref().map(|path| path.key(CLAIM_TEMPLATES)) else { return };
    for volume in pod.volumes.iter().filter(|volume| volume.path.is_within(&list)) {
        let claim = claim_name(object, &volume.name);
        let to = object.identity.sibling("", "PersistentVolumeClaim", &claim);
        draft.infer(to.clone(), Role::Storage);
        draft.add(Reference::new(object, to, Relation::Claims, volume.path.clone()));
    }
}

fn text(near: &Value, text: &str) -> Value {
    Value { kind: Kind::String(text.into()), ..null(near) }
}

fn entry(near: &Value, key: &str, value: Value) -> Entry {
    Entry { key: key.into(), line: near.line, column: near.column, value }
}

fn map(near: &Value, key: &str, value: Value) -> Value {
    Value { kind: Kind::Map(vec![entry(near, key, value)]), ..null(near) }
}

/// A container, with an empty name where it has none: its kind needs one to be read.
fn with_name(app: &Value) -> Value {
    let near = null(app);
    let mut app = app.clone();
    if let Kind::Map(entries) = &mut app.kind
        && !entries.iter().any(|entry| &*entry.key == "name")
    {
        entries.push(entry(&near, "name", text(&near, "")));
    }
    app
}

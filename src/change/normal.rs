//! An object as the API server would keep it, field by field: defaults written out, spellings made equal.

use super::older;
use crate::document::{Entry, Identity, Kind, MARK, Value, parse};
use crate::facts::quantity::Quantity;
use crate::model::Object;
use crate::topology::{Node, Pod};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One field that holds a value of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Where it stands: items of lists by what names them, keys with dots in brackets.
    pub path: String,
    /// What it says, redacted.
    pub value: Json,
    /// What it means: equal ones are equal, however they are written.
    pub meaning: Json,
    /// Its line in the object's file, from 1; that of what is around it where it is a default.
    pub line: u32,
    /// Whether the API server writes it, and not its author.
    pub is_default: bool,
    /// Whether it held a secret, and what tells it from others; `None` inside where nobody knows.
    pub secret: Option<Option<u64>>,
}

/// The fields of an object, in the order of its manifest.
pub fn leaves(node: &Node, object: &Object) -> Vec<Leaf> {
    let mut value = object.value.clone();
    clean(&mut value, &object.identity);
    older::renew(&mut value, &object.identity);
    let name = kind_name(&object.identity);
    Defaults::of(&name).into_iter().for_each(|defaults| defaults.apply(&mut value));
    if let Some(pod) = node.pod.as_deref() {
        fill_pod(&mut value, pod);
    }
    fill(&mut value, &object.identity);
    let mut flat = Flat { object, leaves: Vec::new() };
    flat.map(&value, "", "");
    flat.leaves
}

/// `Kind`, or `Kind.group` outside of the core group.
pub fn kind_name(identity: &Identity) -> String {
    match &*identity.group {
        "" => identity.kind.to_string(),
        group => format!("{}.{group}", identity.kind),
    }
}

/// What the cluster writes, and what says nothing.
fn clean(value: &mut Value, identity: &Identity) {
    let Kind::Map(entries) = &mut value.kind else { return };
    entries.retain(|entry| &*entry.key != "status");
    for entry in entries.iter_mut().filter(|entry| &*entry.key == "metadata") {
        if let Kind::Map(fields) = &mut entry.value.kind {
            let written =
                ["creationTimestamp", "uid", "resourceVersion", "generation", "managedFields", "selfLink"];
            fields.retain(|field| !written.contains(&&*field.key));
            // A namespace that is not written is the one that the object goes to.
            if !identity.namespace.is_empty() {
                fields.retain(|field| &*field.key != "namespace");
            }
        }
    }
    if identity.is("", "Secret") {
        merge_string_data(entries);
    }
    drop_nulls(value);
}

/// `stringData` is `data` that its author did not encode.
fn merge_string_data(entries: &mut Vec<Entry>) {
    let Some(at) = entries.iter().position(|entry| &*entry.key == "stringData") else { return };
    let mut strings = entries.remove(at);
    let Kind::Map(new) = &mut strings.value.kind else { return };
    let new = std::mem::take(new);
    match entries.iter_mut().find(|entry| &*entry.key == "data") {
        Some(Entry { value: Value { kind: Kind::Map(data), .. }, .. }) => {
            data.retain(|old| new.iter().all(|entry| entry.key != old.key));
            data.extend(new);
        }
        _ => {
            strings.key = "data".into();
            strings.value.kind = Kind::Map(new);
            entries.push(strings);
        }
    }
}

fn drop_nulls(value: &mut Value) {
    match &mut value.kind {
        Kind::Map(entries) => {
            entries.retain(|entry| !entry.value.is_null());
            entries.iter_mut().for_each(|entry| drop_nulls(&mut entry.value));
        }
        Kind::List(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// What the API server writes into one kind, one pod or one container.
struct Defaults {
    /// The path of each field, and its value.
    set: Vec<(String, Value)>,
    /// Where this field says so, `drop` does not come into being.
    unless: Option<(String, String)>,
    drop: Vec<String>,
}

impl Defaults {
    fn of(name: &str) -> Option<&'static Defaults> {
        static ALL: LazyLock<BTreeMap<String, Defaults>> = LazyLock::new(|| {
            let all = parse(include_bytes!("defaults.yaml")).expect("our own file");
            all.entries().iter().map(|entry| (entry.key.to_string(), Defaults::read(&entry.value))).collect()
        });
        ALL.get(name)
    }

    fn read(value: &Value) -> Defaults {
        let texts = |value: Option<&Value>| -> Vec<String> {
            value.map(Value::items).unwrap_or_default().iter().filter_map(Value::scalar_text).collect()
        };
        let set = value.get("set").map(Value::entries).unwrap_or_default();
        let unless = value.get("unless").map(Value::entries).unwrap_or_default();
        let condition = unless.iter().find(|entry| &*entry.key != "drop");
        let drop = value.get("drop").or_else(|| value.get("unless").and_then(|unless| unless.get("drop")));
        Defaults {
            set: set.iter().map(|entry| (entry.key.to_string(), entry.value.clone())).collect(),
            unless: condition.and_then(|entry| Some((entry.key.to_string(), entry.value.scalar_text()?))),
            drop: texts(drop),
        }
    }

    fn apply(&self, value: &mut Value) {
        let says = |(path, text): &(String, String)| value.at(path).and_then(Value::as_str) == Some(text);
        let holds_back = self.unless.as_ref().is_some_and(says);
        for (path, default) in &self.set {
            let dropped = self.drop.iter().any(|drop| path.starts_with(drop.as_str()));
            if !(dropped && holds_back) {
                put(value, path, default);
            }
        }
        for path in self.drop.iter().filter(|_| self.unless.is_none()) {
            if let Kind::Map(entries) = &mut value.kind {
                entries.retain(|entry| *entry.key != **path);
            }
        }
    }
}

/// The line of what stands for a default.
const NO_COLUMN: u32 = 0;

/// Writes a default at a path, unless something stands there.
fn put(value: &mut Value, path: &str, default: &Value) {
    let (step, rest) = match path.split_once('.') {
        Some((step, rest)) => (step, Some(rest)),
        None => (path, None),
    };
    let line = value.line;
    let (name, each) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
    let (name, only_there) = name.strip_suffix('?').map_or((name, each), |name| (name, true));
    let Kind::Map(entries) = &mut value.kind else { return };
    let at = entries.iter().position(|entry| *entry.key == *name);
    let at = match (at, rest) {
        (Some(_), None) => return,
        (Some(at), Some(_)) => at,
        (None, Some(_)) if only_there => return,
        (None, rest) => {
            let kind = if rest.is_some() { Kind::Map(Vec::new()) } else { default.kind.clone() };
            let written = if rest.is_some() { None } else { default.written.clone() };
            let new = Value { line, column: NO_COLUMN, written, kind };
            entries.push(Entry { key: name.into(), line, column: NO_COLUMN, value: new });
            entries.len() - 1
        }
    };
    let Some(rest) = rest else { return };
    match (&mut entries[at].value.kind, each) {
        (Kind::List(items), true) => items.iter_mut().for_each(|item| put(item, rest, default)),
        (_, false) => put(&mut entries[at].value, rest, default),
        _ => {}
    }
}

fn text(text: &str, line: u32) -> Value {
    Value { line, column: NO_COLUMN, written: None, kind: Kind::String(text.into()) }
}

/// The mapping at a path of keys, to be changed.
fn at_mut<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').filter(|step| !step.is_empty()).try_fold(value, |value, step| match &mut value.kind {
        Kind::Map(entries) => {
            entries.iter_mut().find(|entry| *entry.key == *step).map(|entry| &mut entry.value)
        }
        _ => None,
    })
}

fn fill_pod(value: &mut Value, pod: &Pod) {
    let path = pod.path.to_string();
    let Some(spec) = at_mut(value, &path) else { return };
    if let Some(defaults) = Defaults::of("pod") {
        // The older name of the account counts where the newer one is absent.
        let older = spec.get("serviceAccount").and_then(Value::as_str).map(str::to_owned);
        if let (Some(older), None) = (older, spec.get("serviceAccountName")) {
            put(spec, "serviceAccountName", &text(&older, spec.line));
        }
        defaults.apply(spec);
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let Some(Value { kind: Kind::List(items), .. }) = at_mut(spec, list) else { continue };
        items.iter_mut().for_each(fill_container);
    }
}

fn fill_container(container: &mut Value) {
    if let Some(defaults) = Defaults::of("container") {
        defaults.apply(container);
    }
    // k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, SetDefaults_Container.
    let image = container.get("image").and_then(Value::as_str).map(str::to_owned);
    if let Some(image) = image {
        let last = image.rsplit('/').next().unwrap_or_default();
        let moves = !image.contains('@') && last.split_once(':').is_none_or(|(_, tag)| tag == "latest");
        let policy = if moves { "Always" } else { "IfNotPresent" };
        put(container, "imagePullPolicy", &text(policy, container.line));
    }
    // The same file, SetDefaults_Pod: what is not requested is what is limited.
    let limits: Vec<Entry> =
        container.at("resources.limits").map(Value::entries).unwrap_or_default().to_vec();
    for limit in limits {
        let path = format!("resources.requests.{}", limit.key);
        if !limit.key.contains('.') {
            put(container, &path, &limit.value);
        }
    }
}

/// Defaults that depend on other fields.
fn fill(value: &mut Value, identity: &Identity) {
    if identity.is("", "Service") {
        // SetDefaults_Service: the port of the pod is that of the Service.
        if let Some(Value { kind: Kind::List(ports), .. }) = at_mut(value, "spec.ports") {
            for port in ports {
                if let Some(number) = port.get("port").cloned() {
                    put(port, "targetPort", &number);
                }
            }
        }
    }
    if identity.is("networking.k8s.io", "NetworkPolicy") && value.at("spec.policyTypes").is_none() {
        let egress = value.at("spec.egress").is_some_and(|rules| !rules.items().is_empty());
        let line = value.line;
        let types = ["Ingress", "Egress"].into_iter().take(if egress { 2 } else { 1 });
        let types = Kind::List(types.map(|name| text(name, line)).collect());
        put(value, "spec.policyTypes", &Value { line, column: NO_COLUMN, written: None, kind: types });
    }
    if identity.is("batch", "Job") {
        // SetDefaults_Job: without both numbers each is 1; `completions` alone leaves one pod at a time.
        let is_set = |key: &str| value.at(key).is_some();
        let (completions, parallelism) = (is_set("spec.completions"), is_set("spec.parallelism"));
        let one = Value { line: value.line, column: NO_COLUMN, written: None, kind: Kind::Number(1.into()) };
        if !completions && !parallelism {
            put(value, "spec.completions", &one);
        }
        put(value, "spec.parallelism", &one);
    }
}

/// Empty ones of these say the same as none.
const NOTHING_IF_EMPTY: &[&str] = &[
    "annotations",
    "args",
    "command",
    "env",
    "envFrom",
    "finalizers",
    "imagePullSecrets",
    "initContainers",
    "labels",
    "limits",
    "nodeSelector",
    "ownerReferences",
    "ports",
    "requests",
    "resources",
    "securityContext",
    "strategy",
    "tolerations",
    "updateStrategy",
    "volumeDevices",
    "volumeMounts",
    "volumes",
    "affinity",
    "metadata",
    "spec",
    "hostAliases",
    "externalIPs",
    "data",
    "binaryData",
    "topologySpreadConstraints",
    "readinessGates",
    "rollingUpdate",
];

/// Amounts stand below these keys.
const AMOUNTS: &[&str] =
    &["requests", "limits", "hard", "capacity", "max", "min", "default", "defaultRequest"];

struct Flat<'a> {
    object: &'a Object,
    leaves: Vec<Leaf>,
}

impl Flat<'_> {
    fn map(&mut self, value: &Value, path: &str, around: &str) {
        for entry in value.entries() {
            let key = &*entry.key;
            let is_plain = !key.is_empty() && !key.contains(['.', '[', ']', '/', ' ']);
            let inner = match (path.is_empty(), is_plain) {
                (true, true) => key.to_owned(),
                (false, true) => format!("{path}.{key}"),
                (_, false) => format!("{path}[{key}]"),
            };
            self.value(&entry.value, &inner, key, around);
        }
    }

    /// `key` is the last one of the path, `around` the one before it.
    fn value(&mut self, value: &Value, path: &str, key: &str, around: &str) {
        match &value.kind {
            Kind::Map(entries) if !entries.is_empty() => self.map(value, path, key),
            Kind::List(items) if items.iter().any(Value::is_map) => {
                let names = names(items, key);
                for (at, item) in items.iter().enumerate() {
                    let name = names.as_ref().map_or_else(|| at.to_string(), |names| names[at].clone());
                    self.value(item, &format!("{path}[{name}]"), key, around);
                }
                // Init containers run in this order.
                if key == "initContainers"
                    && let Some(names) = names
                {
                    let order: Json = names.into_iter().collect();
                    self.push(value, format!("{path}.order"), order.clone(), order, true);
                }
            }
            Kind::Map(_) | Kind::List(_) if value.entries().is_empty() && value.items().is_empty() => {
                if !NOTHING_IF_EMPTY.contains(&key) {
                    self.push(value, path.to_owned(), value.to_json(), value.to_json(), false);
                }
            }
            _ => {
                let shown = value.to_json();
                let meaning = meaning(value, key, around, &self.object.identity);
                self.push(value, path.to_owned(), shown, meaning, false);
            }
        }
    }

    fn push(&mut self, value: &Value, path: String, shown: Json, meaning: Json, is_order: bool) {
        let holds = |text: &str| text.contains(MARK);
        let secret = match &value.kind {
            Kind::String(text) if holds(text) => Some(self.object.imprints.at(value)),
            Kind::List(items) => {
                let marked = items.iter().filter(|item| item.as_str().is_some_and(holds));
                let imprints: Vec<Option<u64>> = marked.map(|item| self.object.imprints.at(item)).collect();
                (!imprints.is_empty() && !is_order).then(|| {
                    let all: Option<Vec<u64>> = imprints.into_iter().collect();
                    // One number for all of them: a list is compared as a whole.
                    all.map(|all| all.into_iter().fold(7, |sum: u64, one| sum.rotate_left(5) ^ one))
                })
            }
            _ => None,
        };
        let is_default = value.column == NO_COLUMN;
        self.leaves.push(Leaf { path, value: shown, meaning, line: value.line, is_default, secret });
    }
}

/// What names each item of a list, if each has a name of its own.
fn names(items: &[Value], key: &str) -> Option<Vec<String>> {
    let of = |fields: &[&str]| -> Option<Vec<String>> {
        let name = |item: &Value| {
            let parts: Vec<String> =
                fields.iter().filter_map(|field| item.get(field).and_then(Value::scalar_text)).collect();
            // Without the first one an item has no name.
            item.get(fields[0]).filter(|first| !first.is_null())?;
            (!parts.is_empty()).then(|| parts.join("/"))
        };
        let names: Vec<String> = items.iter().map(name).collect::<Option<_>>()?;
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        (sorted.len() == names.len()).then_some(names)
    };
    match key {
        "volumeMounts" => of(&["mountPath"]),
        "volumeDevices" => of(&["devicePath"]),
        "ports" => {
            of(&["name"]).or_else(|| of(&["containerPort", "protocol"])).or_else(|| of(&["port", "protocol"]))
        }
        "subjects" => of(&["kind", "namespace", "name"]),
        "rules" => of(&["host"]),
        "paths" => of(&["path"]),
        "hostAliases" => of(&["ip"]),
        "items" => of(&["key"]),
        "ownerReferences" => of(&["kind", "name"]),
        _ => of(&["name"]),
    }
}

/// What a value means: amounts by their size, versions without their group.
fn meaning(value: &Value, key: &str, around: &str, identity: &Identity) -> Json {
    let is_amount =
        AMOUNTS.contains(&around) || matches!(key, "sizeLimit" | "storage" | "averageValue" | "divisor");
    let amount = is_amount.then(|| value.scalar_text().as_deref().and_then(Quantity::parse)).flatten();
    if let Some(amount) = amount {
        return Json::from(format!("{amount:?}"));
    }
    // The CPU and the memory of Secrets' data is text.
    let is_text = identity.is("", "ConfigMap")
        || matches!(around, "labels" | "annotations" | "matchLabels" | "nodeSelector");
    match (is_text, value.scalar_text()) {
        (true, Some(text)) => Json::from(text),
        _ => value.to_json(),
    }
}

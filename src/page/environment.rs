//! What a container reads: each environment variable with its value and where that comes from.

use super::knowledge::Knowledge;
use super::prose::{code, concat, muted, plain, shown_of, text};
use super::{Inline, Prose, Table};
use crate::document::{Entry, Identity, Value};
use crate::model::Subject;
use crate::names::count;
use crate::topology::{Call, Container, HOST, Node, NodeIndex, State};
use k8s_openapi::api::core::v1 as api;
use std::collections::BTreeMap;

/// An object whose keys times whose readers are more than this is not listed in full by each of them: its own page lists
/// its keys.
const MOST_KEYS_OF_READERS: usize = 5_000;

/// The environment of a container as a table; `None` where it sets nothing.
pub fn table(know: &Knowledge, index: NodeIndex, container: &Container) -> Option<Table> {
    let reader = Reader { know, node: know.node(index), container, calls: calls(know, index, container) };
    let mut rows = Vec::new();
    for (position, source) in container.spec.env_from.iter().flatten().enumerate() {
        rows.extend(reader.whole(position, source));
    }
    for (position, variable) in container.spec.env.iter().flatten().enumerate() {
        rows.push(reader.single(position, variable));
    }
    let head = ["Variable", "Value", "From"].map(str::to_owned).to_vec();
    let caption = format!("Environment of {}", container.key);
    (!rows.is_empty()).then_some(Table { caption, head, rows })
}

struct Reader<'a> {
    know: &'a Knowledge<'a>,
    node: &'a Node,
    container: &'a Container,
    /// The first call to a Service that each variable shows, by its name.
    calls: BTreeMap<&'a str, &'a Call>,
}

/// The first call to a Service that each variable of a container shows.
fn calls<'a>(
    know: &'a Knowledge<'a>,
    index: NodeIndex,
    container: &Container,
) -> BTreeMap<&'a str, &'a Call> {
    let mut calls = BTreeMap::new();
    let pod = know.node(index).pod.as_deref();
    let position = pod.and_then(|pod| pod.containers.iter().position(|other| other.key == container.key));
    let own = position.map(|position| know.topology.calls_of_container(index, position));
    for call in own.unwrap_or_default() {
        if &*know.node(call.to).identity.kind == HOST {
            continue;
        }
        for (variable, _) in call.written.iter().filter_map(|text| text.split_once('=')) {
            calls.entry(variable).or_insert(call);
        }
    }
    calls
}

impl Reader<'_> {
    /// One variable: a value as written, or one that comes from elsewhere.
    fn single(&self, position: usize, variable: &api::EnvVar) -> Vec<Prose> {
        let field = self.container.path.key("env").named_item(position, &variable.name);
        let here = self.here(&field);
        let name = vec![code(&variable.name)];
        let Some(from) = &variable.value_from else {
            let value = self.written(&field.key("value")).or_else(|| variable.value.clone());
            let value = value
                .filter(|value| !value.is_empty())
                .map_or_else(|| vec![muted("empty")], |value| vec![code(value)]);
            return vec![name, concat(vec![value, self.called(&variable.name)]), here];
        };
        let (value, origin) = self.origin(from);
        let value = concat(vec![value, self.called(&variable.name)]);
        vec![name, value, concat(vec![origin, vec![text(" ")], here])]
    }

    fn origin(&self, from: &api::EnvVarSource) -> (Prose, Prose) {
        if let Some(key) = &from.config_map_key_ref {
            return self.key("ConfigMap", &key.name, &key.key, key.optional == Some(true));
        }
        if let Some(key) = &from.secret_key_ref {
            return self.key("Secret", &key.name, &key.key, key.optional == Some(true));
        }
        if let Some(field) = &from.field_ref {
            return (
                vec![muted("set when the pod starts")],
                vec![text("the pod's own "), code(&field.field_path)],
            );
        }
        if let Some(resource) = &from.resource_field_ref {
            return (
                vec![muted("set when the pod starts")],
                vec![text("the container's own "), code(&resource.resource)],
            );
        }
        if let Some(file) = &from.file_key_ref {
            let origin =
                vec![text("key "), code(&file.key), text(" of a file on volume "), code(&file.volume_name)];
            return (vec![muted("set when the container starts")], origin);
        }
        (vec![muted("unknown")], plain("a source that podviz does not know"))
    }

    /// A key of a ConfigMap or a Secret.
    fn key(&self, kind: &str, name: &str, key: &str, optional: bool) -> (Prose, Prose) {
        let identity = self.node.identity.sibling("", kind, name);
        let origin = vec![text("key "), code(key), text(format!(" of {kind} ")), self.name(&identity)];
        let object = self.object(&identity);
        let data = |field: &str| object.and_then(|object| object.value.get(field)?.get(key));
        let value = match (kind, object) {
            (_, None) if self.made_by(&identity).is_some() => self.made_by(&identity).unwrap_or_default(),
            (_, None) if optional => vec![muted("optional; not in these manifests")],
            (_, None) => vec![Inline::Strong("not in these manifests".to_owned())],
            ("Secret", Some(_)) if data("data").is_some() || data("stringData").is_some() => {
                vec![muted("a Secret value, never shown")]
            }
            ("ConfigMap", Some(_)) if data("data").is_some() => {
                let text = data("data").and_then(Value::scalar_text).unwrap_or_default();
                if text.contains('\n') {
                    plain(format!("{} lines", text.lines().count()))
                } else {
                    vec![code(text)]
                }
            }
            ("ConfigMap", Some(_)) if data("binaryData").is_some() => plain("binary data"),
            (_, Some(_)) if optional => vec![muted("optional; not in that object")],
            (_, Some(_)) => vec![Inline::Strong(format!("the {kind} has no such key"))],
        };
        (value, origin)
    }

    /// Every key of a ConfigMap or a Secret at once.
    fn whole(&self, position: usize, from: &api::EnvFromSource) -> Vec<Vec<Prose>> {
        let field = self.container.path.key("envFrom").named_item(position, "");
        let (kind, name, optional) = match (&from.config_map_ref, &from.secret_ref) {
            (Some(map), _) => ("ConfigMap", map.name.as_str(), map.optional == Some(true)),
            (None, Some(secret)) => ("Secret", secret.name.as_str(), secret.optional == Some(true)),
            (None, None) => return Vec::new(),
        };
        let identity = self.node.identity.sibling("", kind, name);
        let origin = || {
            concat(vec![vec![text(format!("{kind} ")), self.name(&identity), text(" ")], self.here(&field)])
        };
        let prefix = from.prefix.as_deref().unwrap_or_default();
        let Some(object) = self.object(&identity) else {
            let words = if optional { "optional; not in these manifests" } else { "not in these manifests" };
            let absent = || vec![Inline::Strong(words.to_owned())];
            return vec![vec![
                plain(format!("every key{}", prefixed(prefix))),
                self.made_by(&identity).unwrap_or_else(absent),
                origin(),
            ]];
        };
        let fields: &[&str] = if kind == "Secret" { &["data", "stringData"] } else { &["data"] };
        let entries: Vec<&Entry> = fields
            .iter()
            .flat_map(|field| object.value.get(field).map(Value::entries).unwrap_or_default())
            .collect();
        let readers = self.know.topology.find(&identity).map_or(0, |node| self.know.topology.number_to(node));
        let is_short = entries.len().saturating_mul(readers) > MOST_KEYS_OF_READERS;
        let shown = if is_short { shown_of(entries.len()) } else { entries.len() };
        let rows = entries[..shown].iter().map(|entry| {
            let value = match entry.value.scalar_text() {
                _ if kind == "Secret" => vec![muted("a Secret value, never shown")],
                Some(text) if text.contains('\n') => plain(format!("{} lines", text.lines().count())),
                Some(text) if text.is_empty() => vec![muted("empty")],
                Some(text) => vec![code(text)],
                None => vec![muted("empty")],
            };
            let name = format!("{prefix}{}", entry.key);
            let value = concat(vec![value, self.called(&name)]);
            vec![vec![code(name)], value, origin()]
        });
        let mut rows: Vec<Vec<Prose>> = rows.collect();
        let rest = entries.len() - shown;
        rows.extend((rest > 0).then(|| {
            let words = count(rest, "more variable", "more variables");
            vec![plain(words), vec![muted("see the page of the object")], origin()]
        }));
        if rows.is_empty() {
            vec![vec![plain("no key"), vec![muted("the object is empty")], origin()]]
        } else {
            rows
        }
    }

    /// Whom a variable makes the container call.
    fn called(&self, variable: &str) -> Prose {
        let called = self.calls.get(variable).map(|call| {
            let target = self.know.mention(call.to, &self.node.identity);
            concat(vec![plain(", the address of "), target])
        });
        called.unwrap_or_default()
    }

    fn object(&self, identity: &Identity) -> Option<&crate::model::Object> {
        let node = self.know.node(self.know.topology.find(identity)?);
        node.object.as_deref().filter(|_| node.state == State::Present)
    }

    /// Where an object comes from that another one produces.
    fn made_by(&self, identity: &Identity) -> Option<Prose> {
        self.know.made_by(self.know.topology.find(identity)?)
    }

    fn name(&self, identity: &Identity) -> Inline {
        self.know.link(&Subject::Object(identity.clone()), &identity.name)
    }

    fn here(&self, field: &crate::catalog::FieldPath) -> Prose {
        self.node.object.as_deref().map(|object| vec![self.know.source(object, field)]).unwrap_or_default()
    }

    /// A scalar as its author wrote it.
    fn written(&self, field: &crate::catalog::FieldPath) -> Option<String> {
        field.find(&self.node.object.as_deref()?.value)?.scalar_text()
    }
}

fn prefixed(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!(", each with {prefix} in front") }
}

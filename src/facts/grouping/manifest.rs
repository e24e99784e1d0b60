//! The manifest of a pod taken apart: a workload and a Service for each part, with comments where a person decides.

use super::proposal::{Proposal, SplitPart};
use super::yaml::{self, Entry, Item, Node};
use crate::document::{Kind, Value};
use crate::facts::{PodFacts, quoted};
use crate::model::Object;
use crate::topology::{Container, ContainerKind, NodeIndex, Pod, Topology};
use regex::Regex;
use std::collections::BTreeMap;

/// What is made anew for each part, or means something only in the old workload.
const NOT_CARRIED: [&str; 9] = [
    "containers",
    "initContainers",
    "ephemeralContainers",
    "volumes",
    "restartPolicy",
    "hostname",
    "subdomain",
    "nodeName",
    "resources",
];

/// The manifest of a proposal.
pub(super) fn write(
    topology: &Topology,
    index: NodeIndex,
    pod: &Pod,
    object: &Object,
    facts: &PodFacts,
    proposal: &Proposal,
) -> String {
    let writer = Writer { topology, index, pod, object, facts, proposal };
    let mut out = String::new();
    yaml::comment(&mut out, &writer.header(), 0);
    for part in &proposal.parts {
        if !out.is_empty() {
            out.push_str(if out.contains("\nkind:") { "---\n" } else { "" });
        }
        out.push_str(&yaml::write(&writer.workload(part)));
        if let Some(service) = writer.service(part) {
            out.push_str("---\n");
            out.push_str(&yaml::write(&service));
        }
    }
    out
}

struct Writer<'a> {
    topology: &'a Topology,
    index: NodeIndex,
    pod: &'a Pod,
    object: &'a Object,
    facts: &'a PodFacts,
    proposal: &'a Proposal,
}

impl Writer<'_> {
    /// What a person must know and decide before any of it is applied.
    fn header(&self) -> Vec<String> {
        let title = self.object.identity.title();
        let mut lines = vec![format!("A start for taking {title} apart. Read it before you apply it:")];
        let referring = self.topology.to(self.index).filter(|edge| edge.from != self.index);
        let mut referring: Vec<String> =
            referring.map(|edge| self.topology.nodes[edge.from].identity.title()).collect();
        referring.sort();
        referring.dedup();
        let count = referring.len();
        if count > 0 {
            referring.truncate(6);
            let more = if count > 6 { format!(" and {} more", count - 6) } else { String::new() };
            lines.push(format!(
                "- These lead to the old pods: {}{more}. Point them at the new ones.",
                referring.join(", ")
            ));
        }
        let spec = self.pod.path.find(&self.object.value);
        let old = spec.map(Value::entries).unwrap_or_default();
        let lists = ["containers", "initContainers", "ephemeralContainers", "volumes"];
        let mut left: Vec<String> = old
            .iter()
            .filter(|entry| NOT_CARRIED.contains(&&*entry.key) && !lists.contains(&&*entry.key))
            .filter(|entry| (&*entry.key, entry.value.as_str()) != ("restartPolicy", Some("Always")))
            .map(|entry| quoted(&entry.key))
            .collect();
        left.sort();
        if !left.is_empty() {
            lines.push(format!("- Left out, because it was meant for the one pod: {}.", left.join(", ")));
        }
        if spec.is_some_and(reads_config) {
            lines.push(
                "- ConfigMaps and Secrets are read as before; `localhost` in them must become a Service."
                    .to_owned(),
            );
        }
        if spec.is_some_and(|spec| holds(spec, crate::document::MARK)) {
            lines.push(format!(
                "- {} stands where podviz removed a secret value: put a reference to a Secret there.",
                crate::document::MARK
            ));
        }
        lines.push(
            "- Nothing but Service names leads from one part to another now: a NetworkPolicy may be needed."
                .to_owned(),
        );
        lines
    }

    fn metadata(&self, part: &SplitPart) -> Node {
        let mut entries = vec![Entry::new("name", Node::text(&part.name))];
        if let Some(namespace) = self.object.value.at("metadata.namespace").and_then(Value::as_str) {
            entries.push(Entry::new("namespace", Node::text(namespace)));
        }
        entries.push(Entry::new("labels", labels(part)));
        Node::Map(entries)
    }

    fn workload(&self, part: &SplitPart) -> Node {
        let mut spec = Vec::new();
        if let Some(replicas) = part.replicas {
            let entry = Entry::new("replicas", Node::Number(replicas.into()));
            let copies = self.object.value.at("spec.replicas").and_then(Value::as_i64).unwrap_or(1);
            spec.push(match (part.keeps_data, copies) {
                (true, copies) if copies > 1 && replicas == 1 => {
                    entry.noted(format!("It was {copies}, with separate data in each copy."))
                }
                (true, _) => entry.noted("It keeps data: more copies would each have their own."),
                _ => entry,
            });
        }
        if part.kind == "StatefulSet" {
            spec.push(Entry::new("serviceName", Node::text(&part.name)));
        }
        spec.push(Entry::new("selector", Node::Map(vec![Entry::new("matchLabels", labels(part))])));
        let mut metadata = vec![Entry::new("labels", labels(part))];
        let annotations = self.template_metadata().and_then(|metadata| metadata.get("annotations"));
        if let Some(annotations) = annotations.filter(|annotations| !annotations.entries().is_empty()) {
            metadata.push(Entry::new("annotations", Node::copy(annotations)));
        }
        let template =
            vec![Entry::new("metadata", Node::Map(metadata)), Entry::new("spec", self.pod_spec(part))];
        spec.push(Entry::new("template", Node::Map(template)));
        let claims = self.claims(part);
        if !claims.is_empty() && part.kind == "StatefulSet" {
            spec.push(Entry::new("volumeClaimTemplates", Node::list(claims)));
        }
        Node::Map(vec![
            Entry::new("apiVersion", Node::text("apps/v1")),
            Entry::new("kind", Node::text(part.kind)),
            Entry::new("metadata", self.metadata(part)),
            Entry::new("spec", Node::Map(spec)),
        ])
    }

    fn template_metadata(&self) -> Option<&Value> {
        let path = self.pod.path.to_string();
        match path.strip_suffix("spec") {
            Some("") | None => self.object.value.get("metadata"),
            Some(template) => self.object.value.at(template.trim_end_matches('.'))?.get("metadata"),
        }
    }

    /// Everything that the old pod said of itself, with the containers and volumes of this part.
    fn pod_spec(&self, part: &SplitPart) -> Node {
        let spec = self.pod.path.find(&self.object.value);
        let old = spec.map(Value::entries).unwrap_or_default();
        let carried = old.iter().filter(|entry| !NOT_CARRIED.contains(&&*entry.key));
        let mut entries: Vec<Entry> =
            carried.map(|entry| Entry::new(&entry.key, Node::copy(&entry.value))).collect();
        let of = |wanted: &dyn Fn(ContainerKind) -> bool| {
            let containers = part.containers.iter().copied();
            let chosen = containers.filter(|&container| wanted(self.pod.containers[container].kind));
            let items: Vec<Item> = chosen.filter_map(|container| self.container(part, container)).collect();
            Node::List(items)
        };
        let first = of(&|kind| matches!(kind, ContainerKind::Init | ContainerKind::Sidecar));
        if first != Node::List(Vec::new()) {
            entries.push(Entry::new("initContainers", first));
        }
        entries.push(Entry::new("containers", of(&|kind| kind == ContainerKind::App)));
        let volumes = self.volumes(part);
        if !volumes.is_empty() {
            entries.push(Entry::new("volumes", Node::List(volumes)));
        }
        Node::Map(entries)
    }

    fn container(&self, part: &SplitPart, index: usize) -> Option<Item> {
        let container = &self.pod.containers[index];
        let value = container.path.find(&self.object.value)?;
        let rewrites = self.rewrites(index);
        let entries = value.entries().iter().map(|entry| {
            let node = match &*entry.key {
                "env" => self.environment(&entry.value, container, &rewrites),
                "command" | "args" => Node::of(&entry.value, &|text| rewrite(text, &rewrites)),
                _ => Node::copy(&entry.value),
            };
            Entry::new(&entry.key, node)
        });
        let mut comment = Vec::new();
        if part.unsure.contains(&index) {
            comment.push(format!(
                "Nothing ties {} to this part: does another one need it too?",
                quoted(&container.key)
            ));
        }
        let others = self.also_served(part, index);
        if !others.is_empty() {
            comment.push(format!(
                "{} shared files with {} too: decide who gets one.",
                quoted(&container.key),
                others.join(", ")
            ));
        }
        Some(Item { comment, value: Node::Map(entries.collect()) })
    }

    /// The containers of other parts with which a helper shared files.
    fn also_served(&self, part: &SplitPart, helper: usize) -> Vec<String> {
        if helper == part.member {
            return Vec::new();
        }
        let members =
            self.proposal.parts.iter().map(|other| other.member).filter(|member| *member != part.member);
        let shares = |member: &usize| {
            self.facts.volumes.iter().filter(|usage| usage.is_written_and_shared()).any(|usage| {
                let mounts = |one: usize| usage.mounts.iter().any(|mount| mount.container == one);
                mounts(helper) && mounts(*member)
            })
        };
        members.filter(shares).map(|member| quoted(&self.pod.containers[member].key)).collect()
    }

    /// For each port on localhost that led to another part: the name of its Service.
    fn rewrites(&self, container: usize) -> BTreeMap<i32, String> {
        let part_of =
            |container: usize| self.proposal.parts.iter().find(|part| part.containers.contains(&container));
        let calls = self.proposal.calls.iter().filter(|(from, ..)| *from == container);
        calls.filter_map(|(_, to, port)| Some((*port, part_of(*to)?.name.clone()))).collect()
    }

    /// The environment, with `localhost` replaced where its port leads to another part, be it in the same variable or
    /// in the one beside it: `DB_HOST` and `DB_PORT`.
    fn environment(&self, value: &Value, container: &Container, rewrites: &BTreeMap<i32, String>) -> Node {
        let variables = container.spec.env.as_deref().unwrap_or_default();
        let host_of = |name: &str| {
            let prefix = name.strip_suffix("HOST").or_else(|| name.strip_suffix("HOSTNAME"))?;
            let port = variables.iter().find(|other| other.name == format!("{prefix}PORT"))?;
            rewrites.get(&port.value.as_deref()?.parse::<i32>().ok()?)
        };
        let items = value.items().iter().map(|variable| {
            let name = variable.get("name").and_then(Value::as_str).unwrap_or_default();
            let is_local = |text: &str| matches!(text, "localhost" | "127.0.0.1" | "::1" | "[::1]");
            Node::of(variable, &|text| match host_of(name).filter(|_| is_local(text)) {
                Some(service) => service.clone(),
                None => rewrite(text, rewrites),
            })
        });
        Node::list(items.collect())
    }

    /// The volumes that the part mounts, and what becomes of those that another part mounts too.
    fn volumes(&self, part: &SplitPart) -> Vec<Item> {
        let mounts = |part: &SplitPart, name: &str| {
            self.facts
                .volumes
                .iter()
                .filter(|usage| usage.name == name)
                .any(|usage| usage.mounts.iter().any(|mount| part.containers.contains(&mount.container)))
        };
        let declared = self
            .pod
            .volumes
            .iter()
            .filter(|volume| mounts(part, &volume.name) && volume.path.is_within(&self.pod.path));
        let items = declared.filter_map(|volume| {
            let others: Vec<String> = self
                .proposal
                .parts
                .iter()
                .filter(|other| other.member != part.member && mounts(other, &volume.name))
                .map(|other| quoted(&other.name))
                .collect();
            let name = quoted(&volume.name);
            let written = self
                .facts
                .volumes
                .iter()
                .any(|usage| usage.name == volume.name && usage.is_written_and_shared());
            let mut comment = Vec::new();
            if !others.is_empty() && written {
                comment.push(match volume.source {
                    "emptyDir" | "ephemeral" => {
                        format!(
                            "{name} was shared with {}: it is a folder of each pod now.",
                            others.join(", ")
                        )
                    }
                    "persistentVolumeClaim" => {
                        format!(
                            "{name} is shared with {}: its access modes must allow that.",
                            others.join(", ")
                        )
                    }
                    "hostPath" => {
                        format!("{name} is shared with {}: only on the same node.", others.join(", "))
                    }
                    _ => format!("{name} is also used by {}.", others.join(", ")),
                });
            }
            Some(Item { comment, value: Node::copy(volume.path.find(&self.object.value)?) })
        });
        items.collect()
    }

    /// The claim templates that the part mounts.
    fn claims(&self, part: &SplitPart) -> Vec<Node> {
        let templates =
            self.object.value.at("spec.volumeClaimTemplates").map(Value::items).unwrap_or_default();
        let mounted = |name: &str| {
            self.facts
                .volumes
                .iter()
                .filter(|usage| usage.name == name)
                .any(|usage| usage.mounts.iter().any(|mount| part.containers.contains(&mount.container)))
        };
        let mine = templates
            .iter()
            .filter(|template| template.at("metadata.name").and_then(Value::as_str).is_some_and(mounted));
        mine.map(Node::copy).collect()
    }

    /// A Service for the ports of the part; none where it has no port.
    fn service(&self, part: &SplitPart) -> Option<Node> {
        if part.ports.is_empty() {
            return None;
        }
        let declared = |number: i32| {
            let containers = part.containers.iter().map(|&container| &self.pod.containers[container]);
            let ports = containers.flat_map(|container| container.spec.ports.iter().flatten());
            ports.filter(move |port| port.container_port == number).collect::<Vec<_>>()
        };
        let several = part.ports.len() > 1;
        let ports = part.ports.iter().map(|&number| {
            let port = declared(number).into_iter().next();
            let name = port.and_then(|port| port.name.clone());
            let name = name.filter(|name| is_port_name(name));
            let mut entries = Vec::new();
            match &name {
                Some(name) => entries.push(Entry::new("name", Node::text(name))),
                None if several => entries.push(Entry::new("name", Node::text(format!("port-{number}")))),
                None => {}
            }
            entries.push(Entry::new("port", Node::Number(number.into())));
            let target = name.map_or_else(|| Node::Number(number.into()), Node::Text);
            entries.push(Entry::new("targetPort", target));
            let protocol = port.and_then(|port| port.protocol.clone()).filter(|protocol| protocol != "TCP");
            entries.extend(protocol.map(|protocol| Entry::new("protocol", Node::Text(protocol))));
            Node::Map(entries)
        });
        let mut spec = Vec::new();
        if part.kind == "StatefulSet" {
            spec.push(Entry::new("clusterIP", Node::text("None")));
        }
        spec.push(Entry::new("selector", labels(part)));
        spec.push(Entry::new("ports", Node::list(ports.collect())));
        let mut kind = Entry::new("kind", Node::text("Service"));
        let mut before: Vec<String> = part
            .containers
            .iter()
            .flat_map(|&container| &self.facts.patterns.parts[container].services)
            .map(|&service| quoted(&self.topology.nodes[service].identity.name))
            .collect();
        before.sort();
        before.dedup();
        if !before.is_empty() {
            let names = before.join(", ");
            kind = kind.noted(format!(
                "Service {names} led here: point its selector at these labels, or replace it."
            ));
        }
        Some(Node::Map(vec![
            Entry::new("apiVersion", Node::text("v1")),
            kind,
            Entry::new("metadata", self.metadata(part)),
            Entry::new("spec", Node::Map(spec)),
        ]))
    }
}

/// The labels that tell the pods of one part from those of all others.
fn labels(part: &SplitPart) -> Node {
    Node::Map(vec![Entry::new("app", Node::text(&part.name))])
}

/// A text with localhost replaced by a Service where its port leads there.
fn rewrite(text: &str, rewrites: &BTreeMap<i32, String>) -> String {
    let mut text = text.to_owned();
    for (port, service) in rewrites {
        let host = r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])";
        let regex = Regex::new(&format!(r"(^|[^A-Za-z0-9.\-_]){host}([: ]){port}\b"));
        if let Ok(regex) = regex {
            text = regex.replace_all(&text, format!("${{1}}{service}${{2}}{port}")).into_owned();
        }
    }
    text
}

/// Whether a name is one that a Service's port may have and may lead to.
///
/// Source: `k8s.io/apimachinery/pkg/util/validation/validation.go`, `IsValidPortName`.
fn is_port_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= 15
        && name.chars().all(allowed)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether a pod reads ConfigMaps or Secrets.
fn reads_config(spec: &Value) -> bool {
    let keys = ["configMap", "configMapRef", "configMapKeyRef", "secretRef"];
    match &spec.kind {
        Kind::Map(entries) => {
            entries.iter().any(|entry| keys.contains(&&*entry.key) || reads_config(&entry.value))
        }
        Kind::List(items) => items.iter().any(reads_config),
        _ => false,
    }
}

/// Whether a text of a value holds a mark.
fn holds(value: &Value, mark: &str) -> bool {
    match &value.kind {
        Kind::Map(entries) => entries.iter().any(|entry| holds(&entry.value, mark)),
        Kind::List(items) => items.iter().any(|item| holds(item, mark)),
        Kind::String(text) => text.contains(mark),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::rewrite;
    use std::collections::BTreeMap;

    #[test]
    fn localhost_becomes_a_service_for_the_ports_that_left() {
        let rewrites = BTreeMap::from([(80, "web".to_owned()), (6379, "cache".to_owned())]);
        let table = [
            ("redis://localhost:6379/0", "redis://cache:6379/0"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:80,http://localhost:8000", "http://web:80,http://localhost:8000"),
            ("notlocalhost:80", "notlocalhost:80"),
            ("wait 127.0.0.1 6379 $1", "wait cache 6379 $1"),
        ];
        for (text, expected) in table {
            assert_eq!(rewrite(text, &rewrites), expected);
        }
    }
}

//! A route that no listener of its Gateway takes.

use super::near::near;
use super::open::is_open;
use super::{Findings, Rule};
use crate::catalog::{FieldPath, Selection};
use crate::document::Value;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::{NodeIndex, Selector, State, labels};

pub(super) static RULE: Rule = Rule {
    code: "route-not-accepted",
    level: Level::Warning,
    meaning: "A route of the Gateway API names a Gateway of these manifests, and no listener of it takes the route: none of that name or \
              port, none for its namespace, its kind, or its hosts. No request reaches it that way.",
    check,
};

const GROUP: &str = "gateway.networking.k8s.io";

/// Source: `sigs.k8s.io/gateway-api`, `apis/v1/shared_types.go`, `ParentReference`; `apis/v1/gateway_types.go`,
/// `AllowedRoutes`; `apis/v1/httproute_types.go`, `Hostnames`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let kind = &*scene.object.identity.kind;
    let is_route = matches!(kind, "GRPCRoute" | "HTTPRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute");
    if &*scene.object.identity.group != GROUP || !is_route {
        return;
    }
    let list = FieldPath::of("spec.parentRefs");
    for (index, parent) in
        list.find(&scene.object.value).map(Value::items).unwrap_or_default().iter().enumerate()
    {
        let Some((gateway, name)) = gateway(scene, parent) else { continue };
        let Some(object) = scene.topology.nodes[gateway].object.as_deref() else { continue };
        let listeners = object.value.at("spec.listeners").map(Value::items).unwrap_or_default();
        let Some(refusal) = refusal(scene, parent, &object.identity.namespace, listeners) else { continue };
        let title = format!("{} {}", object.identity.kind, quoted(&name));
        let field = refusal.field.unwrap_or_else(|| list.item(index, parent));
        findings
            .add(format!("No request reaches it through {title}: {}.", refusal.why), refusal.help, field)
            .because(gateway, FieldPath::of("spec.listeners"));
    }
}

/// The Gateway, or the set of listeners, that a parent names, if it is in the input.
fn gateway(scene: &Scene, parent: &Value) -> Option<(NodeIndex, String)> {
    let text = |key: &str| parent.get(key).and_then(Value::as_str);
    let kind = text("kind").unwrap_or("Gateway");
    if text("group").unwrap_or(GROUP) != GROUP || !matches!(kind, "Gateway" | "ListenerSet") {
        return None;
    }
    let name = text("name")?;
    let mut identity = scene.object.identity.sibling(GROUP, kind, name);
    if let Some(namespace) = text("namespace") {
        identity.namespace = namespace.into();
    }
    let index = scene.topology.find(&identity)?;
    (scene.topology.nodes[index].state == State::Present).then(|| (index, name.to_owned()))
}

/// Why no listener takes a route, and what to do.
struct Refusal {
    why: String,
    help: String,
    field: Option<FieldPath>,
}

fn refusal(scene: &Scene, parent: &Value, namespace: &str, listeners: &[Value]) -> Option<Refusal> {
    if listeners.is_empty() {
        return None;
    }
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::scalar_text);
    let some = |why: String, help: &str| Some(Refusal { why, help: help.to_owned(), field: None });
    let mut left: Vec<&Value> = listeners.iter().collect();
    if let Some(section) = text(parent, "sectionName") {
        left.retain(|listener| text(listener, "name").as_deref() == Some(section.as_str()));
        if left.is_empty() {
            let names: Vec<String> = listeners.iter().filter_map(|listener| text(listener, "name")).collect();
            let shown: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            let help = match near(&section, names.iter().map(String::as_str)) {
                Some(meant) => format!("Correct `sectionName` to {}.", quoted(meant)),
                None => {
                    format!("Name one of its listeners in `sectionName`: {}.", english::list_up_to(4, &shown))
                }
            };
            let why = format!("it has no listener called {}", quoted(&section));
            return Some(Refusal { why, help, field: None });
        }
    }
    if let Some(port) = parent.get("port").and_then(Value::as_i64) {
        left.retain(|listener| listener.get("port").and_then(Value::as_i64) == Some(port));
        if left.is_empty() {
            return some(
                format!("no listener that it names is on port {port}"),
                "Name the port of a listener, or none.",
            );
        }
    }
    let kind = &*scene.object.identity.kind;
    left.retain(|listener| takes_kind(listener, kind));
    if left.is_empty() {
        return some(
            format!("its listeners take no {kind}"),
            "Add a listener with a protocol for it, or list the kind under `allowedRoutes.kinds`.",
        );
    }
    left.retain(|listener| takes_namespace(scene, listener, namespace));
    if left.is_empty() {
        let own = quoted(&scene.object.identity.namespace);
        return some(
            format!("its listeners take no route from namespace {own}"),
            "Let the namespace in with `allowedRoutes.namespaces` of the listener: only its own is, where nothing is said.",
        );
    }
    let hosts = scene.at("spec.hostnames").map(Value::items).unwrap_or_default();
    let hosts: Vec<String> = hosts.iter().filter_map(Value::scalar_text).collect();
    let is_any = hosts.is_empty() || hosts.iter().any(|host| is_open(host));
    if is_any || matches!(kind, "TCPRoute" | "UDPRoute") {
        return None;
    }
    let own: Vec<String> =
        left.iter().map(|listener| text(listener, "hostname").unwrap_or_default()).collect();
    let meets =
        |own: &String| own.is_empty() || is_open(own) || hosts.iter().any(|host| intersect(own, host));
    if own.iter().any(meets) {
        return None;
    }
    let quote = |names: &[String]| english::list_up_to(3, names.iter().map(|name| quoted(name)));
    Some(Refusal {
        why: format!("its listeners are for {}, and the route is for {}", quote(&own), quote(&hosts)),
        help: "Correct the host, or add a listener for it.".to_owned(),
        field: Some(FieldPath::of("spec.hostnames")),
    })
}

/// Whether a listener takes routes of a kind: of those that it lists, or else of those that its protocol carries.
fn takes_kind(listener: &Value, kind: &str) -> bool {
    let kinds = listener.at("allowedRoutes.kinds").map(Value::items).unwrap_or_default();
    if !kinds.is_empty() {
        return kinds.iter().any(|one| one.get("kind").and_then(Value::as_str) == Some(kind));
    }
    match listener.get("protocol").and_then(Value::as_str) {
        Some("HTTP" | "HTTPS") => matches!(kind, "GRPCRoute" | "HTTPRoute"),
        Some("TLS") => matches!(kind, "TCPRoute" | "TLSRoute"),
        Some("TCP") => kind == "TCPRoute",
        Some("UDP") => kind == "UDPRoute",
        // Controllers have protocols of their own.
        _ => true,
    }
}

/// Whether a listener takes routes of the namespace that the route is in. The labels of a namespace that is not in the
/// input are not known.
fn takes_namespace(scene: &Scene, listener: &Value, own: &str) -> bool {
    let identity = &scene.object.identity;
    let from = listener.at("allowedRoutes.namespaces.from").and_then(Value::as_str);
    match from.unwrap_or("Same") {
        "Same" => &*identity.namespace == own,
        "None" => false,
        "Selector" => {
            let Some(selector) = listener.at("allowedRoutes.namespaces.selector") else { return true };
            let mut namespace = identity.sibling("", "Namespace", &identity.namespace);
            namespace.namespace = "".into();
            let found = scene
                .topology
                .find(&namespace)
                .and_then(|index| scene.topology.nodes[index].object.as_deref());
            let by_name = |key: &str| key == NAME;
            let keys_are_names = selector
                .get("matchLabels")
                .is_none_or(|labels| labels.entries().iter().all(|entry| by_name(&entry.key)))
                && selector.get("matchExpressions").is_none_or(|list| {
                    list.items().iter().all(|one| one.get("key").and_then(Value::as_str).is_some_and(by_name))
                });
            let mut known = labels(found.and_then(|object| object.value.at("metadata.labels")));
            known.insert(NAME.to_owned(), identity.namespace.to_string());
            (found.is_none() && !keys_are_names)
                || Selector::read(selector, Selection::LabelSelector).matches(&known)
        }
        _ => true,
    }
}

/// The label that Kubernetes gives each namespace.
const NAME: &str = "kubernetes.io/metadata.name";

/// Whether a request may be for both hosts, either of which may begin with `*.`.
fn intersect(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    // What stands for some labels matches a host that has more of them.
    let within = |wide: &str, host: &str| {
        wide.strip_prefix('*').is_some_and(|end| host.strip_prefix('*').unwrap_or(host).ends_with(end))
    };
    one == other || within(&one, &other) || within(&other, &one)
}

#[cfg(test)]
mod tests {
    use super::intersect;

    #[test]
    fn hosts_meet_as_the_gateway_api_says() {
        for (one, other, meet) in [
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "*.a.example.com", true),
            ("*.example.com", "*.example.com", true),
            ("a.example.com", "A.example.com", true),
            ("a.example.com", "*.example.com", true),
            ("*.example.com", "a.example.net", false),
            ("*.badexample.com", "a.example.com", false),
        ] {
            assert_eq!(intersect(one, other), meet, "{one} {other}");
        }
    }
}

//! The ports on arrows: `80 → 8080/TCP` from a Service to a pod, `/api on 80` from an Ingress to a Service.
//!
//! Source: `k8s.io/api/core/v1/types.go`, `ServicePort`: the target port is the port itself where it is absent or 0.

use super::super::{Crew, Pod};
use crate::catalog::{FieldPath, Relation};
use crate::document::{Value, is_placeholder};
use crate::model::Object;

/// One port of a Service and where it leads in one pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePort {
    /// The name, where it has one.
    pub name: Option<String>,
    /// The Service's port.
    pub port: i64,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The pod's port, or the name that no container has.
    pub target: Result<i64, String>,
}

/// The ports of a Service as they lead into `pod`.
pub fn service_ports(service: &Value, pod: &Pod) -> Vec<ServicePort> {
    let ports = service.at("spec.ports").map(Value::items).unwrap_or_default();
    let ports = ports.iter().filter_map(|entry| {
        let port = entry.get("port")?.as_i64()?;
        let protocol = entry.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
        let target = match entry.get("targetPort") {
            None => Ok(port),
            Some(target) => match (target.as_i64(), target.as_str()) {
                (Some(0), _) | (None, None | Some("")) => Ok(port),
                (Some(number), _) => Ok(number),
                (None, Some(name)) => {
                    pod.resolve_port(name, &protocol).map(i64::from).ok_or_else(|| name.to_owned())
                }
            },
        };
        Some(ServicePort { name: entry.get("name").and_then(Value::scalar_text), port, protocol, target })
    });
    ports.collect()
}

/// Whether nobody knows which port of a pod a name means: a tool replaces the name, or the number of the port.
pub fn is_open(name: &str, pod: &Pod) -> bool {
    is_placeholder(name) || pod.unread_ports.iter().any(|unread| unread == name || is_placeholder(unread))
}

/// The ports on the arrow from an object to a pod, if the object is a Service.
pub fn service_label(by: &Object, pod: &Pod) -> Option<String> {
    if &*by.identity.kind != "Service" || !by.identity.group.is_empty() {
        return None;
    }
    ports_label(service_ports(&by.value, pod), |name| is_open(name, pod))
}

/// The ports of a Service as they lead into pods that an operator makes. A name that is not documented leaves its port
/// out: what else the operator opens, nobody knows.
pub fn crew_ports(service: &Value, crew: &[Crew]) -> Vec<ServicePort> {
    let number = |name: &str| crew.iter().find_map(|crew| crew.ports.get(name)).copied().map(i64::from);
    let ports = service.at("spec.ports").map(Value::items).unwrap_or_default();
    let ports = ports.iter().filter_map(|entry| {
        let port = entry.get("port")?.as_i64()?;
        let protocol = entry.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
        let target = match entry.get("targetPort") {
            None => port,
            Some(target) => match (target.as_i64(), target.as_str()) {
                (Some(0), _) | (None, None | Some("")) => port,
                (Some(number), _) => number,
                (None, Some(name)) => number(name)?,
            },
        };
        Some(ServicePort {
            name: entry.get("name").and_then(Value::scalar_text),
            port,
            protocol,
            target: Ok(target),
        })
    });
    ports.collect()
}

/// The ports on the arrow from an object to the pods that an operator makes, if the object is a Service.
pub fn crew_label(by: &Object, crew: &[Crew]) -> Option<String> {
    if crew.is_empty() || !by.identity.is("", "Service") {
        return None;
    }
    ports_label(crew_ports(&by.value, crew), is_placeholder)
}

/// `80 → 8080/TCP` for each port; of a name that is open, nobody knows which port it means.
fn ports_label(ports: Vec<ServicePort>, is_open: impl Fn(&str) -> bool) -> Option<String> {
    let ports = ports.into_iter().map(|port| match port.target {
        Ok(target) => format!("{} → {target}/{}", port.port, port.protocol),
        Err(name) if is_open(&name) => format!("{} → {name}/{}", port.port, port.protocol),
        Err(name) => format!("{} → {name}/{}, which no container has", port.port, port.protocol),
    });
    Some(ports.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

/// The port of a Service that an Ingress or a route names, by its number or its name; `field` is the backend's.
pub fn route_port(by: &Object, field: &FieldPath) -> Option<String> {
    let way = field.values(&by.value);
    let port = way.iter().rev().find_map(|value| value.get("servicePort").or(value.get("port")))?;
    port.scalar_text().or_else(|| port.entries().first()?.value.scalar_text())
}

/// The host, path and port on the arrow from an Ingress or a route to what stands behind it; `field` is the backend's.
pub fn route_label(by: &Object, field: &FieldPath, relation: Relation) -> Option<String> {
    match &*by.identity.kind {
        "Ingress" => ingress_label(by, field),
        _ if field.values(&by.value).iter().any(|value| value.get("backendRefs").is_some()) => {
            gateway_label(by, field)
        }
        _ if relation == Relation::RoutesTo => rule_label(by, field),
        _ => None,
    }
}

/// What a rule of another kind of route asks of the path, and the port of the backend.
fn rule_label(by: &Object, field: &FieldPath) -> Option<String> {
    let way = field.values(&by.value);
    let asked = way.iter().rev().find_map(|value| value.get("match").or(value.get("conditions")));
    let mut paths: Vec<String> = Vec::new();
    match asked {
        Some(rule) if rule.is_list() => {
            let keys = ["uri.exact", "uri.prefix", "uri.regex", "exact", "prefix", "regex"];
            let each =
                rule.items().iter().flat_map(|one| keys.iter().filter_map(|key| one.at(key)?.scalar_text()));
            paths.extend(each);
        }
        Some(rule) => paths.extend(rule.as_str().into_iter().flat_map(matched_paths)),
        None => {}
    }
    let port = route_port(by, field).map(|port| format!("port {port}"));
    Some(paths.into_iter().chain(port).collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

/// The paths that a rule of Traefik names: "/api" of ``Host(`shop.example`) && PathPrefix(`/api`)``.
fn matched_paths(rule: &str) -> Vec<String> {
    let calls = rule.split(')').filter_map(|part| part.rsplit_once('('));
    let paths = calls.filter(|(before, _)| {
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
        matches!(name, Some("Path" | "PathPrefix"))
    });
    let quotes = ['`', '"', '\''];
    paths
        .flat_map(|(_, inside)| {
            inside.split(',').map(move |path| path.trim().trim_matches(quotes).to_owned())
        })
        .collect()
}

/// The paths that a rule of a Gateway API route matches, and the port of the backend.
fn gateway_label(by: &Object, field: &FieldPath) -> Option<String> {
    let way = field.values(&by.value);
    let rule = way.iter().rev().find(|value| value.get("backendRefs").is_some())?;
    let matches = rule.get("matches").map(Value::items).unwrap_or_default();
    let paths = matches.iter().filter_map(|one| one.at("path.value")?.scalar_text());
    let port = way.last()?.get("port").and_then(Value::scalar_text).map(|port| format!("port {port}"));
    Some(paths.chain(port).collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

fn ingress_label(by: &Object, field: &FieldPath) -> Option<String> {
    let way = field.values(&by.value);
    let last = |key: &str| way.iter().rev().find_map(|value| value.get(key).filter(|value| !value.is_map()));
    let port = route_port(by, field);
    let text = |key| last(key).and_then(Value::scalar_text).unwrap_or_default();
    let place = format!("{}{}", text("host"), text("path"));
    let words = [Some(place).filter(|place| !place.is_empty()), port.map(|port| format!("port {port}"))];
    Some(words.into_iter().flatten().collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

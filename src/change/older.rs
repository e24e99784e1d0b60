//! Objects of older versions of an API, written as the version that took their place: a move is no change of what they say.

use crate::document::{Entry, Identity, Kind, Value};

/// Gives an object the shape of its present version.
///
/// Source: `k8s.io/kubernetes/pkg/apis/networking/v1beta1/conversion.go` and `pkg/apis/autoscaling/v1/conversion.go`,
/// `pkg/apis/autoscaling/v2beta1/conversion.go` (the last before they went).
pub fn renew(value: &mut Value, identity: &Identity) {
    if identity.is("networking.k8s.io", "Ingress") {
        ingress(value);
    }
    if identity.is("autoscaling", "HorizontalPodAutoscaler") {
        autoscaler(value);
    }
}

/// `backend.serviceName` and `servicePort` are `backend.service` now, and `spec.backend` is `spec.defaultBackend`.
fn ingress(value: &mut Value) {
    let Some(spec) = child(value, "spec") else { return };
    rename(spec, "backend", "defaultBackend");
    if let Some(backend) = child(spec, "defaultBackend") {
        renew_backend(backend);
    }
    let Some(Value { kind: Kind::List(rules), .. }) = child(spec, "rules") else { return };
    let paths = rules.iter_mut().filter_map(|rule| child(child(rule, "http")?, "paths"));
    for paths in paths {
        let Kind::List(paths) = &mut paths.kind else { continue };
        paths.iter_mut().filter_map(|path| child(path, "backend")).for_each(renew_backend);
    }
}

fn renew_backend(backend: &mut Value) {
    let (Some(name), port) = (take(backend, "serviceName"), take(backend, "servicePort")) else { return };
    let line = name.line;
    let mut service = vec![entry("name", name)];
    if let Some(port) = port {
        let key = if matches!(port.kind, Kind::Number(_)) { "number" } else { "name" };
        let inner = map(port.line, vec![entry(key, port)]);
        service.push(entry("port", inner));
    }
    push(backend, entry("service", map(line, service)));
}

/// The target of version 1 is a metric now, and so are the targets of the first betas.
fn autoscaler(value: &mut Value) {
    let Some(spec) = child(value, "spec") else { return };
    if let Some(target) = take(spec, "targetCPUUtilizationPercentage") {
        let line = target.line;
        let resource =
            map(line, vec![entry("name", text("cpu", line)), entry("target", utilization(target))]);
        let metric = map(line, vec![entry("type", text("Resource", line)), entry("resource", resource)]);
        push(spec, entry("metrics", Value { kind: Kind::List(vec![metric]), ..text("", line) }));
    }
    let Some(Value { kind: Kind::List(metrics), .. }) = child(spec, "metrics") else { return };
    for resource in metrics.iter_mut().filter_map(|metric| child(metric, "resource")) {
        if let Some(target) = take(resource, "targetAverageUtilization") {
            push(resource, entry("target", utilization(target)));
        }
        if let Some(amount) = take(resource, "targetAverageValue") {
            let line = amount.line;
            let target = vec![entry("type", text("AverageValue", line)), entry("averageValue", amount)];
            push(resource, entry("target", map(line, target)));
        }
    }
}

fn utilization(target: Value) -> Value {
    let line = target.line;
    map(line, vec![entry("type", text("Utilization", line)), entry("averageUtilization", target)])
}

fn child<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    let Kind::Map(entries) = &mut value.kind else { return None };
    entries.iter_mut().find(|entry| *entry.key == *key).map(|entry| &mut entry.value)
}

fn take(value: &mut Value, key: &str) -> Option<Value> {
    let Kind::Map(entries) = &mut value.kind else { return None };
    let at = entries.iter().position(|entry| *entry.key == *key)?;
    Some(entries.remove(at).value)
}

fn push(value: &mut Value, entry: Entry) {
    if let Kind::Map(entries) = &mut value.kind {
        entries.push(entry);
    }
}

fn rename(value: &mut Value, from: &str, to: &str) {
    if let Some(inner) = take(value, from) {
        push(value, entry(to, inner));
    }
}

fn entry(key: &str, value: Value) -> Entry {
    Entry { key: key.into(), line: value.line, column: value.column, value }
}

fn map(line: u32, entries: Vec<Entry>) -> Value {
    Value { kind: Kind::Map(entries), ..text("", line) }
}

fn text(text: &str, line: u32) -> Value {
    Value { line, column: 1, written: None, kind: Kind::String(text.into()) }
}

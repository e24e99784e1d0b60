//! Who talks to whom inside a pod: an address on localhost in a container's environment, command or arguments, and
//! the other container that declares the port.

use crate::catalog::FieldPath;
use crate::topology::{Container, ContainerKind, Pod};
use regex::Regex;
use std::sync::LazyLock;

/// One container that names a port of another on localhost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localhost {
    /// The index of the container that names it.
    pub from: usize,
    /// The index of the container that declares the port.
    pub to: usize,
    /// The port.
    pub port: i32,
    /// The field that names it.
    pub field: FieldPath,
}

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^A-Za-z0-9.\-_])(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]):([0-9]{1,5})\b").ok()
});

/// Every call within the pod that its manifest shows, each pair and port once.
pub(super) fn calls(pod: &Pod) -> Vec<Localhost> {
    // With the node's network, localhost is the node's.
    if pod.spec.host_network == Some(true) {
        return Vec::new();
    }
    let mut calls: Vec<Localhost> = Vec::new();
    for (from, container) in pod.containers.iter().enumerate() {
        let addresses = texts(container).into_iter().flat_map(|(field, text)| {
            ports(&text).into_iter().map(move |port| (field.clone(), port)).collect::<Vec<_>>()
        });
        for (field, port) in addresses.chain(pairs(container)) {
            let Some(to) = listener(pod, from, port) else { continue };
            if !calls.iter().any(|call| (call.from, call.to, call.port) == (from, to, port)) {
                calls.push(Localhost { from, to, port, field });
            }
        }
    }
    calls
}

/// The ports on localhost that a text names.
fn ports(text: &str) -> Vec<i32> {
    let Some(address) = &*ADDRESS else { return Vec::new() };
    let found = address.captures_iter(text).filter_map(|captures| captures.get(1)?.as_str().parse().ok());
    found.collect()
}

/// What a container says in its environment, command and arguments, with the field of each.
fn texts(container: &Container) -> Vec<(FieldPath, String)> {
    let list = |key: &str, values: &Option<Vec<String>>| {
        let path = container.path.key(key);
        values.iter().flatten().map(|text| (path.clone(), text.clone())).collect::<Vec<_>>()
    };
    let path = container.path.key("env");
    let env = container.spec.env.iter().flatten().enumerate().filter_map(|(index, variable)| {
        let value = variable.value.clone()?;
        Some((path.named_item(index, &variable.name).key("value"), value))
    });
    env.chain(list("command", &container.spec.command)).chain(list("args", &container.spec.args)).collect()
}

/// Ports whose host stands in a variable beside them: `DB_HOST` is `localhost`, `DB_PORT` is `5432`.
fn pairs(container: &Container) -> Vec<(FieldPath, i32)> {
    let variables = || container.spec.env.iter().flatten().enumerate();
    let value_of = |name: &str| variables().find(|(_, other)| other.name == name)?.1.value.as_deref();
    let pairs = variables().filter_map(|(index, variable)| {
        let prefix = variable.name.strip_suffix("PORT")?;
        let host = value_of(&format!("{prefix}HOST"))?;
        let local = matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]");
        let port = variable.value.as_deref()?.parse().ok().filter(|_| local)?;
        Some((container.path.key("env").named_item(index, &variable.name).key("value"), port))
    });
    pairs.collect()
}

/// The other container that declares the port and runs at the same time.
fn listener(pod: &Pod, from: usize, port: i32) -> Option<usize> {
    let declares = |container: &Container| {
        container.spec.ports.iter().flatten().any(|declared| declared.container_port == port)
    };
    let may_run = |index: usize, container: &Container| match pod.containers[from].kind {
        // While an init container runs, only the sidecars before it do.
        ContainerKind::Init => container.kind == ContainerKind::Sidecar && index < from,
        _ => matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar),
    };
    if declares(&pod.containers[from]) {
        return None;
    }
    let mut others = pod.containers.iter().enumerate().filter(|(index, _)| *index != from);
    others
        .find(|(index, container)| may_run(*index, container) && declares(container))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn addresses_on_localhost_are_found() {
        assert_eq!(ports("http://localhost:8000/api"), [8000]);
        assert_eq!(ports("--upstream=127.0.0.1:80,[::1]:81"), [80, 81]);
        assert_eq!(ports("localhost"), [] as [i32; 0]);
        assert_eq!(ports("mylocalhost:80 not-localhost:81 0.0.0.0:82"), [] as [i32; 0]);
    }
}

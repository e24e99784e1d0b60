//! Calls that no manifest shows and the settings declare.

use super::super::address::host_of;
use super::super::build::{Cast, Draft, DraftCall, HOST, Member, Reference, target};
use super::super::{ContainerKind, Pod};
use super::service_name::Target;
use crate::catalog::settings::DeclaredCall;
use crate::catalog::{FieldPath, Relation};
use crate::document::Identity;

/// The key of the settings that holds them.
pub fn field() -> FieldPath {
    FieldPath::of("calls")
}

/// Adds the calls that the settings declare, of every workload that they name.
pub(in super::super) fn apply(members: &[Member], cast: &Cast, draft: &mut Draft) {
    let declared = &cast.catalog.settings.calls;
    if declared.is_empty() {
        return;
    }
    for member in members {
        let Some(pod) = member.pod.as_deref() else { continue };
        let own = &member.object.identity;
        let title = own.title();
        for call in declared.iter().filter(|call| call.from.is_like(&title)) {
            let to = meant(call, own, cast);
            let ports = cast.names.ports(&to);
            let port = call.port.or(if let [only] = ports { Some(*only) } else { None });
            let label = port.map(|port| format!("port {port}"));
            draft.add(Reference {
                label,
                ..Reference::new(&member.object, to.clone(), Relation::Calls, field())
            });
            draft.calls.push(DraftCall {
                from: own.clone(),
                container: main_container(pod),
                host: to.name.to_string(),
                port,
                names_port: call.port.is_some(),
                port_exists: ports.is_empty() || port.is_none_or(|port| ports.contains(&port)),
                to,
                via: "podviz.yaml calls".to_owned(),
                written: vec![format!("calls: {}", call.to)],
                field: field(),
                line: None,
                declared_by: own.clone(),
                alias: None,
                is_declared: true,
                confidence: 100,
            });
        }
    }
}

/// Whom a declared call leads to: a Service as podviz writes it, or what a host means to the pod.
fn meant(call: &DeclaredCall, own: &Identity, cast: &Cast) -> Identity {
    if let Some(name) = call.to.strip_prefix("Service ") {
        let (namespace, name) =
            name.split_once('/').map_or((None, name), |(space, name)| (Some(space), name));
        return target(own, "", "Service", namespace, name, cast.catalog);
    }
    let host = host_of(&call.to).map_or_else(|| call.to.clone(), |address| address.host);
    match cast.names.meant_by(own, &host) {
        Target::Service(service, _) | Target::Missing(service, true) => service,
        _ => target(own, "", HOST, None, &host.to_ascii_lowercase(), cast.catalog),
    }
}

fn main_container(pod: &Pod) -> usize {
    let is_app = |kind: ContainerKind| kind == ContainerKind::App;
    pod.containers.iter().position(|container| is_app(container.kind)).unwrap_or_default()
}

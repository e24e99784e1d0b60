//! Where an object writes the number or the name of a port: what the rules about ports share.

use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::scene::Scene;
use crate::topology::ContainerKind;

/// A port as it is written.
pub(super) struct WrittenPort<'a> {
    /// Number or text.
    pub value: &'a Value,
    /// Where it stands.
    pub field: FieldPath,
    /// The container that it belongs to.
    pub container: Option<usize>,
    /// Whether a text is a name of a port; else only a number is taken.
    pub may_be_name: bool,
    /// Whether 0 stands for none.
    pub may_be_zero: bool,
}

/// Every port of an object whose kind the API server checks: of Services, Ingresses, NetworkPolicies and pods.
pub(super) fn written<'a>(scene: &Scene<'a>) -> Vec<WrittenPort<'a>> {
    let mut ports = Vec::new();
    let mut each = |list: &FieldPath, keys: &[(&str, bool, bool)]| {
        let items = list.find(&scene.object.value).map(Value::items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            for (key, may_be_name, may_be_zero) in keys {
                let (may_be_name, may_be_zero) = (*may_be_name, *may_be_zero);
                let Some(value) = item.at(key) else { continue };
                let field = list.item(index, item).then(&FieldPath::of(key));
                ports.push(WrittenPort { value, field, container: None, may_be_name, may_be_zero });
            }
        }
    };
    match (&*scene.object.identity.group, &*scene.object.identity.kind) {
        ("", "Service") => each(
            &FieldPath::of("spec.ports"),
            &[("port", false, false), ("targetPort", true, true), ("nodePort", false, true)],
        ),
        ("networking.k8s.io", "Ingress") => {
            let rules = FieldPath::of("spec.rules");
            let items = rules.find(&scene.object.value).map(Value::items).unwrap_or_default();
            for (index, rule) in items.iter().enumerate() {
                let paths = rules.item(index, rule).key("http").key("paths");
                each(
                    &paths,
                    &[
                        ("backend.service.port.number", false, false),
                        ("backend.service.port.name", true, false),
                    ],
                );
            }
        }
        ("networking.k8s.io", "NetworkPolicy") => {
            for direction in ["ingress", "egress"] {
                let rules = FieldPath::of("spec").key(direction);
                let items = rules.find(&scene.object.value).map(Value::items).unwrap_or_default();
                for (index, rule) in items.iter().enumerate() {
                    each(
                        &rules.item(index, rule).key("ports"),
                        &[("port", true, false), ("endPort", false, false)],
                    );
                }
            }
        }
        _ => {}
    }
    ports.extend(of_containers(scene));
    ports
}

fn of_containers<'a>(scene: &Scene<'a>) -> Vec<WrittenPort<'a>> {
    let mut ports = Vec::new();
    let pod = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked());
    for (position, container) in pod.into_iter().flat_map(|pod| pod.containers.iter().enumerate()) {
        let container_value = container.path.find(&scene.object.value);
        let Some(value) = container_value.filter(|_| container.kind != ContainerKind::Ephemeral) else {
            continue;
        };
        let mut add = |place: &Value, key: &str, field: &FieldPath, may_be_name, may_be_zero| {
            // The place is a part of the object, found anew so that it lives as long.
            let field = field.then(&FieldPath::of(key));
            if place.at(key).is_some()
                && let Some(value) = field.find(&scene.object.value)
            {
                ports.push(WrittenPort { value, field, container: Some(position), may_be_name, may_be_zero });
            }
        };
        let list = container.path.key("ports");
        for (index, port) in value.get("ports").map(Value::items).unwrap_or_default().iter().enumerate() {
            let field = list.item(index, port);
            add(port, "containerPort", &field, false, false);
            add(port, "hostPort", &field, false, true);
        }
        let probes = ["startupProbe", "readinessProbe", "livenessProbe"];
        for probe in probes {
            for way in ["httpGet.port", "tcpSocket.port"] {
                add(value, &format!("{probe}.{way}"), &container.path, true, false);
            }
            add(value, &format!("{probe}.grpc.port"), &container.path, false, false);
        }
        for hook in ["lifecycle.postStart", "lifecycle.preStop"] {
            for way in ["httpGet.port", "tcpSocket.port"] {
                add(value, &format!("{hook}.{way}"), &container.path, true, false);
            }
        }
    }
    ports
}

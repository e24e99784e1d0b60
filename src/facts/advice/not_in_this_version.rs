//! A field, or an API, that the version of Kubernetes in question does not have.

use super::{Findings, Rule};
use crate::catalog::{FieldPath, Idle, Minor};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "not-in-this-version",
    level: Level::Warning,
    meaning: "The version of Kubernetes (`--kubernetes`, else the newest that podviz knows) does not serve the API that the manifest \
              uses, or does not know a field of it, or has it behind a feature gate that is off by default.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let minor = scene.catalog.kubernetes;
    not_served(scene, minor, findings);
    let (identity, value) = (&scene.object.identity, &scene.object.value);
    let mut idle: Vec<(FieldPath, Idle, Option<usize>)> = Vec::new();
    idle.extend(minor.idle_in_object(identity, value).into_iter().map(|(path, why)| (path, why, None)));
    if let Some(pod) = scene.node().pod.as_deref() {
        // Of pods that are described in a form of their own, keys of these names may mean something else.
        let is_spec = pod.path.last_key() == Some("spec");
        let spec = pod.path.find(value).into_iter().filter(|_| is_spec);
        let of_pod = spec.flat_map(|spec| minor.idle_in_pod(spec, &pod.path));
        idle.extend(of_pod.map(|(path, why)| (path, why, None)));
        for (index, container) in pod.containers.iter().enumerate() {
            let own = container.path.find(value).into_iter();
            let found = own.flat_map(|own| minor.idle_in_container(own, &container.path));
            idle.extend(found.map(|(path, why)| (path, why, Some(index))));
        }
    }
    for (path, why, container) in idle {
        let (reason, help) = words(&path, &why, minor);
        let finding = findings.add(reason, help, path);
        if let Some(container) = container {
            finding.of_container(container);
        }
    }
}

/// An API that this version does not serve yet, or no longer and without a successor that the manifest could have meant.
fn not_served(scene: &Scene, minor: Minor, findings: &mut Findings) {
    let identity = &scene.object.identity;
    let Some(version) = scene.text("apiVersion") else { return };
    if minor.serves(version, &identity.kind) != Some(false) {
        return;
    }
    let help = match &minor.apis(identity)[..] {
        [] if !minor.comes_later(identity) => {
            format!("Use the current version of group {}, and compare the fields.", quoted(&identity.group))
        }
        [] => format!("Apply it to a version of Kubernetes that serves {}.", quoted(version)),
        [one, ..] => format!("Use {}, and compare the fields.", quoted(one)),
    };
    let reason =
        format!("Kubernetes {minor} refuses it: it does not serve {} {}.", identity.kind, quoted(version));
    findings.add(reason, help, FieldPath::of("apiVersion"));
}

/// Source: kubernetes.io, "Kubernetes API Concepts", "Field validation" (kubectl asks for strict validation);
/// `k8s.io/kubernetes/pkg/api/pod/util.go`, `dropDisabledFields`.
fn words(path: &FieldPath, why: &Idle, minor: Minor) -> (String, String) {
    let field = quoted(path.last_key().unwrap_or_default());
    match why {
        Idle::Unknown { since } => {
            let since = since.map(|since| format!(" (there is one since {since})")).unwrap_or_default();
            let reason = format!(
                "Kubernetes {minor} has no field {field} here{since}: `kubectl apply` refuses the manifest, and from other clients \
                 the API server drops the field."
            );
            (reason, "Leave it out, or apply the manifest to a version that has it.".to_owned())
        }
        Idle::Off { gate, on, refuses } => {
            let reason = format!(
                "In Kubernetes {minor} the API server {} {field}: feature gate {} is off by default before {on}.",
                if *refuses { "refuses the object because of" } else { "drops" },
                quoted(gate)
            );
            (reason, "Leave it out, or see to it that the cluster has the gate on.".to_owned())
        }
    }
}

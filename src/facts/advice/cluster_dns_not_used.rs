//! Pods that call Services by name and ask the DNS of their node, which does not know them.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{Call, State};

pub(super) static RULE: Rule = Rule {
    code: "cluster-dns-not-used",
    level: Level::Warning,
    meaning: "A pod calls a Service by its name but uses the DNS of its node, because of `hostNetwork` or of `dnsPolicy: Default`. That \
              DNS does not know Services.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/kubelet/network/dns/dns.go`, `getPodDNSType`: with the node's network, `ClusterFirst`
/// means `Default`.
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    let policy = pod.spec.dns_policy.as_deref().unwrap_or("ClusterFirst");
    let on_node = pod.spec.host_network == Some(true);
    let (why, key) = match policy {
        "ClusterFirst" if on_node => ("it uses the node's network", "hostNetwork"),
        "Default" => ("its `dnsPolicy` is `Default`", "dnsPolicy"),
        _ => return,
    };
    let names_service = |to: usize| {
        let node = &scene.topology.nodes[to];
        &*node.identity.kind == "Service" && node.state == State::Present
    };
    let calls = scene.topology.calls_of(scene.index);
    // A variable like WEB_SERVICE_HOST holds an address.
    let by_address = |call: &Call| {
        let object = scene.topology.nodes[call.declared_by].object.as_deref();
        let text = object.and_then(|object| call.field.find(&object.value)?.scalar_text());
        text.is_some_and(|text| text.contains("_SERVICE_HOST"))
    };
    let Some(call) = calls.iter().find(|call| names_service(call.to) && !by_address(call)) else {
        return;
    };
    let finding = findings.add(
        format!(
            "{} does not find {}: because {why}, it asks the DNS of its node, which does not know Services.",
            quoted(&pod.containers[call.container].key),
            quoted(&call.host)
        ),
        if on_node { "Set `dnsPolicy: ClusterFirstWithHostNet`." } else { "Remove `dnsPolicy`." },
        pod.path.key(key),
    );
    finding.because(call.declared_by, call.field.clone());
}

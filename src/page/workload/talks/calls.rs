//! Whom a workload calls, a sentence a target, each with what the manifests say: "From `CART_ADDR=cart:7070`, `web`
//! calls Service `cart`."

use crate::model::Value;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::network::of_call;
use crate::page::prose::{code, concat, joined, listed, marked, plain, text};
use crate::topology::{Call, HOST, NodeIndex, Pod, State};
use std::collections::BTreeMap;

/// How many pieces of evidence are named for one call.
const MOST_EVIDENCE: usize = 3;

/// How many calls are said one by one.
const MOST_CALLS: usize = 40;

/// The calls of a workload, or of one of its containers alone: to Services, then to what is missing, then outside.
pub fn items(know: &Knowledge, index: NodeIndex, container: Option<usize>) -> Vec<Prose> {
    let is_own = |call: &&Call| container.is_none_or(|container| call.container == container);
    let mut targets: BTreeMap<(u8, NodeIndex, Option<u16>), Vec<&Call>> = BTreeMap::new();
    for call in know.topology.calls_of(index).iter().filter(is_own) {
        let node = know.node(call.to);
        let rank = match node.state {
            State::Missing => 1,
            _ if &*node.identity.kind == HOST => 2,
            _ => 0,
        };
        targets.entry((rank, call.to, call.port)).or_default().push(call);
    }
    let said = targets.values().take(MOST_CALLS);
    let mut items: Vec<Prose> = said.map(|calls| sentence(know, index, calls, container.is_some())).collect();
    match targets.len().saturating_sub(MOST_CALLS) {
        0 => {}
        1 => items.push(plain("It names 1 more address; the pod's references list it.")),
        more => items.push(plain(format!("It names {more} more addresses; the pod's references list them."))),
    }
    items
}

/// That the pods may not find Services by name, where they ask the node's DNS.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/network/dns/dns.go`, `getPodDNSType`: on the node's network `ClusterFirst`
/// means `Default`.
pub fn without_cluster_dns(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Option<Prose> {
    let is_service = |call: &Call| &*know.node(call.to).identity.kind != HOST;
    if !know.topology.calls_of(index).iter().any(is_service) {
        return None;
    }
    let policy = pod.spec.dns_policy.as_deref().unwrap_or("ClusterFirst");
    let on_node = pod.spec.host_network == Some(true);
    let (field, reason) = match policy {
        "Default" => ("dnsPolicy", "`dnsPolicy` is `Default`"),
        "ClusterFirst" if on_node => {
            ("hostNetwork", "`hostNetwork` is `true` and `dnsPolicy` is not `ClusterFirstWithHostNet`")
        }
        _ => return None,
    };
    let object = know.node(index).object.as_deref()?;
    let mut prose =
        plain("Its pods ask the DNS of their node, which does not know the names of Services, because ");
    prose.extend(marked(reason));
    prose.extend([text(". "), know.source(object, &pod.path.key(field))]);
    Some(prose)
}

/// One sentence on the calls to one port of one target, and what NetworkPolicies say of them.
fn sentence(know: &Knowledge, index: NodeIndex, calls: &[&Call], alone: bool) -> Prose {
    let Some(first) = calls.first() else { return Prose::new() };
    let near = &know.node(index).identity;
    let mut evidence: Vec<Prose> = Vec::new();
    let mut containers: Vec<usize> = Vec::new();
    for call in calls {
        let prose = said(know, index, call);
        if !evidence.contains(&prose) {
            evidence.push(prose);
        }
        if !containers.contains(&call.container) {
            containers.push(call.container);
        }
    }
    let many = containers.len() > 1;
    let who = match alone {
        true => plain("it"),
        false => listed(containers.iter().map(|&one| vec![know.container(index, one)]).collect(), 3),
    };
    let node = know.node(first.to);
    let port = first.port.map(|port| format!(" on port {port}")).unwrap_or_default();
    let verb = if many { " call " } else { " calls " };
    let mut prose =
        concat(vec![plain("From "), listed(evidence, MOST_EVIDENCE), plain(", "), who, plain(verb)]);
    if &*node.identity.kind == HOST {
        prose.extend([code(&*node.identity.name), text(format!("{port}, outside of the cluster."))]);
        prose.extend(of_call(know, index, first.to, first.port));
        return prose;
    }
    prose.extend(know.mention(first.to, near));
    prose.push(text(format!("{port}.")));
    if !first.port_exists {
        prose.extend(other_ports(know, first));
    }
    prose.extend(of_call(know, index, first.to, first.port));
    prose
}

/// What is written, where: `CART_ADDR=cart:7070` with its line, and the ConfigMap that holds it.
pub fn said(know: &Knowledge, index: NodeIndex, call: &Call) -> Prose {
    let written = joined(call.written.iter().map(|text| vec![code(text)]).collect(), "and");
    let holder = match call.declared_by == index {
        true => Prose::new(),
        false => concat(vec![plain(" in "), know.mention(call.declared_by, &know.node(index).identity)]),
    };
    let object = know.node(call.declared_by).object.as_deref();
    let source = object.map(|object| vec![text(" "), know.source(object, &call.field)]).unwrap_or_default();
    concat(vec![written, holder, source])
}

/// The ports that the Service has, where the one that is called is not among them.
fn other_ports(know: &Knowledge, call: &Call) -> Prose {
    let object = know.node(call.to).object.as_deref();
    let ports = object.and_then(|object| object.value.at("spec.ports")).map(Value::items).unwrap_or_default();
    let numbers: Vec<Prose> =
        ports.iter().filter_map(|port| port.get("port")?.scalar_text()).map(plain).collect();
    let Some(called) = call.port else { return Prose::new() };
    let has = if numbers.len() == 1 { "its only port is " } else { "its ports are " };
    concat(vec![plain(format!(" The Service has no port {called}: {has}")), listed(numbers, 6), plain(".")])
}

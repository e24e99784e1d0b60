//! Whom a workload calls, a row or a sentence a target, each with what the manifests say: "From `CART_ADDR=cart:7070`, `web`
//! calls Service `cart`."

use super::Told;
use crate::catalog::Relation;
use crate::document::Value;
use crate::names::count;
use crate::page::knowledge::Knowledge;
use crate::page::network::of_call;
use crate::page::object::Tie;
use crate::page::prose::{code, concat, joined, listed, marked, plain, text};
use crate::page::{Prose, Table};
use crate::topology::{Call, HOST, NodeIndex, Pod, SecretAddress, State};
use std::collections::BTreeMap;

/// How many pieces of evidence are named for one call.
const MOST_EVIDENCE: usize = 3;

/// How many calls are said one by one; more are a table.
const MOST_SAID: usize = 4;

/// How many rows the table has.
const MOST_ROWS: usize = 40;

/// What a workload calls, by target and port: Services first, then what is missing, then what is outside.
type Targets<'a> = BTreeMap<(u8, NodeIndex, Option<u16>), Vec<&'a Call>>;

fn targets<'a>(know: &Knowledge<'a>, index: NodeIndex, container: Option<usize>) -> Targets<'a> {
    let is_own = |call: &&Call| container.is_none_or(|container| call.container == container);
    let mut targets = Targets::new();
    for call in know.topology.calls_of(index).iter().filter(is_own) {
        let node = know.node(call.to);
        let rank = match node.state {
            State::Missing => 1,
            _ if &*node.identity.kind == HOST => 2,
            _ => 0,
        };
        targets.entry((rank, call.to, call.port)).or_default().push(call);
    }
    targets
}

/// The calls of one container, a sentence each, or a table of many.
pub fn told(know: &Knowledge, index: NodeIndex, container: usize) -> Told {
    let targets = targets(know, index, Some(container));
    if targets.len() <= MOST_SAID {
        let items = targets.values().map(|calls| sentence(know, index, calls)).collect();
        return Told { items, table: None };
    }
    let rows = targets.values().take(MOST_ROWS).map(|calls| {
        let (whom, port, _, because) = cells(know, index, calls);
        vec![whom, port, because]
    });
    let head = ["Calls", "Port", "Because of"].map(str::to_owned).to_vec();
    let caption = format!("Whom {} calls", know.node(index).identity.title());
    let table = Table { caption, head, rows: rows.collect() };
    let rest = match targets.len().saturating_sub(MOST_ROWS) {
        0 => String::new(),
        more => format!(", all but {more}"),
    };
    let words = format!(
        "It calls {} addresses that these manifests name; a table below lists them{rest}.",
        targets.len()
    );
    Told { items: vec![plain(words)], table: Some(table) }
}

/// The calls of all containers by target: whom, on which port and from where, and because of what.
pub fn ties(know: &Knowledge, index: NodeIndex) -> Vec<Tie> {
    let targets = targets(know, index, None);
    let names_who = know.node(index).pod.as_ref().is_some_and(|pod| pod.containers.len() > 1);
    let tie = |calls: &Vec<&Call>| {
        let (others, port, who, because) = cells(know, index, calls);
        let mut how = plain(if names_who { "" } else { "it" });
        let several = who.len() > 1;
        how.extend(if names_who { listed(who, 3) } else { Prose::new() });
        how.push(text(if several && names_who { " call it" } else { " calls it" }));
        how.extend(if port.is_empty() { port } else { concat(vec![plain(" on port "), port]) });
        Tie { others, how, because }
    };
    let mut ties: Vec<Tie> = targets.values().take(MOST_ROWS).map(tie).collect();
    let rest = targets.len().saturating_sub(MOST_ROWS);
    ties.extend((rest > 0).then(|| Tie {
        others: plain(count(rest, "more address", "more addresses")),
        how: plain("on the pages of its containers"),
        because: Prose::new(),
    }));
    ties
}

/// Whom, on which port, which containers, and what says so.
fn cells(know: &Knowledge, index: NodeIndex, calls: &[&Call]) -> (Prose, Prose, Vec<Prose>, Prose) {
    let Some(first) = calls.first() else { return Default::default() };
    let node = know.node(first.to);
    let (who, evidence) = parties(know, index, calls);
    let mut whom = match &*node.identity.kind {
        HOST if first.alias.is_some() => {
            vec![
                code(&*node.identity.name),
                text(", as "),
                code("hostAliases"),
                text(" says of "),
                code(&first.host),
            ]
        }
        HOST => vec![code(&*node.identity.name), text(", outside of the cluster")],
        _ => know.mention(first.to, &know.node(index).identity),
    };
    let mut behind = know.topology.from(first.to).filter(|edge| edge.relation == Relation::Selects);
    if behind.next().is_some_and(|edge| edge.to == index) && behind.next().is_none() {
        whom.push(text(", which leads to its own pods"));
    }
    if !first.port_exists {
        whom.push(text("."));
        whom.extend(other_ports(know, first));
    }
    let port = first.port.map(|port| vec![code(port.to_string())]).unwrap_or_default();
    let verdict = of_call(know, index, first.to, first.port);
    (whom, port, who, concat(vec![listed(evidence, MOST_EVIDENCE), plain("."), verdict]))
}

/// That the pods may not find Services by name, where they ask the node's DNS.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/network/dns/dns.go`, `getPodDNSType`: on the node's network `ClusterFirst`
/// means `Default`.
pub fn without_cluster_dns(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Option<Prose> {
    if pod.spec.dns_policy.as_deref() == Some("None") {
        return own_name_servers(know, index, pod);
    }
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

/// Whom the pods ask for names where `dnsConfig` alone says so, and what short names mean to them.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/network/dns/dns.go`, `GetPodDNS`: with `None`, nothing is added to `dnsConfig`.
fn own_name_servers(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Option<Prose> {
    let node = know.node(index);
    let object = node.object.as_deref()?;
    let config = pod.spec.dns_config.as_ref();
    let servers = config.and_then(|config| config.nameservers.clone()).unwrap_or_default();
    let searches = config.and_then(|config| config.searches.clone()).unwrap_or_default();
    let servers: Vec<Prose> = servers.iter().map(|server| vec![code(server)]).collect();
    let of_cluster = format!("{}.svc.", node.identity.namespace);
    let mut prose = plain("For names, its pods ask only ");
    prose.extend(match servers.is_empty() {
        true => plain("what `dnsConfig` lists"),
        false => listed(servers, 4),
    });
    prose.extend([text(", because "), code("dnsPolicy"), text(" is "), code("None"), text(".")]);
    if !searches.iter().any(|search| search.starts_with(&of_cluster)) {
        prose.push(text(
            " Without a search list of its namespace, the name of a Service alone leads nowhere.",
        ));
    }
    prose.push(text(" "));
    prose.push(know.source(object, &pod.path.key("dnsPolicy")));
    Some(prose)
}

/// The addresses that its containers read from Secrets, a sentence a Secret and container: which, nobody sees.
pub fn in_secrets(know: &Knowledge, index: NodeIndex, container: Option<usize>) -> Vec<Prose> {
    let Some(object) = know.node(index).object.as_deref() else { return Vec::new() };
    let mut found: BTreeMap<(usize, NodeIndex), Vec<&SecretAddress>> = BTreeMap::new();
    let own = know.topology.secret_addresses(index);
    for one in own.filter(|one| container.is_none_or(|container| one.container == container)) {
        found.entry((one.container, one.secret)).or_default().push(one);
    }
    let item = |((by, secret), all): ((usize, NodeIndex), Vec<&SecretAddress>)| {
        let variables = all.iter().map(|one| {
            concat(vec![vec![code(&one.variable), text(" ")], vec![know.source(object, &one.field)]])
        });
        let who = if container.is_some() { plain("it") } else { vec![know.container(index, by)] };
        let what = if all.len() == 1 { "an address" } else { "addresses" };
        let node = know.node(secret);
        let is_here = |one: &&SecretAddress| {
            let parts = ["data", "stringData"];
            let object = node.object.as_deref();
            object.is_some_and(|object| {
                parts
                    .iter()
                    .any(|part| object.value.get(part).is_some_and(|part| part.get(&one.key).is_some()))
            })
        };
        let rest = match all.iter().any(is_here) {
            true => "; podviz never shows which.",
            false => "; these manifests do not say which.",
        };
        concat(vec![
            plain("From "),
            listed(variables.collect(), MOST_EVIDENCE),
            plain(", "),
            who,
            plain(format!(" reads {what} from ")),
            know.mention(secret, &know.node(index).identity),
            plain(rest),
        ])
    };
    found.into_iter().map(item).collect()
}

/// One sentence on the calls to one port of one target, and what NetworkPolicies say of them.
fn sentence(know: &Knowledge, index: NodeIndex, calls: &[&Call]) -> Prose {
    let Some(first) = calls.first() else { return Prose::new() };
    let near = &know.node(index).identity;
    let (_, evidence) = parties(know, index, calls);
    let node = know.node(first.to);
    let port = first.port.map(|port| format!(" on port {port}")).unwrap_or_default();
    let mut prose = concat(vec![plain("From "), listed(evidence, MOST_EVIDENCE), plain(", it calls ")]);
    if first.is_declared {
        prose = vec![code("podviz.yaml"), text(" says that it calls ")];
    }
    if first.alias.is_some() {
        prose.extend([code(&*node.identity.name), text(format!("{port}: "))]);
        prose.extend(of_alias(know, index, first));
        return prose;
    }
    if &*node.identity.kind == HOST {
        prose.extend([code(&*node.identity.name), text(format!("{port}, outside of the cluster."))]);
        prose.extend(of_call(know, index, first.to, first.port));
        return prose;
    }
    prose.extend(know.mention(first.to, near));
    prose.push(text(format!("{port}.")));
    let mut behind = know.topology.from(first.to).filter(|edge| edge.relation == Relation::Selects);
    if behind.next().is_some_and(|edge| edge.to == index) && behind.next().is_none() {
        prose.push(text(" That Service leads to its own pods."));
    }
    if !first.port_exists {
        prose.extend(other_ports(know, first));
    }
    prose.extend(of_call(know, index, first.to, first.port));
    prose
}

/// Where a name of a call gets its address from.
///
/// Source: kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/: `/etc/hosts` is read before the DNS is asked.
fn of_alias(know: &Knowledge, index: NodeIndex, call: &Call) -> Prose {
    let field = know.node(index).pod.as_ref().map(|pod| pod.path.key("hostAliases"));
    let source = field.and_then(|field| Some(know.source(know.node(index).object.as_deref()?, &field)));
    let mut prose = vec![code("hostAliases"), text(" gives the name "), code(&call.host)];
    prose.push(text(" this address, before the DNS is asked. "));
    prose.extend(source);
    prose
}

/// The containers that make these calls, and what says so, each text once with all its lines.
fn parties(know: &Knowledge, index: NodeIndex, calls: &[&Call]) -> (Vec<Prose>, Vec<Prose>) {
    let mut containers: Vec<usize> = Vec::new();
    let mut evidence: Vec<(Prose, Vec<Prose>)> = Vec::new();
    for call in calls {
        if !containers.contains(&call.container) {
            containers.push(call.container);
        }
        let (words, source) = (written(know, index, call), source(know, call));
        match evidence.iter_mut().find(|(other, _)| *other == words) {
            Some((_, sources)) if sources.contains(&source) => {}
            Some((_, sources)) => sources.push(source),
            None => evidence.push((words, vec![source])),
        }
    }
    let names = containers.into_iter().map(|one| vec![know.container(index, one)]).collect();
    let evidence = evidence
        .into_iter()
        .map(|(words, sources)| concat(vec![words, plain(" "), listed(sources, MOST_EVIDENCE)]));
    (names, evidence.collect())
}

/// What is written, where: `CART_ADDR=cart:7070` with its line, and the ConfigMap that holds it.
pub fn said(know: &Knowledge, index: NodeIndex, call: &Call) -> Prose {
    concat(vec![written(know, index, call), plain(" "), source(know, call)])
}

fn written(know: &Knowledge, index: NodeIndex, call: &Call) -> Prose {
    if call.is_declared {
        return vec![code("calls"), text(" in "), code("podviz.yaml")];
    }
    let written = joined(call.written.iter().map(|text| vec![code(text)]).collect(), "and");
    let holder = match call.declared_by == index {
        true => Prose::new(),
        false => concat(vec![plain(" in "), know.mention(call.declared_by, &know.node(index).identity)]),
    };
    concat(vec![written, holder])
}

fn source(know: &Knowledge, call: &Call) -> Prose {
    let object = know.node(call.declared_by).object.as_deref().filter(|_| !call.is_declared);
    let source = object.map(|object| match call.line {
        Some(line) => know.source_of_line(object, line),
        None => know.source(object, &call.field),
    });
    source.into_iter().collect()
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

//! What the pages say of NetworkPolicies, sentence by sentence.

use super::limits;
use crate::catalog::Catalog;
use crate::document::Limits;
use crate::facts::derive;
use crate::model::{Grouping, take_inventory};
use crate::page::knowledge::Knowledge;
use crate::page::places::Places;
use crate::page::prose::words;
use crate::page::{Block, Site, build};
use crate::problem::Problems;
use crate::source::load;
use crate::topology::connect;

/// A pod `web` in namespace `shop`, and the policies whose specs are given, named `p1`, `p2`…
fn manifests(pod: &str, specs: &[&str]) -> String {
    let mut yaml = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop, labels: {{app: web}}}}\n\
         spec: {{{pod}containers: [{{name: app, image: app}}]}}\n"
    );
    for (index, spec) in specs.iter().enumerate() {
        yaml.push_str(&format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p{}, namespace: shop}}\n\
             spec: {{{spec}}}\n",
            index + 1
        ));
    }
    yaml
}

/// What the page of the pod says of its limits.
fn said(pod: &str, specs: &[&str]) -> Vec<String> {
    let catalog = Catalog::embedded();
    let documents = load("app.yaml", manifests(pod, specs).as_bytes(), &Limits::default()).documents;
    let (inventory, _) = take_inventory(documents, &catalog, &Grouping::plain("default"));
    let (topology, _) = connect(&inventory, &catalog);
    let facts = derive(&topology, &catalog);
    let places = Places::of(&topology, &catalog);
    let know = Knowledge {
        topology: &topology,
        drawn: &topology,
        facts: &facts,
        catalog: &catalog,
        places: &places,
        draws: true,
    };
    let (web, ..) = topology.workloads().next().unwrap();
    limits(&know, web).iter().map(|sentence| words(sentence).trim().to_owned()).collect()
}

fn site(specs: &[&str]) -> Site {
    let catalog = Catalog::embedded();
    let documents = load("app.yaml", manifests("", specs).as_bytes(), &Limits::default()).documents;
    let (inventory, _) = take_inventory(documents, &catalog, &Grouping::plain("default"));
    let (topology, _) = connect(&inventory, &catalog);
    build("shop", &topology, &derive(&topology, &catalog), &catalog, &Problems::none())
}

/// What the page of policy `p1` says that it lets through.
fn page(specs: &[&str]) -> Vec<String> {
    let site = site(specs);
    let page = site.pages.iter().find(|page| page.title == "p1").unwrap();
    let section = page.sections.iter().find(|section| section.anchor == "talks-to").unwrap();
    let sentences = section.blocks.iter().flat_map(Block::unfolded).flat_map(|block| match block {
        Block::Paragraph(text) | Block::Alert { text, .. } => vec![words(text)],
        Block::List { items, .. } => items.iter().map(words).collect(),
        _ => Vec::new(),
    });
    sentences.map(|sentence| sentence.replace("  ", " ").trim().to_owned()).collect()
}

const NO_DNS: &str =
    "It cannot turn names into addresses: no rule lets it reach port 53, where the cluster's DNS listens.";

#[test]
fn a_pod_that_nothing_isolates_is_open() {
    let open = ["No NetworkPolicy in these manifests limits who may reach it, or whom it may reach."];
    assert_eq!(said("", &[]), open);
    assert_eq!(said("", &["podSelector: {matchLabels: {app: other}}"]), open);
}

#[test]
fn isolation_without_a_rule_lets_nothing_pass() {
    assert_eq!(
        said("", &["policyTypes: [Ingress, Egress]"]),
        [
            "Only the node it runs on may reach it: NetworkPolicy p1 isolates it, and no rule lets anyone in.",
            "It may open no connection: NetworkPolicy p1 isolates it, and no rule lets it reach anyone.",
            NO_DNS,
        ]
    );
    assert_eq!(
        said("", &["policyTypes: [Ingress]", "ingress: [{from: [{}]}]"]),
        [
            "Only the node it runs on may reach it: NetworkPolicies p1 and p2 isolate it, and no rule lets anyone in.",
            "No NetworkPolicy in these manifests limits whom it may reach.",
        ]
    );
}

#[test]
fn one_rule_says_only_and_several_add_up() {
    let open = "No NetworkPolicy in these manifests limits whom it may reach.";
    let api = "ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8080}]}]";
    assert_eq!(
        said("", &[api]),
        ["Only pods labeled app=api in this namespace may reach port 8080 (NetworkPolicy p1).", open]
    );
    assert_eq!(
        said("", &["ingress: [{ports: [{port: 80}, {port: 443}, {port: 53, protocol: UDP}]}]"]),
        ["Anyone may reach ports 80/TCP, 443/TCP, and 53/UDP, and nothing else (NetworkPolicy p1).", open]
    );
    assert_eq!(
        said("", &[api, "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]"]),
        [
            "Pods labeled app=api in this namespace may reach port 8080 (NetworkPolicy p1).",
            "Addresses in 10.0.0.0/8 except 10.1.0.0/16 may reach any port (NetworkPolicy p2).",
            "Nobody else may reach it, apart from the node it runs on.",
            open,
        ]
    );
    assert_eq!(
        said("", &[api, "ingress: [{}]"]),
        ["Anyone may reach any port of it: a rule of NetworkPolicy p2 allows everything.", open]
    );
}

#[test]
fn outgoing_connections_need_the_dns() {
    let open = "No NetworkPolicy in these manifests limits who may reach it.";
    let database = "policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}]";
    let only = "It may reach only pods labeled app=db in this namespace, on port 5432 (NetworkPolicy p1).";
    assert_eq!(said("", &[database]), [open, only, NO_DNS]);
    let dns = "policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 53, protocol: UDP}]}]";
    assert_eq!(
        said("", &[database, dns]),
        [
            open,
            "It may reach pods labeled app=db in this namespace on port 5432 (NetworkPolicy p1).",
            "It may reach all pods in every namespace on port 53/UDP (NetworkPolicy p2).",
            "It may reach nobody else.",
        ]
    );
    let elsewhere = "policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}}]}]";
    assert_eq!(
        said("", &[elsewhere]),
        [open, "It may reach only pods in namespace db, on any port (NetworkPolicy p1).", NO_DNS]
    );
}

#[test]
fn the_network_of_the_node_is_another_matter() {
    let said = said("hostNetwork: true, ", &["policyTypes: [Ingress]"]);
    let last =
        "It uses the network of its node, where it is up to the network plugin what NetworkPolicies do.";
    assert_eq!(said.last().map(String::as_str), Some(last));
}

#[test]
fn many_rules_are_counted() {
    let rules: Vec<String> = (1..=20).map(|port| format!("{{ports: [{{port: {port}}}]}}")).collect();
    let spec = format!("ingress: [{}]", rules.join(", "));
    let said = said("", &[&spec]);
    assert_eq!(said.len(), 9, "{said:?}");
    assert_eq!(said[7], "13 more rules say who may reach it; the pages of the NetworkPolicies list them.");
}

#[test]
fn the_page_of_a_policy_tells_each_rule() {
    let told = page(&[
        "policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}], egress: [{}]",
    ]);
    assert_eq!(
        told,
        [
            "The pods of Pod web accept only connections that a NetworkPolicy allows. This one has one rule for what \
             comes in:",
            "All pods in this namespace and all pods in every namespace may reach any port.",
            "The pods of Pod web open only connections that a NetworkPolicy allows. This one has one rule for what goes \
             out:",
            "They may reach anyone, inside and outside of the cluster, on any port.",
        ]
    );
}

#[test]
fn the_page_of_a_policy_tells_what_has_no_effect() {
    let told = page(&["podSelector: {matchLabels: {app: none}}, policyTypes: [Egress], ingress: [{}], \
         egress: [{to: [{ipBlock: {cidr: wide}}]}, {to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 80}]}]"]);
    assert_eq!(
        told,
        [
            "The pods that it selects open only connections that a NetworkPolicy allows. This one has one rule for what \
             goes out:",
            "They may reach pods labeled app=api in this namespace on port 80.",
            "Its rules in spec.ingress have no effect: policyTypes does not name Ingress.",
            "Rule spec.egress[0] lets nothing through: it names no pods, addresses or ports that Kubernetes accepts.",
            "No pod in these manifests is meant by spec.egress[1].to[0].",
            "It does not let them ask the DNS: unless another NetworkPolicy allows port 53, they cannot turn names into \
             addresses.",
        ]
    );
}

#[test]
fn the_list_of_network_rules_is_there_if_there_is_a_rule() {
    let lead = |specs: &[&str]| {
        let site = site(specs);
        let page = site.pages.iter().find(|page| page.path.to_string() == "network")?;
        Some(words(&page.lead[0]))
    };
    assert_eq!(lead(&[]), None);
    let plugin = "The network plugin of the cluster must enforce them.";
    assert_eq!(
        lead(&["policyTypes: [Ingress]"]).unwrap(),
        format!(
            "NetworkPolicies limit who may reach the only workload, and no outgoing connections. Every other connection \
             is open. {plugin}"
        )
    );
    assert_eq!(
        lead(&["podSelector: {matchLabels: {app: none}}"]).unwrap(),
        "The NetworkPolicies select no pod in these manifests: every connection is open."
    );
}

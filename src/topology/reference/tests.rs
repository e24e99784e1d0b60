//! What each word of the vocabulary about references means.

use crate::catalog::Catalog;
use crate::document::Limits;
use crate::model::{Grouping, take_inventory};
use crate::source::load;
use crate::topology::{State, Topology, connect};

/// The topology of manifests of `example.org`, whose kinds the catalog texts describe.
fn topology(kinds: &[&str], manifests: &str) -> Topology {
    let kinds: Vec<(&str, &str)> = kinds.iter().map(|text| ("kind.yaml", *text)).collect();
    let catalog = Catalog::with(&kinds).unwrap();
    let documents = load("in.yaml", manifests.as_bytes(), &Limits::default()).documents;
    let (inventory, _) = take_inventory(documents, &catalog, &Grouping::plain("shop"));
    connect(&inventory, &catalog).0
}

/// Every edge in words, and every node that is not present, each with its state.
fn edges(topology: &Topology) -> Vec<String> {
    let title = |index: usize| {
        let node = &topology.nodes[index];
        let identity = &node.identity;
        let state = match node.state {
            State::Present => String::new(),
            state => format!(" ({state:?})"),
        };
        format!("{} {}/{}{state}", identity.kind, identity.namespace, identity.name)
    };
    let words = topology.edges.iter().map(|edge| {
        format!("{} {} {} by {}", title(edge.from), edge.relation.verb(), title(edge.to), edge.field)
    });
    words.collect()
}

/// A kind `Lamp` with some edges.
fn lamp(edges: &str) -> String {
    format!(
        "kind: Lamp\ngroup: example.org\nsummary: Lights the way.\nedges:\n  - {{ {} }}\n",
        edges.replace('\n', " }\n  - { ")
    )
}

fn object(kind: &str, name: &str, rest: &str) -> String {
    format!("---\napiVersion: example.org/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\n{rest}\n")
}

const SERVICES: &str = "
apiVersion: v1
kind: Service
metadata: { name: web }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: data }
";

#[test]
fn a_name_is_made_from_a_template() {
    let kind = lamp("relation: references, field: spec.oil, to: Secret, as: \"{namespace}-{name}-{value}\"");
    let told = edges(&topology(&[&kind], &object("Lamp", "big", "spec: { oil: tls }")));
    assert_eq!(told, ["Lamp shop/big refers to Secret shop/shop-big-tls (Missing) by spec.oil"]);
}

#[test]
fn what_an_object_produces_is_inferred_for_everybody() {
    let kind = lamp(
        "relation: produces, field: metadata.name, to: Secret, as: \"{value}-tls\"\nrelation: references, field: spec.oil, to: Secret",
    );
    let manifests = object("Lamp", "big", "") + &object("Lamp", "small", "spec: { oil: big-tls }");
    let told = edges(&topology(&[&kind], &manifests));
    assert_eq!(
        told,
        [
            "Lamp shop/big produces Secret shop/big-tls (Inferred) by metadata.name",
            "Lamp shop/small refers to Secret shop/big-tls (Inferred) by spec.oil",
            "Lamp shop/small produces Secret shop/small-tls (Inferred) by metadata.name",
        ]
    );
}

#[test]
fn what_an_object_produces_may_be_in_the_input_and_may_have_a_default_name() {
    let kind =
        lamp("relation: produces, field: spec.target, to: Secret, default: \"{name}\", namespace: namespace");
    let manifests = object("Lamp", "big", "")
        + &object("Lamp", "small", "spec: { target: { namespace: data } }")
        + &object("Lamp", "tiny", "spec: { target: { name: there } }")
        + "---\napiVersion: v1\nkind: Secret\nmetadata: { name: there }\n";
    let told = edges(&topology(&[&kind], &manifests));
    assert_eq!(
        told,
        [
            "Lamp shop/big produces Secret shop/big (Inferred) by metadata.name",
            "Lamp shop/small produces Secret data/small (Inferred) by metadata.name",
            "Lamp shop/tiny produces Secret shop/there by spec.target.name",
        ]
    );
}

#[test]
fn a_host_means_a_service_or_somewhere_outside() {
    let kind = lamp("relation: routes-to, field: \"spec.hosts[]\", form: host, to: Service");
    let hosts = [
        "web",
        "db.data",
        "web.shop.svc",
        "db.data.svc.cluster.local",
        "http://web.shop.svc:8080/path",
        "lost",
        "www.example.com",
        "\"*.example.com\"",
        "\"*\"",
        "\"*.shop.svc.cluster.local\"",
        "shop/web.shop.svc.cluster.local",
        "./\"*\"",
        "localhost",
        "\"\"",
        "{ a: b }",
    ];
    let rest = format!("spec: {{ hosts: [{}] }}", hosts.join(", ").replace("./\"*\"", "\"./*\""));
    let told = edges(&topology(&[&kind], &(SERVICES.to_owned() + &object("Lamp", "big", &rest))));
    let sent = |to: &str, index: usize| format!("Lamp shop/big sends traffic to {to} by spec.hosts[{index}]");
    assert_eq!(
        told,
        [
            sent("Host /*.example.com (External)", 7),
            sent("Host /www.example.com (External)", 6),
            sent("Service data/db", 1),
            sent("Service data/db", 3),
            sent("Service shop/lost (Missing)", 5),
            sent("Service shop/web", 0),
            sent("Service shop/web", 2),
            sent("Service shop/web", 4),
            sent("Service shop/web", 10),
        ]
    );
}

#[test]
fn a_name_may_have_its_namespace_in_front_and_a_word_may_name_nobody() {
    let kind =
        lamp("relation: references, field: \"spec.gates[]\", form: namespaced, to: Lamp, except: [mesh]");
    let told =
        edges(&topology(&[&kind], &object("Lamp", "big", "spec: { gates: [mesh, small, data/other, 7] }")));
    assert_eq!(
        told,
        [
            "Lamp shop/big refers to Lamp data/other (Missing) by spec.gates[2]",
            "Lamp shop/big refers to Lamp shop/7 (Missing) by spec.gates[3]",
            "Lamp shop/big refers to Lamp shop/small (Missing) by spec.gates[1]",
        ]
    );
}

#[test]
fn keys_may_stand_beside_a_name() {
    let kind = lamp(
        "relation: references, field: spec.oil, to: Secret, kind: oilKind, namespace: oilSpace, beside: true\nrelation: references, field: \"spec.rules[].values[]\", to: PriorityClass, where: { field: scope, is: PriorityClass }",
    );
    let manifests = object("Lamp", "big", "spec: { oil: a, oilKind: ConfigMap, oilSpace: data }")
        + &object("Lamp", "small", "spec: { oil: b }")
        + &object(
            "Lamp",
            "tiny",
            "spec: { rules: [{ scope: PriorityClass, values: [high] }, { scope: Other, values: [low] }] }",
        );
    let told = edges(&topology(&[&kind], &manifests));
    assert_eq!(
        told,
        [
            "Lamp shop/big refers to ConfigMap data/a (Missing) by spec.oil",
            "Lamp shop/small refers to Secret shop/b (Missing) by spec.oil",
            "Lamp shop/tiny refers to PriorityClass /high (External) by spec.rules[0].values[0]",
        ]
    );
}

/// What a lamp with `select` reaches among objects of three namespaces.
fn reached(namespaces: &str, spec: &str) -> Vec<String> {
    let kind = lamp(&format!(
        "relation: selects, field: spec.pick, to: Lamp.example.org, select: labelSelector, empty: everything, namespaces: {namespaces}"
    ));
    let mut manifests = object("Lamp", "big", &format!("spec: {{ pick: {{}}, {spec} }}"));
    for namespace in ["data", "shop", "test"] {
        manifests += &format!(
            "---\napiVersion: example.org/v1\nkind: Lamp\nmetadata: {{ name: in, namespace: {namespace} }}\n"
        );
    }
    manifests += "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: test, labels: { stage: test } }\n";
    manifests += "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: data, labels: { stage: live } }\n";
    let topology = topology(&[&kind], &manifests);
    topology.edges.iter().map(|edge| topology.nodes[edge.to].identity.namespace.to_string()).collect()
}

#[test]
fn a_selector_looks_where_the_rule_says() {
    let field = "spec.where";
    assert_eq!(reached("own", ""), ["shop"]);
    assert_eq!(reached("all", ""), ["data", "shop", "test"]);
    assert_eq!(reached(field, ""), ["shop"]);
    assert_eq!(reached(field, "where: null"), ["shop"]);
    assert_eq!(reached(field, "where: {}"), ["data", "shop", "test"]);
    assert_eq!(reached("{ field: spec.where, empty: own }", "where: {}"), ["shop"]);
    assert_eq!(reached(field, "where: { any: true }"), ["data", "shop", "test"]);
    assert_eq!(reached(field, "where: { matchNames: [data, nowhere] }"), ["data"]);
    assert_eq!(reached(field, "where: [test]"), ["test"]);
    assert_eq!(reached(field, "where: { matchLabels: { stage: test } }"), ["test"]);
    assert_eq!(reached(field, "where: nonsense"), ["shop"]);
}

const FLEET: &str = "
kind: Fleet
group: example.org
summary: Runs ships.
pods:
  - { path: \"spec.ships[]\", kind: Ship, containers: [crew, \"more[]\"], inherits: spec }
  - { path: spec.tug.template, kind: Ship, as: \"{name}-tug\", copies: number }
";

const SHIP: &str = "
kind: Ship
group: example.org
role: workload
summary: Is one ship of a Fleet.
";

#[test]
fn an_object_may_describe_several_pods() {
    let manifests = "
apiVersion: example.org/v1
kind: Fleet
metadata: { name: grand }
spec:
  serviceAccountName: sailor
  volumes:
    - name: hold
      configMap: { name: cargo }
  volumeClaimTemplates:
    - metadata: { name: deck }
  ships:
    - name: one
      metadata: { labels: { app: one } }
      crew:
        image: crew:1
        envFrom:
          - configMapRef: { name: orders }
      more:
        - name: cook
          image: cook:1
    - name: harbor
    - crew: { image: crew:2 }
      serviceAccountName: captain
    - nonsense
  tug:
    number: 3
    template:
      spec:
        containers: [{ name: tug, image: tug:1 }]
";
    let topology = topology(&[FLEET, SHIP], manifests);
    let ships: Vec<String> = topology
        .workloads()
        .map(|(_, node, pod)| {
            let paths =
                pod.containers.iter().map(|container| format!("{}={}", container.key, container.path));
            let volumes = pod.volumes.iter().map(|volume| format!("{}={}", volume.name, volume.path));
            let parts: Vec<String> = paths.chain(volumes).collect();
            let copies = pod.copies.as_ref().map(|path| format!(" × {path}")).unwrap_or_default();
            format!("{} line {}{copies}: {}", node.identity.name, node.source().unwrap().1, parts.join(" "))
        })
        .collect();
    assert_eq!(
        ships,
        [
            "grand-tug line 28 × spec.tug.number: tug=spec.tug.template.spec.containers[tug]",
            "grand.3 line 23: main=spec.ships[2].crew hold=spec.volumes[hold] deck=spec.volumeClaimTemplates[deck]",
            "grand.one line 13: main=spec.ships[one].crew cook=spec.ships[one].more[cook] hold=spec.volumes[hold] \
             deck=spec.volumeClaimTemplates[deck]",
        ]
    );
    let told = edges(&topology);
    let of_one: Vec<&str> =
        told.iter().map(String::as_str).filter(|words| words.contains("grand.one")).collect();
    assert_eq!(
        of_one,
        [
            "Fleet shop/grand owns Ship shop/grand.one by spec.ships[one]",
            "Ship shop/grand.one mounts ConfigMap shop/cargo (Missing) by spec.volumes[hold].configMap.name",
            "Ship shop/grand.one reads ConfigMap shop/orders (Missing) by \
             spec.ships[one].crew.envFrom[0].configMapRef.name",
            "Ship shop/grand.one claims PersistentVolumeClaim shop/grand-deck (Inferred) by \
             spec.volumeClaimTemplates[deck]",
            "Ship shop/grand.one runs as ServiceAccount shop/sailor (Missing) by spec.serviceAccountName",
        ]
    );
    assert!(told.iter().any(|words| words.contains("grand.3 runs as ServiceAccount shop/captain")));
    assert!(!told.iter().any(|words| words.contains("grand.3 runs as ServiceAccount shop/sailor")));
}

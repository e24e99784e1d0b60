//! What podviz writes grows with its input, and not with what the input multiplies: for each family of manifests, twice
//! the input makes at most about twice the bytes and the pictures.

use podviz::catalog::Catalog;
use podviz::diagram::{Body, Diagram};
use podviz::document::Limits;
use podviz::model::{Grouping, take_inventory};
use podviz::output::{Flavour, Options, render};
use podviz::page::{self, Block, Site};
use podviz::problem::Problems;
use podviz::source::load;
use podviz::{facts, topology};
use serde_json::{Value, json};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::embedded().unwrap());

/// How many times as much twice the input may make, in hundredths.
const MOST: usize = 240;

/// What a family makes.
#[derive(Debug)]
struct Extent {
    input: usize,
    bytes: usize,
    pictures: usize,
}

fn site(manifests: &str) -> Site {
    let loaded = load("all.yaml", manifests.as_bytes(), &Limits::default());
    let (inventory, _) = take_inventory(loaded.documents, &CATALOG, &Grouping::plain("default"));
    let (topology, problems) = topology::connect(&inventory, &CATALOG);
    let facts = facts::derive(&topology, &CATALOG);
    page::build("growth", &topology, &facts, &CATALOG, &problems)
}

fn is_flow(diagram: &Diagram) -> bool {
    matches!(diagram.body, Body::Flow(_))
}

fn measure(manifests: &str) -> Extent {
    let site = site(manifests);
    let blocks = site.pages.iter().flat_map(|page| &page.sections).flat_map(|section| &section.blocks);
    let pictures =
        blocks.filter(|block| matches!(block, Block::Diagram(diagram) if is_flow(diagram))).count();
    let (files, _) = render(site, Flavour::html(), &Options::default()).unwrap();
    let bytes = files.iter().map(|file| file.bytes.len()).sum();
    Extent { input: manifests.len(), bytes, pictures }
}

/// Fails if twice the input makes more than it may, where it makes more than a small site has.
fn grows(size: usize, family: impl Fn(usize) -> Vec<Value>) {
    let text = |size| {
        let documents: Vec<String> = family(size).iter().map(Value::to_string).collect();
        documents.join("\n---\n")
    };
    let (small, large) = (measure(&text(size)), measure(&text(2 * size)));
    let most = |number: usize| number * MOST / 100;
    assert!(large.bytes <= most(small.bytes) + 200_000, "bytes: {small:?}, then {large:?}");
    assert!(large.pictures <= most(small.pictures) + 5, "pictures: {small:?}, then {large:?}");
    assert!(large.bytes <= 200 * large.input + 20_000_000, "{large:?}");
}

fn pod(name: &str, labels: &Value, spec: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "labels": labels }, "spec": spec })
}

fn plain_pod(number: usize) -> Value {
    let containers = json!({ "containers": [{ "name": "c", "image": "i:1" }] });
    pod(&format!("p{number}"), &json!({ "app": "web" }), &containers)
}

fn service(number: usize) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": format!("s{number}") },
        "spec": { "selector": { "app": "web" }, "ports": [{ "port": 80 }] }
    })
}

fn policy(number: usize, peer: &Value) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": { "name": format!("n{number}") },
        "spec": { "podSelector": {}, "ingress": [{ "from": [peer] }] }
    })
}

#[test]
fn services_that_select_the_same_pods() {
    grows(14, |n| (0..n).map(service).chain((0..2 * n).map(plain_pod)).collect());
}

#[test]
fn policies_for_all_pods() {
    let everyone = json!({ "podSelector": {} });
    grows(16, |n| (0..n).map(|at| policy(at, &everyone)).chain((0..n).map(plain_pod)).collect());
}

#[test]
fn policies_for_all_namespaces() {
    let everywhere = json!({ "namespaceSelector": {} });
    let namespace = |at: usize| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": format!("x{at}") } });
    grows(20, |n| (0..n).map(|at| policy(at, &everywhere)).chain((0..n).map(namespace)).collect());
}

#[test]
fn disruption_budgets_for_all_pods() {
    let budget = |at: usize| {
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": { "name": format!("b{at}") },
            "spec": { "maxUnavailable": 1, "selector": { "matchLabels": { "app": "web" } } }
        })
    };
    grows(16, |n| (0..n).map(budget).chain((0..n).map(plain_pod)).collect());
}

#[test]
fn bindings_of_one_account() {
    let group = "rbac.authorization.k8s.io";
    let role = |at: usize| {
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": { "name": format!("r{at}") },
            "rules": [{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"] }]
        })
    };
    let binding = |at: usize| {
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": { "name": format!("b{at}") },
            "roleRef": { "kind": "ClusterRole", "name": format!("r{at}"), "apiGroup": group },
            "subjects": [{ "kind": "ServiceAccount", "name": "default", "namespace": "default" }]
        })
    };
    grows(16, |n| (0..n).flat_map(|at| [role(at), binding(at), plain_pod(at)]).collect());
}

#[test]
fn containers_of_one_pod() {
    let container = |at: usize| {
        json!({
            "name": format!("c{at}"), "image": format!("i{at}:1"), "ports": [{ "containerPort": 1000 + at }],
            "env": [{ "name": "NEXT", "value": format!("http://localhost:{}", 1001 + at) }],
            "volumeMounts": [{ "name": "v", "mountPath": "/v" }]
        })
    };
    let spec = |n: usize| {
        let containers: Vec<Value> = (0..n).map(container).collect();
        json!({ "containers": containers, "volumes": [{ "name": "v", "emptyDir": {} }] })
    };
    grows(30, |n| vec![pod("p", &json!({}), &spec(n))]);
}

#[test]
fn items_of_a_list_on_one_line() {
    let item = |at: usize| json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": format!("c{at}") }, "data": { "a": "b" } });
    grows(60, |n| {
        let items: Vec<Value> = (0..n).map(item).collect();
        vec![json!({ "apiVersion": "v1", "kind": "List", "items": items })]
    });
}

#[test]
fn routes_to_one_service() {
    let route = |at: usize| {
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": { "name": format!("w{at}") },
            "spec": { "defaultBackend": { "service": { "name": "s0", "port": { "number": 80 } } } }
        })
    };
    grows(20, |n| (0..n).map(route).chain([service(0)]).chain((0..n).map(plain_pod)).collect());
}

#[test]
fn readers_of_a_config_map_of_addresses() {
    let map = |n: usize| {
        let data: serde_json::Map<String, Value> =
            (0..n).map(|at| (format!("URL_{at}"), json!(format!("http://s{at}")))).collect();
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "urls" }, "data": data })
    };
    let reader = |at: usize| {
        let from = json!([{ "configMapRef": { "name": "urls" } }]);
        let spec = json!({ "containers": [{ "name": "c", "image": "i:1", "envFrom": from }] });
        pod(&format!("p{at}"), &json!({ "app": "reader" }), &spec)
    };
    grows(40, |n| (0..n).map(service).chain([map(n)]).chain((0..n).map(reader)).collect());
}

/// What a selector picks beyond the room for it is counted, and every object keeps some.
#[test]
fn what_selectors_pick_is_listed_or_counted() {
    let manifests: Vec<String> =
        (0..60).map(service).chain((0..120).map(plain_pod)).map(|one| one.to_string()).collect();
    let loaded = load("all.yaml", manifests.join("\n---\n").as_bytes(), &Limits::default());
    let (inventory, _) = take_inventory(loaded.documents, &CATALOG, &Grouping::plain("default"));
    let (topology, problems) = topology::connect(&inventory, &CATALOG);
    let services = topology.of_kind("default", "", "Service");
    for (index, _) in services {
        let listed = topology.from(index).count();
        assert!(listed > 0 && listed + topology.unlisted(index).selects == 120, "{listed}");
    }
    for (index, _) in topology.of_kind("default", "", "Pod") {
        let listed = topology.to(index).count();
        assert!(listed > 0 && listed + topology.unlisted(index).selected == 60, "{listed}");
    }
    assert_eq!(problems.iter().count(), 1, "{problems:?}");
}

/// A site with little room has all its pages, smaller, and says so once.
#[test]
fn a_site_without_room_is_shortened() {
    let keys: serde_json::Map<String, Value> = (0..4_000).map(|at| (format!("k{at}"), json!("v"))).collect();
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "c" }, "data": keys });
    let text = map.to_string();
    let build = |size: Option<u64>| {
        let mut catalog = Catalog::embedded().unwrap();
        catalog.settings.size = size;
        let loaded = load("all.yaml", text.as_bytes(), &Limits::default());
        let (inventory, _) = take_inventory(loaded.documents, &catalog, &Grouping::plain("default"));
        let (topology, _) = topology::connect(&inventory, &catalog);
        page::build("growth", &topology, &facts::derive(&topology, &catalog), &catalog, &Problems::none())
    };
    let (whole, small) = (build(None), build(Some(1)));
    assert!(whole.shortened.is_empty());
    assert_eq!(small.shortened.iter().count(), 1);
    assert_eq!(whole.pages.len(), small.pages.len());
    let (files, _) = render(small, Flavour::html(), &Options::default()).unwrap();
    let size: usize = files.iter().map(|file| file.bytes.len()).sum();
    assert!(size <= 1_000_000, "{size}");
    let page = files.iter().find(|file| file.path.ends_with("configmap/c/index.html")).unwrap();
    assert!(String::from_utf8_lossy(&page.bytes).contains("since the site has no room for it"));
}

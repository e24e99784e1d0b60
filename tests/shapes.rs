//! Pods of any shape: whatever stands in their fields, every stage goes through to the end.

use podviz::catalog::Catalog;
use podviz::diagram::views::{Budget, Focus, draw};
use podviz::diagram::{View, mermaid, svg};
use podviz::model::take_inventory;
use podviz::source::{Limits, load};
use podviz::{facts, topology};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The fields of a pod's spec that some stage looks at, and a few names that refer to one another.
const KEYS: [&str; 44] = [
    "activeDeadlineSeconds",
    "affinity",
    "args",
    "command",
    "configMap",
    "configMapKeyRef",
    "containerPort",
    "containers",
    "emptyDir",
    "env",
    "envFrom",
    "ephemeralContainers",
    "exec",
    "failureThreshold",
    "hostNetwork",
    "httpGet",
    "image",
    "initContainers",
    "initialDelaySeconds",
    "items",
    "key",
    "lifecycle",
    "limits",
    "livenessProbe",
    "mountPath",
    "name",
    "nodeSelector",
    "periodSeconds",
    "persistentVolumeClaim",
    "port",
    "ports",
    "preStop",
    "projected",
    "readinessProbe",
    "requests",
    "resources",
    "restartPolicy",
    "secret",
    "serviceAccountName",
    "sources",
    "terminationGracePeriodSeconds",
    "value",
    "volumeMounts",
    "volumes",
];

const WORDS: [&str; 16] = [
    "",
    "app",
    "web",
    "data",
    "Always",
    "Never",
    "-1",
    "http",
    "8080",
    "1Gi",
    "100m",
    "http://localhost:8080",
    "web:80",
    "\"]\n%% {",
    "\u{202e}é日",
    "$(A)",
];

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::embedded().expect("the catalog"));

/// A scalar of any type.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => proptest::sample::select(&WORDS[..]).prop_map(|word| json!(word)),
        1 => any::<i64>().prop_map(|number| json!(number)),
        2 => (-2i64..9000).prop_map(|number| json!(number)),
        1 => any::<f64>().prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|word| json!(word)),
        1 => Just(Value::Null),
    ]
}

/// Anything, with keys that pods have.
fn anything() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 48, 6, |inner| {
        let key = proptest::sample::select(&KEYS[..]);
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            3 => proptest::collection::vec((key, inner), 0..6).prop_map(object),
        ]
    })
}

fn object(fields: Vec<(&str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

/// A container that is right but for some fields.
fn container() -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(&["app", "web", "proxy", ""][..]);
    let probe =
        proptest::collection::vec((proptest::sample::select(&KEYS[..]), scalar()), 0..5).prop_map(object);
    (name, probe, proptest::collection::vec((proptest::sample::select(&KEYS[..]), anything()), 0..4))
        .prop_map(|(name, probe, wrong)| {
            let mut container = json!({
                "name": name,
                "image": "web:1",
                "ports": [{"name": "http", "containerPort": 8080}],
                "env": [{"name": "A", "value": "http://localhost:8080"}],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                "livenessProbe": probe,
            });
            for (key, value) in wrong {
                container[key] = value;
            }
            container
        })
}

fn spec() -> impl Strategy<Value = Value> {
    let list = || prop_oneof![9 => proptest::collection::vec(container(), 0..4).prop_map(Value::Array), 1 => anything()];
    let rest =
        proptest::collection::vec((proptest::sample::select(&KEYS[..]), anything()), 0..5).prop_map(object);
    (list(), list(), rest).prop_map(|(containers, inits, rest)| {
        let mut spec = json!({"volumes": [{"name": "data", "emptyDir": {}}]});
        spec["containers"] = containers;
        spec["initContainers"] = inits;
        for (key, value) in rest.as_object().into_iter().flatten() {
            spec[key] = value.clone();
        }
        spec
    })
}

/// Every view of everything and of the workload, as text and as a picture; how many there were.
fn draw_all(manifests: &[Value]) -> usize {
    let text = manifests.iter().map(|manifest| format!("{manifest}\n")).collect::<String>();
    let documents = load("in.json", text.as_bytes(), &Limits::default()).documents;
    assert_eq!(documents.len(), manifests.len(), "{text}");
    let (inventory, _) = take_inventory(documents, &CATALOG, "default");
    let (topology, _) = topology::connect(&inventory, &CATALOG);
    let facts = facts::derive(&topology, &CATALOG);
    let mut focuses =
        vec![Focus::All("default".into()), Focus::Namespace("default".into(), "default".into())];
    for (index, _, pod) in topology.workloads() {
        focuses.push(Focus::Object(index));
        focuses.extend((0..pod.containers.len()).map(|container| Focus::Container(index, container)));
    }
    let mut drawn = 0;
    for (view, focus) in View::ALL.iter().flat_map(|view| focuses.iter().map(move |focus| (view, focus))) {
        let Some(diagram) = draw(*view, focus, &topology, &facts, &Budget::default()) else { continue };
        let text = mermaid::write(&diagram, &|_| None).to_string();
        assert!(text.contains("accTitle: "), "{text}");
        let (_, problems) = svg::paint(&diagram, &|_| None);
        assert!(problems.iter().all(|problem| problem.code.id() == "diagram-too-large"), "{problems:?}");
        drawn += 1;
    }
    drawn
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_pod_makes_a_stage_panic(spec in spec(), labels in anything(), selector in anything()) {
        let manifests = [
            json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "web", "labels": labels},
                "spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}, "replicas": selector,
                    "volumeClaimTemplates": [{"metadata": {"name": "data"}}, labels]}}),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}, selector]}}),
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web"},
                "spec": {"podSelector": selector, "ingress": [{"from": [labels, {"podSelector": {}}]}]}}),
        ];
        prop_assert!(draw_all(&manifests) > 0);
    }
}

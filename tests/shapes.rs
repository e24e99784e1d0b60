//! Pods of any shape: whatever stands in their fields, every stage goes through to the end.

use podviz::catalog::Catalog;
use podviz::diagram::views::{Budget, Focus, draw};
use podviz::diagram::{View, mermaid, svg};
use podviz::document::{Environment, Limits};
use podviz::model::{Grouping, take_inventory};
use podviz::source::load;
use podviz::{facts, page, topology};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The fields of a pod's spec that some stage looks at, and a few names that refer to one another.
const KEYS: [&str; 119] = [
    "accessModes",
    "action",
    "activeDeadlineSeconds",
    "add",
    "affinity",
    "annotations",
    "apiGroups",
    "args",
    "automountServiceAccountToken",
    "backoffLimit",
    "capabilities",
    "command",
    "completions",
    "configMap",
    "configMapKeyRef",
    "containerPort",
    "containers",
    "cpu",
    "drop",
    "effect",
    "emptyDir",
    "env",
    "envFrom",
    "ephemeralContainers",
    "exec",
    "exitCodes",
    "failureThreshold",
    "grpc",
    "hostNetwork",
    "hostPID",
    "hostPath",
    "hostPort",
    "httpGet",
    "image",
    "initContainers",
    "initialDelaySeconds",
    "items",
    "key",
    "kind",
    "labels",
    "lifecycle",
    "limits",
    "livenessProbe",
    "matchExpressions",
    "matchLabels",
    "maxSkew",
    "maxSurge",
    "maxUnavailable",
    "memory",
    "metadata",
    "minAvailable",
    "mountPath",
    "name",
    "nodeAffinity",
    "nodeName",
    "nodeSelector",
    "nodeSelectorTerms",
    "operator",
    "overhead",
    "parallelism",
    "partition",
    "periodSeconds",
    "persistentVolumeClaim",
    "podAntiAffinity",
    "port",
    "ports",
    "preStop",
    "priorityClassName",
    "privileged",
    "projected",
    "readOnly",
    "readinessProbe",
    "replicas",
    "requests",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "resourceNames",
    "resources",
    "restartPolicy",
    "restartPolicyRules",
    "roleRef",
    "rollingUpdate",
    "rules",
    "runtimeClassName",
    "schedule",
    "seccompProfile",
    "seconds",
    "secret",
    "securityContext",
    "selector",
    "serviceAccountName",
    "shareProcessNamespace",
    "sleep",
    "sources",
    "spec",
    "startupProbe",
    "storageClassName",
    "strategy",
    "subPath",
    "subjects",
    "successThreshold",
    "suspend",
    "sysctls",
    "tcpSocket",
    "template",
    "terminationGracePeriodSeconds",
    "timeZone",
    "timeoutSeconds",
    "tolerationSeconds",
    "tolerations",
    "topologyKey",
    "topologySpreadConstraints",
    "type",
    "value",
    "values",
    "verbs",
    "volumeDevices",
    "volumeMounts",
    "volumes",
    "whenUnsatisfiable",
];

const WORDS: [&str; 24] = [
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
    "*/5 * * * *",
    "25%",
    "ALL",
    "Exists",
    "kubernetes.io/hostname",
    "jdbc:postgresql://web:5432/x?user=a",
    "tcp(web:3306)",
    "99999999999999999999Ei",
];

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// A kind whose file uses every word of the vocabulary, on fields that the generators fill with anything.
const ODD: &str = r#"
kind: Odd
group: example.org
role: workload
copies: spec.replicas
summary: Does what nobody expects.
pods:
  - { path: "spec.containers[]", kind: Part, name: type, containers: [template, "ports[]", exec], inherits: spec.template }
  - { path: spec.template, kind: Part, as: "{namespace}-{name}-{value}", copies: replicas }
  - { path: "spec.rules[]", kind: Part, inherits: spec, containers: ["volumes[]"] }
edges:
  - { relation: produces, field: metadata.name, to: Secret, as: "{value}-{name}-{namespace}" }
  - { relation: produces, field: spec.secret, to: Secret, default: "{name}", kind: kind, namespace: key, optional: type }
  - { relation: produces, field: spec.configMap, to: ConfigMap, beside: true, namespace: key, kind: kind, group: type, reverse: true }
  - { relation: references, field: spec.key, to: Secret, beside: true, namespace: type, kind: kind, group: name }
  - { relation: references, field: "spec.values[]", to: PriorityClass, where: { field: type, is: ALL } }
  - { relation: routes-to, field: "spec.args[]", to: Service, form: host }
  - { relation: routes-to, field: spec.value, to: Service, form: host, except: [web] }
  - { relation: references, field: "spec.ports[]", to: Odd, form: namespaced, except: ["", app], name: key }
  - { relation: selects, field: spec.selector, to: Pod, select: labelSelector, empty: everything, namespaces: all }
  - { relation: selects, field: spec.labels, to: Pod, select: labels, empty: everything, namespaces: spec.sources }
  - { relation: selects, field: spec.selector, to: Odd.example.org, select: labelSelector, empty: everything,
      namespaces: { field: spec.rules, empty: own } }
explain:
  - { field: spec.type, say: "It says {value}." }
"#;

/// What [`ODD`] describes several of.
const PART: &str = "
kind: Part
group: example.org
role: workload
summary: Is a part of something odd.
";

static TAUGHT: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::with(&[("odd.yaml", ODD), ("part.yaml", PART)]).expect("the catalog"));

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
    let (inventory, _) = take_inventory(documents, &CATALOG, &Grouping::plain("default"));
    let (topology, _) = topology::connect(&inventory, &CATALOG);
    let facts = facts::derive(&topology, &CATALOG);
    assert!(facts.list(&topology, &CATALOG).iter().all(|fact| fact.source.line > 0));
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

/// The facts, the findings and the pages of everything; how many pages there were.
fn tell_all(manifests: &[Value]) -> usize {
    tell_all_with(&CATALOG, manifests)
}

fn tell_all_with(catalog: &Catalog, manifests: &[Value]) -> usize {
    let text = manifests.iter().map(|manifest| format!("{manifest}\n")).collect::<String>();
    let documents = load("in.json", text.as_bytes(), &Limits::default()).documents;
    let (inventory, problems) = take_inventory(documents, catalog, &Grouping::plain("default"));
    let (topology, _) = topology::connect(&inventory, catalog);
    let facts = facts::derive(&topology, catalog);
    for fact in facts.list(&topology, catalog) {
        assert!(!fact.why.is_empty(), "{} of {} has no reason", fact.fact, fact.subject);
    }
    for finding in facts.findings() {
        assert!(finding.place(&topology).is_some(), "{} has no place", finding.rule.code);
    }
    page::build("test", &topology, &facts, catalog, &problems).pages.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_object_makes_a_fact_or_a_page_panic(
        spec in spec(), one in anything(), two in anything(), three in anything(), rules in anything(),
    ) {
        let meta = json!({"name": "web"});
        let template = json!({"metadata": {"labels": {"app": "web"}, "annotations": one}, "spec": spec});
        let manifests = [
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta,
                "spec": {"template": template, "strategy": two, "replicas": three}}),
            json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta,
                "spec": {"template": template, "updateStrategy": two}}),
            json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta,
                "spec": {"schedule": one, "jobTemplate": {"spec": {"template": template, "completions": two,
                    "backoffLimit": three, "parallelism": two}}}}),
            json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta,
                "spec": {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": two, "maxUnavailable": three}}),
            json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta,
                "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                    "minReplicas": two, "maxReplicas": three, "metrics": one}}),
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": meta,
                "rules": [rules, {"apiGroups": [""], "resources": ["pods"], "verbs": [one]}], "aggregationRule": two}),
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": meta,
                "roleRef": {"kind": "ClusterRole", "name": "web"},
                "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "default"}, three]}),
            json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": meta,
                "spec": {"limits": [{"type": "Container", "default": one, "defaultRequest": two}, three]}}),
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": one},
                "spec": {"taints": [two, {"key": "a", "effect": "NoSchedule"}]}, "status": three}),
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": one}),
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default",
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"}, "annotations": two}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app"}, "data": one}),
        ];
        prop_assert!(tell_all(&manifests) > 12);
    }
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_custom_resource_makes_a_stage_panic(
        spec in spec(), one in anything(), two in anything(), wrong in anything(), service in spec(),
    ) {
        let odd = |name: &str, spec: &Value| {
            json!({"apiVersion": "example.org/v1", "kind": "Odd", "metadata": {"name": name}, "spec": spec})
        };
        let mut whole = spec.clone();
        whole["template"] = json!({"metadata": {"labels": {"app": "web"}}, "spec": spec});
        whole["rules"] = json!([{"name": "a", "volumes": [one], "spec": two}, two]);
        whole["replicas"] = two.clone();
        let mut names = service;
        names["secret"] = json!({"name": one, "kind": two, "key": wrong});
        names["args"] = json!(["web", "web.default", "http://web:80/x", "*.example.org", "a.example.org", one, wrong]);
        names["ports"] = json!(["web/app", "/", wrong]);
        names["selector"] = two.clone();
        names["sources"] = json!({"matchNames": ["default", wrong], "any": one});
        let manifests = [
            odd("web", &whole),
            odd("app", &names),
            odd("data", &wrong),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}}}),
        ];
        prop_assert!(tell_all_with(&TAUGHT, &manifests) > 4);
    }
}

/// The pages of the same objects in two environments, of which some kinds are hidden; how many pages there were.
fn tell_side_by_side(manifests: &[Value], hidden: &str) -> usize {
    let text = manifests.iter().map(|manifest| format!("{manifest}\n")).collect::<String>();
    let built =
        |name: &str| Environment { name: name.to_owned(), source: "kustomize", ..Environment::plain() };
    let in_environment = |name: &str| {
        let mut documents = load("in.json", text.as_bytes(), &Limits::default()).documents;
        documents.iter_mut().for_each(|document| document.environment = Some(name.into()));
        documents
    };
    let documents = [in_environment("dev"), in_environment("prod")].concat();
    let built = vec![built("dev"), built("prod")];
    let grouping = Grouping { default_namespace: "default", built, flat: false };
    let (inventory, problems) = take_inventory(documents, &CATALOG, &grouping);
    let (mut topology, _) = topology::connect(&inventory, &CATALOG);
    let facts = facts::derive(&topology, &CATALOG);
    topology.hide(|identity| &*identity.kind == hidden);
    page::build("test", &topology, &facts, &CATALOG, &problems).pages.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_owner_and_no_application_makes_a_stage_panic(
        spec in spec(),
        owners in proptest::collection::vec(
            (proptest::sample::select(&[("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("v1", "Pod"), ("v1", "Node")][..]),
                proptest::sample::select(&["web", "app", "data"][..])),
            9,
        ),
        applications in proptest::collection::vec(proptest::sample::select(&["shop", "web", "", "../x"][..]), 9),
        wrong in anything(),
        hidden in proptest::sample::select(&["Pod", "ReplicaSet", "Deployment", "Service", "Namespace", "None"][..]),
    ) {
        let mut manifests: Vec<Value> = Vec::new();
        let kinds = [("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("v1", "Pod")];
        for (at, ((version, kind), name)) in kinds.iter().flat_map(|kind| ["web", "app", "data"].map(|name| (*kind, name))).enumerate() {
            let ((owner_version, owner), owner_name) = owners[at];
            let metadata = json!({
                "name": name, "uid": format!("{at}"),
                "labels": {"app.kubernetes.io/part-of": applications[at], "app": name},
                "ownerReferences": [
                    {"apiVersion": owner_version, "kind": owner, "name": owner_name, "controller": true},
                    wrong,
                ],
            });
            let body = if kind == "Pod" {
                spec.clone()
            } else {
                json!({"template": {"metadata": {"labels": {"app": name}}, "spec": spec}})
            };
            manifests.push(json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": body, "status": wrong}));
        }
        manifests.push(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "uid": "s"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}));
        prop_assert!(tell_side_by_side(&manifests, hidden) > 4);
        prop_assert!(tell_all(&manifests) > 4);
    }
}

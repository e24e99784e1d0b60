//! Families of manifests in which things multiply: many Services with many pods, many containers of one pod. A member of a
//! family has a size, which counts its objects or what is in them.

use serde_json::{Map, Value, json};

/// A member of a family: its objects.
pub type Family = fn(usize) -> Vec<Value>;

/// Every family by its name, with a small size.
pub const ALL: &[(&str, Family, usize)] = &[
    ("services_of_the_same_pods", services_of_the_same_pods, 14),
    ("calls_to_services_of_the_same_pods", calls_to_services_of_the_same_pods, 14),
    ("policies_for_all_pods", policies_for_all_pods, 16),
    ("policies_for_all_namespaces", policies_for_all_namespaces, 20),
    ("ports_of_rules_with_many_peers", ports_of_rules_with_many_peers, 250),
    ("disruption_budgets_for_all_pods", disruption_budgets_for_all_pods, 16),
    ("bindings_of_one_account", bindings_of_one_account, 16),
    ("bindings_of_all_accounts", bindings_of_all_accounts, 60),
    ("containers", containers, 60),
    ("init_containers", init_containers, 60),
    ("containers_that_share_a_volume", containers_that_share_a_volume, 30),
    ("volumes_of_containers", volumes_of_containers, 50),
    ("volumes_that_nobody_mounts", volumes_that_nobody_mounts, 60),
    ("containers_that_read_one_object", containers_that_read_one_object, 50),
    ("items_on_one_line", items_on_one_line, 60),
    ("routes_to_one_service", routes_to_one_service, 20),
    ("readers_of_addresses", readers_of_addresses, 40),
    ("readers_of_files_of_addresses", readers_of_files_of_addresses, 40),
    ("workloads", workloads, 30),
];

/// Services that select the same pods.
pub fn services_of_the_same_pods(size: usize) -> Vec<Value> {
    (0..size).map(|at| service(at, "web")).chain((0..2 * size).map(plain_pod)).collect()
}

/// Services of the same pods, and pods that call each other's.
pub fn calls_to_services_of_the_same_pods(size: usize) -> Vec<Value> {
    let caller = |at: usize| {
        let env = json!([{ "name": "NEXT", "value": format!("http://s{}", (at + 1) % size) }]);
        let spec = json!({ "containers": [{ "name": "c", "image": "i:1", "env": env }] });
        pod(&format!("p{at}"), &json!({ "app": "web" }), &spec)
    };
    (0..size).map(|at| service(at, "web")).chain((0..size).map(caller)).collect()
}

/// NetworkPolicies for all pods, each of which names all of them.
pub fn policies_for_all_pods(size: usize) -> Vec<Value> {
    let everyone = json!({ "podSelector": {} });
    (0..size)
        .map(|at| policy(at, std::slice::from_ref(&everyone), &[]))
        .chain((0..size).map(plain_pod))
        .collect()
}

/// NetworkPolicies that name all namespaces.
pub fn policies_for_all_namespaces(size: usize) -> Vec<Value> {
    let everywhere = json!({ "namespaceSelector": {} });
    let namespace = |at: usize| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": format!("x{at}") } });
    (0..size)
        .map(|at| policy(at, std::slice::from_ref(&everywhere), &[]))
        .chain((0..size).map(namespace))
        .collect()
}

/// NetworkPolicies with a rule of many peers and many ports.
pub fn ports_of_rules_with_many_peers(size: usize) -> Vec<Value> {
    let peers: Vec<Value> = (0..size)
        .map(|at| json!({ "ipBlock": { "cidr": format!("10.{}.{}.0/24", at / 250, at % 250) } }))
        .collect();
    let ports: Vec<Value> = (0..size).map(|at| json!({ "port": 1000 + at })).collect();
    vec![policy(0, &peers, &ports), plain_pod(0)]
}

/// PodDisruptionBudgets for all pods.
pub fn disruption_budgets_for_all_pods(size: usize) -> Vec<Value> {
    let budget = |at: usize| {
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": { "name": format!("b{at}") },
            "spec": { "maxUnavailable": 1, "selector": { "matchLabels": { "app": "web" } } }
        })
    };
    (0..size).map(budget).chain((0..size).map(plain_pod)).collect()
}

/// Roles and bindings of one account, as which all pods run.
pub fn bindings_of_one_account(size: usize) -> Vec<Value> {
    let account = json!({ "kind": "ServiceAccount", "name": "default", "namespace": "default" });
    (0..size).flat_map(|at| [role(at), binding(at, at, &account), plain_pod(at)]).collect()
}

/// Bindings of a group in which all accounts are.
pub fn bindings_of_all_accounts(size: usize) -> Vec<Value> {
    let everyone = json!({ "kind": "Group", "name": "system:serviceaccounts", "apiGroup": RBAC });
    let account = |at: usize| json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": format!("a{at}") } });
    let bindings = (0..size).flat_map(|at| [binding(at, 0, &everyone), account(at)]);
    bindings.chain([role(0)]).collect()
}

/// Containers of one pod.
pub fn containers(size: usize) -> Vec<Value> {
    let container = |at: usize| json!({ "name": format!("c{at}"), "image": format!("i{at}:1") });
    vec![pod_of((0..size).map(container), &json!({}))]
}

/// Init containers of one pod.
pub fn init_containers(size: usize) -> Vec<Value> {
    let container = |at: usize| json!({ "name": format!("i{at}"), "image": "x:1" });
    let inits: Vec<Value> = (0..size).map(container).collect();
    vec![pod_of([json!({ "name": "c", "image": "i:1" })].into_iter(), &json!({ "initContainers": inits }))]
}

/// Containers of one pod that share a volume, and each call the next one.
pub fn containers_that_share_a_volume(size: usize) -> Vec<Value> {
    let container = |at: usize| {
        json!({
            "name": format!("c{at}"), "image": format!("i{at}:1"), "ports": [{ "containerPort": 1000 + at }],
            "env": [{ "name": "NEXT", "value": format!("http://localhost:{}", 1001 + at) }],
            "volumeMounts": [{ "name": "v", "mountPath": "/v" }]
        })
    };
    vec![pod_of((0..size).map(container), &json!({ "volumes": [{ "name": "v", "emptyDir": {} }] }))]
}

/// Containers that each mount some of many volumes.
pub fn volumes_of_containers(size: usize) -> Vec<Value> {
    let mounts: Vec<Value> =
        (0..5).map(|at| json!({ "name": format!("v{at}"), "mountPath": format!("/m{at}") })).collect();
    let container =
        |at: usize| json!({ "name": format!("c{at}"), "image": "i:1", "volumeMounts": mounts.clone() });
    let volumes: Vec<Value> =
        (0..size).map(|at| json!({ "name": format!("v{at}"), "emptyDir": {} })).collect();
    vec![pod_of((0..size).map(container), &json!({ "volumes": volumes }))]
}

/// Containers and volumes of one pod, which have nothing to do with each other.
pub fn volumes_that_nobody_mounts(size: usize) -> Vec<Value> {
    let container = |at: usize| json!({ "name": format!("c{at}"), "image": "i:1" });
    let volume = |at: usize| json!({ "name": format!("v{at}"), "configMap": { "name": format!("x{at}") } });
    let volumes: Vec<Value> = (0..size).map(volume).collect();
    vec![pod_of((0..size).map(container), &json!({ "volumes": volumes }))]
}

/// Containers that read every key of one ConfigMap.
pub fn containers_that_read_one_object(size: usize) -> Vec<Value> {
    let container = |at: usize| json!({ "name": format!("c{at}"), "image": "i:1", "envFrom": [{ "configMapRef": { "name": "c" } }] });
    let data = (0..size).map(|at| (format!("K{at}"), json!("v")));
    vec![config_map("c", data.collect()), pod_of((0..size).map(container), &json!({}))]
}

/// Items of a List on one line.
pub fn items_on_one_line(size: usize) -> Vec<Value> {
    let data = Map::from_iter([("a".to_owned(), json!("b"))]);
    let items: Vec<Value> = (0..size).map(|at| config_map(&format!("c{at}"), data.clone())).collect();
    vec![json!({ "apiVersion": "v1", "kind": "List", "items": items })]
}

/// Ingresses that lead to one Service.
pub fn routes_to_one_service(size: usize) -> Vec<Value> {
    let route = |at: usize| {
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": { "name": format!("w{at}") },
            "spec": { "defaultBackend": { "service": { "name": "s0", "port": { "number": 80 } } } }
        })
    };
    (0..size).map(route).chain([service(0, "web")]).chain((0..size).map(plain_pod)).collect()
}

/// Pods that read a ConfigMap of addresses.
pub fn readers_of_addresses(size: usize) -> Vec<Value> {
    let reader = |at: usize| {
        let from = json!([{ "configMapRef": { "name": "urls" } }]);
        let spec = json!({ "containers": [{ "name": "c", "image": "i:1", "envFrom": from }] });
        pod(&format!("p{at}"), &json!({ "app": "reader" }), &spec)
    };
    let services = (0..size).map(|at| service(at, "web"));
    services.chain([addresses(size)]).chain((0..size).map(reader)).collect()
}

/// Pods that mount a ConfigMap of addresses.
pub fn readers_of_files_of_addresses(size: usize) -> Vec<Value> {
    let reader = |at: usize| {
        let spec = json!({
            "containers": [{ "name": "c", "image": "i:1", "volumeMounts": [{ "name": "v", "mountPath": "/c" }] }],
            "volumes": [{ "name": "v", "configMap": { "name": "urls" } }]
        });
        pod(&format!("p{at}"), &json!({ "app": "reader" }), &spec)
    };
    let services = (0..size).map(|at| service(at, "web"));
    services.chain([addresses(size)]).chain((0..size).map(reader)).collect()
}

/// Deployments about which there is little to say.
pub fn workloads(size: usize) -> Vec<Value> {
    let workload = |at: usize| {
        let labels = json!({ "app": format!("d{at}") });
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": format!("d{at}") },
            "spec": {
                "selector": { "matchLabels": labels },
                "template": {
                    "metadata": { "labels": labels },
                    "spec": { "containers": [{ "name": "c", "image": "i:1" }] }
                }
            }
        })
    };
    (0..size).map(workload).collect()
}

/// The objects as one file.
pub fn text(objects: &[Value]) -> String {
    let documents: Vec<String> = objects.iter().map(Value::to_string).collect();
    documents.join("\n---\n")
}

const RBAC: &str = "rbac.authorization.k8s.io";

fn pod(name: &str, labels: &Value, spec: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "labels": labels }, "spec": spec })
}

/// A pod of containers, with what else its spec says.
fn pod_of(containers: impl Iterator<Item = Value>, more: &Value) -> Value {
    let mut spec = more.clone();
    spec["containers"] = containers.collect();
    pod("p", &json!({}), &spec)
}

fn plain_pod(number: usize) -> Value {
    let containers = json!({ "containers": [{ "name": "c", "image": "i:1" }] });
    pod(&format!("p{number}"), &json!({ "app": "web" }), &containers)
}

fn service(number: usize, app: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": format!("s{number}") },
        "spec": { "selector": { "app": app }, "ports": [{ "port": 80 }] }
    })
}

fn config_map(name: &str, data: Map<String, Value>) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": data })
}

fn addresses(number: usize) -> Value {
    config_map("urls", (0..number).map(|at| (format!("URL_{at}"), json!(format!("http://s{at}")))).collect())
}

fn policy(number: usize, peers: &[Value], ports: &[Value]) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": { "name": format!("n{number}") },
        "spec": { "podSelector": {}, "ingress": [{ "from": peers, "ports": ports }] }
    })
}

fn role(number: usize) -> Value {
    json!({
        "apiVersion": format!("{RBAC}/v1"), "kind": "ClusterRole", "metadata": { "name": format!("r{number}") },
        "rules": [{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"] }]
    })
}

fn binding(number: usize, role: usize, subject: &Value) -> Value {
    json!({
        "apiVersion": format!("{RBAC}/v1"), "kind": "ClusterRoleBinding", "metadata": { "name": format!("b{number}") },
        "roleRef": { "kind": "ClusterRole", "name": format!("r{role}"), "apiGroup": RBAC },
        "subjects": [subject]
    })
}

use crate::catalog::{Catalog, Settings};
use crate::document::{Limits, parse};
use crate::model::{Grouping, take_inventory};
use crate::source::load;
use crate::topology::subject::{Found, find_subject};
use crate::topology::{Topology, connect};

/// The topology of files: their names and texts.
fn topology(files: &[(&str, String)], settings: &str) -> Topology {
    let catalog = Catalog::embedded();
    let settings = parse(settings.as_bytes()).unwrap();
    let settings = Settings::read("podviz.yaml", &settings, &[], &catalog).unwrap();
    let catalog = catalog.with_settings(settings, "cluster.local");
    let documents =
        files.iter().flat_map(|(path, text)| load(path, text.as_bytes(), &Limits::default()).documents);
    let (inventory, _) = take_inventory(documents.collect(), &catalog, &Grouping::plain("default"));
    connect(&inventory, &catalog).0
}

/// `namespace/name (evidence): the members`, an application a line.
fn found(files: &[(&str, String)], settings: &str) -> Vec<String> {
    let topology = topology(files, settings);
    let lines = topology.applications.iter().enumerate().map(|(at, application)| {
        let members = application.members.iter().map(|&member| {
            assert_eq!(topology.application_of(member), Some(at));
            let identity = &topology.nodes[member].identity;
            format!("{} {}", identity.kind, identity.name)
        });
        let members: Vec<String> = members.collect();
        let (namespace, name) = (&application.namespace, &application.name);
        format!("{namespace}/{name} ({}): {}", application.by.id(), members.join(", "))
    });
    lines.collect()
}

fn in_one_file(text: &str) -> Vec<String> {
    found(&[("all.yaml", text.to_owned())], "{}")
}

fn deployment(namespace: &str, name: &str, labels: &str, container: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}, labels: {{{labels}}}}}\n\
         spec:\n  template:\n    metadata: {{labels: {{run: {name}}}}}\n    spec:\n      \
         containers: [{{name: app, image: {name}:1, {container}}}]\n"
    )
}

fn service(namespace: &str, name: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{selector: {{run: {name}}}, ports: [{{port: 80}}]}}\n"
    )
}

fn calls(name: &str) -> String {
    format!("env: [{{name: BACKEND_URL, value: 'http://{name}'}}]")
}

fn reads(name: &str) -> String {
    format!("envFrom: [{{configMapRef: {{name: {name}}}}}]")
}

fn config(name: &str) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: shop}}\n")
}

const PART_OF: &str = "app.kubernetes.io/part-of";
const INSTANCE: &str = "app.kubernetes.io/instance";

#[test]
fn labels_say_who_belongs_together_and_what_only_they_use_goes_along() {
    let text = [
        deployment("shop", "web", &format!("{PART_OF}: store"), &reads("web")),
        deployment("shop", "api", &format!("{PART_OF}: store, {INSTANCE}: other"), &reads("both")),
        deployment("shop", "pay", &format!("{INSTANCE}: payments"), &reads("both")),
        service("shop", "web"),
        config("web"),
        config("both"),
    ];
    assert_eq!(
        in_one_file(&text.concat()),
        [
            "shop/payments (instance): Deployment pay",
            "shop/store (part-of): ConfigMap web, Service web, Deployment api, Deployment web"
        ]
    );
}

#[test]
fn a_release_of_helm_is_an_application() {
    let annotated = deployment("shop", "db", "", "")
        .replace("labels: {}", "annotations: {meta.helm.sh/release-name: db}");
    let text = [
        annotated,
        deployment("shop", "web", "release: front, heritage: Helm", ""),
        deployment("shop", "old", "release: stable", ""),
    ];
    assert_eq!(
        in_one_file(&text.concat()),
        [
            "shop/db (release): Deployment db",
            "shop/front (release): Deployment web",
            "shop/old (alone): Deployment old"
        ]
    );
}

#[test]
fn a_namespace_that_is_one_application_has_no_level() {
    let label = format!("{PART_OF}: store");
    let text = [deployment("shop", "web", &label, ""), deployment("shop", "api", &label, "")];
    assert!(in_one_file(&text.concat()).is_empty());
    let connected = [
        deployment("shop", "web", "", &calls("api")),
        deployment("shop", "api", "", ""),
        service("shop", "api"),
    ];
    assert!(in_one_file(&connected.concat()).is_empty());
}

#[test]
fn connected_parts_are_applications_where_they_explain_the_namespace() {
    let text = [
        deployment("shop", "orders", "", &calls("orders-db")),
        deployment("shop", "orders-db", "", ""),
        service("shop", "orders-db"),
        deployment("shop", "grafana", "", &calls("prometheus")),
        deployment("shop", "prometheus", "", ""),
        service("shop", "prometheus"),
    ];
    assert_eq!(
        in_one_file(&text.concat()),
        [
            "shop/orders (connections): Service orders-db, Deployment orders, Deployment orders-db",
            "shop/prometheus (connections): Service prometheus, Deployment grafana, Deployment prometheus"
        ]
    );
    let unexplained = [text.concat(), ["a", "b", "c"].map(|name| deployment("shop", name, "", "")).concat()];
    assert!(in_one_file(&unexplained.concat()).is_empty());
}

#[test]
fn folders_tell_apart_what_nothing_connects() {
    let files = [
        ("cart/k8s/a.yaml", deployment("shop", "cart", "", "") + &deployment("shop", "store", "", "")),
        ("mail/k8s/a.yaml", deployment("shop", "queue", "", "") + &deployment("shop", "sender", "", "")),
    ];
    assert_eq!(
        found(&files, "{}"),
        [
            "shop/cart (folder): Deployment cart, Deployment store",
            "shop/mail (folder): Deployment queue, Deployment sender"
        ]
    );
}

#[test]
fn what_everybody_uses_joins_nobody() {
    let mut text = config("everybody") + &service("shop", "trace") + &deployment("shop", "trace", "", "");
    for pair in ["a", "b", "c"] {
        let (front, back) = (format!("{pair}-front"), format!("{pair}-back"));
        let container = format!(
            "{}, env: [{{name: A_URL, value: 'http://{back}'}}, {{name: B_URL, value: 'http://trace'}}]",
            reads("everybody")
        );
        text += &deployment("shop", &front, "", &container);
        let container = format!("{}, env: [{{name: B_URL, value: 'http://trace'}}]", reads("everybody"));
        text += &(deployment("shop", &back, "", &container) + &service("shop", &back));
    }
    assert_eq!(
        in_one_file(&text),
        [
            "shop/a (connections): Service a-back, Deployment a-back, Deployment a-front",
            "shop/b (connections): Service b-back, Deployment b-back, Deployment b-front",
            "shop/c (connections): Service c-back, Deployment c-back, Deployment c-front",
            "shop/trace (alone): Service trace, Deployment trace"
        ]
    );
}

#[test]
fn workloads_alone_are_no_level() {
    let files =
        [("a/x.yaml", deployment("shop", "a", "", "")), ("b/x.yaml", deployment("shop", "b", "", ""))];
    assert!(found(&files, "{}").is_empty());
}

#[test]
fn the_settings_come_first() {
    let label = format!("{PART_OF}: store");
    let text = [
        deployment("shop", "web", &label, ""),
        deployment("shop", "api", &label, ""),
        deployment("shop", "api-db", "", ""),
    ];
    let rules = "applications: [{name: backend, title: The backend, objects: ['* shop/api*']}]";
    let files = [("all.yaml", text.concat())];
    assert_eq!(
        found(&files, rules),
        [
            "shop/backend (settings): Deployment api, Deployment api-db",
            "shop/store (part-of): Deployment web"
        ]
    );
    assert_eq!(topology(&files, rules).applications[0].shown(), "The backend");
}

#[test]
fn an_application_may_span_namespaces_unless_each_holds_a_copy() {
    let store = format!("{PART_OF}: store");
    let text = [
        deployment("front", "web", &store, ""),
        deployment("back", "api", &store, ""),
        deployment("back", "cron", &format!("{PART_OF}: jobs"), ""),
    ];
    assert_eq!(
        in_one_file(&text.concat()),
        ["back/jobs (part-of): Deployment cron", "back/store (part-of): Deployment api, Deployment web"]
    );
    let copies = ["dev", "prod"].map(|namespace| {
        deployment(namespace, "web", &store, "")
            + &deployment(namespace, "job", &format!("{PART_OF}: jobs"), "")
    });
    assert_eq!(
        in_one_file(&copies.concat()),
        [
            "dev/jobs (part-of): Deployment job",
            "dev/store (part-of): Deployment web",
            "prod/jobs (part-of): Deployment job",
            "prod/store (part-of): Deployment web"
        ]
    );
}

#[test]
fn a_part_without_labels_joins_the_only_application_that_it_has_to_do_with() {
    let text = [
        deployment("shop", "web", &format!("{PART_OF}: store"), &calls("cache")),
        deployment("shop", "cache", "", ""),
        service("shop", "cache"),
        deployment("shop", "job", &format!("{PART_OF}: jobs"), ""),
    ];
    assert_eq!(
        in_one_file(&text.concat()),
        [
            "shop/jobs (part-of): Deployment job",
            "shop/store (part-of): Service cache, Deployment cache, Deployment web"
        ]
    );
}

#[test]
fn two_applications_of_one_namespace_never_share_a_name() {
    let text = [
        deployment("shop", "web", &format!("{PART_OF}: store"), ""),
        deployment("shop", "store", "", ""),
        deployment("shop", "job", &format!("{PART_OF}: jobs"), ""),
    ];
    assert_eq!(
        in_one_file(&text.concat()),
        [
            "shop/jobs (part-of): Deployment job",
            "shop/store (part-of): Deployment web",
            "shop/store-2 (alone): Deployment store"
        ]
    );
}

#[test]
fn people_ask_for_applications_by_name() {
    let text = [
        deployment("shop", "web", &format!("{PART_OF}: store"), ""),
        deployment("shop", "job", &format!("{PART_OF}: jobs"), ""),
    ];
    let topology = topology(&[("all.yaml", text.concat())], "{}");
    let catalog = Catalog::embedded();
    let found = |subject| find_subject(&topology, &catalog, subject, None);
    assert_eq!(found("app/store"), Ok(Found::Application(1)));
    assert_eq!(found("Application shop/jobs"), Ok(Found::Application(0)));
    assert!(found("Application post/jobs").is_err());
}

#[test]
fn a_guessed_name_gives_way_to_a_declared_one() {
    let files = [
        ("main.yaml", deployment("shop", "web", &format!("{INSTANCE}: store"), "")),
        (
            "tools/a.yaml",
            deployment("shop", "store-backup", "", "") + &deployment("shop", "store-cleanup", "", ""),
        ),
    ];
    assert_eq!(
        found(&files, "{}"),
        [
            "shop/store (instance): Deployment web",
            "shop/tools (folder): Deployment store-backup, Deployment store-cleanup"
        ]
    );
}

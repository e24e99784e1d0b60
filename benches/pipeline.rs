//! How long the stages take on a cluster of many services. Run with `cargo bench`.

use divan::{Bencher, counter::BytesCount, counter::ItemsCount};
use podviz::catalog::Catalog;
use podviz::document::{Document, Limits};
use podviz::facts::{self, Facts};
use podviz::model::{Grouping, take_inventory};
use podviz::names;
use podviz::output::publish::{guard, publish};
use podviz::output::{File, Flavour, Options, render};
use podviz::page::{self, Site};
use podviz::problem::Problems;
use podviz::source::load;
use podviz::topology::{Topology, connect};
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// The sizes of cluster that are measured, in services.
const SERVICES: [usize; 3] = [10, 100, 1000];

/// Manifests of `services` services, one file each: a Deployment of two containers, its Service and its ConfigMap.
/// Each service calls the next one, so that the graph is connected.
fn manifests(services: usize) -> Vec<(String, String)> {
    (0..services).map(|i| (format!("svc-{i}.yaml"), manifest(i, (i + 1) % services))).collect()
}

fn manifest(number: usize, next: usize) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: svc-{number}
  namespace: ns-{namespace}
spec:
  replicas: 3
  selector:
    matchLabels: {{app: svc-{number}}}
  template:
    metadata:
      labels: {{app: svc-{number}}}
    spec:
      containers:
        - name: app
          image: example/svc-{number}:1.0.0
          ports: [{{name: http, containerPort: 8080}}]
          env:
            - {{name: NEXT_URL, value: \"http://svc-{next}.ns-{next_namespace}:80\"}}
            - name: LOG_LEVEL
              valueFrom: {{configMapKeyRef: {{name: svc-{number}, key: log-level}}}}
          readinessProbe: {{httpGet: {{path: /ready, port: http}}}}
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits: {{memory: 256Mi}}
          volumeMounts: [{{name: logs, mountPath: /var/log/app}}]
        - name: shipper
          image: example/shipper:1.0.0
          volumeMounts: [{{name: logs, mountPath: /logs, readOnly: true}}]
      volumes: [{{name: logs, emptyDir: {{}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: svc-{number}, namespace: ns-{namespace}}}
spec:
  selector: {{app: svc-{number}}}
  ports: [{{port: 80, targetPort: http}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: svc-{number}, namespace: ns-{namespace}}}
data: {{log-level: info}}
",
        namespace = number / 20,
        next_namespace = next / 20,
    )
}

/// A site of `pages` pages of 10 kB.
fn site(pages: usize, word: &str) -> Vec<File> {
    let bytes = word.repeat(10_000 / word.len());
    let path = |i| format!("ns/ns-{}/deployment/svc-{i}/index.html", i / 20);
    (0..pages).map(|i| File { path: path(i), bytes: bytes.clone().into() }).collect()
}

#[divan::bench(args = SERVICES)]
fn generate(bencher: Bencher, services: usize) {
    let bytes: usize = manifests(services).iter().map(|(_, text)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| manifests(services));
}

/// How many services the stages are measured with.
const STAGES_WITH: usize = 100;

fn loaded(manifests: &[(String, String)]) -> Vec<Document> {
    let limits = Limits::default();
    manifests.iter().flat_map(|(path, text)| load(path, text.as_bytes(), &limits).documents).collect()
}

fn catalog() -> Catalog {
    Catalog::embedded()
}

fn connected(documents: Vec<Document>, catalog: &Catalog) -> Topology {
    let (inventory, _) = take_inventory(documents, catalog, &Grouping::plain("default"));
    connect(&inventory, catalog).0
}

fn built(topology: &Topology, facts: &Facts, catalog: &Catalog) -> Site {
    page::build("bench", topology, facts, catalog, &Problems::none())
}

#[divan::bench]
fn stage_1_load(bencher: Bencher) {
    let manifests = manifests(STAGES_WITH);
    let bytes: usize = manifests.iter().map(|(_, text)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| loaded(&manifests));
}

#[divan::bench]
fn stage_2_catalog() -> Catalog {
    catalog()
}

#[divan::bench]
fn stages_3_and_4_inventory_and_connect(bencher: Bencher) {
    let (manifests, catalog) = (manifests(STAGES_WITH), catalog());
    let documents = loaded(&manifests);
    bencher.with_inputs(|| documents.clone()).bench_values(|documents| connected(documents, &catalog));
}

#[divan::bench]
fn stage_5_derive(bencher: Bencher) {
    let catalog = catalog();
    let topology = connected(loaded(&manifests(STAGES_WITH)), &catalog);
    bencher.bench(|| facts::derive(&topology, &catalog));
}

#[divan::bench(sample_count = 20)]
fn stages_6_and_7_build(bencher: Bencher) {
    let catalog = catalog();
    let topology = connected(loaded(&manifests(STAGES_WITH)), &catalog);
    let facts = facts::derive(&topology, &catalog);
    bencher.bench(|| built(&topology, &facts, &catalog));
}

#[divan::bench(args = Flavour::all(), sample_count = 20)]
fn stage_8_render(bencher: Bencher, flavour: Flavour) {
    let catalog = catalog();
    let topology = connected(loaded(&manifests(STAGES_WITH)), &catalog);
    let facts = facts::derive(&topology, &catalog);
    let options = Options::default();
    bencher
        .with_inputs(|| built(&topology, &facts, &catalog))
        .input_counter(|site| ItemsCount::new(site.pages.len()))
        .bench_values(|site| render(site, flavour, &options).expect("the built-in templates are valid"));
}

#[divan::bench(args = ["checkout", "Ünïcode name", "web--0123456789"])]
fn slug(name: &str) -> String {
    names::slug(name)
}

/// The first run: every file is new.
#[divan::bench(args = [100, 10_000], sample_count = 5)]
fn publish_new(bencher: Bencher, pages: usize) {
    let files = site(pages, "new ");
    bencher
        .counter(ItemsCount::new(pages))
        .with_inputs(|| TempDir::new().expect("a temporary folder"))
        .bench_values(|temp| {
            let destination = guard(&temp.path().join("site"), &[], false).expect("an empty folder");
            publish(&files, &destination).expect("a site");
            temp
        });
}

/// Every file differs from the one before.
#[divan::bench(args = [100, 10_000], sample_count = 5)]
fn publish_changed(bencher: Bencher, pages: usize) {
    let temp = TempDir::new().expect("a temporary folder");
    let destination = guard(&temp.path().join("site"), &[], false).expect("an empty folder");
    let (odd, even) = (site(pages, "odd "), site(pages, "even"));
    let mut is_odd = false;
    bencher.counter(ItemsCount::new(pages)).bench_local(|| {
        is_odd = !is_odd;
        publish(if is_odd { &odd } else { &even }, &destination).expect("a site")
    });
}

/// Nothing differs.
#[divan::bench(args = [100, 10_000], sample_count = 5)]
fn publish_unchanged(bencher: Bencher, pages: usize) {
    let temp = TempDir::new().expect("a temporary folder");
    let destination = guard(&temp.path().join("site"), &[], false).expect("an empty folder");
    let files = site(pages, "same");
    publish(&files, &destination).expect("a site");
    bencher.counter(ItemsCount::new(pages)).bench(|| publish(&files, &destination).expect("a site"));
}

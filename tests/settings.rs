//! `podviz.yaml` as its users meet it: the schema, the book, `podviz init`, and what the settings do to a site.

mod files;
mod golden;

use files::{Tree, tree, written};
use golden::{assert_in_book, assert_table_in_book};
use podviz::catalog::settings::schema;
use podviz::facts::advice::RULES;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn podviz(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.args(arguments).current_dir(folder).env_remove("PODVIZ_CONFIG");
    command.output().expect("podviz runs")
}

fn said(output: &Output) -> (i32, String) {
    (
        output.status.code().expect("podviz ends by itself"),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn book(page: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src").join(page))
        .expect("a page of the book")
}

fn page(site: &Tree, name: &str) -> String {
    String::from_utf8(site.get(name).unwrap_or_else(|| panic!("{name} is written")).clone()).expect("text")
}

fn the_schema() -> String {
    let codes: Vec<(&str, &str)> = RULES.iter().map(|rule| (rule.code, rule.meaning)).collect();
    schema(&codes)
}

#[test]
fn the_book_holds_the_schema_of_today() {
    assert_in_book("podviz.schema.json", &the_schema());
}

#[test]
fn the_schema_knows_the_closed_lists() {
    let schema: Value = serde_json::from_str(&the_schema()).expect("JSON");
    let text = schema.to_string();
    for word in
        ["routes-to", "scaled-by-nobody", "labelSelector", "inbound-proxy", "wait-for", "mutable-image-tag"]
    {
        assert_eq!(text.contains(&format!("\"{word}\"")), word != "scaled-by-nobody", "{word}");
    }
    let all = schema["definitions"].as_object().expect("definitions").values().chain([&schema]);
    for object in all.filter(|one| one.get("properties").is_some()) {
        assert_eq!(object["additionalProperties"], Value::Bool(false), "{object}");
        for (key, property) in object["properties"].as_object().expect("properties") {
            let described = property.get("description").is_some();
            assert!(described, "the key `{key}` has no description");
        }
    }
}

/// The keys of an object of the schema as rows of a table, and below each the keys within it.
fn rows(schema: &Value, object: &Value, prefix: &str, table: &mut String) {
    for (key, property) in object["properties"].as_object().into_iter().flatten() {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        // The vocabulary of rules has a chapter of its own, and the codes of advice another.
        let inner = [property, &property["items"], &property["allOf"][0]];
        let inner = inner.iter().find_map(|one| one["$ref"].as_str());
        let inner = inner.and_then(|place| schema.pointer(place.trim_start_matches('#')));
        let list = if property["type"] == "array" { "[]" } else { "" };
        let needed =
            object["required"].as_array().is_some_and(|all| all.iter().any(|one| one == key.as_str()));
        let needed = if needed { " Required." } else { "" };
        let text = property["description"].as_str().unwrap_or_default();
        writeln!(table, "| `{path}{list}` | {text}{needed} |").expect("text");
        if let Some(inner) = inner.filter(|_| prefix != "rules") {
            rows(schema, inner, &format!("{path}{list}"), table);
        }
    }
}

#[test]
fn the_book_lists_every_key() {
    let schema: Value = serde_json::from_str(&the_schema()).expect("JSON");
    let mut table = "| Key | What it says |\n|---|---|\n".to_owned();
    rows(&schema, &schema, "", &mut table);
    assert_table_in_book("configuration.md", "keys", &table);
}

/// The fenced YAML behind a heading.
fn fences(page: &str, heading: &str) -> Vec<String> {
    let (_, rest) = page.split_once(heading).expect("the heading");
    let rest = rest.split("\n## ").next().unwrap_or_default();
    let blocks = rest.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_kind_of_your_own_takes_ten_lines_as_the_book_says() {
    let blocks = fences(&book("catalog.md"), "## Add a kind of your own");
    let [settings, manifest] = &blocks[..] else { panic!("settings and a manifest") };
    assert!(settings.lines().count() <= 10, "{settings}");
    let folder = written(&[("podviz.yaml", settings), ("k8s/bakery.yaml", manifest)]);
    let graph = podviz(folder.path(), &["graph", "k8s"]);
    assert_eq!(said(&graph), (0, String::new()));
    let graph: Value = serde_json::from_slice(&graph.stdout).expect("JSON");
    let edges = graph["edges"].as_array().expect("edges");
    let edge =
        edges.iter().find(|edge| edge["field"] == "spec.oven.serviceName").expect("the edge of the rule");
    assert_eq!((&edge["relation"], &edge["to"]), (&"routes-to".into(), &"core/Service/shop/oven".into()));
    assert_eq!(podviz(folder.path(), &["render", "k8s", "-o", "site"]).status.code(), Some(0));
    let text = page(&tree(&folder.path().join("site")), "ns/shop/bakery/rolls/index.html");
    for words in
        ["Bakes bread and hands it to a Service.", "It bakes before anybody asks.", "sends traffic to"]
    {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn every_example_of_the_book_is_understood() {
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    for block in fences(&book("configuration.md"), "# Configuration") {
        let folder = written(&[("podviz.yaml", &block), ("a.yaml", manifest)]);
        let output = podviz(folder.path(), &["graph", ".", "--no-tools"]);
        assert!(said(&output).0 < 2, "{}\n{block}", said(&output).1);
    }
}

const SHOP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {color: blue}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  automountServiceAccountToken: false
  containers:
  - name: app
    image: web:1
    env: [{name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}]
";

const AGENT: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: kube-agents}
spec: {containers: [{name: app, image: agent:1}]}
";

#[test]
fn what_is_hidden_has_no_page_and_is_counted() {
    let settings = "title: Our shop\nrepository: https://example.org/blob/main\nhide: {kinds: [ConfigMap], namespaces: [kube-*]}\n";
    let folder = written(&[("podviz.yaml", settings), ("shop.yaml", SHOP), ("agent.yaml", AGENT)]);
    let output = podviz(folder.path(), &["render", ".", "-o", "site", "-v"]);
    let (status, messages) = said(&output);
    assert_eq!(status, 0, "{messages}");
    assert!(
        messages.contains("note[hidden-object]: podviz.yaml hides 2 objects: 1 ConfigMap and 1 Pod"),
        "{messages}"
    );
    let site = tree(&folder.path().join("site"));
    assert!(!site.keys().any(|path| path.contains("configmap")
        || path.contains("kube-agents")
        || path.contains("agent.yaml")));
    let overview = page(&site, "index.html");
    assert!(
        overview.contains("Our shop") && overview.contains("hides 2 objects: 1 ConfigMap and 1 Pod."),
        "{overview}"
    );
    assert!(!overview.contains("kube-agents"));
    assert!(page(&site, "problems/index.html").contains("hidden-object"));
    let pod = page(&site, "ns/shop/pod/web/index.html");
    assert!(pod.contains("https://example.org/blob/main/shop.yaml#L"), "the repository is linked");
    assert!(
        pod.contains("ConfigMap <code>settings</code>") && !pod.contains("not in these manifests"),
        "the name stands without a link"
    );
    let container = page(&site, "ns/shop/pod/web/c/app/index.html");
    assert!(container.contains("blue") && !container.contains("not in these manifests"));
    let graph: Value = serde_json::from_str(&page(&site, "graph.json")).expect("JSON");
    let node = graph["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .find(|node| node["name"] == "agent")
        .expect("a node");
    assert_eq!(
        (&node["state"], node.get("object")),
        (&"present".into(), None),
        "the graph knows it, without its manifest"
    );
}

#[test]
fn what_is_asked_for_is_drawn_though_hidden() {
    let folder = written(&[
        ("podviz.yaml", "hide: {namespaces: [kube-*]}\n"),
        ("shop.yaml", SHOP),
        ("agent.yaml", AGENT),
    ]);
    let draw = |more: &[&str]| {
        let output = podviz(folder.path(), &[&["diagram", ".", "--view", "architecture"], more].concat());
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(draw(&[]).contains("web<br/>") && !draw(&[]).contains("agent<br/>"));
    assert!(draw(&["--focus", "pod/agent"]).contains("agent"));
    assert!(draw(&["--focus", "ns/kube-agents"]).contains("agent"));
    let graph = podviz(folder.path(), &["graph", "."]);
    assert!(String::from_utf8_lossy(&graph.stdout).contains("kube-agents"), "the graph is whole");
}

#[test]
fn a_flag_comes_before_the_environment_and_that_before_the_file() {
    let folder = written(&[
        ("podviz.yaml", "title: From the file\n"),
        ("environment.yaml", "title: From the environment\n"),
        ("flag.yaml", "title: From the flag\nrepository: https://example.org/file\n"),
        ("k8s/shop.yaml", SHOP),
    ]);
    let titled = |arguments: &[&str], variable: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
        command.args(["render", "k8s", "-o", "site"]).args(arguments).current_dir(folder.path());
        match variable {
            Some(path) => command.env("PODVIZ_CONFIG", path),
            None => command.env_remove("PODVIZ_CONFIG"),
        };
        let output = command.output().expect("podviz runs");
        assert_eq!(said(&output).0, 0, "{}", said(&output).1);
        tree(&folder.path().join("site"))
    };
    assert!(page(&titled(&[], None), "index.html").contains("From the file"));
    assert!(page(&titled(&[], Some("")), "index.html").contains("From the file"));
    assert!(page(&titled(&[], Some("environment.yaml")), "index.html").contains("From the environment"));
    let site = titled(&["--config", "flag.yaml"], Some("environment.yaml"));
    assert!(page(&site, "index.html").contains("From the flag"));
    assert!(page(&site, "ns/shop/pod/web/index.html").contains("https://example.org/file/shop.yaml"));
    let site = titled(&["--config", "flag.yaml", "--repo-url", "https://example.org/flag"], None);
    assert!(page(&site, "ns/shop/pod/web/index.html").contains("https://example.org/flag/shop.yaml"));
}

#[test]
fn settings_reveal_no_secret() {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2hunter2}\n";
    let settings = "rules: {kinds: [{kind: Secret, role: config, explain: [{field: stringData.password, say: 'It is `{value}`.'}]}]}\n";
    let folder = written(&[("podviz.yaml", settings), ("s.yaml", secret)]);
    assert_eq!(said(&podviz(folder.path(), &["render", ".", "-o", "site"])).0, 0);
    for (path, bytes) in tree(&folder.path().join("site")) {
        assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"), "{path}");
    }
}

#[test]
fn init_writes_settings_that_work_once() {
    let folder = written(&[
        ("k8s/shop.yaml", SHOP),
        ("k8s/charts/web/Chart.yaml", "name: web\n"),
        ("k8s/overlays/dev/kustomization.yaml", ""),
    ]);
    let first = podviz(folder.path(), &["init", "k8s"]);
    assert_eq!(
        said(&first),
        (0, "Wrote k8s/podviz.yaml; next, write the site: podviz render k8s -o site\n".to_owned())
    );
    let path = folder.path().join("k8s/podviz.yaml");
    let text = fs::read_to_string(&path).expect("the settings");
    for words in
        ["# yaml-language-server: $schema=https://", "# title: k8s", "chart: charts/web", "overlays/dev"]
    {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert_ne!(
        said(&podviz(folder.path(), &["graph", "k8s", "--no-tools"])).0,
        2,
        "the settings are understood"
    );
    let uncommented: Vec<&str> =
        text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).skip(1).collect();
    fs::write(&path, uncommented.join("\n")).expect("a file");
    let (status, messages) = said(&podviz(folder.path(), &["graph", "k8s", "--no-tools"]));
    assert_ne!(status, 2, "{messages}");
    let (status, messages) = said(&podviz(folder.path(), &["init", "k8s"]));
    assert_eq!((status, messages.contains("--force")), (2, true), "{messages}");
    assert!(fs::read_to_string(&path).expect("the settings").starts_with("\n## "), "they are as they were");
    assert_eq!(said(&podviz(folder.path(), &["init", "k8s", "--force"])).0, 0);
    assert_eq!(fs::read_to_string(&path).expect("the settings"), text);
    assert_eq!(said(&podviz(folder.path(), &["init", "nowhere"])).0, 2);
}

#[cfg(unix)]
#[test]
fn init_follows_no_link() {
    let folder = written(&[("mine.txt", "mine"), ("k8s/shop.yaml", SHOP)]);
    std::os::unix::fs::symlink("../mine.txt", folder.path().join("k8s/podviz.yaml")).expect("a link");
    assert_eq!(said(&podviz(folder.path(), &["init", "k8s"])).0, 2);
    assert_eq!(said(&podviz(folder.path(), &["init", "k8s", "--force"])).0, 0);
    assert_eq!(fs::read_to_string(folder.path().join("mine.txt")).expect("a file"), "mine");
}

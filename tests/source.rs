//! Bytes in, redacted documents out: YAML as Kubernetes reads it, broken input, secrets, templates, the walk.

use podviz::document::{Limits, MARK};
use podviz::problem::{Level, Problems};
use podviz::source::{Loaded, Order, ReadError, load, read};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "apiVersion: v1\nkind: X\nmetadata: {name: n1}\n";

fn loaded(text: &str) -> Loaded {
    load("a.yaml", text.as_bytes(), &Limits::default())
}

fn data(yaml: &str) -> String {
    let loaded = loaded(&format!("{HEAD}d:\n  {yaml}\n"));
    match loaded.documents.first() {
        Some(document) => document.value.get("d").expect("it is there").to_json().to_string(),
        None => codes(&loaded.problems).join(" "),
    }
}

fn codes(problems: &Problems) -> Vec<String> {
    let line = |problem: &podviz::problem::Problem| problem.place.as_ref().map_or(0, |place| place.line);
    problems.iter().map(|problem| format!("{}:{}", problem.code.id(), line(problem))).collect()
}

/// Everything of a reading that another stage could see.
fn visible(loaded: &Loaded) -> String {
    let mut text = format!("{loaded:?}");
    for document in &loaded.documents {
        for line in document.file.lines.iter() {
            text.extend([line.text(), "\n"]);
        }
        text.push_str(&document.value.to_json().to_string());
    }
    text
}

fn shown(loaded: &Loaded) -> Vec<String> {
    let file = &loaded.documents[0].file;
    file.lines.iter().map(|line| line.text().to_owned()).collect()
}

#[test]
fn yaml_reads_as_kubectl_reads_it() {
    for (yaml, want) in [
        ("a: !foo 123", r#"{"a":"123"}"#),
        ("a: ! 12", r#"{"a":"12"}"#),
        ("a: !!int \"3\"", r#"{"a":3}"#),
        ("a: !!binary aGVsbG8=", r#"{"a":"hello"}"#),
        ("a: !!bool \"yes\"", r#"{"a":true}"#),
        ("a: !!str", r#"{"a":""}"#),
        ("a: !!str 0755", r#"{"a":"0755"}"#),
        ("a: !foo {x: 1}", r#"{"a":{"x":1}}"#),
        ("a: 'yes'", r#"{"a":"yes"}"#),
        ("a: |\n    0755", r#"{"a":"0755\n"}"#),
        ("1: x", r#"{"1":"x"}"#),
        ("yes: x", r#"{"true":"x"}"#),
        ("1.5: x", r#"{"1.5":"x"}"#),
        ("0x10: x", r#"{"16":"x"}"#),
        ("<<: [{a: 1}, {a: 2, b: 3}]", r#"{"a":1,"b":3}"#),
        ("<<: {a: 1}\n  a: 2", r#"{"a":2}"#),
        ("\"<<\": {a: 1}", r#"{"<<":{"a":1}}"#),
        ("x: &x {a: 1}\n  z: {<<: *x, b: *x}", r#"{"x":{"a":1},"z":{"b":{"a":1},"a":1}}"#),
        ("~: x", "invalid-yaml:5"),
        ("[a]: x", "invalid-yaml:5"),
        ("<<: 3", "invalid-yaml:5"),
        ("a: .inf", "invalid-yaml:5"),
        ("a: !!null x", "invalid-yaml:5"),
        ("a: \"\\ud83d\\ude00\"", r#"{"a":"😀"}"#),
    ] {
        assert_eq!(data(yaml), want, "{yaml}");
    }
}

#[test]
fn scalars_remember_how_they_were_written() {
    let loaded = loaded(&format!("{HEAD}d: [1.10, 0755, yes, 1e3, 3, true, x, '0755', ~]\n"));
    let items = loaded.documents[0].value.get("d").unwrap().items();
    let written: Vec<_> = items.iter().map(|item| item.written.as_deref()).collect();
    assert_eq!(written, [Some("1.10"), Some("0755"), Some("yes"), Some("1e3"), None, None, None, None, None]);
    assert_eq!((items[1].line, items[1].column), (4, 11));
}

#[test]
fn one_broken_document_costs_only_itself() {
    let ok = |name: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n");
    for (broken, code) in [
        ("kind: A\na: [}\n", "invalid-yaml:5"),
        ("kind: A\n\tb: 1\n", "invalid-yaml:5"),
        ("kind: A\na: \"x\n", "invalid-yaml:5"),
        ("kind: *nowhere\n", "unknown-alias:4"),
        ("kind: &a [*a]\n", "unknown-alias:4"),
        (&format!("kind: {}\n", "[".repeat(5000)), "too-deep:4"),
        (&format!("{}x\n", "- ".repeat(5000)), "too-deep:4"),
        ("apiVersion: {}\nkind: []\nmetadata: {name: a}\n", "invalid-manifest:4"),
        ("kind: Pod\nmetadata: {name: a}\n", "invalid-manifest:4"),
        ("Kind: Pod\napiVersion: v1\n", "invalid-manifest:4"),
    ] {
        let loaded = loaded(&format!("{}---\n{broken}---\n{}", ok("a1"), ok("b1")));
        let first: Vec<_> =
            codes(&loaded.problems).iter().map(|code| code.split(':').next().unwrap().to_owned()).collect();
        assert_eq!(first, [code.split(':').next().unwrap()], "{}", &broken[..broken.len().min(40)]);
        let names: Vec<_> =
            loaded.documents.iter().map(|d| d.value.at("metadata.name").unwrap().as_str().unwrap()).collect();
        assert_eq!(names, ["a1", "b1"]);
        let lines: usize = 5 + broken.lines().count();
        assert_eq!(loaded.documents[1].first_line as usize, lines + 1);
        assert!(!visible(&loaded).contains("nowhere"));
    }
}

#[test]
fn aliases_have_a_budget() {
    let mut bomb = "apiVersion: v1\nkind: ConfigMap\nd:\n  a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..9 {
        let before = n - 1;
        bomb.push_str(&format!("  a{n}: &a{n} [{}]\n", vec![format!("*a{before}"); 9].join(",")));
    }
    let loaded = loaded(&bomb);
    assert!(loaded.documents.is_empty());
    let problem = loaded.problems.iter().next().unwrap();
    assert!(problem.code.id() == "alias-bomb" && problem.message.contains("alias"));
}

#[test]
fn what_is_no_manifest_is_passed_over() {
    for text in [
        "replicas: 2\n",
        "- a\n",
        "just text\n",
        "services: {web: {image: x}}\n",
        "a: [}\n",
        "{\"a\": 1}\n",
        "on: push\njobs: {}\n",
        "apiVersion: v1\nkind: Config\nclusters: []\nusers: [{user: {token: x}}]\n",
        "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
        "// x\n{\"compilerOptions\": {}}\n",
        "apiVersion: 1\ndatasources: []\n",
    ] {
        let loaded = loaded(text);
        assert!(
            loaded.passed_over && loaded.problems.is_empty() && loaded.documents.is_empty(),
            "{text}: {loaded:?}"
        );
    }
    assert!(!loaded("# only a comment\n").passed_over);
    assert_eq!(
        loaded("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n").documents.len(),
        1
    );
}

#[test]
fn json_is_read_with_its_lines() {
    let text = "{\"apiVersion\":\"v1\",\n\t\"kind\":\"Pod\",\"n\":1.0,\"e\":[],\"m\":{},\"s\":\"\\ud83d\\ude00\\/\"}\n{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"k\":\"Zm9v\"}}";
    let loaded = loaded(text);
    assert_eq!(codes(&loaded.problems), [""; 0]);
    assert_eq!(loaded.documents.len(), 2);
    assert_eq!(
        loaded.documents[0].value.to_json().to_string(),
        r#"{"apiVersion":"v1","kind":"Pod","n":1,"e":[],"m":{},"s":"😀/"}"#
    );
    assert_eq!(loaded.documents[0].value.get("kind").unwrap().line, 2);
    assert!(!visible(&loaded).contains("Zm9v"));
    assert_eq!(
        shown(&loaded)[2],
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{{\"k\":\"{MARK}\"}}}}")
    );
}

#[test]
fn duplicate_keys_are_named_and_the_last_counts() {
    let loaded = loaded("apiVersion: v1\nkind: Pod\nmetadata:\n  name: first\n  name: second\n");
    assert_eq!(codes(&loaded.problems), ["duplicate-key:5"]);
    assert!(
        loaded
            .problems
            .iter()
            .all(|problem| problem.level == Level::Warning && problem.message.contains("`name`"))
    );
    assert_eq!(loaded.documents[0].value.at("metadata.name").unwrap().as_str(), Some("second"));
}

#[test]
fn source_lines_are_the_file() {
    let text = "# License\n\n# A pod.\n---\n# It runs.\napiVersion: v1\nkind: Pod # yes\nm: &a [1, 'x''y', \"z\"]\nn: *a\nt: |\n  one\n\n  two\nf: >-\n    a\n    b\n...\n";
    let loaded = loaded(text);
    assert_eq!(shown(&loaded).join("\n") + "\n", text);
    let document = &loaded.documents[0];
    assert_eq!((document.first_line, document.last_line), (6, 16));
    assert_eq!(document.comment.as_deref(), Some("A pod.\nIt runs."));
}

#[test]
fn templates_are_recognized() {
    for text in [
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ include \"x\" . }}\n",
        "{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n{{ toYaml .Values.spec | indent 2 }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x-{{ .Release.Name }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"{{ .Values.name }}\"\n",
    ] {
        assert!(loaded(text).template, "{text}");
    }
    for text in [
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    {{ template \"slack\" . }} {{ .Values.x }}\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: '{{ $labels.pod }} is down'\n  b: x {{ $value }}\n",
    ] {
        assert_eq!(loaded(text).documents.len(), 1, "{text}");
    }
}

#[test]
fn a_scalar_is_secret_wherever_its_anchor_is_used() {
    let loaded = loaded(
        "apiVersion: v1\nkind: X\na: &a canary1\npassword: *a\nb: &m {k: canary2}\nx: {kind: Secret, data: {<<: *m}}\n",
    );
    assert!(!visible(&loaded).contains("canary"), "{:?}", shown(&loaded));
}

#[test]
fn what_teaches_stays() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  automountServiceAccountToken: true\n  imagePullSecrets: [{name: regcred}]\n  containers:\n  - name: a\n    image: x@sha256:0123456789012345678901234567890123456789012345678901234567890123\n    args: [--token-ttl=5m, -p8080]\n    env:\n    - {name: LOG_LEVEL, value: debug}\n    - {name: TOKEN_TTL, value: 1h}\n    - {name: PASSWORD_FILE, value: /run/secrets/pw}\n    - {name: URL, value: \"http://$(U):$(P)@db:5432\"}\n    - {name: PW, valueFrom: {secretKeyRef: {name: db, key: password}}}\n  volumes: [{name: s, secret: {secretName: tls}}]\n";
    assert_eq!(shown(&loaded(text)).join("\n") + "\n", text);
    let url = loaded(&format!("{HEAD}u: postgres://me:canary@db:5432/app\n"));
    assert_eq!(
        url.documents[0].value.get("u").unwrap().as_str(),
        Some("postgres://me:[redacted]@db:5432/app")
    );
}

#[test]
fn a_secret_that_traefik_names_stays_and_what_a_plugin_is_told_does_not() {
    let text = "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nspec:\n  basicAuth: {secret: users}\n  digestAuth: {secret: \"me:$apr1$canary1\"}\n  plugin: {gate: {secret: canary2}}\n  headers: {customRequestHeaders: {secret: canary3}}\n";
    let loaded = loaded(text);
    assert!(visible(&loaded).contains("users"));
    assert!(!visible(&loaded).contains("canary"), "{:?}", shown(&loaded));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let loaded = load("a.yaml", b"apiVersion: v1\nx: caf\xe9\n", &Limits::default());
    let problem = loaded.problems.iter().next().unwrap();
    assert_eq!((problem.code.id(), problem.message.as_str()), ("not-text", "not valid UTF-8 at byte 21"));
}

#[test]
fn the_walk_reads_what_belongs_to_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("in");
    let pod = |name: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n");
    for (path, name) in [
        ("in/b.yaml", "b"),
        ("in/a/c.yml", "c"),
        ("in/ignored.yaml", "i"),
        ("in/.hidden/x.yaml", "h"),
        ("in/out/x.yaml", "o"),
        ("in/site/x.yaml", "s"),
        ("outside/x.yaml", "x"),
        ("in/readme.md", "m"),
        ("in/chart/templates/d.yaml", "t"),
        ("in/chart/Chart.yaml", "k"),
        ("in/chart/crds/e.yaml", "e"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, pod(name)).unwrap();
    }
    fs::write(root.join(".gitignore"), "ignored.yaml\n").unwrap();
    fs::write(root.join("site/.podviz"), "").unwrap();
    #[cfg(unix)]
    for (to, link) in [
        ("..", "in/a/loop"),
        ("../outside/x.yaml", "in/l.yaml"),
        ("b.yaml", "in/same.yaml"),
        ("no", "in/n.yaml"),
    ] {
        std::os::unix::fs::symlink(to, folder.path().join(link)).unwrap();
    }
    let reading =
        read(&order(std::slice::from_ref(&root), Some(&root.join("out")), &Limits::default())).unwrap();
    let paths: Vec<_> = reading.documents.iter().map(|document| document.file.path.as_str()).collect();
    assert_eq!(paths, ["a/c.yml", "b.yaml", "chart/crds/e.yaml"]);
    let mut found = codes(&reading.problems);
    found.sort();
    #[cfg(unix)]
    assert_eq!(
        found,
        ["helm-template:0", "link-skipped:0", "link-skipped:0", "link-skipped:0", "not-a-manifest:0"]
    );
    assert!(!format!("{:?}", reading.problems).contains(folder.path().to_str().unwrap()));
    let two = read(&order(&[root.join("a"), root.join("b.yaml")], None, &Limits::default())).unwrap();
    let paths: Vec<_> = two.documents.iter().map(|document| document.file.path.as_str()).collect();
    assert_eq!(paths, ["a/c.yml", "b.yaml"]);
    assert!(matches!(
        read(&order(&[root.join("none")], None, &Limits::default())),
        Err(ReadError::NotFound(_))
    ));
    let small = Limits { file_bytes: 10, ..Limits::default() };
    let large = read(&order(&[root.join("b.yaml")], None, &small)).unwrap();
    assert!(
        large.problems.iter().all(|problem| problem.message.contains("too large"))
            && !large.problems.is_empty()
    );
}

/// Documents with a hole for a secret.
const HOLES: &[&str] = &[
    "apiVersion: v1\nkind: Secret\ndata: {a: @}\n",
    "apiVersion: v1\nkind: secret\nstringData:\n  a: |\n    @\n    @\n",
    "apiVersion: v1\nkind: Secret\ndata:\n  # @\n  a: \"@\" # @\n  a: '@'\n",
    "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: SecretList, items: [{data: {k: \"@\"}}]}\n",
    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{\"k\":\"@\"}}",
    "kind: Secret\napiVersion: v1\ndata: [\"@\", {x: \"@\"}]\n",
    "apiVersion: v1\nkind: Pod\nspec: {containers: [{env: [{name: DB_PASSWORD, value: \"@\"}]}]}\n",
    "apiVersion: v1\nkind: Pod\nspec: {containers: [{args: [\"--password=@\", \"--token\", \"@\"]}]}\n",
    "apiVersion: v1\nkind: Pod\nspec: {containers: [{command: [sh, -c, \"PGPASSWORD=@ psql\"]}]}\n",
    "apiVersion: v1\nkind: Pod\nspec: {p: {httpHeaders: [{name: Authorization, value: \"Bearer @\"}], path: \"/x?token=@\"}}\n",
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  password: \"@\"\n  app.properties: |\n    db.password=@\n    url=jdbc:x://u:@@h/d\n",
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  m.yaml: |\n    kind: Secret\n    data:\n      k: @\n",
    "apiVersion: v1\nkind: ConfigMap\ndata: {c.json: \"{\\\"clientSecret\\\": \\\"@\\\"}\"}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: \"{@}\"}}\n",
    "apiVersion: x/v1\nkind: Yy\nspec: {auth: {clientSecret: \"@\", adminPassword: @}}\n",
    "# password: @\napiVersion: v1\nkind: Pod\n# - name: API_KEY\n#   value: @\n",
    "apiVersion: v1\nkind: Pod\n---\nkind: Secret\ndata: [}\n  a: @\n---\napiVersion: v1\nkind: Pod\n",
    "apiVersion: v1\nkind: Pod\n---\nkind: Secret\nmetadata: {name: a}\ndata: {a: @}\n",
    "apiVersion: v1\nkind: Pod\n---\nvalues: @\n",
    "apiVersion: v1\nkind: Secret\ndata: &d {a: @}\nx: *d\n",
    "apiVersion: v1\nkind: Xx\nauths: {\"https://u:@@h\": {auth: @}}\n",
    "apiVersion: v1\nkind: Secret\ndata: {a: @, a: @}\ndata:\n  b: \"@\n    @\"\n  ? c\n  : >-\n    @\n",
];

proptest! {
    #[test]
    fn a_secret_is_nowhere(canary in "[A-Z][a-z]{3}[0-9]{2}[A-Za-z0-9]{6,12}", hole in 0..HOLES.len(), crlf: bool, utf16: bool) {
        let mut text = HOLES[hole].replace("@@", "\u{1}@").replace('@', &canary).replace('\u{1}', "").replace(&format!("u:{canary}h"), &format!("u:{canary}@h"));
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let bytes = if utf16 {
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        } else {
            text.clone().into_bytes()
        };
        let loaded = load("a.yaml", &bytes, &Limits::default());
        prop_assert!(!loaded.documents.is_empty());
        prop_assert!(!visible(&loaded).contains(&canary), "{text}\n{}", visible(&loaded));
    }

    #[test]
    fn manifests_round_trip(name in "[a-z]{1,8}", replicas in 0i64..100, text in "[ -~]{0,30}") {
        let value = serde_json::json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"replicas": replicas}});
        let json = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(loaded(&json).documents[0].value.to_json(), value.clone());
        let yaml = format!("---\n{json}\n---\n{json}\n# {text}\n");
        let loaded = loaded(&yaml);
        prop_assert_eq!(loaded.documents[1].value.to_json(), value);
    }
}

fn order(inputs: &[PathBuf], output: Option<&Path>, limits: &Limits) -> Order {
    Order { inputs: inputs.to_vec(), output: output.map(Path::to_owned), limits: limits.clone(), build: None }
}

//! What may stand in `podviz.yaml`, and what is said of anything else.

use super::*;
use crate::catalog::Catalog;
use proptest::prelude::*;
use std::sync::LazyLock;

static KNOWN: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

const CODES: [&str; 2] = ["missing-object", "mutable-image-tag"];

fn fault_or(text: &str) -> Result<Settings, Fault> {
    let value = crate::document::parse(text.as_bytes()).unwrap();
    Settings::read("podviz.yaml", &value, &CODES, &KNOWN).map_err(|error| error.fault)
}

/// Line, what is said, and what to do.
fn said(text: &str) -> (u32, String, String) {
    let fault = fault_or(text).map(|_| ()).unwrap_err();
    (fault.line, fault.to_string(), fault.help.unwrap_or_default())
}

#[test]
fn a_level_may_be_changed_or_switched_off() {
    let settings = fault_or("advice: {mutable-image-tag: off, missing-object: error}").unwrap();
    assert_eq!(settings.advice["mutable-image-tag"], Weight::Off);
    assert_eq!(settings.advice["missing-object"], Weight::At(Level::Error));
}

#[test]
fn keys_without_a_value_are_as_good_as_absent() {
    let settings = fault_or("title:\nhide:\n  kinds:\nrules:\nadvice:\nignore:\n").unwrap();
    assert!(settings.title.is_none() && settings.hide.is_empty() && settings.ignore.is_empty());
}

#[test]
fn an_unknown_key_is_named_with_its_line_at_every_level() {
    let table = [
        (
            "title: x\naplications: []",
            2,
            "there is no key `aplications` here",
            "did you mean `applications`?",
        ),
        ("hide:\n  kind: [Lease]", 2, "hide: there is no key `kind` here", "did you mean `kinds`?"),
        (
            "rules:\n  kinds:\n  - kind: Service\n    edge: []",
            4,
            "rules.kinds[0]: there is no key `edge` here",
            "did you mean `edges`?",
        ),
        (
            "rules:\n  kinds:\n  - kind: Service\n    edges:\n    - relation: references\n      field: spec.x\n      too: Secret",
            7,
            "rules.kinds[0].edges[0]: there is no key `too` here",
            "did you mean `to`?",
        ),
        (
            "releases:\n- environment: a\n  chart: c\n  value: [x]",
            4,
            "releases[0]: there is no key `value` here",
            "did you mean `values`?",
        ),
    ];
    for (text, line, reason, help) in table {
        let (found, message, next) = said(text);
        assert_eq!((found, message.as_str()), (line, reason), "{text}");
        assert!(next.contains(help), "{next}");
    }
}

#[test]
fn a_wrong_word_lists_those_that_are_allowed() {
    let rule = |line: &str| format!("rules:\n  kinds:\n  - kind: Service\n    {line}\n");
    let (line, reason, help) = said(&rule("edges: [{relation: reference, field: spec.x, to: Secret}]"));
    assert_eq!(
        (line, reason.as_str()),
        (4, "rules.kinds[0].edges[0].relation: `reference` is not a word that is known here")
    );
    assert!(help.contains("did you mean `references`?") && help.contains("`routes-to`"), "{help}");
    let (_, _, help) = said(&rule("role: worker"));
    assert!(help.contains("`workload`") && help.contains("`storage`"), "{help}");
    let (_, reason, help) = said("advice: {missing-object: loud}");
    assert!(reason.starts_with("advice.missing-object: `loud`") && help.contains("`off`"), "{reason} {help}");
}

#[test]
fn what_is_missing_or_of_another_type_is_named() {
    let table = [
        ("ignore: [{objects: [x]}]", "ignore[0]: the key `because` is missing"),
        ("title: 7", "title: this must be text, not a number"),
        ("hide: {kinds: Lease}", "hide.kinds: this must be a list, not text"),
        ("hide: [Lease]", "hide: this must be a mapping, not a list"),
        ("- title", "this must be a mapping, not a list"),
        ("hide: {kinds: ['']}", "hide.kinds[0]: an empty pattern stands for nothing"),
        ("repository: javascript:alert(1)", "repository: this must be the address of a web page"),
        ("advice: {mutable-tag: off}", "advice.mutable-tag: no advice has the code `mutable-tag`"),
        (
            "applications: [{name: a, objects: []}, {name: a, objects: []}]",
            "applications[1].name: two applications are named `a`",
        ),
        (
            "releases: [{environment: a, chart: ../c}]",
            "releases[0].chart: this path leads out of the folder of the settings",
        ),
        ("tools: {seconds: 0}", "tools.seconds: this may be 1 to 600"),
        (
            "releases: [{environment: a, chart: c, values: [/etc/x]}]",
            "releases[0].values[0]: this path leads out of the folder of the settings",
        ),
        (
            "rules: {images: [{class: a, images: '(', part: sidecar, does: b}]}",
            "rules.images[0].images: this is no regular expression: unclosed group",
        ),
        (
            "rules: {kinds: [{kind: Lighthouse}]}",
            "rules.kinds[0].kind: podviz does not know the kind `Lighthouse`",
        ),
        (
            "rules: {kinds: [{kind: (pod), role: other}]}",
            "rules.kinds[0].role: `(pod)` has edges and nothing else",
        ),
        (
            "rules: {kinds: [{kind: Service, edges: [{relation: references, field: a, to: Sercet}]}]}",
            "rules.kinds[0].edges[0].to: podviz does not know the kind `Sercet`",
        ),
        (
            "rules: {kinds: [{kind: Service, edges: [{relation: references, field: a}]}]}",
            "rules.kinds[0].edges[0]: nothing says which kind this edge leads to",
        ),
        (
            "rules: {kinds: [{kind: Service, explain: [{field: 'a[b', say: c}]}]}",
            "rules.kinds[0].explain[0].field: `a[b`: `[` is not closed",
        ),
        (
            "rules: {kinds: [{kind: Service, explain: [{field: a, say: 'It has {name}.'}]}]}",
            "rules.kinds[0].explain[0].say: `It has {name}.`: `{name}` is not `{value}` or `{.field}`",
        ),
        (
            "rules: {kinds: [{kind: Service, explain: [{field: a, unit: pods, say: b}]}]}",
            "rules.kinds[0].explain[0].unit: this must be `seconds`, `bytes`, `cpu`, `share`, or the words for one and for many",
        ),
        (
            "rules: {kinds: [{kind: Service, explain: [{field: a, unit: share, say: b}]}]}",
            "rules.kinds[0].explain[0].unit: no entry of `weights` has this field",
        ),
        (
            "rules: {kinds: [{kind: Service, crew: [{what: [a, b], workload: {kind: Set, as: c}}]}]}",
            "rules.kinds[0].crew[0].workload.kind: podviz does not know the kind `Set`",
        ),
    ];
    for (text, reason) in table {
        assert_eq!(said(text).1, reason, "{text}");
    }
}

fn learned(text: &str) -> Catalog {
    Catalog::embedded().with_settings(fault_or(text).unwrap(), "cluster.local")
}

#[test]
fn a_kind_that_is_known_gets_more_edges_and_keeps_what_is_not_written() {
    let before = KNOWN.kind("apps", "Deployment").unwrap();
    let catalog = learned(
        "rules: {kinds: [{kind: Deployment, summary: Runs our pods., edges: [{relation: references, field: spec.x, to: Secret}]}]}",
    );
    let after = catalog.kind("apps", "Deployment").unwrap();
    assert_eq!(after.edges.len(), before.edges.len() + 1);
    assert_eq!((after.role, &after.succeeds), (before.role, &before.succeeds));
    assert_eq!(after.summary, "Runs our pods.");
    assert_eq!(catalog.kinds().count(), KNOWN.kinds().count());
}

#[test]
fn every_key_of_a_kind_that_is_written_counts() {
    let schema: serde_json::Value = serde_json::from_str(&schema(&[])).unwrap();
    let keys = schema["definitions"]["KindRule"]["properties"].as_object().unwrap();
    let source = include_str!("../extend.rs");
    let always = ["kind", "group", "edges", "explain"];
    for key in keys.keys().filter(|key| !always.contains(&key.as_str())) {
        assert!(source.contains(&format!("\"{key}\" => ")), "src/catalog/extend.rs passes over `{key}`");
    }
}

#[test]
fn images_of_the_user_come_first() {
    let catalog = learned("rules: {images: [{class: ours, images: nginx, part: sidecar, does: is ours}]}");
    assert_eq!(catalog.image("nginx:1").unwrap().class, "ours");
    assert_eq!(catalog.image("redis:7").unwrap().class, "data store");
}

#[test]
fn hidden_is_what_is_of_a_kind_or_in_a_namespace() {
    let settings = fault_or("hide: {kinds: [Lease, '*.example.org'], namespaces: [kube-*]}").unwrap();
    let hides = |group: &str, kind: &str, namespace: &str, name: &str| {
        settings.hide.hides(&Identity {
            environment: "default".into(),
            group: group.into(),
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        })
    };
    assert!(hides("coordination.k8s.io", "Lease", "shop", "a"));
    assert!(hides("example.org", "Lighthouse", "shop", "a"));
    assert!(hides("apps", "Deployment", "kube-system", "a"));
    assert!(hides("", "Namespace", "", "kube-system"));
    assert!(!hides("", "Node", "", "kube-1"));
    assert!(!hides("apps", "Deployment", "shop", "kube-proxy"));
}

/// Trees that often begin like settings.
fn tree() -> impl Strategy<Value = serde_json::Value> {
    let words = prop::sample::select(vec![
        "title",
        "hide",
        "kinds",
        "namespaces",
        "applications",
        "name",
        "objects",
        "releases",
        "tools",
        "seconds",
        "chart",
        "values",
        "rules",
        "images",
        "kind",
        "group",
        "edges",
        "field",
        "relation",
        "to",
        "pods",
        "explain",
        "say",
        "is",
        "advice",
        "ignore",
        "codes",
        "because",
        "(pod)",
        "Service",
        "references",
        "a[",
        "..",
        "*",
        "",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        words.clone().prop_map(Into::into),
        ".*".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            prop::collection::btree_map(words.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_settings_make_podviz_panic(tree in tree()) {
        let Ok(value) = crate::document::parse(tree.to_string().as_bytes()) else { return Ok(()) };
        if let Ok(settings) = Settings::read("podviz.yaml", &value, &CODES, &KNOWN) {
            let _ = Catalog::embedded().with_settings(settings, "cluster.local");
        }
    }
}

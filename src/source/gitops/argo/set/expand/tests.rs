//! Sets of all kinds, with a stand-in for helm that knows the few templates in them.

use super::super::super::super::registered::RegisteredCluster;
use super::super::super::super::renderings::{Fault, Texts};
use super::super::super::files::Tree;
use super::super::generator::Surroundings;
use super::super::git::Repositories;
use super::super::unknown::Unknown;
use super::{Expansion, Step, expand};
use crate::document::parse;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::rc::Rc;

struct Files;

impl Repositories for Files {
    fn tree(&self, address: &str, _: &[&str]) -> Option<Rc<Tree>> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        (address == "here").then(|| {
            Rc::new(Tree {
                folders: texts(&["apps", "apps/mail", "apps/wiki"]),
                files: texts(&["sites/north.yaml", "sites/south.yaml"]),
                ..Tree::default()
            })
        })
    }

    fn read(&self, _: &Tree, path: &str) -> Option<Json> {
        Some(json!({"site": path.trim_start_matches("sites/").trim_end_matches(".yaml"), "size": 3}))
    }
}

fn cluster(name: &str, tier: &str) -> RegisteredCluster {
    RegisteredCluster {
        name: name.to_owned(),
        server: format!("https://{name}.example"),
        labels: BTreeMap::from([("tier".to_owned(), tier.to_owned())]),
        ..RegisteredCluster::default()
    }
}

/// Expands a set; what would be rendered by helm is a path into the parameters here. Also gives the number of rounds.
fn rounds(set: &str, clusters: &[RegisteredCluster]) -> (Expansion, usize) {
    let set = parse(format!("metadata: {{name: s, namespace: argocd}}\nspec:\n{set}").as_bytes())
        .expect("YAML")
        .to_json();
    let surroundings = Surroundings { clusters, repositories: &Files };
    let mut texts = Texts::new();
    for round in 0..10 {
        match expand(&set, &surroundings, &texts) {
            Step::Done(expansion) => return (expansion, round),
            Step::Wanted(wanted) => {
                assert!(!wanted.is_empty());
                for request in wanted {
                    let params: Json = serde_json::from_str(&request.params).expect("JSON");
                    let text = render(&request.text, &params);
                    texts.insert(request, text);
                }
            }
        }
    }
    panic!("it does not end");
}

fn render(text: &str, params: &Json) -> Result<String, Fault> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (path, after) = after.split_once("}}").expect("an end");
        out.push_str(before);
        let path = path.trim();
        if path == "fail" {
            return Err(Fault::Failed("a template says that it must fail".to_owned()));
        }
        match params.pointer(&path.replace('.', "/")) {
            Some(Json::String(text)) => out.push_str(text),
            Some(other) => out.push_str(&other.to_string()),
            None => out.push_str("<no value>"),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn expanded(set: &str) -> Expansion {
    rounds(set, &[cluster("east", "edge"), cluster("west", "edge"), cluster("lab", "lab")]).0
}

fn names(expansion: &Expansion) -> Vec<&str> {
    let name = |(_, app): &(usize, Json)| app.pointer("/metadata/name").and_then(Json::as_str).map(str::len);
    assert!(expansion.applications.iter().all(|app| name(app).is_some()));
    expansion.applications.iter().filter_map(|(_, app)| app["metadata"]["name"].as_str()).collect()
}

#[test]
fn elements_of_a_list_are_put_into_the_template() {
    let expansion = expanded(
        "  generators: [{list: {elements: [{a: x, values: {b: '1'}}, {a: w}], elementsYaml: '[{a: z, n: 3}]'}}]\n  template: {metadata: {name: 'w-{{a}}', labels: {'{{ a }}': '{{values.b}}'}}, spec: {source: {path: '{{n}}'}}}\n",
    );
    assert_eq!(names(&expansion), ["w-x", "w-w", "w-z"]);
    assert_eq!(expansion.applications[0].1["metadata"]["labels"], json!({"x": "1"}));
    assert_eq!(expansion.applications[2].1["spec"]["source"]["path"], "{{n}}", "only texts are put in");
    assert_eq!(expansion.applications[0].1["metadata"]["namespace"], "argocd");
    assert_eq!(
        expansion.applications[0].1["metadata"]["finalizers"],
        json!(["resources-finalizer.argocd.argoproj.io"])
    );
}

#[test]
fn simple_templates_take_texts_only() {
    let expansion =
        expanded("  generators: [{list: {elements: [{a: 1}]}}]\n  template: {metadata: {name: x}}\n");
    assert!(expansion.refused.expect("a reason").contains("`a`"));
    assert!(expansion.applications.is_empty());
}

#[test]
fn a_matrix_combines_and_its_second_uses_the_first() {
    let (expansion, rounds) = rounds(
        "  goTemplate: true\n  generators:\n  - matrix:\n      generators:\n      - git: {repoURL: here, directories: [{path: apps/*}]}\n      - list: {elements: [{stage: dev, of: '{{ .path.basename }}'}, {stage: live, of: none, path: {basename: no}}]}\n  template: {metadata: {name: '{{ .path.basename }}-{{ .stage }}-{{ .of }}'}}\n",
        &[],
    );
    assert_eq!(names(&expansion), ["mail-dev-mail", "mail-live-none", "wiki-dev-wiki", "wiki-live-none"]);
    assert_eq!(rounds, 2, "one round for each stage, whatever the number of elements");
}

#[test]
fn simple_parameters_that_contradict_each_other_are_refused() {
    let set = |second: &str| {
        format!(
            "  generators: [{{matrix: {{generators: [{{list: {{elements: [{{a: x}}]}}}}, {{list: {{elements: [{{a: {second}}}]}}}}]}}}}]\n  template: {{metadata: {{name: '{{{{a}}}}'}}}}\n"
        )
    };
    assert_eq!(names(&expanded(&set("x"))), ["x"]);
    assert!(expanded(&set("w")).refused.is_some());
}

#[test]
fn a_merge_overrides_by_its_keys() {
    let expansion = expanded(
        "  goTemplate: true\n  generators:\n  - merge:\n      mergeKeys: [k]\n      generators:\n      - list: {elements: [{k: one, v: a, m: {x: 1}}, {k: two, v: a}]}\n      - list: {elements: [{k: two, v: b}, {k: three, v: c}]}\n      - list: {elements: [{k: one, m: {z: 2}}]}\n  template: {metadata: {name: '{{ .k }}-{{ .v }}', labels: {m: '{{ .m }}'}}}\n",
    );
    assert_eq!(names(&expansion), ["one-a", "two-b"]);
    assert_eq!(expansion.applications[0].1["metadata"]["labels"]["m"], r#"{"x":1,"z":2}"#);
}

#[test]
fn clusters_are_those_of_the_input() {
    let set = |more: &str| {
        format!(
            "  goTemplate: true\n  generators: [{{clusters: {{{more}}}}}]\n  template: {{metadata: {{name: '{{{{ .name }}}}{{{{ .values.v }}}}'}}}}\n"
        )
    };
    let edge =
        expanded(&set("selector: {matchLabels: {tier: edge}}, values: {v: '-{{ .metadata.labels.tier }}'}"));
    assert_eq!(names(&edge), ["east-edge", "west-edge"]);
    let every = expanded(&set("values: {v: x}"));
    assert_eq!(names(&every), ["eastx", "westx", "labx", "in-clusterx"]);
    assert!(every.unknown.is_empty());
    let none = expanded(&set("selector: {matchLabels: {tier: moon}}"));
    let unknown =
        Unknown { generator: "clusters", missing: "a cluster Secret with `tier=moon` is".to_owned() };
    assert!(names(&none).is_empty());
    assert_eq!(none.unknown, [unknown]);
    let (nobody, _) = rounds(&set("values: {v: x}"), &[]);
    assert_eq!(names(&nobody), ["in-clusterx"]);
    assert_eq!(nobody.unknown.len(), 1);
    let flat = expanded(
        "  goTemplate: true\n  generators: [{clusters: {flatList: true, selector: {matchLabels: {tier: edge}}}}]\n  template: {metadata: {name: '{{ .clusters.1.name }}'}}\n",
    );
    assert_eq!(names(&flat), ["west"]);
}

#[test]
fn clusters_that_no_override_is_for_keep_what_they_have() {
    let expansion = expanded(
        "  generators:\n  - merge:\n      mergeKeys: [server]\n      generators:\n      - clusters: {selector: {matchLabels: {tier: edge}}, values: {v: '1'}}\n      - clusters: {selector: {matchLabels: {stage: live}}, values: {v: '2'}}\n      - clusters: {selector: {matchLabels: {metadata: none}}, values: {v: '3'}}\n  template: {metadata: {name: '{{name}}-{{values.v}}'}}\n",
    );
    assert_eq!(names(&expansion), ["east-1", "west-1"]);
    assert!(expansion.unknown.is_empty());
}

#[test]
fn what_one_generator_cannot_know_costs_only_that() {
    let expansion = expanded(
        "  generators:\n  - scmProvider: {github: {organization: team}}\n  - list: {elements: [{a: x}]}\n  - git: {repoURL: there, files: [{path: '*'}]}\n  - matrix: {generators: [{list: {elements: [{a: x}]}}, {pullRequest: {gitlab: {project: p}}}]}\n  template: {metadata: {name: '{{a}}'}}\n",
    );
    assert_eq!(names(&expansion), ["x"]);
    assert_eq!(expansion.applications[0].0, 1);
    let kinds: Vec<&str> = expansion.unknown.iter().map(|unknown| unknown.generator).collect();
    assert_eq!(kinds, ["scmProvider", "git", "pullRequest"]);
}

#[test]
fn selectors_choose_among_what_is_made() {
    let expansion = expanded(
        "  goTemplate: true\n  generators:\n  - git: {repoURL: here, directories: [{path: apps/*}]}\n    selector: {matchExpressions: [{key: path.basename, operator: NotIn, values: [mail]}]}\n  - list: {elements: [{path: {basename: z}}, {path: {basename: y}}]}\n    selector: {matchLabels: {path.basename: z}}\n  template: {metadata: {name: '{{ .path.basename }}'}}\n",
    );
    assert_eq!(names(&expansion), ["wiki", "z"]);
}

#[test]
fn a_generator_has_a_template_of_its_own_and_a_patch_comes_last() {
    let expansion = expanded(
        "  goTemplate: true\n  syncPolicy: {preserveResourcesOnDeletion: true}\n  generators:\n  - list: {elements: [{a: x}], template: {metadata: {name: 'own-{{ .a }}'}, spec: {project: q}}}\n  - list: {elements: [{a: w}]}\n  template: {metadata: {name: 'set-{{ .a }}'}, spec: {project: p, source: {path: '{{ .a }}'}}}\n  templatePatch: |\n    spec: {project: other, source: {targetRevision: 'r-{{ .a }}'}}\n",
    );
    assert_eq!(names(&expansion), ["own-x", "set-w"]);
    let spec = |at: usize| &expansion.applications[at].1["spec"];
    assert_eq!(spec(0), &json!({"project": "q", "source": {"path": "x", "targetRevision": "r-x"}}));
    assert_eq!(spec(1)["project"], "p");
    assert!(expansion.applications[0].1["metadata"].get("finalizers").is_none());
}

#[test]
fn a_patch_that_says_nothing_patches_nothing() {
    let set = "  generators: [{list: {elements: [{a: ''}]}}]\n  template: {metadata: {name: x}}\n  templatePatch: '{{a}}'\n";
    assert_eq!(names(&expanded(set)), ["x"]);
    let list = set.replace("''", "'[1]'");
    assert!(expanded(&list).refused.is_some_and(|why| why.contains("templatePatch")));
}

#[test]
fn files_become_parameters_with_their_path() {
    let expansion = expanded(
        "  goTemplate: true\n  generators: [{git: {repoURL: here, files: [{path: sites/*.yaml}, {path: sites/south.yaml, exclude: true}]}}]\n  template: {metadata: {name: '{{ .site }}-{{ .size }}-{{ .path.filename }}'}}\n",
    );
    assert_eq!(names(&expansion), ["north-3-north.yaml"]);
}

#[test]
fn one_template_that_fails_costs_the_set() {
    let set = |template: &str, options: &str| {
        format!(
            "  goTemplate: true\n  goTemplateOptions: [{options}]\n  generators: [{{list: {{elements: [{{a: x}}]}}}}]\n  template: {{metadata: {{name: '{template}'}}}}\n"
        )
    };
    assert_eq!(expanded(&set("{{ .b }}", "")).misnamed, ["<no value>"], "Kubernetes refuses the name");
    let strict = expanded(&set("{{ .b }}", "missingkey=error"));
    assert_eq!(strict.refused.as_deref(), Some("a template uses a value that is not there"));
    assert!(expanded(&set("{{ fail }}", "")).refused.is_some());
}

#[test]
fn two_of_a_name_are_one() {
    let expansion = expanded(
        "  generators: [{list: {elements: [{a: x, b: '1'}, {a: x, b: '2'}]}}]\n  template: {metadata: {name: '{{a}}', labels: {b: '{{b}}'}}}\n",
    );
    assert_eq!((names(&expansion), expansion.twice.len()), (vec!["x"], 1));
    assert_eq!(expansion.applications[0].1["metadata"]["labels"]["b"], "1");
}

#[test]
fn what_multiplies_ends() {
    let list = format!("{{list: {{elements: [{}]}}}}", vec!["{a: x}"; 400].join(", "));
    let set = format!(
        "  goTemplate: true\n  generators: [{{matrix: {{generators: [{list}, {{matrix: {{generators: [{list}, {list}]}}}}]}}}}]\n  template: {{metadata: {{name: x}}}}\n"
    );
    let expansion = expanded(&set);
    assert!(expansion.too_much && expansion.applications.is_empty());
    let deep = "  generators: [{matrix: {generators: [{list: {elements: [{a: x}]}}, {matrix: {generators: [{list: {elements: [{b: y}]}}, {matrix: {generators: []}}]}}]}}]\n  template: {metadata: {name: x}}\n";
    assert!(expanded(deep).refused.is_some(), "no matrix in a matrix in a matrix");
}

#[test]
fn values_of_the_second_generator_may_wait_for_its_own() {
    let expansion = rounds(
        "  goTemplate: true\n  generators:\n  - matrix:\n      generators:\n      - list: {elements: [{team: blue}]}\n      - clusters: {selector: {matchLabels: {tier: edge}}, values: {both: '{{ .name }}', outer: '{{ .team }}'}}\n  template: {metadata: {name: '{{ .values.both }}-{{ .values.outer }}'}}\n",
        &[cluster("east", "edge")],
    );
    assert_eq!(names(&expansion.0), ["east-blue"]);
}

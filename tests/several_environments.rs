//! What holds for environments that tools built: the same file makes objects in several of them.

use podviz::catalog::Catalog;
use podviz::document::{Document, Environment, Limits};
use podviz::model::{Grouping, take_inventory};
use podviz::output::{Flavour, Options, render};
use podviz::page::findings::{self, AdviceFormat};
use podviz::problem::{Level, Problems};
use podviz::source::load;
use podviz::topology::{Topology, connect};
use podviz::{facts, page};

const WEB: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: app, image: \"web:1\", envFrom: [{configMapRef: {name: settings}}]}]}
";

fn documents(environment: Option<&str>, file: &str, text: &str) -> Vec<Document> {
    let mut documents = load(file, text.as_bytes(), &Limits::default()).documents;
    documents.iter_mut().for_each(|one| one.environment = environment.map(Into::into));
    documents
}

fn built(name: &str, namespace: Option<&str>) -> Environment {
    Environment {
        incomplete: None,
        name: name.to_owned(),
        source: "kustomize",
        path: format!("overlays/{name}"),
        namespace: namespace.map(str::to_owned),
    }
}

fn topology(documents: Vec<Document>, environments: Vec<Environment>) -> (Topology, Problems, Catalog) {
    let catalog = Catalog::embedded();
    let grouping = Grouping { default_namespace: "default", built: environments, flat: false };
    let (inventory, problems) = take_inventory(documents, &catalog, &grouping);
    let (topology, _) = connect(&inventory, &catalog);
    (topology, problems, catalog)
}

fn names(topology: &Topology) -> Vec<&str> {
    topology.environments.iter().map(|environment| environment.name.as_str()).collect()
}

#[test]
fn each_built_environment_has_its_own_objects_and_namespace() {
    let documents = [documents(Some("dev"), "a.yaml", WEB), documents(Some("prod"), "a.yaml", WEB)].concat();
    let (topology, problems, _) =
        topology(documents, vec![built("prod", Some("live")), built("failed", None), built("dev", None)]);
    assert_eq!(names(&topology), ["dev", "prod"], "one without objects is left out");
    assert!(problems.iter().next().is_none(), "no duplicate");
    let ids: Vec<String> = topology.present().map(|(_, node)| node.identity.id()).collect();
    assert_eq!(ids, ["dev:core/Pod/default/web", "prod:core/Pod/live/web"]);
}

#[test]
fn a_folder_does_not_take_the_name_of_a_built_environment() {
    let config = |level: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{LEVEL: {level}}}\n")
    };
    let documents = [
        documents(Some("prod"), "overlays/prod", WEB),
        documents(None, "plain/dev/a.yaml", &config("debug")),
        documents(None, "plain/prod/a.yaml", &config("info")),
    ];
    let (topology, ..) = topology(documents.concat(), vec![built("prod", None)]);
    assert_eq!(names(&topology), ["dev", "plain-prod", "prod"]);
}

#[test]
fn a_single_built_environment_has_the_root_and_no_prefix_in_facts() {
    let (topology, problems, catalog) =
        topology(documents(Some("prod"), "a.yaml", WEB), vec![built("prod", None)]);
    let facts = facts::derive(&topology, &catalog);
    assert!(facts.list(&topology, &catalog).iter().all(|fact| !fact.subject.contains(':')));
    let site = page::build("test", &topology, &facts, &catalog, &problems);
    let paths: Vec<String> = site.pages.iter().map(|page| page.path.to_string()).collect();
    assert!(paths.contains(&String::new()) && paths.contains(&"ns/default/pod/web".to_owned()), "{paths:?}");
    assert!(!paths.iter().any(|path| path.starts_with("environments")), "{paths:?}");
}

#[test]
fn several_environments_stand_in_front_of_the_subjects_of_facts() {
    let documents = [documents(Some("dev"), "a.yaml", WEB), documents(None, "b.yaml", WEB)].concat();
    let (topology, _, catalog) = topology(documents, vec![built("dev", None)]);
    let facts = facts::derive(&topology, &catalog).list(&topology, &catalog);
    let of = |prefix: &str| facts.iter().filter(|fact| fact.subject.starts_with(prefix)).count();
    assert!(of("default:Pod default/web") > 0 && of("dev:Container default/web/app") > 0);
    assert_eq!(of("default:") + of("dev:"), facts.len());
}

#[test]
fn a_finding_that_environments_share_is_told_once() {
    let documents = [documents(Some("dev"), "a.yaml", WEB), documents(Some("prod"), "a.yaml", WEB)].concat();
    let (topology, _, catalog) = topology(documents, vec![built("dev", None), built("prod", None)]);
    let facts = facts::derive(&topology, &catalog);
    let told = |format| findings::text(&topology, &facts, &[], format, Level::Error).0;
    let text = told(AdviceFormat::Text { notes: true });
    assert_eq!(text.matches("[missing-object]").count(), 1, "{text}");
    assert!(text.contains("ENVIRONMENTS dev and prod"), "{text}");
    let github = told(AdviceFormat::Github);
    assert_eq!(github.matches("(environments dev and prod)").count(), github.lines().count(), "{github}");
    let json = told(AdviceFormat::Json);
    assert!(json.contains("\"environments\": [\n      \"dev\",\n      \"prod\"\n    ]"), "{json}");
}

#[test]
fn many_overlays_are_listed_and_compared_by_their_folder() {
    let mut all = Vec::new();
    let mut environments = Vec::new();
    for app in ["cart", "mail", "pay", "ship", "web"] {
        for place in ["dev", "prod", "test"] {
            let name = format!("{app}-{place}");
            let image = format!("registry.dev/{place}/{app}:v1@sha256:0123456789abcdef");
            let pod = WEB.replace("name: web", &format!("name: {app}")).replace("web:1", &image);
            all.extend(documents(Some(&name), "pods.yaml", &pod));
            all.extend(documents(Some(&name), "proxy.yaml", &WEB.replace("name: web", "name: proxy")));
            environments.push(Environment { path: format!("{app}/overlays/{place}"), ..built(&name, None) });
        }
    }
    let (topology, problems, catalog) = topology(all, environments);
    let facts = facts::derive(&topology, &catalog);
    let site = page::build("test", &topology, &facts, &catalog, &problems);
    let (files, _) =
        render(site, Flavour::github(), &Options::default()).expect("the built-in templates are valid");
    let first = files.iter().find(|file| file.path == "README.md").expect("a first page");
    let first = first.bytes.read().expect("bytes");
    let first = String::from_utf8_lossy(&first);
    let row = "| `web/overlays` | [`dev`](environments/web-dev/README.md), [`prod`](environments/web-prod/README.md), \
               and [`test`](environments/web-test/README.md) | `proxy` and `web` |";
    assert!(first.contains(row), "{first}");
    assert!(first.contains("| Workload | web-dev | web-prod | web-test |"), "{first}");
    assert!(!first.contains("0123456789ab"), "the tags tell: {first}");
}

//! What holds for every site: links lead somewhere, a change stays where it belongs, and a kind is one file.

mod files;
mod golden;
#[path = "output/markup.rs"]
mod markup;

use files::{Tree, folders, tests, tree};
use golden::{assert_same, differences};
use podviz::catalog::{Catalog, Relation};
use podviz::document::Limits;
use podviz::model::{Grouping, Subject, take_inventory};
use podviz::output::{Flavour, Options, render};
use podviz::source::load;
use podviz::topology::{State, Topology, connect};
use podviz::{facts, page, problem::Problems};
use pulldown_cmark::{Event, Parser, Tag};
use std::collections::{BTreeMap, BTreeSet};

/// The topology of manifests in memory.
fn topology(files: &Tree, catalog: &Catalog) -> (Topology, Problems) {
    let documents = files.iter().flat_map(|(path, bytes)| load(path, bytes, &Limits::default()).documents);
    let (inventory, mut problems) = take_inventory(documents.collect(), catalog, &Grouping::plain("default"));
    let (topology, more) = connect(&inventory, catalog);
    problems.extend(more);
    (topology, problems.sorted())
}

/// The files of the site of manifests in memory, and the folder of each object's page.
fn site(files: &Tree, flavour: Flavour) -> (Tree, BTreeMap<Subject, String>) {
    let catalog = Catalog::embedded();
    let (topology, problems) = topology(files, &catalog);
    let site = page::build("test", &topology, &facts::derive(&topology, &catalog), &catalog, &problems);
    let places = site.places.iter().map(|(subject, path)| (subject.clone(), path.to_string())).collect();
    let (files, _) = render(site, flavour, &Options::default()).expect("the built-in templates are valid");
    let bytes = |content: podviz::output::Content| content.read().expect("bytes").into_owned();
    (files.into_iter().map(|file| (file.path, bytes(file.bytes))).collect(), places)
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// The links of a page and its anchors.
fn links(path: &str, text: &str) -> (Vec<String>, BTreeSet<String>) {
    if path.ends_with(".html") {
        let page = markup::read(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        return (page.links, page.ids);
    }
    let mut links = Vec::new();
    let mut anchors = BTreeSet::new();
    let options = pulldown_cmark::Options::ENABLE_TABLES | pulldown_cmark::Options::ENABLE_HEADING_ATTRIBUTES;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::Heading { id: Some(id), .. }) => {
                anchors.insert(id.into_string());
            }
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.into_string()),
            Event::Html(raw) | Event::InlineHtml(raw) => {
                let ids =
                    raw.split("id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
                anchors.extend(ids);
            }
            _ => {}
        }
    }
    (links, anchors)
}

/// What is wrong with the links of a site: dead ones, and pages that none leads to. What is nothing but front matter is no
/// page: it names a folder.
fn faults(files: &Tree, index: &str) -> Vec<String> {
    let is_page = |path: &str| path.ends_with(".html") || path.ends_with(".md");
    let pages: BTreeMap<&str, _> = files
        .iter()
        .filter(|(path, _)| is_page(path))
        .map(|(path, bytes)| (path.as_str(), links(path, utf8(bytes))))
        .collect();
    assert!(pages.len() > 1, "there are pages");
    let mut faults = Vec::new();
    let mut reached = BTreeSet::new();
    // Tables of contents that are no Markdown lead to the pages that they name.
    let tables = files.iter().filter(|(path, _)| path.ends_with(".yml")).map(|(_, bytes)| utf8(bytes));
    let named = tables.flat_map(|table| table.split([' ', '\n'])).filter(|word| word.ends_with(index));
    let mut next: Vec<String> = named.map(str::to_owned).chain([index.to_owned()]).collect();
    while let Some(path) = next.pop() {
        let Some((links, _)) = pages.get(path.as_str()) else { continue };
        if !reached.insert(path.clone()) {
            continue;
        }
        for link in links.iter().filter(|link| !link.starts_with("https://")) {
            let (mut to, anchor) = markup::resolved(&path, link);
            if link.split('#').next().is_some_and(|bare| bare.ends_with('/')) {
                to = format!("{}/{index}", to.trim_end_matches('/')).trim_start_matches('/').to_owned();
            }
            let has_anchor =
                anchor.is_empty() || pages.get(to.as_str()).is_some_and(|page| page.1.contains(&anchor));
            if !files.contains_key(&to) {
                faults.push(format!("{path}: {link} is dead"));
            } else if !has_anchor {
                faults.push(format!("{path}: {link} has no anchor"));
            }
            next.push(to);
        }
    }
    // What is no folder's page is a table of contents, to which the site's host leads.
    let is_hidden = |path: &str| path.ends_with(index) && !reached.contains(path);
    let names_folder = |path: &str| utf8(&files[path]).trim_end().ends_with("\n---");
    let unreached = pages.keys().filter(|path| is_hidden(path) && !names_folder(path));
    faults.extend(unreached.map(|path| format!("no way leads to {path}")));
    faults
}

#[test]
fn every_link_and_anchor_resolves_and_every_page_is_reached() {
    for (name, folder) in folders(&tests("../examples")) {
        for flavour in Flavour::all() {
            let (files, _) = site(&tree(&folder), flavour);
            assert_eq!(faults(&files, flavour.index()), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn sites_of_several_environments_begin_as_expected_and_lead_everywhere() {
    let mut found = Vec::new();
    for (_, folder) in folders(&tests("side-by-side")) {
        for flavour in Flavour::all() {
            let (files, _) = site(&tree(&folder.join("in")), flavour);
            assert_eq!(faults(&files, flavour.index()), Vec::<String>::new());
            if flavour == Flavour::github() {
                let first = Tree::from([("README.md".to_owned(), files["README.md"].clone())]);
                found.extend(differences(&folder.join("expected"), &first));
            }
        }
    }
    assert_same(&found);
}

#[test]
fn a_page_leads_to_the_same_thing_in_other_environments() {
    let (files, _) = site(&tree(&tests("side-by-side/with-rest/in")), Flavour::html());
    let leads = |from: &str| {
        let page = utf8(&files[from]);
        let switch =
            page.split_once("<details class=\"switch\">").and_then(|(_, rest)| rest.split_once("</details>"));
        let links =
            switch.expect("a switch").0.split("href=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        links.map(|(link, _)| markup::resolved(from, link).0).collect::<Vec<_>>()
    };
    let web = |environment: &str| {
        format!("environments/{environment}/ns/shop-{environment}/deployment/web/c/web/index.html")
    };
    assert_eq!(
        leads(&web("dev")),
        ["index.html".to_owned(), web("dev"), web("prod"), "index.html".to_owned()]
    );
    let debug = "environments/dev/ns/shop-dev/deployment/debug/index.html";
    assert_eq!(leads(debug), ["index.html", debug, "environments/prod/index.html", "index.html"]);
    assert_eq!(
        leads("images/index.html"),
        [
            "images/index.html",
            "environments/dev/images/index.html",
            "environments/prod/images/index.html",
            "index.html"
        ]
    );
}

#[test]
fn a_new_environment_leaves_the_pages_of_the_plain_one_where_they_are() {
    let all = tree(&tests("side-by-side/with-rest/in"));
    let plain: Tree = all
        .iter()
        .filter(|(path, _)| path.starts_with("monitoring/"))
        .map(|(p, b)| (p.clone(), b.clone()))
        .collect();
    for flavour in Flavour::all() {
        let ((before, old), (after, new)) = (site(&plain, flavour), site(&all, flavour));
        let gone: Vec<_> = before.keys().filter(|path| !after.contains_key(*path)).collect();
        assert!(gone.is_empty(), "{gone:?}");
        assert!(old.iter().all(|(subject, path)| new.get(subject) == Some(path)), "a subject moved");
    }
}

/// The same for HTML sites on the disk: every folder of `PODVIZ_SITES` whose name begins with `corpus-`.
#[test]
#[ignore = "needs sites, which .ci/run renders"]
fn every_link_and_anchor_of_rendered_sites_resolves() {
    let sites = std::env::var_os("PODVIZ_SITES").expect("PODVIZ_SITES names a folder of sites");
    let all = folders(std::path::Path::new(&sites));
    let sites: Vec<_> = all.into_iter().filter(|(name, _)| name.starts_with("corpus-")).collect();
    assert!(!sites.is_empty(), "there are sites");
    for (name, folder) in sites {
        let faults = faults(&tree(&folder), Flavour::html().index());
        assert!(
            faults.is_empty(),
            "{name}: {} faults, such as {:?}",
            faults.len(),
            &faults[..faults.len().min(5)]
        );
        println!("{name}: every link resolves");
    }
}

/// A Deployment and its Service, which read a ConfigMap that is there already.
const REVIEWS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: reviews, namespace: shop}
spec:
  selector: {matchLabels: {app: reviews}}
  template:
    metadata: {labels: {app: reviews}}
    spec:
      containers:
        - name: app
          image: example/reviews:1.0.0
          ports: [{name: http, containerPort: 8080}]
          envFrom: [{configMapRef: {name: web}}]
---
apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: shop}
spec: {selector: {app: reviews}, ports: [{port: 80, targetPort: http}]}
";

/// A page without its navigation, which names what stands beside it.
fn aside(page: &[u8]) -> String {
    let text = String::from_utf8_lossy(page);
    let mut parts = text.split("<nav ");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| part.split_once("</nav>")).map(|(_, rest)| rest.trim_start());
    std::iter::once(first.trim_end().to_owned()).chain(rest.map(str::to_owned)).collect()
}

#[test]
fn a_new_file_changes_only_the_pages_it_has_to_do_with() {
    let before = tree(&tests("../examples/shop"));
    let mut after = before.clone();
    after.insert("reviews.yaml".to_owned(), REVIEWS.into());
    let catalog = Catalog::embedded();
    let (topology, _) = topology(&after, &catalog);
    // The new objects, those at the other end of their edges, the workloads behind the Services that they call, and the
    // policies that may deny these calls.
    let mut touched = BTreeSet::new();
    for (index, _) in topology.present().filter(|(_, node)| &*node.identity.name == "reviews") {
        let ends = topology.from(index).map(|edge| edge.to).chain(topology.to(index).map(|edge| edge.from));
        let called =
            topology.calls_of(index).iter().flat_map(|call| topology.from(call.to)).map(|edge| edge.to);
        let called: Vec<_> = called.collect();
        let isolating = called.iter().flat_map(|&workload| topology.to(workload)).map(|edge| edge.from);
        let isolating = isolating.filter(|&policy| &*topology.nodes[policy].identity.kind == "NetworkPolicy");
        let called = called.iter().copied().chain(isolating);
        touched.extend(ends.chain([index]).chain(called).map(|end| topology.nodes[end].identity.clone()));
    }
    assert!(touched.iter().any(|identity| &*identity.kind == "ConfigMap"), "{touched:?}");
    for flavour in Flavour::all() {
        let ((old, _), (new, places)) = (site(&before, flavour), site(&after, flavour));
        let index = flavour.index();
        let mut allowed: BTreeSet<String> = touched
            .iter()
            .filter_map(|identity| places.get(&Subject::Object(identity.clone())))
            .map(|folder| format!("{folder}/{index}"))
            .collect();
        let lists = [
            "",
            "ns/shop/",
            "images/",
            "traffic/",
            "configuration/",
            "cluster/",
            // It is told who suffers with it: what calls its callers, too.
            "ns/shop/deployment/cart/",
            "access/",
            "advice/",
            "network/",
            "problems/",
            "source/reviews.yaml/",
            "ns/shop/deployment/reviews/c/",
            "ns/shop/deployment/reviews/c/app/",
            // Pages that list what is in a folder, for docs sites whose sections need one.
            "ns/shop/deployment/",
            "ns/shop/service/",
            "source/",
        ];
        allowed.extend(lists.map(|folder| format!("{folder}{index}")));
        allowed.extend(["graph.json", "assets/search.js"].map(str::to_owned));
        // The table of contents names the new pages.
        allowed.extend(
            ["SUMMARY.md", ".nav.yml", "mkdocs.yml", "ns/shop/deployment/reviews/c/_category_.json"]
                .map(str::to_owned),
        );
        let removed: Vec<_> = old.keys().filter(|path| !new.contains_key(*path)).collect();
        assert!(removed.is_empty(), "{removed:?}");
        let changed: BTreeSet<_> = new
            .iter()
            .filter(|(path, bytes)| old.get(*path).map(|old| aside(old)) != Some(aside(bytes)))
            // A picture belongs to the page beside it.
            .map(|(path, _)| match path.rsplit_once("diagram-") {
                Some((folder, rest)) if rest.ends_with(".svg") => format!("{folder}{index}"),
                _ => path.clone(),
            })
            .collect();
        let astray: Vec<_> = changed.difference(&allowed).collect();
        assert!(astray.is_empty(), "{astray:?} changed too");
        for page in
            ["", "ns/shop/", "ns/shop/deployment/reviews/", "ns/shop/configmap/web/", "source/reviews.yaml/"]
        {
            assert!(changed.contains(&format!("{page}{index}")), "{page}{index} is as before");
        }
    }
}

#[test]
fn an_application_and_a_custom_object_of_kind_app_have_pages_of_their_own() {
    let deployment = |name: &str, part: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\n\
             metadata: {{name: {name}, namespace: shop, labels: {{app.kubernetes.io/part-of: {part}}}}}\n\
             spec: {{template: {{spec: {{containers: [{{name: app, image: app}}]}}}}}}\n"
        )
    };
    let custom = "---\napiVersion: example.org/v1\nkind: App\nmetadata: {name: store, namespace: shop}\n";
    let text = deployment("web", "store") + &deployment("mail", "mail") + custom;
    let (files, places) = site(&Tree::from([("in.yaml".to_owned(), text.into_bytes())]), Flavour::html());
    let of = |subject: &Subject| places[subject].as_str();
    let application = Subject::Application("default".into(), "shop".into(), "store".into());
    assert_eq!(of(&application), "ns/shop/app/store");
    let of_kind =
        |subject: &&Subject| matches!(subject, Subject::Object(identity) if &*identity.kind == "App");
    assert_eq!(of(places.keys().find(of_kind).expect("the custom object")), "ns/shop/app.example.org/store");
    assert_eq!(faults(&files, "index.html"), Vec::<String>::new());
}

#[test]
fn a_kind_is_one_file() {
    let rule = "\
kind: Runner
group: example.org
role: workload
pods: spec.runner
summary: Runs builds.
edges:
  - { relation: mounts, field: spec.cache, to: PersistentVolumeClaim }
  - { relation: selects, field: spec.serves, to: Pod, select: labels }
";
    let manifests = "\
apiVersion: example.org/v1
kind: Runner
metadata: {name: ci}
spec:
  cache: cache
  serves: {app: web}
  runner:
    metadata: {labels: {app: ci}}
    spec:
      containers: [{name: build, image: build:1, envFrom: [{secretRef: {name: token}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: ci}
spec: {selector: {app: ci}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: app, image: web:1}]}
";
    let files = Tree::from([("in.yaml".to_owned(), manifests.into())]);
    let edges = |catalog: &Catalog| {
        let (topology, _) = topology(&files, catalog);
        let edges = topology.edges.iter().map(|edge| {
            let end = |node: usize| (topology.nodes[node].identity.title(), topology.nodes[node].state);
            (end(edge.from).0, edge.relation, end(edge.to).0, end(edge.to).1)
        });
        let pods = topology.workloads().map(|(_, node, _)| node.identity.title()).collect::<Vec<_>>();
        (pods, edges.collect::<Vec<_>>())
    };
    let edge = |from: &str, relation, to: &str, state| (from.to_owned(), relation, to.to_owned(), state);
    let runner = "Runner default/ci";
    assert_eq!(
        edges(&Catalog::with(&[("runner.yaml", rule)]).expect("a rule")),
        (
            vec!["Pod default/web".to_owned(), runner.to_owned()],
            vec![
                edge("Service default/ci", Relation::Selects, runner, State::Present),
                edge(runner, Relation::Mounts, "PersistentVolumeClaim default/cache", State::Missing),
                edge(runner, Relation::Selects, "Pod default/web", State::Present),
                edge(runner, Relation::ReadsEnv, "Secret default/token", State::Missing),
            ]
        )
    );
    let without = edges(&Catalog::embedded());
    assert_eq!(without, (vec!["Pod default/web".to_owned()], Vec::new()));
}

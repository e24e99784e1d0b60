//! The views: what they draw of the examples, and that they fold whatever is too large.

mod files;
mod golden;

use files::tests;
use golden::{assert_same, differences};
use podviz::catalog::Catalog;
use podviz::diagram::views::{Budget, Focus, draw};
use podviz::diagram::{Body, Class, Diagram, Flow, Sequence, Step, View, mermaid};
use podviz::facts::{Facts, derive};
use podviz::model::take_inventory;
use podviz::source::{Limits, load, read};
use podviz::topology::{Topology, connect};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

struct Stage {
    topology: Topology,
    facts: Facts,
}

impl Stage {
    fn of(documents: Vec<podviz::model::Document>) -> Stage {
        let catalog = Catalog::embedded().unwrap();
        let (inventory, _) = take_inventory(documents, &catalog, "default");
        let (topology, _) = connect(&inventory, &catalog);
        let facts = derive(&topology, &catalog);
        Stage { topology, facts }
    }

    fn text(yaml: &str) -> Stage {
        Stage::of(load("app.yaml", yaml.as_bytes(), &Limits::default()).documents)
    }

    fn example(name: &str) -> Stage {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        Stage::of(read(&[folder], None, &Limits::default()).unwrap().documents)
    }

    fn object(&self, kind: &str, name: &str) -> Focus {
        let is = |node: &podviz::topology::Node| &*node.identity.kind == kind && &*node.identity.name == name;
        Focus::Object(self.topology.nodes.iter().position(is).unwrap())
    }

    fn draw(&self, view: View, focus: &Focus) -> Option<Diagram> {
        self.draw_within(view, focus, Budget::default())
    }

    fn draw_within(&self, view: View, focus: &Focus, budget: Budget) -> Option<Diagram> {
        let diagram = draw(view, focus, &self.topology, &self.facts, &budget)?;
        check(&diagram, budget);
        Some(diagram)
    }

    fn every_focus(&self) -> Vec<Focus> {
        let mut focuses = vec![all()];
        focuses.extend(self.topology.namespaces().into_keys().map(|(e, n)| Focus::Namespace(e, n)));
        for (index, node) in self.topology.nodes.iter().enumerate() {
            focuses.push(Focus::Object(index));
            let containers = node.pod.as_ref().map_or(0, |pod| pod.containers.len());
            focuses.extend((0..containers).map(|container| Focus::Container(index, container)));
        }
        focuses
    }
}

fn all() -> Focus {
    Focus::All("default".into())
}

fn flow(diagram: &Diagram) -> &Flow {
    let Body::Flow(flow) = &diagram.body else { panic!("{} is a sequence", diagram.title) };
    flow
}

fn sequence(diagram: &Diagram) -> &Sequence {
    let Body::Sequence(sequence) = &diagram.body else { panic!("{} is a flow", diagram.title) };
    sequence
}

/// What holds for every diagram: it fits, ids are unique, edges have ends, and it says something in words.
fn check(diagram: &Diagram, budget: Budget) {
    assert!(!diagram.title.is_empty() && diagram.description.ends_with('.'), "{diagram:?}");
    assert!(!diagram.rows.is_empty(), "{} has no table", diagram.title);
    assert!(diagram.left_out.iter().all(|sentence| sentence.ends_with('.')), "{:?}", diagram.left_out);
    match &diagram.body {
        Body::Flow(flow) => {
            assert!(flow.nodes.len() <= budget.nodes, "{}: {} nodes", diagram.title, flow.nodes.len());
            assert!(flow.edges.len() <= budget.edges, "{}: {} edges", diagram.title, flow.edges.len());
            let nodes: BTreeSet<_> = flow.nodes.iter().map(|node| &node.id).collect();
            assert_eq!(nodes.len(), flow.nodes.len(), "{}: an id stands twice", diagram.title);
            for edge in &flow.edges {
                assert!(nodes.contains(&edge.from) && nodes.contains(&edge.to), "{edge:?}");
                assert!(!edge.verb.is_empty());
            }
            let groups: BTreeSet<_> = flow.groups.iter().map(|group| &group.id).collect();
            assert!(flow.nodes.iter().filter_map(|node| node.parent.as_ref()).all(|id| groups.contains(id)));
            assert!(groups.is_disjoint(&nodes));
        }
        Body::Sequence(sequence) => {
            assert!(sequence.steps.len() <= budget.edges);
            assert!(!sequence.participants.is_empty());
        }
    }
    assert!(mermaid::Budget::MERMAID.fits(mermaid::measure(diagram)), "{} is too large", diagram.title);
}

/// A diagram as text for people: its Mermaid, its table and what it leaves out.
fn written(diagram: &Diagram) -> String {
    let mut out = format!("{}\n", mermaid::write(diagram, &|_| None));
    for row in &diagram.rows {
        let source = row.source.as_ref().map(|(file, line)| format!(" ({file}:{line})")).unwrap_or_default();
        writeln!(out, "{} | {} | {} | {}{source}", row.from.0, row.verb, row.to.0, row.field).unwrap();
    }
    for sentence in &diagram.left_out {
        writeln!(out, "{sentence}").unwrap();
    }
    out
}

fn labels(diagram: &Diagram) -> Vec<&str> {
    flow(diagram).nodes.iter().map(|node| node.label.as_str()).collect()
}

fn verbs(diagram: &Diagram) -> BTreeSet<&str> {
    flow(diagram).edges.iter().map(|edge| edge.verb.as_str()).collect()
}

fn deployment(name: &str, namespace: &str, containers: usize) -> String {
    let containers: Vec<String> = (0..containers).map(|i| format!("{{name: c{i}, image: app}}")).collect();
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec: {{containers: [{}]}}\n",
        containers.join(", ")
    )
}

fn service(name: &str, namespace: &str, kind: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{type: {kind}, selector: {{app: {name}}}, ports: [{{port: 80, targetPort: 8080}}]}}\n"
    )
}

#[test]
fn the_five_diagrams_of_one_pod_are_as_they_were() {
    let stage = Stage::example("webapp-single-pod");
    let focus = stage.object("Pod", "webapp-pod");
    let views = View::ALL.into_iter().filter(|view| *view != View::Traffic);
    let drawn = views.map(|view| file(view.name(), &stage.draw(view, &focus).unwrap()));
    assert_same(&differences(&tests("views/pod"), &drawn.collect()));
}

#[test]
fn the_views_of_a_shop_are_as_they_were() {
    let stage = Stage::example("shop");
    let of_all = [View::Architecture, View::Traffic, View::Calls].map(|view| (view, all(), "shop"));
    let checkout = stage.object("Deployment", "checkout");
    let of_one =
        [View::Relationship, View::Lifecycle, View::Traffic].map(|view| (view, checkout.clone(), "checkout"));
    let drawn = of_all.into_iter().chain(of_one).map(|(view, focus, name)| {
        file(&format!("{name}-{}", view.name()), &stage.draw(view, &focus).unwrap())
    });
    assert_same(&differences(&tests("views/shop"), &drawn.collect()));
}

/// A golden file: its name and what stands in it.
fn file(name: &str, diagram: &Diagram) -> (String, Vec<u8>) {
    (format!("{name}.txt"), written(diagram).into_bytes())
}

#[test]
fn every_focus_of_the_examples_can_be_drawn() {
    for name in ["shop", "data", "webapp-multi-pod", "webapp-single-pod"] {
        let stage = Stage::example(name);
        for focus in stage.every_focus() {
            for view in View::ALL {
                stage.draw(view, &focus);
                stage.draw_within(view, &focus, Budget { nodes: 8, edges: 8 });
            }
        }
    }
}

#[test]
fn a_view_without_an_answer_draws_nothing() {
    let stage = Stage::text(&format!(
        "{}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: lonely}}\n",
        deployment("web", "shop", 1)
    ));
    let config = stage.object("ConfigMap", "lonely");
    assert!(View::ALL.into_iter().all(|view| stage.draw(view, &config).is_none()));
    assert!(stage.draw(View::Traffic, &stage.object("Deployment", "web")).is_none());
    assert!(stage.draw(View::Traffic, &all()).is_none());
    assert!(stage.draw(View::Architecture, &Focus::Object(9999)).is_none());
    assert!(stage.draw(View::Architecture, &Focus::Namespace("default".into(), "none".into())).is_none());
}

#[test]
fn the_guide_s_verbs_are_on_small_architectures() {
    let stage = Stage::text(&deployment("web", "shop", 2));
    let diagram = stage.draw(View::Architecture, &all()).unwrap();
    assert_eq!(verbs(&diagram), BTreeSet::from(["contains", "hosts", "manages"]));
    assert!(diagram.left_out.is_empty());
}

#[test]
fn containers_fold_into_workloads_and_namespaces_into_boxes() {
    let twenty: String = (0..20).map(|i| deployment(&format!("w{i:02}"), "shop", 3)).collect();
    let diagram = Stage::text(&twenty).draw(View::Architecture, &all()).unwrap();
    assert_eq!(flow(&diagram).nodes.len(), 22);
    assert!(diagram.left_out[0].contains("60 containers"), "{:?}", diagram.left_out);
    let many: String = (0..90).map(|i| deployment(&format!("w{i:02}"), &format!("ns{}", i % 3), 1)).collect();
    let diagram = Stage::text(&many).draw(View::Architecture, &all()).unwrap();
    assert_eq!(labels(&diagram), ["Kubernetes cluster", "ns0", "Any node", "ns1", "ns2"]);
    assert_eq!(flow(&diagram).nodes[1].note, "30 Deployments, 30 containers");
}

#[test]
fn a_fleet_of_a_thousand_services_fits() {
    let mut fleet = String::new();
    for i in 0..1000 {
        let (name, namespace) = (format!("svc-{i:04}"), format!("team-{:02}", i % 100));
        fleet += &deployment(&name, &namespace, 1);
        fleet += &service(&name, &namespace, if i % 2 == 0 { "LoadBalancer" } else { "ClusterIP" });
    }
    let stage = Stage::text(&fleet);
    for view in [View::Architecture, View::Traffic] {
        let diagram = stage.draw(view, &all()).unwrap();
        assert!(!diagram.left_out.is_empty());
        assert!(flow(&diagram).nodes.len() > 2);
    }
    let one: String = (0..1000).map(|i| deployment(&format!("svc-{i:04}"), "one", 1)).collect();
    let diagram = Stage::text(&one).draw(View::Architecture, &all()).unwrap();
    assert_eq!(labels(&diagram), ["Kubernetes cluster", "1,000 Deployments", "Any node"]);
}

#[test]
fn a_config_that_everyone_reads_is_drawn_with_a_crowd() {
    let mut yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared, namespace: shop}\n".to_owned();
    for i in 0..30 {
        let reads = "image: app, envFrom: [{configMapRef: {name: shared}}]";
        yaml += &deployment(&format!("w{i:02}"), "shop", 1).replace("image: app", reads);
    }
    let stage = Stage::text(&yaml);
    let diagram = stage.draw(View::Relationship, &stage.object("ConfigMap", "shared")).unwrap();
    assert_eq!(labels(&diagram), ["shared", "30 Deployments"]);
    assert_eq!(diagram.rows.len(), 30);
    assert_eq!(diagram.left_out, ["Not drawn one by one: 30 Deployments; the table lists them."]);
}

#[test]
fn what_is_missing_is_drawn_as_missing() {
    let yaml = deployment("web", "shop", 1)
        .replace("image: app", "image: app, envFrom: [{secretRef: {name: gone}}]");
    let stage = Stage::text(&yaml);
    let diagram = stage.draw(View::Relationship, &stage.object("Deployment", "web")).unwrap();
    let node = flow(&diagram).nodes.iter().find(|node| node.label == "gone").unwrap();
    assert_eq!((node.class, node.note.as_str()), (Class::Missing, "Secret, not in these manifests"));
    assert_eq!(node.link, None);
}

#[test]
fn a_crowded_pod_stays_readable() {
    let yaml = deployment("web", "shop", 300);
    let stage = Stage::text(&yaml);
    for focus in [stage.object("Deployment", "web"), Focus::Container(0, 299)] {
        for view in View::ALL {
            stage.draw(view, &focus);
        }
    }
    let diagram = stage.draw(View::Lifecycle, &stage.object("Deployment", "web")).unwrap();
    assert_eq!(sequence(&diagram).participants.len(), 3 + 6);
    assert!(diagram.left_out[0].contains("295 more containers"), "{:?}", diagram.left_out);
}

#[test]
fn containers_of_one_name_stay_apart() {
    let yaml = deployment("web", "shop", 2).replace("c1", "c0");
    let stage = Stage::text(&yaml);
    let diagram = stage.draw(View::Architecture, &all()).unwrap();
    assert_eq!(flow(&diagram).nodes.len(), 5);
}

#[test]
fn a_job_runs_to_completion() {
    let yaml = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec:\n  backoffLimit: 2\n  template:\n    \
                spec: {restartPolicy: Never, containers: [{name: work, image: work}]}\n";
    let stage = Stage::text(yaml);
    let diagram = stage.draw(View::Lifecycle, &stage.object("Job", "once")).unwrap();
    let texts: Vec<&str> = diagram.rows.iter().map(|row| row.verb.as_str()).collect();
    assert!(texts.contains(&"Job is complete"), "{texts:?}");
    assert!(texts.iter().any(|text| text.ends_with("try at most 2 more pods")), "{texts:?}");
    assert!(sequence(&diagram).steps.iter().any(|step| matches!(step, Step::Frame { .. })));
}

#[test]
fn services_without_a_way_in_are_counted() {
    let yaml = [
        deployment("web", "shop", 1),
        service("web", "shop", "LoadBalancer"),
        deployment("db", "shop", 1),
        service("db", "shop", "ClusterIP"),
    ];
    let stage = Stage::text(&yaml.concat());
    let diagram = stage.draw(View::Traffic, &all()).unwrap();
    assert_eq!(labels(&diagram)[..2], ["web", "web"]);
    assert_eq!(
        diagram.left_out,
        ["Not drawn: 1 Service (db) for pods in the cluster only; its page shows where it leads."]
    );
    let diagram = stage.draw(View::Traffic, &stage.object("Deployment", "db")).unwrap();
    assert!(labels(&diagram).contains(&"Pods in the cluster"));
}

#[test]
fn calls_fold_hosts_outside_first() {
    let urls: Vec<String> = (0..30).map(|i| format!("https://h{i}.example.com")).collect();
    let yaml = format!(
        "{}{}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: caller, namespace: a}}\nspec:\n  containers:\n    \
         - {{name: c, image: app, env: [{{name: URLS, value: \"{},http://web:80,http://gone:80\"}}]}}\n",
        deployment("web", "a", 1),
        service("web", "a", "ClusterIP"),
        urls.join(",")
    );
    let stage = Stage::text(&yaml);
    let wide = stage.draw(View::Calls, &all()).unwrap();
    assert_eq!(flow(&wide).nodes.len(), 33);
    let narrow = stage.draw_within(View::Calls, &all(), Budget { nodes: 10, edges: 10 }).unwrap();
    assert_eq!(labels(&narrow), ["caller", "30 hosts", "gone", "web"]);
    assert_eq!(narrow.rows.len(), 32);
    assert_eq!(narrow.left_out, ["Not drawn one by one: 30 hosts; the table lists them."]);
    assert!(stage.draw(View::Calls, &stage.object("Deployment", "web")).is_some());
}

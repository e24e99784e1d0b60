//! The views: what they draw of the examples, and that they fold whatever is too large.

mod files;
mod golden;

use files::{Tree, tests};
use golden::{assert_same, assert_table_in_book, differences};
use podviz::catalog::Catalog;
use podviz::diagram::host::Host;
use podviz::diagram::readable::readable;
use podviz::diagram::views::{Budget, Focus, draw, lifecycle_parts};
use podviz::diagram::{Body, Class, Diagram, Flow, Line, Sequence, Step, View, mermaid, svg};
use podviz::document::Limits;
use podviz::facts::{Facts, derive};
use podviz::model::{Grouping, take_inventory};
use podviz::source::{Order, load, read};
use podviz::topology::{Topology, connect};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

struct Stage {
    topology: Topology,
    facts: Facts,
}

impl Stage {
    fn of(documents: Vec<podviz::document::Document>) -> Stage {
        let catalog = Catalog::embedded();
        let (inventory, _) = take_inventory(documents, &catalog, &Grouping::plain("default"));
        let (topology, _) = connect(&inventory, &catalog);
        let facts = derive(&topology, &catalog);
        Stage { topology, facts }
    }

    fn text(yaml: &str) -> Stage {
        Stage::of(load("app.yaml", yaml.as_bytes(), &Limits::default()).documents)
    }

    fn example(name: &str) -> Stage {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        Stage::of(read(&Order::plain(&[folder])).unwrap().documents)
    }

    fn object(&self, kind: &str, name: &str) -> Focus {
        let is = |node: &podviz::topology::Node| &*node.identity.kind == kind && &*node.identity.name == name;
        Focus::Object(self.topology.nodes.iter().position(is).unwrap())
    }

    fn draw(&self, view: View, focus: &Focus) -> Option<Diagram> {
        self.draw_within(view, focus, Budget::of(view))
    }

    fn draw_within(&self, view: View, focus: &Focus, budget: Budget) -> Option<Diagram> {
        let diagram = draw(view, focus, &self.topology, &self.facts, &budget)?;
        check(&diagram, budget);
        Some(diagram)
    }

    fn every_focus(&self) -> Vec<Focus> {
        let mut focuses = vec![all()];
        focuses.extend(self.topology.namespaces().into_keys().map(|(e, n)| Focus::Namespace(e, n)));
        focuses.extend((0..self.topology.applications.len()).map(Focus::Application));
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
    let Body::Flow(flow) = &diagram.body else { panic!("{} is no flow", diagram.title) };
    flow
}

fn sequence(diagram: &Diagram) -> &Sequence {
    let Body::Sequence(sequence) = &diagram.body else { panic!("{} is no sequence", diagram.title) };
    sequence
}

/// What holds for every diagram: it fits, ids are unique, edges have ends, and it says something in words.
fn check(diagram: &Diagram, budget: Budget) {
    assert!(!diagram.title.is_empty() && diagram.description.ends_with('.'), "{diagram:?}");
    assert!(!diagram.rows.is_empty(), "{} has no table", diagram.title);
    assert!(diagram.left_out.iter().all(|sentence| sentence.ends_with('.')), "{:?}", diagram.left_out);
    match &diagram.body {
        Body::Flow(flow) | Body::States(flow) => {
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
        let source =
            row.source.as_ref().map(|place| format!(" ({}:{})", place.file, place.line)).unwrap_or_default();
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
fn the_book_lists_every_view() {
    let rows = View::ALL.iter().map(|view| format!("| `{}` | {} |\n", view.name(), view.question()));
    let rows: String = rows.collect();
    assert_table_in_book("commands.md", "views", &format!("| view | answers |\n|---|---|\n{rows}"));
}

#[test]
fn the_five_diagrams_of_one_pod_are_as_they_were() {
    let stage = Stage::example("webapp-single-pod");
    let focus = stage.object("Pod", "webapp-pod");
    let views = [View::Architecture, View::Relationship, View::Lifecycle, View::Interaction, View::Compare];
    let drawn = views.into_iter().map(|view| file(view.name(), &stage.draw(view, &focus).unwrap()));
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

#[test]
fn updates_replace_pods_in_the_order_of_their_kind() {
    let sets = |name: &str, replicas: u32, more: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: {name}}}\nspec:\n  replicas: {replicas}\n  \
             updateStrategy: {{{more}}}\n  template: {{spec: {{containers: [{{name: app, image: app}}]}}}}\n"
        )
    };
    let stage = Stage::text(&format!(
        "{}{}{}{}---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: agent}}\nspec: {{template: {{spec: \
         {{containers: [{{name: app, image: app}}]}}}}}}\n",
        deployment("web", "default", 1),
        sets("db", 8, "rollingUpdate: {partition: 1}"),
        sets("by-hand", 2, "type: OnDelete"),
        sets("held-back", 2, "rollingUpdate: {partition: 5}"),
    ));
    let subjects = [
        ("Deployment", "web"),
        ("StatefulSet", "db"),
        ("StatefulSet", "by-hand"),
        ("StatefulSet", "held-back"),
        ("DaemonSet", "agent"),
    ];
    let drawn = subjects
        .map(|(kind, name)| file(name, &stage.draw(View::Rollout, &stage.object(kind, name)).unwrap()));
    assert_same(&differences(&tests("views/rollout"), &drawn.into_iter().collect()));
}

#[test]
fn the_states_of_containers_are_as_they_were() {
    let stage = Stage::text(
        r#"
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
        - {name: migrate, image: migrate}
        - {name: proxy, image: proxy, restartPolicy: Always}
      containers:
        - name: web
          image: web
          startupProbe: {httpGet: {path: /healthz, port: 8080}, failureThreshold: 30}
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
          livenessProbe: {httpGet: {path: /healthz, port: 8080}}
          lifecycle: {preStop: {sleep: {seconds: 10}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec: {restartPolicy: OnFailure, containers: [{name: report, image: report}]}
---
apiVersion: v1
kind: Pod
metadata: {name: once}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  initContainers: [{name: fetch, image: fetch}]
  containers: [{name: once, image: once, livenessProbe: {tcpSocket: {port: 80}}}]
"#,
    );
    let (web, once) = (stage.object("Deployment", "web"), stage.object("Pod", "once"));
    let at = |focus: &Focus, position| match *focus {
        Focus::Object(index) => Focus::Container(index, position),
        _ => panic!("an object"),
    };
    let drawn = [
        ("app", web.clone()),
        ("init", at(&web, 0)),
        ("sidecar", at(&web, 1)),
        ("job", stage.object("Job", "report")),
        ("never", once.clone()),
        ("init-never", at(&once, 0)),
    ];
    let files = drawn.map(|(name, focus)| file(name, &stage.draw(View::States, &focus).unwrap()));
    assert_same(&differences(&tests("views/states"), &files.into_iter().collect()));
}

#[test]
fn a_long_life_is_told_in_two_diagrams_on_a_page() {
    let stage = Stage::example("shop");
    let Focus::Object(checkout) = stage.object("Deployment", "checkout") else { panic!("an object") };
    let parts = lifecycle_parts(checkout, &stage.topology, &stage.facts, &Budget::default());
    let titles: Vec<&str> = parts.iter().map(|part| part.title.as_str()).collect();
    assert_eq!(
        titles,
        ["Start of a pod of Deployment checkout", "Restart and end of a pod of Deployment checkout"]
    );
    for part in &parts {
        check(part, Budget::default());
    }
    // Init containers are over when the pod ends.
    assert_eq!(sequence(&parts[1]).participants.len(), 5);
    let short = Stage::text(&deployment("web", "shop", 1));
    let parts = lifecycle_parts(0, &short.topology, &short.facts, &Budget::default());
    assert_eq!(parts.len(), 1);
}

#[test]
fn a_schedule_is_said_in_words_where_there_are_any() {
    let said = |schedule: &str| {
        let yaml = format!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: report}}\nspec:\n  schedule: \"{schedule}\"\n  \
             timeZone: Europe/Berlin\n  jobTemplate: {{spec: {{template: {{spec: {{restartPolicy: Never, containers: \
             [{{name: app, image: \"report:1\"}}]}}}}}}}}\n"
        );
        let stage = Stage::text(&yaml);
        let texts = [View::Architecture, View::Relationship, View::Lifecycle].map(|view| {
            mermaid::write(&stage.draw(view, &stage.object("CronJob", "report")).unwrap(), &|_| None)
        });
        texts.map(|text| text.to_string())
    };
    for text in said("30 2 * * 1-5") {
        assert!(text.contains("at 02#58;30 from Monday to Friday (Europe/Berlin)"), "{text}");
    }
    for text in said("30 2 1 1 9") {
        assert!(text.contains("on schedule 30 2 1 1 9"), "{text}");
    }
}

#[test]
fn what_network_policies_deny_says_so_on_its_arrow() {
    let yaml = include_str!("views/denied/denied.yaml");
    let stage = Stage::text(yaml);
    let web = stage.object("Deployment", "web");
    let mut drawn = Tree::from([("denied.yaml".to_owned(), yaml.as_bytes().to_vec())]);
    for (view, focus, name) in [
        (View::Calls, all(), "all-calls"),
        (View::Traffic, all(), "all-traffic"),
        (View::NetworkPolicy, all(), "all-network-policy"),
        (View::NetworkPolicy, web.clone(), "web-network-policy"),
        (View::Relationship, web, "web-relationship"),
        (View::Relationship, stage.object("Ingress", "shop"), "ingress-relationship"),
    ] {
        drawn.extend([file(name, &stage.draw(view, &focus).unwrap())]);
    }
    assert_same(&differences(&tests("views/denied"), &drawn));
}

#[test]
fn an_application_is_drawn_with_what_is_one_step_outside() {
    let yaml = include_str!("views/applications/shop.yaml");
    let stage = Stage::text(yaml);
    let names: Vec<&str> = stage.topology.applications.iter().map(|application| &*application.name).collect();
    assert_eq!(names, ["payments", "store"]);
    let namespace = Focus::Namespace("default".into(), "shop".into());
    let (payments, store) = (Focus::Application(0), Focus::Application(1));
    let mut drawn = Tree::from([("shop.yaml".to_owned(), yaml.as_bytes().to_vec())]);
    for (view, focus, name) in [
        (View::Applications, &namespace, "shop-applications"),
        (View::Architecture, &namespace, "shop-architecture"),
        (View::Architecture, &payments, "payments-architecture"),
        (View::Calls, &payments, "payments-calls"),
        (View::Config, &payments, "payments-config"),
        (View::Traffic, &store, "store-traffic"),
    ] {
        drawn.extend([file(name, &stage.draw(view, focus).unwrap())]);
    }
    assert!(stage.draw(View::Traffic, &payments).is_none());
    assert!(stage.draw(View::Storage, &payments).is_none());
    assert_same(&differences(&tests("views/applications"), &drawn));
}

#[test]
fn a_large_namespace_is_drawn_by_its_applications() {
    let workloads = (0..120).map(|i| {
        deployment(&format!("w{i}"), "shop", 1).replacen(
            "namespace: shop}",
            &format!("namespace: shop, labels: {{app.kubernetes.io/part-of: a{}}}}}", i % 6),
            1,
        )
    });
    let stage = Stage::text(&workloads.collect::<String>());
    let diagram = stage.draw(View::Architecture, &all()).unwrap();
    let applications = flow(&diagram).nodes.iter().filter(|node| node.class == Class::Application);
    assert_eq!(applications.map(|node| node.note.as_str()).collect::<BTreeSet<_>>().len(), 1);
    assert!(labels(&diagram).contains(&"a5"), "{:?}", labels(&diagram));
}

#[test]
fn rights_lead_from_pods_to_what_they_allow() {
    let yaml = include_str!("views/access/access.yaml");
    let stage = Stage::text(yaml);
    let of_web = stage.draw(View::Access, &stage.object("Deployment", "web")).unwrap();
    let of_all = stage.draw(View::Access, &all()).unwrap();
    let of_few = stage.draw_within(View::Access, &all(), Budget { nodes: 8, edges: 8 }).unwrap();
    let mut drawn = Tree::from([file("web", &of_web), file("all", &of_all), file("few", &of_few)]);
    drawn.insert("access.yaml".to_owned(), yaml.as_bytes().to_vec());
    assert_same(&differences(&tests("views/access"), &drawn));
}

#[test]
fn the_rights_of_a_thousand_accounts_fold_into_namespaces() {
    let mut yaml = String::new();
    for i in 0..1000 {
        yaml += &format!(
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: b{i}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}}\n\
             subjects: [{{kind: ServiceAccount, name: a{i}, namespace: ns{}}}]\n",
            i % 5
        );
    }
    let diagram = Stage::text(&yaml).draw(View::Access, &all()).unwrap();
    assert_eq!(flow(&diagram).nodes.len(), 6);
    assert_eq!(flow(&diagram).nodes[0].label, "200 ServiceAccounts");
    assert!(diagram.left_out.iter().any(|sentence| sentence.contains("1,000 bindings")));
}

/// A golden file: its name and what stands in it.
#[test]
fn the_pods_of_an_account_with_many_rights_keep_those_that_reach_furthest() {
    let role = |number: usize| {
        let resource = if number == 249 { "secrets" } else { "pods" };
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: role-{number}}}\n\
             rules: [{{apiGroups: [\"\"], resources: [{resource}], verbs: [get]}}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: to-{number}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: role-{number}}}\n\
             subjects: [{{kind: ServiceAccount, name: default, namespace: shop}}]\n---\n"
        )
    };
    let stage = Stage::text(&((0..250).map(role).collect::<String>() + &deployment("web", "shop", 1)));
    let diagram = stage.draw(View::Access, &stage.object("Deployment", "web")).unwrap();
    assert!(
        diagram.description.starts_with("1 ServiceAccount gets rights from 250 roles through 250 bindings.")
    );
    assert!(written(&diagram).contains("role-249"), "{}", written(&diagram));
    assert!(
        diagram.left_out.iter().any(|said| said.starts_with("Not drawn: 50 grants that reach no further"))
    );
}

fn file(name: &str, diagram: &Diagram) -> (String, Vec<u8>) {
    (format!("{name}.txt"), written(diagram).into_bytes())
}

#[test]
fn every_focus_of_the_examples_can_be_drawn() {
    for name in ["shop", "data", "webapp-multi-pod", "webapp-single-pod"] {
        let stage = Stage::example(name);
        for focus in stage.every_focus() {
            for view in View::ALL.iter().copied() {
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
    assert!(View::ALL.iter().copied().all(|view| stage.draw(view, &config).is_none()));
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
        for view in View::ALL.iter().copied() {
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
fn nodes_of_the_input_are_drawn_and_say_who_may_run_there() {
    let node = |name: &str, taint: &str| {
        format!("---\napiVersion: v1\nkind: Node\nmetadata: {{name: {name}}}\nspec: {{taints: [{taint}]}}\n")
    };
    let pod = |name: &str, spec: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{{spec}containers: \
             [{{name: app, image: app}}]}}\n"
        )
    };
    let workloads = pod("placed", "nodeName: a, ") + &pod("free", "") + &deployment("web", "default", 1);
    let taint = "{key: dedicated, value: db, effect: NoSchedule}";
    let stage = Stage::text(&(node("a", "") + &node("b", taint) + &workloads));
    let diagram = stage.draw(View::Architecture, &all()).unwrap();
    let drawn = flow(&diagram).edges.iter();
    let hosting: Vec<(&str, Line)> =
        drawn.filter(|edge| edge.verb.contains("host")).map(|edge| (edge.verb.as_str(), edge.line)).collect();
    let may = ("may host", Line::Dashed);
    assert_eq!(hosting.iter().filter(|one| **one == may).count(), 2);
    assert_eq!(hosting.iter().filter(|one| **one == ("hosts", Line::Solid)).count(), 1);
    let inferred = Stage::text(&workloads).draw(View::Architecture, &all()).unwrap();
    assert!(flow(&inferred).nodes.iter().any(|node| node.note.starts_with("inferred")));
}

#[test]
fn a_daemon_set_is_hosted_by_each_pool_that_it_runs_on() {
    let pool = |name: &str, label: &str| {
        deployment(name, "default", 1)
            .replace("spec: {containers", &format!("spec: {{nodeSelector: {{pool: {label}}}, containers"))
    };
    let agent = deployment("agent", "default", 1).replace("Deployment", "DaemonSet");
    let stage = Stage::text(&(pool("one", "a") + &pool("two", "b") + &agent));
    let diagram = stage.draw(View::Architecture, &all()).unwrap();
    let flow = flow(&diagram);
    let agent = flow.nodes.iter().find(|node| node.label == "agent").unwrap();
    let hosts = flow.edges.iter().filter(|edge| edge.to == agent.id).map(|edge| &edge.from);
    let mut hosts: Vec<&str> =
        hosts.map(|id| flow.nodes.iter().find(|node| node.id == *id).unwrap().label.as_str()).collect();
    hosts.sort_unstable();
    assert_eq!(hosts, ["Any node", "pool=a", "pool=b"]);
}

#[test]
fn storage_and_configuration_are_as_they_were() {
    let (data, shop) = (Stage::example("data"), Stage::example("shop"));
    let mongo = data.object("StatefulSet", "mongo");
    let checkout = shop.object("Deployment", "checkout");
    let drawn = [
        file("data-storage", &data.draw(View::Storage, &all()).unwrap()),
        file("mongo-storage", &data.draw(View::Storage, &mongo).unwrap()),
        file("shop-config", &shop.draw(View::Config, &all()).unwrap()),
        file("checkout-config", &shop.draw(View::Config, &checkout).unwrap()),
    ];
    assert_same(&differences(&tests("views/data"), &drawn.into_iter().collect()));
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
    let wide = stage.draw_within(View::Calls, &all(), Budget::default()).unwrap();
    assert_eq!(flow(&wide).nodes.len(), 33);
    let narrow = stage.draw_within(View::Calls, &all(), Budget { nodes: 10, edges: 10 }).unwrap();
    assert_eq!(labels(&narrow), ["caller", "30 hosts", "gone", "web"]);
    assert_eq!(narrow.rows.len(), 32);
    assert_eq!(narrow.left_out, ["Not drawn one by one: 30 hosts; the table lists them."]);
    assert!(stage.draw(View::Calls, &stage.object("Deployment", "web")).is_some());
}

/// Deployments with a Service each; the one with number `i` calls the one with number `i * 7 + 3` and some more.
fn callers(number: usize, namespaces: usize) -> String {
    let place = |i: usize| (format!("w{i:02}"), format!("ns{}", i % namespaces));
    let one = |i: usize| {
        let (name, namespace) = place(i);
        let urls = [(i * 7 + 3) % number, (i * 5 + 1) % number, (i / 3) % number].map(|other| {
            let (name, namespace) = place(other);
            format!("http://{name}.{namespace}:80")
        });
        let part = format!("namespace: {namespace}, labels: {{app.kubernetes.io/part-of: a{}}}}}", i % 6);
        let workload = deployment(&name, &namespace, 1)
            .replacen(&format!("namespace: {namespace}}}"), &part, 1)
            .replacen("{name: c0", &format!("{{name: c0, args: [\"{}\"]", urls.join(",")), 1);
        workload + &service(&name, &namespace, "ClusterIP")
    };
    (0..number).map(one).collect()
}

#[test]
fn calls_fold_what_stands_outside_before_what_they_are_about() {
    let wide = Stage::text(&callers(60, 4));
    let namespace = Focus::Namespace("default".into(), "ns0".into());
    let one = Stage::text(&callers(60, 1));
    let around = one.object("Deployment", "w03");
    let drawn = [
        file("everything", &wide.draw(View::Calls, &all()).unwrap()),
        file("one-namespace", &wide.draw(View::Calls, &namespace).unwrap()),
        file("one-namespace-by-application", &one.draw(View::Calls, &all()).unwrap()),
        file("around-one-application", &one.draw(View::Calls, &Focus::Application(0)).unwrap()),
        file("around-one-workload", &one.draw(View::Calls, &around).unwrap()),
    ];
    assert_same(&differences(&tests("views/many-calls"), &drawn.into_iter().collect()));
}

#[test]
fn arrows_that_everyone_has_are_not_drawn() {
    let policies = (0..6).map(|i| {
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: w{i}, namespace: shop}}\nspec: {{podSelector: \
             {{matchLabels: {{app: w{i}}}}}, policyTypes: [Ingress, Egress], egress: [{{}}], ingress: [{{from: [{{podSelector: \
             {{matchLabels: {{app: w{}}}}}}}]}}]}}\n",
            (i + 1) % 6
        )
    });
    let yaml: String = (0..6).map(|i| deployment(&format!("w{i}"), "shop", 1)).chain(policies).collect();
    let diagram = Stage::text(&yaml).draw(View::NetworkPolicy, &all()).unwrap();
    assert!(!labels(&diagram).contains(&"Anyone"), "{:?}", labels(&diagram));
    assert_eq!(diagram.rows.iter().filter(|row| row.to.0 == "anyone").count(), 6);
    assert_eq!(diagram.left_out, ["Not drawn: arrows from 6 boxes to anyone; the table lists them."]);
}

#[test]
fn a_frame_stands_around_several_workloads_only() {
    let named = |name: &str, part: &str| {
        let labels = format!("namespace: shop, labels: {{app.kubernetes.io/part-of: {part}}}}}");
        deployment(name, "shop", 1).replacen("namespace: shop}", &labels, 1)
    };
    let yaml = named("web", "front") + &named("api", "back") + &named("worker", "back");
    let diagram = Stage::text(&yaml).draw(View::Architecture, &all()).unwrap();
    let groups: Vec<&str> = flow(&diagram).groups.iter().map(|group| group.label.as_str()).collect();
    assert_eq!(groups, ["Namespace shop", "Application back"]);
}

/// A pod whose container reads so many ConfigMaps and mounts so many claims.
fn greedy_pod(number: usize) -> String {
    let volumes = (0..number).map(|i| {
        format!("    - {{name: v{i:02}, persistentVolumeClaim: {{claimName: p{i:02}}}}}\n    - {{name: c{i:02}, configMap: {{name: m{i:02}}}}}\n")
    });
    let mounts = (0..number).map(|i| {
        format!("        - {{name: v{i:02}, mountPath: /data/{i:02}}}\n        - {{name: c{i:02}, mountPath: /etc/{i:02}}}\n")
    });
    let objects = (0..number).map(|i| {
        format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{i:02}}}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: p{i:02}}}\nspec: {{resources: {{requests: {{storage: 1Gi}}}}}}\n")
    });
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: greedy}}\nspec:\n  volumes:\n{}  containers:\n    - name: app\n      image: \
         app\n      volumeMounts:\n{}{}",
        volumes.collect::<String>(),
        mounts.collect::<String>(),
        objects.collect::<String>()
    )
}

#[test]
fn what_one_container_has_for_itself_folds_into_a_count() {
    let stage = Stage::text(&greedy_pod(40));
    let pod = stage.object("Pod", "greedy");
    let narrow = Budget { nodes: 20, edges: 20 };
    let config = stage.draw_within(View::Config, &pod, narrow).unwrap();
    assert_eq!(labels(&config), ["app", "40 ConfigMaps"]);
    assert_eq!(config.rows.len(), 40);
    let sentence = "Not drawn one by one: 40 ConfigMaps that only container app reads; the table lists them.";
    assert_eq!(config.left_out, [sentence]);
    let storage = stage.draw_within(View::Storage, &pod, narrow).unwrap();
    assert_eq!(labels(&storage), ["app", "40 volumes", "40 PersistentVolumeClaims"]);
    assert_eq!(storage.rows.len(), 80);
    let sentence = "Not drawn one by one: 40 volumes that are used alike; the table lists them.";
    assert_eq!(storage.left_out[0], sentence);
}

#[test]
fn workloads_that_share_little_fold_where_nothing_else_helps() {
    // Each reads two ConfigMaps that its neighbors read too, so no two share the same.
    let one = |i: usize| {
        let maps = [i, (i + 1) % 40].map(|at| format!("{{configMapRef: {{name: m{at:02}}}}}")).join(", ");
        let reads = format!("{{name: c0, envFrom: [{maps}]");
        let map =
            format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{i:02}, namespace: shop}}\n");
        deployment(&format!("w{i:02}"), "shop", 1).replacen("{name: c0", &reads, 1) + &map
    };
    let stage = Stage::text(&(0..40).map(one).collect::<String>());
    let diagram = stage.draw(View::Config, &all()).unwrap();
    assert_eq!(labels(&diagram), ["40 Deployments", "40 ConfigMaps"]);
    assert_eq!(diagram.rows.len(), 80);
    assert_eq!(
        diagram.left_out,
        ["Not drawn one by one: 40 Deployments and what they read; the table lists them."]
    );
}

#[test]
fn a_pod_with_much_around_it_fits_a_page() {
    for number in [1, 8, 20, 40] {
        let stage = Stage::text(&(greedy_pod(number) + &callers(number, 2)));
        for view in View::ALL.iter().copied() {
            for focus in [&all(), &stage.object("Pod", "greedy"), &stage.object("Deployment", "w00")] {
                let Some(diagram) = readable(view, focus, &stage.topology, &stage.facts) else { continue };
                if !matches!(diagram.body, Body::Flow(_)) {
                    continue;
                }
                let (w, h) = svg::size(&diagram).unwrap();
                assert!(w <= 1_333.0 && h <= 1_400.0, "{}: {w} by {h}", diagram.title);
            }
        }
    }
}

#[test]
fn a_long_life_has_fewer_containers_before_it_loses_steps() {
    let stage = Stage::text(&deployment("web", "shop", 6));
    let web = stage.object("Deployment", "web");
    let names = |diagram: &Diagram| {
        sequence(diagram).participants.iter().map(|one| one.label.clone()).collect::<Vec<_>>()
    };
    let whole = stage.draw(View::Lifecycle, &web).unwrap();
    assert_eq!(names(&whole).len(), 9);
    let narrow = stage.draw_within(View::Lifecycle, &web, Budget { nodes: 60, edges: 16 }).unwrap();
    assert!(names(&narrow).iter().any(|name| name.ends_with("more containers")), "{:?}", names(&narrow));
    assert!(!narrow.left_out.iter().any(|sentence| sentence.contains("the last")), "{:?}", narrow.left_out);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn every_host_gets_what_it_draws(number in 1..70_usize, namespaces in 1..6_usize, exposed in any::<bool>()) {
        let mut yaml = callers(number, namespaces);
        if exposed {
            yaml = yaml.replace("ClusterIP", "LoadBalancer");
        }
        let stage = Stage::text(&yaml);
        let pod = stage.object("Deployment", "w00");
        for host in Host::ALL {
            for view in View::ALL.iter().copied() {
                for focus in [&all(), &Focus::Namespace("default".into(), "ns0".into()), &pod] {
                    let drawn = host.draw(view, focus, &stage.topology, &stage.facts);
                    if let Some(Ok(diagram)) = &drawn {
                        let size = mermaid::measure(diagram);
                        prop_assert!(host.budget().fits(size), "{}: {size:?}", diagram.title);
                    }
                    // Only one host is so small that some views find no room.
                    prop_assert!(host == Host::Gitlab || !matches!(drawn, Some(Err(_))), "{} {}", host.name(), view.name());
                }
            }
        }
    }
}

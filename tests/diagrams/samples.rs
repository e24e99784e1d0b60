//! The diagrams that are compared with what was painted before.

use crate::build::{Build, answer, call, frame, note, sequence};
use podviz::diagram::{Class, Diagram, Direction, Frame, View};

/// Each sample, by the name of its folder.
pub fn samples() -> Vec<(&'static str, Diagram)> {
    vec![
        ("one-pod", one_pod()),
        ("architecture", architecture()),
        ("traffic", traffic()),
        ("neighborhood", neighborhood()),
        ("hostile-names", hostile_names()),
        ("empty", Build::new(Direction::Down).diagram(View::Relationship, "Nothing")),
        ("lifecycle", lifecycle()),
        ("large", large()),
        ("every-shape", every_shape()),
        ("loops-and-parallels", loops()),
        ("compare", compare()),
        ("interaction", interaction()),
    ]
}

fn one_pod() -> Diagram {
    Build::new(Direction::Down)
        .group("", "Pod web", Class::Pod)
        .group("Pod web", "shared network (one IP address)", Class::Network)
        .node("shared network (one IP address)", "nginx", "container · port 8080", Class::Container)
        .node("shared network (one IP address)", "app", "container · port 9000", Class::Container)
        .node("shared network (one IP address)", "log-shipper", "sidecar", Class::Sidecar)
        .node("Pod web", "migrate", "init container", Class::InitContainer)
        .node("Pod web", "html", "emptyDir", Class::Volume)
        .node("Pod web", "logs", "emptyDir", Class::Volume)
        .node("", "web-config", "ConfigMap", Class::Config)
        .node("", "web-data", "PersistentVolumeClaim", Class::Claim)
        .node("", "db-password", "Secret", Class::Secret)
        .node("", "web", "Service", Class::Service)
        .edge("web", "sends traffic to", "nginx")
        .edge("nginx", "calls over localhost", "app")
        .edge("nginx", "mounts", "html")
        .edge("app", "writes", "html")
        .edge("app", "writes", "logs")
        .edge("log-shipper", "reads", "logs")
        .edge("migrate", "reads", "db-password")
        .edge("app", "reads", "db-password")
        .edge("app", "is configured by", "web-config")
        .edge("migrate", "mounts", "web-data")
        .diagram(View::Relationship, "Pod web and what it touches")
}

fn architecture() -> Diagram {
    let mut build = Build::new(Direction::Down).group("", "Cluster", Class::Cluster).group(
        "Cluster",
        "node pool general (any node)",
        Class::Node,
    );
    for (namespace, names) in [
        (
            "shop",
            vec!["cart", "checkout", "catalog-api", "payments", "search-indexer", "web-frontend", "mailer"],
        ),
        ("platform", vec!["ingress-nginx-controller", "prometheus", "grafana", "fluent-bit", "cert-manager"]),
    ] {
        let group = format!("{namespace}|namespace {namespace}");
        build = build.group("node pool general (any node)", &group, Class::Namespace);
        for (index, name) in names.iter().enumerate() {
            let workload = format!("w{name}|{name}");
            build = build.group(&group, &workload, Class::Workload);
            let pod = format!("p{name}|Pod × {}", index % 3 + 1);
            build = build.group(&workload, &pod, Class::Pod);
            build = build.node(&pod, &format!("c{name}|{name}"), "container", Class::Container);
            if index % 3 == 0 {
                build = build.node(&pod, &format!("s{name}|istio-proxy"), "sidecar", Class::Sidecar);
            }
        }
    }
    build
        .group("Cluster", "nodes|namespace empty", Class::Namespace)
        .diagram(View::Architecture, "Architecture of the cluster")
}

fn traffic() -> Diagram {
    let mut build = Build::new(Direction::Right)
        .node("", "Client", "outside the cluster", Class::Person)
        .node("", "shop.example.com", "Ingress", Class::Route)
        .group("", "namespace shop", Class::Namespace)
        .edge("Client", "calls https", "shop.example.com");
    for service in ["web", "api", "admin"] {
        let node = format!("svc|{service}");
        build = build.node("namespace shop", &node, "Service · 80", Class::Service);
        build = build.edge("shop.example.com", &format!("/{service}"), &node);
    }
    for (workload, service) in [
        ("web-blue", "web"),
        ("web-green", "web"),
        ("api", "api"),
        ("api-canary", "api"),
        ("admin-console", "admin"),
    ] {
        let pod = format!("p{workload}|{workload}");
        build = build.group("namespace shop", &pod, Class::Pod);
        let node = format!("c{workload}|server");
        build = build.node(&pod, &node, "container · 8080", Class::Container);
        build = build.edge(&format!("svc|{service}"), "sends traffic to", &node);
    }
    build
        .node("namespace shop", "api-cache", "Service", Class::Missing)
        .dashed("capi|server", "calls", "api-cache")
        .diagram(View::Traffic, "How traffic reaches the shop")
}

fn neighborhood() -> Diagram {
    let mut build = Build::new(Direction::Down).node("", "orders", "Deployment", Class::Workload);
    for number in 1..=15 {
        let class = if number % 4 == 0 { Class::Secret } else { Class::Config };
        let note = if number % 4 == 0 { "Secret" } else { "ConfigMap" };
        let name = format!("orders-{}-{number}", ["features", "limits", "tls"][number % 3]);
        build = build.node("", &name, note, class).edge("orders", "reads", &name);
    }
    build.diagram(View::Relationship, "What orders reads")
}

fn hostile_names() -> Diagram {
    Build::new(Direction::Down)
        .group("", "<script>alert(1)</script> & \"friends\" ' --> ]]>", Class::Namespace)
        .group("", "決済サービスの名前空間はとても長い名前を持っています、本当にとても長い名前です", Class::Namespace)
        .node(
            "<script>alert(1)</script> & \"friends\" ' --> ]]>",
            "payment-gateway-callback-worker-production-europe-west-1-canary-with-a-very-long-suffix-indeed-yes",
            "Deployment in a note that is too long to be shown on two lines of a node, so it ends early somewhere",
            Class::Workload,
        )
        .node(
            "<script>alert(1)</script> & \"friends\" ' --> ]]>",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "",
            Class::Container,
        )
        .node(
            "決済サービスの名前空間はとても長い名前を持っています、本当にとても長い名前です",
            "決済サービス-バックエンド",
            "コンテナ",
            Class::Service,
        )
        .node("", "خدمة-الدفع", "حاوية", Class::Container)
        .node("", "🚀 rocket 🧑‍🚀 pod", "emoji", Class::Pod)
        .node("", "evil\u{202e}gnp.exe\u{200b}\u{0}", "bidi and zero width", Class::Config)
        .node("", "", "", Class::Plain)
        .node("", "javascript:alert(1)", "]]></style><script>", Class::External)
        .edge("🚀 rocket 🧑‍🚀 pod", "<b>\"reads\"</b> &amp; a very long verb that goes on and on and on", "خدمة-الدفع")
        .edge(
            "payment-gateway-callback-worker-production-europe-west-1-canary-with-a-very-long-suffix-indeed-yes",
            "支払いを送る",
            "決済サービス-バックエンド",
        )
        .diagram(View::Relationship, "<title> & \"quotes\"")
}

fn lifecycle() -> Diagram {
    let (user, api, kubelet) = ("User", "Kubernetes API", "kubelet");
    let (init, proxy, app) = ("wait-for-db", "istio-proxy", "app");
    sequence(
        "From kubectl apply to a ready pod",
        &[
            (user, Class::Person),
            (api, Class::ControlPlane),
            (kubelet, Class::ControlPlane),
            (init, Class::InitContainer),
            (proxy, Class::Sidecar),
            (app, Class::Container),
        ],
        vec![
            call(user, api, "kubectl apply -f shop/"),
            answer(api, user, "deployment.apps/shop created"),
            call(api, kubelet, "binds the pod to a node"),
            note(&[kubelet], "pulls images; mounts the volumes cache and config"),
            call(kubelet, init, "starts, waits until it exits with 0"),
            answer(init, kubelet, "exit 0"),
            call(kubelet, proxy, "starts (native sidecar)"),
            frame(
                Frame::Loop,
                "every 1 s, until it succeeds",
                vec![
                    call(kubelet, proxy, "startup probe GET :15021/healthz/ready"),
                    answer(proxy, kubelet, "200"),
                ],
            ),
            call(kubelet, app, "starts: /bin/server --port 8080"),
            call(kubelet, app, "postStart hook: /bin/warm-up"),
            frame(
                Frame::Loop,
                "every 10 s, three failures make it not ready",
                vec![
                    call(kubelet, app, "readiness probe GET :8080/ready"),
                    answer(app, kubelet, "200"),
                    frame(
                        Frame::Optional,
                        "only when the liveness probe fails three times in a row",
                        vec![
                            call(kubelet, app, "SIGTERM, then SIGKILL after 30 s"),
                            call(kubelet, kubelet, "back-off 10 s, 20 s, 40 s … 5 min"),
                        ],
                    ),
                ],
            ),
            answer(kubelet, api, "Ready: True"),
            call(app, app, "serves requests"),
            note(&[init, app], "all three share one IP address and the volume cache"),
        ],
    )
}

fn large() -> Diagram {
    let mut build = Build::new(Direction::Down);
    for namespace in 0..6 {
        let group = format!("namespace team-{namespace}");
        build = build.group("", &group, Class::Namespace);
        for number in 0..25 {
            let name = format!("service-{namespace}-{number}");
            let class =
                [Class::Workload, Class::Service, Class::Config, Class::Workload, Class::Volume][number % 5];
            build = build.node(&group, &name, "", class);
        }
        for number in 0..6 {
            let (from, to) = (number * 4, number * 4 + 1 + number % 2);
            build = build.edge(
                &format!("service-{namespace}-{from}"),
                "calls",
                &format!("service-{namespace}-{to}"),
            );
        }
    }
    build
        .edge("service-0-0", "calls", "service-1-3")
        .edge("service-1-3", "calls", "service-2-6")
        .diagram(View::Architecture, "A hundred and fifty things")
}

const CLASSES: [(Class, &str); 22] = [
    (Class::Cluster, "cluster"),
    (Class::Node, "node"),
    (Class::Namespace, "namespace"),
    (Class::Workload, "workload"),
    (Class::Pod, "pod"),
    (Class::Container, "container"),
    (Class::InitContainer, "init container"),
    (Class::Sidecar, "sidecar"),
    (Class::Network, "network"),
    (Class::Service, "Service"),
    (Class::Route, "Ingress"),
    (Class::Config, "ConfigMap"),
    (Class::Secret, "Secret"),
    (Class::Volume, "volume"),
    (Class::Claim, "claim"),
    (Class::Access, "ServiceAccount"),
    (Class::Policy, "NetworkPolicy"),
    (Class::Person, "person"),
    (Class::ControlPlane, "control plane"),
    (Class::External, "external"),
    (Class::Missing, "Secret"),
    (Class::Plain, "plain"),
];

fn every_shape() -> Diagram {
    let mut build = Build::new(Direction::Down);
    for (class, word) in CLASSES {
        build = build.node("", &format!("{class:?}|{word}"), "what it is", class);
    }
    build.group("", "an empty namespace", Class::Namespace).diagram(View::Relationship, "Every shape")
}

fn loops() -> Diagram {
    let mut build = Build::new(Direction::Down)
        .node("", "leader", "StatefulSet", Class::Workload)
        .node("", "follower", "StatefulSet", Class::Workload)
        .edge("leader", "elects", "leader")
        .edge("leader", "replicates to", "follower")
        .edge("leader", "sends heartbeats to", "follower")
        .dashed("leader", "may hand over to", "follower")
        .edge("follower", "acknowledges", "leader");
    for (class, word) in CLASSES {
        build = build.node("", &format!("{class:?}|{word}"), "", class).edge(
            "follower",
            "uses",
            &format!("{class:?}|{word}"),
        );
    }
    build.diagram(View::Interaction, "Loops and parallels")
}

fn compare() -> Diagram {
    Build::new(Direction::Right)
        .group("", "Pod orders", Class::Pod)
        .node("Pod orders", "one IP address", "shared by its containers", Class::Network)
        .node("Pod orders", "volumes", "shared, live as long as the pod", Class::Volume)
        .node("Pod orders", "scheduled as one", "always on one node", Class::Node)
        .group("", "container app", Class::Container)
        .node("container app", "registry.example.com/team/orders:1.4.2", "one image", Class::Plain)
        .node("container app", "own files", "gone after a restart", Class::Plain)
        .node("container app", "own limits", "500m CPU, 256Mi", Class::Policy)
        .diagram(View::Compare, "Pod and container")
}

fn interaction() -> Diagram {
    Build::new(Direction::Down)
        .group("", "cluster", Class::Cluster)
        .group("cluster", "any node", Class::Node)
        .group("any node", "Pod orders", Class::Pod)
        .group("Pod orders", "shared network · localhost", Class::Network)
        .node("shared network · localhost", "app", "container · 8080", Class::Container)
        .node("shared network · localhost", "envoy", "sidecar · 15001", Class::Sidecar)
        .node("shared network · localhost", "metrics", "container · 9090", Class::Container)
        .group("Pod orders", "shared volumes", Class::Volume)
        .node("shared volumes", "cache", "emptyDir", Class::Volume)
        .node("shared volumes", "config", "ConfigMap orders", Class::Config)
        .node("cluster", "orders", "Service · 80", Class::Service)
        .node("cluster", "kubelet", "", Class::ControlPlane)
        .edge("orders", "sends traffic to", "envoy")
        .edge("envoy", "calls localhost:8080", "app")
        .dashed("metrics", "may call localhost:8080", "app")
        .edge("app", "writes", "cache")
        .edge("metrics", "reads", "cache")
        .edge("app", "reads", "config")
        .edge("kubelet", "probes", "app")
        .diagram(View::Interaction, "How the containers of orders work together")
}

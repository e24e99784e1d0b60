//! A site with each block, each inline piece and each sort of page. `spice` is put into every raw string.

use podviz::diagram::{Body, Class, Diagram, Direction, Edge, Flow, Group, Id, Line, Node, Place, Row, View};
use podviz::document::{Identity, Lines, SourceFile, Token, TokenClass};
use podviz::model::Subject;
use podviz::names::PagePath;
use podviz::page::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The manifest that the pages are about.
pub const MANIFEST: &str = include_str!("checkout.yaml");

pub struct Maker<'a> {
    spice: &'a str,
}

impl Maker<'_> {
    fn raw(&self, text: &str) -> String {
        format!("{text}{}", self.spice)
    }

    fn text(&self, text: &str) -> Inline {
        match text.strip_suffix(' ') {
            Some(words) => Inline::Text(format!("{words}{} ", self.spice)),
            None => Inline::Text(self.raw(text)),
        }
    }

    fn code(&self, text: &str) -> Inline {
        Inline::Code(self.raw(text))
    }

    fn link(&self, text: &str, page: &PagePath) -> Link {
        Link { text: self.raw(text), code: true, to: at(page, "") }
    }

    fn source(&self, line: u32) -> Source {
        Source {
            file: self.raw("apps/shop/checkout.yaml"),
            line,
            to: at(&source_page(), &format!("L{line}")),
        }
    }

    fn because(&self, line: u32) -> Inline {
        Inline::Source(self.source(line))
    }

    fn says(&self, text: &str) -> Prose {
        vec![self.text(text)]
    }

    fn subject(&self, kind: &str, name: &str) -> Subject {
        let group = if kind == "Deployment" { "apps" } else { "" };
        Subject::Object(Identity {
            environment: "default".into(),
            group: group.into(),
            kind: kind.into(),
            namespace: "shop".into(),
            name: self.raw(name).into(),
        })
    }

    fn container(&self, name: &str) -> Subject {
        let Subject::Object(pod) = self.subject("Deployment", "checkout") else { unreachable!() };
        Subject::Container(pod, self.raw(name).into())
    }
}

pub fn at(page: &PagePath, anchor: &str) -> Target {
    Target { page: page.clone(), anchor: anchor.to_owned() }
}

fn root() -> PagePath {
    PagePath::root()
}

fn namespace_page() -> PagePath {
    root().fixed("ns").child("shop")
}

fn pod_page() -> PagePath {
    namespace_page().child("deployment").child("checkout")
}

fn service_page() -> PagePath {
    namespace_page().child("service").child("checkout")
}

fn container_page(name: &str) -> PagePath {
    pod_page().child("c").child(name)
}

fn source_page() -> PagePath {
    root().fixed("source").child("apps/shop/checkout.yaml")
}

/// A site of `count` times the page that holds every block.
pub fn large(count: usize) -> Site {
    let mut whole = site("");
    let file =
        Arc::new(SourceFile { path: "apps/shop/checkout.yaml".to_owned(), origin: None, lines: lines("") });
    whole.pages.extend((0..count).map(|number| {
        let mut page = pod(&Maker { spice: "" }, &file);
        page.path = namespace_page().child("deployment").child(&format!("copy-{number}"));
        page
    }));
    whole
}

fn section(anchor: &str, title: String, blocks: Vec<Block>) -> Section {
    Section { anchor: anchor.to_owned(), title, blocks }
}

fn lines(spice: &str) -> Lines {
    let mut lines = Lines::default();
    for line in MANIFEST.lines() {
        let tokens = tokens(line, spice);
        lines.add(tokens.iter().map(|(class, text)| Token { class: *class, text, column: 1 }));
    }
    lines
}

/// Colors keys, numbers, words, comments and one secret, well enough for a sample.
fn tokens(line: &str, spice: &str) -> Vec<(TokenClass, String)> {
    let token = |class, text: &str| (class, text.to_owned());
    let indent = line.len() - line.trim_start_matches([' ', '-']).len();
    let (lead, rest) = line.split_at(indent);
    let mut out = vec![token(TokenClass::Plain, lead)];
    if rest.starts_with('#') {
        out.push(token(TokenClass::Comment, &format!("{rest}{spice}")));
    } else if line == "---" {
        out[0].0 = TokenClass::Meta;
    } else if let Some((key, value)) = rest.split_once(':') {
        out.push(token(TokenClass::Key, &format!("{key}{}", spice.replace('\n', ""))));
        out.push(token(TokenClass::Plain, ":"));
        let bare = value.trim();
        if !bare.is_empty() {
            out.push(token(TokenClass::Plain, " "));
            let class = match bare {
                "(hidden)" => TokenClass::Redacted,
                "true" | "false" => TokenClass::Word,
                _ if bare.parse::<f64>().is_ok() => TokenClass::Number,
                _ => TokenClass::String,
            };
            out.push(token(class, bare));
        }
    } else {
        out.push(token(TokenClass::String, rest));
    }
    out.retain(|(_, text)| !text.is_empty());
    out
}

fn diagram(make: &Maker) -> Diagram {
    let id = |name: &str| Id::of('n', &[name]);
    let node = |name: &str, class, note: &str, parent: Option<&str>, link| Node {
        id: id(name),
        class,
        label: make.raw(name),
        note: note.to_owned(),
        parent: parent.map(id),
        link,
    };
    let edge = |from: &str, to: &str, verb: &str, line| Edge {
        from: id(from),
        to: id(to),
        verb: make.raw(verb),
        line,
    };
    let row =
        |from: (&str, Option<Subject>), verb: &str, to: (&str, Option<Subject>), field: &str, line| Row {
            from: (make.raw(from.0), from.1),
            verb: make.raw(verb),
            to: (make.raw(to.0), to.1),
            field: field.to_owned(),
            source: Some(Place {
                file: make.raw("apps/shop/checkout.yaml"),
                line,
                text: (make.raw("apps/shop/checkout.yaml"), line),
            }),
        };
    let service = || Some(make.subject("Service", "checkout"));
    Diagram {
        view: View::Relationship,
        title: make.raw("What the pod of checkout holds and touches"),
        description: make.raw(
            "Service checkout sends traffic to app on port 8080. app and proxy share one network namespace, and volume cache.",
        ),
        body: Body::Flow(Flow {
            direction: Direction::Right,
            groups: vec![Group {
                id: id("pod"),
                class: Class::Pod,
                label: make.raw("Pod of checkout"),
                parent: None,
                link: None,
            }],
            nodes: vec![
                node("checkout", Class::Service, "Service", None, service()),
                node("app", Class::Container, "container", Some("pod"), Some(make.container("app"))),
                node("proxy", Class::Sidecar, "sidecar", Some("pod"), Some(make.container("proxy"))),
                node("cache", Class::Volume, "emptyDir", Some("pod"), None),
                node("shop-db", Class::Missing, "Secret, missing", None, None),
            ],
            edges: vec![
                edge("checkout", "app", "sends traffic to", Line::Solid),
                edge("app", "cache", "mounts", Line::Solid),
                edge("proxy", "cache", "mounts", Line::Solid),
                edge("app", "shop-db", "reads", Line::Dashed),
            ],
        }),
        rows: vec![
            row(("checkout", service()), "sends traffic to", ("app", Some(make.container("app"))), "spec.selector", 82),
            row(("app", Some(make.container("app"))), "mounts", ("cache", None), "spec.template.spec.containers[0].volumeMounts[0]", 45),
            row(("app", Some(make.container("app"))), "reads", ("shop-db", None), "spec.template.spec.containers[0].env[2].valueFrom.secretKeyRef", 37),
        ],
        left_out: vec![make.raw("Not drawn: 14 ConfigMaps and 3 Secrets that only one pod reads; they are on that pod's page.")],
        laid_out: Default::default(),
    }
}

fn pod(make: &Maker, file: &Arc<SourceFile>) -> Page {
    let cell = |text: &str| make.says(text);
    let name = |text: &str| vec![make.code(text)];
    let containers = Table {
        caption: make.raw("Containers of checkout"),
        head: ["Container", "Role", "Image", "Ports", "Requests", "Limits", "Probes"]
            .map(|head| make.raw(head))
            .to_vec(),
        rows: vec![
            vec![
                vec![Inline::Link(make.link("migrate", &container_page("migrate")))],
                cell("Init container"),
                name("ghcr.io/shop/migrate:4.2.0"),
                vec![Inline::Muted(make.raw("none"))],
                cell("100m CPU, 64 MiB"),
                cell("64 MiB"),
                vec![Inline::Muted(make.raw("none"))],
            ],
            vec![
                vec![Inline::Link(make.link("app", &container_page("app")))],
                cell("Main container"),
                name(
                    "ghcr.io/shop/checkout@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                ),
                name("http 8080/TCP"),
                cell("250m CPU, 256 MiB"),
                cell("512 MiB"),
                vec![make.text("readiness, liveness "), make.because(51)],
            ],
            vec![
                vec![Inline::Link(make.link("proxy", &container_page("proxy")))],
                cell("Sidecar"),
                name("envoyproxy/envoy:v1.31.2"),
                name("9901/TCP"),
                cell("50m CPU, 64 MiB"),
                vec![Inline::Strong(make.raw("none"))],
                cell("startup"),
            ],
        ],
    };
    let variables = [
        ("LOG_LEVEL", "info", 31),
        ("HTTP_PORT", "8080", 32),
        ("CART_ADDR", "cart:7070", 33),
        ("CATALOG_ADDR", "productcatalogservice.shop.svc.cluster.local:3550", 34),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel-collector:4317", 35),
        ("FEATURE_FLAGS", "new-basket,fast|slow", 36),
        ("TOKEN_TTL", "15m", 38),
        ("GOMEMLIMIT", "430MiB", 39),
        ("GOMAXPROCS", "1", 40),
        ("TZ", "Europe/Berlin", 41),
        ("CURRENCY", "EUR", 42),
    ];
    let mut rows: Vec<Vec<Prose>> = variables
        .iter()
        .map(|(key, value, line)| {
            vec![name(key), name(value), vec![make.text("written in the manifest "), make.because(*line)]]
        })
        .collect();
    rows.push(vec![
        name("DB_PASSWORD"),
        vec![Inline::Muted(make.raw("not shown"))],
        vec![
            make.text("key "),
            make.code("password"),
            make.text(" of Secret "),
            make.code("shop-db"),
            make.text(", which is not in these manifests "),
            make.because(37),
        ],
    ]);
    Page {
        environment: String::new(),
        path: pod_page(),
        sort: Sort::Workload,
        title: make.raw("checkout"),
        kicker: make.raw("Deployment"),
        crumbs: vec![Link { text: make.raw("Overview"), code: false, to: at(&root(), "") }, make.link("shop", &namespace_page())],
        children: ["migrate", "app", "proxy"].map(|name| make.link(name, &container_page(name))).to_vec(),
        source: Some(make.source(4)),
        author: vec![
            Block::Paragraph(vec![
                make.text("Sells what is in the basket; see "),
                Inline::Web(make.raw("the manual"), "https://example.org/shop?page=1#top".to_owned()),
                make.text("."),
            ]),
            Block::List { ordered: false, items: vec![make.says("fast"), make.says("<b>safe</b>")] },
        ],
        lead: vec![
            vec![
                make.text("Runs "), Inline::Strong(make.raw("3 identical copies")), make.text(" of 3 containers; gets traffic from Service "),
                Inline::Link(make.link("checkout", &service_page())), make.text(" on port 80; keeps no data on disk."), make.because(12),
            ],
            make.says("Takes the basket, reserves the goods and asks the payment service for the money."),
        ],
        sections: vec![
            section("overview", make.raw("At a glance"), vec![
                Block::Facts(vec![
                    (make.raw("Copies"), vec![make.text("3 to 12, at 70 % CPU "), make.because(12)]),
                    (make.raw("Quality of service"), make.says("Burstable")),
                    (make.raw("Service account"), name("checkout")),
                    (make.raw("Restart policy"), make.says("Always")),
                    (make.raw("May run on"), vec![make.text("any node with "), make.code("disk=ssd")]),
                ]),
                Block::Alert { tone: Tone::Error, text: vec![make.text("Secret "), make.code("shop-db"), make.text(" is not in these manifests; without it "), make.code("app"), make.text(" does not start."), make.because(37)] },
                Block::Alert { tone: Tone::Warning, text: vec![make.text("Nothing limits the memory of "), make.code("proxy"), make.text(".")] },
                Block::Alert { tone: Tone::Note, text: make.says("No NetworkPolicy in these manifests limits who may reach it.") },
            ]),
            section("diagram", make.raw("What it holds and touches"), vec![Block::Diagram(Box::new(diagram(make)))]),
            section("containers", make.raw("Containers"), vec![Block::Table(containers)]),
            section("lifecycle", make.raw("Start-up and shut-down"), vec![
                Block::List { ordered: true, items: vec![
                    vec![make.code("migrate"), make.text(" runs to completion; it waits until "), make.code("db:5432"), make.text(" answers.")],
                    vec![make.code("proxy"), make.text(" starts; the next step waits for its startup probe.")],
                    vec![make.code("app"), make.text(" starts, and gets traffic once its readiness probe succeeds.")],
                ] },
                Block::Heading(make.raw("On deletion")),
                Block::Paragraph(make.says("It gets 30 s: 10 s of them go to its preStop sleep, then SIGTERM, then SIGKILL. New traffic stops at about the same time, in parallel.")),
                Block::List { ordered: false, items: vec![make.says("- not a list in a list"), make.says("1. nor this")] },
            ]),
            section("reads", make.raw("What it reads"), vec![
                Block::Table(Table { caption: make.raw("Environment variables"), head: vec![make.raw("Variable"), make.raw("Value"), make.raw("Where it comes from")], rows }),
                Block::Verbatim { caption: make.raw("nginx.conf"), text: make.raw("server {\n\tlisten 8080;\n\tlocation / { proxy_pass http://localhost:9901; } # ```\n}\n") },
            ]),
            section("source", make.raw("Manifest"), vec![Block::Manifest(Manifest { file: file.clone(), first_line: 4, last_line: 68, span: None, anchors: false })]),
        ],
        keywords: ["ghcr.io/shop/checkout", "8080", "LOG_LEVEL", "CART_ADDR", "catalogAddr"].map(|word| make.raw(word)).to_vec(),
        namespace: make.raw("shop"),
        mark: None,
    }
}

fn plain(make: &Maker, path: PagePath, sort: Sort, title: &str, kicker: &str, crumbs: Vec<Link>) -> Page {
    Page {
        title: make.raw(title),
        kicker: if kicker.is_empty() { String::new() } else { make.raw(kicker) },
        crumbs,
        ..Page::titled(path, sort, "")
    }
}

/// The site.
pub fn site(spice: &str) -> Site {
    let make = &Maker { spice };
    let file =
        Arc::new(SourceFile { path: make.raw("apps/shop/checkout.yaml"), origin: None, lines: lines(spice) });
    let home = Link { text: make.raw("Overview"), code: false, to: at(&root(), "") };
    let shop = make.link("shop", &namespace_page());
    let card = |link: Link, kicker: &str, text: &str| Card {
        link,
        kicker: make.raw(kicker),
        text: make.says(text),
        mark: None,
    };

    let mut overview = plain(make, root(), Sort::Overview, "Online shop", "", vec![]);
    overview.lead = vec![
        make.says("1 namespace with 1 workload: 3 pods of 3 containers, 1 of them reached from outside."),
    ];
    overview.sections = vec![section(
        "overview",
        make.raw("Namespaces"),
        vec![Block::Cards(vec![
            card(shop.clone(), "Namespace", "Runs 1 workload in 3 pods; 1 Service."),
            card(
                make.link("checkout", &pod_page()),
                "Deployment",
                "Runs 3 identical copies of 3 containers; keeps no data on disk.",
            ),
            card(
                make.link("checkout", &service_page()),
                "Service",
                "Sends traffic from port 80 to port 8080.",
            ),
        ])],
    )];

    let mut namespace =
        plain(make, namespace_page(), Sort::Namespace, "shop", "Namespace", vec![home.clone()]);
    namespace.sections = vec![section(
        "overview",
        String::new(),
        vec![Block::Cards(vec![card(
            make.link("checkout", &pod_page()),
            "Deployment",
            "Runs 3 identical copies of 3 containers.",
        )])],
    )];

    let mut service =
        plain(make, service_page(), Sort::Object, "checkout", "Service", vec![home.clone(), shop.clone()]);
    service.source = Some(make.source(75));
    service.namespace = make.raw("shop");
    service.lead = vec![make.says("Sends traffic from port 80 to port 8080 of the pods of checkout.")];
    service.sections = vec![section(
        "source",
        make.raw("Manifest"),
        vec![Block::Manifest(Manifest {
            file: file.clone(),
            first_line: 75,
            last_line: 86,
            span: None,
            anchors: false,
        })],
    )];

    let containers = [("migrate", "Init container"), ("app", "Main container"), ("proxy", "Sidecar")].map(
        |(name, role)| {
            let crumbs = vec![home.clone(), shop.clone(), make.link("checkout", &pod_page())];
            let mut page = plain(make, container_page(name), Sort::Container, name, role, crumbs);
            page.lead = vec![make.says("Starts after migrate has finished.")];
            page.namespace = make.raw("shop");
            page
        },
    );

    let mut source =
        plain(make, source_page(), Sort::Source, "apps/shop/checkout.yaml", "File", vec![home.clone()]);
    source.sections = vec![section(
        "source",
        String::new(),
        vec![Block::Manifest(Manifest {
            file: file.clone(),
            first_line: 1,
            last_line: 1000,
            span: None,
            anchors: true,
        })],
    )];

    let mut pages = vec![overview, namespace, service, source, pod(make, &file)];
    pages.extend(containers);
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    let places = BTreeMap::from([
        (make.subject("Deployment", "checkout"), pod_page()),
        (make.subject("Service", "checkout"), service_page()),
        (make.container("app"), container_page("app")),
        (make.container("proxy"), container_page("proxy")),
    ]);
    let words = |text: &str, to: Target| Link { text: make.raw(text), code: false, to };
    Site {
        shortened: podviz::problem::Problems::none(),
        environments: Vec::new(),
        start: root(),
        title: make.raw("Online shop"),
        sections: vec![
            home,
            words("Namespaces", at(&root(), "overview")),
            words("Checkout", at(&pod_page(), "")),
            words("How traffic gets in", at(&service_page(), "")),
            words("Files", at(&source_page(), "")),
        ],
        pages,
        places,
        folders: BTreeMap::new(),
        graph: "{\"version\":1}\n".to_owned(),
    }
}

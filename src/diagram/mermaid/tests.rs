//! What is written, and that its colors can be read on white and on black.

use super::*;
use crate::diagram::{Participant, View};
use std::sync::Arc;

fn diagram(body: Body) -> Diagram {
    Diagram {
        view: View::Architecture,
        title: "Shop".to_owned(),
        description: "What runs where.".to_owned(),
        body,
        rows: Vec::new(),
        left_out: Vec::new(),
        laid_out: Default::default(),
    }
}

fn id(name: &str) -> Id {
    Id::of('n', &[name])
}

fn node(name: &str, class: Class, parent: Option<&str>) -> Node {
    let link = Some(Subject::Namespace(Arc::from("default"), Arc::from(name)));
    Node {
        id: id(name),
        class,
        label: name.to_owned(),
        note: "kind".to_owned(),
        parent: parent.map(id),
        link,
    }
}

fn group(name: &str, parent: Option<&str>) -> Group {
    Group { id: id(name), class: Class::Pod, label: name.to_owned(), parent: parent.map(id), link: None }
}

fn flow() -> Flow {
    Flow {
        direction: Direction::Right,
        groups: vec![group("outer", None), group("inner", Some("outer")), group("empty", Some("later"))],
        nodes: vec![
            node("web", Class::Container, Some("inner")),
            node("tls", Class::Missing, Some("nowhere")),
        ],
        edges: vec![Edge { from: id("web"), to: id("tls"), verb: "mounts".to_owned(), line: Line::Dashed }],
    }
}

#[test]
fn boxes_let_the_page_through_where_the_host_colors_their_text() {
    let text = write_in(Ink::Host, &diagram(Body::Flow(flow())), &|_| None).to_string();
    assert!(text.contains("  classDef container fill:#0072b233,stroke:#0072b2\n"), "{text}");
    assert!(
        text.contains("  classDef absent fill:#d55e0033,stroke:#d55e00,stroke-dasharray:5 4\n"),
        "{text}"
    );
    assert!(!text.contains("color:#1b1b1b"), "{text}");
}

#[test]
fn a_flowchart_reads_like_one() {
    let text = write(&diagram(Body::Flow(flow())), &|_| Some("../web page/index.html".to_owned()));
    assert_eq!(
        text.to_string(),
        r###"flowchart LR
  accTitle: Shop
  accDescr: What runs where.
  subgraph n4d842422c0["outer"]
    subgraph n877422a748["inner"]
      nb3a5212315["web<br/>kind"]
    end
  end
  subgraph n68c5633a10["empty"]
  end
  n504abc9ed4["tls<br/>kind"]
  nb3a5212315 -.->|"mounts"| n504abc9ed4
  click nb3a5212315 href "../web%20page/index.html"
  click n504abc9ed4 href "../web%20page/index.html"
  classDef absent fill:#f4d7bf,stroke:#d55e00,color:#1b1b1b,stroke-dasharray:5 4
  class n504abc9ed4 absent
  classDef container fill:#bfdcec,stroke:#0072b2,color:#1b1b1b
  class nb3a5212315 container
  classDef group fill:#8080800f,stroke:#7a7a7a,color:#7a7a7a
  class n4d842422c0,n877422a748,n68c5633a10 group
  linkStyle default stroke:#7a7a7a
"###
    );
}

#[test]
fn a_sequence_reads_like_one() {
    let participant =
        |name: &str, class| Participant { id: id(name), class, label: name.to_owned(), link: None };
    let message = |from: &str, to: &str, line| Step::Message {
        from: id(from),
        to: id(to),
        text: "start; now".to_owned(),
        line,
    };
    let sequence = Sequence {
        participants: vec![participant("you", Class::Person), participant("pod", Class::Pod)],
        steps: vec![
            message("you", "pod", Line::Solid),
            Step::Frame {
                kind: Frame::Loop,
                label: "every 10 s".to_owned(),
                steps: vec![message("pod", "you", Line::Dashed)],
            },
            Step::Note { over: vec![id("you"), id("x"), id("pod")], text: "ready\nand well".to_owned() },
        ],
    };
    let diagram = diagram(Body::Sequence(sequence));
    assert_eq!(
        write(&diagram, &|_| None).to_string(),
        r###"sequenceDiagram
  accTitle: Shop
  accDescr: What runs where.
  actor nd84787a346 as you
  participant neef7cf609a as pod
  nd84787a346->>neef7cf609a: start#59; now
  loop every 10 s
    neef7cf609a-->>nd84787a346: start#59; now
  end
  Note over nd84787a346,neef7cf609a: ready<br/>and well
"###
    );
    assert_eq!(measure(&diagram).edges, 3);
}

#[test]
fn states_begin_and_end_at_a_dot_and_no_mark_is_markdown() {
    let edge = |from: &str, to: &str, verb: &str| Edge {
        from: id(from),
        to: id(to),
        verb: verb.to_owned(),
        line: Line::Solid,
    };
    let flow = Flow {
        direction: Direction::Down,
        groups: vec![],
        nodes: vec![
            node("start", Class::Start, None),
            node("__init__", Class::Running, None),
            node("end", Class::End, None),
        ],
        edges: vec![
            edge("start", "__init__", "it begins: now"),
            edge("__init__", "end", "it ends"),
            edge("start", "end", "nothing"),
        ],
    };
    assert_eq!(
        write(&diagram(Body::States(flow)), &|_| None).to_string(),
        r###"stateDiagram-v2
  accTitle: Shop
  accDescr: What runs where.
  direction TB
  state "＿＿init＿＿<br/>kind" as naf1bb3c6df
  [*] --> naf1bb3c6df : it begins#58; now
  naf1bb3c6df --> [*] : it ends
  classDef traffic fill:#bfe7dc,stroke:#00875f,color:#1b1b1b
  class naf1bb3c6df traffic
"###
    );
}

#[test]
fn nothing_is_still_a_diagram() {
    let flow = Flow { direction: Direction::Down, groups: vec![], nodes: vec![], edges: vec![] };
    assert!(write(&diagram(Body::Flow(flow)), &|_| None).as_str().contains("nothing[\"Nothing to show\"]"));
    let flow = Flow { direction: Direction::Down, groups: vec![], nodes: vec![], edges: vec![] };
    assert!(write(&diagram(Body::States(flow)), &|_| None).as_str().contains("as nothing"));
    let sequence = Sequence { participants: vec![], steps: vec![] };
    assert!(write(&diagram(Body::Sequence(sequence)), &|_| None).as_str().contains("participant nothing"));
}

#[test]
fn links_to_foreign_schemes_are_left_out() {
    let text = write(&diagram(Body::Flow(flow())), &|_| Some("javascript:alert(1)".to_owned()));
    assert!(!text.as_str().contains("click"));
}

#[test]
fn groups_in_a_circle_are_written_once() {
    let groups = vec![group("a", Some("b")), group("b", Some("a")), group("c", Some("c"))];
    let text = write(&diagram(Body::Flow(Flow { groups, ..flow() })), &|_| None);
    assert_eq!(text.as_str().matches("subgraph").count(), 3);
}

#[test]
fn the_measure_is_that_of_the_text() {
    let diagram = diagram(Body::Flow(flow()));
    let size = measure(&diagram);
    assert_eq!((size.nodes, size.edges), (5, 1));
    assert_eq!(size.characters, write(&diagram, &|_| None).as_str().chars().count());
    assert!(Budget::GITLAB.fits(size) && !Budget { edges: 0, ..Budget::MERMAID }.fits(size));
}

/// Relative luminance of `#rrggbb` or, laid over `page`, of `#rrggbbaa`.
fn luminance(color: &str, page: &str) -> f64 {
    let part =
        |color: &str, at: usize| f64::from(u8::from_str_radix(&color[at..at + 2], 16).expect("two digits"));
    let alpha = if color.len() == 9 { part(color, 7) / 255.0 } else { 1.0 };
    let channel = |at: usize| {
        let value = (alpha * part(color, at) + (1.0 - alpha) * part(page, at)) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str, page: &str) -> f64 {
    let (one, other) = (luminance(one, page), luminance(other, page));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colors_can_be_told_apart_in_light_and_dark() {
    for page in ["#ffffff", "#0d1117"] {
        for look in Look::ALL {
            let paint = look.paint();
            assert!(contrast(paint.text, paint.fill, page) >= 7.0, "{look:?}: text");
            assert!(contrast(paint.stroke, page, page) >= 3.0, "{look:?}: stroke on {page}");
        }
        assert!(contrast(GROUP.text, GROUP.fill, page) >= 4.0, "title of a group on {page}");
        assert!(contrast(GROUP.stroke, page, page) >= 3.0, "border of a group on {page}");
        for look in Look::ALL {
            assert!(contrast(GROUP.stroke, look.paint().fill, page) >= 2.5, "arrow over {look:?}");
        }
    }
}

//! What must be true of every picture, whatever the flow.

use super::block::BAND;
use super::pen::{Pen, Rect};
use super::{Budget, LaidOut, WORK, flow, lay_out, paint, sequence, shape, size, text};
use crate::diagram::{
    Body, Class, Diagram, Direction, Edge, Flow, Frame, Group, Id, Line, Node, Participant, Sequence, Step,
    View,
};
use proptest::prelude::*;
use std::time::Instant;

const CLASSES: [Class; 28] = [
    Class::Cluster,
    Class::Node,
    Class::Namespace,
    Class::Application,
    Class::Workload,
    Class::Pod,
    Class::Container,
    Class::InitContainer,
    Class::Sidecar,
    Class::Network,
    Class::Service,
    Class::Route,
    Class::Config,
    Class::Secret,
    Class::Volume,
    Class::Claim,
    Class::Access,
    Class::Policy,
    Class::Person,
    Class::ControlPlane,
    Class::External,
    Class::Missing,
    Class::Plain,
    Class::Waiting,
    Class::Running,
    Class::Terminated,
    Class::Start,
    Class::End,
];

fn id(letter: char, number: usize) -> Id {
    Id::of(letter, &[&number.to_string()])
}

fn diagram(body: Body) -> Diagram {
    Diagram {
        view: View::Relationship,
        title: "t".into(),
        description: "d".into(),
        body,
        rows: vec![],
        left_out: vec![],
        laid_out: LaidOut::default(),
    }
}

prop_compose! {
    /// Up to 4 levels of groups, nodes anywhere, edges between any two nodes.
    fn flows()(
        direction in prop_oneof![Just(Direction::Down), Just(Direction::Right)],
        groups in prop::collection::vec((0..8usize, "[a-z -]{0,30}", 0..27usize), 0..7),
        nodes in prop::collection::vec((0..8usize, "[a-zA-Z0-9./_-]{0,60}|\\PC{0,20}", "[a-zA-Z ]{0,24}", 0..27usize), 0..18),
        edges in prop::collection::vec((0..18usize, 0..18usize, "[a-z ]{0,40}", any::<bool>()), 0..22),
    ) -> Flow {
        let group_count = groups.len();
        let count = nodes.len();
        Flow {
            direction,
            groups: groups.into_iter().enumerate().map(|(index, (parent, label, class))| Group {
                id: id('g', index), class: CLASSES[class], label,
                parent: (parent < index).then(|| id('g', parent)), link: None,
            }).collect(),
            nodes: nodes.into_iter().enumerate().map(|(index, (parent, label, note, class))| Node {
                id: id('n', index), class: CLASSES[class], label, note,
                parent: (parent < group_count).then(|| id('g', parent)), link: None,
            }).collect(),
            edges: edges.into_iter().filter(|edge| edge.0 < count && edge.1 < count).map(|(from, to, verb, dashed)| Edge {
                from: id('n', from), to: id('n', to), verb,
                line: if dashed { Line::Dashed } else { Line::Solid },
            }).collect(),
        }
    }
}

fn inside(inner: Rect, outer: Rect) -> bool {
    outer.encloses(inner)
}

fn check(flow: &Flow) -> Result<(), TestCaseError> {
    let layout = lay_out(flow).map_err(|_| TestCaseError::fail("too large"))?;
    let picture = flow::Picture::new(flow, layout);
    let block = picture.layout.block();
    let whole = Rect::new(0.0, 0.0, block.w, block.h);
    prop_assert_eq!(block.nodes.len(), flow.nodes.len());
    prop_assert_eq!(block.groups.len(), flow.groups.len());
    let place =
        |id: &Option<Id>| id.as_ref().and_then(|id| flow.groups.iter().position(|group| group.id == *id));
    let rect_of =
        |group: usize| block.groups.iter().find(|(index, _)| *index == group).map(|(_, rect)| *rect);
    for &(node, rect) in &block.nodes {
        prop_assert!(inside(rect, whole), "node {} outside", node);
        if let Some(group) = place(&flow.nodes[node].parent) {
            let outer = rect_of(group).unwrap();
            prop_assert!(inside(rect, outer), "node {} outside its group", node);
            prop_assert!(rect.y >= outer.y + BAND, "node {} on its group's title", node);
        }
        for &(other, area) in &block.nodes {
            prop_assert!(node == other || !rect.overlaps(area), "nodes {} and {} overlap", node, other);
        }
        for &(group, area) in &block.groups {
            let mut parent = place(&flow.nodes[node].parent);
            while parent.is_some_and(|parent| parent != group) {
                parent = place(&flow.groups[parent.unwrap()].parent);
            }
            prop_assert!(parent.is_some() || !rect.overlaps(area), "node {} in group {}", node, group);
        }
    }
    for &(group, rect) in &block.groups {
        prop_assert!(inside(rect, whole));
        let parent = place(&flow.groups[group].parent);
        if let Some(parent) = parent {
            let outer = rect_of(parent).unwrap();
            prop_assert!(inside(rect.grown(2.0), outer), "groups touch");
            prop_assert!(rect.y >= outer.y + BAND, "group {} on its group's title", group);
        }
        for &(other, area) in &block.groups {
            let siblings = other != group && place(&flow.groups[other].parent) == parent;
            prop_assert!(!siblings || !rect.overlaps(area), "groups {} and {} overlap", group, other);
        }
        let title = text::wrap(&flow.groups[group].label, text::TITLE, 320.0, 1);
        prop_assert!(title.width + 20.0 <= rect.w, "title of {} is wider than its box", group);
    }
    for route in &block.routes {
        let (w, h) = picture.label_size(route.edge);
        let Some(center) = route.label.filter(|_| w > 0.0) else { continue };
        let label = Rect::around(center, w, h);
        prop_assert!(inside(label, whole), "label outside");
    }
    for (route, arrow) in block.routes.iter().zip(picture.drawn()) {
        let (from, to) = picture.ends(route.edge);
        for &(node, rect) in block.nodes.iter().filter(|(node, _)| *node != from && *node != to) {
            let crosses = arrow.trace.iter().any(|&point| rect.grown(-1.0).holds(point));
            prop_assert!(!crosses, "the arrow from {} to {} crosses {}", from, to, node);
        }
    }
    for (node, label, size) in picture.texts() {
        let rect = block.nodes.iter().find(|(index, _)| *index == node).unwrap().1;
        let [left, top, right, bottom] = shape::insets(shape::of(flow.nodes[node].class));
        prop_assert!(label <= rect.w - left - right + 0.1, "text of {} is wider than its shape", node);
        prop_assert!(size <= rect.h - top - bottom + 0.1, "text of {} is taller than its shape", node);
    }
    Ok(())
}

proptest! {
    // Always the same flows: a build must not fail by chance.
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_overlaps_and_everything_is_inside(flow in flows()) {
        check(&flow)?;
    }

    #[test]
    fn the_same_flow_gives_the_same_bytes(flow in flows()) {
        let diagram = diagram(Body::Flow(flow));
        let first = paint(&diagram, &|_| None);
        prop_assert_eq!(&first, &paint(&diagram, &|_| None));
        size(&diagram);
        prop_assert_eq!(&first, &paint(&diagram, &|_| None), "who measured it first paints the same");
        let painted = first.0.unwrap().to_string();
        prop_assert!(["\"NaN", "\"inf", "\"-0\""].iter().all(|odd| !painted.contains(odd)));
    }
}

prop_compose! {
    /// Messages, notes and frames between up to 6 participants.
    fn sequences()(
        participants in prop::collection::vec(("[a-z -]{0,40}", 0..22usize), 1..6),
        steps in prop::collection::vec((0..6usize, 0..6usize, "[a-z ]{0,90}|\\PC{0,12}", 0..4u8), 0..14),
    ) -> Sequence {
        let mut list: Vec<Step> = Vec::new();
        for (from, to, text, kind) in steps {
            let (from, to) = (id('p', from), id('p', to));
            match kind {
                0 | 1 => list.push(Step::Message { from, to, text, line: Line::Solid }),
                2 => list.push(Step::Note { over: vec![from, to], text }),
                _ => {
                    let steps = list.split_off(list.len().saturating_sub(3));
                    list.push(Step::Frame { kind: Frame::Loop, label: text, steps });
                }
            }
        }
        let one = |(index, (label, class)): (usize, (String, usize))| Participant {
            id: id('p', index), class: CLASSES[class], label, link: None,
        };
        Sequence { participants: participants.into_iter().enumerate().map(one).collect(), steps: list }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn everything_of_a_sequence_is_inside(sequence in sequences()) {
        let picture = sequence::Picture::new(&sequence, &mut Budget(WORK)).unwrap();
        let whole = picture.paint(&mut Pen::default(), &|_| None);
        for rect in picture.rects() {
            prop_assert!(whole.encloses(rect), "{:?} outside {:?}", rect, whole);
        }
        let diagram = diagram(Body::Sequence(sequence));
        prop_assert_eq!(paint(&diagram, &|_| None), paint(&diagram, &|_| None));
    }
}

fn complete(nodes: usize, every: usize) -> Diagram {
    let pairs = (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to)));
    diagram(Body::Flow(Flow {
        direction: Direction::Down,
        groups: vec![],
        nodes: (0..nodes)
            .map(|index| Node {
                id: id('n', index),
                class: Class::Container,
                label: format!("n{index}"),
                note: String::new(),
                parent: None,
                link: None,
            })
            .collect(),
        edges: pairs
            .filter(|(from, to)| from != to && (from * 31 + to * 17) % every == 0)
            .map(|(from, to)| Edge {
                from: id('n', from),
                to: id('n', to),
                verb: "calls".into(),
                line: Line::Solid,
            })
            .collect(),
    }))
}

#[test]
fn a_graph_that_is_too_large_gives_a_problem_soon() {
    for (nodes, every) in [(400, 1), (2_000, 900), (300, 30), (120, 40)] {
        let start = Instant::now();
        let (svg, problems) = paint(&complete(nodes, every), &|_| None);
        assert_eq!(svg.is_none(), problems.iter().count() == 1, "{nodes} nodes");
        assert!(start.elapsed().as_secs() < 20, "{nodes} nodes took {:?}", start.elapsed());
    }
}

#[test]
fn deep_nesting_is_refused() {
    let groups = (0..300)
        .map(|index: usize| Group {
            id: id('g', index),
            class: Class::Pod,
            label: "g".into(),
            parent: index.checked_sub(1).map(|parent| id('g', parent)),
            link: None,
        })
        .collect();
    let flow = Flow { direction: Direction::Down, groups, nodes: vec![], edges: vec![] };
    assert!(paint(&diagram(Body::Flow(flow)), &|_| None).0.is_none());
    let one = Participant { id: id('p', 0), class: Class::Person, label: "p".into(), link: None };
    let mut step = Step::Note { over: vec![id('p', 0)], text: "deep".into() };
    for _ in 0..300 {
        step = Step::Frame { kind: Frame::Loop, label: "again".into(), steps: vec![step] };
    }
    let sequence = Sequence { participants: vec![one], steps: vec![step] };
    assert!(paint(&diagram(Body::Sequence(sequence)), &|_| None).0.is_none());
}

/// The relative luminance of `#rrggbb`, as in WCAG 2.
fn luminance(color: &str) -> f64 {
    let part = |from: usize| f64::from(u8::from_str_radix(&color[from..from + 2], 16).unwrap()) / 255.0;
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5))
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colors_keep_their_contrast() {
    let value = |block: &str, name: &str| {
        let from = block.find(&format!("{name}: #"))?;
        Some(block[from + name.len() + 2..][..7].to_owned())
    };
    let light = &super::STYLE[..super::STYLE.find("@media").unwrap()];
    let dark = &super::STYLE[super::STYLE.find("[data-theme=\"dark\"]").unwrap()..];
    let hues = [
        "blue", "sky", "indigo", "green", "teal", "amber", "orange", "yellow", "sand", "purple", "slate",
        "rose", "gray",
    ];
    let ink = value(light, "--pv-ink").unwrap();
    for theme in [light, dark] {
        let paper = value(theme, "--pv-paper").unwrap();
        for hue in hues {
            let fill = value(theme, &format!("--pv-{hue}")).unwrap();
            let line = value(light, &format!("--pv-{hue}-line")).unwrap();
            assert!(contrast(&ink, &fill) >= 13.0, "{hue} text {}", contrast(&ink, &fill));
            assert!(contrast(&value(light, "--pv-muted").unwrap(), &fill) >= 6.0, "{hue} note");
            assert!(contrast(&line, &fill) >= 3.0 && contrast(&line, &paper) >= 3.0, "{hue} line");
        }
        for name in ["--pv-text", "--pv-verb"] {
            assert!(contrast(&value(theme, name).unwrap(), &paper) >= 7.0, "{name}");
        }
        for name in ["--pv-edge", "--pv-life"] {
            assert!(contrast(&value(theme, name).unwrap(), &paper) >= 3.0, "{name}");
        }
    }
}

#[test]
#[ignore = "prints times"]
fn times() {
    for (nodes, every) in [(25, 12), (100, 60), (300, 300), (300, 100), (600, 200)] {
        let diagram = complete(nodes, every);
        let start = Instant::now();
        let painted = paint(&diagram, &|_| None).0.is_some();
        println!("{nodes} nodes, every {every}: {:?} {painted}", start.elapsed());
    }
}

#[test]
fn a_state_says_all_that_leads_to_it_and_a_dot_says_nothing() {
    let node = |name: usize, class, label: &str| Node {
        id: id('n', name),
        class,
        label: label.to_owned(),
        note: String::new(),
        parent: None,
        link: None,
    };
    let edge = |from, to, verb: &str| Edge {
        from: id('n', from),
        to: id('n', to),
        verb: verb.to_owned(),
        line: Line::Solid,
    };
    let flow = Flow {
        direction: Direction::Down,
        groups: vec![],
        nodes: vec![
            node(0, Class::Start, "Begin"),
            node(1, Class::Running, "Ready"),
            node(2, Class::End, "Finish"),
        ],
        edges: vec![
            edge(0, 1, "its process begins"),
            edge(1, 2, "it ends"),
            edge(1, 2, "it hangs: noticed after about 21 to 31 s, killed by about 61 s"),
        ],
    };
    let (svg, problems) = paint(&diagram(Body::States(flow)), &|_| None);
    let svg = svg.unwrap().to_string();
    assert!(problems.is_empty());
    assert!(svg.contains(">Ready<") && !svg.contains("Begin") && !svg.contains("Finish"));
    assert!(svg.contains("61 s<") && !svg.contains('\u{2026}'), "{svg}");
}

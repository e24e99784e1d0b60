//! Writes diagrams whose every text is hostile, with what must be shown, for `tests/mermaid/parse.js` to draw.

use podviz::diagram::{
    Body, Class, Diagram, Direction, Edge, Flow, Frame, Group, Id, Line, Node, Participant, Sequence, Step,
    View, mermaid,
};
use podviz::escape::{self, visible};
use podviz::model::Subject;
use serde_json::json;
use std::{env, fs, path::Path};

fn id(name: &str) -> Id {
    Id::of('n', &[name])
}

fn diagram(text: &str, body: Body) -> Diagram {
    Diagram {
        view: View::Relationship,
        title: text.to_owned(),
        description: text.to_owned(),
        body,
        rows: Vec::new(),
        left_out: Vec::new(),
        laid_out: Default::default(),
    }
}

/// The text as the label, the note, the verb and the title of a group, in a shape of each kind in turn.
fn flow(text: &str, turn: usize) -> Body {
    let classes = [
        Class::Pod,
        Class::Service,
        Class::Workload,
        Class::Volume,
        Class::Network,
        Class::Secret,
        Class::Route,
        Class::InitContainer,
        Class::Sidecar,
        Class::Config,
        Class::Person,
        Class::Container,
        Class::Missing,
    ];
    let class = classes[turn % classes.len()];
    let group =
        Group { id: id("group"), class: Class::Pod, label: text.to_owned(), parent: None, link: None };
    let node = |name: &str, parent| Node {
        id: id(name),
        class,
        label: text.to_owned(),
        note: text.to_owned(),
        parent,
        link: Some(Subject::Cluster("default".into())),
    };
    let edge = |line| Edge { from: id("one"), to: id("two"), verb: text.to_owned(), line };
    Body::Flow(Flow {
        direction: Direction::Right,
        groups: vec![group],
        nodes: vec![node("one", Some(id("group"))), node("two", None)],
        edges: vec![edge(Line::Solid), edge(Line::Dashed)],
    })
}

/// The text as participants, messages, a note and the labels of frames.
fn sequence(text: &str) -> Body {
    let participant =
        |name: &str, class| Participant { id: id(name), class, label: text.to_owned(), link: None };
    let message = |line| Step::Message { from: id("one"), to: id("two"), text: text.to_owned(), line };
    let frame = |kind, steps| Step::Frame { kind, label: text.to_owned(), steps };
    let note = Step::Note { over: vec![id("one"), id("two")], text: text.to_owned() };
    Body::Sequence(Sequence {
        participants: vec![participant("one", Class::Person), participant("two", Class::Pod)],
        steps: vec![
            message(Line::Solid),
            frame(Frame::Loop, vec![message(Line::Dashed), frame(Frame::Optional, vec![note])]),
        ],
    })
}

/// The text as states with their notes, and on what leads from one to the next.
fn states(text: &str) -> Body {
    let node = |name: &str, class| Node {
        id: id(name),
        class,
        label: text.to_owned(),
        note: text.to_owned(),
        parent: None,
        link: None,
    };
    let edge =
        |from: &str, to: &str| Edge { from: id(from), to: id(to), verb: text.to_owned(), line: Line::Solid };
    Body::States(Flow {
        direction: Direction::Down,
        groups: vec![],
        nodes: vec![
            node("start", Class::Start),
            node("one", Class::Waiting),
            node("two", Class::Running),
            node("end", Class::End),
        ],
        edges: vec![edge("start", "one"), edge("one", "two"), edge("two", "end")],
    })
}

/// The strings of `tests/mermaid/strings.json`, or of the file that `MERMAID_STRINGS` names.
fn strings() -> Vec<String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mermaid/strings.json");
    let file = env::var_os("MERMAID_STRINGS").map_or(own, Into::into);
    serde_json::from_str(&fs::read_to_string(file).expect("the list can be read")).expect("a list of strings")
}

#[test]
fn the_list_is_long_and_without_doubles() {
    let mut strings = strings();
    assert!(strings.len() >= 150);
    let count = strings.len();
    strings.sort();
    strings.dedup();
    assert_eq!(strings.len(), count);
}

#[test]
#[ignore = "writes the diagrams that tests/mermaid/parse.js draws"]
fn emit_hostile_diagrams() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let folder = target.join("mermaid-strings");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let mut expected = serde_json::Map::new();
    for (at, text) in strings().iter().enumerate() {
        let shown = visible(text);
        let frame = escape::mermaid::frame(text).to_string();
        let framed = if frame == "\u{a0}" { String::new() } else { format!("[{frame}]") };
        let flowchart = diagram(text, flow(text, at));
        let sequence = diagram(text, sequence(text));
        let states = diagram(text, states(text));
        for (name, diagram) in [("flow", &flowchart), ("sequence", &sequence), ("states", &states)] {
            let written = mermaid::write(diagram, &|_| Some(format!("../{text}"))).to_string();
            fs::write(folder.join(format!("{name}-{at:03}.mmd")), written).expect("a file");
        }
        let texts = json!({
            "title": shown, "description": shown, "nodes": [shown, shown, shown, shown], "edges": [shown, shown],
            "groups": shown,
        });
        expected.insert(format!("flow-{at:03}.mmd"), texts);
        let texts = json!({
            "title": shown, "description": shown, "participants": [shown, shown], "messages": [shown, shown],
            "notes": shown, "frames": [framed, framed],
        });
        expected.insert(format!("sequence-{at:03}.mmd"), texts);
        let state = shown.replace('*', "∗").replace('_', "＿").replace('\\', "＼");
        let texts = json!({
            "title": shown, "description": shown, "nodes": [state, state, state, state],
            "edges": [shown, shown, shown],
        });
        expected.insert(format!("states-{at:03}.mmd"), texts);
    }
    let empty_flow =
        Body::Flow(Flow { direction: Direction::Down, groups: vec![], nodes: vec![], edges: vec![] });
    let empty_states =
        Body::States(Flow { direction: Direction::Down, groups: vec![], nodes: vec![], edges: vec![] });
    let empty_sequence = Body::Sequence(Sequence { participants: vec![], steps: vec![] });
    let empty = [
        ("empty-flow.mmd", empty_flow),
        ("empty-sequence.mmd", empty_sequence),
        ("empty-states.mmd", empty_states),
    ];
    for (name, body) in empty {
        let text = mermaid::write(&diagram("Nothing", body), &|_| None).to_string();
        fs::write(folder.join(name), text).expect("a file");
        expected.insert(name.to_owned(), json!({ "title": "Nothing" }));
    }
    fs::write(folder.join("expected.json"), serde_json::Value::Object(expected).to_string()).expect("a file");
}

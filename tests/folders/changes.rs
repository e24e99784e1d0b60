//! `changes`, one folder a change: what it does, as a comment and as a list of effects.
//!
//! `old/` and `new/` are its sides. `expected/comment.md` is the comment, `expected/effects.txt` a line for each effect, connection,
//! and object.

use crate::call::podviz;
use crate::files::Tree;
use serde_json::Value;
use std::path::Path;

/// What podviz says of a change.
pub fn told(folder: &Path) -> Tree {
    let comment = podviz(folder, &["diff", "old", "new", "--format", "markdown"], b"").stdout;
    let output = podviz(folder, &["diff", "old", "new", "--format", "json"], b"");
    let change: Value = serde_json::from_slice(&output.stdout).expect("a change");
    let mirrored = podviz(folder, &["diff", "new", "old", "--format", "json"], b"");
    let mirrored: Value = serde_json::from_slice(&mirrored.stdout).expect("a change");
    assert_mirrors(&change, &mirrored);
    let same = podviz(folder, &["diff", "new", "new", "--format", "json"], b"");
    let same: Value = serde_json::from_slice(&same.stdout).expect("a change");
    assert_eq!(same["verdict"], "none");
    for key in ["objects", "effects", "facts"] {
        assert_eq!(same[key], Value::Array(Vec::new()), "a side differs from itself in {key}");
    }
    Tree::from([("comment.md".to_owned(), comment), ("effects.txt".to_owned(), list(&change).into_bytes())])
}

fn texts<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn each<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn list(change: &Value) -> String {
    let mut lines = format!("verdict {}\n", texts(change, "verdict"));
    for effect in each(change, "effects") {
        let places: Vec<String> = each(effect, "because")
            .map(|because| {
                format!("{} {}:{}", texts(because, "side"), texts(because, "file"), because["line"])
            })
            .collect();
        lines.push_str(&format!(
            "{} {} {} {}\n  {}\n  {}\n",
            texts(effect, "level"),
            texts(effect, "code"),
            texts(effect, "area"),
            texts(effect, "subject"),
            texts(effect, "message"),
            places.join(", ")
        ));
    }
    for way in ["opened", "closed"] {
        for line in each(&change["connections"], way) {
            lines.push_str(&format!(
                "{way} {} -> {} {}\n",
                texts(line, "from"),
                texts(line, "to"),
                line["ports"]
            ));
        }
    }
    for object in each(change, "objects") {
        lines.push_str(&format!("{} {}\n", texts(object, "change"), texts(object, "subject")));
        for field in
            each(object, "fields").filter(|_| !matches!(texts(object, "change"), "added" | "removed"))
        {
            lines.push_str(&format!("  {}: {} -> {}\n", texts(field, "field"), field["old"], field["new"]));
        }
    }
    lines
}

/// What comes one way goes the other way.
fn assert_mirrors(change: &Value, mirrored: &Value) {
    for (one, other) in [("added", "removed"), ("removed", "added")] {
        let number = |change: &Value, way: &str| each(&change["edges"], way).count();
        assert_eq!(number(change, one), number(mirrored, other), "edges that are {one}");
        let named = |change: &Value, word: &str| -> Vec<String> {
            let objects = each(change, "objects").filter(|object| texts(object, "change") == word);
            objects.map(|object| texts(object, "subject").to_owned()).collect()
        };
        assert_eq!(named(change, one), named(mirrored, other), "objects that are {one}");
    }
    assert_eq!(change["connections"]["opened"], mirrored["connections"]["closed"]);
    assert_eq!(change["connections"]["closed"], mirrored["connections"]["opened"]);
}

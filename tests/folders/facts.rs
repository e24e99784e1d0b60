//! `facts`, one folder a rule: what podviz finds true of a few manifests.
//!
//! `in/` is what it reads, `facts` names the facts that the rule is about, one a line, and `expected/facts.txt` holds
//! them: subject, fact, value, reason and place. The name of the folder is what a reader should find in there.

use crate::call::podviz;
use crate::files::Tree;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The facts that the folder asks for, a few lines each.
pub fn found(folder: &Path) -> Tree {
    let asked = fs::read_to_string(folder.join("facts")).expect("the names of facts");
    let asked: Vec<&str> = asked.lines().filter(|line| !line.is_empty()).collect();
    let output = podviz(folder, &["explain", "in", "--format", "json"], b"");
    let facts: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list of facts");
    let text = |fact: &Value, key: &str| fact[key].as_str().unwrap_or_default().to_owned();
    let mut lines = String::new();
    for fact in facts.iter().filter(|fact| asked.contains(&fact["fact"].as_str().unwrap_or_default())) {
        let (subject, name, why) = (text(fact, "subject"), text(fact, "fact"), text(fact, "why"));
        let place = &fact["source"];
        let place = format!("{}:{} {}", text(place, "file"), place["line"], text(place, "field"));
        lines.push_str(&format!("{subject} | {name} = {}\n  because {why}\n  in {place}\n", fact["value"]));
    }
    assert!(!lines.is_empty(), "{} shows no fact", folder.display());
    Tree::from([("facts.txt".to_owned(), lines.into_bytes())])
}

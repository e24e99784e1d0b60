//! One folder a rule of advice: manifests in which it finds something, and near misses in which it finds nothing.
//!
//! `in/` is what it reads: `near-miss.yaml` looks like the rest and is fine. `expected/advice.txt` holds what the rule of
//! the folder's name finds: level, subject, place, what goes wrong, and what to do.

mod files;
mod golden;

use files::{Tree, folders, tests};
use golden::{assert_same, assert_table_in_book, differences};
use podviz::facts::advice::RULES;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[test]
fn each_rule_finds_what_is_expected() {
    let differences: Vec<String> = folders(&tests("advice"))
        .into_iter()
        .flat_map(|(code, folder)| differences(&folder.join("expected"), &found(&code, &folder)))
        .collect();
    assert_same(&differences);
}

#[test]
fn each_rule_has_a_folder() {
    let folders: Vec<String> = folders(&tests("advice")).into_iter().map(|(code, _)| code).collect();
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(folders, codes);
}

#[test]
fn the_book_lists_every_rule() {
    let rows =
        RULES.iter().map(|rule| format!("| `{}` | {} | {} |\n", rule.code, rule.level.word(), rule.meaning));
    let rows: String = rows.collect();
    assert_table_in_book(
        "advice.md",
        "codes",
        &format!("| Code | Level | What it finds |\n|---|---|---|\n{rows}"),
    );
}

/// What the rule of this code finds, a few lines each.
fn found(code: &str, folder: &Path) -> Tree {
    let output = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(["advise", "in", "--format", "json"])
        .current_dir(folder)
        .output()
        .expect("podviz runs");
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list of findings");
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut lines = String::new();
    for finding in findings.iter().filter(|finding| finding["code"] == code) {
        let place =
            |place: &Value| format!("{}:{} {}", text(place, "file"), place["line"], text(place, "field"));
        let places: Vec<String> = finding["evidence"].as_array().into_iter().flatten().map(place).collect();
        assert!(
            !text(&finding["source"], "file").starts_with("near-miss"),
            "{code} finds a near miss: {finding:#}"
        );
        lines.push_str(&format!(
            "{} {}\n  {}\n  help: {}\n  in {}\n",
            text(finding, "level"),
            text(finding, "subject"),
            text(finding, "reason"),
            text(finding, "help"),
            places.join("\n     ")
        ));
    }
    assert!(!lines.is_empty(), "{code} finds nothing");
    Tree::from([("advice.txt".to_owned(), lines.into_bytes())])
}

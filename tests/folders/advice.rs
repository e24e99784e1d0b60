//! `advice`, one folder a rule of advice: manifests in which it finds something, and near misses in which it finds nothing.
//!
//! `in/` is what it reads: `near-miss.yaml` looks like the rest and is fine. `expected/advice.txt` holds what the rule of
//! the folder's name finds: level, subject, place, what goes wrong, and what to do.

use crate::call::podviz;
use crate::files::Tree;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::Path;

/// What the rule that a folder is named after finds in it, a few lines each.
pub fn found(folder: &Path) -> Tree {
    let code = folder.file_name().and_then(OsStr::to_str).expect("the code of a rule");
    let output = podviz(folder, &["advise", "in", "--format", "json"], b"");
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

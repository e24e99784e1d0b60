//! Strings that are documents themselves: of each file in `tests/strings`, no word with `Kiwi` may be shown, and every
//! word with `plum` must be, on its line.

use podviz::document::{Kind, Limits, Value};
use podviz::source::load;
use std::fs;
use std::path::Path;

#[test]
fn secrets_in_strings_are_hidden_and_what_stands_beside_them_is_shown() {
    let mut faults = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/strings");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let loaded = load(&name, text.as_bytes(), &Limits::default());
        let Some(document) = loaded.documents.first() else {
            faults.push(format!("{name}: no document"));
            continue;
        };
        let lines: Vec<&str> = document.file.lines.iter().map(|line| line.text()).collect();
        if lines.len() != text.lines().count() {
            faults.push(format!("{name}: {} lines instead of {}", lines.len(), text.lines().count()));
        }
        for (number, (shown, written)) in lines.iter().zip(text.lines()).enumerate() {
            let count = |text: &str| text.to_lowercase().matches("plum").count();
            if shown.contains("Kiwi") {
                faults.push(format!("{name}:{}: shows {shown}", number + 1));
            }
            if count(shown) != count(written) {
                faults.push(format!("{name}:{}: hides too much: {shown}", number + 1));
            }
        }
        for document in &loaded.documents {
            strings(&document.value, &mut |string| {
                if string.contains("Kiwi") && !lines.iter().any(|line| line.contains("Kiwi")) {
                    faults.push(format!("{name}: the tree holds {string}"));
                }
            });
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn strings(value: &Value, visit: &mut impl FnMut(&str)) {
    match &value.kind {
        Kind::String(text) => visit(text),
        _ => {
            value.items().iter().for_each(|item| strings(item, visit));
            value.entries().iter().for_each(|entry| strings(&entry.value, visit));
        }
    }
}

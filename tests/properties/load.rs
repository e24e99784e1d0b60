//! Bytes in, documents out: nothing makes it panic, and every place that it names is there.

use podviz::document::{Kind, Limits, Value};
use podviz::source::{Loaded, load};

/// Reads the bytes as a file, and holds what comes of it against the file.
pub fn check(bytes: &[u8]) {
    let name = "a.yaml";
    let loaded = load(name, bytes, &Limits::default());
    for document in &loaded.documents {
        let lines = u32::try_from(document.file.lines.len()).expect("a number of lines");
        assert!(1 <= document.first_line && document.first_line <= document.last_line, "{document:?}");
        assert!(document.last_line <= lines.max(1), "{document:?} of {lines} lines");
        within(&document.value, lines.max(1));
    }
    for problem in loaded.problems.iter() {
        let place = problem.place.as_ref().expect("a place");
        assert_eq!(place.file, name, "{problem:?}");
    }
    assert_eq!(told(&load(name, bytes, &Limits::default())), told(&loaded));
}

/// The line of each value is one of the file's.
fn within(value: &Value, lines: u32) {
    assert!((1..=lines).contains(&value.line), "line {} of {lines}", value.line);
    match &value.kind {
        Kind::List(items) => items.iter().for_each(|item| within(item, lines)),
        Kind::Map(entries) => entries.iter().for_each(|entry| {
            assert!((1..=lines).contains(&entry.line), "line {} of {lines}", entry.line);
            within(&entry.value, lines);
        }),
        _ => {}
    }
}

fn told(loaded: &Loaded) -> String {
    let Loaded { documents, passed_over, template, environments, problems, .. } = loaded;
    format!("{documents:?} {passed_over} {template} {environments:?} {problems:?}")
}

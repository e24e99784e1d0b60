//! What is painted stays as it is, byte for byte, until someone says otherwise with `PODVIZ_BLESS=1`.

mod build;
mod samples;

use podviz::diagram::svg;
use podviz::model::Subject;
use std::path::Path;

fn page(subject: &Subject) -> Option<String> {
    match subject {
        Subject::Object(identity) => Some(format!("{}.html", identity.name)),
        _ => None,
    }
}

#[test]
fn samples_are_painted_as_before() {
    let bless = std::env::var_os("PODVIZ_BLESS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagrams");
    let mut changed = Vec::new();
    for (name, diagram) in samples::samples() {
        let (svg, problems) = svg::paint(&diagram, &page);
        assert!(problems.is_empty(), "{name}: {problems:?}");
        let painted = svg.expect(name).to_string();
        let file = folder.join(name).join("expected.svg");
        if bless {
            std::fs::create_dir_all(folder.join(name)).unwrap();
            std::fs::write(&file, &painted).unwrap();
        } else if std::fs::read_to_string(&file).ok().as_deref() != Some(&painted) {
            changed.push(name);
        }
    }
    assert!(changed.is_empty(), "painted otherwise: {changed:?}; look at them and run with PODVIZ_BLESS=1");
}

#[test]
fn painting_twice_gives_the_same_bytes() {
    let all = || samples::samples().into_iter().map(|(_, diagram)| svg::paint(&diagram, &page).0);
    let backwards: Vec<_> =
        samples::samples().into_iter().rev().map(|(_, d)| svg::paint(&d, &page).0).collect();
    assert!(all().eq(backwards.into_iter().rev()));
}

#[test]
fn a_file_of_its_own_has_the_stylesheet() {
    let (_, diagram) = samples::samples().remove(0);
    let alone = svg::paint_standalone(&diagram, &|_| None).0.unwrap().to_string();
    assert!(alone.contains("<style>") && alone.contains("prefers-color-scheme") && !alone.contains("<a "));
    assert!(!svg::STYLE.contains(['<', '&']), "the stylesheet must be XML character data");
}

#[test]
fn names_never_become_markup() {
    for (name, diagram) in samples::samples() {
        let painted = svg::paint(&diagram, &page).0.unwrap().to_string();
        assert!(!painted.contains("<script") && !painted.contains("<b>"), "{name}");
        assert!(!painted.contains(['\u{202e}', '\u{200b}', '\0']), "{name}");
        assert!(!painted.contains("style=") && !painted.contains("url("), "{name}");
    }
}

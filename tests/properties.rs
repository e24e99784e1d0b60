//! What holds for any input. The same bodies are fuzzed: see `fuzz/README.md`. What fuzzing found stands in `fuzz/found`, a
//! file a finding, and is tried again here.

#[path = "properties/change.rs"]
mod change;
#[path = "properties/escape.rs"]
mod escape;
#[path = "properties/graph.rs"]
mod graph;
#[path = "properties/inject.rs"]
mod inject;
#[path = "properties/load.rs"]
mod load;
#[path = "properties/redact.rs"]
mod redact;

use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The manifests of the examples.
static MANIFESTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut manifests = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                manifests.push(fs::read_to_string(path).expect("text"));
            }
        }
    }
    assert!(manifests.len() > 5, "the examples are found");
    manifests
});

/// What stands in a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    entries
}

/// Characters that mean something somewhere, so that short random strings are nasty ones.
const NASTY: &str = "[-#;:&<>%$\\\\|`~*_{}()\\[\\]!+=.,@/?'\"^0-9a-cw \n\t\r\u{1b}\u{85}\u{200b}\u{202e}\u{2028}\u{feff}ﬂ°¶ßéאع🚀]{0,24}";

/// What lines of a manifest are replaced with, or gain.
const PIECES: [&str; 16] = [
    "---",
    "- ",
    "  - name: app",
    "spec:",
    "kind: Service",
    "  namespace: other",
    "x: &x [*x]",
    "<<: {a: 1}",
    "? [a]",
    "  replicas: -1",
    "\t",
    "  env: [{name: A, value: \"$(B)\"}]",
    "metadata: {name: \"\"}",
    "  ports: [{containerPort: 99999999999}]",
    "  selector: {}",
    "data: !!binary x",
];

/// A manifest of the examples in which some lines are lost, doubled, moved or replaced.
fn manifest() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..4, prop::sample::select(&PIECES[..]));
    (any::<prop::sample::Index>(), vec(change, 0..6)).prop_map(|(which, changes)| {
        let mut lines: Vec<&str> = MANIFESTS[which.index(MANIFESTS.len())].lines().collect();
        for (at, what, piece) in changes {
            let at = at.index(lines.len().max(1)).min(lines.len().saturating_sub(1));
            match what {
                _ if lines.is_empty() => lines.push(piece),
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at]),
                2 => lines[at] = piece,
                _ => lines.insert(at, piece),
            }
        }
        lines.join("\n")
    })
}

/// Markdown in which regions begin and end, and also do not.
fn markdown() -> impl Strategy<Value = String> {
    let lines = [
        "<!-- podviz:begin summary -->",
        "<!-- podviz:end -->",
        "  <!-- podviz:begin edges web -->",
        "> <!-- podviz:begin x -->",
        "> <!-- podviz:end -->",
        "```",
        "text",
        "",
        "- item",
        "    indented",
        "<div>",
        "---",
        "| a | b |",
        "<!-- podviz:begin a --> <!-- podviz:end -->",
    ];
    let line = (prop::sample::select(lines.to_vec()), prop::sample::select(vec!["\n", "\r\n", "\n\n"]));
    vec(line, 0..14).prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..300)) {
        load::check(&bytes);
    }

    #[test]
    fn any_yaml_is_read(text in "[-a-c:{}\\[\\]\"'#&*!|>%<= \\n\\t.0-9@,]{0,120}") {
        load::check(text.as_bytes());
        load::check(format!("apiVersion: v1\nkind: Pod\n{text}").as_bytes());
    }

    #[test]
    fn any_manifest_is_read(text in manifest()) {
        load::check(text.as_bytes());
    }

    #[test]
    fn a_secret_comes_out_of_no_syntax(bytes in vec(any::<u8>(), 20..40)) {
        redact::check(&bytes);
    }

    #[test]
    fn nothing_around_a_region_changes(text in markdown()) {
        inject::check(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_manifest_is_drawn_and_told(text in manifest()) {
        graph::check(text.as_bytes());
    }

    #[test]
    fn no_manifest_differs_from_itself(text in manifest()) {
        change::check(text.as_bytes());
    }

    #[test]
    fn changes_that_are_carried_out_give_the_new_side(
        at in any::<prop::sample::Index>(),
        line in any::<prop::sample::Index>(),
        edit in prop::sample::select(vec![change::Edit::Remove, change::Edit::Again, change::Edit::Number, change::Edit::Word]),
    ) {
        let text = at.get(&MANIFESTS);
        change::check_applied(text, line.index(text.lines().count().max(1)), edit);
    }
}

#[test]
fn no_manifest_differs_from_another_spelling_of_it() {
    MANIFESTS.iter().for_each(|text| change::check_noise(text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_shown_as_it_is(raw in prop_oneof![any::<String>(), NASTY, "[`~a\n ]{0,20}", "(java|vb)?script ?:.{0,9}"]) {
        escape::check(&raw);
    }
}

#[test]
fn markdown_attacks_are_text() {
    for raw in [
        "# heading",
        "1. item",
        "1) item",
        "- item",
        "+ item",
        "* item",
        "> quote",
        "===",
        "---",
        "***",
        "| a | b |",
        "[x](javascript:alert(1))",
        "![x](y)",
        "<script>alert(1)</script>",
        "<!-- x -->",
        "&lt;b&gt;",
        "`a``b`",
        "**b** _i_ ~~s~~",
        "http://example.com",
        "www.example.com",
        "me@example.com",
        "[^1]: note",
        "[a]: b",
        "$x$ and $$y$$",
        "{{< shortcode >}}",
        "{% include x %}",
        "{{ x }}",
        "<x.y />",
        "\\*",
        "a\\",
        "~~~",
        "```",
        "    indented",
        "a\n\n# b",
        "a\n===",
        "| - |\n| - |",
        ": definition",
        "!!! note",
        "::: tip",
        "export x",
        "==m==",
        "import x",
        "C:\\path",
        "a|b",
        "\\|",
        "`|`",
        "`",
        "``",
        " ",
        "",
        " ` ",
        "\n",
        "+++",
        "---\ntitle: x\n---",
        "(c) (r) (tm) +/- =/= c/o 1/2 21/23 --> <--",
        "++ctrl++",
        "/// note",
        "{{#include x}} {++a++} {--b--} {==c==} {>>d<<} {~~e~>f~~}",
        "--8<-- \"x\"",
        "::uml:: source=\"x\"",
        "{% dot x.svg",
        "<svg onload=x>",
        "#!sh x",
        ":::sh x",
    ] {
        escape::check(raw);
    }
}

#[test]
fn what_fuzzing_found_stays_mended() {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/found");
    // Nothing is found yet where there is no such folder.
    for folder in found.is_dir().then(|| entries(&found)).into_iter().flatten() {
        for path in entries(&folder) {
            let bytes = fs::read(&path).expect("a file");
            let text = || String::from_utf8_lossy(&bytes).into_owned();
            match folder.file_name().and_then(|name| name.to_str()) {
                Some("load") => load::check(&bytes),
                Some("graph") => graph::check(&bytes),
                Some("redact") => redact::check(&bytes),
                Some("escape") => escape::check(&text()),
                Some("inject") => inject::check(&text()),
                other => panic!("{other:?} is no target"),
            }
        }
    }
}

//! What Secrets hold is nowhere in what podviz says, whatever the command, and names stay.
//!
//! Every value in `tests/secret-values/leaks/` is made up and begins with the same word, so that one search finds them all, encoded
//! too. `tests/secret-values/names/` shows what becomes of names that Secrets hold as well. Charts and kustomizations are built
//! where `PODVIZ_TEST_TOOLS` names a folder with kubectl and helm, and read as they are elsewhere.

mod files;
mod golden;

use files::{Tree, folders, tests, tree};
use golden::{assert_same, differences};
use podviz::source::{Order, read};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The word that every value begins with: as it is in any case, in hexadecimal digits, in base64 at its three offsets.
const CANARY: [(&str, bool); 5] = [
    ("canary7kx", true),
    ("63616e617279374b78", true),
    ("Q2FuYXJ5N0t4N", false),
    ("NhbmFyeTdLeD", false),
    ("DYW5hcnk3S3g0", false),
];

fn podviz(arguments: &[&str], folder: &Path, typed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(tools) = std::env::var_os("PODVIZ_TEST_TOOLS") {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(tools.into()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(paths).expect("a PATH"));
    }
    let mut child = command.spawn().expect("podviz runs");
    // A call that reads nothing may be over already.
    let _ = child.stdin.take().expect("a standard input").write_all(typed.as_bytes());
    child.wait_with_output().expect("podviz ends")
}

/// Copies a folder, with what the name of a file says about how it is written.
fn copy(from: &Path, to: &Path) {
    for (name, bytes) in tree(from) {
        let text = String::from_utf8(bytes).expect("text");
        let text = if name.contains(".crlf.") { text.replace('\n', "\r\n") } else { text };
        let bytes = match name.contains(".utf16.") {
            true => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            false => text.into_bytes(),
        };
        let path = to.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
}

/// Where a value is readable, and how.
fn leaks(said: &Tree) -> Vec<String> {
    let found = |(place, bytes): (&String, &Vec<u8>)| {
        let text = String::from_utf8_lossy(bytes);
        let low = text.to_ascii_lowercase();
        let in_text =
            |(word, folded): &&(&str, bool)| if *folded { low.contains(word) } else { text.contains(word) };
        CANARY.iter().find(in_text).map(|(word, _)| format!("{word} in {place}"))
    };
    said.iter().filter_map(found).collect()
}

/// A book with one chapter, as mdBook hands it over.
fn book(folder: &Path) -> String {
    let content = "{{#podviz architecture}}\n\n{{#podviz summary}}\n";
    let chapter = serde_json::json!({"Chapter": {"name": "One", "content": content, "number": null, "sub_items": [],
        "path": "one.md", "source_path": "one.md", "parent_names": []}});
    let settings =
        serde_json::json!({"book": {"title": "Shop"}, "preprocessor": {"podviz": {"input": ["in"]}}});
    let context = serde_json::json!({"root": folder.to_str().expect("a UTF-8 path"), "config": settings,
        "renderer": "html", "mdbook_version": "0.5.4"});
    serde_json::json!([context, {"items": [chapter], "__non_exhaustive": null}]).to_string()
}

#[test]
fn no_value_of_a_secret_is_in_anything_that_podviz_says() {
    for (family, folder) in folders(&tests("secret-values/leaks")) {
        let temp = TempDir::new().expect("a temporary folder");
        let here = temp.path();
        copy(&folder, &here.join("in"));
        let mut said = Tree::new();
        let mut call = |arguments: &[&str], typed: &str| {
            let output = podviz(arguments, here, typed);
            let status = output.status.code();
            let prints = !output.stdout.is_empty();
            assert!(prints || !arguments.contains(&"--check"), "{family}: {arguments:?} tells no difference");
            assert!(matches!(status, Some(0..=2)), "{family}: {arguments:?}: {status:?}");
            said.insert(format!("{family}: what {arguments:?} prints"), output.stdout);
            said.insert(format!("{family}: the messages of {arguments:?}"), output.stderr);
        };
        fs::write(here.join("README.md"), "<!-- podviz:begin summary -->\n<!-- podviz:end -->\n")
            .expect("a file");
        call(&["render", "in", "-o", "html"], "");
        call(&["render", "in", "-o", "markdown", "--format", "markdown"], "");
        call(&["graph", "in", "--full"], "");
        call(&["explain", "in"], "");
        call(&["explain", "in", "--format", "json"], "");
        call(&["advise", "in"], "");
        call(&["advise", "in", "--format", "sarif"], "");
        call(&["inject", "README.md", "--from", "in"], "");
        call(&["mdbook"], &book(here));
        let mut sites = Tree::new();
        for site in ["html", "markdown"] {
            let pages = tree(&here.join(site));
            assert!(pages.len() > 5, "{family}: {} pages in {site}", pages.len());
            sites.extend(pages.into_iter().map(|(path, bytes)| (format!("{site}/{path}"), bytes)));
        }
        // A site that an earlier podviz wrote, which did not know what to hide.
        for (path, bytes) in sites.iter().filter(|(path, _)| !path.ends_with(".podviz")) {
            let text = String::from_utf8_lossy(bytes).replace("redacted", "Canary7Kx41");
            fs::write(here.join(path), text).expect("a page");
        }
        call(&["render", "in", "-o", "html", "--check"], "");
        call(&["render", "in", "-o", "markdown", "--format", "markdown", "--check"], "");
        said.extend(sites.into_iter().map(|(path, bytes)| (format!("{family}: {path}"), bytes)));
        said.insert(format!("{family}: README.md"), fs::read(here.join("README.md")).expect("a file"));
        assert_eq!(leaks(&said), Vec::<String>::new());
    }
}

#[test]
fn names_stay_though_a_secret_holds_them() {
    let reading = read(&Order::plain(&[tests("secret-values/names/in")])).expect("an input");
    let mut shown = Tree::new();
    for document in &reading.documents {
        let lines = document.file.lines.iter().map(|line| format!("{}\n", line.text()));
        shown.insert(document.file.path.clone(), lines.collect::<String>().into_bytes());
    }
    assert_same(&differences(&tests("secret-values/names/expected"), &shown));
    let stateful = reading
        .documents
        .iter()
        .find(|document| document.value.get("kind").and_then(|kind| kind.as_str()) == Some("StatefulSet"));
    let stateful = stateful.expect("it is there").value.to_json().to_string();
    for name in
        ["\"name\":\"postgres\"", "\"app\":\"postgres\"", "\"serviceName\":\"postgres\"", "postgres:17"]
    {
        assert!(stateful.contains(name), "{name}: {stateful}");
    }
}

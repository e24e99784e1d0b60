//! `podviz inject` on files: what needs more than a call of `tests/inject`, which `tests/folders` tries out.

mod files;

use files::{copy, folders, tests};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn podviz(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for name in ["CLICOLOR_FORCE", "COLUMNS", "NO_COLOR", "PODVIZ_CONFIG", "RUST_BACKTRACE", "TERM"] {
        command.env_remove(name);
    }
    command.output().expect("podviz runs")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("podviz ends by itself")
}

fn said(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("messages are text")
}

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: \"web:1\"}]}\n";

const SUMMARY: &str = "Runs 1 container in a single pod that nobody restarts on another node; nothing in these manifests sends traffic to it; keeps no data on disk.";

/// A folder with a pod and these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let files = files.iter().chain(&[("k8s/web.yaml", POD)]);
    copy(&files.map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
}

#[test]
fn line_endings_marks_and_the_end_of_a_file_stay() {
    let before = "\u{feff}a\r\n<!-- podviz:begin containers -->\r\n<!-- podviz:end -->\r\nb\n<!-- podviz:begin containers -->\n<!-- podviz:end -->";
    let temp = folder(&[("README.md", before)]);
    let output = podviz(temp.path(), &["inject", "README.md", "--from", "k8s"]);
    assert_eq!((status(&output), said(&output)), (0, "Rewrote `README.md`\n"));
    let after = fs::read_to_string(temp.path().join("README.md")).expect("text");
    let table = |newline: &str| {
        let row = "| `app` | Main container | `web:1` | none declared | nothing | no limit |";
        let head = "| Container | Role | Image | Ports | Reserves | May use |";
        [head, "| --- | --- | --- | --- | --- | --- |", row].join(newline)
    };
    let expected = format!(
        "\u{feff}a\r\n<!-- podviz:begin containers -->\r\n\r\n{}\r\n\r\n<!-- podviz:end -->\r\nb\n<!-- podviz:begin containers -->\n\n{}\n\n<!-- podviz:end -->",
        table("\r\n"),
        table("\n")
    );
    assert_eq!(after, expected);
}

#[test]
fn a_file_that_is_up_to_date_is_not_touched() {
    let temp = folder(&[("README.md", "<!-- podviz:begin summary -->\n<!-- podviz:end -->\n")]);
    let arguments = ["inject", "README.md", "--from", "k8s"];
    assert_eq!(status(&podviz(temp.path(), &arguments)), 0);
    let readme = temp.path().join("README.md");
    let time = || readme.metadata().expect("a file").modified().expect("a time");
    let before = time();
    let again = podviz(temp.path(), &arguments);
    assert_eq!((status(&again), said(&again)), (0, "1 region is up to date; nothing was written\n"));
    assert_eq!(time(), before);
}

#[cfg(unix)]
#[test]
fn settings_do_not_lead_out_of_their_folder_by_a_link() {
    let region = "<!-- podviz:begin summary -->\n<!-- podviz:end -->\n";
    let outside = copy(&[("notes.md".to_owned(), region.as_bytes().to_vec())].into_iter().collect());
    let temp = folder(&[("podviz.yaml", "inject:\n- files: [README.md]\n  from: [k8s]\n")]);
    let target = outside.path().join("notes.md");
    std::os::unix::fs::symlink(&target, temp.path().join("README.md")).expect("a link");
    let refused = podviz(temp.path(), &["inject"]);
    assert_eq!(status(&refused), 2);
    assert!(said(&refused).contains("outside of the folder of the settings"), "{}", said(&refused));
    assert_eq!(fs::read_to_string(&target).expect("text"), region);
    let asked = podviz(temp.path(), &["inject", "README.md", "--from", "k8s"]);
    assert_eq!(status(&asked), 0, "who names a link means its file: {}", said(&asked));
    assert!(fs::read_to_string(&target).expect("text").contains("Runs 1 container"));
}

#[test]
fn settings_are_found_above_the_working_folder() {
    let settings = "inject:\n- files: [\"docs/**/*.md\"]\n  from: [k8s]\n";
    let region = "<!-- podviz:begin summary -->\n<!-- podviz:end -->\n";
    let files = [("podviz.yaml", settings), ("docs/a/web.md", region), ("docs/plain.md", "nothing\n")];
    let temp = folder(&files);
    let output = podviz(&temp.path().join("docs/a"), &["inject"]);
    assert_eq!((status(&output), said(&output)), (0, "Rewrote `../../docs/a/web.md`\n"));
    assert!(
        fs::read_to_string(temp.path().join("docs/a/web.md")).expect("text").contains("Runs 1 container")
    );
    let one = podviz(temp.path(), &["inject", "./docs/a/web.md"]);
    assert_eq!((status(&one), said(&one)), (0, "1 region is up to date; nothing was written\n"));
    let other = podviz(temp.path(), &["inject", "docs/other.md"]);
    assert_eq!(status(&other), 2);
    assert!(said(&other).contains("list it under `inject` in podviz.yaml"), "{}", said(&other));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_written() {
    let temp = folder(&[
        ("README.md", "<!-- podviz:begin summary pod/web -->\n<!-- podviz:end -->\n"),
        ("k8s/broken.yaml", "kind: Pod\nmetadata: [}\n"),
    ]);
    let output = podviz(temp.path(), &["inject", "README.md", "--from", "k8s"]);
    assert_eq!(status(&output), 1);
    assert!(said(&output).starts_with("error[invalid-yaml]: broken.yaml:2"), "{}", said(&output));
    let text = fs::read_to_string(temp.path().join("README.md")).expect("text");
    assert!(text.contains(SUMMARY.split(';').next().expect("words")), "{text}");
}

#[test]
fn the_readmes_of_the_project_and_its_examples_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![("README.md".to_owned(), "examples/shop".to_owned())];
    for (name, _) in folders(&tests("../examples")) {
        pages.push((format!("examples/{name}/README.md"), format!("examples/{name}")));
    }
    for (page, manifests) in pages {
        let mut arguments = vec!["inject", &page, "--from", &manifests];
        if std::env::var_os("PODVIZ_BLESS").is_none() {
            arguments.push("--check");
        }
        let output = podviz(root, &arguments);
        let diff = String::from_utf8_lossy(&output.stdout);
        assert_eq!(status(&output), 0, "{}{diff}", said(&output));
    }
}

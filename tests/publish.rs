//! Publishing under harsh conditions: refused folders, killed, parallel and failing runs.

use podviz::output::File;
use podviz::output::publish::{PublishError, guard, publish};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A site of `pages` pages that all say `word`.
fn site(word: &str, pages: usize) -> Vec<File> {
    let page = |i| File { path: format!("ns/shop/pod/p{i}/index.html"), bytes: word.repeat(2000).into() };
    (0..pages).map(page).collect()
}

/// The bytes of every file below `folder`.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tree.extend(self::tree(&path));
        } else {
            tree.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    tree
}

/// Which word every page says; `None` if they differ, or the list does not fit.
fn word(folder: &Path, pages: usize) -> Option<char> {
    let mut tree = tree(folder);
    tree.remove(&folder.join(".podviz"))?;
    let first = tree.values().next()?[0];
    (tree.len() == pages && tree.values().all(|bytes| bytes.len() == 2000 && bytes[0] == first))
        .then_some(first as char)
}

#[test]
fn outputs_that_hold_the_input_are_refused() {
    let temp = TempDir::new().unwrap();
    let input = temp.path().join("in");
    fs::create_dir(&input).unwrap();
    let manifest = input.join("good.yaml");
    fs::write(&manifest, "kind: Pod\n").unwrap();
    let inputs = [input.clone()];

    let refused = |output: &Path| guard(output, &inputs, true).unwrap_err();
    assert!(matches!(refused(&input), PublishError::Input(_)));
    assert!(matches!(refused(&input.join("../in/.")), PublishError::Input(_)));
    assert!(matches!(refused(temp.path()), PublishError::HoldsInput { .. }));
    assert!(matches!(refused(&manifest), PublishError::NotAFolder(_)));
    assert!(matches!(refused(&manifest.join("site")), PublishError::NotAFolder(_)));
    assert!(matches!(
        guard(&input, std::slice::from_ref(&manifest), true).unwrap_err(),
        PublishError::HoldsInput { .. }
    ));
    assert!(guard(&input.join("site"), &inputs, false).is_ok());
    assert!(guard(&temp.path().join("out"), &[PathBuf::from("-")], false).is_ok());
    assert_eq!(tree(temp.path()).len(), 1, "looking changes nothing");
}

/// Not a test of its own: what the tests below run and kill.
#[test]
#[ignore = "the writer that other tests start"]
#[allow(clippy::disallowed_methods, reason = "the other tests say what to write through the environment")]
fn writer() {
    let Some(out) = std::env::var_os("PODVIZ_TEST_OUT") else { return };
    let word = std::env::var("PODVIZ_TEST_WORD").unwrap();
    let destination = guard(Path::new(&out), &[], false).unwrap();
    publish(&site(&word, 400), &destination).unwrap();
}

#[allow(clippy::disallowed_methods, reason = "the test starts itself")]
fn start_writer(out: &Path, word: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "writer"]);
    command.env("PODVIZ_TEST_OUT", out).env("PODVIZ_TEST_WORD", word);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_killed_run_leaves_the_old_site_or_the_new_one() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    assert!(start_writer(&out, "a").status().unwrap().success());
    // One killed run after the other: some die while they clear away what the one before left.
    for i in 0..80 {
        let mut run = start_writer(&out, if i % 2 == 0 { "b" } else { "a" }).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(350 * (i * 37 % 80)));
        run.kill().unwrap();
        run.wait().unwrap();
        assert!(word(&out, 400).is_some(), "torn after kill {i}");
    }
    assert!(start_writer(&out, "c").status().unwrap().success());
    assert_eq!(word(&out, 400), Some('c'));
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1, "nothing is left beside the site");
}

#[test]
fn parallel_runs_take_turns() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    let runs: Vec<_> =
        ["a", "b", "c", "d"].iter().map(|word| start_writer(&out, word).spawn().unwrap()).collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    assert!(word(&out, 400).is_some());
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
}

#[test]
fn a_full_disk_leaves_the_old_site() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    publish(&site("a", 400), &guard(&out, &[], false).unwrap()).unwrap();
    // A limit on the size of files stands in for a full disk.
    let writer = start_writer(&out, "b");
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" --ignored --exact writer"])
        .arg(writer.get_program())
        .env("PODVIZ_TEST_OUT", &out)
        .env("PODVIZ_TEST_WORD", "b")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
    assert_eq!(word(&out, 400), Some('a'));
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
}

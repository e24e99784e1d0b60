//! What podviz writes for `examples/`: the graph and every Markdown page as golden files; the HTML site, the same bytes
//! wherever and with however many threads it is made.

mod files;

use files::{Tree, folders, tests, tree};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

fn examples() -> Vec<(String, PathBuf)> {
    folders(&tests("../examples"))
}

/// Runs podviz in `folder` and gives what it prints.
fn podviz(folder: &Path, threads: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(arguments)
        .current_dir(folder)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("podviz runs");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {}\n{messages}", output.status);
    output.stdout
}

/// The site of an example, made in `examples` with this many threads.
fn site(name: &str, threads: &str, options: &[&str]) -> Tree {
    let temp = TempDir::new().expect("a temporary folder");
    let out = temp.path().join("site");
    let arguments = [&["render", name, "-o", out.to_str().expect("a UTF-8 path")], options].concat();
    podviz(&tests("../examples"), threads, &arguments);
    tree(&out)
}

#[test]
fn each_example_has_golden_files() {
    let names = |folder: &str| folders(&tests(folder)).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names("examples"), names("../examples"));
}

#[test]
fn threads_and_the_working_directory_leave_no_trace() {
    for (name, folder) in examples() {
        for options in [&[][..], &["--flavor", "github"]] {
            let expected = site(&name, "4", options);
            assert_eq!(
                differing(&expected, &site(&name, "1", options)),
                Vec::<String>::new(),
                "{name}: one thread"
            );
            // The same example, copied to elsewhere and named in another way.
            let temp = TempDir::new().expect("a temporary folder");
            let copy = temp.path().join("deep/er").join(&name);
            for (path, bytes) in tree(&folder) {
                let path = copy.join(path);
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                std::fs::write(path, bytes).expect("a file");
            }
            let input = format!("../er/{name}");
            let arguments = [&["render", input.as_str(), "--output", "../../site"], options].concat();
            podviz(&temp.path().join("deep/er"), "3", &arguments);
            let elsewhere = tree(&temp.path().join("site"));
            assert_eq!(differing(&expected, &elsewhere), Vec::<String>::new(), "{name}: elsewhere");
        }
    }
}

/// The files that are not in both trees with the same bytes.
fn differing(a: &Tree, b: &Tree) -> Vec<String> {
    assert!(a.len() > 5, "there are files to compare");
    a.keys().chain(b.keys()).filter(|path| a.get(*path) != b.get(*path)).cloned().collect()
}

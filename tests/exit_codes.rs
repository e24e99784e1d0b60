//! How each command ends, as other programs rely on it: 0 complete, 1 something was left out or the answer is no, 2 nothing
//! was made, 130 interrupted. A message says why, once.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1}]}\n";

/// A call in `folder` that no setting of the caller's can change.
fn podviz(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for name in ["CLICOLOR_FORCE", "PODVIZ_CONFIG", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// A folder with good manifests, half broken ones, none, and wrong settings.
fn inputs() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("good/web.yaml", POD);
    write("risky/web.yaml", &POD.replace("web:1", "web"));
    write("half/web.yaml", &format!("{POD}---\nkind: Pod\nmetadata: [}}\n"));
    write("none/readme.md", "# Nothing\n");
    write("two/dev/web.yaml", POD);
    write("two/prod/web.yaml", &POD.replace("web:1", "web:2"));
    write("wrong.yaml", "titel: x\n");
    write("a.md", "<!-- podviz:begin summary -->\n<!-- podviz:end -->\n");
    write("b.md", "<!-- podviz:begin summary -->\n");
    write("c.md", "no marker\n");
    write("file", "");
    folder
}

#[track_caller]
fn check(folder: &Path, arguments: &[&str], wanted: i32) -> Output {
    let output = podviz(folder, arguments).output().expect("podviz runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(wanted), "{arguments:?}: {told}");
    if wanted == 2 {
        assert!(output.stdout.is_empty(), "{arguments:?} prints a result");
        assert!(told.starts_with("error"), "{arguments:?}: {told}");
    }
    for line in told.lines() {
        let mut reasons: Vec<&str> = line.split(": ").skip(1).map(str::trim).collect();
        let all = reasons.len();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), all, "a reason stands twice: {line}");
    }
    output
}

/// Commands that read manifests, without their input.
const READERS: [&[&str]; 6] = [
    &["render", "-o", "site"],
    &["diagram", "--view", "relationship"],
    &["explain"],
    &["advise", "--level", "error"],
    &["graph"],
    &["inject", "a.md", "--from"],
];

#[test]
fn every_command_that_reads_manifests_ends_as_promised() {
    let folder = inputs();
    let here = folder.path();
    for reader in READERS {
        let with = |input: &'static str| [reader, &[input]].concat();
        let restored = fs::read(here.join("a.md")).expect("a file");
        check(here, &with("good"), 0);
        check(here, &with("half"), 1);
        for nothing in ["none", "nowhere"] {
            check(here, &with(nothing), 2);
        }
        check(here, &[&with("good")[..], &["--config", "wrong.yaml"]].concat(), 2);
        check(here, &[&with("good")[..], &["--config", "nowhere.yaml"]].concat(), 2);
        check(here, &[&with("good")[..], &["-e", "nowhere"]].concat(), 2);
        check(here, &[&with("good")[..], &["--no-such-option"]].concat(), 2);
        fs::write(here.join("a.md"), restored).expect("a file");
    }
}

#[test]
fn subjects_and_answers_end_as_promised() {
    let folder = inputs();
    let here = folder.path();
    check(here, &["explain", "good", "pod/web"], 0);
    check(here, &["explain", "good", "pod/none"], 2);
    check(here, &["explain", "two", "pod/web"], 2);
    check(here, &["diagram", "good", "--view", "relationship", "--focus", "pod/none"], 2);
    check(here, &["diagram", "good", "--view", "none"], 2);
    check(here, &["diagram", "good", "--view", "rollout"], 2);
    check(here, &["reach", "good", "pod/web", "pod/web", "--port", "80"], 0);
    check(here, &["reach", "good", "pod/web", "pod/none", "--port", "80"], 2);
    check(here, &["reach", "good", "pod/web", "pod/web"], 2);
    check(here, &["advise", "good"], 0);
    check(here, &["advise", "risky"], 1);
    check(here, &["advise", "risky", "--level", "error"], 0);
    check(here, &["graph"], 2);
    check(here, &["none-such"], 2);
}

#[test]
fn checks_end_as_promised() {
    let folder = inputs();
    let here = folder.path();
    check(here, &["render", "good", "-o", "site", "--check"], 1);
    check(here, &["render", "good", "-o", "site"], 0);
    check(here, &["render", "good", "-o", "site", "--check"], 0);
    check(here, &["render", "half", "-o", "site", "--check"], 1);
    check(here, &["inject", "a.md", "--from", "good", "--check"], 1);
    check(here, &["inject", "a.md", "--from", "good"], 0);
    check(here, &["inject", "a.md", "--from", "good", "--check"], 0);
    for broken in ["b.md", "c.md", "nowhere.md", "none"] {
        check(here, &["inject", broken, "--from", "good"], 2);
    }
    check(here, &["inject"], 2);
}

#[test]
fn commands_that_read_no_manifests_end_as_promised() {
    let folder = inputs();
    let here = folder.path();
    check(here, &["completions", "bash"], 0);
    check(here, &["completions", "none"], 2);
    check(here, &["man"], 0);
    check(here, &["man", "-o", "pages"], 0);
    check(here, &["man", "-o", "file"], 2);
    check(here, &["init", "good"], 0);
    check(here, &["init", "good"], 2);
    check(here, &["init", "nowhere"], 2);
    check(here, &["mdbook", "supports", "html"], 0);
    check(here, &["mdbook", "supports", "not-supported"], 1);
    check(here, &["mdbook"], 2);
    check(here, &["--version"], 0);
    check(here, &["--help"], 0);
}

/// Nothing of a site is written where it cannot be, and what is there stays.
#[test]
fn an_output_that_cannot_be_written_is_told_once() {
    let folder = inputs();
    let here = folder.path();
    for output in ["file", "file/site", "good", ".", "/"] {
        check(here, &["render", "good", "-o", output], 2);
    }
    if Path::new("/proc/self").exists() {
        let told = check(here, &["render", "good", "-o", "/proc/x"], 2);
        let told = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.matches("/proc/x").count(), 1, "{told}");
    }
    assert_eq!(fs::read_to_string(here.join("good/web.yaml")).expect("a file"), POD);
}

/// A reader that has seen enough, such as `head`, is no error.
#[cfg(unix)]
#[test]
fn a_closed_standard_output_is_no_error() {
    let folder = inputs();
    for arguments in
        [&["graph", "good", "--full"][..], &["man"], &["completions", "bash"], &["explain", "good"]]
    {
        let mut child = podviz(folder.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("podviz runs");
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().expect("a standard error").read_to_string(&mut told).expect("text");
        assert_eq!((child.wait().expect("it ends").code(), told.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// While it waits for its standard input, nothing is decided yet.
#[cfg(unix)]
#[test]
fn an_interruption_ends_it_with_its_own_status() {
    let folder = inputs();
    for (signal, wanted) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 143)] {
        let mut child = podviz(folder.path(), &["render", "-", "-o", "out"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("podviz runs");
        let id = rustix::process::Pid::from_child(&child);
        // It listens to signals before it reads, and has read nothing before it is told to.
        let listens = format!("/proc/{}/status", child.id());
        let is_listening = || {
            let status = fs::read_to_string(&listens).unwrap_or_default();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
            caught.is_none_or(|mask| mask & 0b10 != 0)
        };
        while Path::new(&listens).exists() && !is_listening() {
            std::thread::yield_now();
        }
        rustix::process::kill_process(id, signal).expect("it runs");
        assert_eq!(child.wait().expect("it ends").code(), Some(wanted));
        assert!(!folder.path().join("out").exists(), "nothing is written");
    }
}

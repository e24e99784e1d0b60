use super::{Call, Failure, Program, find_on};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn script(folder: &Path, name: &str, lines: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn program(folder: &Path, lines: &str) -> Program {
    let path = script(folder, "tool", lines);
    Program { name: "tool".to_owned(), path, search: "/usr/bin:/bin".into() }
}

/// What the lines print when they are a program, and how they fail.
fn call(lines: &str, args: &[&str]) -> Result<String, Failure> {
    let folder = folder();
    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
    let call = Call { time: Duration::from_secs(10), output_bytes: 1 << 20, apart: None };
    let output = call.run(&program(folder.path(), lines), &args, folder.path())?;
    Ok(String::from_utf8(output).unwrap())
}

#[test]
fn a_program_is_found_on_the_path_alone() {
    let (one, two, input) = (folder(), folder(), folder());
    let helm = script(one.path(), "helm", "");
    script(two.path(), "helm", "");
    let kubectl = script(two.path(), "kubectl", "");
    script(input.path(), "kustomize", "");
    fs::write(one.path().join("kubectl"), "not executable").unwrap();
    symlink(input.path().join("kustomize"), one.path().join("kustomize")).unwrap();
    let path = std::env::join_paths([Path::new("."), input.path(), one.path(), two.path()]).unwrap();
    let inputs = [input.path().to_owned()];
    let find = |names: &[&str]| find_on(&path, names, &inputs).map(|program| program.path);
    assert_eq!(find(&["helm"]), Some(helm));
    assert_eq!(find(&["kustomize", "kubectl"]), Some(kubectl), "neither in the input nor a link into it");
    assert_eq!(find(&["kustomize"]), None);
    let search = find_on(&path, &["helm"], &inputs).unwrap().search;
    assert_eq!(search, std::env::join_paths([one.path(), two.path()]).unwrap());
}

#[test]
fn a_program_gets_its_arguments_and_nothing_else() {
    assert_eq!(call("printf '%s,' \"$@\"", &["a b", "--set", "$(x)"]).unwrap(), "a b,--set,$(x),");
    assert_eq!(call("cat", &[]).unwrap(), "", "no standard input");
    assert_eq!(
        call("ls -A \"$HOME\" \"$HELM_PLUGINS\"; pwd | grep -c .", &[]).unwrap().lines().last(),
        Some("1")
    );
    let environment = call("env | sed 's/=.*//' | sort | tr '\\n' ' '", &[]).unwrap();
    assert!(!environment.contains("CARGO"), "{environment}");
    for line in
        ["GIT_ALLOW_PROTOCOL=file", "KUBECONFIG=/dev/null", "https_proxy=http://127.0.0.1:9", "LC_ALL=C"]
    {
        assert!(call("env", &[]).unwrap().lines().any(|found| found == line), "{line}");
    }
}

#[test]
fn the_home_of_a_program_is_gone_afterwards() {
    let home = call("touch \"$HOME/x\"; echo \"$HOME\"", &[]).unwrap();
    assert!(!Path::new(home.trim()).exists());
}

#[test]
fn a_failure_says_why() {
    let failed = |message: &str| Err(Failure::Failed { message: message.to_owned() });
    assert_eq!(call("echo output; echo 'Error: no such chart' >&2; exit 1", &[]), failed("no such chart"));
    assert_eq!(call("echo \"cannot read $PWD/x.yaml\" >&2; exit 3", &[]), failed("cannot read x.yaml"));
    assert_eq!(call("exit 1", &[]), failed("tool does not say why"));
    assert_eq!(call("kill -9 $$", &[]), failed("tool does not say why"));
    let missing = Program { name: "x".to_owned(), path: folder().path().join("x"), search: OsString::new() };
    let call = Call { time: Duration::from_secs(10), output_bytes: 10, apart: None };
    assert_eq!(
        call.run(&missing, &[], Path::new("/")),
        Err(Failure::Failed { message: "entity not found".into() })
    );
}

#[test]
fn a_program_that_prints_without_end_is_stopped() {
    assert_eq!(call("yes", &[]), Err(Failure::TooLarge));
    assert_eq!(call("yes >&2", &[]), Err(Failure::TooLarge));
}

#[test]
fn a_program_that_does_not_end_is_killed_with_what_it_started() {
    let folder = folder();
    let mark = folder.path().join("late");
    for lines in ["sleep 60", "exec >&- 2>&-; sleep 60", "(sleep 1; touch \"$1\") & wait"] {
        let started = Instant::now();
        let call = Call { time: Duration::from_millis(300), output_bytes: 10, apart: None };
        let ended = call.run(&program(folder.path(), lines), &[mark.clone().into()], folder.path());
        assert_eq!(ended, Err(Failure::TimedOut), "{lines}");
        assert!(started.elapsed() < Duration::from_secs(5), "{lines}");
    }
    std::thread::sleep(Duration::from_millis(1200));
    assert!(!mark.exists());
}

#[test]
fn the_network_is_away_where_the_system_allows() {
    let folder = folder();
    let ask = program(folder.path(), "grep -c : /proc/net/dev");
    let Some(unshare) = super::apart() else { return };
    let call = Call { time: Duration::from_secs(10), output_bytes: 100, apart: Some(unshare) };
    let devices = call.run(&ask, &[], folder.path()).unwrap();
    assert_eq!(String::from_utf8_lossy(&devices).trim(), "1", "only the loopback");
}

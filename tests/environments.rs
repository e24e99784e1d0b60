//! What kustomizations and charts become: what needs more than a folder of `tests/environments`, which `tests/folders` tries out.
//!
//! Most of it needs kubectl and helm (`PODVIZ_TEST_TOOLS` names their folder); without them it is shown as ignored.

mod files;

use files::{folders, tests, tools, written};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn main() {
    let mut tests = vec![
        with_tools("what_is_built_is_what_the_tools_print", what_is_built_is_what_the_tools_print),
        with_tools("no_secret_of_a_patch_is_in_a_message", no_secret_of_a_patch_is_in_a_message),
        with_tools("one_environment_is_built_alone", one_environment_is_built_alone),
    ];
    #[cfg(unix)]
    tests.push(with_tools("nothing_outside_of_the_input_is_built", nothing_outside_of_the_input_is_built));
    #[cfg(target_os = "linux")]
    for (name, test) in [
        ("an_interrupted_run_leaves_nothing_behind", an_interrupted_run_leaves_nothing_behind as fn()),
        ("no_tool_outlives_podviz", no_tool_outlives_podviz),
    ] {
        tests.push(Trial::test(name, move || {
            test();
            Ok(())
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

/// A test that is ignored where there are no tools.
fn with_tools(name: &str, test: fn()) -> Trial {
    let run = move || {
        test();
        Ok(())
    };
    Trial::test(name, run).with_ignored_flag(tools().is_none())
}

/// The search path with the tools.
fn path() -> OsString {
    tools().expect("PODVIZ_TEST_TOOLS names a folder")
}

fn podviz(arguments: &[&str], folder: &Path, path: &OsStr) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.arg("graph").args(arguments).current_dir(folder).env("PATH", path);
    command.stdin(Stdio::null()).output().expect("podviz runs")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("podviz ends by itself")
}

fn messages(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("messages are text")
}

/// The cases, each with its arguments and the search path that it may use.
fn cases() -> Vec<(PathBuf, Vec<String>, OsString)> {
    let tools = path();
    let cases = folders(&tests("environments")).into_iter().map(|(_, folder)| {
        let arguments =
            fs::read_to_string(folder.join("arguments.txt")).unwrap_or_else(|_| "in\n".to_owned());
        let arguments = arguments.lines().map(str::to_owned).collect();
        let path = if folder.join("no-tools").exists() { OsString::new() } else { tools.clone() };
        (folder, arguments, path)
    });
    cases.collect()
}

/// The nodes and edges of one environment, without its name and without where they are said.
fn bare(graph: &Value, environment: &str) -> BTreeSet<String> {
    let prefix = if environment == "default" { String::new() } else { format!("{environment}:") };
    let entries = ["nodes", "edges"].iter().flat_map(|list| graph[list].as_array().expect("a list"));
    let mine = entries.filter_map(|entry| {
        let mut entry = entry.as_object()?.clone();
        for key in ["id", "from", "to"] {
            if let Some(id) = entry.get_mut(key) {
                let own = id.as_str()?.strip_prefix(&prefix)?.to_owned();
                *id = own.into();
            }
        }
        if entry.get("environment").is_some_and(|own| own != environment) {
            return None;
        }
        entry.remove("environment");
        entry.remove("source");
        Some(Value::Object(entry).to_string())
    });
    mine.collect()
}

/// What the tool of an environment prints for its folder, if it can, and does not make up anew each time.
fn printed(environment: &Value, input: &Path, path: &OsStr) -> Option<Vec<u8>> {
    let folder = input.join(environment["path"].as_str().expect("a path"));
    let mut command = match environment["source"].as_str()? {
        "kustomize" => {
            let mut command = Command::new("kubectl");
            command.arg("kustomize");
            command
        }
        "helm" => {
            let chart = fs::read_to_string(folder.join("Chart.yaml")).expect("a chart");
            let name = chart.lines().find_map(|line| line.strip_prefix("name: ")).expect("a name");
            let mut command = Command::new("helm");
            command.args(["template", name, "--namespace", "default"]);
            command
        }
        _ => return None,
    };
    command.arg(&folder).env("PATH", path);
    let mut text = || {
        let output = command.output().expect("the tool runs");
        output.status.success().then_some(output.stdout)
    };
    text().filter(|first| text().as_ref() == Some(first))
}

fn what_is_built_is_what_the_tools_print() {
    let path = path();
    let mut compared = BTreeSet::new();
    for (folder, arguments, _) in cases() {
        let [input] = &arguments[..] else { continue };
        if folder.join(input).join("podviz.yaml").exists() {
            continue;
        }
        let output = podviz(&[input], &folder, &path);
        let Ok(graph) = serde_json::from_slice::<Value>(&output.stdout) else { continue };
        for environment in graph["environments"].as_array().expect("a list") {
            let Some(text) = printed(environment, &folder.join(input), &path) else { continue };
            let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
            let mut child = command
                .args(["graph", "-"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("podviz runs");
            child.stdin.take().expect("a standard input").write_all(&text).expect("podviz reads");
            let piped = child.wait_with_output().expect("podviz ends").stdout;
            let piped: Value = serde_json::from_slice(&piped).expect("a graph");
            let name = environment["name"].as_str().expect("a name");
            assert_eq!(bare(&graph, name), bare(&piped, "default"), "{}: {name}", folder.display());
            compared.insert((folder.clone(), name.to_owned(), environment["source"].to_string()));
        }
    }
    let charts = compared.iter().filter(|(_, _, source)| source.contains("helm")).count();
    assert!(compared.len() > 20 && charts > 2, "many environments can be built: {compared:?}");
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n";

#[cfg(unix)]
fn nothing_outside_of_the_input_is_built() {
    let path = path();
    let folder = written(&[
        ("in/link/kustomization.yaml", "resources: [web.yaml, secret.yaml]\n"),
        ("in/link/web.yaml", SERVICE),
        ("in/above/kustomization.yaml", "resources: [../link/web.yaml, ../../outside]\n"),
        ("outside/kustomization.yaml", "resources: [secret.yaml]\n"),
        ("outside/secret.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: outside}\n"),
    ]);
    std::os::unix::fs::symlink("../../outside/secret.yaml", folder.path().join("in/link/secret.yaml"))
        .expect("a link");
    let output = podviz(&["in"], folder.path(), &path);
    assert_eq!(status(&output), 1, "{}", messages(&output));
    assert_eq!(messages(&output).matches("error[outside-reference]").count(), 2, "{}", messages(&output));
    let graph = String::from_utf8(output.stdout).expect("a graph");
    assert!(graph.contains("link:core/Service/default/web"), "what can be read is there: {graph}");
    assert!(!graph.contains("ConfigMap"), "{graph}");

    fs::create_dir(folder.path().join(".git")).expect("a repository");
    let output = podviz(&["in/above"], folder.path(), &path);
    let graph = String::from_utf8(output.stdout).expect("a graph");
    assert!(graph.contains("ConfigMap"), "what lies in the same repository may be referred to: {graph}");
}

fn no_secret_of_a_patch_is_in_a_message() {
    let path = path();
    let patch = "patches: [{target: {kind: Service}, patch: 'stringData: {key: hunter2, x: [}'}]\n";
    let folder = written(&[
        ("a/kustomization.yaml", &format!("resources: [web.yaml]\n{patch}")),
        ("a/web.yaml", SERVICE),
        (
            "b/kustomization.yaml",
            "resources: [web.yaml]\nsecretGenerator: [{name: x, literals: [hunter2]}]\n",
        ),
        ("b/web.yaml", SERVICE),
    ]);
    let output = podviz(&["--verbose", "."], folder.path(), &path);
    assert_eq!(messages(&output).matches("error[build-failed]").count(), 2, "{}", messages(&output));
    assert!(!messages(&output).contains("hunter2"), "{}", messages(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("hunter2"));
}

fn one_environment_is_built_alone() {
    let path = path();
    let folder = written(&[
        ("dev/kustomization.yaml", "resources: [web.yaml]\n"),
        ("dev/web.yaml", SERVICE),
        ("prod/kustomization.yaml", "resources: [gone.yaml]\n"),
    ]);
    let output = podviz(&["-e", "dev", "."], folder.path(), &path);
    assert_eq!((status(&output), messages(&output)), (0, ""));
    let flat = podviz(&["--flat", "."], folder.path(), &path);
    let graph: Value = serde_json::from_slice(&flat.stdout).expect("a graph");
    assert_eq!((status(&flat), graph["environments"][0]["name"].as_str()), (0, Some("default")));
}

/// A program in `folder` that says nothing and does not end.
#[cfg(unix)]
fn hanging(folder: &Path, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::write(&path, "#!/bin/sh\necho $$ > \"$0.pid\"\nsleep 1003\n").expect("a program");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
}

#[cfg(target_os = "linux")]
fn an_interrupted_run_leaves_nothing_behind() {
    for (signal, status) in [("-INT", 130), ("-HUP", 129)] {
        leaves_nothing_behind(signal, status);
    }
}

#[cfg(target_os = "linux")]
fn leaves_nothing_behind(signal: &str, status: i32) {
    let folder = written(&[
        ("in/dev/kustomization.yaml", "resources: [web.yaml]\n"),
        ("in/dev/web.yaml", SERVICE),
        ("bin/x", ""),
        ("tmp/x", ""),
    ]);
    hanging(&folder.path().join("bin"), "kubectl");
    let path = std::env::join_paths([&folder.path().join("bin"), Path::new("/usr/bin"), Path::new("/bin")])
        .expect("a search path");
    // Whoever runs the tests may ignore what ends a terminal's programs, as `nohup` does.
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP").arg(env!("CARGO_BIN_EXE_podviz"));
    command.args(["graph", "in"]).current_dir(folder.path()).env("PATH", path);
    command.env("TMPDIR", folder.path().join("tmp")).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().expect("podviz runs");
    let pid = folder.path().join("bin/kubectl.pid");
    let started = || fs::read_to_string(&pid).ok().filter(|text| text.ends_with('\n'));
    let tool = (0..1000).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        started()
    });
    let tool = tool.expect("the program is started");
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().expect("kill runs");
    assert!(sent.success());
    assert_eq!(child.wait().expect("podviz ends").code(), Some(status));
    let left: Vec<_> = fs::read_dir(folder.path().join("tmp")).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "only what was there: {left:?}");
    let process = Path::new("/proc").join(tool.trim()).join("cmdline");
    let gone = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        fs::read(&process).map_or(true, |line| line.is_empty())
    });
    assert!(gone, "the program is ended too");
}

/// What podviz starts is gone soon after podviz is, even where podviz had no time to end it.
#[cfg(target_os = "linux")]
fn no_tool_outlives_podviz() {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;
    let folder = tempfile::tempdir().expect("a folder");
    let (bin, chart) = (folder.path().join("bin"), folder.path().join("chart"));
    fs::create_dir_all(&bin).expect("a folder");
    fs::create_dir_all(chart.join("templates")).expect("a folder");
    fs::write(chart.join("Chart.yaml"), "name: endless\nversion: 1.0.0\n").expect("a chart");
    let id = folder.path().join("id");
    let script = format!("#!/bin/sh\necho $$ > {0}.new; mv {0}.new {0}; exec sleep 600\n", id.display());
    fs::write(bin.join("helm"), script).expect("a tool");
    fs::set_permissions(bin.join("helm"), fs::Permissions::from_mode(0o755)).expect("a tool");
    for system in [&["/usr/bin", "/bin"][..], &[]] {
        // Once with the program that takes the network away, and once with nothing but what the script itself needs.
        let own = folder.path().join("own");
        if system.is_empty() {
            fs::create_dir(&own).expect("a folder");
            for tool in ["mv", "sleep"] {
                std::os::unix::fs::symlink(format!("/bin/{tool}"), own.join(tool)).expect("a link");
            }
        }
        let _ = fs::remove_file(&id);
        let path = system.iter().map(PathBuf::from).chain([bin.clone(), own]);
        let mut podviz = Command::new(env!("CARGO_BIN_EXE_podviz"))
            .arg("graph")
            .arg(&chart)
            .env("PATH", std::env::join_paths(path).expect("a search path"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("podviz runs");
        while !id.exists() {
            assert!(podviz.try_wait().expect("podviz runs").is_none(), "podviz waits for its tool");
            std::thread::sleep(Duration::from_millis(10));
        }
        let tool = PathBuf::from("/proc").join(fs::read_to_string(&id).expect("an id").trim());
        podviz.kill().expect("podviz is killed");
        podviz.wait().expect("podviz is gone");
        // A process that nobody waits for has no command line any more.
        while fs::read(tool.join("cmdline")).is_ok_and(|line| !line.is_empty()) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

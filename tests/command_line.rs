//! The program as its users run it: what needs more than a call of `tests/command-line`, which `tests/folders` tries out.

mod files;
mod golden;

use files::{folders, tests, tree};
use golden::assert_table_in_book;
use podviz::problem::Code;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A call of podviz that no terminal and no setting of the caller's can change.
fn podviz(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    for name in
        ["CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "NO_COLOR", "PODVIZ_CONFIG", "RUST_BACKTRACE", "TERM"]
    {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    podviz(arguments).output().expect("podviz runs")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("podviz ends by itself")
}

fn messages(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("messages are text")
}

/// A folder with one pod that is fine and one document that cannot be read.
fn half_broken() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let text =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1}]}\n";
    fs::write(folder.path().join("a.yaml"), format!("{text}---\nkind: Pod\nmetadata: [}}\n"))
        .expect("a file");
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

#[test]
fn the_names_of_numbered_pods_end_in_the_domain_of_the_cluster() {
    let manifest = text(&tests("command-line/a-cluster-may-have-another-domain/stdin.yaml")).to_owned();
    let output = run(&["explain", "--format", "json", "--cluster-domain", "K8s.example.org.", &manifest]);
    let facts = std::str::from_utf8(&output.stdout).expect("facts are text");
    assert!(facts.contains("\"db-1.db.shop.svc.k8s.example.org\""), "{facts}");
}

#[test]
fn each_view_of_each_example_is_text_and_a_picture_or_neither() {
    let mut drawn = 0;
    for (name, _) in folders(&tests("../examples")) {
        for view in ["architecture", "relationship", "lifecycle", "interaction", "compare", "traffic"] {
            let example = format!("examples/{name}");
            let draw = |format| run(&["diagram", &example, "--view", view, "--format", format]);
            let (mermaid, svg) = (draw("mermaid"), draw("svg"));
            assert_eq!(status(&mermaid), status(&svg), "{name}: {view}");
            let (mermaid, picture) =
                (String::from_utf8(mermaid.stdout), String::from_utf8(svg.stdout.clone()));
            let (mermaid, picture) = (mermaid.expect("text"), picture.expect("text"));
            if status(&svg) == 2 {
                let reasons = ["nothing to show", "shows one pod; choose it with --focus"];
                let said = messages(&svg);
                assert!(reasons.iter().any(|reason| said.contains(reason)), "{name}: {view}: {said}");
                assert!(mermaid.is_empty() && picture.is_empty(), "{name}: {view}");
                continue;
            }
            assert_eq!((status(&svg), messages(&svg)), (0, ""), "{name}: {view}");
            assert!(mermaid.contains("accTitle: ") && mermaid.contains("accDescr: "), "{name}: {view}");
            assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"), "{name}: {view}");
            drawn += 1;
        }
    }
    assert!(drawn > 8, "many views have something to show: {drawn}");
}

#[test]
fn the_book_lists_every_code_of_a_message() {
    let rows: String =
        Code::ALL.iter().map(|code| format!("| `{}` | {} |\n", code.id(), code.meaning())).collect();
    let table = format!("| Code | What it means |\n|---|---|\n{rows}");
    assert_table_in_book("commands.md", "problems", &table);
}

#[test]
fn messages_for_programs_are_objects_one_a_line() {
    let folder = half_broken();
    let output = run(&["graph", text(folder.path()), "--message-format", "json"]);
    assert_eq!(status(&output), 1);
    let lines: Vec<serde_json::Value> =
        messages(&output).lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(lines.len(), 1);
    let keys: Vec<&str> = lines[0].as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["level", "code", "file", "line", "column", "message", "help"]);
    assert_eq!(
        (&lines[0]["level"], &lines[0]["file"], &lines[0]["line"]),
        (&"error".into(), &"a.yaml".into(), &7.into())
    );

    let fatal = run(&["graph", "nowhere", "--message-format", "json"]);
    let line: serde_json::Value = serde_json::from_str(messages(&fatal)).expect("an object");
    assert_eq!((status(&fatal), &line["level"], &line["code"]), (2, &"error".into(), &"nothing-made".into()));

    let site = TempDir::new().expect("a temporary folder");
    let out = site.path().join("out");
    let done = run(&["render", "examples/shop", "-o", text(&out), "--message-format", "json"]);
    assert_eq!((status(&done), messages(&done)), (0, ""), "what was done is no message for programs");
}

/// A folder with a pod that is fine, a document that is none `storms` times, and files that cannot be read.
fn storm(storms: usize, files: usize) -> TempDir {
    let folder = half_broken();
    let storm = "---\napiVersion: v1\nmetadata: {name: x}\n".repeat(storms);
    fs::write(folder.path().join("storm.yaml"), storm).expect("a file");
    for at in 0..files {
        let file = folder.path().join(format!("broken-{at}.yaml"));
        fs::write(file, "apiVersion: v1\nkind: Pod\nmetadata: [}\n").expect("a file");
    }
    folder
}

#[test]
fn messages_that_are_alike_are_a_few_and_a_count() {
    let folder = storm(3_000, 300);
    let site = TempDir::new().expect("a temporary folder");
    let out = site.path().join("out");
    let render = |more: &[&str]| run(&[&["render", text(folder.path()), "-o", text(&out)], more].concat());
    let few = render(&[]);
    assert_eq!(status(&few), 1);
    let told = messages(&few);
    assert!(told.lines().count() < 25, "{told}");
    for line in [
        "error[invalid-manifest]: 2,995 more errors of this kind in `storm.yaml`; -v prints them all",
        "error[invalid-yaml]: 291 more errors of this kind in 291 files; -v prints them all",
    ] {
        assert!(told.lines().any(|told| told == line), "{line} in {told}");
    }
    assert_eq!(told.matches("help: add `kind`").count(), 1, "{told}");
    let quiet = render(&["-q"]);
    assert!(messages(&quiet).lines().count() < 25, "{}", messages(&quiet));
    let all = |level: &str, told: &str| told.lines().filter(|line| line.contains(level)).count();
    assert_eq!(all("error[", messages(&render(&["-v"]))), 3_301);
    assert_eq!(all("\"error\"", messages(&render(&["--message-format", "json"]))), 3_301);
}

#[test]
fn the_page_of_problems_tells_or_counts_each_and_is_small() {
    let folder = storm(3_000, 300);
    let site = TempDir::new().expect("a temporary folder");
    for (format, page) in [("html", "problems/index.html"), ("markdown", "problems/README.md")] {
        let out = site.path().join(format);
        let output = run(&["render", text(folder.path()), "-o", text(&out), "--format", format, "-q"]);
        assert_eq!(status(&output), 1);
        let page = fs::read_to_string(out.join(page)).expect("a page");
        assert!(page.len() < 100_000, "{format}: {} bytes", page.len());
        for words in [
            "2,980 more errors of this kind",
            "201 more errors of this kind in 201 files",
            "podviz render -v",
        ] {
            assert!(page.contains(words), "{format}: {words}");
        }
        assert!(page.contains("3,301 parts of the input could not be read"), "{format}");
    }
}

#[test]
fn the_page_of_advice_tells_or_counts_each() {
    let folder = TempDir::new().expect("a temporary folder");
    let pod = |at: usize| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{at}}}\nspec: {{containers: [{{name: app, image: web}}]}}\n"
        )
    };
    fs::write(folder.path().join("a.yaml"), (0..120).map(pod).collect::<Vec<_>>().join("---\n"))
        .expect("a file");
    let site = TempDir::new().expect("a temporary folder");
    let out = site.path().join("out");
    let output = run(&["render", text(folder.path()), "-o", text(&out), "--format", "markdown", "-q"]);
    assert_eq!(status(&output), 0);
    let page = fs::read_to_string(out.join("advice/README.md")).expect("a page");
    assert!(page.contains("### mutable-image-tag: 120 warnings"), "{page}");
    assert!(page.contains("70 more, each on the page of its object."), "{page}");
    assert_eq!(page.matches("runs `web` without a tag").count(), 50, "{page}");
    let page = fs::read_to_string(out.join("ns/default/pod/p99/README.md")).expect("a page");
    assert!(page.contains("without a tag"), "{page}");
}

#[test]
fn long_paths_are_shown_without_their_middle_but_not_to_programs() {
    let folder = TempDir::new().expect("a temporary folder");
    let deep = format!("deploy/{}clusters/prod", "a-long-level/".repeat(20));
    fs::create_dir_all(folder.path().join(&deep)).expect("a folder");
    fs::write(folder.path().join(&deep).join("web.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: [}\n")
        .expect("a file");
    let told = run(&["graph", text(folder.path())]);
    let line = messages(&told).lines().next().expect("a message");
    assert!(line.starts_with("error[invalid-yaml]: deploy/…/a-long-level/"), "{line}");
    assert!(line.contains("/clusters/prod/web.yaml:3:11: ") && line.chars().count() < 250, "{line}");
    let told = run(&["graph", text(folder.path()), "--message-format", "json"]);
    assert!(messages(&told).contains(&format!("\"file\":\"{deep}/web.yaml\"")), "{}", messages(&told));
}

#[cfg(unix)]
#[test]
fn control_characters_reach_no_terminal() {
    let folder = TempDir::new().expect("a temporary folder");
    let hostile = "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\e[31m\\u202eb\\a\"}\nspec: {containers: [{name: \"c\\e]0;x\\a\", image: 7}]}\n";
    fs::write(
        folder.path().join("\u{1b}[2Jclear.yaml"),
        format!("{hostile}---\nkind: Pod\nmetadata: {{name: x}}\n"),
    )
    .expect("a file");
    for arguments in
        [&["graph"][..], &["diagram", "--view", "architecture"], &["diagram", "--view", "compare"]]
    {
        let output = run(&[arguments, &[text(folder.path()), "--verbose"]].concat());
        assert_eq!(status(&output), 1, "{}", messages(&output));
        for stream in [messages(&output), std::str::from_utf8(&output.stdout).expect("text")] {
            assert!(
                !stream.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'),
                "{stream:?}"
            );
        }
        assert!(messages(&output).contains("clear.yaml"), "the message names the file");
    }
}

#[test]
fn results_alone_go_to_the_standard_output() {
    let folder = half_broken();
    let graph = run(&["graph", text(folder.path()), "--verbose"]);
    assert!(!messages(&graph).is_empty());
    let read: serde_json::Value = serde_json::from_slice(&graph.stdout).expect("nothing but JSON");
    assert_eq!(read["schema"], "podviz/graph/1");
    assert!(graph.stdout.ends_with(b"}\n"));

    let out = folder.path().join("out");
    let render = run(&["render", text(folder.path()), "-o", text(&out)]);
    assert_eq!((status(&render), render.stdout.len()), (1, 0), "a site of what could be read is written");
    assert!(out.join("ns/default/pod/web/index.html").is_file());
}

#[test]
fn quiet_says_errors_only_and_verbose_says_notes() {
    let folder = half_broken();
    let twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, name: b}\n";
    fs::write(folder.path().join("b.yaml"), twice).expect("a file");
    fs::write(folder.path().join("c.yaml"), "just: settings\n").expect("a file");
    let levels = |option: &[&str]| {
        let output = run(&[&["graph", text(folder.path())], option].concat());
        let lines = messages(&output).lines().filter_map(|line| line.split_once('['));
        let mut levels: Vec<String> = lines.map(|(level, _)| level.to_owned()).collect();
        levels.sort();
        levels
    };
    assert_eq!(levels(&["--quiet"]), ["error"]);
    assert_eq!(levels(&[]), ["error", "warning"]);
    assert_eq!(levels(&["--verbose"]), ["error", "note", "warning"]);
    assert_eq!(status(&run(&["graph", text(folder.path()), "-q", "-v"])), 2);
}

#[test]
fn messages_are_colored_only_where_that_is_wanted() {
    let colored = |option: &[&str], variables: &[(&str, &str)]| {
        let mut command = podviz(&[&["graph", "nowhere"], option].concat());
        let output = command.envs(variables.iter().copied()).output().expect("podviz runs");
        output.stderr.contains(&0x1b)
    };
    assert!(!colored(&[], &[]), "a pipe is no terminal");
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]), "what is asked for counts most");
    assert!(!colored(&["--color", "auto"], &[("NO_COLOR", "1")]));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = podviz(&["graph", "--full", "examples/shop"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("podviz runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("podviz ends");
    assert_eq!((status(&output), messages(&output)), (0, ""));
}

#[test]
fn a_folder_with_other_files_needs_force_and_keeps_them() {
    let temp = TempDir::new().expect("a temporary folder");
    let out = temp.path().join("out");
    fs::create_dir(&out).expect("a folder");
    fs::write(out.join("mine.txt"), "mine").expect("a file");
    let refused = run(&["render", "examples/shop", "-o", text(&out)]);
    assert_eq!(status(&refused), 2);
    assert!(messages(&refused).contains("--force"), "{}", messages(&refused));
    assert_eq!(tree(&out).len(), 1, "nothing was written");
    assert_eq!(status(&run(&["render", "examples/shop", "-o", text(&out), "--force"])), 0);
    assert_eq!(tree(&out)["mine.txt"], b"mine");
    assert_eq!(status(&run(&["render", "examples/data", "-o", text(&out), "--force"])), 0, "and again");
    assert_eq!(tree(&out)["mine.txt"], b"mine");
}

#[test]
fn a_failure_leaves_the_site_as_it_was() {
    let temp = TempDir::new().expect("a temporary folder");
    let (out, empty) = (temp.path().join("out"), temp.path().join("empty"));
    fs::create_dir(&empty).expect("a folder");
    assert_eq!(status(&run(&["render", "examples/shop", "-o", text(&out)])), 0);
    let before = tree(&out);
    for input in [text(&empty), "nowhere"] {
        assert_eq!(status(&run(&["render", input, "-o", text(&out)])), 2);
        assert!(tree(&out) == before, "{input}: the site is as it was");
    }
}

#[test]
fn the_site_is_called_after_its_one_input() {
    let temp = TempDir::new().expect("a temporary folder");
    let title = |name: &str, arguments: &[&str]| {
        let out = temp.path().join(name);
        let output = run(&[&["render", "-o", text(&out)], arguments].concat());
        assert_eq!(status(&output), 0, "{}", messages(&output));
        let page = fs::read_to_string(out.join("index.html")).expect("a first page");
        let start = page.find("<title>").expect("a title") + "<title>".len();
        page[start..page.find("</title>").expect("its end")].to_owned()
    };
    assert!(title("one", &["examples/shop"]).contains("shop"));
    assert!(title("two", &["examples/shop", "examples/data"]).contains("Kubernetes manifests"));
}

#[test]
fn several_inputs_are_read_as_one() {
    let output = run(&["graph", "examples/shop", "examples/data/mongo.yaml"]);
    let graph: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let files =
        graph["nodes"].as_array().expect("nodes").iter().filter_map(|node| node["source"]["file"].as_str());
    let files: Vec<&str> = files.collect();
    assert!(files.iter().any(|file| file.ends_with("mongo.yaml")), "{files:?}");
    assert!(files.iter().any(|file| file.ends_with("cart.yaml")), "{files:?}");
}

#[test]
fn a_flavor_makes_markdown() {
    let temp = TempDir::new().expect("a temporary folder");
    let files = |name: &str, options: &[&str]| {
        let out = temp.path().join(name);
        assert_eq!(status(&run(&[&["render", "examples/data", "-o", text(&out)], options].concat())), 0);
        tree(&out)
    };
    let flavor = files("flavor", &["--flavor", "github"]);
    assert!(flavor.contains_key("README.md") && !flavor.contains_key("index.html"));
    assert!(flavor == files("format", &["--format", "markdown"]), "GitHub's is the first among the flavors");
    assert!(flavor == files("both", &["--format", "markdown", "--flavor", "github"]));
    assert!(files("html", &["--format", "html"]).contains_key("index.html"));
}

/// A folder with the manifests of an example, and the Markdown site that was made of them.
fn rendered() -> TempDir {
    let temp = TempDir::new().expect("a temporary folder");
    let k8s = temp.path().join("k8s");
    fs::create_dir(&k8s).expect("a folder");
    for (name, bytes) in tree(&tests("../examples/shop")) {
        if let Some(name) = name.strip_suffix(".yaml").filter(|name| !name.contains('/')) {
            fs::write(k8s.join(format!("{name}.yaml")), bytes).expect("a file");
        }
    }
    let output = check(&temp, &[]);
    assert_eq!(status(&output), 1, "{}", messages(&output));
    assert!(messages(&output).contains("`docs` does not hold the site yet"), "{}", messages(&output));
    mend(&output, &temp);
    temp
}

/// `podviz render --check` in the folder of [`rendered`].
fn check(temp: &TempDir, more: &[&str]) -> Output {
    let arguments = [&["render", "k8s", "--flavor", "github", "-o", "docs", "--check"], more].concat();
    podviz(&arguments).current_dir(temp.path()).output().expect("podviz runs")
}

/// Runs the command that a check ends with.
fn mend(check: &Output, temp: &TempDir) {
    let (_, command) = messages(check).split_once("up to date: podviz ").expect("the command that mends");
    let arguments: Vec<&str> = command.split_whitespace().collect();
    assert!(!arguments.contains(&"--check"));
    let output = podviz(&arguments).current_dir(temp.path()).output().expect("podviz runs");
    assert_eq!(status(&output), 0, "{}", messages(&output));
}

fn words(output: &Output) -> &str {
    messages(output).lines().next().expect("a message")
}

#[test]
fn a_check_tells_what_is_stale_and_writes_nothing() {
    let temp = rendered();
    let fresh = check(&temp, &[]);
    assert_eq!((status(&fresh), messages(&fresh)), (0, "`docs` is up to date\n"));
    assert!(fresh.stdout.is_empty());

    let manifest = temp.path().join("k8s/cart.yaml");
    let text = fs::read_to_string(&manifest).expect("a manifest").replace("redis:", "valkey:");
    fs::write(&manifest, text).expect("a manifest");
    let before = tree(temp.path());
    let stale = check(&temp, &[]);
    assert!(before == tree(temp.path()), "a check writes nothing");
    assert_eq!(status(&stale), 1);
    let said = words(&stale);
    assert!(
        said.starts_with("error[out-of-date]: `docs` is out of date: ") && said.ends_with(" files differ")
    );
    let diff = std::str::from_utf8(&stale.stdout).expect("text");
    let page = "docs/ns/shop/deployment/cart/README.md";
    assert!(diff.contains(&format!("diff --git a/{page} b/{page}\n--- a/{page}\n+++ b/{page}\n@@ -")));
    assert!(diff.contains("# docs/graph.json differs; its lines are too long to be shown\n"));

    mend(&stale, &temp);
    assert_eq!(status(&check(&temp, &[])), 0, "the command that it prints mends what it found");
}

#[test]
fn a_check_counts_what_is_missing_and_what_nobody_wants() {
    let temp = rendered();
    let docs = temp.path().join("docs");
    let (from, list) = (docs.join("advice/README.md"), docs.join(".podviz"));
    fs::rename(&from, docs.join("moved.md")).expect("a file to move");
    let listed = fs::read_to_string(&list).expect("a list").replace("advice/README.md", "moved.md");
    fs::write(&list, listed).expect("a list");
    let stale = check(&temp, &[]);
    assert_eq!(
        words(&stale),
        "error[out-of-date]: `docs` is out of date: 1 file is missing and 1 file is not wanted any more"
    );
    let diff = std::str::from_utf8(&stale.stdout).expect("text");
    assert!(diff.contains("new file mode 100644\n--- /dev/null\n+++ b/docs/advice/README.md\n"));
    assert!(diff.contains("deleted file mode 100644\n--- a/docs/moved.md\n+++ /dev/null\n"));
    assert!(diff.contains("+++ b/docs/.podviz\n"), "the list is part of the diff");
}

#[test]
fn a_check_overlooks_line_endings_and_what_others_keep_there() {
    let temp = rendered();
    let docs = temp.path().join("docs");
    for (name, bytes) in tree(&docs) {
        let text = String::from_utf8(bytes).expect("text").replace('\n', "\r\n");
        fs::write(docs.join(name), text).expect("a file");
    }
    let windows = check(&temp, &[]);
    assert_eq!((status(&windows), messages(&windows)), (0, "`docs` is up to date\n"));

    fs::write(docs.join("mine.txt"), "mine").expect("a file");
    let refused = check(&temp, &[]);
    assert_eq!(status(&refused), 2);
    assert!(messages(&refused).contains("`mine.txt`"), "{}", messages(&refused));
    assert_eq!(status(&check(&temp, &["--force"])), 0);
}

#[test]
fn a_check_of_what_could_not_all_be_read_says_both() {
    let temp = rendered();
    fs::write(temp.path().join("k8s/broken.yaml"), "kind: Pod\nmetadata: [}\n").expect("a file");
    let stale = check(&temp, &[]);
    let said: Vec<&str> = messages(&stale).lines().collect();
    assert!(said[0].starts_with("error[invalid-yaml]: broken.yaml:"), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("error[out-of-date]: `docs` is out of date: ")));

    let arguments = ["render", "k8s", "--flavor", "github", "-o", "docs"];
    let output = podviz(&arguments).current_dir(temp.path()).output().expect("podviz runs");
    assert_eq!(status(&output), 1);
    let fresh = check(&temp, &[]);
    assert_eq!(status(&fresh), 1, "some input is still left out");
    assert!(messages(&fresh).ends_with("`docs` is up to date\n"), "{}", messages(&fresh));
}

#[test]
fn a_written_site_says_how_much_it_holds() {
    let folder = TempDir::new().expect("a temporary folder");
    let said = |input: &str, more: &[&str]| {
        let out = folder.path().join(format!("{}-{}", input.replace('/', "-"), more.len()));
        let output = run(&[&["render", input, "-o", text(&out)], more].concat());
        messages(&output).replace(text(&out), "OUT")
    };
    let one = said("tests/side-by-side/with-rest/in/monitoring", &[]);
    assert_eq!(one, "Wrote 11 pages; open OUT/index.html\n");
    let several = said("tests/side-by-side/with-rest/in", &["--flavor", "github"]);
    let end = " pages of 3 environments; open OUT/README.md\n-e NAME renders one environment alone\n";
    assert!(several.starts_with("Wrote ") && several.ends_with(end), "{several}");
    assert_eq!(said("tests/side-by-side/with-rest/in", &["-q"]), "");
}

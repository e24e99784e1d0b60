use super::super::budget::{Budget, ToolLimits};
use super::super::tool::{Failure, Program, Tool};
use super::super::{Build, Release};
use super::{TOOLS, Unit, build, list_entry, name_of_release, wanted_version};
use crate::document::Limits;
use crate::source::built::Built;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with these files; in the order of their names, each after a line `== NAME`.
fn folder(files: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files.split("== ").skip(1) {
        let (name, text) = file.split_once('\n').unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The helm that tests may use.
fn helm() -> Option<Program> {
    let Some(folder) = std::env::var_os("PODVIZ_TEST_TOOLS") else {
        println!("skipped: PODVIZ_TEST_TOOLS does not say where helm is");
        return None;
    };
    Some(super::super::tool::find_on(&folder, &TOOLS, &[]).expect("helm in PODVIZ_TEST_TOOLS"))
}

fn rendered(root: &Path, chart: &str, order: &Build, program: Program) -> Built {
    let root = fs::canonicalize(root).unwrap();
    let folder = root.join(chart);
    let shown = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    let allow = |path: &Path| path.starts_with(&root);
    let unit = Unit {
        name: "env",
        folder: &folder,
        path: chart,
        release: order.releases.first(),
        given: None,
        post: None,
        fetched: &|_| None,
        build: order,
        allow: &allow,
        shown: &shown,
        limits: &Limits::default(),
    };
    build(&unit, &Tool::Program(program), &Budget::new(&ToolLimits::default(), 0))
}

/// Each object with the file and the line of its beginning, each problem with its place.
fn told(built: &Built) -> Vec<String> {
    let objects = built.documents.iter().map(|document| {
        let text = |path: &str| document.value.at(path).and_then(|value| value.as_str().map(str::to_owned));
        let (file, line) = document.file.place(document.first_line);
        format!(
            "{} {} {file}:{line}",
            text("kind").unwrap_or_default(),
            text("metadata.name").unwrap_or_default()
        )
    });
    let problems = built.problems.iter().map(|problem| {
        let place = problem.place.as_ref().unwrap();
        format!(
            "{}[{}] {}:{}: {}",
            problem.level.word(),
            problem.code.id(),
            place.file,
            place.line,
            problem.message
        )
    });
    objects.chain(problems).collect()
}

#[test]
fn names_that_helm_accepts() {
    assert_eq!(name_of_release("shop"), "shop");
    assert_eq!(name_of_release("My_Shop"), "my-shop");
    assert_eq!(name_of_release("--post-renderer=x"), "post-renderer-x");
    assert_eq!(name_of_release("!"), "release");
    assert_eq!(name_of_release(&"x".repeat(80)).len(), 53);
}

#[test]
fn paths_in_a_list() {
    assert_eq!(list_entry(Path::new("a b.yaml")), "a b.yaml");
    assert_eq!(list_entry(Path::new("a,b\".yaml")), "\"a,b\"\".yaml\"");
}

#[test]
fn a_wanted_version_is_found() {
    let message =
        "chart requires kubeVersion: >=1.34.0-0 which is incompatible with Kubernetes v1.32.0".to_owned();
    let wanted = wanted_version(&Failure::Failed { message });
    assert_eq!(wanted, Some((">=1.34.0-0".to_owned(), "1.32.0".to_owned())));
    assert_eq!(wanted_version(&Failure::TimedOut), None);
}

#[test]
fn helm_may_be_switched_off_or_missing() {
    assert!(matches!(Tool::of(&TOOLS, false, &[]), Tool::Off));
    let root = folder("== c/Chart.yaml\nname: c\nversion: 1.0.0\n");
    for (tool, reason) in [(Tool::Off, "`--no-tools` is set"), (Tool::Missing, "`helm` is not installed")] {
        let folder = root.path().join("c");
        let unit = Unit {
            name: "c",
            folder: &folder,
            path: "c",
            release: None,
            given: None,
            post: None,
            fetched: &|_| None,
            build: &Build::default(),
            allow: &|_| true,
            shown: &|_| String::new(),
            limits: &Limits::default(),
        };
        assert_eq!(
            told(&build(&unit, &tool, &Budget::new(&ToolLimits::default(), 0))),
            [format!("error[missing-tool] c/Chart.yaml:0: this chart is not rendered: {reason}")]
        );
    }
}

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

#[test]
fn every_object_knows_its_template() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}== c/values.yaml\ncount: 1\n== c/templates/all.yaml\n{{{{- if .Values.count }}}}\nkind: Service\napiVersion: v1\nmetadata:\n  name: a\n{{{{- end }}}}\n---\n# A setting.\nkind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {{{{ .Release.Name }}}}\n== c/charts/inner/Chart.yaml\n{}== c/charts/inner/templates/x.yaml\n# A secret.\nkind: Secret\napiVersion: v1\nmetadata:\n  name: s\ndata: {{a: Q0FOQVJZ}}\n",
        CHART.replace("shop", "child")
    ));
    let built = rendered(root.path(), "c", &Build::default(), helm);
    assert_eq!(
        told(&built),
        [
            "Secret s c/charts/inner/templates/x.yaml:2",
            "ConfigMap shop c/templates/all.yaml:9",
            "Service a c/templates/all.yaml:2",
        ]
    );
    assert_eq!(built.documents[0].comment, None, "a comment above a Secret may say what it holds");
    assert_eq!(built.documents[1].comment.as_deref(), Some("A setting."));
    assert!(!format!("{built:?}").contains("Q0FOQVJZ"));
    assert_eq!(built.documents[0].environment.as_deref(), Some("env"));
}

#[test]
fn a_release_has_its_own_name_and_values() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}== c/v,1.yaml\na: two\n== c/templates/x.yaml\nkind: A\napiVersion: v1\nmetadata:\n  name: {{{{ .Release.Name }}}}-{{{{ .Release.Namespace }}}}-{{{{ .Values.a }}}}-{{{{ .Values.b }}}}\n"
    ));
    let release = Release {
        environment: "env".into(),
        chart: "c".into(),
        name: Some("r".into()),
        namespace: Some("n".into()),
        values: vec![root.path().join("c/v,1.yaml")],
        set: vec!["b=three".into()],
    };
    let order = Build { releases: vec![release], set: vec!["b=four".into()], ..Build::default() };
    assert_eq!(told(&rendered(root.path(), "c", &order, helm)), ["A r-n-two-four c/templates/x.yaml:1"]);
}

#[test]
fn nothing_becomes_an_option() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}== c/templates/x.yaml\nkind: A\napiVersion: v1\nmetadata: {{name: a}}\n"
    ));
    let mark = root.path().join("mark");
    let release = |name: &str, namespace: &str| Release {
        environment: "env".into(),
        name: Some(name.into()),
        namespace: Some(namespace.into()),
        ..Release::default()
    };
    for release in [
        release(&format!("--output-dir={}", mark.display()), "x"),
        release("x", &format!("--output-dir={}", mark.display())),
        Release { set: vec![format!("--output-dir={}", mark.display())], ..release("x", "y") },
    ] {
        rendered(root.path(), "c", &Build { releases: vec![release], ..Build::default() }, helm.clone());
        assert!(!mark.exists());
    }
}

#[test]
fn values_lie_in_the_input() {
    let Some(helm) = helm() else { return };
    let outside = folder("== v.yaml\na: 1\n");
    let root = folder(&format!("== c/Chart.yaml\n{CHART}"));
    let release =
        |path: PathBuf| Release { environment: "env".into(), values: vec![path], ..Release::default() };
    let order = |path: PathBuf| Build { releases: vec![release(path)], ..Build::default() };
    let built = rendered(root.path(), "c", &order(outside.path().join("v.yaml")), helm.clone());
    assert!(told(&built)[0].starts_with("error[outside-reference] c/Chart.yaml:0:"), "{built:?}");
    let built = rendered(root.path(), "c", &order("https://example.org/v.yaml".into()), helm);
    assert!(told(&built)[0].starts_with("error[build-failed] c/Chart.yaml:0:"), "{built:?}");
}

#[test]
fn dependencies_are_vendored_or_lie_in_folders() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}dependencies:\n- {{name: part, version: 1.0.0, repository: \"file://../part\", alias: one}}\n== c/templates/c.yaml\nkind: A\napiVersion: v1\nmetadata: {{name: c}}\n\
         == part/Chart.yaml\n{}dependencies:\n- {{name: leaf, version: 1.0.0, repository: \"file://../leaf\"}}\n== part/templates/p.yaml\nkind: A\napiVersion: v1\nmetadata: {{name: p}}\n\
         == leaf/Chart.yaml\n{}== leaf/templates/l.yaml\n# comment\nkind: A\napiVersion: v1\nmetadata: {{name: l}}\n\
         == loop/Chart.yaml\n{CHART}dependencies:\n- {{name: pool, version: 1.0.0, repository: \"file://../pool\"}}\n\
         == pool/Chart.yaml\n{CHART}dependencies:\n- {{name: loop, version: 1.0.0, repository: \"file://../loop\"}}\n\
         == lost/Chart.yaml\n{CHART}dependencies:\n- {{name: redis, version: 1.0.0, repository: \"https://example.org\"}}\n\
         == out/Chart.yaml\n{CHART}dependencies:\n- {{name: etc, version: 1.0.0, repository: \"file:///etc\"}}\n",
        CHART.replace("shop", "part"),
        CHART.replace("shop", "leaf")
    ));
    let told = |chart: &str| told(&rendered(root.path(), chart, &Build::default(), helm.clone()));
    let mut all = told("c");
    all.sort();
    assert_eq!(
        all,
        ["A c c/templates/c.yaml:1", "A l leaf/templates/l.yaml:2", "A p part/templates/p.yaml:1"]
    );
    assert!(!root.path().join("c/charts").exists());
    assert_eq!(
        told("lost"),
        [
            "error[missing-dependency] lost/Chart.yaml:0: this chart is not rendered: its dependency `redis` is not in `charts/`"
        ]
    );
    assert!(told("loop")[0].contains("its dependencies lead back to itself"), "{:?}", told("loop"));
    assert!(told("out")[0].starts_with("error[outside-reference] out/Chart.yaml:0:"));
}

#[test]
fn a_failure_is_told_without_secrets() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}== c/values.yaml\nauth:\n  pass: canary\ndatabase: canary-9-CANARY\nport: http\n\
         == c/templates/x.yaml\nkind: A\n{{{{ fail (printf \"auth %s of %s on %s\" .Values.auth.pass .Values.database .Values.port) }}}}\n"
    ));
    assert_eq!(
        told(&rendered(root.path(), "c", &Build::default(), helm.clone())),
        [
            "error[build-failed] c/templates/x.yaml:2: this chart is not rendered: helm says: execution error at \
             (shop/templates/x.yaml:2:3): auth [redacted] of [redacted] on http"
        ]
    );
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}== c/templates/x.yaml\nname: {{{{ required \"name is required\" .Values.name }}}}\n"
    ));
    assert!(told(&rendered(root.path(), "c", &Build::default(), helm))[0].ends_with("name is required"));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_input_are_refused() {
    let Some(helm) = helm() else { return };
    let outside = folder("== secret\nhunter\n");
    let root = folder(&format!("== c/Chart.yaml\n{CHART}== c/files/x\n"));
    std::os::unix::fs::symlink(outside.path(), root.path().join("c/files/link")).unwrap();
    assert_eq!(
        told(&rendered(root.path(), "c", &Build::default(), helm)),
        [
            "error[outside-reference] c/files/link:0: this chart is not rendered: a link in it leads out of the input"
        ]
    );
}

#[test]
fn a_template_that_never_ends_is_bounded() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}== c/templates/_x.tpl\n{{{{ define \"x\" }}}}a{{{{ template \"x\" . }}}}{{{{ end }}}}\n== c/templates/x.yaml\na: {{{{ template \"x\" . }}}}\n"
    ));
    let built = rendered(root.path(), "c", &Build::default(), helm);
    assert!(told(&built)[0].starts_with("error[build-failed]"), "{built:?}");
}

#[test]
fn a_library_chart_has_no_objects() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!("== c/Chart.yaml\n{CHART}type: library\n== c/templates/_x.tpl\n\n"));
    let built = rendered(root.path(), "c", &Build::default(), helm);
    let note = "note[empty-build] c/Chart.yaml:0: this is a library chart: it renders nothing by itself, so it is no environment";
    assert_eq!((built.documents.len(), told(&built)), (0, vec![note.to_owned()]));
}

#[test]
fn definitions_that_helm_leaves_out_are_noted() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!("== c/Chart.yaml\n{CHART}== c/crds/x.yaml\nkind: CustomResourceDefinition\n"));
    assert_eq!(
        told(&rendered(root.path(), "c", &Build::default(), helm)),
        [
            "note[helm-template] c/crds:0: 1 file of custom resource definitions in `crds/` is not shown, as with `helm template`"
        ]
    );
}

#[test]
fn what_a_chart_makes_up_is_the_same_each_time() {
    let Some(helm) = helm() else { return };
    let root = folder(&format!(
        "== c/Chart.yaml\n{CHART}== c/templates/x.yaml\nkind: A\napiVersion: v1\nmetadata:\n  name: test-{{{{ randAlphaNum 9 | lower }}}}\n"
    ));
    assert_eq!(
        told(&rendered(root.path(), "c", &Build::default(), helm)),
        [
            "A test-random1 c/templates/x.yaml:1",
            "note[made-up] c/Chart.yaml:0: this chart makes something up each time it is rendered (`randAlphaNum`); podviz shows stand-ins, such as `random1`, that stay the same"
        ]
    );
}

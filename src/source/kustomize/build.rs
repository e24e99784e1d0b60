//! Building one kustomization: with kustomize or kubectl where that is possible and safe, else from its files as they are.

use super::super::budget::{self, Budget, Excess};
use super::super::built::Built;
use super::super::load;
use super::super::redact::redact_text;
use super::super::roots::Roots;
use super::super::tool::{self, Failure, Left, Program, Tool};
use super::Fault;
use super::cause::cause;
use super::chain::Chain;
use super::file::{self, Kustomization, Role};
use super::generator;
use super::origin::{Provenance, strip};
use super::partial::Partial;
use super::reference::{Library, Volume, bytes};
use super::trace::{Root, trace};
use crate::document::{Document, Limits, SourceFile, Value};
use crate::problem::{Code, Level, Problem, Problems};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What becomes of a kustomization that is not built.
const AS_THEY_ARE: &str = "its files are documented as they are, without patches and generators";

/// What builds kustomizations, as it is called on the PATH: the first that is there.
pub const TOOLS: [&str; 2] = ["kustomize", "kubectl"];

/// Says once that kustomizations were not built: the shown files of their kustomizations.
pub fn missing_tool(tool: &Tool, files: &[&str]) -> Option<Problem> {
    let (reason, help) = match tool {
        Tool::Program(_) => return None,
        Tool::Missing => (
            "neither `kustomize` nor `kubectl` is installed",
            "install one: https://kubectl.docs.kubernetes.io/installation/kustomize/ or https://kubernetes.io/docs/tasks/tools/",
        ),
        Tool::Off => ("`--no-tools` is set", "leave `--no-tools` out"),
    };
    let what = match files.len() {
        0 => return None,
        1 => "this kustomization was not built: its files are".to_owned(),
        2 => "this kustomization and 1 other were not built: their files are".to_owned(),
        n => format!("this kustomization and {} others were not built: their files are", n - 1),
    };
    let message = format!("{reason}, so {what} documented as they are, without patches and generators");
    Some(Problem::new(Level::Error, Code::MissingTool, message).at(files[0], 0, 0).help(help))
}

/// What to build, and from what.
pub struct Unit<'a> {
    /// The name of the environment.
    pub name: &'a str,
    /// The folder, canonical.
    pub folder: &'a Path,
    /// The folder as it is shown; empty for the input itself.
    pub path: &'a str,
    /// The kustomization as it is built, if that is another than the one in the folder.
    pub staged: Option<&'a Volume>,
    /// All kustomizations.
    pub library: &'a Library,
    /// The inputs.
    pub roots: &'a Roots,
    /// How much is read.
    pub limits: &'a Limits,
}

/// Builds an environment.
pub fn build(unit: &Unit, tool: &Tool, budget: &Budget) -> Built {
    let mut built = finish(unit, &make(unit, tool, budget), &mut |_, _| None);
    let tried = built.excess.is_none() && matches!(tool, Tool::Program(_));
    if tried && built.documents.is_empty() && !built.problems.left_something_out() {
        let file = unit.closure().first().map(|root| root.kustomization.name.clone()).unwrap_or_default();
        let message = "this kustomization makes no object, so it is no environment";
        built.problems.push(Problem::new(Level::Note, Code::EmptyBuild, message).at(file, 0, 0));
    }
    built
}

/// What a tool makes of a kustomization.
pub enum Made {
    /// A text.
    Text(Text),
    /// A text without what cannot be reached: what is missing in words, and why.
    Part(Text, String, Problems),
    /// Nothing: its files are read as they are.
    AsTheyAre(Problems),
    /// Nothing, for want of what is left of the budget.
    Excess(Excess),
}

impl Made {
    /// The text, if there is one; else why not.
    pub fn text(&self) -> Result<&str, &'static str> {
        match self {
            Made::Text(text) | Made::Part(text, ..) => Ok(&text.text),
            Made::AsTheyAre(_) => Err("kustomize could not build them"),
            Made::Excess(_) => Err("the budget for tools is spent"),
        }
    }
}

/// What becomes of a text that was built, given the documents in it: another text, and for each line of it the line that it
/// was, from 1.
pub type Change<'c> = &'c mut dyn FnMut(&str, &[Document]) -> Option<(String, Vec<u32>)>;

/// What a tool makes of a kustomization, which takes most of the time.
pub fn make(unit: &Unit, tool: &Tool, budget: &Budget) -> Made {
    let closure = unit.closure();
    let refused = |fate: &str| {
        let faulty = closure.iter().filter(|volume| !volume.faults.is_empty());
        let mut problems = Problems::none();
        faulty.for_each(|volume| problems.extend(refusals(&volume.kustomization.name, &volume.faults, fate)));
        problems
    };
    let problems = refused(AS_THEY_ARE);
    match tool {
        Tool::Program(program) if problems.is_empty() => match text(unit, &closure, program, budget) {
            Ok(text) => Made::Text(text),
            Err(Unbuilt::Excess(excess)) => Made::Excess(excess),
            Err(Unbuilt::Problem(problem)) => Made::AsTheyAre([*problem].into_iter().collect()),
        },
        Tool::Program(program) if unit.staged.is_none() => match unit.in_part(&closure, program, budget) {
            Ok(Some((text, without))) => {
                let incomplete = missing(&without);
                Made::Part(text, incomplete, refused(&left_out(&without)))
            }
            Err(excess) => Made::Excess(excess),
            Ok(None) => Made::AsTheyAre(problems),
        },
        _ => Made::AsTheyAre(problems),
    }
}

/// The documents of what a tool made.
pub fn finish(unit: &Unit, made: &Made, change: Change) -> Built {
    let closure = unit.closure();
    let mut built = match made {
        Made::Text(text) => unit.traced(&closure, text, change),
        Made::Part(text, incomplete, problems) => {
            let mut built = unit.traced(&closure, text, change);
            built.incomplete = Some(incomplete.clone());
            built.problems.extend(problems.clone());
            built
        }
        Made::Excess(excess) => return Built { excess: Some(*excess), ..Built::default() },
        Made::AsTheyAre(problems) => {
            let mut plain = unit.plain(&closure);
            plain.problems.extend(problems.clone());
            plain
        }
    };
    built.values.extend(generator::values(&closure, unit.limits));
    unit.named(built)
}

/// The resources of an environment as they stand in its files.
pub fn as_they_are(unit: &Unit) -> Built {
    unit.named(unit.plain(&unit.closure()))
}

/// Why a kustomization is not built.
enum Unbuilt {
    /// Something is wrong.
    Problem(Box<Problem>),
    /// The budget does not allow it.
    Excess(Excess),
}

/// Says once for each kind of fault that a kustomization was not built.
fn refusals(file: &str, faults: &[Fault], fate: &str) -> Problems {
    let first = |at: usize| faults[..at].iter().all(|other| other.code != faults[at].code);
    let problems = (0..faults.len()).filter(|at| first(*at)).map(|at| {
        let fault = &faults[at];
        let more = match faults.iter().filter(|other| other.code == fault.code).count() {
            1 => String::new(),
            n => format!(" (and {} like it)", n - 1),
        };
        let message = format!("{}{more}, so {fate}", fault.message);
        Problem::new(Level::Error, fault.code, message)
            .at(file, fault.line, fault.column)
            .help(fault.help.to_string())
    });
    problems.collect()
}

/// What becomes of a kustomization that is built without some of its bases.
fn left_out(without: &[String]) -> String {
    let (them, they) = if without.len() == 1 { ("it", "it") } else { ("them", "they") };
    format!("the kustomization is built without {them}, and what {they} would add is not documented")
}

/// What is missing where some bases cannot be reached.
fn missing(without: &[String]) -> String {
    let names: Vec<String> = without
        .iter()
        .map(|one| format!("`{}`", redact_text(one, false).unwrap_or_else(|| one.clone())))
        .collect();
    let (are, they) = if names.len() == 1 { ("is", "it adds") } else { ("are", "they add") };
    format!("{} {are} not here, and what {they} is missing", list_words(&names))
}

/// How many bases are named.
const MOST_NAMED: usize = 3;

/// "a, b and c", or "a, b and 4 more".
fn list_words(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] if names.len() <= MOST_NAMED => format!("{} and {last}", first.join(", ")),
        names => format!("{} and {} more", names[..MOST_NAMED - 1].join(", "), names.len() + 1 - MOST_NAMED),
    }
}

/// What kustomize made, and where it has each object from: the paths are canonical.
pub struct Text {
    text: String,
    provenances: Vec<Option<Provenance>>,
}

/// Builds through a kustomization of our own that asks for origins; as it stands, where that fails or the root says itself
/// which notes it wants.
fn text(unit: &Unit, closure: &[&Volume], program: &Program, budget: &Budget) -> Result<Text, Unbuilt> {
    if budget.is_over() {
        return Err(Unbuilt::Excess(Excess::Time));
    }
    let left = budget.left();
    let within = |objects: usize| match objects > budget.objects_left() {
        true => Err(Unbuilt::Excess(Excess::Objects(objects))),
        false => Ok(()),
    };
    within(unit.objects())?;
    let refuse = |failure: &Failure| match failure {
        Failure::TimeSpent => Unbuilt::Excess(Excess::Time),
        Failure::TooLarge => Unbuilt::Excess(Excess::Bytes),
        failure => Unbuilt::Problem(Box::new(unit.failed(closure, failure))),
    };
    let asks = unit.staged.is_none()
        && closure.first().is_some_and(|root| !root.kustomization.list("buildMetadata").is_empty());
    match wrapped(unit, program, &left) {
        Ok(wrapped) if !asks => {
            within(budget::separate(wrapped.text.as_bytes()))?;
            Ok(wrapped)
        }
        // What ends at a limit would end there again.
        Err(Some(failure)) if unit.staged.is_some() || !matches!(failure, Failure::Failed { .. }) => {
            Err(refuse(&failure))
        }
        wrapped => {
            let bytes = tool::run(program, &arguments(program, false), unit.folder, &left)
                .map_err(|failure| refuse(&failure))?;
            within(budget::separate(&bytes))?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let provenances = wrapped
                .ok()
                .filter(|wrapped| same_objects(&wrapped.text, &text, unit.limits))
                .map(|wrapped| wrapped.provenances);
            Ok(Text { text, provenances: provenances.unwrap_or_default() })
        }
    }
}

/// Whether two built texts hold the same objects in the same order.
fn same_objects(one: &str, other: &str, limits: &Limits) -> bool {
    let names = |text: &str| -> Vec<(Option<String>, Option<String>)> {
        let documents = load("-", text.as_bytes(), limits).documents;
        let text = |document: &Document, path: &str| document.value.at(path).and_then(Value::scalar_text);
        documents.iter().map(|document| (text(document, "kind"), text(document, "metadata.name"))).collect()
    };
    names(one) == names(other)
}

/// How kustomize is called; `free` to let files stand outside of the folder, where each was looked at before.
fn arguments(program: &Program, free: bool) -> Vec<OsString> {
    let verb = if program.name == "kustomize" { "build" } else { "kustomize" };
    let flag = free.then_some("--load-restrictor=LoadRestrictionsNone");
    [verb].into_iter().chain(flag).chain(["."]).map(OsString::from).collect()
}

/// The text that a kustomization of our own around the folder makes; why not, if that is known.
fn wrapped(unit: &Unit, program: &Program, left: &Left) -> Result<Text, Option<Failure>> {
    let wrapper = tool::scratch().map_err(|_| None)?;
    let here = match unit.staged {
        Some(staged) => put(&staged.kustomization, wrapper.path()),
        None => wrap(unit.folder, wrapper.path()),
    };
    let here = here.ok_or(None)?;
    let bytes = tool::run(program, &arguments(program, unit.staged.is_some()), &here, left).map_err(Some)?;
    let (text, provenances) = strip(&String::from_utf8_lossy(&bytes));
    let own = unit.staged.map(|staged| (here.join(file::NAMES[0]), staged.kustomization.file.as_path()));
    let absolute = |path: String| {
        let path = normal(&here.join(path));
        let path = own.as_ref().filter(|(written, _)| *written == path).map_or(&*path, |(_, own)| own);
        path.to_str().map(str::to_owned)
    };
    let provenances = provenances.into_iter().map(|provenance| match provenance? {
        Provenance::File(path) => absolute(path).map(Provenance::File),
        Provenance::Generator(path) => absolute(path).map(Provenance::Generator),
    });
    Ok(Text { text, provenances: provenances.collect() })
}

/// Makes an empty folder a kustomization of another one that asks for origins, and gives its canonical path.
fn wrap(folder: &Path, wrapper: &Path) -> Option<PathBuf> {
    let here = fs::canonicalize(wrapper).ok()?;
    let path = serde_json::to_string(relative(&here, folder)?.to_str()?).ok()?;
    let text = format!("resources: [{path}]\nbuildMetadata: [originAnnotations]\n");
    fs::write(here.join("kustomization.yaml"), text).ok()?;
    Some(here)
}

/// Writes a kustomization into an empty folder, so that it is built there as it would be in its own.
fn put(kustomization: &Kustomization, folder: &Path) -> Option<PathBuf> {
    let here = fs::canonicalize(folder).ok()?;
    let way = relative(&here, &kustomization.folder)?.to_str()?.to_owned();
    let mut json = kustomization.rewritten(&|path| format!("{way}/{path}"));
    if !json.is_object() {
        json = serde_json::json!({});
    }
    let asked = json.get("buildMetadata").and_then(|asked| asked.as_array()).cloned().unwrap_or_default();
    let own = ["originAnnotations".into()];
    let all: Vec<_> = asked.into_iter().filter(|one| *one != own[0]).chain(own.clone()).collect();
    json["buildMetadata"] = all.into();
    fs::write(here.join(file::NAMES[0]), json.to_string()).ok()?;
    Some(here)
}

/// The way from one folder to another, both canonical.
fn relative(from: &Path, to: &Path) -> Option<PathBuf> {
    let shared = from.ancestors().find(|above| to.starts_with(above))?;
    let ups = from.strip_prefix(shared).ok()?.components().map(|_| Component::ParentDir);
    let downs = to.strip_prefix(shared).ok()?.components();
    Some(ups.chain(downs).collect())
}

/// A path without `..`: what it leads to is canonical already.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

impl Unit<'_> {
    fn closure(&self) -> Vec<&Volume> {
        match self.staged {
            Some(staged) => self.library.closure_of(staged),
            None => self.library.closure(self.folder),
        }
    }

    /// How many objects are made at least.
    fn objects(&self) -> usize {
        let Some(staged) = self.staged else { return self.library.objects(self.folder) };
        let own = staged.files().filter(|(role, _)| *role == Role::Resource).count();
        staged.folders().fold(own, |all, folder| all.saturating_add(self.library.objects(folder)))
    }

    /// What is built without the bases that cannot be reached, and which ones these are; `None` where that is not possible.
    fn in_part(
        &self,
        closure: &[&Volume],
        program: &Program,
        budget: &Budget,
    ) -> Result<Option<(Text, Vec<String>)>, Excess> {
        let Some(partial) = Partial::copy(self.folder, closure, self.limits) else { return Ok(None) };
        let copy = Unit { folder: &partial.folder, ..*self };
        let text = match text(&copy, closure, program, budget) {
            Ok(text) => text,
            Err(Unbuilt::Excess(excess)) => return Err(excess),
            Err(Unbuilt::Problem(_)) => return Ok(None),
        };
        let provenances = text.provenances.into_iter();
        let provenances = provenances.map(|one| one.map(|one| partial.original(one))).collect();
        Ok(Some((Text { provenances, ..text }, partial.without.clone())))
    }

    fn failed(&self, closure: &[&Volume], failure: &Failure) -> Problem {
        let reason = match failure {
            Failure::Failed { message } => {
                cause(message).map_or_else(String::new, |cause| format!(", because {cause}"))
            }
            failure => failure.limit().map_or_else(String::new, |limit| format!(": it {limit}")),
        };
        let message = format!("kustomize could not build this{reason}, so {AS_THEY_ARE}");
        let file = closure.first().map(|root| root.kustomization.name.clone()).unwrap_or_default();
        let path = if self.path.is_empty() { "." } else { self.path };
        Problem::new(Level::Error, Code::BuildFailed, message)
            .at(file, 0, 0)
            .help(format!("run `kubectl kustomize {path}` to see what it says"))
    }

    /// The documents of the built text, each line with its origin.
    fn traced(&self, closure: &[&Volume], text: &Text, change: Change) -> Built {
        let name = if self.path.is_empty() { self.name } else { self.path };
        let loaded = load(name, text.text.as_bytes(), self.limits);
        let (mut documents, mut problems) = (loaded.documents, loaded.problems);
        let Some(file) = documents.first().map(|first| Arc::clone(&first.file)) else {
            let bytes = text.text.len();
            return Built { documents, problems, bytes, ..Built::default() };
        };
        let chain = Chain::read(closure, self.roots, self.limits);
        let mut values = chain.values.clone();
        values.extend(loaded.values);
        let roots: Vec<Root> = documents
            .iter()
            .map(|document| {
                let place = |path: &str| chain.place(Path::new(path));
                let known = text.provenances.get(document.index).and_then(Option::as_ref);
                let object = |file| chain.source(&document.value, file).map(Root::Object);
                match known {
                    Some(Provenance::File(path)) => match place(path) {
                        Some(file) => object(Some(file)).unwrap_or(Root::File(file)),
                        None => Root::Unknown,
                    },
                    Some(Provenance::Generator(path)) => place(path).map_or(Root::Unknown, Root::Generator),
                    None => object(None).unwrap_or(Root::Unknown),
                }
            })
            .collect();
        let pairs: Vec<(&Document, Root)> = documents.iter().zip(roots.iter().copied()).collect();
        let mut origin = trace(&chain, &file, &pairs);
        let comments = documents.iter().map(|document| document.index).zip(roots.iter().map(comment));
        let mut comments: BTreeMap<usize, Option<String>> = comments.collect();
        let mut lines = file.lines.clone();
        if let Some((text, from)) = change(&text.text, &documents) {
            let changed = load(name, text.as_bytes(), self.limits);
            (documents, problems) = (changed.documents, changed.problems);
            values.extend(changed.values);
            lines = documents.first().map(|first| first.file.lines.clone()).unwrap_or_default();
            let before = |line: &u32| origin.lines.get((*line as usize).checked_sub(1)?).copied().flatten();
            origin.lines = from.iter().map(before).collect();
        }
        let file = Arc::new(SourceFile { path: file.path.clone(), lines, origin: Some(origin) });
        for document in &mut documents {
            document.file = Arc::clone(&file);
            document.comment = comments.remove(&document.index).flatten();
        }
        let problems = problems.iter().map(|problem| {
            let problem = problem.clone();
            match &problem.place {
                Some(place) if place.file == file.path && place.line > 0 => {
                    let (path, line) = file.place(place.line);
                    problem.clone().at(path, line, 0)
                }
                _ => problem,
            }
        });
        Built { documents, problems: problems.collect(), values, bytes: text.text.len(), ..Built::default() }
    }

    /// With the name of the environment on each object.
    fn named(&self, mut built: Built) -> Built {
        let name: Arc<str> = self.name.into();
        built.documents.iter_mut().for_each(|document| document.environment = Some(Arc::clone(&name)));
        built
    }

    /// The files of resources as they are.
    fn plain(&self, closure: &[&Volume]) -> Built {
        let files = closure.iter().flat_map(|volume| volume.files());
        let files: BTreeSet<&Path> =
            files.filter(|(role, _)| *role == Role::Resource).map(|(_, file)| file).collect();
        let namespace = closure.first().and_then(|root| root.kustomization.value.get("namespace"));
        let namespace = namespace.and_then(Value::as_str).filter(|namespace| !namespace.is_empty());
        let file = closure.first().map(|root| root.kustomization.name.as_str()).unwrap_or_default();
        let incomplete = format!("the patches, names, and generators of `{file}` are not applied");
        let mut built = Built {
            namespace: namespace.map(str::to_owned),
            incomplete: Some(incomplete),
            ..Built::default()
        };
        for file in files {
            let loaded = load(&self.roots.shown(file), &bytes(file, self.limits), self.limits);
            built.documents.extend(loaded.documents);
            built.values.extend(loaded.values);
            built.problems.extend(loaded.problems);
        }
        built
    }
}

/// What the author wrote above the document that an object comes from.
fn comment(root: &Root) -> Option<String> {
    match root {
        Root::Object(source) if std::ptr::eq(source.value, &source.document.value) => {
            source.document.comment.clone()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::roots::Root as Input;
    use super::{Library, Limits, Roots, Text, Unit, normal, relative};
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_way_between_folders_leads_back() {
        let way = relative(Path::new("/tmp/x"), Path::new("/in/app/prod")).expect("a way");
        assert_eq!(way, Path::new("../../in/app/prod"));
        assert_eq!(normal(&Path::new("/tmp/x").join(way)), Path::new("/in/app/prod"));
    }

    const WEB: &str = "# The door.\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n        - image: web:1\n          name: app\n          command:\n            - sh\n            - -c\n            - |\n              one\n              two\n";
    const PROD: &str = "namespace: shop\nnamePrefix: eu-\nresources:\n  - ../base\nimages:\n  - name: web\n    newTag: '2'\nreplicas:\n  - name: web\n    count: 3\nlabels:\n  - pairs:\n      stage: prod\npatches:\n  - patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/args\n        value:\n          - a\n          - b\n    target:\n      kind: Deployment\n  - path: more.yaml\n";
    const MORE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      hostNetwork: true\n";
    const BUILT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  labels:\n    stage: prod\n  name: eu-web\n  namespace: shop\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - args:\n        - a\n        - b\n        command:\n        - sh\n        - -c\n        - |\n          one\n          two\n        image: web:2\n        name: app\n      hostNetwork: true\n";

    #[test]
    fn each_line_comes_from_who_says_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let input = fs::canonicalize(folder.path()).expect("a path");
        for (name, text) in [
            ("base/web.yaml", WEB),
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("prod/kustomization.yaml", PROD),
            ("prod/more.yaml", MORE),
        ] {
            let path = input.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let roots = Roots::new(vec![Input { path: input.clone(), label: String::new(), name: "in".into() }]);
        let limits = Limits::default();
        let prod = input.join("prod");
        let library = Library::read(&[prod.join("kustomization.yaml")], &roots, &limits);
        let unit = Unit {
            name: "prod",
            folder: &prod,
            path: "prod",
            staged: None,
            library: &library,
            roots: &roots,
            limits: &limits,
        };
        // Without what kustomize says of origins: objects are found by their names.
        let text = Text { text: BUILT.to_owned(), provenances: Vec::new() };
        let built = unit.traced(&library.closure(&prod), &text, &mut |_, _| None);
        let document = &built.documents[0];
        assert_eq!(document.comment.as_deref(), Some("The door."));
        let places: Vec<String> = (1..=BUILT.lines().count() as u32)
            .map(|line| document.file.place(line))
            .map(|(file, line)| format!("{}:{line}", file.replace("kustomization.yaml", "k")))
            .collect();
        assert_eq!(
            places,
            [
                "base/web.yaml:2",
                "base/web.yaml:3",
                "base/web.yaml:4",
                "base/web.yaml:4",
                "prod/k:13",
                "base/web.yaml:5",
                "prod/k:1",
                "base/web.yaml:6",
                "prod/k:9",
                "base/web.yaml:8",
                "base/web.yaml:9",
                "base/web.yaml:10",
                "base/web.yaml:11",
                "prod/k:19",
                "prod/k:20",
                "base/web.yaml:13",
                "base/web.yaml:14",
                "base/web.yaml:15",
                "base/web.yaml:16",
                "base/web.yaml:17",
                "base/web.yaml:18",
                "prod/k:6",
                "base/web.yaml:12",
                "prod/more.yaml:7",
            ]
        );
    }
}

//! ResourceSets of the Flux operator: objects out of templates, once for each of their inputs.
//!
//! Source: controlplaneio-fluxcd/flux-operator `internal/builder/resourceset.go`, `internal/inputs`.

use super::super::applier::Applier;
use super::super::plain::{plain, plain_text};
use super::super::recipe::Said;
use super::super::renderings::{Fault, Request, Texts};
use super::super::template::{Renderer, Unrendered};
use super::super::world::World;
use super::inputs::{Input, inputs};
use super::template::{text_of, translated};
use crate::document::{Value, parse};
use crate::problem::{Code, Level, Problem, Problems};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// What keeps an object from being applied, if it is `disabled`.
const RECONCILE: &str = "fluxcd.controlplane.io/reconcile";

/// What helm prints where nothing is.
const NO_VALUE: &str = "<no value>";

/// The objects of a ResourceSet.
pub fn objects(set: &Applier, world: &World) -> (Vec<Said>, Problems) {
    let mut problems = Problems::none();
    let Some(inputs) = inputs(set, world, &mut problems) else { return (Vec::new(), problems) };
    let templates = templates(set);
    let mut texts = Texts::new();
    let wanted: BTreeSet<Request> = templates
        .iter()
        .filter(|template| template.is_rendered())
        .flat_map(|template| inputs.iter().map(|input| template.request(input)))
        .collect();
    let mut renderer = Renderer::new(world.helm, &world.left, &world.renderings);
    loop {
        let open: BTreeSet<Request> =
            wanted.iter().filter(|request| !texts.contains_key(*request)).cloned().collect();
        if open.is_empty() {
            break;
        }
        if let Err(why) = renderer.render(open, &mut texts) {
            problems.push(unrendered(set, &why));
            return (Vec::new(), problems);
        }
    }
    let (mut said, mut seen) = (Vec::new(), BTreeSet::new());
    for template in &templates {
        for input in &inputs {
            let made = match template.objects(input, &texts) {
                Ok(made) => made,
                Err(why) => {
                    let message = format!("{} makes nothing, because {why}", set.title());
                    problems.push(set.problem(Level::Error, Code::BuildFailed, "spec", message));
                    return (Vec::new(), problems);
                }
            };
            for object in made {
                let annotation = object.pointer("/metadata/annotations").and_then(|all| all.get(RECONCILE));
                let is_off = annotation.and_then(Json::as_str) == Some("disabled");
                if !is_off && seen.insert(key(&object)) {
                    said.push(Said { object, line: template.line });
                }
            }
        }
    }
    (said, problems)
}

/// One template of a set.
struct Template {
    /// The object as it stands there; `None` for a text of several.
    object: Option<Json>,
    /// Its text.
    text: String,
    line: u32,
}

/// The templates: objects before texts, step by step.
fn templates(set: &Applier) -> Vec<Template> {
    let none = Value { kind: crate::document::Kind::Null, ..set.value.clone() };
    let spec = set.at("spec").unwrap_or(&none);
    let steps = spec.get("steps").map(Value::items).unwrap_or_default();
    let mut templates = Vec::new();
    for part in std::iter::once(spec).chain(steps) {
        for item in part.get("resources").map(Value::items).unwrap_or_default() {
            let object = plain(item);
            let text = text_of(&object);
            templates.push(Template { object: Some(object), text, line: item.line });
        }
        if let Some(text) = part.get("resourcesTemplate").and_then(Value::as_str) {
            let line = part.get("resourcesTemplate").map_or(set.value.line, |value| value.line);
            templates.push(Template { object: None, text: plain_text(text), line });
        }
    }
    templates
}

impl Template {
    fn is_rendered(&self) -> bool {
        self.text.contains("<<")
    }

    fn request(&self, input: &Input) -> Request {
        Request { text: translated(&self.text), params: json!({ "inputs": input }).to_string() }
    }

    /// What it makes of an input; why nothing, for the end of a sentence.
    fn objects(&self, input: &Input, texts: &Texts) -> Result<Vec<Json>, String> {
        let text = match (&self.object, self.is_rendered()) {
            (Some(object), false) => return Ok(vec![object.clone()]),
            (None, false) => self.text.clone(),
            (_, true) => match texts.get(&self.request(input)) {
                Some(Ok(text)) if text.contains(NO_VALUE) => return Err(MISSING.to_owned()),
                Some(Ok(text)) => text.clone(),
                Some(Err(Fault::Missing)) | None => return Err(MISSING.to_owned()),
                Some(Err(Fault::NoFunction(name))) => {
                    return Err(format!("the Flux operator has no function `{name}`"));
                }
                Some(Err(Fault::Failed(why))) => return Err(why.clone()),
            },
        };
        let mut objects = Vec::new();
        for document in documents(&text) {
            match parse(document.as_bytes()).map(|value| value.to_json()) {
                Ok(object) if object.is_object() => objects.push(object),
                Ok(Json::Null) | Err(_) if document.trim().is_empty() => {}
                _ => return Err("a template does not become YAML of an object".to_owned()),
            }
        }
        Ok(objects)
    }
}

const MISSING: &str = "a template uses an input that is not there";

/// The documents of a text, without comments alone.
fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        match line.trim_end() == "---" {
            true => documents.push(String::new()),
            false => {
                if let Some(document) = documents.last_mut() {
                    document.push_str(line);
                    document.push('\n');
                }
            }
        }
    }
    let is_said = |document: &String| {
        document.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    };
    documents.retain(is_said);
    documents
}

fn key(object: &Json) -> [String; 4] {
    let text = |at: &str| object.pointer(at).and_then(Json::as_str).unwrap_or_default().to_owned();
    let version = text("/apiVersion");
    let group = version.rsplit_once('/').map_or("", |(group, _)| group).to_owned();
    [group, text("/kind"), text("/metadata/namespace"), text("/metadata/name")]
}

fn unrendered(set: &Applier, why: &Unrendered) -> Problem {
    let (code, reason, help) = match why {
        Unrendered::NoTool(crate::source::tool::Tool::Off) => (
            Code::MissingTool,
            "`--no-tools` is set, and helm renders its templates".to_owned(),
            Some("leave `--no-tools` out"),
        ),
        Unrendered::NoTool(_) => (
            Code::MissingTool,
            "`helm`, which renders its templates, is not installed".to_owned(),
            Some("install helm (https://helm.sh/docs/intro/install)"),
        ),
        Unrendered::Limit(failure) => {
            let limit = failure.limit().unwrap_or_else(|| "has no time left".to_owned());
            (Code::ToolBudget, format!("`helm` {limit} while it renders its templates"), None)
        }
        Unrendered::Failed => (Code::BuildFailed, "`helm` cannot render its templates".to_owned(), None),
        Unrendered::Endless => (Code::BuildFailed, "too many of its templates fail".to_owned(), None),
    };
    let message = format!("the objects of {} are not shown, because {reason}", set.title());
    let problem = set.problem(Level::Error, code, "spec", message);
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

//! ApplicationSets: the Applications that their generators and their template make.

mod expand;
mod generator;
mod git;
mod merge;
mod params;
mod rendered;
mod simple;
mod surroundings;
mod tree;
mod unknown;

pub use merge::merge;

use super::super::super::tool::Tool;
use super::super::applier::Applier;
use super::super::recipe::Said;
use super::super::registered::{Registered, RegisteredCluster};
use super::super::renderings::Texts;
use super::super::template::{Renderer, Unrendered, made_up as functions_in};
use super::super::world::World;
use crate::document::Value;
use crate::problem::{Code, Level, Problem, Problems};
use expand::{Expansion, Step, expand};
use generator::Surroundings;
use serde_json::Value as Json;
use surroundings::Repositories;

/// How many names one message lists.
const NAMED: usize = 5;

/// The Applications of an ApplicationSet, in the order of its generators.
pub fn applications(set: &Applier, world: &World) -> (Vec<Said>, Problems) {
    let repositories = Repositories::new(set, world);
    let cluster = |one: &Registered| match one {
        Registered::Cluster(cluster) => Some(cluster.clone()),
        Registered::PlainRegistry(_) => None,
    };
    let mut clusters: Vec<RegisteredCluster> = world.registered.iter().filter_map(cluster).collect();
    clusters.sort_by(|one, other| one.name.cmp(&other.name));
    clusters.dedup_by(|one, other| one.name == other.name);
    let surroundings = Surroundings { clusters: &clusters, repositories: &repositories };
    let object = set.value.to_json();
    let mut renderer = Renderer::new(world.helm, &world.left, &world.renderings);
    let mut texts = Texts::new();
    let expansion = loop {
        match expand(&object, &surroundings, &texts) {
            Step::Done(expansion) => break Ok(expansion),
            Step::Wanted(wanted) => {
                if let Err(why) = renderer.render(wanted, &mut texts) {
                    break Err(why);
                }
            }
        }
    };
    let mut problems: Problems =
        repositories.into_assumed().iter().map(|address| assumed(set, address)).collect();
    match expansion {
        Ok(expansion) => {
            problems.extend(told(set, &expansion));
            problems.extend(made_up(set, &object).into_iter().collect());
            (said(set, expansion), problems)
        }
        Err(why) => {
            problems.push(unrendered(set, &why));
            (Vec::new(), problems)
        }
    }
}

fn said(set: &Applier, expansion: Expansion) -> Vec<Said> {
    let generators = set.at("spec.generators").map(Value::items).unwrap_or_default();
    let line = |at: usize| generators.get(at).map_or(set.value.line, |generator| generator.line);
    expansion.applications.into_iter().map(|(at, object)| Said { object, line: line(at) }).collect()
}

/// What people should know of an expansion.
fn told(set: &Applier, expansion: &Expansion) -> Problems {
    let title = set.title();
    let problem = |level, code, message: String| set.problem(level, code, "spec.generators", message);
    let mut problems = Problems::none();
    for unknown in &expansion.unknown {
        let message = format!(
            "not all Applications of {title} are shown: {} not in these manifests, and its generator `{}` asks for that",
            unknown.missing, unknown.generator
        );
        problems.push(problem(Level::Error, Code::UnknownGenerator, message));
    }
    if let Some(why) = &expansion.refused {
        let message = format!("{title} makes no Application, because {why}");
        problems.push(problem(Level::Error, Code::BuildFailed, message));
    }
    if expansion.too_much {
        let message = format!("not all Applications of {title} are shown: there are too many of them");
        problems.push(problem(Level::Error, Code::ToolBudget, message));
    }
    let some = |names: &[String]| {
        let names: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    if !expansion.misnamed.is_empty() {
        let names = some(&expansion.misnamed);
        let message = format!("{title} makes Applications with names that Kubernetes refuses: {names}");
        problems.push(problem(Level::Error, Code::BuildFailed, message));
    }
    if !expansion.twice.is_empty() {
        let names = some(&expansion.twice);
        let message =
            format!("{title} makes more than one Application of the same name; the first counts: {names}");
        problems.push(problem(Level::Warning, Code::DuplicateObject, message));
    }
    problems
}

fn assumed(set: &Applier, address: &str) -> Problem {
    let message = format!(
        "nothing says that `{address}`, which {} reads, is this repository: it is assumed, because the path is there",
        set.title()
    );
    let problem = set.problem(Level::Note, Code::AssumedRepository, "spec", message);
    problem.help("say so with `repository:` in podviz.yaml")
}

fn made_up(set: &Applier, object: &Json) -> Option<Problem> {
    let is_go = object.pointer("/spec/goTemplate").and_then(Json::as_bool) == Some(true);
    let names: Vec<String> = functions_in(object).iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "{} makes something up each time it is expanded ({}); podviz shows stand-ins, such as `random1`, that stay the same",
        set.title(),
        names.join(", ")
    );
    (is_go && !names.is_empty()).then(|| set.problem(Level::Note, Code::MadeUp, "spec", message))
}

fn unrendered(set: &Applier, why: &Unrendered) -> Problem {
    let title = set.title();
    let problem = |code, reason: String| {
        set.problem(
            Level::Error,
            code,
            "spec.template",
            format!("the Applications of {title} are not shown, because {reason}"),
        )
    };
    match why {
        Unrendered::NoTool(Tool::Off) => {
            let reason = "`--no-tools` is set, and helm renders its Go templates".to_owned();
            problem(Code::MissingTool, reason).help("leave `--no-tools` out")
        }
        Unrendered::NoTool(_) => {
            let reason = "`helm`, which renders its Go templates, is not installed".to_owned();
            problem(Code::MissingTool, reason).help("install helm (https://helm.sh/docs/intro/install)")
        }
        Unrendered::Limit(failure) => {
            let limit = failure.limit().unwrap_or_else(|| "has no time left".to_owned());
            problem(Code::ToolBudget, format!("`helm` {limit} while it renders its templates"))
        }
        Unrendered::Failed => problem(Code::BuildFailed, "`helm` cannot render its templates".to_owned()),
        Unrendered::Endless => problem(Code::BuildFailed, "too many of its templates fail".to_owned()),
    }
}

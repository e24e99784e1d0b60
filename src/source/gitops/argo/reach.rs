//! What objects of Argo CD read, found without building what they apply: that tells which of them are roots.

use super::super::super::kustomize;
use super::super::applier::{Applier, Kind};
use super::super::recipe::Reach;
use super::super::repository::{Place, Whose};
use super::super::world::World;
use super::application::{Application, Source, Tool};
use super::set::applications;
use super::work::{Made, Work};
use crate::document::Value;
use crate::problem::Code;
use std::sync::Arc;

/// What an object reads of this repository; `None` if it reads nothing of it.
pub fn reach(applier: &Applier, world: &World) -> Option<Vec<Reach>> {
    match applier.kind {
        Kind::ApplicationSet => of_set(applier, world),
        _ => of_application(applier, world),
    }
}

/// What the Applications of a set read. A set that cannot be expanded counts as one of this repository, so that it is said why.
fn of_set(set: &Applier, world: &World) -> Option<Vec<Reach>> {
    let (said, problems) = applications(set, world);
    let mut reach = None;
    for one in said {
        let value = Value::of_json(&one.object);
        let Some(name) = value.at("metadata.name").and_then(Value::as_str).map(Arc::from) else { continue };
        let application = Applier { kind: Kind::Application, name, value, ..set.clone() };
        if let Some(more) = of_application(&application, world) {
            reach.get_or_insert_with(Vec::new).extend(more);
        }
    }
    let is_told = |code: Code| problems.iter().any(|problem| problem.code == code);
    let is_ours = is_told(Code::UnknownGenerator) || is_told(Code::MissingTool);
    reach.or_else(|| is_ours.then(Vec::new))
}

fn of_application(applier: &Applier, world: &World) -> Option<Vec<Reach>> {
    let application = Application::read(&applier.value);
    let work = Work::new(applier, world, &application);
    let mut reach = Vec::new();
    let mut is_here = false;
    for source in application.sources.iter().filter(|source| source.chart.is_empty()) {
        if source.is_only_reference() {
            is_here |= lends(&work, source);
            continue;
        }
        let place = work.place(source);
        is_here |= place != Place::Elsewhere;
        let (Place::Here(folder) | Place::Assumed(folder)) = place else { continue };
        reach.extend(match work.made(&work.overridden(source, &folder), &folder) {
            Made::Files(directory) => Some(Reach::Files(work.files(&directory, &folder).0)),
            Made::Kustomization(_) => kustomize::find(&folder, world.roots, world.limits)
                .map(|file| Reach::Kustomization(Box::new(file))),
            Made::Chart | Made::Plugin(_) => None,
        });
    }
    is_here.then_some(reach)
}

/// Whether a source that only lends files is this repository.
fn lends(work: &Work, lender: &Source) -> bool {
    let prefix = format!("${}/", lender.reference);
    let is_there = |source: &Source| match &source.tool {
        Some(Tool::Helm(helm)) => {
            helm.value_files.iter().filter_map(|path| path.strip_prefix(&prefix)).any(|path| {
                work.world.repository.resolve(path, work.near.as_deref(), work.world.roots).is_some()
            })
        }
        _ => false,
    };
    match work.whose(lender) {
        Whose::This => true,
        Whose::Another => false,
        Whose::Unknown => work.application.sources.iter().any(is_there),
    }
}

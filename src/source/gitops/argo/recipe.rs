//! What an Application does: each of its sources becomes something to make.
//!
//! Source: `GenerateManifests` in `reposerver/repository/repository.go` of `argoproj/argo-cd`.

use super::super::super::kustomize;
use super::super::applier::Applier;
use super::super::chart::ChartReference;
use super::super::recipe::{Common, Kustomization, Make, Recipe};
use super::super::repository::Place;
use super::super::world::World;
use super::application::{Application, Directory, Kustomize, Source, Tool};
use super::chart::{of_registry, release};
use super::destination::cluster;
use super::edit::edits;
use super::work::{Made, Work};
use crate::document::Value;
use crate::names::count;
use crate::problem::{Code, Level, Problems};
use serde_json::Value as Json;
use std::path::Path;

/// What an Application does; `None` if nothing of it is here.
pub fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    let application = Application::read(&applier.value);
    let mut work = Work::new(applier, world, &application);
    let target = cluster(&application.destination, &applier.cluster, &world.registered);
    let Some(target) = target.filter(|_| application.refused.is_none()) else {
        let why = application.refused.as_deref().unwrap_or("names no cluster");
        work.problem(Level::Error, Code::InvalidField, &format!("{why}, so nothing is applied"));
        return (None, work.problems);
    };
    let mut makes = Vec::new();
    for source in application.sources.iter().filter(|source| !source.is_only_reference()) {
        makes.extend(work.make(source));
    }
    if application.sources.is_empty() {
        work.problem(Level::Error, Code::InvalidField, "has no source, so nothing is applied");
    }
    let namespace = application.destination.namespace.clone();
    let recipe = Recipe {
        cluster: target,
        namespace: (!namespace.is_empty()).then_some(namespace),
        makes,
        common: Common::default(),
    };
    ((!recipe.makes.is_empty()).then_some(recipe), work.problems)
}

impl Work<'_> {
    /// What a source makes.
    fn make(&mut self, source: &Source) -> Option<Make> {
        if let Some(why) = &source.refused {
            self.problem(Level::Error, Code::InvalidField, &format!("{why}, so nothing is applied"));
            return None;
        }
        if let Some(reference) = of_registry(source, &self.world.registered) {
            if let Some(Tool::Plugin(name)) = &source.tool {
                self.plugin(source, name);
                return None;
            }
            return release(self, source, reference);
        }
        let folder = match self.place(source) {
            Place::Here(folder) => folder,
            Place::Assumed(folder) => {
                self.assumed(&source.repository);
                folder
            }
            Place::Elsewhere => {
                self.foreign(&format!("applies `{}` of `{}`", source.path, source.repository));
                return None;
            }
            Place::Nowhere => {
                let message = format!("applies `{}`, which is no folder here", source.path);
                self.problem(Level::Error, Code::BuildFailed, &message);
                return None;
            }
        };
        self.other_revision(source);
        let source = self.overridden(source, &folder);
        match self.made(&source, &folder) {
            Made::Files(directory) => Some(self.directory(&source, &directory, &folder)),
            Made::Kustomization(options) => self.kustomization(&source, &options, &folder),
            Made::Chart => release(self, &source, ChartReference::Folder(folder)),
            Made::Plugin(name) => {
                self.plugin(&source, &name);
                None
            }
        }
    }

    fn plugin(&mut self, source: &Source, name: &str) {
        let plugin = if name.is_empty() { "a plugin".to_owned() } else { format!("plugin `{name}`") };
        let message = format!(
            "makes the objects of `{}` with {plugin}, a program that only its Argo CD has, so they are not shown",
            source.path
        );
        self.problem(Level::Error, Code::BuildPlugin, &message);
    }

    fn directory(&mut self, source: &Source, directory: &Directory, folder: &Path) -> Make {
        let (files, jsonnet) = self.files(directory, folder);
        if jsonnet > 0 {
            let what = count(jsonnet, "file of jsonnet", "files of jsonnet");
            let message = format!("applies {what} in `{}`, which podviz does not evaluate", source.path);
            self.problem(Level::Error, Code::BuildPlugin, &message);
        }
        Make::Files(files)
    }

    fn kustomization(&mut self, source: &Source, options: &Kustomize, folder: &Path) -> Option<Make> {
        let Some(mut file) = kustomize::find(folder, self.world.roots, self.world.limits) else {
            let message =
                format!("builds `{}` with kustomize, but there is no kustomization in it", source.path);
            self.problem(Level::Error, Code::BuildFailed, &message);
            return None;
        };
        let own = |field: &str| file.value.get(field).map_or(Json::Null, Value::to_json);
        let is_there = |path: &str| folder.join(path).exists();
        match edits(options, &self.variables(source), &own, &is_there) {
            Ok(edits) => edits.iter().for_each(|(field, value)| file.set(field, value)),
            Err(why) => {
                let message = format!("cannot change the kustomization in `{}`, because {why}", source.path);
                self.problem(Level::Error, Code::BuildFailed, &message);
                return None;
            }
        }
        Some(Make::Kustomization(Box::new(Kustomization { file, substitution: None })))
    }
}

//! One Application at work: where its sources are, what they hold, and what was met.
//!
//! Source: `GetAppSourceType` in `reposerver/repository/repository.go` of `argoproj/argo-cd`.

use super::super::super::kustomize;
use super::super::applier::Applier;
use super::super::repository::{Place, Whose};
use super::super::world::World;
use super::application::{Application, Directory, Kustomize, Source, Tool};
use super::directory::{SKIP_MARKER, choose};
use super::set::merge;
use super::{files, variables::Variables};
use crate::document::{Value, parse};
use crate::problem::{Code, Level, Problems};
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};

/// What the objects of a source are made of.
pub enum Made {
    /// The files that these options choose.
    Files(Directory),
    /// A kustomization, with these edits.
    Kustomization(Box<Kustomize>),
    /// A chart.
    Chart,
    /// What a plugin prints, by its name.
    Plugin(String),
}

/// One Application at work.
pub struct Work<'a> {
    /// The Application as it stands in its cluster.
    pub applier: &'a Applier,
    /// What is known.
    pub world: &'a World<'a>,
    /// What it says.
    pub application: &'a Application,
    /// Its file on the disk, if it stands in one.
    pub near: Option<PathBuf>,
    /// What was met.
    pub problems: Problems,
}

impl<'a> Work<'a> {
    /// Nothing met yet.
    pub fn new(applier: &'a Applier, world: &'a World<'a>, application: &'a Application) -> Work<'a> {
        Work { applier, world, application, near: world.near(applier), problems: Problems::none() }
    }

    /// Says something of the Application: `message` goes on after its title.
    pub fn problem(&mut self, level: Level, code: Code, message: &str) {
        let message = format!("{} {message}", self.applier.title());
        self.problems.push(self.applier.problem(level, code, "spec", message));
    }

    /// Says that something is not followed, since it is somewhere else.
    pub fn foreign(&mut self, what: &str) {
        self.problem(Level::Note, Code::ForeignSource, &format!("{what}, which is not in the input"));
    }

    /// Where the folder of a source is.
    pub fn place(&self, source: &Source) -> Place {
        if source.repository.starts_with("oci://") {
            return Place::Elsewhere;
        }
        let repository = &self.world.repository;
        match repository.place(self.whose(source), &source.path, self.near.as_deref(), self.world.roots) {
            Place::Here(path) | Place::Assumed(path) if !path.is_dir() => Place::Nowhere,
            place => place,
        }
    }

    /// Whose the repository of a source is.
    pub fn whose(&self, source: &Source) -> Whose {
        self.world.repository.whose(&source.repository)
    }

    /// Says that it is assumed that a repository is this one.
    pub fn assumed(&mut self, address: &str) {
        let message = format!(
            "nothing says that `{address}`, which {} reads, is this repository: it is assumed, because the path is there",
            self.applier.title()
        );
        let problem = self.applier.problem(Level::Note, Code::AssumedRepository, "spec", message);
        self.problems.push(problem.help("say so with `repository:` in podviz.yaml"));
    }

    /// Says that another revision is read than the one that is checked out.
    pub fn other_revision(&mut self, source: &Source) {
        let repository = &self.world.repository;
        if repository.has_branch() && !repository.is_current(&source.revision) {
            let message = format!("reads revision `{}`; podviz shows what is checked out", source.revision);
            self.problem(Level::Note, Code::OtherRevision, &message);
        }
    }

    /// The source with what files in its folder put over it.
    ///
    /// Source: `mergeSourceParameters`: repository, revision, path and chart stay.
    pub fn overridden(&self, source: &Source, folder: &Path) -> Source {
        let names = [".argocd-source.yaml".to_owned(), format!(".argocd-source-{}.yaml", self.applier.name)];
        let patches = names.iter().filter_map(|name| {
            let path = folder.join(name);
            let bytes = path
                .is_file()
                .then(|| files::read(&path, self.world.roots, self.world.limits.file_bytes))??;
            parse(&bytes).ok().map(|value| value.to_json()).filter(Json::is_object)
        });
        let patches: Vec<Json> = patches.collect();
        let Some(own) = self.written(source).filter(|_| !patches.is_empty()) else { return source.clone() };
        let mut said = own.to_json();
        patches.iter().for_each(|patch| merge(&mut said, patch));
        let changed = Source::read(&Value::of_json(&said));
        Source { tool: changed.tool, ..source.clone() }
    }

    /// A source as it is written.
    fn written(&self, source: &Source) -> Option<&'a Value> {
        let several = self.applier.at("spec.sources").map(Value::items).unwrap_or_default();
        let one = self.applier.at("spec.source");
        several.iter().chain(one).find(|value| value.line == source.line && Source::read(value) == *source)
    }

    /// What makes the objects of a source: what it says, else what its folder holds.
    ///
    /// Source: `util/app/discovery/discovery.go`: of several files the last one decides.
    pub fn made(&self, source: &Source, folder: &Path) -> Made {
        match &source.tool {
            Some(Tool::Kustomize(options)) => return Made::Kustomization(options.clone()),
            Some(Tool::Helm(_)) => return Made::Chart,
            Some(Tool::Directory(directory)) => return Made::Files(directory.clone()),
            Some(Tool::Plugin(name)) => return Made::Plugin(name.clone()),
            None => {}
        }
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| !entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        let decides = names.iter().rev().find_map(|name| match name.as_str() {
            name if kustomize::NAMES.contains(&name) => Some(Made::Kustomization(Box::default())),
            name if name.ends_with("Chart.yaml") => Some(Made::Chart),
            _ => None,
        });
        decides.unwrap_or_else(|| Made::Files(Directory::default()))
    }

    /// The files of manifests in a folder, canonical, and how many files of jsonnet there are.
    pub fn files(&self, directory: &Directory, folder: &Path) -> (Vec<PathBuf>, usize) {
        let tree = files::below(folder, self.world.roots, directory.recurse);
        let chosen = choose(directory, tree.files.iter().map(String::as_str));
        let is_rendered = |path: &PathBuf| {
            let bytes = files::read(path, self.world.roots, self.world.limits.file_bytes);
            bytes.is_none_or(|bytes| !contains(&bytes, SKIP_MARKER))
        };
        let files =
            chosen.manifests.iter().filter_map(|path| files::allowed(&folder.join(path), self.world.roots));
        (files.filter(is_rendered).collect(), chosen.jsonnet.len())
    }

    /// What Argo CD puts into the values of a source.
    pub fn variables(&self, source: &Source) -> Variables {
        Variables::new([
            ("ARGOCD_APP_NAME", &self.applier.name),
            ("ARGOCD_APP_NAMESPACE", &self.application.destination.namespace),
            ("ARGOCD_APP_PROJECT_NAME", self.applier.text("spec.project").unwrap_or("default")),
            ("ARGOCD_APP_SOURCE_REPO_URL", &source.repository),
            ("ARGOCD_APP_SOURCE_PATH", &source.path),
            ("ARGOCD_APP_SOURCE_TARGET_REVISION", &source.revision),
        ])
    }
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

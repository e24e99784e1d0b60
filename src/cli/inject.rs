//! `podviz inject`: Markdown files whose marked regions are made anew.

use super::Input;
use super::words::FlavorName;
use crate::inject::{Job, Target, listed};
use crate::output::{Flavour, Options};
use crate::{Error, Goal};
use clap::Args;
use std::path::{Path, PathBuf};

/// Rewrite the marked regions of Markdown files.
///
/// A region begins with the line <!-- podviz:begin VIEW [SUBJECT] [key=value…] --> and ends with <!-- podviz:end -->. What stands
/// between them is replaced; all else stays as it is. VIEW is a view of `podviz diagram`, or explain, containers, summary, or
/// edges.
#[derive(Debug, Args)]
#[command(
    override_usage = "podviz inject [OPTIONS] <FILE>... --from <INPUT>\n       podviz inject [OPTIONS] [FILE]...",
    mut_arg("inputs", |inputs| inputs.required(false).long("from").num_args(1).help(
        "What the files are about: manifests, a folder, or - for the standard input; may be given several times"
    ))
)]
pub struct Inject {
    /// Markdown files; if absent, those that podviz.yaml lists under inject
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) input: Input,
    /// Which Markdown the files are; GitHub's, unless podviz.yaml says otherwise
    #[arg(long, alias = "flavour", value_name = "FLAVOR", value_parser = FlavorName)]
    flavor: Option<String>,
    /// Where the manifests can be read on the web, so that regions link to them
    #[arg(long, value_name = "URL")]
    repo_url: Option<String>,
    /// Write nothing; print what is out of date as a unified diff, and exit with 1 if anything is
    #[arg(long)]
    pub check: bool,
}

impl Inject {
    /// What there is to do: the files that are named, or those that the settings list.
    ///
    /// # Errors
    ///
    /// If it is not said which files, or what they are about.
    pub fn jobs(&self) -> Result<Vec<Job>, Error> {
        if !self.input.inputs.is_empty() {
            if self.files.is_empty() {
                return Err(Error::NothingToInject(None));
            }
            let target = |path: &PathBuf| Target { path: path.clone(), may_be_empty: false, within: None };
            let files = self.files.iter().map(target).collect();
            return Ok(vec![self.job(files, self.input.inputs.clone(), None)?]);
        }
        let listed = match listed(self.input.settings().as_deref()) {
            Err(Error::NothingToInject(_)) if !self.files.is_empty() => {
                return Err(Error::NotListed(self.files[0].clone()));
            }
            listed => listed?,
        };
        let mut jobs = Vec::new();
        let mut found = vec![false; self.files.len()];
        for entry in listed {
            let mut files = entry.files;
            if !self.files.is_empty() {
                files.retain(|target| match self.files.iter().position(|file| is_same(file, &target.path)) {
                    Some(at) => !std::mem::replace(&mut found[at], true),
                    None => false,
                });
            }
            if !files.is_empty() {
                jobs.push(self.job(files, entry.from, entry.flavour)?);
            }
        }
        match found.iter().position(|found| !found) {
            Some(at) => Err(Error::NotListed(self.files[at].clone())),
            None => Ok(jobs),
        }
    }

    fn job(&self, files: Vec<Target>, inputs: Vec<PathBuf>, listed: Option<Flavour>) -> Result<Job, Error> {
        let named = self.flavor.as_deref().map(|name| Flavour::find(name, None)).transpose()?;
        let goal = Goal::Regions {
            regions: Vec::new(),
            flavour: named.or(listed).unwrap_or(Flavour::github()),
            options: Options { repo_url: self.repo_url.clone(), ..Options::default() },
        };
        Ok(Job { files, request: self.input.request(inputs, None, goal) })
    }
}

/// Whether two paths are written for the same file, but for `.` in them.
fn is_same(one: &Path, other: &Path) -> bool {
    one.components().eq(other.components())
        || one.strip_prefix(".").is_ok_and(|one| one.components().eq(other.components()))
}

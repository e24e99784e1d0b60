//! What a controller tells helm of a release.

use super::super::tool::{self, Scratch};
use super::list_entry;
use super::merged::{Tree, merge};
use crate::document::{Limits, parse};
use serde_json::Value as Json;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;

/// What a controller tells helm of a release, in the place of the user's values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Files of values, canonical, in order: each was looked at, so that it may stand anywhere.
    pub value_files: Vec<PathBuf>,
    /// Files of values, canonical, that stand for the chart's own: merged in their order.
    pub defaults: Option<Vec<PathBuf>>,
    /// Values that come after those of the files.
    pub values: Option<Json>,
    /// Single values, as with `--set`.
    pub set: Vec<String>,
    /// Single values that are strings, as with `--set-string`.
    pub set_string: Vec<String>,
    /// Single values out of files, as with `--set-file`: the files as they are looked at before.
    pub set_file: Vec<(String, PathBuf)>,
    /// The APIs that the cluster has beside those that helm knows.
    pub api_versions: Vec<String>,
    /// The version of Kubernetes that the chart is told.
    pub kubernetes: Option<String>,
    /// Whether the chart's own custom resource definitions are installed.
    pub crds: bool,
    /// Whether hooks are left out.
    pub no_hooks: bool,
}

/// What comes over the text that helm prints.
pub type PostRender<'a> = &'a (dyn Fn(&[u8]) -> Result<Posted, String> + Sync);

/// A text that came over what helm prints.
pub struct Posted {
    /// The text.
    pub text: String,
    /// For each of its lines the line of what helm prints, from 1, if it comes from one.
    pub lines: Vec<Option<u32>>,
}

impl Given {
    /// The files of values for helm, in order, and where those stand that are written for it.
    pub(super) fn files(&self) -> io::Result<(Vec<PathBuf>, Option<Scratch>)> {
        let mut files = self.value_files.clone();
        let Some(values) = &self.values else { return Ok((files, None)) };
        let scratch = tool::scratch()?;
        let file = fs::canonicalize(scratch.path())?.join("values.yaml");
        fs::write(&file, values.to_string())?;
        files.push(file);
        Ok((files, Some(scratch)))
    }

    /// What stands for the chart's own values, if something does.
    pub(super) fn own_values(&self, limits: &Limits) -> Option<Vec<u8>> {
        let mut values = Tree::new();
        for file in self.defaults.as_ref()? {
            let small = fs::metadata(file).is_ok_and(|file| file.len() <= limits.file_bytes);
            let bytes = small.then(|| fs::read(file).ok()).flatten().unwrap_or_default();
            if let Ok(Json::Object(tree)) = parse(&bytes).map(|value| value.to_json()) {
                merge(&mut values, tree);
            }
        }
        Some(Json::Object(values).to_string().into_bytes())
    }

    /// The options beside values and `--set`. No value can become an option: each stands in one argument with its own.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let option = |name: &str, value: &str| OsString::from(format!("--{name}={value}"));
        let mut arguments: Vec<OsString> = vec!["--skip-schema-validation".into()];
        arguments.extend(self.set_string.iter().map(|set| option("set-string", set)));
        for (key, file) in &self.set_file {
            let mut argument = OsString::from(format!("--set-file={key}="));
            argument.push(list_entry(file));
            arguments.push(argument);
        }
        arguments.extend(self.api_versions.iter().map(|version| option("api-versions", version)));
        arguments.extend(self.kubernetes.iter().map(|version| option("kube-version", version)));
        arguments.extend(self.crds.then(|| "--include-crds".into()));
        arguments.extend(self.no_hooks.then(|| "--no-hooks".into()));
        arguments
    }
}

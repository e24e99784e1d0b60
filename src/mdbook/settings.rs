//! What `book.toml` says: the table `[preprocessor.podviz]`.

use super::Chapter;
use crate::catalog::{CLUSTER_DOMAIN, Minor, closest};
use crate::document::Limits;
use crate::output::Options;
use crate::problem::Problem;
use crate::source::{Build, GitOps, ToolLimits};
use crate::{Goal, Request};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// The keys that are podviz's.
const KEYS: [&str; 15] = [
    "input",
    "environment",
    "config",
    "flat",
    "no-tools",
    "no-gitops",
    "charts",
    "values",
    "set",
    "default-namespace",
    "cluster-domain",
    "kubernetes",
    "repo-url",
    "templates",
    "diagrams",
];

/// The keys that mdBook itself reads.
const FOREIGN: [&str; 6] = ["command", "renderer", "renderers", "before", "after", "optional"];

/// The settings of a book.
pub(super) struct Settings {
    /// The folder of `book.toml`.
    root: PathBuf,
    /// The whole of `book.toml`.
    config: Value,
    table: Map<String, Value>,
    pictures: bool,
}

impl Settings {
    /// Reads them from what mdBook says of a book.
    pub fn read(context: &Value) -> Result<Settings, Problem> {
        let root = context.get("root").and_then(Value::as_str);
        let root = root.ok_or_else(|| Problem::fatal("mdBook does not say where the book is"))?;
        let config = context.get("config").cloned().unwrap_or_default();
        let table = config.pointer("/preprocessor/podviz").and_then(Value::as_object);
        let table = table.cloned().unwrap_or_default();
        let mut settings = Settings { root: root.into(), config, table, pictures: true };
        for key in settings.table.keys().filter(|key| !FOREIGN.contains(&key.as_str())) {
            if !KEYS.contains(&key.as_str()) {
                let list = format!("the keys are {}", KEYS.join(", "));
                let help =
                    closest(key, &KEYS).map_or(list.clone(), |near| format!("did you mean `{near}`? {list}"));
                return Err(wrong(&format!("there is no key `{key}`")).help(help));
            }
        }
        settings.pictures = match settings.text("diagrams")?.as_deref() {
            None | Some("svg") => true,
            Some("mermaid") => false,
            Some(_) => return Err(wrong("`diagrams` is `\"svg\"` or `\"mermaid\"`")),
        };
        Ok(settings)
    }

    /// Refuses an order of preprocessors that makes wrong pages.
    pub fn check_order(&self) -> Result<(), Problem> {
        let names = |of: &str, key: &str| -> Vec<&str> {
            let list = self.config.pointer(&format!("/preprocessor/{of}/{key}")).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        if names("podviz", "before").contains(&"links") || names("links", "after").contains(&"podviz") {
            return Err(wrong(
                "podviz runs before `links`, which would read directives of its own out of manifests",
            )
            .help("take `links` out of `before`"));
        }
        let has_mermaid = self.config.pointer("/preprocessor/mermaid").is_some();
        let is_before =
            names("podviz", "before").contains(&"mermaid") || names("mermaid", "after").contains(&"podviz");
        if !self.pictures && has_mermaid && !is_before {
            return Err(wrong("`mermaid` runs before podviz, and draws none of its diagrams")
                .help("add `before = [\"mermaid\"]`"));
        }
        Ok(())
    }

    /// What to read, and how.
    pub fn request(&self, goal: Goal) -> Result<Request, Problem> {
        let inputs = self.list("input")?;
        if inputs.is_empty() {
            return Err(
                wrong("`input` does not say which manifests to read").help("add `input = [\"../k8s\"]`")
            );
        }
        let path = |path: String| self.root.join(path);
        let gitops = GitOps { charts: self.text("charts")?.map(path), ..GitOps::default() };
        let build = Build {
            tools: !self.truth("no-tools")?,
            only: self.text("environment")?,
            values: self.list("values")?.into_iter().map(path).collect(),
            set: self.list("set")?,
            default_namespace: None,
            kubernetes: self.kubernetes()?.map(|minor| minor.to_string()),
            releases: Vec::new(),
            limits: ToolLimits::default(),
            gitops: (!self.truth("no-gitops")?).then_some(gitops),
        };
        let output = self.config.pointer("/build/build-dir").and_then(Value::as_str).unwrap_or("book");
        Ok(Request {
            inputs: inputs.into_iter().map(path).collect(),
            settings: self.text("config")?.map(path),
            output: Some(self.root.join(output)),
            default_namespace: self.text("default-namespace")?.unwrap_or_else(|| "default".to_owned()),
            cluster_domain: self.text("cluster-domain")?.unwrap_or_else(|| CLUSTER_DOMAIN.to_owned()),
            kubernetes: self.kubernetes()?,
            limits: Limits::default(),
            build: (!self.truth("flat")?).then_some(build),
            goal,
        })
    }

    /// How the parts of pages look.
    pub fn options(&self) -> Options {
        let text = |key| self.table.get(key).and_then(Value::as_str);
        Options {
            templates: text("templates").map(|folder| self.root.join(folder)),
            repo_url: text("repo-url").map(str::to_owned),
            painted: self.pictures,
            ..Options::default()
        }
    }

    /// The file of a chapter, from the folder of `book.toml`.
    pub fn file(&self, chapter: &Chapter) -> String {
        let sources = self.config.pointer("/book/src").and_then(Value::as_str).unwrap_or("src");
        Path::new(sources).join(&chapter.path).to_string_lossy().into_owned()
    }

    fn kubernetes(&self) -> Result<Option<Minor>, Problem> {
        let read =
            |text: String| Minor::read(&text).map_err(|reason| wrong(&format!("`kubernetes`: {reason}")));
        self.text("kubernetes")?.map(read).transpose()
    }

    fn text(&self, key: &str) -> Result<Option<String>, Problem> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(&format!("`{key}` is a text"))),
        }
    }

    fn truth(&self, key: &str) -> Result<bool, Problem> {
        match self.table.get(key) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(_) => Err(wrong(&format!("`{key}` is `true` or `false`"))),
        }
    }

    /// A list of texts, or a single one.
    fn list(&self, key: &str) -> Result<Vec<String>, Problem> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let list = match self.table.get(key) {
            None => Some(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            Some(value) => text(value).map(|one| vec![one]),
        };
        list.ok_or_else(|| wrong(&format!("`{key}` is a list of texts")))
    }
}

fn wrong(reason: &str) -> Problem {
    Problem::fatal(format!("[preprocessor.podviz]: {reason}")).at("book.toml", 0, 0)
}

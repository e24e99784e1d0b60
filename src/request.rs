//! What may be asked of podviz, and what it gives back.

use crate::catalog::{CLUSTER_DOMAIN, Catalog, CatalogError, Fault, Minor, Settings};
use crate::change::Severity;
use crate::change::tell::ChangeFormat;
use crate::diagram::View;
use crate::diagram::host::Host;
use crate::document::Environment;
use crate::facts::advice::RULES;
use crate::facts::impact::Direction;
use crate::facts::reach::{Port, QuestionError};
use crate::model::{Grouping, Inventory};
use crate::output::{self, File, Flavour, RenderError};
pub use crate::page::charts::ChartsFormat;
use crate::page::findings::AdviceFormat;
use crate::problem::{Level, Problem};
use crate::region::{Region, RegionError};
use crate::source;
use crate::source::Known;
use crate::topology::subject::SubjectError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What to read, and what to make of it.
#[derive(Debug)]
pub struct Request {
    /// Files, folders, or `-` for the standard input.
    pub inputs: Vec<PathBuf>,
    /// The user's settings; if absent, the nearest `podviz.yaml` above the first input.
    pub settings: Option<PathBuf>,
    /// The folder that is written, which is never read.
    pub output: Option<PathBuf>,
    /// Where namespaced objects go that name no namespace.
    pub default_namespace: String,
    /// What the names of Services end in: `cluster.local`.
    pub cluster_domain: String,
    /// The version of Kubernetes that is asked about; the newest one if absent.
    pub kubernetes: Option<Minor>,
    /// How much of anything is read.
    pub limits: crate::document::Limits,
    /// How charts and kustomizations are built; `None` reads every file as it is, as one environment. The releases of the
    /// settings are added.
    pub build: Option<source::Build>,
    /// What to make.
    pub goal: Goal,
}

impl Request {
    /// Every file of the inputs as it is, without settings, for the newest Kubernetes.
    pub fn plain(inputs: Vec<PathBuf>, goal: Goal) -> Request {
        Request {
            inputs,
            settings: None,
            output: None,
            default_namespace: "default".to_owned(),
            cluster_domain: CLUSTER_DOMAIN.to_owned(),
            kubernetes: None,
            limits: crate::document::Limits::default(),
            build: None,
            goal,
        }
    }

    /// The version of Kubernetes that facts and advice are about.
    pub(crate) fn kubernetes(&self) -> Minor {
        self.kubernetes.unwrap_or_default()
    }

    /// The user's settings; none where there is no such file. Their paths start at the folder of the file.
    pub(crate) fn settings(&self, catalog: &Catalog) -> Result<Settings, Error> {
        let Some((file, mut settings)) = settings(self.settings.as_deref(), &self.inputs, catalog)? else {
            return Ok(Settings::default());
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        settings.releases.iter_mut().for_each(|release| release.start_at(folder));
        let named = settings.environments.iter_mut().filter_map(|one| one.path.as_mut());
        named.for_each(|path| *path = folder.join(&*path));
        Ok(settings)
    }

    /// What to read, and how.
    pub(crate) fn order(&self, settings: &Settings) -> source::Order {
        let build = self.build.clone().map(|build| source::Build {
            releases: settings.releases.clone(),
            limits: build.limits.or(&settings.tools),
            default_namespace: Some(self.default_namespace.clone()),
            gitops: build.gitops.clone().map(|gitops| source::GitOps {
                repository: settings.repository.clone(),
                names: settings.environments.clone(),
                ..gitops
            }),
            ..build
        });
        source::Order {
            inputs: self.inputs.clone(),
            output: self.output.clone(),
            limits: self.limits.clone(),
            build,
        }
    }

    /// How objects are grouped, given the environments that were built.
    pub(crate) fn grouping(&self, built: Vec<Environment>) -> Grouping<'_> {
        Grouping { default_namespace: &self.default_namespace, built, flat: self.build.is_none() }
    }

    /// The part of the input that is wanted: all of it, or one environment. `unbuilt` names those that hold nothing, each
    /// with whether that is because it could not be built.
    pub(crate) fn wanted(
        &self,
        mut inventory: Inventory,
        unbuilt: &BTreeMap<String, bool>,
    ) -> Result<Inventory, Error> {
        if let Some(name) = self.build.as_ref().and_then(|build| build.only.as_deref()) {
            let refuse = |candidates| match unbuilt.get(name) {
                Some(true) => Error::EnvironmentNotBuilt(name.to_owned()),
                Some(false) => Error::EnvironmentEmpty(name.to_owned()),
                None => Error::NoSuchEnvironment { name: name.to_owned(), candidates },
            };
            inventory.keep_only(name).map_err(refuse)?;
        }
        if inventory.objects.is_empty() { Err(Error::NothingToDocument) } else { Ok(inventory) }
    }
}

/// The settings that are named, or else the nearest above the first input, with their file.
pub(crate) fn settings(
    named: Option<&Path>,
    inputs: &[PathBuf],
    catalog: &Catalog,
) -> Result<Option<(PathBuf, Settings)>, Error> {
    let Some(file) = source::read_settings(named, inputs)? else { return Ok(None) };
    let value = file.value.map_err(|broken| CatalogError {
        file: file.path.clone(),
        fault: Fault::new(broken.reason).at(broken.line, broken.column),
    })?;
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    let settings = Settings::read(&file.path, &value, &codes, catalog)?;
    Ok(Some((file.path.into(), settings)))
}

/// What to make.
#[derive(Debug)]
pub enum Goal {
    /// The pages of a site.
    Site {
        /// What the site is called.
        title: String,
        /// HTML, or which Markdown.
        flavour: Flavour,
        /// Everything else about its looks.
        options: output::Options,
        /// The state whose differences are marked, if any.
        compared_with: Option<Earlier>,
    },
    /// One diagram as text.
    Diagram {
        /// Which question it answers.
        view: View,
        /// What it is about: a subject as people write it, and its namespace if that is said apart.
        focus: Option<(String, Option<String>)>,
        /// How it is written.
        format: DiagramFormat,
        /// Who is to show it, where it is written as Mermaid text.
        host: Host,
    },
    /// What is true of one object, of one container, or of everything.
    Explain {
        /// What it is about: a subject as people write it, and its namespace if that is said apart.
        focus: Option<(String, Option<String>)>,
        /// How it is written.
        format: ExplainFormat,
    },
    /// The findings.
    Advise {
        /// How they are written.
        format: AdviceFormat,
        /// The level from which on a finding counts as a failure.
        level: Level,
        /// The state whose findings are left out, if any.
        since: Option<Earlier>,
    },
    /// Whether the NetworkPolicies let one end connect to the other.
    Reach {
        /// Who opens the connection, and who is meant to accept it: subjects, IPs or CIDRs.
        ends: (String, String),
        /// The namespace of both, if that is said apart.
        namespace: Option<String>,
        /// The port at the accepting end.
        port: Port,
        /// How the answer is written.
        format: ReachFormat,
    },
    /// What depends on something, or what it needs.
    Impact {
        /// What it is about: a subject as people write it, and its namespace if that is said apart.
        subject: (String, Option<String>),
        /// Which of the two.
        direction: Direction,
        /// How it is written.
        format: ExplainFormat,
    },
    /// The topology.
    Graph {
        /// How it is written.
        format: GraphFormat,
        /// Whether each object comes with its manifest.
        full: bool,
    },
    /// What a change does.
    Diff {
        /// What is compared.
        sides: Sides,
        /// How it is written.
        format: ChangeFormat,
        /// The level from which on an effect counts as a failure, if any does.
        fail_on: Option<Severity>,
    },
    /// The charts from elsewhere that GitOps objects name.
    Charts {
        /// How they are listed.
        format: ChartsFormat,
    },
    /// What stands in marked regions of other Markdown.
    Regions {
        /// What each asks for.
        regions: Vec<Region>,
        /// Which Markdown.
        flavour: Flavour,
        /// Where manifests can be read, and whose templates are used.
        options: output::Options,
    },
}

/// What a change is between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sides {
    /// The first input, and the second one.
    Inputs,
    /// All inputs as they were at one revision, and at another one or as they are.
    Revisions {
        /// The older revision.
        base: String,
        /// The newer one; the working tree if absent.
        head: Option<String>,
    },
}

/// How a diagram is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagramFormat {
    /// Mermaid text.
    Mermaid,
    /// An SVG picture.
    Svg,
}

/// An earlier state of the inputs.
#[derive(Clone, Debug)]
pub enum Earlier {
    /// A revision of the git repository that they stand in.
    Revision(String),
    /// A file or a folder of this name; such a revision where there is none.
    Named(String),
}

impl Goal {
    /// The earlier state that is asked for, if any.
    pub(crate) fn earlier(&self) -> Option<&Earlier> {
        match self {
            Goal::Site { compared_with, .. } => compared_with.as_ref(),
            Goal::Advise { since, .. } => since.as_ref(),
            _ => None,
        }
    }
}

/// How an explanation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplainFormat {
    /// For a terminal of so many columns.
    Text {
        /// The columns.
        width: usize,
    },
    /// The facts.
    Json,
    /// The page as GitHub shows it.
    Markdown,
}

/// How the answer to a question is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReachFormat {
    /// Sentences.
    Text,
    /// The verdict, and the rules that decided.
    Json,
}

/// How the topology is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// The schema `podviz/graph/1`.
    Json,
    /// The language of Graphviz.
    Dot,
    /// Mermaid text.
    Mermaid,
}

/// What was made.
#[derive(Debug)]
pub enum Product {
    /// The files of a site, and what nobody may read in an earlier one that they are compared with.
    Files(Vec<File>, Option<Known>),
    /// Text for the standard output.
    Text(String),
    /// Such text in pieces, since it may be long.
    Pieces(Vec<String>),
    /// Text with ANSI codes for the standard output, which strips them where they are not wanted.
    Styled(String),
    /// Such text, where it answers with yes or no.
    Answer {
        /// The text.
        text: String,
        /// Whether it is yes.
        yes: bool,
    },
    /// The Markdown of each region, or why there is none, in the order in which they were asked for.
    Regions(Vec<Result<String, Error>>),
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input could not be read.
    #[error(transparent)]
    Read(#[from] source::ReadError),
    /// A rule of the catalog is wrong.
    #[error(transparent)]
    Catalog(Box<CatalogError>),
    /// There is nothing to document.
    #[error("no Kubernetes manifests found")]
    NothingToDocument,
    /// A revision could not be read.
    #[error("{}", .0.message)]
    Revision(Box<Problem>),
    /// Nobody says where charts are kept.
    #[error("there is no folder to keep charts in; name one with `--charts`")]
    NoChartFolder,
    /// There is no environment of the name.
    #[error("there is no environment `{name}`; there {}", environments(.candidates))]
    NoSuchEnvironment {
        /// The name.
        name: String,
        /// The environments to choose from.
        candidates: Vec<String>,
    },
    /// The environment is one of a chart or a kustomization that could not be built.
    #[error("environment `{0}` could not be built")]
    EnvironmentNotBuilt(String),
    /// The environment is one of a chart or a kustomization that makes nothing.
    #[error("environment `{0}` holds no object")]
    EnvironmentEmpty(String),
    /// The subject is not in the input, or it is not clear which one is meant.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The question has no answer.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The view has nothing to say about the subject.
    #[error("the `{view}` view has nothing to show for {}", if *.is_of_all { "these manifests" } else { "this subject" })]
    NothingToDraw {
        /// The view.
        view: &'static str,
        /// Whether nobody named a subject.
        is_of_all: bool,
        /// The views that have something to show.
        others: Vec<&'static str>,
    },
    /// Mermaid would refuse the diagram.
    #[error(
        "the whole graph is larger than Mermaid draws; ask for one view with `podviz diagram`, or for `--format dot`"
    )]
    TooLargeForMermaid,
    /// Even the smallest form of a view is more than the host draws.
    #[error(
        "the `{view}` view is larger than {} draws, folded as far as it goes; narrow it with --focus, or ask for `--format svg`",
        host.title()
    )]
    TooLargeForHost {
        /// The view.
        view: &'static str,
        /// The host.
        host: Host,
    },
    /// A host was named for a picture.
    #[error(
        "--host {} folds Mermaid text, and --format svg writes none; leave one of them out",
        host.name()
    )]
    HostOfPicture {
        /// The host.
        host: Host,
    },
    /// The view is about one pod, and there are several.
    #[error("the `{view}` view shows one pod; choose it with --focus: {candidates}")]
    ManyPods {
        /// The view.
        view: &'static str,
        /// The workloads to choose from.
        candidates: String,
    },
    /// A diagram shows one environment, and there are several.
    #[error("a diagram shows one environment, and there {}; choose one with -e", environments(.candidates))]
    ManyEnvironments {
        /// The environments to choose from.
        candidates: Vec<String>,
    },
    /// Nobody says which Markdown files are meant.
    #[error("say which Markdown files to rewrite, or list them under `inject` in {}", settings_name(.0.as_deref()))]
    NothingToInject(Option<PathBuf>),
    /// A Markdown file is named, but not what it is about.
    #[error(
        "say with --from which manifests `{}` is about, or list it under `inject` in podviz.yaml", .0.display()
    )]
    NotListed(PathBuf),
    /// An entry of `inject` in the settings names what is not there.
    #[error("{}: inject[{at}]: {reason}", file.display())]
    WrongInjection {
        /// The settings.
        file: PathBuf,
        /// The entry.
        at: usize,
        /// What is wrong.
        reason: String,
    },
    /// The input does not hold what a marked region asks for.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// A template could not be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
}

impl From<CatalogError> for Error {
    fn from(error: CatalogError) -> Error {
        Error::Catalog(Box::new(error))
    }
}

impl Error {
    /// What to tell people: the reason with its place in a file, if it has one, and the next step, where one is known.
    pub fn problem(&self) -> Problem {
        match self {
            Error::Catalog(error) => error.problem(),
            _ => Problem { help: self.help(), ..Problem::fatal(self.to_string()) },
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Error::Region(error) => error.help.clone(),
            Error::Subject(error) | Error::Question(QuestionError::Subject(error)) => error.help(),
            Error::NothingToDraw { others, .. } => views_with_something(others),
            _ => None,
        }
    }
}

/// A hint at the views that have something to show, if there are any.
pub(crate) fn views_with_something(views: &[&str]) -> Option<String> {
    match views {
        [] => None,
        [only] => Some(format!("`{only}` has something to show")),
        [one, other] => Some(format!("`{one}` and `{other}` have something to show")),
        [first @ .., last] => Some(format!("`{}`, and `{last}` have something to show", first.join("`, `"))),
    }
}

fn settings_name(file: Option<&Path>) -> String {
    file.map_or_else(|| "podviz.yaml".to_owned(), |file| file.display().to_string())
}

fn environments(names: &[String]) -> String {
    match names {
        [] => "is none".to_owned(),
        [only] => format!("is only `{only}`"),
        _ => format!("are `{}`", names.join("`, `")),
    }
}

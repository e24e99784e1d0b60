//! The command line: what people may ask for, and how the answer is told.

mod advise;
mod charts;
mod completions;
mod diagram;
mod diff;
mod domain;
mod explain;
mod graph;
mod impact;
mod init;
mod inject;
mod manual;
mod mcp;
mod mdbook;
mod mend;
mod message;
mod reach;
mod render;
mod words;

use crate::catalog::{CLUSTER_DOMAIN, Minor};
use crate::source::{Build, GitOps, ToolLimits};
use crate::{Goal, Request};
pub use advise::Advise;
pub use charts::Charts;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueHint};
pub use completions::Completions;
pub use diagram::DrawOne;
pub use diff::Diff;
use domain::domain;
pub use explain::Explain;
pub use graph::Graph;
pub use impact::Impact;
pub use init::Init;
pub use inject::Inject;
pub use manual::{Manual, ManualPage, manual_pages};
pub use mcp::Mcp;
pub use mdbook::{Mdbook, Question};
pub use mend::mending;
pub use message::{ColorChoice, MessageFormat, Messages};
pub use reach::Reach;
pub use render::Render;
use std::path::{Path, PathBuf};

/// rustdoc for Kubernetes: pages and diagrams that explain every pod and every container of your manifests.
#[derive(Debug, Parser)]
#[command(name = "podviz", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What podviz can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the site: a page for every pod, every container, and every other object
    Render(Render),
    /// Print one diagram
    Diagram(DrawOne),
    /// Print what is known of a pod or a container, with reasons and the lines that they follow from
    Explain(Explain),
    /// Print what will go wrong, when, and the smallest change that prevents it
    Advise(Advise),
    /// Print whether the NetworkPolicies let one end connect to the other; exits 1 if they do not
    Reach(Reach),
    /// Print what depends on something, up to the ways in from outside, or what it needs
    Impact(Impact),
    /// Tell what a change does to what runs: two inputs, or two revisions of them
    Diff(Diff),
    /// Print the topology: every object, and what it refers to
    Graph(Graph),
    /// Answer the questions of an assistant, over the Model Context Protocol
    Mcp(Mcp),
    /// List the charts from elsewhere that Flux and Argo CD objects name, and fetch what is missing
    Charts(Charts),
    /// Rewrite the marked regions of Markdown files
    Inject(Inject),
    /// Put diagrams and explanations into the chapters of a book: the preprocessor that mdBook calls
    ///
    /// It takes the book from the standard input and prints it with every line {{#podviz VIEW SUBJECT}} replaced. book.toml says
    /// which manifests it reads: [preprocessor.podviz] with command = "podviz mdbook" and input = ["../k8s"].
    Mdbook(Mdbook),
    /// Write a first podviz.yaml, in which every key is explained
    Init(Init),
    /// Print what a shell needs to complete command lines
    Completions(Completions),
    /// Print the manual page, or write the pages of all commands
    Man(Manual),
}

/// What every command that reads manifests takes.
#[derive(Debug, Args)]
pub struct Input {
    /// Manifests: files, folders, or - for the standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Where objects go that name no namespace, as with kubectl -n
    #[arg(long, value_name = "NS", default_value = "default")]
    pub default_namespace: String,
    /// What the DNS names of Services end in
    #[arg(long, value_name = "DOMAIN", default_value = CLUSTER_DOMAIN, value_parser = domain)]
    pub cluster_domain: String,
    /// The version of Kubernetes that facts and advice are about, and that charts are rendered for; if absent, the newest one
    /// that podviz knows, and for charts the one that helm assumes
    #[arg(long, value_name = "1.N", value_parser = Minor::read)]
    pub kubernetes: Option<Minor>,
    /// The settings; if absent, the nearest podviz.yaml in the folder of the first input or above it
    #[arg(
        long,
        value_name = "FILE",
        env = "PODVIZ_CONFIG",
        hide_env_values = true,
        value_hint = ValueHint::FilePath,
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub config: Option<PathBuf>,
    /// Only this environment: an overlay, a chart, or a folder
    #[arg(short, long, value_name = "NAME")]
    pub environment: Option<String>,
    /// Read every file as it is, as one environment; build no kustomization and no chart
    #[arg(long, conflicts_with_all = ["values", "set"])]
    pub flat: bool,
    /// Values for Helm charts, as with helm -f
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub values: Vec<PathBuf>,
    /// One value for Helm charts, as with helm --set
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Never start kustomize, kubectl, or helm
    #[arg(long)]
    pub no_tools: bool,
    /// Take the objects of Flux and Argo CD for any others; do not follow what they apply
    #[arg(long, conflicts_with = "flat")]
    pub no_gitops: bool,
    /// The folder of charts that podviz charts fetched; the user's cache if absent
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub charts: Option<PathBuf>,
    /// How long kustomize, kubectl, and helm may run in all; 45 if absent
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(ToolLimits::SECONDS))]
    pub tool_seconds: Option<u64>,
    /// How many objects they may make in all; by default 2000, and more from large charts and kustomizations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(ToolLimits::OBJECTS))]
    pub tool_objects: Option<u64>,
    /// How much they may print in all; by default 1, and more from large charts and kustomizations
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(ToolLimits::MEGABYTES))]
    pub tool_megabytes: Option<u64>,
    /// The largest file that is read, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub max_file_size: u64,
    #[command(flatten)]
    voice: Voice,
}

/// How a command speaks.
#[derive(Debug, Args)]
pub struct Voice {
    /// How messages are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub message_format: MessageFormat,
    /// When messages are colored
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print notes too
    #[arg(short, long)]
    pub verbose: bool,
}

impl Command {
    /// What the command asks of the library about manifests, if that is one thing; else how it speaks.
    fn parts(&self) -> Result<Ask<'_>, &Voice> {
        match self {
            Command::Render(render) => Ok(render.ask()),
            Command::Diagram(diagram) => Ok(diagram.ask()),
            Command::Explain(explain) => Ok(explain.ask()),
            Command::Advise(advise) => Ok(advise.ask()),
            Command::Reach(reach) => Ok(reach.ask()),
            Command::Impact(impact) => Ok(impact.ask()),
            Command::Diff(diff) => Ok(diff.ask()),
            Command::Graph(graph) => Ok(graph.ask()),
            Command::Mcp(mcp) => Ok(mcp.ask()),
            Command::Charts(charts) => Ok(charts.ask()),
            Command::Inject(inject) => Err(&inject.input.voice),
            Command::Mdbook(mdbook) => Err(&mdbook.voice),
            Command::Init(init) => Err(&init.voice),
            Command::Completions(completions) => Err(&completions.voice),
            Command::Man(manual) => Err(&manual.voice),
        }
    }

    /// What the command asks of the library about manifests, if that is one thing.
    pub fn ask(&self) -> Option<Ask<'_>> {
        self.parts().ok()
    }

    /// How the command speaks.
    pub fn voice(&self) -> &Voice {
        self.parts().map_or_else(|voice| voice, |ask| &ask.input.voice)
    }
}

/// One thing that a command asks of the library about manifests.
#[derive(Debug)]
pub struct Ask<'a> {
    /// What is to be made.
    goal: Goal,
    /// How manifests are read, and how the command speaks.
    input: &'a Input,
    /// The files and folders that are read.
    pub inputs: &'a [PathBuf],
    /// Where a site is written; all else goes to the standard output.
    pub folder: Option<SiteFolder<'a>>,
    /// Why the options cannot be meant as they are, if so.
    pub mistake: Option<String>,
}

/// A folder that a site is written to.
#[derive(Clone, Copy, Debug)]
pub struct SiteFolder<'a> {
    /// The folder.
    pub path: &'a Path,
    /// Whether it may hold other files.
    pub force: bool,
    /// Whether what would be written is only compared with what is there.
    pub is_check: bool,
    /// The first file of the site.
    pub index: &'static str,
}

impl<'a> Ask<'a> {
    fn new(input: &'a Input, goal: Goal) -> Ask<'a> {
        Ask { goal, input, inputs: &input.inputs, folder: None, mistake: None }
    }

    /// The request to the library.
    pub fn request(self) -> Request {
        let output = self.folder.map(|folder| folder.path.to_owned());
        self.input.request(self.inputs.to_vec(), output, self.goal)
    }
}

impl Input {
    /// What to read, how, and what to make of it.
    fn request(&self, inputs: Vec<PathBuf>, output: Option<PathBuf>, goal: Goal) -> Request {
        Request {
            inputs,
            settings: self.settings(),
            output,
            default_namespace: self.default_namespace.clone(),
            cluster_domain: self.cluster_domain.clone(),
            kubernetes: self.kubernetes,
            limits: crate::document::Limits { file_bytes: self.max_file_size << 20, ..Default::default() },
            build: self.build(),
            goal,
        }
    }

    /// The settings that are named. An empty variable is as good as none.
    fn settings(&self) -> Option<PathBuf> {
        self.config.clone().filter(|path| !path.as_os_str().is_empty())
    }

    fn build(&self) -> Option<Build> {
        let build = || Build {
            tools: !self.no_tools,
            only: self.environment.clone(),
            values: self.values.clone(),
            set: self.set.clone(),
            default_namespace: None,
            kubernetes: self.kubernetes.map(|minor| minor.to_string()),
            releases: Vec::new(),
            limits: ToolLimits {
                seconds: self.tool_seconds,
                objects: self.tool_objects,
                megabytes: self.tool_megabytes,
            },
            gitops: (!self.no_gitops).then(|| GitOps { charts: self.charts.clone(), ..GitOps::default() }),
        };
        (!self.flat).then(build)
    }
}

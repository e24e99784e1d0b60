//! The command line: what people may ask for, and how the answer is told.

mod advise;
mod completions;
mod diagram;
mod domain;
mod explain;
mod graph;
mod init;
mod inject;
mod manual;
mod mdbook;
mod mend;
mod message;
mod reach;
mod render;
mod words;

use crate::catalog::CLUSTER_DOMAIN;
use crate::source::{Build, ToolLimits};
use crate::{Goal, Request};
pub use advise::Advise;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueHint};
pub use completions::Completions;
pub use diagram::DrawOne;
use domain::domain;
pub use explain::Explain;
pub use graph::Graph;
pub use init::Init;
pub use inject::Inject;
pub use manual::{Manual, ManualPage, manual_pages};
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
    /// Print the topology: every object, and what it refers to
    Graph(Graph),
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
    /// How long kustomize, kubectl, and helm may run in all; 45 if absent
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(ToolLimits::SECONDS))]
    pub tool_seconds: Option<u64>,
    /// How many objects they may make in all; by default 2000, and more from large charts and kustomizations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(ToolLimits::OBJECTS))]
    pub tool_objects: Option<u64>,
    /// How much they may print in all; by default 8, and more from large charts and kustomizations
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
    /// What the command reads; `None` for one that reads no manifests.
    pub fn input(&self) -> Option<&Input> {
        match self {
            Command::Render(render) => Some(&render.input),
            Command::Diagram(diagram) => Some(&diagram.input),
            Command::Explain(explain) => Some(&explain.input),
            Command::Advise(advise) => Some(&advise.input),
            Command::Reach(reach) => Some(&reach.input),
            Command::Graph(graph) => Some(&graph.input),
            Command::Inject(inject) => Some(&inject.input),
            Command::Init(_) | Command::Completions(_) | Command::Man(_) | Command::Mdbook(_) => None,
        }
    }

    /// How the command speaks.
    pub fn voice(&self) -> &Voice {
        match self {
            Command::Init(init) => &init.voice,
            Command::Completions(completions) => &completions.voice,
            Command::Man(manual) => &manual.voice,
            Command::Mdbook(mdbook) => &mdbook.voice,
            Command::Render(Render { input, .. })
            | Command::Diagram(DrawOne { input, .. })
            | Command::Explain(Explain { input, .. })
            | Command::Advise(Advise { input, .. })
            | Command::Reach(Reach { input, .. })
            | Command::Graph(Graph { input, .. })
            | Command::Inject(Inject { input, .. }) => &input.voice,
        }
    }

    /// The files and folders that the command reads.
    pub fn inputs(&self) -> &[PathBuf] {
        match self {
            Command::Reach(reach) => reach.positionals().0,
            Command::Explain(explain) => explain.split().0,
            _ => self.input().map_or(&[], |input| &input.inputs),
        }
    }

    /// The folder that the command writes, and whether it may hold other files.
    pub fn output(&self) -> Option<(&Path, bool)> {
        match self {
            Command::Render(render) => Some((&render.output, render.force)),
            _ => None,
        }
    }

    /// Whether the command only compares what it would write with what is there.
    pub fn is_check(&self) -> bool {
        matches!(self, Command::Render(Render { check: true, .. }))
    }

    /// The first file of what the command writes.
    pub fn index(&self) -> &'static str {
        match self {
            Command::Render(render) => render.flavour().index(),
            _ => "",
        }
    }

    /// Which options of the command cannot both be meant, if any.
    pub fn contradiction(&self) -> Option<&'static str> {
        match self {
            Command::Render(render) => render.contradiction(),
            _ => None,
        }
    }

    /// What the command asks of the library, if that is one thing.
    pub fn request(&self) -> Option<Request> {
        let input = self.input()?;
        let goal = match self {
            Command::Inject(_)
            | Command::Init(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Mdbook(_) => return None,
            Command::Render(render) => render.goal(),
            Command::Diagram(diagram) => diagram.goal(),
            Command::Explain(explain) => explain.goal(),
            Command::Advise(advise) => advise.goal(),
            Command::Reach(reach) => reach.goal(),
            Command::Graph(graph) => graph.goal(),
        };
        let output = self.output().map(|(folder, _)| folder.to_owned());
        Some(input.request(self.inputs().to_vec(), output, goal))
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
            limits: crate::source::Limits { file_bytes: self.max_file_size << 20, ..Default::default() },
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
            releases: Vec::new(),
            limits: ToolLimits {
                seconds: self.tool_seconds,
                objects: self.tool_objects,
                megabytes: self.tool_megabytes,
            },
        };
        (!self.flat).then(build)
    }
}

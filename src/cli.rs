//! The command line: what people may ask for, and how the answer is told.

mod completions;
mod contradiction;
mod domain;
mod init;
mod inject;
mod manual;
mod mdbook;
mod mend;
mod message;
mod words;

use crate::catalog::CLUSTER_DOMAIN;
use crate::diagram::View;
use crate::diagram::host::Host;
use crate::facts::reach::Port;
use crate::output::{Flavour, Options};
use crate::page::findings::AdviceFormat;
use crate::problem::Level;
use crate::source::Build;
use crate::{DiagramFormat, ExplainFormat, Goal, GraphFormat, ReachFormat, Request};
use clap::builder::{ArgPredicate, OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
pub use completions::Completions;
use domain::domain;
pub use init::Init;
pub use inject::Inject;
pub use manual::{Manual, ManualPage, manual_pages};
pub use mdbook::{Mdbook, Question};
pub use mend::mending;
pub use message::{ColorChoice, MessageFormat, Messages};
use std::path::{Component, Path, PathBuf};

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

/// Write the site.
#[derive(Debug, Args)]
pub struct Render {
    #[command(flatten)]
    input: Input,
    /// The folder to write
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    output: PathBuf,
    /// HTML, or Markdown
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    #[arg(default_value_if("flavor", ArgPredicate::IsPresent, "markdown"))]
    format: Format,
    /// Which Markdown; implies --format markdown
    #[arg(long, alias = "flavour", value_name = "FLAVOR")]
    flavor: Option<Flavour>,
    /// A folder whose templates replace the built-in ones, file by file
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    templates: Option<PathBuf>,
    /// A folder with a theme: layout, styles, and script of the HTML site
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    theme: Option<PathBuf>,
    /// Where the manifests can be read on the web, so that pages link to them
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    repo_url: Option<String>,
    /// Write into a folder that holds other files; they are kept
    #[arg(long)]
    force: bool,
    /// Write nothing; print what differs in the folder as a unified diff, and exit with 1 if anything does
    #[arg(long)]
    check: bool,
}

/// Print one diagram.
#[derive(Debug, Args)]
pub struct DrawOne {
    #[command(flatten)]
    input: Input,
    /// Which question the diagram answers
    #[arg(long, value_name = "VIEW")]
    view: View,
    /// What it is about, such as deployment/web, "Container shop/web/app", or ns/shop; if absent everything, or the only pod
    #[arg(long, value_name = "SUBJECT")]
    focus: Option<String>,
    /// The namespace of the subject
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// Mermaid text, or an SVG picture
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: DiagramFormat,
    /// Who will show the Mermaid text: it is folded until it fits
    #[arg(long, value_name = "HOST", default_value = "mermaid")]
    host: Host,
}

/// Explain one pod, one container, or everything.
///
/// The last argument may be what to explain, such as deployment/web or "Container shop/web/app". Without it the only pod is
/// explained, or each pod in a sentence.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    input: Input,
    /// The namespace of the subject
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// Text for people, the facts as JSON, or the page as Markdown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplanationFormat,
}

/// How an explanation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExplanationFormat {
    Text,
    Json,
    Markdown,
}

/// Print the findings.
#[derive(Debug, Args)]
pub struct Advise {
    #[command(flatten)]
    input: Input,
    /// Text for people, JSON, SARIF for code hosts, or annotations for GitHub Actions
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FindingsFormat,
    /// Exit with 1 if a finding is at or above this level
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    level: FindingsLevel,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FindingsFormat {
    Text,
    Json,
    Sarif,
    Github,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FindingsLevel {
    Note,
    Warning,
    Error,
}

/// Ask the NetworkPolicies.
///
/// FROM and TO are the last two of the values without a name: clap knows no other way to put two behind many.
#[derive(Debug, Args)]
#[command(
    override_usage = "podviz reach [OPTIONS] --port <N[/PROTO]> <INPUT>... <FROM> <TO>",
    mut_arg("inputs", |inputs| inputs.num_args(3..).value_names(["INPUT", "FROM", "TO"]).help(
        "Manifests: files, folders, or - for the standard input; the last two are FROM and TO: a pod or a workload, \
         such as deployment/web or \"Pod shop/web\", an IP or a CIDR outside, and as TO a Service, too"
    ))
)]
pub struct Reach {
    #[command(flatten)]
    input: Input,
    /// The port of the pod, of the address, or of the Service, such as 80 or 53/UDP; TCP if absent
    #[arg(long, value_name = "N[/PROTO]")]
    port: Port,
    /// The namespace of FROM and TO
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReachFormat,
}

/// Print the topology.
#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    input: Input,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: GraphFormat,
    /// Add the redacted manifest of each object, and the line of each of its fields
    #[arg(long)]
    full: bool,
}

/// HTML, or Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Markdown,
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
            Command::Diagram(diagram) => Goal::Diagram {
                view: diagram.view,
                focus: diagram.focus.clone().map(|subject| (subject, diagram.namespace.clone())),
                format: diagram.format,
                host: diagram.host,
            },
            Command::Explain(explain) => explain.goal(),
            Command::Advise(advise) => advise.goal(),
            Command::Reach(reach) => reach.goal(),
            Command::Graph(graph) => Goal::Graph { format: graph.format, full: graph.full },
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
        };
        (!self.flat).then(build)
    }
}

impl Explain {
    /// The inputs, and the subject: the last argument, if it is not the only one, is written like a subject, and there
    /// is no such file.
    fn split(&self) -> (&[PathBuf], Option<&str>) {
        let inputs = &self.input.inputs;
        match &inputs[..] {
            [rest @ .., last] if !rest.is_empty() && !crate::source::is_there(last) => match last.to_str() {
                Some(subject) if subject.contains(['/', ' ']) => (rest, Some(subject)),
                _ => (inputs, None),
            },
            _ => (inputs, None),
        }
    }

    fn goal(&self) -> Goal {
        let focus = self.split().1.map(|subject| (subject.to_owned(), self.namespace.clone()));
        let format = match self.format {
            ExplanationFormat::Text => ExplainFormat::Text { width: columns() },
            ExplanationFormat::Json => ExplainFormat::Json,
            ExplanationFormat::Markdown => ExplainFormat::Markdown,
        };
        Goal::Explain { focus, format }
    }
}

impl Advise {
    fn goal(&self) -> Goal {
        let format = match self.format {
            FindingsFormat::Text => {
                AdviceFormat::Text { notes: self.input.voice.verbose || self.level == FindingsLevel::Note }
            }
            FindingsFormat::Json => AdviceFormat::Json,
            FindingsFormat::Sarif => AdviceFormat::Sarif,
            FindingsFormat::Github => AdviceFormat::Github,
        };
        let level = match self.level {
            FindingsLevel::Note => Level::Note,
            FindingsLevel::Warning => Level::Warning,
            FindingsLevel::Error => Level::Error,
        };
        Goal::Advise { format, level }
    }
}

/// How wide text is: as wide as the terminal, within what is easy to read.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(40, 120))
}

impl Render {
    fn flavour(&self) -> Flavour {
        match self.format {
            Format::Html => Flavour::html(),
            Format::Markdown => self.flavor.unwrap_or(Flavour::github()),
        }
    }

    fn goal(&self) -> Goal {
        let options = Options {
            templates: self.templates.clone(),
            theme: self.theme.clone(),
            repo_url: self.repo_url.clone(),
            ..Options::default()
        };
        Goal::Site { title: title(&self.input.inputs), flavour: self.flavour(), options }
    }
}

impl Reach {
    /// The inputs, and FROM and TO behind them.
    fn positionals(&self) -> (&[PathBuf], &[PathBuf]) {
        self.input.inputs.split_at(self.input.inputs.len().saturating_sub(2))
    }

    fn goal(&self) -> Goal {
        let mut ends = self.positionals().1.iter().map(|end| end.to_string_lossy().into_owned());
        let ends = (ends.next().unwrap_or_default(), ends.next().unwrap_or_default());
        Goal::Reach { ends, namespace: self.namespace.clone(), port: self.port.clone(), format: self.format }
    }
}

/// The name of the one input as it was written; where it has none, or there are several, what all sites are about.
fn title(inputs: &[PathBuf]) -> String {
    let name = match inputs {
        [only] => only.components().next_back(),
        _ => None,
    };
    match name {
        Some(Component::Normal(name)) if name != "-" => name.to_string_lossy().into_owned(),
        _ => "Kubernetes manifests".to_owned(),
    }
}

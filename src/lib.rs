//! podviz reads Kubernetes manifests and writes pages that explain every pod and every container.
//!
//! [`run`] is the whole program: stage by stage, each a module of its own. Only `source` and `output` touch the disk.

#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unwrap_used
    )
)]

mod advise;
pub mod catalog;
pub mod cli;
pub mod diagram;
pub mod escape;
mod explain;
pub mod facts;
pub mod model;
pub mod names;
#[allow(clippy::disallowed_methods, reason = "the two stages at the ends are the ones that touch the disk")]
pub mod output;
pub mod page;
pub mod problem;
#[allow(clippy::disallowed_methods, reason = "the two stages at the ends are the ones that touch the disk")]
pub mod source;
pub mod topology;

pub use advise::AdviceFormat;
use catalog::{Catalog, CatalogError, Settings};
use diagram::views::{Budget, Focus, draw, whole};
use diagram::{View, dot, mermaid, svg};
use facts::reach::{Port, Question, QuestionError};
use output::{File, Flavour, RenderError};
use page::graph::Spacing;
use problem::{Code, Level, Problem, Problems};
use std::path::PathBuf;
use topology::subject::{Found, SubjectError, find_subject};
use topology::{NodeIndex, Topology};

/// How many candidates a message lists.
const MOST_CANDIDATES: usize = 8;

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
    /// How much of anything is read.
    pub limits: source::Limits,
    /// What to make.
    pub goal: Goal,
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
    },
    /// One diagram as text.
    Diagram {
        /// Which question it answers.
        view: View,
        /// What it is about: a subject as people write it, and its namespace if that is said apart.
        focus: Option<(String, Option<String>)>,
        /// How it is written.
        format: DiagramFormat,
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
    /// The topology.
    Graph {
        /// How it is written.
        format: GraphFormat,
        /// Whether each object comes with its manifest.
        full: bool,
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
    /// The files of a site.
    Files(Vec<File>),
    /// Text for the standard output.
    Text(String),
    /// Text with ANSI codes for the standard output, which strips them where they are not wanted.
    Styled(String),
    /// Such text, where it answers with yes or no.
    Answer {
        /// The text.
        text: String,
        /// Whether it is yes.
        yes: bool,
    },
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input could not be read.
    #[error(transparent)]
    Read(#[from] source::ReadError),
    /// A rule of the catalog is wrong.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// There is nothing to document.
    #[error("no Kubernetes manifests found")]
    NothingToDocument,
    /// The subject is not in the input, or it is not clear which one is meant.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The question has no answer.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The view has nothing to say about the subject.
    #[error("the `{0}` view has nothing to show for this subject")]
    NothingToDraw(&'static str),
    /// Mermaid would refuse the diagram.
    #[error(
        "the whole graph is larger than Mermaid draws; ask for one view with `podviz diagram`, or for `--format dot`"
    )]
    TooLargeForMermaid,
    /// The view is about one pod, and there are several.
    #[error("the `{view}` view shows one pod; choose it with --focus: {candidates}")]
    ManyPods {
        /// The view.
        view: &'static str,
        /// The workloads to choose from.
        candidates: String,
    },
    /// A template could not be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Reads the input and makes what was asked for, with the problems that were met on the way.
///
/// # Errors
///
/// If nothing could be made; the problems met until then come along.
pub fn run(request: &Request) -> Result<(Product, Problems), (Error, Problems)> {
    let mut problems = Problems::none();
    let made = stages(request, &mut problems);
    let problems = problems.sorted();
    match made {
        Ok(product) => Ok((product, problems)),
        Err(error) => Err((error, problems)),
    }
}

fn stages(request: &Request, problems: &mut Problems) -> Result<Product, Error> {
    let reading = source::read(&request.inputs, request.output.as_deref(), &request.limits)?;
    problems.extend(reading.problems);
    problems.extend(passed_over(reading.passed_over));
    let mut catalog = Catalog::embedded()?;
    catalog.settings = settings(request)?;
    catalog.cluster_domain.clone_from(&request.cluster_domain);
    let (inventory, met) = model::take_inventory(reading.documents, &catalog, &request.default_namespace);
    problems.extend(met);
    let (topology, met) = topology::connect(&inventory, &catalog);
    problems.extend(met);
    if topology.present().next().is_none() {
        return Err(Error::NothingToDocument);
    }
    let facts = facts::derive(&topology, &catalog);
    match &request.goal {
        Goal::Graph { format: GraphFormat::Json, full } => {
            let known = problems.clone().sorted();
            let graph = page::graph::json(&topology, &facts, &known, *full, Spacing::Pretty);
            Ok(Product::Text(graph))
        }
        Goal::Graph { format: GraphFormat::Dot, .. } => Ok(Product::Text(dot::write(&whole(&topology)))),
        Goal::Graph { format: GraphFormat::Mermaid, .. } => {
            let diagram = whole(&topology);
            if !mermaid::Budget::MERMAID.fits(mermaid::measure(&diagram)) {
                return Err(Error::TooLargeForMermaid);
            }
            Ok(Product::Text(mermaid::write(&diagram, &|_| None).to_string()))
        }
        Goal::Diagram { view, focus, format } => {
            let focus = match focus {
                Some((subject, namespace)) => {
                    focus_of(find_subject(&topology, &catalog, subject, namespace.as_deref())?)
                }
                None if view.is_of_a_pod() => Focus::Object(only_workload(*view, &topology)?),
                None => Focus::All(inventory.environments[0].name.as_str().into()),
            };
            let diagram = draw(*view, &focus, &topology, &facts, &Budget::default())
                .ok_or(Error::NothingToDraw(view.name()))?;
            match format {
                DiagramFormat::Mermaid => Ok(Product::Text(mermaid::write(&diagram, &|_| None).to_string())),
                DiagramFormat::Svg => {
                    let (svg, met) = svg::paint_standalone(&diagram, &|_| None);
                    problems.extend(met);
                    svg.map(|svg| Product::Text(svg.to_string())).ok_or(Error::NothingToDraw(view.name()))
                }
            }
        }
        Goal::Advise { format, level } => {
            let (text, yes) = advise::advise(&topology, &facts, &request.inputs, *format, *level);
            Ok(Product::Answer { text, yes: yes && !problems.left_something_out() })
        }
        Goal::Explain { focus, format } => {
            let focus = match focus {
                Some((subject, namespace)) => {
                    Some(find_subject(&topology, &catalog, subject, namespace.as_deref())?)
                }
                None => None,
            };
            let study = explain::Study { topology: &topology, facts: &facts, catalog: &catalog };
            study.explain(focus, *format)
        }
        Goal::Reach { ends: (from, to), namespace, port, format } => {
            let question = Question::read(&topology, &catalog, (from, to), namespace.as_deref(), port)?;
            let policies = facts.policies();
            let answer = question.answer(&topology, policies)?;
            let text = match format {
                ReachFormat::Text => page::reach::text(&topology, policies, &question, &answer),
                ReachFormat::Json => page::reach::json(&topology, &answer),
            };
            Ok(Product::Answer { text, yes: answer.allowed })
        }
        Goal::Site { title, flavour, options } => {
            let site = page::build(title, &topology, &facts, &catalog, &problems.clone().sorted());
            // All that the pages need is in them.
            drop((inventory, topology, facts));
            let (files, met) = output::render(site, *flavour, options)?;
            problems.extend(met);
            Ok(Product::Files(files))
        }
    }
}

fn settings(request: &Request) -> Result<Settings, Error> {
    let Some(file) = source::read_settings(request.settings.as_deref(), &request.inputs)? else {
        return Ok(Settings::default());
    };
    let value = file.value.map_err(|reason| CatalogError { file: file.path.clone(), reason })?;
    let codes: Vec<&str> = facts::advice::RULES.iter().map(|rule| rule.code).collect();
    Ok(Settings::read(&file.path, &value, &codes)?)
}

fn focus_of(found: Found) -> Focus {
    match found {
        Found::Namespace(environment, namespace) => Focus::Namespace(environment, namespace),
        Found::Object(index) => Focus::Object(index),
        Found::Container(index, container) => Focus::Container(index, container),
    }
}

/// The workload that a view of a pod is about where nobody says which.
fn only_workload(view: View, topology: &Topology) -> Result<NodeIndex, Error> {
    let workloads: Vec<_> = topology.workloads().collect();
    match workloads[..] {
        [] => Err(Error::NothingToDraw(view.name())),
        [(index, _, _)] => Ok(index),
        _ => {
            let shown = workloads.iter().take(MOST_CANDIDATES).map(|(_, node, _)| node.identity.title());
            let mut candidates = shown.collect::<Vec<_>>().join(", ");
            if workloads.len() > MOST_CANDIDATES {
                candidates.push_str(", …");
            }
            Err(Error::ManyPods { view: view.name(), candidates })
        }
    }
}

fn passed_over(files: usize) -> Problems {
    let words = names::count(files, "file holds no manifest and was", "files hold no manifest and were");
    let note = Problem::new(Level::Note, Code::NotAManifest, format!("{words} passed over"));
    (files > 0).then_some(note).into_iter().collect()
}

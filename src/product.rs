//! What is made of the input: one function a goal.

mod explain;
mod impact;
mod region;

use crate::catalog::Catalog;
use crate::change::{self, Side};
use crate::diagram::host::Host;
use crate::diagram::readable::readable;
use crate::diagram::views::{Budget, Focus, draw, whole};
use crate::diagram::{View, dot, mermaid, svg};
use crate::document::Identity;
use crate::facts::Facts;
use crate::facts::reach::{Port, Question};
use crate::output::{self, Flavour};
use crate::page::changes::Comparison;
use crate::page::findings::{self, AdviceFormat};
use crate::page::graph::Spacing;
use crate::page::{self, charts, graph, reach};
use crate::problem::{Code, Level, Problem, Problems};
use crate::request::{DiagramFormat, Error, Goal, GraphFormat, Product, ReachFormat, Request};
use crate::source::Known;
use crate::source::charts::NamedChart;
use crate::topology::subject::{Found, find_subject};
use crate::topology::{NodeIndex, Topology};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// How many candidates a message lists.
const MOST_CANDIDATES: usize = 8;

/// A subject as people write it, and its namespace if that is said apart.
type Subject = (String, Option<String>);

/// All that is known of the input.
pub(crate) struct Study {
    pub catalog: Catalog,
    pub topology: Topology,
    pub facts: Facts,
    /// The charts from elsewhere that the input names.
    pub charts: Vec<NamedChart>,
    /// What the Secrets of the input hold.
    pub known: Option<Known>,
    /// What went wrong so far.
    pub problems: Problems,
}

impl Study {
    /// It as one side of a change.
    pub fn side(&self) -> Side<'_> {
        Side { catalog: &self.catalog, topology: &self.topology, facts: &self.facts }
    }

    /// What was asked for, and the problems that were met in making it.
    /// `earlier` is an earlier state and its name, for goals that ask for one.
    pub fn make(
        self,
        request: &Request,
        earlier: Option<(Study, String)>,
    ) -> Result<(Product, Problems), Error> {
        let alone = |product| (product, Problems::none());
        match &request.goal {
            Goal::Site { title, flavour, options, .. } => self.site(title, *flavour, options, earlier),
            Goal::Diagram { view, focus, format, host } => {
                self.diagram(*view, focus.as_ref(), *format, *host)
            }
            Goal::Explain { focus, format } => self.explain(focus.as_ref(), *format).map(alone),
            Goal::Advise { format, level, .. } => {
                Ok(alone(self.advise(&request.inputs, *format, *level, earlier)))
            }
            Goal::Reach { ends: (from, to), namespace, port, format } => {
                self.reach((from, to), namespace.as_deref(), port, *format).map(alone)
            }
            Goal::Impact { subject, direction, format } => {
                self.impact(subject, *direction, *format).map(alone)
            }
            Goal::Graph { format, full } => self.graph(*format, *full).map(alone),
            // Two studies are compared before one of them is asked.
            Goal::Diff { .. } => Err(Error::NothingToDocument),
            Goal::Charts { format } => {
                let (text, yes) = charts::list(&self.charts, *format);
                Ok(alone(Product::Answer { text, yes }))
            }
            Goal::Regions { regions, flavour, options } => {
                let texts = regions.iter().map(|region| self.region(region, *flavour, options));
                Ok(alone(Product::Regions(texts.collect())))
            }
        }
    }

    /// The pages of a site.
    fn site(
        mut self,
        title: &str,
        flavour: Flavour,
        options: &output::Options,
        earlier: Option<(Study, String)>,
    ) -> Result<(Product, Problems), Error> {
        let comparison = earlier.map(|(earlier, name)| self.comparison(&earlier, name));
        let hidden = self.hide(None);
        self.problems.extend(hidden.clone());
        self.catalog.settings.size = options.size.or(self.catalog.settings.size);
        let settings = &self.catalog.settings;
        let title = settings.title.as_deref().unwrap_or(title);
        let options = &output::Options {
            repo_url: options.repo_url.clone().or_else(|| settings.repository.clone()),
            ..options.clone()
        };
        let (site, later) = page::outlined(
            title,
            &self.topology,
            &self.facts,
            &self.catalog,
            &self.problems.sorted(),
            comparison,
        );
        let shortened = site.shortened.clone();
        let (files, mut problems) = if later.is_empty() {
            // All that the pages need is in them.
            drop((self.topology, self.facts));
            output::render(site, flavour, options)?
        } else {
            let fill = later.filling(&self.topology, &self.facts, &self.catalog);
            output::render_filled(site, &fill, flavour, options)?
        };
        problems.extend(shortened);
        problems.extend(hidden);
        Ok((Product::Files(files, self.known), problems))
    }

    /// What an earlier state says of this one, without what the settings hide.
    fn comparison(&self, earlier: &Study, name: String) -> Comparison {
        let change = change::compare(earlier.side(), self.side());
        let names = change::tell::Names { old: name, new: String::new() };
        let mut comparison = change::tell::comparison(&change, &names);
        let rule = &self.catalog.settings.hide;
        comparison.hide(&|one| !rule.is_empty() && rule.hides(one));
        comparison
    }

    /// One diagram, and what of it could not be painted.
    fn diagram(
        mut self,
        view: View,
        focus: Option<&Subject>,
        format: DiagramFormat,
        host: Host,
    ) -> Result<(Product, Problems), Error> {
        if format == DiagramFormat::Svg && host != Host::Mermaid {
            return Err(Error::HostOfPicture { host });
        }
        let is_of_all = focus.is_none();
        let found = self.found(focus)?;
        let hidden = self.hide(found.as_ref());
        let focus = match found {
            Some(Found::Namespace(environment, namespace)) => Focus::Namespace(environment, namespace),
            Some(Found::Application(at)) => Focus::Application(at),
            Some(Found::Object(index)) => Focus::Object(index),
            Some(Found::Container(index, container)) => Focus::Container(index, container),
            None if view.is_of_a_pod() => Focus::Object(self.only_workload(view)?),
            None => Focus::All(self.only_environment()?),
        };
        let drawn = self.topology.without_hidden();
        let nothing = || Error::NothingToDraw {
            view: view.name(),
            is_of_all,
            others: views_of(&focus, &drawn, &self.facts),
        };
        match format {
            DiagramFormat::Mermaid => {
                let fitted = host.draw(view, &focus, &drawn, &self.facts).ok_or_else(nothing)?;
                let diagram = fitted.map_err(|_| Error::TooLargeForHost { view: view.name(), host })?;
                let text = mermaid::write(&diagram, &|_| None).to_string();
                Ok((Product::Text(text), hidden))
            }
            DiagramFormat::Svg => {
                let diagram = readable(view, &focus, &drawn, &self.facts).ok_or_else(nothing)?;
                let (svg, mut problems) = svg::paint_standalone(&diagram, &|_| None);
                problems.extend(hidden);
                Ok((Product::Text(svg.ok_or_else(nothing)?.to_string()), problems))
            }
        }
    }

    /// Hides what the settings say from pages and diagrams, but not what was asked for; says how much that is.
    fn hide(&mut self, asked: Option<&Found>) -> Problems {
        let rule = &self.catalog.settings.hide;
        if rule.is_empty() {
            return Problems::none();
        }
        let asked = self.asked(asked);
        self.topology.hide(|one| !asked.contains(one) && rule.hides(one));
        let words = self.topology.hidden_in_words(None).map(|words| format!("podviz.yaml hides {words}"));
        words.map(|words| Problem::new(Level::Note, Code::HiddenObject, words)).into_iter().collect()
    }

    /// The objects that were asked for by a name of theirs.
    fn asked(&self, asked: Option<&Found>) -> BTreeSet<Identity> {
        let identity = |index: &NodeIndex| self.topology.nodes[*index].identity.clone();
        match asked {
            None => BTreeSet::new(),
            Some(Found::Namespace(environment, namespace)) => {
                let here = |one: &Identity| (&one.environment, &one.namespace) == (environment, namespace);
                self.topology
                    .nodes
                    .iter()
                    .map(|node| &node.identity)
                    .filter(|one| here(one))
                    .cloned()
                    .collect()
            }
            Some(Found::Application(at)) => {
                self.topology.applications[*at].members.iter().map(identity).collect()
            }
            Some(Found::Object(index) | Found::Container(index, _)) => BTreeSet::from([identity(index)]),
        }
    }

    /// The findings, for which it is well that none is as bad as `level`; of those only the ones that an earlier state does
    /// not have, if there is one.
    fn advise(
        &self,
        inputs: &[PathBuf],
        format: AdviceFormat,
        level: Level,
        earlier: Option<(Study, String)>,
    ) -> Product {
        let (text, yes) = match earlier {
            Some((earlier, _)) => {
                let change = change::compare(earlier.side(), self.side());
                findings::text_of_new(&self.topology, &change.advice_new, inputs, format, level)
            }
            None => findings::text(&self.topology, &self.facts, inputs, format, level),
        };
        Product::Answer { text, yes: yes && !self.problems.left_something_out() }
    }

    /// Whether one end may connect to the other.
    pub(crate) fn reach(
        &self,
        (from, to): (&str, &str),
        namespace: Option<&str>,
        port: &Port,
        format: ReachFormat,
    ) -> Result<Product, Error> {
        let question = Question::read(&self.topology, &self.catalog, (from, to), namespace, port)?;
        let policies = self.facts.policies();
        let answer = question.answer(&self.topology, policies)?;
        let text = match format {
            ReachFormat::Text => reach::text(&self.topology, policies, &question, &answer),
            ReachFormat::Json => reach::json(&self.topology, &answer),
        };
        Ok(Product::Answer { text, yes: answer.allowed })
    }

    /// The topology.
    fn graph(&self, format: GraphFormat, full: bool) -> Result<Product, Error> {
        let text = match format {
            GraphFormat::Json => {
                let problems = self.problems.clone().sorted();
                graph::json(&self.topology, &self.facts, &problems, full, Spacing::Pretty)
            }
            GraphFormat::Dot => dot::write(&whole(&self.topology)),
            GraphFormat::Mermaid => {
                let diagram = whole(&self.topology);
                if !mermaid::Budget::MERMAID.fits(mermaid::measure(&diagram)) {
                    return Err(Error::TooLargeForMermaid);
                }
                mermaid::write(&diagram, &|_| None).to_string()
            }
        };
        Ok(Product::Text(text))
    }

    /// What a subject turns out to be.
    fn found(&self, subject: Option<&Subject>) -> Result<Option<Found>, Error> {
        let Some((subject, namespace)) = subject else { return Ok(None) };
        Ok(Some(find_subject(&self.topology, &self.catalog, subject, namespace.as_deref())?))
    }

    /// The environment that a view of everything is about.
    fn only_environment(&self) -> Result<Arc<str>, Error> {
        match &self.topology.environments[..] {
            [] => Err(Error::NothingToDocument),
            [only] => Ok(only.name.as_str().into()),
            several => {
                let names = several.iter().map(|environment| environment.name.clone());
                Err(Error::ManyEnvironments { candidates: names.collect() })
            }
        }
    }

    /// The workload that a view of a pod is about where nobody says which.
    fn only_workload(&self, view: View) -> Result<NodeIndex, Error> {
        let workloads: Vec<_> = self.topology.workloads().collect();
        match workloads[..] {
            [] => {
                let focus = Focus::All(self.only_environment()?);
                let others = views_of(&focus, &self.topology.without_hidden(), &self.facts);
                Err(Error::NothingToDraw { view: view.name(), is_of_all: true, others })
            }
            [(index, _, _)] => Ok(index),
            _ => {
                let shown = workloads.iter().take(MOST_CANDIDATES);
                let shown: Vec<String> =
                    shown.map(|(_, node, _)| self.topology.title(&node.identity)).collect();
                let more = if workloads.len() > MOST_CANDIDATES { ", …" } else { "" };
                Err(Error::ManyPods { view: view.name(), candidates: shown.join(", ") + more })
            }
        }
    }
}

/// The views that have something to show for a focus. Where it is everything, those of a pod show the only one.
fn views_of(focus: &Focus, topology: &Topology, facts: &Facts) -> Vec<&'static str> {
    let mut workloads = topology.workloads().map(|(index, ..)| index);
    let pod = match (focus, workloads.next(), workloads.next()) {
        (Focus::All(_), Some(only), None) => &Focus::Object(only),
        _ => focus,
    };
    let shown = |view: View| if view.is_of_a_pod() { pod } else { focus };
    let draws = |view: &View| draw(*view, shown(*view), topology, facts, &Budget::of(*view)).is_some();
    View::ALL.iter().copied().filter(draws).map(View::name).collect()
}

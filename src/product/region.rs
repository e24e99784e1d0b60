//! What stands in a marked region of somebody else's Markdown.

use super::{MOST_CANDIDATES, Study, views_of};
use crate::catalog::closest;
use crate::diagram::View;
use crate::diagram::host::Host;
use crate::diagram::readable::readable;
use crate::diagram::views::Focus;
use crate::output::{self, Flavour, Looks};
use crate::page::Page;
use crate::page::region::{Ground, Scope, containers, drawn, edges, explained, summary};
use crate::problem::{Code, Problems};
use crate::region::{Content, Region, RegionError, quoted};
use crate::request::{Error, views_with_something};
use crate::topology::subject::{Found, find_subject_in};
use crate::topology::{NodeIndex, Topology};
use std::borrow::Cow;
use std::sync::Arc;

impl Study {
    /// The Markdown of a region, without a newline at its end. What the settings hide is left out, unless it was asked for.
    /// Links lead to the lines of manifests, where it is known where these can be read, and nowhere else.
    ///
    /// # Errors
    ///
    /// If the input does not hold what the region asks for, or a template is wrong.
    pub(crate) fn region(
        &self,
        region: &Region,
        flavour: Flavour,
        options: &output::Options,
    ) -> Result<String, Error> {
        let named = self.named(region)?;
        let topology = match &named {
            Scope::Of(found) => self.shown(Some(found)),
            Scope::All(_) => self.shown(None),
        };
        let scope = self.narrowed(region, named, &topology)?;
        let problems = self.problems.clone().sorted();
        let ground =
            Ground { topology: &topology, facts: &self.facts, catalog: &self.catalog, problems: &problems };
        let nothing = || Error::Region(nothing(region));
        let host = region.options.host.or(flavour.host()).unwrap_or(Host::Mermaid);
        // Who names a host wants text for it.
        let is_painted = options.painted && region.options.host.is_none();
        let host = (!is_painted).then_some(host);
        let page = match region.content {
            Content::View(view) => self.view(region, view, &scope, &topology, host)?,
            Content::Explain => self.chosen(region, explained(ground, &scope).ok_or_else(nothing)?)?,
            Content::Summary => summary(ground, &scope).ok_or_else(nothing)?,
            Content::Containers => containers(ground, &scope).ok_or_else(nothing)?,
            Content::Edges => edges(ground, &scope).ok_or_else(nothing)?,
        };
        let options = &output::Options {
            repo_url: options.repo_url.clone().or_else(|| self.catalog.settings.repository.clone()),
            ..options.clone()
        };
        let looks = Looks {
            heading: region.options.heading.unwrap_or(2),
            host,
            bare: matches!(region.content, Content::View(_)),
            table: region.options.table,
        };
        let (text, problems): (String, Problems) = output::region(page, flavour, options, looks)?;
        if let Content::View(view) = region.content
            && problems.iter().any(|problem| problem.code == Code::DiagramTooLarge)
        {
            return Err(Error::Region(too_large(view, host)));
        }
        if text.is_empty() { Err(nothing()) } else { Ok(text) }
    }

    /// What the region names: its subject, its namespace, or an environment.
    fn named(&self, region: &Region) -> Result<Scope, Error> {
        let options = &region.options;
        let (namespace, environment) = (options.namespace.as_deref(), options.environment.as_deref());
        let environments = &self.topology.environments;
        if let Some(name) = environment
            && !environments.iter().any(|one| one.name == name)
        {
            let candidates = environments.iter().map(|one| one.name.clone()).collect();
            return Err(Error::NoSuchEnvironment { name: name.to_owned(), candidates });
        }
        let find = |subject: &str, namespace| {
            find_subject_in(&self.topology, &self.catalog, subject, namespace, environment)
        };
        match (&region.subject, namespace, environment) {
            (Some(subject), ..) => Ok(Scope::Of(find(subject, namespace)?)),
            (None, Some(namespace), _) => Ok(Scope::Of(find(&format!("namespace/{namespace}"), None)?)),
            (None, None, Some(name)) => Ok(Scope::All(name.into())),
            (None, None, None) => match &environments[..] {
                [] => Err(Error::NothingToDocument),
                [only] => Ok(Scope::All(only.name.as_str().into())),
                several => Err(Error::Region(which_environment(several.iter().map(|one| &*one.name)))),
            },
        }
    }

    /// The only workload in place of everything around it: for what is about one pod, and where nothing else was asked for.
    fn narrowed(&self, region: &Region, scope: Scope, topology: &Topology) -> Result<Scope, Error> {
        let is_of_a_pod = matches!(region.content, Content::View(view) if view.is_of_a_pod());
        let wants_one = is_of_a_pod || matches!(region.content, Content::Explain | Content::Summary);
        if region.subject.is_some() || !wants_one {
            return Ok(scope);
        }
        let inside = topology.workloads().map(|(index, ..)| index);
        let inside: Vec<NodeIndex> = inside.filter(|index| scope.holds(topology, *index)).collect();
        match inside[..] {
            [only] if is_of_a_pod || matches!(scope, Scope::All(_)) => Ok(Scope::Of(Found::Object(only))),
            [] if is_of_a_pod => Err(Error::Region(nothing(region))),
            [_, _, ..] if is_of_a_pod => {
                let title =
                    |index: &NodeIndex| quoted(&self.topology.title(&topology.nodes[*index].identity));
                Err(Error::Region(which_pod(region, inside.iter().map(title).collect())))
            }
            _ => Ok(scope),
        }
    }

    /// A diagram that its host draws.
    fn view(
        &self,
        region: &Region,
        view: View,
        scope: &Scope,
        topology: &Topology,
        host: Option<Host>,
    ) -> Result<Page, Error> {
        let focus = match scope {
            Scope::All(environment) => Focus::All(Arc::clone(environment)),
            Scope::Of(Found::Namespace(environment, namespace)) => {
                Focus::Namespace(Arc::clone(environment), Arc::clone(namespace))
            }
            Scope::Of(Found::Application(at)) => Focus::Application(*at),
            Scope::Of(Found::Object(index)) => Focus::Object(*index),
            Scope::Of(Found::Container(index, container)) => Focus::Container(*index, *container),
        };
        let drawn_topology = topology.without_hidden();
        let fitted = match host {
            Some(host) => host.draw(view, &focus, &drawn_topology, &self.facts),
            None => readable(view, &focus, &drawn_topology, &self.facts).map(Ok),
        };
        let fitted = fitted.ok_or_else(|| {
            let others = views_of(&focus, &drawn_topology, &self.facts);
            Error::Region(RegionError { help: views_with_something(&others), ..nothing(region) })
        })?;
        let mut diagram = fitted.map_err(|_| Error::Region(too_large(view, host)))?;
        // What is said behind a semicolon is where the pages of a site tell the rest.
        for sentence in &mut diagram.left_out {
            let (what, where_else) = sentence.split_once(';').unwrap_or((sentence, ""));
            if !(region.options.table && where_else.contains("table")) {
                *sentence = format!("{}.", what.trim_end_matches('.'));
            }
        }
        Ok(drawn(diagram))
    }

    /// The page with the sections that were asked for, in the order in which they were.
    fn chosen(&self, region: &Region, mut page: Page) -> Result<Page, Error> {
        let wanted = &region.options.sections;
        if wanted.is_empty() {
            return Ok(page);
        }
        let mut chosen = Vec::new();
        for anchor in wanted {
            let Some(at) = page.sections.iter().position(|section| section.anchor == *anchor) else {
                let here: Vec<&str> = page.sections.iter().map(|section| &*section.anchor).collect();
                return Err(Error::Region(no_section(anchor, &here)));
            };
            chosen.push(page.sections.remove(at));
        }
        Ok(Page { sections: chosen, author: Vec::new(), lead: Vec::new(), ..page })
    }

    /// The topology in which is hidden what the settings say, but not what was asked for.
    fn shown(&self, asked: Option<&Found>) -> Cow<'_, Topology> {
        let rule = &self.catalog.settings.hide;
        if rule.is_empty() {
            return Cow::Borrowed(&self.topology);
        }
        let mut topology = self.topology.clone();
        let asked = self.asked(asked);
        topology.hide(|one| !asked.contains(one) && rule.hides(one));
        Cow::Owned(topology)
    }
}

fn which_environment<'a>(names: impl Iterator<Item = &'a str>) -> RegionError {
    let names: Vec<&str> = names.collect();
    let example = quoted(names.first().copied().unwrap_or_default());
    RegionError::new(format!("it shows one environment, and there are `{}`", names.join("`, `"))).help(format!(
        "say which one, such as `environment={example}`; or choose one for all, with `-e` or, in an mdBook, in book.toml"
    ))
}

fn which_pod(region: &Region, titles: Vec<String>) -> RegionError {
    let shown: Vec<String> = titles.iter().take(MOST_CANDIDATES).map(|title| format!("`{title}`")).collect();
    let more = if titles.len() > MOST_CANDIDATES { ", …" } else { "" };
    let name = region.content.name();
    RegionError::new(format!("`{name}` shows one pod, and there are {}", titles.len()))
        .help(format!("name it behind `{name}`: {}{more}", shown.join(", ")))
}

fn no_section(anchor: &str, here: &[&str]) -> RegionError {
    let mut listed: Vec<String> = Vec::new();
    for anchor in here {
        let anchor = format!("`{anchor}`");
        if !listed.contains(&anchor) {
            listed.push(anchor);
        }
    }
    let list = format!("there are {}", listed.join(", "));
    let error = RegionError::new(format!("the page has no section `{anchor}`"));
    match closest(anchor, here) {
        Some(word) => error.help(format!("did you mean `{word}`? T{}", &list[1..])),
        None => error.help(list),
    }
}

fn too_large(view: View, host: Option<Host>) -> RegionError {
    let draws = host.map_or("podviz paints".to_owned(), |host| format!("{} draws", host.title()));
    let reason = format!("the `{}` view is larger than {draws}, folded as far as it goes", view.name());
    RegionError::new(reason).help("name a namespace, an application or an object behind the view")
}

fn nothing(region: &Region) -> RegionError {
    let subject = region.subject.as_ref().map(|subject| format!(" for `{subject}`"));
    let subject = subject.unwrap_or_default();
    RegionError::new(format!("`{}` has nothing to show{subject}", region.content.name()))
}

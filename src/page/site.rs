//! The whole site: every page, in the order of their paths.

use super::graph::Spacing;
use super::knowledge::Knowledge;
use super::lists::Shown;
use super::places::{self, Places};
use super::room::Room;
use super::{
    Area, Link, Page, Site, Target, access, advice, application, container, environments, glossary, graph,
    images, lists, network, object, overview, workload,
};
use crate::catalog::Catalog;
use crate::facts::Facts;
use crate::names::PagePath;
use crate::problem::Problems;
use crate::topology::subject::Found;
use crate::topology::{NodeIndex, Topology};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes the site.
pub fn build(
    title: &str,
    topology: &Topology,
    facts: &Facts,
    catalog: &Catalog,
    problems: &Problems,
) -> Site {
    let places = Places::of(topology, catalog);
    let drawn = topology.without_hidden();
    let room = Room::of(&catalog.settings, topology);
    let draws = room.has_pictures(places.subjects.len());
    let know = Knowledge { topology, drawn: &drawn, facts, catalog, places: &places, draws };
    let home = || vec![shared_home(&know)];
    let mut pages: Vec<Page> = Vec::new();
    let present: Vec<NodeIndex> = topology.present().map(|(index, _)| index).collect();
    pages.par_extend(present.par_iter().flat_map_iter(|&index| of_object(&know, index)));
    for (environment, namespace) in topology.namespaces().into_keys() {
        pages.extend(overview::namespace(&know, &environment, &namespace));
    }
    let applications = (0..topology.applications.len()).into_par_iter();
    pages.par_extend(applications.filter_map(|at| application::page(&know, at)));
    let mut environments = Vec::new();
    for environment in &topology.environments {
        let name: Arc<str> = environment.name.as_str().into();
        let own = [
            Some(overview::overview(&know, environment, title, problems)),
            images::page(&know, &name),
            access::page(&know, &name),
            network::page(&know, &name),
            advice::page(&know, &name),
        ];
        let own = own.into_iter().flatten();
        let own: Vec<Page> = own.map(|page| Page { environment: environment.name.clone(), ..page }).collect();
        let home = know.home(&name);
        environments.push(Area { name: environment.name.clone(), sections: sections(&home, &own), home });
        pages.extend(own);
    }
    let has_first = environments.iter().any(|area| area.home == PagePath::root());
    if !has_first {
        pages.push(environments::page(&know, title, problems));
    }
    pages.push(glossary::page(&know, home()));
    pages.extend(files(topology).values().filter_map(|here| lists::source(&know, here, home())));
    let graph = graph::json(topology, facts, problems, true, Spacing::Compact);
    let shortened: Problems = room.fit(&mut pages, draws, graph.len()).into_iter().collect();
    let mut all = problems.clone();
    all.extend(shortened.clone());
    pages.push(lists::problems(&know, &all.sorted(), home()));
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    let root = PagePath::root();
    let first = environments.iter().find(|area| area.home == root);
    let sections = first.map_or_else(|| sections(&root, &[]), |area| area.sections.clone());
    Site {
        title: title.to_owned(),
        environments,
        sections,
        pages,
        places: places.subjects,
        folders: places.folders,
        graph,
        shortened,
    }
}

/// The pages of some subjects alone. Links lead to where the pages of the whole site would be.
pub fn pages_of(found: &[Found], topology: &Topology, facts: &Facts, catalog: &Catalog) -> Vec<Page> {
    let places = Places::of(topology, catalog);
    let know = Knowledge { topology, drawn: topology, facts, catalog, places: &places, draws: true };
    found.iter().filter_map(|found| page_in(&know, found)).collect()
}

/// The same without their sections: what each is, in a sentence.
pub fn heads_of(found: &[NodeIndex], topology: &Topology, facts: &Facts, catalog: &Catalog) -> Vec<Page> {
    let places = Places::of(topology, catalog);
    let know = Knowledge { topology, drawn: topology, facts, catalog, places: &places, draws: false };
    let head = |index: NodeIndex| {
        let object = know.node(index).object.as_deref()?;
        if know.pod(index).is_some() {
            workload::head(&know, index, object)
        } else {
            object::head(&know, index, object)
        }
    };
    found.iter().filter_map(|&index| head(index)).collect()
}

/// The page of one subject, among pages that are there already.
pub(super) fn page_in(know: &Knowledge, found: &Found) -> Option<Page> {
    let object = |index: NodeIndex| know.node(index).object.as_deref();
    match found {
        Found::Namespace(environment, namespace) => overview::namespace(know, environment, namespace),
        Found::Application(at) => application::page(know, *at),
        Found::Object(index) if know.pod(*index).is_some() => workload::page(know, *index, object(*index)?),
        Found::Object(index) => object::page(know, *index, object(*index)?),
        Found::Container(index, position) => container::page(know, *index, object(*index)?, *position),
    }
}

/// The page of an object and those of its containers.
fn of_object(know: &Knowledge, index: NodeIndex) -> Vec<Page> {
    let Some(object) = &know.node(index).object else { return Vec::new() };
    let Some((pod, _)) = know.pod(index) else {
        return object::page(know, index, object).into_iter().collect();
    };
    let page = workload::page(know, index, object);
    let containers = (0..pod.containers.len().min(places::MOST_CONTAINERS))
        .filter_map(|position| container::page(know, index, object, position));
    page.into_iter().chain(containers).collect()
}

/// The objects of each file, by its path.
fn files(topology: &Topology) -> BTreeMap<&str, Vec<Shown<'_>>> {
    let mut files: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (index, node) in topology.present() {
        for (file, line) in node.object.as_deref().map(places::files_of).unwrap_or_default() {
            files.entry(&file.path).or_default().push(Shown { file, index, line });
        }
    }
    files
}

/// The entries at the top of the navigation of an environment, given its own pages: they depend on what there is, not
/// on what is in it.
fn sections(home: &PagePath, pages: &[Page]) -> Vec<Link> {
    let mut sections =
        vec![link("Overview", home), link("Pod or container?", &PagePath::root().fixed("glossary"))];
    for (name, part) in
        [("Access", "access"), ("Network rules", "network"), ("Images", "images"), ("Advice", "advice")]
    {
        let path = home.fixed(part);
        if pages.iter().any(|page| page.path == path) {
            sections.push(link(name, &path));
        }
    }
    sections.push(link("Problems", &lists::problems_path()));
    sections
}

/// What stands above the pages that all environments share.
fn shared_home(know: &Knowledge) -> Link {
    let text = if know.has_several() { "All environments" } else { "Cluster" };
    link(text, &PagePath::root())
}

fn link(text: &str, page: &PagePath) -> Link {
    Link { text: text.to_owned(), code: false, to: Target { page: page.clone(), anchor: String::new() } }
}

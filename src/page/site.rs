//! The whole site: every page, in the order of their paths.

use super::graph::Spacing;
use super::knowledge::Knowledge;
use super::places::Places;
use super::{
    Link, Page, Site, Target, access, advice, container, glossary, graph, images, lists, network, object,
    overview, workload,
};
use crate::catalog::Catalog;
use crate::facts::Facts;
use crate::model::Object;
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
    let know = Knowledge { topology, drawn: &drawn, facts, catalog, places: &places };
    let home = || vec![link("Cluster", &PagePath::root())];
    let mut pages: Vec<Page> = Vec::new();
    for environment in &topology.environments {
        let environment: Arc<str> = environment.name.as_str().into();
        pages.extend(overview::overview(&know, &environment, title, problems));
    }
    for (environment, namespace) in topology.namespaces().into_keys() {
        pages.extend(overview::namespace(&know, &environment, &namespace));
    }
    let present: Vec<NodeIndex> = topology.present().map(|(index, _)| index).collect();
    pages.par_extend(present.par_iter().flat_map_iter(|&index| of_object(&know, index)));
    pages.extend(images::page(&know, home()));
    pages.extend(access::page(&know, home()));
    pages.extend(network::page(&know, home()));
    pages.extend(advice::page(&know, home()));
    pages.push(lists::problems(&know, problems, home()));
    pages.push(glossary::page(&know, home()));
    pages.extend(files(topology).values().filter_map(|objects| lists::source(&know, objects, home())));
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    let sections = sections(&pages);
    let graph = graph::json(topology, facts, problems, true, Spacing::Compact);
    Site { title: title.to_owned(), sections, pages, places: places.subjects, graph }
}

/// The page of one subject alone. Links lead to where the pages of the whole site would be.
pub fn page_of(found: &Found, topology: &Topology, facts: &Facts, catalog: &Catalog) -> Option<Page> {
    let places = Places::of(topology, catalog);
    let know = Knowledge { topology, drawn: topology, facts, catalog, places: &places };
    let object = |index: NodeIndex| know.node(index).object.as_deref();
    match found {
        Found::Namespace(environment, namespace) => overview::namespace(&know, environment, namespace),
        Found::Object(index) if know.pod(*index).is_some() => workload::page(&know, *index, object(*index)?),
        Found::Object(index) => object::page(&know, *index, object(*index)?),
        Found::Container(index, position) => container::page(&know, *index, object(*index)?, *position),
    }
}

/// The page of an object and those of its containers.
fn of_object(know: &Knowledge, index: NodeIndex) -> Vec<Page> {
    let Some(object) = &know.node(index).object else { return Vec::new() };
    let Some((pod, _)) = know.pod(index) else {
        return object::page(know, index, object).into_iter().collect();
    };
    let page = workload::page(know, index, object);
    let containers =
        (0..pod.containers.len()).filter_map(|position| container::page(know, index, object, position));
    page.into_iter().chain(containers).collect()
}

/// The objects of each file, by its path.
fn files(topology: &Topology) -> BTreeMap<&str, Vec<(NodeIndex, &Object)>> {
    let mut files: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (index, node) in topology.present() {
        let Some(object) = node.object.as_deref() else { continue };
        files.entry(object.file.path.as_str()).or_default().push((index, object));
    }
    files
}

/// The entries at the top of the navigation: they depend on what there is, not on what is in it.
fn sections(pages: &[Page]) -> Vec<Link> {
    let root = PagePath::root();
    let mut sections = vec![link("Overview", &root)];
    for (name, path) in [
        ("Pod or container?", root.fixed("glossary")),
        ("Access", root.fixed("access")),
        ("Network rules", root.fixed("network")),
        ("Images", root.fixed("images")),
        ("Advice", root.fixed("advice")),
        ("Problems", lists::problems_path()),
    ] {
        if pages.iter().any(|page| page.path == path) {
            sections.push(link(name, &path));
        }
    }
    sections
}

fn link(text: &str, page: &PagePath) -> Link {
    Link { text: text.to_owned(), code: false, to: Target { page: page.clone(), anchor: String::new() } }
}

//! The whole site: every page, in the order of their paths.

use super::changes::{self, Comparison, Marks};
use super::graph::Spacing;
use super::knowledge::Knowledge;
use super::lists::Shown;
use super::places::{self, Places};
use super::prose::muted;
use super::room::{Folds, Room, Sizes};
use super::unknown;
use super::{
    Area, Link, Page, Site, Sort, Target, access, advice, application, container, environments, glossary,
    graph, images, kinds, lists, network, object, overview, workload,
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
use std::sync::atomic::{AtomicUsize, Ordering};

/// Pages take about this many bytes of HTML before those that follow are made when they are written.
const KEPT: usize = 10_000_000;

/// Makes the site.
pub fn build(
    title: &str,
    topology: &Topology,
    facts: &Facts,
    catalog: &Catalog,
    problems: &Problems,
) -> Site {
    outline(title, topology, facts, catalog, problems, (usize::MAX, None)).0
}

/// Makes the site, but of a large one not the sections of all pages: those are made later, one page at a time. What an earlier
/// state says is marked on them, if one is compared.
pub fn outlined(
    title: &str,
    topology: &Topology,
    facts: &Facts,
    catalog: &Catalog,
    problems: &Problems,
    comparison: Option<Comparison>,
) -> (Site, Later) {
    outline(title, topology, facts, catalog, problems, (KEPT, comparison))
}

/// Makes the site, and all sections up to about `most` bytes; marks what differs.
fn outline(
    title: &str,
    topology: &Topology,
    facts: &Facts,
    catalog: &Catalog,
    problems: &Problems,
    (most, comparison): (usize, Option<Comparison>),
) -> (Site, Later) {
    let places = Places::of(topology, catalog);
    let marks = Marks::of(comparison.unwrap_or_default(), &places.subjects, &places.files);
    let drawn = topology.without_hidden();
    let room = Room::of(&catalog.settings, topology);
    let draws = room.has_pictures(topology, &places);
    let know = Knowledge { topology, drawn: &drawn, facts, catalog, places: &places, draws };
    let home = || vec![shared_home(&know)];
    let made = AtomicUsize::new(0);
    let mut own: Vec<(Page, Sizes, Option<Found>)> = Vec::new();
    let subjects: Vec<Found> = topology.present().flat_map(|(index, _)| of_object(&know, index)).collect();
    own.par_extend(subjects.into_par_iter().filter_map(|found| {
        let mut page = page_in(&know, &found)?;
        marks.apply(&mut page);
        let sizes = Sizes::of(&page);
        let is_late = made.fetch_add(sizes.all, Ordering::Relaxed) > most;
        if is_late {
            page.sections = Vec::new();
        }
        Some((page, sizes, is_late.then_some(found)))
    }));
    let mut pages: Vec<Page> = Vec::new();
    let namespaces: Vec<_> = topology.namespaces().into_keys().collect();
    pages.par_extend(namespaces.par_iter().filter_map(|(environment, namespace)| {
        Some(with_what_is_missing(&know, overview::namespace(&know, environment, namespace)?))
    }));
    let applications = (0..topology.applications.len()).into_par_iter();
    pages.par_extend(
        applications.filter_map(|at| Some(with_what_is_missing(&know, application::page(&know, at)?))),
    );
    let mut environments = Vec::new();
    for environment in &topology.environments {
        let name: Arc<str> = environment.name.as_str().into();
        let makers: [&(dyn Fn() -> Option<Page> + Sync); 5] = [
            &|| Some(overview::overview(&know, environment, title, problems)),
            &|| images::page(&know, &name),
            &|| access::page(&know, &name),
            &|| network::page(&know, &name),
            &|| advice::page(&know, &name),
        ];
        let own: Vec<Option<Page>> = makers.into_par_iter().map(|make| make()).collect();
        let lists = kinds::ALL.par_iter().map(|kinds| kinds.page(&know, &name));
        let lists: Vec<Option<Page>> = lists.collect();
        let own: Vec<Page> = own
            .into_iter()
            .chain(lists)
            .flatten()
            .map(|page| Page { environment: environment.name.clone(), ..page })
            .map(|page| with_what_is_missing(&know, page))
            .collect();
        let home = know.home(&name);
        let sections = sections(&home, &own, marks.is_there());
        environments.push(Area { name: environment.name.clone(), sections, home });
        pages.extend(own);
    }
    let has_first = environments.iter().any(|area| area.home == PagePath::root());
    if !has_first {
        pages.push(environments::page(&know, title, problems));
    }
    pages.push(glossary::page(&know, home()));
    pages.extend(files(topology).values().filter_map(|here| lists::source(&know, here, home())));
    pages.iter_mut().for_each(|page| marks.apply(page));
    let changes = marks.pages(&home());
    pages.extend(changes);
    let graph = graph::json(topology, facts, problems, true, Spacing::Compact);
    own.extend(
        pages.into_iter().map(|page| (Sizes::of(&page), page)).map(|(sizes, page)| (page, sizes, None)),
    );
    let sizes: Vec<Sizes> = own.iter().map(|(_, sizes, _)| *sizes).collect();
    let folds = room.plan(&sizes, graph.len());
    let mut later = BTreeMap::new();
    let mut shortened = 0;
    let own = own.into_iter().zip(folds).map(|((mut page, _, found), folds)| {
        let lacks_pictures = !draws && matches!(page.sort, Sort::Workload | Sort::Container);
        if lacks_pictures {
            page.lead.push(vec![muted(" It is not drawn: the site has no room for so many pictures.")]);
        }
        shortened += usize::from(lacks_pictures || !folds.is_empty());
        match found {
            Some(found) => drop(later.insert(page.path.clone(), (found, folds))),
            None => folds.apply(&mut page),
        }
        page
    });
    let mut pages: Vec<Page> = own.collect();
    let shortened: Problems = room.problem(shortened).into_iter().collect();
    let mut all = problems.clone();
    all.extend(shortened.clone());
    pages.push(lists::problems(&know, &all.sorted(), home()));
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    let root = PagePath::root();
    let first = environments.iter().find(|area| area.home == root);
    let sections = first.map_or_else(|| sections(&root, &[], marks.is_there()), |area| area.sections.clone());
    let site = Site {
        title: title.to_owned(),
        environments,
        start: environments::main(&know).map(|main| know.home(main)).unwrap_or_default(),
        sections,
        pages,
        places: places.subjects.clone(),
        folders: places.folders.clone(),
        graph,
        shortened,
    };
    (site, Later { pages: later, places, draws, marks })
}

/// The pages of a site whose sections are made when they are written.
pub struct Later {
    pages: BTreeMap<PagePath, (Found, Folds)>,
    places: Places,
    draws: bool,
    marks: Marks,
}

impl Later {
    /// Whether all pages have their sections.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// What gives a page the sections that it lacks, from what the site was made of.
    pub fn filling<'a>(
        &'a self,
        topology: &'a Topology,
        facts: &'a Facts,
        catalog: &'a Catalog,
    ) -> impl Fn(&mut Page) + Sync + 'a {
        let drawn = topology.without_hidden();
        move |page| {
            let Some((found, folds)) = self.pages.get(&page.path) else { return };
            let (places, draws) = (&self.places, self.draws);
            let know = Knowledge { topology, drawn: &drawn, facts, catalog, places, draws };
            if let Some(mut made) = page_in(&know, found) {
                self.marks.apply(&mut made);
                folds.apply(&mut made);
                page.sections = made.sections;
            }
        }
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
    Some(with_what_is_missing(know, bare_page_in(know, found)?))
}

/// A page that says first that its environment could not be built as a whole.
fn with_what_is_missing(know: &Knowledge, mut page: Page) -> Page {
    if let Some(missing) = unknown::incomplete(know, &page.environment) {
        page.lead.insert(0, missing);
    }
    page
}

fn bare_page_in(know: &Knowledge, found: &Found) -> Option<Page> {
    let object = |index: NodeIndex| know.node(index).object.as_deref();
    match found {
        Found::Namespace(environment, namespace) => overview::namespace(know, environment, namespace),
        Found::Application(at) => application::page(know, *at),
        Found::Object(index) if know.pod(*index).is_some() => workload::page(know, *index, object(*index)?),
        Found::Object(index) => object::page(know, *index, object(*index)?),
        Found::Container(index, position) => container::page(know, *index, object(*index)?, *position),
    }
}

/// An object and those of its containers that have pages.
fn of_object(know: &Knowledge, index: NodeIndex) -> impl Iterator<Item = Found> + use<> {
    let containers = know.pod(index).map_or(0, |(pod, _)| pod.containers.len().min(places::MOST_CONTAINERS));
    std::iter::once(Found::Object(index))
        .chain((0..containers).map(move |position| Found::Container(index, position)))
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
fn sections(home: &PagePath, pages: &[Page], is_compared: bool) -> Vec<Link> {
    let mut sections = vec![link("Overview", home)];
    sections.extend(is_compared.then(|| link("Changes", &changes::path())));
    let lists = kinds::ALL.iter().map(|kinds| (kinds.title, kinds.part));
    let others =
        [("Access", "access"), ("Network rules", "network"), ("Images", "images"), ("Advice", "advice")];
    for (name, part) in lists.chain(others) {
        let path = home.fixed(part);
        if pages.iter().any(|page| page.path == path) {
            sections.push(link(name, &path));
        }
    }
    sections.push(link("Problems", &lists::problems_path()));
    sections.push(link("Pod or container?", &PagePath::root().fixed("glossary")));
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

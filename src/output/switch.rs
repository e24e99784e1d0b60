//! From one environment to the next: where the page that stands for the same thing is in each of the others.

use crate::names::PagePath;
use crate::page::{Area, Page};
use std::collections::{BTreeMap, BTreeSet};

/// With more environments than this, only those are offered that have the same page.
const MOST_OFFERED: usize = 12;

/// The pages of the environments of a site.
pub(super) struct Switch<'a> {
    areas: &'a [Area],
    pages: BTreeSet<PagePath>,
    /// The page of each environment for a path without its namespace; `None` where several namespaces have one.
    elsewhere: BTreeMap<(usize, PagePath), Option<PagePath>>,
}

/// A way to another environment.
pub(super) struct Way<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its page.
    pub page: PagePath,
    /// Whether this is the environment of the page itself.
    pub is_here: bool,
    /// Whether it leads to a page of the same thing, and not to the overview.
    pub is_same: bool,
}

impl<'a> Switch<'a> {
    /// What is needed to lead from page to page; `None` where there is nothing to switch.
    pub(super) fn of(areas: &'a [Area], pages: &[Page]) -> Option<Switch<'a>> {
        if areas.len() < 2 {
            return None;
        }
        let mut switch = Switch { areas, pages: BTreeSet::new(), elsewhere: BTreeMap::new() };
        let numbers: BTreeMap<&str, usize> =
            areas.iter().enumerate().map(|(number, area)| (area.name.as_str(), number)).collect();
        for page in pages {
            let Some(&number) = numbers.get(page.environment.as_str()) else { continue };
            switch.pages.insert(page.path.clone());
            let Some(rest) = page.path.below(&areas[number].home).and_then(|rest| without_namespace(&rest))
            else {
                continue;
            };
            let path = page.path.clone();
            switch.elsewhere.entry((number, rest)).and_modify(|known| *known = None).or_insert(Some(path));
        }
        Some(switch)
    }

    /// The ways that a page offers, its own environment among them, sorted by name.
    pub(super) fn ways(&self, page: &Page) -> Vec<Way<'a>> {
        let here = self.areas.iter().find(|area| area.name == page.environment);
        let rest = here.and_then(|area| page.path.below(&area.home));
        let way = |(number, area): (usize, &'a Area)| {
            let is_here = here.is_some_and(|here| here.name == area.name);
            let same = rest.as_ref().and_then(|rest| self.same(number, rest));
            Way {
                name: &area.name,
                is_here,
                is_same: same.is_some(),
                page: same.unwrap_or_else(|| area.home.clone()),
            }
        };
        let mut ways: Vec<Way> = self.areas.iter().enumerate().map(way).collect();
        if ways.len() > MOST_OFFERED {
            // An overview has the same page everywhere: the list of all says more than the first few.
            let is_overview = rest.as_ref().is_none_or(|rest| *rest == PagePath::root());
            ways.retain(|way| way.is_here || (way.is_same && !is_overview));
            ways.truncate(MOST_OFFERED);
        }
        ways
    }

    /// How many environments there are.
    pub(super) fn number(&self) -> usize {
        self.areas.len()
    }

    fn same(&self, number: usize, rest: &PagePath) -> Option<PagePath> {
        let path = rest.moved_to(&self.areas[number].home);
        if self.pages.contains(&path) {
            return Some(path);
        }
        self.elsewhere.get(&(number, without_namespace(rest)?))?.clone()
    }
}

/// The path of a page of a namespace within it: environments often differ in nothing but the namespace.
fn without_namespace(rest: &PagePath) -> Option<PagePath> {
    let mut parts = rest.parts();
    (parts.next() == Some("ns") && parts.next().is_some()).then(|| PagePath::of_parts(parts))
}

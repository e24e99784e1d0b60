//! The folders of a site as a tree, in the order in which people read: what the tables of contents of docs sites are
//! made from.

use crate::names::PagePath;
use crate::page::{Page, Site, Sort};
use std::collections::{BTreeMap, BTreeSet};

/// Every folder of a site.
pub(super) struct Navigation {
    entries: Vec<Entry>,
    /// Where the entry of each folder is.
    places: BTreeMap<PagePath, usize>,
}

/// One folder.
pub(super) struct Entry {
    pub path: PagePath,
    /// What it is called, raw: the title of its page if it has one.
    pub title: String,
    /// Whether that is the name of a thing.
    pub is_name: bool,
    /// Whether it has a page.
    pub is_page: bool,
    /// How many folders are around it.
    pub depth: usize,
    /// What decides its place among the folders beside it, from 1; those of the same place come by name. A new page
    /// moves no other.
    pub place: usize,
    pub has_children: bool,
}

/// The rank of what comes last.
const LAST: usize = 20;

/// What decides the order of the folders beside each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(usize, String, PagePath);

/// The tree while it is made.
struct Tree<'a> {
    site: &'a Site,
    pages: BTreeMap<&'a PagePath, &'a Page>,
    below: BTreeMap<PagePath, BTreeSet<Rank>>,
}

impl Navigation {
    /// The folders of `pages`, which belong to `site`.
    pub(super) fn of(site: &Site, pages: &[Page]) -> Navigation {
        let mut tree = Tree {
            site,
            pages: pages.iter().map(|page| (&page.path, page)).collect(),
            below: BTreeMap::new(),
        };
        let mut ranks: BTreeMap<PagePath, usize> = BTreeMap::new();
        for page in pages {
            let rank = tree.rank(page);
            let above = std::iter::successors(page.path.parent(), PagePath::parent);
            // A folder without a page stands where the first of its pages would.
            let above = above.take_while(|folder| !tree.pages.contains_key(folder));
            for folder in std::iter::once(page.path.clone()).chain(above) {
                ranks.entry(folder).and_modify(|known| *known = rank.min(*known)).or_insert(rank);
            }
        }
        for (path, rank) in ranks {
            if let Some(parent) = path.parent() {
                let rank = Rank(rank, tree.title(&path).to_lowercase(), path);
                tree.below.entry(parent).or_default().insert(rank);
            }
        }
        let mut navigation = Navigation { entries: Vec::new(), places: BTreeMap::new() };
        navigation.add(&tree, PagePath::root(), 0, 1);
        navigation
    }

    fn add(&mut self, tree: &Tree, path: PagePath, depth: usize, place: usize) {
        let page = tree.pages.get(&path);
        let below = tree.below.get(&path);
        self.places.insert(path.clone(), self.entries.len());
        self.entries.push(Entry {
            title: tree.title(&path),
            is_name: page.is_some_and(|page| is_name(page)),
            is_page: page.is_some(),
            depth,
            place,
            has_children: below.is_some(),
            path,
        });
        for Rank(rank, _, child) in below.into_iter().flatten() {
            // Some tools list the first page among what is below it.
            self.add(tree, child.clone(), depth + 1, rank + 1 + usize::from(depth == 0));
        }
    }

    /// All folders, each before what is in it.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One folder.
    pub(super) fn entry(&self, path: &PagePath) -> Option<&Entry> {
        self.places.get(path).map(|&at| &self.entries[at])
    }

    /// The folders directly in one, in order.
    pub(super) fn inside(&self, path: &PagePath) -> impl Iterator<Item = &Entry> {
        let at = self.places.get(path).copied().unwrap_or(self.entries.len());
        let depth = self.entries.get(at).map_or(0, |entry| entry.depth);
        let below = self.entries.iter().skip(at + 1).take_while(move |entry| entry.depth > depth);
        below.filter(move |entry| entry.depth == depth + 1)
    }

    /// The paths of all folders.
    pub(super) fn folders(&self) -> impl Iterator<Item = &PagePath> {
        self.entries.iter().map(|entry| &entry.path)
    }
}

impl Tree<'_> {
    fn title(&self, path: &PagePath) -> String {
        match (self.pages.get(path), self.site.folders.get(path)) {
            (Some(page), _) => page.title.clone(),
            (None, Some(title)) => title.clone(),
            (None, None) => path.name().to_owned(),
        }
    }

    /// Lists come in the order of the site's own navigation, behind what they are made from, and files last.
    fn rank(&self, page: &Page) -> usize {
        let areas = self.site.environments.iter().map(|area| &area.sections);
        let place = areas
            .chain([&self.site.sections])
            .find_map(|sections| sections.iter().position(|link| link.to.page == page.path));
        match page.sort {
            Sort::Overview => 0,
            Sort::Namespace => 1,
            Sort::Application => 2,
            Sort::Workload | Sort::Container => 3,
            Sort::Object => 4,
            Sort::List | Sort::Glossary => 5 + place.unwrap_or_default(),
            Sort::Source | Sort::Earlier => LAST,
        }
    }
}

/// Whether the title of the page is the name of a thing.
pub(super) fn is_name(page: &Page) -> bool {
    matches!(
        page.sort,
        Sort::Namespace | Sort::Workload | Sort::Container | Sort::Object | Sort::Source | Sort::Earlier
    )
}

//! The tree at the side of each page: namespace, application, workload, container. Only the branch of the page is open, and
//! of what stands beside it only the nearest is listed, so that a page of a large site is no larger than one of a small.

use crate::names::PagePath;
use crate::page::{Link, Page, Sort};
use std::collections::BTreeMap;

/// How many of the pages beside the one that is open are listed, itself included.
const MOST_BESIDE: usize = 14;

/// The pages of namespaces, applications, workloads and containers, each below the one that it belongs to.
pub(super) struct Tree {
    /// What is directly below a page, in order.
    below: BTreeMap<PagePath, Vec<Leaf>>,
    /// What each page of the tree is below, and at which place.
    places: BTreeMap<PagePath, (PagePath, usize)>,
}

/// A page in the tree.
#[derive(Clone)]
struct Leaf {
    path: PagePath,
    title: String,
    kind: &'static str,
    /// Its kind where that is no workload's usual one.
    kicker: String,
}

/// A line of the tree as one page shows it.
pub(super) struct Line {
    /// The page that it leads to.
    pub path: PagePath,
    /// What it is called, raw.
    pub title: String,
    /// What it is: `namespace`, `application`, `workload`, `container`, or `object`.
    pub kind: &'static str,
    /// The kind of a workload, raw; else empty.
    pub kicker: String,
    /// How many lines it stands below.
    pub depth: usize,
    /// How many pages this line stands for beside those that are listed; 0 for a page's own line.
    pub more: usize,
    /// Whether the page itself, or one above it, is meant.
    pub is_open: bool,
}

impl Tree {
    /// The tree of all pages.
    pub(super) fn of(pages: &[Page]) -> Tree {
        let mut below: BTreeMap<PagePath, Vec<Leaf>> = BTreeMap::new();
        for page in pages {
            let Some(kind) = kind(page.sort) else { continue };
            let Some(parent) = page.crumbs.last() else { continue };
            // A pod has its containers in the order in which they start.
            if page.sort == Sort::Container {
                continue;
            }
            let kicker = if page.sort == Sort::Workload { page.kicker.clone() } else { String::new() };
            let leaf = Leaf { path: page.path.clone(), title: page.title.clone(), kind, kicker };
            below.entry(parent.to.page.clone()).or_default().push(leaf);
            if page.sort == Sort::Workload && !page.children.is_empty() {
                let containers = page.children.iter().map(|link| Leaf {
                    path: link.to.page.clone(),
                    title: link.text.clone(),
                    kind: "container",
                    kicker: String::new(),
                });
                below.insert(page.path.clone(), containers.collect());
            }
        }
        for leaves in below.values_mut().filter(|leaves| leaves.iter().any(|leaf| leaf.kind != "container")) {
            // Applications come before what belongs to none.
            leaves.sort_by(|a, b| (a.kind, &a.title, &a.path).cmp(&(b.kind, &b.title, &b.path)));
        }
        let places = below.iter().flat_map(|(parent, leaves)| {
            let place = move |(at, leaf): (usize, &Leaf)| (leaf.path.clone(), (parent.clone(), at));
            leaves.iter().enumerate().map(place)
        });
        Tree { places: places.collect(), below }
    }

    /// The lines that a page shows, whose tree begins below `home`.
    pub(super) fn lines(&self, page: &Page, home: &PagePath) -> Vec<Line> {
        let mut open: Vec<&PagePath> = page.crumbs.iter().map(|crumb: &Link| &crumb.to.page).collect();
        open.push(&page.path);
        let mut lines = Vec::new();
        self.list(home, &open, page, 0, &mut lines);
        lines
    }

    fn list(&self, parent: &PagePath, open: &[&PagePath], page: &Page, depth: usize, lines: &mut Vec<Line>) {
        let leaves = self.below.get(parent).map(Vec::as_slice).unwrap_or_default();
        let here = open.iter().find_map(|path| self.place(path, parent));
        let first =
            here.unwrap_or(0).saturating_sub(MOST_BESIDE / 2).min(leaves.len().saturating_sub(MOST_BESIDE));
        let shown = &leaves[first..leaves.len().min(first + MOST_BESIDE)];
        for leaf in shown {
            // The only one there is stands open, too.
            let is_open = open.contains(&&leaf.path);
            lines.push(Line {
                path: leaf.path.clone(),
                title: leaf.title.clone(),
                kind: leaf.kind,
                kicker: leaf.kicker.clone(),
                depth,
                more: 0,
                is_open,
            });
            if is_open || (leaves.len() == 1 && leaf.kind != "workload") {
                self.list(&leaf.path, open, page, depth + 1, lines);
            }
        }
        // An object that runs nothing stands below what it belongs to.
        let is_parent = page.crumbs.last().is_some_and(|crumb| crumb.to.page == *parent);
        if is_parent && here.is_none() && kind(page.sort).is_none() && page.sort == Sort::Object {
            lines.push(Line {
                path: page.path.clone(),
                title: page.title.clone(),
                kind: "object",
                kicker: page.kicker.clone(),
                depth,
                more: 0,
                is_open: true,
            });
        }
        let more = leaves.len() - shown.len();
        if more > 0 {
            lines.push(Line {
                path: parent.clone(),
                title: String::new(),
                kind: "more",
                kicker: String::new(),
                depth,
                more,
                is_open: false,
            });
        }
    }

    /// At which place a page stands below another one.
    fn place(&self, path: &PagePath, parent: &PagePath) -> Option<usize> {
        self.places.get(path).filter(|(above, _)| above == parent).map(|(_, at)| *at)
    }

    /// The pages before and behind one among those beside it.
    pub(super) fn beside(&self, page: &Page) -> (Option<Link>, Option<Link>) {
        let Some(parent) = page.crumbs.last().map(|crumb| &crumb.to.page) else { return (None, None) };
        let leaves = self.below.get(parent).map(Vec::as_slice).unwrap_or_default();
        let Some(here) = self.place(&page.path, parent) else { return (None, None) };
        let link = |leaf: &Leaf| Link {
            text: leaf.title.clone(),
            code: true,
            to: crate::page::Target { page: leaf.path.clone(), anchor: String::new() },
        };
        let before = here.checked_sub(1).and_then(|at| leaves.get(at));
        (before.map(link), leaves.get(here + 1).map(link))
    }
}

/// What a page is in the tree, if it stands there.
fn kind(sort: Sort) -> Option<&'static str> {
    match sort {
        Sort::Namespace => Some("namespace"),
        Sort::Application => Some("application"),
        Sort::Workload => Some("workload"),
        Sort::Container => Some("container"),
        _ => None,
    }
}

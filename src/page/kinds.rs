//! The pages that list objects of an environment by what they are for: traffic, configuration, storage, and what belongs to
//! the whole cluster.

use super::knowledge::Knowledge;
use super::prose::plain;
use super::{Page, Sort, overview};
use crate::catalog::Role;
use crate::diagram::View;
use crate::diagram::views::Focus;
use crate::names::count;
use crate::page::prose::section;
use crate::topology::NodeIndex;
use std::sync::Arc;

/// A page of such a list.
pub struct Kinds {
    /// Its name, as title and in the navigation.
    pub title: &'static str,
    /// Its folder.
    pub part: &'static str,
    view: Option<View>,
    lists: fn(&Knowledge, NodeIndex) -> bool,
}

/// All of them, in the order in which they are listed.
pub const ALL: [Kinds; 4] = [
    Kinds {
        title: "Traffic",
        part: "traffic",
        view: Some(View::Traffic),
        lists: |know, index| has_role(know, index, &[Role::Service, Role::Route]),
    },
    Kinds {
        title: "Configuration",
        part: "configuration",
        view: None,
        lists: |know, index| has_role(know, index, &[Role::Config, Role::Secret]),
    },
    Kinds {
        title: "Storage",
        part: "storage",
        view: Some(View::Storage),
        lists: |know, index| has_role(know, index, &[Role::Storage]),
    },
    Kinds {
        title: "Cluster-wide objects",
        part: "cluster",
        view: None,
        lists: |know, index| know.is_cluster_wide(index),
    },
];

fn has_role(know: &Knowledge, index: NodeIndex, roles: &[Role]) -> bool {
    roles.contains(&know.node(index).role)
}

impl Kinds {
    /// The page for one environment; none where there is nothing to list.
    pub fn page(&self, know: &Knowledge, environment: &Arc<str>) -> Option<Page> {
        let mine = |index| know.node(index).identity.environment == *environment && (self.lists)(know, index);
        let objects =
            overview::by_kind(know, &mine, "By kind").filter(|section| !section.blocks.is_empty())?;
        let number = know
            .topology
            .present()
            .filter(|(index, _)| mine(*index) && know.topology.workload_of(*index).is_none())
            .count();
        let focus = Focus::All(Arc::clone(environment));
        let drawn = self.view.map(|view| overview::drawn(know, view, &focus)).unwrap_or_default();
        let mut page = Page::titled(know.home(environment).fixed(self.part), Sort::List, self.title);
        page.crumbs = vec![know.above(environment)];
        page.lead = vec![plain(format!("{}.", count(number, "object", "objects")))];
        page.sections = vec![section("diagram", "As a picture", drawn), objects];
        page.sections.retain(|section| !section.blocks.is_empty());
        Some(page)
    }
}

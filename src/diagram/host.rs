//! Who shows Mermaid text, and a diagram that is folded until its host draws it.

use super::mermaid::{Budget, Size, measure};
use super::readable::readable;
use super::views::{self, Focus, draw};
use super::{Body, Diagram, View};
use crate::facts::Facts;
use crate::names::count;
use crate::topology::Topology;
use serde::Deserialize;

/// A program that shows Mermaid text as pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// Mermaid itself, as it comes.
    Mermaid,
    /// GitHub.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea, and what descends from it, such as Forgejo.
    Gitea,
}

/// How much is drawn where more does not fit, from the most to the least: boxes and arrows.
const TRIES: [(usize, usize); 9] =
    [(60, 100), (44, 70), (34, 50), (26, 36), (20, 26), (16, 20), (12, 14), (10, 10), (8, 8)];

impl Host {
    /// Every host, in the order in which they are listed.
    pub const ALL: [Host; 4] = [Host::Mermaid, Host::Github, Host::Gitlab, Host::Gitea];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Host::Mermaid => "mermaid",
            Host::Github => "github",
            Host::Gitlab => "gitlab",
            Host::Gitea => "gitea",
        }
    }

    /// Its name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Host::Mermaid => "Mermaid",
            Host::Github => "GitHub",
            Host::Gitlab => "GitLab",
            Host::Gitea => "Gitea",
        }
    }

    /// What it draws.
    pub fn budget(self) -> Budget {
        match self {
            Host::Mermaid => Budget::MERMAID,
            Host::Github => Budget::GITHUB,
            Host::Gitlab => Budget::GITLAB,
            Host::Gitea => Budget::GITEA,
        }
    }

    /// Draws a view as [`readable`] does, with less and less in it until the host draws it; its description then says so.
    /// `None` where the view has nothing to say.
    ///
    /// # Errors
    ///
    /// The smallest diagram that there is, if even that is too large.
    pub fn draw(
        self,
        view: View,
        focus: &Focus,
        topology: &Topology,
        facts: &Facts,
    ) -> Option<Result<Diagram, Diagram>> {
        let mut last = readable(view, focus, topology, facts)?;
        let whole = measure(&last);
        if self.budget().fits(whole) {
            return Some(Ok(last));
        }
        for (nodes, edges) in TRIES {
            let Some(smaller) = draw(view, focus, topology, facts, &views::Budget { nodes, edges }) else {
                continue;
            };
            for told in [self.telling(&smaller, whole, true), self.telling(&smaller, whole, false)] {
                if self.budget().fits(measure(&told)) {
                    return Some(Ok(told));
                }
            }
            last = smaller;
        }
        Some(Err(last))
    }

    /// The same diagram, whose description says how much smaller it is; with `parts`, also what was left out.
    fn telling(self, folded: &Diagram, whole: Size, parts: bool) -> Diagram {
        let size = measure(folded);
        let mut words = format!("{} Folded to fit {}", folded.description, self.title());
        let is_smaller = (size.nodes, size.edges) != (whole.nodes, whole.edges);
        if is_smaller {
            let [node, nodes, edge, edges] = match folded.body {
                Body::Flow(_) | Body::States(_) => ["box", "boxes", "arrow", "arrows"],
                Body::Sequence(_) => ["participant", "participants", "step", "steps"],
            };
            let now = format!("{} and {}", count(size.nodes, node, nodes), count(size.edges, edge, edges));
            words += &format!(": {now} instead of {} and {}", whole.nodes, whole.edges);
        }
        words.push('.');
        for sentence in folded.left_out.iter().filter(|_| parts) {
            // What follows says where a page tells the rest.
            let what = sentence.split(';').next().unwrap_or_default().trim_end_matches('.');
            words += &format!(" {what}.");
        }
        Diagram { description: words, ..folded.clone() }
    }
}

//! Whose pods a selector picks.

use super::super::Selector;
use super::super::given::gives;
use super::super::share::Share;
use super::{Cast, Member};
use crate::document::Identity;

impl<'a> Cast<'a> {
    /// The members in a namespace that make pods which a selector picks.
    pub fn picked<'b>(
        &'b self,
        environment: &'b str,
        namespace: &'b str,
        selector: &'b Selector,
    ) -> impl Iterator<Item = &'a Member> + use<'a, 'b> {
        self.picks(environment, namespace, selector).map(|index| &self.members[index])
    }

    /// The members in a namespace whose pods a selector picks: those that describe them, then those for which an operator
    /// makes them.
    pub fn picked_or_made<'b>(
        &'b self,
        environment: &'b str,
        namespace: &'b str,
        selector: &'b Selector,
    ) -> impl Iterator<Item = usize> + use<'a, 'b> {
        self.picks(environment, namespace, selector).chain(self.crews(environment, namespace, selector))
    }

    /// What stands for the pods of a member that a selector picks: itself, or a workload that an operator makes.
    pub fn stand_ins(&self, member: usize, selector: &Selector) -> Vec<&'a Identity> {
        let member = &self.members[member];
        let crews = member.crew.iter().filter(|crew| crew.is_picked(selector));
        let mut found: Vec<&Identity> = crews.map(|crew| &crew.stands_for).collect();
        found.dedup();
        if member.crew.is_empty() { vec![&member.object.identity] } else { found }
    }

    /// Those that describe them, by their indexes.
    pub fn picks<'b>(
        &'b self,
        environment: &'b str,
        namespace: &'b str,
        selector: &'b Selector,
    ) -> impl Iterator<Item = usize> + use<'a, 'b> {
        let common = selector.required_labels().find(|(key, _)| !gives(key));
        let candidates = match common {
            Some((key, value)) => self.pods_by_label.get(&(environment, namespace, key, value)),
            None => self.pods_of_namespace.get(&(environment, namespace)),
        };
        let candidates = candidates.map(Vec::as_slice).unwrap_or_default().iter().copied();
        candidates.filter(|&index| {
            self.members[index].pod.as_ref().is_some_and(|pod| selector.share(pod) != Share::Nothing)
        })
    }

    /// The members in a namespace for which an operator makes pods that a selector picks.
    pub fn crews(&self, environment: &str, namespace: &str, selector: &Selector) -> Vec<usize> {
        let at = self.crews.get(&(environment, namespace)).map(Vec::as_slice).unwrap_or_default();
        let is_picked = |index: &usize| self.members[*index].crew.iter().any(|crew| crew.is_picked(selector));
        at.iter().copied().filter(is_picked).collect()
    }
}

//! What selectors pick becomes edges, as many as the input has room for: every object has at least some of its own, and
//! knows how many more there are.

use super::super::Unlisted;
use super::super::rules::ports;
use super::super::selector::Selector;
use super::super::share::Share;
use super::{Cast, Draft, Member, Reference};
use crate::catalog::{FieldPath, Relation};
use crate::document::Identity;
use crate::names::{count, thousands};
use crate::problem::{Code, Level, Problem};
use std::collections::BTreeMap;

/// Selectors may make this many edges, and some more for every object.
const ROOM: usize = 2_000;
/// How many more for every object.
const ROOM_OF_EACH: usize = 20;

/// What one selector picks.
pub(in crate::topology) struct Pick {
    /// The object that selects, among the members.
    pub by: usize,
    pub relation: Relation,
    pub field: FieldPath,
    pub reverse: bool,
    /// Whether it picks pods, not objects by their own labels.
    pub of_pods: bool,
    /// The selector.
    pub selector: Selector,
    /// Which members.
    pub picked: Vec<u32>,
}

impl<'a> Cast<'a> {
    /// The index of the member of an identity.
    pub fn index(&self, identity: &Identity) -> Option<usize> {
        self.by_identity.get(identity).copied()
    }

    /// The indexes of the members of a kind in an environment, with the members.
    pub fn each_of_kind<'b>(
        &'b self,
        environment: &'b str,
        kind: &'b str,
    ) -> impl Iterator<Item = (usize, &'a Member)> + use<'a, 'b> {
        let indexes = self.by_kind.get(&(environment, kind)).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().map(|&index| (index, &self.members[index]))
    }
}

impl Draft {
    /// Notes what a selector picks.
    pub fn pick(&mut self, pick: Pick) {
        self.picks.push(pick);
    }

    /// Turns what was picked into edges. Where that would be more than there is room for, those who pick the most keep
    /// equally many, spread over what they pick; gives how many are left out of each object, and says so.
    pub(super) fn add_picks(&mut self, cast: &Cast) -> (BTreeMap<Identity, Unlisted>, Option<Problem>) {
        let picks = std::mem::take(&mut self.picks);
        let most = largest(&picks, ROOM + ROOM_OF_EACH * cast.members.len());
        let (mut selects, mut selected) = (BTreeMap::new(), vec![0_usize; cast.members.len()]);
        let (mut turn, mut left, mut all) = (0, 0, 0);
        for pick in &picks {
            let number = pick.picked.len();
            all += number;
            let kept = number.min(most);
            let first = if kept < number { turn % number } else { 0 };
            (0..kept).for_each(|at| self.add_pick(pick, pick.picked[(first + at) % number], cast));
            if kept < number {
                turn += kept;
                left += number - kept;
                *selects.entry(pick.by).or_insert(0) += number - kept;
                for at in kept..number {
                    selected[pick.picked[(first + at) % number] as usize] += 1;
                }
            }
        }
        let mut unlisted: BTreeMap<Identity, Unlisted> = BTreeMap::new();
        let identity = |member: usize| cast.members[member].object.identity.clone();
        for (by, number) in selects {
            unlisted.entry(identity(by)).or_default().selects = number;
        }
        for (member, number) in selected.into_iter().enumerate().filter(|(_, number)| *number > 0) {
            unlisted.entry(identity(member)).or_default().selected = number;
        }
        let problem = (left > 0).then(|| {
            let message = format!(
                "selectors make {} connections, and {} of them are not listed one by one: of what a selector picks, {} \
                 stand for all",
                thousands(all),
                thousands(left),
                count(most, "object", "objects"),
            );
            let help = "the pages of these objects say how many more there are; narrower selectors have all of theirs listed";
            Problem::new(Level::Warning, Code::ListShortened, message).help(help)
        });
        (unlisted, problem)
    }

    fn add_pick(&mut self, pick: &Pick, picked: u32, cast: &Cast) {
        let (by, member) = (&cast.members[pick.by].object, &cast.members[picked as usize]);
        let relation = pick.relation;
        let label = match &member.pod {
            Some(pod) => ports::service_label(by, pod),
            None => ports::crew_label(by, &member.crew),
        };
        let share = member.pod.as_ref().filter(|_| pick.of_pods).map(|pod| pick.selector.share(pod));
        let part = match share {
            Some(Share::Part(part)) => Some(part),
            _ => None,
        };
        let label = match (label, part.as_deref().map(Share::only)) {
            (Some(label), Some(only)) => Some(format!("{label}, {only}")),
            (label, only) => label.or(only),
        };
        for to in cast.stand_ins(picked as usize, &pick.selector) {
            let (to, field) = (to.clone(), pick.field.clone());
            let (label, part) = (label.clone(), part.clone());
            self.add(Reference {
                by,
                to,
                relation,
                field,
                reverse: pick.reverse,
                optional: false,
                label,
                line: None,
                part,
            });
        }
    }
}

/// How many objects each may keep, so that all together keep at most `room`, or one each.
fn largest(picks: &[Pick], room: usize) -> usize {
    let mut sizes: Vec<usize> = picks.iter().map(|pick| pick.picked.len()).collect();
    sizes.sort_unstable();
    let (mut room, mut others) = (room, sizes.len());
    for size in sizes {
        let share = room / others;
        if size > share {
            return share.max(1);
        }
        (room, others) = (room - size, others - 1);
    }
    usize::MAX
}

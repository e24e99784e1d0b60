//! The walk: from what is gone to everything that depends on it, by the rules of the links.
//!
//! Twice, since two things are asked. Who is reached, and on which path, is a search of the shortest ways, which only
//! grows with every link. What happens there is a fixed point: what hands requests on to several goes on while one of
//! them is left. Both end on circles: there are finitely many losses, and each comes at most once, or earlier.

use super::link::{Link, World};
use super::rule::{Loss, Rule, outcome};
use super::{End, Reached, Then, When};
use crate::topology::Certainty;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

/// A loss of an end.
type Lost = (End, Loss);

/// How a loss came about.
#[derive(Clone)]
struct Arrival {
    certainty: Certainty,
    /// The loss that led to it, and the link; none for what was gone to begin with.
    via: Option<(Lost, Link)>,
}

/// Everything that is reached from some ends if all of them are gone, these included where a circle leads back; of the
/// ends `within` alone, if given.
pub(super) fn spread(world: &mut World, gone: &[End], within: Option<&BTreeSet<End>>) -> Vec<Reached> {
    let arrivals = arrivals(world, gone, within);
    let effects = effects(world, gone, within);
    let mut first: BTreeMap<&End, (usize, Certainty, &Lost)> = BTreeMap::new();
    for (lost, arrival) in arrivals.iter().filter(|(_, arrival)| arrival.via.is_some()) {
        let hops = hops(&arrivals, lost);
        let best = first.entry(&lost.0).or_insert((hops, arrival.certainty, lost));
        if (hops, arrival.certainty) < (best.0, best.1) {
            *best = (hops, arrival.certainty, lost);
        }
    }
    let reached = first.into_iter().map(|(end, (_, certainty, lost))| Reached {
        end: end.clone(),
        effects: effects.get(end).map(told).unwrap_or_default(),
        certainty,
        path: way(&arrivals, lost).into_iter().map(|link| link.step.clone()).collect(),
    });
    reached.collect()
}

/// What happens to one: pods that do not start call nobody.
fn told(effects: &BTreeMap<Then, When>) -> Vec<(Then, When)> {
    let stops = [Then::FailsToStart, Then::NotScheduled].iter().filter_map(|then| effects.get(then)).min();
    let is_told =
        |(then, when): &(&Then, &When)| **then != Then::LosesCalls || stops.is_none_or(|stops| stops > when);
    effects.iter().filter(is_told).map(|(then, when)| (*then, *when)).collect()
}

/// Everything that some ends depend on, directly and through others, whatever the links mean.
pub(super) fn needed(world: &mut World, ends: &[End]) -> BTreeSet<End> {
    let mut found: BTreeSet<End> = ends.iter().cloned().collect();
    let mut left: Vec<End> = ends.to_vec();
    while let Some(end) = left.pop() {
        for link in world.dependencies(&end).iter() {
            if found.insert(link.step.dependency.clone()) {
                left.push(link.step.dependency.clone());
            }
        }
    }
    found
}

/// The first way to each loss, level by level: of ways that are as long the surest, then that from the first end.
fn arrivals(world: &mut World, gone: &[End], within: Option<&BTreeSet<End>>) -> BTreeMap<Lost, Arrival> {
    let start = Arrival { certainty: Certainty::Declared, via: None };
    let mut found: BTreeMap<Lost, Arrival> =
        gone.iter().map(|end| ((end.clone(), Loss::Gone), start.clone())).collect();
    let mut level: Vec<Lost> = found.keys().cloned().collect();
    while !level.is_empty() {
        let mut next: BTreeMap<Lost, Arrival> = BTreeMap::new();
        for lost in level {
            let so_far = found[&lost].certainty;
            for link in links(world, &lost.0, within).iter() {
                let Some(outcome) = outcome(link.rule, lost.1) else { continue };
                let certainty = so_far.max(link.step.certainty);
                let losses = outcome.losses.iter().map(|(loss, _)| *loss).chain([Loss::Nothing]);
                for loss in losses {
                    let key = (link.step.dependent.clone(), loss);
                    let is_better = |known: &Arrival| certainty < known.certainty;
                    if !found.contains_key(&key) && next.get(&key).is_none_or(is_better) {
                        let via = Some((lost.clone(), link.clone()));
                        next.insert(key, Arrival { certainty, via });
                    }
                }
            }
        }
        level = next.keys().cloned().collect();
        found.append(&mut next);
    }
    found
}

/// What happens to each end, and from when on.
fn effects(
    world: &mut World,
    gone: &[End],
    within: Option<&BTreeSet<End>>,
) -> BTreeMap<End, BTreeMap<Then, When>> {
    let mut lost: BTreeMap<Lost, When> =
        gone.iter().map(|end| ((end.clone(), Loss::Gone), When::Now)).collect();
    let mut effects: BTreeMap<End, BTreeMap<Then, When>> = BTreeMap::new();
    let mut left: VecDeque<Lost> = lost.keys().cloned().collect();
    while let Some(one) = left.pop_front() {
        for link in links(world, &one.0, within).iter() {
            let Some(outcome) = outcome(link.rule, one.1) else { continue };
            let Some(since) = since(world, link, one.1, &lost) else { continue };
            let happens = effects.entry(link.step.dependent.clone()).or_default();
            for (then, when) in outcome.effects {
                let when = when.max(since);
                happens.entry(then).and_modify(|known| *known = when.min(*known)).or_insert(when);
            }
            for (loss, when) in outcome.losses {
                let (key, when) = ((link.step.dependent.clone(), loss), when.max(since));
                if lost.get(&key).is_none_or(|known| when < *known) {
                    lost.insert(key.clone(), when);
                    left.push_back(key);
                }
            }
        }
    }
    effects
}

/// From when on the dependency of a link is lost; of one among several that do the same, from when on all of them are.
fn since(world: &mut World, link: &Link, loss: Loss, lost: &BTreeMap<Lost, When>) -> Option<When> {
    let own = *lost.get(&(link.step.dependency.clone(), loss))?;
    if loss != Loss::Gone || !matches!(link.rule, Rule::Answers | Rule::Copies) {
        return Some(own);
    }
    let all = world.alternatives(link).into_iter();
    all.map(|end| lost.get(&(end, Loss::Gone)).copied()).try_fold(own, |latest, when| Some(latest.max(when?)))
}

fn links(world: &mut World, end: &End, within: Option<&BTreeSet<End>>) -> Rc<[Link]> {
    let links = world.dependents(end);
    match within {
        Some(within) if !links.iter().all(|link| within.contains(&link.step.dependent)) => {
            links.iter().filter(|link| within.contains(&link.step.dependent)).cloned().collect()
        }
        _ => links,
    }
}

/// The links that led to a loss, the last one first.
fn way<'a>(arrivals: &'a BTreeMap<Lost, Arrival>, lost: &'a Lost) -> Vec<&'a Link> {
    let mut way = Vec::new();
    let mut at = lost;
    while let Some((before, link)) = arrivals.get(at).and_then(|arrival| arrival.via.as_ref()) {
        way.push(link);
        at = before;
    }
    way
}

fn hops(arrivals: &BTreeMap<Lost, Arrival>, lost: &Lost) -> usize {
    way(arrivals, lost).len()
}

//! Folding: many things that look alike become one box with a count.

use crate::topology::{ContainerKind, Pod};
use std::collections::BTreeMap;

/// One thing that is drawn as itself, or several as one box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<K, T> {
    /// One thing.
    One(T),
    /// Several things of one key.
    Many(K, Vec<T>),
}

/// Folds every key that more than `crowd` things have, then the most frequent keys that are left, one after another,
/// until there are at most `most` pieces or nothing to fold. Things keep their order, folded ones stand behind them.
pub(super) fn fold<K: Ord + Clone, T>(
    things: Vec<(K, T)>,
    crowd: impl Fn(&K) -> usize,
    most: usize,
) -> Vec<Piece<K, T>> {
    let mut sizes: BTreeMap<K, usize> = BTreeMap::new();
    for (key, _) in &things {
        *sizes.entry(key.clone()).or_default() += 1;
    }
    let mut by_size: Vec<(K, usize)> = sizes.into_iter().filter(|(_, size)| *size > 1).collect();
    by_size.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut left = things.len();
    let mut folded: BTreeMap<K, Vec<T>> = BTreeMap::new();
    for (key, size) in by_size {
        if left <= most && size <= crowd(&key) {
            continue;
        }
        left -= size - 1;
        folded.insert(key, Vec::new());
    }
    let mut pieces = Vec::new();
    for (key, thing) in things {
        match folded.get_mut(&key) {
            Some(members) => members.push(thing),
            None => pieces.push(Piece::One(thing)),
        }
    }
    pieces.extend(folded.into_iter().map(|(key, members)| Piece::Many(key, members)));
    pieces
}

/// What is tried one after another until a diagram fits: whether things are folded that share little, and into how many
/// pieces, at first into `most`.
pub(super) fn tries(most: usize) -> impl Iterator<Item = (bool, usize)> {
    [false, true].into_iter().flat_map(move |coarse| {
        [most.max(4), most * 3 / 4, most / 2, most / 4, 1].map(|most| (coarse, most.max(1)))
    })
}

/// The containers of a pod that are drawn one by one, in the order of the pod, and those that are not. App containers
/// are kept before sidecars, sidecars before init containers.
pub(super) fn containers(pod: &Pod, most: usize) -> (Vec<usize>, Vec<usize>) {
    let rank = |index: &usize| match pod.containers[*index].kind {
        ContainerKind::App => 0,
        ContainerKind::Sidecar => 1,
        ContainerKind::Init => 2,
        ContainerKind::Ephemeral => 3,
    };
    let mut all: Vec<usize> = (0..pod.containers.len()).collect();
    if all.len() <= most {
        return (all, Vec::new());
    }
    all.sort_by_key(rank);
    let mut rest = all.split_off(most.saturating_sub(1));
    all.sort_unstable();
    rest.sort_unstable();
    (all, rest)
}

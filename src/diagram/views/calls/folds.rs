//! What a diagram of calls folds, step by step, and what is drawn as itself.

use crate::topology::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is folded into one box each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folds {
    /// Hosts outside, if there are several.
    pub outside: bool,
    /// Services that are not in the input, if there are several.
    pub missing: bool,
    /// What stands outside of what the diagram is about: by application around an application, or else by namespace.
    pub elsewhere: bool,
    /// What the diagram is about, by application, if it has several.
    pub applications: bool,
    /// How many boxes of what stands outside are drawn as themselves: those with the most calls. The others are one box.
    pub most_elsewhere: usize,
    /// The same for what the diagram is about.
    pub most_here: usize,
}

impl Folds {
    /// What is tried one after another until the diagram fits.
    pub fn tries() -> impl Iterator<Item = Folds> {
        let none = Folds {
            outside: false,
            missing: false,
            elsewhere: false,
            applications: false,
            most_elsewhere: usize::MAX,
            most_here: usize::MAX,
        };
        let missing = Folds { outside: true, missing: true, ..none };
        let elsewhere = Folds { elsewhere: true, ..missing };
        let fewer = move |most_elsewhere| Folds { most_elsewhere, ..elsewhere };
        let applications = Folds { applications: true, ..fewer(1) };
        let least = move |most_here| Folds { most_here, ..applications };
        [none, Folds { outside: true, ..none }, missing, elsewhere]
            .into_iter()
            .chain([24, 16, 12, 8, 4, 1].map(fewer))
            .chain([applications])
            .chain([24, 20, 16, 14, 12, 10, 9, 8, 7, 6, 5, 4, 3, 2].map(least))
    }
}

/// What is one box.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    /// One object.
    Object(NodeIndex),
    /// An application, by its index.
    Application(usize),
    /// A namespace.
    Namespace(Arc<str>),
}

/// The boxes that are drawn as themselves, and how many are not.
#[derive(Default)]
pub(super) struct Ranks {
    /// Drawn as themselves.
    pub shown: BTreeSet<Unit>,
    /// The number of all others.
    pub rest: usize,
}

impl Ranks {
    /// The boxes with the most calls; a box for all others counts as one.
    pub fn of(calls: BTreeMap<Unit, usize>, most: usize) -> Ranks {
        let shown = if calls.len() <= most { calls.len() } else { most - 1 };
        let rest = calls.len() - shown;
        let mut units: Vec<(usize, Unit)> = calls.into_iter().map(|(unit, calls)| (calls, unit)).collect();
        units.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        Ranks { shown: units.into_iter().take(shown).map(|(_, unit)| unit).collect(), rest }
    }
}

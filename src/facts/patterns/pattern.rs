//! What a pattern is: its words, and the signs that show it.

use super::clues::Clues;
use super::sentence::{Company, Piece};
use super::{PATTERNS, Part, PodPatterns};
use crate::catalog::FieldPath;
use crate::topology::{ContainerKind, NodeIndex};
use serde::{Serialize, Serializer};

/// A well-known pattern of containers.
pub struct Pattern {
    /// Its stable name in kebab case, as facts spell it: `inbound-proxy`.
    pub word: &'static str,
    /// How pages call a container of it, or what a pod does: `Inbound proxy`.
    pub title: &'static str,
    /// What it is, as words that follow `Inbound proxy:`.
    pub meaning: &'static str,
    /// What shows it; each is enough.
    pub(super) signs: &'static [Sign],
}

/// What shows a pattern.
pub(super) enum Sign {
    /// The spec: every container of the kind is one.
    Kind(ContainerKind),
    /// What a container does for others as long as the pod runs.
    Help(Help),
    /// What is true of a pod as a whole.
    Pod(fn(&PodPatterns) -> bool),
}

/// How a container helps others as long as the pod runs.
pub(super) struct Help {
    /// When its rule has its turn: the first that fits counts, so the most specific one comes first.
    pub turn: u8,
    /// How often such a container is a program of its own after all: where all of a pod would help, those with the
    /// highest number do not.
    pub stands_alone: u8,
    /// Whether the traffic for the container that it helps comes to it first.
    pub is_in_front: bool,
    /// Whether a container does this, by its index, from what is known of all.
    pub find: fn(&Clues, usize) -> Option<Finding>,
    /// What it does, as words that follow `An ambassador` and end without a full stop.
    pub tell: fn(&Telling) -> Vec<Piece>,
}

/// What a container does for others, with the evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The pattern.
    pub pattern: &'static Pattern,
    /// How sure it is, in percent.
    pub percent: u8,
    /// Why, in a few words with names in backticks.
    pub why: String,
    /// The field that says so.
    pub field: FieldPath,
    /// The object whose manifest holds the field, where that is not the workload's.
    pub declared_by: Option<NodeIndex>,
    /// The container that it helps, where that is clear.
    pub partner: Option<usize>,
    /// The port on localhost between the two; of an adapter the port on which it shows metrics.
    pub port: Option<i32>,
    /// The address outside to which it leads.
    pub remote: Option<String>,
    /// The volume that it reads or shares.
    pub volume: Option<String>,
    /// Whether ports or volumes show it, and not only a name.
    pub(super) structural: bool,
    /// How often a container that is found like this is a program of its own after all: see [`Help::stands_alone`].
    pub(super) stands_alone: u8,
}

/// A container that helps others, and all that may be told of that.
pub(super) struct Telling<'a> {
    pub finding: &'a Finding,
    pub part: &'a Part,
    pub services: &'a [NodeIndex],
    pub company: Company<'a>,
    pub patterns: &'a PodPatterns,
    pub position: usize,
}

impl Finding {
    pub(super) fn new(pattern: &'static Pattern, percent: u8, why: String, field: FieldPath) -> Finding {
        Finding {
            pattern,
            percent,
            why,
            field,
            declared_by: None,
            partner: None,
            port: None,
            remote: None,
            volume: None,
            structural: false,
            stands_alone: pattern.help().map_or(0, |help| help.stands_alone),
        }
    }
}

impl Pattern {
    /// The pattern that every container of a kind has, if there is one.
    pub fn of_kind(kind: ContainerKind) -> Option<&'static Pattern> {
        let is = |sign: &Sign| matches!(sign, Sign::Kind(one) if *one == kind);
        PATTERNS.iter().copied().find(|pattern| pattern.signs.iter().any(is))
    }

    /// Whether the traffic for the container that one of it helps comes to it first.
    pub fn is_in_front(&self) -> bool {
        self.help().is_some_and(|help| help.is_in_front)
    }

    /// Whether a pod as a whole shows it.
    pub(super) fn is_of(&self, pod: &PodPatterns) -> bool {
        self.signs.iter().any(|sign| matches!(sign, Sign::Pod(is_of) if is_of(pod)))
    }

    /// How a container of it helps others, if it does.
    pub(super) fn help(&self) -> Option<&Help> {
        self.signs.iter().find_map(|sign| if let Sign::Help(help) = sign { Some(help) } else { None })
    }
}

/// The rules of patterns, by their turns.
pub(super) fn rules(patterns: &[&Pattern]) -> Vec<fn(&Clues, usize) -> Option<Finding>> {
    let mut helps: Vec<&Help> = patterns.iter().filter_map(|pattern| pattern.help()).collect();
    helps.sort_by_key(|help| help.turn);
    helps.into_iter().map(|help| help.find).collect()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.word == other.word
    }
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word)
    }
}

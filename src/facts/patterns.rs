//! The part that each container plays and the well-known pattern behind it, found together: what a spec or an image
//! says counts first, then ports and volumes, then names; the main container is what remains.
//!
//! One file a pattern, each listed once in [`PATTERNS`]: rules, words on pages and the glossary all follow from that.

mod adapter;
mod ambassador;
mod clues;
mod inbound_proxy;
mod init;
mod injected;
mod main_container;
mod pattern;
mod sentence;
mod shared_data;
mod sidecar;
mod telling;

use super::known::Known;
use super::ledger::Ledger;
use super::network::Localhost;
use super::role::ContainerRole;
use super::scene::Scene;
use super::storage::VolumeUse;
use crate::catalog::{FieldPath, ImagePart, InitTask};
use crate::topology::{ContainerKind, NodeIndex, Pod};
use clues::Clues;
pub use init::Preparation;
pub use injected::Injection;
pub use pattern::{Finding, Pattern};
pub use sentence::{Company, Piece};
pub use shared_data::SharedData;
use std::collections::BTreeSet;

/// Every pattern, in the order in which the glossary explains them.
pub static PATTERNS: &[&Pattern] = &[
    &init::PATTERN,
    &sidecar::PATTERN,
    &ambassador::PATTERN,
    &adapter::PATTERN,
    &inbound_proxy::PATTERN,
    &shared_data::PATTERN,
];

/// The part that one container plays.
#[derive(Clone, Debug)]
pub struct Part {
    /// Main, peer or helper.
    pub role: Known<ContainerRole>,
    /// Its patterns: init or native sidecar first, then what it does.
    pub patterns: Known<Vec<&'static Pattern>>,
    /// What it does for the others, if it is a helper that runs as long as the pod.
    pub does: Option<Finding>,
    /// What it prepares, if it is an init container and that is clear.
    pub prepares: Option<Preparation>,
    /// The class of its image in a word or two, if it is a helper: `logging`.
    pub word: Option<String>,
    /// Whether its image is one of a program that keeps data.
    pub keeps_data: bool,
    /// The ports it declares, or says that it listens on.
    pub listens: BTreeSet<i32>,
    /// The Services that send traffic to one of its ports.
    pub services: Vec<NodeIndex>,
}

/// The parts that the containers of a pod play.
#[derive(Clone, Debug)]
pub struct PodPatterns {
    /// One a container, in the order of [`Pod::containers`].
    pub parts: Vec<Part>,
    /// The volumes through which they hand files to each other.
    pub shared: Vec<SharedData>,
    /// Who talks to whom over localhost: what declared ports show, and what arguments show beyond.
    pub calls: Vec<Localhost>,
    /// The containers that are not in the manifest and will be added when the pod is created.
    pub injected: Vec<Known<Injection>>,
}

/// Finds the parts that the containers of a pod play.
pub(super) fn derive(
    scene: &Scene,
    pod: &Pod,
    volumes: &[VolumeUse],
    localhost: &[Localhost],
) -> PodPatterns {
    let clues = Clues::new(scene, pod, volumes, localhost);
    let rules = pattern::rules(PATTERNS);
    let found: Vec<Option<Finding>> = (0..pod.containers.len())
        .map(|me| {
            clues.containers[me].runs().then(|| rules.iter().find_map(|rule| rule(&clues, me))).flatten()
        })
        .collect();
    let apps: Vec<usize> =
        (0..pod.containers.len()).filter(|&me| pod.containers[me].kind == ContainerKind::App).collect();
    let left = not_helping(&clues, &apps, &found);
    // Steps have their turns, and none of them is there for another.
    let main =
        main_container::find(&clues, &left).filter(|main| pod.step(main.value).is_none() || pod.steps == 1);
    let parts = (0..pod.containers.len()).map(|me| {
        let finding = found[me].clone().filter(|_| left.binary_search(&me).is_err());
        part(&clues, me, main.as_ref(), &left, finding)
    });
    let parts: Vec<Part> = parts.collect();
    PodPatterns {
        parts,
        shared: shared_data::find(&clues),
        injected: injected::find(scene, pod),
        calls: clues.calls,
    }
}

/// The app containers that may be the main one, sorted. A container that the workload is called after helps only where ports
/// or volumes show it; where all would help, those that are most often a program of their own do not.
fn not_helping(clues: &Clues, apps: &[usize], found: &[Option<Finding>]) -> Vec<usize> {
    if apps.len() < 2 {
        return apps.to_vec();
    }
    let helps = |&me: &usize| {
        found[me].as_ref().is_some_and(|finding| finding.structural || !clues.bears_the_name(me))
    };
    let left: Vec<usize> = apps.iter().copied().filter(|me| !helps(me)).collect();
    if !left.is_empty() {
        return left;
    }
    let stands_alone =
        |me: usize| (clues.bears_the_name(me), found[me].as_ref().map_or(0, |finding| finding.stands_alone));
    let best = apps.iter().map(|&me| stands_alone(me)).max();
    apps.iter().copied().filter(|&me| Some(stands_alone(me)) == best).collect()
}

fn part(
    clues: &Clues,
    me: usize,
    main: Option<&Known<usize>>,
    left: &[usize],
    finding: Option<Finding>,
) -> Part {
    let clue = &clues.containers[me];
    let container = clue.container;
    let known = |role, why: &'static str| Known::new(role, why, container.path.clone());
    let (role, finding) = match (container.kind, main) {
        (ContainerKind::Init, _) => (known(ContainerRole::Helper, "it prepares the others"), None),
        (ContainerKind::Ephemeral, _) => {
            (known(ContainerRole::Helper, "it is added to look into a running pod"), None)
        }
        (ContainerKind::Sidecar, _) => (
            known(
                ContainerRole::Helper,
                "it is one of the init containers, and serves the others as long as they run",
            ),
            finding,
        ),
        (ContainerKind::App, Some(main)) if main.value == me => {
            (Known::new(ContainerRole::Main, main.why.clone(), main.field.clone()), None)
        }
        (ContainerKind::App, main) if left.binary_search(&me).is_ok() => {
            let by_files = main.and_then(|main| sidecar::by_files(clues, me, main.value));
            match (by_files, main) {
                (Some(finding), _) => (helper(&finding), Some(finding)),
                (None, Some(_)) => {
                    (known(ContainerRole::Peer, "nothing shows that it helps the main container"), None)
                }
                (None, None) => {
                    (known(ContainerRole::Peer, "no app container of the pod is its main one"), None)
                }
            }
        }
        (ContainerKind::App, _) => match finding {
            Some(finding) => (helper(&finding), Some(finding)),
            None => (known(ContainerRole::Peer, "no app container of the pod is its main one"), None),
        },
    };
    let prepares = (container.kind == ContainerKind::Init).then(|| init::find(clues, me)).flatten();
    let patterns = patterns(container.kind, &role, finding.as_ref(), &container.path);
    let is_helper = role.value == ContainerRole::Helper;
    let class = clue.class.filter(|class| class.part != ImagePart::Tool && is_helper);
    let word = class.map(|class| class.class.clone());
    Part {
        role,
        patterns,
        does: finding,
        prepares,
        word,
        keeps_data: clue.keeps_data(),
        listens: clue.listens.clone(),
        services: clue.services.clone(),
    }
}

fn helper(finding: &Finding) -> Known<ContainerRole> {
    let (why, field) = (finding.why.clone(), finding.field.clone());
    Known { value: ContainerRole::Helper, why: why.into(), field, declared_by: finding.declared_by }
}

/// What the spec says first, then what the container does; of an app container only the latter.
fn patterns(
    kind: ContainerKind,
    role: &Known<ContainerRole>,
    finding: Option<&Finding>,
    path: &FieldPath,
) -> Known<Vec<&'static Pattern>> {
    let by_spec = Pattern::of_kind(kind);
    let mut patterns: Vec<&Pattern> = by_spec.into_iter().collect();
    patterns.extend(finding.map(|finding| finding.pattern).filter(|pattern| !patterns.contains(pattern)));
    let why: Vec<&str> = by_spec
        .map(|_| kind_words(kind))
        .into_iter()
        .chain(finding.map(|finding| finding.why.as_str()))
        .collect();
    let why = if why.is_empty() { role.why.clone() } else { why.join("; ").into() };
    let field = match (kind, finding) {
        (ContainerKind::Sidecar, _) => path.key("restartPolicy"),
        (ContainerKind::App, Some(finding)) => finding.field.clone(),
        _ => path.clone(),
    };
    let of_finding = kind == ContainerKind::App && finding.is_some();
    let declared_by = finding.and_then(|finding| finding.declared_by).filter(|_| of_finding);
    Known { value: patterns, why, field, declared_by }
}

/// Why a container is of its kind.
fn kind_words(kind: ContainerKind) -> &'static str {
    match kind {
        ContainerKind::Init => "it is one of the init containers, and ends",
        ContainerKind::Sidecar => "it is one of the init containers, and always restarts",
        ContainerKind::App => "it is one of the app containers",
        ContainerKind::Ephemeral => "it is one of the ephemeral containers",
    }
}

impl Part {
    /// Whether it is an init container that waits until something else is there.
    pub fn waits(&self) -> bool {
        self.prepares.as_ref().is_some_and(|prepares| prepares.task == InitTask::WaitFor)
    }
}

impl PodPatterns {
    /// The role of each container.
    pub fn roles(&self) -> Vec<ContainerRole> {
        self.parts.iter().map(|part| part.role.value).collect()
    }

    /// The container that the pod is there for, if it is one.
    pub fn main(&self) -> Option<usize> {
        self.parts.iter().position(|part| part.role.value == ContainerRole::Main)
    }

    /// Whether a container of the pod has a pattern, or the pod itself.
    pub fn has(&self, pattern: &Pattern) -> bool {
        self.parts.iter().any(|part| part.patterns.value.contains(&pattern)) || pattern.is_of(self)
    }

    /// Takes the kinds, roles and patterns down.
    pub(super) fn tell(&self, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
        let index = scene.index;
        for (position, (container, part)) in pod.containers.iter().zip(&self.parts).enumerate() {
            let kind = Known::new(container.kind, kind_words(container.kind), container.path.clone());
            ledger.container(index, position, "kind", &kind);
            ledger.container(index, position, "role", &part.role);
            ledger.container(index, position, "pattern", &part.patterns);
        }
        let mut all: Vec<&str> =
            PATTERNS.iter().filter(|pattern| self.has(pattern)).map(|one| one.word).collect();
        all.sort_unstable();
        let why = match (self.shared.first(), all.is_empty()) {
            (Some(shared), _) => shared.why.clone(),
            (None, true) => "no container plays a well-known part beside another".to_owned(),
            (None, false) => "its containers play these parts".to_owned(),
        };
        let field = self.shared.first().map_or_else(|| pod.path.clone(), |shared| shared.field.clone());
        ledger.object(index, "pod_patterns", &Known::new(all, why, field));
        ledger.object(index, "injected", &self.injections(pod));
    }

    /// The names of the containers that are added when the pod is created.
    fn injections(&self, pod: &Pod) -> Known<Vec<&'static str>> {
        let names = self.injected.iter().map(|injection| injection.value.name).collect();
        match self.injected.first() {
            Some(Known { why, field, declared_by, .. }) => {
                Known { value: names, why: why.clone(), field: field.clone(), declared_by: *declared_by }
            }
            None => {
                let why = "nothing in these manifests asks a webhook to add one";
                Known::new(names, why, pod.path.key("containers"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PATTERNS, Pattern};
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_a_pattern_is_listed_by_its_name() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/facts/patterns")).unwrap();
        let named = files.filter_map(|file| {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let stem = path.file_stem().unwrap().to_string_lossy().replace('_', "-");
            text.contains("static PATTERN: Pattern").then_some(stem)
        });
        let listed: BTreeSet<String> = PATTERNS.iter().map(|pattern| pattern.word.to_owned()).collect();
        assert_eq!(named.collect::<BTreeSet<_>>(), listed, "files of src/facts/patterns, and PATTERNS");
        assert_eq!(listed.len(), PATTERNS.len(), "no pattern is listed twice");
    }

    #[test]
    fn patterns_are_worded_like_each_other() {
        for pattern in PATTERNS {
            let Pattern { word, title, meaning, .. } = pattern;
            let bare = title.to_lowercase().replace(" container", "").replace(' ', "-");
            assert_eq!(bare, *word, "{word}: the title is the word");
            assert!(meaning.ends_with('.') && !meaning.starts_with(char::is_uppercase), "{word}: {meaning}");
        }
    }

    #[test]
    fn no_two_rules_have_the_same_turn() {
        let mut turns = std::collections::BTreeMap::new();
        for pattern in PATTERNS {
            let Some(help) = pattern.help() else { continue };
            let other = turns.insert(help.turn, pattern.word);
            assert_eq!(other, None, "{} has the turn of another pattern: {}", pattern.word, help.turn);
        }
    }
}

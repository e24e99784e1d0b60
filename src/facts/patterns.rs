//! The part that each container plays and the well-known pattern behind it, found together: what a spec or an image
//! says counts first, then ports and volumes, then names; the main container is what remains.

mod adapter;
mod address;
mod ambassador;
mod clues;
mod inbound_proxy;
mod init;
mod injected;
mod shared_data;
mod sidecar;

use super::known::Known;
use super::ledger::Ledger;
use super::network::Localhost;
use super::role::{self, ContainerRole};
use super::scene::Scene;
use super::storage::VolumeUse;
use crate::catalog::{FieldPath, ImagePart};
use crate::topology::{ContainerKind, NodeIndex, Pod};
pub(super) use clues::Clues;
pub use init::Preparation;
pub use injected::Injection;
use serde::Serialize;
pub use shared_data::SharedData;
use std::collections::BTreeSet;

/// The well-known patterns of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// It prepares something and ends before the app starts.
    Init,
    /// It helps the main container as long as that runs.
    Sidecar,
    /// Others talk to it on localhost, and it carries that to somewhere outside.
    Ambassador,
    /// It turns what another container reports into another form.
    Adapter,
    /// It takes the traffic for another container.
    InboundProxy,
    /// One container writes files that another one reads. Of pods only.
    SharedData,
}

/// What a container does for others, with the evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The pattern.
    pub pattern: Pattern,
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
    structural: bool,
}

/// The part that one container plays.
#[derive(Clone, Debug)]
pub struct Part {
    /// Main, peer or helper.
    pub role: Known<ContainerRole>,
    /// Its patterns: init or native sidecar first, then what it does.
    pub patterns: Known<Vec<Pattern>>,
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

/// What a rule is: what it finds a container to be, from what is known of all.
type Rule = fn(&Clues, usize) -> Option<Finding>;

/// The patterns of containers that run as long as the pod, most specific first: the first that fits counts.
const RULES: [Rule; 5] =
    [ambassador::find, inbound_proxy::find, adapter::find, sidecar::by_image, sidecar::by_name];

impl Finding {
    fn new(pattern: Pattern, percent: u8, why: String, field: FieldPath) -> Finding {
        let (partner, port, remote, volume) = (None, None, None, None);
        let (declared_by, structural) = (None, false);
        Finding { pattern, percent, why, field, declared_by, partner, port, remote, volume, structural }
    }
}

/// Finds the parts that the containers of a pod play.
pub(super) fn derive(
    scene: &Scene,
    pod: &Pod,
    volumes: &[VolumeUse],
    localhost: &[Localhost],
) -> PodPatterns {
    let clues = Clues::new(scene, pod, volumes, localhost);
    let found: Vec<Option<Finding>> = (0..pod.containers.len())
        .map(|me| {
            clues.containers[me].runs().then(|| RULES.iter().find_map(|rule| rule(&clues, me))).flatten()
        })
        .collect();
    let apps: Vec<usize> =
        (0..pod.containers.len()).filter(|&me| pod.containers[me].kind == ContainerKind::App).collect();
    let left = not_helping(&clues, &apps, &found);
    // Steps have their turns, and none of them is there for another.
    let main =
        role::main_container(&clues, &left).filter(|main| pod.step(main.value).is_none() || pod.steps == 1);
    let parts = (0..pod.containers.len()).map(|me| {
        let finding = found[me].clone().filter(|_| !left.contains(&me));
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

/// The app containers that may be the main one. A container that the workload is called after helps only where ports
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
    let stands_alone = |me: usize| {
        let by_pattern = match found[me].as_ref().map(|finding| finding.pattern) {
            Some(Pattern::Adapter) => 4,
            Some(Pattern::Sidecar) if clues.containers[me].part() == Some(ImagePart::Sidecar) => 3,
            Some(Pattern::Ambassador) => 2,
            Some(Pattern::Sidecar) => 1,
            _ => 0,
        };
        (clues.bears_the_name(me), by_pattern)
    };
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
    let known = |role, why: &str| Known::new(role, why, container.path.clone());
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
        (ContainerKind::App, main) if left.contains(&me) => {
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
    Known { value: ContainerRole::Helper, why, field, declared_by: finding.declared_by }
}

/// What the spec says first, then what the container does; of an app container only the latter.
fn patterns(
    kind: ContainerKind,
    role: &Known<ContainerRole>,
    finding: Option<&Finding>,
    path: &FieldPath,
) -> Known<Vec<Pattern>> {
    let by_spec = match kind {
        ContainerKind::Init => Some((Pattern::Init, "it is one of the init containers, and ends")),
        ContainerKind::Sidecar => {
            Some((Pattern::Sidecar, "it is one of the init containers, and always restarts"))
        }
        ContainerKind::App | ContainerKind::Ephemeral => None,
    };
    let mut patterns: Vec<Pattern> = by_spec.iter().map(|(pattern, _)| *pattern).collect();
    patterns.extend(finding.map(|finding| finding.pattern).filter(|pattern| !patterns.contains(pattern)));
    let why: Vec<&str> =
        by_spec.iter().map(|(_, why)| *why).chain(finding.map(|finding| finding.why.as_str())).collect();
    let why = if why.is_empty() { role.why.clone() } else { why.join("; ") };
    let field = match (kind, finding) {
        (ContainerKind::Sidecar, _) => path.key("restartPolicy"),
        (ContainerKind::App, Some(finding)) => finding.field.clone(),
        _ => path.clone(),
    };
    let of_finding = kind == ContainerKind::App && finding.is_some();
    let declared_by = finding.and_then(|finding| finding.declared_by).filter(|_| of_finding);
    Known { value: patterns, why, field, declared_by }
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
    pub fn has(&self, pattern: Pattern) -> bool {
        let in_parts = self.parts.iter().any(|part| part.patterns.value.contains(&pattern));
        in_parts || (pattern == Pattern::SharedData && !self.shared.is_empty())
    }

    /// Takes the patterns down.
    pub(super) fn tell(&self, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
        for (position, part) in self.parts.iter().enumerate() {
            ledger.container(scene.index, position, "pattern", &part.patterns);
        }
        let of_containers = self.parts.iter().flat_map(|part| part.patterns.value.iter().copied());
        let shared = self.shared.iter().map(|_| Pattern::SharedData);
        let all: BTreeSet<Pattern> = of_containers.chain(shared).collect();
        let mut all: Vec<&str> = all.into_iter().map(Pattern::word).collect();
        all.sort_unstable();
        let why = match (self.shared.first(), all.is_empty()) {
            (Some(shared), _) => shared.why.clone(),
            (None, true) => "no container plays a well-known part beside another".to_owned(),
            (None, false) => "its containers play these parts".to_owned(),
        };
        let field = self.shared.first().map_or_else(|| pod.path.clone(), |shared| shared.field.clone());
        ledger.object(scene.index, "pod_patterns", &Known::new(all, why, field));
        ledger.object(scene.index, "injected", &self.injections(pod));
    }
}

impl PodPatterns {
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

impl Pattern {
    /// Its name, as facts spell it.
    pub fn word(self) -> &'static str {
        match self {
            Pattern::Init => "init",
            Pattern::Sidecar => "sidecar",
            Pattern::Ambassador => "ambassador",
            Pattern::Adapter => "adapter",
            Pattern::InboundProxy => "inbound-proxy",
            Pattern::SharedData => "shared-data",
        }
    }
}

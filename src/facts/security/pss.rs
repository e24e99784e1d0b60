//! The Pod Security Standards: which level a pod meets, which checks it fails, why, and what would change that.
//!
//! A check is a function in one of the files beside this one, listed once in [`CHECKS`] by the id that upstream gives
//! it. Source: `k8s.io/pod-security-admission/policy`, one `check_*.go` each, and `registry.go` for the overrides.

mod capabilities;
mod case;
mod host;
mod kernel;
mod privilege;
mod profile;
mod user;
mod volume;

pub(super) use case::Case;

use crate::catalog::FieldPath;
use crate::facts::known::Known;
use crate::names::english;
use crate::topology::Pod;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::borrow::Cow;

/// The newest policy version: the 37 of 1.37.
pub const LATEST: u32 = 37;

/// A level of the standards, from the least to the most strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Everything is allowed.
    Privileged,
    /// Known ways to take over the node are forbidden.
    Baseline,
    /// Only what a hardened pod needs is allowed.
    Restricted,
}

impl Level {
    /// The level as labels and people spell it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

/// The level that a pod meets, by the newest policy version, and what keeps it from the next one.
#[derive(Clone, Debug)]
pub struct Standard {
    /// The strictest level whose checks it passes.
    pub level: Level,
    /// The checks it fails, sorted by level, then by id.
    pub violations: Vec<Violation>,
}

/// A check that a pod fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The id that upstream gives the check, such as `hostPathVolumes`.
    pub check: &'static str,
    /// The level that asks for it.
    pub level: Level,
    /// What makes it fail; not empty.
    pub causes: Vec<Cause>,
}

/// What makes a check fail, in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// The container whose manifest would have to change, by its index; `None` for the pod.
    pub at: Option<usize>,
    /// The containers that fail the check because of it, by their index; empty where it is about the pod as a whole.
    pub affects: Vec<usize>,
    /// The field that is wrong, or that is not there and should be.
    pub field: FieldPath,
    /// Whether something is missing; otherwise something is there that must not be.
    pub is_lack: bool,
    /// What is missing or wrong, names in backticks: `` `hostPath` volume `docker` ``.
    pub what: Cow<'static, str>,
    /// The smallest change that mends it, names in backticks, without a full stop.
    pub change: Cow<'static, str>,
}

impl Cause {
    /// Something that a container or the pod has and must not have.
    fn has(
        at: Option<usize>,
        field: FieldPath,
        what: impl Into<Cow<'static, str>>,
        change: impl Into<Cow<'static, str>>,
    ) -> Cause {
        let affects = at.into_iter().collect();
        Cause { at, affects, field, is_lack: false, what: what.into(), change: change.into() }
    }

    /// Something that a container or the pod must have and has not.
    fn lacks(
        at: Option<usize>,
        field: FieldPath,
        what: impl Into<Cow<'static, str>>,
        change: impl Into<Cow<'static, str>>,
    ) -> Cause {
        Cause { is_lack: true, ..Cause::has(at, field, what, change) }
    }
}

/// One check.
struct Check {
    /// Upstream's id.
    id: &'static str,
    /// The level that asks for it.
    level: Level,
    /// The first policy version that has it.
    since: u32,
    /// The baseline check that the restricted level does not ask for because of this stricter one.
    overrides: Option<&'static str>,
    /// What makes a pod fail it.
    find: fn(&Case) -> Vec<Cause>,
}

const fn baseline(id: &'static str, since: u32, find: fn(&Case) -> Vec<Cause>) -> Check {
    Check { id, level: Level::Baseline, since, overrides: None, find }
}

const fn restricted(
    id: &'static str,
    since: u32,
    overrides: Option<&'static str>,
    find: fn(&Case) -> Vec<Cause>,
) -> Check {
    Check { id, level: Level::Restricted, since, overrides, find }
}

/// Every check, sorted by level, then by id.
const CHECKS: [Check; 19] = [
    baseline("appArmorProfile", 0, profile::app_armor),
    baseline("capabilities_baseline", 0, capabilities::baseline),
    baseline("hostNamespaces", 0, host::namespaces),
    baseline("hostPathVolumes", 0, volume::host_path),
    baseline("hostPorts", 0, host::ports),
    baseline("hostProbesAndHostLifecycle", 34, host::probes_and_hooks),
    baseline("privileged", 0, privilege::privileged),
    baseline("procMount", 0, kernel::proc_mount_baseline),
    baseline("seLinuxOptions", 0, profile::se_linux),
    baseline("seccompProfile_baseline", 0, profile::seccomp_baseline),
    baseline("sysctls", 0, kernel::sysctls),
    baseline("windowsHostProcess", 0, privilege::windows_host_process),
    restricted("allowPrivilegeEscalation", 8, None, privilege::allow_privilege_escalation),
    restricted("capabilities_restricted", 22, Some("capabilities_baseline"), capabilities::restricted),
    restricted("procMount_restricted", 35, Some("procMount"), kernel::proc_mount_restricted),
    restricted("restrictedVolumes", 0, Some("hostPathVolumes"), volume::restricted),
    restricted("runAsNonRoot", 0, None, user::run_as_non_root),
    restricted("runAsUser", 23, None, user::run_as_user),
    restricted("seccompProfile_restricted", 19, Some("seccompProfile_baseline"), profile::seccomp_restricted),
];

/// Which level a pod meets by the newest policy version.
pub(super) fn evaluate(case: &Case) -> Standard {
    let violations: Vec<Violation> = CHECKS.iter().filter_map(|check| check.run(case)).collect();
    let level = match violations.first().map(|violation| violation.level) {
        Some(Level::Baseline) => Level::Privileged,
        Some(_) => Level::Baseline,
        None => Level::Restricted,
    };
    Standard { level, violations }
}

/// What a pod violates of a level in the policy version of the case: the restricted level has its own checks, and
/// those of baseline that none of them overrides.
pub(super) fn violations(case: &Case, level: Level) -> Vec<Violation> {
    let overridden = |id: &str| {
        let mut stricter = CHECKS.iter().filter(|check| check.since <= case.minor);
        level == Level::Restricted && stricter.any(|check| check.overrides == Some(id))
    };
    let asked = CHECKS.iter().filter(|check| check.level <= level && !overridden(check.id));
    asked.filter_map(|check| check.run(case)).collect()
}

impl Check {
    fn run(&self, case: &Case) -> Option<Violation> {
        if self.since > case.minor {
            return None;
        }
        let causes = (self.find)(case);
        (!causes.is_empty()).then_some(Violation { check: self.id, level: self.level, causes })
    }
}

impl Standard {
    /// The checks of a level that it fails.
    pub fn of(&self, level: Level) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(move |violation| violation.level == level)
    }

    /// The level that it would meet next, and the checks of it that it fails; `None` where it meets the strictest.
    pub fn next(&self) -> Option<(Level, Vec<&Violation>)> {
        let next = match self.level {
            Level::Privileged => Level::Baseline,
            Level::Baseline => Level::Restricted,
            Level::Restricted => return None,
        };
        Some((next, self.of(next).collect()))
    }

    /// The fact: the level, with what keeps the pod from the next one.
    pub(super) fn known(&self, pod: &Pod) -> Known<&Standard> {
        let Some((next, violations)) = self.next() else {
            return Known::new(self, "it passes every check of the restricted level", pod.path.clone());
        };
        let causes = || violations.iter().flat_map(|violation| &violation.causes);
        let field = causes().next().map_or_else(|| pod.path.clone(), |cause| cause.field.clone());
        let words = [
            ("forbids", some(causes().filter(|cause| !cause.is_lack))),
            ("asks for", some(causes().filter(|cause| cause.is_lack))),
        ];
        let words = words.into_iter().filter(|(_, some)| !some.is_empty());
        let words: Vec<String> = words.map(|(verb, some)| format!("{verb} {some}")).collect();
        Known::new(self, format!("the {} level {}", next.word(), english::list(&words, "and")), field)
    }
}

/// What the first few causes are about, each once.
fn some<'a>(causes: impl Iterator<Item = &'a Cause>) -> String {
    let mut words: Vec<&str> = Vec::new();
    for cause in causes {
        if !words.contains(&&*cause.what) {
            words.push(&cause.what);
        }
        if words.len() > 4 {
            words.truncate(3);
            words.push("more");
            break;
        }
    }
    words.join(", ")
}

impl Serialize for Standard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ids = |level| self.of(level).map(|violation| violation.check).collect::<Vec<_>>();
        let mut out = serializer.serialize_struct("Standard", 3)?;
        out.serialize_field("level", &self.level)?;
        out.serialize_field("baseline_violations", &ids(Level::Baseline))?;
        out.serialize_field("restricted_violations", &ids(Level::Restricted))?;
        out.end()
    }
}

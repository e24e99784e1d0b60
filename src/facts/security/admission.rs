//! What the labels of a pod's namespace do with it: reject, warn, or note it in the audit log.

use super::pss::{Case, LATEST, Level, Violation, violations};
use crate::catalog::FieldPath;
use crate::document::{Identity, Value};
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use crate::topology::NodeIndex;
use serde_json::{Value as Json, json};

/// What Kubernetes' own admission does with a pod in its namespace.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The Namespace.
    pub namespace: NodeIndex,
    /// What rejects pods.
    pub enforce: Option<Mode>,
    /// What notes pods in the audit log.
    pub audit: Option<Mode>,
    /// What warns whoever creates a pod.
    pub warn: Option<Mode>,
}

/// One of the three ways in which a namespace asks for a level.
#[derive(Clone, Debug)]
pub struct Mode {
    /// The level, and the label that says so.
    pub level: Known<Level>,
    /// The policy version as written: `latest` or `v1.30`.
    pub version: String,
    /// Whether the label's value is none that Kubernetes knows.
    pub is_misspelled: bool,
    /// What of the level the pod violates, by that version; empty where the pod meets it.
    pub violations: Vec<Violation>,
}

impl Admission {
    /// Whether the namespace lets no such pod in.
    pub fn rejects(&self) -> bool {
        self.enforce.as_ref().is_some_and(|mode| !mode.violations.is_empty())
    }

    /// The fact: level and version a mode, and what they do with the pod.
    pub(super) fn known(&self) -> Known<Json> {
        let mode = |mode: &Option<Mode>| {
            mode.as_ref().map(|mode| {
                let violations: Vec<&str> = mode.violations.iter().map(|violation| violation.check).collect();
                json!({ "level": mode.level.value, "version": mode.version, "violations": violations })
            })
        };
        let value = json!({
            "enforce": mode(&self.enforce),
            "audit": mode(&self.audit),
            "warn": mode(&self.warn),
            "rejected": self.rejects(),
        });
        let first = [&self.enforce, &self.warn, &self.audit].into_iter().flatten().next();
        let field = first.map_or_else(FieldPath::root, |mode| mode.level.field.clone());
        let why = if self.rejects() {
            "the pod does not meet the level that its namespace enforces"
        } else if self.enforce.is_some() {
            "the pod meets the level that its namespace enforces"
        } else {
            "its namespace enforces no level"
        };
        Known::new(value, why, field).said_by(self.namespace)
    }
}

/// Derives it; `None` where the Namespace is not in the input or asks for nothing.
///
/// Source: `k8s.io/pod-security-admission/api/helpers.go`, `PolicyToEvaluate`: a level that is misspelled counts as
/// restricted where it is enforced and as privileged elsewhere; a misspelled version counts as the latest; without a
/// `warn` label the enforced level warns, too.
pub(super) fn derive(scene: &Scene, case: Case) -> Option<Admission> {
    let own = &scene.object.identity;
    let identity = Identity {
        group: "".into(),
        kind: "Namespace".into(),
        namespace: "".into(),
        name: own.namespace.clone(),
        ..own.clone()
    };
    let namespace = scene.topology.find(&identity)?;
    let labels = scene.topology.nodes[namespace].object.as_ref()?.value.at("metadata.labels")?;
    let mode = |name: &str, misspelled: Level| read(labels, name, misspelled, case);
    let enforce = mode("enforce", Level::Restricted);
    let (audit, mut warn) = (mode("audit", Level::Privileged), mode("warn", Level::Privileged));
    if warn.is_none() {
        warn = enforce.clone().filter(|mode| !mode.is_misspelled && mode.level.value > Level::Privileged);
    }
    let says_something = enforce.is_some() || audit.is_some() || warn.is_some();
    says_something.then_some(Admission { namespace, enforce, audit, warn })
}

const PREFIX: &str = "pod-security.kubernetes.io/";

fn read(labels: &Value, name: &str, misspelled: Level, case: Case) -> Option<Mode> {
    let key = format!("{PREFIX}{name}");
    let text = labels.get(&key)?.scalar_text().unwrap_or_default();
    let known =
        [Level::Privileged, Level::Baseline, Level::Restricted].into_iter().find(|it| it.word() == text);
    let level = known.unwrap_or(misspelled);
    let version = labels.get(&format!("{key}-version")).and_then(Value::scalar_text);
    let version = version.unwrap_or_else(|| "latest".to_owned());
    let field = FieldPath::of("metadata.labels").key(&key);
    let why = match known {
        Some(_) => format!("label {} says so", quoted(&key)),
        None => format!("label {} has no value that Kubernetes knows", quoted(&key)),
    };
    let case = Case { minor: minor(&version), ..case };
    Some(Mode {
        level: Known::new(level, why, field),
        version,
        is_misspelled: known.is_none(),
        violations: violations(&case, level),
    })
}

/// The 30 of `v1.30`; the newest for `latest`, for what is misspelled, and for what is newer than podviz.
fn minor(version: &str) -> u32 {
    let digits = version.strip_prefix("v1.").unwrap_or_default();
    let is_number = digits == "0" || !digits.starts_with(['0', '+']);
    let number = digits.parse::<u32>().ok().filter(|_| is_number);
    number.map_or(LATEST, |number| number.min(LATEST))
}

#[cfg(test)]
mod tests {
    use super::{LATEST, minor};

    #[test]
    fn versions_are_read_as_upstream_reads_them() {
        assert_eq!(minor("v1.24"), 24);
        assert_eq!(minor("v1.0"), 0);
        for latest in ["latest", "v1.99", "v1.024", "1.24", "v2.3", "v1.", "v1.+3", "v1.99999999999"] {
            assert_eq!(minor(latest), LATEST, "{latest}");
        }
    }
}

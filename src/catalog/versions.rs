//! What not every version of Kubernetes has: versions of APIs, and fields.

use super::{FieldPath, Pattern};
use crate::document::compiled::compiled;
use crate::document::{Identity, Value};
use serde::Deserialize;
use std::sync::LazyLock;

/// A version of Kubernetes, by its minor number: the 37 of 1.37.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minor(pub u32);

impl std::fmt::Display for Minor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl Default for Minor {
    fn default() -> Minor {
        Minor(VERSIONS.newest)
    }
}

impl Minor {
    /// The version that someone writes: `1.36`, `v1.36`, `1.36.2`; an error if podviz knows nothing of it.
    ///
    /// # Errors
    ///
    /// A sentence that says what is known.
    pub fn read(text: &str) -> Result<Minor, String> {
        let known = VERSIONS.oldest..=VERSIONS.newest;
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let (major, minor) = (parts.next(), parts.next().and_then(|minor| minor.parse().ok()));
        let is_patch = |patch: &str| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit());
        let fits = major == Some("1") && parts.next().is_none_or(is_patch) && parts.next().is_none();
        minor.filter(|minor| fits && known.contains(minor)).map(Minor).ok_or_else(|| {
            format!(
                "write a version from 1.{} to 1.{}, such as 1.{}",
                known.start(),
                known.end(),
                known.end().saturating_sub(1)
            )
        })
    }

    /// Whether the API server of this version serves an API for a kind; `None` where that is the same in all versions.
    pub fn serves(self, api: &str, kind: &str) -> Option<bool> {
        let mut about =
            VERSIONS.served.iter().filter(|one| one.api == api && one.kinds.iter().any(|own| own == kind));
        about.next().map(|one| one.span.holds(self))
    }

    /// The APIs that serve a kind of a group in this version, of those that not every version has.
    pub fn apis(self, identity: &Identity) -> Vec<&'static str> {
        let of_group =
            |one: &&Served| one.api.split_once('/').is_some_and(|(group, _)| *group == *identity.group);
        let served = VERSIONS.served.iter().filter(of_group).filter(|one| one.span.holds(self));
        served
            .filter(|one| one.kinds.iter().any(|kind| **kind == *identity.kind))
            .map(|one| &*one.api)
            .collect()
    }

    /// Whether a later version serves a kind of a group, of those that not every version has.
    pub fn comes_later(self, identity: &Identity) -> bool {
        let of_group =
            |one: &&Served| one.api.split_once('/').is_some_and(|(group, _)| *group == *identity.group);
        let mut later = VERSIONS.served.iter().filter(of_group);
        later.any(|one| {
            one.span.from.is_some_and(|from| from > self.0)
                && one.kinds.iter().any(|kind| **kind == *identity.kind)
        })
    }

    /// The fields of a pod's spec that stand in it and do not count in this version.
    pub fn idle_in_pod(self, spec: &Value, at: &FieldPath) -> Vec<(FieldPath, Idle)> {
        self.idle(VERSIONS.pod.iter(), spec, at)
    }

    /// The fields of a container that stand in it and do not count in this version.
    pub fn idle_in_container(self, container: &Value, at: &FieldPath) -> Vec<(FieldPath, Idle)> {
        self.idle(VERSIONS.container.iter(), container, at)
    }

    /// The fields of an object that stand in it and do not count in this version, beside those of its pods.
    pub fn idle_in_object(self, identity: &Identity, object: &Value) -> Vec<(FieldPath, Idle)> {
        let own = VERSIONS.kinds.iter().filter(|one| identity.is(&one.group, &one.kind));
        self.idle(own.map(|one| &one.rule), object, &FieldPath::root())
    }

    fn idle<'a>(
        self,
        rules: impl Iterator<Item = &'a Rule>,
        value: &Value,
        at: &FieldPath,
    ) -> Vec<(FieldPath, Idle)> {
        let found = rules.filter_map(|rule| Some((rule, rule.idle(self)?))).flat_map(|(rule, idle)| {
            let hits = rule.field.find(value, at).into_iter().filter(|(_, value)| rule.means(value));
            hits.map(|(path, _)| (path, idle.clone())).collect::<Vec<_>>()
        });
        found.collect()
    }
}

/// Why a field does not count in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// The API of that version has no such field.
    Unknown {
        /// The first version that has it, if that is newer.
        since: Option<Minor>,
    },
    /// A feature gate decides, which is off unless someone switches it on.
    Off {
        /// The gate.
        gate: String,
        /// The first version in which it is on by default.
        on: Minor,
        /// Whether the API server refuses the object; else it drops the field.
        refuses: bool,
    },
}

static VERSIONS: LazyLock<Versions> = LazyLock::new(|| compiled!("catalog/versions.json"));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Versions {
    oldest: u32,
    newest: u32,
    served: Vec<Served>,
    pod: Vec<Rule>,
    container: Vec<Rule>,
    kinds: Vec<OfKind>,
}

/// From the first to the last version that has something.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    from: Option<u32>,
    to: Option<u32>,
}

impl Span {
    fn holds(self, minor: Minor) -> bool {
        self.from.is_none_or(|from| minor.0 >= from) && self.to.is_none_or(|to| minor.0 <= to)
    }
}

#[derive(Debug, Deserialize)]
#[serde(from = "WrittenServed")]
struct Served {
    api: String,
    kinds: Vec<String>,
    span: Span,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenServed {
    api: String,
    kinds: Vec<String>,
    from: Option<u32>,
    to: Option<u32>,
}

impl From<WrittenServed> for Served {
    fn from(written: WrittenServed) -> Served {
        let WrittenServed { api, kinds, from, to } = written;
        Served { api, kinds, span: Span { from, to } }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    #[serde(default)]
    group: String,
    #[serde(default)]
    kind: String,
    field: Pattern,
    #[serde(default)]
    is: Vec<String>,
    from: Option<u32>,
    to: Option<u32>,
    since: Option<u32>,
    gate: Option<String>,
    #[serde(default)]
    without: Off,
}

/// What the API server does with a field whose gate is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Off {
    #[default]
    Drops,
    Refuses,
}

#[derive(Debug, Deserialize)]
#[serde(from = "WrittenRule")]
struct Rule {
    field: Pattern,
    is: Vec<String>,
    span: Span,
    gate: Option<(String, u32)>,
    without: Off,
}

impl From<WrittenRule> for Rule {
    fn from(written: WrittenRule) -> Rule {
        let WrittenRule { field, is, from, to, since, gate, without, .. } = written;
        Rule { field, is, span: Span { from, to }, gate: gate.zip(since), without }
    }
}

impl Rule {
    fn means(&self, value: &Value) -> bool {
        let is_listed = || value.as_str().is_some_and(|text| self.is.iter().any(|one| one == text));
        !value.is_null() && !value.is_placeholder() && (self.is.is_empty() || is_listed())
    }

    fn idle(&self, minor: Minor) -> Option<Idle> {
        if !self.span.holds(minor) {
            return Some(Idle::Unknown { since: self.span.from.map(Minor).filter(|from| *from > minor) });
        }
        let (gate, on) = self.gate.as_ref().filter(|(_, on)| minor.0 < *on)?;
        Some(Idle::Off { gate: gate.clone(), on: Minor(*on), refuses: self.without == Off::Refuses })
    }
}

#[derive(Debug, Deserialize)]
#[serde(from = "WrittenRule")]
struct OfKind {
    group: String,
    kind: String,
    rule: Rule,
}

impl From<WrittenRule> for OfKind {
    fn from(written: WrittenRule) -> OfKind {
        let (group, kind) = (written.group.clone(), written.kind.clone());
        OfKind { group, kind, rule: written.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Minor, VERSIONS};

    #[test]
    fn the_embedded_file_can_be_read() {
        let versions = &*VERSIONS;
        assert!(versions.oldest < versions.newest);
        for span in versions.served.iter().map(|one| one.span).chain(versions.pod.iter().map(|one| one.span))
        {
            let (from, to) = (span.from.unwrap_or(versions.oldest), span.to.unwrap_or(versions.newest));
            assert!(versions.oldest <= from && from <= to && to <= versions.newest, "{span:?}");
        }
    }

    #[test]
    fn versions_are_read_as_people_write_them() {
        for (text, minor) in [("1.36", 36), ("v1.33", 33), ("1.37.0", 37)] {
            assert_eq!(Minor::read(text), Ok(Minor(minor)), "{text}");
        }
        for text in ["", "1", "36", "1.32", "1.38", "2.36", "1.36.x", "1.36.1.2", "1.36."] {
            assert!(Minor::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_api_is_served_from_its_first_to_its_last_version() {
        let serves = |minor, api| Minor(minor).serves(api, "VolumeAttributesClass");
        assert_eq!(serves(33, "storage.k8s.io/v1"), Some(false));
        assert_eq!(serves(34, "storage.k8s.io/v1"), Some(true));
        assert_eq!(serves(37, "storage.k8s.io/v1beta1"), Some(false));
        assert_eq!(Minor(37).serves("apps/v1", "Deployment"), None);
    }
}

//! The labels that controllers give the pods they make, beside those of the template.

use super::selector::Labels;
use crate::document::Value;
use crate::model::Object;

/// The labels that a controller gives its pods.
///
/// Sources: `k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_utils.go` (`updateIdentity`, `newVersionedStatefulSetPod`),
/// `pkg/controller/job/job_controller.go` (`addCompletionIndexLabel`) and `pkg/registry/batch/job/strategy.go`
/// (`generateSelector`), `pkg/controller/daemon/util/daemonset_util.go` (`CreatePodTemplate`),
/// `pkg/controller/deployment/sync.go` (`getNewReplicaSet`).
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The same for all its pods.
    pub(super) fixed: Labels,
    /// Those with a value of each pod's own, where its pods are numbered.
    numbered: Option<Numbered>,
    /// Keys with values that only the cluster knows, each with how they begin.
    unknown: Vec<(&'static str, String)>,
    /// Its pods, where a live dump shows them and not who made them: the name and all labels of each.
    pub(super) known: Vec<(String, Labels)>,
}

/// Pods with a number each.
#[derive(Clone, Debug)]
struct Numbered {
    /// What their names begin with, and the label with the name, where there is one.
    name: Option<(&'static str, String)>,
    /// The label with the number.
    number: &'static str,
    /// The first number.
    first: i64,
    /// The number behind the last, where it is known.
    end: Option<i64>,
}

/// The keys of labels that controllers give.
const KEYS: [&str; 11] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "rollouts-pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// Whether some controller gives a label of this key.
pub(super) fn gives(key: &str) -> bool {
    KEYS.binary_search(&key).is_ok()
}

impl Given {
    /// What the controller of an object gives its pods.
    pub(super) fn of(object: &Object) -> Given {
        let own = &object.identity;
        let name = own.name.to_string();
        let number = |path: &str| object.value.at(path).and_then(Value::as_i64);
        let is = |path: &str, text: &str| object.value.at(path).and_then(Value::as_str) == Some(text);
        let unknown =
            |keys: &[&'static str], start: &str| keys.iter().map(|key| (*key, start.to_owned())).collect();
        const JOB_NAMES: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];
        const UIDS: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];
        match (&*own.group, &*own.kind) {
            ("apps", "StatefulSet") => {
                let first = number("spec.ordinals.start").unwrap_or(0).max(0);
                let replicas = match object.value.at("spec.replicas") {
                    None => Some(1),
                    Some(value) if value.is_null() => Some(1),
                    Some(value) => value.as_i64(),
                };
                let numbered = Numbered {
                    name: Some(("statefulset.kubernetes.io/pod-name", name.clone())),
                    number: "apps.kubernetes.io/pod-index",
                    first,
                    end: replicas.map(|replicas| first.saturating_add(replicas.max(0))),
                };
                let unknown = unknown(&["controller-revision-hash"], &format!("{name}-"));
                Given { numbered: Some(numbered), unknown, ..Given::default() }
            }
            ("apps", "DaemonSet") => Given {
                unknown: unknown(&["controller-revision-hash", "pod-template-generation"], ""),
                ..Given::default()
            },
            ("apps", "Deployment") => {
                Given { unknown: unknown(&["pod-template-hash"], ""), ..Given::default() }
            }
            ("argoproj.io", "Rollout") => {
                Given { unknown: unknown(&["rollouts-pod-template-hash"], ""), ..Given::default() }
            }
            ("batch", "Job")
                if object.value.at("spec.manualSelector").and_then(Value::as_bool) != Some(true) =>
            {
                let indexed = is("spec.completionMode", "Indexed").then(|| Numbered {
                    name: None,
                    number: "batch.kubernetes.io/job-completion-index",
                    first: 0,
                    end: number("spec.completions"),
                });
                let fixed = JOB_NAMES.iter().map(|key| ((*key).to_owned(), name.clone())).collect();
                Given { fixed, numbered: indexed, unknown: unknown(&UIDS, ""), known: Vec::new() }
            }
            ("batch", "CronJob") => {
                let mut all: Vec<(&'static str, String)> = unknown(&JOB_NAMES, &format!("{name}-"));
                all.extend(unknown(&UIDS, ""));
                Given { unknown: all, ..Given::default() }
            }
            _ => Given::default(),
        }
    }

    /// The same, where something else decides how many pods there are.
    pub(super) fn without_end(&mut self) {
        if let Some(numbered) = &mut self.numbered {
            numbered.end = None;
        }
    }

    /// The labels of which a value is known, of whichever pod.
    pub(super) fn said(&self) -> impl Iterator<Item = (&String, &String)> {
        self.fixed.iter().chain(self.known.iter().flat_map(|(_, labels)| labels))
    }

    /// Whether the pods may differ in a label.
    pub(super) fn varies(&self, key: &str) -> bool {
        match &self.known[..] {
            [] => gives(key) && !self.fixed.contains_key(key),
            [(_, first), rest @ ..] => rest.iter().any(|(_, labels)| labels.get(key) != first.get(key)),
        }
    }

    /// The number that a value of a label names, if a pod may have it.
    pub(super) fn named(&self, key: &str, value: &str) -> Option<i64> {
        let numbered = self.numbered.as_ref()?;
        let digits = match &numbered.name {
            Some((label, name)) if *label == key => value.strip_prefix(name.as_str())?.strip_prefix('-')?,
            _ if numbered.number == key => value,
            _ => return None,
        };
        let number: i64 = digits.parse().ok().filter(|number: &i64| number.to_string() == digits)?;
        (number >= numbered.first && numbered.end.is_none_or(|end| number < end)).then_some(number)
    }

    /// The labels of the pod with a number, or of one that nobody singles out, beside those of the template.
    pub(super) fn labels(&self, number: Option<i64>) -> Labels {
        // A value that no selector can name.
        let unsaid = || "\u{0}".to_owned();
        let mut all = self.fixed.clone();
        all.extend(self.unknown.iter().map(|(key, _)| ((*key).to_owned(), unsaid())));
        if let Some((_, known)) = number.and_then(|number| self.known.get(usize::try_from(number).ok()?)) {
            all.extend(known.clone());
        }
        let Some(numbered) = &self.numbered else { return all };
        if let Some((label, name)) = &numbered.name {
            all.insert((*label).to_owned(), number.map_or_else(unsaid, |number| format!("{name}-{number}")));
        }
        let value = number.map_or_else(unsaid, |number| number.to_string());
        all.insert(numbered.number.to_owned(), value);
        all
    }

    /// How many pods there are, where that is known and they are numbered.
    pub(super) fn count(&self) -> Option<i64> {
        self.numbered.as_ref().and_then(|numbered| Some(numbered.end? - numbered.first))
    }

    /// What the names of numbered pods begin with, and the label with the name.
    pub(super) fn name(&self) -> Option<(&'static str, &str)> {
        let (label, name) = self.numbered.as_ref()?.name.as_ref()?;
        Some((label, name))
    }

    /// Whether a label of a value that only the cluster knows may have this one.
    pub(super) fn may_be(&self, key: &str, value: &str) -> bool {
        self.unknown.iter().any(|(own, start)| *own == key && value.starts_with(start.as_str()))
    }
}

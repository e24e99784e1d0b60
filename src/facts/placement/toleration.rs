//! Taints of nodes, and the tolerations that let a pod run there all the same. A toleration permits, it attracts nothing.
//!
//! Source: `k8s.io/api/core/v1/toleration.go`, `ToleratesTaint`;
//! `k8s.io/kubernetes/pkg/controller/daemon/util/daemonset_util.go`, `AddOrUpdateDaemonPodTolerations`.

use k8s_openapi::api::core::v1 as api;

/// A taint: it keeps pods away from a node, unless they tolerate it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value; may be empty.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

/// What a pod tolerates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Toleration {
    /// The key of the taint; empty for every key.
    pub key: String,
    /// `Equal`, `Exists`, `Lt` or `Gt`, after defaulting.
    pub operator: String,
    /// The value that the taint's is compared with; may be empty.
    pub value: String,
    /// The effect of the taint; empty for every effect.
    pub effect: String,
    /// How long the pod stays on a node that gets a `NoExecute` taint, in seconds; forever if there is none.
    pub seconds: Option<i64>,
}

/// Taints that Kubernetes itself puts on nodes which are in trouble, and lets pods tolerate for a while.
const TROUBLES: [&str; 7] = [
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/network-unavailable",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/unschedulable",
];

impl Taint {
    /// Whether it keeps a pod that does not tolerate it away; `PreferNoSchedule` only makes the node less wanted.
    pub fn forbids(&self) -> bool {
        matches!(self.effect.as_str(), "NoSchedule" | "NoExecute")
    }

    /// The taint as kubectl spells it: `dedicated=gpu:NoSchedule`.
    pub fn text(&self) -> String {
        let value = if self.value.is_empty() { String::new() } else { format!("={}", self.value) };
        format!("{}{value}:{}", self.key, self.effect)
    }
}

impl Toleration {
    /// A toleration as written, with defaults.
    pub(super) fn read(written: &api::Toleration) -> Toleration {
        let operator = written.operator.clone().filter(|operator| !operator.is_empty());
        Toleration {
            key: written.key.clone().unwrap_or_default(),
            operator: operator.unwrap_or_else(|| "Equal".to_owned()),
            value: written.value.clone().unwrap_or_default(),
            effect: written.effect.clone().unwrap_or_default(),
            seconds: written.toleration_seconds,
        }
    }

    /// A toleration of every value of a taint.
    pub(super) fn of(key: &str, effect: &str) -> Toleration {
        let (key, operator, effect) = (key.to_owned(), "Exists".to_owned(), effect.to_owned());
        Toleration { key, operator, value: String::new(), effect, seconds: None }
    }

    /// Whether it lets a pod run in spite of a taint.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        if !self.effect.is_empty() && self.effect != taint.effect {
            return false;
        }
        if !self.key.is_empty() && self.key != taint.key {
            return false;
        }
        let numbers = || Some((taint.value.parse::<i64>().ok()?, self.value.parse::<i64>().ok()?));
        match self.operator.as_str() {
            "Exists" => true,
            "Equal" => self.value == taint.value && !self.key.is_empty(),
            "Lt" => numbers().is_some_and(|(theirs, ours)| theirs < ours),
            "Gt" => numbers().is_some_and(|(theirs, ours)| theirs > ours),
            _ => false,
        }
    }

    /// Whether it tolerates every taint there is: no key, the operator `Exists`, and no effect.
    pub fn is_of_all(&self) -> bool {
        self.key.is_empty() && self.operator == "Exists" && self.effect.is_empty()
    }

    /// Whether the API server refuses it: without a key, the operator must be `Exists`.
    pub fn is_refused(&self) -> bool {
        self.key.is_empty() && self.operator != "Exists"
    }

    /// Whether it is about a taint that Kubernetes puts on nodes in trouble, not about a kind of node.
    pub fn is_of_trouble(&self) -> bool {
        TROUBLES.contains(&self.key.as_str())
    }

    /// Which taints it is about, as kubectl spells them: `dedicated=gpu:NoSchedule`; `*` for every key.
    pub fn text(&self) -> String {
        let key = if self.key.is_empty() { "*" } else { &self.key };
        let value = match self.operator.as_str() {
            "Exists" => String::new(),
            "Lt" => format!("<{}", self.value),
            "Gt" => format!(">{}", self.value),
            _ if self.value.is_empty() => String::new(),
            _ => format!("={}", self.value),
        };
        let effect = if self.effect.is_empty() { String::new() } else { format!(":{}", self.effect) };
        format!("{key}{value}{effect}")
    }
}

/// What the DaemonSet controller lets each of its pods tolerate.
pub(super) fn of_daemon_set(uses_host_network: bool) -> Vec<Toleration> {
    let mut tolerations: Vec<Toleration> = TROUBLES
        .iter()
        .filter(|key| uses_host_network || !key.ends_with("/network-unavailable"))
        .map(|key| {
            let is_fatal = key.ends_with("/not-ready") || key.ends_with("/unreachable");
            Toleration::of(key, if is_fatal { "NoExecute" } else { "NoSchedule" })
        })
        .collect();
    tolerations.sort();
    tolerations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toleration_is_about_a_key_a_value_and_an_effect() {
        let taint = Taint { key: "tier".into(), value: "5".into(), effect: "NoSchedule".into() };
        let rows = [
            ("tier", "Equal", "5", "NoSchedule", true),
            ("tier", "Equal", "5", "", true),
            ("tier", "Equal", "6", "", false),
            ("tier", "Equal", "5", "NoExecute", false),
            ("tier", "Exists", "", "", true),
            ("", "Exists", "", "", true),
            ("", "Exists", "", "NoExecute", false),
            ("", "Equal", "5", "", false),
            ("other", "Exists", "", "", false),
            ("tier", "Lt", "6", "", true),
            ("tier", "Gt", "6", "", false),
            ("tier", "Gt", "4", "", true),
            ("tier", "Lt", "six", "", false),
            ("tier", "Near", "5", "", false),
        ];
        for (key, operator, value, effect, expected) in rows {
            let toleration = Toleration {
                key: key.into(),
                operator: operator.into(),
                value: value.into(),
                effect: effect.into(),
                seconds: None,
            };
            assert_eq!(toleration.tolerates(&taint), expected, "{toleration:?}");
        }
    }

    #[test]
    fn only_no_key_exists_and_no_effect_tolerate_everything() {
        assert!(Toleration::of("", "").is_of_all());
        assert!(!Toleration::of("", "NoSchedule").is_of_all());
        assert!(!Toleration::of("a", "").is_of_all());
    }
}

//! Whether a container starts again when it ends, and after how long.
//!
//! Sources: kubernetes.io, "Container restarts"; KEP-4603 (delays), KEP-5307 (a container's own policy and rules,
//! beta since 1.35); `k8s.io/kubernetes/pkg/kubelet/container/helpers.go`, `ShouldContainerBeRestarted`.

use crate::facts::{Known, quoted};
use crate::topology::{Container, ContainerKind, Pod};

/// The first delays before a restart, in seconds: at once, then 10 s and twice as much each time, at most 5 minutes.
/// After 10 minutes of running they begin anew.
const DELAYS_S: [i64; 8] = [0, 10, 20, 40, 80, 160, 300, 300];

/// When a container starts again after it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartPolicy {
    /// Whatever its exit code.
    Always,
    /// If its exit code is not 0.
    OnFailure,
    /// Not at all.
    Never,
}

/// Whether a container starts again when it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Restart {
    /// What holds for it: its own policy, or else the pod's. A sidecar always restarts, an init container at most
    /// until it has exited with 0.
    pub policy: Known<RestartPolicy>,
    /// Whether the container itself says so, not the pod.
    pub is_own: bool,
    /// Its rules, of which the first that fits its exit code wins over the policy.
    pub rules: Vec<RestartRule>,
}

impl Restart {
    /// What follows when Kubernetes kills it: a rule about its exit code may say something else than its policy.
    pub fn after_kill(&self) -> &'static str {
        match (self.policy.value, self.rules.is_empty()) {
            (_, false) => "then its restart rules say whether it starts again",
            (RestartPolicy::Never, true) => "it does not start again",
            _ => "then it starts again",
        }
    }

    /// Whether some end of it restarts all containers of its pod.
    pub fn restarts_all(&self) -> bool {
        self.rules.iter().any(|rule| rule.restarts_all)
    }
}

/// What an exit code leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestartRule {
    /// The exit codes.
    pub codes: Vec<i32>,
    /// Whether it is about all other exit codes.
    pub others: bool,
    /// Whether all containers of the pod start again, not only this one.
    pub restarts_all: bool,
}

/// The pod's restart policy, `Always` by default.
pub(super) fn policy(pod: &Pod) -> Known<String> {
    let field = pod.path.key("restartPolicy");
    match pod.spec.restart_policy.as_deref().filter(|policy| !policy.is_empty()) {
        Some(policy) => {
            Known::new(policy.to_owned(), format!("`restartPolicy` is {}", quoted(policy)), field)
        }
        None => Known::new("Always".to_owned(), "without `restartPolicy` it is `Always`", field),
    }
}

/// The first eight delays before a restart; none where the pod's containers do not start again.
pub(super) fn delays(policy: &Known<String>) -> Option<Known<Vec<i64>>> {
    let why = "the first restart comes at once, then the kubelet waits 10 s and twice as long each time, at most 5 \
               minutes; after 10 minutes of running it begins anew";
    (policy.value != "Never").then(|| Known::new(DELAYS_S.to_vec(), why, policy.field.clone()))
}

/// Whether a container starts again; an ephemeral container does not.
pub(super) fn restart(container: &Container, pod: &Known<String>) -> Restart {
    let own = container.spec.restart_policy.as_deref().filter(|policy| !policy.is_empty());
    let named = match own.unwrap_or(&pod.value) {
        "Never" => RestartPolicy::Never,
        "OnFailure" => RestartPolicy::OnFailure,
        _ => RestartPolicy::Always,
    };
    let policy = match (container.kind, named) {
        (ContainerKind::Ephemeral, _) => RestartPolicy::Never,
        // It is over once it has exited with 0.
        (ContainerKind::Init, RestartPolicy::Always) => RestartPolicy::OnFailure,
        (_, named) => named,
    };
    let known = match own {
        Some(own) => Known::new(
            policy,
            format!("its own `restartPolicy` is {}", quoted(own)),
            container.path.key("restartPolicy"),
        ),
        None => Known::new(policy, pod.why.clone(), pod.field.clone()),
    };
    Restart { policy: known, is_own: own.is_some(), rules: rules(container) }
}

fn rules(container: &Container) -> Vec<RestartRule> {
    let rules = container.spec.restart_policy_rules.iter().flatten();
    let read = rules.filter_map(|rule| {
        let exit = rule.exit_codes.as_ref()?;
        Some(RestartRule {
            codes: exit.values.clone().unwrap_or_default(),
            others: exit.operator == "NotIn",
            restarts_all: rule.action == "RestartAllContainers",
        })
    });
    read.collect()
}

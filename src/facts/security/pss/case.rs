//! What the checks look at: a pod, by one version of the policy.

use super::LATEST;
use crate::catalog::FieldPath;
use crate::model::Object;
use crate::topology::{Container, Pod};
use k8s_openapi::api::core::v1 as api;

/// A pod, by one version of the policy.
#[derive(Clone, Copy)]
pub(in crate::facts::security) struct Case<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The object whose manifest holds it.
    pub object: &'a Object,
    /// Where the annotations of its pods stand.
    pub annotations: &'a FieldPath,
    /// The policy version: the 37 of 1.37.
    pub minor: u32,
}

impl<'a> Case<'a> {
    /// A pod by a version of the policy, or by the newest one where that is not known.
    pub fn of(pod: &'a Pod, object: &'a Object, annotations: &'a FieldPath, minor: u32) -> Case<'a> {
        Case { pod, object, annotations, minor: minor.min(LATEST) }
    }

    /// Every container with its settings: init containers, app containers and ephemeral ones.
    ///
    /// Source: `k8s.io/pod-security-admission/policy/visitor.go`.
    pub fn containers(&self) -> impl Iterator<Item = One<'a>> {
        self.pod.containers.iter().enumerate().map(|(index, container)| One {
            index,
            container,
            context: container.spec.security_context.as_deref(),
        })
    }

    /// The settings of the pod.
    pub fn context(&self) -> Option<&'a api::PodSecurityContext> {
        self.pod.spec.security_context.as_ref()
    }

    /// Where a setting of the pod stands.
    pub fn field(&self, key: &str) -> FieldPath {
        self.pod.path.key("securityContext").key(key)
    }

    /// Whether the policy is relaxed because the pod has users of its own, since 1.35.
    ///
    /// Source: `k8s.io/pod-security-admission/policy/helpers.go`, `relaxPolicyForUserNamespacePod`.
    pub fn has_own_users(&self) -> bool {
        self.minor >= 35 && self.pod.spec.host_users == Some(false)
    }

    /// Whether checks of Linux settings pass it because it runs on Windows, since 1.25.
    pub fn is_windows(&self) -> bool {
        self.minor >= 25 && self.pod.spec.os.as_ref().is_some_and(|os| os.name == "windows")
    }
}

/// A container and its settings.
pub(in crate::facts::security) struct One<'a> {
    /// Its index in the pod.
    pub index: usize,
    /// The container.
    pub container: &'a Container,
    /// Its settings.
    pub context: Option<&'a api::SecurityContext>,
}

impl One<'_> {
    /// Where one of its settings stands.
    pub fn field(&self, key: &str) -> FieldPath {
        self.container.path.key("securityContext").key(key)
    }
}

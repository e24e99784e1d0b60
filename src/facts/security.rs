//! What a pod's containers may do to their node and to the cluster.

mod account;
mod admission;
mod context;
mod pss;
mod rbac;

pub use account::{Account, OwnToken, TOKEN_PATH};
pub use admission::{Admission, Mode};
pub use context::SecurityContext;
pub use pss::{Cause, Level, Standard, Violation};
pub(super) use rbac::derive as permissions;
pub use rbac::{
    Builtin, Danger, Grant, Held, Holder, Permissions, Rights, Rule, builtin, is_binding, is_role,
};

use super::known::Known;
use super::ledger::Ledger;
use super::scene::Scene;
use crate::catalog::FieldPath;
use crate::topology::{Container, Pod};
use pss::Case;

/// Security contexts, Pod Security Standards, the account.
#[derive(Clone, Debug)]
pub struct PodSecurity {
    /// The level that the pod meets, and what keeps it from the next one.
    pub standard: Standard,
    /// What the labels of its namespace do with it, where they say anything.
    pub admission: Option<Admission>,
    /// Who it is to the Kubernetes API.
    pub account: Account,
    /// Where the annotations of the pod stand.
    annotations: FieldPath,
}

/// Derives it for the pod that an object makes.
pub(super) fn derive(scene: &Scene, pod: &Pod) -> PodSecurity {
    let annotations = annotations(scene);
    let case = Case::of(pod, scene.object, &annotations, scene.catalog.kubernetes.0);
    PodSecurity {
        standard: pss::evaluate(&case),
        admission: admission::derive(scene, case),
        account: account::derive(scene, pod),
        annotations,
    }
}

/// Where the annotations of the pods stand that an object makes.
fn annotations(scene: &Scene) -> FieldPath {
    let identity = &scene.object.identity;
    let rule = scene.catalog.kind(&identity.group, &identity.kind);
    let template = rule.and_then(|rule| rule.pods.template()).unwrap_or_default();
    FieldPath::of(template).key("metadata").key("annotations")
}

impl PodSecurity {
    /// What a container of the pod runs as and may do. It is found out when it is asked for: a pod may have very many
    /// containers.
    pub fn context(&self, pod: &Pod, container: &Container) -> SecurityContext {
        context::derive(pod, container, &self.annotations)
    }

    /// Takes it down.
    pub(super) fn tell(&self, scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
        ledger.object(scene.index, "pss", &self.standard.known(pod));
        if let Some(admission) = &self.admission {
            ledger.object(scene.index, "admission", &admission.known());
        }
        let Known { why, field, .. } = self.account.name.clone();
        let account = ledger.subject(&self.account.identity);
        ledger.object(scene.index, "service_account", &Known::new(account, why, field));
        ledger.object(scene.index, "token_mounted", &self.account.token_mounted);
        for (position, container) in pod.containers.iter().enumerate() {
            let context = self.context(pod, container);
            let why = "its own settings come before those of the pod, and those before the defaults";
            let known = Known::new(context.json(), why, container.path.key("securityContext"));
            ledger.container(scene.index, position, "security_context", &known);
        }
    }
}

/// Takes down what a ServiceAccount may do.
pub(super) fn tell_account(permissions: &Permissions, scene: &Scene, ledger: &mut Ledger) {
    if scene.is("", "ServiceAccount") {
        rbac::tell(permissions, scene, ledger);
    }
}

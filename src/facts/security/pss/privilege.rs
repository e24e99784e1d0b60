//! Checks of rights on the node: `privileged`, `allowPrivilegeEscalation`, `windowsHostProcess`.

use super::{Case, Cause};
use k8s_openapi::api::core::v1 as api;

/// Source: `check_privileged.go`.
pub(super) fn privileged(case: &Case) -> Vec<Cause> {
    let privileged =
        case.containers().filter(|one| one.context.is_some_and(|own| own.privileged == Some(true)));
    let cause = |one: super::case::One| {
        let change = "remove `securityContext.privileged: true`";
        Cause::has(Some(one.index), one.field("privileged"), "`privileged: true`", change)
    };
    privileged.map(cause).collect()
}

/// Source: `check_allowPrivilegeEscalation.go`.
pub(super) fn allow_privilege_escalation(case: &Case) -> Vec<Cause> {
    if case.is_windows() {
        return Vec::new();
    }
    let wanted = "`allowPrivilegeEscalation: false`";
    let change = "set `securityContext.allowPrivilegeEscalation: false`";
    let allowed = case.containers().filter_map(|one| {
        let field = one.field("allowPrivilegeEscalation");
        match one.context.and_then(|own| own.allow_privilege_escalation) {
            Some(false) => None,
            Some(true) => {
                Some(Cause::has(Some(one.index), field, "`allowPrivilegeEscalation: true`", change))
            }
            None => Some(Cause::lacks(Some(one.index), field, wanted, change)),
        }
    });
    allowed.collect()
}

/// Source: `check_windowsHostProcess.go`.
pub(super) fn windows_host_process(case: &Case) -> Vec<Cause> {
    let is_host = |options: &Option<api::WindowsSecurityContextOptions>| {
        options.as_ref().is_some_and(|options| options.host_process == Some(true))
    };
    let what = "`windowsOptions.hostProcess: true`";
    let change = "remove `securityContext.windowsOptions.hostProcess: true`";
    let of_pod = case.context().filter(|pod| is_host(&pod.windows_options));
    let of_pod =
        of_pod.map(|_| Cause::has(None, case.field("windowsOptions").key("hostProcess"), what, change));
    let own = case.containers().filter(|one| one.context.is_some_and(|own| is_host(&own.windows_options)));
    let own = own
        .map(|one| Cause::has(Some(one.index), one.field("windowsOptions").key("hostProcess"), what, change));
    of_pod.into_iter().chain(own).collect()
}

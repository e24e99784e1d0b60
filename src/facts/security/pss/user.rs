//! Checks of the user: `runAsNonRoot`, `runAsUser`.

use super::{Case, Cause};

/// The pod or every container asks for it, and nothing says otherwise.
///
/// Source: `check_runAsNonRoot.go`.
pub(super) fn run_as_non_root(case: &Case) -> Vec<Cause> {
    if case.has_own_users() {
        return Vec::new();
    }
    let (wrong, change) = ("`runAsNonRoot: false`", "set `securityContext.runAsNonRoot: true`");
    let pod = case.context().and_then(|pod| pod.run_as_non_root);
    let said = |context: Option<&k8s_openapi::api::core::v1::SecurityContext>| context?.run_as_non_root;
    let silent: Vec<usize> =
        case.containers().filter(|one| said(one.context).is_none()).map(|one| one.index).collect();
    let of_pod = match pod {
        Some(false) => Some(Cause::has(None, case.field("runAsNonRoot"), wrong, change)),
        None if !silent.is_empty() => {
            Some(Cause::lacks(None, case.field("runAsNonRoot"), "`runAsNonRoot: true`", change))
        }
        _ => None,
    };
    let of_pod = of_pod.map(|cause| Cause { affects: silent, ..cause });
    let own = case.containers().filter(|one| said(one.context) == Some(false));
    let own = own.map(|one| Cause::has(Some(one.index), one.field("runAsNonRoot"), wrong, change));
    of_pod.into_iter().chain(own).collect()
}

/// Source: `check_runAsUser.go`.
pub(super) fn run_as_user(case: &Case) -> Vec<Cause> {
    if case.has_own_users() {
        return Vec::new();
    }
    let (what, change) = ("`runAsUser: 0`", "set `securityContext.runAsUser` to another number than 0");
    let of_pod = case.context().filter(|pod| pod.run_as_user == Some(0));
    let of_pod = of_pod.map(|_| Cause::has(None, case.field("runAsUser"), what, change));
    let own = case.containers().filter(|one| one.context.is_some_and(|own| own.run_as_user == Some(0)));
    let own = own.map(|one| Cause::has(Some(one.index), one.field("runAsUser"), what, change));
    of_pod.into_iter().chain(own).collect()
}

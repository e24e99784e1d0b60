//! Checks of profiles that confine processes: `appArmorProfile`, `seLinuxOptions`, `seccompProfile_baseline`,
//! `seccompProfile_restricted`.

use super::{Case, Cause};
use crate::facts::known::quoted;
use crate::facts::security::context::APP_ARMOR_ANNOTATION;
use k8s_openapi::api::core::v1 as api;

/// Source: `check_appArmorProfile.go`.
pub(super) fn app_armor(case: &Case) -> Vec<Cause> {
    let wrong = |profile: &Option<api::AppArmorProfile>| {
        profile.as_ref().map(|profile| profile.type_.clone()).filter(|kind| !confines(kind))
    };
    let words = |kind: &str| (format!("AppArmor profile {}", quoted(kind)), "remove `appArmorProfile`");
    let of_pod = case.context().and_then(|pod| wrong(&pod.app_armor_profile)).map(|kind| {
        let (what, change) = words(&kind);
        Cause::has(None, case.field("appArmorProfile").key("type"), what, change)
    });
    let own = case.containers().filter_map(|one| {
        let (what, change) = words(&wrong(&one.context?.app_armor_profile)?);
        Some(Cause::has(Some(one.index), one.field("appArmorProfile").key("type"), what, change))
    });
    let own: Vec<Cause> = own.collect();
    let allowed = |value: &str| matches!(value, "" | "runtime/default") || value.starts_with("localhost/");
    let annotations = case.pod.annotations.iter().filter_map(|(key, value)| {
        let container = key.strip_prefix(APP_ARMOR_ANNOTATION).filter(|_| !allowed(value))?;
        let what = format!("AppArmor profile {} in an annotation", quoted(value));
        let change = format!("remove the annotation {}", quoted(key));
        let cause = Cause::has(None, case.annotations.key(key), what, change);
        let affected = case.containers().filter(|one| one.container.name == container);
        Some(Cause { affects: affected.map(|one| one.index).collect(), ..cause })
    });
    of_pod.into_iter().chain(own).chain(annotations).collect()
}

/// Whether a profile of this type confines anything: seccomp and AppArmor name them alike.
fn confines(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

/// A type of SELinux that baseline allows, with the policy version that first did.
const SE_LINUX_TYPES: [(&str, u32); 5] = [
    ("", 0),
    ("container_t", 0),
    ("container_init_t", 0),
    ("container_kvm_t", 0),
    ("container_engine_t", 31),
];

/// Source: `check_seLinuxOptions.go`.
pub(super) fn se_linux(case: &Case) -> Vec<Cause> {
    let allowed =
        |kind: &str| SE_LINUX_TYPES.iter().any(|(name, since)| *name == kind && *since <= case.minor);
    let wrong = |options: &api::SELinuxOptions| {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let kind = given(&options.type_).filter(|kind| !allowed(kind)).map(|kind| ("type", kind));
        let user = given(&options.user).map(|user| ("user", user));
        let role = given(&options.role).map(|role| ("role", role));
        kind.into_iter().chain(user).chain(role).collect::<Vec<_>>()
    };
    let words = |key: &str, value: &str| {
        let what = format!("SELinux {key} {}", quoted(value));
        (what, format!("remove `seLinuxOptions.{key}`"))
    };
    let of_pod = case.context().and_then(|pod| pod.se_linux_options.as_ref()).map(wrong).unwrap_or_default();
    let of_pod = of_pod.into_iter().map(|(key, value)| {
        let (what, change) = words(key, &value);
        Cause::has(None, case.field("seLinuxOptions").key(key), what, change)
    });
    let own = case.containers().flat_map(|one| {
        let options = one.context.and_then(|own| own.se_linux_options.as_ref());
        let causes = options.map(wrong).unwrap_or_default().into_iter().map(|(key, value)| {
            let (what, change) = words(key, &value);
            Cause::has(Some(one.index), one.field("seLinuxOptions").key(key), what, change)
        });
        causes.collect::<Vec<_>>()
    });
    of_pod.chain(own).collect()
}

/// Nothing may ask for no profile at all. Before 1.19 annotations asked for it.
///
/// Source: `check_seccompProfile_baseline.go`.
pub(super) fn seccomp_baseline(case: &Case) -> Vec<Cause> {
    if case.minor < 19 {
        return seccomp_annotations(case);
    }
    let words = |kind: &str| {
        let change = "set `securityContext.seccompProfile.type: RuntimeDefault`";
        (format!("seccomp profile {}", quoted(kind)), change)
    };
    let pod = case.context().and_then(|pod| pod.seccomp_profile.as_ref());
    let of_pod = pod.filter(|profile| !confines(&profile.type_)).map(|profile| {
        let (what, change) = words(&profile.type_);
        Cause::has(None, case.field("seccompProfile").key("type"), what, change)
    });
    let own = case.containers().filter_map(|one| {
        let profile = one.context?.seccomp_profile.as_ref().filter(|profile| !confines(&profile.type_))?;
        let (what, change) = words(&profile.type_);
        Some(Cause::has(Some(one.index), one.field("seccompProfile").key("type"), what, change))
    });
    of_pod.into_iter().chain(own).collect()
}

fn seccomp_annotations(case: &Case) -> Vec<Cause> {
    let prefix = "seccomp.security.alpha.kubernetes.io/pod";
    let of_containers = case.containers().map(|one| {
        (format!("container.seccomp.security.alpha.kubernetes.io/{}", one.container.name), vec![one.index])
    });
    let allowed = |value: &str| {
        matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/")
    };
    let keys = std::iter::once((prefix.to_owned(), Vec::new())).chain(of_containers);
    let wrong = keys.filter_map(|(key, affects)| {
        let value = case.pod.annotations.get(&key).filter(|value| !allowed(value))?;
        let what = format!("seccomp profile {} in an annotation", quoted(value));
        let change = format!("remove the annotation {}", quoted(&key));
        Some(Cause { affects, ..Cause::has(None, case.annotations.key(&key), what, change) })
    });
    wrong.collect()
}

/// The pod or every container names a profile.
///
/// Source: `check_seccompProfile_restricted.go`.
pub(super) fn seccomp_restricted(case: &Case) -> Vec<Cause> {
    if case.is_windows() {
        return Vec::new();
    }
    let mut causes = seccomp_baseline(case);
    let pod_names_one = case.context().is_some_and(|pod| pod.seccomp_profile.is_some());
    let silent: Vec<usize> = case
        .containers()
        .filter(|one| one.context.is_none_or(|own| own.seccomp_profile.is_none()))
        .map(|one| one.index)
        .collect();
    if !pod_names_one && !silent.is_empty() {
        let change = "set `securityContext.seccompProfile.type: RuntimeDefault`";
        let cause = Cause::lacks(None, case.field("seccompProfile"), "a seccomp profile", change);
        causes.insert(0, Cause { affects: silent, ..cause });
    }
    causes
}

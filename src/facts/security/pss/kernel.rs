//! Checks of the kernel's settings: `procMount`, `procMount_restricted`, `sysctls`.

use super::{Case, Cause};
use crate::facts::known::quoted;

/// The settings that a pod may change, with the policy version that first allowed it.
const SYSCTLS: [(&str, u32); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

/// Any `procMount` is allowed in a pod with users of its own, since 1.35.
///
/// Source: `check_procMount_baseline.go`.
pub(super) fn proc_mount_baseline(case: &Case) -> Vec<Cause> {
    if case.has_own_users() { Vec::new() } else { proc_mount_restricted(case) }
}

/// Source: `check_procMount_restricted.go`.
pub(super) fn proc_mount_restricted(case: &Case) -> Vec<Cause> {
    let causes = case.containers().filter_map(|one| {
        let value = one.context?.proc_mount.as_deref().filter(|value| *value != "Default")?;
        let what = quoted(&format!("procMount: {value}"));
        let change = format!("remove {what}");
        Some(Cause::has(Some(one.index), one.field("procMount"), what, change))
    });
    causes.collect()
}

/// Source: `check_sysctls.go`.
pub(super) fn sysctls(case: &Case) -> Vec<Cause> {
    let allowed =
        |name: &str| SYSCTLS.iter().any(|(allowed, since)| *allowed == name && *since <= case.minor);
    let sysctls = case.context().and_then(|pod| pod.sysctls.as_ref()).into_iter().flatten().enumerate();
    let beyond = sysctls.filter(|(_, sysctl)| !allowed(&sysctl.name)).map(|(at, sysctl)| {
        let name = quoted(&sysctl.name);
        let field = case.field("sysctls").named_item(at, &sysctl.name);
        Cause::has(None, field, format!("sysctl {name}"), format!("remove sysctl {name}"))
    });
    beyond.collect()
}

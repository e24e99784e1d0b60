//! Checks of Linux capabilities: `capabilities_baseline`, `capabilities_restricted`.

use super::case::One;
use super::{Case, Cause};
use crate::facts::known::quoted;

/// What baseline lets a container add.
const ALLOWED: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Source: `check_capabilities_baseline.go`.
pub(super) fn baseline(case: &Case) -> Vec<Cause> {
    case.containers().filter_map(|one| added(&one, &ALLOWED)).collect()
}

/// Every container drops `ALL`, spelled just so, and adds `NET_BIND_SERVICE` at most.
///
/// Source: `check_capabilities_restricted.go`.
pub(super) fn restricted(case: &Case) -> Vec<Cause> {
    if case.is_windows() {
        return Vec::new();
    }
    let causes = case.containers().flat_map(|one| {
        let capabilities = one.context.and_then(|own| own.capabilities.as_ref());
        let mut drops = capabilities.and_then(|own| own.drop.as_ref()).into_iter().flatten();
        let missing = (!drops.any(|name| name == "ALL")).then(|| {
            let field = one.field("capabilities").key("drop");
            let in_small = capabilities.iter().flat_map(|own| own.drop.iter().flatten());
            let change = match in_small.clone().find(|name| name.eq_ignore_ascii_case("ALL")) {
                Some(_) => "write `ALL` in capitals in `securityContext.capabilities.drop`",
                None => "set `securityContext.capabilities.drop: [ALL]`",
            };
            Cause::lacks(Some(one.index), field, "`capabilities.drop: [ALL]`", change)
        });
        missing.into_iter().chain(added(&one, &["NET_BIND_SERVICE"])).collect::<Vec<_>>()
    });
    causes.collect()
}

/// The capabilities that a container adds beyond the allowed ones, as one cause.
fn added(one: &One, allowed: &[&str]) -> Option<Cause> {
    let capabilities = one.context?.capabilities.as_ref()?;
    let beyond = capabilities.add.iter().flatten().filter(|name| !allowed.contains(&name.as_str()));
    let mut names: Vec<String> = beyond.map(|name| quoted(name)).collect();
    names.sort();
    names.dedup();
    let many = match names.len() {
        0 => return None,
        1 => "added capability",
        _ => "added capabilities",
    };
    let names = names.join(", ");
    let field = one.field("capabilities").key("add");
    let change = format!("remove {names} from `securityContext.capabilities.add`");
    Some(Cause::has(Some(one.index), field, format!("{many} {names}"), change))
}

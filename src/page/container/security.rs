//! What a container runs as, and what it may do to its node.

use crate::catalog::FieldPath;
use crate::facts::Known;
use crate::facts::security::SecurityContext;
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, marked, text};
use crate::page::workload::changes;
use crate::page::{Block, Table};
use crate::topology::{NodeIndex, Pod};
use std::borrow::Cow;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, position: usize) -> Vec<Block> {
    let Some((_, facts)) = know.pod(index) else { return Vec::new() };
    let Some(container) = pod.containers.get(position) else { return Vec::new() };
    let context = &facts.security.context(pod, container);
    let is_windows = pod.spec.os.as_ref().is_some_and(|os| os.name == "windows");
    let settings = settings(context).into_iter().chain(shared(pod));
    // Containers on Windows have no setuid bit, no capabilities, and no seccomp.
    let settings = settings.filter(|setting| !is_windows || WINDOWS.contains(&setting.name));
    let rows = settings.map(|setting| {
        let mut because = marked(&setting.why);
        if setting.field.find(&object.value).is_some() {
            because.extend([text(" "), know.source(object, &setting.field)]);
        }
        // What is no value of the field is no code.
        let value = match setting.value.as_str() {
            IMAGE | NONE => vec![text(setting.value)],
            _ => vec![code(setting.value)],
        };
        vec![vec![code(setting.name)], value, because, marked(&setting.meaning)]
    });
    let head = ["Setting", "Value", "Because", "What it means"].map(str::to_owned).to_vec();
    let caption = format!("What {} may do", pod.containers[position].key);
    let mut blocks = vec![Block::Table(Table { caption, head, rows: rows.collect() })];
    if let Some(changes) = changes(know, index, object, &facts.security.standard, Some(position)) {
        blocks.push(Block::Heading("What keeps it from a stricter level".to_owned()));
        blocks.push(changes);
    }
    blocks
}

const IMAGE: &str = "the image's";
const NONE: &str = "none";

/// The settings that mean something on a Windows node.
const WINDOWS: [&str; 3] = ["runAsNonRoot", "windowsOptions.hostProcess", "hostNetwork"];

/// A row of the table.
struct Setting {
    name: &'static str,
    value: String,
    why: Cow<'static, str>,
    field: FieldPath,
    meaning: String,
}

fn setting<T>(
    name: &'static str,
    known: &Known<T>,
    value: impl ToString,
    meaning: impl Into<String>,
) -> Setting {
    let (why, field) = (known.why.clone(), known.field.clone());
    Setting { name, value: value.to_string(), why, field, meaning: meaning.into() }
}

/// The settings that always matter, and the others where something sets them.
fn settings(context: &SecurityContext) -> Vec<Setting> {
    let c = context;
    let mut rows = vec![user(c), non_root(c)];
    if let Some(group) = c.run_as_group.value {
        rows.push(setting("runAsGroup", &c.run_as_group, group, "The main group of its processes."));
    }
    rows.push(setting("privileged", &c.privileged, c.privileged.value, privileged(c)));
    rows.push(setting(
        "allowPrivilegeEscalation",
        &c.allow_privilege_escalation,
        c.allow_privilege_escalation.value,
        if c.allow_privilege_escalation.value {
            "A program with the setuid bit, such as `sudo`, may give its processes more rights."
        } else {
            "None of its processes gets more rights than the first one has."
        },
    ));
    rows.extend(capabilities(c));
    rows.push(setting(
        "readOnlyRootFilesystem",
        &c.read_only_root_filesystem,
        c.read_only_root_filesystem.value,
        if c.read_only_root_filesystem.value {
            "It writes only to its volumes, and to those that its image declares."
        } else {
            "It may change the files of its image; the changes are gone when it restarts."
        },
    ));
    rows.push(setting(
        "seccompProfile",
        &c.seccomp_profile,
        &c.seccomp_profile.value,
        seccomp(&c.seccomp_profile.value),
    ));
    rows.extend(rare(c));
    rows
}

fn user(c: &SecurityContext) -> Setting {
    let value = c.run_as_user.value.map_or_else(|| IMAGE.to_owned(), |user| user.to_string());
    // Whether it may run as root at all, the kubelet decides by the number alone, wherever the user counts.
    let meaning = match (c.run_as_user.value, c.run_as_non_root.value, c.user_namespace.value) {
        (Some(0), true, _) => "Root, which `runAsNonRoot` forbids: the kubelet does not start it.",
        (None, true, _) => "If that is root, the kubelet does not start it.",
        (Some(0), false, true) => "Root in the container, an ordinary user on the node.",
        (None, false, true) => "If that is root, it is root in the container only.",
        (Some(0), false, false) => "Root: whoever breaks out of the container is root on the node.",
        (None, false, false) => "If that is root, whoever breaks out of the container is root on the node.",
        (Some(_), ..) => "An ordinary user.",
    };
    setting("runAsUser", &c.run_as_user, value, meaning)
}

fn non_root(c: &SecurityContext) -> Setting {
    let meaning = if c.run_as_non_root.value {
        "The kubelet starts it only as another user than root."
    } else {
        "The kubelet starts it as any user, root included."
    };
    setting("runAsNonRoot", &c.run_as_non_root, c.run_as_non_root.value, meaning)
}

fn privileged(c: &SecurityContext) -> &'static str {
    match (c.privileged.value, c.user_namespace.value) {
        (true, true) => "It has every right in its pod's own user namespace, and sees the node's devices.",
        (true, false) => "It may do on its node what root may do there.",
        (false, _) => "It gets no devices of the node and no extra rights there.",
    }
}

fn capabilities(c: &SecurityContext) -> Vec<Setting> {
    let mut rows = Vec::new();
    let (added, dropped) = (&c.capabilities_added, &c.capabilities_dropped);
    let drops_all = dropped.value.iter().any(|name| name == "ALL");
    if !added.value.is_empty() {
        let meaning = match (drops_all, added.value.as_slice()) {
            (_, [all]) if all == "ALL" => "Every right of root there is.",
            (true, [_]) => "The only right of root that its processes may use.",
            (true, _) => "The only rights of root that its processes may use.",
            (false, [_]) => {
                "A right of root that it gets beside those that the runtime gives every container."
            }
            (false, _) => "Rights of root that it gets beside those that the runtime gives every container.",
        };
        rows.push(setting("capabilities.add", added, added.value.join(", "), meaning));
    }
    let meaning = match (drops_all, dropped.value.is_empty()) {
        _ if c.privileged.value => "A privileged container keeps every right of root.",
        (true, _) if added.value.is_empty() => "Its processes have none of the rights of root.",
        (true, _) if added.value.len() == 1 => {
            "Its processes have none of the rights of root but the added one."
        }
        (true, _) => "Its processes have none of the rights of root but the added ones.",
        (false, true) => "It keeps the rights of root that the runtime gives every container.",
        (false, false) => "Rights of root that the runtime gives and it gives up.",
    };
    let value = if dropped.value.is_empty() { NONE.to_owned() } else { dropped.value.join(", ") };
    rows.push(setting("capabilities.drop", dropped, value, meaning));
    rows
}

fn seccomp(profile: &str) -> &'static str {
    match profile {
        "RuntimeDefault" => "It may not make the system calls that the runtime takes for dangerous.",
        "Unconfined" => "It may make every system call of the node's kernel.",
        _ => "It may make the system calls that a file on the node allows.",
    }
}

/// Settings that are worth a row only where something sets them.
fn rare(c: &SecurityContext) -> Vec<Setting> {
    let mut rows = Vec::new();
    if let Some(profile) = &c.app_armor_profile.value {
        let meaning = match profile.as_str() {
            "Unconfined" => "AppArmor does not limit it.",
            "RuntimeDefault" => "AppArmor limits which files it touches, by the runtime's profile.",
            _ => "AppArmor limits which files it touches, by a profile on the node.",
        };
        rows.push(setting("appArmorProfile", &c.app_armor_profile, profile, meaning));
    }
    if let Some(label) = &c.se_linux.value {
        let meaning = "SELinux decides by this label what it may touch (user, role, type, level).";
        rows.push(setting("seLinuxOptions", &c.se_linux, label, meaning));
    }
    if c.proc_mount.value != "Default" {
        let meaning = "It sees parts of `/proc` that runtimes hide or make read-only.";
        rows.push(setting("procMount", &c.proc_mount, &c.proc_mount.value, meaning));
    }
    if let Some(group) = c.fs_group.value {
        let meaning = "Group of its processes, and of the files in volumes that support it.";
        rows.push(setting("fsGroup", &c.fs_group, group, meaning));
    }
    if !c.supplemental_groups.value.is_empty() {
        let groups: Vec<String> = c.supplemental_groups.value.iter().map(i64::to_string).collect();
        let known = &c.supplemental_groups;
        rows.push(setting(
            "supplementalGroups",
            known,
            groups.join(", "),
            "Further groups of its processes.",
        ));
    }
    if c.user_namespace.value {
        let meaning = "Users in the pod are other users on the node: its root has no rights there.";
        rows.push(setting("hostUsers", &c.user_namespace, false, meaning));
    }
    if c.host_process.value {
        let meaning = "It runs as a process of the Windows node itself.";
        rows.push(setting("windowsOptions.hostProcess", &c.host_process, true, meaning));
    }
    rows
}

/// What the whole pod shares with its node.
fn shared(pod: &Pod) -> Vec<Setting> {
    let spec = &pod.spec;
    let all = [
        (
            "hostNetwork",
            spec.host_network,
            "It uses the node's own network: addresses, ports, and localhost.",
        ),
        ("hostPID", spec.host_pid, "It sees every process of the node."),
        ("hostIPC", spec.host_ipc, "It reaches the shared memory of the node's processes."),
    ];
    let on = all.into_iter().filter(|(_, value, _)| *value == Some(true));
    let row = |(name, _, meaning): (&'static str, _, &str)| {
        setting(name, &Known::new((), "the pod says so", pod.path.key(name)), true, meaning)
    };
    on.map(row).collect()
}

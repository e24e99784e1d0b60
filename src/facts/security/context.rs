//! The effective security context of a container: what the container says, else the pod, else the default.

use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::topology::{Container, Pod};
use k8s_openapi::api::core::v1 as api;
use serde_json::{Value, json};

/// What one container runs as and may do, each value with the field that says so.
///
/// Source: `k8s.io/kubernetes/pkg/securitycontext/util.go`, `DetermineEffectiveSecurityContext`; the defaults are those
/// of `k8s.io/api/core/v1/types.go`, `SecurityContext` and `PodSecurityContext`.
#[derive(Clone, Debug)]
pub struct SecurityContext {
    /// The number of the user it runs as; `None` where the image decides.
    pub run_as_user: Known<Option<i64>>,
    /// The number of its main group; `None` where the runtime decides.
    pub run_as_group: Known<Option<i64>>,
    /// Whether the kubelet refuses to start it as root.
    pub run_as_non_root: Known<bool>,
    /// Whether it has all rights of root on its node.
    pub privileged: Known<bool>,
    /// Whether its processes may gain rights that their parent does not have.
    pub allow_privilege_escalation: Known<bool>,
    /// Linux capabilities on top of those that the runtime gives, sorted, without `CAP_`.
    pub capabilities_added: Known<Vec<String>>,
    /// Linux capabilities that are taken away, sorted, without `CAP_`; `ALL` stands for all.
    pub capabilities_dropped: Known<Vec<String>>,
    /// Whether it cannot write to the files of its image.
    pub read_only_root_filesystem: Known<bool>,
    /// Which system calls it may make: `RuntimeDefault`, `Localhost: <file>` or `Unconfined`.
    pub seccomp_profile: Known<String>,
    /// The AppArmor profile: `RuntimeDefault`, `Localhost: <name>` or `Unconfined`; `None` where nothing names one.
    pub app_armor_profile: Known<Option<String>>,
    /// The SELinux label, as far as it is given: `user:role:type:level`.
    pub se_linux: Known<Option<String>>,
    /// What it sees of `/proc`: `Default` or `Unmasked`.
    pub proc_mount: Known<String>,
    /// The group that owns the files of its volumes.
    pub fs_group: Known<Option<i64>>,
    /// Further groups.
    pub supplemental_groups: Known<Vec<i64>>,
    /// Whether the users in the pod are other users on the node, so that its root is not the node's.
    pub user_namespace: Known<bool>,
    /// Whether it runs as a process of a Windows node itself.
    pub host_process: Known<bool>,
}

impl SecurityContext {
    /// The values alone, under the names of the fact `security_context`.
    pub fn json(&self) -> Value {
        json!({
            "run_as_user": self.run_as_user.value,
            "run_as_group": self.run_as_group.value,
            "run_as_non_root": self.run_as_non_root.value,
            "privileged": self.privileged.value,
            "allow_privilege_escalation": self.allow_privilege_escalation.value,
            "capabilities": { "add": self.capabilities_added.value, "drop": self.capabilities_dropped.value },
            "read_only_root_filesystem": self.read_only_root_filesystem.value,
            "seccomp_profile": self.seccomp_profile.value,
            "app_armor_profile": self.app_armor_profile.value,
            "se_linux": self.se_linux.value,
            "proc_mount": self.proc_mount.value,
            "fs_group": self.fs_group.value,
            "supplemental_groups": self.supplemental_groups.value,
            "user_namespace": self.user_namespace.value,
            "host_process": self.host_process.value,
        })
    }
}

/// The effective context of a container.
pub(super) fn derive(pod: &Pod, container: &Container, annotations: &FieldPath) -> SecurityContext {
    let layers = Layers {
        own: container.spec.security_context.as_deref().cloned().unwrap_or_default(),
        pod: pod.spec.security_context.clone().unwrap_or_default(),
        own_path: container.path.key("securityContext"),
        pod_path: pod.path.key("securityContext"),
    };
    let (own, above) = (&layers.own, &layers.pod);
    let privileged = layers.of_container("privileged", own.privileged, false, "no field asks for it");
    let (added, dropped) = capabilities(&layers);
    SecurityContext {
        run_as_user: layers.optional(
            "runAsUser",
            own.run_as_user,
            above.run_as_user,
            "the image says which user, and root where it names none",
        ),
        run_as_group: layers.optional(
            "runAsGroup",
            own.run_as_group,
            above.run_as_group,
            "the image or the runtime says which group",
        ),
        run_as_non_root: layers.or_default(
            "runAsNonRoot",
            own.run_as_non_root,
            above.run_as_non_root,
            (false, "no field asks for it"),
        ),
        allow_privilege_escalation: escalation(&layers, &privileged, &added),
        read_only_root_filesystem: layers.of_container(
            "readOnlyRootFilesystem",
            own.read_only_root_filesystem,
            false,
            "no field asks for it",
        ),
        seccomp_profile: seccomp(&layers, &privileged),
        app_armor_profile: app_armor(&layers, pod, container, annotations),
        se_linux: layers.optional(
            "seLinuxOptions",
            own.se_linux_options.as_ref().map(se_linux_label),
            above.se_linux_options.as_ref().map(se_linux_label),
            "the runtime chooses a label where the node has SELinux",
        ),
        proc_mount: layers.of_container(
            "procMount",
            own.proc_mount.clone(),
            "Default".to_owned(),
            "that is the default",
        ),
        fs_group: layers.optional("fsGroup", None, above.fs_group, "no field names one"),
        supplemental_groups: layers.of_pod("supplementalGroups", above.supplemental_groups.clone()),
        user_namespace: user_namespace(pod),
        host_process: host_process(&layers),
        capabilities_added: added,
        capabilities_dropped: dropped,
        privileged,
    }
}

/// The settings of the container over those of its pod.
struct Layers {
    own: api::SecurityContext,
    pod: api::PodSecurityContext,
    own_path: FieldPath,
    pod_path: FieldPath,
}

impl Layers {
    fn said<T>(&self, key: &str, own: Option<T>, pod: Option<T>) -> Option<Known<T>> {
        let own = own.map(|value| Known::new(value, "the container says so", self.own_path.key(key)));
        own.or_else(|| pod.map(|value| Known::new(value, "the pod says so", self.pod_path.key(key))))
    }

    fn optional<T>(
        &self,
        key: &str,
        own: Option<T>,
        pod: Option<T>,
        otherwise: &'static str,
    ) -> Known<Option<T>> {
        match self.said(key, own, pod) {
            Some(Known { value, why, field, .. }) => Known::new(Some(value), why, field),
            None => Known::new(None, otherwise, self.pod_path.key(key)),
        }
    }

    fn or_default<T>(
        &self,
        key: &str,
        own: Option<T>,
        pod: Option<T>,
        default: (T, &'static str),
    ) -> Known<T> {
        let (value, why) = default;
        self.said(key, own, pod).unwrap_or_else(|| Known::new(value, why, self.pod_path.key(key)))
    }

    fn of_container<T>(&self, key: &str, own: Option<T>, default: T, why: &'static str) -> Known<T> {
        self.said(key, own, None).unwrap_or_else(|| Known::new(default, why, self.own_path.key(key)))
    }

    fn of_pod<T: Default>(&self, key: &str, pod: Option<T>) -> Known<T> {
        self.said(key, None, pod)
            .unwrap_or_else(|| Known::new(T::default(), "no field names any", self.pod_path.key(key)))
    }
}

/// True unless it is set to false; always true for a privileged container and for one with `SYS_ADMIN`, for which the
/// API server refuses `false`.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `ValidateSecurityContext`.
fn escalation(layers: &Layers, privileged: &Known<bool>, added: &Known<Vec<String>>) -> Known<bool> {
    if privileged.value {
        return Known::new(true, "a privileged container always may", privileged.field.clone());
    }
    if let Some(capability) = added.value.iter().find(|name| matches!(name.as_str(), "SYS_ADMIN" | "ALL")) {
        let why = format!("a container with capability {} always may", quoted(capability));
        return Known::new(true, why, added.field.clone());
    }
    let own = layers.own.allow_privilege_escalation;
    layers.of_container("allowPrivilegeEscalation", own, true, "no field forbids it")
}

fn capabilities(layers: &Layers) -> (Known<Vec<String>>, Known<Vec<String>>) {
    let own = layers.own.capabilities.clone().unwrap_or_default();
    let path = layers.own_path.key("capabilities");
    let known = |key: &str, names: Option<Vec<String>>| match names {
        Some(names) => Known::new(bare_names(&names), "the container says so", path.key(key)),
        None => Known::new(Vec::new(), "no field names any", path.key(key)),
    };
    (known("add", own.add), known("drop", own.drop))
}

/// Names of capabilities as runtimes understand them: in capitals, without `CAP_`; sorted, each once.
///
/// Source: `github.com/containerd/containerd/internal/cri/server/container_create_linux.go`, which adds `CAP_`.
fn bare_names(names: &[String]) -> Vec<String> {
    let bare = |name: &String| {
        let upper = name.to_ascii_uppercase();
        upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
    };
    let mut names: Vec<String> = names.iter().map(bare).collect();
    names.sort();
    names.dedup();
    names
}

/// Runtimes give privileged containers no profile; without a field it is `Unconfined`, unless the kubelet's
/// `seccompDefault` says otherwise.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/kuberuntime/helpers.go`, `getSeccompProfile`.
fn seccomp(layers: &Layers, privileged: &Known<bool>) -> Known<String> {
    if privileged.value {
        let why = "runtimes give a privileged container no profile";
        return Known::new("Unconfined".to_owned(), why, privileged.field.clone());
    }
    let name =
        |profile: &api::SeccompProfile| profile_name(&profile.type_, profile.localhost_profile.as_deref());
    let own = layers.own.seccomp_profile.as_ref().map(name);
    let above = layers.pod.seccomp_profile.as_ref().map(name);
    let default = "no field names a profile, and the kubelet sets none unless its `seccompDefault` is on";
    layers.or_default("seccompProfile", own, above, ("Unconfined".to_owned(), default))
}

/// The field of the container, else of the pod, else the older annotation.
///
/// Source: `k8s.io/kubernetes/pkg/security/apparmor/helpers.go`, `GetProfile`, and
/// `pkg/registry/core/pod/strategy.go`, `applyAppArmorVersionSkew`.
fn app_armor(
    layers: &Layers,
    pod: &Pod,
    container: &Container,
    annotations: &FieldPath,
) -> Known<Option<String>> {
    let name =
        |profile: &api::AppArmorProfile| profile_name(&profile.type_, profile.localhost_profile.as_deref());
    let own = layers.own.app_armor_profile.as_ref().map(name);
    let above = layers.pod.app_armor_profile.as_ref().map(name);
    let key = format!("{APP_ARMOR_ANNOTATION}{}", container.name);
    if let (None, Some(value)) = (&own, pod.annotations.get(&key)) {
        let profile = match value.as_str() {
            "runtime/default" | "" => "RuntimeDefault".to_owned(),
            "unconfined" => "Unconfined".to_owned(),
            other => format!("Localhost: {}", other.strip_prefix("localhost/").unwrap_or(other)),
        };
        return Known::new(Some(profile), "an annotation of the pod says so", annotations.key(&key));
    }
    let otherwise = "the runtime applies its own profile where the node has AppArmor";
    layers.optional("appArmorProfile", own, above, otherwise)
}

/// What the keys of annotations begin with that name a container's AppArmor profile.
pub(super) const APP_ARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn profile_name(kind: &str, file: Option<&str>) -> String {
    match file.filter(|_| kind == "Localhost") {
        Some(file) => format!("Localhost: {file}"),
        None => kind.to_owned(),
    }
}

fn se_linux_label(options: &api::SELinuxOptions) -> String {
    let parts = [&options.user, &options.role, &options.type_, &options.level];
    parts.map(|part| part.as_deref().filter(|part| !part.is_empty()).unwrap_or("*")).join(":")
}

fn user_namespace(pod: &Pod) -> Known<bool> {
    let field = pod.path.key("hostUsers");
    match pod.spec.host_users {
        Some(host) => Known::new(!host, "the pod says so", field),
        None => Known::new(false, "no field asks for it", field),
    }
}

fn host_process(layers: &Layers) -> Known<bool> {
    let said = |options: &Option<api::WindowsSecurityContextOptions>| {
        options.as_ref().and_then(|options| options.host_process)
    };
    let known = layers.or_default(
        "windowsOptions",
        said(&layers.own.windows_options),
        said(&layers.pod.windows_options),
        (false, "no field asks for it"),
    );
    Known { field: known.field.key("hostProcess"), ..known }
}

#[cfg(test)]
mod tests {
    use super::bare_names;

    #[test]
    fn capabilities_are_named_in_one_way() {
        let names = ["cap_net_raw", "SYS_TIME", "NET_RAW"].map(str::to_owned);
        assert_eq!(bare_names(&names), ["NET_RAW", "SYS_TIME"]);
    }
}

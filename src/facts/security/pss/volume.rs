//! Checks of volumes: `hostPathVolumes`, `restrictedVolumes`.

use super::{Case, Cause};
use crate::document::Value;
use crate::facts::known::quoted;
use crate::topology::Volume;

/// The sources of volumes that the restricted level allows.
const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Source: `check_hostPathVolumes.go`.
pub(super) fn host_path(case: &Case) -> Vec<Cause> {
    let volumes = case.pod.volumes.iter();
    volumes.filter(|volume| names(case, volume, "hostPath")).map(|volume| cause(volume, "hostPath")).collect()
}

/// A volume without a source is an `emptyDir`.
///
/// Source: `check_restrictedVolumes.go`.
pub(super) fn restricted(case: &Case) -> Vec<Cause> {
    let allowed = |volume: &Volume| {
        ALLOWED.iter().any(|source| volume.source == *source || names(case, volume, source))
    };
    let beyond =
        case.pod.volumes.iter().filter(|volume| names(case, volume, volume.source) && !allowed(volume));
    beyond.map(|volume| cause(volume, volume.source)).collect()
}

/// Whether the volume's manifest names a source.
fn names(case: &Case, volume: &Volume, source: &str) -> bool {
    let named = volume.path.find(&case.object.value).and_then(|value: &Value| value.get(source));
    named.is_some_and(|value| !value.is_null())
}

fn cause(volume: &Volume, source: &str) -> Cause {
    let name = quoted(&volume.name);
    let what = format!("{} volume {name}", quoted(source));
    let change = format!("give volume {name} another source, such as a claim or an `emptyDir`");
    Cause::has(None, volume.path.key(source), what, change)
}

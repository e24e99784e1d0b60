//! An amount of memory or disk that is next to nothing: a unit is missing, or it is the wrong one.

use super::{Findings, Rule};
use crate::facts::quantity::Quantity;
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "memory-too-small",
    level: Level::Error,
    meaning: "A container may use less than a mebibyte of memory, because `m` means thousandths of a byte or a unit is missing: no process \
              starts with that. A warning for requests and for disk.",
    check,
};

/// Less than what any process needs to begin.
const LEAST_BYTES: i64 = 1 << 20;

/// Source: kubernetes.io, "Resource units in Kubernetes", "Memory resource units" (the suffix `m`);
/// `k8s.io/kubernetes/pkg/api/pod/warnings.go` ("fractional byte value is invalid, must be an integer").
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let Some(resources) = &container.spec.resources else { continue };
        for (key, amounts) in [("limits", &resources.limits), ("requests", &resources.requests)] {
            for name in ["memory", "ephemeral-storage"] {
                let Some(written) = amounts.as_ref().and_then(|amounts| amounts.get(name)) else { continue };
                let Some(quantity) = Quantity::parse(&written.0).filter(|quantity| !quantity.is_zero())
                else {
                    continue;
                };
                let text = written.0.trim();
                let is_fraction = text.ends_with(['m', 'u', 'n']);
                // Requests of a few bytes are sometimes meant: they make a pod Burstable.
                if quantity >= Quantity::of_units(LEAST_BYTES)
                    || (!is_fraction && (key, name) != ("limits", "memory"))
                {
                    continue;
                }
                let (who, noun) = (quoted(&container.key), if name == "memory" { "memory" } else { "disk" });
                let bytes = crate::names::count(
                    usize::try_from(quantity.units()).unwrap_or(usize::MAX),
                    "byte",
                    "bytes",
                );
                let means = if is_fraction {
                    "the suffix means thousandths of a byte or less"
                } else {
                    "without a unit it counts bytes"
                };
                let reason = match key {
                    "limits" if name == "memory" => {
                        format!(
                            "{who} never starts: it may use {bytes} of memory, because {} is its limit, and {means}.",
                            quoted(text)
                        )
                    }
                    "limits" => format!(
                        "{who} is evicted once it writes a file: {} is its limit of disk, and {means}.",
                        quoted(text)
                    ),
                    _ => format!(
                        "{who} reserves {bytes} of {noun}, so as good as nothing: it requests {}, and {means}.",
                        quoted(text)
                    ),
                };
                let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                let level = if (key, name) == ("limits", "memory") { Level::Error } else { Level::Warning };
                findings
                    .add(
                        reason,
                        format!("Write {}, if mebibytes are meant.", quoted(&format!("{digits}Mi"))),
                        container.path.key("resources").key(key).key(name),
                    )
                    .of_container(position)
                    .at_level(level);
            }
        }
    }
}

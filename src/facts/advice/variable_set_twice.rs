//! An environment variable that a container sets twice.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    code: "variable-set-twice",
    level: Level::Warning,
    meaning: "A container sets one environment variable twice. The last value counts, and the first one misleads whoever reads \
              it.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, variable) in container.spec.env.iter().flatten().enumerate() {
            let Some(first) = last.insert(&variable.name, index) else { continue };
            let field = |index| container.path.key("env").named_item(index, &variable.name);
            findings
                .add(
                    format!(
                        "{} sets {} twice; the last value counts.",
                        quoted(&container.key),
                        quoted(&variable.name)
                    ),
                    "Remove the one that is not meant.",
                    field(index),
                )
                .of_container(position)
                .because(scene.index, field(first));
        }
    }
}

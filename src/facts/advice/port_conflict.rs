//! A port that several containers of one pod want.

use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "port-conflict",
    level: Level::Warning,
    meaning: "Two containers of one pod declare the same port and run at the same time. They share one address, so only the first one \
              gets the port, and the other one fails.",
    check,
};

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    for conflict in &found.network.port_conflicts {
        let names: Vec<String> =
            conflict.containers.iter().map(|&at| quoted(&pod.containers[at].key)).collect();
        let Some(&second) = conflict.containers.get(1) else { continue };
        findings
            .add(
                format!(
                    "{} declare port {}/{}, but share one address: only the first to listen gets it, and the others fail.",
                    english::list_up_to(4, &names),
                    conflict.port,
                    conflict.protocol
                ),
                "Give each container a port of its own, or remove what is declared by mistake.",
                conflict.field.clone(),
            )
            .of_container(second);
    }
}

//! A binding that gives more than its holders can need.

use super::{Findings, Rule};
use crate::facts::security::{Danger, Holder};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "wide-permissions",
    level: Level::Note,
    meaning: "A ClusterRoleBinding gives rights that lead to all others, such as reading every Secret. A warning where it gives the \
              right to do everything.",
    check,
};

/// The rights that lead to nearly all others.
const WIDE: [Danger; 6] = [
    Danger::Everything,
    Danger::Escalate,
    Danger::Impersonate,
    Danger::Nodes,
    Danger::Webhooks,
    Danger::Secrets,
];

fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let permissions = facts.permissions();
    let Some(grant) = permissions.of_binding(scene.index).filter(|grant| grant.namespace.is_none()) else {
        return;
    };
    let dangers: Vec<Danger> =
        permissions.dangers(grant).iter().copied().filter(|danger| WIDE.contains(danger)).collect();
    let (Some(worst), Some((holder, field))) = (dangers.first(), grant.holders.first()) else { return };
    let words: Vec<String> = dangers.iter().map(|danger| danger.words().to_owned()).collect();
    let who = match holder {
        Holder::Account(namespace, name) => {
            format!("ServiceAccount {}", quoted(&format!("{namespace}/{name}")))
        }
        Holder::User(name) => format!("user {}", quoted(name)),
        Holder::Group(name) => format!("group {}", quoted(name)),
    };
    let others = match grant.holders.len() - 1 {
        0 => String::new(),
        more => format!(" and {}", crate::names::count(more, "other", "others")),
    };
    let role = &scene.topology.nodes[grant.role].identity;
    let level = if *worst == Danger::Everything { Level::Warning } else { Level::Note };
    let finding = findings.add(
        format!("In the whole cluster, {who}{others} may {}.", english::list_up_to(3, &words)),
        format!(
            "Give only what is needed, or bind {} {} with a RoleBinding in the namespaces that need it.",
            role.kind,
            quoted(&role.name)
        ),
        field.clone(),
    );
    finding.at_level(level).because(grant.role, crate::catalog::FieldPath::of("rules"));
}

//! An image whose tag says nothing about its contents.

use super::open::is_open;
use super::{Findings, Rule};
use crate::facts::Facts;
use crate::facts::quoted;
use crate::facts::scene::Scene;
use crate::problem::Level;

pub(super) static RULE: Rule = Rule {
    code: "mutable-image-tag",
    level: Level::Warning,
    meaning: "An image without a tag, or with the tag `latest`, is another one tomorrow: two copies of one pod may run \
              different programs, and a rollback brings nothing back.",
    check,
};

fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let Some(tag) = moving_tag(&container.image) else { continue };
        let reason = match tag {
            "" => format!(
                "{} runs {} without a tag: whatever is the latest when a pod starts, so two copies may differ.",
                quoted(&container.key),
                quoted(&container.image)
            ),
            tag => format!(
                "{} runs {}: what the tag {} names changes, so two copies may differ.",
                quoted(&container.key),
                quoted(&container.image),
                quoted(tag)
            ),
        };
        let name = container.image.strip_suffix(":latest").unwrap_or(&container.image);
        let help = format!("Name a version, such as {}, or a digest.", quoted(&format!("{name}:1.2.3")));
        findings.add(reason, help, container.path.key("image")).of_container(position);
    }
}

/// The tag of an image if it says nothing; the empty one where there is none. A digest settles it.
fn moving_tag(image: &str) -> Option<&str> {
    if image.is_empty() || image.contains('@') || is_open(image) {
        return None;
    }
    let last = image.rsplit('/').next()?;
    match last.split_once(':') {
        None => Some(""),
        Some((_, tag)) => Some(tag).filter(|tag| *tag == "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::moving_tag;

    #[test]
    fn only_latest_and_nothing_move() {
        assert_eq!(moving_tag("nginx"), Some(""));
        assert_eq!(moving_tag("registry:5000/nginx"), Some(""));
        assert_eq!(moving_tag("nginx:latest"), Some("latest"));
        assert_eq!(moving_tag("nginx:1.27"), None);
        assert_eq!(moving_tag("nginx:latest@sha256:00"), None);
        assert_eq!(moving_tag(""), None);
        assert_eq!(moving_tag("$(params.IMAGE)"), None);
    }
}

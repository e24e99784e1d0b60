//! Images that change, go back, or stop saying which version they are.

use super::{Area, Found, Scene, Severity, lines};
use crate::change::Which;
use crate::facts::quoted;
use std::cmp::Ordering;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (at, change) in scene.objects() {
        // What is refused runs as before.
        let Some((old, new)) = change.both().filter(|_| !found.refused.contains(&at)) else { continue };
        let (Some(before), Some(after)) = (
            scene.before().topology.nodes[old].pod.as_deref(),
            scene.after().topology.nodes[new].pod.as_deref(),
        ) else {
            continue;
        };
        for container in &after.containers {
            let same = before.containers.iter().find(|other| other.key == container.key);
            let Some(was) = same.filter(|same| same.image != container.image) else { continue };
            let path = container.path.key("image").to_string();
            let because = || lines(change.fields.iter().filter(|field| field.field == path));
            let whom = || scene.container(Which::New, new, &container.key);
            let (from, to) = (Image::of(&was.image), Image::of(&container.image));
            let message = if from.name == to.name {
                format!("It runs {} instead of {}.", quoted(&to.shown()), quoted(&from.shown()))
            } else {
                format!("It runs {} instead of {}.", quoted(&container.image), quoted(&was.image))
            };
            found.add(("image-changed", Area::Configuration, Severity::Notice), whom(), message, because());
            if from.name == to.name && from.goes_back_to(&to) {
                let message = format!(
                    "The image goes back from {} to {}: what the newer one wrote, the older one may not read.",
                    quoted(from.tag),
                    quoted(to.tag)
                );
                found.add(
                    ("image-went-back", Area::Configuration, Severity::Warning),
                    whom(),
                    message,
                    because(),
                );
            }
            if to.moves() && !from.moves() {
                let message = format!(
                    "{} names whatever is the newest when a pod starts: two copies may differ, and a rollback brings nothing back.",
                    quoted(&container.image)
                );
                found.add(
                    ("tag-mutable", Area::Configuration, Severity::Warning),
                    whom(),
                    message,
                    because(),
                );
            }
        }
    }
}

/// The parts of an image's name.
struct Image<'a> {
    name: &'a str,
    tag: &'a str,
    digest: &'a str,
}

impl<'a> Image<'a> {
    fn of(image: &'a str) -> Image<'a> {
        let (rest, digest) = image.split_once('@').unwrap_or((image, ""));
        let last = rest.rfind('/').map_or(0, |at| at + 1);
        match rest[last..].find(':').map(|at| last + at) {
            Some(at) => Image { name: &rest[..at], tag: &rest[at + 1..], digest },
            None => Image { name: rest, tag: "", digest },
        }
    }

    /// The tag, else the digest, else that there is none.
    fn shown(&self) -> String {
        match (self.tag, self.digest) {
            ("", "") => format!("{} without a tag", self.name),
            ("", digest) => digest.chars().take(19).collect(),
            (tag, _) => tag.to_owned(),
        }
    }

    /// Whether what it names changes.
    fn moves(&self) -> bool {
        self.digest.is_empty() && matches!(self.tag, "" | "latest")
    }

    /// Whether another version of the same image is older: numbers count as numbers, and only tags of the same form compare.
    fn goes_back_to(&self, other: &Image) -> bool {
        let (Some(from), Some(to)) = (version(self.tag), version(other.tag)) else { return false };
        from.2 == to.2
            && (from.0 == to.0 || from.1.is_empty() == to.1.is_empty())
            && order(&from, &to) == Ordering::Greater
    }
}

/// The numbers of a version, what comes before a release (`rc.1`), and the variant behind it (`alpine`).
fn version(tag: &str) -> Option<(Vec<u64>, String, String)> {
    let bare = tag.strip_prefix('v').unwrap_or(tag);
    let end = bare.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bare.len());
    let numbers: Option<Vec<u64>> =
        bare[..end].trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| !numbers.is_empty())?;
    let rest = &bare[end..];
    let word = rest.trim_start_matches(['-', '.', '_', '+']);
    let is_before = ["rc", "alpha", "beta", "pre", "dev", "snapshot"]
        .iter()
        .any(|start| word.to_ascii_lowercase().starts_with(start));
    match is_before {
        true => Some((numbers, word.to_owned(), String::new())),
        false => Some((numbers, String::new(), rest.to_owned())),
    }
}

fn order(from: &(Vec<u64>, String, String), to: &(Vec<u64>, String, String)) -> Ordering {
    let most = from.0.len().max(to.0.len());
    let padded =
        |numbers: &[u64]| (0..most).map(|at| numbers.get(at).copied().unwrap_or(0)).collect::<Vec<_>>();
    // A release comes after what precedes it.
    let rank = |before: &str| (before.is_empty(), before.to_owned());
    padded(&from.0).cmp(&padded(&to.0)).then_with(|| rank(&from.1).cmp(&rank(&to.1)))
}

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn versions_are_compared_as_numbers_and_only_with_their_like() {
        let back = |from: &str, to: &str| Image::of(from).goes_back_to(&Image::of(to));
        assert!(back("web:1.10.0", "web:1.9.3"));
        assert!(!back("web:1.9", "web:1.10"));
        assert!(back("web:v2.0.0", "web:v2.0.0-rc.1"));
        assert!(!back("web:1.27-alpine", "web:1.26"), "another variant");
        assert!(!back("web:latest", "web:1.2"));
        assert!(!back("web:3f1c2ab", "web:2e"), "no versions");
        assert!(!back("registry:5000/web", "registry:5000/web:1.0"));
    }
}

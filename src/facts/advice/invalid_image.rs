//! An image whose name no registry can have.

use super::open::is_open;
use super::{Findings, Rule};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::problem::Level;
use crate::topology::{ContainerKind, is_pod_checked};
use regex::Regex;
use std::sync::LazyLock;

pub(super) static RULE: Rule = Rule {
    code: "invalid-image",
    level: Level::Error,
    meaning: "A container names no image, or one whose name is not spelled as image names are: the pod is refused, or the container waits \
              forever with `InvalidImageName`. A warning where the name looks like one that is still to be filled in, and where the field is absent.",
    check,
};

/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `validateContainerCommon` (an image is required, and
/// has no white space around it); `pkg/kubelet/images/image_manager.go`, `EnsureImageExists` (`InvalidImageName`).
fn check(scene: &Scene, _facts: &Facts, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref() else { return };
    for (position, container) in pod.containers.iter().enumerate() {
        let image = container.image.as_str();
        let key = quoted(&container.key);
        if image.trim().is_empty() {
            // OpenShift fills it in, and what other kinds leave out is theirs to fill in.
            let is_filled = scene.object.annotation("image.openshift.io/triggers").is_some();
            let written = container.path.find(&scene.object.value).and_then(|it| it.get("image"));
            let is_read = written.is_none_or(|image| image.is_null() || image.as_str().is_some());
            if is_filled
                || !is_read
                || !is_pod_checked(&scene.object.identity)
                || container.kind == ContainerKind::Ephemeral
            {
                continue;
            }
            // A manifest that leaves it out may be a part of one, which changes what another one says.
            let level = if written.is_some() { Level::Error } else { Level::Warning };
            findings
                .add(
                    format!("Kubernetes refuses it: {key} names no image."),
                    "Name the image to run.",
                    container.path.key("image"),
                )
                .of_container(position)
                .at_level(level);
            continue;
        }
        // Images that `ko` builds are named by the package that they are built from.
        if is_open(image) || image.starts_with("ko://") {
            continue;
        }
        let Some(fault) = fault(image) else { continue };
        let is_blank = image.split(['/', ':', '@']).any(stands_for_a_name);
        let (effect, help) = if is_blank {
            (
                format!("{key} cannot start before {} is filled in", quoted(image)),
                "Name the image to run.".to_owned(),
            )
        } else {
            (
                format!("{key} never starts: {} is not the name of an image", quoted(image)),
                fault.help.to_owned(),
            )
        };
        findings
            .add(format!("{effect}, because {}.", fault.why), help, container.path.key("image"))
            .of_container(position)
            .at_level(if is_blank { Level::Warning } else { Level::Error });
    }
}

/// Whether a part of a name is written as a thing to fill in: `PROJECT_ID`, `YOUR-REGISTRY`.
fn stands_for_a_name(part: &str) -> bool {
    part.len() > 2
        && part.bytes().all(|byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.')
        })
        && part.bytes().filter(u8::is_ascii_uppercase).count() > 2
}

/// What is wrong with the name of an image.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    why: &'static str,
    help: &'static str,
}

/// Source: `github.com/distribution/reference`, `normalize.go`, `ParseNormalizedNamed` and `splitDockerDomain`;
/// `regexp.go`; `github.com/opencontainers/go-digest`, `algorithm.go`.
fn fault(image: &str) -> Option<Fault> {
    static TAG: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$").expect("a pattern"));
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        let part = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
        Regex::new(&format!("^{part}(?:/{part})*$")).expect("a pattern")
    });
    static HOST: LazyLock<Regex> = LazyLock::new(|| {
        let part = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
        Regex::new(&format!(r"^(?:{part}(?:\.{part})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$")).expect("a pattern")
    });
    let some = |why, help| Some(Fault { why, help });
    if image.trim() != image || image.contains(char::is_whitespace) {
        return some("it holds white space", "Remove the white space.");
    }
    if image.contains("://") {
        return some("it begins as a URL", "Leave out the scheme: images are named without one.");
    }
    if image.len() == 64 && image.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return some(
            "64 such digits are the id of an image, not its name",
            "Name the repository, and the digest behind `@sha256:`.",
        );
    }
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    let (host, rest) = match name.split_once('/') {
        Some((first, rest))
            if first == "localhost" || first.contains(['.', ':']) || first.to_lowercase() != first =>
        {
            (Some(first), rest)
        }
        _ => (None, name),
    };
    let (path, tag) = match rest.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    if path.is_empty() {
        return some("nothing stands before its tag or digest", "Write the name of the image before it.");
    }
    if tag == Some("") {
        return some("nothing follows the colon", "Write a tag behind the colon, or leave the colon out.");
    }
    if path.to_lowercase() != path {
        return some("a repository has no upper-case letters", "Write the repository in lower case.");
    }
    if host.is_some_and(|host| !HOST.is_match(host)) {
        return some("it names no registry that can exist", "Correct the host before the first slash.");
    }
    if !PATH.is_match(path) || path.len() > 255 {
        return some(
            "the parts of a repository are letters and digits with single dots, dashes, or underscores between them",
            "Correct the repository.",
        );
    }
    if tag.is_some_and(|tag| !TAG.is_match(tag)) {
        return some(
            "a tag is up to 128 letters, digits, dots, dashes, and underscores, and does not begin with a dot or a dash",
            "Correct the tag.",
        );
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return some(
            "what follows `@` is no digest",
            "Write `sha256:` and 64 hexadecimal digits behind `@`.",
        );
    }
    None
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, digits)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    digits.len() == length
        && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::{fault, stands_for_a_name};

    #[test]
    fn names_are_read_as_the_kubelet_reads_them() {
        let digest = "0".repeat(64);
        for good in [
            "nginx",
            "nginx:1.27",
            "docker.io/library/nginx:1.27-alpine_x",
            "registry:5000/team/app",
            "localhost/app:dev",
            "Registry.example.com/app:V1",
            "Team/app:1",
            "[::1]:5000/app",
            "a__b/c--d/e.f:_x",
            &format!("nginx@sha256:{digest}"),
            &format!("nginx:1.27@sha256:{digest}"),
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "nginx:",
            ":1.2",
            "/app",
            "app/",
            "a//b",
            "Nginx:1",
            "registry.example.com/Shop:1",
            "https://registry.example.com/app:1",
            "oci://registry.example.com/app:1",
            "docker.io/library/nginx:1:2",
            "nginx:-1",
            "nginx:a b",
            "nginx @sha256:0",
            "nginx@sha256:beef",
            "nginx@latest",
            "nginx@",
            "-registry.example.com/app",
            "app_/x",
            "a..b/c/d",
            &digest,
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn names_that_people_fill_in_are_written_in_capitals() {
        assert!(stands_for_a_name("PROJECT_ID") && !stands_for_a_name("App") && !stands_for_a_name("V1"));
    }
}

//! A container in a strip of short facts.

use crate::facts::resources::ContainerResources;
use crate::model::Object;
use crate::names::Image;
use crate::page::prose::{code, marked, muted, text};
use crate::page::workload::containers::{image, ports, resources};
use crate::page::{Block, Prose};
use crate::topology::Container;

pub fn blocks(object: &Object, container: &Container, needs: &ContainerResources) -> Block {
    let words = |list: &Option<Vec<String>>| {
        list.as_ref().filter(|list| !list.is_empty()).map(|list| vec![code(list.join(" "))])
    };
    let mut facts = vec![("Image".to_owned(), image(container))];
    facts.extend(crate::page::images::parts(&container.image));
    let command = words(&container.spec.command).unwrap_or_else(|| vec![muted("the image's own")]);
    facts.push(("Command".to_owned(), command));
    if let Some(args) = words(&container.spec.args) {
        facts.push(("Arguments".to_owned(), args));
    }
    if let Some(folder) = &container.spec.working_dir {
        facts.push(("Working folder".to_owned(), vec![code(folder)]));
    }
    facts.push(("Ports".to_owned(), ports(object, container)));
    facts.push(("Reserves".to_owned(), resources(&needs.requests.value, "nothing")));
    facts.push(("May use at most".to_owned(), resources(&needs.limits.value, "what the node has to spare")));
    facts.push(("Image is pulled".to_owned(), pulled(container)));
    Block::Facts(facts)
}

/// When the image is pulled, and why where nobody says so.
fn pulled(container: &Container) -> Prose {
    let policy = pull_policy(container);
    let when = match policy.as_str() {
        "Always" => "at each start",
        "Never" => "never: it must be on the node",
        _ => "where the node does not have it",
    };
    let mut prose = vec![text(format!("{when} (")), code(&policy)];
    if container.spec.image_pull_policy.is_none() {
        let has_tag = Image::read(&container.image).tag.is_some();
        let why = match (policy.as_str(), has_tag) {
            ("Always", true) => ", because its tag is `latest`",
            ("Always", false) => ", because it names no tag, which means `latest`",
            (_, true) => ", because its tag is not `latest`",
            (_, false) => ", because its digest says which image it is",
        };
        prose.extend(marked(why));
    }
    prose.push(text(")"));
    prose
}

/// The pull policy, with Kubernetes' default: `Always` for `latest` or no tag, else `IfNotPresent`.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_Container`.
pub fn pull_policy(container: &Container) -> String {
    let image = Image::read(&container.image);
    let latest = image.tag.as_deref().map_or(image.digest.is_none(), |tag| tag == "latest");
    let default = if latest { "Always" } else { "IfNotPresent" };
    container.spec.image_pull_policy.clone().unwrap_or_else(|| default.to_owned())
}

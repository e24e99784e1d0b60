//! Names for containers whose manifest gives them none, and keys that tell siblings apart.

use super::container::Container;
use super::pod::Pod;
use crate::catalog::Step;
use crate::catalog::vocabulary::Template;
use std::collections::BTreeSet;

/// Gives app containers without a name the one that whoever makes the pod will give them, if that is known.
///
/// Sources: `github.com/knative/serving`, `pkg/apis/serving/v1/revision_defaults.go`, `applyDefaultContainerNames`;
/// `github.com/tektoncd/pipeline`, `pkg/pod/entrypoint.go`, `StepName`.
pub(super) fn name(pod: &mut Pod, template: Option<&Template>) {
    let Some(template) = template else { return };
    let apps = pod.apps().count();
    let taken: Vec<String> = pod.containers.iter().map(|container| container.name.clone()).collect();
    let counts = template.fill("0", "", "") != template.fill("", "", "");
    let mut number = 0;
    for (place, app) in pod.apps_mut().enumerate().filter(|(_, app)| app.name.is_empty()) {
        let mut name = template.fill(&place.to_string(), "", "");
        let is_listed = matches!(app.path.last(), Some(Step::Item(..)));
        if !counts && ((is_listed && apps > 1) || taken.contains(&name)) {
            let bare = name;
            name = format!("{bare}-{number}");
            while taken.contains(&name) {
                number += 1;
                name = format!("{bare}-{number}");
            }
            number += 1;
        }
        app.key = name.as_str().into();
        app.name = name;
    }
    tell_apart(&mut pod.containers);
}

/// Makes the key of each container without a name, or with one that is taken, different from those before it.
pub(super) fn tell_apart(containers: &mut [Container]) {
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (index, container) in containers.iter_mut().enumerate() {
        let name = &container.name;
        if !taken.insert(name) || name.is_empty() {
            container.key = format!("{name} ({})", index + 1).into();
        }
    }
}

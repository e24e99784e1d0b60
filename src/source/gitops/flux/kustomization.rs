//! Kustomizations of Flux: the folder, what the controller adds to it, and the values that it puts in.
//!
//! Source: fluxcd/pkg `kustomize/kustomize_generator.go`, fluxcd/kustomize-controller `internal/controller/kustomization_controller.go`.

use super::super::super::kustomize::{self, Kustomization as File};
use super::super::applier::Applier;
use super::super::cluster::{Cluster, FLUX};
use super::super::plain::{plain, plain_text};
use super::super::recipe::{Common, Kustomization, Make, Reach, Recipe};
use super::super::repository::{Place, is_top};
use super::super::world::World;
use super::artifact::origins;
use super::folder::resources;
use super::source::Source;
use super::variables::substitution;
use crate::document::Value;
use crate::problem::{Code, Level, Problem, Problems};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Where the path of a Kustomization leads, and the source that it leads into.
fn path<'a>(source: Source<'a>, applier: &Applier, world: &'a World) -> (Place, Source<'a>) {
    let near = world.near(applier);
    let lead = |source: &Source, path: &str| {
        match world.repository.place(source.whose(world), path, near.as_deref(), world.roots) {
            Place::Here(path) | Place::Assumed(path) if !path.is_dir() => Place::Nowhere,
            // At the top of a branch of its own stands another tree than the one that is checked out.
            Place::Here(_) if is_top(path) && source.is_of_its_own(world) => Place::Elsewhere,
            // What another revision holds is not here.
            Place::Nowhere if source.other_revision(world).is_some() => Place::Elsewhere,
            place => place,
        }
    };
    if source.kind == "ExternalArtifact" && source.object.is_none() {
        let is_here = |(source, path): &(Source, String)| {
            matches!(lead(source, path), Place::Here(_) | Place::Assumed(_))
        };
        let origins = origins(&source, written(applier), applier, world);
        if let Some((source, path)) = origins.into_iter().find(is_here) {
            return (lead(&source, &path), source);
        }
    }
    (lead(&source, written(applier)), source)
}

fn written(applier: &Applier) -> &str {
    applier.text("spec.path").unwrap_or("./")
}

/// What a Kustomization does; `None` if its source is another repository.
pub fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    let mut problems = Problems::none();
    let Some(source) = Source::of(applier, "spec.sourceRef", world) else { return (None, problems) };
    let (place, source) = path(source, applier, world);
    let title = source.title();
    let folder = match place {
        Place::Here(folder) => folder,
        Place::Assumed(folder) => {
            problems.push(assumed(applier, &title));
            folder
        }
        Place::Elsewhere => {
            problems.push(foreign(applier, &format!("`{}` of {title}", written(applier))));
            return (None, problems);
        }
        Place::Nowhere => {
            let message =
                format!("{} applies `{}`, which is no folder here", applier.title(), written(applier));
            let problem = applier.problem(Level::Error, Code::BuildFailed, "spec.path", message);
            problems.push(problem.help("correct `spec.path`: it starts at the top of the repository"));
            return (None, problems);
        }
    };
    problems.extend(source.other_revision(world).into_iter().collect());
    let kustomization =
        Kustomization { file: amended(applier, &folder, world), substitution: substitution(applier, world) };
    let recipe = Recipe {
        cluster: target(applier),
        namespace: None,
        makes: vec![Make::Kustomization(Box::new(kustomization))],
        common: common(applier),
    };
    (Some(recipe), problems)
}

/// What the folder of a Kustomization holds, as it stands there; `None` if it is not this repository.
pub fn reach(applier: &Applier, world: &World) -> Option<Vec<Reach>> {
    match path(Source::of(applier, "spec.sourceRef", world)?, applier, world).0 {
        Place::Here(folder) | Place::Assumed(folder) => {
            Some(vec![Reach::Kustomization(Box::new(of_folder(&folder, world)))])
        }
        Place::Nowhere => Some(Vec::new()),
        Place::Elsewhere => None,
    }
}

/// A note that a source counts as this repository.
pub fn assumed(applier: &Applier, source: &str) -> Problem {
    let message =
        format!("nothing says that {source} is this repository: it is assumed, because its paths are here");
    let problem = applier.problem(Level::Note, Code::AssumedRepository, "spec", message);
    problem.help("say so with `repository:` in podviz.yaml")
}

/// A note that something is not followed, since it is somewhere else.
pub fn foreign(applier: &Applier, what: &str) -> Problem {
    let message = format!("{} applies {what}, which is not in the input", applier.title());
    applier.problem(Level::Note, Code::ForeignSource, "spec", message)
}

/// The cluster that objects go to.
pub fn target(applier: &Applier) -> Cluster {
    let name = applier
        .text("spec.kubeConfig.secretRef.name")
        .or_else(|| applier.text("spec.kubeConfig.configMapRef.name"));
    name.map_or_else(|| applier.cluster.clone(), |name| applier.cluster.remote(name, FLUX))
}

/// Labels and annotations for all objects.
pub fn common(applier: &Applier) -> Common {
    let texts = |at: &str| -> BTreeMap<String, String> {
        let entries = applier.at(at).map(Value::entries).unwrap_or_default();
        entries.iter().filter_map(|entry| Some((entry.key.to_string(), entry.value.scalar_text()?))).collect()
    };
    Common {
        labels: texts("spec.commonMetadata.labels"),
        annotations: texts("spec.commonMetadata.annotations"),
    }
}

fn of_folder(folder: &Path, world: &World) -> File {
    if let Some(known) = world.folders.lock().ok().and_then(|folders| folders.get(folder).cloned()) {
        return known;
    }
    let own = kustomize::find(folder, world.roots, world.limits);
    let own =
        own.unwrap_or_else(|| File::of_resources(folder, world.roots.shown(folder), &resources(folder)));
    if let Ok(mut folders) = world.folders.lock() {
        folders.insert(folder.to_owned(), own.clone());
    }
    own
}

/// The kustomization of the folder, or one of all that is in it, with what the Kustomization adds.
fn amended(applier: &Applier, folder: &Path, world: &World) -> File {
    let mut file = of_folder(folder, world);
    for (field, at) in [
        ("namespace", "spec.targetNamespace"),
        ("namePrefix", "spec.namePrefix"),
        ("nameSuffix", "spec.nameSuffix"),
    ] {
        if let Some(text) = applier.at(at).and_then(Value::as_str) {
            file.set(field, &json!(text));
        }
    }
    let list = |at: &str| applier.at(at).map(Value::items).unwrap_or_default().iter();
    file.add("patches", list("spec.patches").map(patch));
    let lenient = applier.at("spec.ignoreMissingComponents").and_then(Value::as_bool) == Some(true);
    let is_there = |component: &&str| !lenient || folder.join(component).exists();
    let components = list("spec.components").filter_map(Value::as_str).filter(is_there);
    file.add("components", components.map(|component| json!(component)));
    file.add(
        "patchesStrategicMerge",
        list("spec.patchesStrategicMerge").map(|merge| json!(plain(merge).to_string())),
    );
    let operations = list("spec.patchesJson6902").map(|item| {
        let operations = item.get("patch").map(|patch| plain(patch).to_string()).unwrap_or_default();
        json!({ "patch": operations, "target": item.get("target").map(plain) })
    });
    file.add("patches", operations);
    let own = file.value.get("images").map_or_else(|| json!([]), Value::to_json);
    let more: Vec<Json> = list("spec.images").map(plain).collect();
    if !more.is_empty() {
        file.set("images", &images(own, &more));
    }
    file
}

fn patch(item: &Value) -> Json {
    let patch = item.get("patch").and_then(Value::as_str).unwrap_or_default();
    let mut json = json!({ "patch": plain_text(patch) });
    if let Some(target) = item.get("target") {
        json["target"] = plain(target);
    }
    json
}

/// The images of a kustomization with those that come over them: what an entry leaves out stays, but a tag and a digest are
/// one.
fn images(own: Json, more: &[Json]) -> Json {
    let mut images = own.as_array().cloned().unwrap_or_default();
    for image in more {
        let Some(known) = images.iter_mut().find(|known| known.get("name") == image.get("name")) else {
            images.push(image.clone());
            continue;
        };
        let says = |key: &str| image.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
        if let Some(name) = says("newName") {
            known["newName"] = name.into();
        }
        if says("newTag").or(says("digest")).is_some() {
            for key in ["newTag", "digest"] {
                known[key] = says(key).unwrap_or_default().into();
            }
        }
    }
    images.into()
}

#[cfg(test)]
mod tests {
    use super::images;
    use serde_json::json;

    #[test]
    fn images_come_over_images() {
        let own =
            json!([{ "name": "a", "newName": "b", "newTag": "1" }, { "name": "c", "digest": "sha256:1" }]);
        let more = [
            json!({ "name": "a", "newTag": "2" }),
            json!({ "name": "c", "newName": "d" }),
            json!({ "name": "e" }),
        ];
        assert_eq!(
            images(own, &more),
            json!([
                { "name": "a", "newName": "b", "newTag": "2", "digest": "" },
                { "name": "c", "digest": "sha256:1", "newName": "d" },
                { "name": "e" }
            ])
        );
    }
}

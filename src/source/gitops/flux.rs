//! Flux: what its Kustomizations and HelmReleases apply, and to which cluster.

mod artifact;
mod folder;
mod helm_release;
mod inputs;
mod kustomization;
mod operator;
mod resource_set;
mod source;
mod template;
mod variables;

use super::applier::{Applier, Kind};
use super::recipe::{Make, Reach, Recipe};
use super::world::World;
use crate::document::Value;
use crate::problem::Problems;
pub use source::GROUP as SOURCE_GROUP;

/// What an object of Flux does; `None` if it applies nothing that is here.
pub fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    let (said, problems) = match applier.kind {
        Kind::Kustomization => return kustomization::recipe(applier, world),
        Kind::HelmRelease => return helm_release::recipe(applier, world),
        Kind::FluxInstance => (operator::of_instance(applier), Problems::none()),
        Kind::ResourceSet => resource_set::objects(applier, world),
        Kind::Application | Kind::ApplicationSet => return (None, Problems::none()),
    };
    let recipe = Recipe {
        cluster: applier.cluster.clone(),
        namespace: Some(applier.namespace.to_string()),
        makes: vec![Make::Objects(said)],
        common: kustomization::common(applier),
    };
    (Some(recipe), problems)
}

/// What an object of Flux reads, found without building anything; `None` if it is not this repository.
pub fn reach(applier: &Applier, world: &World) -> Option<Vec<Reach>> {
    match applier.kind {
        Kind::Kustomization => kustomization::reach(applier, world),
        Kind::FluxInstance if !operator::of_instance(applier).is_empty() => Some(Vec::new()),
        _ => None,
    }
}

/// The sources that should be known before it is found out what an applier does: group, kind, namespace and name of each.
pub fn sources(applier: &Applier) -> Vec<[String; 4]> {
    let mut needs = Vec::new();
    for at in ["spec.sourceRef", "spec.chartRef", "spec.chart.spec.sourceRef"] {
        let Some(reference) = applier.at(at) else { continue };
        let text = |key: &str| reference.get(key).and_then(Value::scalar_text);
        let kind = text("kind").unwrap_or_else(|| "GitRepository".to_owned());
        let namespace = text("namespace").unwrap_or_else(|| applier.namespace.to_string());
        needs.push([SOURCE_GROUP.to_owned(), kind, namespace, text("name").unwrap_or_default()]);
    }
    needs
}

/// The same for what it takes values from.
pub fn values(applier: &Applier) -> Vec<[String; 4]> {
    let mut needs = Vec::new();
    for at in ["spec.postBuild.substituteFrom", "spec.valuesFrom"] {
        for reference in variables::references(applier, at) {
            needs.push([String::new(), reference.kind, applier.namespace.to_string(), reference.name]);
        }
    }
    needs
}

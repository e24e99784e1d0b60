//! HelmReleases of Flux: the chart, the release, and what comes over it.
//!
//! Source: fluxcd/helm-controller `api/v2/helmrelease_types.go`, fluxcd/source-controller `internal/controller/helmchart_controller.go`.

use super::super::applier::Applier;
use super::super::chart::{ChartReference, Release};
use super::super::plain::plain;
use super::super::recipe::{Make, Recipe};
use super::super::repository::Place;
use super::super::values;
use super::super::world::World;
use super::kustomization::{assumed, common, foreign, target};
use super::source::Source;
use crate::document::Value;
use crate::problem::{Code, Level, Problems};
use crate::source::charts::RemoteChart;
use std::path::PathBuf;

/// The longest name that helm takes for a release.
const LONGEST: usize = 53;

/// What a HelmRelease does; `None` if its chart cannot be told.
pub fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    let mut problems = Problems::none();
    let Some((reference, value_files)) = chart(applier, world, &mut problems) else {
        return (None, problems);
    };
    let namespace = applier.text("spec.targetNamespace").unwrap_or(&applier.namespace).to_owned();
    let mut release = Release { name: name(applier), namespace: namespace.clone(), ..Release::default() };
    let (values, met) = values::of_helm_release(applier, world);
    problems.extend(met);
    release.given.values = Some(values);
    release.given.value_files = value_files;
    release.given.crds =
        applier.text("spec.install.crds").or_else(|| applier.text("spec.upgrade.crds")) != Some("Skip");
    release.given.no_hooks = applier.at("spec.install.disableHooks").and_then(Value::as_bool) == Some(true);
    let renderers = applier.at("spec.postRenderers").map(Value::items).unwrap_or_default();
    release.post_renderers = renderers.iter().map(plain).collect();
    let recipe = Recipe {
        cluster: target(applier),
        namespace: Some(namespace),
        makes: vec![Make::Chart(reference, Box::new(release))],
        common: common(applier),
    };
    (Some(recipe), problems)
}

/// The chart, and the files of values in its source that come over its own.
fn chart(
    applier: &Applier,
    world: &World,
    problems: &mut Problems,
) -> Option<(ChartReference, Vec<PathBuf>)> {
    let (spec, space) = match applier.at("spec.chartRef") {
        Some(_) => {
            let source = Source::of(applier, "spec.chartRef", world)?;
            // A HelmChart says what a release could say itself.
            match source.object.filter(|_| source.kind == "HelmChart") {
                Some(chart) => (chart.value.get("spec")?, source.namespace),
                None => return Some((of_registry(&source)?, Vec::new())),
            }
        }
        None => (applier.at("spec.chart.spec")?, applier.namespace.to_string()),
    };
    let text = |key: &str| spec.get(key).and_then(Value::scalar_text).unwrap_or_default();
    let source = Source::named(spec.get("sourceRef")?, &space, &applier.cluster, world)?;
    if source.kind == "HelmRepository" {
        let remote = RemoteChart {
            plain_http: is_insecure(&source),
            ..RemoteChart::new(source.text("spec.url")?, &text("chart"), &text("version"))
        };
        return Some((ChartReference::Remote(remote), Vec::new()));
    }
    let near = world.near(applier);
    let path = text("chart");
    let folder = match world.repository.place(source.whose(world), &path, near.as_deref(), world.roots) {
        Place::Here(folder) => folder,
        Place::Assumed(folder) => {
            problems.push(assumed(applier, &source.title()));
            folder
        }
        Place::Elsewhere => {
            problems.push(foreign(applier, &format!("chart `{path}` of {}", source.title())));
            return None;
        }
        Place::Nowhere => {
            let message = format!("{} installs chart `{path}`, which is not here", applier.title());
            problems.push(applier.problem(Level::Error, Code::BuildFailed, "spec.chart.spec.chart", message));
            return None;
        }
    };
    let files = spec.get("valuesFiles").map(Value::items).unwrap_or_default();
    let files = files.iter().filter_map(Value::as_str);
    let files = files.filter_map(|file| world.repository.resolve(file, near.as_deref(), world.roots));
    Some((ChartReference::Folder(folder), files.filter(|file| file.is_file()).collect()))
}

/// The chart that an OCIRepository or a HelmChart is.
fn of_registry(source: &Source) -> Option<ChartReference> {
    let version = ["digest", "semver", "tag"].iter().find_map(|key| source.text(&format!("spec.ref.{key}")));
    let remote = RemoteChart::oci(source.text("spec.url")?, version.unwrap_or_default())?;
    Some(ChartReference::Remote(RemoteChart { plain_http: is_insecure(source), ..remote }))
}

/// Whether a source is asked without encryption.
fn is_insecure(source: &Source) -> bool {
    let object = source.object.and_then(|object| object.value.at("spec.insecure"));
    object.and_then(Value::as_bool) == Some(true)
}

/// The name of the release.
fn name(applier: &Applier) -> String {
    if let Some(name) = applier.text("spec.releaseName") {
        return name.to_owned();
    }
    let name = match applier.text("spec.targetNamespace") {
        Some(namespace) => format!("{namespace}-{}", applier.name),
        None => applier.name.to_string(),
    };
    name.chars().take(LONGEST).collect()
}

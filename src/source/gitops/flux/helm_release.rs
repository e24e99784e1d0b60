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
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// The longest name that helm takes for a release, in bytes, and how many digits of a hash end what is longer.
const LONGEST: usize = 53;
const HASH: usize = 12;

/// What a HelmRelease does; `None` if its chart cannot be told.
pub fn recipe(applier: &Applier, world: &World) -> (Option<Recipe>, Problems) {
    let mut problems = Problems::none();
    let Some((reference, defaults)) = chart(applier, world, &mut problems) else {
        return (None, problems);
    };
    let namespace = applier.text("spec.targetNamespace").unwrap_or(&applier.namespace).to_owned();
    let mut release = Release { name: name(applier), namespace: namespace.clone(), ..Release::default() };
    let (values, met) = values::of_helm_release(applier, world);
    problems.extend(met);
    release.given.values = Some(values);
    release.given.defaults = defaults;
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

/// The chart, and the files of values in its source that stand for its own, if it names some.
fn chart(
    applier: &Applier,
    world: &World,
    problems: &mut Problems,
) -> Option<(ChartReference, Option<Vec<PathBuf>>)> {
    let (spec, space) = match applier.at("spec.chartRef") {
        Some(_) => {
            let source = Source::of(applier, "spec.chartRef", world)?;
            // A HelmChart says what a release could say itself.
            match source.object.filter(|_| source.kind == "HelmChart") {
                Some(chart) => (chart.value.get("spec")?, source.namespace),
                None => return Some((of_registry(&source)?, None)),
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
        let reference = ChartReference::Remote(remote);
        let located = world.charts.locate(&reference, world.roots).ok().flatten();
        let files = match located {
            Some(chart) => defaults(applier, spec, problems, &|file| {
                let file = chart.folder.join(file).canonicalize().ok()?;
                file.starts_with(&chart.folder).then_some(file)
            })?,
            None => None,
        };
        return Some((reference, files));
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
    let find = |file: &str| world.repository.resolve(file, near.as_deref(), world.roots);
    Some((ChartReference::Folder(folder), defaults(applier, spec, problems, &find)?))
}

/// The files that stand for the chart's own values, as `find` finds them; `None` if one is missing that may not be, and the
/// controller makes no chart.
///
/// Source: fluxcd/source-controller `internal/helm/chart/builder_local.go` (`mergeFileValues`), `builder_remote.go`
/// (`mergeChartValues`), and `GetValuesFiles` in `builder.go`.
fn defaults(
    applier: &Applier,
    spec: &Value,
    problems: &mut Problems,
    find: &dyn Fn(&str) -> Option<PathBuf>,
) -> Option<Option<Vec<PathBuf>>> {
    let named = spec.get("valuesFiles").map(Value::items).unwrap_or_default();
    let named: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
    if matches!(named.as_slice(), [] | ["values.yaml" | "./values.yaml"]) {
        return Some(None);
    }
    let ignores = spec.get("ignoreMissingValuesFiles").and_then(Value::as_bool) == Some(true);
    let mut files = Vec::new();
    for file in named {
        match find(file).filter(|file| file.is_file()) {
            Some(found) => files.push(found),
            None if ignores => {}
            None => {
                let message = format!(
                    "{} installs nothing, because its file of values `{file}` is not there",
                    applier.title()
                );
                problems.push(applier.problem(
                    Level::Error,
                    Code::BuildFailed,
                    "spec.chart.spec.valuesFiles",
                    message,
                ));
                return None;
            }
        }
    }
    Some(Some(files))
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
///
/// Source: fluxcd/helm-controller `GetReleaseName` in `api/v2/helmrelease_types.go`.
fn name(applier: &Applier) -> String {
    if let Some(name) = applier.text("spec.releaseName") {
        return shortened(name.to_owned());
    }
    shortened(match applier.text("spec.targetNamespace") {
        Some(namespace) => format!("{namespace}-{}", applier.name),
        None => applier.name.to_string(),
    })
}

/// A name that helm takes: of a longer one the beginning and a hash.
///
/// Source: fluxcd/helm-controller `ShortenName` in `internal/release/name.go`.
fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let hash: String = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let end = name.floor_char_boundary(LONGEST - HASH - 1);
    format!("{}-{}", &name[..end], &hash[..HASH])
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_names_end_in_a_hash() {
        assert_eq!(shortened("a".repeat(53)), "a".repeat(53));
        let short = shortened("a".repeat(54));
        assert_eq!((short.len(), &short[..41]), (53, &*format!("{}-", "a".repeat(40))));
        assert_eq!(short, format!("{}-{}", "a".repeat(40), "a3f01b693925"));
    }
}

//! Releases of Applications: which chart, and what helm is told.
//!
//! Source: `helmTemplate` and `getResolvedValueFiles` in `reposerver/repository/repository.go`, `template` in
//! `util/helm/cmd.go` of `argoproj/argo-cd`.

use super::super::chart::{ChartReference, Release};
use super::super::recipe::Make;
use super::super::registered::Registered;
use super::super::repository::Place;
use super::application::{Helm, Source, Tool};
use super::files;
use super::pattern::{Pattern, is_pattern, walk_order};
use super::work::Work;
use crate::document::parse;
use crate::problem::{Code, Level};
use crate::source::charts::RemoteChart;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The chart that a source has from a repository of charts or a registry; `None` if it is a folder of a git repository.
pub fn of_registry(source: &Source, known: &[Registered]) -> Option<ChartReference> {
    let remote = |repository: &str, chart: &str| {
        let registry = repository.strip_prefix("oci://");
        let is_plain = |one: &Registered| match one {
            Registered::PlainRegistry(address) => {
                registry.is_some_and(|registry| registry.starts_with(address.as_str()))
            }
            Registered::Cluster(_) => false,
        };
        Some(ChartReference::Remote(RemoteChart {
            repository: repository.to_owned(),
            chart: chart.to_owned(),
            version: source.revision.clone(),
            plain_http: known.iter().any(is_plain),
        }))
    };
    let address = source.repository.trim_end_matches('/');
    if !source.chart.is_empty() {
        // Without a scheme it is a registry: Argo CD's own way to write one.
        let scheme = if address.contains("://") { "" } else { "oci://" };
        return remote(&format!("{scheme}{address}"), &source.chart);
    }
    let is_chart =
        matches!(source.tool, None | Some(Tool::Helm(_))) && matches!(source.path.as_str(), "" | "." | "./");
    let (repository, chart) = address.strip_prefix("oci://").filter(|_| is_chart)?.rsplit_once('/')?;
    remote(&format!("oci://{repository}"), chart)
}

/// The release of a chart; `None` if Argo CD would refuse it.
pub fn release(work: &mut Work, source: &Source, reference: ChartReference) -> Option<Make> {
    let none = Helm::default();
    let helm = match &source.tool {
        Some(Tool::Helm(helm)) => helm,
        _ => &none,
    };
    let variables = work.variables(source);
    let folder =
        work.world.charts.locate(&reference, work.world.roots).ok().flatten().map(|chart| chart.folder);
    let mut release = Release::default();
    release.name = first(&helm.release, &work.applier.name);
    release.namespace = first(&helm.namespace, &first(&work.application.destination.namespace, "default"));
    let given = &mut release.given;
    given.crds = !helm.skips_crds;
    given.api_versions = helm.apis.clone();
    given.kubernetes = Some(helm.kubernetes.clone()).filter(|version| !version.is_empty());
    for parameter in &helm.parameters {
        let text = format!("{}={}", parameter.name, escaped(&variables.put_into(&parameter.value)));
        if parameter.is_text { given.set_string.push(text) } else { given.set.push(text) }
    }
    if !helm.values.trim().is_empty() {
        match parse(helm.values.as_bytes()).map(|values| values.to_json()) {
            Ok(Json::Null) => {}
            Ok(values) if values.is_object() => given.values = Some(values),
            _ => {
                let message =
                    format!("cannot install {}, because its values are no mapping in YAML", what(source));
                work.problem(Level::Error, Code::BuildFailed, &message);
                return None;
            }
        }
    }
    let is_local = matches!(reference, ChartReference::Folder(_));
    let mut paths = Paths { work, source, folder: folder.as_deref(), is_local };
    let files = paths.value_files(helm)?;
    for (name, path) in &helm.file_parameters {
        match paths.resolve(path) {
            Resolved::File(file) => release.given.set_file.push((name.clone(), file)),
            Resolved::Elsewhere => {}
            Resolved::Nowhere => {
                paths.missing(path);
                return None;
            }
        }
    }
    release.given.value_files = files;
    Some(Make::Chart(reference, Box::new(release)))
}

/// What is installed, in words.
fn what(source: &Source) -> String {
    match source.chart.as_str() {
        "" => format!("the chart in `{}`", source.path),
        chart => format!("chart `{chart}`"),
    }
}

fn first(own: &str, other: &str) -> String {
    if own.is_empty() { other.to_owned() } else { own.to_owned() }
}

/// A value in the words of `--set`: its commas do not end it, unless it is a list itself.
///
/// Source: `cleanSetParameters`.
fn escaped(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut before = None;
    for c in value.chars() {
        if c == ',' && before != Some('\\') {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// Where the path of a file of values leads.
enum Resolved {
    /// To this file, canonical.
    File(PathBuf),
    /// Into what is not in the input; that is said.
    Elsewhere,
    /// Nowhere.
    Nowhere,
}

/// The paths of value files of one source.
struct Paths<'w, 'a> {
    work: &'w mut Work<'a>,
    source: &'w Source,
    /// The folder of the chart, if it is on the disk.
    folder: Option<&'w Path>,
    /// Whether the chart is a folder of the repository, so that paths may lead out of it.
    is_local: bool,
}

impl Paths<'_, '_> {
    /// The files of values, in order; `None` if one is missing that may not be.
    fn value_files(&mut self, helm: &Helm) -> Option<Vec<PathBuf>> {
        // What is named itself stands where it is named, not where a pattern finds it.
        let named: BTreeSet<PathBuf> = helm
            .value_files
            .iter()
            .filter(|path| !is_pattern(path))
            .filter_map(|path| self.quietly(path))
            .collect();
        let mut files: Vec<PathBuf> = Vec::new();
        for path in &helm.value_files {
            let found = match is_pattern(path) && !path.contains("://") {
                true => self
                    .matching(path)
                    .map(|found| found.into_iter().filter(|file| !named.contains(file)).collect::<Vec<_>>()),
                false => match self.resolve(path) {
                    Resolved::File(file) => Some(vec![file]),
                    Resolved::Elsewhere => continue,
                    Resolved::Nowhere => None,
                },
            };
            match found {
                Some(found) => {
                    for file in found {
                        if !files.contains(&file) {
                            files.push(file);
                        }
                    }
                }
                None if helm.ignores_missing => {}
                None => {
                    self.missing(path);
                    return None;
                }
            }
        }
        Some(files)
    }

    fn missing(&mut self, path: &str) {
        // Nobody knows which files are in a chart that is not there; that is said of the chart.
        if self.folder.is_none() && !path.starts_with(['$', '/']) {
            return;
        }
        let message =
            format!("cannot install {}, because its file of values `{path}` is not there", what(self.source));
        self.work.problem(Level::Error, Code::BuildFailed, &message);
    }

    fn quietly(&mut self, path: &str) -> Option<PathBuf> {
        let before = std::mem::take(&mut self.work.problems);
        let resolved = self.resolve(path);
        self.work.problems = before;
        match resolved {
            Resolved::File(file) => Some(file),
            Resolved::Elsewhere | Resolved::Nowhere => None,
        }
    }

    fn resolve(&mut self, path: &str) -> Resolved {
        if path.contains("://") {
            let message = format!("reads values from `{}`", path.split(['?', '#']).next().unwrap_or(path));
            self.work.foreign(&message);
            return Resolved::Elsewhere;
        }
        let file = match self.start(path) {
            Start::Elsewhere => return Resolved::Elsewhere,
            Start::Nowhere => None,
            Start::Repository(rest) => {
                let world = self.work.world;
                world.repository.resolve(&rest, self.work.near.as_deref(), world.roots)
            }
            Start::Chart(folder, rest) => files::allowed(&folder.join(rest), self.work.world.roots)
                .filter(|file| self.is_local || file.starts_with(&folder)),
        };
        file.filter(|file| file.is_file()).map_or(Resolved::Nowhere, Resolved::File)
    }

    /// Where a path starts, and what is left of it.
    fn start(&mut self, path: &str) -> Start {
        let variables = self.work.variables(self.source);
        let (reference, rest) = path.split_once('/').unwrap_or((path, ""));
        let named = reference.strip_prefix('$').and_then(|name| {
            let mut sources = self.work.application.sources.iter();
            sources.find(|source| !source.reference.is_empty() && source.reference == name)
        });
        if let Some(lender) = named {
            let (whose, rest) = (self.work.whose(lender), variables.put_into(rest));
            let world = self.work.world;
            // The folder is enough to know whether it is this repository.
            let folder = rest.rsplit_once('/').map_or("", |(folder, _)| folder);
            let folder = if is_pattern(folder) { "" } else { folder };
            match world.repository.place(whose, folder, self.work.near.as_deref(), world.roots) {
                Place::Elsewhere => {
                    let message = format!("reads values from `{rest}` of `{}`", lender.repository);
                    self.work.foreign(&message);
                    return Start::Elsewhere;
                }
                Place::Assumed(_) => self.work.assumed(&lender.repository),
                Place::Here(_) => self.work.other_revision(lender),
                Place::Nowhere => {}
            }
            return Start::Repository(rest);
        }
        let path = variables.put_into(path);
        match (path.strip_prefix('/'), self.folder) {
            (Some(rest), _) if self.is_local => Start::Repository(rest.to_owned()),
            (rest, Some(folder)) => Start::Chart(folder.to_owned(), rest.unwrap_or(&path).to_owned()),
            (_, None) => Start::Nowhere,
        }
    }

    /// The files that a pattern of paths matches; `None` if there are none.
    fn matching(&mut self, path: &str) -> Option<Vec<PathBuf>> {
        let parts: Vec<&str> = path.split('/').collect();
        let fixed = parts.iter().take_while(|part| !is_pattern(part)).count();
        let (before, pattern) = (parts[..fixed].join("/"), parts[fixed..].join("/"));
        let roots = self.work.world.roots;
        let before = match before.as_str() {
            "" if path.starts_with('/') => "/".to_owned(),
            "" => ".".to_owned(),
            before => format!("{before}/"),
        };
        let base = match self.start(&before) {
            Start::Elsewhere => return Some(Vec::new()),
            Start::Nowhere => return None,
            Start::Repository(rest) => {
                self.work.world.repository.resolve(&rest, self.work.near.as_deref(), roots)?
            }
            Start::Chart(folder, rest) => {
                let base = std::fs::canonicalize(folder.join(rest)).ok()?;
                (roots.allow(&base) && (self.is_local || base.starts_with(&folder))).then_some(base)?
            }
        };
        let pattern = Pattern::of_value_files(&pattern);
        let tree = files::below(&base, roots, true);
        let mut found: Vec<&String> = tree.files.iter().filter(|path| pattern.matches(path)).collect();
        found.sort_by(|one, other| walk_order(one, other));
        let found: Vec<PathBuf> =
            found.iter().filter_map(|path| files::allowed(&base.join(path), roots)).collect();
        (!found.is_empty()).then_some(found)
    }
}

/// Where the path of a file starts.
enum Start {
    /// At the top of the repository, with the rest of the path.
    Repository(String),
    /// In the folder of the chart.
    Chart(PathBuf, String),
    /// In a chart that is not there.
    Nowhere,
    /// In what is not in the input; that is said.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::super::super::super::charts::RemoteChart;
    use super::super::super::chart::ChartReference;
    use super::super::super::registered::Registered;
    use super::super::application::{Directory, Source, Tool};
    use super::{escaped, of_registry};

    #[test]
    fn commas_end_values_only_in_lists() {
        assert_eq!(escaped("a,b"), r"a\,b");
        assert_eq!(escaped(r"a\,b,c"), r"a\,b\,c");
        assert_eq!(escaped("{a,b}"), "{a,b}");
    }

    #[test]
    fn charts_come_from_repositories_and_registries() {
        let plain = [Registered::PlainRegistry("plain.example:5000/charts".to_owned())];
        let check = |repository: &str, chart: &str, path: &str, want: Option<(&str, &str)>| {
            let source = Source {
                repository: repository.to_owned(),
                chart: chart.to_owned(),
                path: path.to_owned(),
                revision: "1.x".to_owned(),
                ..Source::default()
            };
            let want = want.map(|(repository, chart)| {
                ChartReference::Remote(RemoteChart {
                    repository: repository.to_owned(),
                    chart: chart.to_owned(),
                    version: "1.x".to_owned(),
                    plain_http: repository.contains("plain"),
                })
            });
            assert_eq!(of_registry(&source, &plain), want, "{repository}");
        };
        check("https://charts.example/", "web", "", Some(("https://charts.example", "web")));
        check("registry.example/charts", "web", "", Some(("oci://registry.example/charts", "web")));
        check("oci://registry.example/charts/web", "", ".", Some(("oci://registry.example/charts", "web")));
        check("plain.example:5000/charts", "web", "", Some(("oci://plain.example:5000/charts", "web")));
        check("oci://registry.example/charts/web", "", "deep", None);
        check("https://git.example/team/web", "", "charts/web", None);
        let files = Source {
            repository: "oci://registry.example/manifests".to_owned(),
            tool: Some(Tool::Directory(Directory::default())),
            ..Source::default()
        };
        assert_eq!(of_registry(&files, &plain), None);
    }
}

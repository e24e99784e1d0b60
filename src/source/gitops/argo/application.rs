//! What an Application of Argo CD says: where its objects come from, what makes them, and where they go.
//!
//! Source: `pkg/apis/application/v1alpha1/types.go` of `argoproj/argo-cd`.

use super::super::plain::{plain, plain_text};
use crate::document::{Kind, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The address under which Argo CD reaches the cluster that it runs in.
pub const IN_CLUSTER_SERVER: &str = "https://kubernetes.default.svc";

/// The name of that cluster.
pub const IN_CLUSTER: &str = "in-cluster";

/// One Application.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Application {
    /// Where its objects come from, in order; of two that make the same object the later one counts.
    pub sources: Vec<Source>,
    /// Where they go.
    pub destination: Destination,
    /// Why Argo CD refuses all of it, if it does: what goes on after its title.
    pub refused: Option<String>,
}

/// Where objects go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// The name of the cluster; empty if the server is given.
    pub name: String,
    /// The address of the cluster's API server; empty if the name is given.
    pub server: String,
    /// The namespace of objects that name none; empty if there is none.
    pub namespace: String,
}

/// One source of objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// The address of the repository: git, a repository of charts, or `oci://…`.
    pub repository: String,
    /// The revision: a branch, a tag, a commit, or the version of a chart; empty for the default.
    pub revision: String,
    /// The folder in the repository; empty if there is none.
    pub path: String,
    /// The name of the chart, where the repository is one of charts; else empty.
    pub chart: String,
    /// The name under which other sources refer to its files, without `$`; empty if there is none.
    pub reference: String,
    /// What makes the objects, where that is said.
    pub tool: Option<Tool>,
    /// Line of the source, from 1.
    pub line: u32,
    /// Why Argo CD refuses it, if it does: what goes on after the title of the Application.
    pub refused: Option<String>,
}

impl Source {
    /// Whether it only lends its files to other sources.
    ///
    /// Source: `GenerateManifest` in `reposerver/repository/repository.go`.
    pub fn is_only_reference(&self) -> bool {
        !self.reference.is_empty() && self.path.is_empty() && self.chart.is_empty()
    }

    /// Reads one source.
    pub fn read(value: &Value) -> Source {
        let mut refused = None;
        let tools = ["kustomize", "helm", "directory", "plugin"];
        let given: Vec<&str> = tools.into_iter().filter(|key| given(value, key).is_some()).collect();
        if given.len() > 1 {
            let names: Vec<String> = given.iter().map(|name| format!("`{name}`")).collect();
            refused = Some(format!("names more than one tool for a source: {}", names.join(", ")));
        }
        let tool = given.first().and_then(|key| {
            let options = value.get(key)?;
            Some(match *key {
                "kustomize" => Tool::Kustomize(Box::new(Kustomize::read(options, &mut refused))),
                "helm" => Tool::Helm(Box::new(Helm::read(options))),
                "directory" => Tool::Directory(Directory::read(options)),
                _ => Tool::Plugin(text(options, "name")),
            })
        });
        Source {
            repository: text(value, "repoURL"),
            revision: text(value, "targetRevision"),
            path: text(value, "path"),
            chart: text(value, "chart"),
            reference: text(value, "ref"),
            tool,
            line: value.line,
            refused,
        }
    }
}

/// What makes objects of a source, with its options.
#[derive(Clone, Debug, PartialEq)]
pub enum Tool {
    /// `kustomize build`, after some edits.
    Kustomize(Box<Kustomize>),
    /// `helm template`.
    Helm(Box<Helm>),
    /// The files themselves.
    Directory(Directory),
    /// A program that only the Argo CD of its author knows, by its name; empty if it finds out by itself.
    Plugin(String),
}

/// Which files of a folder count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Whether those of folders below count as well.
    pub recurse: bool,
    /// A pattern that they match; empty for all.
    pub include: String,
    /// A pattern that they do not match; empty for none.
    pub exclude: String,
    /// Whether files of any name count, not only those that are called like YAML and JSON.
    pub any_extension: bool,
}

impl Directory {
    fn read(value: &Value) -> Directory {
        Directory {
            recurse: flag(value, "recurse"),
            include: text(value, "include"),
            exclude: text(value, "exclude"),
            any_extension: flag(value, "disableExtensionFilter"),
        }
    }
}

/// How helm is called. Value files come first, then the values, then the parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Helm {
    /// Files of values, in order: relative to the chart, `/…` from the root of the repository, `$name/…` in another source;
    /// also patterns.
    pub value_files: Vec<String>,
    /// Whether a file that is not there is passed over.
    pub ignores_missing: bool,
    /// Values as YAML text; empty if there are none. `valuesObject` is JSON here, and wins.
    pub values: String,
    /// Single values.
    pub parameters: Vec<Parameter>,
    /// Values that are read from a file: their names and paths.
    pub file_parameters: Vec<(String, String)>,
    /// The name of the release; empty for that of the Application.
    pub release: String,
    /// The namespace of the release; empty for that of the destination.
    pub namespace: String,
    /// Whether `crds/` is left out.
    pub skips_crds: bool,
    /// Whether tests are left out.
    pub skips_tests: bool,
    /// The version of Kubernetes to render for; empty for that of the cluster.
    pub kubernetes: String,
    /// The versions of APIs that the cluster is said to have.
    pub apis: Vec<String>,
}

/// One value of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its path, such as `image.tag`.
    pub name: String,
    /// The value.
    pub value: String,
    /// Whether it stays a text, also where it looks like a number.
    pub is_text: bool,
}

impl Helm {
    fn read(value: &Value) -> Helm {
        let items = |key: &str| value.get(key).map(Value::items).unwrap_or_default();
        let parameters = items("parameters").iter().map(|item| Parameter {
            name: text(item, "name"),
            value: text(item, "value"),
            is_text: flag(item, "forceString"),
        });
        let object = given(value, "valuesObject").map(|object| plain(object).to_string());
        Helm {
            value_files: texts(value, "valueFiles"),
            ignores_missing: flag(value, "ignoreMissingValueFiles"),
            values: object.unwrap_or_else(|| text(value, "values")),
            parameters: last_of_each(parameters),
            file_parameters: items("fileParameters")
                .iter()
                .map(|item| (text(item, "name"), text(item, "path")))
                .collect(),
            release: text(value, "releaseName"),
            namespace: text(value, "namespace"),
            skips_crds: flag(value, "skipCrds"),
            skips_tests: flag(value, "skipTests"),
            kubernetes: text(value, "kubeVersion"),
            apis: texts(value, "apiVersions"),
        }
    }
}

/// Of parameters with the same name the last one, by name: Argo CD keeps them in maps, one for texts and one for others.
fn last_of_each(parameters: impl Iterator<Item = Parameter>) -> Vec<Parameter> {
    let by_name: BTreeMap<(bool, String), Parameter> =
        parameters.map(|parameter| ((parameter.is_text, parameter.name.clone()), parameter)).collect();
    by_name.into_values().collect()
}

/// How a kustomization is edited before it is built.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kustomize {
    /// The prefix of names, in place of that of the kustomization; empty for none.
    pub name_prefix: String,
    /// The suffix of names.
    pub name_suffix: String,
    /// Images in the words of `kustomize edit set image`: `name=new:tag`.
    pub images: Vec<String>,
    /// Names of workloads, and their copies.
    pub replicas: Vec<(String, i64)>,
    /// Labels of all objects.
    pub labels: Vec<(String, String)>,
    /// Whether they replace those of the kustomization.
    pub forces_labels: bool,
    /// Whether selectors do not get them.
    pub labels_without_selectors: bool,
    /// Whether pod templates get them, where selectors do not.
    pub labels_in_templates: bool,
    /// Annotations of all objects.
    pub annotations: Vec<(String, String)>,
    /// Whether they replace those of the kustomization.
    pub forces_annotations: bool,
    /// Whether variables of Argo CD are put into them.
    pub annotations_with_variables: bool,
    /// The namespace of all objects, in place of that of the kustomization; empty for none.
    pub namespace: String,
    /// Patches, as a kustomization has them, for tools.
    pub patches: Vec<Json>,
    /// Folders of components, relative to the kustomization.
    pub components: Vec<String>,
    /// Whether components that are not there are passed over.
    pub ignores_missing_components: bool,
}

impl Kustomize {
    fn read(value: &Value, refused: &mut Option<String>) -> Kustomize {
        let items = |key: &str| value.get(key).map(Value::items).unwrap_or_default();
        let mut replicas = Vec::new();
        for item in items("replicas") {
            let count = item.get("count").and_then(Value::scalar_text).and_then(|count| count.parse().ok());
            match count {
                Some(count) => replicas.push((text(item, "name"), count)),
                None => *refused = Some("wants a number of `replicas` that is no whole number".to_owned()),
            }
        }
        let pairs = |key: &str| -> Vec<(String, String)> {
            let entries = value.get(key).map(Value::entries).unwrap_or_default();
            let pair = |entry: &crate::document::Entry| {
                (entry.key.to_string(), plain_text(&entry.value.scalar_text().unwrap_or_default()))
            };
            entries.iter().map(pair).collect()
        };
        Kustomize {
            name_prefix: text(value, "namePrefix"),
            name_suffix: text(value, "nameSuffix"),
            images: texts(value, "images"),
            replicas,
            labels: pairs("commonLabels"),
            forces_labels: flag(value, "forceCommonLabels"),
            labels_without_selectors: flag(value, "labelWithoutSelector"),
            labels_in_templates: flag(value, "labelIncludeTemplates"),
            annotations: pairs("commonAnnotations"),
            forces_annotations: flag(value, "forceCommonAnnotations"),
            annotations_with_variables: flag(value, "commonAnnotationsEnvsubst"),
            namespace: text(value, "namespace"),
            patches: items("patches").iter().map(plain).collect(),
            components: texts(value, "components"),
            ignores_missing_components: flag(value, "ignoreMissingComponents"),
        }
    }
}

impl Application {
    /// Reads an object of kind Application.
    pub fn read(object: &Value) -> Application {
        let none = Value { line: object.line, column: object.column, written: None, kind: Kind::Null };
        let spec = object.get("spec").unwrap_or(&none);
        let sources = sources(spec);
        let destination = spec.get("destination").unwrap_or(&none);
        let destination = Destination {
            name: text(destination, "name"),
            server: text(destination, "server"),
            namespace: text(destination, "namespace"),
        };
        let refused =
            match (destination.name.as_str(), destination.server.as_str(), destination.namespace.as_str()) {
                ("", "", _) => Some(
                    "names no cluster: `spec.destination` has neither a `server` nor a `name`".to_owned(),
                ),
                (_, _, namespace) if !is_namespace(namespace) => {
                    Some(format!("applies objects to namespace `{namespace}`, which is no name of one"))
                }
                ("", ..) | (_, "", _) => None,
                _ => Some(
                    "names its cluster twice: `spec.destination` has both a `server` and a `name`".to_owned(),
                ),
            };
        Application { sources, destination, refused }
    }
}

/// Whether a text may be a namespace, or says nothing.
fn is_namespace(text: &str) -> bool {
    text.len() <= 63 && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Source: `ApplicationSpec.GetSources`: a hydrator before several sources, and these before one.
fn sources(spec: &Value) -> Vec<Source> {
    if let Some(hydrator) = given(spec, "sourceHydrator") {
        let dry = hydrator.get("drySource").map(Source::read);
        // What is synced is on a branch of its own; what it is made of is here.
        return dry.into_iter().collect();
    }
    let several = spec.get("sources").map(Value::items).unwrap_or_default();
    let one = given(spec, "source").filter(|_| several.is_empty());
    several.iter().chain(one).map(Source::read).collect()
}

/// A field that is there, and not null: what Go would decode as a pointer.
fn given<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|value| !value.is_null())
}

/// What tools may be given: where a secret was stands a word.
fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::scalar_text).map(|text| plain_text(&text)).unwrap_or_default()
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let items = value.get(key).map(Value::items).unwrap_or_default().iter();
    items.filter_map(Value::scalar_text).map(|text| plain_text(&text)).collect()
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::{Application, Parameter, Tool};
    use crate::document::parse;

    fn read(text: &str) -> Application {
        Application::read(&parse(text.as_bytes()).expect("YAML"))
    }

    #[test]
    fn several_sources_win_over_one() {
        let app = read(
            "metadata: {name: a, namespace: argocd}\nspec:\n  source: {repoURL: x, path: p}\n  sources:\n  - {repoURL: y, ref: values}\n  - {repoURL: z, chart: c, targetRevision: 1.2.0, helm: {valueFiles: [$values/v.yaml]}}\n",
        );
        assert_eq!(
            app.sources.iter().map(|source| source.repository.as_str()).collect::<Vec<_>>(),
            ["y", "z"]
        );
        assert!(app.sources[0].is_only_reference() && !app.sources[1].is_only_reference());
        let Some(Tool::Helm(helm)) = &app.sources[1].tool else { panic!("helm") };
        assert_eq!(helm.value_files, ["$values/v.yaml"]);
        assert_eq!(app.sources[1].revision, "1.2.0");
    }

    #[test]
    fn a_destination_is_one_cluster_and_a_namespace() {
        let refused = |destination: &str| read(&format!("spec: {{destination: {destination}}}")).refused;
        assert_eq!(refused("{server: x}"), None);
        assert_eq!(refused("{name: x, namespace: web-1}"), None);
        assert!(refused("{}").is_some_and(|why| why.starts_with("names no cluster")));
        assert!(
            refused("{server: x, name: z}").is_some_and(|why| why.starts_with("names its cluster twice"))
        );
        assert!(
            refused("{server: x, namespace: 'all-{{tier}}'}")
                .is_some_and(|why| why.contains("`all-{{tier}}`"))
        );
    }

    #[test]
    fn objects_of_values_win_and_the_last_parameter_of_a_name_counts() {
        let app = read(
            "spec:\n  source:\n    repoURL: x\n    path: c\n    helm:\n      values: 'a: 1'\n      valuesObject: {a: 2, b: null}\n      parameters: [{name: t, value: 1}, {name: t, value: 2.50}, {name: t, value: '3', forceString: true}]\n",
        );
        let Some(Tool::Helm(helm)) = &app.sources[0].tool else { panic!("helm") };
        assert_eq!(helm.values, r#"{"a":2,"b":null}"#);
        let parameter =
            |value: &str, is_text| Parameter { name: "t".to_owned(), value: value.to_owned(), is_text };
        assert_eq!(helm.parameters, [parameter("2.50", false), parameter("3", true)]);
    }

    #[test]
    fn one_source_has_one_tool() {
        let source = |text: &str| {
            read(&format!("spec: {{source: {{repoURL: x, path: c, {text}}}}}")).sources.remove(0)
        };
        assert!(
            source("helm: {}, kustomize: {}").refused.is_some_and(|why| why.contains("`kustomize`, `helm`"))
        );
        assert!(source("kustomize: {replicas: [{name: a, count: x}]}").refused.is_some());
        let plugin = source("helm: null, plugin: {name: cdk}");
        assert_eq!((plugin.tool, plugin.refused), (Some(Tool::Plugin("cdk".to_owned())), None));
    }
}

//! The namespace that bindings betray: manifests that are meant for `kubectl apply -n X` leave the namespace out, except where
//! a field cannot do without it, such as the subject of a ClusterRoleBinding.

use crate::document::Value;
use crate::problem::{Code, Level, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// One object, as far as it matters here.
pub(super) struct Sight<'a> {
    /// Its environment.
    pub environment: &'a str,
    /// Its file.
    pub file: &'a str,
    /// Its group, kind and name.
    pub object: [&'a str; 3],
    /// Whether it stands in a namespace, and does not say in which.
    pub is_open: bool,
    /// Its manifest.
    pub value: &'a Value,
}

/// Who names a namespace that an object must be in.
#[derive(Clone, Copy)]
struct Naming<'a> {
    by: usize,
    object: [&'a str; 3],
    namespace: &'a str,
    line: u32,
}

/// The namespaces that were found out, by environment and file, or by environment and folder.
#[derive(Default)]
pub(super) struct Betrayed {
    files: BTreeMap<(String, String), String>,
    folders: BTreeMap<(String, String), String>,
}

impl Betrayed {
    /// Looks through the objects. A namespace counts for a file, and for its folder, where all who name an object of it without
    /// a namespace agree; with a problem that says so for each.
    pub fn find(sights: &[Sight]) -> (Betrayed, Vec<(usize, Problem)>) {
        let mut open: BTreeMap<(&str, [&str; 3]), Vec<usize>> = BTreeMap::new();
        let mut settled: BTreeSet<(&str, [&str; 3])> = BTreeSet::new();
        for (index, sight) in sights.iter().enumerate() {
            let key = (sight.environment, sight.object);
            match sight.is_open {
                true => open.entry(key).or_default().push(index),
                false => drop(settled.insert(key)),
            }
        }
        let mut votes: BTreeMap<(bool, &str, &str), BTreeMap<&str, Naming>> = BTreeMap::new();
        for naming in sights.iter().enumerate().flat_map(|(index, sight)| namings(index, sight)) {
            let key = (sights[naming.by].environment, naming.object);
            // Where one of that name says its namespace, it may be that one that is meant.
            if settled.contains(&key) {
                continue;
            }
            for &index in open.get(&key).into_iter().flatten() {
                let (environment, file) = (sights[index].environment, sights[index].file);
                for place in [(true, environment, file), (false, environment, folder(file))] {
                    votes.entry(place).or_default().entry(naming.namespace).or_insert(naming);
                }
            }
        }
        let mut betrayed = Betrayed::default();
        let mut problems: BTreeMap<(&str, &str), (usize, Problem)> = BTreeMap::new();
        for ((is_file, environment, place), named) in votes {
            let [(namespace, naming)] = &named.iter().collect::<Vec<_>>()[..] else { continue };
            let key = (environment.to_owned(), place.to_owned());
            let all = if is_file { &mut betrayed.files } else { &mut betrayed.folders };
            // That one is meant where nobody says another.
            if **namespace == "default" {
                continue;
            }
            all.insert(key, (**namespace).to_owned());
            problems
                .entry((environment, namespace))
                .or_insert_with(|| (naming.by, problem(&sights[naming.by], naming, namespace)));
        }
        (betrayed, problems.into_values().collect())
    }

    /// The namespace of an object that does not say in which one it stands.
    pub fn of(&self, environment: &str, file: &str) -> Option<&str> {
        let key = |place: &str| (environment.to_owned(), place.to_owned());
        self.files.get(&key(file)).or_else(|| self.folders.get(&key(folder(file)))).map(String::as_str)
    }
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The objects that one of the whole cluster names together with a namespace.
///
/// Sources: `k8s.io/api/rbac/v1/types.go`, `Subject`; `k8s.io/api/admissionregistration/v1/types.go`, `ServiceReference`;
/// `k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/types.go`.
fn namings<'a>(by: usize, sight: &Sight<'a>) -> Vec<Naming<'a>> {
    let text =
        |value: &'a Value, key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let named = |value: &'a Value, group: &'static str, kind: &'static str| {
        let (name, namespace) = (text(value, "name")?, text(value, "namespace")?);
        Some(Naming { by, object: [group, kind, name], namespace, line: value.line })
    };
    let list = |key: &str| sight.value.get(key).map(Value::items).unwrap_or_default();
    match sight.object[1] {
        "ClusterRoleBinding" => {
            let accounts = list("subjects").iter().filter(|one| text(one, "kind") == Some("ServiceAccount"));
            accounts.filter_map(|one| named(one, "", "ServiceAccount")).collect()
        }
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            let services = list("webhooks").iter().filter_map(|one| one.at("clientConfig.service"));
            services.filter_map(|one| named(one, "", "Service")).collect()
        }
        "APIService" => {
            sight.value.at("spec.service").and_then(|one| named(one, "", "Service")).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn problem(by: &Sight, naming: &Naming, namespace: &str) -> Problem {
    let [_, kind, name] = naming.object;
    let [_, by_kind, by_name] = by.object;
    let message = format!(
        "objects that name no namespace are taken to stand in `{namespace}`, because {by_kind} `{by_name}` names {kind} `{name}` there (inferred)"
    );
    let help =
        format!("say it with `--default-namespace {namespace}`, or with another namespace if that is wrong");
    Problem::new(Level::Warning, Code::InferredNamespace, message).at("", naming.line, 0).help(help)
}

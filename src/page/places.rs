//! Where the page of each subject is.

use crate::catalog::Catalog;
use crate::model::{Identity, PLAIN_ENVIRONMENT, Subject};
use crate::names::PagePath;
use crate::topology::Topology;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The pages of all subjects and files.
#[derive(Debug)]
pub struct Places {
    /// The page of each subject.
    pub subjects: BTreeMap<Subject, PagePath>,
    /// The page of each file of the input, by its path.
    pub files: BTreeMap<String, PagePath>,
}

impl Places {
    /// Gives every object, container, namespace and file its page. A page's path follows from its subject alone, so
    /// that adding an object never moves another's page.
    pub fn of(topology: &Topology, catalog: &Catalog) -> Places {
        let mut subjects = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for environment in &topology.environments {
            let path = environment_path(&environment.name);
            subjects.insert(Subject::Cluster(environment.name.as_str().into()), path);
        }
        for (environment, namespace) in topology.namespaces().into_keys() {
            let path = environment_path(&environment).fixed("ns").child(&namespace);
            subjects.insert(Subject::Namespace(environment, namespace), path);
        }
        for application in &topology.applications {
            let site = environment_path(&application.environment);
            let namespace = site.fixed("ns").child(&application.namespace);
            // No kind is called so in a path: see `kind_part`.
            subjects.insert(application.key(), namespace.fixed("app").child(&application.name));
        }
        for (_, node) in topology.present() {
            let identity = &node.identity;
            let mut path = object_path(identity, &kind_part(identity, catalog));
            if !taken.insert(path.clone()) {
                // Kinds that differ in nothing but case meet here.
                path = object_path(identity, &format!("{}.{}", identity.kind, identity.group));
                taken.insert(path.clone());
            }
            for container in node.pod.iter().flat_map(|pod| &pod.containers) {
                let subject = Subject::Container(identity.clone(), Arc::clone(&container.key));
                subjects.insert(subject, path.fixed("c").child(&container.key));
            }
            subjects.insert(Subject::Object(identity.clone()), path);
        }
        let files = topology.present().filter_map(|(_, node)| node.object.as_ref());
        let files = files.map(|object| (object.file.path.clone(), file_path(&object.file.path))).collect();
        Places { subjects, files }
    }
}

fn environment_path(environment: &str) -> PagePath {
    match environment {
        PLAIN_ENVIRONMENT => PagePath::root(),
        name => PagePath::root().fixed("environments").child(name),
    }
}

fn object_path(identity: &Identity, kind: &str) -> PagePath {
    let site = environment_path(&identity.environment);
    let place = match &*identity.namespace {
        "" => site.fixed("cluster"),
        namespace => site.fixed("ns").child(namespace),
    };
    place.child(kind).child(&identity.name)
}

/// The kind in a path: its name where that alone says which kind is meant, else with its group.
fn kind_part(identity: &Identity, catalog: &Catalog) -> String {
    let (group, kind) = (&*identity.group, &*identity.kind);
    // `app` is where the pages of applications are.
    if kind.eq_ignore_ascii_case("app") {
        return format!("app.{}", if group.is_empty() { "core" } else { group });
    }
    let name = if catalog.owns_name(group, kind) || group.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind}.{group}")
    };
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') { name.to_ascii_lowercase() } else { name }
}

fn file_path(file: &str) -> PagePath {
    file.split('/').fold(PagePath::root().fixed("source"), |path, part| path.child(part))
}

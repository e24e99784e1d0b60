//! Where the page of each subject is.

use crate::catalog::Catalog;
use crate::document::{Environment, Identity, PLAIN_ENVIRONMENT, SourceFile};
use crate::model::{Object, Subject};
use crate::names::{PagePath, plural};
use crate::topology::Topology;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many containers of a pod have pages of their own.
pub const MOST_CONTAINERS: usize = 100;

/// The pages of all subjects and files.
#[derive(Debug)]
pub struct Places {
    /// The overview of each environment, by its name.
    pub environments: BTreeMap<Arc<str>, PagePath>,
    /// The page of each subject.
    pub subjects: BTreeMap<Subject, PagePath>,
    /// The page of each file of the input, by its path.
    pub files: BTreeMap<String, PagePath>,
    /// What the folders are called, raw, that hold pages and are none.
    pub folders: BTreeMap<PagePath, String>,
}

impl Places {
    /// Gives every object, container, namespace and file its page. A page's path follows from its subject alone, so
    /// that adding an object never moves another's page.
    pub fn of(topology: &Topology, catalog: &Catalog) -> Places {
        let mut subjects = BTreeMap::new();
        let mut taken = BTreeSet::new();
        let environments: BTreeMap<Arc<str>, PagePath> =
            topology.environments.iter().map(|one| (one.name.as_str().into(), home(topology, one))).collect();
        for (name, path) in &environments {
            subjects.insert(Subject::Cluster(Arc::clone(name)), path.clone());
        }
        for (environment, namespace) in topology.namespaces().into_keys() {
            let Some(home) = environments.get(&environment) else { continue };
            let path = home.fixed("ns").child(&namespace);
            subjects.insert(Subject::Namespace(environment, namespace), path);
        }
        for application in &topology.applications {
            let Some(home) = environments.get(&application.environment) else { continue };
            let namespace = home.fixed("ns").child(&application.namespace);
            // No kind is called so in a path: see `kind_part`.
            subjects.insert(application.key(), namespace.fixed("app").child(&application.name));
        }
        for (_, node) in topology.present() {
            let identity = &node.identity;
            let Some(home) = environments.get(&identity.environment) else { continue };
            let mut path = object_path(home, identity, &kind_part(identity, catalog));
            if !taken.insert(path.clone()) {
                // Kinds that differ in nothing but case meet here.
                path = object_path(home, identity, &format!("{}.{}", identity.kind, identity.group));
                taken.insert(path.clone());
            }
            let containers = node.pod.iter().flat_map(|pod| &pod.containers);
            for container in containers.take(MOST_CONTAINERS) {
                let subject = Subject::Container(identity.clone(), Arc::clone(&container.key));
                subjects.insert(subject, path.fixed("c").child(&container.key));
            }
            subjects.insert(Subject::Object(identity.clone()), path);
        }
        let files = topology.present().filter_map(|(_, node)| node.object.as_deref()).flat_map(files_of);
        let files = files.map(|(file, _)| (file.path.clone(), file_path(&file.path))).collect();
        let folders = folders(&environments, &subjects, &files);
        Places { environments, subjects, files, folders }
    }
}

/// What the folders are called that hold pages and are none.
fn folders(
    environments: &BTreeMap<Arc<str>, PagePath>,
    subjects: &BTreeMap<Subject, PagePath>,
    files: &BTreeMap<String, PagePath>,
) -> BTreeMap<PagePath, String> {
    let mut folders = BTreeMap::from([
        (PagePath::root().fixed("environments"), "Environments".to_owned()),
        (PagePath::root().fixed("source"), "Manifests".to_owned()),
        (PagePath::root().fixed("changes").fixed("before"), "Earlier manifests".to_owned()),
    ]);
    for home in environments.values() {
        folders.insert(home.fixed("ns"), "Namespaces".to_owned());
        folders.insert(home.fixed("cluster"), "Cluster-wide objects".to_owned());
    }
    for (subject, path) in subjects {
        let label = match subject {
            Subject::Application(..) => "Applications".to_owned(),
            Subject::Object(identity) => plural(&identity.kind),
            Subject::Container(..) => "Containers".to_owned(),
            Subject::Cluster(_) | Subject::Namespace(..) => continue,
        };
        folders.extend(path.parent().map(|folder| (folder, label)));
    }
    for (file, path) in files {
        let above = file.rsplit('/').skip(1);
        folders.extend(std::iter::successors(path.parent(), PagePath::parent).zip(above.map(str::to_owned)));
    }
    folders
}

/// The files that show an object, each with the object's first line in it: the one that it stands in, and those that
/// this one was built from.
pub fn files_of(object: &Object) -> Vec<(&Arc<SourceFile>, u32)> {
    let mut origins: BTreeMap<&str, (&Arc<SourceFile>, u32)> = BTreeMap::new();
    let origin = object.file.origin.as_ref();
    for (file, line) in (object.first_line..=object.last_line).filter_map(|line| origin?.of(line)) {
        if !file.lines.is_empty() {
            let first = &mut origins.entry(&file.path).or_insert((file, line)).1;
            *first = line.min(*first);
        }
    }
    std::iter::once((&object.file, object.first_line)).chain(origins.into_values()).collect()
}

/// Where the pages of an environment are: at the root if it is the only one, or the plain one.
fn home(topology: &Topology, environment: &Environment) -> PagePath {
    match environment.name.as_str() {
        _ if topology.environments.len() == 1 => PagePath::root(),
        PLAIN_ENVIRONMENT => PagePath::root(),
        name => PagePath::root().fixed("environments").child(name),
    }
}

fn object_path(site: &PagePath, identity: &Identity, kind: &str) -> PagePath {
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

//! Applications: the workloads that belong together, with what only they use. A level between namespace and workload.
//!
//! Who belongs to which is said by the user's settings, by labels, or else shown by connections. A namespace that is one
//! application has no such level, since its page would be the namespace's page again.

mod declared;
mod level;
mod name;
mod parts;
mod spread;

use super::{NodeIndex, Topology};
use crate::catalog::Settings;
use crate::model::Subject;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Workloads that belong together, with what only they use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its environment.
    pub environment: Arc<str>,
    /// The namespace of its workloads; the first in the order of names where there are several.
    pub namespace: Arc<str>,
    /// Its name, unique among the applications of its namespace.
    pub name: Arc<str>,
    /// How the user calls it, if `podviz.yaml` says so.
    pub title: Option<String>,
    /// How it is known.
    pub by: Evidence,
    /// Its workloads and every other object that only they use, sorted. Each object belongs to one application at most.
    pub members: Vec<NodeIndex>,
}

impl Application {
    /// What people are shown: its title, or else its name.
    pub fn shown(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// What links to its page are about.
    pub fn key(&self) -> Subject {
        let Application { environment, namespace, name, .. } = self;
        Subject::Application(Arc::clone(environment), Arc::clone(namespace), Arc::clone(name))
    }

    /// `Application namespace/name`: what people may ask for.
    pub fn subject(&self) -> String {
        format!("Application {}/{}", self.namespace, self.name)
    }
}

/// How an application is known, the surest way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// `podviz.yaml` lists its objects.
    Settings,
    /// The label `app.kubernetes.io/part-of`.
    ///
    /// Source: kubernetes.io, "Recommended Labels": the name of a higher level application this one is part of.
    PartOf,
    /// The label `app.kubernetes.io/instance`: a unique name for one installation of an application.
    Instance,
    /// The annotation `meta.helm.sh/release-name`, or the label `release` beside `heritage`, of a chart of Helm.
    Release,
    /// All of its workloads have the same label `app.kubernetes.io/name`, `app` or `k8s-app`.
    Name,
    /// Its workloads call each other, share a Service, or read and mount the same objects.
    Connections,
    /// Its manifests stand in one folder, apart from others.
    Folder,
    /// One workload that nothing connects with another.
    Alone,
}

impl Evidence {
    /// Whether somebody wrote down who belongs together; else it is inferred.
    pub fn is_declared(self) -> bool {
        self <= Evidence::Release
    }

    /// A word for it in JSON: `part-of`.
    pub fn id(self) -> &'static str {
        match self {
            Evidence::Settings => "settings",
            Evidence::PartOf => "part-of",
            Evidence::Instance => "instance",
            Evidence::Release => "release",
            Evidence::Name => "name",
            Evidence::Connections => "connections",
            Evidence::Folder => "folder",
            Evidence::Alone => "alone",
        }
    }
}

/// An application while it is being put together.
#[derive(Clone, Debug)]
struct Group {
    name: Arc<str>,
    title: Option<String>,
    by: Evidence,
    /// The workloads that nobody owns.
    workloads: BTreeSet<NodeIndex>,
}

/// Which group each node belongs to.
type Membership = Vec<Option<usize>>;

/// Finds the applications of a topology, sorted by environment, namespace and name, and which one each node belongs to.
pub(super) fn find(topology: &Topology, settings: &Settings) -> (Vec<Application>, Vec<Option<usize>>) {
    let mut membership: Membership = vec![None; topology.nodes.len()];
    let mut groups = declared::groups(topology, settings, &mut membership);
    parts::groups(topology, &mut groups, &mut membership);
    spread::spread(topology, &mut membership);
    let kept = level::kept(topology, &groups);
    let mut members: Vec<Vec<NodeIndex>> = vec![Vec::new(); groups.len()];
    for (index, group) in membership.iter().enumerate() {
        if let Some(group) = group {
            members[*group].push(index);
        }
    }
    let mut applications: Vec<Application> = Vec::new();
    for (at, (group, members)) in groups.into_iter().zip(members).enumerate() {
        let homes = group.workloads.iter().map(|&index| &topology.nodes[index].identity);
        let Some(first) = homes.min_by(|a, b| a.namespace.cmp(&b.namespace)).filter(|_| kept[at]) else {
            continue;
        };
        let (environment, namespace) = (Arc::clone(&first.environment), Arc::clone(&first.namespace));
        let Group { name, title, by, .. } = group;
        applications.push(Application { environment, namespace, name, title, by, members });
    }
    applications.sort_by(|a, b| key(a).cmp(&key(b)));
    name::make_unique(&mut applications);
    let mut application_of = vec![None; topology.nodes.len()];
    for (at, application) in applications.iter().enumerate() {
        application.members.iter().for_each(|&member| application_of[member] = Some(at));
    }
    (applications, application_of)
}

fn key(application: &Application) -> (&str, &str, &str, Evidence) {
    (&application.environment, &application.namespace, &application.name, application.by)
}

/// Whether an object may belong to an application at all: namespaces and nodes belong to nobody.
fn may_belong(topology: &Topology, index: NodeIndex) -> bool {
    use crate::catalog::Role;
    use crate::topology::State;
    let node = &topology.nodes[index];
    matches!(node.state, State::Present | State::Inferred)
        && !matches!(node.role, Role::Namespace | Role::Node)
}

/// Whether a workload that is drawn itself made the object: it goes where that one goes.
fn is_owned(topology: &Topology, index: NodeIndex) -> bool {
    topology.owner(index).is_some_and(|owner| topology.nodes[owner].pod.is_some())
}

#[cfg(test)]
mod tests;

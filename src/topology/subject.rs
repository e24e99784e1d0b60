//! Finding what people mean: `deployment/web`, `svc/web`, `Deployment shop/web`, `Container shop/web/app`, `ns/shop`, each
//! with its environment in front where people say it: `prod:deployment/web`.

use super::{Application, Node, NodeIndex, Topology};
use crate::catalog::{Catalog, closest};
use crate::document::Identity;
use std::sync::Arc;

/// How many candidates a message lists.
const MOST_CANDIDATES: usize = 12;

/// What a subject turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A namespace of an environment.
    Namespace(Arc<str>, Arc<str>),
    /// An application, by its index in [`Topology::applications`].
    Application(usize),
    /// An object.
    Object(NodeIndex),
    /// A container of the pod that an object makes, by its index.
    Container(NodeIndex, usize),
}

/// Why a subject was not found.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Nothing answers to it.
    #[error("`{subject}` is not in these manifests{hint}")]
    Unknown {
        /// The subject as it was asked for.
        subject: String,
        /// What else has the name.
        hint: String,
        /// What is almost called so, as a subject.
        close: Option<String>,
    },
    /// More than one object answers to it.
    #[error("`{subject}` is ambiguous: {}", .candidates.join(", "))]
    Ambiguous {
        /// The subject as it was asked for.
        subject: String,
        /// What answers to it.
        candidates: Vec<String>,
    },
    /// It is not written as a subject.
    #[error(
        "`{0}` is not a subject: write `kind/name`, `Kind namespace/name`, or `Container namespace/workload/container`"
    )]
    Unreadable(String),
}

impl SubjectError {
    /// What may have been meant, as a question.
    pub fn help(&self) -> Option<String> {
        match self {
            SubjectError::Unknown { close: Some(close), .. } => Some(format!("did you mean `{close}`?")),
            _ => None,
        }
    }
}

/// Finds the subject that people mean; `namespace` narrows it.
///
/// # Errors
///
/// If nothing or more than one object answers to it.
pub fn find_subject(
    topology: &Topology,
    catalog: &Catalog,
    subject: &str,
    namespace: Option<&str>,
) -> Result<Found, SubjectError> {
    find_subject_in(topology, catalog, subject, namespace, None)
}

/// The same, in one environment unless the subject itself names one.
///
/// # Errors
///
/// If nothing or more than one object answers to it.
pub fn find_subject_in(
    topology: &Topology,
    catalog: &Catalog,
    subject: &str,
    namespace: Option<&str>,
    environment: Option<&str>,
) -> Result<Found, SubjectError> {
    let (environment, object) = match environment_of(topology, subject) {
        Some((environment, object)) => (Some(environment), object),
        None => (environment, subject),
    };
    let asked = Asked::read(object, namespace).ok_or_else(|| SubjectError::Unreadable(subject.to_owned()))?;
    let is_there = |of: &str| environment.is_none_or(|environment| *of == *environment);
    if is_kind(catalog, "", "Namespace", &asked.kind) {
        let known = topology.namespaces().into_keys();
        let known = known.filter(|(environment, name)| **name == *asked.name && is_there(environment));
        let known: Vec<Found> = known.map(|(of, namespace)| Found::Namespace(of, namespace)).collect();
        if !known.is_empty() {
            return only(topology, subject, known);
        }
    }
    if let Some(found) = application(topology, subject, &asked)? {
        return Ok(found);
    }
    let wanted = |identity: &Identity| match &asked.container {
        Some(_) => {
            *identity.name == *asked.name
                && (asked.kind.is_empty() || is_kind(catalog, &identity.group, &identity.kind, &asked.kind))
        }
        None => {
            *identity.name == *asked.name && is_kind(catalog, &identity.group, &identity.kind, &asked.kind)
        }
    };
    let here = |identity: &Identity| {
        is_there(&identity.environment)
            && asked.namespace.as_deref().is_none_or(|namespace| *identity.namespace == *namespace)
    };
    let nodes = topology.present().filter(|(_, node)| wanted(&node.identity) && here(&node.identity));
    let found: Vec<Found> = match &asked.container {
        None => nodes.map(|(index, _)| Found::Object(index)).collect(),
        Some(container) => {
            let containers = nodes.filter_map(|(index, node)| {
                let position =
                    node.pod.as_ref()?.containers.iter().position(|one| *one.key == **container)?;
                Some(Found::Container(index, position))
            });
            containers.collect()
        }
    };
    if found.is_empty() {
        let of_kind = |identity: &Identity| is_kind(catalog, &identity.group, &identity.kind, &asked.kind);
        let close = match &asked.container {
            Some(container) => close_container(topology, container, |one| wanted(one) && here(one)),
            None if is_kind(catalog, "", "Namespace", &asked.kind) => close_namespace(topology, &asked),
            None => close_object(topology, &asked, |one| of_kind(one) && here(one)),
        };
        let is_found = asked.container.is_some() && close.is_some();
        let hint = if is_found { String::new() } else { hint(topology, &asked.name) };
        let subject = subject.to_owned();
        return Err(SubjectError::Unknown { subject, hint, close });
    }
    only(topology, subject, found)
}

/// The only one of what was found.
fn only(topology: &Topology, subject: &str, mut found: Vec<Found>) -> Result<Found, SubjectError> {
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    let mut candidates: Vec<String> =
        found.iter().take(MOST_CANDIDATES).map(|found| title(topology, found)).collect();
    candidates.extend((found.len() > MOST_CANDIDATES).then(|| "…".to_owned()));
    Err(SubjectError::Ambiguous { subject: subject.to_owned(), candidates })
}

/// The environment that a subject names, and the rest of it.
pub fn environment_of<'a>(topology: &'a Topology, subject: &'a str) -> Option<(&'a str, &'a str)> {
    topology.environments.iter().find_map(|environment| {
        Some((
            environment.name.as_str(),
            subject.strip_prefix(&environment.name)?.strip_prefix(':')?.trim_start(),
        ))
    })
}

/// The application that is asked for as `app/name` or `Application namespace/name`, if there is one; an object of a
/// custom kind that is called so goes first.
fn application(topology: &Topology, subject: &str, asked: &Asked) -> Result<Option<Found>, SubjectError> {
    if !["app", "application", "applications"].contains(&&*asked.kind.to_ascii_lowercase()) {
        return Ok(None);
    }
    let is_meant = |application: &Application| {
        *application.name == *asked.name
            && asked.namespace.as_deref().is_none_or(|namespace| *application.namespace == *namespace)
    };
    let is_object = |node: &Node| {
        *node.identity.name == *asked.name && node.identity.kind.eq_ignore_ascii_case(&asked.kind)
    };
    if topology.present().any(|(_, node)| is_object(node)) {
        return Ok(None);
    }
    let all = topology.applications.iter().enumerate();
    let found: Vec<(usize, &Application)> = all.filter(|(_, application)| is_meant(application)).collect();
    match found[..] {
        [] => Ok(None),
        [(at, _)] => Ok(Some(Found::Application(at))),
        _ => {
            let candidates = found.iter().map(|(_, application)| application.subject()).collect();
            Err(SubjectError::Ambiguous { subject: subject.to_owned(), candidates })
        }
    }
}

/// A subject taken apart.
struct Asked {
    kind: String,
    namespace: Option<String>,
    name: String,
    container: Option<String>,
    /// Whether it is written as `kind/name`.
    is_short: bool,
}

impl Asked {
    fn read(subject: &str, namespace: Option<&str>) -> Option<Asked> {
        let namespace = namespace.map(str::to_owned);
        let Some((kind, rest)) = subject.split_once(' ') else {
            let (kind, name) = subject.split_once('/')?;
            let (kind, name) = (kind.to_owned(), name.to_owned());
            return Some(Asked { kind, namespace, name, container: None, is_short: true });
        };
        let (kind, rest) = (kind.to_owned(), rest.trim());
        if !kind.eq_ignore_ascii_case("container") {
            let (in_namespace, name) = match rest.split_once('/') {
                Some((namespace, name)) => (Some(namespace.to_owned()), name),
                None => (namespace, rest),
            };
            let name = name.to_owned();
            return Some(Asked { kind, namespace: in_namespace, name, container: None, is_short: false });
        }
        let mut parts = rest.splitn(3, '/');
        let (in_namespace, workload, container) = (parts.next()?, parts.next()?, parts.next()?);
        // Where two workloads share a name, the kind stands in front of it: `deployment.web`.
        let (kind, name) =
            workload.split_once('.').filter(|(kind, _)| !kind.is_empty()).unwrap_or(("", workload));
        let known_kind = kind.chars().all(|c| c.is_ascii_lowercase());
        let (kind, name) = if known_kind { (kind, name) } else { ("", workload) };
        Some(Asked {
            kind: kind.to_owned(),
            namespace: Some(in_namespace.to_owned()),
            name: name.to_owned(),
            container: Some(container.to_owned()),
            is_short: false,
        })
    }
}

/// Whether `asked` means the kind: its name in any case, its plural, one of its short names, or with its group.
fn is_kind(catalog: &Catalog, group: &str, kind: &str, asked: &str) -> bool {
    let asked = asked.to_ascii_lowercase();
    let short = || catalog.kind(group, kind).is_some_and(|rule| rule.short.contains(&asked));
    let lower = kind.to_ascii_lowercase();
    asked == lower
        || asked == crate::names::plural(kind).to_ascii_lowercase()
        || asked == format!("{lower}.{group}")
        || short()
}

fn title(topology: &Topology, found: &Found) -> String {
    match found {
        Found::Namespace(environment, namespace) => {
            format!("{}Namespace {namespace}", topology.prefix(environment))
        }
        Found::Application(at) => {
            let application = &topology.applications[*at];
            format!("{}{}", topology.prefix(&application.environment), application.subject())
        }
        Found::Object(index) | Found::Container(index, _) => topology.title(&topology.nodes[*index].identity),
    }
}

fn hint(topology: &Topology, name: &str) -> String {
    let same_name = topology.present().filter(|(_, node)| *node.identity.name == *name);
    let titles: Vec<String> = same_name.take(4).map(|(_, node)| topology.title(&node.identity)).collect();
    match &titles[..] {
        [] => String::new(),
        [only] => format!("; of that name there is {only}"),
        several => format!("; of that name there are {}", several.join(", ")),
    }
}

/// The object that is almost called as the one that was asked for, in the words in which that was.
fn close_object(topology: &Topology, asked: &Asked, is_meant: impl Fn(&Identity) -> bool) -> Option<String> {
    let meant: Vec<&Identity> =
        topology.present().map(|(_, node)| &node.identity).filter(|one| is_meant(one)).collect();
    let names: Vec<&str> = meant.iter().map(|one| &*one.name).collect();
    let name = closest(&asked.name, &names)?;
    if asked.is_short {
        return Some(format!("{}/{name}", asked.kind));
    }
    meant.into_iter().find(|one| *one.name == *name).map(|one| topology.title(one))
}

fn close_namespace(topology: &Topology, asked: &Asked) -> Option<String> {
    let known = topology.namespaces();
    let names: Vec<&str> = known.keys().map(|(_, name)| &**name).collect();
    let name = closest(&asked.name, &names)?;
    Some(format!("{}{}{name}", asked.kind, if asked.is_short { '/' } else { ' ' }))
}

/// The container that is almost called so, of the objects that may be meant.
fn close_container(
    topology: &Topology,
    container: &str,
    is_meant: impl Fn(&Identity) -> bool,
) -> Option<String> {
    topology.present().filter(|(_, node)| is_meant(&node.identity)).find_map(|(_, node)| {
        let keys: Vec<&str> = node.pod.iter().flat_map(|pod| &pod.containers).map(|one| &*one.key).collect();
        let key = closest(container, &keys)?;
        Some(format!("Container {}/{}/{key}", node.identity.namespace, node.identity.name))
    })
}

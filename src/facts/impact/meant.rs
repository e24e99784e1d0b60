//! Finding what people mean: what `explain` knows, and what is no object of its own: `image/redis:7`, `pool/disk=ssd`.

use super::End;
use crate::catalog::Catalog;
use crate::facts::Facts;
use crate::names::Image;
use crate::topology::subject::{Found, SubjectError, environment_of, find_subject};
use crate::topology::{State, Topology};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a subject means: what is gone, and what people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// Everything that is gone at once: all that a namespace or an application holds, each image that the name means.
    pub ends: Vec<End>,
    /// What people call it: `Service shop/catalog`, `Namespace shop`, `Image redis:7`.
    pub title: String,
}

/// Finds what a subject means; `namespace` narrows it. A container stands for the pod that it is in.
///
/// # Errors
///
/// If nothing, or more than one object, answers to it.
pub fn meant(
    topology: &Topology,
    facts: &Facts,
    catalog: &Catalog,
    subject: &str,
    namespace: Option<&str>,
) -> Result<Meant, SubjectError> {
    let found = match find_subject(topology, catalog, subject, namespace) {
        Ok(found) => found,
        Err(error) => {
            let else_meant = || not_here(topology, subject, namespace);
            return without_object(topology, facts, subject).or_else(else_meant).ok_or(error);
        }
    };
    let objects = |indexes: &mut dyn Iterator<Item = usize>| indexes.map(End::Object).collect::<Vec<_>>();
    let title = |index: usize| topology.title(&topology.nodes[index].identity);
    Ok(match found {
        Found::Object(index) | Found::Container(index, _) => {
            Meant { ends: vec![End::Object(index)], title: title(index) }
        }
        Found::Application(at) => {
            let application = &topology.applications[at];
            let prefix = topology.prefix(&application.environment);
            Meant {
                ends: objects(&mut application.members.iter().copied()),
                title: format!("{prefix}{}", application.subject()),
            }
        }
        Found::Namespace(environment, namespace) => {
            let is_in = |index: &usize| {
                let identity = &topology.nodes[*index].identity;
                identity.namespace == namespace || identity.is("", "Namespace") && identity.name == namespace
            };
            let mut inside = topology.present_in(&environment).map(|(index, _)| index).filter(is_in);
            let title = format!("{}Namespace {namespace}", topology.prefix(&environment));
            Meant { ends: objects(&mut inside), title }
        }
    })
}

/// An image that pods run, or nodes that they ask for.
fn without_object(topology: &Topology, facts: &Facts, subject: &str) -> Option<Meant> {
    let (environment, rest) = match environment_of(topology, subject) {
        Some((environment, rest)) => (Some(environment), rest),
        None => (None, subject),
    };
    let (kind, name) = rest.split_once([' ', '/'])?;
    let mut ends: BTreeSet<End> = BTreeSet::new();
    let is_meant = |of: &Arc<str>| environment.is_none_or(|name| **of == *name);
    let workloads = topology.workloads().filter(|(_, node, _)| is_meant(&node.identity.environment));
    let title = match kind.to_ascii_lowercase().as_str() {
        "image" | "images" => {
            for (_, node, pod) in workloads {
                let named = pod.containers.iter().filter(|container| is_image(&container.image, name));
                let image = |image: &str| End::Image(Arc::clone(&node.identity.environment), image.into());
                ends.extend(named.map(|container| image(&container.image)));
            }
            format!("Image {name}")
        }
        "pool" | "nodepool" => {
            for (index, node, _) in workloads {
                let Some(pool) = facts.of(index).map(|facts| &facts.placement.pool.value) else { continue };
                if pool.title.eq_ignore_ascii_case(name) && !pool.is_any() && !pool.is_named {
                    let environment = Arc::clone(&node.identity.environment);
                    ends.insert(End::Pool(environment, pool.key().into(), pool.title.as_str().into()));
                }
            }
            format!("NodePool {name}")
        }
        _ => return None,
    };
    let prefix = environment.map(|name| topology.prefix(name)).unwrap_or_default();
    (!ends.is_empty()).then(|| Meant { ends: ends.into_iter().collect(), title: prefix + &title })
}

/// An object that is referred to and is not in the input: a missing Secret, a host outside.
fn not_here(topology: &Topology, subject: &str, namespace: Option<&str>) -> Option<Meant> {
    let (environment, rest) = environment_of(topology, subject).unwrap_or(("", subject));
    let (kind, name) = rest.split_once([' ', '/'])?;
    let (namespace, name) = match rest.contains(' ').then(|| name.split_once('/')).flatten() {
        Some((namespace, name)) => (Some(namespace), name),
        None => (namespace, name),
    };
    let nodes = topology.nodes.iter().enumerate().filter(|(_, node)| {
        let identity = &node.identity;
        node.state != State::Present
            && identity.kind.eq_ignore_ascii_case(kind)
            && *identity.name == *name
            && namespace.is_none_or(|namespace| *identity.namespace == *namespace)
            && (environment.is_empty() || *identity.environment == *environment)
    });
    let found: Vec<(usize, String)> =
        nodes.map(|(index, node)| (index, topology.title(&node.identity))).collect();
    match &found[..] {
        [(index, title)] => Some(Meant { ends: vec![End::Object(*index)], title: title.clone() }),
        _ => None,
    }
}

/// Whether an image is the one that is asked for; without a tag and a digest, any of the repository.
fn is_image(image: &str, asked: &str) -> bool {
    if image.is_empty() {
        return false;
    }
    let (image, asked) = (Image::read(image), Image::read(asked));
    let same = image.registry == asked.registry && image.repository == asked.repository;
    let any = asked.tag.is_none() && asked.digest.is_none();
    same && (any || image.tag == asked.tag && image.digest == asked.digest)
}

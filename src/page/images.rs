//! Images: what their references are made of, and who runs them.

use super::knowledge::Knowledge;
use super::prose::{code, joined, muted, text};
use super::{Block, Page, Prose, Sort, Table};
use crate::names::{Image, count};
use std::collections::BTreeMap;

/// The last part of a reference with its tag, without registry and digest: `redis:7`.
pub fn short(reference: &str) -> &str {
    let whole = reference.split('@').next().unwrap_or(reference);
    whole.rsplit('/').next().unwrap_or(whole)
}

/// The parts of an image as short facts.
pub fn parts(reference: &str) -> Vec<(String, Prose)> {
    if reference.is_empty() {
        return Vec::new();
    }
    let image = Image::read(reference);
    let tag = match (&image.tag, &image.digest) {
        (Some(tag), _) => vec![code(tag)],
        (None, Some(_)) => vec![muted("none; the digest says which")],
        (None, None) => vec![code("latest"), text(" "), muted("because none is given")],
    };
    let names_one = reference.starts_with(&format!("{}/", image.registry));
    let mut registry = vec![code(image.registry)];
    if !names_one {
        registry.extend([text(" "), muted("because none is given")]);
    }
    let mut parts = vec![
        ("Registry".to_owned(), registry),
        ("Repository".to_owned(), vec![code(image.repository)]),
        ("Tag".to_owned(), tag),
    ];
    parts.extend(image.digest.map(|digest| ("Digest".to_owned(), vec![code(digest)])));
    parts
}

/// The page of the images of an environment.
pub fn page(know: &Knowledge, environment: &str) -> Option<Page> {
    let mut users: BTreeMap<&str, Vec<Prose>> = BTreeMap::new();
    for (index, node, pod) in know.topology.workloads_of(environment) {
        for (position, container) in
            pod.containers.iter().enumerate().filter(|(_, one)| !one.image.is_empty())
        {
            let user = vec![
                know.container(index, position),
                text(" of "),
                text(format!("{} ", node.identity.kind)),
                know.name(index),
            ];
            users.entry(&container.image).or_default().push(user);
        }
    }
    if users.is_empty() {
        return None;
    }
    let number = users.len();
    let rows = users.into_iter().map(|(reference, users)| {
        let image = Image::read(reference);
        let version = match (image.tag, image.digest) {
            (_, Some(digest)) => vec![code(digest)],
            (Some(tag), None) => vec![code(tag)],
            (None, None) => vec![code("latest"), text(" "), muted("because none is given")],
        };
        vec![vec![code(format!("{}/{}", image.registry, image.repository))], version, joined(users, "and")]
    });
    let head = ["Image", "Tag or digest", "Run by"].map(str::to_owned).to_vec();
    let table = Table { caption: "Images".to_owned(), head, rows: rows.collect() };
    Some(Page {
        crumbs: vec![know.above(environment)],
        lead: vec![super::prose::plain(format!(
            "{} in all, and the containers that run them.",
            count(number, "image", "images")
        ))],
        sections: vec![super::prose::section("overview", "Every image", vec![Block::Table(table)])],
        ..Page::titled(know.home(environment).fixed("images"), Sort::List, "Images")
    })
}

//! Images: what their references are made of, and who runs them.

use super::knowledge::Knowledge;
use super::prose::{code, joined, muted, text};
use super::{Block, Page, Prose, Sort, Table};
use crate::names::count;
use std::collections::BTreeMap;

/// The parts of an image reference.
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// The registry; `docker.io` where none is named.
    pub registry: String,
    /// The repository; with `library/` in front where Docker Hub would add it.
    pub repository: String,
    /// The tag, if there is one.
    pub tag: Option<String>,
    /// The digest, if there is one.
    pub digest: Option<String>,
}

impl Image {
    /// Takes a reference apart.
    ///
    /// Source: `github.com/distribution/reference`, `normalize.go`: the first part is a registry if it has a dot or a
    /// colon, is `localhost`, or is not in lower case.
    pub fn read(reference: &str) -> Image {
        let (rest, digest) = match reference.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (reference, None),
        };
        let colon = rest.rfind(':').filter(|&colon| !rest[colon..].contains('/'));
        let (name, tag) =
            colon.map_or((rest, None), |colon| (&rest[..colon], Some(rest[colon + 1..].to_owned())));
        let is_registry = |part: &str| {
            part.contains(['.', ':']) || part == "localhost" || part.to_ascii_lowercase() != part
        };
        let (registry, repository) = match name.split_once('/') {
            Some((first, repository)) if is_registry(first) => (first.to_owned(), repository.to_owned()),
            Some(_) => ("docker.io".to_owned(), name.to_owned()),
            None => ("docker.io".to_owned(), format!("library/{name}")),
        };
        Image { registry, repository, tag, digest }
    }
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

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn references_come_apart() {
        let read = |reference: &str| {
            let image = Image::read(reference);
            (image.registry, image.repository, image.tag, image.digest)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("redis"), ("docker.io".into(), "library/redis".into(), None, None));
        assert_eq!(read("acme/web:1"), ("docker.io".into(), "acme/web".into(), some("1"), None));
        assert_eq!(
            read("host:5000/a/b:v@sha256:0"),
            ("host:5000".into(), "a/b".into(), some("v"), some("sha256:0"))
        );
    }
}

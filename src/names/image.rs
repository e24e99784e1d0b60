//! The reference of an image, taken apart.

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

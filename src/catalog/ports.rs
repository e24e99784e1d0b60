//! The ports that are meant where nobody names one: of URLs by their scheme, of programs by their image.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The ports that are meant where nobody names one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    schemes: BTreeMap<String, u16>,
    images: BTreeMap<String, Vec<u16>>,
}

impl Ports {
    /// The port of a URL that names none, by its scheme in lower case.
    pub fn of_scheme(&self, scheme: &str) -> Option<u16> {
        self.schemes.get(scheme).copied()
    }

    /// The ports that a program listens at as its image comes, by the last part of the image's repository.
    pub fn of_image(&self, name: &str) -> &[u16] {
        self.images.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

//! Charts from elsewhere: which of those that the input names are there, and what fetches the others.
//!
//! Only [`fetch`] reaches the network, and only when the user asks for it. Everything else reads the [`Store`]: a folder of
//! packed charts with a list that says which version a range stands for, and the digest of its bytes.

mod fetch;
mod index;
mod lock;
mod store;

pub use fetch::{Step, fetch};
pub use store::{Fetched, Store, default_folder};

use crate::document::Identity;

/// How addresses of registries begin.
const OCI: &str = "oci://";

/// A chart in a repository on another machine, as the input names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteChart {
    /// The address of the repository, without a slash at its end: `https://…`, `http://…`, or `oci://host/path`.
    pub repository: String,
    /// The name of the chart in it.
    pub chart: String,
    /// The version or the range as it is written; empty for the newest.
    pub version: String,
    /// Whether a registry is asked without encryption.
    pub plain_http: bool,
}

impl RemoteChart {
    /// The chart `chart` of a repository.
    pub fn new(repository: &str, chart: &str, version: &str) -> RemoteChart {
        let repository = repository.trim_end_matches('/').to_owned();
        let (chart, version) = (chart.trim_matches('/').to_owned(), version.trim().to_owned());
        RemoteChart { repository, chart, version, plain_http: false }
    }

    /// The chart at an address of a registry: `oci://host/a/b` is chart `b` of repository `oci://host/a`.
    ///
    /// `None` if the address names no chart.
    pub fn oci(address: &str, version: &str) -> Option<RemoteChart> {
        let address = address.trim_end_matches('/');
        let (repository, chart) = address.strip_prefix(OCI).unwrap_or(address).rsplit_once('/')?;
        Some(RemoteChart::new(&format!("{OCI}{repository}"), chart, version))
    }

    /// The host that is asked for it, with its port; `None` if the address has none.
    pub fn host(&self) -> Option<&str> {
        host(&self.repository)
    }

    /// Chart and version as people write them: `webapp 1.x`.
    pub fn title(&self) -> String {
        format!("{} {}", self.chart, self.version).trim_end().to_owned()
    }

    /// Whether both mean the same chart of the same repository in the same versions.
    fn is(&self, other: &RemoteChart) -> bool {
        (&self.repository, &self.chart, &self.version) == (&other.repository, &other.chart, &other.version)
    }
}

/// A chart from elsewhere that the input names, and who does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedChart {
    /// The chart.
    pub chart: RemoteChart,
    /// The version that it stands for, if it was fetched once.
    pub locked: Option<String>,
    /// Whether it is here.
    pub is_present: bool,
    /// What installs it, sorted.
    pub named_by: Vec<Identity>,
}

/// The host of an address, with its port, without a user.
fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::{RemoteChart, host};

    #[test]
    fn the_last_part_of_an_address_of_a_registry_is_the_chart() {
        let chart = RemoteChart::oci("oci://ghcr.example/charts/web/", "1.x").expect("a chart");
        assert_eq!((&*chart.repository, &*chart.chart), ("oci://ghcr.example/charts", "web"));
        assert_eq!(chart.host(), Some("ghcr.example"));
        assert_eq!(RemoteChart::oci("oci://host", ""), None);
    }

    #[test]
    fn a_host_has_its_port_and_no_user() {
        assert_eq!(host("https://me:word@charts.example:8443/x?y"), Some("charts.example:8443"));
        assert_eq!(host("charts.example/x"), None);
    }
}

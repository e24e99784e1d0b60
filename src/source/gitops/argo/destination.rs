//! Which cluster an Application means.

use super::super::cluster::{ARGO_CD, Cluster};
use super::super::registered::Registered;
use super::application::{Destination, IN_CLUSTER, IN_CLUSTER_SERVER};

/// The cluster of a destination, as the Argo CD of `home` knows it; `None` if it names none.
///
/// Source: `GetDestinationCluster` in `util/argo/argo.go` of `argoproj/argo-cd`.
pub fn cluster(destination: &Destination, home: &Cluster, known: &[Registered]) -> Option<Cluster> {
    let is_own = |server: &str| server.trim_end_matches('/') == IN_CLUSTER_SERVER;
    let (name, server) = (destination.name.as_str(), destination.server.as_str());
    let mut clusters = known.iter().filter_map(|one| match one {
        Registered::Cluster(cluster) => Some(cluster),
        Registered::PlainRegistry(_) => None,
    });
    let registered = clusters.find(|cluster| match name {
        "" => !server.is_empty() && cluster.server.trim_end_matches('/') == server.trim_end_matches('/'),
        name => cluster.name == name,
    });
    if name == IN_CLUSTER || is_own(server) || registered.is_some_and(|cluster| is_own(&cluster.server)) {
        return Some(home.clone());
    }
    let name = match (name, registered) {
        ("", Some(cluster)) => cluster.name.as_str(),
        ("", None) => host(server),
        (name, _) => name,
    };
    (!name.is_empty()).then(|| home.remote(name, ARGO_CD))
}

/// The host of an address.
fn host(server: &str) -> &str {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((host, _)) => host,
        None => host.split(':').next().unwrap_or(host),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::cluster::{ARGO_CD, Cluster};
    use super::super::super::registered::{Registered, RegisteredCluster};
    use super::super::application::Destination;
    use super::cluster;

    #[test]
    fn clusters_are_known_by_name_by_address_and_by_host() {
        let known = |name: &str, server: &str| {
            Registered::Cluster(RegisteredCluster {
                name: name.to_owned(),
                server: server.to_owned(),
                ..RegisteredCluster::default()
            })
        };
        let known =
            [known("edge", "https://edge.example:6443"), known("hub", "https://kubernetes.default.svc")];
        let check = |name: &str, server: &str, want: Option<&str>| {
            let destination =
                Destination { name: name.to_owned(), server: server.to_owned(), ..Destination::default() };
            let want = want.map(|name| match name {
                "home" => Cluster::ArgoCd,
                name => Cluster::ArgoCd.remote(name, ARGO_CD),
            });
            assert_eq!(cluster(&destination, &Cluster::ArgoCd, &known), want, "{name} {server}");
        };
        check("in-cluster", "", Some("home"));
        check("hub", "", Some("home"));
        check("", "https://kubernetes.default.svc/", Some("home"));
        check("edge", "", Some("edge"));
        check("", "https://edge.example:6443", Some("edge"));
        check("", "https://u@other.example:6443/x", Some("other.example"));
        check("", "https://[::1]:6443", Some("::1"));
        check("unknown", "", Some("unknown"));
        check("", "", None);
    }
}

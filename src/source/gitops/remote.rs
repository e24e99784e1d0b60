//! The addresses of git repositories, compared as forges do: however one is written, it is the same repository.

/// A repository of a forge: the same for all ways to write its address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remote {
    host: String,
    /// The owner, and groups, and the repository.
    path: Vec<String>,
}

/// Hosts that have another name for other protocols.
const OTHER_NAMES: [(&str, &str); 4] = [
    ("ssh.github.com", "github.com"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("altssh.bitbucket.org", "bitbucket.org"),
    ("ssh.dev.azure.com", "dev.azure.com"),
];

/// What stands between a repository and a folder of it in addresses for people.
const FOLDERS: [&str; 5] = ["-", "blob", "tree", "src", "raw"];

impl Remote {
    /// The repository that an address for git names: a URL, or `user@host:path`. `None` for a path of this machine, and for
    /// what is no address at all. Protocol, user, port, letter case, and `.git` at the end do not count.
    pub fn read(address: &str) -> Option<Remote> {
        let address = address.trim();
        let (host, path) = match address.split_once("://") {
            Some((scheme, rest)) => {
                if scheme.eq_ignore_ascii_case("file") {
                    return None;
                }
                let rest = rest.split(['?', '#']).next().unwrap_or(rest);
                let (host, path) = rest.split_once('/')?;
                (port_off(user_off(host)), path)
            }
            None => {
                // What git takes for `host:path`: no slash before the colon, and more than a drive's letter.
                let (host, path) = address.split_once(':')?;
                if host.contains(['/', '\\']) || host.len() < 2 {
                    return None;
                }
                (user_off(host), path)
            }
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let host = OTHER_NAMES.iter().find(|(other, _)| *other == host).map_or(host, |(_, name)| name);
        let mut path: Vec<String> =
            path.split('/').filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
        if host == "dev.azure.com" {
            path.retain(|part| part != "_git");
            if path.first().is_some_and(|first| first == "v3") {
                path.remove(0);
            }
        }
        if let Some(last) = path.last_mut()
            && let Some(bare) = last.strip_suffix(".git").filter(|bare| !bare.is_empty())
        {
            *last = bare.to_owned();
        }
        (!host.is_empty() && !path.is_empty()).then(|| Remote { host: host.to_owned(), path })
    }

    /// The repository that an address for people names, which may be one of a folder of it.
    pub fn of_page(address: &str) -> Option<Remote> {
        let mut remote = Remote::read(address)?;
        let is_folder = |part: &String| FOLDERS.contains(&part.as_str());
        // An owner and a repository come first: either may have such a name.
        if let Some(at) = remote.path.iter().skip(2).position(is_folder) {
            remote.path.truncate(at + 2);
        }
        Some(remote)
    }

    /// The name of the repository alone.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether an address of an artifact, such as `oci://ghcr.io/OWNER/REPOSITORY/manifests`, is named after it: it holds
    /// owner and repository in this order, or is below them.
    pub fn has_artifact(&self, address: &str) -> bool {
        let Some(other) = Remote::read(address) else { return false };
        let own = &self.path[self.path.len().saturating_sub(2)..];
        own.len() == 2 && other.path.windows(2).any(|pair| pair == own)
    }
}

fn user_off(host: &str) -> &str {
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

fn port_off(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::Remote;

    #[test]
    fn one_repository_has_many_addresses() {
        let own = Remote::read("https://git.example/team/fleet.git");
        assert!(own.is_some());
        for same in [
            "https://git.example/team/fleet",
            "https://git.example/Team/Fleet/",
            "https://user:token@git.example:8443/team/fleet.git",
            "ssh://git@git.example/team/fleet",
            "ssh://git@git.example:2222/team/fleet.git",
            "git@git.example:team/fleet.git",
            "git@git.example:/team/fleet",
            "git.example:team/fleet",
            "git://GIT.example/team/fleet.git/",
            "http://www.git.example/team/fleet",
        ] {
            assert_eq!(Remote::read(same), own, "{same}");
        }
        for other in [
            "https://git.example/team/fleet2",
            "https://git.example/fleet",
            "https://other.example/team/fleet",
            "https://git.example/a/team/fleet",
        ] {
            assert_ne!(Remote::read(other), own, "{other}");
        }
    }

    #[test]
    fn forges_write_their_own_in_several_ways() {
        let read = |address: &str| Remote::read(address).expect(address);
        assert_eq!(read("git@ssh.dev.azure.com:v3/o/p/r"), read("https://o@dev.azure.com/o/p/_git/r"));
        assert_eq!(read("ssh://git@ssh.github.com:443/o/r.git"), read("https://github.com/o/r"));
        for page in [
            "https://x.example/o/r/blob/main/k8s",
            "https://x.example/o/r/-/tree/main",
            "https://x.example/o/r",
        ] {
            assert_eq!(Remote::of_page(page), Remote::read("git@x.example:o/r.git"), "{page}");
        }
        assert_eq!(Remote::of_page("https://x.example/o/src"), Remote::read("git@x.example:o/src"));
    }

    #[test]
    fn paths_of_this_machine_are_no_address() {
        for path in ["/srv/git/x.git", "../x", "file:///srv/x.git", "C:\\x", "c:/x", "", "x", "https://host"]
        {
            assert_eq!(Remote::read(path), None, "{path}");
        }
    }

    #[test]
    fn artifacts_are_named_after_repositories() {
        let own = Remote::read("https://github.com/Team/fleet").expect("a remote");
        assert!(own.has_artifact("oci://ghcr.io/team/fleet"));
        assert!(own.has_artifact("oci://ghcr.io/team/fleet/manifests"));
        assert!(own.has_artifact("oci://registry.example/x/team/fleet"));
        assert!(!own.has_artifact("oci://ghcr.io/team/fleet-charts"));
        assert!(!own.has_artifact("oci://ghcr.io/other/fleet"));
    }
}

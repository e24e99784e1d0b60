//! Which files of ConfigMaps a container reads: those that it mounts. Where its command, its arguments or its variables say
//! which of them it reads, it is these; what only other containers name is theirs.

use super::{Sources, data};
use crate::document::{Identity, Value};
use crate::model::Object;
use crate::topology::{Container, Pod};
use k8s_openapi::api::core::v1::{KeyToPath, Volume};
use std::collections::{BTreeMap, BTreeSet};

/// How a script says that `curl` sends files away: what these name, others may call.
///
/// Source: curl.se/docs/manpage.html, `--data`.
const SENDS: &[&str] = &[
    "--data-binary @",
    "--data-binary \"@",
    "--data @",
    "--data \"@",
    "-d @",
    "-d \"@",
    "-d@",
    "--upload-file ",
    " -T ",
];

/// Of more files in one ConfigMap, it is not asked which are named: each would be looked for in all others.
const MOST_FILES: usize = 100;

/// The keys of each ConfigMap that some container names as a file.
pub type Named = BTreeMap<Identity, BTreeSet<String>>;

/// One key of a ConfigMap, mounted as a file.
pub struct File<'a> {
    /// The ConfigMap.
    pub map: &'a Object,
    /// The key.
    pub key: &'a str,
    /// What it holds.
    pub value: &'a Value,
    /// The path in the container.
    path: String,
    /// The folder that it is mounted in, or the file itself.
    root: String,
}

/// The volumes of a pod by their names.
pub type Volumes<'p> = BTreeMap<&'p str, &'p Volume>;

/// The volumes of a pod; of two with one name the first.
pub fn volumes(pod: &Pod) -> Volumes<'_> {
    let all = pod.spec.volumes.iter().flatten().rev();
    all.map(|volume| (volume.name.as_str(), volume)).collect()
}

/// Adds the files that the containers of a pod name.
pub fn note_named(pod: &Pod, sources: &Sources<'_, '_>, named: &mut Named) {
    let volumes = volumes(pod);
    for container in &pod.containers {
        for (map, files) in by_map(&mounted(&volumes, container, sources)) {
            let keys = chosen(&texts(container), &files);
            if !keys.is_empty() {
                named.entry(map.clone()).or_default().extend(keys.into_iter().map(str::to_owned));
            }
        }
    }
}

/// The files that a container reads.
pub fn read<'a>(
    volumes: &Volumes,
    container: &Container,
    sources: &Sources<'a, '_>,
    named: &Named,
) -> Vec<File<'a>> {
    let files = mounted(volumes, container, sources);
    let texts = texts(container);
    if texts.iter().any(|text| text.contains("curl") && SENDS.iter().any(|option| text.contains(option))) {
        return Vec::new();
    }
    let mut read: BTreeSet<(Identity, String)> = BTreeSet::new();
    for (map, files) in by_map(&files) {
        let own = chosen(&texts, &files);
        let others = named.get(map);
        let rest =
            files.iter().map(|file| file.key).filter(|key| !others.is_some_and(|keys| keys.contains(*key)));
        let rest: Vec<&str> = rest.collect();
        let keys = match (own.is_empty(), rest.is_empty()) {
            (false, _) => own,
            (true, false) => rest,
            (true, true) => files.iter().map(|file| file.key).collect(),
        };
        read.extend(keys.into_iter().map(|key| (map.clone(), key.to_owned())));
    }
    let mut files = files;
    files.retain(|file| read.contains(&(file.map.identity.clone(), file.key.to_owned())));
    files
}

fn by_map<'b>(files: &'b [File]) -> BTreeMap<&'b Identity, Vec<&'b File<'b>>> {
    let mut maps: BTreeMap<&Identity, Vec<&File>> = BTreeMap::new();
    for file in files {
        maps.entry(&file.map.identity).or_default().push(file);
    }
    maps
}

/// What a container says about files: its command, its arguments, and the values of its variables.
fn texts(container: &Container) -> Vec<&str> {
    let spec = &container.spec;
    let lists = [&spec.command, &spec.args].into_iter().flatten().flatten().map(String::as_str);
    let values = spec.env.iter().flatten().filter_map(|variable| variable.value.as_deref());
    lists.chain(values).collect()
}

/// The keys of the files that the texts name, and of those that these files name in turn.
fn chosen<'b>(texts: &[&str], files: &[&'b File]) -> Vec<&'b str> {
    if files.len() < 2 || files.len() > MOST_FILES {
        return Vec::new();
    }
    let mut found: Vec<&File> = Vec::new();
    let mut next: Vec<&File> =
        files.iter().copied().filter(|file| texts.iter().any(|text| file.is_named_in(text))).collect();
    while let Some(file) = next.pop() {
        if found.iter().any(|known| known.key == file.key) {
            continue;
        }
        found.push(file);
        let Some(text) = file.value.as_str() else { continue };
        // `include /etc/nginx/conf.d/*.conf`.
        if text.contains(&format!("{}/*", file.root)) {
            return files.iter().map(|file| file.key).collect();
        }
        next.extend(files.iter().copied().filter(|other| other.is_named_in(text)));
    }
    found.into_iter().map(|file| file.key).collect()
}

impl File<'_> {
    /// Whether a text names the file: by its path, or by its name alone if that cannot be another word.
    fn is_named_in(&self, text: &str) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        is_word_of(&self.path, text) || (name.contains('.') && is_word_of(name, text))
    }
}

/// Whether a name stands in a text, and not as a part of a longer one.
fn is_word_of(name: &str, text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let mut rest = after.chars();
        let ends = match rest.next() {
            // The end of a sentence is no part of a name.
            Some('.') => !rest.next().is_some_and(is_inner),
            Some(next) => !is_inner(next),
            None => true,
        };
        !name.is_empty() && ends && !before.ends_with(is_inner)
    })
}

/// The files of ConfigMaps that a container mounts.
fn mounted<'a>(volumes: &Volumes, container: &Container, sources: &Sources<'a, '_>) -> Vec<File<'a>> {
    let mut files = Vec::new();
    for mount in container.spec.volume_mounts.iter().flatten() {
        let Some(volume) = volumes.get(mount.name.as_str()) else { continue };
        let whole = volume.config_map.iter().map(|map| (&map.name, &map.items));
        let projected = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten());
        let parts =
            projected.filter_map(|source| source.config_map.as_ref()).map(|map| (&map.name, &map.items));
        let only = mount.sub_path.as_deref().filter(|path| !path.is_empty());
        let root = mount.mount_path.trim_end_matches('/');
        for (name, items) in whole.chain(parts) {
            let Some(map) = (sources.config_map)(name) else { continue };
            for (key, value) in data(map) {
                files.extend(paths(key, items.as_deref().unwrap_or_default(), only).into_iter().map(
                    |path| {
                        let path = if path.is_empty() { root.to_owned() } else { format!("{root}/{path}") };
                        File { map, key, value, path, root: root.to_owned() }
                    },
                ));
            }
        }
    }
    files
}

/// Where a key is below the mount, of a volume that lists some of its keys and of a mount that takes one path of it.
fn paths(key: &str, items: &[KeyToPath], only: Option<&str>) -> Vec<String> {
    let below = |path: &str| match only {
        None => Some(path.to_owned()),
        Some(only) if path == only => Some(String::new()),
        Some(only) => path.strip_prefix(only)?.strip_prefix('/').map(str::to_owned),
    };
    match items {
        [] => below(key).into_iter().collect(),
        items => items.iter().filter(|item| item.key == key).filter_map(|item| below(&item.path)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_word_of;

    #[test]
    fn a_name_is_no_part_of_another() {
        assert!(is_word_of("app.conf", "--config=/etc/app.conf"));
        assert!(is_word_of("app.conf", "it reads app.conf."));
        assert!(!is_word_of("app.conf", "/etc/my-app.conf"));
        assert!(!is_word_of("app.conf", "app.conf.bak"));
    }
}

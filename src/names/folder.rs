//! Names for folders: as short as it goes without two of them sharing one.

use std::collections::{BTreeMap, BTreeSet};

/// Parts of a path that say that something is deployed, and not what or where.
const GENERIC: [&str; 7] = ["deploy", "environments", "envs", "k8s", "kubernetes", "manifests", "overlays"];

/// A name for each folder, in the order of `folders`: its last part where that is unique, else as many parts as are
/// needed, joined by `-`. Parts such as `overlays` are left out where the name is unique without them. No two names are
/// equal, and none is in `taken`.
pub fn of_folders(folders: &[&str], taken: &BTreeSet<&str>) -> Vec<String> {
    let candidates: Vec<Vec<String>> = folders.iter().map(|folder| candidates(folder)).collect();
    let mut chosen = vec![0; folders.len()];
    loop {
        let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, &at) in chosen.iter().enumerate() {
            named.entry(&candidates[index][at]).or_default().push(index);
        }
        let clashing = named.iter().filter(|(name, members)| members.len() > 1 || taken.contains(**name));
        let clashing = clashing.flat_map(|(_, members)| members.iter().copied());
        let longer: Vec<usize> =
            clashing.filter(|&index| chosen[index] + 1 < candidates[index].len()).collect();
        if longer.is_empty() {
            break;
        }
        longer.into_iter().for_each(|index| chosen[index] += 1);
    }
    let mut used: BTreeSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let names = chosen.iter().enumerate().map(|(index, &at)| {
        let name = &candidates[index][at];
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !used.contains(name));
        let name = free.unwrap_or_default();
        used.insert(name.clone());
        name
    });
    names.collect()
}

/// The names that a folder may have, the best first; at least one.
fn candidates(folder: &str) -> Vec<String> {
    let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let telling: Vec<&str> = parts.iter().copied().filter(|part| !GENERIC.contains(part)).collect();
    let tail = |parts: &[&str], number: usize| parts[parts.len() - number..].join("-");
    let mut candidates: Vec<String> = (1..=telling.len()).map(|number| tail(&telling, number)).collect();
    candidates.extend((telling.len() + 1..=parts.len()).map(|number| tail(&parts, number)));
    candidates.dedup();
    if candidates.is_empty() {
        candidates.push("input".to_owned());
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::of_folders;
    use std::collections::BTreeSet;

    #[track_caller]
    fn check(folders: &[&str], names: &[&str]) {
        assert_eq!(of_folders(folders, &BTreeSet::from(["default"])), names);
    }

    #[test]
    fn a_name_is_the_last_part_where_that_is_unique() {
        check(&["dev", "prod"], &["dev", "prod"]);
        check(&["apps/dev", "apps/prod"], &["dev", "prod"]);
        check(&["a/dev", "b/dev", "b/prod"], &["a-dev", "b-dev", "prod"]);
        check(&["dev", "web/dev"], &["dev", "web-dev"]);
    }

    #[test]
    fn generic_parts_are_left_out() {
        check(&["overlays/prod", "overlays/dev"], &["prod", "dev"]);
        check(&["a/overlays/prod", "b/overlays/prod"], &["a-prod", "b-prod"]);
        check(&["web/k8s", "cart/deploy"], &["web", "cart"]);
        check(&["k8s", "deploy"], &["k8s", "deploy"]);
        check(&["web", "web/deploy"], &["web", "web-deploy"]);
        check(&["web/k8s", "web/deploy"], &["web-k8s", "web-deploy"]);
    }

    #[test]
    fn no_name_is_given_twice() {
        check(&["a-b/c", "a/b-c", "x/c", "x/b-c"], &["a-b-c", "a-b-c-2", "x-c", "x-b-c"]);
        check(&["default", "x/default"], &["default-2", "x-default"]);
        let taken = BTreeSet::from(["prod", "default"]);
        assert_eq!(of_folders(&["plain/prod", "dev"], &taken), ["plain-prod", "dev"]);
    }
}

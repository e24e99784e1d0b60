//! The names of environments, out of the paths of their folders: short, stable, unique.

use std::collections::{BTreeMap, BTreeSet};

/// Parts of paths that tell nothing about what is built there.
const NOISE: [&str; 22] = [
    "base",
    "bases",
    "chart",
    "charts",
    "config",
    "deploy",
    "deployment",
    "env",
    "environment",
    "environments",
    "envs",
    "helm",
    "helm-chart",
    "helm-charts",
    "k8s",
    "kubernetes",
    "kustomize",
    "manifests",
    "overlay",
    "overlays",
    "src",
    "yaml",
];

/// A name for each folder, out of the parts of its path: the last part that says something, with as many before it as tell
/// it from the others. The first part is what all of them lie in, and the last resort. No two names are equal, and none is in
/// `taken`.
pub fn of_folders(paths: &[Vec<String>], taken: &BTreeSet<String>) -> Vec<String> {
    let telling: Vec<Vec<&str>> = paths.iter().map(|parts| telling(below(parts))).collect();
    let inside: Vec<Vec<&str>> =
        paths.iter().map(|parts| below(parts).iter().map(String::as_str).collect()).collect();
    let whole: Vec<Vec<&str>> =
        paths.iter().map(|parts| parts.iter().map(String::as_str).collect()).collect();
    let mut names: Vec<Option<String>> = vec![None; paths.len()];
    let mut used = taken.clone();
    let deepest = whole.iter().map(Vec::len).max().unwrap_or(0).max(1);
    for parts in [&telling, &inside, &whole] {
        for depth in 1..=deepest {
            settle(parts, &telling, depth, &mut names, &mut used);
        }
    }
    let mut names: Vec<String> = names.into_iter().map(Option::unwrap_or_default).collect();
    for (at, name) in names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
        let wanted = if telling[at].is_empty() { "input".to_owned() } else { telling[at].join("-") };
        let numbered = (2..).map(|n| format!("{wanted}-{n}"));
        let mut free = std::iter::once(wanted.clone()).chain(numbered).filter(|name| !used.contains(name));
        *name = free.next().unwrap_or_default();
        used.insert(name.clone());
    }
    names
}

/// Gives a name of `depth` parts to each that is still without, where nobody else would have it. One of the parts is
/// `telling`.
fn settle(
    parts: &[Vec<&str>],
    telling: &[Vec<&str>],
    depth: usize,
    names: &mut [Option<String>],
    used: &mut BTreeSet<String>,
) {
    let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let tells = |at: usize| parts[at].iter().rev().take(depth).any(|part| telling[at].contains(part));
    for at in (0..parts.len()).filter(|at| tells(*at)) {
        if let Some(label) = label(&parts[at], depth) {
            wanted.entry(label).or_default().push(at);
        }
    }
    for (name, same) in wanted {
        // The shortest of those that share a name keeps it: it has no more parts to give.
        let alone = match same[..] {
            [one] => Some(one),
            _ => same
                .iter()
                .copied()
                .find(|at| parts[*at].len() == depth)
                .filter(|at| same.iter().all(|other| other == at || parts[*other].len() > depth)),
        };
        let Some(at) = alone.filter(|at| names[*at].is_none() && !used.contains(&name)) else { continue };
        let short = shortened(&parts[at], depth, parts, at).filter(|short| !used.contains(short));
        let name = short.unwrap_or(name);
        used.insert(name.clone());
        names[at] = Some(name);
    }
}

/// The last `depth` parts as a name; none if there are fewer.
fn label(parts: &[&str], depth: usize) -> Option<String> {
    (depth <= parts.len()).then(|| parts[parts.len() - depth..].join("-"))
}

/// The first and the last of the parts of a name, where these alone are nobody else's.
fn shortened(own: &[&str], depth: usize, all: &[Vec<&str>], at: usize) -> Option<String> {
    let (first, last) = (own.get(own.len().checked_sub(depth)?)?, own.last()?);
    let has_both = |parts: &[&str]| parts.last() == Some(last) && parts.contains(first);
    let shared = all.iter().enumerate().any(|(other, parts)| other != at && has_both(parts));
    (depth > 2 && !shared).then(|| format!("{first}-{last}"))
}

/// The parts below the input: its own name, which differs from one copy to the next, is the last resort.
fn below(parts: &[String]) -> &[String] {
    if parts.len() > 1 { &parts[1..] } else { parts }
}

/// The parts that say something; the last one if none does.
fn telling(parts: &[String]) -> Vec<&str> {
    let is_noise = |part: &str| NOISE.contains(&part.to_ascii_lowercase().as_str());
    let mut telling: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !is_noise(part)).collect();
    telling.dedup();
    if telling.is_empty() { parts.last().map(String::as_str).into_iter().collect() } else { telling }
}

#[cfg(test)]
mod tests {
    use super::of_folders;
    use std::collections::BTreeSet;

    #[track_caller]
    fn check(paths: &[&str], names: &[&str]) {
        let paths: Vec<Vec<String>> =
            paths.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect();
        let taken = BTreeSet::from(["default".to_owned(), "taken".to_owned()]);
        assert_eq!(of_folders(&paths, &taken), names);
    }

    #[test]
    fn the_last_part_is_the_name_where_it_is_unique() {
        check(&["in/dev", "in/prod"], &["dev", "prod"]);
        check(&["in/overlays/dev", "in/overlays/prod"], &["dev", "prod"]);
        check(&["in/web/k8s", "in/db/deploy"], &["web", "db"]);
        check(&["overlays"], &["overlays"]);
        check(&["in/web/web", "in/kustomize"], &["web", "kustomize"]);
        check(&["in/k8s", "in/deploy"], &["k8s", "deploy"]);
    }

    #[test]
    fn more_parts_tell_equal_ones_apart() {
        check(&["in/a/dev", "in/b/dev", "in/b/prod"], &["a-dev", "b-dev", "prod"]);
        check(&["in/dev", "in/web/dev"], &["dev", "web-dev"]);
        check(&["in/a/overlays/prod", "in/b/overlays/prod", "in/b/dev"], &["a-prod", "b-prod", "dev"]);
        check(&["in/x/p/aws", "in/y/p/aws"], &["x-aws", "y-aws"]);
        check(&["demo", "demo/x/demo"], &["demo", "x-demo"]);
        check(&["in/k8s/dev", "in/deploy/dev"], &["k8s-dev", "deploy-dev"]);
        check(&["in/web", "in/web/deploy"], &["web", "web-deploy"]);
        check(&["in/web/k8s", "in/web/deploy"], &["web-k8s", "web-deploy"]);
    }

    #[test]
    fn no_name_is_given_twice() {
        check(&["in/operator/default"], &["operator-default"]);
        check(&["default"], &["default-2"]);
        check(&["in/config/default"], &["config-default"]);
        check(&["in/default", "in/taken"], &["in-default", "in-taken"]);
        check(&["in/a-b/c", "in/a/b-c", "in/x/c", "in/x/b-c"], &["a-b-c", "a-b-c-2", "x-c", "x-b-c"]);
        check(&["taken", "in/in/taken"], &["taken-2", "in-taken"]);
    }
}

//! The names of environments: short, stable, unique.

use crate::model::PLAIN_ENVIRONMENT;
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

/// A name for each environment, out of the parts of its path, the outermost first: the last part that says something,
/// with as many before it as tell it from the others. None is `default`, and none is one of `taken`.
pub fn names(paths: &[Vec<String>], taken: &BTreeSet<String>) -> Vec<String> {
    let telling: Vec<Vec<&str>> = paths.iter().map(|parts| telling(below(parts))).collect();
    let inside: Vec<Vec<&str>> =
        paths.iter().map(|parts| below(parts).iter().map(String::as_str).collect()).collect();
    let whole: Vec<Vec<&str>> =
        paths.iter().map(|parts| parts.iter().map(String::as_str).collect()).collect();
    let mut names: Vec<Option<String>> = vec![None; paths.len()];
    let mut used = taken.clone();
    used.insert(PLAIN_ENVIRONMENT.to_owned());
    let deepest = whole.iter().map(Vec::len).max().unwrap_or(0).max(1);
    for parts in [&telling, &inside, &whole] {
        for depth in 1..=deepest {
            settle(parts, depth, &mut names, &mut used);
        }
    }
    let mut names: Vec<String> = names.into_iter().map(Option::unwrap_or_default).collect();
    for (at, name) in names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
        let wanted = label(&telling[at], 1).unwrap_or_else(|| "input".to_owned());
        let numbered = (2..).map(|n| format!("{wanted}-{n}"));
        *name = numbered.into_iter().find(|name| !used.contains(name)).unwrap_or_default();
        used.insert(name.clone());
    }
    names
}

/// Gives a name of `depth` parts to each that is still without, where nobody else would have it.
fn settle(parts: &[Vec<&str>], depth: usize, names: &mut [Option<String>], used: &mut BTreeSet<String>) {
    let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for at in (0..parts.len()).filter(|at| names[*at].is_none()) {
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
        let Some(at) = alone.filter(|_| !used.contains(&name)) else { continue };
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
    use super::names;
    use std::collections::BTreeSet;

    fn named(paths: &[&str]) -> Vec<String> {
        let paths: Vec<Vec<String>> =
            paths.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect();
        names(&paths, &BTreeSet::new())
    }

    #[test]
    fn the_last_part_is_the_name_where_it_is_unique() {
        assert_eq!(named(&["in/overlays/dev", "in/overlays/prod"]), ["dev", "prod"]);
        assert_eq!(named(&["in/web/k8s", "in/db/deploy"]), ["web", "db"]);
        assert_eq!(named(&["overlays"]), ["overlays"], "the input itself, as it is called");
        assert_eq!(named(&["in/web/web", "in/kustomize"]), ["web", "kustomize"]);
    }

    #[test]
    fn more_parts_tell_equal_ones_apart() {
        assert_eq!(
            named(&["in/a/overlays/prod", "in/b/overlays/prod", "in/b/dev"]),
            ["a-prod", "b-prod", "dev"]
        );
        assert_eq!(named(&["in/x/p/aws", "in/y/p/aws"]), ["x-aws", "y-aws"]);
        assert_eq!(named(&["demo", "demo/x/demo"]), ["demo", "x-demo"]);
        assert_eq!(named(&["in/k8s/dev", "in/deploy/dev"]), ["k8s-dev", "deploy-dev"]);
        assert_eq!(named(&["in/a-b/c", "in/a/b-c", "in/d/c", "in/d/b-c"]).len(), 4);
    }

    #[test]
    fn none_is_called_as_the_plain_one_is() {
        assert_eq!(named(&["in/operator/default"]), ["operator-default"]);
        assert_eq!(named(&["default"]), ["default-2"]);
        assert_eq!(named(&["in/config/default"]), ["config-default"]);
        assert_eq!(named(&["in/default"]), ["in-default"]);
    }

    #[test]
    fn names_that_are_given_are_kept() {
        let taken = BTreeSet::from(["prod".to_owned()]);
        assert_eq!(names(&[vec!["in".into(), "prod".into()]], &taken), ["in-prod"]);
    }
}

//! The main container: the one that the pod is there for.

use super::clues::Clues;
use crate::facts::known::Known;

/// The container that a pod is there for, of those that help no other one: the only one; else the one that the
/// workload is called after, by its own name or by its image; else the only one that Services send traffic to.
/// Without any of these no container is the main one.
pub(super) fn find(clues: &Clues, left: &[usize]) -> Option<Known<usize>> {
    let clue = |me: usize| &clues.containers[me];
    let apps = clues.pod.apps().count();
    if let [only] = *left {
        let why = match apps {
            1 => "it is the only app container",
            _ => "every other app container helps it",
        };
        return Some(Known::new(only, why, clue(only).container.path.clone()));
    }
    let only = |test: &dyn Fn(usize) -> bool| {
        let mut fitting = left.iter().copied().filter(|&me| test(me));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let by_name = || only(&|me| clue(me).container.name == clues.workload);
    let by_image = || {
        let exact = only(&|me| clue(me).base == clues.workload);
        exact.or_else(|| only(&|me| bears(clue(me).base, clues.workload)))
    };
    let by_service = || only(&|me| !clue(me).services.is_empty());
    let known =
        |me: usize, key: &str, why: &'static str| Known::new(me, why, clue(me).container.path.key(key));
    by_name()
        .map(|me| known(me, "name", "the workload bears its name"))
        .or_else(|| by_image().map(|me| known(me, "image", "the workload bears the name of its image")))
        .or_else(|| by_service().map(|me| known(me, "ports", "only it gets traffic from a Service")))
}

/// Whether the name of an image contains that of a workload; a letter or two have to be a word of it.
fn bears(image: &str, workload: &str) -> bool {
    match workload.len() {
        0..=2 => image.split(['-', '_', '.']).any(|word| !word.is_empty() && word == workload),
        _ => image.contains(workload),
    }
}

#[cfg(test)]
mod tests {
    use super::bears;

    #[test]
    fn an_image_bears_the_name_of_a_workload() {
        let table = [
            ("shop-api", "shop", true),
            ("myshop", "shop", true),
            ("app", "p", false),
            ("db-migrator", "db", true),
            ("dbmate", "db", false),
            ("x", "", false),
            ("", "", false),
        ];
        for (image, workload, expected) in table {
            assert_eq!(bears(image, workload), expected, "{image} {workload}");
        }
    }
}

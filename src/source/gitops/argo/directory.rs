//! Which files of a folder are applied where nothing makes objects of them.
//!
//! Source: `getPotentiallyValidManifests` in `reposerver/repository/repository.go` of `argoproj/argo-cd`.

use super::application::Directory;
use super::pattern::{Pattern, walk_order};

/// In a file that holds this, no manifest is looked for.
pub const SKIP_MARKER: &str = "+argocd:skip-file-rendering";

/// What of a folder is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen<'a> {
    /// Files of manifests, relative to the folder, in the order in which they are read.
    pub manifests: Vec<&'a str>,
    /// Files of jsonnet, which podviz does not evaluate.
    pub jsonnet: Vec<&'a str>,
}

/// Chooses among `files`, whose paths are relative to the folder, with `/`.
pub fn choose<'a>(directory: &Directory, files: impl IntoIterator<Item = &'a str>) -> Chosen<'a> {
    let pattern = |text: &str| (!text.is_empty()).then(|| Pattern::of_directory(text));
    let (include, exclude) = (pattern(&directory.include), pattern(&directory.exclude));
    let counts = |path: &&str| {
        let named = [".yaml", ".yml", ".json", ".jsonnet"].iter().any(|end| path.ends_with(end));
        (directory.recurse || !path.contains('/'))
            && (directory.any_extension || named)
            && !exclude.as_ref().is_some_and(|exclude| exclude.matches(path))
            && include.as_ref().is_none_or(|include| include.matches(path))
    };
    let mut files: Vec<&str> = files.into_iter().filter(counts).collect();
    files.sort_by(|one, other| walk_order(one, other));
    let (jsonnet, manifests) = files.into_iter().partition(|path| path.ends_with(".jsonnet"));
    Chosen { manifests, jsonnet }
}

#[cfg(test)]
mod tests {
    use super::{Chosen, Directory, choose};

    const FILES: [&str; 8] = [
        "z.yml",
        "a.yaml",
        "a/b.json",
        "a/note.txt",
        "drafts/d.yaml",
        "x.jsonnet",
        "lib.libsonnet",
        "a-b.yaml",
    ];

    #[test]
    fn manifests_are_named_so_and_the_patterns_decide() {
        let plain = choose(&Directory::default(), FILES);
        assert_eq!(
            plain,
            Chosen { manifests: vec!["a-b.yaml", "a.yaml", "z.yml"], jsonnet: vec!["x.jsonnet"] }
        );
        let with = |include: &str, exclude: &str| {
            let directory = Directory {
                recurse: true,
                include: include.to_owned(),
                exclude: exclude.to_owned(),
                ..Directory::default()
            };
            choose(&directory, FILES).manifests
        };
        assert_eq!(with("", "{drafts/*,*.yml}"), ["a/b.json", "a-b.yaml", "a.yaml"]);
        assert_eq!(with("*.yaml", ""), ["a-b.yaml", "a.yaml", "drafts/d.yaml"]);
        assert_eq!(with("*.yaml", "d*"), ["a-b.yaml", "a.yaml"]);
        let any =
            Directory { any_extension: true, include: "*.libsonnet".to_owned(), ..Directory::default() };
        assert_eq!(choose(&any, FILES).manifests, ["lib.libsonnet"]);
    }
}

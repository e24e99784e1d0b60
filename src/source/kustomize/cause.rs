//! Why kustomize failed, in a sentence: its own words quote whole patches, and these may hold secrets.

use regex::Regex;
use std::sync::LazyLock;

/// What its complaint means, if that is known: the reason, ready to follow "because".
pub fn cause(complaint: &str) -> Option<String> {
    static KNOWN: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let patterns = [
            (r"is not in or below", "it refers to a file outside of its own folder, which kustomize refuses"),
            (r"(?i)cycle detected", "it refers to itself, directly or through another one"),
            (r"Found multiple kustomization files", "its folder has two kustomization files"),
            (r"already registered id|ID conflict|multiple matches for Id", "an object is defined twice"),
            (
                r"no matches for Id|failed to find unique target|no resource matches|unable to find patch target",
                "a patch is for an object that is not among the resources",
            ),
            (
                r"does not exist; cannot|merge into|cannot merge",
                "a generator merges into one that is not there",
            ),
            (
                r"unable to parse SM or JSON patch|trouble loading patch|JSON patch|jsonpatch|add operation does not apply|remove operation does not apply|replace operation does not apply|test failed|doc is missing path",
                "a patch cannot be applied",
            ),
            (
                r"unable to find field|unable to find source|nothing selected by|fieldPath|replacement",
                "a replacement finds nothing to replace",
            ),
            (
                r"unknown field|cannot unmarshal|invalid Kustomization|Failed to read kustomization",
                "the kustomization file has a field that kustomize does not know, or of the wrong type",
            ),
            (
                r"missing metadata\.name|missing Resource metadata|missing kind|Object 'Kind' is missing",
                "a resource has no kind or no name",
            ),
            (r"yaml: |error converting YAML|MalformedYAML|json: ", "one of its files is not valid YAML"),
            (
                r"no such file or directory|no such file|doesn't exist|evalsymlink failure",
                "a file that it names is not there",
            ),
            (r"unable to load external plugin|plugin|function", "it wants to start a plugin"),
        ];
        patterns
            .into_iter()
            .map(|(pattern, reason)| (Regex::new(pattern).expect("a pattern"), reason))
            .collect()
    });
    KNOWN.iter().find(|(pattern, _)| pattern.is_match(complaint)).map(|(_, reason)| (*reason).to_owned())
}

//! Which comments above a document describe it: headings of a file, notes to tools, and manifests that someone commented out
//! do not.

/// A heading has at most so many words; a description says more.
const MOST_WORDS: usize = 3;

/// How the notes begin that are for a tool, not for people.
const FOR_TOOLS: &[&str] = &[
    "yaml-language-server:",
    "yamllint",
    "prettier-ignore",
    "vim:",
    "vi:",
    "-*-",
    "noqa",
    "nosemgrep",
    "checkov:",
    "trivy:",
    "kics-scan",
    "renovate:",
    "tfsec:",
    "kubeval",
    "kube-linter",
    "hadolint",
    "shellcheck",
    "@schema",
    "SPDX-",
    "region",
    "endregion",
    "cspell:",
    "{\"$",
];

/// What of a comment describes the document below it: the text without `#`, its blocks apart by empty lines; empty where
/// nothing does.
pub(super) fn described(comment: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    for block in comment.split("\n\n") {
        let lines: Vec<&str> = block.lines().filter(|line| !is_for_a_tool(line) && !is_rule(line)).collect();
        let lines: Vec<&str> = match is_commented_out(&lines) {
            true => Vec::new(),
            false => lines,
        };
        if !lines.is_empty() && !is_heading(&lines) {
            kept.push(lines.join("\n"));
        }
    }
    kept.join("\n\n").trim_matches('\n').trim_end().to_owned()
}

/// A note to a tool: `#$`, `#!`, `#@` as in ytt, or a word that some tool looks for.
fn is_for_a_tool(line: &str) -> bool {
    let rest = line.trim_start();
    line.starts_with(['$', '!', '@', '%', '?', '{']) || FOR_TOOLS.iter().any(|word| rest.starts_with(word))
}

/// A line of signs, such as `-----`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.chars().all(|sign| !sign.is_alphanumeric())
}

/// A few words without a sentence: they head a part of the file, such as `Deployments`.
fn is_heading(lines: &[&str]) -> bool {
    let [line] = lines else { return false };
    let words = line.split(|sign: char| !(sign.is_alphanumeric() || "'-_/.".contains(sign)));
    let words = words.filter(|word| word.chars().any(char::is_alphanumeric)).count();
    words <= MOST_WORDS && !line.trim_end().ends_with(['.', '!', '?'])
}

/// A manifest that someone put out of use: each line is a key, an item, or deeper than one.
fn is_commented_out(lines: &[&str]) -> bool {
    let is_key = |line: &str| {
        line.split_once(':').is_some_and(|(key, rest)| {
            !key.is_empty()
                && key.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_./".contains(sign))
                && (rest.is_empty() || rest.starts_with(' '))
        })
    };
    let is_yaml = |line: &&str| {
        let line = line.trim_start();
        is_key(line) || line.starts_with("- ") || line == "-" || line.starts_with("---")
    };
    let names = |key: &str| lines.iter().any(|line| line.trim_start().starts_with(key));
    (names("apiVersion:") || names("kind:"))
        && lines.iter().filter(|line| is_yaml(line)).count() * 2 > lines.len()
}

#[cfg(test)]
mod tests {
    use super::described;

    #[test]
    fn headings_notes_to_tools_and_old_manifests_describe_nothing() {
        for comment in [
            "Deployments",
            "---- Services ----",
            "===========\n Storage\n===========",
            "1. Namespace",
            "$ Used in:\n$ - guides/routing.md",
            "! ytt knows this",
            "yaml-language-server: $schema=https://example.com/a.json",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: old",
            "kind: Ingress\n",
        ] {
            assert_eq!(described(comment), "", "{comment}");
        }
    }

    #[test]
    fn sentences_stay() {
        for comment in [
            "The door.",
            "Serves the pages of the shop",
            "Note: the port is 80\nNote: the host is web",
            "First, this.\n\nThen, that.",
        ] {
            assert_eq!(described(comment), comment);
        }
        assert_eq!(described("Services\n\nLets traffic into the shop"), "Lets traffic into the shop");
        assert_eq!(
            described("Copyright 2024 Example Authors\n----\nWeb, see the wiki"),
            "Copyright 2024 Example Authors\nWeb, see the wiki"
        );
    }
}

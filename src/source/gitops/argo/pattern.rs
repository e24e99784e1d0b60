//! Patterns of paths, in the four dialects that Argo CD understands, each as a regular expression: matching takes linear time.

use regex::{Regex, RegexBuilder};
use std::cmp::Ordering;

/// Most characters of a pattern; a longer one matches nothing.
const CHARACTERS: usize = 2000;

/// A pattern that whole paths with `/` match, or not.
#[derive(Clone, Debug)]
pub struct Pattern(Option<Regex>);

impl Pattern {
    /// `include` and `exclude` of a directory: `*` crosses `/`, `{a,b}` is one of several, `[!a]` is a class. One that cannot
    /// be understood matches nothing.
    ///
    /// Source: `github.com/gobwas/glob`, `syntax/lexer/lexer.go`; Argo CD's `util/glob/glob.go` gives it no separators.
    pub fn of_directory(pattern: &str) -> Pattern {
        Pattern::compile(pattern, gobwas)
    }

    /// Directories of a git generator: `*` and `?` stay within a part of the path.
    ///
    /// Source: Go's `path.Match`, which Argo CD's `applicationset/generators/git.go` calls.
    pub fn of_folder(pattern: &str) -> Pattern {
        Pattern::compile(pattern, path_match)
    }

    /// Files of a git generator: what git's own `ls-files` takes, where `*` crosses `/` and a folder stands for all below it.
    ///
    /// Source: Argo CD's `util/git/client.go`, `LsFiles`; git's `dir.c` and `wildmatch.c`.
    pub fn of_files(pattern: &str) -> Pattern {
        Pattern::compile(pattern.trim_start_matches("./"), pathspec)
    }

    /// Value files: `**` is any number of folders, `*` stays within one.
    ///
    /// Source: `github.com/bmatcuk/doublestar`, which Argo CD's `getResolvedValueFiles` calls.
    pub fn of_value_files(pattern: &str) -> Pattern {
        Pattern::compile(pattern, doublestar)
    }

    /// Whether a whole path matches.
    pub fn matches(&self, path: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(path))
    }

    fn compile(pattern: &str, dialect: fn(&str) -> Option<String>) -> Pattern {
        let text = (pattern.len() <= CHARACTERS).then(|| dialect(pattern)).flatten();
        let regex = text.and_then(|text| {
            let whole = format!(r"\A(?:{text})\z");
            RegexBuilder::new(&whole).dot_matches_new_line(true).size_limit(1 << 20).build().ok()
        });
        Pattern(regex)
    }
}

/// Whether a path of value files is a pattern.
///
/// Source: `isGlobPath` in Argo CD's `reposerver/repository/repository.go`.
pub fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// The order in which a walk of folders meets paths: part by part.
pub fn walk_order(one: &str, other: &str) -> Ordering {
    one.split('/').cmp(other.split('/'))
}

fn literal(c: char) -> String {
    regex::escape(c.encode_utf8(&mut [0; 4]))
}

fn gobwas(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    let mut open = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                while chars.next_if_eq(&'*').is_some() {}
                out.push_str(".*");
            }
            '?' => out.push('.'),
            '\\' => out.push_str(&chars.next().map_or_else(String::new, literal)),
            '{' => {
                open += 1;
                out.push_str("(?:");
            }
            '}' if open > 0 => {
                open -= 1;
                out.push(')');
            }
            ',' if open > 0 => out.push('|'),
            '[' => out.push_str(&class(&mut chars, &['!'], false)?),
            c => out.push_str(&literal(c)),
        }
    }
    out.push_str(&")".repeat(open));
    Some(out)
}

fn path_match(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '\\' => out.push_str(&literal(chars.next()?)),
            '[' => out.push_str(&class(&mut chars, &['^'], true)?),
            c => out.push_str(&literal(c)),
        }
    }
    Some(out)
}

fn pathspec(pattern: &str) -> Option<String> {
    // Magic such as `:(glob)` is a language of its own.
    if pattern.starts_with(':') {
        return None;
    }
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '\\' => out.push_str(&literal(chars.next()?)),
            '[' => out.push_str(&class(&mut chars, &['!', '^'], true)?),
            c => out.push_str(&literal(c)),
        }
    }
    let folder = regex::escape(pattern.trim_end_matches('/'));
    if pattern.is_empty() || pattern == "." {
        Some(".*".to_owned())
    } else {
        Some(format!("{out}|{folder}/.*"))
    }
}

fn doublestar(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut open = 0_usize;
    while let Some(c) = rest.chars().next() {
        let begins = out.is_empty() || out.ends_with('/') || out.ends_with("/)*");
        if begins && rest.starts_with("**/") {
            out.push_str("(?:[^/]*/)*");
            rest = &rest[3..];
            continue;
        }
        if begins && rest == "**" {
            out.push_str(".*");
            break;
        }
        let mut chars = rest[c.len_utf8()..].chars().peekable();
        match c {
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '\\' => out.push_str(&literal(chars.next()?)),
            '[' => out.push_str(&class(&mut chars, &['!', '^'], true)?),
            '{' => {
                open += 1;
                out.push_str("(?:");
            }
            '}' if open > 0 => {
                open -= 1;
                out.push(')');
            }
            ',' if open > 0 => out.push('|'),
            c => out.push_str(&literal(c)),
        }
        let left: usize = chars.map(char::len_utf8).sum();
        rest = &rest[rest.len() - left..];
    }
    (open == 0).then_some(out)
}

/// What follows `[`: a class, up to its `]`. `None` if it has no end, or holds nothing. With `parts`, it may hold several
/// ranges, and no `/`; else it is one range, or a list of characters.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, not: &[char], parts: bool) -> Option<String> {
    let mut negated = false;
    if chars.next_if(|c| not.contains(c)).is_some() {
        negated = true;
    }
    let mut inside = String::new();
    let mut count = 0;
    loop {
        let mut c = chars.next()?;
        if c == ']' && count > 0 {
            break;
        }
        if c == '\\' {
            c = chars.next()?;
        }
        let is_range = chars.peek() == Some(&'-') && (parts || count == 0);
        let mut ahead = chars.clone();
        ahead.next();
        if is_range && ahead.peek().is_some_and(|next| *next != ']') {
            chars.next();
            let mut high = chars.next()?;
            if high == '\\' {
                high = chars.next()?;
            }
            if high < c {
                return None;
            }
            inside.push_str(&format!("{}-{}", in_class(c), in_class(high)));
        } else {
            inside.push_str(&in_class(c));
        }
        count += 1;
    }
    let begin = if negated { "^" } else { "" };
    let class = format!("[{begin}{inside}]");
    Some(if parts && negated { format!("[{class}&&[^/]]") } else { class })
}

fn in_class(c: char) -> String {
    if c.is_alphanumeric() { c.to_string() } else { format!(r"\x{{{:x}}}", u32::from(c)) }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, walk_order};
    use proptest::prelude::*;

    #[test]
    fn in_directories_a_star_crosses_folders() {
        let check = |pattern: &str, yes: &[&str], no: &[&str]| {
            let pattern = Pattern::of_directory(pattern);
            yes.iter().for_each(|path| assert!(pattern.matches(path), "{pattern:?} {path}"));
            no.iter().for_each(|path| assert!(!pattern.matches(path), "{pattern:?} {path}"));
        };
        check("*.yaml", &["a.yaml", "b/c.yaml"], &["a.yml", "a.yaml.tmpl"]);
        check("{drafts/*,*.local.yaml}", &["drafts/a/b.yaml", "x/y.local.yaml"], &["draft", "a,b"]);
        check("{a,{b,c}d}.yaml", &["a.yaml", "bd.yaml", "cd.yaml"], &["d.yaml", "b.yaml"]);
        check("[ab]?.json", &["ax.json", "b/.json"], &["cx.json", "a.json"]);
        check("[!a-c]*", &["d", "e/f"], &["a", "bcd"]);
        check(r"\*", &["*"], &["a"]);
        check("a,b}", &["a,b}"], &["a"]);
        check("[", &[], &["[", ""]);
        check("**/x", &["a/b/x", "/x"], &["x"]);
        check("a.b", &["a.b"], &["axb"]);
    }

    #[test]
    fn in_git_generators_a_star_of_folders_stays_within_one() {
        let matches = |pattern: &str, path: &str| Pattern::of_folder(pattern).matches(path);
        assert!(matches("addons/*", "addons/dns"));
        assert!(!matches("addons/*", "addons/dns/base"));
        assert!(!matches("addons/*", "addons"));
        assert!(matches("*/[a-c]?", "x/bz"));
        assert!(!matches("*/[^a-c]?", "x/bz"));
        assert!(!matches("a[^b]c", "a/c"));
        assert!(matches("**", "a") && !matches("**", "a/b"), "two stars are one");
        assert!(!matches("[", "["));
    }

    #[test]
    fn files_of_git_generators_are_what_git_lists() {
        let matches = |pattern: &str, path: &str| Pattern::of_files(pattern).matches(path);
        assert!(matches("tenants/*/t.yaml", "tenants/a/t.yaml"));
        assert!(matches("tenants/*/t.yaml", "tenants/a/b/t.yaml"));
        assert!(matches("tenants/**/t.yaml", "tenants/a/t.yaml"));
        assert!(!matches("tenants/**/t.yaml", "tenants/t.yaml"), "as git without magic");
        assert!(matches("tenants", "tenants/a/t.yaml") && matches("./tenants/", "tenants/x"));
        assert!(!matches("tenants", "tenants2/x"));
        assert!(!matches(":(glob)*", "x"));
    }

    #[test]
    fn two_stars_of_value_files_are_folders() {
        let matches = |pattern: &str, path: &str| Pattern::of_value_files(pattern).matches(path);
        assert!(matches("env/**/v.yaml", "env/v.yaml") && matches("env/**/v.yaml", "env/a/b/v.yaml"));
        assert!(!matches("env/*.yaml", "env/a/v.yaml"));
        assert!(matches("env/{a,b}*.yaml", "env/bx.yaml"));
        assert!(matches("**", "a/b") && !matches("{a", "a"));
    }

    #[test]
    fn paths_stand_in_the_order_of_a_walk() {
        let mut paths = ["a.b", "a/b", "a", "a-b/c"];
        paths.sort_by(|one, other| walk_order(one, other));
        assert_eq!(paths, ["a", "a/b", "a-b/c", "a.b"]);
    }

    proptest! {
        #[test]
        fn no_pattern_is_too_strange(pattern in "([*?{},!^a-c/.-]|\\[|\\]|\\\\){0,40}", path in "[a-c/.]{0,12}") {
            for of in [Pattern::of_directory, Pattern::of_folder, Pattern::of_files, Pattern::of_value_files] {
                let _ = of(&pattern).matches(&path);
            }
        }

        #[test]
        fn a_path_matches_itself(path in "[a-c/.,-]{1,20}") {
            for of in [Pattern::of_directory, Pattern::of_folder, Pattern::of_value_files] {
                prop_assert!(of(&path).matches(&path));
            }
        }
    }
}

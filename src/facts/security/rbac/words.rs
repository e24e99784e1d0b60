//! A rule in words: what its holders may do, and with what. Names stand in backticks.

use super::rule::Rule;
use crate::facts::known::quoted;
use crate::names::count;
use crate::names::english;

/// How many names are written out.
const MOST_NAMES: usize = 6;

impl Rule {
    /// What holders may do, after "may": `read, create, and delete`, `do everything with`.
    pub fn verbs_in_words(&self) -> String {
        let has = |verb: &str| self.verbs.iter().any(|one| one == verb);
        if has("*") {
            return if self.resources.is_empty() {
                "call".to_owned()
            } else {
                "do everything with".to_owned()
            };
        }
        let mut words: Vec<String> = Vec::new();
        let mut say = |word: &str| words.push(word.to_owned());
        if has("get") && has("list") && has("watch") {
            say("read");
        } else {
            ["get", "list", "watch"].into_iter().filter(|verb| has(verb)).for_each(&mut say);
        }
        if has("create") {
            say("create");
        }
        if has("update") && has("patch") {
            say("change");
        } else {
            ["update", "patch"].into_iter().filter(|verb| has(verb)).for_each(&mut say);
        }
        match (has("delete"), has("deletecollection")) {
            (true, _) => say("delete"),
            (false, true) => say("delete collections of"),
            _ => {}
        }
        for verb in self.verbs.iter().filter(|verb| !COMMON.contains(&verb.as_str())) {
            match verb.as_str() {
                "bind" => say("give out"),
                "escalate" => say("add any right to"),
                "impersonate" => say("act as"),
                "use" | "approve" | "sign" | "connect" => say(verb),
                other => say(&quoted(other)),
            }
        }
        english::list(&words, "and")
    }

    /// With what: `` `pods` and `services` ``, `` every object of group `apps` ``, `` path `/metrics` of the API server ``.
    pub fn objects_in_words(&self) -> String {
        let paths = (!self.urls.is_empty()).then(|| {
            let all = self.urls.iter().any(|url| url == "*" || url == "/*");
            let word = if self.urls.len() == 1 { "path" } else { "paths" };
            match all {
                true => "every path of the API server".to_owned(),
                false => format!("{word} {} of the API server", names(&self.urls, "and", "paths")),
            }
        });
        let resources = (!self.resources.is_empty()).then(|| self.resources_in_words());
        let both: Vec<String> = resources.into_iter().chain(paths).collect();
        both.join(", and ")
    }

    /// Verbs and objects: `` read `pods` ``.
    pub fn in_words(&self) -> String {
        format!("{} {}", self.verbs_in_words(), self.objects_in_words())
    }

    fn resources_in_words(&self) -> String {
        let all = self.resources.iter().any(|one| one == "*");
        let group = self.groups_in_words();
        let what = if all {
            let of = if self.groups == [""] { " of the core group" } else { group.as_str() };
            format!("every object{of}")
        } else {
            format!("{}{group}", names(&self.resources, "and", "resources"))
        };
        match self.names.as_slice() {
            [] => what,
            these => format!("{what} named {}", names(these, "or", "names")),
        }
    }

    /// Nothing for the core group alone, which holds what people call by its bare name, and for all groups.
    fn groups_in_words(&self) -> String {
        if self.groups == [""] {
            return String::new();
        }
        let is_all = self.groups.iter().any(|one| one == "*");
        let all_resources = self.resources.iter().any(|one| one == "*");
        match (is_all, all_resources) {
            (true, true) => return String::new(),
            (true, false) => return " of every group".to_owned(),
            _ => {}
        }
        let word = |group: &String| match group.as_str() {
            "" => "the core group".to_owned(),
            group => format!("group {}", quoted(group)),
        };
        let groups: Vec<String> = self.groups.iter().map(word).collect();
        format!(" of {}", shortened(groups, "and", "groups"))
    }
}

const COMMON: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

fn names(all: &[String], last: &str, many: &str) -> String {
    shortened(all.iter().map(|name| quoted(name)).collect(), last, many)
}

fn shortened(mut words: Vec<String>, last: &str, many: &str) -> String {
    if words.len() > MOST_NAMES {
        let more = words.len() - (MOST_NAMES - 1);
        words.truncate(MOST_NAMES - 1);
        words.push(count(more, &format!("more of its {many}"), &format!("more {many}")));
    }
    english::list(&words, last)
}

#[cfg(test)]
mod tests {
    use super::Rule;
    use crate::catalog::FieldPath;

    fn rule(verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]) -> Rule {
        let own = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
        let (verbs, groups, resources) = (own(verbs), own(groups), own(resources));
        let (declared_by, field) = (0, FieldPath::root());
        Rule { verbs, groups, resources, names: own(names), urls: Vec::new(), declared_by, field }
    }

    #[test]
    fn rules_read_like_sentences() {
        let words = |verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]| {
            rule(verbs, groups, resources, names).in_words()
        };
        assert_eq!(words(&["get", "list", "watch"], &[""], &["pods"], &[]), "read `pods`");
        assert_eq!(
            words(&["get", "update"], &[""], &["configmaps"], &["a", "b"]),
            "get and update `configmaps` named `a` or `b`"
        );
        assert_eq!(
            words(&["create", "update", "patch"], &["", "apps"], &["pods", "deployments", "jobs"], &[]),
            "create and change `pods`, `deployments`, and `jobs` of the core group and group `apps`"
        );
        assert_eq!(words(&["*"], &["*"], &["*"], &[]), "do everything with every object");
        assert_eq!(words(&["list"], &["apps"], &["*"], &[]), "list every object of group `apps`");
        assert_eq!(words(&["list"], &[""], &["*"], &[]), "list every object of the core group");
        assert_eq!(words(&["impersonate"], &[""], &["users"], &[]), "act as `users`");
        let many = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(words(&["get"], &[""], &many, &[]), "get `a`, `b`, `c`, `d`, `e`, and 2 more resources");
    }

    #[test]
    fn paths_are_no_resources() {
        let mut metrics = rule(&["get"], &[], &[], &[]);
        metrics.urls = vec!["/metrics".to_owned()];
        assert_eq!(metrics.in_words(), "get path `/metrics` of the API server");
    }
}

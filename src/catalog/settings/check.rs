//! What no type says of settings: codes and kinds that exist, paths that stay in their folder.

use super::{Settings, Wildcard};
use crate::catalog::fault::closest;
use crate::catalog::vocabulary::{Explanation, Unit};
use crate::catalog::{Catalog, Fault, KindRule};
use crate::document::{PLAIN_ENVIRONMENT, Value};
use crate::source::ToolLimits;
use std::path::{Component, Path, PathBuf};

/// The kinds of the catalog that stand for every pod, container and object.
const EVERY: [&str; 3] = ["(pod)", "(container)", "(any)"];

/// What an edge may lead to that is no kind.
const HOST: &str = "Host";

/// More classes of images than anybody writes by hand; each costs memory.
const MOST_IMAGES: usize = 1000;

/// The first thing that is wrong, in the order of the keys.
pub(super) fn check(
    settings: &Settings,
    value: &Value,
    codes: &[&str],
    catalog: &Catalog,
) -> Result<(), Fault> {
    let check = Check { settings, value, codes, catalog };
    check.site()?;
    check.groups()?;
    check.calls()?;
    check.releases()?;
    check.environments()?;
    check.tools()?;
    check.injections()?;
    check.rules()?;
    check.advice()
}

struct Check<'a> {
    settings: &'a Settings,
    value: &'a Value,
    codes: &'a [&'a str],
    catalog: &'a Catalog,
}

impl Check<'_> {
    fn fault<T>(&self, path: &str, fault: Fault) -> Result<T, Fault> {
        let (mut line, mut column) = (self.value.line, self.value.column);
        let mut here = self.value;
        for step in path.replace('[', ".[").split('.') {
            let index = step.strip_prefix('[').and_then(|step| step.strip_suffix(']')?.parse::<usize>().ok());
            let next = match index {
                Some(index) => here.items().get(index).map(|item| (item.line, item.column, item)),
                None => {
                    let mut entries = here.entries().iter();
                    let entry = entries.find(|entry| *entry.key == *step);
                    entry.map(|entry| (entry.line, entry.column, &entry.value))
                }
            };
            let Some(next) = next else { break };
            (line, column, here) = next;
        }
        Err(Fault { path: path.to_owned(), ..fault }.at(line, column))
    }

    fn site(&self) -> Result<(), Fault> {
        let url = self.settings.repository.as_deref().map(str::to_ascii_lowercase);
        if url.is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            let fault = Fault::new("this must be the address of a web page");
            return self.fault("repository", fault.help("begin it with `https://`"));
        }
        self.patterns("hide.kinds", &self.settings.hide.kinds)?;
        self.patterns("hide.namespaces", &self.settings.hide.namespaces)
    }

    fn patterns(&self, path: &str, patterns: &[Wildcard]) -> Result<(), Fault> {
        match patterns.iter().position(Wildcard::is_empty) {
            Some(at) => {
                let fault = Fault::new("an empty pattern stands for nothing");
                self.fault(
                    &format!("{path}[{at}]"),
                    fault.help("write a name; `*` stands for any characters"),
                )
            }
            None => Ok(()),
        }
    }

    fn groups(&self) -> Result<(), Fault> {
        let applications = &self.settings.applications;
        for (at, application) in applications.iter().enumerate() {
            let path = format!("applications[{at}]");
            if application.name.trim().is_empty() {
                return self.fault(&format!("{path}.name"), Fault::new("an application needs a name"));
            }
            if applications[..at].iter().any(|other| other.name == application.name) {
                let fault = Fault::new(format!("two applications are named `{}`", application.name));
                return self
                    .fault(&format!("{path}.name"), fault.help("put the objects of both into one list"));
            }
            self.patterns(&format!("{path}.objects"), &application.objects)?;
        }
        Ok(())
    }

    fn calls(&self) -> Result<(), Fault> {
        for (at, call) in self.settings.calls.iter().enumerate() {
            let path = format!("calls[{at}]");
            if call.from.is_empty() {
                let fault = Fault::new("a call needs a workload that calls");
                return self.fault(&format!("{path}.from"), fault.help("write it as `Deployment shop/web`"));
            }
            let to = call.to.strip_prefix("Service ").unwrap_or(&call.to);
            if to.trim().is_empty() || to.contains(char::is_whitespace) {
                let fault = Fault::new("a call leads to a Service or to a host");
                return self.fault(
                    &format!("{path}.to"),
                    fault.help("write a Service as `Service shop/db`, a host as `api.example.com`"),
                );
            }
            if call.port == Some(0) {
                return self.fault(&format!("{path}.port"), Fault::new("a port is a number from 1 to 65535"));
            }
        }
        Ok(())
    }

    fn releases(&self) -> Result<(), Fault> {
        for (at, release) in self.settings.releases.iter().enumerate() {
            let path = format!("releases[{at}]");
            if release.environment.trim().is_empty() {
                return self.fault(&format!("{path}.environment"), Fault::new("an environment needs a name"));
            }
            if release.environment == PLAIN_ENVIRONMENT {
                let fault = Fault::new(format!("`{PLAIN_ENVIRONMENT}` is the environment of plain files"));
                return self.fault(&format!("{path}.environment"), fault.help("give it another name"));
            }
            let values =
                release.values.iter().enumerate().map(|(at, file)| (format!("{path}.values[{at}]"), file));
            for (path, file) in [(format!("{path}.chart"), &release.chart)].into_iter().chain(values) {
                if !stays_below(file) {
                    let fault = Fault::new("this path leads out of the folder of the settings");
                    let help = "put the settings above the chart, and write the path from there";
                    return self.fault(&path, fault.help(help));
                }
            }
        }
        Ok(())
    }

    fn environments(&self) -> Result<(), Fault> {
        for (at, named) in self.settings.environments.iter().enumerate() {
            let path = format!("environments[{at}]");
            if named.name.trim().is_empty() {
                return self.fault(&format!("{path}.name"), Fault::new("an environment needs a name"));
            }
            if named.name == PLAIN_ENVIRONMENT {
                let fault = Fault::new(format!("`{PLAIN_ENVIRONMENT}` is the environment of plain files"));
                return self.fault(&format!("{path}.name"), fault.help("give it another name"));
            }
            if named.path.is_some() == named.cluster.is_some() {
                let fault = Fault::new("either `path` or `cluster` says which cluster is meant");
                return self.fault(&path, fault.help("write `path:` for a folder, or `cluster:` for a name"));
            }
            if named.path.as_deref().is_some_and(|path| !stays_below(path)) {
                let fault = Fault::new("this path leads out of the folder of the settings");
                let help = "put the settings above the clusters, and write the path from there";
                return self.fault(&format!("{path}.path"), fault.help(help));
            }
        }
        Ok(())
    }

    fn tools(&self) -> Result<(), Fault> {
        let tools = &self.settings.tools;
        for (key, value, range) in [
            ("seconds", tools.seconds, ToolLimits::SECONDS),
            ("objects", tools.objects, ToolLimits::OBJECTS),
            ("megabytes", tools.megabytes, ToolLimits::MEGABYTES),
        ] {
            if value.is_some_and(|value| !range.contains(&value)) {
                let fault = format!("this may be {} to {}", range.start(), range.end());
                return self.fault(&format!("tools.{key}"), Fault::new(fault));
            }
        }
        Ok(())
    }

    fn injections(&self) -> Result<(), Fault> {
        for (at, injection) in self.settings.inject.iter().enumerate() {
            let files: Vec<&Path> = injection.files.iter().map(Path::new).collect();
            let from: Vec<&Path> = injection.from.iter().map(PathBuf::as_path).collect();
            for (key, paths, example) in [("files", files, "README.md"), ("from", from, "k8s")] {
                let path = format!("inject[{at}].{key}");
                if paths.is_empty() {
                    let fault = Fault::new("an empty list names nothing");
                    return self.fault(&path, fault.help(format!("write a path, such as `[{example}]`")));
                }
                for (at, one) in paths.into_iter().enumerate() {
                    let refuse = |reason: &str, help: &str| {
                        self.fault(&format!("{path}[{at}]"), Fault::new(reason).help(help))
                    };
                    if one.as_os_str().is_empty() {
                        let help = format!("write a path, such as `{example}`");
                        return refuse("an empty path leads nowhere", &help);
                    }
                    if !stays_below(one) {
                        let help = "put the settings above the file, and write the path from there";
                        return refuse("this path leads out of the folder of the settings", help);
                    }
                }
            }
        }
        Ok(())
    }

    fn rules(&self) -> Result<(), Fault> {
        let rules = &self.settings.rules;
        if rules.images.len() > MOST_IMAGES {
            return self
                .fault("rules.images", Fault::new(format!("more than {MOST_IMAGES} classes of images")));
        }
        let settings_kinds = rules.kinds.iter();
        for (at, (rule, written)) in rules.kinds.iter().zip(&rules.written).enumerate() {
            let path = format!("rules.kinds[{at}]");
            if EVERY.contains(&rule.kind.as_str()) {
                if let Some(key) = written.iter().find(|key| !["kind", "edges"].contains(&key.as_str())) {
                    let fault = Fault::new(format!("`{}` has edges and nothing else", rule.kind));
                    return self.fault(&format!("{path}.{key}"), fault);
                }
            } else if !written.iter().any(|key| key == "group")
                && self.catalog.kind(&rule.group, &rule.kind).is_none()
            {
                let fault = Fault::new(format!("podviz does not know the kind `{}`", shortened(&rule.kind)));
                let help = match closest(&rule.kind, &self.kind_names()) {
                    Some(kind) => format!("did you mean `{kind}`? For a kind of your own, add its `group`"),
                    None => "add its `group`: what stands before the `/` of its `apiVersion`".to_owned(),
                };
                return self.fault(&format!("{path}.kind"), fault.help(help));
            }
            for (at, place) in rule.pods.places().iter().enumerate() {
                let own = settings_kinds.clone().map(|rule| (rule.group.as_str(), rule.kind.as_str()));
                let mut names = own.chain(self.catalog.kind_names());
                if !names.any(|known| known == (rule.group.as_str(), place.kind.as_str())) {
                    let fault = Fault::new(format!("no rule says what a `{}` is", shortened(&place.kind)));
                    let help = format!("add a rule for it, with `group: {}`", shortened(&rule.group));
                    return self.fault(&format!("{path}.pods[{at}].kind"), fault.help(help));
                }
            }
            self.edges(&path, rule)?;
            self.shares(&path, rule)?;
            for (at, crew) in rule.crew.iter().enumerate() {
                let kind = crew.workload.as_ref().map(|workload| workload.kind.as_str());
                if let Some(kind) = kind.filter(|kind| !self.is_kind(kind)) {
                    let fault = Fault::new(format!("podviz does not know the kind `{}`", shortened(kind)));
                    return self.fault(&format!("{path}.crew[{at}].workload.kind"), fault);
                }
            }
        }
        Ok(())
    }

    /// Whether each explanation of a share is one of a weight.
    fn shares(&self, path: &str, rule: &KindRule) -> Result<(), Fault> {
        let known = self.catalog.kind(&rule.group, &rule.kind).map(|known| known.weights.as_slice());
        let weights = || rule.weights.iter().chain(known.unwrap_or_default());
        let is_weight = |one: &Explanation| weights().any(|weights| weights.field == one.field);
        let mut shares = rule.explain.iter().enumerate().filter(|(_, one)| one.unit == Some(Unit::Share));
        let Some((at, _)) = shares.find(|(_, one)| !is_weight(one)) else { return Ok(()) };
        let fault = Fault::new("no entry of `weights` has this field");
        let help = "add the field to `weights` of this kind";
        self.fault(&format!("{path}.explain[{at}].unit"), fault.help(help))
    }

    fn edges(&self, path: &str, rule: &KindRule) -> Result<(), Fault> {
        for (at, edge) in rule.edges.iter().enumerate() {
            let path = format!("{path}.edges[{at}]");
            if edge.to.is_none() && edge.kind.is_none() {
                let fault = Fault::new("nothing says which kind this edge leads to");
                return self
                    .fault(&path, fault.help("add `to: Kind`, or `kind:` with the key that holds it"));
            }
            let to = edge.to.iter().map(|to| (format!("{path}.to"), to));
            let only = edge.only.iter().enumerate().map(|(at, to)| (format!("{path}.only[{at}]"), to));
            for (path, to) in to.chain(only) {
                if !self.is_kind(to) {
                    let fault = Fault::new(format!("podviz does not know the kind `{}`", shortened(to)));
                    let help = "write `Kind.group` for a kind of somebody else's";
                    let help = match closest(to, &self.kind_names()) {
                        Some(kind) => format!("did you mean `{kind}`? W{}", &help[1..]),
                        None => help.to_owned(),
                    };
                    return self.fault(&path, fault.help(help));
                }
            }
        }
        Ok(())
    }

    /// Whether an edge may lead to a kind: one that is known, or one with its group.
    fn is_kind(&self, kind: &str) -> bool {
        kind == HOST || kind.contains('.') || self.kind_names().contains(&kind)
    }

    fn kind_names(&self) -> Vec<&str> {
        let own = self.settings.rules.kinds.iter().filter(|rule| !rule.group.is_empty());
        let known = self.catalog.kind_names().map(|(_, kind)| kind);
        known.chain(own.map(|rule| rule.kind.as_str())).collect()
    }

    fn advice(&self) -> Result<(), Fault> {
        let levels = self.settings.advice.keys().map(|code| (format!("advice.{code}"), code));
        let ignored = self.settings.ignore.iter().enumerate().flat_map(|(at, ignore)| {
            let codes = ignore.codes.iter().enumerate();
            codes.map(move |(code_at, code)| (format!("ignore[{at}].codes[{code_at}]"), code))
        });
        for (path, code) in levels.chain(ignored) {
            if !self.codes.contains(&code.as_str()) {
                let fault = Fault::new(format!("no advice has the code `{}`", shortened(code)));
                let hint = closest(code, self.codes).map(|code| format!("did you mean `{code}`?"));
                return self
                    .fault(&path, fault.help(hint.unwrap_or_else(|| "the book lists the codes".to_owned())));
            }
        }
        for (at, ignore) in self.settings.ignore.iter().enumerate() {
            self.patterns(&format!("ignore[{at}].objects"), &ignore.objects)?;
        }
        Ok(())
    }
}

/// A name that is short enough for a message.
fn shortened(name: &str) -> String {
    name.chars().take(80).collect()
}

/// Whether a path names something in the folder that it starts in, as far as the path itself says.
fn stays_below(path: &Path) -> bool {
    let mut depth = 0_usize;
    for part in path.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::stays_below;
    use std::path::Path;

    #[test]
    fn paths_stay_in_their_folder() {
        for good in ["charts/shop", "./charts", "a/../b", "."] {
            assert!(stays_below(Path::new(good)), "{good}");
        }
        for bad in ["../charts", "/etc", "a/../../b", "a/../.."] {
            assert!(!stays_below(Path::new(bad)), "{bad}");
        }
    }
}

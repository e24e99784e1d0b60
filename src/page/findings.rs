//! What `podviz advise` prints: the findings as text, as JSON, as SARIF 2.1.0, as a table in Markdown, as annotations of
//! GitHub Actions, or as GitLab's Code Quality report.

mod gitlab;
mod sarif;

use super::prose::{self, joined};
use crate::escape::markdown::cell;
use crate::escape::{terminal, visible, visible_json};
use crate::facts::Facts;
use crate::facts::advice::Finding;
use crate::names::count;
use crate::problem::Level;
use crate::topology::Topology;
use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// How many findings a table lists.
const MOST_ROWS: usize = 200;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdviceFormat {
    /// For people. Notes are counted and not listed, unless they are asked for.
    Text {
        /// Whether notes are listed, too.
        notes: bool,
    },
    /// One list of objects.
    Json,
    /// The Static Analysis Results Interchange Format, which code hosts read.
    Sarif,
    /// One line a finding, which GitHub Actions shows beside the change.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// A table for the summary of a job, or a comment.
    Markdown,
}

/// The findings as text, and whether none of them is as bad as `level`.
///
/// Code hosts want paths as they are in the repository, so those begin with the `inputs` as they were written.
pub fn text(
    topology: &Topology,
    facts: &Facts,
    inputs: &[PathBuf],
    format: AdviceFormat,
    level: Level,
) -> (String, bool) {
    let (ignored, findings): (Vec<&Finding>, Vec<&Finding>) =
        facts.findings().iter().partition(|finding| finding.is_ignored);
    told(topology, &findings, &ignored, "No advice.", inputs, (format, level))
}

/// The same of the findings that a change brings.
pub fn text_of_new(
    topology: &Topology,
    findings: &[&Finding],
    inputs: &[PathBuf],
    format: AdviceFormat,
    level: Level,
) -> (String, bool) {
    told(topology, findings, &[], "No new advice.", inputs, (format, level))
}

fn told(
    topology: &Topology,
    findings: &[&Finding],
    ignored: &[&Finding],
    nothing: &str,
    inputs: &[PathBuf],
    (format, level): (AdviceFormat, Level),
) -> (String, bool) {
    let passed = findings.iter().all(|finding| finding.level < level);
    let findings = merged(topology, findings);
    let suppressed = merged(topology, ignored);
    let (findings, suppressed) = (&findings[..], &suppressed[..]);
    let page = Sheet { topology, inputs, findings, suppressed, ignored: ignored.len(), nothing };
    let text = match format {
        AdviceFormat::Text { notes } => page.text(notes),
        AdviceFormat::Json => format!("{:#}\n", visible_json(page.json())),
        AdviceFormat::Sarif => format!("{:#}\n", visible_json(page.sarif())),
        AdviceFormat::Github => page.github(),
        AdviceFormat::Gitlab => format!("{:#}\n", visible_json(page.gitlab())),
        AdviceFormat::Markdown => page.markdown(),
    };
    (text, passed)
}

/// These findings, as the JSON lists them.
pub fn entries(topology: &Topology, findings: &[&Finding]) -> Value {
    let findings = merged(topology, findings);
    Sheet { topology, inputs: &[], findings: &findings, suppressed: &[], ignored: 0, nothing: "" }.json()
}

/// A finding, and the environments in which the same place has it.
struct Shared<'a> {
    finding: &'a Finding,
    environments: Vec<&'a str>,
}

impl std::ops::Deref for Shared<'_> {
    type Target = Finding;

    fn deref(&self) -> &Finding {
        self.finding
    }
}

/// The findings in their order, without those that other environments have at the same line of the same file.
fn merged<'a>(topology: &'a Topology, findings: &[&'a Finding]) -> Vec<Shared<'a>> {
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    let mut merged: Vec<Shared> = Vec::new();
    for finding in findings {
        let identity = &topology.nodes[finding.node].identity;
        let what = (finding.rule.code, finding.level, identity.title(), finding.container);
        let key = (what, finding.place(topology), &finding.reason, &finding.help);
        let environment = &*identity.environment;
        match known.get(&key).map(|&at| &mut merged[at]) {
            Some(shared) if !shared.environments.contains(&environment) => {
                shared.environments.push(environment);
            }
            _ => {
                known.insert(key, merged.len());
                merged.push(Shared { finding, environments: vec![environment] });
            }
        }
    }
    merged
}

struct Sheet<'a> {
    topology: &'a Topology,
    inputs: &'a [PathBuf],
    findings: &'a [Shared<'a>],
    /// What someone does not want to hear.
    suppressed: &'a [Shared<'a>],
    ignored: usize,
    /// What is said where there is none.
    nothing: &'a str,
}

impl Sheet<'_> {
    fn subject(&self, finding: &Finding) -> String {
        let node = &self.topology.nodes[finding.node];
        let container = finding.container.and_then(|at| node.pod.as_ref()?.containers.get(at));
        match container {
            Some(container) => format!("{}, container {}", node.identity.title(), container.key),
            None => node.identity.title(),
        }
    }

    /// The subject, and in which environments, where there are several.
    fn subject_there(&self, finding: &Shared) -> String {
        match self.environments(finding) {
            Some(environments) => format!("{} ({environments})", self.subject(finding)),
            None => self.subject(finding),
        }
    }

    /// `environments dev and prod`; nothing where there is only one.
    fn environments(&self, finding: &Shared) -> Option<String> {
        let names = &finding.environments;
        let word = if names.len() == 1 { "environment" } else { "environments" };
        let listed = joined(names.iter().map(|name| prose::plain(*name)).collect(), "and");
        (self.topology.environments.len() > 1).then(|| format!("{word} {}", prose::words(&listed)))
    }

    fn place(&self, finding: &Finding) -> (String, u32) {
        finding.place(self.topology).map_or((String::new(), 0), |(file, line)| (file.to_owned(), line))
    }

    fn text(&self, notes: bool) -> String {
        let mut text = String::new();
        let shown = self.findings.iter().filter(|finding| notes || finding.level > Level::Note);
        let mut groups: Vec<(Option<String>, Vec<&Shared>)> = Vec::new();
        for finding in shown {
            let environments = self.environments(finding);
            match groups.iter_mut().find(|(of, _)| *of == environments) {
                Some((_, members)) => members.push(finding),
                None => groups.push((environments, vec![finding])),
            }
        }
        for (environments, findings) in groups {
            if let Some((word, names)) = environments.as_deref().and_then(|words| words.split_once(' ')) {
                let (bold, word) = (Style::new().bold(), word.to_uppercase());
                text.push_str(&format!("{bold}{word} {}{bold:#}\n\n", terminal(names)));
            }
            self.list(&findings, &mut text);
        }
        text.push_str(&self.summary(notes));
        text
    }

    fn list(&self, findings: &[&Shared], text: &mut String) {
        for finding in findings {
            let (style, bold) = (style(finding.level), Style::new().bold());
            let (file, line) = self.place(finding);
            let word = format!("{style}{}[{}]{style:#}", finding.level.word(), finding.rule.code);
            text.push_str(&format!(
                "{word}: {}:{line}: {bold}{}{bold:#}\n  {}\n  help: {}\n\n",
                terminal(&file),
                terminal(&self.subject(finding)),
                terminal(&finding.reason),
                terminal(&finding.help),
            ));
        }
    }

    fn summary(&self, notes: bool) -> String {
        let number = |level| self.findings.iter().filter(|finding| finding.level == level).count();
        let of =
            |level, one, many| Some(number(level)).filter(|number| *number > 0).map(|n| count(n, one, many));
        let mut parts: Vec<String> = [
            of(Level::Error, "error", "errors"),
            of(Level::Warning, "warning", "warnings"),
            of(Level::Note, "note", "notes")
                .map(|words| if notes { words } else { format!("{words} (-v lists them)") }),
        ]
        .into_iter()
        .flatten()
        .collect();
        if self.ignored > 0 {
            parts.push(format!("{} ignored by annotation or configuration", self.ignored));
        }
        if parts.is_empty() { format!("{}\n", self.nothing) } else { format!("{}\n", parts.join(", ")) }
    }

    fn json(&self) -> Value {
        let finding = |finding: &Shared| {
            let evidence = finding.evidence.iter().filter_map(|(node, field)| {
                let object = self.topology.nodes[*node].object.as_deref()?;
                let (file, line) = object.place(field.line(&object.value));
                Some(json!({ "file": file, "line": line, "field": field.to_string() }))
            });
            let evidence: Vec<Value> = evidence.collect();
            let mut told = json!({
                "level": finding.level,
                "code": finding.rule.code,
                "subject": self.subject(finding),
                "reason": finding.reason,
                "help": finding.help,
                "source": evidence.first(),
                "evidence": evidence,
            });
            if self.topology.environments.len() > 1 {
                told["environments"] = json!(finding.environments);
            }
            told
        };
        self.findings.iter().map(finding).collect()
    }

    /// A table of the findings, the worst first; of very many the first.
    fn markdown(&self) -> String {
        let mut text = format!("### Advice of podviz\n\n{}", self.summary(true));
        if self.findings.is_empty() {
            return text;
        }
        text.push_str("\n| | rule | where | what | change |\n|---|---|---|---|---|\n");
        for finding in self.findings.iter().take(MOST_ROWS) {
            let (file, line) = self.place(finding);
            text.push_str(&format!(
                "| {} | `{}` | {} {} | {} | {} |\n",
                finding.level.word(),
                finding.rule.code,
                cell(&self.subject_there(finding)),
                cell(&format!("{}:{line}", from_here(self.inputs, &file))),
                cell(&finding.reason),
                cell(&finding.help),
            ));
        }
        if self.findings.len() > MOST_ROWS {
            text.push_str(&format!("\n{} more are not listed here.\n", self.findings.len() - MOST_ROWS));
        }
        text
    }

    /// What makes a finding the same one, wherever its lines move: the rule, the object, the field, and what is said.
    fn fingerprint(&self, finding: &Shared) -> String {
        let fields = finding.evidence.iter().map(|(_, field)| field.to_string());
        let key = [finding.rule.code.to_owned(), self.subject(finding), finding.reason.clone()];
        let key: Vec<String> = key.into_iter().chain(fields.take(1)).collect();
        blake3::hash(key.join("\n").as_bytes()).to_hex().as_str()[..32].to_owned()
    }

    /// Source: docs.github.com, "Workflow commands for GitHub Actions".
    fn github(&self) -> String {
        let mut text = String::new();
        for finding in self.findings {
            let (file, line) = self.place(finding);
            let word = if finding.level == Level::Note { "notice" } else { finding.level.word() };
            let message = format!("{}: {} {}", self.subject_there(finding), finding.reason, finding.help);
            text.push_str(&format!(
                "::{word} file={},line={},title={}::{}\n",
                property(&from_here(self.inputs, &file)),
                line.max(1),
                property(finding.rule.code),
                data(&message)
            ));
        }
        text
    }
}

fn style(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Blue,
    };
    color.on_default().bold()
}

/// A code as words: `mutable image tag`.
fn words(code: &str) -> String {
    code.replace('-', " ")
}

/// The path of a file of the input as seen from where podviz was started: below its input, as far as that one is
/// written relative to this place.
fn from_here(inputs: &[PathBuf], file: &str) -> String {
    let candidates = inputs.iter().filter_map(|input| {
        let parts: Vec<&str> = input
            .components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let whole = parts.join("/");
        // A file that was named itself goes by its name; of several inputs, each file begins with the end of one.
        if parts.last() == Some(&file) && (file == "-" || Path::new(file).extension().is_some()) {
            return Some(whole);
        }
        match inputs.len() {
            1 if whole.is_empty() => Some(file.to_owned()),
            1 => Some(format!("{whole}/{file}")),
            _ => (0..parts.len()).find_map(|at| {
                let rest = file.strip_prefix(&parts[at..].join("/"))?;
                (rest.is_empty() || rest.starts_with('/')).then(|| format!("{whole}{rest}"))
            }),
        }
    });
    candidates.into_iter().next().unwrap_or_else(|| file.to_owned())
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'/' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The message of a workflow command: a line break or a percent sign in it would be syntax.
fn data(raw: &str) -> String {
    visible(raw).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command, where colons and commas are syntax, too.
fn property(raw: &str) -> String {
    data(raw).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, from_here, property, uri};
    use std::path::PathBuf;

    #[test]
    fn paths_are_those_of_the_repository() {
        let inputs = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(from_here(&inputs(&["k8s"]), "web/a.yaml"), "k8s/web/a.yaml");
        assert_eq!(from_here(&inputs(&["./deploy/k8s/"]), "a.yaml"), "deploy/k8s/a.yaml");
        assert_eq!(from_here(&inputs(&["."]), "a.yaml"), "a.yaml");
        assert_eq!(from_here(&inputs(&["k8s/a.yaml"]), "a.yaml"), "k8s/a.yaml");
        assert_eq!(from_here(&inputs(&["x/base", "y/prod"]), "prod/a.yaml"), "y/prod/a.yaml");
        assert_eq!(from_here(&inputs(&["/x/k8s"]), "a.yaml"), "a.yaml");
        assert_eq!(from_here(&inputs(&["-"]), "-"), "-");
    }

    #[test]
    fn workflow_commands_cannot_be_forged() {
        assert_eq!(data("a\n::error::b"), "a%0A::error::b");
        assert_eq!(property("a,line=1:2\r\n"), "a%2Cline=1%3A2%0A");
        assert_eq!(uri("a b/é#?.yaml"), "a%20b/%C3%A9%23%3F.yaml");
    }
}

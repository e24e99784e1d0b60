//! Fetching: the only code that reaches the network. Helm does it, with the user's own settings for repositories and
//! registries; each host is told before it is asked.

use super::index::address;
use super::{OCI, RemoteChart, Store, host};
use crate::document::{MARK, Value, parse};
use crate::problem::{Code, Level, Problem, Problems};
use crate::source::tool::{self, Failure, Program, Scratch};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// What happens while charts are fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A host is about to be asked for something.
    Asks {
        /// The host, with its port.
        host: String,
        /// For what, in words.
        what: String,
    },
    /// A chart is there now.
    Kept {
        /// Its name.
        chart: String,
        /// Its version.
        version: String,
    },
}

impl Step {
    fn asks(host: Option<&str>, what: String) -> Step {
        Step::Asks { host: host.unwrap_or_default().to_owned(), what }
    }
}

/// Fetches charts into a store, and says before each step which host is asked for what.
///
/// Each chart that cannot be fetched costs only itself.
pub fn fetch(
    missing: &[RemoteChart],
    store: &mut Store,
    inputs: &[PathBuf],
    say: &mut dyn FnMut(Step),
) -> Problems {
    let mut problems = Problems::none();
    if missing.is_empty() {
        return problems;
    }
    let Some(helm) = tool::find(&["helm"], inputs) else {
        let help = "install it: https://helm.sh/docs/intro/install/";
        let message = "`helm` is not installed, so no chart was fetched";
        return [Problem::new(Level::Error, Code::MissingTool, message).help(help)].into_iter().collect();
    };
    let mut fetcher = match Fetcher::new(helm) {
        Ok(fetcher) => fetcher,
        Err(problem) => return [problem].into_iter().collect(),
    };
    let mut repositories: BTreeMap<&str, Vec<&RemoteChart>> = BTreeMap::new();
    for reference in missing {
        match refused(reference) {
            Some(reason) => problems.push(failed(reference, reason)),
            None => repositories.entry(&reference.repository).or_default().push(reference),
        }
    }
    for (repository, references) in repositories {
        let known = match repository.starts_with(OCI) {
            true => Ok(None),
            false => fetcher.know(repository, say).map(Some),
        };
        let known = match known {
            Ok(known) => known,
            Err(failure) => {
                let titles: Vec<String> = references.iter().map(|reference| reference.title()).collect();
                let message = format!(
                    "the index of {repository} cannot be fetched, so {} is missing",
                    titles.join(", ")
                );
                problems.push(told(message, &failure));
                continue;
            }
        };
        for reference in references {
            let version = store.locked(reference).map(|locked| locked.version.clone());
            let bytes = match &known {
                Some(known) => fetcher.pull(known, reference, version.as_deref(), say),
                None => fetcher.pull_oci(reference, version.as_deref(), say),
            };
            match bytes.and_then(|bytes| store.keep(reference, &bytes)) {
                Ok(version) => say(Step::Kept { chart: reference.chart.clone(), version }),
                Err(problem) => problems.push(problem),
            }
        }
    }
    problems
}

/// Why a reference is not given to helm.
fn refused(reference: &RemoteChart) -> Option<&'static str> {
    let RemoteChart { repository, chart, version, .. } = reference;
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_graphic());
    let is_name = chart.split('/').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    });
    if repository.contains(MARK) || repository.contains('@') {
        Some("the address of its repository holds a password; keep that with helm instead")
    } else if repository.contains("${") || version.contains("${") || chart.contains("${") {
        Some("its address holds a variable that nothing here gives a value")
    } else if reference.host().is_none()
        || !["https://", "http://", OCI].iter().any(|scheme| repository.starts_with(scheme))
        || !plain(repository)
    {
        Some("the address of its repository is none that helm can ask")
    } else if !is_name {
        Some("its name is none of a chart")
    } else if version.chars().any(char::is_control) {
        Some("its version is none")
    } else {
        None
    }
}

fn failed(reference: &RemoteChart, reason: &str) -> Problem {
    let message =
        format!("chart {} of {} cannot be fetched: {reason}", reference.title(), reference.repository);
    Problem::new(Level::Error, Code::FetchFailed, message)
}

/// With what helm says.
fn told(message: String, failure: &Failure) -> Problem {
    let reason = match failure {
        Failure::Failed { message } => message.clone(),
        Failure::TimedOut | Failure::TimeSpent => "no answer in time".to_owned(),
        failure => failure.limit().map_or_else(|| "helm gave up".to_owned(), |limit| format!("helm {limit}")),
    };
    Problem::new(Level::Error, Code::FetchFailed, format!("{message}: {reason}"))
}

/// A repository that helm knows.
struct Known {
    /// Its name there.
    name: String,
    /// The text of its index; empty if it cannot be read.
    index: String,
}

/// Helm, with lists of repositories that are a copy of the user's.
struct Fetcher {
    helm: Program,
    scratch: Scratch,
    /// How many repositories got a name.
    named: usize,
    /// The names of the user's own repositories, by address.
    own: BTreeMap<String, String>,
}

impl Fetcher {
    fn new(helm: Program) -> Result<Fetcher, Problem> {
        let unready =
            || Problem::new(Level::Error, Code::FetchFailed, "there is no room for a temporary folder");
        let scratch = tool::scratch().map_err(|_| unready())?;
        fs::create_dir(scratch.path().join("cache")).map_err(|_| unready())?;
        let mut fetcher = Fetcher { helm, scratch, named: 0, own: BTreeMap::new() };
        fetcher.copy_repositories();
        Ok(fetcher)
    }

    /// Takes over the user's repositories, with what helm knows to log in there.
    fn copy_repositories(&mut self) {
        let asked = tool::run_online(
            &self.helm,
            &["env".into(), "HELM_REPOSITORY_CONFIG".into()],
            self.scratch.path(),
            &[],
        );
        let file = asked.ok().map(|bytes| PathBuf::from(String::from_utf8_lossy(&bytes).trim().to_owned()));
        let Some(text) = file.and_then(|file| fs::read(file).ok()) else { return };
        let Ok(value) = parse(&text) else { return };
        if fs::write(self.config(), &text).is_err() {
            return;
        }
        for repository in value.get("repositories").map(Value::items).unwrap_or_default() {
            let text = |key: &str| repository.get(key).and_then(Value::scalar_text);
            if let (Some(name), Some(url)) = (text("name"), text("url")) {
                self.own.insert(url.trim_end_matches('/').to_owned(), name);
            }
        }
    }

    fn config(&self) -> PathBuf {
        self.scratch.path().join("repositories.yaml")
    }

    fn cache(&self) -> PathBuf {
        self.scratch.path().join("cache")
    }

    fn run(&self, args: Vec<OsString>) -> Result<Vec<u8>, Failure> {
        let (config, cache) = (self.config(), self.cache());
        let lists =
            [("HELM_REPOSITORY_CONFIG", config.as_path()), ("HELM_REPOSITORY_CACHE", cache.as_path())];
        tool::run_online(&self.helm, &args, self.scratch.path(), &lists)
    }

    /// Asks a classic repository for its index.
    fn know(&mut self, repository: &str, say: &mut dyn FnMut(Step)) -> Result<Known, Failure> {
        say(Step::asks(host(repository), format!("the index of {repository}")));
        let name = match self.own.get(repository) {
            Some(name) => {
                self.run(vec!["repo".into(), "update".into(), "--".into(), name.into()])?;
                name.clone()
            }
            None => {
                self.named += 1;
                let name = format!("podviz-{}", self.named);
                self.run(vec!["repo".into(), "add".into(), "--".into(), (&name).into(), repository.into()])?;
                name
            }
        };
        let index = fs::read_to_string(self.cache().join(format!("{name}-index.yaml"))).unwrap_or_default();
        Ok(Known { name, index })
    }

    /// The packed chart of a classic repository: the newest version that the reference allows, or the one that is locked.
    fn pull(
        &self,
        known: &Known,
        reference: &RemoteChart,
        locked: Option<&str>,
        say: &mut dyn FnMut(Step),
    ) -> Result<Vec<u8>, Problem> {
        let whole = format!("{}/{}", known.name, reference.chart);
        let version = match locked {
            Some(version) => version.to_owned(),
            None => self.newest(&whole, reference)?,
        };
        let address = address(&known.index, &reference.repository, &reference.chart, &version);
        let address =
            address.ok_or_else(|| failed(reference, "the repository does not list that version"))?;
        let host =
            host(&address).ok_or_else(|| failed(reference, "the repository gives no address for it"))?;
        say(Step::asks(Some(host), format!("{} {version}", reference.chart)));
        let fixed = [format!("--version={version}").into()];
        self.pulled(&whole, &fixed, reference)
    }

    /// The newest version of a chart that its reference allows: helm knows its ranges best.
    fn newest(&self, whole: &str, reference: &RemoteChart) -> Result<String, Problem> {
        let range = if reference.version.is_empty() { "*" } else { &reference.version };
        let args = ["search", "repo", "--output=json"].into_iter().map(OsString::from);
        let args = args.chain([format!("--version={range}").into(), "--".into(), whole.into()]).collect();
        let found = self
            .run(args)
            .map_err(|failure| told(failed(reference, "helm cannot search").message, &failure))?;
        let found: serde_json::Value = serde_json::from_slice(&found).unwrap_or_default();
        let found = found.as_array().into_iter().flatten().find(|chart| chart["name"] == whole);
        let version = found.and_then(|chart| chart["version"].as_str());
        version.map(str::to_owned).ok_or_else(|| failed(reference, "the repository has no such version"))
    }

    fn pull_oci(
        &self,
        reference: &RemoteChart,
        locked: Option<&str>,
        say: &mut dyn FnMut(Step),
    ) -> Result<Vec<u8>, Problem> {
        let whole = format!("{}/{}", reference.repository, reference.chart);
        say(Step::asks(reference.host(), reference.title()));
        let mut options: Vec<OsString> = Vec::new();
        if let Some(version) = locked.or(Some(&reference.version)).filter(|version| !version.is_empty()) {
            options.push(format!("--version={version}").into());
        }
        if reference.plain_http {
            options.push("--plain-http".into());
        }
        self.pulled(&whole, &options, reference)
    }

    /// What helm pulls, as bytes.
    fn pulled(&self, whole: &str, options: &[OsString], reference: &RemoteChart) -> Result<Vec<u8>, Problem> {
        let place =
            tool::scratch().map_err(|_| failed(reference, "there is no room for a temporary folder"))?;
        let mut args: Vec<OsString> = vec!["pull".into(), "--destination".into(), place.path().into()];
        args.extend_from_slice(options);
        args.extend(["--".into(), whole.into()]);
        self.run(args).map_err(|failure| {
            told(
                format!("chart {} of {} cannot be fetched", reference.title(), reference.repository),
                &failure,
            )
        })?;
        only_file(place.path()).ok_or_else(|| failed(reference, "helm left nothing"))
    }
}

/// The one packed chart in a folder.
fn only_file(folder: &Path) -> Option<Vec<u8>> {
    let packed = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "tgz");
    let path = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(packed)?;
    fs::read(path).ok()
}

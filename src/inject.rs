//! `podviz inject`: the marked regions of Markdown files, made anew. Nothing is written here: what could not be made is a
//! failure, and what could be made is a file to rewrite.

use crate::catalog::Catalog;
use crate::names::count;
use crate::names::english;
use crate::output::Flavour;
use crate::output::markers::{Marked, MarkerError};
use crate::output::rewrite::{Original, Rewrite};
use crate::problem::{Code, Level, Problem, Problems};
use crate::region::{Region, RegionError};
use crate::topology::subject::SubjectError;
use crate::{Error, Goal, Product, Request, run, source};
use std::path::{Path, PathBuf};

/// Markdown files, and the request that makes their regions.
#[derive(Debug)]
pub struct Job {
    /// The files.
    pub files: Vec<Target>,
    /// What to read and how. Its goal is [`Goal::Regions`], to which the regions are added.
    pub request: Request,
}

/// A file that is to be rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its path as people know it.
    pub path: PathBuf,
    /// Whether only a pattern names it: then it need not hold a region.
    pub may_be_empty: bool,
    /// The folder that it has to be in, wherever links lead.
    pub within: Option<PathBuf>,
}

/// An entry of `inject` in the settings, with its paths made whole.
#[derive(Debug)]
pub struct Listed {
    /// The files.
    pub files: Vec<Target>,
    /// What they are about.
    pub from: Vec<PathBuf>,
    /// Which Markdown they are.
    pub flavour: Option<Flavour>,
}

/// What came of all jobs.
#[derive(Debug, Default)]
pub struct Injected {
    /// Each file with regions, and what it is to hold; not to be written if there are failures.
    pub rewrites: Vec<Rewrite>,
    /// How many regions there are.
    pub regions: usize,
    /// What was met in reading the manifests.
    pub problems: Problems,
    /// Why files cannot be rewritten.
    pub failures: Problems,
    /// Why manifests could not be read at all.
    pub errors: Vec<Error>,
}

impl Injected {
    /// Whether nothing may be written.
    pub fn has_failed(&self) -> bool {
        !self.failures.is_empty() || !self.errors.is_empty()
    }

    /// The unified diffs of all files that are stale. Line endings do not count.
    pub fn diffs(&self) -> String {
        self.rewrites.iter().map(Rewrite::diff).collect()
    }

    /// Which files are stale, as a sentence without its dot.
    pub fn stale_words(&self) -> String {
        let stale: Vec<&Rewrite> =
            self.rewrites.iter().filter(|rewrite| !rewrite.diff().is_empty()).collect();
        let verb = english::are(stale.len());
        format!("{} {verb} out of date", files(&stale))
    }

    /// What was done, as a sentence without its dot.
    pub fn words(&self) -> String {
        let changed: Vec<&Rewrite> = self.rewrites.iter().filter(|rewrite| !rewrite.is_done()).collect();
        if changed.is_empty() {
            let verb = english::are(self.regions);
            return format!(
                "{} {verb} up to date; nothing was written",
                count(self.regions, "region", "regions")
            );
        }
        format!("Rewrote {}", files(&changed))
    }
}

/// A file that was read, with its regions.
struct Page {
    original: Original,
    /// The line of each region that could be read, and what it asks for.
    regions: Vec<(u32, Region)>,
    /// Whether that is every region.
    is_whole: bool,
}

/// Makes the regions of all files anew. Every failure of every file is told.
pub fn inject(jobs: Vec<Job>) -> Injected {
    let mut injected = Injected::default();
    let mut seen: Vec<Original> = Vec::new();
    for job in jobs {
        let pages = injected.pages(&job.files, &mut seen);
        injected.fill(pages, job.request);
    }
    injected.problems = std::mem::take(&mut injected.problems).sorted();
    injected.failures = std::mem::take(&mut injected.failures).sorted();
    injected
}

/// The entries of `inject` in the nearest `podviz.yaml` above the working folder, or in the settings that are named. Of
/// several entries that match a file, each has its say.
///
/// # Errors
///
/// If there are no such settings or entries, or a pattern matches nothing.
pub fn listed(settings: Option<&Path>) -> Result<Vec<Listed>, Error> {
    let catalog = Catalog::embedded();
    let here = [PathBuf::from(".")];
    let Some((file, settings)) = crate::request::settings(settings, &here, &catalog)? else {
        return Err(Error::NothingToInject(None));
    };
    let shown = file.strip_prefix(".").unwrap_or(&file).to_owned();
    if settings.inject.is_empty() {
        return Err(Error::NothingToInject(Some(shown)));
    }
    let folder = shown.parent().unwrap_or(Path::new("")).to_owned();
    let refuse = |at: usize, reason| Error::WrongInjection { file: shown.clone(), at, reason };
    let listed = settings.inject.iter().enumerate().map(|(at, entry)| {
        let mut files = Vec::new();
        for pattern in &entry.files {
            let found = source::matching(&folder, pattern).map_err(|reason| refuse(at, reason))?;
            files.extend(found.into_iter().map(|path| Target {
                path,
                may_be_empty: source::is_pattern(pattern),
                within: Some(folder.clone()),
            }));
        }
        let flavour = entry.flavor.as_deref().map(|name| Flavour::find(name, None)).transpose();
        let flavour = flavour.map_err(|error| refuse(at, error.to_string()))?;
        Ok(Listed { files, from: entry.from.iter().map(|path| folder.join(path)).collect(), flavour })
    });
    listed.collect()
}

impl Injected {
    fn fail(&mut self, code: Code, path: &Path, line: u32, reason: &str, help: Option<&str>) {
        let shown = path.display().to_string().replace('\\', "/");
        let problem = Problem::new(Level::Error, code, reason).at(shown, line, 0);
        self.failures.push(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    }

    /// Reads the files, and what their regions ask for.
    fn pages(&mut self, files: &[Target], seen: &mut Vec<Original>) -> Vec<Page> {
        let mut pages = Vec::new();
        let mut fruitless = 0;
        for Target { path, may_be_empty, within } in files {
            let original = match Original::read(path) {
                Ok(original) if within.as_ref().is_none_or(|folder| original.is_below(folder)) => original,
                Ok(_) => {
                    let reason = "this file lies outside of the folder of the settings";
                    self.fail(Code::Unreadable, path, 0, reason, None);
                    continue;
                }
                Err(reason) => {
                    self.fail(Code::Unreadable, path, 0, &reason, None);
                    continue;
                }
            };
            if seen.iter().any(|other| other.is_same_as(&original)) {
                continue;
            }
            seen.push(original.clone());
            match Marked::read(&original.text) {
                Err(errors) => {
                    for MarkerError { line, reason, help } in errors {
                        self.fail(Code::BrokenMarker, path, line, &reason, Some(&help));
                    }
                }
                Ok(marked) if marked.regions().is_empty() && *may_be_empty => fruitless += 1,
                Ok(marked) if marked.regions().is_empty() => {
                    self.fail(
                        Code::NoMarker,
                        path,
                        0,
                        "there is no region to write",
                        Some(&lines_to_add(&original)),
                    );
                }
                Ok(marked) => {
                    let asked = marked.regions().iter().map(|owned| (owned.line, owned.asks.to_owned()));
                    let asked: Vec<(u32, String)> = asked.collect();
                    pages.push(self.page(original, asked));
                }
            }
        }
        if fruitless > 0 && fruitless == files.len() {
            let reason = "no file that the settings name holds a region";
            let problem = Problem::new(Level::Error, Code::NoMarker, reason);
            self.failures.push(problem.help(format!("add these lines where one belongs: {LINES}")));
        }
        pages
    }

    fn page(&mut self, original: Original, asked: Vec<(u32, String)>) -> Page {
        let mut page = Page { original, regions: Vec::new(), is_whole: true };
        for (line, asks) in asked {
            match Region::read(&asks) {
                Ok(region) => page.regions.push((line, region)),
                Err(RegionError { reason, help }) => {
                    page.is_whole = false;
                    let path = page.original.shown.clone();
                    self.fail(Code::InvalidRegion, &path, line, &reason, help.as_deref());
                }
            }
        }
        page
    }

    /// Makes the regions of the pages.
    fn fill(&mut self, pages: Vec<Page>, mut request: Request) {
        let asked: Vec<Region> =
            pages.iter().flat_map(|page| &page.regions).map(|(_, region)| region.clone()).collect();
        let Goal::Regions { regions, .. } = &mut request.goal else { return };
        if asked.is_empty() {
            return;
        }
        self.regions += asked.len();
        *regions = asked;
        let mut made = match run(&request) {
            Ok((Product::Regions(made), problems)) => {
                self.problems.extend(problems);
                made.into_iter()
            }
            Ok(_) => return,
            Err((error, problems)) => {
                self.problems.extend(problems);
                self.errors.push(error);
                return;
            }
        };
        for Page { original, regions, is_whole } in pages {
            let mut contents = Vec::with_capacity(regions.len());
            for ((line, _), made) in regions.iter().zip(made.by_ref()) {
                match made {
                    Ok(content) => contents.push(content),
                    Err(error) => {
                        let (reason, help) = told(&error);
                        self.fail(Code::InvalidRegion, &original.shown, *line, &reason, help.as_deref());
                    }
                }
            }
            if !is_whole || contents.len() < regions.len() {
                continue;
            }
            match Marked::read(&original.text).ok().and_then(|marked| marked.filled(&contents)) {
                Some(text) => self.rewrites.push(Rewrite { original, text }),
                None => {
                    let reason = "what podviz would write here would end a region; this is a bug in podviz";
                    self.fail(Code::BrokenMarker, &original.shown, 0, reason, None);
                }
            }
        }
    }
}

/// Files by their names, or their number.
fn files(rewrites: &[&Rewrite]) -> String {
    let name = |rewrite: &&Rewrite| format!("`{}`", rewrite.original.shown.display());
    match rewrites {
        [one] => name(one),
        [one, other] => format!("{} and {}", name(one), name(other)),
        several => count(several.len(), "file", "files"),
    }
}

/// What is wrong with a region, and what to do.
fn told(error: &Error) -> (String, Option<String>) {
    let Problem { message, help, .. } = error.problem();
    match error {
        Error::Subject(SubjectError::Ambiguous { .. }) => {
            (message, Some("write one of them in quotes, or add `namespace=` or `environment=`".to_owned()))
        }
        _ => (message, help),
    }
}

/// The lines that make a region.
const LINES: &str = "`<!-- podviz:begin summary -->` and, below it, `<!-- podviz:end -->`";

fn lines_to_add(original: &Original) -> String {
    let in_code = if original.text.contains("podviz:begin") { "; those in code are text" } else { "" };
    format!("add these lines where one belongs: {LINES}{in_code}")
}

//! What a folder lacks to hold a site: the comparison that writes nothing.

use super::plan::Plan;
use super::survey::Survey;
use super::{Destination, PublishError, listing};
use crate::names::count;
use crate::output::{File, drift};
use std::borrow::Cow;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// How a folder differs from a site. Line endings and other people's files are no difference.
#[derive(Debug)]
pub struct Drift<'a> {
    destination: &'a Destination,
    /// Whether podviz wrote the folder before.
    is_site: bool,
    /// Each stale file, sorted by path.
    stale: Vec<Stale<'a>>,
}

/// A file that is not as it should be.
#[derive(Debug)]
struct Stale<'a> {
    path: String,
    /// What it should hold; `None` for a file that is not wanted any more.
    wanted: Option<Cow<'a, [u8]>>,
    is_there: bool,
}

/// Compares `files` with what `destination` holds. Nothing is written, not even a lock.
///
/// # Errors
///
/// If the folder holds what keeps podviz from writing there, or cannot be read.
pub fn compare<'a>(files: &'a [File], destination: &'a Destination) -> Result<Drift<'a>, PublishError> {
    listing::check(files)?;
    let survey = Survey::of(&destination.folder).map_err(PublishError::disk("read", &destination.shown))?;
    destination.allow(&survey)?;
    let plan = Plan::new(files, destination, &survey)?;
    // Read here, and once more when it is shown: a large site is not in memory twice.
    let is_stale = |path: &str, wanted: &[u8]| {
        let there = fs::read(destination.folder.join(path));
        let there = there.map_err(PublishError::disk("read", &destination.show(Path::new(path))))?;
        Ok(!drift::is_same(&there, wanted))
    };
    let mut stale = Vec::new();
    let unlike = files.iter().zip(&plan.files).filter(|(_, (_, is_there))| !is_there);
    for File { path, bytes } in unlike.map(|(file, _)| file) {
        let bytes = bytes.read();
        let bytes = bytes.map_err(PublishError::disk("read", &destination.show(Path::new(path))))?;
        let is_there = survey.own.contains(path);
        if !is_there || is_stale(path, &bytes)? {
            stale.push(Stale { path: path.clone(), wanted: Some(bytes), is_there });
        }
    }
    for path in &plan.obsolete {
        stale.push(Stale { path: (*path).to_owned(), wanted: None, is_there: true });
    }
    let is_there = survey.is_site;
    if !is_there || is_stale(listing::NAME, plan.listing.as_bytes())? {
        let wanted = Some(plan.listing.clone().into_bytes().into());
        stale.push(Stale { path: listing::NAME.to_owned(), wanted, is_there });
    }
    stale.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Drift { destination, is_site: is_there, stale })
}

impl Drift<'_> {
    /// Whether the folder holds exactly the site.
    pub fn is_none(&self) -> bool {
        self.stale.is_empty()
    }

    /// What differs, as a sentence without its dot: how many files, of which sort.
    pub fn words(&self) -> String {
        let folder = self.destination.shown.display();
        let pages: Vec<&Stale> = self.stale.iter().filter(|stale| stale.path != listing::NAME).collect();
        if self.is_none() {
            return format!("`{folder}` is up to date");
        }
        if !self.is_site {
            let all = count(pages.len(), "file of it is", "files of it are");
            return format!("`{folder}` does not hold the site yet: {all} missing");
        }
        let number = |is: &dyn Fn(&Stale) -> bool| pages.iter().filter(|stale| is(stale)).count();
        let changed = number(&|stale| stale.is_there && stale.wanted.is_some());
        let missing = number(&|stale| !stale.is_there);
        let superfluous = number(&|stale| stale.wanted.is_none());
        let parts = [
            (changed, "file differs", "files differ"),
            (missing, "file is missing", "files are missing"),
            (superfluous, "file is not wanted any more", "files are not wanted any more"),
        ];
        let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
        let parts: Vec<String> = parts.map(|(number, one, many)| count(number, one, many)).collect();
        let parts = match &parts[..] {
            [] => format!("the list `{}` differs", listing::NAME),
            [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
            [only, ..] => only.clone(),
        };
        format!("`{folder}` is out of date: {parts}")
    }

    /// Writes the diff of each stale file, with paths from where podviz runs; nothing where there is no site yet. `finish`
    /// is applied to each diff.
    ///
    /// # Errors
    ///
    /// If `out` takes no more.
    pub fn write(&self, out: &mut impl Write, finish: impl Fn(String) -> String) -> io::Result<()> {
        for stale in self.stale.iter().filter(|_| self.is_site) {
            let there = stale.is_there.then(|| fs::read(self.destination.folder.join(&stale.path)).ok());
            let path = self.destination.show(Path::new(&stale.path));
            let diff = drift::diff(&path, there.flatten().as_deref(), stale.wanted.as_deref());
            out.write_all(finish(diff).as_bytes())?;
        }
        Ok(())
    }
}

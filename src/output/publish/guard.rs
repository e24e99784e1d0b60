//! Refuses output folders that must not be written, before any work is done.

use super::survey::Survey;
use super::{PublishError, listing};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// A folder that may be written: [`guard`] has looked at it.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The folder itself: absolute, links resolved.
    pub(super) folder: PathBuf,
    /// The folder as the user wrote it, for messages.
    pub(super) shown: PathBuf,
    /// Whether other people's files are kept instead of being a reason to refuse.
    pub(super) force: bool,
}

/// Refuses the input itself, a folder above an input, a file, the root, the home folder, and (without `force`) a
/// folder with files that podviz did not write. A link is followed: the site goes into the folder that it names. An
/// output inside the input is fine, since folders with a `.podviz` are not read.
pub fn guard(output: &Path, inputs: &[PathBuf], force: bool) -> Result<Destination, PublishError> {
    #[allow(clippy::disallowed_methods, reason = "the home folder is known from the environment alone")]
    let home = std::env::home_dir();
    guard_with_home(output, inputs, force, home.as_deref())
}

pub(super) fn guard_with_home(
    output: &Path,
    inputs: &[PathBuf],
    force: bool,
    home: Option<&Path>,
) -> Result<Destination, PublishError> {
    let shown = output.to_owned();
    let folder = resolve(output)?;
    if folder.parent().is_none() {
        return Err(PublishError::Root(shown));
    }
    if folder.exists() && !folder.is_dir() {
        return Err(PublishError::NotAFolder(shown));
    }
    // A home of `/` is that of a system user in a container image, and is below no folder but the root.
    if home.and_then(|home| fs::canonicalize(home).ok()).is_some_and(|home| home.starts_with(&folder)) {
        return Err(PublishError::Home(shown));
    }
    for input in inputs.iter().filter(|input| input.as_os_str() != "-") {
        // An input that is not there is reported by the stage that reads it.
        let Ok(real) = fs::canonicalize(input) else { continue };
        if real == folder {
            return Err(PublishError::Input(shown));
        }
        if real.starts_with(&folder) {
            return Err(PublishError::HoldsInput { output: shown, input: input.clone() });
        }
    }
    let destination = Destination { folder, shown, force };
    if !force {
        let survey = Survey::until_foreign(&destination.folder)
            .map_err(PublishError::disk("read", &destination.shown))?;
        destination.allow(&survey)?;
    }
    Ok(destination)
}

/// The real path of `output`, whose last parts need not exist yet.
fn resolve(output: &Path) -> Result<PathBuf, PublishError> {
    let mut missing = Vec::new();
    let mut there = if output.as_os_str().is_empty() { Path::new(".") } else { output };
    loop {
        match fs::canonicalize(there) {
            Ok(mut real) => {
                if !missing.is_empty() && !real.is_dir() {
                    return Err(PublishError::NotAFolder(there.to_owned()));
                }
                real.extend(missing.into_iter().rev());
                return Ok(real);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::symlink_metadata(there).is_ok() {
                    return Err(PublishError::Dangling(there.to_owned()));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
            Err(error) => return Err(PublishError::disk("resolve", output)(error)),
        }
        // `..` behind a folder that does not exist leads nowhere that podviz could check.
        let (Some(parent), Some(Component::Normal(name))) = (there.parent(), there.components().next_back())
        else {
            return Err(PublishError::disk("resolve", output)(io::ErrorKind::NotFound.into()));
        };
        missing.push(name.to_owned());
        there = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    }
}

impl Destination {
    /// The folder that the site goes to: absolute, links resolved.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Refuses a folder with other people's files, unless forced.
    pub(super) fn allow(&self, survey: &Survey) -> Result<(), PublishError> {
        match survey.foreign.first() {
            Some(example) if !self.force => {
                let (output, example) = (self.shown.clone(), example.clone());
                Err(if survey.is_site {
                    PublishError::Foreign { output, example }
                } else {
                    PublishError::NotASite { output, example }
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether the folder must remain the same folder: it is a mount point, or we stand in it.
    pub(super) fn must_stay(&self) -> bool {
        let stands_inside = fs::canonicalize(".").is_ok_and(|here| here.starts_with(&self.folder));
        stands_inside || self.is_mount_point()
    }

    fn is_mount_point(&self) -> bool {
        let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
        let own = device(&self.folder);
        own.is_some() && own != self.folder.parent().and_then(device)
    }

    /// The path of a page in the folder, as the user would write it.
    pub(super) fn show(&self, path: &Path) -> PathBuf {
        self.shown.join(path)
    }

    /// Refuses the names that somebody else's file already has.
    pub(super) fn refuse_occupied(&self, path: &str, survey: &Survey) -> Result<(), PublishError> {
        let is_taken = |path: &str| survey.foreign.contains(Path::new(path));
        let taken_folder = listing::folders_of(path).find(|folder| is_taken(folder));
        if let Some(taken) = taken_folder.or(is_taken(path).then_some(path)) {
            return Err(PublishError::Occupied(self.show(Path::new(taken))));
        }
        let page = Path::new(path);
        let is_folder = survey.folders.contains(page)
            || survey.foreign.range(page.to_owned()..).next().is_some_and(|next| next.starts_with(page));
        if is_folder { Err(PublishError::Occupied(self.show(page))) } else { Ok(()) }
    }
}

/// The folders above a destination that did not exist.
#[derive(Debug)]
pub(super) struct Parents(Vec<PathBuf>);

impl Parents {
    /// Makes them.
    pub(super) fn make(destination: &Destination) -> Result<Parents, PublishError> {
        let above = destination.folder.ancestors().skip(1);
        let missing = Parents(above.take_while(|folder| !folder.exists()).map(Path::to_owned).collect());
        for folder in missing.0.iter().rev() {
            fs::create_dir(folder)
                .or_else(|error| if folder.is_dir() { Ok(()) } else { Err(error) })
                .map_err(PublishError::disk("create", folder))?;
        }
        Ok(missing)
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        // Only empty folders go: those of a run that wrote nothing.
        for folder in &self.0 {
            let _ = fs::remove_dir(folder);
        }
    }
}

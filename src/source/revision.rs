//! Inputs as they were at a revision of their git repository, in a folder of our own.

use super::tool::{self, Scratch};
use crate::problem::Problem;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};
use tar::{Archive, EntryType};

/// How long git may take.
const TIME: Duration = Duration::from_secs(60);

/// Inputs at a revision. The folder is removed when this is dropped.
#[derive(Debug)]
pub struct Revision {
    /// The inputs there, in the order in which they were given.
    pub inputs: Vec<PathBuf>,
    /// Whether none of them was there yet.
    pub is_empty: bool,
    _scratch: Scratch,
}

/// Takes inputs out of the revision `name` of the repository that they stand in.
///
/// # Errors
///
/// If git is not there, or knows no such revision or no such repository.
pub fn check_out(inputs: &[PathBuf], name: &str) -> Result<Revision, Problem> {
    let fatal = |reason: String| Problem::fatal(reason);
    let git = tool::find(&["git"], inputs)
        .ok_or_else(|| fatal("`git` is not installed, so no revision can be read".to_owned()))?;
    if name.starts_with('-') || name.chars().any(char::is_control) {
        return Err(fatal(format!("`{name}` is no revision")));
    }
    let scratch = tool::scratch().map_err(|_| fatal("there is no room for a temporary folder".to_owned()))?;
    let here = fs::canonicalize(scratch.path())
        .map_err(|_| fatal("there is no room for a temporary folder".to_owned()))?;
    let mut revision = Revision { inputs: Vec::new(), is_empty: true, _scratch: scratch };
    for (at, input) in inputs.iter().enumerate() {
        let place = here.join(at.to_string());
        fs::create_dir_all(&place)
            .map_err(|_| fatal("there is no room for a temporary folder".to_owned()))?;
        let (folder, last) = home(input);
        let run = |args: &[&str]| {
            let left = tool::Left { end: Instant::now() + TIME, bytes: tool::OUTPUT_BYTES };
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            tool::run(&git, &args, &folder, &left)
        };
        // The revision first: an unknown one is a mistake, an input that it does not hold is new.
        let found =
            run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{tree}}")]);
        if found.is_err() {
            let shown = input.display();
            return Err(fatal(format!("there is no revision `{name}` in a git repository around {shown}")));
        }
        let path = last.as_deref().unwrap_or(".");
        let target = last.as_ref().map_or_else(|| place.clone(), |last| place.join(last));
        if let Ok(tar) = run(&["archive", "--format=tar", name, "--", path]) {
            spread(&tar, &place).ok_or_else(|| fatal(format!("revision `{name}` cannot be read")))?;
        }
        if target.exists() {
            revision.is_empty = false;
        } else {
            // An input that is not there yet is an empty one.
            fs::create_dir_all(&target)
                .map_err(|_| fatal("there is no room for a temporary folder".to_owned()))?;
        }
        revision.inputs.push(target);
    }
    Ok(revision)
}

/// The folder that an input stands in, and its name there; the folder itself if it is one that is there.
fn home(input: &Path) -> (PathBuf, Option<String>) {
    if let Ok(whole) = fs::canonicalize(input)
        && whole.is_dir()
    {
        return (whole, None);
    }
    let folder = input.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned());
    (fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()), name)
}

/// Unpacks an archive below a folder: files only, and no path that leads elsewhere.
fn spread(tar: &[u8], place: &Path) -> Option<()> {
    let mut archive = Archive::new(tar);
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let path = entry.path().ok()?.into_owned();
        let is_inside =
            path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if entry.header().entry_type() != EntryType::Regular || !is_inside {
            continue;
        }
        let file = place.join(path);
        fs::create_dir_all(file.parent()?).ok()?;
        std::io::copy(&mut entry, &mut fs::File::create(file).ok()?).ok()?;
    }
    Some(())
}

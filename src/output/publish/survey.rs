//! What an output folder holds: what podviz wrote, and what others keep there.

use super::listing;
use std::collections::BTreeSet;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The content of an output folder, links not followed.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Whether podviz wrote here before.
    pub is_site: bool,
    /// The listed paths at which there is a regular file: these are podviz's own.
    pub own: BTreeSet<String>,
    /// Everything else that is not a folder, relative, sorted.
    pub foreign: BTreeSet<PathBuf>,
    /// The folders that hold none of podviz's files, relative, parents first.
    pub folders: BTreeSet<PathBuf>,
    /// Whether something here cannot move to another folder: a mount point, or a folder of somebody else's.
    pub cannot_move: bool,
}

impl Survey {
    /// Looks at all of `folder`; a folder that does not exist is an empty one.
    pub(super) fn of(folder: &Path) -> io::Result<Survey> {
        survey(folder, false)
    }

    /// Looks until the first foreign file: enough to refuse, even where the folder is a whole disk.
    pub(super) fn until_foreign(folder: &Path) -> io::Result<Survey> {
        survey(folder, true)
    }
}

fn survey(folder: &Path, stop_at_foreign: bool) -> io::Result<Survey> {
    let root = match fs::metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Survey::default()),
        Err(error) => return Err(error),
    };
    let listed = listing::read(folder);
    let mut survey =
        Survey { is_site: listed.is_some(), cannot_move: !is_ours_to_move(&root), ..Survey::default() };
    let listed = listed.unwrap_or_default();
    let own_folders: BTreeSet<&str> = listed.iter().flat_map(|path| listing::folders_of(path)).collect();

    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        let mut inner = Vec::new();
        for entry in entries(&folder.join(&relative))? {
            let (path, metadata) = (relative.join(entry.file_name()), entry.metadata()?);
            if relative.as_os_str().is_empty() && is_internal(&entry, survey.is_site) {
                continue;
            }
            let text = path.to_str();
            if metadata.is_dir() {
                survey.cannot_move |= metadata.dev() != root.dev() || !is_ours_to_move(&metadata);
                if !text.is_some_and(|text| own_folders.contains(text)) {
                    survey.folders.insert(path.clone());
                }
                inner.push(path);
            } else if let Some(own) = text.filter(|text| metadata.is_file() && listed.contains(*text)) {
                survey.own.insert(own.to_owned());
            } else {
                survey.foreign.insert(path);
                if stop_at_foreign {
                    return Ok(survey);
                }
            }
        }
        open.extend(inner.into_iter().rev());
    }
    Ok(survey)
}

/// Whether a folder can be made anew and emptied: otherwise the copy would have another owner, or the old one would stay.
fn is_ours_to_move(folder: &Metadata) -> bool {
    let user = rustix::process::geteuid();
    let is_open = folder.mode() & 0o300 == 0o300;
    user.is_root() || (folder.uid() == user.as_raw() && is_open)
}

/// podviz's own book-keeping at the top of the folder.
fn is_internal(entry: &DirEntry, is_site: bool) -> bool {
    let name = entry.file_name();
    let sort = entry.file_type().ok();
    (is_site && name == listing::NAME)
        || (name == listing::LOCK && sort.is_some_and(|sort| sort.is_file()))
        || (name == listing::STAGE && sort.is_some_and(|sort| sort.is_dir()))
}

/// What stands in `folder`, sorted by name: the first foreign file named in a message is the same on every machine.
pub(super) fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

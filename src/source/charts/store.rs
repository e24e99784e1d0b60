//! The folder that holds fetched charts, packed as they came, and the list of what they are.

use super::RemoteChart;
use super::lock::{FILE, Lock, Locked, is_version};
use crate::document::parse;
use crate::names::slug;
use crate::problem::{Code, Level, Problem};
use crate::source::packed;
use crate::source::tool::{self, Scratch};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The most that a packed chart may take on the disk, in bytes: as much as helm reads of one.
const BYTES: u64 = packed::BYTES as u64;

/// Fetched charts: a folder, and the list of what stands in it.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    lock: Lock,
    /// The charts that were unpacked, by what names them.
    unpacked: Mutex<BTreeMap<RemoteChart, Result<Arc<Fetched>, Problem>>>,
}

/// A chart of the store, unpacked in a folder of our own.
#[derive(Debug)]
pub struct Fetched {
    /// The folder of its `Chart.yaml`, canonical.
    pub folder: PathBuf,
    /// The folder as it is shown: `charts/webapp-1.3.1`.
    pub shown: String,
    /// The version that it has.
    pub version: String,
    _scratch: Scratch,
}

/// Where charts are kept if the user names no folder: in the user's cache, which only the user can read.
pub fn default_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let caches = etcetera::base_strategy::choose_native_strategy().ok()?.cache_dir();
    Some(caches.join("podviz").join("charts"))
}

impl Store {
    /// What the folder holds; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// If the list in it cannot be read.
    pub fn open(folder: &Path) -> Result<Store, Problem> {
        let file = folder.join(FILE);
        let shown = file.display().to_string();
        let lock = match fs::read(&file) {
            Ok(text) => Lock::read(&shown, &text)?,
            Err(error) if error.kind() == ErrorKind::NotFound => Lock::default(),
            Err(error) => {
                let message = format!("the list of fetched charts cannot be read: {}", error.kind());
                return Err(Problem::new(Level::Error, Code::Unreadable, message).at(shown, 0, 0));
            }
        };
        Ok(Store { folder: folder.to_owned(), lock, unpacked: Mutex::default() })
    }

    /// The version that a reference stands for, if that is locked.
    pub fn locked(&self, reference: &RemoteChart) -> Option<&Locked> {
        self.lock.get(reference)
    }

    /// Whether a chart is there; whether it is the right one shows when it is unpacked.
    pub fn has(&self, reference: &RemoteChart) -> bool {
        self.lock.get(reference).is_some_and(|locked| self.file(locked).is_file())
    }

    /// A chart, unpacked; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// If what is there is not what was fetched, or no chart.
    pub fn unpack(&self, reference: &RemoteChart) -> Result<Option<Arc<Fetched>>, Problem> {
        let Some(locked) = self.lock.get(reference).filter(|locked| self.file(locked).is_file()) else {
            return Ok(None);
        };
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        let unpack = || self.fetched(locked).map(Arc::new);
        unpacked.entry(reference.clone()).or_insert_with(unpack).clone().map(Some)
    }

    /// Keeps a packed chart that was fetched for a reference, and gives the version that it has. Nothing is on the disk in
    /// part: the file, then the list, take their place at once.
    ///
    /// # Errors
    ///
    /// If it is no chart of that name, or another one than the list says, or cannot be written.
    pub fn keep(&mut self, reference: &RemoteChart, bytes: &[u8]) -> Result<String, Problem> {
        let about = About::of(bytes).ok_or_else(|| unfit(reference, "what was sent is no packed chart"))?;
        if about.name != reference.chart.rsplit('/').next().unwrap_or_default() {
            return Err(unfit(reference, "what was sent is another chart"));
        }
        let locked = Locked { reference: reference.clone(), version: about.version, digest: digest(bytes) };
        if let Some(before) = self.lock.get(reference).filter(|before| before.digest != locked.digest) {
            return Err(changed(reference, before, "the repository now sends other bytes for it"));
        }
        let written = self.write(&self.file(&locked), bytes).and_then(|()| {
            self.lock.put(locked.clone());
            self.write(&self.folder.join(FILE), self.lock.text().as_bytes())
        });
        let unwritten = |error: io::Error| {
            let message = format!("{} cannot be kept: {}", reference.title(), error.kind());
            let folder = self.folder.display().to_string();
            Problem::new(Level::Error, Code::FetchFailed, message).at(folder, 0, 0)
        };
        written.map_err(unwritten)?;
        Ok(locked.version)
    }

    fn file(&self, locked: &Locked) -> PathBuf {
        let Locked { reference: RemoteChart { repository, chart, .. }, version, .. } = locked;
        let address = repository.split_once("://").map_or(repository.as_str(), |(_, rest)| rest);
        self.folder.join(slug(address)).join(format!("{}-{version}.tgz", slug(chart)))
    }

    fn fetched(&self, locked: &Locked) -> Result<Fetched, Problem> {
        let (reference, file) = (&locked.reference, self.file(locked));
        let small = fs::metadata(&file).is_ok_and(|file| file.len() <= BYTES);
        let bytes = small.then(|| fs::read(&file).ok()).flatten();
        let bytes = bytes.ok_or_else(|| unfit(reference, "it is there, but cannot be read"))?;
        if digest(&bytes) != locked.digest {
            return Err(changed(reference, locked, "its file holds other bytes"));
        }
        let scratch = tool::scratch().map_err(|_| unfit(reference, "there is no room to unpack it"))?;
        let folder = spread(&bytes, scratch.path());
        let folder = folder.and_then(|folder| fs::canonicalize(folder).ok());
        let folder = folder.ok_or_else(|| unfit(reference, "what is there is no packed chart"))?;
        let name = reference.chart.rsplit('/').next().unwrap_or_default();
        let shown = format!("charts/{name}-{}", locked.version);
        Ok(Fetched { folder, shown, version: locked.version.clone(), _scratch: scratch })
    }

    /// Writes a file at once or not at all; folders that have to be made are the owner's alone.
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = file.parent().unwrap_or(&self.folder);
        make_folder(folder)?;
        let mut new = tempfile::Builder::new().prefix(".podviz-").tempfile_in(folder)?;
        new.write_all(bytes)?;
        readable(new.as_file())?;
        new.persist(file).map(drop).map_err(|error| error.error)
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Gives a file the rights of one that people commit.
#[cfg(unix)]
fn readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &fs::File) -> io::Result<()> {
    Ok(())
}

fn digest(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

fn unfit(reference: &RemoteChart, reason: &str) -> Problem {
    let message = format!("chart {} of {}: {reason}", reference.title(), reference.repository);
    Problem::new(Level::Error, Code::FetchFailed, message)
}

fn changed(reference: &RemoteChart, locked: &Locked, reason: &str) -> Problem {
    let message =
        format!("chart {} {} is not the one that was locked: {reason}", reference.chart, locked.version);
    let help =
        "find out why; if that is meant, remove its entry from podviz.lock and run `podviz charts --fetch`";
    Problem::new(Level::Error, Code::ChangedChart, message).help(help)
}

/// What a packed chart says about itself.
struct About {
    name: String,
    version: String,
}

impl About {
    fn of(bytes: &[u8]) -> Option<About> {
        let tar = packed::unpack(bytes, packed::BYTES)?;
        let mut about = None;
        packed::each_file(&tar, &mut |path, data| {
            let is_own = path.split('/').nth(1) == Some("Chart.yaml") && path.split('/').count() == 2;
            if is_own && about.is_none() {
                let value = parse(data).ok();
                let text = |key: &str| value.as_ref().and_then(|value| value.get(key)?.scalar_text());
                about = text("name").zip(text("version"));
            }
            Some(())
        })?;
        let (name, version) = about?;
        is_version(&version).then_some(About { name, version })
    }
}

/// Unpacks a chart below `place`, and gives the folder of its `Chart.yaml`. Only files come into being, and only below it.
fn spread(bytes: &[u8], place: &Path) -> Option<PathBuf> {
    let tar = packed::unpack(bytes, packed::BYTES)?;
    let chart = place.join("chart");
    packed::each_file(&tar, &mut |path, data| {
        let (_, inner) = path.split_once('/')?;
        let parts: Vec<&str> = inner.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let odd = |part: &&str| *part == ".." || part.contains(['\\', ':', '\0']);
        if parts.is_empty() || parts.iter().any(odd) {
            return None;
        }
        let file = parts.iter().fold(chart.clone(), |at, part| at.join(part));
        fs::create_dir_all(file.parent()?).ok()?;
        fs::write(file, data).ok()
    })?;
    chart.join("Chart.yaml").is_file().then_some(chart)
}

#[cfg(test)]
mod tests {
    use super::{RemoteChart, Store};
    use crate::problem::Code;
    use flate2::{Compression, write::GzEncoder};
    use std::fs;
    use tar::{Builder, Header};

    fn packed(files: &[(&str, &str)]) -> Vec<u8> {
        let mut out = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, text) in files {
            let mut header = Header::new_ustar();
            // By hand: the crate refuses paths that lead out.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_mode(0o644);
            header.set_size(text.len() as u64);
            header.set_cksum();
            out.append(&header, text.as_bytes()).expect("a file");
        }
        out.into_inner().and_then(GzEncoder::finish).expect("an archive")
    }

    const ABOUT: (&str, &str) = ("web/Chart.yaml", "name: web\nversion: 1.3.1\n");

    fn reference() -> RemoteChart {
        RemoteChart::new("https://charts.example/stable", "web", "1.x")
    }

    #[test]
    fn what_is_kept_is_found_again_and_is_the_same_chart() {
        let folder = tempfile::tempdir().expect("a folder");
        let bytes = packed(&[ABOUT, ("web/templates/web.yaml", "kind: Pod\n")]);
        let mut store = Store::open(folder.path()).expect("a store");
        assert!(store.unpack(&reference()).expect("no problem").is_none());
        assert_eq!(store.keep(&reference(), &bytes).expect("kept"), "1.3.1");
        let store = Store::open(folder.path()).expect("a store");
        let chart = store.unpack(&reference()).expect("a chart").expect("it is there");
        assert_eq!(chart.shown, "charts/web-1.3.1");
        assert_eq!(
            fs::read_to_string(chart.folder.join("templates/web.yaml")).expect("a file"),
            "kind: Pod\n"
        );
        // Somebody changes the file.
        let file = walk(folder.path()).into_iter().find(|path| path.ends_with(".tgz")).expect("a chart");
        fs::write(file, packed(&[ABOUT])).expect("a file");
        let problem =
            Store::open(folder.path()).expect("a store").unpack(&reference()).expect_err("a problem");
        assert_eq!(problem.code, Code::ChangedChart);
    }

    fn walk(folder: &std::path::Path) -> Vec<String> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => files.extend(walk(&path)),
                path => files.push(path.display().to_string()),
            }
        }
        files
    }

    #[test]
    fn other_bytes_for_a_locked_version_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(folder.path()).expect("a store");
        store.keep(&reference(), &packed(&[ABOUT])).expect("kept");
        let other = packed(&[ABOUT, ("web/values.yaml", "a: 1\n")]);
        assert_eq!(store.keep(&reference(), &other).expect_err("a problem").code, Code::ChangedChart);
    }

    #[test]
    fn an_archive_that_leads_out_is_no_chart() {
        for path in ["web/../../evil", "web/a\\..\\..\\evil", "web/c:evil"] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut store = Store::open(folder.path()).expect("a store");
            store.keep(&reference(), &packed(&[ABOUT, (path, "x")])).expect("kept as bytes");
            assert_eq!(store.unpack(&reference()).expect_err("a problem").code, Code::FetchFailed, "{path}");
        }
    }

    #[test]
    fn an_absolute_path_of_an_archive_stays_below_the_chart() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(folder.path()).expect("a store");
        store.keep(&reference(), &packed(&[ABOUT, ("/etc/evil", "x")])).expect("kept as bytes");
        let chart = store.unpack(&reference()).expect("no problem").expect("a chart");
        assert!(chart.folder.join("etc/evil").is_file());
    }
}

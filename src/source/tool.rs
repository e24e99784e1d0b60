//! Programs of others, fenced in: helm, kubectl and kustomize see an empty home, no network where the system can take it
//! away, and end in bounded time. Their output is bytes of the input like any other, and their complaints are cleaned.

mod failure;
mod keeper;
mod leftover;
mod message;

pub use failure::Failure;
pub use keeper::{MEMORY_BYTES, keep};
pub use leftover::{Scratch, scratch, sweep};

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How long one call may take. A chart of a hundred templates takes less than a second.
pub const TIME: Duration = Duration::from_secs(20);

/// How long one call may take that asks the network.
const ONLINE_TIME: Duration = Duration::from_secs(120);

/// How many bytes one call may print.
pub const OUTPUT_BYTES: usize = 64 << 20;

/// How much of what a failed call complains about is looked at, in bytes from the beginning and from the end.
const COMPLAINT_BYTES: usize = 16 << 10;

/// Where every proxy variable points: nobody listens there.
const DEAD_PROXY: &str = "http://127.0.0.1:9";

/// A program that may be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The name it was found under, such as `helm`.
    pub name: String,
    /// Where it is: absolute.
    path: PathBuf,
    /// The folders where it finds programs in turn: absolute, none in the input.
    search: OsString,
}

/// What builds charts, or kustomizations.
#[derive(Clone, Debug)]
pub enum Tool {
    /// This program.
    Program(Program),
    /// There is none.
    Missing,
    /// None may be started.
    Off,
}

impl Tool {
    /// The first of the programs `names`, if one may be started: none that stands in one of the `inputs`.
    pub fn of(names: &[&str], allowed: bool, inputs: &[PathBuf]) -> Tool {
        if !allowed {
            return Tool::Off;
        }
        find(names, inputs).map_or(Tool::Missing, Tool::Program)
    }
}

/// What is left of what all calls may take together.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// When the time is over.
    pub end: Instant,
    /// How many bytes may still be printed.
    pub bytes: usize,
}

/// The first of the programs `names` on the PATH, in the order of the names. Relative folders of the PATH do not count, nor
/// does what stands in one of the `inputs`, or is a link into one.
pub fn find(names: &[&str], inputs: &[PathBuf]) -> Option<Program> {
    find_on(&env::var_os("PATH")?, names, inputs)
}

/// What `program` prints when it is called with `args` in `folder`.
///
/// It has no standard input, and an environment of its own: `HOME` and what tools keep at home are an empty folder that is
/// removed afterwards, no plugin, no cluster and no proxy is known, git speaks to local repositories only. Where the system
/// allows, it has no network.
///
/// # Errors
///
/// If it fails, or exceeds a limit. Then it is killed, together with what it started.
pub fn run(program: &Program, args: &[OsString], folder: &Path, left: &Left) -> Result<Vec<u8>, Failure> {
    let rest = left.end.saturating_duration_since(Instant::now());
    if rest.is_zero() {
        return Err(Failure::TimeSpent);
    }
    let call = Call { time: TIME.min(rest), output_bytes: OUTPUT_BYTES.min(left.bytes), apart: apart() };
    match call.run(program, args, folder) {
        Err(Failure::TimedOut) if rest < TIME => Err(Failure::TimeSpent),
        result => result,
    }
}

/// The same with the network, in the user's own environment with some variables changed: for what the user asked to be fetched.
///
/// # Errors
///
/// If it fails, or exceeds a limit.
pub fn run_online(
    program: &Program,
    args: &[OsString],
    folder: &Path,
    variables: &[(&str, &Path)],
) -> Result<Vec<u8>, Failure> {
    let call = Call { time: ONLINE_TIME, output_bytes: OUTPUT_BYTES, apart: None };
    let mut command = keeper::kept(program.path.as_os_str());
    command.args(args).current_dir(folder).envs(variables.iter().copied());
    call.run_command(program, command, folder, folder)
}

/// The same in folders of your own, written like a PATH.
pub fn find_on(path: &OsStr, names: &[&str], inputs: &[PathBuf]) -> Option<Program> {
    let inputs: Vec<PathBuf> = inputs.iter().filter_map(|input| fs::canonicalize(input).ok()).collect();
    let outside = |path: &Path| {
        fs::canonicalize(path).is_ok_and(|real| !inputs.iter().any(|own| real.starts_with(own)))
    };
    let folders: Vec<PathBuf> =
        env::split_paths(path).filter(|folder| folder.is_absolute() && outside(folder)).collect();
    let search = env::join_paths(&folders).ok()?;
    names.iter().find_map(|name| {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        let mut candidates = folders.iter().map(|folder| folder.join(&file));
        let path = candidates.find(|path| is_executable(path) && outside(path))?;
        Some(Program { name: (*name).to_owned(), path, search: search.clone() })
    })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// The program that starts another one without network, if there is one and the system lets it.
fn apart() -> Option<&'static Program> {
    static APART: LazyLock<Option<Program>> = LazyLock::new(|| {
        let unshare = find(&["unshare"], &[])?;
        let probe = Call { time: Duration::from_secs(5), output_bytes: 1 << 10, apart: None };
        probe.run(&unshare, &["-rn".into(), "true".into()], Path::new("/")).ok().map(|_| unshare)
    });
    APART.as_ref()
}

/// How a program is called.
struct Call<'a> {
    time: Duration,
    output_bytes: usize,
    apart: Option<&'a Program>,
}

/// What a reader of one of the two streams found.
enum Heard {
    Output(Vec<u8>),
    Complaint(Vec<u8>),
    TooMuch,
}

impl Call<'_> {
    fn run(&self, program: &Program, args: &[OsString], folder: &Path) -> Result<Vec<u8>, Failure> {
        let failed = |error: &std::io::Error| Failure::Failed { message: error.kind().to_string() };
        let home = scratch().map_err(|error| failed(&error))?;
        let folder = fs::canonicalize(folder).map_err(|error| failed(&error))?;
        let command = self.command(program, args, &folder, home.path());
        self.run_command(program, command, &folder, home.path())
    }

    /// Runs what is ready to be started. Paths below `folder` and `home` are shortened in what it complains about.
    fn run_command(
        &self,
        program: &Program,
        mut command: Command,
        folder: &Path,
        home: &Path,
    ) -> Result<Vec<u8>, Failure> {
        let failed = |error: &std::io::Error| Failure::Failed { message: error.kind().to_string() };
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = leftover::spawn(&mut command).map_err(|error| failed(&error))?;
        let heard = self.listen(&mut child);
        if heard.is_err() {
            leftover::kill(&mut child);
        }
        let (status, output, complaint) = heard?;
        if status.success() {
            return Ok(output);
        }
        Err(Failure::of(&complaint).unwrap_or_else(|| {
            let message = message::clean(&complaint, folder, &[home, &program.path]);
            let silent = || format!("{} does not say why", program.name);
            Failure::Failed { message: if message.is_empty() { silent() } else { message } }
        }))
    }

    fn command(&self, program: &Program, args: &[OsString], folder: &Path, home: &Path) -> Command {
        let mut command = match self.apart {
            Some(unshare) => {
                let mut command = keeper::kept(unshare.path.as_os_str());
                command.arg("-rn").arg(&program.path);
                command
            }
            None => keeper::kept(program.path.as_os_str()),
        };
        command.args(args).current_dir(folder).env_clear().env("PATH", &program.search);
        for name in HOMES {
            command.env(name, home);
        }
        command.envs(SETTINGS);
        if let Some(root) = env::var_os("SystemRoot").filter(|_| cfg!(windows)) {
            command.env("SystemRoot", root);
        }
        command
    }

    /// Waits for the child and for both of its streams, as long as the time goes.
    fn listen(&self, child: &mut Child) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), Failure> {
        let end = Instant::now() + self.time;
        let left = || end.saturating_duration_since(Instant::now());
        let (sender, receiver) = mpsc::channel();
        let limit = self.output_bytes;
        if let (Some(mut output), Some(mut complaint)) = (child.stdout.take(), child.stderr.take()) {
            let other = sender.clone();
            thread::spawn(move || sender.send(read(&mut output, limit)));
            thread::spawn(move || other.send(read_ends(&mut complaint, limit)));
        }
        let (mut output, mut complaint) = (None, None);
        while output.is_none() || complaint.is_none() {
            match receiver.recv_timeout(left()) {
                Ok(Heard::Output(bytes)) => output = Some(bytes),
                Ok(Heard::Complaint(bytes)) => complaint = Some(bytes),
                Ok(Heard::TooMuch) => return Err(Failure::TooLarge),
                Err(_) => return Err(Failure::TimedOut),
            }
        }
        // The streams are closed, so all but a hostile program is about to end.
        loop {
            if let Ok(Some(status)) = leftover::try_wait(child) {
                return Ok((status, output.unwrap_or_default(), complaint.unwrap_or_default()));
            }
            if left().is_zero() {
                return Err(Failure::TimedOut);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Variables that name the empty folder.
const HOMES: [&str; 15] = [
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELM_DATA_HOME",
    "HELM_PLUGINS",
];

/// Variables that switch off what reaches out of the input, and what differs from machine to machine.
const SETTINGS: [(&str, &str); 18] = [
    ("GOMEMLIMIT", "1200MiB"),
    ("GOTRACEBACK", "none"),
    ("TZ", "UTC"),
    ("LANG", "C"),
    ("LC_ALL", "C"),
    ("NO_COLOR", "1"),
    ("KUBECONFIG", "/dev/null"),
    ("GIT_ALLOW_PROTOCOL", "file"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("http_proxy", DEAD_PROXY),
    ("https_proxy", DEAD_PROXY),
    ("all_proxy", DEAD_PROXY),
    ("HTTP_PROXY", DEAD_PROXY),
    ("HTTPS_PROXY", DEAD_PROXY),
    ("ALL_PROXY", DEAD_PROXY),
    ("no_proxy", ""),
    ("NO_PROXY", ""),
];

fn read(stream: &mut impl Read, limit: usize) -> Heard {
    let mut bytes = Vec::new();
    // A stream that breaks off is one that ends: the status tells.
    let _ = stream.take(limit as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > limit { Heard::TooMuch } else { Heard::Output(bytes) }
}

/// Reads all, and keeps the beginning and the end.
fn read_ends(stream: &mut impl Read, limit: usize) -> Heard {
    let (mut start, mut end, mut chunk, mut total) = (Vec::new(), Vec::new(), [0; 8 << 10], 0);
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => {
                total += n;
                let own = n.min(COMPLAINT_BYTES.saturating_sub(start.len()));
                start.extend_from_slice(&chunk[..own]);
                end.extend_from_slice(&chunk[own..n]);
                end.drain(..end.len().saturating_sub(COMPLAINT_BYTES));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        if total > limit {
            return Heard::TooMuch;
        }
    }
    if total > 2 * COMPLAINT_BYTES {
        start.push(b'\n');
    }
    start.extend(end);
    Heard::Complaint(start)
}

#[cfg(all(test, unix))]
mod tests;

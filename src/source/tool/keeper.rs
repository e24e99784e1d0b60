//! A keeper is podviz itself, started once more beside each program of others: it bounds what the program may take, and
//! ends it when podviz is gone, whatever ended podviz.

use std::ffi::OsStr;
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

/// How much memory one program may use, in bytes.
pub const MEMORY_BYTES: u64 = 1536 << 20;

/// The last line of the complaint of a program that used more.
pub(super) const TOO_MUCH_MEMORY: &str = "podviz: this program used too much memory";

/// The name under which podviz is started as a keeper.
const NAME: &str = "podviz-keeper";

/// Whether this program can be started as a keeper: `main` began with [`keep`].
static AVAILABLE: AtomicBool = AtomicBool::new(false);

/// What `main` begins with. Gives how to end if this process was started as a keeper, and its program has ended.
pub fn keep() -> Option<ExitCode> {
    let mut args = std::env::args_os();
    if args.next().as_deref() == Some(OsStr::new(NAME)) {
        let code = args.next().map_or(1, |program| watch(Command::new(program).args(args)));
        return Some(ExitCode::from(code));
    }
    AVAILABLE.store(cfg!(unix), Ordering::Relaxed);
    None
}

/// A command that starts `program` without a standard input, with a keeper where there can be one. The keeper ends, with the program and all that
/// it started, as soon as nobody holds the other end of its standard input any more.
pub(super) fn kept(program: &OsStr) -> Command {
    let me = std::path::PathBuf::from("/proc/self/exe");
    // The link leads to the running program even where its file was replaced meanwhile.
    let me = if cfg!(target_os = "linux") && me.exists() { Some(me) } else { std::env::current_exe().ok() };
    match me.filter(|_| AVAILABLE.load(Ordering::Relaxed)) {
        Some(me) => as_keeper(&me, program),
        None => {
            let mut command = Command::new(program);
            command.stdin(Stdio::null());
            command
        }
    }
}

#[cfg(unix)]
fn as_keeper(me: &std::path::Path, program: &OsStr) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(me);
    // Nothing is ever written there: that it is open tells that podviz is still there.
    command.arg0(NAME).arg(program).stdin(Stdio::piped());
    command
}

#[cfg(not(unix))]
fn as_keeper(_me: &std::path::Path, program: &OsStr) -> Command {
    Command::new(program)
}

/// Runs a program to its end, and gives its status.
#[cfg(unix)]
fn watch(command: &mut Command) -> u8 {
    use std::io::{ErrorKind, Read, Write};
    limits::set();
    let mut child = match command.stdin(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}", error.kind());
            return 1;
        }
    };
    std::thread::spawn(|| {
        let mut byte = [0];
        loop {
            match std::io::stdin().read(&mut byte) {
                Ok(1..) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
            }
        }
        // Podviz made a group of its own for this process and all that comes of it.
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::KILL);
    });
    let id = child.id();
    std::thread::spawn(move || limits::watch(id));
    let status = child.wait().ok().and_then(|status| status.code());
    status.and_then(|status| u8::try_from(status).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn watch(command: &mut Command) -> u8 {
    let status = command.status().ok().and_then(|status| status.code());
    status.and_then(|status| u8::try_from(status).ok()).unwrap_or(1)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod limits {
    use super::super::{OUTPUT_BYTES, TIME};
    use super::{MEMORY_BYTES, TOO_MUCH_MEMORY};
    use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, setrlimit};
    use std::io::Write;
    use std::time::Duration;

    /// Limits that a program inherits. Go reserves far more than it uses, so that what counts is what it may write to.
    pub fn set() {
        let both = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
        for (resource, most) in [
            (Resource::Data, MEMORY_BYTES),
            (Resource::Cpu, 4 * TIME.as_secs()),
            (Resource::Fsize, OUTPUT_BYTES as u64),
            (Resource::Core, 0),
        ] {
            // A lower limit that is already there stays.
            let _ = setrlimit(resource, both(most));
        }
    }

    /// Ends a program that uses too much memory in another way.
    pub fn watch(id: u32) {
        let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return };
        while let Some(bytes) = used(id) {
            if bytes > MEMORY_BYTES {
                let _ = writeln!(std::io::stderr(), "\n{TOO_MUCH_MEMORY}");
                let _ = kill_process(pid, Signal::KILL);
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The memory that a process uses, in bytes.
    fn used(id: u32) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
    }
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
mod limits {
    use super::super::TIME;
    use rustix::process::{Resource, Rlimit, setrlimit};

    /// Limits that a program inherits; its memory is bounded by what Go is told.
    pub fn set() {
        for (resource, most) in [(Resource::Cpu, 4 * TIME.as_secs()), (Resource::Core, 0)] {
            let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        }
    }

    /// Nothing more can be seen here.
    pub fn watch(_id: u32) {}
}

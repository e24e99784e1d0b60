//! Why a call of a program gave nothing.

use super::{MEMORY_BYTES, OUTPUT_BYTES, TIME, keeper};

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It took longer than [`TIME`].
    TimedOut,
    /// The time that all calls may take together was over before it was ready, or before it began.
    TimeSpent,
    /// It used more than [`MEMORY_BYTES`].
    OutOfMemory,
    /// What it works on leads back to itself.
    Endless,
    /// It printed more than [`OUTPUT_BYTES`], or than all calls together may print.
    TooLarge,
    /// It could not be started, or it ended with another status than 0.
    Failed {
        /// What it says about that, in at most a few lines, joined: without control characters, paths of this machine and
        /// what looks like a secret.
        message: String,
    },
}

impl Failure {
    /// What the complaint of a program that broke down means; `None` if it still could say something itself.
    pub(super) fn of(complaint: &[u8]) -> Option<Failure> {
        let text = String::from_utf8_lossy(complaint);
        let begins =
            |starts: &[&str]| text.lines().any(|line| starts.iter().any(|start| line.starts_with(start)));
        if begins(&[
            keeper::TOO_MUCH_MEMORY,
            "fatal error: out of memory",
            "fatal error: runtime: out of memory",
            "fatal error: runtime: cannot allocate memory",
            "fatal error: cannot allocate memory",
            "fatal error: newosproc",
            "runtime: out of memory",
            "runtime: cannot allocate memory",
            "runtime/cgo: out of memory",
        ]) {
            return Some(Failure::OutOfMemory);
        }
        if begins(&["fatal error: stack overflow", "runtime: goroutine stack exceeds"]) {
            return Some(Failure::Endless);
        }
        let crashed =
            begins(&["fatal error: ", "goroutine ", "panic: ", "SIGSEGV", "unexpected fault address"]);
        crashed.then(|| Failure::Failed { message: "it crashed".to_owned() })
    }

    /// What happened, as the end of a sentence that begins with the name of the program; `None` where it said why itself,
    /// or nothing is wrong with it.
    pub fn limit(&self) -> Option<String> {
        match self {
            Failure::TimedOut => Some(format!("took longer than {} s", TIME.as_secs())),
            Failure::OutOfMemory => Some(format!("ran out of memory: it may use {} MiB", MEMORY_BYTES >> 20)),
            Failure::Endless => Some("did not end: something in it calls itself again and again".to_owned()),
            Failure::TooLarge => {
                Some(format!("printed more than it may, at most {} MiB", OUTPUT_BYTES >> 20))
            }
            Failure::TimeSpent | Failure::Failed { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn what_breaks_down_is_told_apart_from_what_says_no() {
        let memory =
            "runtime: out of memory: cannot allocate 4194304-byte block\nfatal error: out of memory\n";
        assert_eq!(Failure::of(memory.as_bytes()), Some(Failure::OutOfMemory));
        let stack = "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\ngoroutine 1:\n";
        assert_eq!(Failure::of(stack.as_bytes()), Some(Failure::Endless));
        let crash = Failure::Failed { message: "it crashed".to_owned() };
        assert_eq!(Failure::of(b"panic: index out of range\n\ngoroutine 1 [running]:\n"), Some(crash));
        assert_eq!(Failure::of(b"Error: values say: out of memory\n"), None);
    }
}

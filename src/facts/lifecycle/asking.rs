//! Whether the command of a probe asks the program at all: `true` and `cat FILE` succeed while the program hangs.

use super::shell::script;

/// What a check sees of the program that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Whether it works: it must answer, or do something that the check looks at.
    Program,
    /// Whether its port is open; the kernel opens connections for a program that hangs, too.
    Port,
    /// Nothing that a hang changes: a file, a process in the table, or nothing at all.
    Elsewhere,
}

impl Sight {
    /// Whether a hang makes the check fail.
    pub fn notices_hang(self) -> bool {
        self == Sight::Program
    }

    /// What the check notices, as what the container does: "hangs".
    pub fn event(self) -> &'static str {
        match self {
            Sight::Program => "hangs",
            Sight::Port => "closes its port",
            Sight::Elsewhere => "fails its check",
        }
    }

    /// Why a hang goes unnoticed; empty where it does not.
    pub fn why(self) -> &'static str {
        match self {
            Sight::Program => "",
            Sight::Port => "only sees that its port is open",
            Sight::Elsewhere => "asks nothing of the program",
        }
    }
}

/// Programs that succeed or fail whatever the program of the container does: they look at files, at the table of
/// processes, or at nothing.
const BYSTANDERS: &[&str] = &[
    "true", ":", "exit", "echo", "printf", "cat", "ls", "test", "[", "[[", "sleep", "date", "hostname", "id",
    "whoami", "pwd", "env", "grep", "head", "tail", "wc", "ps", "pgrep", "pidof",
];

/// What a command sees. Only its exit code counts; what is not known to look elsewhere may well ask the program.
///
/// Source: `k8s.io/kubernetes/pkg/probe/exec/exec.go`, `Probe`.
pub(super) fn sight(command: &[String]) -> Sight {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let looks_elsewhere = match script(&words) {
        Some(script) => script_looks_elsewhere(script),
        None => !words.is_empty() && is_bystander(&words),
    };
    if looks_elsewhere { Sight::Elsewhere } else { Sight::Program }
}

/// Whether each command of a script looks elsewhere; a script with more to it than a row of commands may do anything.
fn script_looks_elsewhere(script: &str) -> bool {
    if ["$(", "`", "<", "/dev/tcp", "/dev/udp"].iter().any(|sign| script.contains(sign)) {
        return false;
    }
    let quiet = script.replace("2>&1", "").replace("&>", ">").replace("2>", ">").replace("1>", ">");
    let commands: Vec<&str> =
        quiet.split(['\n', ';', '|', '&']).map(str::trim).filter(|command| !command.is_empty()).collect();
    !commands.is_empty()
        && commands.iter().all(|command| {
            let (command, into) = command.split_once('>').unwrap_or((command, ""));
            let words: Vec<&str> = command.split_whitespace().collect();
            into.trim().trim_start_matches('>').trim().len() == into.trim().len()
                && (into.is_empty() || into.trim() == "/dev/null")
                && !words.is_empty()
                && is_bystander(&words)
        })
}

fn is_bystander(words: &[&str]) -> bool {
    let program = words[0].rsplit('/').next().unwrap_or_default();
    match program {
        // `kill -0` asks whether there is such a process.
        "kill" => words.get(1) == Some(&"-0"),
        "!" => words.len() > 1 && is_bystander(&words[1..]),
        program => BYSTANDERS.contains(&program),
    }
}

#[cfg(test)]
mod tests {
    use super::{Sight, sight};

    fn seen(command: &[&str]) -> Sight {
        sight(&command.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn files_and_the_table_of_processes_say_nothing_of_a_hang() {
        for command in [
            &["true"][..],
            &["/bin/true"],
            &["cat", "/tmp/healthy"],
            &["test", "-f", "/tmp/ready"],
            &["[", "-e", "/tmp/ready", "]"],
            &["pgrep", "-f", "worker"],
            &["kill", "-0", "1"],
            &["sh", "-c", "true"],
            &["sh", "-c", "exit 0"],
            &["/bin/sh", "-ec", "ps aux | grep worker > /dev/null 2>&1"],
            &["bash", "-c", "test -e /tmp/a && cat /tmp/a >/dev/null"],
        ] {
            assert_eq!(seen(command), Sight::Elsewhere, "{command:?}");
        }
    }

    #[test]
    fn what_may_ask_the_program_is_taken_to_ask_it() {
        for command in [
            &[][..],
            &["wget", "-qO-", "localhost:8080"],
            &["redis-cli", "ping"],
            &["/app/healthcheck"],
            &["find", "/tmp/beat", "-mmin", "-1"],
            &["sh", "-c", "test $(redis-cli ping) = PONG"],
            &["sh", "-c", "echo ruok | nc localhost 2181"],
            &["bash", "-c", "echo > /dev/tcp/localhost/80"],
            &["sh", "-c", "cat < /run/fifo"],
            &["sh", "-c", "echo 1 > /run/fifo"],
            &["sh", "-c", ""],
        ] {
            assert_eq!(seen(command), Sight::Program, "{command:?}");
        }
    }
}

//! Commands that are a shell with a script, as hooks and probes run them.

/// The script of a command that is a shell with a script, such as `sh -c 'sleep 10'`.
pub(super) fn script<'a>(words: &[&'a str]) -> Option<&'a str> {
    match words {
        [shell, flag, script] if is_named(shell, SHELLS) && runs_a_script(flag) => Some(script),
        _ => None,
    }
}

const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh"];

/// `/bin/sh` is `sh`.
pub(super) fn is_named(program: &str, names: &[&str]) -> bool {
    program.rsplit('/').next().is_some_and(|name| names.contains(&name))
}

/// `-c`, `-ec`, `-lc`.
fn runs_a_script(flag: &str) -> bool {
    let letters = flag.strip_prefix('-').unwrap_or_default();
    letters.ends_with('c') && letters.bytes().all(|letter| letter.is_ascii_alphabetic())
}

//! What a container runs right after its start and right before its end, and how long a plain sleep takes.

use super::probe::port;
use super::shell::{is_named, script};
use crate::topology::Container;
use k8s_openapi::api::core::v1 as api;

/// What a container's `postStart` or `preStop` does.
///
/// Source: `k8s.io/api/core/v1/types.go`, `LifecycleHandler`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hook {
    /// The kubelet waits so many seconds.
    Sleep(i64),
    /// A command runs in the container.
    Exec {
        /// The command, joined by spaces.
        command: String,
        /// How many whole seconds it takes, where it is a plain `sleep N`.
        sleep_s: Option<i64>,
    },
    /// The kubelet sends a GET request to the container.
    Http {
        /// The path, `/` if none is given.
        path: String,
        /// The port, a number or a name.
        port: String,
    },
    /// It names nothing that Kubernetes does: `tcpSocket` was never carried out.
    Nothing,
}

impl Hook {
    /// How many seconds it takes, where it is a sleep; what else takes how long, no manifest says.
    pub fn sleep_s(&self) -> Option<i64> {
        match self {
            Hook::Sleep(seconds) => Some(*seconds),
            Hook::Exec { sleep_s, .. } => *sleep_s,
            Hook::Http { .. } | Hook::Nothing => None,
        }
    }
}

/// What a container runs right after its start; an init container has no hooks.
pub fn post_start(container: &Container) -> Option<Hook> {
    container.spec.lifecycle.as_ref()?.post_start.as_ref().map(read)
}

/// What a container runs before it is told to end.
pub fn pre_stop(container: &Container) -> Option<Hook> {
    container.spec.lifecycle.as_ref()?.pre_stop.as_ref().map(read)
}

fn read(handler: &api::LifecycleHandler) -> Hook {
    if let Some(exec) = &handler.exec {
        let command = exec.command.as_deref().unwrap_or_default();
        return Hook::Exec { command: command.join(" "), sleep_s: plain_sleep(command) };
    }
    if let Some(http) = &handler.http_get {
        let path = http.path.clone().filter(|path| !path.is_empty()).unwrap_or_else(|| "/".to_owned());
        return Hook::Http { path, port: port(&http.port) };
    }
    match &handler.sleep {
        Some(sleep) => Hook::Sleep(sleep.seconds.max(0)),
        None => Hook::Nothing,
    }
}

/// The whole seconds of a command that is `sleep N` and nothing else, run directly or by a shell; the kubelet counts
/// whole seconds too (`executePreStopHook` in `pkg/kubelet/kuberuntime/kuberuntime_container.go`).
fn plain_sleep(command: &[String]) -> Option<i64> {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    match words[..] {
        [program, time] if is_named(program, &["sleep"]) => duration(time),
        _ => script(&words).and_then(script_sleep),
    }
}

fn script_sleep(script: &str) -> Option<i64> {
    let script = script.trim();
    let script = script.strip_suffix(';').unwrap_or(script);
    let words: Vec<&str> = script.split_whitespace().collect();
    match words[..] {
        [program, time] | ["exec", program, time] if is_named(program, &["sleep"]) => duration(time),
        _ => None,
    }
}

/// `10`, `1.5`, `10s`, `2m`, `1h`, `1d` in whole seconds, as the `sleep` of GNU coreutils and BusyBox reads them;
/// endless where it is longer than anyone can count. None for what they refuse.
fn duration(text: &str) -> Option<i64> {
    if text == "infinity" || text == "inf" {
        return Some(i64::MAX);
    }
    let (number, unit) = match text.char_indices().last()? {
        (at, 's') => (&text[..at], 1),
        (at, 'm') => (&text[..at], 60),
        (at, 'h') => (&text[..at], 3_600),
        (at, 'd') => (&text[..at], 86_400),
        _ => (text, 1),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(i64::MAX) };
    // Six digits are more than enough for a part of a day in seconds.
    let shown = &fraction[..fraction.len().min(6)];
    let part: i64 = format!("{shown:0<6}").parse().unwrap_or(0);
    Some(whole.saturating_mul(unit).saturating_add(part * unit / 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::plain_sleep;

    fn seconds(command: &[&str]) -> Option<i64> {
        plain_sleep(&command.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_plain_sleep_is_counted_however_it_is_run() {
        for command in [
            &["sleep", "10"][..],
            &["/bin/sleep", "10"],
            &["/usr/bin/sleep", "10s"],
            &["sleep", "10.7"],
            &["sh", "-c", "sleep 10"],
            &["/bin/sh", "-c", " sleep  10 ; "],
            &["/bin/bash", "-ec", "exec /bin/sleep 10"],
        ] {
            assert_eq!(seconds(command), Some(10), "{command:?}");
        }
        assert_eq!(seconds(&["sleep", "2m"]), Some(120));
        assert_eq!(seconds(&["sleep", "0.5h"]), Some(1_800));
        assert_eq!(seconds(&["sleep", "0"]), Some(0));
        assert_eq!(seconds(&["sleep", ".5"]), Some(0));
        assert_eq!(seconds(&["sleep", "infinity"]), Some(i64::MAX));
        assert_eq!(seconds(&["sleep", "99999999999999999999d"]), Some(i64::MAX));
    }

    #[test]
    fn what_is_more_or_less_than_a_sleep_is_not() {
        for command in [
            &[][..],
            &["sleep"],
            &["sleep", ""],
            &["sleep", "10", "5"],
            &["sleep 10"],
            &["sleep", "10 s"],
            &["sleep", "10S"],
            &["sleep", "ten"],
            &["sleep", "-1"],
            &["sleep", "+1"],
            &["sleep", "é"],
            &["sleep", "s"],
            &["sleep", "."],
            &["sh", "-c", "sleep 10 && nginx -s quit"],
            &["sh", "-c", "sleep $DELAY"],
            &["sh", "sleep 10"],
            &["sh", "-c", "sleep 10", "5"],
            &["nosleep", "10"],
        ] {
            assert_eq!(seconds(command), None, "{command:?}");
        }
    }
}

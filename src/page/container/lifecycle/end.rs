//! What follows when a container ends, and how it is told to end.

use super::{AGAIN, Tale};
use crate::facts::lifecycle::{Hook, LEAST_GRACE_S, RestartPolicy, RestartRule, pre_stop};
use crate::names::duration;
use crate::page::Prose;
use crate::page::prose::{code, concat, listed, marked, plain, separated};
use crate::topology::ContainerKind;

pub fn sentences(tale: &Tale) -> Vec<Prose> {
    [restart(tale), rules(tale), stop(tale)].into_iter().flatten().collect()
}

fn restart(tale: &Tale) -> Option<Prose> {
    let restart = &tale.times.restart;
    let sentence = match (tale.container.kind, restart.policy.value) {
        (ContainerKind::Ephemeral, _) => return None,
        (ContainerKind::App | ContainerKind::Init, policy) if !restart.rules.is_empty() => {
            let otherwise = match (tale.container.kind, policy) {
                (_, RestartPolicy::Always) => format!("starts again: {AGAIN}"),
                (ContainerKind::Init, RestartPolicy::Never) => "ends its pod when it fails".to_owned(),
                (_, RestartPolicy::OnFailure) => format!("starts again when it fails: {AGAIN}"),
                (_, RestartPolicy::Never) => "does not start again".to_owned(),
            };
            format!("Where no rule of its own says what follows its exit code, it {otherwise}.")
        }
        (ContainerKind::Init, RestartPolicy::Never) => {
            "If it fails, the pod fails, and nothing of it starts.".to_owned()
        }
        (ContainerKind::Init, _) => format!("If it fails, it is tried again: {AGAIN}."),
        (ContainerKind::Sidecar, _) => {
            format!("When it ends, it starts again, whatever the pod's restart policy: {AGAIN}.")
        }
        (ContainerKind::App, RestartPolicy::Always) => {
            format!(
                "When it ends, it starts again: {AGAIN}. After 10 minutes of running the waits begin anew."
            )
        }
        (ContainerKind::App, RestartPolicy::OnFailure) => format!(
            "When it exits with 0, it is done. When it fails, it starts again: {AGAIN}.{}",
            of_job(tale, " The Job counts these restarts and gives up at its `backoffLimit`.")
        ),
        (ContainerKind::App, RestartPolicy::Never) => format!(
            "When it ends, it does not start again, whatever its exit code.{}",
            of_job(
                tale,
                " If it fails, its pod fails, and the Job starts another one, as often as its `backoffLimit` allows."
            )
        ),
    };
    let own = match (restart.is_own, tale.container.kind) {
        (true, ContainerKind::App | ContainerKind::Init) => {
            " Its own restart policy wins over the pod's (beta since Kubernetes 1.35)."
        }
        _ => "",
    };
    let sentence = marked(&format!("{sentence}{own}"));
    Some(tale.because(sentence, &restart.policy.field))
}

fn of_job(tale: &Tale, words: &'static str) -> &'static str {
    if matches!(&*tale.object.identity.kind, "Job" | "CronJob") { words } else { "" }
}

/// Its own rules, of which the first that fits wins.
fn rules(tale: &Tale) -> Option<Prose> {
    let rules = &tale.times.restart.rules;
    if rules.is_empty() || tale.container.kind == ContainerKind::Sidecar {
        return None;
    }
    let words = |rule: &RestartRule| {
        let codes: Vec<Prose> = rule.codes.iter().map(|number| vec![code(number.to_string())]).collect();
        let which = match (rule.others, rule.codes.len()) {
            (false, 0) => plain("no exit code"),
            (true, 0) => plain("any exit code"),
            (false, 1) => concat(vec![plain("exit code "), listed(codes, 6)]),
            (false, _) => concat(vec![plain("one of the exit codes "), listed(codes, 6)]),
            (true, _) => concat(vec![plain("any exit code but "), listed(codes, 6)]),
        };
        let what = if rule.restarts_all {
            " restarts all containers of the pod at once, without grace period and hooks"
        } else {
            " restarts it"
        };
        concat(vec![which, plain(what)])
    };
    let shown: Vec<Prose> = rules.iter().take(4).map(words).collect();
    let more = match rules.len().saturating_sub(4) {
        0 => "",
        _ => "; further rules follow",
    };
    let sentence = concat(vec![
        plain("Its rules come before its restart policy, and the first that fits counts: "),
        separated(shown, "; "),
        plain(format!("{more}.")),
    ]);
    Some(tale.because(sentence, &tale.container.path.key("restartPolicyRules")))
}

/// What happens to it when its pod is deleted.
fn stop(tale: &Tale) -> Option<Prose> {
    let left = tale.times.stop_s?;
    let lifecycle = &tale.facts.lifecycle;
    let grace = lifecycle.grace_s.value;
    let hook = pre_stop(tale.container);
    let (signal, own) = signal(tale);
    let traffic = if tale.is_served { " New traffic stops at about the same time, in parallel." } else { "" };
    if grace == 0 {
        let hook = if hook.is_some() { "; its hook does not run" } else { "" };
        let sentence = plain(format!("On deletion its pod has no time to end: it is killed at once{hook}."));
        return Some(tale.because(sentence, &lifecycle.grace_s.field));
    }
    let total = duration(grace);
    let is_sidecar = tale.container.kind == ContainerKind::Sidecar;
    let signal = if own { signal } else { format!("{signal} or the stop signal of its image") };
    // A sidecar waits for its turn, so nobody knows how much time is left then.
    let kill = match (is_sidecar, &hook) {
        (true, _) => format!("and SIGKILL when the {total} are over"),
        (false, Some(hook)) if hook.sleep_s().is_none() && *hook != Hook::Nothing => {
            format!("and SIGKILL when the {total} are over")
        }
        _ => format!("and SIGKILL {} later", duration(left)),
    };
    let spent = hook.as_ref().and_then(Hook::sleep_s).filter(|spent| *spent > 0);
    let mut sentence = match (&hook, spent) {
        (Some(_), Some(spent)) if spent > grace.saturating_sub(LEAST_GRACE_S) => {
            let least = format!("{LEAST_GRACE_S} s");
            hooked(
                &format!("On deletion it gets {total}, and its "),
                &format!(" sleep uses them up: then comes {signal}, and SIGKILL {least} later."),
            )
        }
        (Some(_), Some(spent)) => hooked(
            &format!("On deletion it gets {total}: {} of them go to its ", duration(spent)),
            &format!(" sleep, then {signal}, {kill}."),
        ),
        (Some(hook @ (Hook::Exec { sleep_s: None, .. } | Hook::Http { .. })), None) => concat(vec![
            plain(format!("On deletion it gets {total}: first ")),
            runs(hook),
            plain(" as its "),
            vec![code("preStop")],
            plain(format!(", then {signal}, {kill}.")),
        ]),
        _ => plain(format!("On deletion it gets {signal}, {kill}.")),
    };
    if is_sidecar {
        sentence.extend(turn(tale));
    }
    sentence.extend(plain(traffic));
    let field = match hook {
        Some(_) => tale.container.path.key("lifecycle").key("preStop"),
        None => lifecycle.grace_s.field.clone(),
    };
    Some(tale.because(sentence, &field))
}

fn hooked(before: &str, after: &str) -> Prose {
    concat(vec![plain(before), vec![code("preStop")], plain(after)])
}

/// What a hook that is no sleep does.
fn runs(hook: &Hook) -> Prose {
    match hook {
        Hook::Exec { command, .. } => concat(vec![vec![code(command)], plain(" runs")]),
        Hook::Http { path, port } => {
            concat(vec![vec![code(format!("GET {path}"))], plain(" goes to its port "), vec![code(port)]])
        }
        Hook::Sleep(_) | Hook::Nothing => plain("nothing runs"),
    }
}

/// Sidecars are told to end one by one, the last one first, after the app containers.
fn turn(tale: &Tale) -> Prose {
    let earlier: Vec<usize> = tale
        .facts
        .lifecycle
        .termination
        .value
        .iter()
        .take_while(|phase| !phase.contains(&tale.position))
        .flatten()
        .copied()
        .filter(|&one| tale.pod.containers[one].kind == ContainerKind::Sidecar)
        .collect();
    let before: Vec<Prose> = earlier.iter().map(|&one| vec![code(&*tale.pod.containers[one].key)]).collect();
    let sidecars = match before.len() {
        0 => Prose::new(),
        1 => concat(vec![plain(" and sidecar "), listed(before, 4)]),
        _ => concat(vec![plain(" and sidecars "), listed(before, 4)]),
    };
    concat(vec![plain(" The signal waits until the app containers"), sidecars, plain(" have ended.")])
}

/// The signal that tells it to end, and whether the manifest names it.
fn signal(tale: &Tale) -> (String, bool) {
    let lifecycle = tale.container.spec.lifecycle.as_ref();
    match lifecycle.and_then(|lifecycle| lifecycle.stop_signal.clone()) {
        Some(signal) => (signal, true),
        None => ("SIGTERM".to_owned(), false),
    }
}

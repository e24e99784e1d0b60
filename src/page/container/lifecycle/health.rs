//! When a container gets traffic, when it stops getting any, and who notices that it hangs.

use super::{Tale, asks, what};
use crate::facts::lifecycle::{Probe, ProbeKind, Sight, probes};
use crate::names::{duration, durations};
use crate::page::Prose;
use crate::page::prose::{code, concat, plain};
use crate::topology::ContainerKind;

pub fn sentences(tale: &Tale) -> Vec<Prose> {
    if !matches!(tale.container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        return Vec::new();
    }
    let of = |kind| probes(tale.container).into_iter().find(|probe: &Probe| probe.kind == kind);
    let (readiness, liveness) = (of(ProbeKind::Readiness), of(ProbeKind::Liveness));
    if readiness.is_none() && liveness.is_none() {
        return vec![unwatched(tale)];
    }
    let mut sentences = Vec::new();
    match readiness {
        Some(probe) => {
            sentences.extend([ready(tale, &probe), Some(removed(tale, &probe))].into_iter().flatten());
        }
        None => sentences.push(at_once(tale)),
    }
    sentences.push(match liveness {
        Some(probe) => hang(tale, &probe),
        None => plain("Nothing restarts it if it hangs: it has no liveness probe."),
    });
    sentences
}

/// Neither probe.
fn unwatched(tale: &Tale) -> Prose {
    let once = if tale.times.startup.is_some() { "it has started" } else { "its process runs" };
    let gets = if tale.is_served { "It gets traffic" } else { "It counts as ready" };
    plain(format!(
        "{gets} as soon as {once}, and nothing notices if it hangs: it has neither a readiness nor a liveness probe."
    ))
}

fn at_once(tale: &Tale) -> Prose {
    let once = if tale.times.startup.is_some() { "it has started" } else { "its process runs" };
    plain(match tale.is_served {
        true => {
            format!("It gets traffic as soon as {once}, and even while it hangs: it has no readiness probe.")
        }
        false => format!("It counts as ready as soon as {once}: it has no readiness probe."),
    })
}

fn ready(tale: &Tale, probe: &Probe) -> Option<Prose> {
    let known = tale.times.earliest_ready_s.as_ref()?;
    let effect = match (tale.is_served, tale.pod_is_served) {
        (true, _) => "It gets traffic once ",
        (false, true) => "Its pod gets traffic only once ",
        (false, false) => "It counts as ready once ",
    };
    let times = if probe.successes > 1 {
        format!("succeeds {} times in a row", probe.successes)
    } else {
        "succeeds".to_owned()
    };
    let earliest = match known.value {
        0 => String::new(),
        seconds => format!(", at the earliest about {} after its process begins", duration(seconds)),
    };
    let sentence = concat(vec![plain(effect), what(&probe.check), plain(format!(" {times}{earliest}."))]);
    Some(tale.because(sentence, &tale.container.path.key(probe.kind.field())))
}

fn removed(tale: &Tale, probe: &Probe) -> Prose {
    let Some(known) = &tale.times.readiness_removal_max_s else { return Prose::new() };
    let time = duration(known.value);
    let event = probe.check.sight().event();
    let effect = if tale.pod_is_served {
        format!("New traffic to its pod stops within about {time} after it {event}, because ")
    } else {
        format!("Its pod stops being ready within about {time} after it {event}, because ")
    };
    let sentence =
        concat(vec![plain(effect), vec![code(probe.kind.field())], plain(format!(" {}.", often(probe)))]);
    tale.because(sentence, &known.field)
}

fn hang(tale: &Tale, probe: &Probe) -> Prose {
    let Some(known) = &tale.times.liveness else { return Prose::new() };
    let found = &known.value;
    let noticed = match found.detect_min_s {
        0 => format!("within about {}", duration(found.detect_max_s)),
        least => format!("after about {}", durations(least, found.detect_max_s)),
    };
    let unnoticed = match found.sight {
        Sight::Program => "",
        Sight::Port => " A hang with the port still open goes unnoticed.",
        Sight::Elsewhere => " A hang goes unnoticed: the command asks nothing of the program.",
    };
    let first = match probe.delay_s {
        0 => String::new(),
        // With a startup probe, it is not certain from when on the delay counts.
        _ if tale.times.startup.is_some() => String::new(),
        delay => format!(" The first try comes about {delay} s after its process begins."),
    };
    let tries = match probe.failures {
        1 => "fails after 1 try in vain".to_owned(),
        many => format!("fails after {many} tries in vain"),
    };
    let sentence = concat(vec![
        plain(format!(
            "If it {}, Kubernetes notices {noticed} and kills it, at the latest after about {}; {}.{unnoticed} ",
            found.sight.event(),
            duration(found.kill_by_max_s),
            tale.then(),
        )),
        asks(probe, Some(&tries)),
        plain(first),
    ]);
    tale.because(sentence, &known.field)
}

fn often(probe: &Probe) -> String {
    let period = probe.period_s;
    match probe.failures {
        1 => format!("fails once, and is tried every {period} s"),
        2 => format!("fails twice, every {period} s"),
        many => format!("fails {many} times, every {period} s"),
    }
}

//! Sidecar: a container that helps the main one as long as that runs, known by its image, its files, or its name.

use super::clues::Clues;
use super::pattern::{Finding, Help, Pattern, Sign, Telling};
use super::sentence::{Piece, text};
use crate::catalog::ImagePart;
use crate::facts::known::quoted;
use crate::topology::ContainerKind;

pub(super) static PATTERN: Pattern = Pattern {
    word: "sidecar",
    title: "Sidecar",
    meaning: "it helps the main container as long as that runs: logs, metrics, certificates.",
    signs: &[
        Sign::Kind(ContainerKind::Sidecar),
        Sign::Help(Help { turn: 4, stands_alone: 1, is_in_front: false, find, tell }),
    ],
};

/// Words of names that helpers bear.
const WORDS: [&str; 19] = [
    "sidecar",
    "shipper",
    "logger",
    "logging",
    "logs",
    "log",
    "tail",
    "reloader",
    "reload",
    "watcher",
    "sync",
    "syncer",
    "agent",
    "helper",
    "collector",
    "forwarder",
    "proxy",
    "logrotate",
    "prepull",
];

/// Words that say little in the name of an image.
const VAGUE: [&str; 2] = ["agent", "proxy"];

/// Words of names that programs of their own bear, whatever else they are called.
pub(super) const PROGRAMS: [&str; 20] = [
    "api",
    "app",
    "backend",
    "cache",
    "consumer",
    "controller",
    "database",
    "db",
    "frontend",
    "main",
    "manager",
    "producer",
    "queue",
    "server",
    "service",
    "ui",
    "web",
    "website",
    "worker",
    "master",
];

/// A helper that shows no more special pattern.
fn find(clues: &Clues, me: usize) -> Option<Finding> {
    by_image(clues, me).or_else(|| by_name(clues, me))
}

/// A helper by the class of its image.
fn by_image(clues: &Clues, me: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let class = clue.class.filter(|class| match class.part {
        ImagePart::Sidecar => true,
        // Which way its traffic goes is not known here; the rules of ambassador and inbound proxy come first.
        ImagePart::Proxy => !clues.bears_the_name(me),
        _ => false,
    })?;
    let why = format!("its image {} is one that {}", quoted(clue.base), class.does);
    let field = clue.container.path.key("image");
    let finding = Finding::new(&PATTERN, 90, why, field);
    let reads = clues.reads_what_others_write(me, None);
    let call = clues.calls_of(me).next();
    // Whoever writes what others read, or is called by them, may well be the main container.
    let structural = reads.is_some() || call.is_some();
    let files = reads.or_else(|| clues.shares_files(me));
    let partner = files.map(|(_, other)| other).or(call.map(|call| call.to));
    let volume = files.map(|(usage, _)| usage.name.clone());
    let percent = if structural { 95 } else { 90 };
    // A proxy is more seldom a program of its own than what is made to stand beside others.
    let stands_alone = if class.part == ImagePart::Sidecar { 3 } else { finding.stands_alone };
    Some(Finding { partner, volume, structural, percent, stands_alone, ..finding })
}

/// A helper by the words of its name, where nothing else says what it is.
fn by_name(clues: &Clues, me: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let words = clue.words();
    let is_program = PROGRAMS.iter().any(|word| words.contains(*word)) && !words.contains("sidecar");
    let pulls = ["prepull", "pre-pull"].into_iter().find(|word| clue.container.name.contains(word));
    let in_own_name =
        |word: &str| clue.container.name.to_ascii_lowercase().split(['-', '_', '.']).any(|part| part == word);
    // Images of all sorts are called a proxy or an agent.
    let counts = |word: &&str| words.contains(*word) && (!VAGUE.contains(word) || in_own_name(word));
    let word = pulls.or_else(|| WORDS.into_iter().find(|word| counts(word) && !is_program))?;
    // Who is called a sidecar is one, whatever its image does elsewhere.
    let is_called_so = clue.container.name.split(['-', '_', '.']).any(|part| part == "sidecar");
    let free = is_called_so || clue.class.is_none_or(|class| class.part == ImagePart::Tool);
    let served = !clue.services.is_empty() && !is_called_so;
    if !free || clues.bears_the_name(me) || served {
        return None;
    }
    let why = match pulls {
        Some(word) => format!("{} in its name says that it is there to have an image pulled", quoted(word)),
        None => format!("{} is what helpers are called", quoted(word)),
    };
    let finding = Finding::new(&PATTERN, 60, why, clue.container.path.key("name"));
    Some(match clues.reads_what_others_write(me, None) {
        Some((usage, writer)) => Finding {
            partner: Some(writer),
            volume: Some(usage.name.clone()),
            structural: true,
            percent: 70,
            ..finding
        },
        None => finding,
    })
}

/// A helper by its files: it only reads a volume that the main container writes.
///
/// Source: `kubernetes/website`, concepts/workloads/pods/sidecar-containers.md, where a log shipper does so.
pub(super) fn by_files(clues: &Clues, me: usize, main: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let (usage, writer) = clues.reads_what_others_write(me, Some(main))?;
    if writer != main || clue.base == clues.workload || clue.keeps_data() {
        return None;
    }
    let main_name = &clues.containers[main].container.name;
    let why = format!("it reads volume {}, which {} writes", quoted(&usage.name), quoted(main_name));
    let finding = Finding::new(&PATTERN, 70, why, clues.mount(me, &usage.name));
    Some(Finding { partner: Some(main), volume: Some(usage.name.clone()), structural: true, ..finding })
}

fn tell(telling: &Telling) -> Vec<Piece> {
    let does = telling.does();
    let is_logging = telling.is_of_class("logging");
    match (telling.partner(), &telling.finding.volume) {
        (Some(partner), Some(volume)) => {
            let only_reads = telling.only_reads(volume);
            let volume = Piece::Code(volume.clone());
            let mut told = match does.filter(|_| !is_logging || !only_reads) {
                Some(does) => vec![text(format!(": it {does}; "))],
                None => vec![text(": ")],
            };
            told.extend(match (only_reads, is_logging) {
                (true, true) => {
                    vec![text("it reads the log files that "), partner, text(" writes to volume "), volume]
                }
                (true, false) => {
                    vec![text("it reads what "), partner, text(" writes to volume "), volume]
                }
                (false, _) => vec![text("it shares volume "), volume, text(" with "), partner],
            });
            told
        }
        (Some(partner), None) => match does {
            Some(does) => {
                vec![text(format!(": it {does}, and calls ")), partner, text(" on localhost")]
            }
            None => telling.because(),
        },
        (None, _) => does.map_or_else(|| telling.because(), |does| vec![text(format!(": it {does}"))]),
    }
}

//! Sidecar: a container that helps the main one as long as that runs, known by its image, its files, or its name.

use super::clues::Clues;
use super::{Finding, Pattern};
use crate::catalog::ImagePart;
use crate::facts::known::quoted;

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

/// A helper by the class of its image.
pub(super) fn by_image(clues: &Clues, me: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let class = clue.class.filter(|class| match class.part {
        ImagePart::Sidecar => true,
        // Which way its traffic goes is not known here; the rules of ambassador and inbound proxy come first.
        ImagePart::Proxy => !clues.bears_the_name(me),
        _ => false,
    })?;
    let why = format!("its image {} is one that {}", quoted(clue.base), class.does);
    let field = clue.container.path.key("image");
    let finding = Finding::new(Pattern::Sidecar, 90, why, field);
    let reads = clues.reads_what_others_write(me, None);
    let call = clues.calls_of(me).next();
    // Whoever writes what others read, or is called by them, may well be the main container.
    let structural = reads.is_some() || call.is_some();
    let files = reads.or_else(|| clues.shares_files(me));
    let partner = files.map(|(_, other)| other).or(call.map(|call| call.to));
    let volume = files.map(|(usage, _)| usage.name.clone());
    let percent = if structural { 95 } else { 90 };
    Some(Finding { partner, volume, structural, percent, ..finding })
}

/// A helper by the words of its name, where nothing else says what it is.
pub(super) fn by_name(clues: &Clues, me: usize) -> Option<Finding> {
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
    let finding = Finding::new(Pattern::Sidecar, 60, why, clue.container.path.key("name"));
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
    let finding = Finding::new(Pattern::Sidecar, 70, why, mount(clues, me, &usage.name));
    Some(Finding { partner: Some(main), volume: Some(usage.name.clone()), structural: true, ..finding })
}

/// Where a container mounts a volume.
pub(super) fn mount(clues: &Clues, me: usize, volume: &str) -> crate::catalog::FieldPath {
    let container = clues.containers[me].container;
    let mounts = container.spec.volume_mounts.iter().flatten();
    match mounts.enumerate().find(|(_, mount)| mount.name == volume) {
        Some((index, _)) => container.path.key("volumeMounts").named_item(index, volume),
        None => container.path.key("volumeDevices"),
    }
}

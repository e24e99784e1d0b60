//! The part that a container plays beside others: in a word or two, and as sentences with the evidence.

use super::lead::served;
use crate::catalog::InitTask;
use crate::facts::PodFacts;
use crate::facts::patterns::Finding;
use crate::facts::patterns::{Part, Pattern};
use crate::model::Object;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, listed, marked, plain, text};
use crate::page::workload::role_words;
use crate::topology::{ContainerKind, NodeIndex, Pod};

/// From which percentage on a part is stated and not only said to look so.
const SURE: u8 = 90;

/// The part in a word or two: `Main container`, `Sidecar (logging)`, `Init container (migration)`.
pub fn words(pod: &Pod, facts: &PodFacts, position: usize) -> String {
    let Some(part) = facts.patterns.parts.get(position) else { return String::new() };
    let kind = pod.containers[position].kind;
    let pattern = part.does.as_ref().map(|finding| finding.pattern);
    let word = part.word.clone();
    if let Some(turn) = pod.step(position).filter(|_| pod.steps > 1) {
        return format!("Step {} of {}", turn + 1, pod.steps);
    }
    match (kind, pattern) {
        (ContainerKind::Init, _) => match &part.prepares {
            Some(prepares) => format!("Init container ({})", task_word(prepares.task)),
            None => "Init container".to_owned(),
        },
        (ContainerKind::Sidecar, Some(pattern)) if pattern != Pattern::Sidecar => {
            format!("Sidecar ({})", pattern_words(pattern).to_ascii_lowercase())
        }
        (ContainerKind::Sidecar, _) | (ContainerKind::App, Some(Pattern::Sidecar)) => match word {
            Some(word) => format!("Sidecar ({word})"),
            None => "Sidecar".to_owned(),
        },
        (ContainerKind::App, Some(pattern)) => match word {
            Some(word) => format!("{} ({word})", pattern_words(pattern)),
            None => pattern_words(pattern).to_owned(),
        },
        _ => role_words(kind, part.role.value).to_owned(),
    }
}

/// How a pattern is called.
pub fn pattern_words(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Init => "Init container",
        Pattern::Sidecar => "Sidecar",
        Pattern::Ambassador => "Ambassador",
        Pattern::Adapter => "Adapter",
        Pattern::InboundProxy => "Inbound proxy",
        Pattern::SharedData => "Shared data",
    }
}

fn task_word(task: InitTask) -> &'static str {
    match task {
        InitTask::WaitFor => "waiting",
        InitTask::Migrate => "migration",
        InitTask::Permissions => "permissions",
        InitTask::Fetch => "download",
        InitTask::CopyFiles => "files",
        InitTask::Render => "configuration",
        InitTask::Network => "network",
        InitTask::Kernel => "kernel settings",
    }
}

/// What an init container prepares, as a sentence; nothing where the manifest does not show it.
pub fn preparation(know: &Knowledge, object: &Object, part: &Part) -> Prose {
    let Some(prepares) = &part.prepares else { return Prose::new() };
    let what = prepares.what.as_ref().map(|what| code(what.clone()));
    let sentence = match (prepares.task, what) {
        (InitTask::WaitFor, Some(what)) => vec![text(" It waits until "), what, text(" answers. ")],
        (InitTask::WaitFor, None) => plain(" It waits until something else is there. "),
        (InitTask::Migrate, _) => plain(" It brings the schema of a database up to date. "),
        (InitTask::Permissions, _) => plain(" It sets the owner or the permissions of files. "),
        (InitTask::Fetch, Some(what)) => vec![text(" It fetches files from "), what, text(". ")],
        (InitTask::Fetch, None) => plain(" It fetches what the others need. "),
        (InitTask::CopyFiles, _) => plain(" It puts files in place. "),
        (InitTask::Render, _) => plain(" It writes configuration from a template. "),
        (InitTask::Network, _) => plain(" It sets up the network of the pod or its node. "),
        (InitTask::Kernel, _) => plain(" It changes settings of the node's kernel or system. "),
    };
    concat(vec![sentence, vec![know.source(object, &prepares.field)]])
}

/// What a helper does for the others, with the field that shows it.
pub fn help(know: &Knowledge, index: NodeIndex, object: &Object, position: usize) -> Option<Prose> {
    let (pod, facts) = know.pod(index)?;
    let part = facts.patterns.parts.get(position)?;
    let finding = part.does.as_ref()?;
    let helper = Helper { know, index, pod, part, position, finding };
    let sentence = match finding.pattern {
        Pattern::Ambassador => helper.ambassador(),
        Pattern::InboundProxy => helper.inbound_proxy(),
        Pattern::Adapter => helper.adapter(),
        _ => helper.sidecar(),
    };
    let article = match finding.pattern {
        Pattern::Ambassador => "n ambassador",
        Pattern::InboundProxy => "n inbound proxy",
        Pattern::Adapter => "n adapter",
        _ => " sidecar",
    };
    let start =
        if finding.percent >= SURE { format!("A{article}") } else { format!("Looks like a{article}") };
    let by = finding.declared_by.and_then(|node| know.node(node).object.as_deref()).unwrap_or(object);
    Some(concat(vec![plain(start), sentence, plain(". "), vec![know.source(by, &finding.field)]]))
}

struct Helper<'a> {
    know: &'a Knowledge<'a>,
    index: NodeIndex,
    pod: &'a Pod,
    part: &'a Part,
    position: usize,
    finding: &'a Finding,
}

impl Helper<'_> {
    /// The container that it helps, linked.
    fn partner(&self) -> Option<Prose> {
        self.finding.partner.map(|partner| vec![self.know.container(self.index, partner)])
    }

    /// Where the two meet: `localhost:5432`.
    fn local(&self) -> Option<Prose> {
        self.finding.port.map(|port| vec![code(format!("localhost:{port}"))])
    }

    /// The reason alone, for what cannot be told better.
    fn because(&self) -> Prose {
        concat(vec![plain(", because "), marked(&self.finding.why)])
    }

    fn ambassador(&self) -> Prose {
        let remote = self.finding.remote.as_ref().map(|remote| vec![code(remote.clone())]);
        match (self.partner(), self.local(), remote) {
            (Some(partner), Some(local), Some(remote)) => concat(vec![
                plain(": "),
                partner,
                plain(" talks to "),
                local,
                plain(", and this container carries it to "),
                remote,
                plain(" outside of the pod"),
            ]),
            (Some(partner), Some(local), None) => concat(vec![
                plain(": "),
                partner,
                plain(" talks to "),
                local,
                plain(", and this container carries it out of the pod"),
            ]),
            (_, _, Some(remote)) => concat(vec![
                plain(": it leads to "),
                remote,
                plain(", though nothing in these manifests calls it on localhost"),
            ]),
            _ => self.because(),
        }
    }

    fn inbound_proxy(&self) -> Prose {
        let services = served(self.know, self.index, self.pod, self.position);
        let near = &self.know.node(self.index).identity;
        let from: Vec<Prose> =
            services.iter().map(|(service, _)| self.know.mention(*service, near)).collect();
        let traffic = match from.len() {
            0 => plain("it takes the traffic"),
            1 => concat(vec![listed(from, 3), plain(" sends its traffic here, and this container")]),
            _ => concat(vec![listed(from, 3), plain(" send their traffic here, and this container")]),
        };
        let alone = services.is_empty();
        match (self.partner(), self.local()) {
            (Some(partner), Some(local)) => concat(vec![
                plain(": "),
                traffic,
                plain(if alone { " for " } else { " hands it on to " }),
                partner,
                plain(if alone { ", and hands it on at " } else { " at " }),
                local,
            ]),
            _ => self.because(),
        }
    }

    fn adapter(&self) -> Prose {
        let is_metrics = self.part.word.as_deref() == Some("metrics");
        if let (false, None, Some(partner), Some(volume)) =
            (is_metrics, self.finding.port, self.partner(), &self.finding.volume)
        {
            let volume = vec![text(" writes to volume "), code(volume.clone()), text(" into another form")];
            return concat(vec![plain(": it turns what "), partner, volume]);
        }
        let Some(partner) = self
            .partner()
            .or_else(|| self.only_other())
            .filter(|_| is_metrics || self.finding.port.is_some())
        else {
            return self.because();
        };
        let port = match self.finding.port {
            Some(port) => vec![text(" on port "), code(port.to_string())],
            None => Prose::new(),
        };
        concat(vec![plain(": it turns what "), partner, plain(" reports into Prometheus metrics"), port])
    }

    /// The main container, where it is the only one that can be meant.
    fn only_other(&self) -> Option<Prose> {
        let main = self.know.facts.of(self.index)?.patterns.main()?;
        (self.pod.apps().count() == 2).then(|| vec![self.know.container(self.index, main)])
    }

    fn sidecar(&self) -> Prose {
        let does = self.does();
        match (self.partner(), &self.finding.volume) {
            (Some(partner), Some(volume)) => {
                let reads = if self.only_reads(volume) {
                    let what = if self.part.word.as_deref() == Some("logging") {
                        "it reads the log files that "
                    } else {
                        "it reads what "
                    };
                    let volume = code(volume.clone());
                    concat(vec![plain(what), partner, plain(" writes to volume "), vec![volume]])
                } else {
                    let volume = code(volume.clone());
                    concat(vec![plain("it shares volume "), vec![volume], plain(" with "), partner])
                };
                let does =
                    does.filter(|_| self.part.word.as_deref() != Some("logging") || !self.only_reads(volume));
                match does {
                    Some(does) => concat(vec![plain(format!(": it {does}; ")), reads]),
                    None => concat(vec![plain(": "), reads]),
                }
            }
            (Some(partner), None) => match does {
                Some(does) => {
                    concat(vec![plain(format!(": it {does}, and calls ")), partner, plain(" on localhost")])
                }
                None => self.because(),
            },
            _ => does.map_or_else(|| self.because(), |does| plain(format!(": it {does}"))),
        }
    }

    /// What its image is known to do.
    fn does(&self) -> Option<String> {
        let class = self.know.catalog.image(&self.pod.containers[self.position].image)?;
        self.part.word.as_ref().map(|_| class.does.clone())
    }

    fn only_reads(&self, volume: &str) -> bool {
        let volumes =
            self.know.facts.of(self.index).map(|facts| facts.volumes.as_slice()).unwrap_or_default();
        let usage = volumes.iter().find(|usage| usage.name == volume);
        let mut mine = usage
            .into_iter()
            .flat_map(|usage| &usage.mounts)
            .filter(|mount| mount.container == self.position);
        mine.all(|mount| mount.access == crate::facts::storage::Access::ReadOnly)
    }
}

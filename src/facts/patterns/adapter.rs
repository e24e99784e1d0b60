//! Adapter: it turns what another container reports into a form that others understand.

use super::clues::Clues;
use super::pattern::{Finding, Help, Pattern, Sign, Telling};
use super::sentence::{Piece, text};
use crate::catalog::ImagePart;
use crate::facts::known::quoted;

pub(super) static PATTERN: Pattern = Pattern {
    word: "adapter",
    title: "Adapter",
    meaning: "it turns what the app reports into a form that others understand.",
    signs: &[Sign::Help(Help { turn: 3, stands_alone: 4, is_in_front: false, find, tell })],
};

/// Whether a container turns what another reports into something else, metrics above all.
///
/// Source: `kubernetes/website`, concepts/workloads/pods/multi-container-pods.md: an adapter reads the main
/// container's output through a shared volume or localhost.
fn find(clues: &Clues, me: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let words = clue.words();
    let by_image = clue.part() == Some(ImagePart::Adapter);
    let free = clue.class.is_none_or(|class| class.part == ImagePart::Tool);
    // Who is called an adapter is one, such as a log shipper that converts what it reads.
    let is_called_so = clue.container.name.split(['-', '_', '.']).any(|part| part == "adapter");
    let by_name = (is_called_so || (free && words.contains("exporter"))) && !clues.bears_the_name(me);
    let port = clues.metrics_port(me);
    let others_report = clues.others_show_metrics(me);
    let scraped = clues.pod.annotations.contains_key("prometheus.io/scrape");
    let call = clues.calls_of(me).next().or_else(|| clues.callers(me).next());
    let partner = call.map(|call| if call.from == me { call.to } else { call.from });
    let files = clues.reads_what_others_write(me, None);
    // With neither the image nor the name: it reads from another container, and alone shows what is called metrics.
    let named_metrics = clue
        .container
        .spec
        .ports
        .iter()
        .flatten()
        .any(|port| port.name.as_deref().is_some_and(|name| name.contains("metrics")));
    let reads = clues.calls_of(me).next().is_some() || files.is_some();
    let by_shape = free && reads && named_metrics && !others_report && clue.services.is_empty();
    let percent = match (by_image, by_name, by_shape) {
        (true, ..) if (port.is_some() || scraped) && !others_report => 90,
        (true, ..) => 70,
        (_, true, _) if port.is_some() || partner.is_some() => 75,
        (_, true, _) => 60,
        (_, _, true) if !clues.bears_the_name(me) => 70,
        _ => return None,
    };
    let (why, field) = match (by_image, by_name) {
        (true, _) => (
            format!("its image {} turns what others report into metrics", quoted(clue.base)),
            clue.container.path.key("image"),
        ),
        (_, true) => ("its name says that it converts".to_owned(), clue.container.path.key("name")),
        _ => (
            "it reads from another container, and it alone shows metrics".to_owned(),
            clue.container.path.key("ports"),
        ),
    };
    let structural = partner.is_some() || files.is_some();
    let files = files.or_else(|| clues.shares_files(me));
    Some(Finding {
        partner: partner.or(files.map(|(_, writer)| writer)),
        port,
        volume: files.map(|(usage, _)| usage.name.clone()),
        structural,
        ..Finding::new(&PATTERN, percent, why, field)
    })
}

fn tell(telling: &Telling) -> Vec<Piece> {
    let finding = telling.finding;
    let is_metrics = telling.is_of_class("metrics");
    if let (false, None, Some(partner), Some(volume)) =
        (is_metrics, finding.port, telling.partner(), &finding.volume)
    {
        let volume = Piece::Code(volume.clone());
        return vec![
            text(": it turns what "),
            partner,
            text(" writes to volume "),
            volume,
            text(" into another form"),
        ];
    }
    let partner = telling.partner().or_else(|| telling.only_other());
    let Some(partner) = partner.filter(|_| is_metrics || finding.port.is_some()) else {
        return telling.because();
    };
    let mut told = vec![text(": it turns what "), partner, text(" reports into Prometheus metrics")];
    if let Some(port) = finding.port {
        told.extend([text(" on port "), Piece::Code(port.to_string())]);
    }
    told
}

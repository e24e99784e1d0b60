//! Inbound proxy: it takes the traffic for another container of the pod, and hands it on over localhost.

use super::clues::Clues;
use super::pattern::{Finding, Help, Pattern, Sign, Telling};
use super::sentence::{Piece, text};
use crate::catalog::ImagePart;
use crate::facts::known::quoted;

pub(super) static PATTERN: Pattern = Pattern {
    word: "inbound-proxy",
    title: "Inbound proxy",
    meaning: "it takes the traffic for another container: it checks who comes in, or ends TLS.",
    signs: &[Sign::Help(Help { turn: 2, stands_alone: 0, is_in_front: true, find, tell })],
};

/// Whether a container stands in front of another one.
fn find(clues: &Clues, me: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let call = clues.calls_of(me).next();
    let served = !clue.services.is_empty();
    let by_image = match clue.part() {
        Some(ImagePart::InboundProxy) => true,
        Some(ImagePart::Proxy | ImagePart::WebServer) => call.is_some(),
        Some(ImagePart::Ambassador) => call.is_some() && served,
        _ => false,
    };
    let free = clue.class.is_none_or(|class| class.part == ImagePart::Tool);
    let by_name = free && call.is_some() && clue.words().contains("proxy");
    if !by_image && !by_name {
        return None;
    }
    let known = clue.part() == Some(ImagePart::InboundProxy);
    let percent = match (call, served) {
        (Some(_), served) if served || known => 90,
        (None, true) => 85,
        (Some(_), _) => 75,
        (None, false) => 70,
    };
    let (why, field) = match call {
        Some(call) => {
            let behind = quoted(&clues.containers[call.to].container.name);
            (format!("it hands on to {behind} on port {} of localhost", call.port), call.field.clone())
        }
        None => {
            let does = clue.class.map_or("stands in front of others", |class| class.does.as_str());
            (format!("its image {} is one that {does}", quoted(clue.base)), clue.container.path.key("image"))
        }
    };
    Some(Finding {
        partner: call.map(|call| call.to),
        port: call.map(|call| call.port),
        structural: call.is_some(),
        declared_by: call.map(|call| call.declared_by),
        ..Finding::new(&PATTERN, percent, why, field)
    })
}

fn tell(telling: &Telling) -> Vec<Piece> {
    let (Some(partner), Some(local)) = (telling.partner(), telling.local()) else {
        return telling.because();
    };
    let services = telling.services.to_vec();
    if services.is_empty() {
        let takes = text("it takes the traffic");
        return vec![text(": "), takes, text(" for "), partner, text(", and hands it on at "), local];
    }
    let send = match services.len() {
        1 => " sends its traffic here, and this container",
        _ => " send their traffic here, and this container",
    };
    let services = Piece::Services(services);
    vec![text(": "), services, text(send), text(" hands it on to "), partner, text(" at "), local]
}

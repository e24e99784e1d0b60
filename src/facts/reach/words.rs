//! What rules let through, in words; names stand in backticks.

use super::policy::{Ports, Rule, Which, Who};
use super::range::IpRange;
use super::{NAMESPACE_NAME, Peer};
use crate::facts::quoted;
use crate::names::count;
use crate::names::english;
use crate::topology::Selector;

/// How many peers or ports are named before the rest is counted.
const MOST_NAMED: usize = 4;

/// Whom a rule means: ``pods labeled `app=web` in this namespace``, `anyone`.
pub fn who(rule: &Rule) -> String {
    let Some(peers) = &rule.peers else { return "anyone".to_owned() };
    let mut words: Vec<String> = Vec::new();
    for peer in peers {
        let peer = peer_words(peer);
        if !words.contains(&peer) && words.len() <= MOST_NAMED {
            words.push(peer);
        }
    }
    let beyond = if words.len() > MOST_NAMED { peers.len() - (MOST_NAMED - 1) } else { 0 };
    if beyond > 0 {
        words.truncate(MOST_NAMED - 1);
        words.push(count(beyond, "more peer", "more peers"));
    }
    english::list(&words, "and")
}

/// Whom one peer means.
pub fn peer_words(peer: &Peer) -> String {
    match &peer.who {
        Who::Pods { pods, namespaces } => {
            let pods = pods_words(pods.as_ref());
            let place = match namespaces {
                None => "in this namespace".to_owned(),
                Some(selector) if selector.is_empty() => "in every namespace".to_owned(),
                Some(selector) => namespaces_words(selector),
            };
            format!("{pods} {place}")
        }
        Who::Block { cidr, except } => block_words(cidr, except),
        Who::Nobody => "nobody".to_owned(),
    }
}

/// Pods by their labels: `all pods`, ``pods labeled `app=web` ``.
pub fn pods_words(selector: Option<&Selector>) -> String {
    match selector.filter(|selector| !selector.is_empty()) {
        None => "all pods".to_owned(),
        Some(selector) => format!("pods {}", labeled(selector)),
    }
}

fn namespaces_words(selector: &Selector) -> String {
    match selector.required_label() {
        Some((NAMESPACE_NAME, name)) if selector.text() == format!("{NAMESPACE_NAME}={name}") => {
            format!("in namespace {}", quoted(name))
        }
        _ => format!("in namespaces {}", labeled(selector)),
    }
}

/// `labeled` reads well for pairs only.
fn labeled(selector: &Selector) -> String {
    let text = selector.text();
    let pairs = text.split(", ").all(|part| part.contains('=') && !part.contains(' '));
    let verb = if pairs { "labeled" } else { "whose labels match" };
    format!("{verb} {}", quoted(&text))
}

fn block_words(cidr: &str, except: &[String]) -> String {
    let noun = match IpRange::read(cidr) {
        Some(IpRange::ANYWHERE) => "any address outside, ",
        Some(_) if !cidr.contains('/') || cidr.ends_with("/32") || cidr.ends_with("/128") => "address ",
        Some(_) => "addresses in ",
        None => return format!("nobody, because {} is no range of addresses", quoted(cidr)),
    };
    let except: Vec<String> = except.iter().take(MOST_NAMED).map(|hole| quoted(hole)).collect();
    let except =
        if except.is_empty() { String::new() } else { format!(" except {}", english::list(&except, "and")) };
    format!("{noun}{}{except}", quoted(cidr))
}

/// On which ports: `port 8080`, `ports 53/UDP and 53/TCP`, `any port`.
pub fn on_ports(rule: &Rule) -> String {
    let Some(ports) = &rule.ports else { return "any port".to_owned() };
    let tcp_alone = ports.iter().all(|ports| ports.protocol == "TCP");
    let all: Vec<&Ports> = ports.iter().filter(|ports| ports.which == Which::All).collect();
    let mut words: Vec<String> = Vec::new();
    for ports in ports.iter().filter(|ports| !matches!(ports.which, Which::All | Which::None)) {
        let word = number_words(ports, tcp_alone);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let several = words.len() > 1 || words.iter().any(|word| word.contains('–'));
    let noun = if several { "ports" } else { "port" };
    let mut pieces = match words.len() {
        0 => Vec::new(),
        1..=MOST_NAMED => vec![format!("{noun} {}", english::list(&words, "and"))],
        many => vec![count(many, "port", "ports")],
    };
    pieces.extend(all.iter().map(|ports| format!("any {} port", ports.protocol)));
    if pieces.is_empty() { "no port".to_owned() } else { english::list(&pieces, "and") }
}

/// `80`, `53/UDP`, `` `http` ``, `32000–32768`: TCP goes without saying where it is the only protocol.
fn number_words(ports: &Ports, tcp_alone: bool) -> String {
    let protocol = if tcp_alone { String::new() } else { format!("/{}", ports.protocol) };
    match &ports.which {
        Which::Numbers(first, last) if first == last => format!("{first}{protocol}"),
        Which::Numbers(first, last) => format!("{first}–{last}{protocol}"),
        Which::Named(name) => format!("{}{protocol}", quoted(name)),
        Which::All | Which::None => protocol,
    }
}

/// A rule as what it lets in or out, without whom it is for: `pods labeled … on port 80`.
pub fn passes(rule: &Rule) -> String {
    match (&rule.ports, rule.is_open()) {
        (_, true) => "anyone".to_owned(),
        (None, _) => who(rule),
        (Some(_), _) => format!("{} on {}", who(rule), on_ports(rule)),
    }
}

/// The words without their backticks, for places that hold no markup.
pub fn plain_words(words: &str) -> String {
    words.replace('`', "")
}

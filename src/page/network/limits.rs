//! What NetworkPolicies let in and out of the pods of one workload, in sentences and in a few words.

use crate::facts::reach::{Direction, Policy, Rule, on_ports, passes, who};
use crate::names::count;
use crate::names::english;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{concat, joined, listed, marked, plain, separated, text};
use crate::topology::{NodeIndex, Share};

/// How many rules are told one by one.
const MOST_TOLD: usize = 8;

/// How many NetworkPolicies are named in one sentence.
const MOST_NAMED: usize = 3;

/// What NetworkPolicies let in and out of a workload's pods: first who may reach them, then whom they may reach. For a
/// workload that no policy isolates, the sentences say so.
pub fn limits(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let policies = know.facts.policies();
    let isolates = |direction| policies.isolating(know.topology, index, None, direction).next().is_some();
    if !Direction::BOTH.into_iter().any(isolates) {
        let parts = of_parts(know, index);
        let open = match parts.is_empty() {
            true => "No NetworkPolicy in these manifests limits who may reach it, or whom it may reach.",
            false => {
                "No NetworkPolicy in these manifests limits who may reach its other pods, or whom they may reach."
            }
        };
        return parts.into_iter().chain([plain(open)]).chain(unjudged(know, index)).collect();
    }
    let mut sentences = of_direction(know, index, Direction::Ingress);
    sentences.extend(of_direction(know, index, Direction::Egress));
    sentences.extend(of_parts(know, index));
    if policies.cuts_off_dns(know.topology, index) {
        sentences.push(plain(
            "It cannot turn names into addresses: no rule lets it reach port 53, where the cluster's DNS listens.",
        ));
    }
    if know.node(index).pod.as_ref().is_some_and(|pod| pod.spec.host_network == Some(true)) {
        sentences.push(plain(
            "It uses the network of its node, where it is up to the network plugin what NetworkPolicies do.",
        ));
    }
    sentences.extend(unjudged(know, index));
    sentences
}

/// The policies that are about some of a workload's pods only.
fn of_parts(know: &Knowledge, index: NodeIndex) -> Vec<Prose> {
    let near = &know.node(index).identity;
    let parts = know.facts.policies().over_a_part(know.topology, index).map(|(policy, part)| {
        let rules = Direction::BOTH.into_iter().filter(|direction| policy.rules(*direction).is_some());
        let ways: Vec<Prose> = rules
            .map(|direction| match direction {
                Direction::Ingress => plain("who may reach it"),
                Direction::Egress => plain("whom it may reach"),
            })
            .collect();
        let what = if ways.is_empty() { plain("nothing") } else { joined(ways, "and") };
        concat(vec![
            plain(format!("For {}, ", Share::only(part))),
            know.mention(policy.index, near),
            plain(" limits "),
            what,
            plain("."),
        ])
    });
    let mut parts: Vec<Prose> = parts.collect();
    if parts.len() > MOST_TOLD {
        let more = count(parts.len() - MOST_TOLD, "more NetworkPolicy is", "more NetworkPolicies are");
        parts.truncate(MOST_TOLD);
        parts.push(plain(format!("{more} about some of its pods only.")));
    }
    parts
}

/// What rules over a workload's pods beside NetworkPolicies, in one sentence.
fn unjudged(know: &Knowledge, index: NodeIndex) -> Option<Prose> {
    let guards = know.facts.policies().guards(index);
    let near = &know.node(index).identity;
    let names: Vec<Prose> = guards.iter().map(|&guard| know.mention(guard, near)).collect();
    let (verb, what) = if names.len() == 1 { (" says", " rules") } else { (" say", " rule") };
    (!names.is_empty()).then(|| {
        concat(vec![
            listed(names, MOST_NAMED),
            plain(format!(
                "{what} over these connections; what {}{verb} is not judged here.",
                if guards.len() == 1 { "it" } else { "they" }
            )),
        ])
    })
}

fn of_direction(know: &Knowledge, index: NodeIndex, direction: Direction) -> Vec<Prose> {
    let isolating: Vec<_> = know.facts.policies().isolating(know.topology, index, None, direction).collect();
    if isolating.is_empty() {
        return vec![plain(match direction {
            Direction::Ingress => "No NetworkPolicy in these manifests limits who may reach it.",
            Direction::Egress => "No NetworkPolicy in these manifests limits whom it may reach.",
        })];
    }
    let rules: Vec<(&Policy, &Rule)> = isolating
        .iter()
        .flat_map(|(policy, rules)| rules.iter().map(move |rule| (*policy, rule)))
        .filter(|(_, rule)| !rule.is_void())
        .collect();
    if let Some((policy, rule)) = rules.iter().find(|(_, rule)| rule.is_open()) {
        return vec![concat(vec![
            plain(match direction {
                Direction::Ingress => "Anyone may reach any port of it: a rule of ",
                Direction::Egress => "It may reach anyone on any port: a rule of ",
            }),
            know.mention(policy.index, &know.node(index).identity),
            plain(" allows everything. "),
            source(know, policy, rule),
        ])];
    }
    match &rules[..] {
        [] => vec![nothing(know, isolating.iter().map(|(policy, _)| *policy).collect(), direction)],
        [(policy, rule)] => vec![sentence(know, policy, rule, direction, true)],
        rules => several(know, rules, direction),
    }
}

/// The sentences for several rules: each adds to what is allowed.
fn several(know: &Knowledge, rules: &[(&Policy, &Rule)], direction: Direction) -> Vec<Prose> {
    let told = if rules.len() > MOST_TOLD { MOST_TOLD - 1 } else { rules.len() };
    let mut sentences: Vec<Prose> = Vec::new();
    for (policy, rule) in &rules[..told] {
        let sentence = sentence(know, policy, rule, direction, false);
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    let more = rules.len() - told;
    let rest = match (direction, more) {
        (Direction::Ingress, 0) => "Nobody else may reach it, apart from the node it runs on.".to_owned(),
        (Direction::Egress, 0) => "It may reach nobody else.".to_owned(),
        (Direction::Ingress, more) => {
            format!("{} who may reach it; the pages of the NetworkPolicies list them.", more_rules(more))
        }
        (Direction::Egress, more) => {
            format!("{} whom it may reach; the pages of the NetworkPolicies list them.", more_rules(more))
        }
    };
    sentences.push(plain(rest));
    sentences
}

fn more_rules(number: usize) -> String {
    let verb = if number == 1 { "says" } else { "say" };
    format!("{} {verb}", count(number, "more rule", "more rules"))
}

/// One rule: whom it lets reach which ports.
fn sentence(know: &Knowledge, policy: &Policy, rule: &Rule, direction: Direction, only: bool) -> Prose {
    let words = match (direction, only, rule.peers.is_none()) {
        (Direction::Ingress, true, true) => format!("Anyone may reach {}, and nothing else", on_ports(rule)),
        (Direction::Ingress, true, false) => {
            let who = who(rule);
            let who = who.strip_prefix("all ").unwrap_or(&who);
            format!("Only {who} may reach {}", on_ports(rule))
        }
        (Direction::Ingress, false, _) => {
            english::capital(&format!("{} may reach {}", who(rule), on_ports(rule)))
        }
        (Direction::Egress, true, true) => format!("It may reach anyone, but only on {}", on_ports(rule)),
        (Direction::Egress, true, false) => {
            let who = who(rule);
            let who = who.strip_prefix("all ").unwrap_or(&who);
            format!("It may reach only {who}, on {}", on_ports(rule))
        }
        (Direction::Egress, false, _) => format!("It may reach {} on {}", who(rule), on_ports(rule)),
    };
    concat(vec![
        marked(&words),
        vec![text(" (NetworkPolicy "), know.name(policy.index), text("). ")],
        source(know, policy, rule),
    ])
}

/// The sentence where no rule lets anything through.
fn nothing(know: &Knowledge, policies: Vec<&Policy>, direction: Direction) -> Prose {
    let names: Vec<Prose> = policies.iter().map(|policy| vec![know.name(policy.index)]).collect();
    let (noun, verb) =
        if names.len() == 1 { ("NetworkPolicy ", " isolates") } else { ("NetworkPolicies ", " isolate") };
    let (effect, rest) = match direction {
        Direction::Ingress => ("Only the node it runs on may reach it: ", ", and no rule lets anyone in. "),
        Direction::Egress => ("It may open no connection: ", ", and no rule lets it reach anyone. "),
    };
    let source = policies.first().and_then(|policy| {
        let object = know.node(policy.index).object.as_ref()?;
        Some(know.source(object, &crate::catalog::FieldPath::of("spec").key(direction.key())))
    });
    concat(vec![
        plain(format!("{effect}{noun}")),
        listed(names, MOST_NAMED),
        plain(format!("{verb} it{rest}")),
        source.into_iter().collect(),
    ])
}

fn source(know: &Knowledge, policy: &Policy, rule: &Rule) -> Prose {
    know.node(policy.index).object.iter().map(|object| know.source(object, &rule.field)).collect()
}

/// Who passes in a direction, in a few words: `anyone`, `nobody`, ``pods labeled `app=web` in this namespace on port 80``.
pub fn in_short(know: &Knowledge, index: NodeIndex, direction: Direction) -> Prose {
    let isolating: Vec<_> = know.facts.policies().isolating(know.topology, index, None, direction).collect();
    let rules = || isolating.iter().flat_map(|(_, rules)| rules.iter()).filter(|rule| !rule.is_void());
    if isolating.is_empty() || rules().any(Rule::is_open) {
        return plain("anyone");
    }
    let mut words: Vec<String> = rules().map(passes).collect();
    words.sort();
    words.dedup();
    if words.is_empty() {
        return plain(match direction {
            Direction::Ingress => "only the node it runs on",
            Direction::Egress => "nobody",
        });
    }
    let more = words.len().saturating_sub(MOST_NAMED);
    words.truncate(MOST_NAMED);
    let mut pieces: Vec<Prose> = words.iter().map(|words| marked(words)).collect();
    if more > 0 {
        pieces.push(plain(count(more, "more rule", "more rules")));
    }
    separated(pieces, "; ")
}

//! Advice: what will go wrong, when, and the smallest change that prevents it. One file a rule in `advice/`, each listed
//! once in [`RULES`]; code, level, help page and checks all follow from that.
//!
//! A level is chosen so that an honest repository is not drowned: an error never works, a warning will hurt sooner or
//! later, a note is worth knowing.

mod autoscaler_and_replicas;
mod autoscaler_refused;
mod autoscaler_without_requests;
mod budget_blocks_drains;
mod budget_cannot_count;
mod budget_refused;
mod call_denied;
mod call_to_missing_port;
mod call_to_missing_service;
mod claim_not_declared;
mod claim_shared_by_copies;
mod class_not_here;
mod cluster_dns_not_used;
mod copies_may_share_a_node;
mod cron_name_too_long;
mod database_without_volume;
mod dns_cut_off;
mod early;
mod frozen_config;
mod host_port_taken_twice;
mod init_waits_for_own_app;
mod invalid_image;
mod job_never_completes;
mod limit_range_refuses;
mod liveness_equals_readiness;
mod localhost_nobody_listens;
mod memory_too_small;
mod missing_key;
mod missing_object;
mod monitor_finds_nothing;
mod mount_path_taken_twice;
mod mutable_image_tag;
mod name_taken_twice;
mod near;
mod no_memory_limit;
mod no_readiness_behind_service;
mod not_in_this_version;
mod old_api_version;
mod open;
mod overlapping_policies;
mod pod_security_refuses;
mod port_conflict;
mod port_in_quotes;
mod port_name_unknown;
mod port_out_of_range;
mod ports;
mod prestop_uses_the_grace_up;
mod privileged_or_node_access;
mod probe_outlasts_its_period;
mod quota_not_met;
mod reference_not_granted;
mod replicas_with_own_store;
mod request_above_limit;
mod restart_policy_refused;
mod root_refused;
mod route_not_accepted;
mod route_port_not_in_service;
mod schedule_unreadable;
mod secret_in_plain_text;
mod selector_misses_template;
mod selector_missing;
mod selector_picks_nothing;
mod service_port_leads_nowhere;
mod service_ports_refused;
mod sidecar_starts_too_late;
mod sidecar_without_startup_probe;
mod sleep_exceeds_grace;
mod slow_start_is_killed;
mod statefulset_service_not_headless;
mod surge_needs_the_port;
mod undeclared_volume;
mod update_needs_a_spare_node;
mod update_strategy_refused;
mod update_waits_for_disk;
mod variable_set_twice;
mod wide_permissions;

use super::scene::Scene;
use super::{Facts, quoted};
use crate::catalog::settings::Weight;
use crate::catalog::{Catalog, FieldPath};
use crate::problem::Level;
use crate::topology::{HOST, NodeIndex, Topology};

/// The annotation whose codes, separated by commas, are not reported of an object; `*` stands for all.
const IGNORE: &str = "podviz.dev/ignore";

/// Every rule, sorted by code.
pub static RULES: &[&Rule] = &[
    &autoscaler_and_replicas::RULE,
    &autoscaler_refused::RULE,
    &autoscaler_without_requests::RULE,
    &budget_blocks_drains::RULE,
    &budget_cannot_count::RULE,
    &budget_refused::RULE,
    &call_denied::RULE,
    &call_to_missing_port::RULE,
    &call_to_missing_service::RULE,
    &claim_not_declared::RULE,
    &claim_shared_by_copies::RULE,
    &class_not_here::RULE,
    &cluster_dns_not_used::RULE,
    &copies_may_share_a_node::RULE,
    &cron_name_too_long::RULE,
    &database_without_volume::RULE,
    &dns_cut_off::RULE,
    &frozen_config::RULE,
    &host_port_taken_twice::RULE,
    &init_waits_for_own_app::RULE,
    &invalid_image::RULE,
    &job_never_completes::RULE,
    &limit_range_refuses::RULE,
    &liveness_equals_readiness::RULE,
    &localhost_nobody_listens::RULE,
    &memory_too_small::RULE,
    &missing_key::RULE,
    &missing_object::RULE,
    &monitor_finds_nothing::RULE,
    &mount_path_taken_twice::RULE,
    &mutable_image_tag::RULE,
    &name_taken_twice::RULE,
    &no_memory_limit::RULE,
    &no_readiness_behind_service::RULE,
    &not_in_this_version::RULE,
    &old_api_version::RULE,
    &overlapping_policies::RULE,
    &pod_security_refuses::RULE,
    &port_conflict::RULE,
    &port_in_quotes::RULE,
    &port_name_unknown::RULE,
    &port_out_of_range::RULE,
    &prestop_uses_the_grace_up::RULE,
    &privileged_or_node_access::RULE,
    &probe_outlasts_its_period::RULE,
    &quota_not_met::RULE,
    &reference_not_granted::RULE,
    &replicas_with_own_store::RULE,
    &request_above_limit::RULE,
    &restart_policy_refused::RULE,
    &root_refused::RULE,
    &route_not_accepted::RULE,
    &route_port_not_in_service::RULE,
    &schedule_unreadable::RULE,
    &secret_in_plain_text::RULE,
    &selector_misses_template::RULE,
    &selector_missing::RULE,
    &selector_picks_nothing::RULE,
    &service_port_leads_nowhere::RULE,
    &service_ports_refused::RULE,
    &sidecar_starts_too_late::RULE,
    &sidecar_without_startup_probe::RULE,
    &sleep_exceeds_grace::RULE,
    &slow_start_is_killed::RULE,
    &statefulset_service_not_headless::RULE,
    &surge_needs_the_port::RULE,
    &undeclared_volume::RULE,
    &update_needs_a_spare_node::RULE,
    &update_strategy_refused::RULE,
    &update_waits_for_disk::RULE,
    &variable_set_twice::RULE,
    &wide_permissions::RULE,
];

/// Something that podviz looks for.
pub struct Rule {
    /// Its stable name, in kebab case.
    pub code: &'static str,
    /// How bad it is, unless a finding says otherwise.
    pub level: Level,
    /// What it finds and why that matters, in a sentence or two.
    pub meaning: &'static str,
    /// Looks at one object.
    check: fn(&Scene, &Facts, &mut Findings),
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

/// The keys of mappings that are one value together, such as the labels that a selector asks for.
const OF_VALUES: [&str; 11] = [
    "affinity",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "podSelector",
    "requests",
    "resources",
    "schedule",
    "selector",
    "tolerations",
];

/// One thing that a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub level: Level,
    /// The object that it is about.
    pub node: NodeIndex,
    /// The container that it is about, by its index in the pod.
    pub container: Option<usize>,
    /// What goes wrong, when, and why: sentences, raw, with names in backticks.
    pub reason: String,
    /// The smallest change that prevents it: a sentence, raw, with names in backticks.
    pub help: String,
    /// The fields that it follows from, each in the object of a node; the first is where it is reported.
    pub evidence: Vec<(NodeIndex, FieldPath)>,
    /// Whether someone said that they do not want to hear it.
    pub is_ignored: bool,
}

/// What a rule finds in one object.
pub(super) struct Findings<'a> {
    scene: Scene<'a>,
    rule: &'static Rule,
    found: Vec<Finding>,
}

impl Findings<'_> {
    /// Adds a finding: what goes wrong, what to do, and the field of the object that it follows from. What it returns
    /// may be made more exact.
    pub fn add(
        &mut self,
        reason: impl Into<String>,
        help: impl Into<String>,
        field: FieldPath,
    ) -> &mut Finding {
        let finding = Finding {
            rule: self.rule,
            level: self.rule.level,
            node: self.scene.index,
            container: None,
            reason: reason.into(),
            help: help.into(),
            evidence: vec![(self.scene.index, field)],
            is_ignored: is_ignored(&self.scene, self.rule.code),
        };
        self.found.push(finding);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

impl Finding {
    /// The same, about one container.
    pub fn of_container(&mut self, position: usize) -> &mut Finding {
        self.container = Some(position);
        self
    }

    /// The same, as bad as `level`.
    pub fn at_level(&mut self, level: Level) -> &mut Finding {
        self.level = level;
        self
    }

    /// The same, which follows from one more field.
    pub fn because(&mut self, node: NodeIndex, field: FieldPath) -> &mut Finding {
        self.evidence.push((node, field));
        self
    }

    /// The file and the line where it is reported.
    pub fn place<'a>(&self, topology: &'a Topology) -> Option<(&'a str, u32)> {
        let (node, field) = self.evidence.first()?;
        let object = topology.nodes[*node].object.as_deref()?;
        Some(object.place(field.line(&object.value)))
    }
}

/// Everything that the rules find, the worst first, then by object.
pub(super) fn findings(topology: &Topology, catalog: &Catalog, facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for scene in Scene::all(topology, catalog) {
        for rule in RULES {
            let mut findings = Findings { scene, rule, found: Vec::new() };
            (rule.check)(&scene, facts, &mut findings);
            findings.found.retain(|finding| !is_open(topology, finding));
            mark_incomplete(topology, &mut findings);
            if let Some(Weight::At(level)) = catalog.settings.advice.get(rule.code) {
                findings.found.iter_mut().for_each(|finding| finding.level = *level);
            }
            found.append(&mut findings.found);
        }
    }
    found.sort_by(|a, b| {
        (b.level.cmp(&a.level))
            .then_with(|| (a.node, a.rule.code, a.container).cmp(&(b.node, b.rule.code, b.container)))
            .then_with(|| a.reason.cmp(&b.reason))
    });
    found
}

/// How an object is called in advice on another one: `Service`, its name, and its namespace where that is another; a host
/// outside is none.
pub(super) fn called(scene: &Scene, index: NodeIndex) -> String {
    let other = &scene.topology.nodes[index].identity;
    let kind = if &*other.kind == HOST { "host" } else { &*other.kind };
    let place = match &*other.namespace {
        namespace if namespace.is_empty() || *namespace == *scene.object.identity.namespace => String::new(),
        namespace => format!(" in namespace {}", quoted(namespace)),
    };
    format!("{kind} {}{place}", quoted(&other.name))
}

/// The rules whose findings what is missing of an environment cannot answer: they are about what stands in a file.
const ANYWAY: [&str; 4] =
    ["not-in-this-version", "old-api-version", "schedule-unreadable", "secret-in-plain-text"];

/// The rules whose findings another object may answer.
const ANSWERED_BY_OTHERS: [&str; 13] = [
    "call-denied",
    "call-to-missing-service",
    "claim-not-declared",
    "class-not-here",
    "dns-cut-off",
    "missing-object",
    "monitor-finds-nothing",
    "port-name-unknown",
    "quota-not-met",
    "reference-not-granted",
    "route-not-accepted",
    "selector-picks-nothing",
    "service-port-leads-nowhere",
];

/// Of an environment that could not be built as a whole, only what holds in any case is said, and marked. In a cluster, objects
/// that are built as a whole stay what they are, so that only what others may answer is left out.
fn mark_incomplete(topology: &Topology, findings: &mut Findings) {
    let environment = &*findings.scene.object.identity.environment;
    let own = topology.environments.iter().find(|one| one.name == environment);
    let Some((own, missing)) = own.and_then(|own| Some((own, own.incomplete.as_deref()?))) else { return };
    let delivery = findings.scene.object.delivery.as_deref();
    if own.is_cluster() && !delivery.is_some_and(|delivery| delivery.in_part) {
        findings.found.retain(|finding| !ANSWERED_BY_OTHERS.contains(&finding.rule.code));
        return;
    }
    findings.found.retain(|finding| ANYWAY.contains(&finding.rule.code));
    for finding in &mut findings.found {
        finding.reason.push_str(&format!(" (Incomplete: {missing}.)"));
    }
}

/// Whether a finding follows from a value that a tool puts in later: then nobody knows whether it holds.
fn is_open(topology: &Topology, finding: &Finding) -> bool {
    finding.evidence.iter().any(|(node, field)| {
        let value = topology.nodes[*node].object.as_deref().and_then(|object| field.find(&object.value));
        let last = field.last_key().unwrap_or_default();
        let levels = if OF_VALUES.contains(&last) { 3 } else { 0 };
        value.is_some_and(|value| value.holds_placeholder(levels))
    })
}

fn is_ignored(scene: &Scene, code: &str) -> bool {
    is_annotated(scene.object, code) || scene.catalog.settings.ignores(code, &scene.object.identity)
}

/// Whether the manifest itself says that nobody wants to hear a finding; else the settings do.
pub fn is_ignored_in_source(topology: &Topology, finding: &Finding) -> bool {
    let object = topology.nodes[finding.node].object.as_deref();
    object.is_some_and(|object| is_annotated(object, finding.rule.code))
}

fn is_annotated(object: &crate::model::Object, code: &str) -> bool {
    let codes = object.annotation(IGNORE).unwrap_or_default();
    codes.split(',').map(str::trim).any(|one| one == code || one == "*")
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn codes_are_unique_and_sorted() {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    }
}

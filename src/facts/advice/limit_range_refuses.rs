//! Containers, pods and claims that a LimitRange of their namespace does not let in.

use super::{Findings, Rule};
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::facts::quantity::{Quantity, resource_words};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::model::Object;
use crate::problem::Level;
use crate::topology::{ContainerKind, NodeIndex};

pub(super) static RULE: Rule = Rule {
    code: "limit-range-refuses",
    level: Level::Error,
    meaning: "A container, a pod or a claim asks for more, or less, than a LimitRange of its namespace allows. Kubernetes refuses the pod \
              or the claim; a Deployment is accepted and stays without pods.",
    check,
};

/// Source: `k8s.io/kubernetes/plugin/pkg/admission/limitranger/admission.go`, `PodValidateLimitFunc`,
/// `PersistentVolumeClaimValidateLimitFunc`, `minConstraint`, `maxConstraint` and `limitRequestRatioConstraint`.
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let own = &scene.object.identity;
    let ranges = scene.topology.of_kind(&own.environment, "", "LimitRange");
    for (range, node) in ranges.filter(|(_, node)| node.identity.namespace == own.namespace) {
        let Some(object) = node.object.as_deref() else { continue };
        let list = FieldPath::of("spec.limits");
        for (at, limit) in list.find(&object.value).map(Value::items).unwrap_or_default().iter().enumerate() {
            let limit = Limit { node: range, object, value: limit, path: list.item(at, limit) };
            match limit.value.get("type").and_then(Value::as_str) {
                Some("Container") => containers(scene, facts, &limit, findings),
                Some("Pod") => whole_pod(scene, facts, &limit, findings),
                Some("PersistentVolumeClaim") => claim(scene, &limit, findings),
                _ => {}
            }
        }
    }
}

/// One entry of a LimitRange.
struct Limit<'a> {
    node: NodeIndex,
    object: &'a Object,
    value: &'a Value,
    path: FieldPath,
}

/// What is asked of one resource.
#[derive(Clone, Copy)]
struct Asked {
    request: Option<Quantity>,
    limit: Option<Quantity>,
}

impl Limit<'_> {
    /// The amounts under a key, by resource, with their fields.
    fn amounts(&self, key: &str) -> Vec<(&str, Quantity, FieldPath)> {
        let entries = self.value.get(key).map(Value::entries).unwrap_or_default();
        let amounts = entries.iter().filter_map(|entry| {
            let quantity = Quantity::parse(&entry.value.scalar_text()?)?;
            Some((&*entry.key, quantity, self.path.key(key).key(&entry.key)))
        });
        amounts.collect()
    }

    /// What is not allowed of what is asked: what is said of it, and the field of the LimitRange.
    fn faults(&self, asked: impl Fn(&str) -> Asked) -> Vec<(String, FieldPath)> {
        let mut faults = Vec::new();
        let words = resource_words;
        for (name, most, field) in self.amounts("max") {
            let Asked { request, limit } = asked(name);
            let over =
                limit.filter(|limit| *limit > most).map(|limit| format!("may use {}", words(name, limit)));
            let over = over.or_else(|| {
                request
                    .filter(|request| *request > most)
                    .map(|request| format!("reserves {}", words(name, request)))
            });
            if let Some(over) = over {
                faults.push((format!("{over}, above the maximum of {}", words(name, most)), field));
            }
        }
        for (name, least, field) in self.amounts("min") {
            let Asked { request, limit } = asked(name);
            let under = request.filter(|it| *it < least).map(|it| format!("reserves {}", words(name, it)));
            let under = under.or_else(|| {
                limit.filter(|it| *it < least).map(|it| format!("may use only {}", words(name, it)))
            });
            if let Some(under) = under {
                faults.push((format!("{under}, below the minimum of {}", words(name, least)), field));
            }
        }
        for (name, ratio, field) in self.amounts("maxLimitRequestRatio") {
            let Asked { request: Some(request), limit: Some(limit) } = asked(name) else { continue };
            if !request.is_zero() && limit.exceeds(request, ratio) {
                let what = format!("may use {} and reserves {}", words(name, limit), words(name, request));
                let ratio = self
                    .value
                    .at("maxLimitRequestRatio")
                    .and_then(|it| it.get(name))
                    .and_then(Value::scalar_text);
                faults
                    .push((format!("{what}, more than {} times as much", ratio.unwrap_or_default()), field));
            }
        }
        faults
    }

    /// `whom` is what is refused, `who` asks for what is not allowed.
    fn reason(&self, whom: &str, who: &str, fault: &str) -> String {
        format!("LimitRange {} refuses {whom}: {who} {fault}.", quoted(&self.object.identity.name))
    }
}

const HELP: &str = "Change what it asks for, or the LimitRange.";

fn containers(scene: &Scene, facts: &Facts, limit: &Limit, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked()) else { return };
    let Some(found) = facts.of(scene.index) else { return };
    for (position, (container, resources)) in
        pod.containers.iter().zip(&found.resources.containers).enumerate()
    {
        if container.kind == ContainerKind::Ephemeral {
            continue;
        }
        let asked = |name: &str| Asked {
            request: resources.requests.value.get(name),
            limit: resources.limits.value.get(name),
        };
        for (fault, field) in limit.faults(asked) {
            findings
                .add(
                    limit.reason("its pods", &quoted(&container.key), &fault),
                    HELP,
                    container.path.key("resources"),
                )
                .of_container(position)
                .because(limit.node, field);
        }
    }
}

fn whole_pod(scene: &Scene, facts: &Facts, limit: &Limit, findings: &mut Findings) {
    let Some(pod) = scene.node().pod.as_deref().filter(|_| scene.is_pod_checked()) else { return };
    let Some(found) = facts.of(scene.index) else { return };
    let resources = &found.resources;
    let asked = |name: &str| Asked {
        request: resources.requests.value.get(name),
        limit: resources.limits.value.get(name).filter(|_| !resources.unlimited.contains_key(name)),
    };
    for (fault, field) in limit.faults(asked) {
        findings
            .add(limit.reason("its pods", "a pod", &fault), HELP, pod.path.key("containers"))
            .because(limit.node, field);
    }
}

fn claim(scene: &Scene, limit: &Limit, findings: &mut Findings) {
    let mut tell = |spec: &Value, path: FieldPath, whom: &str| {
        let asked = |name: &str| Asked {
            request: spec
                .at("resources.requests")
                .and_then(|requests| requests.get(name)?.scalar_text())
                .and_then(|text| Quantity::parse(&text)),
            limit: None,
        };
        for (fault, field) in limit.faults(asked) {
            findings
                .add(limit.reason(whom, "a claim", &fault), HELP, path.key("resources"))
                .because(limit.node, field);
        }
    };
    if scene.is("", "PersistentVolumeClaim")
        && let Some(spec) = scene.at("spec")
    {
        tell(spec, FieldPath::of("spec"), "it");
    }
    if scene.is("apps", "StatefulSet") {
        let list = FieldPath::of("spec.volumeClaimTemplates");
        for (index, template) in
            list.find(&scene.object.value).map(Value::items).unwrap_or_default().iter().enumerate()
        {
            if let Some(spec) = template.get("spec") {
                let path = list.item(index, template.get("metadata").unwrap_or(template)).key("spec");
                tell(spec, path, "the claims of its pods");
            }
        }
    }
}

//! The embedded knowledge is sound, and a kind is added with one text.

use super::*;
use std::collections::BTreeSet;

const LIGHTHOUSE: &str = "
kind: Lighthouse
group: example.org
role: route
summary: Shows ships the way to a Service.
edges:
  - { relation: routes-to, field: spec.serviceName, to: Service }
explain:
  - field: spec.light
    is: false
    say: The light is off.
";

/// Every kind of the API of Kubernetes 1.33 to 1.37, by group: those of a namespace, then those of the cluster.
const BUILT_IN: &[(&str, &str, &str)] = &[
    (
        "admissionregistration.k8s.io",
        "",
        "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
    ),
    ("apiextensions.k8s.io", "", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "", "APIService"),
    ("apps", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", ""),
    ("authentication.k8s.io", "TokenRequest", "SelfSubjectReview TokenReview"),
    (
        "authorization.k8s.io",
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    ),
    ("autoscaling", "HorizontalPodAutoscaler Scale", ""),
    ("batch", "CronJob Job", ""),
    ("certificates.k8s.io", "PodCertificateRequest", "CertificateSigningRequest ClusterTrustBundle"),
    ("coordination.k8s.io", "Lease LeaseCandidate", ""),
    (
        "",
        "Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
        "ComponentStatus Namespace Node PersistentVolume",
    ),
    ("discovery.k8s.io", "EndpointSlice", ""),
    ("events.k8s.io", "Event", ""),
    ("flowcontrol.apiserver.k8s.io", "", "FlowSchema PriorityLevelConfiguration"),
    ("internal.apiserver.k8s.io", "", "StorageVersion"),
    ("lifecycle.k8s.io", "Eviction EvictionRequest", ""),
    ("networking.k8s.io", "Ingress NetworkPolicy", "IPAddress IngressClass ServiceCIDR"),
    ("node.k8s.io", "", "RuntimeClass"),
    ("policy", "Eviction PodDisruptionBudget", ""),
    ("rbac.authorization.k8s.io", "Role RoleBinding", "ClusterRole ClusterRoleBinding"),
    (
        "resource.k8s.io",
        "ResourceClaim ResourceClaimTemplate",
        "DeviceClass DeviceTaintRule ResourcePoolStatusRequest ResourceSlice",
    ),
    ("scheduling.k8s.io", "CompositePodGroup PodGroup Workload", "PriorityClass"),
    (
        "storage.k8s.io",
        "CSIStorageCapacity",
        "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
    ),
    ("storagemigration.k8s.io", "", "StorageVersionMigration"),
];

fn catalog() -> Catalog {
    Catalog::embedded()
}

fn every_edge(catalog: &Catalog) -> Vec<(String, EdgeRule)> {
    let pseudo = [catalog.pod_edges(), catalog.container_edges(), catalog.any_edges()];
    let pseudo = pseudo.into_iter().flatten().map(|edge| ("(pseudo)".to_owned(), edge.clone()));
    let kinds =
        catalog.kinds().flat_map(|rule| rule.edges.iter().map(|edge| (rule.kind.clone(), edge.clone())));
    pseudo.chain(kinds).collect()
}

#[test]
fn the_embedded_files_follow_the_vocabulary() {
    let catalog = catalog();
    assert!(catalog.kinds().count() > 80);
    assert!(!catalog.pod_edges().is_empty());
    assert!(!catalog.container_edges().is_empty());
    assert!(!catalog.any_edges().is_empty());
}

#[test]
fn every_edge_leads_to_a_kind_that_is_known() {
    let catalog = catalog();
    let known: BTreeSet<_> = catalog.kinds().map(|rule| rule.kind.as_str()).collect();
    for (kind, edge) in every_edge(&catalog) {
        assert!(edge.to.is_some() || edge.kind.is_some(), "{kind}: {:?} leads nowhere", edge.field);
        for to in edge.to.iter().chain(&edge.only).filter(|to| *to != "Host") {
            let there = match to.split_once('.') {
                Some((name, group)) => catalog.kind(group, name).is_some(),
                None => known.contains(to.as_str()),
            };
            assert!(there, "{kind}: {to} has no file");
        }
    }
}

#[test]
fn every_summary_is_one_short_sentence() {
    for rule in catalog().kinds() {
        let words: Vec<_> = rule.summary.split_whitespace().collect();
        let verb = words.first().copied().unwrap_or_default();
        let good = verb.starts_with(char::is_uppercase) && verb.ends_with('s');
        assert!(good, "{}: {verb:?} is no verb", rule.kind);
        assert!(rule.summary.ends_with('.'), "{}: no period", rule.kind);
        assert!(words.len() <= 25, "{}: {} words", rule.kind, words.len());
    }
}

#[test]
fn every_explanation_is_made_of_sentences() {
    for rule in catalog().kinds() {
        for words in rule.explain.iter().flat_map(|one| [&one.say, &one.why]).filter(|one| !one.is_empty()) {
            assert!(words.text().ends_with('.'), "{}: {}", rule.kind, words.text());
        }
    }
}

#[test]
fn every_share_is_one_of_weights() {
    for rule in catalog().kinds() {
        for one in rule.explain.iter().filter(|one| one.unit == Some(vocabulary::Unit::Share)) {
            let is_its = |weights: &vocabulary::WeightRule| weights.field == one.field;
            assert!(rule.weights.iter().any(is_its), "{}: {}", rule.kind, one.say.text());
        }
    }
}

#[test]
fn no_kind_stands_in_two_files() {
    let catalog = catalog();
    let files = KINDS.len();
    assert_eq!(catalog.kinds().count() + 3, files);
}

#[test]
fn old_groups_lead_to_the_kinds_of_today() {
    let catalog = catalog();
    assert_eq!(catalog.successor("extensions", "Deployment"), "apps");
    assert_eq!(catalog.successor("extensions", "Ingress"), "networking.k8s.io");
    assert_eq!(catalog.successor("", "Pod"), "");
    assert_eq!(catalog.group_of("Event"), "");
    assert_eq!(catalog.scope("", "Node"), Some(Scope::Cluster));
    assert_eq!(catalog.role("apps", "StatefulSet"), Role::Workload);
}

#[test]
fn a_kind_is_one_text() {
    let catalog = Catalog::with(&[("lighthouse.yaml", LIGHTHOUSE)]).unwrap();
    let rule = catalog.kind("example.org", "Lighthouse").unwrap();
    assert_eq!(rule.role, Role::Route);
    assert_eq!(rule.edges[0].relation, Relation::RoutesTo);
    assert_eq!(rule.edges[0].to.as_deref(), Some("Service"));
    assert_eq!(rule.explain[0].is.as_ref().map(|is| is.0.clone()), Some(vec!["false".to_owned()]));
    assert_eq!(catalog.group_of("Lighthouse"), "example.org");
}

#[test]
fn a_word_outside_the_vocabulary_is_refused() {
    let text = LIGHTHOUSE.replace("routes-to", "shines-on");
    let error = Catalog::with(&[("lighthouse.yaml", text.as_str())]).unwrap_err();
    assert_eq!(error.file, "lighthouse.yaml");
}

#[test]
fn every_built_in_kind_has_a_file_with_its_scope() {
    let catalog = catalog();
    for (group, namespaced, cluster) in BUILT_IN {
        for (kinds, scope) in [(namespaced, Scope::Namespaced), (cluster, Scope::Cluster)] {
            for kind in kinds.split_whitespace() {
                assert_eq!(catalog.scope(group, kind), Some(scope), "{group}/{kind}");
            }
        }
    }
}

#[test]
fn every_path_of_pods_is_named_and_its_kind_has_a_file() {
    let catalog = catalog();
    for rule in catalog.kinds() {
        for place in rule.pods.places() {
            assert!(
                catalog.kind(&rule.group, &place.kind).is_some(),
                "{}: {} has no file",
                rule.kind,
                place.kind
            );
        }
    }
}

//! What Kubernetes' own tests say of requests, limits, defaults and quality of service, in a table each.
//!
//! A pod is written in a line: `app:cpu=1/cpu=2 init:memory=5Mi sidecar: pod:/memory=1Gi`. Each word is a container (or
//! `pod`, its own resources, or `overhead`), its requests before the slash, its limits behind it.

use super::defaulting::{Requirements, pod_level};
use super::*;
use crate::facts::quantity::Quantity;

/// A pod of a table.
#[derive(Default)]
struct Case {
    parts: Vec<(ContainerKind, Requirements)>,
    level: Requirements,
    overhead: Resources,
}

fn amounts(text: &str) -> Resources {
    let mut amounts = Resources::default();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let (name, quantity) = pair.split_once('=').expect("name=quantity");
        let name = match name {
            "disk" => "ephemeral-storage",
            "huge2Mi" => "hugepages-2Mi",
            "huge1Gi" => "hugepages-1Gi",
            name => name,
        };
        let quantity = Quantity::parse(quantity).expect("a quantity").in_millis();
        amounts.set(name, quantity, Origin::Written);
    }
    amounts
}

fn case(line: &str) -> Case {
    let mut case = Case::default();
    for word in line.split_whitespace() {
        let (what, rest) = word.split_once(':').expect("what:requests/limits");
        let (requests, limits) = rest.split_once('/').unwrap_or((rest, ""));
        let required = Requirements { requests: amounts(requests), limits: amounts(limits) };
        match what {
            "pod" => case.level = required,
            "overhead" => case.overhead = required.requests,
            "app" => case.parts.push((ContainerKind::App, required)),
            "init" => case.parts.push((ContainerKind::Init, required)),
            "sidecar" => case.parts.push((ContainerKind::Sidecar, required)),
            other => panic!("{other} is no part of a pod"),
        }
    }
    // As in a pod, init containers and sidecars stand before the others.
    case.parts.sort_by_key(|(kind, _)| *kind == ContainerKind::App);
    case
}

impl Case {
    fn parts(&self) -> Vec<(ContainerKind, &Requirements)> {
        self.parts.iter().map(|(kind, part)| (*kind, part)).collect()
    }

    /// As the API server takes it.
    fn defaulted(mut self) -> Case {
        self.parts.iter_mut().for_each(|(_, part)| part.request_what_is_limited());
        let level = pod_level(Some(&self.level.written()), &self.parts());
        self.level = level.unwrap_or_default();
        self
    }

    fn class(&self) -> Qos {
        let is_level = pod_level(Some(&self.level.written()), &[]).is_some();
        if is_level {
            return qos::class(&self.level.requests, &self.level.limits);
        }
        qos::of_all(self.parts.iter().map(|(_, part)| qos::class(&part.requests, &part.limits)))
    }
}

impl Requirements {
    /// Back to what a manifest says.
    fn written(&self) -> k8s_openapi::api::core::v1::ResourceRequirements {
        use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Written;
        let list = |amounts: &Resources| {
            let texts = amounts
                .iter()
                .map(|(name, amount)| (name.to_owned(), Written(format!("{}m", amount.quantity.millis()))));
            Some(texts.collect())
        };
        k8s_openapi::api::core::v1::ResourceRequirements {
            requests: list(&self.requests),
            limits: list(&self.limits),
            ..Default::default()
        }
    }
}

/// The amounts without where they come from.
fn plain(resources: &Resources) -> Vec<(String, Quantity)> {
    resources.iter().map(|(name, amount)| (name.to_owned(), amount.quantity)).collect()
}

/// `PodRequests` and `PodLimits` of `k8s.io/component-helpers/resource`, as their tests show them. Those tests set no
/// defaults, so a limit alone leaves no request. `None`: the test does not look at it.
const SUMS: &[(&str, &str, Option<&str>, Option<&str>)] = &[
    ("a limit alone", "app:/cpu=9", Some(""), Some("cpu=9")),
    ("overhead alone", "app: overhead:cpu=5,memory=5", Some("cpu=5,memory=5"), Some("")),
    (
        "requests and overhead",
        "app:cpu=1,memory=10 overhead:cpu=5,memory=5",
        Some("cpu=6,memory=15"),
        Some(""),
    ),
    (
        "requests, limits and overhead",
        "app:cpu=1,memory=10/cpu=2,memory=12 overhead:cpu=5,memory=5",
        Some("cpu=6,memory=15"),
        Some("cpu=7,memory=17"),
    ),
    (
        "one limit and overhead",
        "app:cpu=1,memory=10/cpu=2 overhead:cpu=5,memory=5",
        Some("cpu=6,memory=15"),
        Some("cpu=7"),
    ),
    (
        "two containers",
        "app:cpu=1,memory=5/cpu=2,memory=10 app:cpu=4,memory=12/cpu=8,memory=24",
        Some("cpu=5,memory=17"),
        Some("cpu=10,memory=34"),
    ),
    (
        "two containers, overhead not asked for",
        "app:cpu=1,memory=5/cpu=2,memory=10 app:cpu=4,memory=12/cpu=8,memory=24",
        Some("cpu=5,memory=17"),
        Some("cpu=10,memory=34"),
    ),
    (
        "a massive init container, overhead not asked for",
        "app:cpu=1,memory=5/cpu=2,memory=10 app:cpu=4,memory=12/cpu=8,memory=24 \
         init:cpu=1,memory=5/cpu=1,memory=5 init:cpu=40,memory=120/cpu=80,memory=240",
        Some("cpu=40,memory=120"),
        Some("cpu=80,memory=240"),
    ),
    // TestPodResourceRequests
    ("a larger init container", "init:cpu=4 app:cpu=1", Some("cpu=4"), None),
    ("larger containers", "init:cpu=2 app:cpu=2 app:cpu=3", Some("cpu=5"), None),
    ("overhead excluded", "init:cpu=2 app:cpu=2 app:cpu=3", Some("cpu=5"), None),
    (
        "overhead included",
        "init:cpu=2/cpu=2 app:cpu=2 app:cpu=3 overhead:cpu=1,memory=1Gi",
        Some("cpu=6,memory=1Gi"),
        None,
    ),
    ("a resize that is not looked at", "app:cpu=4", Some("cpu=4"), None),
    ("a resize of a sidecar that is not looked at", "sidecar:cpu=4", Some("cpu=4"), None),
    ("a sidecar", "sidecar:cpu=1 app:cpu=1", Some("cpu=2"), None),
    (
        "three sidecars after an init container",
        "init:cpu=5 sidecar:cpu=1 sidecar:cpu=2 sidecar:cpu=3 app:cpu=1",
        Some("cpu=7"),
        None,
    ),
    (
        "an init container between sidecars",
        "init:cpu=5 sidecar:cpu=1 sidecar:cpu=2 init:cpu=5 sidecar:cpu=3 app:cpu=1",
        Some("cpu=8"),
        None,
    ),
    (
        "a sidecar before a large init container",
        "sidecar:cpu=10 init:cpu=200 app:cpu=100",
        Some("cpu=210"),
        None,
    ),
    // TestPodResourceLimits
    ("limit: a larger init container", "init:/cpu=4 app:/cpu=1", None, Some("cpu=4")),
    ("limit: larger containers", "init:/cpu=2 app:/cpu=2 app:/cpu=3", None, Some("cpu=5")),
    ("limit: overhead excluded", "init:/cpu=2 app:/cpu=2 app:/cpu=3", None, Some("cpu=5")),
    (
        "limit: overhead included",
        "init:/cpu=2 app:/cpu=2 app:/cpu=3 overhead:cpu=1,memory=1Gi",
        None,
        Some("cpu=6"),
    ),
    ("limit: none", "app:", None, Some("")),
    ("limit: one of two", "app:/cpu=2,memory=2Gi app:", None, Some("cpu=2,memory=2Gi")),
    (
        "limit: one of two init containers",
        "init:/cpu=2,memory=2Gi init: app:/cpu=1,memory=1Gi",
        None,
        Some("cpu=2,memory=2Gi"),
    ),
    ("limit: a sidecar", "sidecar:/cpu=1 app:/cpu=1", None, Some("cpu=2")),
    (
        "limit: three sidecars after an init container",
        "init:/cpu=5 sidecar:/cpu=1 sidecar:/cpu=2 sidecar:/cpu=3 app:/cpu=1",
        None,
        Some("cpu=7"),
    ),
    (
        "limit: an init container between sidecars",
        "init:/cpu=5 sidecar:/cpu=1 sidecar:/cpu=2 init:/cpu=5 sidecar:/cpu=3 app:/cpu=1",
        None,
        Some("cpu=8"),
    ),
    (
        "limit: a sidecar before an init container",
        "sidecar:/cpu=10 init:/cpu=200 app:/cpu=100",
        None,
        Some("cpu=210"),
    ),
    ("limit: a resize that is not looked at", "app:/memory=1Gi", None, Some("memory=1Gi")),
    ("limit: a resize of a sidecar that is not looked at", "sidecar:/memory=1Gi", None, Some("memory=1Gi")),
    // TestPodLevelResourceRequests; where pod-level resources are skipped, they are not there.
    ("pod: nothing", "", Some(""), None),
    ("pod: memory, skipped", "", Some(""), None),
    ("pod: memory", "pod:memory=2Mi", Some("memory=2Mi"), None),
    ("pod: memory, and CPU of a container", "pod:memory=2Mi app:cpu=2m", Some("memory=2Mi,cpu=2m"), None),
    ("pod: storage does not count", "pod:storage=2Mi app:storage=3Mi", Some("storage=3Mi"), None),
    ("pod: storage does not count at all", "pod:storage=2Mi app:memory=3Mi", Some("memory=3Mi"), None),
    ("pod: only a container", "app:memory=3Mi,cpu=2m", Some("memory=3Mi,cpu=2m"), None),
    ("pod: both", "pod:memory=6Mi,cpu=8m app:memory=3Mi,cpu=2m", Some("memory=6Mi,cpu=8m"), None),
    ("pod: init container", "app:memory=3Mi,cpu=2m init:memory=5Mi,cpu=4m", Some("memory=5Mi,cpu=4m"), None),
    (
        "pod: init container, skipped",
        "app:memory=3Mi,cpu=2m init:memory=5Mi,cpu=4m",
        Some("memory=5Mi,cpu=4m"),
        None,
    ),
    ("pod: sidecar", "app:memory=3Mi,cpu=2m sidecar:memory=5Mi,cpu=4m", Some("memory=8Mi,cpu=6m"), None),
    (
        "pod: init container and sidecar",
        "app:memory=3Mi,cpu=2m sidecar:memory=5Mi,cpu=4m init:memory=6Mi,cpu=8m",
        Some("memory=11Mi,cpu=12m"),
        None,
    ),
    (
        "pod: all of it",
        "pod:memory=15Mi,cpu=18m app:memory=3Mi,cpu=2m sidecar:memory=5Mi,cpu=4m init:memory=6Mi,cpu=8m",
        Some("memory=15Mi,cpu=18m"),
        None,
    ),
    ("pod: huge pages", "pod:memory=10Mi,huge2Mi=2Mi/huge2Mi=2Mi", Some("memory=10Mi,huge2Mi=2Mi"), None),
    (
        "pod: huge pages of two sizes",
        "pod:cpu=1,huge2Mi=2Mi,huge1Gi=1Gi/huge2Mi=2Mi,huge1Gi=1Gi",
        Some("cpu=1,huge2Mi=2Mi,huge1Gi=1Gi"),
        None,
    ),
    (
        "pod: huge pages, and of a container",
        "pod:cpu=1,huge2Mi=10Mi/huge2Mi=10Mi app:huge2Mi=6Mi/huge2Mi=6Mi",
        Some("cpu=1,huge2Mi=10Mi"),
        None,
    ),
    (
        "pod: huge pages of two sizes, and of a container",
        "pod:cpu=1,huge2Mi=10Mi,huge1Gi=2Gi/huge2Mi=10Mi,huge1Gi=2Gi app:cpu=1,huge1Gi=2Gi/huge1Gi=2Gi",
        Some("cpu=1,huge2Mi=10Mi,huge1Gi=2Gi"),
        None,
    ),
    (
        "pod: huge pages of one size, of a container those of another",
        "pod:cpu=1,huge2Mi=10Mi/huge2Mi=10Mi app:memory=4Mi,huge1Gi=1Gi/huge1Gi=1Gi",
        Some("cpu=1,memory=4Mi,huge2Mi=10Mi,huge1Gi=1Gi"),
        None,
    ),
    // TestPodRequestsAndLimitsWithDRA, where claims add nothing.
    (
        "claims: none",
        "app:cpu=100m,memory=1Gi/cpu=100m,memory=1Gi",
        Some("cpu=100m,memory=1Gi"),
        Some("cpu=100m,memory=1Gi"),
    ),
    ("claims: not counted", "app:cpu=100m/cpu=100m", Some("cpu=100m"), Some("cpu=100m")),
    // TestAggregateContainerRequestsAndLimits
    ("sum: a limit", "app:/cpu=9", Some(""), Some("cpu=9")),
    ("sum: two limits", "app:/cpu=9 app:/cpu=9", Some(""), Some("cpu=18")),
    ("sum: a request", "app:cpu=9", Some("cpu=9"), Some("")),
    ("sum: two requests", "app:cpu=9 app:cpu=9", Some("cpu=18"), Some("")),
    ("sum: an equal init container", "app:cpu=9 init:cpu=9", Some("cpu=9"), Some("")),
    ("sum: sidecar and init container", "app:cpu=9 sidecar:cpu=8 init:cpu=6", Some("cpu=17"), Some("")),
    ("sum: an equal init container's limit", "app:/cpu=9 init:/cpu=9", Some(""), Some("cpu=9")),
    (
        "sum: limits of sidecar and init container",
        "app:/cpu=9 sidecar:/cpu=8 init:/cpu=6",
        Some(""),
        Some("cpu=17"),
    ),
];

#[test]
fn a_pod_needs_what_its_containers_need_at_once() {
    for (name, line, requests, limits) in SUMS {
        let case = case(line);
        let found = effective(&case.parts(), Some(&case.level), Some(&case.overhead));
        if let Some(requests) = requests {
            assert_eq!(plain(&found.0), plain(&amounts(requests)), "requests: {name}");
        }
        if let Some(limits) = limits {
            assert_eq!(plain(&found.1), plain(&amounts(limits)), "limits: {name}");
        }
    }
    assert_eq!(SUMS.len(), 59, "each of upstream's cases is here");
}

/// `IsPodLevelResourcesSet` and `IsPodLevelLimitsSet`: the resources of the pod, and whether each is so.
const SETS: &[(&str, bool, bool)] = &[
    ("", false, false),
    ("pod:/", false, false),
    ("pod:disk=1Mi", false, false),
    ("pod:/disk=1Mi", false, false),
    ("pod:disk=1Mi,cpu=1m", true, false),
    ("pod:/disk=1Mi,cpu=1m", true, true),
    ("pod:memory=100Mi", true, false),
];

#[test]
fn a_pod_may_set_cpu_memory_and_huge_pages_for_all_its_containers() {
    for (line, is_set, limits_are_set) in SETS {
        let case = case(line);
        assert_eq!(pod_level(Some(&case.level.written()), &[]).is_some(), *is_set, "{line}");
        assert_eq!(defaulting::sets_for_pods(&case.level.limits), *limits_are_set, "{line}");
    }
    let names = ["cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "hugepages-1Gi"];
    assert_eq!(names.map(aggregation::is_for_pods), [true, true, false, true, true]);
}

/// `ComputePodQOS` of `k8s.io/kubectl/pkg/util/qos`, then that of `k8s.io/kubernetes/pkg/apis/core/v1/helper/qos`.
const CLASSES: &[(&str, &str, Qos)] = &[
    ("equal", "app:cpu=1,memory=1Gi/cpu=1,memory=1Gi", Qos::Guaranteed),
    (
        "two equal",
        "app:cpu=1,memory=1Gi/cpu=1,memory=1Gi app:cpu=1,memory=1Gi/cpu=1,memory=1Gi",
        Qos::Guaranteed,
    ),
    ("less CPU", "app:cpu=100m,memory=1Gi/cpu=1,memory=1Gi", Qos::Burstable),
    (
        "one equal, one less",
        "app:cpu=1,memory=1Gi/cpu=1,memory=1Gi app:cpu=100m,memory=1Gi/cpu=1,memory=1Gi",
        Qos::Burstable,
    ),
    ("nothing", "app:", Qos::BestEffort),
    ("empty resources of the pod", "pod:/ app:cpu=1,memory=1Gi/cpu=1,memory=1Gi", Qos::Guaranteed),
    ("entirely empty resources of the pod", "pod: app:cpu=1,memory=1Gi/cpu=1,memory=1Gi", Qos::Guaranteed),
    ("no resources of the pod", "app:cpu=1,memory=1Gi/cpu=1,memory=1Gi", Qos::Guaranteed),
    (
        "zeros of the pod",
        "pod:cpu=0,memory=0/cpu=0,memory=0 app:cpu=1,memory=1Gi/cpu=1,memory=1Gi",
        Qos::BestEffort,
    ),
    ("the pod is equal", "pod:cpu=1,memory=1Gi/cpu=1,memory=1Gi app:cpu=100m,memory=100Mi", Qos::Guaranteed),
    (
        "the pod reserves less",
        "pod:cpu=100m,memory=100Mi/cpu=1,memory=1Gi app:cpu=1,memory=1Gi/cpu=1,memory=1Gi",
        Qos::Burstable,
    ),
    (
        "the pod has requests alone",
        "pod:cpu=100m,memory=1Gi app:cpu=1,memory=1Gi/cpu=1,memory=1Gi",
        Qos::Burstable,
    ),
    ("zeros", "app:cpu=0,memory=0/cpu=0,memory=0", Qos::BestEffort),
    (
        "the pod is equal, with huge pages",
        "pod:cpu=10m,memory=100Mi,huge2Mi=100Mi/cpu=10m,memory=100Mi,huge2Mi=100Mi \
         app:cpu=1,memory=1Gi/cpu=1,memory=1Gi",
        Qos::Guaranteed,
    ),
    (
        "the pod has a CPU request and huge pages",
        "pod:cpu=10m,huge2Mi=100Mi/huge2Mi=100Mi app:cpu=1,memory=1Gi/cpu=1,memory=1Gi",
        Qos::Burstable,
    ),
    // pkg/apis/core/v1/helper/qos
    ("one guaranteed", "app:cpu=100m,memory=100Mi/cpu=100m,memory=100Mi", Qos::Guaranteed),
    (
        "two guaranteed",
        "app:cpu=100m,memory=100Mi/cpu=100m,memory=100Mi app:cpu=100m,memory=100Mi/cpu=100m,memory=100Mi",
        Qos::Guaranteed,
    ),
    ("two without anything", "app: app:", Qos::BestEffort),
    ("one without anything", "app:", Qos::BestEffort),
    ("nothing and less", "app: app:cpu=1/cpu=2", Qos::Burstable),
    ("nothing and equal", "app: app:cpu=10m,memory=100Mi/cpu=10m,memory=100Mi", Qos::Burstable),
    ("equal memory alone", "app:memory=100Mi/memory=100Mi", Qos::Burstable),
    ("no limits", "app:cpu=100m,memory=100Mi", Qos::Burstable),
    (
        "less and equal",
        "app:cpu=1,memory=100Mi/cpu=2,memory=100Mi app:cpu=100m,memory=100Mi/cpu=100m,memory=100Mi",
        Qos::Burstable,
    ),
    (
        "the sums are equal",
        "app:cpu=100m,memory=100Mi/cpu=200m,memory=200Mi app:cpu=100m,memory=100Mi",
        Qos::Burstable,
    ),
    ("less", "app:cpu=10m,memory=100Mi/cpu=100m,memory=200Mi", Qos::Burstable),
    ("zero requests", "app:cpu=0,memory=0/cpu=100m,memory=200Mi", Qos::Burstable),
    ("huge pages alone", "app:cpu=0,memory=0,huge2Mi=1Gi/cpu=0,memory=0,huge2Mi=1Gi", Qos::BestEffort),
    ("an init container decides", "app: init:cpu=10m,memory=100Mi/cpu=100m,memory=200Mi", Qos::Burstable),
    ("the pod alone", "pod:cpu=10m,memory=100Mi/cpu=10m,memory=100Mi app:", Qos::Guaranteed),
    (
        "the pod overrules",
        "pod:cpu=10m,memory=100Mi/cpu=10m,memory=100Mi app:cpu=3m,memory=10Mi/cpu=5m,memory=20Mi",
        Qos::Guaranteed,
    ),
    ("the pod alone reserves less", "pod:cpu=10m,memory=10Mi/cpu=20m,memory=50Mi app:", Qos::Burstable),
    (
        "the pod overrules and reserves less",
        "pod:cpu=10m,memory=10Mi/cpu=20m,memory=50Mi app:cpu=5m,memory=10Mi/cpu=5m,memory=10Mi",
        Qos::Burstable,
    ),
    ("requests alone everywhere", "pod:cpu=10m,memory=10Mi app:cpu=5m,memory=10Mi", Qos::Burstable),
    (
        "the pod has one limit",
        "pod:cpu=10m,memory=10Mi/cpu=5m app:cpu=5m,memory=10Mi app:cpu=5m,memory=10Mi/cpu=5m,memory=10Mi",
        Qos::Burstable,
    ),
];

#[test]
fn a_pod_has_the_class_that_upstream_computes() {
    for (name, line, class) in CLASSES {
        assert_eq!(case(line).class(), *class, "{name}");
    }
    assert_eq!(CLASSES.len(), 15 + 20, "each of upstream's cases is here");
}

/// `SetDefaults_Pod` of `k8s.io/kubernetes/pkg/apis/core/v1`: the pod, then its own requests and limits after it, then
/// the class that follows.
const DEFAULTS: &[(&str, &str, &str, &str, Qos)] = &[
    (
        "limits alone",
        "pod:/cpu=2m,memory=1Mi app:",
        "cpu=2m,memory=1Mi",
        "cpu=2m,memory=1Mi",
        Qos::Guaranteed,
    ),
    ("no resources of the pod", "app:/cpu=2m,memory=1Mi", "", "", Qos::Guaranteed),
    ("empty resources of the pod", "pod:/ app:/cpu=2m,memory=1Mi", "", "", Qos::Guaranteed),
    (
        "the containers add up",
        "pod:/cpu=5m,memory=7Mi app:/cpu=2m,memory=1Mi app:/cpu=1m,memory=5Mi",
        "cpu=3m,memory=6Mi",
        "cpu=5m,memory=7Mi",
        Qos::Burstable,
    ),
    (
        "requests that are there stay",
        "pod:cpu=4m/cpu=5m,memory=7Mi app:cpu=1m/cpu=2m,memory=1Mi",
        "cpu=4m,memory=1Mi",
        "cpu=5m,memory=7Mi",
        Qos::Burstable,
    ),
    (
        "one container requests one of them",
        "pod:/cpu=5m,memory=7Mi app:cpu=1m app:",
        "cpu=1m,memory=7Mi",
        "cpu=5m,memory=7Mi",
        Qos::Burstable,
    ),
    (
        "an init container needs the most",
        "pod:/cpu=5m,memory=7Mi app:cpu=1m,memory=1Mi init:cpu=4m,memory=2Mi",
        "cpu=4m,memory=2Mi",
        "cpu=5m,memory=7Mi",
        Qos::Burstable,
    ),
    (
        "storage does not count",
        "pod:/cpu=2m,memory=1Mi,storage=1Mi app:storage=1Mi",
        "cpu=2m,memory=1Mi",
        "cpu=2m,memory=1Mi,storage=1Mi",
        Qos::Guaranteed,
    ),
    ("storage alone is nothing", "pod:/storage=1Mi app:storage=1Mi,disk=5Mi", "", "", Qos::BestEffort),
    (
        "huge pages of two sizes",
        "pod:/cpu=5m,huge2Mi=10Mi app:/cpu=2m,huge1Gi=1Gi app:/cpu=1m,huge2Mi=2Mi",
        "cpu=3m,huge2Mi=10Mi,huge1Gi=1Gi",
        "cpu=5m,huge2Mi=10Mi,huge1Gi=1Gi",
        Qos::Burstable,
    ),
    (
        "huge pages beside a CPU limit",
        "pod:/cpu=5m app:/cpu=2m,huge2Mi=4Mi app:/cpu=1m,huge2Mi=2Mi",
        "cpu=3m,huge2Mi=6Mi",
        "cpu=5m,huge2Mi=6Mi",
        Qos::Burstable,
    ),
    (
        "huge pages beside a CPU request",
        "pod:cpu=5m app:/cpu=2m,huge2Mi=4Mi app:/cpu=1m,huge2Mi=2Mi",
        "cpu=5m,huge2Mi=6Mi",
        "huge2Mi=6Mi",
        Qos::Burstable,
    ),
    (
        "huge pages that the pod sets",
        "pod:cpu=5m,huge2Mi=10Mi/cpu=5m,huge2Mi=10Mi app:/cpu=2m,huge2Mi=4Mi app:/cpu=1m,huge2Mi=2Mi",
        "cpu=5m,huge2Mi=10Mi",
        "cpu=5m,huge2Mi=10Mi",
        Qos::Burstable,
    ),
    (
        "huge pages beside a memory limit",
        "pod:/memory=1Mi app:/cpu=2m,huge2Mi=4Mi app:/cpu=1m,huge2Mi=2Mi",
        "cpu=3m,memory=1Mi,huge2Mi=6Mi",
        "memory=1Mi,huge2Mi=6Mi",
        Qos::Burstable,
    ),
    (
        "a limit of huge pages stays",
        "pod:/huge2Mi=10Mi app:/cpu=2m,huge2Mi=4Mi",
        "cpu=2m,huge2Mi=10Mi",
        "huge2Mi=10Mi",
        Qos::Burstable,
    ),
    (
        "requests alone, every container limited",
        "pod:cpu=3m,memory=6Mi app:/cpu=2m,memory=1Mi app:/cpu=1m,memory=5Mi",
        "cpu=3m,memory=6Mi",
        "cpu=3m,memory=6Mi",
        Qos::Guaranteed,
    ),
    (
        "requests alone, one container without a memory limit",
        "pod:cpu=3m,memory=6Mi app:/cpu=2m,memory=1Mi app:/cpu=1m",
        "cpu=3m,memory=6Mi",
        "cpu=3m",
        Qos::Burstable,
    ),
    (
        "requests alone, an init container without limits",
        "pod:cpu=3m,memory=6Mi app:/cpu=2m,memory=1Mi init:",
        "cpu=3m,memory=6Mi",
        "",
        Qos::Burstable,
    ),
    (
        "requests above all limits",
        "pod:cpu=9m,memory=9Mi app:/cpu=2m,memory=1Mi",
        "cpu=9m,memory=9Mi",
        "cpu=9m,memory=9Mi",
        Qos::Guaranteed,
    ),
    (
        "one limit of the pod keeps the others away",
        "pod:cpu=3m/memory=9Mi app:/cpu=3m,memory=9Mi",
        "cpu=3m,memory=9Mi",
        "memory=9Mi",
        Qos::Burstable,
    ),
];

#[test]
fn the_pod_gets_the_defaults_that_upstream_sets() {
    for (name, line, requests, limits, class) in DEFAULTS {
        let case = case(line).defaulted();
        assert_eq!(plain(&case.level.requests), plain(&amounts(requests)), "requests: {name}");
        assert_eq!(plain(&case.level.limits), plain(&amounts(limits)), "limits: {name}");
        assert_eq!(case.class(), *class, "class: {name}");
    }
}

/// `TestSetDefaultRequestsPod` and the rounding test beside it: requests of a container after the defaults.
#[test]
fn a_container_requests_what_it_is_limited_to() {
    let table = [
        // A request of zero stays; the limits of the others count.
        ("app:memory=0/cpu=100m,memory=100Mi", "memory=0,cpu=100m"),
        ("init:memory=0/cpu=100m,memory=100Mi", "memory=0,cpu=100m"),
        // Without a request at all, all limits count; without limits, nothing does.
        (
            "app:/cpu=100m,memory=100Mi,disk=1Gi,nvidia.com/gpu=1",
            "cpu=100m,memory=100Mi,disk=1Gi,nvidia.com/gpu=1",
        ),
        ("app:", ""),
        ("app:cpu=500m", "cpu=500m"),
        ("sidecar:/cpu=100m", "cpu=100m"),
        // What is finer than a thousandth is rounded up to one.
        ("app:memory=1n/cpu=2n", "memory=1m,cpu=1m"),
        ("init:memory=1n/cpu=2n", "memory=1m,cpu=1m"),
    ];
    for (line, requests) in table {
        let case = case(line).defaulted();
        assert_eq!(plain(&case.parts[0].1.requests), plain(&amounts(requests)), "{line}");
    }
}

#[test]
fn an_amount_says_where_it_comes_from() {
    let case = case("sidecar:cpu=1 init:cpu=9,memory=1Mi app:cpu=2,memory=5Mi overhead:disk=1Mi");
    let (requests, _) = effective(&case.parts(), None, Some(&case.overhead));
    let origin = |name| requests.amount(name).map(|amount| amount.origin.clone());
    assert_eq!(origin("cpu"), Some(Origin::Init(1)));
    assert_eq!(origin("memory"), Some(Origin::Running));
    assert_eq!(origin("ephemeral-storage"), Some(Origin::Overhead));
}

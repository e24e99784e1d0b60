//! One rule of a role: verbs on resources, or on paths of the API server.

use crate::catalog::FieldPath;
use crate::document::Value;
use crate::model::Object;
use crate::topology::NodeIndex;
use std::collections::BTreeSet;

/// One rule of a role.
///
/// Source: `k8s.io/api/rbac/v1/types.go`, `PolicyRule`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The verbs as written, each once, in order.
    pub verbs: Vec<String>,
    /// The API groups; the core group is empty, `*` is all.
    pub groups: Vec<String>,
    /// The resources, such as `pods` or `pods/exec`; `*` is all.
    pub resources: Vec<String>,
    /// The only names that count; empty for all.
    pub names: Vec<String>,
    /// Paths of the API server that are no resources, such as `/metrics`.
    pub urls: Vec<String>,
    /// The role whose manifest holds the rule.
    pub declared_by: NodeIndex,
    /// The rule in that manifest.
    pub field: FieldPath,
}

impl Rule {
    /// The rules that a role's manifest holds. Those that allow nothing are left out.
    pub(super) fn all(index: NodeIndex, role: &Object) -> Vec<Rule> {
        let rules = role.value.get("rules").map(Value::items).unwrap_or_default();
        let path = FieldPath::of("rules");
        let read = |(at, rule): (usize, &Value)| Rule {
            verbs: texts(rule, "verbs"),
            groups: texts(rule, "apiGroups"),
            resources: texts(rule, "resources"),
            names: texts(rule, "resourceNames"),
            urls: texts(rule, "nonResourceURLs"),
            declared_by: index,
            field: path.named_item(at, ""),
        };
        rules.iter().enumerate().map(read).filter(Rule::allows_something).collect()
    }

    fn allows_something(&self) -> bool {
        let names_resources = !self.groups.is_empty() && !self.resources.is_empty();
        !self.verbs.is_empty() && (names_resources || !self.urls.is_empty())
    }

    /// Whether it allows a verb.
    ///
    /// Source: `k8s.io/kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go`, `VerbMatches`.
    pub fn has_verb(&self, verb: &str) -> bool {
        self.verbs.iter().any(|one| one == "*" || one == verb)
    }

    /// Whether it is about a resource of a group: `*` covers all, `*/scale` the `scale` of all.
    ///
    /// Source: the same file, `APIGroupMatches` and `ResourceMatches`.
    pub fn has_resource(&self, group: &str, resource: &str) -> bool {
        let in_group = self.groups.iter().any(|one| one == "*" || one == group);
        let sub = resource.split_once('/').map(|(_, sub)| sub);
        let covers = |one: &String| {
            one == "*" || one == resource || one.strip_prefix("*/").is_some_and(|all| Some(all) == sub)
        };
        in_group && self.resources.iter().any(covers)
    }

    /// Whether it allows one of some verbs on a resource.
    pub fn allows(&self, verbs: &[&str], group: &str, resource: &str) -> bool {
        verbs.iter().any(|verb| self.has_verb(verb)) && self.has_resource(group, resource)
    }

    /// Whether it does anything where a RoleBinding gives it: what stands in no namespace is out of reach there, and so
    /// are paths of the API server. Who may `bind` a ClusterRole there may give it out there.
    ///
    /// Source: `k8s.io/kubernetes/pkg/registry/rbac/escalation_check.go`, `BindingAuthorized`: it asks for the verb in the
    /// namespace of the binding, whatever kind of role that names.
    pub fn counts_in_namespace(&self) -> bool {
        if self.allows(&["bind"], RBAC, "clusterroles") {
            return true;
        }
        let kind = |resource: &String| resource.split('/').next().unwrap_or_default().to_owned();
        self.resources.iter().any(|resource| !OF_CLUSTER.contains(&kind(resource).as_str()))
    }

    /// Whether it allows everything with every resource.
    pub fn allows_everything(&self) -> bool {
        let all = |list: &[String]| list.iter().any(|one| one == "*");
        all(&self.verbs) && all(&self.groups) && all(&self.resources) && self.names.is_empty()
    }
}

/// The group of roles and bindings.
pub(super) const RBAC: &str = "rbac.authorization.k8s.io";

/// Resources whose objects stand in no namespace.
const OF_CLUSTER: [&str; 24] = [
    "apiservices",
    "certificatesigningrequests",
    "clusterrolebindings",
    "clusterroles",
    "clustertrustbundles",
    "componentstatuses",
    "csidrivers",
    "csinodes",
    "customresourcedefinitions",
    "deviceclasses",
    "flowschemas",
    "ingressclasses",
    "mutatingwebhookconfigurations",
    "nodes",
    "persistentvolumes",
    "priorityclasses",
    "prioritylevelconfigurations",
    "runtimeclasses",
    "selfsubjectaccessreviews",
    "storageclasses",
    "subjectaccessreviews",
    "tokenreviews",
    "validatingwebhookconfigurations",
    "volumeattachments",
];

fn texts(rule: &Value, key: &str) -> Vec<String> {
    let items = rule.get(key).map(Value::items).unwrap_or_default();
    let mut seen = BTreeSet::new();
    items.iter().filter_map(Value::scalar_text).filter(|text| seen.insert(text.clone())).collect()
}

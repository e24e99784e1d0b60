//! What of a role lets its holders get further than it seems.

use super::rule::{RBAC, Rule};

/// What of a role lets its holders get further than it seems, the worst first.
///
/// Source: `kubernetes/website`, `content/en/docs/concepts/security/rbac-good-practices.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// Every verb on every resource.
    Everything,
    /// Rights that they do not have themselves: `escalate` and `bind`.
    Escalate,
    /// Acting as someone else: `impersonate`.
    Impersonate,
    /// The kubelets of the nodes: `nodes/proxy`.
    Nodes,
    /// Webhooks that see and change every object.
    Webhooks,
    /// Webhooks that see every object and may refuse it.
    Judges,
    /// Reading Secrets.
    Secrets,
    /// Tokens of service accounts.
    Tokens,
    /// Commands in containers that run: `pods/exec` and its like.
    Exec,
    /// New pods, which run as any account of their namespace.
    Pods,
    /// Disks that are folders of a node.
    Disks,
    /// Labels of namespaces, which decide on Pod Security.
    Namespaces,
}

const WRITE: [&str; 3] = ["create", "update", "patch"];
const READ: [&str; 3] = ["get", "list", "watch"];

/// What makes pods.
const MAKERS: [(&str, &str); 8] = [
    ("", "pods"),
    ("", "replicationcontrollers"),
    ("apps", "deployments"),
    ("apps", "daemonsets"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
];

impl Rule {
    /// What is dangerous about it, the worst first: in the whole cluster, or within one namespace, where it does not reach
    /// what stands in none.
    pub fn dangers(&self, everywhere: bool) -> Vec<Danger> {
        if self.allows_everything() {
            return vec![Danger::Everything];
        }
        let all = [
            (Danger::Escalate, escalates(self, everywhere)),
            (Danger::Impersonate, impersonates(self, everywhere)),
            (Danger::Nodes, everywhere && self.allows(&["get", "create"], "", "nodes/proxy")),
            (Danger::Webhooks, everywhere && hooks(self, "mutatingwebhookconfigurations")),
            (Danger::Judges, everywhere && hooks(self, "validatingwebhookconfigurations")),
            (Danger::Secrets, self.allows(&READ, "", "secrets")),
            (Danger::Tokens, self.allows(&["create"], "", "serviceaccounts/token")),
            (Danger::Exec, enters(self)),
            (Danger::Pods, makes_pods(self)),
            (Danger::Disks, everywhere && self.allows(&["create"], "", "persistentvolumes")),
            (Danger::Namespaces, self.allows(&["update", "patch"], "", "namespaces")),
        ];
        all.into_iter().filter(|(_, holds)| *holds).map(|(danger, _)| danger).collect()
    }
}

impl Danger {
    /// What holders may do, after "may".
    pub fn words(self) -> &'static str {
        match self {
            Danger::Everything => "do everything",
            Danger::Escalate => "give out rights beyond its own",
            Danger::Impersonate => "act as someone else",
            Danger::Nodes => "talk to the kubelets, and so run commands in pods of every node",
            Danger::Webhooks => "decide which webhooks see and change every object",
            Danger::Judges => "decide which webhooks see and refuse objects",
            Danger::Secrets => "read Secrets",
            Danger::Tokens => "make tokens of service accounts",
            Danger::Exec => "run commands in containers or connect to them",
            Danger::Pods => "start pods, which may run as any service account of their namespace",
            Danger::Disks => "make PersistentVolumes, which may be folders of a node",
            Danger::Namespaces => "change the labels of namespaces, which decide which pods they accept",
        }
    }

    /// A stable name for facts.
    pub fn id(self) -> &'static str {
        match self {
            Danger::Everything => "everything",
            Danger::Escalate => "escalate",
            Danger::Impersonate => "impersonate",
            Danger::Nodes => "nodes",
            Danger::Webhooks => "webhooks",
            Danger::Judges => "validating-webhooks",
            Danger::Secrets => "read-secrets",
            Danger::Tokens => "tokens",
            Danger::Exec => "exec",
            Danger::Pods => "create-pods",
            Danger::Disks => "create-disks",
            Danger::Namespaces => "change-namespaces",
        }
    }
}

/// A RoleBinding lets its holders give out ClusterRoles within its namespace, too, but not change them.
///
/// Source: `k8s.io/kubernetes/pkg/registry/rbac/escalation_check.go`, `BindingAuthorized` and `RoleEscalationAuthorized`.
fn escalates(rule: &Rule, everywhere: bool) -> bool {
    let may = |verb: &str, role: &str| rule.allows(&[verb], RBAC, role);
    may("escalate", "roles")
        || may("bind", "roles")
        || may("bind", "clusterroles")
        || (everywhere && may("escalate", "clusterroles"))
}

/// Service accounts stand in a namespace, other users do not.
fn impersonates(rule: &Rule, everywhere: bool) -> bool {
    let may = |group: &str, whom: &str| rule.allows(&["impersonate"], group, whom);
    let anyone = ["users", "groups"].into_iter().any(|whom| may("", whom));
    may("", "serviceaccounts") || (everywhere && (anyone || may("authentication.k8s.io", "uids")))
}

fn hooks(rule: &Rule, kind: &str) -> bool {
    rule.allows(&WRITE, "admissionregistration.k8s.io", kind)
}

/// `get` is enough: a client may open the connection with it.
fn enters(rule: &Rule) -> bool {
    let mut ways = ["pods/exec", "pods/attach", "pods/portforward"].into_iter();
    ways.any(|way| rule.allows(&["get", "create"], "", way))
        || rule.allows(&["update", "patch"], "", "pods/ephemeralcontainers")
}

fn makes_pods(rule: &Rule) -> bool {
    // An object that is new has no name yet that a rule could match, but an old one can be changed.
    let verbs: &[&str] = if rule.names.is_empty() { &WRITE } else { &["update", "patch"] };
    let (pods, rest) = MAKERS.split_at(1);
    let new_pods = rule.names.is_empty()
        && pods.iter().any(|(group, resource)| rule.allows(&["create"], group, resource));
    new_pods || rest.iter().any(|(group, resource)| rule.allows(verbs, group, resource))
}

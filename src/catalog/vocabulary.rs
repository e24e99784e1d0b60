//! The closed vocabulary of knowledge files. No code in rules, ever: what does not fit is Rust, one file a rule.

mod ambient;
mod condition;
mod crew;
mod entry;
mod explanation;
mod name;
mod pods;
mod reach;
mod weight;

use super::Pattern;
pub use ambient::Ambient;
pub use condition::{Condition, Scalars};
pub use crew::{CrewRule, Workload};
pub use entry::{Entry, EntryRule};
pub use explanation::{Explanation, Gap, Unit, Words};
pub use name::{NameForm, Template};
pub use pods::{Pods, PodsAt};
pub use reach::{EmptyReach, Reach};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
pub use weight::{Share, WeightRule};

/// What podviz knows about one kind: one file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// The kind. `(pod)`, `(container)` and `(any)` hold the references of every pod, container and object.
    pub kind: String,
    /// Its API group; nothing for the core group.
    #[serde(default)]
    pub group: String,
    /// Older `apiVersion`s of the kind, which are read as if they were this one.
    #[serde(default)]
    pub succeeds: Vec<String>,
    /// What people call it for short, in lower case, such as `deploy`.
    #[serde(default)]
    pub short: Vec<String>,
    /// Whether its objects stand in a namespace.
    #[serde(default)]
    pub scope: Scope,
    /// The part it plays: pages, shapes and the order of lists follow from it.
    #[serde(default)]
    pub role: Role,
    /// Where it describes pods.
    #[serde(default)]
    pub pods: Pods,
    /// What an app container without a name gets as its name; `{value}` is its place in the list, from 0. Where there is
    /// no `{value}` and the list has several, a number follows.
    #[serde(default)]
    pub unnamed: Option<Template>,
    /// The labels that the pods of its template get from whoever makes them; `{name}` is the object's name.
    #[serde(default, rename = "pod-labels")]
    pub pod_labels: BTreeMap<String, Template>,
    /// The pods that an operator makes for an object of this kind, which describes none itself.
    #[serde(default)]
    pub crew: Vec<CrewRule>,
    /// Where it says how much of the traffic each backend gets.
    #[serde(default)]
    pub weights: Vec<WeightRule>,
    /// The reference to the workload whose pod template its pods have, for a kind that may have none of its own.
    #[serde(default, rename = "pods-of")]
    pub pods_of: Option<String>,
    /// The field with the number of its pods, for a kind that keeps so many alike.
    #[serde(default)]
    pub copies: Option<String>,
    /// For a route: how traffic from outside reaches its objects.
    #[serde(default)]
    pub entry: EntryRule,
    /// Whether its objects decide who may talk to whom in ways that podviz does not judge.
    #[serde(default)]
    pub guards: bool,
    /// Objects that clusters bring along: a reference to one that is not in the input is no mistake.
    #[serde(default)]
    pub ambient: Ambient,
    /// Whether its objects are usually kept elsewhere: a reference to one that is not in the input is no mistake, and
    /// nobody knows whether it is there.
    #[serde(default)]
    pub elsewhere: bool,
    /// What happens where a pod names one that the cluster does not have, as a sentence: then a reference to one that is
    /// not in the input is a note, although it is kept elsewhere.
    #[serde(default)]
    pub without: String,
    /// What an object of this kind does, in one sentence.
    #[serde(default)]
    pub summary: String,
    /// Its references to other objects.
    #[serde(default)]
    pub edges: Vec<EdgeRule>,
    /// What its fields mean, where that matters.
    #[serde(default)]
    pub explain: Vec<Explanation>,
}

/// Whether objects of a kind stand in a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Scope {
    /// They do.
    #[default]
    Namespaced,
    /// They belong to the whole cluster.
    Cluster,
}

/// The part that a kind plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Makes pods, or is one.
    Workload,
    /// Brings traffic into the cluster.
    Route,
    /// Gives pods a stable address.
    Service,
    /// Is read by pods.
    Config,
    /// Is read by pods and never shown.
    Secret,
    /// Keeps data.
    Storage,
    /// Says who may do what.
    Access,
    /// Rules over other objects: scaling, budgets, network rules, quotas.
    Policy,
    /// A node, or what nodes are made of.
    Node,
    /// A namespace.
    Namespace,
    /// Anything else.
    #[default]
    Other,
}

/// One field that refers to other objects.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EdgeRule {
    /// What the object does to the one it refers to.
    pub relation: Relation,
    /// The field: a string that is the name, a mapping that holds it, or a selector. `[]` stands for each item of a
    /// list, `[key]` for a key with dots in it.
    pub field: Pattern,
    /// The kind it refers to; `Kind.group` where the kind alone is not enough; `Host` for a name in the DNS.
    #[serde(default)]
    pub to: Option<String>,
    /// In the mapping: the key of the name.
    #[serde(default = "name_key")]
    pub name: String,
    /// In the mapping: the key that may hold another kind than `to`.
    #[serde(default)]
    pub kind: Option<String>,
    /// In the mapping: the key that may hold the group or the `apiVersion` of that kind.
    #[serde(default)]
    pub group: Option<String>,
    /// In the mapping: the key that may hold another namespace.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The namespace that is meant where nothing names one and the object's own does not have the target.
    #[serde(default)]
    pub within: Option<String>,
    /// Only references to these kinds; with `kind`.
    #[serde(default)]
    pub only: Vec<String>,
    /// Beside the name: the key that says that the target need not exist; `true` if it never needs to.
    #[serde(default)]
    pub optional: Option<Optional>,
    /// The name that is meant where the field is absent; the reference counts only if the input has that object, or if
    /// this one produces it.
    #[serde(default)]
    pub default: Option<Template>,
    /// What the name is made of, if it is not the value of the field as it stands.
    #[serde(default, rename = "as")]
    pub name_as: Option<Template>,
    /// How the value is read.
    #[serde(default)]
    pub form: NameForm,
    /// Values that name no object.
    #[serde(default)]
    pub except: Vec<String>,
    /// For a field that is no mapping: whether `kind`, `group` and `namespace` are keys of the mapping that holds it.
    #[serde(default)]
    pub beside: bool,
    /// Whether the field is a selector of `to`, and of which form.
    #[serde(default)]
    pub select: Option<Selection>,
    /// What an empty selector picks; an absent one always picks nothing.
    #[serde(default)]
    pub empty: Empty,
    /// In which namespaces the objects may stand that a selector picks.
    #[serde(default)]
    pub namespaces: Reach,
    /// Whether the arrow points the other way: from the object that is named to the one that names it.
    #[serde(default)]
    pub reverse: bool,
    /// The rule counts only where this holds.
    #[serde(default)]
    pub when: Option<Condition>,
    /// The rule does not count where this holds.
    #[serde(default)]
    pub unless: Option<Condition>,
    /// The rule counts only for those of its fields whose mapping, the innermost one that holds the field, is like this.
    #[serde(default, rename = "where")]
    pub only_where: Option<Condition>,
    /// The rule does not count for those whose mapping is like this.
    #[serde(default, rename = "where-not")]
    pub except_where: Option<Condition>,
}

fn name_key() -> String {
    "name".to_owned()
}

/// When a target need not exist.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "this must be `true`, `false`, or the key that says so")]
pub enum Optional {
    /// Never, or always.
    Always(bool),
    /// If this key beside the name is true.
    Key(String),
}

/// The form of a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Selection {
    /// A mapping of labels that must all be equal.
    Labels,
    /// `matchLabels` and `matchExpressions`.
    LabelSelector,
    /// One text, as Calico writes it: `tier == "db" && !has(debug)`.
    Expression,
}

/// What an empty selector picks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Empty {
    /// Nothing.
    #[default]
    Nothing,
    /// Everything in the namespace.
    Everything,
}

/// What one object does to another. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the words say it; verb() spells them out")]
pub enum Relation {
    Owns,
    Selects,
    RoutesTo,
    ReadsEnv,
    Mounts,
    Claims,
    Binds,
    Provisions,
    PullsWith,
    RunsAs,
    Grants,
    Scales,
    Protects,
    Allows,
    Calls,
    SchedulesOn,
    NamedBy,
    Produces,
    References,
    Applies,
    WaitsFor,
}

impl Relation {
    /// The verb on an arrow.
    pub fn verb(self) -> &'static str {
        match self {
            Relation::Owns => "owns",
            Relation::Selects => "selects",
            Relation::RoutesTo => "sends traffic to",
            Relation::ReadsEnv => "reads",
            Relation::Mounts => "mounts",
            Relation::Claims => "claims",
            Relation::Binds => "is bound to",
            Relation::Provisions => "provisions",
            Relation::PullsWith => "pulls images with",
            Relation::RunsAs => "runs as",
            Relation::Grants => "grants",
            Relation::Scales => "scales",
            Relation::Protects => "protects",
            Relation::Allows => "allows",
            Relation::Calls => "calls",
            Relation::SchedulesOn => "is scheduled on",
            Relation::NamedBy => "gets its name from",
            Relation::Produces => "produces",
            Relation::References => "refers to",
            Relation::Applies => "applies",
            Relation::WaitsFor => "waits for",
        }
    }

    /// Whether what it joins belongs together where nothing else is known, such as a pod and its ConfigMap.
    pub fn ties(self) -> bool {
        !matches!(
            self,
            Relation::Allows
                | Relation::SchedulesOn
                | Relation::Provisions
                | Relation::Applies
                | Relation::WaitsFor
        )
    }
}

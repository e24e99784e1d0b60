//! The views: each asks the topology one question and answers it with a [`Diagram`].
//!
//! One file a view. [`draw`] is the only way in; `sheet` collects what is drawn, `cast` says how things of the
//! topology look.

mod access;
mod applications;
mod architecture;
mod calls;
mod cast;
mod compare;
mod config;
mod delivery;
mod denial;
mod flow;
mod fold;
mod grouping;
mod hidden;
mod impact;
mod interaction;
mod lifecycle;
mod neighborhood;
mod network_policy;
mod place;
mod relationship;
mod rollout;
mod route;
mod serving;
mod sheet;
mod shutdown;
mod states;
mod storage;
mod tale;
mod traffic;
mod whole;
mod wording;

pub use grouping::before_and_after;
pub(super) use sheet::is_cut;
pub use whole::whole;

use super::Diagram;
use crate::facts::Facts;
use crate::topology::{Application, NodeIndex, Topology};
use std::sync::Arc;

/// Declares the views, each with the file that holds its [`Definition`] and with the question that it answers, in the order in
/// which they are listed.
macro_rules! views {
    ($($view:ident $file:ident $question:literal)*) => {
        /// The questions that diagrams answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum View { $(#[doc = $question] $view),* }

        impl View {
            /// Every view, in the order in which they are listed.
            pub const ALL: &'static [View] = &[$(View::$view),*];

            /// The question that it answers.
            pub fn question(self) -> &'static str {
                match self { $(View::$view => $question),* }
            }

            fn definition(self) -> &'static Definition {
                match self { $(View::$view => &$file::VIEW),* }
            }
        }
    };
}

views! {
    Architecture architecture "What runs where? Cluster, nodes, pods, containers."
    Relationship relationship "What does this pod contain, and what do its containers share?"
    Lifecycle lifecycle "What happens from the moment somebody creates it?"
    Interaction interaction "How do its containers work together?"
    Compare compare "What is the pod's, and what is each container's own?"
    Traffic traffic "How does traffic get in?"
    Calls calls "Who calls whom, as variables, arguments and ConfigMaps tell?"
    Applications applications "Which application talks to which?"
    Config config "Which ConfigMaps and Secrets does each container read, and how?"
    Storage storage "Where is data kept, and who writes and reads it?"
    Access access "What may accounts do at the Kubernetes API, through which bindings and roles?"
    Delivery delivery "What brings objects to the cluster, and what waits for what?"
    Impact impact "What depends on it, directly and through others, up to the ways in from outside?"
    NetworkPolicy network_policy "Whom do the NetworkPolicies let talk to whom?"
    Rollout rollout "How does a new version replace the old one?"
    States states "Which states does a container go through, what leads from one to the next, and after how many seconds?"
}

/// What its file says of a view.
struct Definition {
    /// Its name on the command line.
    name: &'static str,
    /// What it shows where nobody says what it is about.
    of: Of,
    /// What it may hold on a page and still be read at a glance.
    budget: Budget,
    /// Its drawing of a focus; `None` where it has nothing to say about that.
    draw: fn(Scene, &Focus) -> Option<Diagram>,
}

/// What a view is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// Everything there is, or a part of it.
    Everything,
    /// One pod.
    Pod,
}

impl View {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// Whether it is about one pod; the others show everything where nobody says what they are about.
    pub fn is_of_a_pod(self) -> bool {
        self.definition().of == Of::Pod
    }
}

/// What a diagram is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Focus {
    /// Everything in one environment.
    All(Arc<str>),
    /// One namespace of an environment.
    Namespace(Arc<str>, Arc<str>),
    /// One application, by its index in [`Topology::applications`].
    Application(usize),
    /// One object.
    Object(NodeIndex),
    /// One container of the pod that a workload makes, by its index in [`crate::topology::Pod::containers`].
    Container(NodeIndex, usize),
}

/// How much a diagram may hold and still be read. A view folds until it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most nodes.
    pub nodes: usize,
    /// Most edges; in a sequence, most steps.
    pub edges: usize,
}

impl Budget {
    /// What most views may hold. Arrows that cross each other take more room than those of a tree, so views of who talks
    /// to whom hold less.
    const USUAL: Budget = Budget { nodes: 60, edges: 100 };

    /// What a view may hold on a page and still be read at a glance.
    pub fn of(view: View) -> Budget {
        view.definition().budget
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::USUAL
    }
}

/// What the views read: everything is borrowed, nothing is kept.
#[derive(Clone, Copy)]
struct Scene<'a> {
    topology: &'a Topology,
    facts: &'a Facts,
    budget: Budget,
}

/// Draws one view of the focus; `None` where the view has nothing to say about it, such as the lifecycle of a
/// ConfigMap or the traffic of a pod that nothing reaches. An index that is out of range has nothing to show either.
pub fn draw(
    view: View,
    focus: &Focus,
    topology: &Topology,
    facts: &Facts,
    budget: &Budget,
) -> Option<Diagram> {
    // With fewer boxes or arrows no view can say anything.
    let budget = Budget { nodes: budget.nodes.max(8), edges: budget.edges.max(8) };
    let scene = Scene { topology, facts, budget };
    if !scene.holds(focus) {
        return None;
    }
    let diagram = (view.definition().draw)(scene, focus);
    hidden::without_hidden(diagram?, topology)
}

/// The life of the pod that a workload makes, for a page: [`View::Lifecycle`] as one diagram while it is short, or else
/// its start and its end as a diagram each. Empty where the object makes no pod.
pub fn lifecycle_parts(
    index: NodeIndex,
    topology: &Topology,
    facts: &Facts,
    budget: &Budget,
) -> Vec<Diagram> {
    lifecycle::parts(Scene { topology, facts, budget: *budget }, index)
}

/// How many containers, and how many volumes, of one pod are drawn one by one where there is room.
const MOST_OF_A_POD: usize = 8;

impl<'a> Scene<'a> {
    /// How many containers, and how many volumes, of one pod are drawn one by one.
    fn most_of_a_pod(&self) -> usize {
        (self.budget.nodes / 3).clamp(3, MOST_OF_A_POD)
    }

    fn application(&self, at: usize) -> &'a Application {
        &self.topology.applications[at]
    }

    /// Whether an object belongs to an application.
    fn is_in(&self, application: usize, index: NodeIndex) -> bool {
        self.topology.application_of(index) == Some(application)
    }

    fn holds(&self, focus: &Focus) -> bool {
        let node = |index: NodeIndex| self.topology.nodes.get(index);
        match focus {
            Focus::All(_) | Focus::Namespace(..) => true,
            Focus::Application(at) => *at < self.topology.applications.len(),
            Focus::Object(index) => node(*index).is_some(),
            Focus::Container(index, container) => node(*index)
                .and_then(|node| node.pod.as_ref())
                .is_some_and(|pod| *container < pod.containers.len()),
        }
    }
}

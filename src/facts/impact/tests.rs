//! Laws of impacts on random systems: A needs B exactly if B impacts A, on the same path and with the same effects; a link
//! less only shrinks what is reached; and circles end.

use super::*;
use crate::catalog::Catalog;
use crate::document::Limits;
use crate::model::{Grouping, take_inventory};
use crate::source::load;
use crate::topology::connect;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// How many of each sort of object there are.
const MANY: usize = 5;

/// One thing that depends on another, each by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Calls(usize, usize),
    StartsWith(usize, usize),
    Reads(usize, usize),
    Mounts(usize, usize),
    RunsAs(usize, usize),
    Selects(usize, usize),
    Routes(usize, usize),
    Claims(usize, usize),
    Binds(usize, usize),
}

fn says() -> impl Strategy<Value = Says> {
    (0..9_usize, 0..MANY, 0..MANY).prop_map(|(what, a, b)| {
        [
            Says::Calls,
            Says::StartsWith,
            Says::Reads,
            Says::Mounts,
            Says::RunsAs,
            Says::Selects,
            Says::Routes,
            Says::Claims,
            Says::Binds,
        ][what](a, b)
    })
}

/// The manifests of a system that says so.
fn manifests(said: &[Says]) -> String {
    let pairs = |wanted: &dyn Fn(&Says) -> Option<(usize, usize)>, a: usize| {
        said.iter()
            .filter_map(wanted)
            .filter(move |pair| pair.0 == a)
            .map(|pair| pair.1)
            .collect::<BTreeSet<_>>()
    };
    let mut text = String::new();
    for a in 0..MANY {
        let _ = writeln!(
            text,
            "---\nkind: ConfigMap\napiVersion: v1\nmetadata: {{name: c{a}}}\n---\nkind: Secret\napiVersion: v1\nmetadata: {{name: \
             x{a}}}\n---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {{name: a{a}}}\n---\nkind: \
             PersistentVolumeClaim\napiVersion: v1\nmetadata: {{name: p{a}}}\n---\nkind: Role\napiVersion: \
             rbac.authorization.k8s.io/v1\nmetadata: {{name: r{a}}}"
        );
        for b in pairs(&|one| if let Says::Binds(a, b) = one { Some((*a, *b)) } else { None }, a) {
            let _ = writeln!(
                text,
                "---\nkind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: b{a}{b}}}\nroleRef: \
                 {{kind: Role, name: r{b}}}\nsubjects: [{{kind: ServiceAccount, name: a{a}}}]"
            );
        }
        let selects = pairs(&|one| if let Says::Selects(a, b) = one { Some((*a, *b)) } else { None }, a);
        // Two that are picked share a label that no other has.
        let label = match (selects.first(), selects.last()) {
            (Some(only), Some(last)) if only == last => format!("w: \"{only}\""),
            (Some(_), Some(_)) => format!("s{a}: \"true\""),
            _ => "w: nobody".to_owned(),
        };
        let _ = writeln!(
            text,
            "---\nkind: Service\napiVersion: v1\nmetadata: {{name: s{a}}}\nspec: {{selector: {{{label}}}, ports: [{{port: 80}}]}}"
        );
        for b in pairs(&|one| if let Says::Routes(a, b) = one { Some((*a, *b)) } else { None }, a) {
            let _ = writeln!(
                text,
                "---\nkind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata: {{name: i{a}{b}}}\nspec: {{defaultBackend: \
                 {{service: {{name: s{b}, port: {{number: 80}}}}}}}}"
            );
        }
        let variables = |wanted: &dyn Fn(&Says) -> Option<(usize, usize)>| {
            let all = pairs(wanted, a).into_iter();
            let all: Vec<String> =
                all.map(|b| format!("{{name: S{b}_ADDR, value: \"http://s{b}:80\"}}")).collect();
            all.join(", ")
        };
        let calls = variables(&|one| if let Says::Calls(a, b) = one { Some((*a, *b)) } else { None });
        let first = variables(&|one| if let Says::StartsWith(a, b) = one { Some((*a, *b)) } else { None });
        let reads =
            pairs(&|one| if let Says::Reads(a, b) = one { Some((*a, *b)) } else { None }, a).into_iter();
        let reads: Vec<String> = reads.map(|b| format!("{{configMapRef: {{name: c{b}}}}}")).collect();
        let mounts =
            pairs(&|one| if let Says::Mounts(a, b) = one { Some((*a, *b)) } else { None }, a).into_iter();
        let mounts = mounts.map(|b| format!("{{name: x{b}, secret: {{secretName: x{b}}}}}"));
        let claims =
            pairs(&|one| if let Says::Claims(a, b) = one { Some((*a, *b)) } else { None }, a).into_iter();
        let claims = claims.map(|b| format!("{{name: p{b}, persistentVolumeClaim: {{claimName: p{b}}}}}"));
        let volumes: Vec<String> = mounts.chain(claims).collect();
        let account = pairs(&|one| if let Says::RunsAs(a, b) = one { Some((*a, *b)) } else { None }, a);
        let account = account.first().map_or("default".to_owned(), |b| format!("a{b}"));
        let picked = |one: &Says| if let Says::Selects(s, w) = one { (*w == a).then_some(*s) } else { None };
        let labels: BTreeSet<String> =
            said.iter().filter_map(picked).map(|s| format!(", s{s}: \"true\"")).collect();
        let labels: String = labels.into_iter().collect();
        let _ = writeln!(
            text,
            "---\nkind: Deployment\napiVersion: apps/v1\nmetadata: {{name: w{a}}}\nspec:\n  selector: {{matchLabels: {{w: \
             \"{a}\"}}}}\n  template:\n    metadata: {{labels: {{w: \"{a}\"{labels}}}}}\n    spec:\n      serviceAccountName: \
             {account}\n      initContainers: [{{name: first, image: \"init:{a}\", env: [{first}]}}]\n      containers: \
             [{{name: app, image: \"app:1\", env: [{calls}], envFrom: [{}]}}]\n      volumes: [{}]",
            reads.join(", "),
            volumes.join(", ")
        );
    }
    text
}

struct System {
    topology: Topology,
    facts: Facts,
}

impl System {
    fn of(text: &str) -> System {
        let documents = load("a.yaml", text.as_bytes(), &Limits::default()).documents;
        let (inventory, _) = take_inventory(documents, &CATALOG, &Grouping::plain("default"));
        let (topology, _) = connect(&inventory, &CATALOG);
        let facts = crate::facts::derive(&topology, &CATALOG);
        System { topology, facts }
    }

    fn ends(&self) -> impl Iterator<Item = End> {
        (0..self.topology.nodes.len()).map(End::Object)
    }

    /// Who is reached from each end, by their names.
    fn impacts(&self) -> BTreeMap<(String, String), Reached> {
        let of = |gone: End| {
            let found = impact(&self.topology, &self.facts, std::slice::from_ref(&gone)).reached.into_iter();
            let name = gone.title(&self.topology);
            found.map(move |one| ((name.clone(), one.end.title(&self.topology)), one)).collect::<Vec<_>>()
        };
        self.ends().flat_map(of).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_needs_the_other_exactly_if_the_other_impacts_it(said in proptest::collection::vec(says(), 0..24)) {
        let system = System::of(&manifests(&said));
        let impacts = system.impacts();
        let mut seen = 0;
        for end in system.ends() {
            let name = end.title(&system.topology);
            for needed in needs(&system.topology, &system.facts, std::slice::from_ref(&end)).reached {
                let End::Object(_) = needed.end else { continue };
                let back = impacts.get(&(needed.end.title(&system.topology), name.clone()));
                let back = back.unwrap_or_else(|| panic!("{name} needs {:?}, which does not impact it", needed.end));
                prop_assert_eq!(&back.effects, &needed.effects);
                prop_assert_eq!(&back.path, &needed.path);
                seen += 1;
            }
        }
        prop_assert_eq!(seen, impacts.len());
    }

    #[test]
    fn a_link_less_only_shrinks_what_is_reached(
        said in proptest::collection::vec(says(), 1..24),
        without in any::<proptest::sample::Index>(),
    ) {
        let before = System::of(&manifests(&said)).impacts();
        let mut less = said.clone();
        let gone = less.remove(without.index(said.len()));
        // What is no link, and would become one in its place: a call to the own Service, once that selects the pod no
        // more, and another account than the first of a pod.
        let takes_its_place = |one: &Says| match (gone, *one) {
            (Says::Selects(s, w), Says::Calls(a, b) | Says::StartsWith(a, b)) => (a, b) == (w, s),
            (Says::RunsAs(a, _), Says::RunsAs(b, _)) => a == b,
            _ => false,
        };
        less.retain(|one| *one != gone && !takes_its_place(one));
        for pair in System::of(&manifests(&less)).impacts().keys() {
            prop_assert!(before.contains_key(pair), "{:?} only without {:?}", pair, gone);
        }
    }

    #[test]
    fn each_path_leads_from_the_one_that_is_reached_to_what_is_gone(said in proptest::collection::vec(says(), 0..24)) {
        let system = System::of(&manifests(&said));
        for gone in system.ends() {
            for one in impact(&system.topology, &system.facts, std::slice::from_ref(&gone)).reached {
                prop_assert_eq!(&one.path[0].dependent, &one.end);
                prop_assert_eq!(&one.path[one.path.len() - 1].dependency, &gone);
                for two in one.path.windows(2) {
                    prop_assert_eq!(&two[0].dependency, &two[1].dependent);
                }
                let sure = one.path.iter().map(|step| step.certainty).max();
                prop_assert_eq!(sure, Some(one.certainty));
            }
        }
    }
}

#[test]
fn circles_end_and_come_back_to_nobody_twice() {
    let circle = manifests(&[
        Says::Selects(0, 0),
        Says::Selects(1, 1),
        Says::Calls(0, 1),
        Says::Calls(1, 0),
        Says::Calls(0, 0),
    ]);
    let system = System::of(&circle);
    let found = impact(&system.topology, &system.facts, &[System::named(&system, "Deployment default/w0")]);
    let names: Vec<String> = found.reached.iter().map(|one| one.end.title(&system.topology)).collect();
    assert_eq!(names, ["Service default/s0", "Deployment default/w1", "Service default/s1"]);
}

impl System {
    fn named(&self, title: &str) -> End {
        self.ends().find(|end| end.title(&self.topology) == title).expect("such an object")
    }
}

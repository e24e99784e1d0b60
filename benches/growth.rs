//! How long podviz takes with the families of manifests in which things multiply, each in two sizes: twice the input takes
//! about twice as long. Run with `cargo bench --bench growth`.

#[path = "growth/families.rs"]
mod families;

use divan::Bencher;
use divan::counter::BytesCount;
use families::{ALL, Family, text};
use podviz::catalog::Catalog;
use podviz::document::Limits;
use podviz::facts::{self, Facts};
use podviz::model::{Grouping, take_inventory};
use podviz::output::{Flavour, Options, render_filled};
use podviz::page::graph::{Spacing, json};
use podviz::page::outlined;
use podviz::problem::Problems;
use podviz::source::load;
use podviz::topology::{Topology, connect};
use std::fmt;

fn main() {
    divan::main();
}

/// The bytes of input that are measured.
const SIZES: [usize; 2] = [250_000, 500_000];

/// A member of a family with so many bytes.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    family: Family,
    bytes: usize,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} kB", self.name, self.bytes / 1_000)
    }
}

fn cases() -> Vec<Case> {
    let of_size = |bytes| ALL.iter().map(move |&(name, family, _)| Case { name, family, bytes });
    let mut cases: Vec<Case> = SIZES.into_iter().flat_map(of_size).collect();
    cases.sort_by_key(|case| case.name);
    cases
}

impl Case {
    /// The largest member of the family that has at most so many bytes.
    fn text(self) -> String {
        let (mut fits, mut exceeds) = (1, self.bytes);
        while exceeds - fits > 1 {
            let middle = fits + (exceeds - fits) / 2;
            // A guess from a small member spares making those that are far too large.
            let is_small = middle * text(&(self.family)(8)).len() / 8 < 4 * self.bytes;
            let has_room = is_small && text(&(self.family)(middle)).len() <= self.bytes;
            if has_room { fits = middle } else { exceeds = middle }
        }
        text(&(self.family)(fits))
    }
}

fn studied(text: &str, catalog: &Catalog) -> (Topology, Facts, Problems) {
    let loaded = load("all.yaml", text.as_bytes(), &Limits::default());
    let (inventory, _) = take_inventory(loaded.documents, catalog, &Grouping::plain("default"));
    let (topology, problems) = connect(&inventory, catalog);
    let facts = facts::derive(&topology, catalog);
    (topology, facts, problems)
}

fn catalog() -> Catalog {
    Catalog::embedded()
}

/// All pages of the site.
#[divan::bench(args = cases(), sample_count = 1, sample_size = 1)]
fn site(bencher: Bencher, case: Case) {
    let (text, catalog) = (case.text(), catalog());
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let (topology, facts, problems) = studied(&text, &catalog);
        let (site, later) = outlined("bench", &topology, &facts, &catalog, &problems, None);
        let fill = later.filling(&topology, &facts, &catalog);
        render_filled(site, &fill, Flavour::html(), &Options::default()).expect("the templates are valid")
    });
}

/// Every fact.
#[divan::bench(args = cases(), sample_count = 1, sample_size = 1)]
fn list_of_facts(bencher: Bencher, case: Case) {
    let (text, catalog) = (case.text(), catalog());
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let (topology, facts, _) = studied(&text, &catalog);
        facts.list(&topology, &catalog)
    });
}

/// The graph as JSON.
#[divan::bench(args = cases(), sample_count = 1, sample_size = 1)]
fn graph(bencher: Bencher, case: Case) {
    let (text, catalog) = (case.text(), catalog());
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let (topology, facts, problems) = studied(&text, &catalog);
        json(&topology, &facts, &problems, true, Spacing::Pretty)
    });
}

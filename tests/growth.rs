//! What podviz writes grows with its input, and not with what the input multiplies: for each family of manifests, twice
//! the input makes at most about twice the bytes and the pictures.

#[path = "../benches/growth/families.rs"]
mod families;

use families::{ALL, services_of_the_same_pods, text, workloads};
use podviz::catalog::Catalog;
use podviz::diagram::{Body, Diagram};
use podviz::document::Limits;
use podviz::facts::{self, Facts};
use podviz::model::{Grouping, take_inventory};
use podviz::output::{File, Flavour, Options, render};
use podviz::page::graph::{Spacing, json};
use podviz::page::{self, Block, Site, bytes_of};
use podviz::problem::Problems;
use podviz::source::load;
use podviz::topology::{self, Topology};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// How many times as much twice the input may make, in hundredths.
const MOST: usize = 240;
/// The bytes that may be more: of a small site, and of the connections that there is room for however small the input.
const FREE: usize = 400_000;

/// What a member of a family makes.
#[derive(Debug)]
struct Extent {
    input: usize,
    site: usize,
    /// What the pages of the site were thought to have.
    estimate: usize,
    pages: usize,
    largest_page: usize,
    pictures: usize,
    facts: usize,
    graph: usize,
}

/// All that is known of some manifests.
struct Study {
    topology: Topology,
    facts: Facts,
    problems: Problems,
}

impl Study {
    fn of(manifests: &str) -> Study {
        let loaded = load("all.yaml", manifests.as_bytes(), &Limits::default());
        let (inventory, _) = take_inventory(loaded.documents, &CATALOG, &Grouping::plain("default"));
        let (topology, problems) = topology::connect(&inventory, &CATALOG);
        let facts = facts::derive(&topology, &CATALOG);
        Study { topology, facts, problems }
    }

    fn site(&self) -> Site {
        self.site_with(&CATALOG)
    }

    /// The site, where it may have so many megabytes.
    fn site_of(&self, megabytes: usize) -> Site {
        let mut catalog = Catalog::embedded();
        catalog.settings.size = Some(megabytes as u64);
        self.site_with(&catalog)
    }

    fn site_with(&self, catalog: &Catalog) -> Site {
        page::build("growth", &self.topology, &self.facts, catalog, &self.problems)
    }
}

fn rendered(site: Site) -> Vec<File> {
    render(site, Flavour::html(), &Options::default()).unwrap().0
}

fn size<'a>(files: impl IntoIterator<Item = &'a File>) -> usize {
    files.into_iter().map(|file| file.bytes.len()).sum()
}

fn pictures(site: &Site) -> usize {
    let is_flow = |diagram: &Diagram| matches!(diagram.body, Body::Flow(_));
    let blocks = site
        .pages
        .iter()
        .flat_map(|page| &page.sections)
        .flat_map(|section| &section.blocks)
        .flat_map(Block::unfolded);
    blocks.filter(|block| matches!(block, Block::Diagram(diagram) if is_flow(diagram))).count()
}

fn measure(manifests: &str) -> Extent {
    let study = Study::of(manifests);
    let mut facts = 0;
    study.facts.tell(&study.topology, &CATALOG, &mut |fact| {
        facts += serde_json::to_string(&fact).unwrap().len();
    });
    let graph = json(&study.topology, &study.facts, &study.problems, true, Spacing::Compact).len();
    let site = study.site();
    let (pictures, estimate) = (pictures(&site), site.pages.iter().map(bytes_of).sum());
    let files = rendered(site);
    let pages: Vec<usize> =
        files.iter().filter(|file| file.path.ends_with("index.html")).map(|file| file.bytes.len()).collect();
    Extent {
        input: manifests.len(),
        site: size(&files),
        estimate,
        pages: pages.iter().sum(),
        largest_page: pages.into_iter().max().unwrap_or_default(),
        pictures,
        facts,
        graph,
    }
}

/// Fails if twice the input makes more than it may, where it makes more than a small site has; or if the sizes of pages
/// were not known before.
fn grows(name: &str) {
    let (_, family, small) = ALL.iter().find(|(other, ..)| *other == name).unwrap();
    let (one, two) = (measure(&text(&family(*small))), measure(&text(&family(2 * small))));
    let most = |number: usize| number * MOST / 100;
    assert!(two.site <= most(one.site) + FREE, "the site: {one:?}, then {two:?}");
    assert!(two.largest_page <= most(one.largest_page) + FREE / 10, "a page: {one:?}, then {two:?}");
    assert!(two.pictures <= most(one.pictures) + 5, "pictures: {one:?}, then {two:?}");
    assert!(two.facts <= most(one.facts) + FREE, "facts: {one:?}, then {two:?}");
    assert!(two.graph <= most(one.graph) + FREE, "the graph: {one:?}, then {two:?}");
    assert!(two.site <= 200 * two.input + 20_000_000, "{two:?}");
    for extent in [one, two] {
        assert!(extent.estimate.abs_diff(extent.pages) <= extent.pages / 10, "{extent:?}");
    }
}

/// A test for each family.
macro_rules! families {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            grows(stringify!($name));
        })*

        #[test]
        fn every_family_is_tested() {
            assert_eq!(ALL.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), [$(stringify!($name)),*]);
        }
    };
}

mod twice_the_input {
    use super::{ALL, grows};

    families! {
        services_of_the_same_pods
        calls_to_services_of_the_same_pods
        policies_for_all_pods
        policies_for_all_namespaces
        ports_of_rules_with_many_peers
        disruption_budgets_for_all_pods
        bindings_of_one_account
        bindings_of_all_accounts
        containers
        init_containers
        containers_that_share_a_volume
        volumes_of_containers
        volumes_that_nobody_mounts
        containers_that_read_one_object
        items_on_one_line
        routes_to_one_service
        readers_of_addresses
        readers_of_files_of_addresses
        workloads
    }
}

/// What a selector picks beyond the room for it is counted, and every object keeps some.
#[test]
fn what_selectors_pick_is_listed_or_counted() {
    let Study { topology, facts, problems } = Study::of(&text(&services_of_the_same_pods(60)));
    for (index, _) in topology.of_kind("default", "", "Service") {
        let listed = topology.from(index).count();
        assert!(listed > 0 && listed + topology.unlisted(index).selects == 120, "{listed}");
    }
    for (index, _) in topology.of_kind("default", "", "Pod") {
        let listed = topology.to(index).count();
        assert!(listed > 0 && listed + topology.unlisted(index).selected == 60, "{listed}");
    }
    assert_eq!(problems.iter().count(), 1, "{problems:?}");
    let facts = facts.list(&topology, &CATALOG);
    let of = |name: &'static str| facts.iter().filter(move |fact| fact.fact == name);
    assert_eq!(of("targets").count(), 60);
    for (targets, rest) in of("targets").zip(of("targets_not_listed")) {
        let listed = targets.value.as_object().unwrap().len() as u64;
        assert_eq!((&targets.subject, listed + rest.value.as_u64().unwrap()), (&rest.subject, 120));
    }
}

/// A site with little room has all its pages, smaller, and says so once.
#[test]
fn a_site_without_room_is_shortened() {
    let keys: serde_json::Map<String, serde_json::Value> =
        (0..4_000).map(|at| (format!("k{at}"), "v".into())).collect();
    let map = serde_json::json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "c" }, "data": keys });
    let study = Study::of(&map.to_string());
    let (whole, small) = (study.site(), study.site_of(1));
    assert!(whole.shortened.is_empty());
    assert_eq!(small.shortened.iter().count(), 1);
    assert_eq!(whole.pages.len(), small.pages.len());
    let files = rendered(small);
    assert!(size(&files) <= 1_000_000, "{}", size(&files));
    let page = files.iter().find(|file| file.path.ends_with("configmap/c/index.html")).unwrap();
    let bytes = page.bytes.read().unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("since the site has no room for it"));
}

/// What fits is shown in full; what does not fit does in the end, and not much of the room is left.
#[test]
fn a_site_is_shortened_only_as_far_as_it_must() {
    let study = Study::of(&text(&workloads(60)));
    let whole = study.site();
    let (number, bytes) = (pictures(&whole), size(&rendered(whole)));
    let megabytes = bytes / 1_000_000;
    let fits = study.site_of(megabytes + 1);
    assert_eq!((pictures(&fits), fits.shortened.is_empty()), (number, true), "{bytes}");
    let smaller = study.site_of(megabytes - 1);
    assert!(pictures(&smaller) < number && pictures(&smaller) > 0 && !smaller.shortened.is_empty());
    let (bytes, most) = (size(&rendered(smaller)), (megabytes - 1) * 1_000_000);
    assert!(bytes <= most && bytes > most * 4 / 5, "{bytes} of {most}");
}

/// Three hundred Deployments of which there is little to say have all their pictures.
#[test]
fn many_small_workloads_have_their_pictures() {
    let site = Study::of(&text(&workloads(300))).site();
    assert!(site.shortened.is_empty());
    assert!(pictures(&site) >= 600, "{}", pictures(&site));
}

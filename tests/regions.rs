//! What stands in marked regions of other Markdown, for the examples.

use podviz::output::{Flavour, Options};
use podviz::region::Region;
use podviz::{Goal, Product, Request, run};

/// The Markdown of regions of one example, or the error and its help.
fn texts(example: &str, repo_url: Option<&str>, regions: &[&str]) -> Vec<Result<String, String>> {
    let request = Request::plain(
        vec![format!("{}/examples/{example}", env!("CARGO_MANIFEST_DIR")).into()],
        Goal::Regions {
            regions: regions.iter().map(|region| Region::read(region).expect(region)).collect(),
            flavour: Flavour::github(),
            options: Options { repo_url: repo_url.map(str::to_owned), ..Options::default() },
        },
    );
    let (product, _) = run(&request).expect("an example");
    let Product::Regions(texts) = product else { panic!("regions") };
    let told = |error: podviz::Error| match error.problem().help {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    };
    texts.into_iter().map(|text| text.map_err(told)).collect()
}

fn text(example: &str, region: &str) -> String {
    texts(example, None, &[region]).remove(0).expect(region)
}

#[test]
fn a_view_is_a_fence() {
    let text = text("shop", "architecture ns/shop");
    assert!(text.starts_with("```mermaid\nflowchart "), "{text}");
    assert!(text.ends_with("```"), "{text}");
}

#[test]
fn a_view_may_come_with_its_table() {
    let text = text("shop", "calls table=true");
    assert!(text.contains("<details>") && text.ends_with("</details>"), "{text}");
    assert!(text.contains("| `Deployment checkout` | calls on port 6379 | `Service cart` |"), "{text}");
}

#[test]
fn the_only_pod_needs_no_name() {
    for region in ["lifecycle", "explain", "summary"] {
        let named = format!("{region} pod/webapp-pod");
        let all = texts("webapp-single-pod", None, &[region, &named]);
        assert_eq!(all[0], all[1], "{region}");
    }
}

#[test]
fn an_explanation_has_no_name_and_leads_nowhere() {
    let text = text("shop", "explain deployment/web heading=3");
    assert!(text.starts_with("Runs ") || text.contains("\n\nRuns "), "{text}");
    assert!(text.contains("\n### Containers\n"), "{text}");
    // In a block of commands, `#` begins a comment.
    let prose: String = text.split("```").step_by(2).collect();
    assert!(!prose.contains("\n## ") && !prose.contains("\n# "), "{text}");
    assert!(!text.contains("](") && !text.contains("<a "), "{text}");
}

#[test]
fn lines_of_manifests_are_links_where_they_can_be_read() {
    let url = Some("https://example.org/shop/blob/main/k8s/");
    for region in ["explain deployment/web", "edges deployment/web", "traffic deployment/web table=true"] {
        let text = texts("shop", url, &[region]).remove(0).expect(region);
        assert!(text.contains("](https://example.org/shop/blob/main/k8s/web.yaml#L"), "{text}");
    }
}

#[test]
fn sections_are_shown_in_the_order_in_which_they_are_named() {
    let text = text("shop", "explain deployment/web sections=storage,containers");
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(headings, ["## Storage", "## Containers"]);
}

#[test]
fn containers_of_one_pod_need_no_column_for_it() {
    let all = texts("shop", None, &["containers", "containers deployment/web", "containers namespace=shop"]);
    let heads: Vec<&str> =
        all.iter().map(|text| text.as_ref().expect("a table").lines().next().expect("a head")).collect();
    assert!(heads[0].starts_with("| Workload | Container |"), "{heads:?}");
    assert!(heads[1].starts_with("| Container | Role | Image | Ports |"), "{heads:?}");
    assert_eq!(heads[0], heads[2]);
}

#[test]
fn edges_are_a_table_of_who_does_what_to_whom() {
    let text = text("shop", "edges deployment/web");
    assert!(text.starts_with("| From | Does | To | Because of |\n| --- |"), "{text}");
    assert!(
        text.contains("| Service `web` | selects (80 → 8080/TCP, 9113 → 9113/TCP) | Deployment `web` |"),
        "{text}"
    );
}

#[test]
fn a_region_that_cannot_be_made_says_what_to_write() {
    let all = texts(
        "shop",
        None,
        &[
            "lifecycle",
            "rollout service/web",
            "explain deployment/web sections=storag",
            "summary deployment/wep",
            "traffic environment=prod",
        ],
    );
    let wanted = [
        "`lifecycle` shows one pod, and there are 3; name it behind `lifecycle`: `\"Deployment shop/cart\"`",
        "`rollout` has nothing to show for `service/web`; `relationship`, `traffic`, and `impact` have something to show",
        "the page has no section `storag`; did you mean `storage`? There are `overview`",
        "`deployment/wep` is not in these manifests; did you mean `deployment/web`?",
        "there is no environment `prod`",
    ];
    for (error, wanted) in all.into_iter().zip(wanted) {
        let error = error.expect_err(wanted);
        assert!(error.contains(wanted), "{error}");
    }
}

use super::preprocess;
use crate::problem::Problem;
use serde_json::{Value, json};

/// A book of one chapter at the top of the repository.
fn book(content: &str, settings: Value) -> String {
    let mut preprocessor =
        json!({"podviz": {"command": "podviz mdbook", "input": "examples/webapp-single-pod"}});
    for (name, more) in settings.as_object().expect("tables") {
        let table = preprocessor.as_object_mut().unwrap().entry(name).or_insert_with(|| json!({}));
        for (key, value) in more.as_object().expect("a table") {
            table[key] = value.clone();
        }
    }
    let context = json!({
        "root": env!("CARGO_MANIFEST_DIR"), "renderer": "html", "mdbook_version": "0.5.4",
        "config": {"book": {"src": "text"}, "preprocessor": preprocessor},
    });
    let chapter = json!({"name": "One", "content": content, "sub_items": [], "path": "one.md"});
    json!([context, {"items": [{"Chapter": chapter}]}]).to_string()
}

fn chapter(content: &str, settings: Value) -> String {
    let (book, problems) = preprocess(&book(content, settings)).expect("a book");
    assert!(problems.is_empty());
    let book: Value = serde_json::from_str(&book).expect("JSON");
    book["items"][0]["Chapter"]["content"].as_str().expect("text").to_owned()
}

fn faults(content: &str, settings: Value) -> Vec<Problem> {
    preprocess(&book(content, settings)).expect_err("faults").0.iter().cloned().collect()
}

/// The place and the reason in one line.
fn message(fault: &Problem) -> String {
    match &fault.place {
        Some(place) if place.line > 0 => format!("{}:{}: {}", place.file, place.line, fault.message),
        Some(place) => format!("{}: {}", place.file, fault.message),
        None => fault.message.clone(),
    }
}

fn fault(content: &str, settings: Value) -> (String, String) {
    let faults = faults(content, settings);
    assert_eq!(faults.len(), 1, "{faults:?}");
    (message(&faults[0]), faults[0].help.clone().unwrap_or_default())
}

#[test]
fn a_picture_is_one_block_of_html_and_brings_its_style_once() {
    let text = chapter("# One\n\n{{#podviz compare}}\n\n{{#podviz lifecycle}}\n\nEnd.\n", json!({}));
    assert!(text.starts_with("<style>\n"), "{text}");
    assert_eq!((text.matches("<style>").count(), text.matches("<figure class=\"podviz\"").count()), (1, 2));
    for figure in text.split("<figure ").skip(1) {
        let (figure, rest) = figure.split_once("</figure>").expect("its end");
        assert!(figure.contains("\n<svg ") && !figure.contains("\n\n"), "no empty line ends the block");
        assert!(rest.starts_with("\n\n"));
    }
    assert!(text.ends_with("\n\nEnd.\n"));
}

#[test]
fn no_name_leaves_its_picture() {
    let pod = r##"
apiVersion: v1
kind: Pod
metadata: {name: "web</figure>\n\n<script>x</script>"}
spec:
  containers:
  - name: "{{#include /etc/passwd}}"
    image: "<script>{% x %}"
    volumeMounts: [{name: "v\n\n</svg>", mountPath: "/{{ x }}\r\n\r\n</svg></figure>"}]
  volumes:
  - {name: "v\n\n</svg>", configMap: {name: "{{#podviz summary}}"}}
"##;
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("pod.yaml"), pod).expect("a file");
    let views = "{{#podviz relationship}}\n\n{{#podviz config}}\n\n{{#podviz lifecycle}}\n\nEnd.\n";
    let (book, _) = preprocess(&book(views, json!({"podviz": {"input": folder.path()}}))).expect("a book");
    let book: Value = serde_json::from_str(&book).expect("JSON");
    let text = book["items"][0]["Chapter"]["content"].as_str().expect("text");
    let figures: Vec<&str> = text.split("<figure ").skip(1).collect();
    assert_eq!(figures.len(), 3);
    for figure in figures {
        assert_eq!(figure.matches("</figure>").count(), 1, "{figure}");
        let figure = figure.split("</figure>").next().expect("a figure");
        assert!(!figure.contains("\n\n") && !figure.contains('{') && !figure.contains("<script"), "{figure}");
        assert!(figure.contains("&#123;&#123;"), "{figure}");
    }
}

#[test]
fn diagrams_may_be_text_for_mermaid() {
    let text = chapter("{{#podviz compare}}\n", json!({"podviz": {"diagrams": "mermaid"}}));
    assert!(text.starts_with("\n```mermaid\n") && !text.contains("<s"), "{text}");
    let painted = chapter("{{#podviz compare host=github}}\n", json!({}));
    assert!(painted.starts_with("\n```mermaid\n"), "who names a host wants text for it");
}

#[test]
fn a_replaced_line_keeps_its_list() {
    let text = chapter("- a\n\n  {{#podviz summary}}\n\n- b\n", json!({}));
    assert!(text.starts_with("- a\n\n\n  Runs ") && text.ends_with(".\n\n\n- b\n"), "{text:?}");
}

#[test]
fn code_comments_and_backslashes_make_text() {
    for text in [
        "`{{#podviz compare}}`\n",
        "```\n{{#podviz compare}}\n```\n",
        "    {{#podviz compare}}\n",
        "<!--\n{{#podviz compare}}\n-->\n",
        "- a\n\n  ~~~text\n  {{#podviz compare}}\n  ~~~\n",
        "{{#podvizor compare}} {{#include a.md}} {{podviz}}\n",
    ] {
        assert_eq!(chapter(text, json!({})), text);
    }
    assert_eq!(chapter("a\n\\{{#podviz compare}} b\n", json!({})), "a\n{{#podviz compare}} b\n");
}

#[test]
fn a_wrong_directive_is_told_with_its_chapter_and_line() {
    let cases = [
        ("a {{#podviz compare}}", "text/one.md:3: the directive `{{#podviz` shares its line", "in backticks"),
        ("> {{#podviz compare}}", "text/one.md:3: the directive `{{#podviz` shares its line", "of its own"),
        ("{{#podviz compare", "text/one.md:3: the directive `{{#podviz` is not closed", "end it with `}}`"),
        ("{{#podviz}}", "text/one.md:3: it does not say what to show", "write one of"),
        ("{{#podviz compar}}", "text/one.md:3: there is no view `compar`", "did you mean `compare`?"),
        ("{{#podviz compare pod/none}}", "text/one.md:3: ", ""),
    ];
    for (line, reason, help) in cases {
        let (is, helps) = fault(&format!("# One\n\n{line}\n"), json!({}));
        assert!(is.starts_with(reason) && helps.contains(help), "{line}: {is}; {helps}");
    }
}

#[test]
fn all_wrong_directives_are_told_at_once_in_the_order_of_the_book() {
    let content = "{{#podviz summary pod/none}}\n\nIt is {{#podviz compare}}.\n\n{{#podviz compar}}\n\n\
        {{#podviz rollout pod/webapp-pod}}\n\n{{#podviz compare}}\n\n{{#podviz";
    let told: Vec<String> = faults(content, json!({})).iter().map(message).collect();
    let wanted = [
        "text/one.md:1: `pod/none` is not in these manifests",
        "text/one.md:3: the directive `{{#podviz` shares its line",
        "text/one.md:5: there is no view `compar`",
        "text/one.md:7: `rollout` has nothing to show for `pod/webapp-pod`",
        "text/one.md:11: the directive `{{#podviz` is not closed",
    ];
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for (is, wanted) in told.iter().zip(wanted) {
        assert!(is.starts_with(wanted), "{is}");
    }
    let told = faults("{{#podviz}}\n\n{{#podviz compare}}\n", json!({"podviz": {"input": "nowhere"}}));
    assert_eq!(told.len(), 2, "what is wrong with the input does not hide them: {told:?}");
}

#[test]
fn wrong_settings_are_told_with_what_to_write() {
    let podviz = |table: Value| json!({ "podviz": table });
    let cases = [
        (podviz(json!({"inputs": []})), "there is no key `inputs`", "did you mean `input`?"),
        (podviz(json!({"input": []})), "`input` does not say which manifests", "input = [\"../k8s\"]"),
        (podviz(json!({"input": 7})), "`input` is a list of texts", ""),
        (podviz(json!({"flat": "yes"})), "`flat` is `true` or `false`", ""),
        (podviz(json!({"diagrams": "png"})), "`diagrams` is `\"svg\"` or `\"mermaid\"`", ""),
        (podviz(json!({"before": ["links"]})), "podviz runs before `links`", "take `links` out"),
        (
            json!({"podviz": {"diagrams": "mermaid"}, "mermaid": {"command": "mdbook-mermaid"}}),
            "`mermaid` runs before podviz",
            "add `before = [\"mermaid\"]`",
        ),
    ];
    for (settings, reason, help) in cases {
        let (is, helps) = fault("{{#podviz compare}}\n", settings);
        assert!(is.starts_with(&format!("book.toml: [preprocessor.podviz]: {reason}")), "{is}");
        assert!(helps.contains(help), "{is}: {helps}");
    }
    let ordered = json!({
        "podviz": {"diagrams": "mermaid", "before": ["mermaid"], "optional": true},
        "mermaid": {"command": "mdbook-mermaid"},
    });
    assert!(chapter("{{#podviz compare}}\n", ordered).contains("```mermaid"));
}

#[test]
fn a_book_without_directives_needs_no_input() {
    assert_eq!(chapter("# One\n", json!({"podviz": {"input": ["nowhere"]}})), "# One\n");
}

#[test]
fn what_is_no_book_is_refused() {
    for text in ["", "{}", "[]", "[{}, {}]", "[{\"root\": \"/\"}, {\"items\": 1}]", "no JSON"] {
        let (faults, _) = preprocess(text).expect_err(text);
        assert!(faults.iter().all(|fault| fault.message.contains("no book")), "{text}: {faults:?}");
    }
}

//! Every attack that we know has a test with its name. That every escaper can be decoded is a property: see `tests/properties`.

use super::*;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

#[test]
fn trojan_source_is_spelled_out() {
    assert_eq!(visible("ab\u{202e}c"), "ab<U+202E>c");
    assert_eq!(
        visible("\u{e0041}\u{200d}\u{fffe}\u{1b}[31m\u{9b}"),
        "<U+E0041><U+200D><U+FFFE><U+001B>[31m<U+009B>"
    );
    assert_eq!(html("\u{2066}").as_str(), "&lt;U+2066&gt;");
}

#[test]
fn honest_letters_stay() {
    for text in ["עברית", "العربية", "e\u{301}", "日本語", "❤\u{fe0f}", "line\n\ttab"] {
        assert!(matches!(visible(text), Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn carriage_returns_end_lines_or_are_shown() {
    assert_eq!(visible("a\r\nb\rc"), "a\nb<U+000D>c");
}

#[test]
fn foreign_schemes_are_no_links() {
    for url in [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:x",
        "\u{1}javascript:x",
        "java script:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://x",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "/\t/evil.example",
        ":x",
        "",
        " ",
        "javascript\u{a0}:x",
        "tel:1",
    ] {
        assert_eq!(href(url), None, "{url:?}");
    }
}

#[test]
fn pages_and_the_web_are_links() {
    for (url, expected) in [
        ("HTTPS://example.com/a b", "HTTPS://example.com/a%20b"),
        ("../web/index.html#L1", "../web/index.html#L1"),
        ("mailto:a@example.com", "mailto:a@example.com"),
        ("x?y=1&z=%41%4", "x?y=1&z=%41%254"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("a/b:c", "a/b:c"),
        ("é", "%C3%A9"),
        ("x\"onclick='y'", "x%22onclick%3D%27y%27"),
    ] {
        let expected = expected.replace("%3D", "=");
        assert_eq!(href(url).map(|link| link.to_string()), Some(expected), "{url:?}");
    }
}

#[test]
fn references_in_destinations_do_not_decode() {
    let link = href("javascript&colon;alert(1)").expect("a path");
    assert_eq!(markdown::destination(&link).as_str(), "<javascript&amp;colon%3Balert%281%29>");
    assert_eq!(link.html().as_str(), "javascript&amp;colon%3Balert%281%29");
}

#[test]
fn labels_of_mermaid_end_nothing() {
    assert_eq!(mermaid::label("a\"]; click x").as_str(), "a#34;#93;#59; click x");
    assert_eq!(mermaid::label("x\ny").as_str(), "x<br/>y");
    assert_eq!(mermaid::label("ﬂ°°35¶ß").as_str(), "#64258;#8203;#176;#176;35#182;#8203;#223;");
    assert_eq!(mermaid::label("a direction LR").as_str(), "a #100;irection LR");
    assert_eq!(mermaid::label("fa:fa-x").as_str(), "fa#58;#8203;fa-x");
    assert_eq!(mermaid::label("$$").as_str(), "#36;#8203;#36;");
    assert_eq!(mermaid::label("\\n").as_str(), "#92;#8203;n");
    assert_eq!(mermaid::label("").as_str(), "#160;");
    assert_eq!(mermaid::label("1. a-b.c --x").as_str(), "1#46; a-b.c -#45;x");
    assert_eq!(mermaid::message("end note").as_str(), "#101;nd note");
    assert_eq!(mermaid::message("ending").as_str(), "ending");
    assert_eq!(mermaid::title("a\nb").as_str(), "a b");
    assert_eq!(mermaid::frame("a;#35; %%{x}").as_str(), "a；＃35； ％％｛x｝");
}

#[test]
fn github_finds_no_mention_reference_or_emoji() {
    assert_eq!(
        markdown::text("ping @all, see #12 :tada:").as_str(),
        "ping @&#8288;all, see \\#&#8288;12 :&#8288;tada:"
    );
    assert_eq!(markdown::text("80:http").as_str(), "80:http");
}

#[test]
fn autolinks_are_broken() {
    for raw in ["http://example.com", "see https://example.com", "www.example.com", "WWW.example.com"] {
        let text = markdown::text(raw).to_string();
        assert!(!text.contains("://") && !text.to_lowercase().contains("www."), "{text}");
    }
}

#[test]
fn templates_of_site_generators_do_not_run() {
    let text = markdown::text("{{< x >}} {% y %} {{ z }} <Comp/> :::tip").to_string();
    assert!(!text.contains(['{', '}', '<']) && !text.contains(":::"), "{text}");
}

#[test]
fn tools_that_edit_pages_find_nothing_in_code() {
    for raw in [
        "{{#include /etc/passwd}}",
        "{{ #include /etc/passwd }}",
        "{{< readfile >}}",
        "{% dot x.svg\n%}",
        "{++a++}",
        "{--a--}",
        "{==a==}",
        "{>>a<<}",
        "{~~a~>b~~}",
        "--8<-- \"x\"",
        ";--8<--",
        "::uml:: source=\"/etc/passwd\"\n::end-uml::",
        "<svg>",
    ] {
        for text in [markdown::code(raw), markdown::cell_code(raw), Dialect::Preprocessed.block("yaml", raw)]
        {
            let text = text.as_str().replace("</code>", "").replace("</pre>", "");
            assert!(
                !text.contains(['{', ':', '%']) && !text.contains("8<") && !text.contains("<svg"),
                "{text}"
            );
        }
    }
    for raw in ["#!bash x", " ::: x"] {
        assert!(markdown::code(raw).as_str().starts_with("<code>"), "{raw}");
    }
    assert_eq!(markdown::code("{a: {}}").as_str(), "`{a: {}}`");
}

#[test]
fn a_guarded_block_shows_what_it_guards() {
    for raw in
        ["a: \"{{ .b }}\"\n\n</code></pre>\n\n# c\n", "```\tx\n```", "> [!NOTE]\n> x", "~~~", "\n\na: 1"]
    {
        let source = Dialect::Preprocessed.block("yaml", raw).to_string();
        let mut events = Parser::new(&source);
        assert!(matches!(events.next(), Some(Event::Start(Tag::HtmlBlock))), "{source}");
        let html: String = events
            .filter_map(|event| match event {
                Event::Html(text) => Some(text.into_string()),
                Event::End(TagEnd::HtmlBlock) => None,
                other => panic!("{source:?} holds {other:?}"),
            })
            .collect();
        let inner = html
            .strip_prefix("<pre><code class=\"language-yaml\">")
            .and_then(|rest| rest.strip_suffix("</code></pre>"));
        assert_eq!(
            decoded_references(inner.expect("one element")),
            raw.trim_end_matches('\n').to_owned() + "\n"
        );
    }
    assert_eq!(Dialect::Preprocessed.block("yaml", "a: 1\n").as_str(), "```yaml\na: 1\n```");
}

/// Decodes `&#NN;`.
fn decoded_references(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';').expect("a reference ends");
        decoded.push(char::from_u32(code.parse().expect("a number")).expect("a character"));
        decoded.push_str(rest);
    }
    decoded
}

#[test]
fn symbols_of_other_dialects_stay_apart() {
    let text = markdown::text("(c) 1/2 +/- =/= c/o ++a++").to_string();
    for symbol in ["(c)", "1/2", "+/-", "=/=", "c/o", "++"] {
        assert!(!text.contains(symbol), "{text}");
    }
    assert_eq!(markdown::text("in 10.0.0.0/8 and/or 11/12").as_str(), "in 10.0.0.0/8 and/or 11/12");
}

#[test]
fn a_log_line_cannot_be_forged() {
    assert_eq!(terminal("x\nerror: \u{1b}[2Jy\t").as_str(), "x<U+000A>error: <U+001B>[2Jy<U+0009>");
}

#[test]
fn json_shows_what_hides_and_loses_no_key() {
    let value = serde_json::json!({"a\u{200b}": ["\u{202e}", "x\ny"], "a<U+200B>": 1});
    let expected = serde_json::json!({"a<U+200B>": ["<U+202E>", "x\ny"], "a<U+200B>_": 1});
    assert_eq!(visible_json(value), expected);
}

#[test]
fn gitlab_makes_no_reference_of_a_number_or_a_name() {
    for (raw, expected) in [
        ("see !12, $12, &12", "see !&#8288;12, &#36;&#8288;12, &amp;&#8288;12"),
        ("~bug and %next", "&#126;&#8288;bug and %&#8288;next"),
        ("100% done!", "100% done!"),
    ] {
        assert_eq!(Dialect::Gitlab.text(raw).as_str(), expected);
    }
}

#[test]
fn hugo_shows_shortcodes_in_code_as_they_were() {
    let block = |raw| Dialect::Hugo.block("yaml", raw).to_string();
    assert_eq!(block("a: {{< ref \"x\" >}} b"), "```yaml\na: {{</* ref \"x\" */>}} b\n```");
    assert_eq!(block("{{% a %}} {{{< b >}}}"), "```yaml\n{{%/* a */%}} {{{</* b */>}}}\n```");
    assert_eq!(block("{{< open"), "```yaml\n{{\u{2060}< open\n```");
    assert_eq!(block("<!--more-->"), "```yaml\n<!--\u{2060}more-->\n```");
    assert_eq!(block("{{ .Values.x }}"), "```yaml\n{{ .Values.x }}\n```");
}

#[test]
fn hugo_gets_no_html_for_code() {
    assert_eq!(Dialect::Hugo.cell_code("a|b").as_str(), "`a\\|b`");
    assert_eq!(Dialect::Hugo.code("{{ .x }}").as_str(), "`{{ .x }}`");
    assert_eq!(Dialect::Hugo.code("{{< x").as_str(), "&#123;&#123;&lt; x");
}

#[test]
fn docusaurus_finds_no_order_in_code() {
    let block = |raw| Dialect::Docusaurus.block("yaml", raw).to_string();
    assert_eq!(block("# highlight-start"), "```yaml\n# highlight-\u{2060}start\n```");
    assert_eq!(block("# a {#b}"), "```yaml\n# a {\u{2060}#b}\n```");
    assert_eq!(block("  :::note Title"), "```yaml\n  :\u{2060}::note Title\n```");
    assert_eq!(block("```mdx-code-block"), "````yaml\n```\u{2060}mdx-code-block\n````");
}

#[test]
fn docusaurus_scripts_do_not_end_in_a_title() {
    assert_eq!(Dialect::Docusaurus.quoted("</script>").as_str(), "\"<\u{2060}/script>\"");
}

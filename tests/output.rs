//! Stage 8's pages: what they are, byte by byte, and what they must never be.

#[path = "output/site.rs"]
mod site;

use podviz::output::{File, Flavour, Options, render};

fn files(spice: &str, flavour: Flavour) -> Vec<File> {
    let options = Options {
        generator: "podviz".to_owned(),
        repo_url: Some("https://example.org/shop/blob/main".to_owned()),
        ..Options::default()
    };
    render(&site::site(spice), flavour, &options).expect("the built-in templates are valid").0
}

/// Writes the sample for a look in the browser: `PODVIZ_SAMPLE=folder cargo test --test output sample`.
#[test]
fn sample() {
    let Some(folder) = std::env::var_os("PODVIZ_SAMPLE") else { return };
    for (name, spice) in [("site", ""), ("hostile", HOSTILE)] {
        for flavour in Flavour::ALL {
            for file in files(spice, flavour) {
                let path = std::path::Path::new(&folder).join(name).join(flavour.name()).join(&file.path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, file.bytes).unwrap();
            }
        }
    }
}

/// Syntax of HTML, Markdown, tables, templates and attributes, and characters that cannot be seen.
const HOSTILE: &str = "\"'><img src=x onerror=alert(1)></script></pre>{{ 1 }}|a|`b`**c**_d_[e](javascript:f)<!--\u{202e}\u{200b}\u{7}&amp;```";

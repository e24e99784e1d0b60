//! Pictures in the pages of mdBook: their style follows the theme that the reader has chosen.

use crate::diagram::svg;
use std::sync::LazyLock;

/// What begins each picture, as `output` frames it.
const PICTURE: &str = "<figure class=\"podviz\"";

/// How a picture stands in a page: a little smaller than natural is still readable; beyond that it scrolls.
const FRAME: &str = "
figure.podviz { --pv-paper: var(--bg); margin: 1em 0; overflow-x: auto; }
figure.podviz > svg { display: block; margin-inline: auto; height: auto; max-width: none;
  width: clamp(calc(var(--natural) * .6), 100%, var(--natural)); }
@media print { figure.podviz > svg { width: min(100%, var(--natural)); } }
";

/// The style for mdBook, which names its dark themes in the class of the root. Without a script it asks the system.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let style = svg::STYLE
        .replace(":root:not([data-theme=\"light\"])", ":root:not(.js)")
        .replace(":root[data-theme=\"dark\"]", ":root:is(.ayu, .coal, .navy)");
    let lines = style.lines().chain(FRAME.lines()).filter(|line| !line.trim().is_empty());
    format!("<style>\n{}\n</style>\n\n", lines.collect::<Vec<_>>().join("\n"))
});

/// Gives the content of a chapter the style of its pictures, if it has any.
pub(super) fn add_style(content: &mut String) {
    if content.contains(PICTURE) {
        content.insert_str(0, &STYLE);
    }
}

#[cfg(test)]
mod tests {
    use super::{FRAME, STYLE};
    use crate::diagram::svg;

    #[test]
    fn every_theme_of_the_stylesheet_becomes_one_of_mdbook() {
        assert!(svg::STYLE.contains("data-theme"));
        assert!(!STYLE.contains("data-theme"));
        assert_eq!(STYLE.matches(":root:is(.ayu, .coal, .navy)").count(), 2);
        assert_eq!(STYLE.matches(":root:not(.js)").count(), 2);
        assert!(STYLE.contains(FRAME.trim()) && !STYLE.trim_end().contains("\n\n"));
    }
}

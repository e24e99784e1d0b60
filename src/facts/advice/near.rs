//! Names that are nearly the same: what a typo was meant to be.

use crate::topology::Labels;

/// A label: its key and its value.
type Label = (String, String);

/// The label of `wanted` that may be a typo, and what it was meant to be: what is looked for has all the others, and this
/// one nearly.
pub(super) fn near_label<'a>(
    wanted: &[Label],
    candidates: impl IntoIterator<Item = &'a Labels>,
) -> Option<(Label, Label)> {
    candidates.into_iter().find_map(|labels| {
        let mut lacking = wanted.iter().filter(|(key, value)| labels.get(key) != Some(value));
        let (key, value) = lacking.next().filter(|_| lacking.next().is_none())?;
        let meant = match labels.get(key) {
            Some(other) => (key.clone(), near(value, [other.as_str()])?.to_owned()),
            None => {
                let keys = labels.iter().filter(|(_, other)| *other == value).map(|(key, _)| key.as_str());
                (near(key, keys)?.to_owned(), value.clone())
            }
        };
        Some(((key.clone(), value.clone()), meant))
    })
}

/// The name among `known` that `name` may be a typo of: the nearest one, at most a quarter of its letters away. The first
/// of several that are as near.
pub(super) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.chars().count() / 4).max(1);
    let mut best: Option<(usize, &str)> = None;
    // What is numbered is another one, not a typo.
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let is_other = |one: &&str| one.is_empty() || (letters(one) == letters(name));
    for one in known.into_iter().filter(|one| !is_other(one)) {
        let distance = distance(name, one, most);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, one));
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters must be put in, left out, replaced or swapped with their neighbor; more than `most` counts as that
/// and one. Letters of another case are the same, dashes, dots and underscores, too.
///
/// Source: the "optimal string alignment" form of the Damerau-Levenshtein distance.
fn distance(one: &str, other: &str, most: usize) -> usize {
    let fold = |text: &str| -> Vec<char> {
        let letters = text.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() });
        letters.collect()
    };
    let (one, other) = (fold(one), fold(other));
    if one.len().abs_diff(other.len()) > most || one.len().max(other.len()) > 128 {
        return most + 1;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn a_typo_is_near_and_another_name_is_not() {
        let known = ["metrics", "http", "web-admin", "a"];
        for (name, meant) in [
            ("metric", Some("metrics")),
            ("metircs", Some("metrics")),
            ("htpp", Some("http")),
            ("HTTP", Some("http")),
            ("web_admin", Some("web-admin")),
            ("aa", Some("a")),
            ("grpc", None),
            ("http2", None),
            ("metrics", None),
            ("admin", None),
        ] {
            assert_eq!(near(name, known), meant, "{name}");
        }
    }
}

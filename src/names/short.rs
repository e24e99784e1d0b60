//! Names and messages that are too long to be read, with their middle left out.

/// The most characters of a path that is shown whole.
const LONGEST_PATH: usize = 120;
/// The most characters of any other word that is shown whole.
const LONGEST_WORD: usize = 200;
/// The most characters of a message that is shown whole.
const LONGEST_MESSAGE: usize = 2_000;

/// The path of a file without what stands between its first part and its last ones, if it is long: `deploy/…/web/a.yaml`.
pub fn short_path(path: &str) -> String {
    if is_within(path, LONGEST_PATH) {
        return path.to_owned();
    }
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let first = path.split_inclusive('/').next().unwrap_or_default();
    let first = if above.is_empty() || !is_within(first, LONGEST_PATH / 3) { "" } else { first };
    let name = without_middle(name, LONGEST_PATH / 2);
    let room = LONGEST_PATH.saturating_sub(first.chars().count() + name.chars().count() + 3);
    // As many of the folders above the file as there is room for.
    let rest = above.strip_prefix(first.trim_end_matches('/')).unwrap_or(above);
    let starts = rest.match_indices('/').map(|(at, _)| at + 1).chain([rest.len()]);
    let tail = starts.map(|at| &rest[at..]).find(|tail| is_within(tail, room)).unwrap_or_default();
    let gap = if above.is_empty() { "" } else { "…/" };
    let joint = if tail.is_empty() { "" } else { "/" };
    format!("{first}{gap}{tail}{joint}{name}")
}

/// A message whose words are not longer than can be read, and which ends.
pub fn short_message(message: &str) -> String {
    let words = message.split_inclusive([' ', '`', '\n']);
    let short = words.map(|word| {
        let end = word.trim_end_matches([' ', '`', '\n']).trim_end_matches([':', ',', ';', ')']).len();
        let (word, end) = word.split_at(end);
        let short = if word.contains('/') { short_path(word) } else { without_middle(word, LONGEST_WORD) };
        short + end
    });
    without_middle(&short.collect::<String>(), LONGEST_MESSAGE)
}

/// The first and the last characters of a text that is longer than `most`.
fn without_middle(text: &str, most: usize) -> String {
    if is_within(text, most) {
        return text.to_owned();
    }
    let half = most.saturating_sub(1) / 2;
    let start: String = text.chars().take(half).collect();
    let from = text.char_indices().rev().nth(half.saturating_sub(1)).map_or(0, |(at, _)| at);
    format!("{start}…{}", &text[from..])
}

fn is_within(text: &str, most: usize) -> bool {
    text.len() <= most || text.chars().nth(most).is_none()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_MESSAGE, LONGEST_PATH, short_message, short_path};

    #[test]
    fn what_can_be_read_stays() {
        for text in ["", "a.yaml", "deploy/web/a.yaml", "é/日本/a.yaml", "/x"] {
            assert_eq!(short_path(text), text);
            assert_eq!(short_message(text), text);
        }
        let message = "cannot lock `/proc/x`: No such file or directory (os error 2)";
        assert_eq!(short_message(message), message);
    }

    #[test]
    fn a_long_path_keeps_its_first_part_and_its_file() {
        let path = format!("deploy/{}clusters/prod/web.yaml", "level/".repeat(60));
        let short = short_path(&path);
        assert!(
            short.starts_with("deploy/…/level/") && short.ends_with("/clusters/prod/web.yaml"),
            "{short}"
        );
        assert!(short.chars().count() <= LONGEST_PATH, "{short}");
    }

    #[test]
    fn a_long_name_keeps_its_ends() {
        for path in [
            format!("{}.yaml", "n".repeat(255)),
            format!("a/{}.yaml", "é".repeat(255)),
            format!("{}/b.yaml", "x".repeat(255)),
            format!("/{}/b.yaml", "x/".repeat(255)),
        ] {
            let short = short_path(&path);
            assert!(short.contains('…') && short.ends_with(".yaml"), "{short}");
            assert!(short.chars().count() <= LONGEST_PATH, "{short}");
        }
    }

    #[test]
    fn a_long_message_keeps_what_it_says() {
        let key = format!("the key `{}` stands twice; the last one counts", "k".repeat(100_000));
        let short = short_message(&key);
        assert!(
            short.starts_with("the key `kkk") && short.ends_with("` stands twice; the last one counts"),
            "{short}"
        );
        assert!(short.chars().count() < 300);
        let path = format!("cannot lock `/{}x`: no such folder", "level/".repeat(100));
        let short = short_message(&path);
        assert!(short.ends_with("level/x`: no such folder") && short.contains('…'), "{short}");
        assert!(short_message(&"word ".repeat(10_000)).chars().count() <= LONGEST_MESSAGE);
    }
}

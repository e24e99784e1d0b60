//! English: lists, articles, capitals, and verbs that agree with a number. Whatever podviz says is put together with these.

/// What stands between two items of a list in words, the one at `at` and the next, of so many: `, `, ` and `, or `, and `.
/// `last` is the word before the last item.
pub fn between(at: usize, count: usize, last: &str) -> String {
    match (at + 2 == count, count > 2) {
        (false, _) => ", ".to_owned(),
        (true, true) => format!(", {last} "),
        (true, false) => format!(" {last} "),
    }
}

/// `a`, `a and b`, `a, b, and c`: items as a list in words, with `last` before the last one.
pub fn list(items: impl IntoIterator<Item: AsRef<str>>, last: &str) -> String {
    let items: Vec<_> = items.into_iter().collect();
    let mut words = String::new();
    for (at, item) in items.iter().enumerate() {
        words.push_str(item.as_ref());
        if at + 1 < items.len() {
            words.push_str(&between(at, items.len(), last));
        }
    }
    words
}

/// The same with `and`, of at most so many items: more of them end in how many are left, `a, b, and 3 more`.
pub fn list_up_to(most: usize, items: impl IntoIterator<Item: AsRef<str>>) -> String {
    let mut words: Vec<String> = items.into_iter().map(|item| item.as_ref().to_owned()).collect();
    if words.len() > most {
        let left = words.split_off(most.saturating_sub(1).max(1));
        words.push(format!("{} more", left.len()));
    }
    list(words, "and")
}

/// `a` or `an`, as it stands before a word: by its first letter, which is enough for the words that podviz uses.
pub fn article(word: &str) -> &'static str {
    if word.starts_with(|c: char| "aeiou".contains(c.to_ascii_lowercase())) { "an" } else { "a" }
}

/// The words with a capital letter in front, to begin a sentence.
pub fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// `is` of one, `are` of more.
pub fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// `has` of one, `have` of more.
pub fn have(number: usize) -> &'static str {
    if number == 1 { "has" } else { "have" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_last_word_before_the_last_item() {
        assert_eq!(list([""; 0], "and"), "");
        assert_eq!(list(&["a"], "and"), "a");
        assert_eq!(list(&["a", "b"], "or"), "a or b");
        assert_eq!(list(&["a", "b", "c"], "and"), "a, b, and c");
        assert_eq!(list(["a", "b", "c", "d"].map(str::to_owned), "and"), "a, b, c, and d");
        assert_eq!(list_up_to(4, &["a", "b", "c", "d"]), "a, b, c, and d");
        assert_eq!(list_up_to(4, &["a", "b", "c", "d", "e"]), "a, b, c, and 2 more");
    }

    #[test]
    fn words_agree() {
        assert_eq!((article("Ambassador"), article("sidecar"), article("init container")), ("an", "a", "an"));
        assert_eq!((capital("élan vital"), capital("")), ("Élan vital".to_owned(), String::new()));
        assert_eq!((are(0), are(1), are(2), have(1), have(3)), ("are", "is", "are", "has", "have"));
    }
}

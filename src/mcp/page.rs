//! Answers a page at a time: short first, and where the next page begins.

use serde_json::{Value, json};

/// Puts a page of a list into an answer under a key: at most `most` entries from the cursor on. How many there are in all,
/// and where the next page begins, is said where they are not all.
///
/// # Errors
///
/// If the cursor is none that an answer gave.
pub(super) fn put<T>(
    answer: &mut Value,
    key: &str,
    all: &[T],
    (cursor, most): (Option<&str>, usize),
    tell: impl FnMut(&T) -> Value,
) -> Result<(), String> {
    let start = match cursor {
        None => 0,
        Some(text) => {
            text.parse::<usize>().ok().filter(|start| *start <= all.len()).ok_or("no such cursor")?
        }
    };
    let end = all.len().min(start + most);
    answer[key] = all[start..end].iter().map(tell).collect();
    if all.len() > most {
        answer["of"] = json!(all.len());
    }
    if end < all.len() {
        answer["next"] = json!(end.to_string());
    }
    Ok(())
}

/// A value that fits into a short answer: what is longer is cut, and says so.
pub(super) fn short(value: &Value, most: usize) -> Value {
    let text = value.to_string();
    if text.len() <= most {
        return value.clone();
    }
    let cut: String = text.chars().take(most).collect();
    json!(format!("{cut}… (ask for this alone)"))
}

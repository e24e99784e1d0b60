//! What an expression does with the value of its variable.

/// The longest value that patterns are compared with, in bytes.
const LONGEST: usize = 4096;

/// Flux refuses the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// What a function makes of a value.
pub fn apply(function: &str, value: &str, arguments: &[String]) -> Result<String, Refused> {
    let first = arguments.first().map(String::as_str);
    let second = arguments.get(1).map(String::as_str);
    Ok(match (function, first) {
        ("#", None) => value.len().to_string(),
        (",", _) => first_letter(value, |c| c.to_lowercase().to_string()),
        (",,", _) => value.to_lowercase(),
        ("^", _) => first_letter(value, |c| c.to_uppercase().to_string()),
        ("^^", _) => value.to_uppercase(),
        (":", Some(position)) => part(value, position, second)?,
        ("/", Some(old)) => value.replacen(old, second.unwrap_or_default(), 1),
        ("//", Some(old)) => value.replace(old, second.unwrap_or_default()),
        ("/#", Some(old)) => match (value.strip_prefix(old), second) {
            (Some(rest), Some(new)) => format!("{new}{rest}"),
            _ => value.to_owned(),
        },
        ("/%", Some(old)) => match (value.strip_suffix(old), second) {
            (Some(rest), Some(new)) => format!("{rest}{new}"),
            _ => value.to_owned(),
        },
        ("#", Some(pattern)) => trimmed(value, pattern, false)?,
        ("##", Some(pattern)) => trimmed(value, pattern, true)?,
        ("%", Some(pattern)) => reversed(&trimmed(&reversed(value), &reversed(pattern), false)?),
        ("%%", Some(pattern)) => reversed(&trimmed(&reversed(value), &reversed(pattern), true)?),
        _ => value.to_owned(),
    })
}

fn first_letter(value: &str, change: impl Fn(char) -> String) -> String {
    let mut characters = value.chars();
    characters.next().map_or_else(String::new, |first| change(first) + characters.as_str())
}

/// A part of the bytes; all of them where a number is none.
fn part(value: &str, position: &str, length: Option<&str>) -> Result<String, Refused> {
    let Ok(position) = position.parse::<i64>() else { return Ok(value.to_owned()) };
    let whole = i64::try_from(value.len()).map_err(|_| Refused)?;
    let start = if position < 0 { (whole + position).max(0) } else { position.min(whole) };
    let end = match length.map(str::parse::<i64>) {
        None => whole,
        Some(Err(_)) => return Ok(value.to_owned()),
        Some(Ok(length)) => start.saturating_add(length).min(whole),
    };
    let range =
        usize::try_from(start).ok().zip(usize::try_from(end).ok()).filter(|(start, end)| start <= end);
    let (start, end) = range.ok_or(Refused)?;
    Ok(String::from_utf8_lossy(&value.as_bytes()[start..end]).into_owned())
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// A value without the shortest or the longest beginning that matches.
fn trimmed(value: &str, pattern: &str, longest: bool) -> Result<String, Refused> {
    if value.len().max(pattern.len()) > LONGEST {
        return Err(Refused);
    }
    // A pattern that is none changes nothing.
    let Ok(pattern) = signs(pattern) else { return Ok(value.to_owned()) };
    let characters: Vec<char> = value.chars().collect();
    let mut ends = matching(&pattern, &characters).into_iter().filter(|end| *end > 0);
    let end = if longest { ends.next_back() } else { ends.next() };
    Ok(characters[end.unwrap_or(0)..].iter().collect())
}

/// A sign of a pattern.
enum Sign {
    /// Any characters.
    Any,
    /// One character that passes.
    One(Box<dyn Fn(char) -> bool>),
}

/// The signs of a pattern: `*`, `?`, `[a-z]`, `[^a-z]`, and `\` before one that means itself.
///
/// Source: fluxcd/pkg `envsubst/path/match.go`, whose `*` and `?` cross `/`.
fn signs(pattern: &str) -> Result<Vec<Sign>, Refused> {
    let mut signs = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        signs.push(match c {
            '*' => Sign::Any,
            '?' => Sign::One(Box::new(|_| true)),
            '\\' => {
                let own = characters.next().ok_or(Refused)?;
                Sign::One(Box::new(move |c| c == own))
            }
            '[' => {
                let negated = characters.next_if_eq(&'^').is_some();
                let mut ranges: Vec<(char, char)> = Vec::new();
                loop {
                    let mut low = characters.next().ok_or(Refused)?;
                    match low {
                        ']' if !ranges.is_empty() => break,
                        ']' | '-' => return Err(Refused),
                        '\\' => low = characters.next().ok_or(Refused)?,
                        _ => {}
                    }
                    let mut high = low;
                    if characters.next_if_eq(&'-').is_some() {
                        high = characters.next().filter(|c| !"]-".contains(*c)).ok_or(Refused)?;
                        if high == '\\' {
                            high = characters.next().ok_or(Refused)?;
                        }
                    }
                    ranges.push((low, high));
                }
                Sign::One(Box::new(move |c| {
                    ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != negated
                }))
            }
            own => Sign::One(Box::new(move |c| c == own)),
        });
    }
    Ok(signs)
}

/// How long the beginnings are that a pattern matches, in order.
fn matching(pattern: &[Sign], characters: &[char]) -> Vec<usize> {
    let mut reached = vec![false; characters.len() + 1];
    reached[0] = true;
    for sign in pattern {
        match sign {
            Sign::Any => {
                let first = reached.iter().position(|reached| *reached).unwrap_or(reached.len());
                reached.iter_mut().skip(first).for_each(|reached| *reached = true);
            }
            Sign::One(accept) => {
                for at in (0..characters.len()).rev() {
                    reached[at + 1] = reached[at] && accept(characters[at]);
                }
                reached[0] = false;
            }
        }
    }
    (0..reached.len()).filter(|at| reached[*at]).collect()
}

//! The beginning of an extension: copies of the files in `xtask/new/SORT`, and a line in each list that `lines.txt` there names.
//!
//! In paths and texts, `@kebab@`, `@snake@`, `@Camel@` and `@Words@` are the name of what is new.

use std::fs;
use std::path::Path;

/// Which extensions can be begun, by name.
pub fn sorts(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join("xtask/new")).into_iter().flatten().flatten();
    let mut sorts: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    sorts.sort();
    sorts
}

/// Writes what an extension of this sort needs into the repository at `root`, and returns which files it touched. Nothing is
/// written where a file is there already or a list is not found.
pub fn begin(root: &Path, sort: &str, name: &str) -> Result<Vec<String>, String> {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_word =
        |word: &str| word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(is_letter);
    if !name.split('-').all(is_word) {
        return Err(format!("`{name}` is not a name such as `own-thing`"));
    }
    let sort = if sort == "flavour" { "flavor" } else { sort };
    let folder = root.join("xtask/new").join(sort);
    if !folder.is_dir() {
        return Err(format!("there is no `{sort}` to begin, but {}", sorts(root).join(", ")));
    }
    let mut texts = Vec::new();
    collect(&folder, "", &mut texts)?;
    let mut writes: Vec<(String, String)> = Vec::new();
    for (path, text) in texts {
        let text = named(&text, name);
        if path == "lines.txt" {
            for row in text.lines() {
                let [file, list, line] = row.split('\t').collect::<Vec<_>>()[..] else {
                    return Err(format!("xtask/new/{sort}/lines.txt: `{row}` has not three parts"));
                };
                let at = writes.iter().position(|(path, _)| path == file);
                let known = match at {
                    Some(at) => writes.remove(at).1,
                    None => read(&root.join(file))?,
                };
                let text =
                    listed(&known, list, line).ok_or_else(|| format!("{file} has no list `{list}`"))?;
                writes.push((file.to_owned(), text));
            }
        } else {
            let path = named(&path, name);
            if root.join(&path).exists() {
                return Err(format!("{path} is there already"));
            }
            writes.push((path, text));
        }
    }
    writes.sort();
    for (path, text) in &writes {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root)).map_err(|error| error.to_string())?;
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        mark(&path, text);
    }
    Ok(writes.into_iter().map(|(path, _)| path).collect())
}

/// The text with a line more in a list: the run of lines that begin as `line` does, to its first letter, below the line that begins
/// with `list`. With an empty `list` it is the first such run. A sorted list stays sorted; to others the line is added at the end.
fn listed(text: &str, list: &str, line: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let sign = line.split_inclusive(['&', '[', ' ']).next().filter(|sign| !sign.trim().is_empty());
    let indent = line.len() - line.trim_start().len();
    let is_of_it = |other: &str| match (sign, other.split_at_checked(indent)) {
        (Some(sign), _) => other.starts_with(sign),
        (None, Some((blank, rest))) => blank.trim().is_empty() && !rest.is_empty() && !rest.starts_with(' '),
        (None, None) => false,
    };
    let below = lines.iter().position(|line| line.starts_with(list))?;
    let start = below + lines[below..].iter().position(|line| is_of_it(line))?;
    let length = lines[start..].iter().take_while(|line| is_of_it(line)).count();
    let known = &lines[start..start + length];
    let place = if known.is_sorted() { known.partition_point(|other| *other < line) } else { length };
    lines.insert(start + place, line);
    Some(lines.join("\n") + "\n")
}

/// The files of a folder: their paths below it, and their texts.
fn collect(folder: &Path, below: &str, texts: &mut Vec<(String, String)>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), texts)?;
        } else {
            texts.push((name, read(&path)?));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn named(text: &str, name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let camel: String = name.split('-').map(capital).collect();
    text.replace("@kebab@", name)
        .replace("@snake@", &name.replace('-', "_"))
        .replace("@Camel@", &camel)
        .replace("@Words@", &capital(&name.replace('-', " ")))
}

/// A script can be run.
fn mark(path: &Path, text: &str) {
    #[cfg(unix)]
    if text.starts_with("#!") {
        use std::os::unix::fs::PermissionsExt;
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
    }
    #[cfg(not(unix))]
    let _ = (path, text);
}

//! The command that mends what `--check` found: the one that was called, without the check.

use std::ffi::{OsStr, OsString};

/// The arguments as they are typed into a shell, without `--check`. The first is the program, which goes by its name.
pub fn mending(arguments: impl IntoIterator<Item = OsString>) -> String {
    let arguments = arguments.into_iter().skip(1).filter(|argument| argument != "--check");
    let words = arguments.map(|argument| typed(&argument));
    std::iter::once("podviz".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// One argument, within quotes where a shell would read something else in it.
fn typed(argument: &OsStr) -> String {
    let text = argument.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c) || !c.is_ascii();
    if !text.is_empty() && text.chars().all(is_plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::mending;

    #[test]
    fn the_check_goes_and_the_rest_is_quoted_where_it_has_to_be() {
        let words =
            ["target/debug/podviz", "render", "--check", "my k8s", "--set=a=b", "-o", "it's", "", "ä"];
        let command = mending(words.map(Into::into));
        assert_eq!(command, "podviz render 'my k8s' --set=a=b -o 'it'\\''s' '' ä");
    }
}

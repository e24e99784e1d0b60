//! Templates of sets without `goTemplate`: names in braces become values.

use super::params::Params;
use serde_json::Value as Json;

/// The text with the values of `params` in the place of their names; what is no name of a text stays.
///
/// Source: `Render.Replace` in `applicationset/utils/utils.go`, `github.com/valyala/fasttemplate`.
///
/// # Errors
///
/// If braces are opened and not closed.
pub fn replace(text: &str, params: &Params) -> Result<String, &'static str> {
    let has_action = |line: &str| line.find("{{").is_some_and(|at| line[at + 2..].contains("}}"));
    if !text.split('\n').any(has_action) {
        return Ok(text.to_owned());
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let (tag, after) = after.split_once("}}").ok_or("`{{` is opened and not closed")?;
        out.push_str(before);
        match params.get(tag.trim()) {
            Some(Json::String(value)) if !tag.trim().is_empty() => out.push_str(value),
            _ => {
                out.push_str("{{");
                out.push_str(tag);
                out.push_str("}}");
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::replace;
    use serde_json::json;

    #[test]
    fn names_become_values_and_the_rest_stays() {
        let params = json!({"a": "1", "path[0]": "x", "n": 5, "again": "{{a}}"});
        let params = params.as_object().expect("a map");
        let check = |text: &str, want: Result<&str, &str>| {
            assert_eq!(replace(text, params).as_deref().map_err(|why| *why), want, "{text}");
        };
        check("{{a}}-{{ a }}{{path[0]}}", Ok("1-1x"));
        check("{{b}} {{A}} {{ n }} {{}} {{a", Err("`{{` is opened and not closed"));
        check("{{b}} {{A}} {{ n }} {{}}", Ok("{{b}} {{A}} {{ n }} {{}}"));
        check("{{again}}", Ok("{{a}}"));
        check("{{a\n}}", Ok("{{a\n}}"));
        check("{{ x }}{{a\n}}", Ok("{{ x }}1"));
    }
}

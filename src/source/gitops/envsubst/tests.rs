use super::function::Refused;
use super::{Variable, evaluate};

fn values(name: &str) -> Option<Variable> {
    let value = match name {
        "name" => "abcDEF12gh",
        "path" => "/data/me/file.tar.gz",
        "file" => "a.b.c",
        "other" => "x-y",
        "empty" => "",
        "secret" => return Some(Variable::Hidden),
        _ => return None,
    };
    Some(Variable::Known(value.to_owned()))
}

#[track_caller]
fn check(source: &str, text: &str) {
    assert_eq!(evaluate(source, &values).map(|done| done.text), Ok(text.to_owned()), "{source}");
}

#[test]
fn every_form_is_known() {
    check("a ${name} b", "a abcDEF12gh b");
    check("${#name} ${#path}", "10 20");
    check("${name^} ${name^^} ${name,} ${name,,}", "AbcDEF12gh ABCDEF12GH abcDEF12gh abcdef12gh");
    check(
        "${path:6} ${path:6:2} ${path:100} ${name:x} ${name:2:y}",
        "me/file.tar.gz me  abcDEF12gh abcDEF12gh",
    );
    check("${none=d} ${none:=d} ${none:-d} ${none:-} ${name:=d}", "d d d  abcDEF12gh");
    check("${empty:=d} ${empty=d} ${none:?d} ${none:+d}", "d d d d");
    check("${none:=${other}} ${none:=a${other}b} ${none:=${none:-${other^^}}}", "x-y ax-yb X-Y");
    check("${other/x/z} ${other/-/} ${file/./_} ${file//./_}", "z-y xy a_b.c a_b_c");
    check("${path/\\//-} ${path//\\//-}", "-data/me/file.tar.gz -data-me-file.tar.gz");
    check("${other/#x/z} ${other/%y/z} ${other/#y/z} ${other/#x/}", "z-y x-z x-y x-y");
    check("${file#*.} ${file##*.} ${file%.*} ${file%%.*}", "b.c c a.b a");
    check(
        "${path#*/} ${path##*/} ${name#[a-c]} ${name#[^a-c]} ${name#?b}",
        "data/me/file.tar.gz file.tar.gz bcDEF12gh abcDEF12gh cDEF12gh",
    );
}

#[test]
fn what_is_no_expression_stays() {
    check("$name $ {name} $(name) %{name} {name} }", "$name $ {name} $(name) %{name} {name} }");
    check("$${name} $$name $$${name}", "${name} $name $abcDEF12gh");
    check("$${none:=${other}}", "${none:=x-y}");
    check("\\\\ \\/ ${none:=\\/}", "\\\\ \\/ \\/");
    check("", "");
}

#[test]
fn hidden_values_leave_the_expression() {
    check("https://x.${secret}/${secret:-d}", "https://x.${secret}/${secret:-d}");
    check("${none:=${secret}}", "${secret}");
}

#[test]
fn missing_values_are_told() {
    let done =
        evaluate("a\n${none} ${none:=d} ${gone^^} ${name:=${never}}\n${none:=${gone}}", &values).unwrap();
    assert_eq!(done.text, "a\n d  abcDEF12gh\n");
    assert_eq!(done.missing, [("none".to_owned(), 2), ("gone".to_owned(), 2), ("gone".to_owned(), 3)]);
}

#[test]
fn each_line_knows_its_own() {
    let done = evaluate("a\n${none:=b\nc}\n$$d\ne ${name}\n", &values).unwrap();
    assert_eq!(done.text, "a\nb\nc\n$d\ne abcDEF12gh\n");
    assert_eq!(done.lines, [1, 2, 2, 4, 5, 6]);
}

#[test]
fn what_flux_refuses_is_refused() {
    for source in [
        "${",
        "${name",
        "${}",
        "${-x}",
        "${name-x}",
        "${name:=",
        "${name#}",
        "${name/x}",
        "${name:}",
        "${name[1]}",
        "${name:2:-9}",
    ] {
        assert_eq!(evaluate(source, &values), Err(Refused), "{source}");
    }
    let deep = "${a:=".repeat(5000);
    assert_eq!(evaluate(&deep, &values), Err(Refused));
}

use super::Known;
use crate::source::redact::Values;
use std::collections::BTreeSet;

/// What is left of `text` when a Secret holds `value` under `key`.
fn left(key: &str, value: &str, text: &str) -> String {
    let mut values = Values::default();
    values.learn(key, value);
    let known = Known::of(&values, &BTreeSet::new());
    known.and_then(|known| known.mask(text, true)).unwrap_or_else(|| text.to_owned())
}

#[test]
fn a_value_is_found_in_each_of_its_forms() {
    for (text, want) in [
        ("welcome Canary77x", "welcome [redacted]"),
        ("xCanary77xy", "x[redacted]y"),
        ("v: Q2FuYXJ5Nzd4", "v: [redacted]"),
        ("v: YTpDYW5hcnk3N3g=", "v: [redacted]"),
        ("43616e617279373778", "[redacted]"),
        ("43616E617279373778", "[redacted]"),
    ] {
        assert_eq!(left("a", "Canary77x", text), want);
        assert_eq!(left("a", "Q2FuYXJ5Nzd4", text), want, "encoded");
    }
    assert_eq!(left("a", "Can\"ary77", r#"{"k":"Can\"ary77"}"#), r#"{"k":"[redacted]"}"#);
    assert_eq!(left("a", "Canary77/x", "?p=Canary77%2Fx"), "?p=[redacted]");
}

#[test]
fn parts_of_a_value_are_values() {
    let url = "postgres://app:Canary77x@db.example.com:5432/shop";
    assert_eq!(left("url", url, "the db takes Canary77x"), "the db takes [redacted]");
    assert_eq!(left("url", url, "db.example.com:5432"), "db.example.com:5432");
    let file = "[client]\nuser = orders-app\npassword = opensesame\npin = k4n4ry7x9q\n";
    assert_eq!(left("my.cnf", file, "opensesame, k4n4ry7x9q"), "[redacted], [redacted]");
    assert_eq!(left("my.cnf", file, "user = orders-app"), "user = orders-app");
}

#[test]
fn words_are_hidden_under_a_key_that_says_secret_and_where_they_stand_alone() {
    for (key, value, text, want) in [
        ("database", "production", "in production", "in production"),
        ("user", "postgres", "as postgres", "as postgres"),
        ("password", "changeme", "it is changeme.", "it is [redacted]."),
        ("password", "changeme", "changeme-too, unchangeme", "changeme-too, unchangeme"),
        ("password", "changeme", "Y2hhbmdlbWU=", "[redacted]"),
        ("host", "db.example.com", "db.example.com:5432", "db.example.com:5432"),
        ("a", "Europe/Berlin", "Europe/Berlin", "Europe/Berlin"),
        ("a", "30 3 * * 1", "30 3 * * 1", "30 3 * * 1"),
        ("a", "imagePullPolicy", "imagePullPolicy", "imagePullPolicy"),
        ("password", "short", "short", "short"),
        ("password", "$(PASSWORD)", "$(PASSWORD)", "$(PASSWORD)"),
    ] {
        assert_eq!(left(key, value, text), want, "{key}: {value}");
    }
}

#[test]
fn long_values_are_found_whole() {
    let long: String = (0..200).map(|n| format!("k{n}X")).collect();
    assert_eq!(left("a", &long, &format!("a {long} b")), "a [redacted] b");
}

#[test]
fn nothing_prints_a_value() {
    let mut values = Values::default();
    values.learn("password", "Canary77x");
    assert_eq!(format!("{values:?}"), "Values");
}

//! A secret in every syntax, between neighbors that are none: it comes out of none.

use podviz::document::Limits;
use podviz::source::{Loaded, load};
use std::fmt::Write as _;

/// Names that say secret, spelled as each syntax has them.
const NAMES: [&str; 12] = [
    "password",
    "DB_PASSWORD",
    "dbPassword",
    "db.password",
    "db-password",
    "client_secret",
    "clientSecret",
    "API_KEY",
    "apiKey",
    "auth-token",
    "AWS_SECRET_ACCESS_KEY",
    "private_key",
];

/// Lines that stand beside it.
const NEIGHBORS: [&str; 10] = [
    "port = 8080",
    "host: db.shop.svc",
    "# a comment, it's fine",
    "level=info",
    "",
    "export PATH=/usr/bin:$PATH",
    "timeout 30s",
    "[section]",
    "user=shop",
    "say \"hello\"",
];

/// Choices, taken from bytes one by one; zeros behind the last.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn byte(&mut self) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default())
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.byte() % all.len()]
    }
}

/// Plants a secret as the bytes say, and looks for it in all that comes out.
pub fn check(bytes: &[u8]) {
    let mut choices = Choices(bytes.iter());
    let canary = canary(&mut choices);
    let name = choices.of(&NAMES);
    let manifest = manifest(&mut choices, name, &canary);
    let loaded = load("a.yaml", manifest.as_bytes(), &Limits::default());
    assert!(!loaded.documents.is_empty(), "{manifest}\n{:?}", loaded.problems);
    let told = told(&loaded);
    assert!(!told.contains(&canary), "{canary} comes out of\n{manifest}\n{told}");
}

/// Letters and digits that no rule could know.
fn canary(choices: &mut Choices) -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let drawn = (0..10).map(|_| char::from(choices.of(LETTERS)));
    format!("Kq{}7Zx", drawn.collect::<String>())
}

/// A manifest that holds the secret under its name.
fn manifest(choices: &mut Choices, name: &str, canary: &str) -> String {
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: app\n    image: app:1\n";
    let quote = choices.of(&["", "\"", "'"]);
    match choices.byte() % 7 {
        0 => format!("{config_map}data:\n  a: b\n  {name}: {quote}{canary}{quote}\n  c: d\n"),
        1 => format!(
            "{pod}    env:\n    - {{name: A, value: b}}\n    - name: {name}\n      value: {quote}{canary}{quote}\n    - {{name: C, value: d}}\n"
        ),
        2 => {
            let argument = choices.of(&["--NAME=VALUE", "--NAME\", \"VALUE", "NAME=VALUE", "-DNAME=VALUE"]);
            let argument = argument.replace("NAME", name).replace("VALUE", canary);
            format!("{pod}    args: [\"--level=info\", \"{argument}\", \"--port=80\"]\n")
        }
        3 => format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  k: {quote}{canary}{quote}\n"
        ),
        4 => {
            let json = serde_json::json!({ "a": 1, name: canary, "list": [{ name: canary }] });
            format!("{config_map}data:\n  c.json: '{}'\n", json.to_string().replace('\'', "''"))
        }
        5 => {
            let scheme = choices.of(&["postgres", "amqp", "redis", "https", "mongodb+srv"]);
            format!("{config_map}data:\n  url: {scheme}://shop:{canary}@db.shop.svc:5432/shop\n")
        }
        _ => file(choices, config_map, name, canary),
    }
}

/// A file of settings in a ConfigMap.
fn file(choices: &mut Choices, config_map: &str, name: &str, canary: &str) -> String {
    let (file, line) = choices.of(&[
        ("app.yaml", "NAME: VALUE"),
        ("app.yaml", "- NAME: 'VALUE'"),
        ("app.toml", "NAME = \"VALUE\""),
        ("app.toml", "NAME = 'VALUE'"),
        ("app.ini", "NAME = VALUE"),
        ("app.properties", "NAME=VALUE"),
        ("app.properties", "NAME: VALUE"),
        (".env", "NAME=VALUE"),
        (".env", "NAME=\"VALUE\""),
        ("run.sh", "export NAME=VALUE"),
        ("run.sh", "NAME='VALUE' ./run"),
        ("run.sh", "./run --NAME=VALUE"),
        ("run.sh", "./run --NAME \"VALUE\""),
    ]);
    let mut text = format!("{config_map}data:\n  {file}: |\n");
    let neighbors = |choices: &mut Choices, text: &mut String| {
        for _ in 0..choices.byte() % 4 {
            let neighbor = choices.of(&NEIGHBORS);
            writeln!(text, "    {neighbor}").expect("a string takes all");
        }
    };
    text.push_str("    # settings\n");
    neighbors(choices, &mut text);
    writeln!(text, "    {}", line.replace("NAME", name).replace("VALUE", canary))
        .expect("a string takes all");
    neighbors(choices, &mut text);
    text
}

/// All of a reading that another stage could see.
fn told(loaded: &Loaded) -> String {
    let mut text = format!("{loaded:?}");
    for document in &loaded.documents {
        for line in document.file.lines.iter() {
            text.extend([line.text(), "\n"]);
        }
        text.push_str(&document.value.to_json().to_string());
    }
    text
}

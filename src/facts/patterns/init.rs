//! Init: what an init container prepares, as far as its image, its command and its name say.

use super::clues::{Clue, Clues};
use super::pattern::{Pattern, Sign};
use super::sentence::{Piece, text};
use crate::catalog::{FieldPath, InitTask};
use crate::topology::ContainerKind;
use crate::topology::address::outside;
use regex::Regex;
use std::sync::LazyLock;

pub(super) static PATTERN: Pattern = Pattern {
    word: "init",
    title: "Init container",
    meaning: "it prepares something, ends, and only then the app starts.",
    signs: &[Sign::Kind(ContainerKind::Init)],
};

/// What an init container prepares.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// What it does.
    pub task: InitTask,
    /// For what it waits, or from where it fetches: an address, raw.
    pub what: Option<String>,
    /// The field that says so.
    pub field: FieldPath,
}

/// Words of commands, and what they do. The earliest one in the command counts.
const COMMANDS: [(&str, InitTask); 9] = [
    (
        r"wait-for|wait_for|dockerize|pg_isready|nslookup|\bnc\s+-\S*z|kubectl\s+wait|\buntil\s",
        InitTask::WaitFor,
    ),
    (
        r"\bmigrat\w*|flyway|liquibase|alembic|\bgoose\b|db:(?:migrate|setup|prepare)|prisma\s|knex\s|sequelize",
        InitTask::Migrate,
    ),
    (r"\bchown\b|\bchmod\b|\bsetfacl\b", InitTask::Permissions),
    (r"git\s+clone|\bcurl\b|\bwget\b|aws\s+s3|gsutil|rclone|\bscp\b|azcopy", InitTask::Fetch),
    (r"envsubst|gomplate|\bconfd\b|consul-template|\bsed\b|\bj2\b|\byq\b", InitTask::Render),
    (r"\bcp\b|\brsync\b|\btar\b|\binstall\b|\bmv\b|\bln\b", InitTask::CopyFiles),
    (r"iptables|/etc/cni|\bip\s+(?:rule|route|link)", InitTask::Network),
    (r"sysctl|/proc/sys|\bulimit\b|nsenter", InitTask::Kernel),
    (r"\bmysql\s|\bpsql\s|createdb|initdb|init-db", InitTask::Migrate),
];

static PATTERNS: LazyLock<Vec<(Regex, InitTask)>> = LazyLock::new(|| {
    COMMANDS.iter().filter_map(|(pattern, task)| Some((Regex::new(pattern).ok()?, *task))).collect()
});

static LOOP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?s)\b(?:until|while|for)\b.*\bsleep\b").ok());
static TRY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:nc|curl|wget|nslookup|ping|getent|pg_isready|mysqladmin|redis-cli|mongo(?:sh)?|kubectl)\b|/dev/tcp/").ok()
});
static TARGET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let host = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?";
    let nc = format!(r"\bnc(?:\s+-\w+(?:\s+[0-9]+)?)*?\s+(?P<nc>{host})\s+(?P<port>[0-9]+)");
    let lookup = format!(r"(?:nslookup|getent\s+hosts|ping(?:\s+-\w+(?:\s+[0-9]+)?)*)\s+(?P<name>{host})");
    let flag = format!(
        r"(?:pg_isready|mysqladmin|redis-cli|psql|mysql)\b[^;|&]*?\s(?:-h|--host)[= ]?(?P<host>{host})(?:[^;|&]*?\s(?:-p|-P|--port)[= ]?(?P<hostport>[0-9]+))?"
    );
    Regex::new(&format!("{nc}|{lookup}|{flag}")).ok()
});

/// What an init container prepares; nothing where nothing says so.
pub(super) fn find(clues: &Clues, me: usize) -> Option<Preparation> {
    let clue = &clues.containers[me];
    let path = &clue.container.path;
    let spec = &clue.container.spec;
    let is_set = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    let field =
        if is_set(&spec.args) && !is_set(&spec.command) { path.key("args") } else { path.key("command") };
    let script = script(clue);
    if let Some(task) = by_command(&script) {
        let what =
            if task == InitTask::WaitFor { waited_for(&script) } else { source_of(clue, task, &script) };
        return Some(Preparation { task, what, field });
    }
    if let Some(task) = clue.class.and_then(|class| class.task) {
        let what =
            if task == InitTask::WaitFor { waited_for(&script) } else { source_of(clue, task, &script) };
        return Some(Preparation { task, what, field: path.key("image") });
    }
    let words = clue.words();
    let has = |any: &[&str]| any.iter().any(|word| words.contains(*word));
    let task = if has(&["wait"]) {
        InitTask::WaitFor
    } else if has(&["migrate", "migration", "migrations", "migrator"]) {
        InitTask::Migrate
    } else if has(&["permissions", "chown", "perms"]) {
        InitTask::Permissions
    } else {
        return None;
    };
    Some(Preparation { task, what: None, field: path.key("name") })
}

/// The command and arguments in one text.
fn script(clue: &Clue) -> String {
    let prefix = clue.container.path.to_string();
    let is_command = |field: &FieldPath| {
        let field = field.to_string();
        let rest = field.strip_prefix(&prefix).unwrap_or_default();
        rest.starts_with(".command") || rest.starts_with(".args")
    };
    let texts = clue.texts.iter().filter(|(field, _)| is_command(field));
    let texts: Vec<&str> = texts.map(|(_, text)| text.as_str()).collect();
    texts.join(" ").chars().take(20_000).collect()
}

fn by_command(script: &str) -> Option<InitTask> {
    let tries = |regex: &LazyLock<Option<Regex>>| regex.as_ref().is_some_and(|regex| regex.is_match(script));
    if tries(&LOOP) && tries(&TRY) {
        return Some(InitTask::WaitFor);
    }
    let found = PATTERNS.iter().filter_map(|(regex, task)| Some((regex.find(script)?.start(), *task)));
    found.min_by_key(|(at, _)| *at).map(|(_, task)| task)
}

/// The address that a script waits for: `db:5432`, or a name.
fn waited_for(script: &str) -> Option<String> {
    let captures = TARGET.as_ref()?.captures(script);
    let part = |name: &str| Some(captures.as_ref()?.name(name)?.as_str().to_owned());
    let with_port = |host: String, port: Option<String>| match port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    };
    let tried = part("nc").map(|host| with_port(host, part("port")));
    let named = || part("name").or_else(|| Some(with_port(part("host")?, part("hostport"))));
    tried.or_else(named).or_else(|| {
        let words = script.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ')'));
        words.flat_map(outside).next()
    })
}

fn source_of(clue: &Clue, task: InitTask, script: &str) -> Option<String> {
    if task != InitTask::Fetch {
        return None;
    }
    let words = script.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ')'));
    let in_script = words.flat_map(outside).next();
    in_script.or_else(|| clue.remotes.first().map(|(_, remote)| remote.clone()))
}

impl Preparation {
    /// What it does, in a word or two.
    pub fn word(&self) -> &'static str {
        match self.task {
            InitTask::WaitFor => "waiting",
            InitTask::Migrate => "migration",
            InitTask::Permissions => "permissions",
            InitTask::Fetch => "download",
            InitTask::CopyFiles => "files",
            InitTask::Render => "configuration",
            InitTask::Network => "network",
            InitTask::Kernel => "kernel settings",
        }
    }

    /// What it does, as a sentence with a space on both sides.
    pub fn tell(&self) -> Vec<Piece> {
        let what = self.what.clone().map(Piece::Code);
        match (self.task, what) {
            (InitTask::WaitFor, Some(what)) => vec![text(" It waits until "), what, text(" answers. ")],
            (InitTask::WaitFor, None) => vec![text(" It waits until something else is there. ")],
            (InitTask::Migrate, _) => vec![text(" It brings the schema of a database up to date. ")],
            (InitTask::Permissions, _) => vec![text(" It sets the owner or the permissions of files. ")],
            (InitTask::Fetch, Some(what)) => vec![text(" It fetches files from "), what, text(". ")],
            (InitTask::Fetch, None) => vec![text(" It fetches what the others need. ")],
            (InitTask::CopyFiles, _) => vec![text(" It puts files in place. ")],
            (InitTask::Render, _) => vec![text(" It writes configuration from a template. ")],
            (InitTask::Network, _) => vec![text(" It sets up the network of the pod or its node. ")],
            (InitTask::Kernel, _) => vec![text(" It changes settings of the node's kernel or system. ")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_say_what_is_prepared() {
        let table = [
            ("until nc -zv rabbitmq 5672; do sleep 2; done;", Some(InitTask::WaitFor)),
            ("while [ $(curl -s http://x:1/v1) != 200 ]; do sleep 2; done", Some(InitTask::WaitFor)),
            ("nslookup db", Some(InitTask::WaitFor)),
            ("/app/manage.py migrate", Some(InitTask::Migrate)),
            ("chown -R 999:999 /data", Some(InitTask::Permissions)),
            ("git clone https://example.com/x.git /src", Some(InitTask::Fetch)),
            ("cp /sample.war /app", Some(InitTask::CopyFiles)),
            ("sed s/X/$(curl -s http://meta/)/ /a > /b", Some(InitTask::Render)),
            ("sysctl -w vm.max_map_count=262144", Some(InitTask::Kernel)),
            ("echo init", None),
            ("", None),
        ];
        for (script, task) in table {
            assert_eq!(by_command(script), task, "{script}");
        }
    }

    #[test]
    fn what_a_script_waits_for_is_named() {
        let table = [
            ("until nc -zv rabbitmq 5672; do sleep 2; done;", Some("rabbitmq:5672")),
            ("until nc -z -w 2 db 5432; do sleep 2; done;", Some("db:5432")),
            ("until nslookup mydb.shop.svc; do sleep 2; done", Some("mydb.shop.svc")),
            ("until pg_isready -h db -p 5432; do sleep 1; done", Some("db:5432")),
            ("wait-for-it.sh db:5432 -- true", Some("db:5432")),
            (
                "while [ $(curl -m 1 http://longhorn-backend:9500/v1) != 200 ]; do sleep 2; done",
                Some("longhorn-backend:9500"),
            ),
            ("sleep 5", None),
        ];
        for (script, what) in table {
            assert_eq!(waited_for(script).as_deref(), what, "{script}");
        }
    }
}

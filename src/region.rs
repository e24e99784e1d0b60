//! What a marked region of a Markdown file asks for, as a line of text: `architecture ns/shop host=gitlab`.

mod words;

use crate::catalog::closest;
use crate::diagram::View;
use crate::diagram::host::Host;
use crate::names::english;
use std::fmt;
use words::Word;

/// What a region is to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What of it.
    pub content: Content,
    /// What it is about, as people write it; everything, or the only pod, if absent.
    pub subject: Option<String>,
    /// How it is shown.
    pub options: Options,
}

/// What a region shows of its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// A diagram.
    View(View),
    /// The sections of its page.
    Explain,
    /// Its containers as a table.
    Containers,
    /// What it is and does, in a sentence or two.
    Summary,
    /// What it refers to and what refers to it, as a table.
    Edges,
}

/// How a region is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The namespace of the subject.
    pub namespace: Option<String>,
    /// The environment of the subject.
    pub environment: Option<String>,
    /// Who draws the diagrams; whoever shows the flavour, if absent.
    pub host: Option<Host>,
    /// Whether a diagram comes with its table.
    pub table: bool,
    /// The level of the topmost headings, from 1 to 6.
    pub heading: Option<u8>,
    /// The sections of the page that are shown, by their anchors; all, if there is none.
    pub sections: Vec<String>,
}

/// Why a region cannot be made: it is not written as one, or the input does not hold what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionError {
    /// What is wrong.
    pub reason: String,
    /// What to write instead, where that is known.
    pub help: Option<String>,
}

/// The keys of options, each with an example of what stands behind it.
const KEYS: [(&str, &str); 6] = [
    ("namespace", "shop"),
    ("environment", "prod"),
    ("host", "gitlab"),
    ("table", "true"),
    ("heading", "3"),
    ("sections", "containers,lifecycle"),
];

impl Content {
    /// Everything that a region may show, in the order in which it is listed.
    pub fn all() -> impl Iterator<Item = Content> {
        let words = [Content::Explain, Content::Containers, Content::Summary, Content::Edges];
        View::ALL.iter().copied().map(Content::View).chain(words)
    }

    /// Its name in a marker.
    pub fn name(self) -> &'static str {
        match self {
            Content::View(view) => view.name(),
            Content::Explain => "explain",
            Content::Containers => "containers",
            Content::Summary => "summary",
            Content::Edges => "edges",
        }
    }

    /// Whether an option changes anything.
    fn takes(self, key: &str) -> bool {
        match key {
            "table" => matches!(self, Content::View(_)),
            "host" => matches!(self, Content::View(_) | Content::Explain),
            "heading" | "sections" => self == Content::Explain,
            _ => true,
        }
    }
}

impl Region {
    /// Reads `VIEW [SUBJECT] [key=value…]`. A subject or a value with a blank in it stands in quotes, as in a shell.
    ///
    /// # Errors
    ///
    /// If it asks for what no region shows, or a key or its value is none.
    pub fn read(text: &str) -> Result<Region, RegionError> {
        let words = words::split(text)?;
        let mut words = words.into_iter();
        let content = match words.next() {
            Some(word) => content(&word.text)?,
            None => return Err(RegionError::new("it does not say what to show").help(contents())),
        };
        let mut region = Region { content, subject: None, options: Options::default() };
        let mut seen = Vec::new();
        for word in words {
            if let Some((key, value)) = word.option() {
                if seen.iter().any(|one| one == key) {
                    return Err(RegionError::new(format!("`{key}=` stands here twice")));
                }
                seen.push(key.to_owned());
                region.set(key, value)?;
            } else if let Some(subject) = &region.subject {
                return Err(two_subjects(subject, &word));
            } else if word.text.is_empty() {
                return Err(RegionError::new("the subject is empty").help("leave it out to show everything"));
            } else {
                region.subject = Some(word.text);
            }
        }
        Ok(region)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), RegionError> {
        let known: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        if !known.contains(&key) {
            let reason = format!("there is no option `{}`", short(key));
            return Err(RegionError::new(reason).help(hint(key, &known, "options are")));
        }
        if !self.content.takes(key) {
            let reason = format!("`{}` does not take `{key}=`", self.content.name());
            let takers: Vec<&str> = match key {
                "table" => vec!["diagrams"],
                "host" => vec!["diagrams", "`explain`"],
                _ => vec!["`explain`"],
            };
            return Err(
                RegionError::new(reason).help(format!("it belongs to {}", english::list(&takers, "and")))
            );
        }
        if value.is_empty() {
            let example = KEYS.iter().find(|(one, _)| *one == key).map_or("", |(_, example)| *example);
            return Err(RegionError::new(format!("nothing stands behind `{key}=`"))
                .help(format!("write a value, such as `{key}={example}`, or leave it out")));
        }
        let options = &mut self.options;
        match key {
            "namespace" => options.namespace = Some(value.to_owned()),
            "environment" => options.environment = Some(value.to_owned()),
            "host" => options.host = Some(host(value)?),
            "table" => options.table = truth(value)?,
            "heading" => options.heading = Some(level(value)?),
            _ => options.sections = value.split(',').map(|one| one.trim().to_owned()).collect(),
        }
        Ok(())
    }
}

impl fmt::Display for Region {
    /// The shortest text that reads as the region.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.content.name())?;
        if let Some(subject) = &self.subject {
            write!(f, " {}", words::quoted(subject))?;
        }
        let options = &self.options;
        let heading = options.heading.map(|level| level.to_string());
        let sections = Some(options.sections.join(",")).filter(|sections| !sections.is_empty());
        let written = [
            ("namespace", options.namespace.as_deref()),
            ("environment", options.environment.as_deref()),
            ("host", options.host.map(Host::name)),
            ("table", options.table.then_some("true")),
            ("heading", heading.as_deref()),
            ("sections", sections.as_deref()),
        ];
        for (key, value) in written {
            if let Some(value) = value {
                write!(f, " {key}={}", words::quoted(value))?;
            }
        }
        Ok(())
    }
}

impl RegionError {
    /// An error without help.
    pub fn new(reason: impl Into<String>) -> RegionError {
        RegionError { reason: reason.into(), help: None }
    }

    /// The same error with a next step.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> RegionError {
        RegionError { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for RegionError {}

/// How a subject is written behind a view: in quotes if it has to be.
pub fn quoted(subject: &str) -> String {
    words::quoted(subject)
}

fn content(word: &str) -> Result<Content, RegionError> {
    Content::all().find(|content| content.name() == word).ok_or_else(|| {
        let known: Vec<&str> = Content::all().map(Content::name).collect();
        let error = RegionError::new(format!("there is no view `{}`", short(word)));
        match closest(word, &known) {
            Some(word) => error.help(format!("did you mean `{word}`? {}", english::capital(&contents()))),
            None => error.help(contents()),
        }
    })
}

fn contents() -> String {
    let names: Vec<String> = Content::all().map(|content| format!("`{}`", content.name())).collect();
    format!("write one of {}", names.join(", "))
}

fn host(value: &str) -> Result<Host, RegionError> {
    Host::ALL.into_iter().find(|host| host.name() == value).ok_or_else(|| {
        let known = Host::ALL.map(Host::name);
        RegionError::new(format!("there is no host `{}`", short(value))).help(hint(
            value,
            &known,
            "hosts are",
        ))
    })
}

fn truth(value: &str) -> Result<bool, RegionError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(RegionError::new(format!("`table={}` says neither yes nor no", short(value)))
            .help("write `table=true` or `table=false`")),
    }
}

fn level(value: &str) -> Result<u8, RegionError> {
    value.parse().ok().filter(|level| (1..=6).contains(level)).ok_or_else(|| {
        RegionError::new(format!("`heading={}` is no level of headings", short(value)))
            .help("write a number from 1 to 6")
    })
}

fn two_subjects(first: &str, second: &Word) -> RegionError {
    let (first, second) = (short(first), short(&second.text));
    let error = RegionError::new(format!("`{first}` and `{second}` cannot both be the subject"));
    let is_kind = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    if is_kind(&first) {
        let joined = words::quoted(&format!("{first} {second}"));
        let other = if second.contains('/') { String::new() } else { format!(" or `{first}/{second}`") };
        error.help(format!("a subject with a blank stands in quotes: write `{joined}`{other}"))
    } else {
        error.help("give each subject a region of its own")
    }
}

fn hint(wrong: &str, known: &[&str], lead: &str) -> String {
    let listed: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    let list = format!("{lead} {}", listed.join(", "));
    match closest(wrong, known) {
        Some(word) => format!("did you mean `{word}`? {}", english::capital(&list)),
        None => list,
    }
}

fn short(word: &str) -> String {
    match word.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, Options, Region};
    use crate::diagram::View;
    use crate::diagram::host::Host;

    fn refused(text: &str) -> (String, String) {
        let error = Region::read(text).expect_err(text);
        (error.reason, error.help.unwrap_or_default())
    }

    #[test]
    fn a_region_says_what_of_what_and_how() {
        let region = Region::read(
            r#" interaction  "Deployment shop/web" namespace=shop host=gitlab table=true environment='a b'"#,
        );
        let options = Options {
            namespace: Some("shop".to_owned()),
            environment: Some("a b".to_owned()),
            host: Some(Host::Gitlab),
            table: true,
            ..Options::default()
        };
        let wanted = Region {
            content: Content::View(View::Interaction),
            subject: Some("Deployment shop/web".to_owned()),
            options,
        };
        assert_eq!(region.as_ref(), Ok(&wanted));
        let written = wanted.to_string();
        assert_eq!(Region::read(&written), region, "{written}");
    }

    #[test]
    fn every_content_has_a_name_of_its_own() {
        for content in Content::all() {
            assert_eq!(Region::read(content.name()).map(|region| region.content), Ok(content));
        }
    }

    #[test]
    fn a_subject_may_hold_whatever_is_quoted() {
        let subject = |text| Region::read(text).expect(text).subject.expect(text);
        assert_eq!(subject("summary 'Widget a=b'"), "Widget a=b");
        assert_eq!(subject(r#"summary "a \"b\" \\c""#), r#"a "b" \c"#);
        assert_eq!(subject(r"summary Deployment\ shop/web"), "Deployment shop/web");
        assert_eq!(subject("summary ns/shop"), "ns/shop");
        // What is no key is a subject: the error then is that there is no such thing.
        assert_eq!(subject("summary a/b=c"), "a/b=c");
    }

    #[test]
    fn sections_are_a_list() {
        let region = Region::read("explain deployment/web heading=3 sections=containers,what-if");
        let options = region.expect("a region").options;
        assert_eq!(
            (options.heading, options.sections),
            (Some(3), vec!["containers".into(), "what-if".into()])
        );
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        let cases = [
            ("", "it does not say what to show", "write one of `architecture`"),
            ("archtecture", "there is no view `archtecture`", "did you mean `architecture`? Write one of"),
            ("pie", "there is no view `pie`", "write one of `architecture`"),
            ("traffic xyz=x", "there is no option `xyz`", "options are `namespace`"),
            ("traffic namspace=x", "there is no option `namspace`", "did you mean `namespace`? Options are"),
            ("traffic host=github table=yes", "`table=yes` says neither yes nor no", "write `table=true`"),
            (
                "traffic host=gitlap",
                "there is no host `gitlap`",
                "did you mean `gitlab`? Hosts are `mermaid`",
            ),
            ("traffic heading=2", "`traffic` does not take `heading=`", "it belongs to `explain`"),
            ("explain heading=7", "`heading=7` is no level of headings", "write a number from 1 to 6"),
            ("explain heading=2 heading=3", "`heading=` stands here twice", ""),
            ("traffic namespace=", "nothing stands behind `namespace=`", "such as `namespace=shop`"),
            ("traffic \"\"", "the subject is empty", "leave it out"),
            ("traffic \"ns/shop", "a quote is not closed", "end it with `\"`"),
            (
                "lifecycle Deployment shop/web",
                "`Deployment` and `shop/web` cannot both be the subject",
                "write `\"Deployment shop/web\"`",
            ),
            ("lifecycle deployment web", "cannot both be", "write `\"deployment web\"` or `deployment/web`"),
            ("lifecycle pod/a pod/b", "cannot both be", "a region of its own"),
        ];
        for (text, reason, help) in cases {
            let (is, helps) = refused(text);
            assert!(is.contains(reason) && helps.contains(help), "{text}: {is}; {helps}");
        }
    }
}

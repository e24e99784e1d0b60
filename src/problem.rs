//! What went wrong, as data: every stage returns its result together with the [`Problems`] it met.
//!
//! A [`Level::Error`] means that some input was left out (exit status 1); warnings and notes do not.
//! Messages never quote a line of the input, since that line could hold a secret.

mod fold;

pub use fold::{Few, More, Told, fold};
use serde::Serialize;

/// How bad a problem is. The order is that of severity, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Everything was read, but it may not mean what its author thinks.
    Warning,
    /// Some input was left out.
    Error,
}

impl Level {
    /// The word that messages begin with.
    pub fn word(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// Declares the stable problem codes, each with its id and what it means, in one table.
macro_rules! codes {
    ($($variant:ident $id:literal $meaning:literal)*) => {
        /// The stable, kebab-case name of a kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $meaning] $variant),* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The id as it is printed, such as `alias-bomb`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id),* }
            }

            /// One sentence that says what the code means.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning),* }
            }
        }
    };
}

codes! {
    AliasBomb "alias-bomb" "The document's aliases expand beyond what a manifest needs."
    AmbiguousSubject "ambiguous-subject" "More than one object answers to the subject."
    AssumedRepository "assumed-repository" "It is assumed that a path of Flux or Argo CD is one of this repository."
    AskedHost "asked-host" "A host is asked for a chart."
    BrokenMarker "broken-marker" "The markers of a Markdown file do not belong together."
    BrokenSeparator "broken-separator" "Objects of a file are not separated by a line `---` of its own."
    BuildFailed "build-failed" "A chart or a kustomization could not be built."
    BuildPlugin "build-plugin" "A kustomization or an Application is built by a program that podviz does not start."
    ChangedChart "changed-chart" "A chart that was fetched is not the one that is locked."
    DiagramTooLarge "diagram-too-large" "A diagram was too large to lay out; its table stands alone."
    DuplicateKey "duplicate-key" "A mapping holds the same key twice; the last one counts."
    DuplicateObject "duplicate-object" "Two documents define the same object; the last one counts."
    EmptyBuild "empty-build" "A chart or a kustomization makes no object."
    FetchFailed "fetch-failed" "A chart could not be fetched."
    ForeignSource "foreign-source" "Flux or Argo CD applies something from another repository, which is not in the input."
    HelmTemplate "helm-template" "A Helm template was found that has not been rendered."
    HiddenObject "hidden-object" "The settings hide objects from pages and diagrams."
    InferredNamespace "inferred-namespace" "Objects that name no namespace are put into the one that a binding or a webhook names."
    InvalidField "invalid-field" "A field has a value of the wrong type."
    InvalidManifest "invalid-manifest" "A document looks like a manifest but is not one."
    InvalidRegion "invalid-region" "A marked region of a Markdown file asks for what podviz cannot show."
    InvalidSettings "invalid-settings" "The settings could not be understood."
    InvalidYaml "invalid-yaml" "A document is not valid YAML or JSON."
    LinkSkipped "link-skipped" "A link that leads out of the input, or a special file, was not followed."
    ListShortened "list-shortened" "A list was too long to be written out."
    MadeUp "made-up" "A chart makes up values when it is rendered, or reads the clock; stand-ins are shown."
    MissingChart "missing-chart" "Flux or Argo CD installs a chart that is not in the input."
    MissingDependency "missing-dependency" "A chart depends on another one that is not in the input."
    MissingTool "missing-tool" "A program that builds a part of the input is not installed, or may not be started."
    NoMarker "no-marker" "A Markdown file holds no region that podviz may write."
    NothingMade "nothing-made" "Nothing was made; the message says why."
    NotText "not-text" "A file is not text that can be decoded."
    NotAManifest "not-a-manifest" "Files that hold no manifest were passed over."
    OtherRevision "other-revision" "Flux or Argo CD reads another branch, tag or commit than the one that is read."
    OutOfDate "out-of-date" "A file is not what podviz would write now."
    OutsideReference "outside-reference" "What is built refers to something outside of the input."
    RemoteBase "remote-base" "A kustomization refers to something on another machine."
    ScalarType "scalar-type" "A scalar has another type than the string that Kubernetes wants."
    TooDeep "too-deep" "A document is nested deeper than a manifest ever is."
    TooLarge "too-large" "A file or a document is larger than the limit."
    ToolBudget "tool-budget" "Charts and kustomizations take longer, or make more, than they may together."
    UnknownAlias "unknown-alias" "An alias refers to an anchor that is not defined, or to itself."
    UnknownGenerator "unknown-generator" "An ApplicationSet makes Applications out of what only the world outside knows."
    UnknownVariable "unknown-variable" "A variable that Flux puts in has neither a value nor a default."
    Unreadable "unreadable" "A file or a folder could not be read."
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// Where a problem is: a file as the user wrote it, and where known a line and a column, both from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The path relative to the input, with `/`.
    pub file: String,
    /// Line, from 1; 0 where unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 where unknown.
    pub column: u32,
}

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where, if it has a place.
    pub place: Option<Place>,
    /// How bad.
    pub level: Level,
    /// Which kind.
    pub code: Code,
    /// The reason, raw: whoever prints it escapes it for the target.
    pub message: String,
    /// The next step, raw, where there is one.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without a place and without help.
    pub fn new(level: Level, code: Code, message: impl Into<String>) -> Problem {
        Problem { place: None, level, code, message: message.into(), help: None }
    }

    /// The reason why nothing was made.
    pub fn fatal(message: impl Into<String>) -> Problem {
        Problem::new(Level::Error, Code::NothingMade, message)
    }

    /// The same problem at `file`, `line` and `column` (0 where unknown).
    pub fn at(mut self, file: impl Into<String>, line: u32, column: u32) -> Problem {
        self.place = Some(Place { file: file.into(), line, column });
        self
    }

    /// The same problem at a line that `SourceFile::place` gives, and a column (0 where unknown).
    #[must_use]
    pub fn at_place(self, (file, line): (&str, u32), column: u32) -> Problem {
        self.at(file, line, column)
    }

    /// The same problem with a next step.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

/// The problems that a stage met, in the order in which it met them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// No problems.
    pub fn none() -> Problems {
        Problems::default()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds all of another stage's.
    pub fn extend(&mut self, more: Problems) {
        self.0.extend(more.0);
    }

    /// The problems in the order of their place, each once: what is printed does not depend on the order of work.
    pub fn sorted(mut self) -> Problems {
        self.0.sort();
        self.0.dedup();
        self
    }

    /// Each problem.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether some input was left out.
    pub fn left_something_out(&self) -> bool {
        self.0.iter().any(|problem| problem.level == Level::Error)
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Problems {
        Problems(problems.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_unique_kebab_case_nouns() {
        let mut ids: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Code::ALL.len());
    }
}

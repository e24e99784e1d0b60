//! Problems that are alike, as a few of them and a count: thousands of equal lines hide what else is told.

use super::{Code, Level, Problem};
use crate::names::count;
use std::collections::{BTreeMap, BTreeSet};

/// How many problems are told one by one.
#[derive(Clone, Copy, Debug)]
pub struct Few {
    /// Of one level and code in one file.
    pub of_a_file: usize,
    /// Of one level and code.
    pub of_a_code: usize,
    /// Of all; the first of each level and code is told in any case.
    pub of_all: usize,
}

/// A line of what is told.
#[derive(Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// One problem.
    One {
        /// The problem.
        problem: &'a Problem,
        /// Its next step, unless one like it was told with the same.
        help: Option<&'a str>,
    },
    /// How many more there are.
    More(More<'a>),
}

/// Problems that are not told one by one.
#[derive(Debug, PartialEq, Eq)]
pub struct More<'a> {
    /// Their level.
    pub level: Level,
    /// Their code.
    pub code: Code,
    /// How many they are.
    pub number: usize,
    /// Their file, if they are in one.
    pub file: Option<&'a str>,
    /// In how many files they are; 0 where they have no place.
    pub files: usize,
}

impl More<'_> {
    /// `19,995 more errors of this kind`, and in how many files if they are several.
    pub fn words(&self) -> String {
        let (one, many) = match self.level {
            Level::Error => ("more error", "more errors"),
            Level::Warning => ("more warning", "more warnings"),
            Level::Note => ("more note", "more notes"),
        };
        let words = format!("{} of this kind", count(self.number, one, many));
        if self.files > 1 { format!("{words} in {}", count(self.files, "file", "files")) } else { words }
    }
}

/// What is told of `problems`, in their order. The rest of a file follows the last of that file, the rest of a code comes
/// at the end. So each problem is told or counted, once.
pub fn fold<'a>(problems: impl IntoIterator<Item = &'a Problem>, few: Few) -> Vec<Told<'a>> {
    let mut told = Vec::new();
    let mut of_files: BTreeMap<(Level, Code, Option<&str>), Alike> = BTreeMap::new();
    let mut of_codes: BTreeMap<(Level, Code), Alike> = BTreeMap::new();
    let mut helps = BTreeSet::new();
    let mut of_all = 0;
    for problem in problems {
        let (level, code) = (problem.level, problem.code);
        let file = problem.place.as_ref().map(|place| place.file.as_str());
        let of_file = of_files.entry((level, code, file)).or_default();
        if of_file.told >= few.of_a_file {
            of_file.more += 1;
            continue;
        }
        let of_code = of_codes.entry((level, code)).or_default();
        if of_code.told >= few.of_a_code || (of_code.told > 0 && of_all >= few.of_all) {
            of_code.more += 1;
            of_code.files.extend(file);
            continue;
        }
        let help = problem.help.as_deref().filter(|help| helps.insert((level, code, *help)));
        told.push(Told::One { problem, help });
        of_all += 1;
        of_code.told += 1;
        of_file.told += 1;
        if of_file.told == few.of_a_file {
            let files = usize::from(file.is_some());
            told.push(Told::More(More { level, code, number: 0, file, files }));
        }
    }
    for more in told.iter_mut().filter_map(Told::more) {
        more.number = of_files.get(&(more.level, more.code, more.file)).map_or(0, |alike| alike.more);
    }
    told.retain(|line| !matches!(line, Told::More(More { number: 0, .. })));
    let rest = of_codes.into_iter().filter(|(_, alike)| alike.more > 0);
    told.extend(rest.map(|((level, code), alike)| {
        let file = alike.files.first().copied().filter(|_| alike.files.len() == 1);
        Told::More(More { level, code, number: alike.more, file, files: alike.files.len() })
    }));
    told
}

impl<'a> Told<'a> {
    fn more(&mut self) -> Option<&mut More<'a>> {
        match self {
            Told::More(more) => Some(more),
            Told::One { .. } => None,
        }
    }
}

/// Problems of one level and code, of one file or of all.
#[derive(Default)]
struct Alike<'a> {
    told: usize,
    more: usize,
    /// The files of those that are not told, where these are several.
    files: BTreeSet<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::{Few, Told, fold};
    use crate::problem::{Code, Level, Problem};

    const FEW: Few = Few { of_a_file: 2, of_a_code: 3, of_all: 5 };

    fn problem(level: Level, code: Code, file: &str, line: u32) -> Problem {
        Problem::new(level, code, "x").at(file, line, 0).help("do y")
    }

    fn told(problems: &[Problem]) -> Vec<String> {
        let words = |told| match told {
            Told::One { problem, help } => {
                let place = problem.place.as_ref().expect("a place");
                format!(
                    "{} {}:{}{}",
                    problem.code.id(),
                    place.file,
                    place.line,
                    if help.is_some() { " help" } else { "" }
                )
            }
            Told::More(more) => format!("{} {} {}", more.code.id(), more.words(), more.file.unwrap_or("-")),
        };
        fold(problems, FEW).into_iter().map(words).collect()
    }

    #[test]
    fn few_are_told_one_by_one() {
        let problems = [1, 2].map(|line| problem(Level::Error, Code::InvalidYaml, "a", line));
        assert_eq!(told(&problems), ["invalid-yaml a:1 help", "invalid-yaml a:2"]);
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn many_of_a_file_are_counted_behind_its_last() {
        let mut problems: Vec<Problem> =
            (1..=9).map(|line| problem(Level::Error, Code::InvalidYaml, "a", line)).collect();
        problems.push(problem(Level::Error, Code::InvalidYaml, "b", 1));
        assert_eq!(
            told(&problems),
            [
                "invalid-yaml a:1 help",
                "invalid-yaml a:2",
                "invalid-yaml 7 more errors of this kind a",
                "invalid-yaml b:1"
            ]
        );
    }

    #[test]
    fn many_files_are_counted_by_code_and_each_code_is_told_once() {
        let files: Vec<String> = (10..99).map(|at| format!("f{at}")).collect();
        let codes = [Code::InvalidYaml, Code::TooDeep, Code::NotText];
        let mut problems: Vec<Problem> = Vec::new();
        for file in &files {
            problems.extend(codes.map(|code| problem(Level::Error, code, file, 1)));
        }
        problems.push(problem(Level::Warning, Code::TooDeep, "z", 1));
        let told = told(&problems);
        assert_eq!(told.len(), 6 + 3, "{told:#?}");
        assert_eq!(told[5], "too-deep z:1 help", "whatever else there is");
        assert_eq!(told[6], "invalid-yaml 87 more errors of this kind in 87 files -");
        assert_eq!(told[7], "not-text 88 more errors of this kind in 88 files -");
        assert_eq!(told[8], "too-deep 87 more errors of this kind in 87 files -");
    }

    #[test]
    fn each_problem_is_told_or_counted() {
        let problems: Vec<Problem> = (0..500u32)
            .map(|at| {
                let level = if at % 3 == 0 { Level::Warning } else { Level::Error };
                problem(level, Code::ALL[at as usize % 7], &format!("f{}", at % 11), at)
            })
            .collect();
        let number = |told: &Told| match told {
            Told::One { .. } => 1,
            Told::More(more) => more.number,
        };
        assert_eq!(fold(&problems, FEW).iter().map(number).sum::<usize>(), problems.len());
    }
}

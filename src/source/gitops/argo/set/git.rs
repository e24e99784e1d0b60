//! Git generators: the folders and files of a repository become parameters.
//!
//! Source: `applicationset/generators/git.go` of `argoproj/argo-cd`.

use super::super::files::Tree;
use super::super::pattern::{Pattern, walk_order};
use super::params::{Params, flatten, normalized};
use serde_json::{Map, Value as Json, json};
use std::rc::Rc;

/// Most paths of patterns that are compared for one generator.
const COMPARISONS: usize = 5_000_000;

/// The repositories that generators look into.
pub trait Repositories {
    /// What the repository at an address holds, seen from where the patterns start; `None` if it is another one than that
    /// which is read.
    fn tree(&self, address: &str, patterns: &[&str]) -> Option<Rc<Tree>>;

    /// What a file of a tree says; `None` if it cannot be read or understood.
    fn read(&self, tree: &Tree, path: &str) -> Option<Json>;
}

/// Why there are no parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// The repository is another one.
    Foreign,
    /// Neither folders nor files are asked for.
    Empty,
    /// There is too much to compare.
    TooMuch,
    /// This file is not what a generator can use.
    Broken(String),
}

/// The parameters of a generator, without its `values`.
pub fn params(own: &Json, go: bool, repositories: &dyn Repositories) -> Result<Vec<Params>, Nothing> {
    let text = |key: &str| own.get(key).and_then(Json::as_str).unwrap_or_default();
    let items = |key: &str| own.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let (folders, files) = (items("directories"), items("files"));
    let wanted = match (folders, files) {
        ([], []) => return Err(Nothing::Empty),
        ([], files) => Wanted::of(files, Pattern::of_files),
        (folders, _) => Wanted::of(folders, Pattern::of_folder),
    };
    let tree = repositories.tree(text("repoURL"), &wanted.starts).ok_or(Nothing::Foreign)?;
    let place = Place { prefix: text("pathParamPrefix"), go };
    if !folders.is_empty() {
        return Ok(wanted.of_paths(&tree.folders)?.into_iter().map(|path| place.folder(path)).collect());
    }
    let mut all = Vec::new();
    for path in wanted.of_paths(&tree.files)? {
        let broken = || Nothing::Broken(path.to_owned());
        let said = match repositories.read(&tree, path).ok_or_else(broken)? {
            Json::Null => vec![Json::Object(Map::new())],
            Json::Array(items) => items,
            one => vec![one],
        };
        for one in said {
            all.push(place.file(path, one.as_object().ok_or_else(broken)?));
        }
    }
    Ok(all)
}

/// Patterns of what is wanted, and of what is not.
struct Wanted<'a> {
    starts: Vec<&'a str>,
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl<'a> Wanted<'a> {
    fn of(items: &'a [Json], pattern: fn(&str) -> Pattern) -> Wanted<'a> {
        let path = |item: &'a Json| item.get("path").and_then(Json::as_str).unwrap_or_default();
        let is_excluded = |item: &&Json| item.get("exclude").and_then(Json::as_bool) == Some(true);
        let (exclude, include): (Vec<&Json>, Vec<&Json>) = items.iter().partition(is_excluded);
        Wanted {
            starts: include.iter().map(|item| path(item)).collect(),
            include: include.iter().map(|item| pattern(path(item))).collect(),
            exclude: exclude.iter().map(|item| pattern(path(item))).collect(),
        }
    }

    /// Those of the paths that are wanted, in the order of a walk.
    fn of_paths<'p>(&self, paths: &'p [String]) -> Result<Vec<&'p str>, Nothing> {
        if paths.len().saturating_mul(self.include.len() + self.exclude.len()) > COMPARISONS {
            return Err(Nothing::TooMuch);
        }
        let any = |patterns: &[Pattern], path: &str| patterns.iter().any(|pattern| pattern.matches(path));
        let is_wanted = |path: &&str| any(&self.include, path) && !any(&self.exclude, path);
        let mut wanted: Vec<&str> = paths.iter().map(String::as_str).filter(is_wanted).collect();
        wanted.sort_by(|one, other| walk_order(one, other));
        Ok(wanted)
    }
}

/// How paths become parameters.
struct Place<'a> {
    prefix: &'a str,
    go: bool,
}

impl Place<'_> {
    fn folder(&self, path: &str) -> Params {
        let mut params = Params::new();
        self.put(&mut params, path, None);
        params
    }

    fn file(&self, path: &str, said: &Params) -> Params {
        let mut params = match self.go {
            true => said.clone(),
            false => flatten(said).into_iter().map(|(key, text)| (key, text.into())).collect(),
        };
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        self.put(&mut params, folder, Some(name));
        params
    }

    fn put(&self, params: &mut Params, folder: &str, file: Option<&str>) {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let mut said = vec![("path", folder.to_owned()), ("basename", name.to_owned())];
        said.extend(file.map(|file| ("filename", file.to_owned())));
        said.push(("basenameNormalized", normalized(name)));
        said.extend(file.map(|file| ("filenameNormalized", normalized(file))));
        let segments: Vec<&str> = folder.split('/').collect();
        if self.go {
            let mut map: Params = said.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect();
            map.insert("segments".to_owned(), json!(segments));
            let path = Json::Object(map);
            match self.prefix {
                "" => params.insert("path".to_owned(), path),
                prefix => params.insert(prefix.to_owned(), json!({"path": path})),
            };
            return;
        }
        let key = if self.prefix.is_empty() { "path".to_owned() } else { format!("{}.path", self.prefix) };
        for (part, text) in said {
            let key = if part == "path" { key.clone() } else { format!("{key}.{part}") };
            params.insert(key, text.into());
        }
        for (at, segment) in segments.into_iter().enumerate().filter(|(_, segment)| !segment.is_empty()) {
            params.insert(format!("{key}[{at}]"), segment.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::files::Tree;
    use super::{Nothing, Repositories, params};
    use crate::document::parse;
    use serde_json::{Value as Json, json};
    use std::rc::Rc;

    struct Fake;

    impl Repositories for Fake {
        fn tree(&self, address: &str, _: &[&str]) -> Option<Rc<Tree>> {
            let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            (address == "here").then(|| {
                Rc::new(Tree {
                    folders: texts(&["a", "a/x_y", "a/z", "a/z/deep", "b"]),
                    files: texts(&["a/z/c.yaml", "a/x_y/c.yaml", "top.json", "bad.yaml"]),
                    ..Tree::default()
                })
            })
        }

        fn read(&self, _: &Tree, path: &str) -> Option<Json> {
            let text = match path {
                "a/z/c.yaml" => "name: z\nports: [80, 1.50]\n",
                "a/x_y/c.yaml" => "- name: x\n- name: w\n",
                "top.json" => "",
                _ => "text",
            };
            if text.is_empty() {
                Some(Json::Null)
            } else {
                parse(text.as_bytes()).ok().map(|value| value.to_json())
            }
        }
    }

    #[test]
    fn folders_become_paths_with_their_parts() {
        let own =
            json!({"repoURL": "here", "directories": [{"path": "a/*"}, {"path": "a/z", "exclude": true}]});
        let go = params(&own, true, &Fake).expect("parameters");
        assert_eq!(
            json!(go),
            json!([{"path": {"path": "a/x_y", "basename": "x_y", "basenameNormalized": "x-y", "segments": ["a", "x_y"]}}])
        );
        let own = json!({"repoURL": "here", "pathParamPrefix": "my", "directories": [{"path": "a/z"}]});
        let simple = params(&own, false, &Fake).expect("parameters");
        assert_eq!(
            json!(simple),
            json!([{"my.path": "a/z", "my.path.basename": "z", "my.path.basenameNormalized": "z", "my.path[0]": "a", "my.path[1]": "z"}])
        );
    }

    #[test]
    fn files_become_what_they_say_and_where_they_are() {
        let own = json!({"repoURL": "here", "files": [{"path": "a/*/c.yaml"}, {"path": "top.json"}]});
        let go = params(&own, true, &Fake).expect("parameters");
        assert_eq!(
            go.iter().map(|params| params.get("name").cloned()).collect::<Vec<_>>(),
            [Some(json!("x")), Some(json!("w")), Some(json!("z")), None]
        );
        assert_eq!(go[2]["path"]["filename"], json!("c.yaml"));
        assert_eq!(go[3]["path"]["path"], json!("."));
        let simple = params(&own, false, &Fake).expect("parameters");
        assert_eq!((&simple[2]["ports.0"], &simple[2]["ports.1"]), (&json!("80"), &json!("1.5")));
        assert_eq!(simple[2]["path.filenameNormalized"], json!("c.yaml"));
    }

    #[test]
    fn what_is_not_there_is_told_apart() {
        let ask = |own: Json| params(&own, true, &Fake).expect_err("nothing");
        assert_eq!(ask(json!({"repoURL": "there", "files": [{"path": "*"}]})), Nothing::Foreign);
        assert_eq!(ask(json!({"repoURL": "here"})), Nothing::Empty);
        assert_eq!(
            ask(json!({"repoURL": "here", "files": [{"path": "bad.yaml"}]})),
            Nothing::Broken("bad.yaml".to_owned())
        );
    }
}

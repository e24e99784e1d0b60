//! What stands on the disk after a run. Tests of interruption are in `tests/publish.rs`.

use super::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use tempfile::TempDir;

fn files(pairs: &[(&str, &str)]) -> Vec<File> {
    let file = |(path, text): &(&str, &str)| File { path: path.to_string(), bytes: text.to_string().into() };
    pairs.iter().map(file).collect()
}

fn at(folder: &Path) -> Destination {
    guard(folder, &[], false).unwrap()
}

fn forced(folder: &Path) -> Destination {
    guard(folder, &[], true).unwrap()
}

/// Every file below `folder` with its text.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut tree = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in survey::entries(&next).unwrap() {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                tree.insert(path, fs::read_to_string(entry.path()).unwrap_or_default());
            }
        }
    }
    tree
}

fn names(folder: &Path) -> Vec<String> {
    tree(folder).into_keys().collect()
}

/// What stands beside the site: nothing, if podviz cleans up.
fn beside(temp: &TempDir) -> Vec<String> {
    survey::entries(temp.path()).unwrap().iter().map(|e| e.file_name().into_string().unwrap()).collect()
}

#[test]
fn a_new_site_is_written_with_its_list() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("deep/down/out");
    let published = publish(&files(&[("ns/a/index.html", "a"), ("index.html", "i")]), &at(&out)).unwrap();
    assert_eq!(published, Published { written: 2, unchanged: 0, removed: 0 });
    assert_eq!(names(&out), [".podviz", "index.html", "ns/a/index.html"]);
    assert_eq!(tree(&out)[".podviz"], "podviz/site/1\nindex.html\nns/a/index.html\n");
    assert_eq!(survey::entries(out.parent().unwrap()).unwrap().len(), 1);
}

#[test]
fn a_second_run_changes_what_differs() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    publish(&files(&[("same", "s"), ("other", "1"), ("gone/index.html", "g")]), &at(&out)).unwrap();
    let inode = fs::metadata(out.join("same")).unwrap().ino();
    let wanted = files(&[("same", "s"), ("other", "2"), ("new", "n")]);
    assert_eq!(publish(&wanted, &at(&out)).unwrap(), Published { written: 2, unchanged: 1, removed: 1 });
    assert_eq!(names(&out), [".podviz", "new", "other", "same"]);
    assert!(!out.join("gone").exists());
    assert_eq!(fs::metadata(out.join("same")).unwrap().ino(), inode, "an unchanged file stays the same file");
    let folder = fs::metadata(&out).unwrap().ino();
    assert_eq!(publish(&wanted, &at(&out)).unwrap(), Published { written: 0, unchanged: 3, removed: 0 });
    assert_eq!(fs::metadata(&out).unwrap().ino(), folder, "a run without changes leaves the folder alone");
    assert_eq!(beside(&temp), ["out"]);
}

#[test]
fn foreign_files_are_refused_and_kept_with_force() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    fs::create_dir_all(out.join("empty/inner")).unwrap();
    fs::write(out.join("thesis.txt"), "precious").unwrap();
    symlink("nowhere", out.join("link")).unwrap();
    let error = guard(&out, &[], false).unwrap_err().to_string();
    assert!(error.contains("is not a podviz site") && error.contains("`link`"), "{error}");

    publish(&files(&[("ns/a", "1")]), &forced(&out)).unwrap();
    fs::write(out.join("ns/mine.txt"), "mine").unwrap();
    let error = guard(&out, &[], false).unwrap_err();
    assert!(matches!(error, PublishError::Foreign { .. }), "{error}");
    publish(&files(&[("ns/b", "2")]), &forced(&out)).unwrap();
    assert_eq!(names(&out), [".podviz", "link", "ns/b", "ns/mine.txt", "thesis.txt"]);
    assert_eq!(tree(&out)["thesis.txt"], "precious");
    assert!(out.join("empty/inner").is_dir());
    assert_eq!(fs::read_link(out.join("link")).unwrap(), Path::new("nowhere"));
    assert_eq!(beside(&temp), ["out"]);
}

#[test]
fn a_foreign_file_with_a_page_s_name_is_never_replaced() {
    for (foreign, page) in [("index.html", "index.html"), ("ns", "ns/a"), ("a/b.txt", "a"), (".podviz", "x")]
    {
        let temp = TempDir::new().unwrap();
        let path = temp.path().join("out").join(foreign);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        let out = forced(&temp.path().join("out"));
        let error = publish(&files(&[(page, "page")]), &out).unwrap_err();
        assert!(matches!(error, PublishError::Occupied(_)), "{foreign}: {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(names(out.folder()), [foreign]);
    }
}

#[test]
fn a_link_inside_the_site_is_never_followed() {
    let temp = TempDir::new().unwrap();
    let (out, outside) = (temp.path().join("out"), temp.path().join("outside"));
    publish(&files(&[("ns/a", "1")]), &at(&out)).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a"), "theirs").unwrap();
    fs::remove_dir_all(out.join("ns")).unwrap();
    symlink(&outside, out.join("ns")).unwrap();
    assert!(publish(&files(&[("ns/a", "2")]), &forced(&out)).is_err());
    publish(&files(&[("x", "2")]), &forced(&out)).unwrap();
    assert_eq!(tree(&outside)["a"], "theirs");
    assert!(out.join("ns").is_symlink());
}

#[test]
fn a_folder_that_must_stay_is_written_file_by_file() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("CNAME"), "example.org").unwrap();
    let write = |pairs: &[(&str, &str)]| {
        let (files, destination) = (files(pairs), forced(&out));
        let survey = Survey::of(&out).unwrap();
        let plan = Plan::new(&files, &destination, &survey).unwrap();
        in_place::write(&plan).unwrap();
        plan.outcome()
    };
    let inode = fs::metadata(&out).unwrap().ino();
    write(&[("a/b", "1"), ("gone/x", "1"), ("same", "s")]);
    let outcome = write(&[("a/b", "2"), ("new/y", "1"), ("same", "s")]);
    assert_eq!(outcome, Published { written: 2, unchanged: 1, removed: 1 });
    assert_eq!(names(&out), [".podviz", "CNAME", "a/b", "new/y", "same"]);
    assert!(!out.join("gone").exists());
    assert_eq!(fs::metadata(&out).unwrap().ino(), inode);
    assert_eq!(tree(&out)[".podviz"], "podviz/site/1\na/b\nnew/y\nsame\n");
    // The same folder afterwards takes part in an exchange.
    publish(&files(&[("a/b", "3")]), &forced(&out)).unwrap();
    assert_eq!(names(&out), [".podviz", "CNAME", "a/b"]);
}

#[test]
fn leftovers_of_killed_runs_are_cleared() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    publish(&files(&[("a", "1")]), &at(&out)).unwrap();
    let folder = at(&out).folder;
    // Killed before the exchange, in the two-step exchange's old folder, in place, and while it held the lock.
    let new = swap::beside(&folder, "new");
    fs::create_dir_all(new.join("ns")).unwrap();
    fs::write(new.join(".podviz"), "podviz/site/1\nns/x\n").unwrap();
    fs::write(new.join("ns/x"), "half").unwrap();
    fs::write(swap::beside(&folder, "lock"), "").unwrap();
    fs::create_dir(swap::beside(&folder, "old")).unwrap();
    fs::create_dir(out.join(".podviz-new")).unwrap();
    fs::write(out.join(".podviz-new/0"), "half").unwrap();
    publish(&files(&[("a", "1")]), &at(&out)).unwrap();
    assert_eq!(names(&out), [".podviz", "a"]);
    assert_eq!(beside(&temp), ["out"]);
}

#[test]
fn a_run_killed_between_two_renames_is_undone() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    publish(&files(&[("a", "1")]), &at(&out)).unwrap();
    fs::write(out.join("mine"), "mine").unwrap();
    let folder = forced(&out).folder;
    fs::rename(&folder, swap::beside(&folder, "old")).unwrap();
    publish(&files(&[("a", "2")]), &forced(&out)).unwrap();
    assert_eq!(names(&out), [".podviz", "a", "mine"]);
    assert_eq!(beside(&temp), ["out"]);
}

#[test]
fn two_renames_replace_an_exchange_where_there_is_none() {
    let temp = TempDir::new().unwrap();
    let [new, folder, old] = ["new", "folder", "old"].map(|name| temp.path().join(name));
    fs::create_dir(&new).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("x"), "old").unwrap();
    swap::exchange_in_two_steps(&new, &folder, &old).unwrap();
    assert_eq!((names(&folder).len(), names(&old).len()), (0, 1));
    let (missing, away) = (temp.path().join("missing"), temp.path().join("away"));
    assert!(swap::exchange_in_two_steps(&missing, &folder, &away).is_err());
    assert!(folder.is_dir(), "a failed exchange brings the old folder back");
}

#[test]
fn what_appears_at_the_last_moment_moves_over() {
    let temp = TempDir::new().unwrap();
    let (tree_, site) = (temp.path().join("old"), temp.path().join("site"));
    fs::create_dir_all(tree_.join("late")).unwrap();
    fs::create_dir(&site).unwrap();
    fs::write(tree_.join(".podviz"), "podviz/site/1\na\n").unwrap();
    fs::write(tree_.join("a"), "page").unwrap();
    fs::write(tree_.join("late/mine"), "mine").unwrap();
    swap::retire(&tree_, &site);
    assert!(!tree_.exists());
    assert_eq!(names(&site), ["late/mine"]);
}

#[test]
fn a_clean_up_that_is_killed_can_be_taken_up() {
    let temp = TempDir::new().unwrap();
    let (tree_, site) = (temp.path().join("new"), temp.path().join("site"));
    fs::create_dir_all(tree_.join("ns")).unwrap();
    fs::create_dir(&site).unwrap();
    fs::write(site.join(".podviz"), "podviz/site/1\nns/a\n").unwrap();
    fs::write(tree_.join(".podviz"), "podviz/site/1\n").unwrap();
    fs::write(tree_.join("ns/a"), "nobody's: it stays, and with it the list").unwrap();
    swap::retire(&tree_, &site);
    assert_eq!(names(&tree_), [".podviz", "ns/a"]);
    assert_eq!(names(&site), [".podviz"]);
}

#[test]
fn a_failed_write_leaves_the_old_site() {
    let temp = TempDir::new().unwrap();
    let out = temp.path().join("out");
    publish(&files(&[("a", "1")]), &at(&out)).unwrap();
    // The lock's name is taken by a folder: nothing can be written.
    fs::create_dir(swap::beside(&at(&out).folder, "lock")).unwrap();
    assert!(publish(&files(&[("a", "2")]), &at(&out)).is_err());
    assert_eq!(tree(&out)["a"], "1");
    let fresh = temp.path().join("x/y/out");
    fs::create_dir_all(temp.path().join("x")).unwrap();
    assert!(publish(&files(&[("../a", "2")]), &at(&fresh)).is_err());
    assert!(!temp.path().join("x/y").exists());
}

#[test]
fn a_link_to_a_folder_is_written_through() {
    let temp = TempDir::new().unwrap();
    fs::create_dir(temp.path().join("real")).unwrap();
    symlink("real", temp.path().join("link")).unwrap();
    publish(&files(&[("a", "1")]), &at(&temp.path().join("link"))).unwrap();
    assert!(temp.path().join("link").is_symlink());
    assert_eq!(names(&temp.path().join("real")), [".podviz", "a"]);
    symlink("nowhere", temp.path().join("dangling")).unwrap();
    let error = guard(&temp.path().join("dangling"), &[], true).unwrap_err();
    assert!(matches!(error, PublishError::Dangling(_)));
}

#[test]
fn the_root_and_the_home_folder_are_refused() {
    let temp = TempDir::new().unwrap();
    let home = temp.path().join("users/me");
    fs::create_dir_all(&home).unwrap();
    let refused = |output: &Path| guard::guard_with_home(output, &[], true, Some(&home)).unwrap_err();
    assert!(matches!(refused(Path::new("/")), PublishError::Root(_)));
    assert!(matches!(refused(&home), PublishError::Home(_)));
    assert!(matches!(refused(&temp.path().join("users")), PublishError::Home(_)));
    assert!(guard::guard_with_home(&home.join("site"), &[], true, Some(&home)).is_ok());
}

//! The recipes in CONTRIBUTING.md are true: their files exist and are counted, and what they
//! list is what the code has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use eks_stale_tokens::render::Format;
use eks_stale_tokens::report::verdict::Verdict;

use super::tool::{run, tool};

/// A row of the table of recipes.
struct Recipe {
    adds: String,
    /// Paths, in which NAME and VERSION stand for a name.
    paths: BTreeSet<String>,
    /// A table in the code, and the file it is in.
    table: Option<(String, String)>,
    files: usize,
    names: Vec<String>,
}

fn recipes() -> Vec<Recipe> {
    let document = std::fs::read_to_string("CONTRIBUTING.md").expect("it is there");
    let (_, section) = document.split_once("\n## Recipes\n").expect("recipes");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.take_while(|line| !line.is_empty())
        .map(recipe)
        .collect()
}

fn recipe(row: &str) -> Recipe {
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    let [adds, write, line_in, files, names] = cells[..] else {
        panic!("a recipe has five cells: {row}");
    };
    let code: Vec<&str> = [write, line_in]
        .iter()
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    let table = line_in.split_once("the table `").map(|_| {
        let mut code = line_in.split('`').skip(1).step_by(2);
        let name = code.next().expect("the table's name").to_owned();
        (name, code.next().expect("the table's file").to_owned())
    });
    Recipe {
        adds: adds.to_owned(),
        paths: code
            .iter()
            .filter(|code| code.contains('/'))
            .map(|path| (*path).to_owned())
            .collect(),
        table,
        files: files.parse().expect("a number of files"),
        names: names
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
    }
}

fn recipe_for(adds: &str) -> Recipe {
    let mut recipes = recipes().into_iter();
    recipes.find(|recipe| recipe.adds == adds).expect(adds)
}

/// The files in a folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

/// Whether a path with a name in it is a file, or a folder's `mod.rs`.
fn is_module(path: &str) -> bool {
    let folder = path
        .strip_suffix(".rs")
        .map(|stem| format!("{stem}/mod.rs"));
    Path::new(path).is_file() || folder.is_some_and(|path| Path::new(&path).is_file())
}

#[test]
fn the_files_of_a_recipe_exist_and_are_counted() {
    let recipes = recipes();
    assert!(recipes.len() > 5);
    for recipe in recipes {
        assert_eq!(recipe.paths.len(), recipe.files, "{}", recipe.adds);
        for path in &recipe.paths {
            let exists = match path.split_once("VERSION") {
                Some((folder, rest)) => files_in(Path::new(folder))
                    .iter()
                    .any(|version| version.join(rest.trim_start_matches('/')).is_file()),
                None => path.contains("NAME") || Path::new(path).is_file(),
            };
            assert!(exists, "{}: {path}", recipe.adds);
        }
        for name in &recipe.names {
            let written = recipe.paths.iter().filter(|path| path.contains("NAME"));
            let exists = |path: &String| {
                is_module(&path.replace("NAME", name))
                    || is_module(&path.replace("NAME", &name.replace('-', "_")))
            };
            let mut written = written.peekable();
            assert!(
                written.peek().is_none() || written.any(exists),
                "{}: {name}",
                recipe.adds
            );
        }
    }
}

/// Whichever table a recipe names, it is there, and it is as long as the recipe's list.
#[test]
fn the_tables_of_a_recipe_hold_what_it_lists() {
    for recipe in recipes() {
        let Some((table, file)) = recipe.table else {
            continue;
        };
        let code = std::fs::read_to_string(&file).expect(&file);
        let place = [format!("const {table}: "), format!("const fn {table}(")]
            .iter()
            .find_map(|declared| Some(code.split_once(declared.as_str())?.1))
            .unwrap_or_else(|| panic!("{file} has no table {table}"));
        let kind = place.split_once('=').map_or("", |(kind, _)| kind);
        let length = kind
            .rsplit_once("; ")
            .and_then(|(_, length)| length.trim().strip_suffix(']'));
        if let Some(length) = length {
            let length: usize = length.parse().expect("a length");
            assert_eq!(recipe.names.len(), length, "{table}: {:?}", recipe.names);
        }
    }
}

#[test]
fn the_formats_are_listed() {
    let formats: Vec<String> = Format::value_variants()
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect();
    assert_eq!(recipe_for("a format").names, formats);
}

#[test]
fn the_queries_are_listed_and_each_is_a_file() {
    let listed = run(tool().arg("query"));
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let queries: Vec<&str> = listed
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(recipe_for("a query").names, queries);
    let files: BTreeSet<String> = files_in(Path::new("queries"))
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .filter_map(|file| Some(file.strip_suffix(".insights")?.to_owned()))
        .collect();
    assert_eq!(files, queries.into_iter().map(str::to_owned).collect());
}

#[test]
fn the_verdicts_are_listed_and_each_is_defined() {
    let words = Verdict::ALL.map(Verdict::word);
    assert_eq!(recipe_for("a verdict").names, words);
    let document = std::fs::read_to_string("docs/verdicts.md").expect("it is there");
    let (_, section) = document.split_once("\n## Verdicts\n").expect("verdicts");
    let defined: BTreeSet<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| **")?.split("**").next())
        .collect();
    assert_eq!(defined, words.into_iter().collect());
}

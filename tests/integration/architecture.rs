//! The arrows between the folders of src/ run one way, as CONTRIBUTING.md draws them, and what is
//! pure knows no service, clock, file or terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

/// Which folders each folder may use.
const ARROWS: [(&str, &[&str]); 9] = [
    ("audit", &[]),
    ("cluster_state", &["audit"]),
    ("evidence", &["audit"]),
    ("report", &["audit", "cluster_state", "evidence"]),
    ("render", &["audit", "evidence", "report"]),
    ("verdict", &["audit", "cluster_state", "evidence", "report"]),
    ("source", &["audit", "cluster_state", "evidence"]),
    // What a server answers is escaped before it is printed.
    ("deliver", &["audit"]),
    (
        "cli",
        &[
            "audit", "deliver", "evidence", "render", "report", "source", "verdict",
        ],
    ),
];

/// The folders whose code is a function of its arguments.
const PURE: [&str; 6] = [
    "audit",
    "cluster_state",
    "evidence",
    "report",
    "render",
    "verdict",
];

/// What only the others may name: services, clocks, files, terminals and the environment.
const IMPURE: &str = r"\b((aws_\w+|kube|ureq|tokio|indicatif|anstream|terminal_size)::|std::(fs|env|thread|process|time::(Instant|SystemTime))\b|(Utc|Local)::now\b|std(in|out|err)\(\))";

/// The folders whose modules may not use each other in a circle.
const WITHOUT_CIRCLES: [&str; 9] = [
    "audit",
    "cli",
    "cluster_state",
    "deliver",
    "evidence",
    "render",
    "report",
    "source",
    "verdict",
];

/// A module and its code without comments and tests.
struct Module {
    path: Vec<String>,
    code: String,
}

fn modules() -> Vec<Module> {
    let mut modules = Vec::new();
    read(Path::new("src"), &[], &mut modules);
    let of_tests = Regex::new(r"#\[cfg\(test\)\]\s+mod (\w+);").expect("a pattern");
    let mut tests = BTreeSet::new();
    for Module { path, code } in &modules {
        for [name] in of_tests.captures_iter(code).map(|it| it.extract().1) {
            let mut test = path.clone();
            test.push(name.to_owned());
            tests.insert(test);
        }
    }
    let is_test = |it: &Module| tests.iter().any(|test| it.path.starts_with(test));
    modules.retain(|it| !is_test(it));
    assert!(modules.len() > 300, "{}", modules.len());
    modules
}

fn read(folder: &Path, path: &[String], modules: &mut Vec<Module>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().expect("a name").to_string_lossy();
        let mut path = path.to_vec();
        if file.is_dir() {
            path.push(name.into_owned());
            read(&file, &path, modules);
        } else if file.extension().is_some_and(|it| it == "rs") {
            if !matches!(&*name, "mod" | "lib" | "main") {
                path.push(name.into_owned());
            }
            let text = std::fs::read_to_string(&file).expect("a file");
            let (code, _) = text
                .split_once("\n#[cfg(test)]\nmod tests {")
                .unwrap_or((&text, ""));
            let lines = code.lines();
            let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
            let code = lines.collect::<Vec<_>>().join("\n");
            modules.push(Module { path, code });
        }
    }
}

#[test]
fn folders_use_only_what_is_below_them() {
    let used = Regex::new(r"\bcrate::(\w+)").expect("a pattern");
    let folders: BTreeMap<&str, &[&str]> = ARROWS.into();
    let mut met = BTreeSet::new();
    for Module { path, code } in modules() {
        let Some(folder) = path.first() else {
            continue;
        };
        assert!(!code.contains("crate::{"), "{path:?}: one `use` a folder");
        let allowed = folders.get(&**folder).expect("a folder with arrows");
        for [other] in used.captures_iter(&code).map(|it| it.extract().1) {
            let is_allowed = other == folder || allowed.contains(&other);
            assert!(is_allowed, "{}: uses {other}", path.join("::"));
            met.insert((folder.clone(), other.to_owned()));
        }
    }
    for (folder, allowed) in ARROWS {
        for other in allowed {
            let arrow = (folder.to_owned(), (*other).to_owned());
            assert!(met.contains(&arrow), "{folder} uses {other} no longer");
        }
    }
}

#[test]
fn what_is_pure_names_nothing_that_acts() {
    let impure = Regex::new(IMPURE).expect("a pattern");
    for Module { path, code } in modules() {
        let is_pure = path.first().is_some_and(|it| PURE.contains(&&**it));
        let named = impure.find(&code).filter(|_| is_pure);
        assert_eq!(named.map(|it| it.as_str()), None, "{}", path.join("::"));
    }
}

/// The paths of a `use`, with its braces taken apart.
fn paths(text: &str) -> Vec<String> {
    let Some((start, rest)) = text.split_once('{') else {
        return vec![text.to_owned()];
    };
    let inside = rest.strip_suffix('}').expect("braces that are closed");
    let (mut all, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, letter) in inside.char_indices().chain([(inside.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                all.extend(paths(&format!("{start}{}", &inside[from..at])));
                from = at + 1;
            }
            _ => {}
        }
    }
    all
}

/// The modules that each module uses by `crate::` or `super::`.
fn uses(modules: &[Module]) -> BTreeMap<&[String], BTreeSet<Vec<String>>> {
    let known: BTreeSet<&[String]> = modules.iter().map(|it| &*it.path).collect();
    let used = Regex::new(r"(?s)\buse ((?:crate|super)::[^;]*);").expect("a pattern");
    let mut uses = BTreeMap::new();
    for Module { path, code } in modules {
        let mut others = BTreeSet::new();
        for [text] in used.captures_iter(code).map(|it| it.extract().1) {
            let text: String = text.split_whitespace().collect();
            for one in paths(&text) {
                let mut other = path.clone();
                for part in one.split("::") {
                    match part {
                        "crate" => other.clear(),
                        "super" => drop(other.pop()),
                        part => other.push(part.to_owned()),
                    }
                }
                while !known.contains(&*other) {
                    other.pop();
                }
                others.insert(other);
            }
        }
        uses.insert(&**path, others);
    }
    uses
}

/// Whether one of these can be reached from itself.
fn circle<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Option<&'a str> {
    let mut starts = arrows.keys();
    starts.find_map(|start| {
        let mut reached = BTreeSet::new();
        let mut open = vec![*start];
        while let Some(at) = open.pop() {
            for next in arrows.get(at).into_iter().flatten() {
                if next == start {
                    return Some(*start);
                }
                if reached.insert(*next) {
                    open.push(next);
                }
            }
        }
        None
    })
}

/// In every folder, its files and folders, each with all that is in it.
#[test]
fn modules_do_not_use_each_other_in_a_circle() {
    let modules = modules();
    let uses = uses(&modules);
    let folders: BTreeSet<&[String]> = modules
        .iter()
        .filter(|it| WITHOUT_CIRCLES.contains(&it.path.first().map_or("", |first| first)))
        .flat_map(|it| (1..it.path.len()).map(|length| &it.path[..length]))
        .collect();
    assert!(folders.len() > 20, "{}", folders.len());
    for folder in folders {
        let child = |path: &'_ [String]| path.strip_prefix(folder)?.first().cloned();
        let mut named: BTreeSet<(String, String)> = BTreeSet::new();
        for (path, others) in &uses {
            for other in others {
                if let (Some(one), Some(other)) = (child(path), child(other))
                    && one != other
                {
                    named.insert((one, other));
                }
            }
        }
        let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (one, other) in &named {
            arrows.entry(one).or_default().insert(other);
        }
        assert_eq!(circle(&arrows), None, "in {}", folder.join("::"));
    }
}

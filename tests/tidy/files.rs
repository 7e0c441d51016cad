//! Files that say what they are for, and nothing left lying about.

use std::fs;

use crate::source::{Source, all_sources, files, none, product_sources, read, root};

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    let says_little = |source: &Source| {
        let first = source.text.lines().next().unwrap_or_default();
        first
            .strip_prefix("//! ")
            .is_none_or(|purpose| purpose.len() < 12)
    };
    let wrong: Vec<String> = all_sources()
        .into_iter()
        .filter(says_little)
        .map(|source| {
            format!(
                "{}:1: begin with `//!` and what the file is for",
                source.path
            )
        })
        .collect();
    none(&wrong, "docs/style.md, “Files”");
}

#[test]
fn no_file_is_long_without_a_reason() {
    let mut wrong = Vec::new();
    for source in all_sources() {
        let lines = source.text.lines().count();
        let is_excused = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if lines > LONGEST && !is_excused {
            wrong.push(format!(
                "{}:{LONGEST}: {lines} lines; is it two things?",
                source.path
            ));
        }
        if lines <= LONGEST && is_excused {
            wrong.push(format!(
                "{}: short again; take it off the list of long files",
                source.path
            ));
        }
    }
    for (path, reason) in LONG_FILES {
        assert!(
            root().join(path).is_file(),
            "{path} is gone; take it off the list of long files"
        );
        assert!(reason.len() > 20, "{path}: say why it is long");
    }
    none(
        &wrong,
        "docs/style.md, “Files”, and LONG_FILES in tests/tidy.rs",
    );
}

#[test]
fn nothing_is_left_half_done() {
    let mut wrong = Vec::new();
    for source in all_sources() {
        for leftover in [
            "todo!",
            "dbg!",
            "unimplemented!",
            "#[ignore",
            "#![allow(dead_code",
        ] {
            for (at, _) in source.code.match_indices(leftover) {
                let is_excused = IGNORED.iter().any(|(path, _)| *path == source.path);
                if leftover == "#[ignore" && is_excused {
                    continue;
                }
                wrong.push(format!("{}: {leftover}", source.place(at)));
            }
        }
    }
    for (path, _) in IGNORED {
        if !read(path).contains("#[ignore = ") {
            wrong.push(format!("{path}: ignores nothing; take it off the list"));
        }
    }
    none(&wrong, "docs/style.md, “Tests” and “Errors”");
}

#[test]
fn each_error_is_handled() {
    let mut wrong = Vec::new();
    for source in product_sources() {
        for careless in [
            ".unwrap()",
            ".unwrap_err()",
            ".expect(\"",
            ".expect_err(",
            "let _ =",
        ] {
            for (at, _) in source.product.match_indices(careless) {
                wrong.push(format!("{}: {careless}", source.place(at)));
            }
        }
    }
    none(&wrong, "docs/style.md, “Errors”");
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let told = ["work/", "home/", "Users/"].map(|folder| format!("/{folder}"));
    let mut wrong = Vec::new();
    for path in text_files() {
        let text = read(&path);
        for folder in &told {
            for (at, _) in text.match_indices(folder.as_str()) {
                let begins = text[..at].chars().next_back();
                let is_absolute = begins.is_none_or(|c| " \t\n\"'`(=[:<>,".contains(c));
                // Anna is the person of every example.
                let is_example = text[at + folder.len()..].starts_with("anna/");
                if is_absolute && !is_example {
                    let line = text[..at].matches('\n').count() + 1;
                    wrong.push(format!("{path}:{line}: an absolute path of one machine"));
                }
            }
        }
    }
    none(&wrong, "docs/style.md, “Files”");
}

/// What a person reads: source, documents, settings, scripts.
fn text_files() -> Vec<String> {
    let places = [
        "engine",
        "app",
        "tests",
        "docs",
        ".ci",
        ".cargo",
        "Cargo.toml",
        "README.md",
        "deny.toml",
    ];
    let mut all: Vec<String> = places.into_iter().flat_map(files).collect();
    all.retain(|path| fs::read_to_string(root().join(path)).is_ok());
    all
}

const LONGEST: usize = 600;

/// Files above the limit, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Files with a test that does not run by itself, each with what runs it.
const IGNORED: &[(&str, &str)] = &[
    (
        "engine/src/vault/tests/faults.rs",
        "started, and killed, by the test beside it",
    ),
    (
        "engine/src/vault/tests/fixture.rs",
        "made the fixture once; the test beside it opens it",
    ),
];

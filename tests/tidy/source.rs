//! Rust source as tidy reads it: comments and strings blanked out, test code told apart.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One file of the workspace.
pub(crate) struct Source {
    /// From the root of the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// `text` with the inside of comments, strings and character literals as spaces; same length.
    pub(crate) code: String,
    /// `code` without what is compiled only for tests; same length.
    pub(crate) product: String,
}

impl Source {
    /// Reads the file at `path`, which is relative to the root of the workspace.
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap();
        Self::of(path, text)
    }

    pub(crate) fn of(path: &str, text: String) -> Self {
        let code = blanked(&text);
        let product = if is_test_file(path) {
            spaces(&code)
        } else {
            without_tests(&code)
        };
        Self {
            path: path.to_owned(),
            text,
            code,
            product,
        }
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// `file:line`, to be clicked.
    pub(crate) fn place(&self, at: usize) -> String {
        format!("{}:{}", self.path, self.line(at))
    }
}

/// Every Rust file under a folder of the workspace, in order.
pub(crate) fn sources(under: &str) -> Vec<Source> {
    let files = files(under);
    let rust = files.iter().filter(|path| path.ends_with(".rs"));
    let all: Vec<Source> = rust.map(|path| Source::read(path)).collect();
    let only_for_tests: Vec<String> = all.iter().flat_map(test_modules).collect();
    let is_for_tests = |path: &str| only_for_tests.iter().any(|stem| is_of_module(path, stem));
    all.into_iter()
        .map(|mut source| {
            if is_for_tests(&source.path) {
                source.product = spaces(&source.code);
            }
            source
        })
        .collect()
}

/// Every file under a folder (or the file itself), relative to the root, in order.
pub(crate) fn files(under: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join(under)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.is_file() {
            let inside = path.strip_prefix(root()).unwrap();
            found.push(inside.to_str().unwrap().replace('\\', "/"));
        }
    }
    found.sort();
    found
}

pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().to_owned()
}

/// Where `name` stands in `code` as a whole word.
pub(crate) fn words<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        let is_whole = !before.is_some_and(is_part) && !after.is_some_and(is_part);
        is_whole.then_some(at)
    })
}

/// The end of the block or statement that begins at `start`: behind its closing brace, or behind
/// the first semicolon outside every bracket.
pub(crate) fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if byte == b'}' && depth == 0 {
                    return at + 1;
                }
            }
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The texts between quotation marks from `start` to `end`, with their places.
pub(crate) fn literals(
    source: &Source,
    start: usize,
    end: usize,
) -> impl Iterator<Item = (usize, String)> {
    let marks: Vec<usize> = source.product[start..end]
        .match_indices('"')
        .map(|(at, _)| start + at)
        .collect();
    let pairs: Vec<(usize, String)> = marks
        .chunks_exact(2)
        .map(|pair| (pair[0], source.text[pair[0] + 1..pair[1]].to_owned()))
        .collect();
    pairs.into_iter()
}

/// Panics with every finding, and where to read about it.
#[track_caller]
pub(crate) fn none(wrong: &[String], read_in: &str) {
    assert!(wrong.is_empty(), "\n{}\n\nSee {read_in}.", wrong.join("\n"));
}

pub(crate) fn engine_modules() -> BTreeSet<String> {
    let paths = files("engine/src");
    let modules = paths.iter().filter_map(|path| top_module(path));
    modules.map(str::to_owned).collect()
}

/// The module of the engine that a file belongs to; `None` for `lib.rs`.
pub(crate) fn top_module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("engine/src/")?;
    let first = inside.split('/').next()?;
    let name = first.trim_end_matches(".rs");
    (name != "lib").then_some(name)
}

pub(crate) fn product_sources() -> Vec<Source> {
    ["engine/src", "app/src"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

pub(crate) fn all_sources() -> Vec<Source> {
    ["engine", "app", "tests"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The files that `#[cfg(test)] mod name;` declares, or the same for fuzzing, without their ending.
fn test_modules(source: &Source) -> Vec<String> {
    let folder = match source.path.rsplit_once('/') {
        Some((folder, "lib.rs" | "main.rs" | "mod.rs")) => folder.to_owned(),
        _ => source.path.trim_end_matches(".rs").to_owned(),
    };
    let after = |attribute: &'static str| source.code.split(attribute).skip(1);
    let after_attributes = after(TEST_ATTRIBUTE).chain(after(FUZZING_ATTRIBUTE));
    let names = after_attributes.filter_map(|rest| {
        let (item, _) = rest.split_once([';', '{'])?;
        let is_declaration = rest[item.len()..].starts_with(';');
        let (_, name) = item.rsplit_once("mod ")?;
        is_declaration.then(|| format!("{folder}/{}", name.trim()))
    });
    names.collect()
}

fn is_of_module(path: &str, stem: &str) -> bool {
    path.strip_prefix(stem)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn without_tests(code: &str) -> String {
    let mut product = String::with_capacity(code.len());
    let mut rest = 0;
    while let Some(found) = code[rest..].find(TEST_ATTRIBUTE) {
        let start = rest + found;
        let end = end_of_item(code, start + TEST_ATTRIBUTE.len());
        product.push_str(&code[rest..start]);
        product.push_str(&spaces(&code[start..end]));
        rest = end;
    }
    product.push_str(&code[rest..]);
    product
}

fn spaces(code: &str) -> String {
    let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    code.bytes().map(blank).collect()
}

/// What the reader is inside of.
enum Inside {
    Code,
    LineComment,
    /// How many comments are open.
    BlockComment(usize),
    Text,
    /// How many `#` close it.
    RawText(usize),
}

fn blanked(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut inside = Inside::Code;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (keep, length, next) = step(rest, bytes[..at].last().copied(), inside);
        for &byte in &rest[..length] {
            out.push(if keep || byte == b'\n' { byte } else { b' ' });
        }
        inside = next;
        at += length;
    }
    String::from_utf8(out).unwrap()
}

/// How many bytes come next, whether they are code, and what follows.
fn step(rest: &[u8], before: Option<u8>, inside: Inside) -> (bool, usize, Inside) {
    match inside {
        Inside::Code => step_in_code(rest, before),
        Inside::LineComment if rest[0] == b'\n' => (true, 1, Inside::Code),
        Inside::LineComment => (false, 1, Inside::LineComment),
        Inside::BlockComment(open) if rest.starts_with(b"*/") => match open {
            1 => (false, 2, Inside::Code),
            _ => (false, 2, Inside::BlockComment(open - 1)),
        },
        Inside::BlockComment(open) if rest.starts_with(b"/*") => {
            (false, 2, Inside::BlockComment(open + 1))
        }
        Inside::BlockComment(open) => (false, 1, Inside::BlockComment(open)),
        Inside::Text if rest[0] == b'\\' => (false, 2.min(rest.len()), Inside::Text),
        Inside::Text if rest[0] == b'"' => (true, 1, Inside::Code),
        Inside::Text => (false, 1, Inside::Text),
        Inside::RawText(marks) => {
            let closes = rest[0] == b'"' && starts_with_marks(&rest[1..], marks);
            match closes {
                true => (true, 1 + marks, Inside::Code),
                false => (false, 1, Inside::RawText(marks)),
            }
        }
    }
}

fn step_in_code(rest: &[u8], before: Option<u8>) -> (bool, usize, Inside) {
    let in_word = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match rest {
        [b'/', b'/', ..] => (false, 2, Inside::LineComment),
        [b'/', b'*', ..] => (false, 2, Inside::BlockComment(1)),
        [b'"', ..] => (true, 1, Inside::Text),
        [b'r', ..] if !in_word || before == Some(b'b') => {
            let marks = rest[1..].iter().take_while(|&&byte| byte == b'#').count();
            match rest.get(1 + marks) {
                Some(b'"') => (true, 2 + marks, Inside::RawText(marks)),
                _ => (true, 1, Inside::Code),
            }
        }
        [b'\'', b'\\', ..] => {
            let end = rest.iter().skip(3).position(|&byte| byte == b'\'');
            (false, end.map_or(1, |end| end + 4), Inside::Code)
        }
        // A character literal closes at once; a lifetime does not.
        [b'\'', ..] => {
            let first = match rest.get(1) {
                Some(0xF0..) => 4,
                Some(0xE0..) => 3,
                Some(0xC0..) => 2,
                _ => 1,
            };
            match rest.get(1 + first) {
                Some(b'\'') => (false, 2 + first, Inside::Code),
                _ => (true, 1, Inside::Code),
            }
        }
        _ => (true, 1, Inside::Code),
    }
}

fn starts_with_marks(rest: &[u8], marks: usize) -> bool {
    rest.len() >= marks && rest[..marks].iter().all(|&byte| byte == b'#')
}

pub(crate) const ARCHITECTURE: &str = "docs/architecture.md";

const TEST_ATTRIBUTE: &str = "#[cfg(test)]";
const FUZZING_ATTRIBUTE: &str = "#[cfg(fuzzing)]";

#[test]
fn comments_strings_and_tests_are_told_from_product_code() {
    let text = r##"
fn a<'a>() -> char { let _b = "x.unwrap()"; '"' } // c.unwrap()
/* d.unwrap() /* nested */ */
const E: &str = r#"" f.unwrap()"#;
#[cfg(test)]
mod tests { fn g() { h.unwrap(); } }
fn i() { j.unwrap() }
"##;
    let source = Source::of("engine/src/a.rs", text.to_owned());
    let places: Vec<usize> = source
        .product
        .match_indices(".unwrap()")
        .map(|(at, _)| source.line(at))
        .collect();
    assert_eq!(places, [7]);
    assert_eq!(source.code.matches(".unwrap()").count(), 2);
    assert_eq!(source.code.len(), text.len());
}

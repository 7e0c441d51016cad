//! Error codes: each stands in the table of `docs/errors.md`, and each of the table in the source.

use std::collections::BTreeMap;

use crate::source::{Source, end_of_item, literals, none, product_sources, read, words};

#[test]
fn every_error_code_is_documented_and_every_documented_code_exists() {
    let documented = documented_codes();
    let mut used = BTreeMap::new();
    for source in product_sources() {
        for (at, code) in error_codes(&source) {
            used.entry(code).or_insert_with(|| source.place(at));
        }
    }
    let mut wrong = Vec::new();
    let mut rows = Vec::new();
    for (code, place) in &used {
        if !documented.contains_key(code) {
            wrong.push(format!("{place}: `{code}` has no row"));
            rows.push(format!("| `{code}` |  |  |"));
        }
    }
    for (code, line) in &documented {
        if !used.contains_key(code) {
            wrong.push(format!(
                "{ERRORS}:{line}: `{code}` is said nowhere in the source"
            ));
        }
    }
    if !rows.is_empty() {
        wrong.push(format!("\nRows to fill in:\n{}", rows.join("\n")));
    }
    none(&wrong, ERRORS);
}

#[test]
fn documented_error_codes_are_in_order_and_say_what_to_do() {
    let mut wrong = Vec::new();
    let mut last = String::new();
    for (number, line) in read(ERRORS).lines().enumerate() {
        let Some(code) = code_of_row(line) else {
            continue;
        };
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() != 3 || cells.iter().any(|cell| cell.is_empty()) {
            wrong.push(format!(
                "{ERRORS}:{}: `{code}` needs a meaning and a step",
                number + 1
            ));
        }
        if code <= last {
            wrong.push(format!(
                "{ERRORS}:{}: `{code}` stands after `{last}`",
                number + 1
            ));
        }
        last = code;
    }
    none(&wrong, ERRORS);
}

#[test]
fn codes_are_read_from_where_errors_name_them_and_nowhere_else() {
    let text = r##"
fn code(&self) -> &'static str { match self { Self::A => "store.full", Self::B => inner.code() } }
fn action() -> &'static str { "certificate.issue" }
fn bug() -> Report { Report { code: Cow::Borrowed("engine.bug"), what } }
fn code(&self) -> &'static str { GONE }
const GONE: &str = "job.gone";
fn words() -> Value { json!({ "code": "cli.wrong-words", "kind": "a.b" }) }
"##;
    let source = Source::of("engine/src/a.rs", text.to_owned());
    let codes: Vec<String> = error_codes(&source)
        .into_iter()
        .map(|(_, code)| code)
        .collect();
    assert_eq!(
        codes,
        ["store.full", "engine.bug", "job.gone", "cli.wrong-words"]
    );
}

/// Literals inside a `fn code`, and those given to a field `code`.
fn error_codes(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for start in words(&source.product, "fn code").chain(words(&source.product, "code:")) {
        let end = match source.product[start..].starts_with("fn") {
            true => end_of_function(&source.product, start),
            false => start + source.product[start..].find([',', '\n']).unwrap_or(0),
        };
        found.extend(literals(source, start, end).filter(|(_, text)| is_code(text)));
        found.extend(constants(source, start, end));
    }
    // In JSON the field's name is a text itself.
    for (at, name) in source.text.match_indices("\"code\":") {
        let end = at + source.text[at..].find([',', '\n']).unwrap_or(0);
        let is_product = source.product[at..].starts_with('"');
        let value = literals(source, at + name.len(), end).filter(|(_, text)| is_code(text));
        found.extend(value.filter(|_| is_product));
    }
    found.sort();
    found.dedup();
    found
}

fn end_of_function(code: &str, start: usize) -> usize {
    let body = code[start..].find('{').map(|open| start + open);
    let declared = code[start..].find(';').map(|end| start + end);
    match (body, declared) {
        (Some(body), Some(declared)) if declared < body => declared,
        (Some(body), _) => end_of_item(code, body),
        (None, _) => start,
    }
}

/// Codes that the text from `start` to `end` names by a constant of the same file.
fn constants(source: &Source, start: usize, end: usize) -> Vec<(usize, String)> {
    let is_part = |c: char| c.is_ascii_uppercase() || c == '_';
    let names = source.product[start..end].split(|c| !is_part(c));
    let places = names.filter(|name| name.len() > 2).filter_map(|name| {
        let at = source.product.find(&format!("const {name}: &str = \""))?;
        let end = at + source.product[at..].find(';')?;
        literals(source, at, end).next()
    });
    places.filter(|(_, text)| is_code(text)).collect()
}

/// `area.thing`.
fn is_code(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.split_once('.')
        .is_some_and(|(area, thing)| is_word(area) && is_word(thing))
}

/// Codes of the table, with their lines.
fn documented_codes() -> BTreeMap<String, usize> {
    let document = read(ERRORS);
    let rows = document.lines().enumerate();
    rows.filter_map(|(number, line)| Some((code_of_row(line)?, number + 1)))
        .collect()
}

fn code_of_row(line: &str) -> Option<String> {
    let (code, _) = line.strip_prefix("| `")?.split_once('`')?;
    is_code(code).then(|| code.to_owned())
}

const ERRORS: &str = "docs/errors.md";

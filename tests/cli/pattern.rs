//! What was printed against what was expected: `[..]` stands for anything within a line, and a
//! line `...` for any number of lines.

/// Whether the lines are the expected ones, all of them.
pub(crate) fn lines_match(expected: &[String], found: &[&str]) -> bool {
    match (expected, found) {
        ([], []) => true,
        ([any, rest @ ..], _) if any == "..." => {
            (0..=found.len()).any(|skipped| lines_match(rest, &found[skipped..]))
        }
        ([first, rest @ ..], [line, others @ ..]) => {
            line_matches(first, line) && lines_match(rest, others)
        }
        _ => false,
    }
}

/// Whether each expected line is found, in this order, with anything between them.
pub(crate) fn lines_contain(expected: &[String], found: &[&str]) -> bool {
    let mut found = found.iter();
    expected
        .iter()
        .all(|wanted| found.any(|line| line_matches(wanted, line)))
}

fn line_matches(expected: &str, found: &str) -> bool {
    match expected.split_once("[..]") {
        None => expected == found,
        Some((before, rest)) => found.strip_prefix(before).is_some_and(|found| {
            let ends = found.char_indices().map(|(at, _)| at);
            ends.chain([found.len()])
                .any(|at| line_matches(rest, &found[at..]))
        }),
    }
}

#[test]
fn a_pattern_stands_for_any_text_in_a_line_and_dots_for_any_lines() {
    assert!(line_matches("cert_[..] www", "cert_01 www"));
    assert!(line_matches("[..]www[..]", "www"));
    assert!(!line_matches("cert_[..]", "csr_01"));
    let expected = ["a", "...", "z"].map(str::to_owned);
    assert!(lines_match(&expected, &["a", "b", "c", "z"]));
    assert!(lines_match(&expected, &["a", "z"]));
    assert!(!lines_match(&expected, &["a", "b"]));
    assert!(!lines_match(&[], &["a"]));
}

#[test]
fn contained_lines_are_found_in_their_order() {
    let expected = ["b", "d"].map(str::to_owned);
    assert!(lines_contain(&expected, &["a", "b", "c", "d"]));
    assert!(!lines_contain(&expected, &["d", "b"]));
}

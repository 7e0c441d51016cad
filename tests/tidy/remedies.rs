//! Remedies: a step holds for every front end, and only what is typed for it names words of the
//! command line.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::source::{Source, end_of_item, literals, none, sources, words};

#[test]
fn no_sentence_of_the_engine_names_words_of_the_command_line() {
    let line = CommandLine::read();
    let mut wrong = Vec::new();
    for source in sources("engine/src") {
        let typed = typed(&source.product);
        for (at, text) in sentences(&source) {
            let is_typed = typed.iter().any(|part| part.contains(&at));
            if let Some(found) = line.named_in(&text).filter(|_| !is_typed) {
                wrong.push(format!(
                    "{}: “{found}” means nothing in the window; give it to `Remedy::typed`",
                    source.place(at)
                ));
            }
        }
    }
    none(&wrong, "docs/style.md, “Errors”");
}

#[test]
fn what_a_remedy_says_to_type_is_understood_by_the_command_line() {
    let line = CommandLine::read();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for source in sources("engine/src") {
        for part in typed(&source.product) {
            let words = literals(&source, part.start, part.end);
            for (at, words) in words.filter(|(_, words)| is_ours(words)) {
                seen += 1;
                if let Some(word) = line.unknown_in(&words) {
                    let place = source.place(at);
                    wrong.push(format!("{place}: `{words}`: there is no {word}"));
                }
            }
        }
    }
    assert!(
        seen > 40,
        "only {seen} lines and options to type were found"
    );
    none(&wrong, "app/src/cli");
}

#[test]
fn words_of_the_command_line_are_told_from_plain_english() {
    let line = CommandLine::read();
    for (text, found) in [
        ("Choose one from ca list", Some("ca list")),
        (
            "Take one of `acme account list`, or none",
            Some("acme account"),
        ),
        (
            "Bring the key here (chancery import)",
            Some("chancery import"),
        ),
        ("Choose another folder with --data", Some("--data")),
        (
            "Make it again, with `openssl req -new`",
            Some("`openssl req"),
        ),
        ("This is no key of the audit: list all that verify it", None),
        ("Write xn--bcher-kva.ch or `CN=Example Root`", None),
    ] {
        assert_eq!(line.named_in(text).as_deref(), found, "{text}");
    }
    for (words, unknown) in [
        ("chancery acme account create NAME --agree-terms", None),
        ("chancery --data DIR backup restore FILE", None),
        ("chancery acme account invent NAME", Some("account invent")),
        (
            "chancery audit verify --never-heard-of",
            Some("--never-heard-of"),
        ),
    ] {
        assert_eq!(line.unknown_in(words).as_deref(), unknown, "{words}");
    }
}

#[test]
fn what_is_typed_for_a_step_is_told_from_the_step() {
    let text = r#"
fn remedy(&self) -> Remedy { Remedy::typed(format!("step {a}, {b}"), ["typed", "too"]) }
fn typed(self) -> &'static str { "by itself" }
const LABEL: &[u8] = b"chancery vault create";
"#;
    let source = Source::of("engine/src/a.rs", text.to_owned());
    let parts = typed(&source.product);
    let (inside, outside): (Vec<_>, Vec<_>) = sentences(&source)
        .into_iter()
        .partition(|(at, _)| parts.iter().any(|part| part.contains(at)));
    let texts = |found: Vec<(usize, String)>| -> Vec<String> {
        found.into_iter().map(|(_, text)| text).collect()
    };
    assert_eq!(texts(inside), ["typed", "too", "by itself"]);
    assert_eq!(texts(outside), ["step {a}, {b}"]);
}

/// The words of the command line, as its source has them.
struct CommandLine {
    nouns: BTreeSet<String>,
    /// A noun and its verb, or a noun and one below it.
    pairs: BTreeSet<(String, String)>,
    source: String,
}

impl CommandLine {
    fn read() -> Self {
        let mut line = Self {
            nouns: BTreeSet::new(),
            pairs: BTreeSet::new(),
            source: Source::read("app/src/args.rs").text,
        };
        for source in sources("app/src/cli") {
            for (name, variants) in enums(&source.product) {
                let noun = match name.strip_suffix("Verb") {
                    Some("") => noun_of_file(&source.path).to_owned(),
                    Some(noun) => kebab(noun),
                    None if name == "Noun" => {
                        line.nouns.extend(variants);
                        continue;
                    }
                    None => continue,
                };
                let pairs = variants.into_iter().map(|verb| (noun.clone(), verb));
                line.pairs.extend(pairs);
            }
            line.source.push_str(&source.text);
        }
        line
    }

    /// The first words in `text` that only a command line understands.
    fn named_in(&self, text: &str) -> Option<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let option = words
            .iter()
            .map(|word| bare(word))
            .find(|word| is_option(word));
        let pair = words.windows(2).find_map(|two| {
            let (first, second) = (bare(two[0]), bare(two[1]));
            if two[0].ends_with([',', ';', ':']) {
                return None;
            }
            let is_pair = self.is_pair(first, second) && !ENGLISH.contains(&(first, second));
            let is_noun = first == "chancery" && self.is_noun_without_verbs(second);
            if is_pair || is_noun {
                return Some(format!("{first} {second}"));
            }
            let quoted = two[0].strip_prefix('`')?;
            let is_program = quoted.bytes().all(|byte| byte.is_ascii_lowercase());
            is_program.then(|| format!("{} {second}", two[0]))
        });
        option.map(str::to_owned).or(pair)
    }

    /// The first of `words` that the command line does not understand.
    fn unknown_in(&self, words: &str) -> Option<String> {
        let all: Vec<&str> = words.split(' ').collect();
        let is_known = |option: &&str| {
            let field = format!("{}:", option.trim_start_matches('-').replace('-', "_"));
            self.source.contains(&field)
        };
        let mut options = all.iter().copied().filter(|word| is_option(word));
        if let Some(option) = options.find(|option| !is_known(option)) {
            return Some(option.to_owned());
        }
        let line = words.strip_prefix("chancery ")?;
        let line = line.strip_prefix("--data DIR ").unwrap_or(line);
        let is_word = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let line: Vec<&str> = line.split(' ').take_while(is_word).collect();
        let noun = line.first().filter(|noun| self.nouns.contains(**noun));
        let unknown = line
            .windows(2)
            .find(|two| !self.is_pair(two[0], two[1]) && !is_option(two[1]));
        match (noun, unknown) {
            (None, _) => Some(words.to_owned()),
            (_, unknown) => unknown.map(|two| two.join(" ")),
        }
    }

    fn is_noun_without_verbs(&self, word: &str) -> bool {
        let has_verbs = self.pairs.iter().any(|(noun, _)| noun == word);
        self.nouns.contains(word) && !has_verbs
    }

    fn is_pair(&self, noun: &str, verb: &str) -> bool {
        self.pairs.contains(&(noun.to_owned(), verb.to_owned()))
    }
}

/// What is typed for a step: the second argument of `Remedy::typed`, and each function `typed`.
fn typed(product: &str) -> Vec<Range<usize>> {
    let calls = words(product, "Remedy::typed").filter_map(|at| {
        let open = at + product[at..].find('(')?;
        let mut depth = 0;
        let mut comma = None;
        for (at, byte) in product.bytes().enumerate().skip(open) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                b',' if depth == 1 => comma = comma.or(Some(at)),
                _ => {}
            }
            if depth == 0 {
                return Some(comma?..at);
            }
        }
        None
    });
    let functions = words(product, "fn typed").filter_map(|at| {
        let open = at + product[at..].find('{')?;
        Some(open..end_of_item(product, open))
    });
    calls.chain(functions).collect()
}

/// The texts of product code that a person may read, each in one line.
fn sentences(source: &Source) -> Vec<(usize, String)> {
    literals(source, 0, source.product.len())
        .filter(|(at, _)| !source.text[..*at].ends_with(['b', '#']))
        .map(|(at, text)| (at, text.replace("\\\n", " ")))
        .collect()
}

/// The enums of `product`, with their variants as clap spells them.
fn enums(product: &str) -> Vec<(&str, Vec<String>)> {
    let found = words(product, "enum").filter_map(|at| {
        let (name, _) = product[at..].strip_prefix("enum ")?.split_once(' ')?;
        let body = &product[at..end_of_item(product, at)];
        let variants = body.lines().filter_map(|line| {
            let variant = line.strip_prefix("    ")?;
            let end = variant.find(|c: char| !c.is_ascii_alphanumeric());
            let variant = &variant[..end.unwrap_or(variant.len())];
            let is_name = variant.starts_with(|c: char| c.is_ascii_uppercase());
            is_name.then(|| kebab(variant))
        });
        Some((name, variants.collect()))
    });
    found.collect()
}

/// `acme/order.rs` is about `order`, `acme/mod.rs` about `acme`.
fn noun_of_file(path: &str) -> &str {
    let path = path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
    path.rsplit('/').next().unwrap_or_default()
}

/// `GoOn` as `go-on`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// `word` without what stands around it in a sentence.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-')
}

fn is_option(word: &str) -> bool {
    word.strip_prefix("--")
        .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Not the words of another program, nor a pattern.
fn is_ours(words: &str) -> bool {
    words.starts_with("chancery ") || is_option(words)
}

/// Pairs of words that mean what they say.
const ENGLISH: &[(&str, &str)] = &[("audit", "checkpoint"), ("audit", "key")];

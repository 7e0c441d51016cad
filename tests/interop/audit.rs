//! The audit, exported and verified by someone who trusts nobody: whatever was flipped, dropped,
//! reordered or cut is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::chancery::{Installation, Said};

#[test]
fn an_honest_export_verifies_up_to_its_last_entry() {
    let exported = exported();
    let said = exported.verify(&exported.lines, true);
    assert_eq!(said.code, Some(0), "{said:#?}");
}

#[test]
fn without_a_checkpoint_kept_elsewhere_the_verifier_says_what_it_cannot_know() {
    let exported = exported();
    let said = exported.verify(&exported.lines, false);
    assert_eq!(said.code, Some(0), "{said:#?}");
    let told = format!("{}{}", said.out, said.err);
    assert!(told.contains("later entries cannot be excluded"), "{told}");
}

#[test]
fn a_changed_word_is_named_with_its_entry() {
    let exported = exported();
    let mut lines = exported.lines.clone();
    let at = exported.entry(3);
    lines[at] = lines[at].replacen("tester", "nobody", 1);
    assert_ne!(lines, exported.lines);
    exported.names_fault(&lines, "3");
}

#[test]
fn every_single_digit_that_is_changed_is_noticed() {
    let exported = exported();
    let at = exported.entry(2);
    let digits: Vec<usize> = exported.lines[at]
        .char_indices()
        .filter(|(_, c)| c.is_ascii_digit())
        .map(|(i, _)| i)
        .collect();
    for place in digits.into_iter().step_by(7) {
        let mut line = exported.lines[at].clone().into_bytes();
        line[place] = if line[place] == b'7' { b'8' } else { b'7' };
        let mut lines = exported.lines.clone();
        lines[at] = String::from_utf8(line).unwrap();
        let said = exported.verify(&lines, false);
        assert_ne!(
            said.code,
            Some(0),
            "byte {place} of {}\n{said:#?}",
            lines[at]
        );
    }
}

#[test]
fn a_dropped_entry_is_named() {
    let exported = exported();
    let mut lines = exported.lines.clone();
    lines.remove(exported.entry(3));
    exported.names_fault(&lines, "3");
}

#[test]
fn two_entries_that_changed_places_are_named() {
    let exported = exported();
    let mut lines = exported.lines.clone();
    lines.swap(exported.entry(3), exported.entry(4));
    exported.names_fault(&lines, "4");
}

#[test]
fn an_entry_told_twice_is_named() {
    let exported = exported();
    let mut lines = exported.lines.clone();
    let at = exported.entry(3);
    lines.insert(at, lines[at].clone());
    exported.names_fault(&lines, "3");
}

#[test]
fn a_tail_that_was_cut_is_named_by_a_checkpoint_kept_elsewhere() {
    let exported = exported();
    let lines = exported.lines[..exported.entry(4)].to_vec();
    let said = exported.verify(&lines, true);
    assert_ne!(said.code, Some(0), "{said:#?}");
    let told = format!("{}{}", said.out, said.err);
    assert!(
        told.contains("cut") || told.contains("missing") || told.contains("ends"),
        "{told}"
    );
}

#[test]
fn a_chain_sealed_with_another_key_is_not_believed() {
    let (mine, theirs) = (exported(), Exported::new());
    let file = mine.write(&theirs.lines);
    let said = mine.verify_file(&file, true);
    assert_ne!(said.code, Some(0), "{said:#?}");
}

#[test]
fn what_is_no_export_is_refused_in_one_sentence() {
    let exported = exported();
    for nonsense in ["", "{}\n", "not JSON\n", "[1,2,3]\n", "\u{0}\u{0}\u{0}"] {
        let said = exported.verify(&[nonsense.to_owned()], true);
        assert_ne!(said.code, Some(0), "{nonsense:?}: {said:#?}");
        assert!(!said.err.contains("panicked"), "{nonsense:?}: {said:#?}");
    }
}

#[test]
fn the_store_verifies_its_own_chain_too() {
    let installation = Installation::with_issuing();
    installation.done("cert create www.example.internal --ca Issuing");
    installation.done("audit verify");
}

#[test]
fn the_audit_tells_who_did_what_and_no_secret() {
    let exported = exported();
    let all = exported.lines.join("\n");
    for told in [
        "vault.create",
        "authority.create",
        "certificate.issue",
        "tester",
        "intent",
        "done",
    ] {
        assert!(all.contains(told), "{told} is not in\n{all}");
    }
    assert!(!all.contains(crate::chancery::PASSPHRASE));
}

/// An installation's audit with its key and a checkpoint, as an auditor holds them.
struct Exported {
    installation: Installation,
    lines: Vec<String>,
    key: PathBuf,
    checkpoint: PathBuf,
}

/// Made once, by whichever test asks first; nobody changes it.
fn exported() -> &'static Exported {
    static MADE: OnceLock<Exported> = OnceLock::new();
    MADE.get_or_init(Exported::new)
}

impl Exported {
    fn new() -> Self {
        let installation = Installation::with_issuing();
        installation.done("cert create www.example.internal --ca Issuing");
        let (key, checkpoint) = (installation.at("audit.pub"), installation.at("checkpoint"));
        installation.done(&format!("audit key --out {}", key.display()));
        installation.done(&format!("audit checkpoint --out {}", checkpoint.display()));
        let lines = installation.audit().lines().map(str::to_owned).collect();
        Self {
            installation,
            lines,
            key,
            checkpoint,
        }
    }

    /// The line of the entry with this number.
    #[track_caller]
    fn entry(&self, sequence: u64) -> usize {
        let is_it = |line: &String| line.contains(&format!("\"sequence\":{sequence},"));
        self.lines
            .iter()
            .position(is_it)
            .unwrap_or_else(|| panic!("no entry {sequence} in {:#?}", self.lines))
    }

    fn write(&self, lines: &[String]) -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = self.installation.at(&format!("tampered-{number}.jsonl"));
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        file
    }

    fn verify(&self, lines: &[String], with_checkpoint: bool) -> Said {
        self.verify_file(&self.write(lines), with_checkpoint)
    }

    fn verify_file(&self, file: &Path, with_checkpoint: bool) -> Said {
        let (file, key) = (file.to_str().unwrap(), self.key.to_str().unwrap());
        let since = match with_checkpoint {
            true => format!("--since {}", self.checkpoint.display()),
            false => String::new(),
        };
        let line = format!("audit verify {file} --key {key} {since}");
        self.installation.run(&line)
    }

    /// Verification must fail and name the entry.
    #[track_caller]
    fn names_fault(&self, lines: &[String], entry: &str) {
        let said = self.verify(lines, false);
        assert_eq!(said.code, Some(1), "{said:#?}");
        let told = format!("{}{}", said.out, said.err);
        let words: Vec<&str> = told.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        assert!(words.contains(&entry), "entry {entry} is not named: {told}");
    }
}

//! An installation of Chancery in a folder of its own, driven through the real command line.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tempfile::TempDir;

/// A data folder, its passphrase, and everything the program ever said about them.
pub(crate) struct Installation {
    folder: TempDir,
    /// Stands before the program: `unshare -n`, or nothing.
    wrapper: Vec<OsString>,
    /// One process at a time holds a data folder.
    turn: Mutex<()>,
    said: Mutex<Vec<u8>>,
}

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Said {
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A failure as `--json` tells it.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// `request.signature-invalid`.
    pub(crate) code: String,
    pub(crate) what: String,
    /// What caused it, outermost first.
    pub(crate) why: Vec<String>,
    /// What is to be done, or `retry`.
    pub(crate) remedy: String,
}

/// The files of one exported certificate.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) chain: PathBuf,
}

impl Installation {
    /// A folder with nothing in it but the passphrase's file.
    pub(crate) fn empty() -> Self {
        Self::wrapped(&[])
    }

    /// Like `empty`, with words before the program.
    pub(crate) fn wrapped(wrapper: &[&str]) -> Self {
        let installation = Self {
            folder: tempfile::tempdir().unwrap(),
            wrapper: wrapper.iter().map(OsString::from).collect(),
            turn: Mutex::new(()),
            said: Mutex::default(),
        };
        installation.write_secret("passphrase", PASSPHRASE);
        installation
    }

    pub(crate) fn with_vault() -> Self {
        let installation = Self::empty();
        installation.done("vault create");
        installation
    }

    /// With the authorities `Root` and, below it, `Issuing`, for private names.
    pub(crate) fn with_issuing() -> Self {
        let installation = Self::with_vault();
        installation.done("ca create Root");
        installation.done("ca create Issuing --parent Root --confirm Root");
        installation
    }

    /// The folder for everything of a test.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.at("data")
    }

    /// A file that only its owner can read.
    pub(crate) fn write_secret(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.at(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// The program with the global options and these words, ready to start. Spaces part the
    /// words, and none contains one.
    pub(crate) fn command(&self, line: &str) -> Command {
        self.command_at(&self.data(), line)
    }

    /// The same on another data folder.
    pub(crate) fn command_at(&self, data: &Path, line: &str) -> Command {
        let program = OsString::from(env!("CARGO_BIN_EXE_chancery"));
        let mut words = self.wrapper.clone();
        words.push(program);
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .arg("--data")
            .arg(data)
            .arg("--passphrase-file")
            .arg(self.at("passphrase"))
            .args(line.split_whitespace())
            .current_dir(self.path())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("HOME", self.path())
            .env("TMPDIR", self.path())
            .env("USER", "tester")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, line: &str) -> Said {
        let _turn = self.turn();
        let output = self.command(line).output().unwrap();
        self.keep(output)
    }

    /// Runs the program, which must succeed.
    #[track_caller]
    pub(crate) fn done(&self, line: &str) -> Said {
        let said = self.run(line);
        assert_eq!(said.code, Some(0), "chancery {}\n{said:#?}", line);
        said
    }

    /// Like `done`, answered in JSON.
    #[track_caller]
    pub(crate) fn answer(&self, line: &str) -> Value {
        let said = self.done(&format!("--json {line}"));
        serde_json::from_str(&said.out).unwrap_or_else(|fault| panic!("{fault}\n{said:#?}"))
    }

    /// Runs the program, which must fail with this exit code, one sentence and a remedy.
    #[track_caller]
    pub(crate) fn refused(&self, exit: i32, line: &str) -> Refusal {
        let said = self.run(&format!("--json {line}"));
        assert_eq!(said.code, Some(exit), "chancery {}\n{said:#?}", line);
        said.refusal()
    }

    /// Everything the program has said on both streams so far.
    pub(crate) fn everything_said(&self) -> Vec<u8> {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Held while a process of this installation runs.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what a process said.
    pub(crate) fn keep(&self, output: Output) -> Said {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(&output.stdout);
        said.extend_from_slice(&output.stderr);
        Said {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    // --- the words used most

    /// Issues from a request in a file and gives back the certificate's id.
    #[track_caller]
    pub(crate) fn sign(&self, request: &Path, authority: &str, profile: &str) -> String {
        let file = request.display();
        let submit = format!("csr submit {file} --ca {authority} --profile {profile}");
        let id = self.done(&submit).id("csr");
        self.done(&format!("csr approve {id} --confirm {authority}"))
            .id("cert")
    }

    /// Exports a certificate into a new folder of this name.
    #[track_caller]
    pub(crate) fn export(&self, certificate: &str, folder: &str) -> Files {
        let folder = self.at(folder);
        self.done(&format!(
            "cert export {certificate} --out {}",
            folder.display()
        ));
        Files::in_folder(&folder)
    }

    /// Exports an authority's certificate into a new folder of this name.
    #[track_caller]
    pub(crate) fn export_authority(&self, authority: &str, folder: &str) -> PathBuf {
        let folder = self.at(folder);
        self.done(&format!("ca export {authority} --out {}", folder.display()));
        Files::in_folder(&folder).certificate
    }

    /// The ids of all certificates the inventory lists.
    #[track_caller]
    pub(crate) fn certificates(&self) -> Vec<String> {
        ids(&self.done("--json cert list --limit 0").out, "cert")
    }

    /// The audit as it is exported, one JSON object a line.
    #[track_caller]
    pub(crate) fn audit(&self) -> String {
        let file = self.at("audit-now.jsonl");
        self.done(&format!("audit export --out {}", file.display()));
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        text
    }
}

impl Said {
    /// The first id of this kind on standard output.
    #[track_caller]
    pub(crate) fn id(&self, kind: &str) -> String {
        let found = ids(&self.out, kind).into_iter().next();
        found.unwrap_or_else(|| panic!("no {kind}_… in {self:#?}"))
    }

    /// The failure on standard error, which must be one sentence with a remedy.
    #[track_caller]
    pub(crate) fn refusal(&self) -> Refusal {
        assert!(!self.err.contains("panicked"), "{self:#?}");
        let errors = self.err.lines().filter_map(|line| {
            let value: Value = serde_json::from_str(line).ok()?;
            value.get("error").cloned()
        });
        let errors: Vec<Value> = errors.collect();
        assert_eq!(errors.len(), 1, "one error is told, as JSON: {self:#?}");
        let text = |name: &str| errors[0][name].as_str().unwrap_or_default().to_owned();
        let (code, what) = (text("code"), text("what"));
        assert!(code.contains('.') && code != "engine.bug", "{self:#?}");
        assert!(
            !what.is_empty() && !what.ends_with('.') && !what.contains('\n'),
            "{self:#?}"
        );
        let remedy = &errors[0]["remedy"];
        let is_told = remedy["do"].as_str().is_some_and(|step| step.len() > 8) || remedy == "retry";
        assert!(is_told, "what to do is told: {self:#?}");
        let step = remedy["do"].as_str().or(remedy.as_str());
        let remedy = step.unwrap_or_default().to_owned();
        let why = errors[0]["why"].as_array().cloned().unwrap_or_default();
        let why = why.iter().filter_map(|it| it.as_str().map(str::to_owned));
        Refusal {
            code,
            what,
            why: why.collect(),
            remedy,
        }
    }
}

impl Files {
    #[track_caller]
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let all = files_in(folder);
        let ending = |ending: &str| {
            let is_it = |path: &&PathBuf| path.to_str().unwrap().ends_with(ending);
            all.iter().find(is_it).cloned()
        };
        let is_plain = |path: &&PathBuf| {
            let name = path.to_str().unwrap();
            name.ends_with(".crt") && !name.ends_with("chain.crt")
        };
        let plain = all.iter().find(is_plain).cloned();
        let certificate = plain.unwrap_or_else(|| panic!("no .crt in {all:?}"));
        Self {
            chain: ending(".chain.crt").unwrap_or_else(|| certificate.clone()),
            certificate,
        }
    }
}

/// Every file below a folder, in order.
pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Ids of one kind in a text, in order, each once.
pub(crate) fn ids(text: &str, kind: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let mut found = Vec::new();
    for (at, mark) in text.match_indices(&format!("{kind}_")) {
        let rest = &text[at + mark.len()..];
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let is_whole = !text[..at].ends_with(is_part);
        let id = format!("{mark}{}", &rest[..end]);
        if is_whole && end >= 16 && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// Distinctive, so that it is recognised wherever it must not be.
pub(crate) const PASSPHRASE: &str = "canary-passphrase-Zq7vXw93LtKd";

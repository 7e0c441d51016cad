//! A program of the user's that changes records: started directly, without a shell.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::base::{Evidence, FieldInfo, FieldKind, ZonesInReach, shown};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "command",
    title: "A program of yours",
    evidence: Evidence::Run,
    fields: &[
        FieldInfo::new(
            "program",
            "Program",
            "The whole path of a program, which gets publish or remove, the record's name and its \
             value",
        )
        .required(),
        FieldInfo::new(
            "arguments",
            "Arguments",
            "What it gets in front of these, one argument on each line; no shell reads them",
        )
        .of(FieldKind::Lines),
        FieldInfo::new(
            "time-limit-secs",
            "Time limit",
            "After how many seconds it is stopped",
        )
        .of(FieldKind::Number)
        .otherwise("120")
        .advanced(),
    ],
    connect,
};

struct Program {
    path: String,
    arguments: Vec<String>,
    time_limit_secs: u64,
}

fn connect(given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(Program {
        path: given.text("program")?.to_owned(),
        arguments: given.lines("arguments"),
        time_limit_secs: given.number("time-limit-secs")?,
    }))
}

impl Driver for Program {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            self.run("publish", record).await?;
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        Box::pin(self.run("remove", record))
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        let known = format!(
            "{} is there; it decides itself what it changes, and was not run",
            shown(&self.path)
        );
        Box::pin(async move {
            match std::fs::metadata(&self.path) {
                Ok(found) if found.is_file() => Ok(ZonesInReach::CannotTell(known)),
                Ok(_) => Err(self.not_started(&std::io::ErrorKind::IsADirectory.into())),
                Err(error) => Err(self.not_started(&error)),
            }
        })
    }
}

impl Program {
    async fn run(&self, action: &str, record: &Txt) -> Result<(), DnsError> {
        let mut child = self.start(action, record)?;
        let limit = Duration::from_secs(self.time_limit_secs);
        match timeout(limit, ended(&mut child)).await {
            Ok(Ok((status, _))) if status.success() => Ok(()),
            Ok(Ok((status, said))) => Err(DnsError::CommandFailed {
                program: self.path.clone(),
                code: status.code(),
                said: shown(said.trim()).into_owned(),
            }),
            Ok(Err(error)) => Err(self.not_started(&error)),
            // The program ends with its handle.
            Err(_) => Err(DnsError::CommandTimeout {
                program: self.path.clone(),
                secs: self.time_limit_secs,
            }),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one program that the engine starts, named by a person"
    )]
    fn start(&self, action: &str, record: &Txt) -> Result<Child, DnsError> {
        Command::new(&self.path)
            .args(&self.arguments)
            .args([action, record.name.as_str(), &record.value])
            .env("CHANCERY_DNS_ACTION", action)
            .env("CHANCERY_DNS_NAME", record.name.as_str())
            .env("CHANCERY_DNS_VALUE", &record.value)
            .env("CHANCERY_DNS_ZONE", record.zone.as_str())
            .env("CHANCERY_DNS_TTL", record.ttl_secs.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.not_started(&error))
    }

    fn not_started(&self, error: &std::io::Error) -> DnsError {
        DnsError::CommandNotStarted {
            program: self.path.clone(),
            why: error.to_string(),
        }
    }
}

/// How it ended, and the last of what it wrote to its standard error.
async fn ended(child: &mut Child) -> std::io::Result<(ExitStatus, String)> {
    let Some(errors) = child.stderr.take() else {
        return Ok((child.wait().await?, String::new()));
    };
    let mut said = tokio::spawn(last_of(errors));
    let status = child.wait().await?;
    // What it started itself may hold the pipe open for ever.
    let said = match timeout(GRACE, &mut said).await {
        Ok(Ok(said)) => said,
        _ => {
            said.abort();
            String::new()
        }
    };
    Ok((status, said))
}

/// Reads to the end, so that the program never waits for a reader.
async fn last_of(mut errors: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length) = errors.read(&mut buffer).await {
        if length == 0 {
            break;
        }
        kept.extend_from_slice(&buffer[..length]);
        let surplus = kept.len().saturating_sub(LONGEST_WORDS);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

const GRACE: Duration = Duration::from_secs(1);

const LONGEST_WORDS: usize = 1000;

// Scripts of a shell stand in for the program.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    use super::*;
    use crate::base::{Explain, SystemClock};
    use crate::dns;
    use crate::http;

    fn driver(
        folder: &tempfile::TempDir,
        script: &str,
        settings: &[(&str, &str)],
    ) -> Box<dyn Driver> {
        let path = folder.path().join("hook");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        opened(path.to_str().unwrap(), settings)
    }

    fn opened(program: &str, settings: &[(&str, &str)]) -> Box<dyn Driver> {
        let program = [("program", program)];
        let settings = program.iter().chain(settings);
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let http = http::Client::new(&http::Settings::default()).unwrap();
        let clock = Arc::new(SystemClock);
        dns::open("command", settings.collect(), BTreeMap::new(), http, clock).unwrap()
    }

    fn record() -> Txt {
        Txt {
            zone: "example.org".parse().unwrap(),
            name: "_acme-challenge.example.org".parse().unwrap(),
            value: "$(id) 'v' *".to_owned(),
            ttl_secs: 60,
        }
    }

    #[tokio::test]
    async fn the_program_is_told_by_arguments_and_by_its_environment() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let script = format!(
            "printf '%s\\n' \"$@\" \"$CHANCERY_DNS_ACTION\" \"$CHANCERY_DNS_NAME\" \
             \"$CHANCERY_DNS_VALUE\" \"$CHANCERY_DNS_ZONE\" \"$CHANCERY_DNS_TTL\" >> '{}'",
            out.display()
        );
        let driver = driver(&folder, &script, &[("arguments", "--a b\n*\n")]);
        let name = "_acme-challenge.example.org";
        assert_eq!(driver.publish(&record()).await, Ok(Published::Done));
        let told = |action| {
            let value = "$(id) 'v' *";
            [
                "--a b",
                "*",
                action,
                name,
                value,
                action,
                name,
                value,
                "example.org",
                "60",
            ]
            .join("\n")
        };
        let written = std::fs::read_to_string(&out).unwrap();
        assert_eq!(written.trim(), told("publish"));
        driver.remove(&record()).await.unwrap();
        let written = std::fs::read_to_string(&out).unwrap();
        assert!(written.trim().ends_with(&told("remove")), "{written}");
    }

    #[tokio::test]
    async fn a_failure_tells_its_code_and_the_last_words_made_safe() {
        let folder = tempfile::tempdir().unwrap();
        let script = "printf 'no\\033such zone' >&2; exit 7";
        let error = driver(&folder, script, &[])
            .publish(&record())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "dns.command-failed");
        let told = error.to_string();
        assert!(
            told.contains("code 7") && told.contains("no\\u{1b}such zone"),
            "{told}"
        );
    }

    #[tokio::test]
    async fn a_program_that_writes_without_end_is_read_without_end_and_told_in_brief() {
        let folder = tempfile::tempdir().unwrap();
        let script = "head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1";
        let error = driver(&folder, script, &[])
            .publish(&record())
            .await
            .unwrap_err();
        assert!((1000..1300).contains(&error.to_string().len()), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let settings = [("time-limit-secs", "1")];
        let driver = driver(&folder, "exec sleep 600", &settings);
        let error = driver.publish(&record()).await.unwrap_err();
        assert_eq!(error.code(), "dns.command-timeout");
    }

    #[tokio::test]
    async fn what_the_program_leaves_running_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let driver = driver(&folder, "sleep 20 & exit 0", &[]);
        assert_eq!(driver.publish(&record()).await, Ok(Published::Done));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_told_as_such() {
        let error = opened("/nowhere/hook", &[]).publish(&record()).await;
        assert_eq!(error.unwrap_err().code(), "dns.command-not-started");
    }
}

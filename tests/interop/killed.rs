//! A process killed at random points under load: whatever it acknowledged to another process is
//! there afterwards, and the audit is whole.

use std::collections::{HashSet, VecDeque};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chancery_engine::api::{
    Actor, AuthorityCommand, AuthorityId, CertificateFact, CertificateId, Choices, Command as Wish,
    Consent, Ending, Fact, FindAuthority, Given, KeyType, NewAuthority, Reach, RequestCommand,
    Secret, VaultCommand,
};
use chancery_engine::{Client, Home, Kdf, Settings, Ticket, start};
use rcgen::{CertificateParams, KeyPair};

use crate::chancery::{Installation, PASSPHRASE};
use crate::counterpart::variable;

#[test]
fn whatever_a_killed_process_acknowledged_is_there_afterwards() {
    let installation = Installation::with_issuing();
    let mut random = Random::seeded();
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        let mut process = busy_process(&installation);
        let heard = hear_until_killed(&mut process, random.below(400));
        assert!(
            !heard.is_empty(),
            "round {round}: killed before it was under load"
        );
        acknowledged.extend(heard);
        let listed = installation.answer("cert list --limit 0");
        let rows = listed["rows"].as_array().unwrap();
        let whole = rows.iter().filter(|row| row["status"] == "active");
        let whole: HashSet<&str> = whole.filter_map(|row| row["id"].as_str()).collect();
        let lost: Vec<&String> = acknowledged
            .iter()
            .filter(|id| !whole.contains(id.as_str()))
            .collect();
        assert!(
            lost.is_empty(),
            "round {round}: acknowledged and lost: {lost:?}"
        );
    }
    installation.done("audit verify");
    let audit = installation.audit();
    let unrecorded: Vec<&String> = acknowledged
        .iter()
        .filter(|id| !audit.contains(id.as_str()))
        .collect();
    assert!(
        unrecorded.is_empty(),
        "acknowledged, and the audit does not say so: {unrecorded:?}"
    );
    println!(
        "{} certificates acknowledged in {ROUNDS} rounds, none lost",
        acknowledged.len()
    );
}

#[test]
fn a_command_that_is_killed_leaves_a_folder_that_works() {
    let installation = Installation::with_issuing();
    let mut random = Random::seeded();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let host = format!("host{round}.example.internal");
        let mut command = installation.command(&format!("cert create {host} --ca Issuing"));
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(random.below(1200)));
        process.kill().unwrap();
        let output = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        acknowledged.extend(crate::chancery::ids(&said, "cert"));
        let listed = installation.certificates();
        let lost: Vec<&String> = acknowledged
            .iter()
            .filter(|id| !listed.contains(id))
            .collect();
        assert!(
            lost.is_empty(),
            "round {round}: acknowledged and lost: {lost:?}"
        );
    }
    installation.done("vault check");
    installation.done("audit verify");
    installation.done("cert create last.example.internal --ca Issuing");
}

/// The process of the test above runs this one, on a folder that it is given; by itself the test
/// asks a small engine in memory.
#[test]
fn a_busy_engine_acknowledges_each_certificate_once() {
    if let Some(folder) = variable(FOLDER) {
        issue_for_ever(Path::new(&folder));
    }
    let mut settings = Settings::at(Home::Memory);
    settings.kdf = Kdf::WeakForTests;
    let client = start(settings, Actor::User("tester".to_owned())).unwrap();
    carry_out(
        &client,
        Wish::Vault(VaultCommand::Create {
            passphrase: passphrase(),
            recovery: None,
        }),
    );
    carry_out(
        &client,
        Wish::Authority(AuthorityCommand::Create(issuing())),
    );
    let authority = client.read(&FindAuthority("Issuing".to_owned())).unwrap();
    let mut seen = HashSet::new();
    for id in issue(&client, *authority.value).take(200) {
        assert!(seen.insert(id), "{id} twice");
    }
}

/// This program again, as the process that will be killed.
fn busy_process(installation: &Installation) -> Child {
    let name = "killed::a_busy_engine_acknowledges_each_certificate_once";
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([name, "--exact", "--nocapture"])
        .env(FOLDER, installation.data());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command.spawn().unwrap()
}

/// What it acknowledges until it is killed, so long after its first word.
fn hear_until_killed(process: &mut Child, after_millis: u64) -> Vec<String> {
    let mut lines = BufReader::new(process.stdout.take().unwrap());
    let mut heard = Vec::new();
    let mut line = String::new();
    while heard.is_empty() && lines.read_line(&mut line).unwrap() > 0 {
        heard.extend(acknowledgement(&line));
        line.clear();
    }
    let rest = thread::spawn(move || {
        let mut heard = Vec::new();
        let mut line = String::new();
        // A line that the kill cut short has no end, and acknowledges nothing.
        while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
            heard.extend(acknowledgement(&line));
            line.clear();
        }
        heard
    });
    thread::sleep(Duration::from_millis(after_millis));
    process.kill().unwrap();
    process.wait().unwrap();
    heard.extend(rest.join().unwrap());
    heard
}

fn acknowledgement(line: &str) -> Option<String> {
    let id = line.strip_prefix(ACKNOWLEDGED)?.strip_suffix('\n')?;
    Some(id.to_owned())
}

fn issue_for_ever(folder: &Path) -> ! {
    let settings = Settings::at(Home::Folder(folder.to_owned()));
    let client = start(settings, Actor::User("tester".to_owned())).unwrap();
    carry_out(&client, Wish::Vault(VaultCommand::unlock(passphrase())));
    let authority = client.read(&FindAuthority("Issuing".to_owned())).unwrap();
    for id in issue(&client, *authority.value) {
        println!("{ACKNOWLEDGED}{id}");
    }
    unreachable!("requests do not run out")
}

/// Issues without end, so many in flight at once; gives back what was acknowledged.
fn issue(client: &Client, authority: AuthorityId) -> impl Iterator<Item = CertificateId> {
    let mut waiting: VecDeque<Ticket> = VecDeque::new();
    let mut number = 0_u64;
    std::iter::from_fn(move || {
        while waiting.len() < IN_FLIGHT {
            number += 1;
            waiting.push_back(
                client
                    .send(wish(authority, number))
                    .ok()
                    .expect("room in the queue"),
            );
        }
        match waiting.pop_front()?.wait() {
            Ending::Done {
                fact: Fact::Certificate(CertificateFact::Issued { id, .. }),
                ..
            } => Some(id),
            other => panic!("{other:?}"),
        }
    })
}

fn wish(authority: AuthorityId, number: u64) -> Wish {
    let key = KeyPair::generate().unwrap();
    let name = format!("n{number}.example.internal");
    let csr = CertificateParams::new(vec![name])
        .unwrap()
        .serialize_request(&key)
        .unwrap();
    Wish::Request(RequestCommand::Issue {
        csr: csr.der().to_vec(),
        authority,
        profile: "server".parse().unwrap(),
        choices: Choices::default(),
    })
}

/// A root that signs servers' certificates alone.
fn issuing() -> NewAuthority {
    NewAuthority {
        name: "Issuing".to_owned(),
        subject: None,
        parent: None,
        key_type: KeyType::P256,
        days: None,
        path_len: None,
        reach: Reach::Usual,
        grant: Some(chancery_engine::api::Grant {
            profiles: Vec::new(),
            until: None,
        }),
        consent: Consent {
            passphrase: passphrase(),
            given: Given::Typed,
        },
    }
}

#[track_caller]
fn carry_out(client: &Client, wish: Wish) {
    let ending = client.send(wish).ok().expect("room in the queue").wait();
    assert!(matches!(ending, Ending::Done { .. }), "{ending:?}");
}

fn passphrase() -> Secret<String> {
    Secret::new(PASSPHRASE.to_owned())
}

/// A small generator (xorshift, Marsaglia 2003); its seed is printed, so that a failure can be
/// tried again.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let seed = now.as_nanos() as u64 | 1;
        println!("seed {seed}");
        Self(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

const ACKNOWLEDGED: &str = "acknowledged ";

/// Names the data folder to the process that will be killed.
const FOLDER: &str = "CHANCERY_TEST_KILL";

const IN_FLIGHT: usize = 64;

const ROUNDS: u32 = 20;

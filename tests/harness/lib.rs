//! A world to write specifications in: an engine, a clock to set, a disk to break, plain words.

mod acme;
mod disk;
#[cfg(unix)]
mod pipe;
#[cfg(unix)]
pub mod rig;
mod secrets;

pub use acme::{AcmeServer, At, Refusal};
pub use disk::BreakableDisk;
#[cfg(unix)]
pub use pipe::StuckPipe;
pub use secrets::KeptSecrets;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chancery_engine::api::{
    Actor, Answered, AuditCommand, AuditRow, AuditState, AuditStateQuestion, AuthorityCommand,
    AuthorityFact, AuthorityId, AuthorityRow, CertificateFact, CertificateId, CertificateRow,
    Choices, Clock, Command, Consent, Ending, Fact, Given, Grant, Health, HealthQuestion, JobId,
    JobState, KeyType, ListAudit, ListAuthorities, ListCertificates, ListJobs, ListRequests,
    NewAuthority, Page, Reach, Report, RequestCommand, RequestFact, RequestId, RequestRow,
    Revision, Secret, Timestamp, VaultCommand, Verification,
};
use chancery_engine::{Client, Disk, Home, Kdf, SecretStore, Settings, Ticket, start};

/// One engine with a person in front of it.
pub struct World {
    pub client: Client,
    pub clock: Arc<SetClock>,
    pub disk: Arc<BreakableDisk>,
    pub secrets: Arc<KeptSecrets>,
}

impl World {
    /// An engine with nothing in it, which forgets everything.
    pub fn new() -> Self {
        Self::open(Home::Memory)
    }

    pub fn at(folder: &Path) -> Self {
        Self::open(Home::Folder(folder.to_owned()))
    }

    /// With an open vault.
    pub fn with_vault() -> Self {
        let world = Self::new();
        world.make_vault();
        world
    }

    /// With an open vault, a root, and an issuing authority that signs unattended.
    pub fn with_authorities() -> (Self, AuthorityId) {
        let world = Self::with_vault();
        let issuing = world.make_authorities();
        (world, issuing)
    }

    pub fn open(home: Home) -> Self {
        match Self::try_open(home) {
            Ok(world) => world,
            Err(report) => panic!("no engine: {report:?}"),
        }
    }

    /// Whose vault locks itself after this long without a person.
    pub fn that_locks_after(idle: Duration) -> Self {
        match Self::begin(Home::Memory, Some(idle), Arc::default()) {
            Ok(world) => world,
            Err(report) => panic!("no engine: {report:?}"),
        }
    }

    pub fn try_open(home: Home) -> Result<Self, Report> {
        Self::begin(home, None, Arc::default())
    }

    /// On a machine that keeps these secrets.
    pub fn beside(home: Home, secrets: &Arc<KeptSecrets>) -> Self {
        match Self::begin(home, None, Arc::clone(secrets)) {
            Ok(world) => world,
            Err(report) => panic!("no engine: {report:?}"),
        }
    }

    fn begin(
        home: Home,
        idle_lock: Option<Duration>,
        secrets: Arc<KeptSecrets>,
    ) -> Result<Self, Report> {
        let (clock, disk) = (Arc::<SetClock>::default(), Arc::<BreakableDisk>::default());
        let settings = Settings {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            disk: Arc::clone(&disk) as Arc<dyn Disk>,
            kdf: Kdf::WeakForTests,
            secrets: Arc::clone(&secrets) as Arc<dyn SecretStore>,
            idle_lock,
            patience: Duration::from_secs(2),
            ..Settings::at(home)
        };
        let client = start(settings, alice())?;
        Ok(Self {
            client,
            clock,
            disk,
            secrets,
        })
    }

    pub fn make_vault(&self) {
        let passphrase = passphrase();
        self.done(Command::Vault(VaultCommand::Create {
            passphrase,
            recovery: None,
        }));
    }

    pub fn unlock(&self) {
        let passphrase = passphrase();
        self.done(Command::Vault(VaultCommand::unlock(passphrase)));
    }

    pub fn make_authorities(&self) -> AuthorityId {
        let root = self.created(root("Example Root"));
        self.created(intermediate("Example Issuing CA", root))
    }

    pub fn send(&self, command: Command) -> Ticket {
        self.client.send(command).expect("a place in the queue")
    }

    /// Sends a command that must succeed.
    pub fn done(&self, command: Command) -> (Fact, Revision) {
        done(self.send(command).wait())
    }

    /// Sends a command that must fail.
    pub fn refused(&self, command: Command) -> Report {
        match self.send(command).wait() {
            Ending::Failed(report) => report,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    pub fn created(&self, new: NewAuthority) -> AuthorityId {
        match self
            .done(Command::Authority(AuthorityCommand::Create(new)))
            .0
        {
            Fact::Authority(AuthorityFact::Created { id }) => id,
            other => panic!("expected an authority, got {other:?}"),
        }
    }

    pub fn submitted(&self, csr: &[u8], authority: AuthorityId, profile: &str) -> RequestId {
        match self.done(submit(csr, authority, profile)).0 {
            Fact::Request(RequestFact::Submitted { id }) => id,
            other => panic!("expected a request, got {other:?}"),
        }
    }

    pub fn approved(&self, id: RequestId) -> CertificateId {
        issued(self.done(approve(id)).0)
    }

    pub fn authorities(&self) -> Vec<AuthorityRow> {
        let answered = self.client.read(&ListAuthorities).expect("authorities");
        answered.value.to_vec()
    }

    /// The inventory, soonest expiry first.
    pub fn inventory(&self) -> Answered<Page<CertificateRow>> {
        let all = ListCertificates {
            rows: u16::MAX,
            ..ListCertificates::default()
        };
        self.client.read(&all).expect("an inventory")
    }

    /// The requests, newest first.
    pub fn requests(&self) -> Answered<Page<RequestRow>> {
        let all = ListRequests {
            rows: u16::MAX,
            ..ListRequests::default()
        };
        self.client.read(&all).expect("requests")
    }

    pub fn health(&self) -> Health {
        let answered = self.client.read(&HealthQuestion).expect("health");
        (*answered.value).clone()
    }

    pub fn audit_state(&self) -> AuditState {
        let answered = self.client.read(&AuditStateQuestion).expect("an audit");
        (*answered.value).clone()
    }

    pub fn job_state(&self, id: JobId) -> JobState {
        let jobs = self.client.read(&ListJobs).expect("jobs").value;
        let job = jobs.iter().find(|job| job.id == id).expect("the job");
        job.state.clone()
    }

    /// Begins to follow the audit's chain.
    pub fn verify(&self) -> JobId {
        match self.send(Command::Audit(AuditCommand::Verify)).wait() {
            Ending::Started(id) => id,
            other => panic!("expected a job, got {other:?}"),
        }
    }

    /// What following the whole chain finds.
    pub fn verified(&self) -> Verification {
        let job = self.verify();
        eventually("the job has ended", || {
            self.job_state(job) != JobState::Running
        });
        assert_eq!(self.job_state(job), JobState::Done);
        self.audit_state()
            .last_verification
            .expect("a verification")
            .1
    }

    /// The audit, oldest first.
    pub fn audit(&self) -> Vec<AuditRow> {
        let all = ListAudit {
            rows: u16::MAX,
            ..ListAudit::default()
        };
        let mut rows = self.client.read(&all).expect("an audit").value.rows.clone();
        rows.reverse();
        rows
    }
}

impl Drop for World {
    /// A disk that stands still would keep the engine from stopping.
    fn drop(&mut self) {
        self.disk.release();
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

pub fn done(ending: Ending) -> (Fact, Revision) {
    match ending {
        Ending::Done { fact, at } => (fact, at),
        other => panic!("expected it done, got {other:?}"),
    }
}

pub fn issued(fact: Fact) -> CertificateId {
    match fact {
        Fact::Certificate(CertificateFact::Issued { id, .. }) => id,
        other => panic!("expected a certificate, got {other:?}"),
    }
}

pub fn alice() -> Actor {
    Actor::User("alice".to_owned())
}

/// The passphrase of every vault in these tests.
pub fn passphrase() -> Secret<String> {
    Secret::new(PASSPHRASE.to_owned())
}

pub fn typed() -> Consent {
    Consent {
        passphrase: passphrase(),
        given: Given::Typed,
    }
}

/// A root that signs only when a person is there.
pub fn root(name: &str) -> NewAuthority {
    NewAuthority {
        name: name.to_owned(),
        subject: None,
        parent: None,
        key_type: KeyType::P256,
        days: None,
        path_len: None,
        reach: Reach::Usual,
        grant: None,
        consent: typed(),
    }
}

/// An issuing authority that signs for hosts by itself.
pub fn intermediate(name: &str, parent: AuthorityId) -> NewAuthority {
    NewAuthority {
        parent: Some(parent),
        grant: Some(Grant::default()),
        ..root(name)
    }
}

pub fn submit(csr: &[u8], authority: AuthorityId, profile: &str) -> Command {
    Command::Request(RequestCommand::Submit {
        csr: csr.to_vec(),
        authority,
        profile: profile.parse().expect("a profile's name"),
    })
}

pub fn approve(id: RequestId) -> Command {
    Command::Request(RequestCommand::Approve {
        id,
        choices: Choices::default(),
        beyond_ceiling: false,
        consent: None,
    })
}

/// Submits and approves in one.
pub fn issue(csr: &[u8], authority: AuthorityId, profile: &str) -> Command {
    Command::Request(RequestCommand::Issue {
        csr: csr.to_vec(),
        authority,
        profile: profile.parse().expect("a profile's name"),
        choices: Choices::default(),
    })
}

/// A request for these names, DER, with a P-256 key that is thrown away.
pub fn csr(names: &[&str]) -> Vec<u8> {
    csr_of(names, |_| ())
}

/// The same, after `change` has had its way with what is asked.
pub fn csr_of(names: &[&str], change: impl FnOnce(&mut rcgen::CertificateParams)) -> Vec<u8> {
    let key = rcgen::KeyPair::generate().expect("a key");
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names.clone()).expect("names");
    params.distinguished_name = rcgen::DistinguishedName::new();
    if let Some(first) = names.first() {
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, first);
    }
    change(&mut params);
    let request = params.serialize_request(&key).expect("a request");
    request.der().to_vec()
}

/// Every file of a data folder, into an empty one.
pub fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a file");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

/// Stands still until it is set; begins on 2026-11-22.
pub struct SetClock(AtomicI64);

impl SetClock {
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::Relaxed);
    }

    pub fn advance_days(&self, days: i64) {
        self.set(self.now().plus_days(days));
    }
}

impl Default for SetClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_795_305_600_000))
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

const PASSPHRASE: &str = "correct horse battery staple";

/// Waits for what the engine does by itself.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it never came to this: {what}");
}

//! What was acknowledged is there for ever, whatever happens to the disk or the process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command as Process, Stdio};

use chancery_engine::api::{
    AuthorityId, CertificateFact, CertificateId, CertificateStatus, Command, Ending, Fact,
    FindCertificate, Kind, ListAudit, ListAuthorities, Notice, Report, RequestFact, RequestId,
    Revision, ShowCertificate, VaultCommand,
};
use chancery_engine::{Home, Ticket};
use spec::{World, copy_folder, csr, done, issue, issued, submit};
use tempfile::TempDir;

#[test]
fn whoever_opens_a_folder_in_use_is_told_by_which_process() {
    let folder = tempfile::tempdir().unwrap();
    let _first = World::at(folder.path());
    let report = refused_at(folder.path());
    assert_eq!(
        (report.code.as_ref(), report.kind),
        ("store.in-use", Kind::InUse)
    );
    let process = std::process::id().to_string();
    assert!(report.what.contains(&process), "{}", report.what);
}

#[test]
fn what_was_acknowledged_survives_reopening() {
    let (folder, world, ca) = on_disk();
    let request = world.submitted(&csr(&["a.example.internal"]), ca, "server");
    let (fact, at) = world.done(issue(&csr(&["b.example.internal"]), ca, "server"));
    let before = (world.audit(), world.requests().value, world.authorities());
    drop(world);
    let world = World::at(folder.path());
    assert!(at <= world.inventory().at);
    assert_eq!(requests(&world), [request]);
    assert_eq!(certificates(&world, ca).0, [issued(fact)]);
    let after = (world.audit(), world.requests().value, world.authorities());
    assert_eq!(after, before);
}

#[test]
fn revisions_only_grow_also_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut revisions: Vec<Revision> = Vec::new();
    for _ in 0..3 {
        let world = World::at(folder.path());
        revisions.push(world.done(Command::Vault(VaultCommand::Lock)).1);
        revisions.push(world.done(Command::Vault(VaultCommand::Lock)).1);
    }
    assert!(revisions.is_sorted_by(|a, b| a < b), "{revisions:?}");
}

#[test]
fn each_sync_may_fail_and_every_answer_is_still_true() {
    let template = Template::make();
    let runs = until_untouched(|run| template.fly(|world| world.disk.fail_a_sync_after(run)));
    // Intent and record at least, and each is synced twice.
    assert!(4 <= runs, "only {runs} syncs were tried");
}

#[test]
fn the_disk_may_be_full_at_each_write_and_every_answer_is_still_true() {
    let template = Template::make();
    let runs = until_untouched(|run| template.fly(|world| world.disk.be_full_after(run)));
    assert!(4 <= runs, "only {runs} writes were tried");
}

#[test]
fn a_full_disk_is_called_a_full_disk() {
    let (_folder, world, ca) = on_disk();
    world.disk.be_full_after(0);
    let report = world.refused(submit(&csr(&["a.example.internal"]), ca, "server"));
    assert_eq!(report.code, "store.disk-full");
    world.done(submit(&csr(&["a.example.internal"]), ca, "server"));
}

#[test]
fn killed_at_any_sync_the_store_has_all_that_was_acknowledged() {
    let template = Template::make();
    let runs = until_untouched(|run| template.be_killed(run));
    // Intent and record at least, and each is synced twice.
    assert!(4 <= runs, "only {runs} moments were tried");
}

#[test]
fn a_disk_that_stays_broken_stops_the_store_which_says_so() {
    let (folder, world, ca) = on_disk();
    let kept = world.submitted(&csr(&["a.example.internal"]), ca, "server");
    let news = world.client.news(|| ());
    world.disk.break_for_good_after(0);
    for code in ["store.unknown", "store.failed", "store.failed"] {
        let report = world.refused(submit(&csr(&["b.example.internal"]), ca, "server"));
        assert_eq!(report.code, code);
    }
    let stopped = |notice: Notice| matches!(notice, Notice::Stopped(_));
    assert_eq!(news.drain().filter(|it| stopped(it.clone())).count(), 1);
    drop(world);
    let world = World::at(folder.path());
    assert_eq!(requests(&world), [kept]);
    assert_faultless(&world);
}

#[test]
fn a_refused_command_does_not_fail_its_neighbours_in_the_same_commit() {
    let (_folder, world, ca) = on_disk();
    let csr = csr(&["a.example.internal"]);
    world.disk.hold_after(0);
    let first = world.send(submit(&csr, ca, "server"));
    world.disk.wait_until_holding();
    // What is sent now piles up behind the first. Only the writer can see that two of these names
    // are one.
    let tickets: Vec<Ticket> = ["www", " www", "www "]
        .into_iter()
        .flat_map(|name| {
            [
                world.send(generate(name)),
                world.send(submit(&csr, ca, "server")),
            ]
        })
        .collect();
    world.disk.release();
    done(first.wait());
    let endings: Vec<_> = tickets.into_iter().map(Ticket::wait).collect();
    let failed: Vec<_> = endings
        .iter()
        .filter(|ending| !matches!(ending, Ending::Done { .. }))
        .collect();
    assert_eq!(failed.len(), 2, "{endings:?}");
    for ending in failed {
        assert!(matches!(ending, Ending::Failed(it) if it.code == "key.name-taken"));
    }
    assert_eq!(world.requests().value.total, 4);
    assert_faultless(&world);
}

#[test]
fn a_signature_that_was_not_recorded_is_shown_as_possibly_issued() {
    let (folder, world, ca) = on_disk();
    let csr = csr(&["www.example.internal"]);
    let commit = world.disk.syncs_of(|| {
        world.done(submit(&csr, ca, "server"));
    });
    world.disk.fail_a_sync_after(commit);
    world.refused(issue(&csr, ca, "server"));
    drop(world);
    let world = World::at(folder.path());
    let (certain, possible) = certificates(&world, ca);
    assert_eq!((certain.len(), possible.len()), (0, 1));
    assert_possibly_issued(&world, possible[0]);
    world.unlock();
    world.done(issue(&csr, ca, "server"));
    assert_eq!(certificates(&world, ca).1, possible);
}

#[test]
fn a_process_killed_between_intent_and_record_leaves_a_possibly_issued_certificate() {
    let (folder, world, ca) = on_disk();
    let csr = csr(&["www.example.internal"]);
    let commit = world.disk.syncs_of(|| {
        world.done(submit(&csr, ca, "server"));
    });
    world.disk.hold_after(commit);
    let ticket = world.send(issue(&csr, ca, "server"));
    world.disk.wait_until_holding();
    let left = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), left.path());
    world.disk.release();
    done(ticket.wait());
    let after = World::at(left.path());
    let (certain, possible) = certificates(&after, ca);
    assert_eq!((certain.len(), possible.len()), (0, 1));
    assert_possibly_issued(&after, possible[0]);
    assert_faultless(&after);
    assert_eq!(certificates(&world, ca).1, []);
}

/// The acknowledgements are kept by another process than the one that is killed.
#[test]
fn a_killed_process_has_kept_whatever_it_acknowledged() {
    let (folder, world, _) = on_disk();
    drop(world);
    let mut process = Process::new(std::env::current_exe().unwrap())
        .args([VICTIM, "--exact", "--nocapture"])
        .env(VICTIMS_FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut acknowledged: Vec<RequestId> = Vec::new();
    for line in lines.map_while(Result::ok) {
        // The last line may be cut: it was never heard whole.
        let id = line
            .split_once(ACKNOWLEDGED)
            .map(|(_, id)| id.parse::<RequestId>().ok());
        acknowledged.extend(id.flatten());
        if acknowledged.len() == 50 {
            process.kill().unwrap();
        }
    }
    process.wait().unwrap();
    assert!(50 <= acknowledged.len(), "{}", acknowledged.len());
    let world = World::at(folder.path());
    let there = requests(&world);
    for id in acknowledged {
        assert!(there.contains(&id), "{id}");
    }
    assert_faultless(&world);
}

/// The process of the test above; does nothing unless that one has started it.
#[test]
fn submits_until_it_is_killed() {
    let Some(folder) = std::env::var_os(VICTIMS_FOLDER) else {
        return;
    };
    let world = World::at(Path::new(&folder));
    let ca = world.authorities()[1].id;
    let csr = csr(&["www.example.internal"]);
    loop {
        let tickets: Vec<_> = (0..8)
            .map(|_| world.send(submit(&csr, ca, "server")))
            .collect();
        for ticket in tickets {
            if let Fact::Request(RequestFact::Submitted { id }) = done(ticket.wait()).0 {
                println!("{ACKNOWLEDGED}{id}");
            }
        }
    }
}

#[test]
fn a_file_that_is_no_store_is_named_and_left_as_it_is() {
    for content in [&b"not a store"[..], &[0; 4096], &[0xa5; 1 << 16]] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(STORE);
        std::fs::write(&file, content).unwrap();
        let report = refused_at(folder.path());
        assert_eq!(report.code, "store.damaged", "{report:?}");
        assert!(report.what.contains(STORE), "{}", report.what);
        assert!(std::fs::read(&file).unwrap() == content);
    }
}

#[test]
fn a_store_that_was_cut_is_refused_and_left_as_it_is() {
    let (folder, world, _) = on_disk();
    drop(world);
    let file = folder.path().join(STORE);
    let whole = std::fs::read(&file).unwrap();
    for keep in [1, 100, 320, 4096, 5000, whole.len() / 4, whole.len() / 2] {
        std::fs::write(&file, &whole[..keep]).unwrap();
        let report = refused_at(folder.path());
        assert_eq!(report.code, "store.damaged", "{keep} bytes: {report:?}");
        assert!(std::fs::read(&file).unwrap() == whole[..keep], "{keep}");
    }
    std::fs::write(&file, &whole).unwrap();
    World::at(folder.path());
}

#[test]
fn a_damaged_byte_never_brings_the_engine_down() {
    let (folder, world, _) = on_disk();
    drop(world);
    let whole = std::fs::read(folder.path().join(STORE)).unwrap();
    let header = (0..320).step_by(7);
    for place in header.chain((320..whole.len()).step_by(4003)) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        let left = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), left.path());
        std::fs::write(left.path().join(STORE), &bytes).unwrap();
        match World::try_open(Home::Folder(left.path().to_owned())) {
            Ok(world) => {
                // Each is answered, one way or the other.
                world.client.read(&ListAudit::default()).ok();
                world.client.read(&ListAuthorities).ok();
                world.send(Command::Vault(VaultCommand::Lock)).wait();
            }
            Err(report) => assert_eq!(report.code, "store.damaged", "byte {place}"),
        }
    }
}

#[test]
fn a_folder_that_cannot_be_had_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let (no_lock, no_store) = (folder.path().join("one"), folder.path().join("two"));
    std::fs::create_dir_all(no_lock.join("chancery.lock")).unwrap();
    std::fs::create_dir_all(no_store.join(STORE)).unwrap();
    for path in [&file, &file.join("below"), &no_lock, &no_store] {
        let report = refused_at(path);
        assert_eq!(report.code, "store.cannot-open", "{}", path.display());
        assert!(!report.why.is_empty());
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"in the way");
}

/// Not even the superuser can write there.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_only_be_read_is_refused() {
    let report = refused_at(Path::new("/proc/sys"));
    assert_eq!(report.code, "store.cannot-open");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_store_or_enter_a_folder_made_for_it() {
    use std::os::unix::fs::PermissionsExt;
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("made");
    let _world = World::at(&folder);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join(STORE)), 0o600);
}

/// A folder with an issuing authority, to begin each run with.
struct Template {
    folder: TempDir,
    ca: AuthorityId,
    csr: Vec<u8>,
}

impl Template {
    fn make() -> Self {
        let (folder, _world, ca) = on_disk();
        let csr = csr(&["www.example.internal"]);
        Self { folder, ca, csr }
    }

    fn open(&self) -> (TempDir, World) {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(self.folder.path(), folder.path());
        let world = World::at(folder.path());
        world.unlock();
        (folder, world)
    }

    fn commands(&self, world: &World) -> Vec<Ticket> {
        let submitted = (0..3).map(|_| world.send(submit(&self.csr, self.ca, "server")));
        let issued = (0..2).map(|_| world.send(issue(&self.csr, self.ca, "server")));
        submitted.chain(issued).collect()
    }

    /// Sends some commands over a disk that `breaks`, and then holds every answer against what is
    /// found afterwards. Whether anything broke.
    fn fly(&self, breaks: impl FnOnce(&World)) -> bool {
        let (folder, world) = self.open();
        breaks(&world);
        let mut told = Told::default();
        for ticket in self.commands(&world) {
            told.hear(ticket.wait());
        }
        let broke = world.disk.has_failed();
        if broke {
            let (fact, at) = world.done(submit(&self.csr, self.ca, "server"));
            told.hear(Ending::Done { fact, at });
        }
        let disk = std::sync::Arc::clone(&world.disk);
        drop(world);
        told.must_be_true_of(&World::at(folder.path()), self.ca);
        broke || disk.has_failed()
    }

    /// Takes the folder as it is at one sync; `false` where all was over before it.
    fn be_killed(&self, run: i64) -> bool {
        let (folder, world) = self.open();
        world.disk.hold_after(run);
        let mut open = self.commands(&world);
        let mut told = Told::default();
        while !world.disk.is_holding() && !open.is_empty() {
            open.retain_mut(|ticket| ticket.poll().map(|it| told.hear(it)).is_none());
            std::thread::yield_now();
        }
        open.retain_mut(|ticket| ticket.poll().map(|it| told.hear(it)).is_none());
        let killed = world.disk.is_holding();
        let left = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), left.path());
        world.disk.release();
        told.must_be_there(&World::at(left.path()), self.ca);
        killed
    }
}

/// What the senders of commands were told.
#[derive(Debug, Default)]
struct Told {
    requests: Vec<RequestId>,
    certificates: Vec<CertificateId>,
    at: Revision,
    failed: usize,
}

impl Told {
    fn hear(&mut self, ending: Ending) {
        match ending {
            Ending::Done { fact, at } => {
                self.at = self.at.max(at);
                match fact {
                    Fact::Request(RequestFact::Submitted { id }) => self.requests.push(id),
                    Fact::Certificate(CertificateFact::Issued { id, .. }) => {
                        self.certificates.push(id);
                    }
                    other => panic!("nobody asked for {other:?}"),
                }
            }
            Ending::Failed(report) => {
                assert!(
                    matches!(report.code.as_ref(), "store.failed" | "store.disk-full"),
                    "{report:?}"
                );
                self.failed += 1;
            }
            other => panic!("{other:?}"),
        }
    }

    /// What was told as done is there, and what was told as failed is not.
    fn must_be_true_of(mut self, world: &World, ca: AuthorityId) {
        let failed = self.failed;
        self.requests.sort();
        self.certificates.sort();
        let (certain, possible) = certificates(world, ca);
        assert_eq!(requests(world), self.requests);
        assert_eq!(certain, self.certificates);
        assert!(possible.len() <= failed, "{possible:?}");
        self.must_be_there(world, ca);
    }

    fn must_be_there(self, world: &World, ca: AuthorityId) {
        let (there, (certain, _)) = (requests(world), certificates(world, ca));
        assert!(
            self.requests.iter().all(|id| there.contains(id)),
            "{self:?}"
        );
        assert!(
            self.certificates.iter().all(|id| certain.contains(id)),
            "{self:?}"
        );
        assert!(self.at <= world.requests().at);
        assert_faultless(world);
    }
}

/// Counts the runs that are touched by what they suffer, later in each, until it comes too late. A
/// few more, since the commands may share more or fewer commits the next time.
fn until_untouched(mut run: impl FnMut(i64) -> bool) -> i64 {
    let (mut touched, mut untouched, mut after) = (0, 0, 0);
    while untouched < 3 {
        match run(after) {
            true => touched += 1,
            false => untouched += 1,
        }
        after += 1;
    }
    touched
}

pub(crate) fn assert_faultless(world: &World) {
    let found = world.verified();
    assert_eq!(found.faults, Vec::<String>::new());
    assert!(found.complete_to + 1 >= world.audit_state().entries);
}

pub(crate) fn assert_possibly_issued(world: &World, id: CertificateId) {
    let health = world.health();
    assert_eq!(health.possibly_issued, 1);
    assert!(!health.warnings.is_empty());
    let found = world.client.read(&FindCertificate(id.to_string()));
    assert_eq!(*found.unwrap().value, id);
    let shown = world.client.read(&ShowCertificate(id));
    assert!(matches!(shown, Err(report) if report.code == "certificate.only-intended"));
}

/// Every request, oldest first.
pub(crate) fn requests(world: &World) -> Vec<RequestId> {
    let mut ids: Vec<_> = world.requests().value.rows.iter().map(|it| it.id).collect();
    ids.sort();
    ids
}

/// What this authority has issued, and what it may have issued.
pub(crate) fn certificates(
    world: &World,
    ca: AuthorityId,
) -> (Vec<CertificateId>, Vec<CertificateId>) {
    let all = world.inventory().value;
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for row in all.rows.iter().filter(|row| row.issuer == ca) {
        match row.status {
            CertificateStatus::PossiblyIssued => possible.push(row.id),
            _ => certain.push(row.id),
        }
    }
    certain.sort();
    possible.sort();
    (certain, possible)
}

pub(crate) fn generate(name: &str) -> Command {
    Command::Key(chancery_engine::api::KeyCommand::Generate {
        name: name.to_owned(),
        key_type: chancery_engine::api::KeyType::P256,
    })
}

pub(crate) fn on_disk() -> (TempDir, World, AuthorityId) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let ca = world.make_authorities();
    (folder, world, ca)
}

fn refused_at(folder: &Path) -> Report {
    match World::try_open(Home::Folder(folder.to_owned())) {
        Err(report) => report,
        Ok(_) => panic!("{} was opened", folder.display()),
    }
}

pub(crate) const STORE: &str = "chancery.redb";

pub(crate) const VAULT: &str = "vault.chancery";

const VICTIM: &str = "store::submits_until_it_is_killed";

const VICTIMS_FOLDER: &str = "CHANCERY_SPEC_FOLDER";

const ACKNOWLEDGED: &str = "acknowledged ";

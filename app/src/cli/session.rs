//! One run of the command line: its engine, opened when first needed, and its passphrase, asked
//! for at most once.

use std::cell::{Cell, OnceCell};
use std::io::{IsTerminal, Write, stderr, stdin};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use chancery_engine::api::{
    Actor, AuditStateQuestion, AuthorityId, Clock, Command, Consent, Custody, Ending, Fact, Grant,
    JobId, JobState, ListJobs, ListProfiles, Opener, Page, ProfileName, RecoveryCode, Report,
    Secret, ShowAuthority, SlotId, SlotKind, Step, SystemClock, VaultCommand, VaultFact,
    VaultState, VaultStatus, VaultStatusQuestion,
};
use chancery_engine::{Answer, Client, Home, News, Settings, start};

use super::passphrase::Source;
use super::recovery::{self, Place};
use super::vault::added;
use super::{CliError, Talk, files};
use crate::args::{Globals, UnlockWith};

/// Opens, asks, sends and waits, in the name of the person who typed.
pub(crate) struct Session {
    folder: Option<PathBuf>,
    actor: Actor,
    machine: String,
    source: Source,
    unlock_with: Option<UnlockWith>,
    pub(crate) talk: Talk,
    client: OnceCell<Client>,
    passphrase: OnceCell<Secret<String>>,
    /// The recovery code, where it opens the vault in the passphrase's place.
    code: OnceCell<Secret<String>>,
    /// Whether this run makes the vault, and with it all that is in the folder.
    founding: Cell<bool>,
    unlocked: Cell<bool>,
}

impl Session {
    pub(crate) fn new(
        folder: Option<PathBuf>,
        actor: Actor,
        machine: String,
        globals: Globals,
    ) -> Self {
        let file = globals.passphrase_file;
        Self {
            folder,
            actor,
            machine,
            source: file.map_or(Source::Terminal, Source::File),
            unlock_with: globals.unlock_with,
            talk: Talk::new(globals.json),
            client: OnceCell::new(),
            passphrase: OnceCell::new(),
            code: OnceCell::new(),
            founding: Cell::new(false),
            unlocked: Cell::new(false),
        }
    }

    pub(crate) fn folder(&self) -> Result<&Path, Report> {
        let folder = self.folder.as_deref();
        folder.ok_or_else(|| CliError::NoDataFolder.into())
    }

    /// How this machine is called.
    pub(crate) fn machine(&self) -> &str {
        &self.machine
    }

    /// Makes the data folder where there is none, for the vault that comes next.
    pub(crate) fn found(&self) -> Result<(), Report> {
        self.founding.set(true);
        Ok(files::make_private_folder(self.folder()?)?)
    }

    /// The answer as of now.
    pub(crate) fn ask<Q: Answer>(&self, question: &Q) -> Result<Q::Answer, Report>
    where
        Q::Answer: Clone,
    {
        let answered = self.client()?.read(question)?;
        Ok(Q::Answer::clone(&answered.value))
    }

    /// Every row that `question` has from its first one on, read page by page; at most `limit`
    /// of them unless that is 0. Also says how many there are.
    pub(crate) fn pages<Q, R>(
        &self,
        limit: u64,
        question: impl Fn(u64, u16) -> Q,
    ) -> Result<(u64, Vec<R>), Report>
    where
        Q: Answer<Answer = Page<R>>,
        R: Clone,
    {
        let mut all = Vec::new();
        loop {
            let have = u64::try_from(all.len()).unwrap_or(u64::MAX);
            let wanted = match limit {
                0 => PAGE,
                limit => PAGE.min(limit.saturating_sub(have)),
            };
            let rows = u16::try_from(wanted).unwrap_or(u16::MAX);
            let page = self.ask(&question(have, rows))?;
            let last = page.rows.is_empty();
            all.extend(page.rows);
            let have = u64::try_from(all.len()).unwrap_or(u64::MAX);
            if last || have >= page.total || have == limit {
                return Ok((page.total, all));
            }
        }
    }

    /// Says so where a list is not told to its end.
    pub(crate) fn tell_rest(&self, told: usize, total: u64) {
        if u64::try_from(told).is_ok_and(|told| told < total) {
            let text = format!("{told} of {total}; --limit 0 lists all");
            self.talk.note(&text);
        }
    }

    /// Sends the command, waits for its end, and takes what is wanted from the fact. A command
    /// may hold a secret and has no copy, so that it is made anew for every attempt.
    pub(crate) fn carry_out<T>(
        &self,
        command: impl Fn() -> Result<Command, Report>,
        wanted: impl FnOnce(Fact) -> Option<T>,
    ) -> Result<T, Report> {
        match self.send(command)? {
            Ending::Done { fact, .. } => Ok(wanted(fact).ok_or(CliError::Misunderstood)?),
            other => Err(refused(other)),
        }
    }

    /// Sends the command and waits until the job that it begins has ended well.
    pub(crate) fn carry_out_as_job(
        &self,
        command: impl Fn() -> Result<Command, Report>,
    ) -> Result<(), Report> {
        match self.send(command)? {
            Ending::Done { .. } => Ok(()),
            Ending::Started(job) => self.follow(job),
            other => Err(refused(other)),
        }
    }

    /// Sends the command and gives back the job that it begins.
    pub(crate) fn begin(
        &self,
        command: impl Fn() -> Result<Command, Report>,
    ) -> Result<JobId, Report> {
        match self.send(command)? {
            Ending::Started(job) => Ok(job),
            other => Err(refused(other)),
        }
    }

    /// What happens from now on; `wake` is called when there is something to hear.
    pub(crate) fn news(&self, wake: impl Fn() + Send + Sync + 'static) -> Result<News, Report> {
        Ok(self.client()?.news(wake))
    }

    /// Makes a vault that a new passphrase opens, which this run then knows, and a recovery code if
    /// there is a place for it.
    pub(crate) fn create_vault(&self, recovery: Option<&Place>) -> Result<String, Report> {
        self.keep(self.source.fresh(self.talk)?);
        // A vault that is there, or what is left of one, is refused by the command itself.
        let status = self.ask(&VaultStatusQuestion);
        if status.is_ok_and(|status| status.state == VaultState::Absent) {
            self.talk
                .note("Making the vault: its key takes some seconds to derive.");
        }
        let create = || {
            let passphrase = self.copy_of_passphrase()?;
            Ok(Command::Vault(VaultCommand::Create {
                passphrase,
                recovery: None,
            }))
        };
        let id = self.carry_out(create, |fact| match fact {
            Fact::Vault(VaultFact::Created { id }) => Some(id),
            _ => None,
        })?;
        self.unlocked.set(true);
        if let Some(place) = recovery {
            self.add_recovery(place)?;
        }
        Ok(id)
    }

    /// Makes a recovery code, has it written down, and only then lets it open the vault.
    pub(crate) fn add_recovery(&self, place: &Place) -> Result<SlotId, Report> {
        let vault = self.ask(&VaultStatusQuestion)?.id.unwrap_or_default();
        let code = RecoveryCode::new()?;
        let kit = recovery::kit(&code, vault, &self.machine, self.folder()?);
        place.keep(&kit, self.talk)?;
        let add = || {
            let (passphrase, code) = (self.copy_of_consent()?, code.to_secret());
            Ok(Command::Vault(VaultCommand::AddRecoverySlot {
                passphrase,
                code,
            }))
        };
        self.carry_out(add, added).inspect_err(|_| place.discard())
    }

    /// What a re-keying left to know, each as a warning.
    pub(crate) fn warn_of(&self, remarks: &[String]) {
        remarks.iter().for_each(|remark| self.talk.warning(remark));
    }

    /// Whether a new passphrase can be had, said before anything is asked for: a file that is named
    /// for the old one does not hold the new one.
    pub(crate) fn require_other_passphrase(&self, file: Option<&Path>) -> Result<(), Report> {
        match (file, &self.source) {
            (None, Source::File(_)) => Err(CliError::NoNewPassphrase.into()),
            _ => Ok(()),
        }
    }

    /// A passphrase that opens nothing yet, in place of the one that this vault has: from `file`, or
    /// typed.
    pub(crate) fn other_passphrase(&self, file: Option<&Path>) -> Result<Secret<String>, Report> {
        self.require_other_passphrase(file)?;
        let source = file.map_or(Source::Terminal, |file| Source::File(file.to_owned()));
        Ok(source.fresh(self.talk)?)
    }

    /// Opens the vault, unless this run has. By the passphrase, asked for where it is not known,
    /// unless the words say otherwise or the operating system's store can.
    pub(crate) fn unlock(&self) -> Result<(), Report> {
        self.unlock_accepting(false)
    }

    /// The same, taking an older copy of the vault on purpose.
    pub(crate) fn unlock_accepting(&self, accept_older: bool) -> Result<(), Report> {
        if self.unlocked.get() {
            return Ok(());
        }
        let status = self.require_vault()?;
        let by_store = || self.open(accept_older, || Ok(Opener::OsStore));
        match self.unlock_with {
            Some(UnlockWith::OsStore) => by_store(),
            Some(UnlockWith::Recovery) => self.open_by_code(accept_older),
            None if self.is_silent() && status.has(SlotKind::OsStore) => match by_store() {
                Err(report) if report.code != OLDER && stdin().is_terminal() => {
                    self.talk.note(&format!("{}.", report.what));
                    self.open_typed(accept_older)
                }
                other => other,
            },
            None | Some(UnlockWith::Passphrase) => self.open_typed(accept_older),
        }
    }

    /// Whether there is a way to open the vault: by what the words name, by the operating system's
    /// store, or by somebody who can be asked.
    pub(crate) fn can_unlock(&self) -> Result<bool, Report> {
        let status = self.require_vault()?;
        let silently = !self.is_silent() || status.has(SlotKind::OsStore);
        Ok(silently || self.unlock_with.is_some() || stdin().is_terminal())
    }

    /// By what stands for a person in any case, for what needs it anyhow.
    pub(crate) fn unlock_typed(&self) -> Result<(), Report> {
        if self.unlocked.get() {
            return Ok(());
        }
        self.require_vault()?;
        match self.unlock_with {
            Some(UnlockWith::Recovery) => self.open_by_code(false),
            _ => self.open_typed(false),
        }
    }

    /// By a code that is given for this alone.
    pub(crate) fn unlock_by(&self, code: &Secret<String>) -> Result<(), Report> {
        self.require_vault()?;
        self.open(false, || Ok(Opener::Recovery(again(code))))
    }

    fn open_by_code(&self, accept_older: bool) -> Result<(), Report> {
        self.open(accept_older, || Ok(Opener::Recovery(self.copy_of_code()?)))
    }

    fn open_typed(&self, accept_older: bool) -> Result<(), Report> {
        let typed = || Ok(Opener::Passphrase(self.copy_of_passphrase()?));
        self.open(accept_older, typed)
    }

    fn open(
        &self,
        accept_older: bool,
        with: impl Fn() -> Result<Opener, Report>,
    ) -> Result<(), Report> {
        let unlock = || {
            let with = with()?;
            Ok(Command::Vault(VaultCommand::Unlock { with, accept_older }))
        };
        self.carry_out(unlock, |_| Some(()))?;
        self.unlocked.set(true);
        if let Some(what) = self.ask(&AuditStateQuestion)?.rolled_back {
            self.talk.warning(&what);
        }
        Ok(())
    }

    /// What opens a vault that is elsewhere, such as in a backup: the recovery code where the words
    /// say so, else the passphrase. What the operating system's store holds is of this machine.
    pub(crate) fn opener(&self) -> Result<Opener, Report> {
        match self.unlock_with {
            Some(UnlockWith::Recovery) => Ok(Opener::Recovery(self.copy_of_code()?)),
            _ => Ok(Opener::Passphrase(self.copy_of_passphrase()?)),
        }
    }

    /// Whether nobody has given a passphrase, or named a file that holds it.
    fn is_silent(&self) -> bool {
        matches!(self.source, Source::Terminal) && self.passphrase.get().is_none()
    }

    /// Whether the passphrase is known, or named with the words so that nobody is asked for it.
    pub(crate) fn knows_passphrase(&self) -> bool {
        let recovery = self.unlock_with == Some(UnlockWith::Recovery);
        !self.is_silent() && !recovery
    }

    /// What stands for a person, as it goes with a command; `confirmed` is what `--confirm` said.
    pub(crate) fn consent(&self, confirmed: Option<&str>) -> Result<Consent, Report> {
        Ok(Consent {
            passphrase: self.copy_of_consent()?,
            given: self.source.given(confirmed),
        })
    }

    /// Opens the vault, and says whether consent has to go along because the authority's key does
    /// not sign this profile alone. What it will sign is said before the passphrase is asked for.
    pub(crate) fn prepare_to_sign(
        &self,
        authority: AuthorityId,
        profile: &ProfileName,
        what: &str,
    ) -> Result<bool, Report> {
        let profiles = self.ask(&ListProfiles)?;
        let row = profiles.iter().find(|row| row.name == *profile);
        let acts_for_authority = row.is_some_and(|row| row.acts_for_authority);
        let covers = |grant: &Grant| grant.allows(profile, acts_for_authority, SystemClock.now());
        self.prepare_key(authority, covers, what)
    }

    /// The same for the list of what the authority has revoked.
    pub(crate) fn prepare_to_sign_list(&self, authority: AuthorityId) -> Result<bool, Report> {
        let covers = |grant: &Grant| grant.covers_lists(SystemClock.now());
        self.prepare_key(authority, covers, "the list of what it has revoked")
    }

    fn prepare_key(
        &self,
        authority: AuthorityId,
        covers: impl Fn(&Grant) -> bool,
        what: &str,
    ) -> Result<bool, Report> {
        let row = self.ask(&ShowAuthority(authority))?.row;
        let signs_alone = match &row.custody {
            Custody::Unattended(grant) => covers(grant),
            _ => false,
        };
        if !signs_alone {
            let name = row.name;
            self.talk.note(&format!(
                "The key of {name} signs only with the passphrase. It is to sign {what}."
            ));
        }
        self.unlock()?;
        Ok(!signs_alone)
    }

    /// The passphrase, or the recovery code where that is to open the vault.
    pub(crate) fn copy_of_consent(&self) -> Result<Secret<String>, Report> {
        match self.unlock_with {
            Some(UnlockWith::Recovery) if self.passphrase.get().is_none() => self.copy_of_code(),
            _ => self.copy_of_passphrase(),
        }
    }

    /// The vault's passphrase, asked for once in a run. No recovery code takes its place.
    pub(crate) fn copy_of_passphrase(&self) -> Result<Secret<String>, Report> {
        if let Some(known) = self.passphrase.get() {
            return Ok(again(known));
        }
        if self.unlock_with == Some(UnlockWith::Recovery) {
            return Err(CliError::NeedsPassphrase.into());
        }
        let known = self.source.known(self.talk)?;
        Ok(again(self.passphrase.get_or_init(|| known)))
    }

    /// The recovery code in the passphrase's place, asked for once in a run.
    fn copy_of_code(&self) -> Result<Secret<String>, Report> {
        if let Some(known) = self.code.get() {
            return Ok(again(known));
        }
        let code = self.source.recovery_code(self.talk)?;
        Ok(again(self.code.get_or_init(|| code)))
    }

    pub(crate) fn require_vault(&self) -> Result<VaultStatus, Report> {
        let status = self.ask(&VaultStatusQuestion)?;
        match status.state {
            VaultState::Absent => Err(CliError::NoVault(self.folder()?.to_owned()).into()),
            VaultState::Locked | VaultState::Unlocked => Ok(status),
        }
    }

    /// Whether this run has opened the vault.
    pub(crate) fn is_unlocked(&self) -> bool {
        self.unlocked.get()
    }

    /// In whose name this run acts.
    pub(crate) fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// Whether there is an installation whose audit can tell of what is done.
    pub(crate) fn has_vault(&self) -> Result<bool, Report> {
        // A folder that cannot be looked at is told when it is opened.
        let there = self.folder.as_deref().is_some_and(|folder| {
            !folder.is_dir() && folder.try_exists().unwrap_or(true) || files::holds_data(folder)
        });
        Ok(there && self.ask(&VaultStatusQuestion)?.state != VaultState::Absent)
    }

    /// Locks what this run unlocked.
    pub(crate) fn close(&self) -> Result<(), Report> {
        match self.unlocked.replace(false) {
            true => self.carry_out(|| Ok(Command::Vault(VaultCommand::Lock)), |_| Some(())),
            false => Ok(()),
        }
    }

    fn client(&self) -> Result<&Client, Report> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let folder = self.folder()?;
        match folder.try_exists() {
            // A disk that is not mounted looks like this: nothing is made by looking.
            Ok(true) if folder.is_dir() && !self.founding.get() && !files::holds_data(folder) => {
                return Err(CliError::NoVault(folder.to_owned()).into());
            }
            Ok(true) => (),
            Ok(false) => return Err(CliError::NoData(folder.to_owned()).into()),
            Err(source) => {
                let file = folder.to_owned();
                return Err(CliError::CannotRead { file, source }.into());
            }
        }
        let settings = Settings::at(Home::Folder(folder.to_owned()));
        let client = start(settings, self.actor.clone())?;
        Ok(self.client.get_or_init(|| client))
    }

    fn send(&self, command: impl Fn() -> Result<Command, Report>) -> Result<Ending, Report> {
        let client = self.client()?;
        for pause in BACK_OFF {
            match client.send(command()?) {
                Ok(ticket) => return Ok(ticket.wait()),
                Err(_) => sleep(pause),
            }
        }
        Err(CliError::Busy.into())
    }

    fn keep(&self, passphrase: Secret<String>) {
        // Set at most once in a run: nothing asks again for what is known.
        self.passphrase.set(passphrase).ok();
    }

    fn follow(&self, job: JobId) -> Result<(), Report> {
        let shown = !self.talk.is_json() && stderr().is_terminal();
        loop {
            let jobs = self.ask(&ListJobs)?;
            let row = jobs.into_iter().find(|row| row.id == job);
            let row = row.ok_or(CliError::Misunderstood)?;
            if shown {
                show_progress(&row.title, row.step);
            }
            match row.state {
                JobState::Running => sleep(GLANCE),
                JobState::Done => break,
                JobState::Failed(report) => return Err(report),
                _ => return Err(CliError::CalledOff.into()),
            }
        }
        if shown {
            writeln!(stderr()).ok();
        }
        Ok(())
    }
}

/// Why a command that did not end as it should has ended.
fn refused(ending: Ending) -> Report {
    match ending {
        Ending::Failed(report) => report,
        Ending::Parked(approval) => CliError::Parked(approval).into(),
        Ending::Cancelled => CliError::CalledOff.into(),
        Ending::Done { .. } | Ending::Started(_) => CliError::Misunderstood.into(),
    }
}

/// Commands are made anew for every attempt, and each takes a secret of its own along.
fn again(known: &Secret<String>) -> Secret<String> {
    known.expose(|known| Secret::new(known.clone()))
}

/// One line that is written over.
fn show_progress(title: &str, step: Step) {
    write!(stderr(), "\r{title}: {} of {}", step.done, step.of).ok();
}

/// The vault's refusal that a passphrase does not change.
const OLDER: &str = "vault.older-copy";
const PAGE: u64 = 10_000;
const GLANCE: Duration = Duration::from_millis(50);
const BACK_OFF: [Duration; 6] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

//! The audit: sealed, exported, followed.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Answer, Decided, Decision, Sight, key};
use crate::api::{
    AuditCommand, AuditFact, AuditFilter, AuditRow, AuditState, AuditStateQuestion, Fact, KeyId,
    KeyType, KeyUse, ListAudit, Page, Report, Secret, Timestamp,
};
use crate::audit::{self, AuditError, Checkpoint};
use crate::authority::export::{Content, ExportError, Sheet, write};
use crate::base::{Explain, Kind, Purpose, Receipt, Remedy};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::runtime::{Core, job};
use crate::store::audit::checkpoint;
use crate::store::job::Work;
use crate::store::{Change, Snapshot, StoreError};
use crate::vault::Sealed;
use crate::x509::pem;

pub(in crate::runtime) async fn decide(
    core: &Arc<Core>,
    act: &Act,
    command: AuditCommand,
) -> Result<Decided, Report> {
    let context = &core.context;
    match command {
        AuditCommand::AcceptLoss { sealed, passphrase } => {
            accept_loss(context, act, sealed, passphrase).await
        }
        AuditCommand::Checkpoint { file } => checkpoint_to(context, act, file).await,
        AuditCommand::Export { file } => export_to(context, file).await,
        AuditCommand::ExportKey { file } => export_key(context, file).await,
        AuditCommand::Verify => {
            let work = Work::VerifyAudit { state: None };
            let tasks = tokio::runtime::Handle::current();
            let id = job::begin(core, &tasks, act, work).await?;
            Ok(Decided::Started(id))
        }
    }
}

/// The key that seals, made with the vault: everyday, since sealing must not need a person.
pub(super) async fn new_key(context: &Context, act: &Act) -> Result<Decision, Report> {
    let made = key::make(context, KeyType::Ed25519).await?;
    let puts = made.rows(KEY_NAME, KeyUse::Audit, act.at);
    Ok(Decision {
        puts,
        ..Decision::of(Fact::Vault(crate::api::VaultFact::Unlocked))
    })
}

pub(super) fn audit_key(store: &Snapshot) -> Result<KeyId, Report> {
    let found = crate::store::key::holder_of(store, KEY_NAME)?;
    found.ok_or_else(|| NoKey.into())
}

/// Signs the present end of the chain, writes the checkpoint, and lets the vault remember it.
pub(super) async fn seal(context: &Context, act: &Act) -> Result<(u64, String), Report> {
    context.running.past_return(act.cause).await;
    if let Some(why) = rolled_back(&context.snapshot()?, context)? {
        let refused = "the audit is not sealed";
        return Err(RolledBack { refused, why }.into());
    }
    seal_as_it_is(context, act).await
}

async fn seal_as_it_is(context: &Context, act: &Act) -> Result<(u64, String), Report> {
    let store = context.snapshot()?;
    let entries = store.audit_entries()?;
    let last = store.audit_entry(entries)?.ok_or(AuditError::Empty)?;
    let key = audit_key(&store)?;
    let unsigned = Checkpoint {
        store: store_name(context)?,
        sequence: last.sequence,
        link: last.link,
        at: context.clock.now(),
    };
    let (sealed, vault) = (unsigned.clone(), Arc::clone(&context.vault));
    let (text, receipt) = context
        .compute
        .run(move || -> Result<(String, Option<Receipt>), Report> {
            let spki = vault.public_key(key)?;
            let mut receipt = None;
            let text = sealed.seal(&spki, |message| -> Result<Vec<u8>, Report> {
                let (signature, used) = vault.sign(key, Purpose::Checkpoint, message, None)?;
                receipt = Some(used);
                Ok(signature)
            })?;
            Ok((text, receipt))
        })
        .await??;
    let mut change = Change::of(
        vec![checkpoint(unsigned.sequence, text.clone())],
        vec![act.done(None, &format!("sealed up to entry {}", unsigned.sequence))],
    );
    change.receipts.extend(receipt);
    context.store.commit(change).await?;
    let (vault, link) = (Arc::clone(&context.vault), unsigned.link);
    let sequence = unsigned.sequence;
    let remember = move || vault.set_last_sealed(Sealed { sequence, link });
    context.compute.run(remember).await??;
    Ok((sequence, text))
}

/// The vault forgets what it has seen, after the audit says so.
async fn accept_loss(
    context: &Context,
    act: &Act,
    named: u64,
    passphrase: Secret<String>,
) -> Result<Decided, Report> {
    let why = rolled_back(&context.snapshot()?, context)?;
    let seen = context.vault.last_sealed()?.map(|sealed| sealed.sequence);
    let (Some(_), Some(before)) = (why, seen) else {
        return Err(LossError::NothingLost.into());
    };
    if before != named {
        return Err(LossError::OtherEntry { named, before }.into());
    }
    let vault = Arc::clone(&context.vault);
    let prove = move || vault.check(Some(&passphrase), None);
    context.compute.run(prove).await??;
    let (sealed, _) = seal_as_it_is(context, act).await?;
    let fact = AuditFact::LossAccepted { before, sealed };
    Ok(Decision {
        details: format!("sealed up to entry {sealed} as it is"),
        ..Decision::of(Fact::Audit(fact))
    }
    .into())
}

async fn checkpoint_to(
    context: &Context,
    act: &Act,
    file: Option<PathBuf>,
) -> Result<Decided, Report> {
    let (sequence, text) = seal(context, act).await?;
    if let Some(file) = &file {
        let (file, text) = (file.clone(), text.into_bytes());
        context.files.run(move || write_one(&file, text)).await??;
    }
    Ok(Decision::of(Fact::Audit(AuditFact::Sealed { sequence, file })).into())
}

async fn export_to(context: &Context, file: PathBuf) -> Result<Decided, Report> {
    let (store, name) = (context.snapshot()?, store_name(context)?);
    let path = file.clone();
    let entries = context
        .files
        .run(move || export_entries(&store, &name, &path))
        .await??;
    let fact = AuditFact::Exported { file, entries };
    Ok(Decision::of(Fact::Audit(fact)).into())
}

/// Beside its place and then moved there, so that a failure leaves the last export as it was; a
/// pipe or a device is written to as it is.
fn export_entries(store: &Snapshot, name: &str, path: &Path) -> Result<u64, Report> {
    let is_other = fs::metadata(path).is_ok_and(|found| !found.is_file());
    let beside = match path.file_name() {
        Some(own) if !is_other => path.with_file_name(format!(".{}.part", own.to_string_lossy())),
        _ => path.to_owned(),
    };
    let at = |error| ExportError::at(path, error);
    let written = || -> Result<u64, Report> {
        let mut out = BufWriter::new(File::create(&beside).map_err(at)?);
        let entries = audit::write(store, name, &mut out)?;
        let file = out.into_inner().map_err(|error| at(error.into_error()))?;
        if !is_other {
            file.sync_all().map_err(at)?;
            fs::rename(&beside, path).map_err(at)?;
        }
        Ok(entries)
    };
    let written = written();
    if written.is_err() && !is_other {
        // What failed is the news; a part left behind is harmless.
        fs::remove_file(&beside).ok();
    }
    written
}

async fn export_key(context: &Context, file: PathBuf) -> Result<Decided, Report> {
    let (_, spki) = who_seals(context)?;
    let (text, path) = (pem::encode("PUBLIC KEY", &spki), file.clone());
    context
        .files
        .run(move || write_one(&path, text.into_bytes()))
        .await??;
    Ok(Decision::of(Fact::Audit(AuditFact::KeyExported { file })).into())
}

fn write_one(file: &Path, bytes: Vec<u8>) -> Result<(), Report> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let sheet = Sheet {
        path: file.file_name().unwrap_or_default().into(),
        content: Content::Plain(bytes),
    };
    write(folder, &[sheet])?;
    Ok(())
}

/// The vault's id names the store too: they belong together.
fn store_name(context: &Context) -> Result<String, Report> {
    let overview = context.vault.overview()?;
    Ok(overview.map_or(String::new(), |overview| overview.id.to_string()))
}

/// Whose checkpoints count: the name of this store, and the public key that seals it.
pub(in crate::runtime) fn who_seals(context: &Context) -> Result<(String, Vec<u8>), Report> {
    let key = audit_key(&context.snapshot()?)?;
    let spki = crate::store::key::get(&context.snapshot()?, key)?.map(|record| record.spki);
    let spki = spki.and_then(|hex| crate::base::unhex(&hex)).ok_or(NoKey)?;
    Ok((store_name(context)?, spki))
}

/// What is wrong where the vault has seen more of the audit than the store holds (rule 26).
pub(super) fn rolled_back(store: &Snapshot, context: &Context) -> Result<Option<String>, Report> {
    let has_vault = context.vault.overview()?.is_some();
    if has_vault && crate::store::key::holder_of(store, KEY_NAME)?.is_none() {
        return Ok(Some(
            "the store knows nothing of the vault beside it: it was lost, or replaced by another; put \
             the right one back, or restore both from one backup"
                .to_owned(),
        ));
    }
    lacks_sealed(store, context)
}

/// No authority signs while the store is older than the vault has seen it: what it issued and
/// revoked since then is not in it.
pub(super) fn require_whole(context: &Context) -> Result<(), Report> {
    match lacks_sealed(&context.snapshot()?, context)? {
        Some(why) => {
            let refused = "no authority signs";
            Err(RolledBack { refused, why }.into())
        }
        None => Ok(()),
    }
}

/// Whether the vault was made elsewhere: no store begins otherwise than with it, but for what was
/// refused before.
pub(super) fn is_begun_anew(store: &Snapshot) -> Result<bool, Report> {
    for entry in store.audit_from(1, BEGINNING)? {
        let row = entry.row()?;
        if row.action == "vault.create" && row.outcome == "done" {
            return Ok(false);
        }
    }
    Ok(true)
}

fn lacks_sealed(store: &Snapshot, context: &Context) -> Result<Option<String>, Report> {
    let Some(sealed) = context.vault.last_sealed()? else {
        return Ok(None);
    };
    let found = store.audit_entry(sealed.sequence)?;
    Ok(match found {
        Some(entry) if entry.link == sealed.link => None,
        _ if is_begun_anew(store)? => Some(format!(
            "the store of this vault is not beside it, and what is here was begun anew: the vault has \
             seen the audit sealed up to entry {}; put the store back, or restore both from one backup",
            sealed.sequence
        )),
        Some(_) => Some(format!(
            "entry {} of the audit is not the one the vault has seen sealed: the store was \
             replaced or rewritten; put the right one back, or restore both from one backup",
            sealed.sequence
        )),
        None => Some(format!(
            "the vault has seen the audit sealed up to entry {}, but the store ends before it: an \
             older store was put back; put the newest one back, or restore both from one backup",
            sealed.sequence
        )),
    })
}

impl Answer for ListAudit {
    fn answer(&self, sight: &Sight<'_>) -> Result<Page<AuditRow>, Report> {
        let wanted = self.filter.text.to_lowercase();
        let (mut total, mut rows) = (0, Vec::new());
        let unfiltered = self.filter == AuditFilter::default();
        sight
            .store
            .audit_backwards(|entry| -> Result<bool, StoreError> {
                let here = total >= self.first && rows.len() < usize::from(self.rows);
                if unfiltered && !here && total >= self.first {
                    return Ok(false);
                }
                if unfiltered && !here {
                    total += 1;
                    return Ok(true);
                }
                let row = entry.row()?;
                if matches(&row, &wanted, &self.filter.outcome) {
                    total += 1;
                    if here {
                        rows.push(row);
                    }
                }
                Ok(true)
            })?;
        if unfiltered {
            total = sight.store.audit_entries()?;
        }
        Ok(Page {
            total,
            first: self.first,
            rows,
        })
    }
}

fn matches(row: &AuditRow, text: &str, outcome: &str) -> bool {
    let resource = row.resource.as_ref();
    let contains = |part: &str| part.to_lowercase().contains(text);
    (outcome.is_empty() || row.outcome == outcome)
        && (text.is_empty()
            || contains(&row.actor.to_string())
            || contains(&row.action)
            || contains(&row.details)
            || resource.is_some_and(|it| contains(&it.kind) || contains(&it.id)))
}

impl Answer for AuditStateQuestion {
    fn answer(&self, sight: &Sight<'_>) -> Result<AuditState, Report> {
        let last = sight.store.checkpoints()?.pop();
        let sealed_at: Option<Timestamp> = match &last {
            Some((sequence, _)) => {
                let entry = sight.store.audit_entry(*sequence)?;
                entry
                    .map(|entry| entry.row())
                    .transpose()?
                    .map(|row| row.at)
            }
            None => None,
        };
        let verification = sight.store.last_verification()?;
        Ok(AuditState {
            entries: sight.store.audit_entries()?,
            sealed_to: last.map(|(sequence, _)| sequence),
            sealed_at,
            last_verification: verification.map(|record| (record.at, record.found)),
            rolled_back: rolled_back(&sight.store, sight.context)?,
            vault_sealed_to: sight.context.vault.last_sealed()?.map(|it| it.sequence),
        })
    }
}

/// Sealing what is there would have the vault forget what it has seen.
#[derive(Debug)]
struct RolledBack {
    refused: &'static str,
    why: String,
}

impl std::fmt::Display for RolledBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.refused, self.why)
    }
}

impl std::error::Error for RolledBack {}

impl Explain for RolledBack {
    fn code(&self) -> &'static str {
        "audit.rolled-back"
    }

    fn kind(&self) -> Kind {
        Kind::Refused
    }

    fn remedy(&self) -> Remedy {
        Remedy::typed(
            "Put back the newest chancery.redb, or restore vault and store together from one \
             backup; where there is neither, go on without what is lost",
            [
                "chancery backup restore FILE",
                "chancery audit accept-loss --entry N",
            ],
        )
    }
}

/// Nobody accepts what is not so, or what they were not told.
#[derive(Debug)]
enum LossError {
    NothingLost,
    OtherEntry { named: u64, before: u64 },
}

impl std::fmt::Display for LossError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NothingLost => {
                f.write_str("the store holds everything that the vault has seen sealed")
            }
            Self::OtherEntry { named, before } => write!(
                f,
                "the vault has seen the audit sealed up to entry {before}, not {named}"
            ),
        }
    }
}

impl std::error::Error for LossError {}

impl Explain for LossError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingLost => "audit.nothing-lost",
            Self::OtherEntry { .. } => "audit.other-entry",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Refused
    }

    fn remedy(&self) -> Remedy {
        match self {
            Self::NothingLost => Remedy::Do("There is nothing to accept".to_owned()),
            Self::OtherEntry { .. } => Remedy::typed(
                "Verify the audit to see what is missing, and name that entry",
                ["chancery audit verify"],
            ),
        }
    }
}

/// There is no vault yet, and so no key to seal with.
#[derive(Debug)]
struct NoKey;

impl std::fmt::Display for NoKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no key yet that seals the audit")
    }
}

impl std::error::Error for NoKey {}

impl Explain for NoKey {
    fn code(&self) -> &'static str {
        "audit.no-key"
    }

    fn kind(&self) -> Kind {
        Kind::Failed
    }

    fn remedy(&self) -> Remedy {
        Remedy::typed("Make the vault first", ["chancery vault create"])
    }
}

/// How far into the audit the making of the vault is looked for.
const BEGINNING: usize = 64;

const KEY_NAME: &str = "audit";

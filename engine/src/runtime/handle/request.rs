//! Requests: the key stays on its host; a person, or a caller that may, decides what is issued.

use std::fmt;
use std::sync::Arc;

use super::authority::confirmation;
use super::certificate::record;
use super::hierarchy::known;
use super::{Answer, Decided, Decision, Sight, issuing, page};
use crate::api::{
    AuthorityId, CertificateId, CertificateKey, Choices, Consent, Fact, ListRequests, Merged, Page,
    PreviewRequest, ProfileName, Report, RequestCommand, RequestDetail, RequestFact, RequestId,
    RequestPreview, RequestRow, RequestState, Resource, ShowRequest, shown,
};
use crate::authority::{Given, Issuer, Loaded, Permission, Prepared, Source, name_of, prepare};
use crate::base::{Explain, Kind, Remedy};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::request::{self as rows, RequestRecord};
use crate::store::{Guard, Rows, Snapshot};
use crate::x509::{CertificationRequest, MergeError, Wish, describe, merge, pem};

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: RequestCommand,
) -> Result<Decided, Report> {
    let decision = match command {
        RequestCommand::Approve {
            id,
            choices,
            beyond_ceiling,
            consent,
        } => approve(context, act, id, (choices, beyond_ceiling), consent).await,
        RequestCommand::Issue {
            csr,
            authority,
            profile,
            choices,
        } => issue(context, act, csr, (authority, profile), choices).await,
        RequestCommand::Reject { id, reason } => reject(context, act, id, reason),
        RequestCommand::Submit {
            csr,
            authority,
            profile,
        } => submit(context, act, csr, (authority, profile)).await,
    };
    decision.map(Decided::from)
}

async fn submit(
    context: &Context,
    act: &Act,
    csr: Vec<u8>,
    (authority, profile): (AuthorityId, ProfileName),
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    context.profiles.get(&store, &profile)?;
    context.issuers.get(&store, authority)?.alive(act.at)?;
    let request = context
        .compute
        .run(move || CertificationRequest::read(&csr))
        .await??;
    if let Some(why) = store.barred(&request.key().spki_fingerprint())? {
        return Err(RequestError::BarredKey(why).into());
    }
    let id = RequestId::from_raw(context.new_id());
    let identifiers = request.identifiers()?;
    let record = RequestRecord {
        name: name_of(request.subject(), &identifiers),
        identifiers,
        state: RequestState::Pending,
        authority,
        profile,
        key_title: request.key().title(),
        submitted: act.at,
        submitted_by: act.actor.to_string(),
        decided: None,
        decided_by: None,
        reason: None,
        certificate: None,
    };
    Ok(Decision {
        details: record.name.clone(),
        puts: vec![
            rows::put(id, &record),
            rows::put_der(id, request.der().to_vec()),
        ],
        resource: Resource::of("request", id),
        ..Decision::of(Fact::Request(RequestFact::Submitted { id }))
    })
}

fn reject(context: &Context, act: &Act, id: RequestId, reason: String) -> Result<Decision, Report> {
    let record = pending(&context.snapshot()?, id)?;
    let record = RequestRecord {
        state: RequestState::Rejected,
        decided: Some(act.at),
        decided_by: Some(act.actor.to_string()),
        reason: Some(reason),
        ..record
    };
    Ok(Decision {
        guard: still_pending(id),
        puts: vec![rows::put(id, &record)],
        ..Decision::of(Fact::Request(RequestFact::Rejected { id }))
    })
}

async fn approve(
    context: &Context,
    act: &Act,
    id: RequestId,
    (choices, beyond_ceiling): (Choices, bool),
    consent: Option<Consent>,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let waiting = pending(&store, id)?;
    let der = rows::der(&store, id)?.ok_or(RequestError::Unknown(id))?;
    let issuer = context.issuers.get(&store, waiting.authority)?;
    let profile = context.profiles.get(&store, &waiting.profile)?;
    let consent = consent.map(|it| (Arc::new(it.passphrase), confirmation(it.given)));
    let permission = Permission::for_use(&issuer, &profile, act.at, consent)?;
    let ask = Ask {
        issuer,
        profile,
        choices,
        beyond_ceiling,
        unattended: matches!(permission, Permission::Unattended),
        request: Some(id),
    };
    let prepared = ready(context, act, store, der, ask).await?;
    let certificate = prepared.id();
    let signed = issuing::sign(context, act, prepared, Arc::new(permission)).await?;
    let issued = RequestRecord {
        state: RequestState::Issued,
        decided: Some(act.at),
        decided_by: Some(act.actor.to_string()),
        certificate: Some(certificate),
        ..waiting
    };
    let mut decision = record(signed, Some(id));
    decision.puts.push(rows::put(id, &issued));
    Ok(decision)
}

/// Without a row of its own for the request: who may do this has decided already.
async fn issue(
    context: &Context,
    act: &Act,
    csr: Vec<u8>,
    (authority, profile): (AuthorityId, ProfileName),
    choices: Choices,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let issuer = context.issuers.get(&store, authority)?;
    let profile = context.profiles.get(&store, &profile)?;
    let permission = Permission::for_use(&issuer, &profile, act.at, None)?;
    let ask = Ask {
        issuer,
        profile,
        choices,
        beyond_ceiling: false,
        unattended: true,
        request: None,
    };
    let prepared = ready(context, act, store, csr, ask).await?;
    let signed = issuing::sign(context, act, prepared, Arc::new(permission)).await?;
    Ok(record(signed, None))
}

/// What is asked of an authority for one request.
struct Ask {
    issuer: Arc<Issuer>,
    profile: Loaded,
    choices: Choices,
    beyond_ceiling: bool,
    unattended: bool,
    request: Option<RequestId>,
}

/// Reading and checking the request, merging, drafting, policy and lints, off the task's thread.
async fn ready(
    context: &Context,
    act: &Act,
    store: Snapshot,
    csr: Vec<u8>,
    ask: Ask,
) -> Result<Prepared, Report> {
    let id = CertificateId::from_raw(context.new_id());
    let now = act.at;
    let prepare = move || -> Result<Prepared, Report> {
        let request = CertificationRequest::read(&csr)?;
        let barred = store.barred(&request.key().spki_fingerprint())?;
        drop(store);
        let (_, wish) = merged(&ask, &request, now);
        drafted(&ask, wish, barred.as_deref(), (id, now))
    };
    context.compute.run(prepare).await?
}

/// A row per field, and what they make together.
type Merge = (Vec<Merged>, Result<Wish, MergeError>);

fn merged(ask: &Ask, request: &CertificationRequest, now: crate::api::Timestamp) -> Merge {
    merge(request, &ask.profile, &ask.choices, now, &ask.issuer.view)
}

fn drafted(
    ask: &Ask,
    wish: Result<Wish, MergeError>,
    barred: Option<&str>,
    (id, now): (CertificateId, crate::api::Timestamp),
) -> Result<Prepared, Report> {
    let mut wish = wish?;
    wish.beyond_ceiling = ask.beyond_ceiling;
    let given = Given {
        issuer: &ask.issuer,
        profile: &ask.profile,
        barred,
        source: Source {
            key: CertificateKey::Endpoint,
            request: ask.request,
        },
        unattended: ask.unattended,
        now,
    };
    prepare(&given, wish, issuing::draw_serial()?, id)
}

fn stored(rows_of: &impl Rows, id: RequestId) -> Result<RequestRecord, Report> {
    rows::get(rows_of, id)?.ok_or_else(|| RequestError::Unknown(id).into())
}

fn pending(rows_of: &impl Rows, id: RequestId) -> Result<RequestRecord, Report> {
    let record = stored(rows_of, id)?;
    match record.state {
        RequestState::Pending => Ok(record),
        _ => Err(RequestError::Decided(id).into()),
    }
}

fn still_pending(id: RequestId) -> Guard {
    Box::new(move |now| pending(now, id).map(drop).map_err(crate::store::Refused))
}

impl Answer for ListRequests {
    fn answer(&self, sight: &Sight<'_>) -> Result<Page<RequestRow>, Report> {
        let all = sight.store.requests()?.into_iter().rev();
        let wanted = all.filter(|(_, it)| self.state.is_none_or(|only| only == it.state));
        let found = page(wanted.collect(), self.first, self.rows);
        let rows = found
            .rows
            .into_iter()
            .map(|(id, record)| row(sight, id, record));
        Ok(Page {
            total: found.total,
            first: found.first,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }
}

fn row(sight: &Sight<'_>, id: RequestId, record: RequestRecord) -> Result<RequestRow, Report> {
    Ok(RequestRow {
        id,
        authority_name: known(&sight.store, record.authority)?.name,
        name: record.name,
        identifiers: record.identifiers,
        state: record.state,
        authority: record.authority,
        profile: record.profile,
        submitted: record.submitted,
        submitted_by: record.submitted_by,
        key_title: record.key_title,
    })
}

impl Answer for ShowRequest {
    fn answer(&self, sight: &Sight<'_>) -> Result<RequestDetail, Report> {
        let record = stored(&sight.store, self.0)?;
        let der = rows::der(&sight.store, self.0)?.ok_or(RequestError::Unknown(self.0))?;
        Ok(RequestDetail {
            pem: pem::encode(pem::CERTIFICATE_REQUEST, &der),
            description: describe(&der)?,
            certificate: record.certificate,
            decided: record.decided,
            decided_by: record.decided_by.clone(),
            reason: record.reason.clone(),
            row: row(sight, self.0, record)?,
        })
    }
}

impl Answer for PreviewRequest {
    fn answer(&self, sight: &Sight<'_>) -> Result<RequestPreview, Report> {
        let store = &sight.store;
        let waiting = stored(store, self.id)?;
        let der = rows::der(store, self.id)?.ok_or(RequestError::Unknown(self.id))?;
        let request = CertificationRequest::read(&der)?;
        let issuer = sight.context.issuers.get(store, waiting.authority)?;
        let profile = sight.context.profiles.get(store, &waiting.profile)?;
        let granted = issuer.grant.as_ref();
        let unattended = granted.is_some_and(|grant| profile.is_granted(grant, sight.now));
        let ask = Ask {
            issuer,
            profile,
            choices: self.choices.clone(),
            beyond_ceiling: self.beyond_ceiling,
            unattended,
            request: Some(self.id),
        };
        let barred = store.barred(&request.key().spki_fingerprint())?;
        let (rows, wish) = merged(&ask, &request, sight.now);
        let id = CertificateId::from_raw(0);
        let (findings, refused) = match drafted(&ask, wish, barred.as_deref(), (id, sight.now)) {
            Ok(prepared) => (prepared.warnings().to_vec(), None),
            Err(report) => (Vec::new(), Some(report)),
        };
        Ok(RequestPreview {
            rows,
            findings,
            refused,
            needs_consent: !unattended,
        })
    }
}

#[derive(Debug)]
enum RequestError {
    BarredKey(String),
    Decided(RequestId),
    Unknown(RequestId),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BarredKey(why) => {
                write!(f, "this public key may not be certified: {}", shown(why))
            }
            Self::Decided(id) => write!(f, "{id} has been decided already"),
            Self::Unknown(id) => write!(f, "there is no request {id}"),
        }
    }
}

impl std::error::Error for RequestError {}

impl Explain for RequestError {
    fn code(&self) -> &'static str {
        match self {
            Self::BarredKey(_) => "policy.barred-key",
            Self::Decided(_) => "request.decided",
            Self::Unknown(_) => "request.unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::BarredKey(_) => Kind::Refused,
            Self::Decided(_) | Self::Unknown(_) => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::BarredKey(_) => "Make a new key on the host and send a new request",
                Self::Decided(_) => {
                    return Remedy::typed("Look at what became of it", ["chancery csr show CSR"]);
                }
                Self::Unknown(_) => {
                    return Remedy::typed("Choose one of the requests", ["chancery csr list"]);
                }
            }
            .to_owned(),
        )
    }
}

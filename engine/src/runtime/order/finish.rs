//! From proved names to a certificate in the inventory.

use super::desk::{Desk, Trouble};
use crate::acme::{AcmeError, Chain, Order, Session, Status, certificate_id};
use crate::api::{
    CertificateId, CertificateKey, DnsName, Identifier, OrderStage, OrderState, Report,
};
use crate::base::{ProfileName, unhex};
use crate::runtime::handle::acme::renewal;
use crate::store::Put;
use crate::store::acme::{self, OriginRecord};
use crate::store::certificate::{self, CertificateRecord, ELSEWHERE};
use crate::x509::{Certificate, CertificationRequest, PublicKey};

/// The request is durable long before, and that it is about to be sent is, too: from here on the
/// CA may issue, and a restart asks what came of it instead of sending it again.
pub(super) async fn finalize(desk: &mut Desk) -> Result<(), Trouble> {
    let session = desk.session().await?;
    let url = desk.record.url.clone().unwrap_or_default();
    let mut order = session.order(&url).await?;
    if matches!(order.status, Status::Pending) {
        order = desk.heeding(session.order_settled(&url)).await??;
    }
    if order.status == Status::Ready {
        if !desk.record.may_have_issued {
            let names = names(&desk.record.recipe.names);
            let details = format!("send the certification request for {names}; the CA may issue");
            desk.record.may_have_issued = true;
            if let Err(trouble) = desk.record_intent(details).await {
                desk.record.may_have_issued = false;
                return Err(trouble);
            }
        }
        let request = unhex(&desk.record.request).unwrap_or_default();
        order = match session.finalize(&order, &request).await {
            Ok(order) => order,
            Err(failure) => {
                // After a lost answer the CA refuses what it has taken: what it keeps is true.
                let kept = session.order(&url).await?;
                match kept.status {
                    Status::Processing | Status::Valid => kept,
                    _ => {
                        if failure.is_refusal() {
                            desk.record.may_have_issued = false;
                        }
                        return Err(failure.into());
                    }
                }
            }
        };
    }
    if order.status == Status::Processing {
        order = session.order_settled(&url).await?;
    }
    match order.status {
        Status::Valid => {
            desk.order_is(order);
            desk.pass_to(OrderStage::Fetching);
            Ok(())
        }
        Status::Invalid => Err(order.why_invalid(Vec::new()).into()),
        status => Err(AcmeError::OrderState(format!("{status:?}").to_lowercase()).into()),
    }
}

/// The certificate enters the inventory in the same commit that says so.
pub(super) async fn fetch(desk: &mut Desk) -> Result<(), Trouble> {
    let session = desk.session().await?;
    let order = desk.order(&session).await?;
    let read = read_chains(&session, &order).await?;
    let preferred = desk.record.recipe.preferred_chain.clone();
    let (taken, fits) = choose(&read, preferred.as_deref());
    let mut names = vec![last_issuer(&read[taken])];
    names.extend(
        (0..read.len())
            .filter(|at| *at != taken)
            .map(|at| last_issuer(&read[at])),
    );
    desk.record.chains = names;
    let chain = &read[taken];
    let [leaf, above @ ..] = &chain[..] else {
        return Err(AcmeError::NotUnderstood("the chain is empty").into());
    };
    require_ours(desk, leaf)?;
    if let (false, Some(wanted)) = (fits, &preferred) {
        desk.step(format!(
            "No chain ends at {}; the one that the CA sends by itself is taken",
            crate::api::shown(wanted)
        ));
    }
    if desk.record.dry_run {
        desk.step("The rehearsal's certificate was checked and let go");
        desk.record_act(
            "done",
            "a dry run came to its certificate".to_owned(),
            Vec::new(),
        )
        .await?;
        return desk.turn_to_cleaning(OrderState::Done).await;
    }
    let id = CertificateId::from_raw(desk.context().new_id());
    let puts = arrive(desk, id, leaf, above)?;
    desk.record.certificate = Some(id);
    desk.decided(OrderState::Done);
    desk.step(format!("The certificate is here: {id}"));
    let details = format!("{id} has come, serial {}", leaf.serial());
    desk.record_act("done", details, puts).await
}

async fn read_chains(session: &Session, order: &Order) -> Result<Vec<Vec<Certificate>>, Trouble> {
    let url = order.certificate.as_deref();
    let url = url.ok_or(AcmeError::NotUnderstood("the order names no certificate"))?;
    let mut read = Vec::new();
    for Chain { pem } in session.chains(url).await? {
        // An alternate that makes no sense is none; that all of them do is told below.
        match Certificate::read_all(pem.as_bytes()) {
            Ok(certificates) if holds(&certificates) => read.push(certificates),
            _ => (),
        }
    }
    match read.is_empty() {
        true => Err(AcmeError::NotUnderstood("there is no chain of certificates in it").into()),
        false => Ok(read),
    }
}

/// Whether each certificate was issued by the one that follows it.
fn holds(chain: &[Certificate]) -> bool {
    let linked = chain.windows(2).all(|pair| {
        pair[0].issuer() == pair[1].subject() && pair[0].verify(pair[1].public_key()).is_ok()
    });
    linked && !chain.is_empty()
}

/// Which chain is taken, and whether it is one that was wished for.
fn choose(chains: &[Vec<Certificate>], preferred: Option<&str>) -> (usize, bool) {
    let Some(preferred) = preferred else {
        return (0, true);
    };
    let wanted = preferred.to_lowercase();
    let fits = |chain: &Vec<Certificate>| last_issuer(chain).to_lowercase().contains(&wanted);
    match chains.iter().position(fits) {
        Some(at) => (at, true),
        None => (0, false),
    }
}

/// Whom the last certificate of a chain names as its issuer: the root that it leads to.
fn last_issuer(chain: &[Certificate]) -> String {
    let last = chain.last().map(|last| last.issuer().to_string());
    crate::api::shown(&last.unwrap_or_default()).into_owned()
}

/// The certificate is for the key and the names that were asked for, and for no others.
fn require_ours(desk: &Desk, leaf: &Certificate) -> Result<(), Trouble> {
    let request = unhex(&desk.record.request).unwrap_or_default();
    let request = CertificationRequest::read(&request).map_err(Report::from)?;
    if leaf.not_after() <= desk.now() {
        return Err(AcmeError::WrongCertificate("it has expired").into());
    }
    if request.key().spki_der() != leaf.public_key().spki_der() {
        return Err(AcmeError::WrongCertificate("it is for another key").into());
    }
    let mut wanted: Vec<Identifier> = desk
        .record
        .recipe
        .names
        .iter()
        .cloned()
        .map(Identifier::Dns)
        .collect();
    let mut found = leaf.identifiers().to_vec();
    wanted.sort();
    wanted.dedup();
    found.sort();
    found.dedup();
    match wanted == found {
        true => Ok(()),
        false => Err(AcmeError::WrongCertificate("it is for other names").into()),
    }
}

/// The rows of a certificate that has come, and of what is due for it.
fn arrive(
    desk: &Desk,
    id: CertificateId,
    leaf: &Certificate,
    above: &[Certificate],
) -> Result<Vec<Put>, Report> {
    let (recipe, now) = (&desk.record.recipe, desk.now());
    let record = CertificateRecord {
        name: recipe
            .names
            .first()
            .map(ToString::to_string)
            .unwrap_or_default(),
        identifiers: leaf.identifiers().to_vec(),
        issuer: ELSEWHERE,
        profile: ProfileName::of_ours(PROFILE),
        serial: leaf.serial().clone(),
        not_before: leaf.not_before(),
        not_after: leaf.not_after(),
        key: recipe
            .key
            .map_or(CertificateKey::Endpoint, CertificateKey::Vault),
        key_title: PublicKey::read(leaf.public_key().spki_der())?.title(),
        request: None,
        issued: now,
        fingerprint: Some(leaf.fingerprint()),
        elsewhere: Some(leaf.issuer().to_string()),
    };
    let above: Vec<Vec<u8>> = above.iter().map(|it| it.der().to_vec()).collect();
    let mut puts = Vec::from(certificate::put_foreign(id, &record, leaf.der().to_vec()));
    puts.push(certificate::put_chain(id, &above));
    let renewal_id = leaf
        .authority_key_id()
        .map(|issuer| certificate_id(issuer, leaf.serial()));
    let origin = OriginRecord {
        recipe: recipe.clone(),
        order: desk.id,
        plan: renewal::first_plan(&record, id, now),
        renewal_id,
        not_after: record.not_after,
        failures: 0,
        revoked: false,
        directory: None,
        replaces: desk.record.replaces,
        replaced_by: None,
    };
    let next = renewal::next_duty(&origin, id);
    puts.extend(next.map(|(at, duty)| Put::due(at, id.to_raw(), &duty)));
    puts.push(acme::put_origin(id, &origin));
    if let Some(old) = desk.record.replaces {
        puts.extend(renewal::replaced(&desk.context().snapshot()?, old, id)?);
    }
    Ok(puts)
}

/// A renewal that failed or was called off is tried again later, and the certificate says so.
pub(super) fn note_end(desk: &Desk, outcome: &OrderState) -> Result<Vec<Put>, Report> {
    let (Some(old), false) = (desk.record.replaces, desk.record.dry_run) else {
        return Ok(Vec::new());
    };
    let store = desk.context().snapshot()?;
    match outcome {
        OrderState::Failed(report) => {
            let failure = renewal::Failed {
                report,
                not_before: desk.record.retry_at,
            };
            renewal::failed(&store, old, failure, desk.now())
        }
        OrderState::Cancelled => renewal::put_off(&store, old, desk.now()),
        _ => Ok(Vec::new()),
    }
}

fn names(names: &[DnsName]) -> String {
    let names: Vec<&str> = names.iter().map(DnsName::as_str).collect();
    names.join(", ")
}

/// It was issued with a profile of the CA's.
const PROFILE: &str = "acme";

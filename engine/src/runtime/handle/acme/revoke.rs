//! Revocation at the CA that issued.

use super::accounts;
use super::error::OrderError;
use super::renewal::{directory_of, origin_of};
use crate::acme::Session;
use crate::api::{AcmeFact, CertificateId, Fact, Report, Revocation, RevocationReason};
use crate::base::Fingerprint;
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::runtime::handle::{Decided, Decision, certificate};
use crate::runtime::signer::{Receipts, VaultSigner};
use crate::store::revocation::{self, RevocationRecord};
use crate::store::{Put, acme};
use crate::x509::Certificate;

pub(super) async fn revoke(
    context: &Context,
    act: &Act,
    id: CertificateId,
    reason: RevocationReason,
    by_certificate_key: bool,
) -> Result<Decided, Report> {
    let origin = origin_of(context, id)?;
    let (record, der) = certificate::stored(&context.snapshot()?, id)?;
    let receipts = Receipts::default();
    let session = match by_certificate_key {
        true => {
            let key = origin.recipe.key.ok_or(OrderError::KeyElsewhere(id))?;
            let place = directory_of(context, &origin)?;
            let place = (place.url.as_str(), &place.roots[..]);
            let server = context.outside.server(context, place, None).await?;
            let signer = VaultSigner::new(&context.vault, key, &receipts)?;
            Session::new(server, signer, None)
        }
        false => {
            accounts::settle(context, origin.recipe.account).await?;
            let account = accounts::active(context, origin.recipe.account)?;
            context
                .outside
                .session(context, &account, &receipts, None)
                .await?
        }
    };
    session.revoke(&der, reason).await?;
    let row = RevocationRecord {
        revocation: Revocation {
            at: act.at,
            reason,
            invalid_since: None,
        },
        certificate: Some(id),
        not_after: Some(record.not_after),
        decided: act.at,
        imported: false,
    };
    let mut puts = vec![revocation::put(record.issuer, &record.serial, &row)];
    if reason.is_compromise() {
        let key = Certificate::from_der(der)?.public_key().spki_fingerprint();
        puts.push(bar(key, id));
    }
    // Read again: an order may have replaced it while the CA was asked. It is revoked whatever else
    // has changed.
    let mut origin = origin_of(context, id)?;
    origin.recipe.automatic = false;
    origin.revoked = true;
    puts.extend(context.snapshot()?.file_duty(id, None)?);
    puts.push(acme::put_origin(id, &origin));
    Ok(Decision {
        puts,
        receipts: receipts.take(),
        ..Decision::of(Fact::Acme(AcmeFact::Revoked { id }))
    }
    .into())
}

fn bar(key: Fingerprint, id: CertificateId) -> Put {
    Put::bar_key(key, &format!("it was revoked as compromised with {id}"))
}

//! What has been revoked and which lists say so.

use crate::api::{
    AuthorityId, CrlDetail, CrlRow, ListAuthorities, ListCrls, ListRevocations, NewestCrl, Page,
    Report, RevocationRow, ShowCrl,
};
use crate::authority::{newest_crl, unlisted};
use crate::runtime::handle::hierarchy::known;
use crate::runtime::handle::{Answer, Sight};
use crate::store::{StoreError, revocation};
use crate::x509::{describe, listed};

impl Answer for ListCrls {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<CrlRow>, Report> {
        let all = ListAuthorities.answer(sight)?.into_iter();
        all.filter(|row| row.not_after.is_some())
            .map(|row| crl_row(sight, row.id, row.name))
            .collect()
    }
}

fn crl_row(sight: &Sight<'_>, authority: AuthorityId, name: String) -> Result<CrlRow, Report> {
    let newest = revocation::crl(&sight.store, authority)?.newest;
    let (revoked, unlisted) = unlisted(&sight.store, authority, sight.now)?;
    Ok(CrlRow {
        authority,
        authority_name: name,
        revoked,
        unlisted,
        newest: newest.map(|newest| NewestCrl {
            number: newest.number,
            this_update: newest.this_update,
            next_update: newest.next_update,
            entries: newest.entries,
            size: newest.size,
            fingerprint: newest.fingerprint,
        }),
    })
}

impl Answer for ShowCrl {
    fn answer(&self, sight: &Sight<'_>) -> Result<CrlDetail, Report> {
        let record = known(&sight.store, self.0)?;
        let list = newest_crl(&sight.store, self.0)?;
        Ok(CrlDetail {
            description: describe(list.der())?,
            entries: listed(&list),
            row: crl_row(sight, self.0, record.name)?,
        })
    }
}

impl Answer for ListRevocations {
    fn answer(&self, sight: &Sight<'_>) -> Result<Page<RevocationRow>, Report> {
        let end = self.first.saturating_add(self.rows.into());
        let (mut total, mut rows) = (0, Vec::new());
        let visit = |serial, record: revocation::RevocationRecord| -> Result<(), StoreError> {
            if (self.first..end).contains(&total) {
                rows.push(RevocationRow {
                    serial,
                    revocation: record.revocation,
                    certificate: record.certificate,
                    not_after: record.not_after,
                });
            }
            total += 1;
            Ok(())
        };
        sight.store.each_revocation(self.authority, visit)?;
        Ok(Page {
            total,
            first: self.first,
            rows,
        })
    }
}

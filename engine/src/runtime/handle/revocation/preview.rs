//! What would be revoked, and what those who rely on it will see and when.

use std::collections::BTreeMap;

use super::select;
use crate::api::{
    AuthorityId, Fingerprint, PreviewRevocation, Publicity, Report, RevocationPreview,
    RevocationPreviewRow, RevocationVerdict, Selection, Timestamp, shown,
};
use crate::authority::{Hierarchy, Target, Verdict, key_of};
use crate::runtime::handle::{Answer, Sight};
use crate::store::revocation::{self, CrlRecord, ForeignCrl};
use crate::store::{Snapshot, certificate};
use crate::x509::{Certificate, Urls};

impl Answer for PreviewRevocation {
    fn answer(&self, sight: &Sight<'_>) -> Result<RevocationPreview, Report> {
        let store = &sight.store;
        let hierarchy = Hierarchy::read(store)?;
        let targets = select::targets(store, &hierarchy, &self.what, sight.now)?;
        let (mut rows, mut changing) = (Vec::with_capacity(targets.len()), Vec::new());
        for target in targets {
            let verdict = select::judge(&hierarchy, &self.what, &target, self.reason, sight.now);
            if verdict.changes() {
                changing.push(target.clone());
            }
            rows.push(row(&hierarchy, target, verdict));
        }
        let bars = self.reason.is_compromise()
            && (!changing.is_empty() || matches!(self.what, Selection::Key(_)));
        let effect = Effect {
            is_hold: self.reason.is_hold(),
            changing: changing.len(),
            authorities: authorities(&hierarchy, &changing),
            bars: match bars {
                true => Some(Bars {
                    keys: changing.len(),
                    unknown: without_key(store, &changing)?,
                    by_key: matches!(self.what, Selection::Key(_)),
                }),
                false => None,
            },
            others: match bars {
                true => others_with_the_keys(store, &changing)?,
                false => 0,
            },
        };
        Ok(RevocationPreview {
            rows,
            changing: changing.len() as u64,
            effect: effect.to_come(),
            done: effect.done(),
            publicity: publicity(store, &hierarchy, &changing)?,
        })
    }
}

fn row(hierarchy: &Hierarchy, target: Target, verdict: Verdict) -> RevocationPreviewRow {
    RevocationPreviewRow {
        certificate: target.certificate,
        name: target.name,
        issuer: target.issuer,
        issuer_name: hierarchy.name(target.issuer),
        serial: target.serial,
        not_after: target.not_after,
        is_authority: target.is_authority,
        verdict: match verdict {
            Verdict::Already(old) => RevocationVerdict::Already(old),
            Verdict::Changes(old) => RevocationVerdict::Changes(old),
            Verdict::Expired => RevocationVerdict::Expired,
            Verdict::LeftOut => RevocationVerdict::LeftOut,
            Verdict::Refused(refused) => RevocationVerdict::Refused(refused.into()),
            Verdict::WillBeRevoked => RevocationVerdict::WillBeRevoked,
        },
    }
}

/// What a revocation brings with it.
struct Effect {
    is_hold: bool,
    changing: usize,
    /// The names of those whose own certificate is among them.
    authorities: Vec<String>,
    bars: Option<Bars>,
    /// Valid certificates with the same keys that are not among them.
    others: usize,
}

/// Keys that no request may bring again.
struct Bars {
    keys: usize,
    /// Of those whose certificate is not here.
    unknown: usize,
    /// The key itself was named.
    by_key: bool,
}

impl Effect {
    fn to_come(&self) -> Vec<String> {
        let first = match self.is_hold {
            true => "It will not be trusted until it is released, or revoked for good",
            false => "It will be for ever: nobody can take it back",
        };
        let issues = "will issue nothing from then on, and nothing below it will be trusted by \
                      those who check it";
        let barred = "The public key will be barred: no request may bring it again, and nothing \
                      is renewed with it";
        self.words(first, issues, barred, "will stay valid")
    }

    fn done(&self) -> Vec<String> {
        let first = match self.is_hold {
            true => "It is not trusted until it is released, or revoked for good",
            false => "This is for ever: nobody can take it back",
        };
        let issues = "issues nothing from now on, and nothing below it is trusted by those who \
                      check it";
        let barred = "The public key is barred: no request may bring it again, and nothing is \
                      renewed with it";
        self.words(first, issues, barred, "stay valid")
    }

    fn words(&self, first: &str, issues: &str, barred: &str, stay: &str) -> Vec<String> {
        let first = (self.changing > 0).then(|| first.to_owned());
        let authorities = self.authorities.iter();
        let authorities = authorities.map(|name| format!("{} {issues}", shown(name)));
        let barred = self.bars.iter().flat_map(|bars| bars.words(barred));
        let others = (self.others > 0).then(|| {
            let others = self.others;
            format!("{others} more with the same key {stay}: revoke by key to have them all")
        });
        let rest = barred.chain(others);
        first.into_iter().chain(authorities).chain(rest).collect()
    }
}

fn authorities(hierarchy: &Hierarchy, changing: &[Target]) -> Vec<String> {
    let own = changing.iter().filter_map(|target| target.own_of);
    own.map(|id| hierarchy.name(id)).collect()
}

/// How many have a key that is not known here, since their certificate is not.
fn without_key(store: &Snapshot, changing: &[Target]) -> Result<usize, Report> {
    let mut without = 0;
    for target in changing {
        let key = match target.certificate {
            Some(id) => key_of(store, id)?,
            None => None,
        };
        without += usize::from(key.is_none());
    }
    Ok(without)
}

impl Bars {
    fn words(&self, known: &str) -> Vec<String> {
        let known = (self.by_key || self.unknown < self.keys).then(|| known.to_owned());
        let unknown = match self.unknown {
            0 => None,
            1 if self.keys == 1 => Some(
                "Its certificate is not here, so that its key is not known and not barred: a \
                 request could bring it again"
                    .to_owned(),
            ),
            some => Some(format!(
                "Of {some}, whose certificates are not here, the key is not known and not barred: \
                 a request could bring it again"
            )),
        };
        known.into_iter().chain(unknown).collect()
    }
}

fn others_with_the_keys(store: &Snapshot, changing: &[Target]) -> Result<usize, Report> {
    let mut keys: Vec<Fingerprint> = Vec::new();
    let meant: Vec<_> = changing.iter().filter_map(|it| it.certificate).collect();
    for id in &meant {
        keys.extend(key_of(store, *id)?);
    }
    keys.sort();
    keys.dedup();
    let mut holders = store.holders_of_keys(&keys)?;
    holders.retain(|id| !meant.contains(id));
    let mut others = 0;
    for id in holders {
        let record = certificate::get(store, id)?;
        if let Some(record) = record {
            let revoked = revocation::get(store, record.issuer, &record.serial)?;
            others += usize::from(revoked.is_none());
        }
    }
    Ok(others)
}

/// Certificates of one authority that name the same places.
type Places = (AuthorityId, Vec<String>, Vec<String>);

fn publicity(
    store: &Snapshot,
    hierarchy: &Hierarchy,
    changing: &[Target],
) -> Result<Vec<Publicity>, Report> {
    let mut groups: BTreeMap<Places, u64> = BTreeMap::new();
    for target in changing {
        let der = match target.certificate {
            Some(id) => certificate::der(store, id)?,
            None => None,
        };
        let urls = match der {
            Some(der) => Certificate::from_der(der)?.urls(),
            None => Urls::default(),
        };
        *groups
            .entry((target.issuer, urls.crl, urls.ocsp))
            .or_default() += 1;
    }
    groups
        .into_iter()
        .map(|((issuer, crl_urls, ocsp_urls), certificates)| {
            let last = last(revocation::crl(store, issuer)?);
            let issuer_name = hierarchy.name(issuer);
            Ok(Publicity {
                words: words(&issuer_name, &crl_urls, &ocsp_urls, last),
                issuer,
                issuer_name,
                certificates,
                crl_urls,
                ocsp_urls,
                old_crl_until: match last {
                    Last::Own(until) => Some(until),
                    Last::Foreign(list) => list.next_update,
                    Last::None => None,
                },
            })
        })
        .collect()
}

/// The list that others may have.
#[derive(Clone, Copy)]
enum Last {
    /// Of another program.
    Foreign(ForeignCrl),
    None,
    /// Made here, and when the next one is due.
    Own(Timestamp),
}

fn last(crl: CrlRecord) -> Last {
    match (crl.newest, crl.taken_over) {
        (Some(newest), _) => Last::Own(newest.next_update),
        (None, Some(list)) => Last::Foreign(list),
        (None, None) => Last::None,
    }
}

fn words(issuer: &str, crl_urls: &[String], ocsp_urls: &[String], last: Last) -> Vec<String> {
    let issuer = shown(issuer);
    let list = |urls: &[String]| {
        let urls: Vec<_> = urls.iter().map(|url| shown(url).into_owned()).collect();
        urls.join(", ")
    };
    let mut words = vec![format!(
        "Nobody will see it before {issuer} has signed a new CRL and it is where it is fetched"
    )];
    if !crl_urls.is_empty() {
        words.push(format!(
            "The certificates send those who check them to {}: the new CRL must be put there",
            list(crl_urls)
        ));
    }
    if !ocsp_urls.is_empty() {
        words.push(format!(
            "Some ask {} instead: that responder must learn of it, too",
            list(ocsp_urls)
        ));
    }
    if crl_urls.is_empty() && ocsp_urls.is_empty() {
        words.push(
            "The certificates name no place to look: only where the new CRL is installed by hand \
             will it be noticed"
                .to_owned(),
        );
    }
    words.push(match last {
        Last::Own(until) => format!(
            "Whoever has the last CRL of {issuer} may keep to it until {until}; \
             many fetch the next one only then"
        ),
        Last::Foreign(ForeignCrl {
            this_update,
            next_update,
        }) => format!(
            "Whoever has the last CRL of {issuer} that was taken over, of {this_update}, may keep \
             to it {}",
            match next_update {
                Some(until) => format!("until {until}; many fetch the next one only then"),
                None => "for ever: it does not say when the next one is due".to_owned(),
            }
        ),
        Last::None => format!(
            "{issuer} has made no CRL yet: those who check nothing, or cannot find a list, \
             will go on trusting"
        ),
    });
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_sent_where_is_said_with_the_end_of_the_last_list() {
        let urls = ["http://a/crl".to_owned(), "http://b/\u{202e}crl".to_owned()];
        let end = Timestamp::from_secs(1_795_312_800);
        let said = words("Root", &urls, &[], Last::Own(end)).join("\n");
        assert!(
            said.contains("http://a/crl, http://b/\\u{202e}crl"),
            "{said}"
        );
        assert!(said.contains("until 2026-11-22T02:00:00Z"), "{said}");
        assert!(!said.contains("no place to look"), "{said}");
        let said = words("Root", &[], &urls[..1], Last::None).join("\n");
        assert!(said.contains("Some ask http://a/crl instead"), "{said}");
        let said = words("Root", &[], &[], Last::None).join("\n");
        assert!(said.contains("no place to look"), "{said}");
        assert!(said.contains("has made no CRL yet"), "{said}");
        let list = ForeignCrl {
            this_update: Timestamp::from_secs(1_795_312_800),
            next_update: None,
        };
        let said = words("Root", &[], &[], Last::Foreign(list)).join("\n");
        assert!(
            said.contains("of 2026-11-22T02:00:00Z, may keep to it for ever"),
            "{said}"
        );
    }

    #[test]
    fn a_key_is_barred_only_where_it_is_known() {
        let said = |keys, unknown, by_key| {
            let bars = Bars {
                keys,
                unknown,
                by_key,
            };
            bars.words("The public key is barred").join("\n")
        };
        assert!(!said(3, 0, false).contains("not known"));
        assert!(said(1, 1, false).starts_with("Its certificate is not here"));
        let some = said(3, 2, false);
        assert!(
            some.starts_with("The public key is barred") && some.contains("Of 2"),
            "{some}"
        );
        assert!(said(0, 0, true).starts_with("The public key is barred"));
    }
}

//! Extensions, explained one by one; the rare ones through the tolerant reader.

use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer;

use crate::base::{DescribedField, Description, hex};
use crate::x509::asn1::Extension;
use crate::x509::constraints::Constraints;
use crate::x509::extension::{BasicConstraints, KeyUsage};
use crate::x509::inspect::{mono, text};
use crate::x509::{extension, general_name, oid};

pub(super) fn describe(extension: &Extension<'_>) -> Description {
    let title = oid::title(extension.id);
    let fields = known(extension).or_else(|| rare(extension));
    Description {
        title: match extension.critical {
            true => format!("{title} (critical)"),
            false => title,
        },
        fields: fields.unwrap_or_else(|| vec![mono("Value", &shortened(extension.value))]),
        parts: Vec::new(),
    }
}

/// What we read ourselves; `None` for another extension, or one that is damaged.
fn known(extension: &Extension<'_>) -> Option<Vec<DescribedField>> {
    let value = extension.value;
    match extension.id {
        oid::BASIC_CONSTRAINTS => {
            let read = BasicConstraints::read(value).ok()?;
            Some(vec![text("Says", &read.to_string())])
        }
        oid::KEY_USAGE => Some(vec![text("Uses", &KeyUsage::read(value).ok()?.to_string())]),
        oid::EXTENDED_KEY_USAGE => {
            let purposes = extension::read_extended_key_usage(value).ok()?;
            Some(
                purposes
                    .iter()
                    .map(|id| text("Purpose", &oid::title(*id)))
                    .collect(),
            )
        }
        oid::SUBJECT_ALT_NAME => {
            let names = general_name::read_all(value).ok()?;
            Some(
                names
                    .iter()
                    .map(|name| text("Name", &name.to_string()))
                    .collect(),
            )
        }
        oid::SUBJECT_KEY_ID => {
            let id = extension::read_subject_key_id(value).ok()?;
            Some(vec![mono("Key", &hex(id))])
        }
        oid::AUTHORITY_KEY_ID => {
            let id = extension::read_authority_key_id(value).ok()??;
            Some(vec![mono("Key", &hex(id))])
        }
        oid::NAME_CONSTRAINTS => {
            let read = Constraints::from_der(value).ok()?;
            let permitted = read
                .permitted
                .iter()
                .map(|tree| text("Only", &tree.to_string()));
            let excluded = read
                .excluded
                .iter()
                .map(|tree| text("Not", &tree.to_string()));
            Some(permitted.chain(excluded).collect())
        }
        _ => None,
    }
}

fn rare(extension: &Extension<'_>) -> Option<Vec<DescribedField>> {
    let encoded = extension.write().ok()?;
    let (_, parsed) = X509Extension::from_der(&encoded).ok()?;
    match parsed.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => Some(
            access
                .iter()
                .map(|place| {
                    let method = place.access_method.to_id_string();
                    let label = match method.as_str() {
                        "1.3.6.1.5.5.7.48.1" => "OCSP",
                        "1.3.6.1.5.5.7.48.2" => "Issuer's certificate",
                        _ => "Place",
                    };
                    text(label, &general(&place.access_location))
                })
                .collect(),
        ),
        ParsedExtension::CRLDistributionPoints(points) => {
            let names = points
                .iter()
                .filter_map(|point| match &point.distribution_point {
                    Some(DistributionPointName::FullName(names)) => Some(names),
                    _ => None,
                });
            Some(
                names
                    .flatten()
                    .map(|name| text("CRL", &general(name)))
                    .collect(),
            )
        }
        ParsedExtension::CertificatePolicies(policies) => Some(
            policies
                .iter()
                .map(|policy| mono("Policy", &policy.policy_id.to_id_string()))
                .collect(),
        ),
        ParsedExtension::NsCertComment(comment) => Some(vec![text("Comment", comment)]),
        ParsedExtension::SCT(timestamps) => {
            Some(vec![text("Timestamps", &timestamps.len().to_string())])
        }
        _ => None,
    }
}

fn general(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::URI(url) => (*url).to_owned(),
        GeneralName::DNSName(name) => (*name).to_owned(),
        other => other.to_string(),
    }
}

fn shortened(value: &[u8]) -> String {
    match value.get(..MAX_SHOWN) {
        Some(start) => format!("{}… ({} bytes)", hex(start), value.len()),
        None => hex(value),
    }
}

const MAX_SHOWN: usize = 64;

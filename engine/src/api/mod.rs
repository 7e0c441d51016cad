//! The whole surface a front end may use: plain data. A secret goes in and never comes out.

pub use crate::base::{
    ApprovalId, AuthorityId, CertificateId, Choices, Clock, CommandId, DescribedField, Description,
    DnsName, EmailName, Field, Finding, Fingerprint, Identifier, IpSubtree, JobId, KeyId, KeyType,
    Kind, Merged, NameError, ParseIdError, ProfileName, Remedy, Report, RequestId, Secret, Serial,
    Severity, Subtree, SystemClock, Take, Timestamp, UriName, Verdict, shown,
};

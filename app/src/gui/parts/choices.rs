//! Authorities and profiles as the lines of a drop-down, and which of them is usual.

use chancery_engine::api::{AuthorityId, AuthorityRow, AuthorityState, ProfileName, ProfileRow};

/// Every authority that can sign now.
pub(in crate::gui) fn issuers(
    rows: Option<&Vec<AuthorityRow>>,
) -> Vec<(Option<AuthorityId>, String)> {
    let rows = rows.map_or(&[][..], Vec::as_slice);
    rows.iter()
        .filter(|row| row.state == AuthorityState::Active)
        .map(|row| (Some(row.id), row.name.clone()))
        .collect()
}

/// The deepest authority that can sign: roots are for authorities.
pub(in crate::gui) fn usual(rows: Option<&Vec<AuthorityRow>>) -> Option<AuthorityId> {
    rows?
        .iter()
        .filter(|row| row.state == AuthorityState::Active)
        .max_by_key(|row| row.depth + u32::from(!row.is_root))
        .map(|row| row.id)
}

pub(in crate::gui) fn profiles(
    rows: Option<&Vec<ProfileRow>>,
    with_authorities: bool,
) -> Vec<(Option<ProfileName>, String)> {
    let rows = rows.map_or(&[][..], Vec::as_slice);
    rows.iter()
        .filter(|row| with_authorities || !row.is_authority)
        .map(|row| (Some(row.name.clone()), row.title.clone()))
        .collect()
}

/// Most certificates are for servers.
pub(in crate::gui) fn usual_profile(
    profiles: &[(Option<ProfileName>, String)],
) -> Option<ProfileName> {
    let names = || profiles.iter().filter_map(|(name, _)| name.as_ref());
    let server = names().find(|name| name.as_str() == "server");
    server.or_else(|| names().next()).cloned()
}

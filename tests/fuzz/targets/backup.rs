//! Backups: heads, sealed streams, and the rows behind every seal, whole and put together.
#![no_main]

use chancery_engine::fuzz_backup as backup;
use fuzz::Pieces;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 6 {
        0 => backup::head(pieces.rest()),
        1 => {
            let salt = [pieces.byte(); 32];
            backup::manifest(pieces.rest(), salt);
        }
        2 => backup::rows(pieces.rest()),
        3 => backup::sealed(pieces.counted(), pieces.rest()),
        _ => backup::rows(&stream(pieces)),
    }
});

/// Tables and rows with right lengths and a right count, as docs/backup.md has them.
fn stream(mut pieces: Pieces<'_>) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut rows = 0_u64;
    while !pieces.is_empty() {
        let chosen = pieces.byte();
        if chosen & 3 == 0 || stream.is_empty() {
            let name = TABLES.get(usize::from(chosen >> 2));
            let name = name.map_or_else(|| pieces.counted(), |name| name.as_bytes());
            stream.push(1);
            counted(&mut stream, name);
        } else {
            stream.push(2);
            let key = match chosen >> 2 & 7 {
                0 => pieces.counted(),
                1 => b"format",
                width => &[chosen; 32][..[8, 16, 24, 17, 32, 1][usize::from(width) - 2]],
            };
            counted(&mut stream, key);
            counted(&mut stream, pieces.counted());
            rows += 1;
        }
    }
    stream.push(3);
    stream.extend(rows.to_be_bytes());
    stream
}

fn counted(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend((bytes.len() as u32).to_be_bytes());
    to.extend(bytes);
}

const TABLES: [&str; 32] = [
    "authorities",
    "authority_der",
    "authority_requests",
    "certificates",
    "certificate_der",
    "intents",
    "intent_tbs",
    "jobs",
    "keys",
    "requests",
    "request_der",
    "names",
    "serials",
    "revocations",
    "barred_keys",
    "audit",
    "checkpoints",
    "due",
    "meta",
    "notes",
    "crls",
    "crl_der",
    "key_uses",
    "profiles",
    "acme_accounts",
    "acme_budgets",
    "acme_orders",
    "acme_origins",
    "acme_signals",
    "acme_transcripts",
    "certificate_chains",
    "dns_providers",
];

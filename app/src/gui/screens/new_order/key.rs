//! Which key the certificate is for: a new one, one that is there, or one that stays on its host.

use chancery_engine::api::{KeyId, KeyRow, KeyType, KeyUse, OrderKey};
use egui::Ui;

use crate::gui::model::Wishes;
use crate::gui::parts::read_file::{ReadFile, Wanted};
use crate::gui::parts::time;
use crate::gui::screens::Desk;
use crate::gui::theme;
use crate::gui::widgets::choice;
use crate::gui::widgets::field::Look;

#[derive(Default)]
pub(super) struct KeyPart {
    from: From,
    key_type: KeyType,
    existing: Option<KeyId>,
    request: ReadFile,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum From {
    #[default]
    New,
    Existing,
    Request,
}

impl KeyPart {
    pub(super) fn tend(&mut self, desk: &mut Desk<'_>) {
        self.request.tend(desk.model, desk.wishes);
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, keys: &[KeyRow], wishes: &mut Wishes) {
        let keys = usable(keys);
        let mut ways = vec![
            (From::New, "A new key, made in the vault".to_owned()),
            (
                From::Request,
                "It stays on its host: a request (CSR) from a file".to_owned(),
            ),
        ];
        if !keys.is_empty() {
            ways.insert(1, (From::Existing, "A key that is in the vault".to_owned()));
        }
        choice::wide_drop_down(ui, "Private key", &mut self.from, &ways);
        match self.from {
            From::New => {
                let types = KeyType::ALL
                    .into_iter()
                    .filter(|kind| !kind.is_for_private_chains());
                let types: Vec<(KeyType, String)> =
                    types.map(|kind| (kind, kind.title().to_owned())).collect();
                choice::drop_down(ui, "Kind of key", &mut self.key_type, &types);
            }
            From::Existing => {
                if self.existing.is_none() {
                    self.existing = keys.first().and_then(|(id, _)| *id);
                }
                choice::wide_drop_down(ui, "Which one", &mut self.existing, &keys);
            }
            From::Request => {
                let look = Look {
                    label: "Request (CSR)",
                    help: "PEM or DER; it asks for exactly the names above",
                    example: "/home/anna/www.csr",
                    lines: 1,
                };
                self.request.ui(ui, wishes, look);
                let text = "A certificate whose key is elsewhere is renewed with the same request.";
                ui.label(theme::soft(ui, text));
            }
        }
    }

    /// The key of an order before, as far as it is still there.
    pub(super) fn fill(&mut self, key: &OrderKey, keys: &[KeyRow]) {
        match key {
            OrderKey::Existing(id) if keys.iter().any(|row| row.id == *id) => {
                (self.from, self.existing) = (From::Existing, Some(*id));
            }
            OrderKey::Request(bytes) if !bytes.is_empty() => {
                self.from = From::Request;
                self.request = ReadFile::given(Wanted::Request, bytes.clone());
            }
            _ => (),
        }
    }

    /// `None` while there is none.
    pub(super) fn wish(&self) -> Option<OrderKey> {
        Some(match self.from {
            From::New => OrderKey::New(self.key_type),
            From::Existing => OrderKey::Existing(self.existing?),
            From::Request => {
                let bytes = self.request.bytes();
                (!bytes.is_empty()).then(|| OrderKey::Request(bytes.to_vec()))?
            }
        })
    }
}

/// Keys for certificates that a public CA would take, the newest first.
fn usable(keys: &[KeyRow]) -> Vec<(Option<KeyId>, String)> {
    let fit = keys
        .iter()
        .rev()
        .filter(|row| row.used_for == KeyUse::Leaf && !row.key_type.is_for_private_chains());
    fit.map(|row| {
        let made = time::date(row.created);
        let words = format!("{}, {}, made {made}", row.name, row.key_type.title());
        (Some(row.id), words)
    })
    .collect()
}

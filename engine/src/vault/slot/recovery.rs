//! The slot that a recovery code opens. The new keys of a re-keying are wrapped for the code's
//! public key, so that nobody has to fetch the code for it.

use aws_lc_rs::agreement::PrivateKey;
use aws_lc_rs::agreement::UnparsedPublicKey;
use aws_lc_rs::agreement::X25519;
use aws_lc_rs::agreement::agree;
use zeroize::Zeroizing;

use super::Named;
use super::Slot;
use super::SlotKind;
use super::new_id;
use super::wrap::Opened;
use super::wrap::Root;
use super::wrap::WRAPPED;
use super::wrap::wrap_context;
use crate::base::RecoveryCode;
use crate::base::Secret;
use crate::base::SlotId;
use crate::base::Timestamp;
use crate::vault::cursor::Cursor;
use crate::vault::error::VaultError;
use crate::vault::file::Header;
use crate::vault::file::VaultId;
use crate::vault::seal::Key;
use crate::vault::seal::derive_from;

/// What the body of a recovery slot says.
pub(in crate::vault) struct RecoverySlot {
    id: SlotId,
    /// X25519 (RFC 7748); the code leads to its private half.
    public_key: [u8; 32],
    ephemeral: [u8; 32],
    master: Vec<u8>,
    authority: Vec<u8>,
    /// Sealed under the authority key.
    proof: Vec<u8>,
}

impl RecoverySlot {
    /// Wraps both keys for a new code.
    pub(in crate::vault) fn make(
        header: &Header,
        now: Timestamp,
        code: &Secret<String>,
        keys: (&Key, &Key),
    ) -> Result<Slot, VaultError> {
        let mark = code.expose(|typed| RecoveryCode::parse(typed))?.mark();
        let code = Code::read(code, header.vault)?;
        let named = Named {
            created: now,
            label: format!("Recovery code {mark}"),
        };
        wrap(
            header,
            new_id()?,
            named,
            &code.public_key()?,
            &code.proof,
            keys,
        )
    }

    /// The same slot for new keys, without the code: `old` is the header it comes from, with the
    /// authority key that vouched for it.
    pub(in crate::vault) fn carry_over(
        slot: &Slot,
        (old, old_authority): (&Header, &Key),
        header: &Header,
        keys: (&Key, &Key),
    ) -> Result<Slot, VaultError> {
        let body = Self::decode(slot)?;
        let context = proof_context(old, body.id);
        let proof = old_authority
            .derive(old.vault, PURPOSE_PROOF)?
            .open_key(&context, &body.proof)
            .ok_or(VaultError::HeaderTampered)?;
        wrap(
            header,
            body.id,
            slot.named(),
            &body.public_key,
            &proof,
            keys,
        )
    }

    /// Finds the slot of this code. A mistyped one is told before anything is tried.
    pub(in crate::vault) fn open<'a>(
        header: &'a Header,
        code: &Secret<String>,
    ) -> Result<Opened<'a>, VaultError> {
        let code = Code::read(code, header.vault)?;
        let public_key = code.public_key()?;
        let slots = header.slots.iter();
        let mut slots = slots
            .filter(|slot| slot.kind == SlotKind::Recovery)
            .peekable();
        if slots.peek().is_none() {
            return Err(VaultError::NoRecoverySlot);
        }
        for slot in slots {
            let slot = Self::decode(slot)?;
            if slot.public_key != public_key {
                continue;
            }
            let root = slot.root(header, &code.private, &slot.ephemeral, &code.proof)?;
            // Only who has the code, or has had the authority key, can wrap for it.
            let master = root.unwrap_master(&slot.master)?;
            return Ok(Opened {
                root,
                authority: slot.authority,
                master: master.ok_or(VaultError::HeaderTampered)?,
            });
        }
        Err(VaultError::WrongCode)
    }

    /// Diffie-Hellman of `private` and `other`; which of the two belongs to the code depends on who
    /// asks. The proof goes in as well, since anybody can wrap for a public key.
    fn root<'a>(
        &self,
        header: &'a Header,
        private: &PrivateKey,
        other: &[u8; 32],
        proof: &Key,
    ) -> Result<Root<'a>, VaultError> {
        let mut secrets = Zeroizing::new([0; 64]);
        proof.expose(|proof| secrets[32..].copy_from_slice(proof));
        let other = UnparsedPublicKey::new(&X25519, other);
        // A point of low order, which only somebody else puts there, fails here.
        agree(private, other, VaultError::HeaderTampered, |shared| {
            let to = secrets.first_chunk_mut::<32>();
            to.zip(shared.first_chunk::<32>())
                .map(|(to, shared)| to.copy_from_slice(shared))
                .ok_or(VaultError::HeaderTampered)
        })?;
        let info = [PURPOSE_ROOT.as_bytes(), &self.ephemeral, &self.public_key].concat();
        Ok(Root {
            header,
            kind: SlotKind::Recovery,
            id: self.id,
            key: derive_from(&secrets[..], header.vault, &[&info])?,
        })
    }

    fn decode(slot: &Slot) -> Result<Self, VaultError> {
        Self::decode_body(slot).ok_or(VaultError::HeaderDamaged)
    }

    fn decode_body(slot: &Slot) -> Option<Self> {
        let mut body = Cursor::new(&slot.body);
        let decoded = Self {
            id: slot.id,
            public_key: body.array()?,
            ephemeral: body.array()?,
            master: body.take(WRAPPED)?.to_vec(),
            authority: body.take(WRAPPED)?.to_vec(),
            proof: body.take(WRAPPED)?.to_vec(),
        };
        body.is_empty().then_some(decoded)
    }
}

/// What a code leads to, in this vault.
struct Code {
    private: PrivateKey,
    proof: Key,
}

impl Code {
    fn read(typed: &Secret<String>, vault: VaultId) -> Result<Self, VaultError> {
        let code = typed.expose(|typed| RecoveryCode::parse(typed))?;
        let derive = |purpose: &str| {
            code.expose(|text| derive_from(text.as_bytes(), vault, &[purpose.as_bytes()]))
        };
        let private = derive(PURPOSE_CODE)?
            .expose(|key| PrivateKey::from_private_key(&X25519, key))
            .map_err(|_| VaultError::Cryptography("read a recovery key"))?;
        let proof = derive(PURPOSE_PROOF)?;
        Ok(Self { private, proof })
    }

    fn public_key(&self) -> Result<[u8; 32], VaultError> {
        public_half(&self.private)
    }
}

fn wrap(
    header: &Header,
    id: SlotId,
    named: Named,
    public_key: &[u8; 32],
    proof: &Key,
    (master, authority): (&Key, &Key),
) -> Result<Slot, VaultError> {
    let failed = |_| VaultError::Cryptography("make a key");
    let private = PrivateKey::generate(&X25519).map_err(failed)?;
    let mut slot = RecoverySlot {
        id,
        public_key: *public_key,
        ephemeral: public_half(&private)?,
        master: Vec::new(),
        authority: Vec::new(),
        proof: Vec::new(),
    };
    let root = slot.root(header, &private, public_key, proof)?;
    slot.master = root.wrap_master(master)?;
    slot.authority = root.wrap_authority(authority)?;
    let sealing = authority.derive(header.vault, PURPOSE_PROOF)?;
    slot.proof = proof.expose(|proof| sealing.seal(&proof_context(header, id), proof))?;
    let body = [
        &slot.public_key[..],
        &slot.ephemeral,
        &slot.master,
        &slot.authority,
        &slot.proof,
    ];
    Ok(Slot {
        kind: SlotKind::Recovery,
        id,
        created: named.created,
        label: named.label,
        body: body.concat(),
    })
}

fn public_half(private: &PrivateKey) -> Result<[u8; 32], VaultError> {
    let failed = VaultError::Cryptography("compute a public key");
    let public = private.compute_public_key().ok();
    let bytes = public.and_then(|public| public.as_ref().try_into().ok());
    bytes.ok_or(failed)
}

fn proof_context(header: &Header, id: SlotId) -> Vec<u8> {
    wrap_context(header, SlotKind::Recovery, id, PURPOSE_PROOF)
}

/// HKDF's info: from the code to the X25519 private key.
const PURPOSE_CODE: &str = "chancery vault recovery key";
/// HKDF's info: from the code to the proof, and from the authority key to the key that seals it.
const PURPOSE_PROOF: &str = "chancery vault recovery proof";
/// HKDF's info, followed by both public keys: from the shared secret and the proof to the root.
const PURPOSE_ROOT: &str = "chancery vault recovery root";

//! From a passphrase to a key: Argon2id (RFC 9106) with costs between two limits.

use std::sync::{Mutex, PoisonError};

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Block;
use argon2::Params;
use argon2::Version;
use zeroize::Zeroize;

use super::error::VaultError;
use super::seal::Key;
use crate::base::Secret;

/// What one guess at the passphrase costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KdfCost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl KdfCost {
    /// 256 MiB, 3 passes, 4 lanes.
    pub(crate) const STRONG: Self = Self {
        memory_kib: 256 * 1024,
        passes: 3,
        lanes: 4,
    };

    /// Where memory is short: 64 MiB, 3 passes, 4 lanes. Never less.
    pub(crate) const SHORT: Self = Self {
        memory_kib: 64 * 1024,
        ..Self::STRONG
    };

    /// The strong cost, unless this machine, or the container we are in, has little memory to spare.
    pub(crate) fn for_this_machine() -> Self {
        let report = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").unwrap_or_default();
        Self::for_memory(available_kib(&report), limit_kib(&limit))
    }

    /// What is not known (`None`) is taken to be plenty.
    fn for_memory(available_kib: Option<u64>, limit_kib: Option<u64>) -> Self {
        let needed = 2 * u64::from(Self::STRONG.memory_kib);
        let mut known = [available_kib, limit_kib].into_iter().flatten();
        match known.any(|kib| kib < needed) {
            true => Self::SHORT,
            false => Self::STRONG,
        }
    }

    /// Protects nothing. For tests that make many vaults.
    pub(crate) const fn weak_for_tests() -> Self {
        Self {
            memory_kib: 32,
            passes: 1,
            lanes: 1,
        }
    }

    /// Costs come out of a file that anybody may have written: too high ones would stall the
    /// machine, too low ones would make a guess cheap.
    pub(super) fn check(self, accept_weak: bool) -> Result<Self, VaultError> {
        let floor = match accept_weak {
            true => Self::weak_for_tests(),
            false => Self::SHORT,
        };
        let fits = (floor.memory_kib..=CEILING.memory_kib).contains(&self.memory_kib)
            && (floor.passes..=CEILING.passes).contains(&self.passes)
            && (1..=CEILING.lanes).contains(&self.lanes);
        match fits {
            true => Ok(self),
            false => Err(VaultError::ParametersRefused {
                memory_kib: self.memory_kib,
                passes: self.passes,
                lanes: self.lanes,
            }),
        }
    }
}

/// Argon2id, version 0x13, 32 bytes out. The passphrase counts as the UTF-8 bytes that were typed.
pub(super) fn stretch(
    passphrase: &Secret<String>,
    salt: &[u8; 16],
    cost: KdfCost,
) -> Result<Key, VaultError> {
    let failed = |_| VaultError::Cryptography("stretch the passphrase");
    let params =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(Key::LENGTH)).map_err(failed)?;
    // One after the other: several at once would need several times the memory.
    let _turn = STRETCHING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut blocks = reserve(params.block_count())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let stretched = Key::fill(|out| {
        passphrase
            .expose(|text| {
                argon2.hash_password_into_with_memory(text.as_bytes(), salt, out, &mut blocks[..])
            })
            .map_err(failed)
    });
    blocks.iter_mut().for_each(Zeroize::zeroize);
    stretched
}

static STRETCHING: Mutex<()> = Mutex::new(());

/// An allocation that may fail, unlike the one inside the library.
fn reserve(count: usize) -> Result<Vec<Block>, VaultError> {
    let mut blocks = Vec::new();
    blocks
        .try_reserve_exact(count)
        .map_err(|_| VaultError::MemoryShort)?;
    blocks.resize(count, Block::new());
    Ok(blocks)
}

fn available_kib(report: &str) -> Option<u64> {
    let line = report
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// A container's limit in bytes, or `max` for none.
fn limit_kib(report: &str) -> Option<u64> {
    let bytes: u64 = report.trim().parse().ok()?;
    Some(bytes / 1024)
}

/// 1 GiB, 10 passes, 8 lanes.
const CEILING: KdfCost = KdfCost {
    memory_kib: 1024 * 1024,
    passes: 10,
    lanes: 8,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hex;

    #[test]
    fn costs_above_or_below_the_limits_are_refused_before_they_run() {
        let strong = KdfCost::STRONG;
        let refused = [
            KdfCost {
                memory_kib: 1024 * 1024 + 1,
                ..strong
            },
            KdfCost {
                memory_kib: 64 * 1024 - 1,
                ..strong
            },
            KdfCost {
                memory_kib: 0,
                ..strong
            },
            KdfCost {
                memory_kib: u32::MAX,
                ..strong
            },
            KdfCost {
                passes: 11,
                ..strong
            },
            KdfCost {
                passes: 2,
                ..strong
            },
            KdfCost {
                passes: 0,
                ..strong
            },
            KdfCost { lanes: 9, ..strong },
            KdfCost { lanes: 0, ..strong },
            KdfCost::weak_for_tests(),
        ];
        for cost in refused {
            let answer = cost.check(false);
            assert!(
                matches!(answer, Err(VaultError::ParametersRefused { .. })),
                "{cost:?}"
            );
        }
        for cost in [KdfCost::STRONG, KdfCost::SHORT, CEILING] {
            assert_eq!(cost.check(false).unwrap(), cost);
        }
        assert!(KdfCost::weak_for_tests().check(true).is_ok());
    }

    #[test]
    fn free_memory_is_read_as_the_kernel_writes_it() {
        let report = "MemTotal:  100 kB\nMemFree: 7 kB\nMemAvailable:   3355260 kB\n";
        assert_eq!(available_kib(report), Some(3_355_260));
        assert_eq!(available_kib("MemTotal: 100 kB\n"), None);
        assert_eq!(available_kib(""), None);
        assert_eq!(limit_kib("268435456\n"), Some(256 * 1024));
        assert_eq!(limit_kib("max\n"), None);
    }

    #[test]
    fn short_memory_lowers_the_cost_and_unknown_memory_does_not() {
        let plenty = Some(8 * 1024 * 1024);
        let little = Some(511 * 1024);
        assert_eq!(KdfCost::for_memory(None, None), KdfCost::STRONG);
        assert_eq!(KdfCost::for_memory(plenty, None), KdfCost::STRONG);
        assert_eq!(KdfCost::for_memory(plenty, little), KdfCost::SHORT);
        assert_eq!(KdfCost::for_memory(little, plenty), KdfCost::SHORT);
    }

    /// The expected bytes are OpenSSL's.
    #[test]
    fn stretching_gives_what_another_implementation_gives() {
        let passphrase = Secret::new("password".to_owned());
        let known = [
            (
                KdfCost::weak_for_tests(),
                "3348f46cc3006967541432b7c4e1b47b1b0becfbe37e23ced4f089785173d418",
            ),
            (
                KdfCost::SHORT,
                "ac15942c3e63386a50cb7dab2ef19c9af40c56a2153409ab0ad7a45af500f1bc",
            ),
        ];
        for (cost, expected) in known {
            let key = stretch(&passphrase, b"saltsaltsaltsalt", cost).unwrap();
            assert_eq!(key.expose(|key| hex(key)), expected);
        }
    }
}

//! The sealed stream behind the vault, written and read chunk by chunk.

use std::io::{self, BufRead, Read, Write};

use super::error::BackupError;
use crate::vault::{Place, StreamKey};

/// Seals what is written to it; [`Sealing::finish`] writes the last chunk.
pub(super) struct Sealing<'a, W> {
    key: &'a StreamKey,
    out: W,
    chunk: Vec<u8>,
    number: u64,
}

impl<'a, W: Write> Sealing<'a, W> {
    pub(super) fn new(key: &'a StreamKey, out: W) -> Self {
        Self {
            key,
            out,
            chunk: Vec::with_capacity(CHUNK),
            number: 0,
        }
    }

    /// A stream without its last chunk counts as cut.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.out)
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let number = self.number;
        let sealed = self.key.seal(Place { number, is_last }, &self.chunk);
        let sealed = sealed.map_err(|error| io::Error::from(BackupError::Vault(error)))?;
        self.out.write_all(&sealed)?;
        self.chunk.clear();
        self.number += 1;
        Ok(())
    }
}

impl<W: Write> Write for Sealing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only when more comes is it known that a full chunk is not the last.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Opens what [`Sealing`] has sealed; an error carries a [`BackupError`].
pub(super) struct Opening<'a, R> {
    key: &'a StreamKey,
    from: R,
    chunk: Vec<u8>,
    /// How much of the chunk has been read.
    read: usize,
    number: u64,
    ended: bool,
}

impl<'a, R: BufRead> Opening<'a, R> {
    pub(super) fn new(key: &'a StreamKey, from: R) -> Self {
        Self {
            key,
            from,
            chunk: Vec::new(),
            read: 0,
            number: 0,
            ended: false,
        }
    }

    fn next(&mut self) -> io::Result<()> {
        let number = self.number;
        let sealed = super::head::up_to(&mut self.from, SEALED)?;
        let is_last = self.from.fill_buf()?.is_empty();
        let open = |is_last| self.key.open(Place { number, is_last }, &sealed);
        let Some(chunk) = open(is_last) else {
            let is_cut = sealed.is_empty() || is_last && open(false).is_some();
            return Err(io::Error::from(match is_cut {
                true => BackupError::Truncated,
                false => BackupError::Altered(number),
            }));
        };
        self.chunk = chunk.expose(|chunk| chunk.clone());
        self.read = 0;
        self.number += 1;
        self.ended = is_last;
        Ok(())
    }
}

impl<R: BufRead> Read for Opening<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.chunk.len() && !self.ended {
            self.next()?;
        }
        let taken = (&self.chunk[self.read..]).read(into)?;
        self.read += taken;
        Ok(taken)
    }
}

/// Plain bytes in each chunk but the last.
const CHUNK: usize = 64 << 10;

/// The same, sealed.
const SEALED: u64 = (64 << 10) + 16;

//! A pipe that nobody reads: whoever opens it to write into it waits for ever.

use std::fs::{File, OpenOptions, remove_file};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Make it after the [`crate::World`], so that it lets go before the engine stops.
pub struct StuckPipe(TempDir);

impl StuckPipe {
    pub fn new() -> Self {
        let pipe = Self(TempDir::new().expect("a folder"));
        let made = Command::new("mkfifo").arg(pipe.path()).status();
        assert!(made.expect("mkfifo").success());
        pipe
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("pipe")
    }

    /// Reads whatever those that wait have to say, and stays no pipe.
    fn release(&self) -> std::io::Result<()> {
        let path = self.path();
        // Opened both ways it waits for nobody, and whoever waits goes on.
        let both = OpenOptions::new().read(true).write(true).open(&path)?;
        let mut reader = File::open(&path)?;
        remove_file(&path)?;
        drop(both);
        std::io::copy(&mut reader, &mut std::io::sink())?;
        Ok(())
    }
}

impl Default for StuckPipe {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for StuckPipe {
    fn drop(&mut self) {
        self.release().expect("nobody waits any more");
    }
}

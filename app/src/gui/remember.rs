//! How the window was left: theme, scale, rail, last folder. A file in the data folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Remembered {
    pub(super) theme: Theme,
    /// 1 is as the system says; from 0.75 to 2.5.
    pub(super) scale: f32,
    pub(super) narrow_rail: bool,
    /// Where files were written last.
    pub(super) folder: String,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    Dark,
    Light,
    #[default]
    System,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            scale: 1.0,
            narrow_rail: false,
            folder: String::new(),
        }
    }
}

impl Remembered {
    pub(super) fn read(text: &[u8]) -> Self {
        let mut known: Self = serde_json::from_slice(text).unwrap_or_default();
        known.scale = match known.scale.is_finite() {
            true => known.scale.clamp(SMALLEST, LARGEST),
            false => 1.0,
        };
        known
    }
}

impl Theme {
    pub(super) const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::System => "as the system",
        }
    }
}

/// Where the window remembers; nowhere for a window on data in memory.
#[derive(Clone, Default)]
pub(super) struct Memory(Option<PathBuf>);

impl Memory {
    pub(super) fn within(folder: &Path) -> Self {
        Self(Some(folder.join("window.json")))
    }

    /// What cannot be read is forgotten: it is only about looks.
    pub(super) fn recall(&self) -> Remembered {
        let text = self.0.as_ref().and_then(|path| std::fs::read(path).ok());
        text.map_or_else(Remembered::default, |text| Remembered::read(&text))
    }

    /// Off the drawing thread. A failure costs only the memory of a look, so it is not told.
    pub(super) fn keep(&self, remembered: &Remembered) {
        let (Some(path), Ok(text)) = (self.0.clone(), serde_json::to_vec(remembered)) else {
            return;
        };
        std::thread::spawn(move || write(&path, &text).ok());
    }
}

fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("json.new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

pub(super) const SMALLEST: f32 = 0.75;
pub(super) const LARGEST: f32 = 2.5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_the_window_was_left_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::within(folder.path());
        let left = Remembered {
            theme: Theme::Light,
            scale: 1.25,
            narrow_rail: true,
            folder: "/tmp/out".to_owned(),
        };
        write(
            &folder.path().join("window.json"),
            &serde_json::to_vec(&left).unwrap(),
        )
        .unwrap();
        assert_eq!(memory.recall(), left);
    }

    #[test]
    fn nonsense_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::within(folder.path());
        std::fs::write(folder.path().join("window.json"), "{\"scale\":900}").unwrap();
        assert!((memory.recall().scale - LARGEST).abs() < f32::EPSILON);
        std::fs::write(folder.path().join("window.json"), "nonsense").unwrap();
        assert_eq!(memory.recall(), Remembered::default());
    }
}

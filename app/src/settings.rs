//! What the surroundings say: words and environment are read here alone, and the data folder chosen.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What was typed, the program's own name first.
pub(crate) fn typed() -> impl Iterator<Item = OsString> {
    env::args_os()
}

/// The environment and the program's own place, read once.
#[derive(Default)]
pub(crate) struct Surroundings {
    /// `CHANCERY_DATA`.
    chosen: Option<PathBuf>,
    /// The folder `chancery-data` beside the program, if it is there: portable mode.
    portable: Option<PathBuf>,
    /// Where this operating system keeps the data of programs.
    platform: Option<PathBuf>,
    /// Who runs the program, for the audit: `USER`, `LOGNAME` or `USERNAME`.
    pub(crate) user: String,
    /// How this machine is called, for papers and labels.
    pub(crate) machine: String,
}

impl Surroundings {
    pub(crate) fn read() -> Self {
        let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(text);
        Self {
            chosen: variable("CHANCERY_DATA").map(PathBuf::from),
            portable: beside_program(),
            platform: platform(),
            user: user.unwrap_or_else(|| "unknown".to_owned()),
            machine: machine().unwrap_or_else(|| "this computer".to_owned()),
        }
    }

    /// `typed` is what `--data` said. `None` where nothing names a folder.
    pub(crate) fn data_folder(&self, typed: Option<&Path>) -> Option<PathBuf> {
        let rest = [&self.chosen, &self.portable, &self.platform];
        let found = rest.into_iter().flatten().next().map(PathBuf::as_path);
        typed.or(found).map(Path::to_owned)
    }
}

fn beside_program() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    let folder = program.parent()?.join("chancery-data");
    folder.is_dir().then_some(folder)
}

#[cfg(windows)]
fn platform() -> Option<PathBuf> {
    absolute("LOCALAPPDATA").map(|folder| folder.join("Chancery"))
}

#[cfg(target_os = "macos")]
fn platform() -> Option<PathBuf> {
    absolute("HOME").map(|home| home.join("Library/Application Support/Chancery"))
}

/// The XDG Base Directory Specification: a path that is not absolute does not count.
#[cfg(not(any(windows, target_os = "macos")))]
fn platform() -> Option<PathBuf> {
    let data = absolute("XDG_DATA_HOME");
    let data = data.or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    data.map(|data| data.join("chancery"))
}

/// The kernel's word on Linux; elsewhere the environment's, and on macOS often nothing.
fn machine() -> Option<String> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let kernel = kernel.map(|name| name.trim().to_owned());
    let kernel = kernel.filter(|name| !name.is_empty() && name != "(none)");
    kernel.or_else(|| {
        ["COMPUTERNAME", "HOSTNAME", "HOST"]
            .into_iter()
            .find_map(text)
    })
}

fn absolute(name: &str) -> Option<PathBuf> {
    variable(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn text(name: &str) -> Option<String> {
    variable(name).map(|value| value.to_string_lossy().into_owned())
}

/// One that is set to nothing counts as not set.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the environment's one door"
)]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_the_one_named_most_plainly() {
        let mut around = Surroundings {
            chosen: Some("variable".into()),
            portable: Some("portable".into()),
            platform: Some("platform".into()),
            user: String::new(),
            machine: String::new(),
        };
        let typed = Some(Path::new("typed"));
        assert_eq!(around.data_folder(typed), Some("typed".into()));
        assert_eq!(around.data_folder(None), Some("variable".into()));
        around.chosen = None;
        assert_eq!(around.data_folder(None), Some("portable".into()));
        around.portable = None;
        assert_eq!(around.data_folder(None), Some("platform".into()));
        around.platform = None;
        assert_eq!(around.data_folder(None), None);
    }
}

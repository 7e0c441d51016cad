//! A process killed while it backs up or restores: older backups stay, and what appears is whole.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::chancery::{Installation, files_in};

#[test]
fn a_backup_that_is_killed_leaves_no_file_under_its_name_or_a_whole_one() {
    let installation = Installation::with_issuing();
    let first = installation.at("first.backup");
    installation.done(&format!("backup create --out {}", first.display()));
    let before = fs::read(&first).unwrap();
    for round in 0..ROUNDS {
        let file = installation.at(&format!("killed{round}.backup"));
        let line = format!("backup create --out {}", file.display());
        kill_after(&installation, &line, round * 400);
        if file.exists() {
            installation.done(&format!("backup verify {}", file.display()));
        }
    }
    assert!(fs::read(&first).unwrap() == before);
    installation.done("vault check");
    installation.done("audit verify");
}

#[test]
fn a_restoring_that_is_killed_leaves_no_installation_or_a_whole_one() {
    let installation = Installation::with_issuing();
    let file = installation.at("first.backup");
    installation.done(&format!("backup create --out {}", file.display()));
    for round in 0..ROUNDS {
        let target = installation.at(&format!("restored{round}"));
        let line = format!("backup restore {}", file.display());
        // A folder that is there is filled, and one that is not appears.
        if round % 2 == 1 {
            fs::create_dir(&target).unwrap();
        }
        let mut process = installation
            .command_at(&target, &line)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(round * 400));
        process.kill().unwrap();
        process.wait().unwrap();
        if !target.join("vault.chancery").exists() {
            let output = installation.command_at(&target, &line).output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        let output = installation.command_at(&target, "vault check").output();
        assert!(output.unwrap().status.success(), "round {round}");
        let beside = installation.at(&format!("restored{round}.restoring"));
        for stage in [beside, target.join(".restoring")] {
            assert!(!stage.exists(), "{:?}", files_in(&stage));
        }
    }
}

fn kill_after(installation: &Installation, line: &str, millis: u64) {
    let mut command = installation.command(line);
    let mut process = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(millis));
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Each is killed later than the one before.
const ROUNDS: u64 = 8;

//! A disk that is full, and one that may not be written: a clear error, and whatever was
//! acknowledged stays.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::chancery::{Installation, Said};
use crate::counterpart::{may_unshare, run};

#[test]
fn a_full_disk_is_told_and_costs_nothing_that_was_acknowledged() {
    if !may_unshare() {
        return;
    }
    let disk = Disk::of("16m");
    let installation = disk.installation();
    let mut acknowledged = Vec::new();
    for n in 0..5 {
        let said = disk.run(
            &installation,
            &format!("cert create {} --ca Issuing", host(n)),
        );
        acknowledged.push(said.id("cert"));
    }
    disk.fill(&installation);
    let mut refused = 0;
    for n in 5..40 {
        let said = disk.run(
            &installation,
            &format!("--json cert create {} --ca Issuing", host(n)),
        );
        match said.code {
            Some(0) => acknowledged.push(said.id("cert")),
            _ => {
                assert_eq!(said.code, Some(1), "{said:#?}");
                said.refusal();
                refused += 1;
            }
        }
        if refused == 3 {
            break;
        }
    }
    assert_eq!(refused, 3, "the disk was never full");
    disk.empty(&installation);
    disk.holds(&installation, &acknowledged);
    let said = disk.run(
        &installation,
        &format!("cert create {} --ca Issuing", host(99)),
    );
    assert_eq!(said.code, Some(0), "there is room again: {said:#?}");
}

#[test]
fn a_folder_that_may_not_be_written_is_told_and_stays_as_it_was() {
    if !may_unshare() {
        return;
    }
    let disk = Disk::of("32m");
    let installation = disk.installation();
    let said = disk.run(
        &installation,
        &format!("cert create {} --ca Issuing", host(0)),
    );
    let acknowledged = vec![said.id("cert")];
    disk.shell(&installation, "mount -o remount,ro \"$0\"");
    for line in [
        "cert create b.example.internal --ca Issuing",
        "key generate spare",
    ] {
        let said = disk.run(&installation, &format!("--json {line}"));
        assert_eq!(said.code, Some(1), "{said:#?}");
        said.refusal();
    }
    disk.shell(&installation, "mount -o remount,rw \"$0\"");
    disk.holds(&installation, &acknowledged);
}

#[test]
fn a_backup_is_restored_into_a_disk_of_its_own() {
    if !may_unshare() {
        return;
    }
    let disk = Disk::of("32m");
    let installation = disk.installation();
    // Outside of the disk, whose root takes the place of the data folder.
    let file = installation.at("kept.backup");
    let said = disk.run(
        &installation,
        &format!("backup create --out {}", file.display()),
    );
    assert_eq!(said.code, Some(0), "{said:#?}");
    disk.shell(&installation, "rm -r \"$0\"/* && mkdir \"$0/lost+found\"");
    let said = disk.run(&installation, &format!("backup restore {}", file.display()));
    assert_eq!(said.code, Some(0), "{said:#?}");
    let said = disk.run(
        &installation,
        &format!("cert create {} --ca Issuing", host(1)),
    );
    disk.holds(&installation, &[said.id("cert")]);
    disk.shell(&installation, "test ! -e \"$0/.restoring\"");
}

/// A process that does nothing but hold a mount namespace, whose mounts vanish with it.
struct Disk {
    holder: Child,
    size: &'static str,
}

impl Disk {
    fn of(size: &'static str) -> Self {
        let mut command = Command::new("unshare");
        command.args(["-m", "--propagation", "private", "sleep", "1000"]);
        let holder = command.stdin(Stdio::null()).spawn().unwrap();
        let disk = Self { holder, size };
        disk.wait();
        disk
    }

    /// Until the holder is in a namespace of its own.
    fn wait(&self) {
        let namespace = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
        let end = Instant::now() + Duration::from_secs(10);
        while namespace(&self.holder.id().to_string()) == namespace("self") {
            assert!(Instant::now() < end, "no mount namespace was made");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// An installation whose data folder is a disk of this size, with authorities.
    fn installation(&self) -> Installation {
        let process = self.holder.id().to_string();
        let installation = Installation::wrapped(&["nsenter", "-t", &process, "-m", "--"]);
        std::fs::create_dir(installation.data()).unwrap();
        self.shell(
            &installation,
            &format!("mount -t tmpfs -o size={} tmpfs \"$0\"", self.size),
        );
        for line in [
            "vault create",
            "ca create Root",
            "ca create Issuing --parent Root --confirm Root",
        ] {
            let said = self.run(&installation, line);
            assert_eq!(said.code, Some(0), "{said:#?}");
        }
        installation
    }

    /// Like `Installation::run`, from the root folder: the test's own is not what the namespace sees.
    fn run(&self, installation: &Installation, line: &str) -> Said {
        let _turn = installation.turn();
        let output = installation
            .command(line)
            .current_dir("/")
            .output()
            .unwrap();
        installation.keep(output)
    }

    /// Runs a line of shell inside; `$0` is the data folder.
    #[track_caller]
    fn shell(&self, installation: &Installation, line: &str) {
        let process = self.holder.id().to_string();
        let mut command = Command::new("nsenter");
        command
            .args(["-t", &process, "-m", "--", "sh", "-c", line])
            .arg(installation.data());
        let said = run(&mut command);
        assert_eq!(said.code, Some(0), "{line}\n{said:#?}");
    }

    /// Leaves some kilobytes.
    fn fill(&self, installation: &Installation) {
        self.shell(installation, "dd if=/dev/zero of=\"$0/ballast\" bs=4k 2>/dev/null; sync; truncate -s -24k \"$0/ballast\"");
    }

    fn empty(&self, installation: &Installation) {
        self.shell(installation, "rm \"$0/ballast\"");
    }

    /// Every certificate that was acknowledged is listed, and the audit's chain is whole.
    #[track_caller]
    fn holds(&self, installation: &Installation, acknowledged: &[String]) {
        let said = self.run(installation, "--json cert list --limit 0");
        assert_eq!(said.code, Some(0), "{said:#?}");
        for id in acknowledged {
            assert!(
                said.out.contains(id.as_str()),
                "{id} was acknowledged and is gone: {said:#?}"
            );
        }
        let said = self.run(installation, "audit verify");
        assert_eq!(said.code, Some(0), "{said:#?}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about that here.
        self.holder.kill().ok();
        self.holder.wait().ok();
    }
}

fn host(n: u32) -> String {
    format!("host{n}.example.internal")
}

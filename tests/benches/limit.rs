//! lego, one process for each certificate, in the name of an account that is there already.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use spec::rig::lego;

use crate::{Rig, memory, name};

pub(crate) struct Lego<'a> {
    rig: &'a Rig,
    home: PathBuf,
}

/// The most that was seen, in KiB.
#[derive(Default)]
pub(crate) struct Memory {
    /// Of one process.
    pub(crate) largest: u64,
    /// Of all together at one time.
    pub(crate) resident: u64,
    /// The same, each shared page counted once.
    pub(crate) proportional: u64,
}

impl<'a> Lego<'a> {
    /// Its first certificate makes the account, and is not measured.
    pub(crate) fn start(rig: &'a Rig, home: &std::path::Path) -> Self {
        let made = Self {
            rig,
            home: home.to_owned(),
        };
        made.order(&name("lego-first", 0));
        made
    }

    pub(crate) fn order(&self, name: &str) -> Duration {
        self.run(name, |_| ())
    }

    /// With so many processes at once.
    pub(crate) fn order_all(&self, names: &[String], at_once: usize) -> Duration {
        self.run_all(names, at_once, &Mutex::default())
    }

    /// The same, unmeasured in time, since looking costs some.
    pub(crate) fn watch_all(&self, names: &[String], at_once: usize) -> Memory {
        let (running, over) = (Mutex::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            let watching = scope.spawn(|| watch(&running, &over));
            self.run_all(names, at_once, &running);
            over.store(true, Ordering::Relaxed);
            watching.join().expect("what was seen")
        })
    }

    fn run_all(&self, names: &[String], at_once: usize, running: &Mutex<Vec<u32>>) -> Duration {
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(|| {
                    while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.run(name, |id| running.lock().expect("a list").push(id));
                    }
                });
            }
        });
        begun.elapsed()
    }

    /// From the start of the process to its end.
    fn run(&self, name: &str, started: impl Fn(u32)) -> Duration {
        let log = self.home.join(format!("{name}.log"));
        let file = File::create(&log).expect("a log");
        let mut command = lego(&self.rig.pebble, &self.rig.bind, &self.home, &[name]);
        // It waits this long before it looks for the record for the first time.
        command.env("RFC2136_POLLING_INTERVAL", "0");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        let begun = Instant::now();
        let mut child = command.spawn().expect("lego");
        started(child.id());
        let status = child.wait().expect("its end");
        let took = begun.elapsed();
        let got = self.home.join(format!("certificates/{name}.crt"));
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        assert!(
            status.success() && got.is_file(),
            "{name}: {status}\n{said}"
        );
        took
    }
}

fn watch(running: &Mutex<Vec<u32>>, over: &AtomicBool) -> Memory {
    let mut most = Memory::default();
    while !over.load(Ordering::Relaxed) {
        let ids = running.lock().expect("a list").clone();
        let (mut resident, mut proportional) = (0, 0);
        for id in ids {
            let (now, peak, shared) = memory::of_process(id);
            resident += now;
            proportional += shared;
            most.largest = most.largest.max(peak);
        }
        most.resident = most.resident.max(resident);
        most.proportional = most.proportional.max(proportional);
        thread::sleep(BETWEEN_LOOKS);
    }
    most
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

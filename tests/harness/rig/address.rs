//! A loopback address that nobody else has, so that each server has its port 53.

use std::net::Ipv4Addr;
use std::process::{Command, Output, Stdio, id};
use std::sync::atomic::{AtomicU32, Ordering};

/// An address of 127.0.0.0/8 on the loopback interface; taken off it with the value.
///
/// BIND listens only on addresses that an interface has, and adding one fails if it is there:
/// so it is also the claim.
#[derive(Debug)]
pub(super) struct Address(Ipv4Addr);

impl Address {
    pub(super) fn claim() -> Result<Self, String> {
        let mut said = String::new();
        for _ in 0..TRIES {
            let address = next();
            let output = ip("add", address)?;
            if output.status.success() {
                return Ok(Self(address));
            }
            said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            if !said.contains("assigned") && !said.contains("exists") {
                break;
            }
        }
        Err(format!(
            "no address can be added to the loopback interface, which needs root: {said}"
        ))
    }

    pub(super) fn get(&self) -> Ipv4Addr {
        self.0
    }

    /// Nothing gets there any more, as if the cable were pulled out.
    pub(super) fn cut_off(&self) {
        route("replace", &format!("unreachable {}", self.0)).expect("root's rights");
    }

    /// What `cut_off` did is undone.
    pub(super) fn join_again(&self) {
        let usual = format!("local {0} dev lo proto kernel scope host src {0}", self.0);
        route("replace", &usual).expect("root's rights");
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        // One that stays is passed over by the next claim.
        ip("del", self.0).ok();
        // There only where it is still cut off.
        route("del", &format!("unreachable {}", self.0)).ok();
    }
}

/// Another one at each call, and others than those of a process beside this one.
fn next() -> Ipv4Addr {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let given = GIVEN.fetch_add(1, Ordering::Relaxed);
    let (process, high) = (id() % 64_516, given % 200);
    let octet = |number: u32| u8::try_from(number).expect("below 256");
    Ipv4Addr::new(
        127,
        octet(16 + high),
        octet(1 + process / 254),
        octet(1 + process % 254),
    )
}

fn ip(verb: &str, address: Ipv4Addr) -> Result<Output, String> {
    Command::new("ip")
        .args(["address", verb, &format!("{address}/32"), "dev", "lo"])
        .stdin(Stdio::null())
        .output()
        .map_err(|fault| format!("ip: {fault}"))
}

/// In the table of this machine's own addresses.
fn route(verb: &str, words: &str) -> Result<(), String> {
    let mut command = Command::new("ip");
    command.args(["route", verb]).args(words.split(' '));
    let command = command.args(["table", "local"]).stdin(Stdio::null());
    let output = command.output().map_err(|fault| format!("ip: {fault}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

const TRIES: usize = 200;

//! Certificates from a public CA, against lego at the same CA and name server in the same run.
//!
//! The product: an engine in this process with a store on disk, whose orders each make a key,
//! look for CAA, publish by RFC 2136, ask every server of the zone, and are audited durably.
//! The limit: lego, which does less: it neither looks for CAA nor asks the servers, and it waits
//! for nothing between publishing a record and telling the CA to look. Both go to one Pebble that
//! validates through BIND without sleeping.
//! Afterwards the store is opened again, and every certificate is looked for, verified under
//! Pebble's root, and its order found in the audit; in the DNS no record may be left.

mod limit;
mod memory;
mod place;
mod product;

use std::time::Duration;

use spec::rig::{Bind, Pebble, PebbleOptions, Piece, Resolver, Zone, missing};

use limit::Lego;
use product::{Product, check};

fn main() {
    if let Some(why) = missing(&[Piece::Bind, Piece::Pebble, Piece::Lego]) {
        eprintln!("cannot run: {why}");
        std::process::exit(1);
    }
    let rig = Rig::start();
    let (home, place) = (tempfile::tempdir().expect("a folder"), place::folder());

    let product = Product::start(&rig, place.path());
    let mut singles: Vec<_> = (0..SINGLES)
        .map(|at| product.order(&[name("one", at)]))
        .collect();
    let at_rest = memory::forget_peak();
    let many: Vec<String> = (0..MANY).map(|at| name("many", at)).collect();
    let together = product.order(&many);
    let peak = memory::peak();
    let stages = product.stages();
    drop(product);
    check(&rig, place.path(), SINGLES + MANY);
    // What is measured is told at once: the limit takes minutes, and may never end.
    singles.sort_by_key(|took| took.arrived);
    let single = &singles[singles.len() / 2];
    println!("one, until it is in the inventory: {:?}", single.arrived);
    println!("{MANY} together, in the inventory: {:?}", together.arrived);
    println!("{MANY} together, ended: {:?}", together.ended);

    let lego = Lego::start(&rig, home.path());
    let mut lego_singles: Vec<_> = (0..LEGO_SINGLES)
        .map(|at| lego.order(&name("lego-one", at)))
        .collect();
    let names = |stem: &str| -> Vec<String> { (0..MANY).map(|at| name(stem, at)).collect() };
    let bounded = lego.order_all(&names("lego-bounded"), 2 * cores());
    let at_once = lego.order_all(&names("lego-at-once"), MANY);
    let watched = lego.watch_all(&names("lego-watched"), MANY);

    lego_singles.sort();
    let lego_single = lego_singles[lego_singles.len() / 2];
    println!(
        "{:<44} {:>10} {:>10} {:>7}",
        "", "product", "limit", "ratio"
    );
    faster(
        "one, until it is in the inventory, ms",
        single.arrived,
        lego_single,
    );
    faster(
        "one, until its record is out of the DNS, ms",
        single.ended,
        lego_single,
    );
    for (limit, of) in [(bounded, "bounded"), (at_once, "at once")] {
        rate(
            &format!("{MANY} a second, inventory; lego {of}"),
            together.arrived,
            limit,
        );
        rate(
            &format!("{MANY} a second, ended; lego {of}"),
            together.ended,
            limit,
        );
    }
    let mib = |kib: u64| kib as f64 / 1024.0;
    let line = |of: &str, ours: u64, theirs: u64| {
        let (ours, theirs) = (mib(ours), mib(theirs));
        println!(
            "{of:<44} {ours:>10.0} {theirs:>10.0} {:>6.2}x",
            theirs / ours
        );
    };
    line(
        "memory before, or of one lego, MiB",
        at_rest,
        watched.largest,
    );
    line(
        &format!("memory at the peak of {MANY}, MiB"),
        peak,
        watched.resident,
    );
    line(
        "the same, pages that are shared counted once",
        peak,
        watched.proportional,
    );
    println!("\nwhere an order's time goes, mean ms      one of {SINGLES}  one of {MANY}");
    for (step, single, many) in stages {
        println!("{step:<44} {single:>10.0} {many:>10.0}");
    }
    println!(
        "\nevery certificate was found after reopening and verified, its order is in the audit,"
    );
    println!("and no record is left in the DNS");
}

/// What both are measured against.
struct Rig {
    bind: Bind,
    /// Ours. The CA has another one, as in life: what one was told is not there may be remembered.
    resolver: Resolver,
    _of_the_ca: Resolver,
    pebble: Pebble,
}

impl Rig {
    fn start() -> Self {
        let bind = Bind::start([Zone::new(ZONE)]);
        let resolver = Resolver::of(&[(ZONE, bind.address())]);
        let of_the_ca = Resolver::of(&[(ZONE, bind.address())]);
        let pebble = Pebble::start(PebbleOptions {
            nonce_reject_percent: 0,
            retry_after_secs: 0,
            ..PebbleOptions::asking(of_the_ca.address())
        });
        Self {
            bind,
            resolver,
            _of_the_ca: of_the_ca,
            pebble,
        }
    }
}

fn name(stem: &str, number: usize) -> String {
    format!("{stem}-{number}.{ZONE}")
}

fn faster(of: &str, ours: Duration, theirs: Duration) {
    let millis = |it: Duration| it.as_secs_f64() * 1000.0;
    let (ours, theirs) = (millis(ours), millis(theirs));
    println!(
        "{of:<44} {ours:>10.0} {theirs:>10.0} {:>6.2}x",
        theirs / ours
    );
}

fn rate(of: &str, ours: Duration, theirs: Duration) {
    let rate = |it: Duration| MANY as f64 / it.as_secs_f64();
    let (ours, theirs) = (rate(ours), rate(theirs));
    println!(
        "{of:<44} {ours:>10.1} {theirs:>10.1} {:>6.2}x",
        ours / theirs
    );
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get())
}

const ZONE: &str = "rig.test";
const SINGLES: usize = 10;
const LEGO_SINGLES: usize = 5;
const MANY: usize = 100;

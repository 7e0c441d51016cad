//! Real counterparts of ACME on this machine: name servers, a certification authority and lego,
//! each started for one test, on an address of its own, and ended with the value.
//!
//! [`missing`] says first what cannot be started here; everything else panics.

mod address;
mod bind;
mod lego;
mod named;
mod pebble;
mod power_dns;
mod process;
mod program;
mod resolver;
mod secondary;

pub use bind::{Bind, Zone};
pub use lego::lego;
pub use pebble::{Pebble, PebbleOptions};
pub use power_dns::PowerDns;
pub use program::{Piece, missing};
pub use resolver::Resolver;
pub use secondary::Secondary;

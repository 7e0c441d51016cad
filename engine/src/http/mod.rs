//! Talking to other services over HTTPS: plain requests and responses, errors told apart, and a
//! transcript without secrets.

mod client;
mod error;
mod host;
#[cfg(test)]
mod player;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod transcript;

pub(crate) use client::{Client, Settings};
pub(crate) use error::HttpError;
#[cfg(test)]
pub(crate) use player::{Asked, Expected, Player, Source};
pub(crate) use request::{Method, Request, segment};
pub(crate) use response::Response;
pub(crate) use transcript::{Exchange, Observer};

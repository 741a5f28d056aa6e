//! One type for each code of `findings.toml`, so that a finding cannot be made with a wrong argument:
//! `findings::TH106 { reason: e.to_string() }.at(place)`.
//!
//! A field takes a text, a whole number, a phrase, or a [`Bilingual`] if the languages differ: all that is an [`Argument`]. Before the place is known, a value of
//! these types becomes a [`Message`]. `build.rs` generates the types.

#![allow(
    clippy::inconsistent_struct_constructor,
    reason = "fields are sorted by name, values are given in the order of the message"
)]

use super::argument::{Argument, unmarked};
use super::catalogue::phrase;
use super::finding::{Finding, Message, Place};
use crate::text::Bilingual;

include!(concat!(env!("OUT_DIR"), "/findings.rs"));

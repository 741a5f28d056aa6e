//! One type for each code of `findings.toml`, so that a finding cannot be made with a wrong argument:
//! `findings::TH106 { reason: e.to_string() }.at(place)`.
//!
//! A field takes a text, a whole number, or a [`Bilingual`] where the languages differ. `build.rs` writes this module.
//! What is there before the place is known is a [`Message`].

#![allow(
    clippy::inconsistent_struct_constructor,
    reason = "fields are in the order of the alphabet, their values in that of the message"
)]

use super::catalogue::phrase;
use super::finding::{Finding, Message, Place};
use crate::text::Bilingual;

include!(concat!(env!("OUT_DIR"), "/findings.rs"));

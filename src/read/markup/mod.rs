//! Follows the markup of an XML part while it unpacks: how deep it nests, how long its tokens are.
//!
//! An XML parser keeps the names of all open elements and every token whole, so both are bounded before it sees the
//! part. What counts as a tag here is what counts as one for quick-xml; a test compares the two.

mod blocks;
mod measures;
mod steps;

pub(super) use measures::Markup;

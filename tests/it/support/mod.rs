//! What the tests stand on: a description of reports, an inbox made of it, and a lake to read.

pub(crate) mod catalogue;
pub(crate) mod inbox;
pub(crate) mod lake;
pub(crate) mod office;
pub(crate) mod sheet;
pub(crate) mod truth;

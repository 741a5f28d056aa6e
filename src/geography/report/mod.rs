//! Reports: a report is one form of one unit for one period. Of several, one counts.

mod all;
mod contradicted;
mod contradiction;
mod dossier;
mod ended;
mod evidence;
mod life;
mod list_twins;
mod order;
mod parts;
mod revisions;
mod source;
mod twins;
mod versions;

pub use all::{AnyReport, Reports};
pub use contradiction::Contradiction;
pub use dossier::{Dossier, ReportContent, Rulings, UnitClaim};
pub use evidence::{Aspect, Basis, Evidence, VintageBasis};
pub use life::{ClaimedReport, Hold, JudgedReport, PlacedReport, ReportStanding};
pub use order::ReportOrder;
pub use revisions::{compare, settle_revisions};
pub use source::ReportSource;

//! Territory: units of several vintages, the changes between them, regions, and the names they go by.
//!
//! A unit is a vintage and a code together. Codes and names alone mean different territory before and after a change, so
//! nothing here ever joins on one of them.

mod decision;
mod duty;
mod identify;
mod late;
pub(crate) mod reference;
pub(crate) use reference as reference_csv;
mod report;
mod territory;
mod unit;
mod unit_rows;
mod vintage;

pub use decision::{
    Addressed, Decision, DecisionOutcome, DecisionRow, DecisionSubject, Docket, Ruling,
    SubmissionIdentity,
};
pub use duty::{
    Collection, Duty, Missing, due_date, missing_reports, reports_after_their_due_date,
};
pub use identify::{Identified, Reporter, ReporterClaim, Reporters};
pub use late::{LateCorrection, late_corrections};
pub use reference::{RegionMember, Tables, UnitChange, UnitName};
pub use report::{
    AnyReport, Aspect, Basis, ClaimedReport, Dossier, Evidence, Hold, JudgedReport, PlacedReport,
    ReportContent, ReportOrder, ReportSource, ReportStanding, Reports, Rulings, UnitClaim,
    VintageBasis, compare, settle_revisions,
};
pub use territory::Geography;
pub use unit::UnitKey;
pub(crate) use unit_rows::{sums_of_units, unit_rows};
pub use vintage::place_reports;

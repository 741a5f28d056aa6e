//! Territory: units of several vintages, their names, the changes between them, and regions; and reports as statements about
//! units.
//!
//! A unit is a vintage and a code together. A code or a name alone means different territory before and after a change, so
//! nothing here ever joins on one of them.

mod agencies;
mod agency_line;
mod candidates;
mod claim;
mod decision;
mod duty;
mod identify;
mod late;
mod name_of_a_text;
mod names;
mod reference;
mod report;
mod report_decisions;
mod row_candidates;
mod sender;
mod sender_line;
mod silent_parts;
mod territory;
mod unit;
mod unit_rows;
mod vintage;

pub use agencies::{AGENCY, Agencies, Agency, Members};
pub(crate) use candidates::{Surroundings, candidates_by_words, file_stem, record_sender};
pub(crate) use claim::NameLookup;
pub use claim::{NotTheUnit, ReporterClaim};
pub use decision::{
    Addressed, Decision, DecisionOutcome, DecisionRow, DecisionSubject, Docket, Ruling,
    SubmissionIdentity,
};
pub use duty::{
    Collection, Duty, Missing, OwedBy, Owing, due_date, due_date_of, fulfilled_by, missing_reports,
    owing, owing_vintage, reports_after_their_due_date,
};
pub use identify::Identified;
pub use late::{LateCorrection, late_corrections};
pub(crate) use reference::{Csv, CsvRow};
pub use reference::{RegionMember, Tables, UnitChange, UnitName};
pub use report::{
    AnyReport, Aspect, Basis, ClaimedReport, Contradiction, Dossier, Evidence, Hold, JudgedReport,
    PlacedReport, ReportContent, ReportOrder, ReportSource, ReportStanding, Reports, Rulings,
    UnitClaim, VintageBasis, compare, settle_revisions,
};
pub(crate) use report_decisions::{FoundPeriod, ReportDecisions};
pub(crate) use row_candidates::candidates_by_rows;
pub use sender::{Reporter, Reporters, Sender};
pub use territory::Geography;
pub use unit::UnitKey;
pub(crate) use unit_rows::{sums_of_units, unit_rows};
pub use vintage::place_reports;

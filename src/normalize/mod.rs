//! From located cells to observations, and from rows of record lists to records.
//!
//! A value is loaded exactly or held back with a finding; nothing is guessed.

mod conventions;
mod locale;
mod measure;
mod number;
mod observation;
mod records;
mod scale;
mod shown;
mod stated_unit;
mod symbol;
mod table;

pub use crate::text::TOTAL;
pub use conventions::{Conventions, IndicatorFacts};
pub use locale::{LocaleProof, LocaleVerdict, ProofReason, ProofWeight};
pub use measure::{Measures, RawMeasures};
pub use number::{Locale, ParsedNumber, TextNumber, from_float, read_text};
pub use observation::{ComparedValue, Observation};
pub(crate) use records::in_runs;
pub use records::{FilledCells, ListReader, Overlap, RecordList, RecordMarks, repeated_keys};
pub use scale::{VALUE_SCALE, lake_decimal};
pub use symbol::{ObservationStatus, Symbols};
pub use table::{Normalized, normalize};

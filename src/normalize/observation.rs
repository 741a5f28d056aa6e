//! Values as reports state them, in the units of the catalogue.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::symbol::ObservationStatus;
use crate::extract::{Scenario, UnitCodes};
use crate::period::Period;
use crate::read::Address;
use crate::text::Members;

/// One value as reported, without the report it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Observation {
    /// The period of the value.
    pub period: Period,
    /// Indicator.
    pub indicator: String,
    /// The members of the breakdowns that it is of.
    pub members: Members,
    /// In a table by units, the units that its row may stand for; none if it belongs to the reporting unit.
    #[serde(with = "shared")]
    pub area: Option<Arc<UnitCodes>>,
    /// Scenario.
    pub scenario: Scenario,
    /// In the catalogue's unit, at most six decimals.
    pub value: Option<Decimal>,
    /// SDMX `OBS_STATUS`.
    pub status: ObservationStatus,
    /// The content of the cell, as read.
    pub raw: Option<String>,
    /// The unit of measure that counted, as read.
    pub unit_read: Option<String>,
    /// Its cell.
    pub at: Address,
}

/// A derived value of the sheet, in per cent: 100 × `of` / `to`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ComparedValue {
    /// Indicator.
    pub indicator: String,
    /// The members of the breakdowns that it is of.
    pub members: Members,
    /// In a table by units, the units that its row may stand for; none if it belongs to the reporting unit.
    #[serde(with = "shared")]
    pub area: Option<Arc<UnitCodes>>,
    /// Scenario and period of the numerator.
    pub of: (Scenario, Period),
    /// Scenario and period of the denominator.
    pub to: (Scenario, Period),
    /// The percentage, as the sheet states it.
    pub value: Decimal,
    /// Its cell.
    pub at: Address,
}

/// Serializes what rows share for each of them.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::extract::UnitCodes;

    #[allow(clippy::ref_option, reason = "serde gives the field itself")]
    pub(super) fn serialize<S: Serializer>(
        area: &Option<Arc<UnitCodes>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        area.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<UnitCodes>>, D::Error> {
        Ok(Option::<UnitCodes>::deserialize(deserializer)?.map(Arc::new))
    }
}

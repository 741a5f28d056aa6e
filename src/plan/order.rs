//! The official order of what is printed.

use super::model::Plan;
use crate::tables::OfficialOrder;

/// The official order of what is printed, for the queries of tables.
pub(crate) fn official_order(plan: &Plan) -> OfficialOrder {
    let indicators = plan.indicators.iter().map(|i| i.id.as_str());
    let sectors = plan.sectors.iter().map(|s| s.code.as_str());
    let targets = plan.targets.iter().map(|t| t.texts[0].as_str());
    OfficialOrder::new(&plan.geography, indicators, sectors).with("target", targets)
}

//! The official order of what is printed.

use super::model::Plan;
use crate::tables::OfficialOrder;

/// The official order of what is printed, for the queries of tables.
pub(crate) fn official_order(plan: &Plan) -> OfficialOrder {
    let indicators = plan.indicators.iter().map(|i| i.id.as_str());
    let members = plan.breakdowns.iter().flat_map(|breakdown| {
        let members = breakdown.members.iter();
        members.map(|member| (breakdown.id.as_str(), member.code.as_str()))
    });
    let targets = plan.targets.iter().map(|t| t.texts[0].as_str());
    OfficialOrder::new(&plan.geography, indicators, members).with("target", targets)
}

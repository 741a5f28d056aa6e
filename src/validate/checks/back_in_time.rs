//! Figures that cannot be restated on an earlier geography, because their units were merged since.

use std::collections::BTreeMap;

use crate::diagnostic::{Finding, Place, findings};
use crate::geography::{Geography, JudgedReport};

/// One finding for each form, period and earlier geography that does not have all the units that reported.
#[must_use]
pub fn back_in_time(reports: &[JudgedReport], geography: &Geography) -> Vec<Finding> {
    let mut merged_units: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    // Records of lists stay on the geography they were sent on; nothing restates them.
    let restated = |r: &&JudgedReport| r.is_current() && r.dossier().content.records == 0;
    for report in reports.iter().filter(restated) {
        let period = report.report.period;
        for unit in report.report.units() {
            let at = geography
                .vintages
                .iter()
                .position(|(v, _)| *v == unit.vintage)
                .unwrap_or(0);
            for (earlier, _) in &geography.vintages[..at] {
                if !geography.is_unchanged(&unit, earlier) {
                    *merged_units
                        .entry((
                            report.form().to_owned(),
                            period.to_string(),
                            earlier.clone(),
                        ))
                        .or_default() += 1;
                }
            }
        }
    }
    merged_units
        .into_iter()
        .map(|((form, period, vintage), count)| {
            let place = Place {
                form: Some(form),
                period: Some(period),
                unit_vintage: Some(vintage.clone()),
                ..Place::default()
            };
            findings::TH409 { vintage, count }.at(place)
        })
        .collect()
}

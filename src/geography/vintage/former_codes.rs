//! Codes that senders still write although their unit ended: told, and no evidence.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::diagnostic::findings;
use crate::geography::report::ClaimedReport;
use crate::geography::territory::Geography;

/// Lets the name alone speak if the code beside it is that of a unit that had ended when the report came, the period holds or
/// follows that day, and the name is also that of a later unit. Says so in a warning.
pub(super) fn ignore_former_code(
    report: &mut ClaimedReport,
    geography: &Geography,
    zone: &TimeZone,
) {
    let claim = &report.dossier.unit_claim;
    let (Some(period), Some(code), None) = (report.period, &claim.code, &report.unit) else {
        return;
    };
    if report.is_held() {
        return;
    }
    let last_day = report.dossier.source.received_on(zone).min(period.end());
    let ended_on = |unit| {
        let end = geography.end_of(unit).map(|change| change.effective);
        end.filter(|day| *day <= last_day)
    };
    let ends: Option<Vec<Date>> = claim.candidates.iter().map(ended_on).collect();
    let Some(ended) = ends.and_then(|ends| ends.into_iter().max()) else {
        return;
    };
    let is_later = |unit| {
        let (from, _) = geography.lifetime(unit);
        ended <= from && from <= last_day
    };
    if !claim.named.iter().any(is_later) {
        return;
    }
    let former = claim.candidates.first();
    let warning = findings::TH459 {
        code,
        name: former.map_or("", |unit| geography.name(unit, Date::MAX)),
        day: ended.to_string(),
    };
    let warning = warning.at(report.unit_place());
    report.dossier.findings.push(warning);
    let claim = &mut report.dossier.unit_claim;
    claim.candidates = claim.named.clone();
}

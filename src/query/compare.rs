//! SQL that compares the figures of two snapshots.

use crate::text::BreakdownColumns;

/// A query over an engine with two snapshots (`engine_over`): each figure of `national`, `regional` or `provincial` that
/// differs, one row for each key. The key columns come first, then the value, status and units of both sides as
/// `<column>_before` and `<column>_after`. An absent scheme is an empty text.
pub(crate) fn changed_figures(table: &str, breakdowns: &BreakdownColumns) -> String {
    breakdowns.fill(&format!(
        "SELECT coalesce(a.geography, b.geography) AS geography, coalesce(a.scheme, b.scheme) AS scheme, \
                coalesce(a.code, b.code) AS code, coalesce(a.name_vi, b.name_vi) AS name_vi, \
                coalesce(a.name_en, b.name_en) AS name_en, coalesce(a.period, b.period) AS period, \
                coalesce(a.indicator, b.indicator) AS indicator, {{a.breakdowns or b.breakdowns}}, coalesce(a.scenario, b.scenario) AS scenario, \
                b.value AS value_before, a.value AS value_after, b.status AS status_before, a.status AS status_after, \
                b.share_estimated AS share_estimated_before, a.share_estimated AS share_estimated_after, \
                b.units_reported AS units_reported_before, a.units_reported AS units_reported_after, \
                b.units_expected AS units_expected_before, a.units_expected AS units_expected_after \
         FROM (SELECT * EXCLUDE (scheme, {{breakdowns}}), coalesce(scheme, '') AS scheme, {{breakdowns or '_T'}} FROM before_{table}) b \
         FULL JOIN (SELECT * EXCLUDE (scheme, {{breakdowns}}), coalesce(scheme, '') AS scheme, {{breakdowns or '_T'}} FROM after_{table}) a \
           ON a.geography = b.geography AND a.scheme = b.scheme AND a.code = b.code AND a.period = b.period \
          AND a.indicator = b.indicator AND {{a.breakdowns = b.breakdowns}} AND a.scenario = b.scenario \
         WHERE (a.value IS DISTINCT FROM b.value) OR (a.status IS DISTINCT FROM b.status) \
            OR (a.units_reported IS DISTINCT FROM b.units_reported) \
            OR (a.units_expected IS DISTINCT FROM b.units_expected)"
    ))
}

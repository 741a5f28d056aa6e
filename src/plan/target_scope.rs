//! Whom a target or a published figure is for.

use super::code_lists::CodeLists;
use crate::text::Folder;

/// What the cells of a target may refer to.
#[derive(Clone, Copy)]
pub(super) struct TargetScope<'a> {
    pub(super) lists: CodeLists<'a>,
    pub(super) folder: &'a Folder,
}

/// Whom a target is for.
pub(super) fn wrong_scope(
    kind: &str,
    code: &str,
    scope: TargetScope<'_>,
) -> Option<(String, &'static str)> {
    let geography = scope.lists.geography;
    let of = |vintage: &str, code: &str| geography.units_of(vintage).iter().any(|u| u.code == code);
    let is_known = match kind {
        "national" => code == scope.lists.country.code,
        "each province" => code == "*",
        "province" => code
            .split_once(':')
            .is_some_and(|(vintage, code)| of(vintage, code)),
        "region" => {
            let mut regions = geography.tables.regions.iter();
            let named = code.split_once(':');
            named.is_some_and(|(scheme, code)| {
                regions.any(|r| r.scheme == scheme && r.region == code)
            })
        }
        _ => false,
    };
    (!is_known).then(|| {
        let message = format!("`{kind}` with `{code}` is nobody that a target could be for");
        (message, "write national with the code of the country, each province with *, province with a unit such as 2025:44, or region with a scheme and its region such as 6v-2025:DBSH")
    })
}

//! Which units a report may be of: from the words of its title block, else from the names around it, with the evidence.

use std::collections::BTreeSet;

use super::identify::{Identified, NameLookup, ReporterClaim};
use super::report::{Aspect, Basis, ClaimedReport, Evidence};
use super::unit::UnitKey;
use crate::diagnostic::findings::{self, th410 as phrases};
use crate::diagnostic::{Finding, Place};
use crate::extract::{SheetTable, Title};

/// Which units a report may be of, and why.
#[derive(Default)]
pub(crate) struct UnitCandidates {
    /// The possible units.
    pub(crate) units: BTreeSet<UnitKey>,
    /// The code beside the name, and the units that the name alone may mean; none if not both are stated.
    pub(crate) beside_code: Option<(String, BTreeSet<UnitKey>)>,
    /// The evidence for them.
    pub(crate) evidence: Option<Evidence>,
    /// A finding for information.
    pub(crate) note: Option<Finding>,
    /// Why the report has to be held back.
    pub(crate) fault: Option<Finding>,
}

/// Where to look for a unit when a table does not name one.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Name of the file in the inbox.
    pub(crate) file_name: &'a str,
    /// Name of the sheet; none for a text file.
    pub(crate) sheet: Option<&'a str>,
    /// The units that each other table of the file names.
    pub(crate) siblings: &'a [&'a BTreeSet<UnitKey>],
}

/// The name of a file without folders and extension.
pub(crate) fn file_stem(file_name: &str) -> &str {
    let name = file_name.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Records the evidence for the sender, the vintage and the number of the sending. Returns whom the title block names.
pub(crate) fn record_sender(
    names: NameLookup<'_>,
    title: &Title,
    report: &mut ClaimedReport,
) -> Identified {
    let identified = names.identify(&ReporterClaim::of(title));
    let dossier = &mut report.dossier;
    dossier.reporter.clone_from(&identified.reporter);
    let basis = match dossier.reporter {
        Some(_) => Basis::Words,
        None => Basis::Unnamed,
    };
    let (reporter, stated) = (dossier.reporter.clone(), title.reporter.as_ref());
    let of_reporter = Evidence::of(Aspect::Reporter, reporter, basis, stated);
    let vintage = title.geography.as_ref().map(|(stated, _)| stated);
    let of_vintage = Evidence::of(Aspect::Vintage, None, Basis::Open, vintage);
    let sending = title.sending.as_ref().map(|(stated, _)| stated);
    let basis = sending.map_or(Basis::Unstated, |_| Basis::Words);
    let number = Some(dossier.sending().to_string());
    let of_sending = Evidence::of(Aspect::Sending, number, basis, sending);
    let all = [of_reporter, of_vintage, of_sending];
    dossier.evidence.extend(all);
    identified
}

/// Finds the possible units of a table from its title block, which names `identified`, else from the name of the sheet, the
/// other forms of the file, or the name of the file.
pub(crate) fn candidates_by_words(
    names: NameLookup<'_>,
    table: &SheetTable,
    surroundings: Surroundings<'_>,
    report: &ClaimedReport,
    identified: Identified,
) -> UnitCandidates {
    let title = &table.title;
    let claim = ReporterClaim::of(title);
    let of_unit = |basis, stated| Some(Evidence::of(Aspect::Unit, None, basis, stated));
    if identified.contradiction {
        let text = claim.reporter.unwrap_or_default();
        let code = identified.code.unwrap_or_default();
        let contradiction = findings::TH411 { text, code };
        return UnitCandidates {
            evidence: of_unit(Basis::Contradiction, title.reporter.as_ref()),
            fault: Some(contradiction.at(report.unit_place())),
            ..UnitCandidates::default()
        };
    }
    let stated = title.reporter.as_ref().or(title.unit_code.as_ref());
    if !identified.units.is_empty() {
        let basis = match (&claim.reporter, &identified.code) {
            (Some(_), Some(_)) => Basis::NameAndCode,
            (None, Some(_)) => Basis::Code,
            _ => Basis::Name,
        };
        let code = identified.code.filter(|_| claim.reporter.is_some());
        return UnitCandidates {
            units: identified.units,
            beside_code: code.map(|code| (code, identified.named)),
            evidence: of_unit(basis, stated),
            ..UnitCandidates::default()
        };
    }
    if report.is_held() {
        return UnitCandidates::default();
    }
    if let Some(text) = claim.reporter.or(claim.code) {
        let nearest = names.nearest(&text);
        let (text, why) = if identified.several {
            let beside = claim.beside.into_iter();
            let line = std::iter::once(text).chain(beside).collect::<Vec<_>>();
            (line.join(" "), phrases::Several.words())
        } else {
            (text, phrases::Unknown { nearest }.words())
        };
        let unknown = findings::TH410 { text, why };
        return UnitCandidates {
            evidence: of_unit(Basis::Unknown, stated),
            fault: Some(unknown.at(report.unit_place())),
            ..UnitCandidates::default()
        };
    }
    candidates_by_surroundings(names, surroundings, report.place())
}

/// Finds the possible units from the name of the sheet, else from the other forms of the file if they agree, else from the
/// name of the file.
fn candidates_by_surroundings(
    names: NameLookup<'_>,
    surroundings: Surroundings<'_>,
    place: Place,
) -> UnitCandidates {
    let Surroundings {
        file_name,
        sheet,
        siblings,
    } = surroundings;
    if let Some(text) = sheet.filter(|name| names.names_several(name)) {
        let why = phrases::Several.words();
        return UnitCandidates {
            evidence: Some(Evidence::of(Aspect::Unit, None, Basis::Unknown, None)),
            fault: Some(findings::TH410 { text, why }.at(place)),
            ..UnitCandidates::default()
        };
    }
    let from_sheet = sheet.map(|name| names.mentioned(name)).unwrap_or_default();
    let agreed_sibling = siblings
        .first()
        .filter(|first| siblings.iter().all(|s| s == *first))
        .map(|s| (*s).clone());
    let (units, basis, source) = if !from_sheet.is_empty() {
        (from_sheet, Basis::NameOfTheSheet, sheet.unwrap_or_default())
    } else if let Some(units) = agreed_sibling {
        (units, Basis::OtherFormOfTheFile, file_name)
    } else {
        let stem = file_stem(file_name);
        (names.mentioned(stem), Basis::NameOfTheFile, stem)
    };
    if units.is_empty() {
        return UnitCandidates {
            evidence: Some(Evidence::of(Aspect::Unit, None, Basis::Unstated, None)),
            fault: Some(findings::TH416.at(place)),
            ..UnitCandidates::default()
        };
    }
    UnitCandidates {
        units,
        note: Some(findings::TH415 { whence: source }.at(place)),
        evidence: Some(Evidence {
            text: Some(source.to_owned()),
            ..Evidence::of(Aspect::Unit, None, basis, None)
        }),
        ..UnitCandidates::default()
    }
}

//! Which units a report may be of: from the words of its title block, else from the names around it, with the evidence.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::agencies::AGENCY;
use super::claim::{NameLookup, NotTheUnit, ReporterClaim};
use super::identify::Identified;
use super::name_of_a_text::NamedInText;
use super::report::{Aspect, Basis, ClaimedReport, Contradiction, Evidence};
use super::sender::Sender;
use super::unit::UnitKey;
use crate::diagnostic::findings::{self, th410 as phrases, th450 as senders};
use crate::diagnostic::{Argument, Finding, Message, Place};
use crate::extract::{SheetTable, Title};
use crate::text::one_line;

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
    /// The vintage that words beside the name mean, and these words with the name.
    pub(crate) vintage: Option<(String, String)>,
    /// The name of a sheet or file that contradicts them.
    pub(crate) contradiction: Option<Contradiction>,
}

/// Where to look for a unit when a table does not name one.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Name of the file in the inbox.
    pub(crate) file_name: &'a str,
    /// Name of the sheet; none for a text file.
    pub(crate) sheet: Option<&'a str>,
    /// Whom each other table of the file names, and in which words.
    pub(crate) siblings: &'a [(&'a Identified, String)],
    /// The day of receipt.
    pub(crate) received_on: Date,
    /// Whether the table is a record list, which may come in parts.
    pub(crate) is_list: bool,
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
    received_on: Date,
    report: &mut ClaimedReport,
) -> Identified {
    let claim = ReporterClaim::of(title);
    let identified = names.identify(&claim, received_on);
    let place = report.unit_place();
    let dossier = &mut report.dossier;
    dossier.sender.clone_from(&identified.sender);
    let basis = match dossier.sender {
        Sender::Known(_) => Basis::Words,
        Sender::Unnamed => Basis::Unnamed,
        Sender::Unknown(_) => Basis::Unknown,
    };
    let (reporter, stated) = (dossier.sender.id(), title.reporter.as_ref());
    let reporter = reporter.map(str::to_owned);
    let of_reporter = Evidence::of(Aspect::Reporter, reporter, basis, stated);
    let beside_name = identified.vintage.as_ref().and(title.reporter.as_ref());
    let vintage = title.geography.as_ref().map(|(stated, _)| stated);
    let vintage = vintage.or(beside_name);
    let of_vintage = Evidence::of(Aspect::Vintage, None, Basis::Open, vintage);
    let sending = title.sending.as_ref().map(|(stated, _)| stated);
    let basis = sending.map_or(Basis::Unstated, |_| Basis::Words);
    let number = Some(dossier.sending().to_string());
    let of_sending = Evidence::of(Aspect::Sending, number, basis, sending);
    let all = [of_reporter, of_vintage, of_sending];
    dossier.evidence.extend(all);
    let is_whole = identified.not_the_unit.is_none() && !identified.units.is_empty();
    if is_whole && matches!(identified.sender, Sender::Unknown(_)) {
        let unknown = findings::TH451 { text: claim.line() };
        dossier.findings.push(unknown.at(place));
    }
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
    if let Some(why) = &identified.not_the_unit {
        return UnitCandidates {
            evidence: of_unit(Basis::Unknown, title.reporter.as_ref()),
            fault: Some(not_the_unit(claim.line(), why).at(report.unit_place())),
            ..UnitCandidates::default()
        };
    }
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
        let line = stated.map_or_else(String::new, |s| one_line(&s.text));
        return UnitCandidates {
            note: note_on_letterhead(title, surroundings, &line, report),
            contradiction: contradiction(names, surroundings, &identified.units, &line),
            vintage: identified.vintage.map(|vintage| (vintage, claim.line())),
            units: identified.units,
            beside_code: code.map(|code| (code, identified.named)),
            evidence: of_unit(basis, stated),
            ..UnitCandidates::default()
        };
    }
    if report.is_held() {
        return UnitCandidates::default();
    }
    if let Some(text) = claim.reporter.clone().or(claim.code.clone()) {
        let nearest = names.nearest(&text);
        let (text, why) = if identified.several {
            (claim.line(), Argument::from(phrases::Several))
        } else {
            (text, phrases::Unknown { nearest }.into())
        };
        let unknown = findings::TH410 { text, why };
        return UnitCandidates {
            evidence: of_unit(Basis::Unknown, stated),
            fault: Some(unknown.at(report.unit_place())),
            ..UnitCandidates::default()
        };
    }
    // Without a line of the reporter, the letterhead says who sends.
    if let Some(letterhead) = title.letterhead.as_ref().filter(|_| !surroundings.is_list) {
        let text = one_line(&letterhead.text);
        let words = text.clone();
        let place = Place {
            cell: Some(letterhead.at.to_string()),
            ..report.place()
        };
        return refused(not_the_unit(text, &NotTheUnit::OtherBody { words }), place);
    }
    candidates_by_surroundings(names, surroundings, report.place())
}

/// Warns of the letterhead of a lower level above a line of the reporter that names the unit. Part of a list may come from
/// each district.
fn note_on_letterhead(
    title: &Title,
    surroundings: Surroundings<'_>,
    stated: &str,
    report: &ClaimedReport,
) -> Option<Finding> {
    let letterhead = title
        .letterhead
        .as_ref()
        .filter(|_| !surroundings.is_list)?;
    let place = Place {
        cell: Some(letterhead.at.to_string()),
        ..report.place()
    };
    let letterhead = one_line(&letterhead.text);
    Some(findings::TH237 { letterhead, stated }.at(place))
}

/// Why the words of a line or a name do not mean the unit that they name.
fn not_the_unit(text: String, why: &NotTheUnit) -> Message {
    let why = match why {
        NotTheUnit::OtherBody { words } => Argument::from(senders::OtherBody { words }),
        NotTheUnit::NoBodyYet { name, from } => {
            let from = from.to_string();
            senders::NoBodyYet { name, from }.into()
        }
        NotTheUnit::NotYet { name, from: None } => senders::NeverOne { name }.into(),
        NotTheUnit::NotYet {
            name,
            from: Some(from),
        } => {
            let from = from.to_string();
            senders::NotYet { name, from }.into()
        }
    };
    findings::TH450 { text, why }.into()
}

/// A report that is held back because the words around it do not mean a unit.
fn refused(fault: Message, place: Place) -> UnitCandidates {
    UnitCandidates {
        evidence: Some(Evidence::of(Aspect::Unit, None, Basis::Unknown, None)),
        fault: Some(fault.at(place)),
        ..UnitCandidates::default()
    }
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
        received_on,
        ..
    } = surroundings;
    let of_sheet = sheet.map(|name| names.named_in(name, received_on));
    let of_sheet = of_sheet.unwrap_or_default();
    if of_sheet.several {
        let (text, why) = (sheet.unwrap_or_default(), phrases::Several);
        return refused(findings::TH410 { text, why }.into(), place);
    }
    if let Some(why) = &of_sheet.not_the_unit {
        let text = sheet.unwrap_or_default().to_owned();
        return refused(not_the_unit(text, why), place);
    }
    // What another form of the file says of its sender holds for this one too.
    let refusal = siblings
        .iter()
        .find_map(|(s, line)| Some((s.not_the_unit.as_ref()?, line)));
    if let (Some((why, line)), true) = (refusal, of_sheet.units.is_empty()) {
        return refused(not_the_unit(line.clone(), why), place);
    }
    let mut named = siblings.iter().filter(|(s, _)| !s.units.is_empty());
    let first = named.next();
    let agreed = first.filter(|(first, _)| named.all(|(s, _)| s.units == first.units));
    let stem = file_stem(file_name);
    let (found, basis, source, line) = if !of_sheet.units.is_empty() {
        let sheet = sheet.unwrap_or_default();
        (of_sheet, Basis::NameOfTheSheet, sheet, None)
    } else if let Some((first, line)) = agreed {
        let found = NamedInText {
            units: first.units.clone(),
            vintage: first.vintage.clone(),
            ..NamedInText::default()
        };
        (found, Basis::OtherFormOfTheFile, file_name, Some(line))
    } else {
        let found = names.named_in(stem, received_on);
        (found, Basis::NameOfTheFile, stem, None)
    };
    if let Some(why) = &found.not_the_unit {
        return refused(not_the_unit(source.to_owned(), why), place);
    }
    if found.units.is_empty() {
        return UnitCandidates {
            evidence: Some(Evidence::of(Aspect::Unit, None, Basis::Unstated, None)),
            fault: Some(findings::TH416.at(place)),
            ..UnitCandidates::default()
        };
    }
    let said = line.map_or(source, String::as_str);
    UnitCandidates {
        contradiction: line.and_then(|l| contradiction(names, surroundings, &found.units, l)),
        vintage: found.vintage.map(|vintage| (vintage, said.to_owned())),
        units: found.units,
        note: Some(findings::TH415 { whence: source }.at(place)),
        evidence: Some(Evidence {
            text: Some(source.to_owned()),
            ..Evidence::of(Aspect::Unit, None, basis, None)
        }),
        ..UnitCandidates::default()
    }
}

/// The name of the sheet, or else that of the file, if it names another unit than the sheet states in `line`. A sheet that
/// names a unit speaks for itself. Names of units that have territory in common are no contradiction.
fn contradiction(
    names: NameLookup<'_>,
    surroundings: Surroundings<'_>,
    units: &BTreeSet<UnitKey>,
    line: &str,
) -> Option<Contradiction> {
    let on = surroundings.received_on;
    let stem = file_stem(surroundings.file_name);
    let of_sheet = surroundings.sheet.map(|name| (true, name));
    let (of_sheet, name, named) = of_sheet
        .into_iter()
        .chain([(false, stem)])
        .map(|(of_sheet, name)| (of_sheet, name, names.named_in(name, on)))
        .find(|(.., named)| named.several || !named.units.is_empty() || named.level.is_some())?;
    // Part of a list may come from each district.
    let level = named.level.filter(|_| !surroundings.is_list);
    let other = match named.units.first() {
        // A text with the name of an agency may be addressed to it, or come from it as a template.
        Some(named) if named.vintage == AGENCY && names.geography.agency_of(units).is_none() => {
            return None;
        }
        Some(unit) if !names.geography.are_kin(units, &named.units, on) => {
            names.geography.name(unit, on).to_owned()
        }
        _ => level?,
    };
    Some(Contradiction {
        name: name.to_owned(),
        of_sheet,
        other,
        units: named.units,
        stated: line.to_owned(),
    })
}

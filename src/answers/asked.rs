//! What a question names: a unit, a form, a period. A name that fits nothing, or several things, is an error that says
//! what there is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::geography::{AGENCY, Agency, UnitKey};
use crate::period::{Frequency, Period};
use crate::plan::Plan;
use crate::reading::RunError;

/// How many near names an error shows.
const NEAREST: usize = 3;

/// How alike two names must be for one to be suggested for the other, from 0 to 1.
const ALIKE: f64 = 0.8;

/// Why a name in a question does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// What was asked for is not there.
    #[error("there is no {what} `{asked}`{of}\nhint: {hint}")]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// Its name as asked.
        asked: String,
        /// Where it was looked for.
        of: String,
        /// What there is, and what is most like it.
        hint: String,
    },
    /// Several fit what was asked for.
    #[error("`{asked}` may be several {what}s{of}\nhint: name one of {known}")]
    Several {
        /// What was asked for.
        what: &'static str,
        /// Its name as asked.
        asked: String,
        /// Where it was looked for.
        of: String,
        /// Those that fit.
        known: String,
    },
}

/// Why a question about a lake has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// The lake could not be read, or the answer could not be written.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It names something that is not there.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl<E: Into<RunError>> From<E> for QuestionError
where
    E: NotARunError,
{
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}

/// The errors that a [`QuestionError`] takes in by way of [`RunError`].
pub(super) trait NotARunError {}
impl NotARunError for crate::lake::LakeError {}
impl NotARunError for crate::publish::PublishError {}
impl NotARunError for crate::query::OpenError {}

/// The error that nothing has this name, with what there is.
pub(super) fn unknown(
    what: &'static str,
    asked: &str,
    of: &str,
    known: impl IntoIterator<Item = String>,
) -> NameError {
    let known: Vec<String> = known.into_iter().collect();
    let near = nearest(
        asked,
        known.iter().map(|name| (name.as_str(), name.as_str())),
    );
    let mut hint = match known.as_slice() {
        [] => "there is none".to_owned(),
        _ => format!("there are {}", known.join(", ")),
    };
    if known.len() > NEAREST && !near.is_empty() {
        hint.push_str(&format!("; the nearest: {}", quoted(&near)));
    }
    NameError::Unknown {
        what,
        asked: asked.to_owned(),
        of: of.to_owned(),
        hint,
    }
}

/// The names most like the one asked for, the most alike first. Each candidate is what is compared and what is shown.
fn nearest<'n>(asked: &str, names: impl Iterator<Item = (&'n str, &'n str)>) -> Vec<String> {
    let asked = asked.trim().to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .map(|(name, shown)| (strsim::jaro_winkler(&name.to_lowercase(), &asked), shown))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let mut seen = BTreeSet::new();
    scored.retain(|(_, shown)| seen.insert(*shown));
    let first = scored.into_iter().take(NEAREST);
    first.map(|(_, shown)| shown.to_owned()).collect()
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The form of a code, in whatever case.
pub(super) fn form_code(plan: &Plan, asked: &str) -> Result<String, NameError> {
    let codes = || plan.vocabulary.forms.iter().map(|form| &form.code);
    codes()
        .find(|code| code.eq_ignore_ascii_case(asked))
        .cloned()
        .ok_or_else(|| unknown("form", asked, "", codes().cloned()))
}

/// A period that no form has is an error.
pub(super) fn check_period(plan: &Plan, asked: &str) -> Result<(), NameError> {
    let frequencies: BTreeSet<&str> = plan
        .vocabulary
        .forms
        .iter()
        .flat_map(|form| &form.frequencies)
        .map(|frequency| match frequency {
            Frequency::Annual => "years such as 2025",
            Frequency::HalfYear => "half-years such as 2025-S1",
            Frequency::Quarterly => "quarters such as 2025-Q3",
            Frequency::Monthly => "months such as 2025-09",
        })
        .collect();
    let period: Option<Period> = asked.parse().ok();
    let mut forms = plan.vocabulary.forms.iter();
    if period.is_some_and(|p| forms.any(|form| form.frequencies.contains(&p.frequency))) {
        return Ok(());
    }
    Err(NameError::Unknown {
        what: "period",
        asked: asked.to_owned(),
        of: " in any form".to_owned(),
        hint: format!(
            "the forms have {}",
            frequencies.into_iter().collect::<Vec<_>>().join(", ")
        ),
    })
}

/// Splits `2025-15` or `2025:15` into vintage and code. A text that does not begin with a vintage is all code or name.
pub(super) fn split_unit<'a>(plan: &Plan, asked: &'a str) -> (Option<&'a str>, &'a str) {
    let vintages = plan
        .geography
        .vintages
        .iter()
        .map(|(vintage, _)| vintage.as_str());
    let vintages: Vec<&str> = vintages.chain([AGENCY]).collect();
    let parts = [':', '-'].into_iter().find_map(|sign| {
        let (head, rest) = asked.split_once(sign)?;
        let (head, rest) = (head.trim(), rest.trim());
        vintages.contains(&head).then_some((head, rest))
    });
    match parts {
        Some((vintage, rest)) => (Some(vintage), rest),
        None => (None, asked.trim()),
    }
}

/// The units that a code or a name may mean, in one vintage or in all.
fn units_called(plan: &Plan, called: &str, vintage: Option<&str>) -> BTreeSet<UnitKey> {
    let geography = &plan.geography;
    let of_vintage = |unit: &&UnitKey| vintage.is_none_or(|v| v == unit.vintage);
    let countries: Vec<UnitKey> = geography
        .vintages
        .iter()
        .map(|(vintage, _)| geography.country(vintage))
        .collect();
    let units = || geography.tables.units.iter().map(|name| &name.unit);
    let agencies = geography.agencies.all().iter();
    let agencies = agencies.filter(|agency| agency.members.is_none());
    let agency_keys: Vec<UnitKey> = agencies.clone().map(Agency::key).collect();
    let coded: BTreeSet<UnitKey> = units()
        .chain(&countries)
        .chain(&agency_keys)
        .filter(|unit| unit.code.eq_ignore_ascii_case(called))
        .filter(of_vintage)
        .cloned()
        .collect();
    if !coded.is_empty() {
        return coded;
    }
    let fold = |text: &str| plan.vocabulary.folder.fold(text);
    let mut wanted = vec![fold(called)];
    // The word for the type of unit may stand before the name.
    for kind in plan.correspondence.unit_types.values() {
        let bare = wanted[0].strip_prefix(&format!("{} ", fold(kind)));
        wanted.extend(bare.map(str::to_owned));
    }
    let fits = |name: &str| !name.is_empty() && wanted.iter().any(|w| w == name);
    let aliases = geography.names_with_units();
    let of_aliases = aliases.filter(|(name, _)| fits(name)).flat_map(|(_, u)| u);
    let english = geography.tables.units.iter();
    let english = english.filter(|name| fits(&fold(&name.name_en)));
    let country = &plan.country;
    let is_country = fits(&fold(&country.name_vi)) || fits(&fold(&country.name_en));
    let spelling = geography.agencies.spelling(called, &plan.vocabulary.folder);
    let spelled = spelling.join(" ");
    let named = geography.agencies.names();
    let mut ids: BTreeSet<&str> = named
        .filter(|(name, _)| *name == spelled)
        .map(|(_, agency)| agency.id.as_str())
        .collect();
    ids.extend(
        agencies
            .filter(|a| fits(&fold(&a.name_en)))
            .map(|a| a.id.as_str()),
    );
    let named = agency_keys
        .iter()
        .filter(|key| ids.contains(key.code.as_str()));
    of_aliases
        .chain(named)
        .chain(english.map(|name| &name.unit))
        .chain(countries.iter().filter(|_| is_country))
        .filter(of_vintage)
        .cloned()
        .collect()
}

/// A unit as a question can name it and a person reads it: vintage, code and name, such as `2025-15 NAME`.
pub(super) fn shown_unit(plan: &Plan, unit: &UnitKey) -> String {
    let name = plan.geography.name(unit, Date::MAX);
    format!("{}-{} {name}", unit.vintage, unit.code)
}

/// The units whose names are most like the one asked for, as [`shown_unit`] writes them.
fn nearest_units(plan: &Plan, called: &str, vintage: Option<&str>) -> Vec<String> {
    let folder = &plan.vocabulary.folder;
    let units = plan.geography.tables.units.iter();
    let units: Vec<_> = units
        .filter(|u| vintage.is_none_or(|v| v == u.unit.vintage))
        .map(|u| {
            let names = [&u.name_vi, &u.name_en].map(|name| folder.fold(name));
            (names, shown_unit(plan, &u.unit))
        })
        .collect();
    let agencies = plan.geography.agencies.all().iter();
    let agencies = agencies.filter(|a| a.members.is_none() && vintage.is_none_or(|v| v == AGENCY));
    let units: Vec<_> = agencies
        .map(|a| {
            let names = [&a.name_vi, &a.name_en].map(|name| folder.fold(name));
            (names, shown_unit(plan, &a.key()))
        })
        .chain(units)
        .collect();
    let names = units.iter().flat_map(|(names, shown)| {
        let names = names.iter();
        names.map(move |name| (name.as_str(), shown.as_str()))
    });
    nearest(&folder.fold(called), names)
}

/// The error that no country, region or unit of a vintage has this code or name. `known` are the codes there are.
pub(super) fn unknown_place<'k>(
    plan: &Plan,
    asked: &str,
    vintage: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> NameError {
    let known: Vec<&str> = known.into_iter().collect();
    let mut hint = format!("there are {}", known.join(", "));
    let near = nearest_units(plan, asked, Some(vintage));
    if !near.is_empty() {
        hint.push_str(&format!("; the nearest: {}", quoted(&near)));
    }
    NameError::Unknown {
        what: "unit",
        asked: asked.to_owned(),
        of: format!(" on the geography {vintage}"),
        hint,
    }
}

/// The error that no unit has this code or name.
fn no_such_unit(plan: &Plan, asked: &str, of: &str, elsewhere: &BTreeSet<UnitKey>) -> NameError {
    let (vintage, called) = split_unit(plan, asked);
    let near = nearest_units(plan, called, vintage);
    let write = "write a code or a name of admin_units.csv, or vintage and code as 2025-01";
    let hint = if !elsewhere.is_empty() {
        let known: Vec<String> = elsewhere.iter().map(|u| shown_unit(plan, u)).collect();
        format!("elsewhere there are {}", quoted(&known))
    } else if near.is_empty() {
        write.to_owned()
    } else {
        format!("the nearest: {}; {write}", quoted(&near))
    };
    NameError::Unknown {
        what: "unit",
        asked: asked.to_owned(),
        of: of.to_owned(),
        hint,
    }
}

/// The unit of a vintage, or the agency, that a question names by code or name; a vintage before the code, as in `2004-15`,
/// goes before.
pub(super) fn unit_in(plan: &Plan, asked: &str, vintage: &str) -> Result<UnitKey, NameError> {
    let (stated, called) = split_unit(plan, asked);
    let vintage = stated.unwrap_or(vintage);
    let of = format!(" in the geography of {vintage}");
    let mut found = units_called(plan, called, Some(vintage));
    if found.is_empty() && stated.is_none() {
        found = units_called(plan, called, Some(AGENCY));
    }
    let mut units = found.iter();
    match (units.next(), units.next()) {
        (Some(one), None) => Ok(one.clone()),
        (None, _) => {
            let elsewhere = match stated {
                Some(_) => BTreeSet::new(),
                None => units_called(plan, called, None),
            };
            Err(no_such_unit(plan, asked, &of, &elsewhere))
        }
        _ => Err(several_units(plan, asked, &of, &found)),
    }
}

/// The error that several units have this code or name.
fn several_units<'u>(
    plan: &Plan,
    asked: &str,
    of: &str,
    units: impl IntoIterator<Item = &'u UnitKey>,
) -> NameError {
    let known = units.into_iter().map(|unit| shown_unit(plan, unit));
    let known: Vec<String> = known.collect();
    NameError::Several {
        what: "unit",
        asked: asked.to_owned(),
        of: of.to_owned(),
        known: quoted(&known),
    }
}

/// The reporting units that a question names. A unit that the changes left as it was is one, in all its vintages, and so
/// is the country.
#[derive(Debug, Clone)]
pub(super) struct AskedUnits {
    asked: String,
    units: Vec<BTreeSet<UnitKey>>,
}

impl AskedUnits {
    /// Looks a unit up in all vintages.
    pub(super) fn find(plan: &Plan, asked: &str) -> Result<Self, NameError> {
        let (vintage, called) = split_unit(plan, asked);
        let found = units_called(plan, called, vintage);
        if found.is_empty() {
            let elsewhere = units_called(plan, called, None);
            let of = vintage.map_or_else(String::new, |v| format!(" in the geography of {v}"));
            return Err(no_such_unit(plan, asked, &of, &elsewhere));
        }
        let mut by_entity: BTreeMap<UnitKey, BTreeSet<UnitKey>> = BTreeMap::new();
        for unit in found {
            let is_country = plan.geography.country(&unit.vintage) == unit;
            let entity = if is_country {
                plan.geography.country("")
            } else {
                plan.geography.entity(&unit).clone()
            };
            by_entity.entry(entity).or_default().insert(unit);
        }
        Ok(Self {
            asked: asked.to_owned(),
            units: by_entity.into_values().collect(),
        })
    }

    /// All of them, with all their vintages.
    pub(super) fn all(self) -> BTreeSet<UnitKey> {
        self.units.into_iter().flatten().collect()
    }

    /// The one of them for which `there` holds, with all its vintages; all of them if it holds for none.
    pub(super) fn only(
        self,
        plan: &Plan,
        there: impl Fn(&UnitKey) -> bool,
    ) -> Result<BTreeSet<UnitKey>, NameError> {
        let with: Vec<_> = self.units.iter().filter(|u| u.iter().any(&there)).collect();
        match with.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Ok(self.units.into_iter().flatten().collect()),
            several => {
                let last = several.iter().filter_map(|keys| keys.last());
                Err(several_units(plan, &self.asked, "", last))
            }
        }
    }
}

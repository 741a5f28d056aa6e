//! The structure of `pipeline.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::breakdowns::RawBreakdown;
use crate::intake::Limits;
use crate::period::Frequency;
use crate::query::Country;

/// `pipeline.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPipeline {
    pub id: String,
    pub title_vi: String,
    pub title_en: String,
    /// Folder of the facts that subjects share, beside the pipeline.
    pub reference: Spanned<String>,
    /// Folder of the models that subjects share, beside the pipeline.
    pub models: Spanned<String>,
    #[serde(default)]
    pub submissions: Vec<String>,
    #[serde(default)]
    pub pass_over: Vec<String>,
    /// Every file that changed within these seconds waits for the next run.
    pub settle_seconds: Option<u32>,
    /// Hours ahead of UTC, in the time zone of due dates.
    pub utc_offset_hours: Spanned<i8>,
    pub country: RawCountry,
    #[serde(default)]
    pub reporters: Vec<RawReporter>,
    #[serde(default)]
    pub breakdowns: Vec<RawBreakdown>,
    #[serde(default)]
    pub periods: RawPeriods,
    #[serde(default)]
    pub duties: Vec<RawDuty>,
    #[serde(default)]
    pub collectives: RawCollectives,
    #[serde(default)]
    pub collections: Vec<RawCollection>,
    pub headline: RawHeadline,
    #[serde(default)]
    pub limits: Limits,
    /// Whether CSV files for people begin with a byte order mark.
    #[serde(default = "yes")]
    pub csv_bom: bool,
    /// The edition whose tables a run prints.
    pub edition: Spanned<String>,
}

fn yes() -> bool {
    true
}

impl RawPipeline {
    pub(super) fn country(&self) -> Country {
        Country {
            code: self.country.code.clone(),
            name_vi: self.country.name_vi.clone(),
            name_en: self.country.name_en.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCountry {
    pub code: String,
    pub name_vi: String,
    pub name_en: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReporter {
    pub id: Spanned<String>,
    pub words: Vec<String>,
    pub rank: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDuty {
    pub id: Spanned<String>,
    /// The reporter that owes the forms in each unit of the territory …
    pub reporter: Option<Spanned<String>>,
    /// … or the kinds of agencies that owe them.
    #[serde(default)]
    pub agencies: Vec<Spanned<String>>,
    pub frequency: Frequency,
    /// For half-years: the only half that it is for.
    pub half: Option<Spanned<i8>>,
    pub due_month: Option<i8>,
    pub due_day: Spanned<i8>,
    pub year_offset: i16,
    pub forms: Vec<Spanned<String>>,
    /// The act that sets it, for people who read the file.
    pub source: String,
}

/// What is made of periods that nobody reported.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPeriods {
    /// Lengths of periods that are made of shorter ones.
    pub from_shorter: Vec<Spanned<Frequency>>,
}

/// Names of `agencies.csv` that stand for several bodies.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawCollectives {
    /// They stand for a body in each unit of the territory.
    pub each_unit: Vec<Spanned<String>>,
    /// They stand for nobody in particular.
    pub unnamed: Vec<Spanned<String>>,
    /// They stand for the agencies of some kinds.
    pub kinds: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCollection {
    pub form: Spanned<String>,
    pub period: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHeadline {
    pub indicators: Vec<Spanned<String>>,
}

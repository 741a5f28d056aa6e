//! What the head of a column means to a form.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::form::{BareHead, Form};

/// What a column of a table is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum ColumnRole {
    /// Running numbers of rows.
    Number,
    /// Labels of rows.
    Label,
    /// Units of measure of rows.
    Measure,
    /// Codes of rows.
    Code,
    /// Remarks.
    Note,
    /// The value column of this index.
    Value(usize),
    /// The derived column of this index.
    Comparison(usize),
    /// None that the form has.
    Unknown,
}

/// What a head may mean.
#[derive(Debug, Clone)]
pub(super) struct HeadMeaning {
    pub(super) role: ColumnRole,
    /// The year N that the head then implies.
    pub(super) year: Option<i16>,
    /// Whether the head has a slip.
    pub(super) slip: bool,
}

impl HeadMeaning {
    /// Nothing that the form knows.
    pub(super) const NONE: Self = Self {
        role: ColumnRole::Unknown,
        year: None,
        slip: false,
    };
}

/// What heads mean to a form; each head is looked up once.
pub(super) struct HeadMeanings<'f> {
    form: &'f Form,
    exact: HashMap<String, Vec<HeadMeaning>>,
    slips: HashMap<String, Vec<HeadMeaning>>,
}

impl<'f> HeadMeanings<'f> {
    pub(super) fn new(form: &'f Form) -> Self {
        Self {
            form,
            exact: HashMap::new(),
            slips: HashMap::new(),
        }
    }

    /// What a path of heads may mean: the whole path, or else its longest end that means something. A slip is accepted
    /// only if nothing matches to the letter.
    pub(super) fn of(&mut self, parts: &[String]) -> Vec<HeadMeaning> {
        let form = self.form;
        let ends: Vec<String> = (0..parts.len())
            .map(|start| parts[start..].join(" "))
            .collect();
        for (known, look) in [
            (
                &mut self.exact,
                roles_of as fn(&str, &Form) -> Vec<HeadMeaning>,
            ),
            (&mut self.slips, despite_slip),
        ] {
            for end in &ends {
                let meanings = known
                    .entry(end.clone())
                    .or_insert_with_key(|end| look(end, form));
                if !meanings.is_empty() {
                    return meanings.clone();
                }
            }
        }
        Vec::new()
    }
}

/// The value columns whose head this is, apart from a slip.
fn despite_slip(key: &str, form: &Form) -> Vec<HeadMeaning> {
    let head = BareHead::of(key);
    let values = form
        .columns
        .iter()
        .enumerate()
        .map(|(i, column)| (ColumnRole::Value(i), &column.heads));
    let comparisons = form
        .comparisons
        .iter()
        .enumerate()
        .map(|(i, comparison)| (ColumnRole::Comparison(i), &comparison.heads));
    values
        .chain(comparisons)
        .filter_map(|(role, heads)| {
            let year = heads
                .iter()
                .find_map(|known| known.year_despite_slip(&head))?;
            Some(HeadMeaning {
                role,
                year,
                slip: true,
            })
        })
        .collect()
}

/// The columns whose head this is, to the letter.
fn roles_of(key: &str, form: &Form) -> Vec<HeadMeaning> {
    let exactly = |role, year| HeadMeaning {
        role,
        year,
        slip: false,
    };
    let values = form.columns.iter().enumerate().filter_map(|(i, column)| {
        let year = column.heads.iter().find_map(|head| head.year(key))?;
        Some(exactly(ColumnRole::Value(i), year))
    });
    let comparisons = form
        .comparisons
        .iter()
        .enumerate()
        .filter_map(|(i, comparison)| {
            let year = comparison.heads.iter().find_map(|head| head.year(key))?;
            Some(exactly(ColumnRole::Comparison(i), year))
        });
    let stubs = [
        (&form.label_heads, ColumnRole::Label),
        (&form.stub.number, ColumnRole::Number),
        (&form.stub.unit, ColumnRole::Measure),
        (&form.stub.code, ColumnRole::Code),
        (&form.stub.note, ColumnRole::Note),
    ];
    let stub = stubs
        .into_iter()
        .find(|(heads, _)| heads.iter().any(|head| head == key))
        .map(|(_, role)| exactly(role, None));
    values.chain(comparisons).chain(stub).collect()
}

/// The year N that most heads agree on. One head alone may imply two: a plan of 2023 is the plan in a report for 2023,
/// and the next plan in a report for 2022.
pub(super) fn year_most_heads_imply(meanings: &[Vec<HeadMeaning>]) -> Option<i16> {
    let mut votes: BTreeMap<i16, usize> = BTreeMap::new();
    for column in meanings {
        let years: BTreeSet<i16> = column.iter().filter_map(|meaning| meaning.year).collect();
        for year in years {
            *votes.entry(year).or_default() += 1;
        }
    }
    votes
        .into_iter()
        .max_by_key(|(_, votes)| *votes)
        .map(|(year, _)| year)
}

//! What the head of a column means to a form.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::form::{BareHead, Form, HeadPattern, Implied};
use super::words::{DocumentWords, HeadPeriod};

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
    /// The period of the report that it states in words.
    pub(super) period: Option<HeadPeriod>,
    /// Whether the head has a slip.
    pub(super) slip: bool,
}

impl HeadMeaning {
    /// Nothing that the form knows.
    pub(super) const NONE: Self = Self {
        role: ColumnRole::Unknown,
        year: None,
        period: None,
        slip: false,
    };
}

/// How a head is looked up.
type Look = fn(&str, &Form, &DocumentWords) -> Vec<HeadMeaning>;

/// What heads mean to a form; each head is looked up once.
pub(super) struct HeadMeanings<'f> {
    form: &'f Form,
    words: &'f DocumentWords,
    exact: HashMap<String, Vec<HeadMeaning>>,
    slips: HashMap<String, Vec<HeadMeaning>>,
}

impl<'f> HeadMeanings<'f> {
    pub(super) fn new(form: &'f Form, words: &'f DocumentWords) -> Self {
        Self {
            form,
            words,
            exact: HashMap::new(),
            slips: HashMap::new(),
        }
    }

    /// What a path of heads may mean, and which of its parts mean it: the whole path, or else its longest end that means
    /// something; else what stands above sub-heads. A slip is accepted only if nothing matches to the letter.
    pub(super) fn of(&mut self, parts: &[String]) -> (Vec<HeadMeaning>, Range<usize>) {
        let all = parts.len();
        let ends = (0..all).map(|start| start..all);
        let above = (1..all)
            .rev()
            .flat_map(|end| (0..end).map(move |start| start..end));
        for (is_above, ranges) in [
            (false, ends.collect::<Vec<_>>()),
            (true, above.collect::<Vec<_>>()),
        ] {
            for slip in [false, true] {
                for range in &ranges {
                    let mut meanings = self.meanings(&parts[range.clone()].join(" "), slip);
                    if is_above {
                        let path = &parts[range.clone()];
                        meanings.retain(|meaning| self.may_have_sub_heads(meaning, path));
                    }
                    if !meanings.is_empty() {
                        return (meanings, range.clone());
                    }
                }
            }
        }
        (Vec::new(), 0..all)
    }

    fn meanings(&mut self, key: &str, slip: bool) -> Vec<HeadMeaning> {
        let form = self.form;
        let words = self.words;
        let (known, look): (_, Look) = if slip {
            (&mut self.slips, despite_slip)
        } else {
            (&mut self.exact, roles_of)
        };
        if let Some(meanings) = known.get(key) {
            return meanings.clone();
        }
        let meanings = look(key, form, words);
        known.insert(key.to_owned(), meanings.clone());
        meanings
    }

    /// Whether a head may have sub-heads that the form does not know: it is that of a value, and no head of the form
    /// goes on below it.
    fn may_have_sub_heads(&self, meaning: &HeadMeaning, path: &[String]) -> bool {
        if !matches!(
            meaning.role,
            ColumnRole::Value(_) | ColumnRole::Comparison(_)
        ) {
            return false;
        }
        let bare: Vec<BareHead> = path.iter().map(|part| BareHead::of(part)).collect();
        let values = self.form.columns.iter().map(|c| &c.heads);
        let comparisons = self.form.comparisons.iter().map(|c| &c.heads);
        let mut heads = values.chain(comparisons).flatten();
        !heads.any(|head| head.goes_on_below(&bare))
    }
}

/// The value columns and comparisons of a form, with their heads.
fn columns_of(form: &Form) -> impl Iterator<Item = (ColumnRole, &Vec<HeadPattern>)> {
    let values = form.columns.iter().enumerate();
    let values = values.map(|(i, column)| (ColumnRole::Value(i), &column.heads));
    let comparisons = form.comparisons.iter().enumerate();
    values.chain(comparisons.map(|(i, column)| (ColumnRole::Comparison(i), &column.heads)))
}

/// The value columns whose head this is, apart from a slip.
fn despite_slip(key: &str, form: &Form, words: &DocumentWords) -> Vec<HeadMeaning> {
    let head = BareHead::of(key);
    let found = columns_of(form).filter_map(|(role, heads)| {
        let mut heads = heads.iter();
        let implied = heads.find_map(|known| known.implied_despite_slip(&head))?;
        meaning(role, &implied, true, words)
    });
    found.collect()
}

/// The columns whose head this is, to the letter.
fn roles_of(key: &str, form: &Form, words: &DocumentWords) -> Vec<HeadMeaning> {
    let columns = columns_of(form).filter_map(|(role, heads)| {
        let implied = heads.iter().find_map(|head| head.implied(key))?;
        meaning(role, &implied, false, words)
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
        .and_then(|(_, role)| meaning(role, &Implied::default(), false, words));
    columns.chain(stub).collect()
}

/// What a head means that implies something of the report; none if its words of a period are none.
fn meaning(
    role: ColumnRole,
    implied: &Implied,
    slip: bool,
    words: &DocumentWords,
) -> Option<HeadMeaning> {
    let period = match &implied.period {
        Some(said) => Some(words.period_in_head(said)?),
        None => None,
    };
    Some(HeadMeaning {
        role,
        year: implied.year.or(period.and_then(|period| period.year)),
        period,
        slip,
    })
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

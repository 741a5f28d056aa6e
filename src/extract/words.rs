//! The words of documents: how statements begin, how periods and geographies are written, what marks a row.

use std::ops::Range;

use regex::Regex;

use super::raw_words::{RawColumnWords, RawDocumentWords};
use super::sender_words::SenderWords;
use crate::period::{Frequency, Period};
use crate::text::Folder;

/// The words of documents, folded, ready to be matched.
#[derive(Debug, Clone)]
pub struct DocumentWords {
    /// Kinds of statements with the words that begin them, the longest first.
    statements: Vec<(StatementKind, String)>,
    /// Ways to state a geography, with their vintages.
    geographies: Vec<(String, String)>,
    /// Ways to state a period.
    periods: Vec<PeriodWay>,
    /// Folded words before a period that is not the report's.
    other_period: Vec<String>,
    /// Ways to state a period without its year in the head of a column.
    within_years: Vec<(Regex, String)>,
    /// A pattern for the folded words of a period that has a code, or is one of these.
    period_words: String,
    /// Ways to state a half of a year, folded and without the year, with the number of the half.
    halves: Vec<(String, i8)>,
    /// Words of statements of the reporter, and beside names of units.
    pub(crate) senders: SenderWords,
    not_a_period: Vec<String>,
    /// Folded bodies with which a letterhead begins.
    pub(super) letterheads: Vec<String>,
    /// Folded labels of rows that introduce others.
    pub lead_in: Vec<String>,
    /// Folded beginnings of rows that sum up others.
    subtotal: Vec<String>,
    /// Folded labels of rows that may be the form's row of totals.
    total: Vec<String>,
    /// Folded beginnings of rows that end a table.
    pub foot: Vec<String>,
    /// Folded beginnings of lines of groups of records.
    group: Vec<String>,
    /// Folded words in the heads of several columns under one head.
    pub(super) columns: RawColumnWords,
    /// Folded words that join two things.
    pub(super) and: Vec<String>,
    /// The folded words for each number of a sending, from 1.
    pub(super) sending_numbers: Vec<Vec<String>>,
    /// Folded words beside the parts of a date.
    pub(super) dates: Vec<String>,
}

/// A way to state a period.
#[derive(Debug, Clone)]
struct PeriodWay {
    regex: Regex,
    /// The SDMX period to fill; none for a period that no form has.
    template: Option<String>,
    /// Whether it names a month, a quarter or a number of months.
    is_within_year: bool,
}

/// A period that a line speaks of.
struct SaidPeriod {
    /// Index of the way in which it is said.
    way: usize,
    range: Range<usize>,
    /// Whether no form has such a period.
    is_unknown: bool,
    /// None also if there is no such period.
    period: Option<Period>,
}

/// Stands for the year of a period that is said without it.
const ANY_YEAR: &str = "2000";

/// The period that the head of a column states, perhaps without its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HeadPeriod {
    pub(super) year: Option<i16>,
    pub(super) frequency: Frequency,
    pub(super) number: i8,
}

impl HeadPeriod {
    fn whole(period: Period) -> Self {
        Self {
            year: Some(period.year),
            frequency: period.frequency,
            number: period.number,
        }
    }

    /// The period; none without its year.
    pub(super) fn in_its_year(self) -> Option<Period> {
        Some(Period {
            year: self.year?,
            frequency: self.frequency,
            number: self.number,
        })
    }

    /// Whether it may be this period.
    pub(super) fn may_be(self, period: Period) -> bool {
        self.frequency == period.frequency
            && self.number == period.number
            && self.year.is_none_or(|year| year == period.year)
    }

    /// Whether both may be the same period.
    pub(super) fn agrees_with(self, other: Self) -> bool {
        let years = self.year.zip(other.year);
        self.frequency == other.frequency
            && self.number == other.number
            && years.is_none_or(|(own, other)| own == other)
    }
}

/// The period that a line states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinePeriod {
    /// A period that has a code.
    Is(Period),
    /// Words for another period: nine months, several years, a number that is no year.
    Other,
}

/// What a statement above a table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatementKind {
    Form,
    Reporter,
    UnitCode,
    Measure,
    Geography,
    Sending,
    Consolidated,
}

impl DocumentWords {
    /// Folds the words.
    ///
    /// # Errors
    /// A sentence, when the words of a period are not a valid pattern.
    pub fn compile(raw: &RawDocumentWords, folder: &Folder) -> Result<Self, String> {
        let s = &raw.statements;
        let mut statements: Vec<(StatementKind, String)> = [
            (StatementKind::Form, &s.form_code),
            (StatementKind::Reporter, &s.reporter),
            (StatementKind::UnitCode, &s.unit_code),
            (StatementKind::Measure, &s.unit_of_measure),
            (StatementKind::Geography, &s.geography),
            (StatementKind::Sending, &s.sending),
            (StatementKind::Consolidated, &s.consolidated),
        ]
        .into_iter()
        .flat_map(|(kind, words)| words.iter().map(move |word| (kind, folder.fold(word))))
        .collect();
        // The longest first: `Biểu số` before `Biểu`.
        statements.sort_by_key(|(_, word)| std::cmp::Reverse(word.chars().count()));
        let fold_all = |words: &[String]| words.iter().map(|w| folder.fold(w)).collect::<Vec<_>>();
        let mut periods = Vec::new();
        let mut within_years = Vec::new();
        let mut period_words = Vec::new();
        for entry in &raw.periods {
            let fills = entry.period.is_some() || entry.in_heads.is_some();
            let pattern = period_pattern(&entry.words, fills, folder)?;
            if let Some(template) = &entry.in_heads {
                within_years.push((pattern.clone(), template.clone()));
            }
            periods.push(PeriodWay {
                regex: pattern,
                template: entry.period.clone(),
                is_within_year: ["{M}", "{Q}", "{n}"]
                    .iter()
                    .any(|part| entry.words.contains(part)),
            });
            if fills {
                let words = period_pattern(&entry.words, false, folder)?;
                period_words.push(format!("(?:{words})"));
            }
        }
        let halves = raw.periods.iter().filter_map(|entry| {
            let half = entry.period.as_deref()?.strip_prefix("{Y}-S")?;
            let words = entry.words.strip_suffix("{Y}")?;
            Some((folder.fold(words), half.parse().ok()?))
        });
        let halves = halves.collect();
        Ok(Self {
            statements,
            geographies: raw
                .geographies
                .iter()
                .flat_map(|(vintage, words)| {
                    words.iter().map(move |w| (folder.fold(w), vintage.clone()))
                })
                .collect(),
            periods,
            other_period: fold_all(&raw.titles.other_period),
            within_years,
            period_words: format!("(?:{})", period_words.join("|")),
            halves,
            senders: SenderWords::compile(&raw.senders, &raw.beside_a_name, folder),
            not_a_period: fold_all(&raw.titles.not_a_period),
            letterheads: fold_all(&raw.titles.letterheads),
            lead_in: fold_all(&raw.rows.lead_in),
            subtotal: fold_all(&raw.rows.subtotal),
            total: fold_all(&raw.rows.total),
            foot: fold_all(&raw.rows.foot),
            group: fold_all(&raw.rows.group),
            columns: RawColumnWords {
                whole: fold_all(&raw.columns.whole),
                whole_ends: fold_all(&raw.columns.whole_ends),
                whole_year: fold_all(&raw.columns.whole_year),
                within: fold_all(&raw.columns.within),
                part_of_year: fold_all(&raw.columns.part_of_year),
                until: fold_all(&raw.columns.until),
            },
            and: fold_all(&raw.lists.and),
            sending_numbers: raw.sendings.numbers.iter().map(|w| fold_all(w)).collect(),
            dates: fold_all(&raw.sendings.dates),
        })
    }

    /// The kind of statement that a folded text begins, if it is exactly the words that begin one.
    pub(super) fn statement(&self, folded: &str) -> Option<StatementKind> {
        let mut statements = self.statements();
        statements
            .find(|(_, words)| *words == folded)
            .map(|(kind, _)| kind)
    }

    /// The folded words that begin statements, the longest first.
    pub(super) fn statements(&self) -> impl Iterator<Item = (StatementKind, &str)> {
        let statements = self.statements.iter();
        statements.map(|(kind, words)| (*kind, words.as_str()))
    }

    /// The vintage that a folded text states, if it states one.
    pub(super) fn vintage(&self, folded: &str) -> Option<&str> {
        let mut geographies = self.geographies.iter();
        geographies
            .find(|(words, _)| words == folded)
            .map(|(_, vintage)| vintage.as_str())
    }

    /// Whether a folded label is the label of a subtotal.
    #[must_use]
    pub fn is_subtotal(&self, folded: &str) -> bool {
        self.subtotal
            .iter()
            .any(|word| folded == word || folded.starts_with(&format!("{word} ")))
    }

    /// Whether a folded label begins the line of a group of records.
    #[must_use]
    pub fn is_group(&self, folded: &str) -> bool {
        self.group
            .iter()
            .any(|word| folded == word || folded.starts_with(&format!("{word} ")))
    }

    /// Whether a folded label may be that of the form's row of totals: a word for it, alone or with the signs of rows.
    pub(super) fn may_be_total(&self, folded: &str) -> bool {
        self.total.iter().any(|word| {
            folded.strip_prefix(word.as_str()).is_some_and(|rest| {
                let mut signs = rest.split(' ').filter(|sign| !sign.is_empty());
                (rest.is_empty() || rest.starts_with(' ')) && signs.all(|s| s.chars().count() <= 2)
            })
        })
    }

    /// Whether a folded line speaks of a half of a year, with or without the year.
    pub(super) fn speaks_of_half(&self, folded: &str, half: i8) -> bool {
        let line = format!(" {folded} ");
        let mut halves = self.halves.iter().filter(|(_, number)| *number == half);
        halves.any(|(words, _)| line.contains(&format!(" {words} ")))
    }

    /// A pattern for the folded words of a period that has a code.
    #[must_use]
    pub fn period_words(&self) -> &str {
        &self.period_words
    }

    /// The period that the folded words in the head of a column are.
    pub(super) fn period_in_head(&self, folded: &str) -> Option<HeadPeriod> {
        if let LinePeriod::Is(period) = self.period(folded)? {
            return Some(HeadPeriod::whole(period));
        }
        self.period_within_year(folded)
    }

    /// The period that folded words are which say no year.
    fn period_within_year(&self, folded: &str) -> Option<HeadPeriod> {
        let ways = self.within_years.iter();
        let mut said = ways.filter_map(|(regex, template)| {
            let captures = regex.captures(folded)?;
            (captures.get(0)?.as_str() == folded).then_some(())?;
            // The number within the year is the same in every year.
            let period = filled(&template.replace("{Y}", ANY_YEAR), &captures)?;
            Some(HeadPeriod {
                year: None,
                ..HeadPeriod::whole(period)
            })
        });
        said.next()
    }

    /// The period that a folded line states, if it states one. Words that a way to state a period has matched are not
    /// matched again by the ways after it. Of several months or quarters the first is meant if words say that the others are
    /// not (`month 9 of 2026, plan for month 10`). Without such words, or where the first has no year, the line states a period
    /// that no form has: nothing is guessed.
    pub(super) fn period(&self, folded: &str) -> Option<LinePeriod> {
        let reference = self.begin_of_reference(folded);
        // A line with a date may state a period before it; one that refers to a document states none.
        let line = match reference {
            None => folded,
            Some((from, true)) => &folded[..from],
            Some((_, false)) => return None,
        };
        let mut found = self.periods_in(line);
        found.retain(|said| said.period.is_some() != said.is_unknown);
        if reference.is_some() {
            found.retain(|said| said.is_unknown);
        }
        found.sort_by_key(|said| said.range.start);
        let known = found.iter().filter(|said| said.period.is_some());
        // The first way to state a period counts.
        let Some(leading) = known.min_by_key(|said| said.way) else {
            return (!found.is_empty()).then_some(LinePeriod::Other);
        };
        let is_short = |said: &SaidPeriod| said.period.is_some_and(|p| p.months() < 6);
        let stated = found
            .first()
            .filter(|first| first.is_unknown || is_short(first));
        let stated = stated.filter(|_| is_short(leading)).unwrap_or(leading);
        let is_open = is_short(stated) && found.iter().any(|o| self.is_rival(line, stated, o));
        match stated.period {
            Some(period) if !is_open => Some(LinePeriod::Is(period)),
            _ => Some(LinePeriod::Other),
        }
    }

    /// The periods that a folded line speaks of.
    fn periods_in(&self, line: &str) -> Vec<SaidPeriod> {
        let mut found: Vec<SaidPeriod> = Vec::new();
        for (way, said) in self.periods.iter().enumerate() {
            for captures in said.regex.captures_iter(line) {
                let Some(range) = captures.get(0).map(|all| all.range()) else {
                    continue;
                };
                let overlaps =
                    |t: &SaidPeriod| t.range.start < range.end && range.start < t.range.end;
                if found.iter().any(overlaps) {
                    continue;
                }
                let template = said.template.as_ref();
                found.push(SaidPeriod {
                    way,
                    range,
                    is_unknown: template.is_none(),
                    period: template.and_then(|template| filled(template, &captures)),
                });
            }
        }
        found
    }

    /// Whether a line may mean another period than the one stated: a month, a quarter or several months, without words before
    /// it that it is what the report is compared with, or what is planned.
    fn is_rival(&self, line: &str, stated: &SaidPeriod, other: &SaidPeriod) -> bool {
        let (Some(period), true) = (stated.period, other.range.start >= stated.range.end) else {
            return false;
        };
        let same = match other.period {
            Some(other) => other == period || other.months() >= 12,
            None => {
                let said = self.period_within_year(&line[other.range.clone()]);
                said.is_some_and(|said| said.may_be(period))
                    || !self.periods[other.way].is_within_year
            }
        };
        let between = &line[stated.range.end..other.range.start];
        let mut apart = self.other_period.iter();
        !same && !apart.any(|words| place_of_words(between, words).is_some())
    }

    /// The last period that a folded text names, if all that it says of periods are such as forms have.
    pub(crate) fn last_period(&self, folded: &str) -> Option<Period> {
        let found = self.periods_in(folded);
        let all_known = found.iter().all(|said| said.period.is_some());
        let last = found.iter().max_by_key(|said| said.range.start);
        last.and_then(|said| said.period).filter(|_| all_known)
    }

    /// Where the first word stands that makes a line a date or a reference to a document, and whether the line has words of
    /// dates only.
    fn begin_of_reference(&self, folded: &str) -> Option<(usize, bool)> {
        let found = || {
            let words = self.not_a_period.iter();
            words.filter_map(|word| Some((place_of_words(folded, word)?, word)))
        };
        let first = found().map(|(at, _)| at).min()?;
        Some((first, found().all(|(_, word)| self.dates.contains(word))))
    }
}

/// The period of a template, filled with what a line states; none if there is no such period.
fn filled(template: &str, captures: &regex::Captures<'_>) -> Option<Period> {
    let mut text = template.to_owned();
    if let Some(year) = captures.name("Y") {
        text = text.replace("{Y}", year.as_str());
    }
    if let Some(quarter) = captures.name("Q") {
        let number = match quarter.as_str() {
            "i" => "1",
            "ii" => "2",
            "iii" => "3",
            "iv" => "4",
            digit => digit,
        };
        text = text.replace("{Q}", number);
    }
    if let Some(month) = captures.name("M") {
        text = text.replace("{M}", &format!("{:0>2}", month.as_str()));
    }
    text.parse().ok()
}

/// Where a folded text contains these words one after the other.
fn place_of_words(folded: &str, words: &str) -> Option<usize> {
    format!(" {folded} ").find(&format!(" {words} "))
}

/// A pattern that finds the words of a period in a folded line, with groups `Y`, `Q` and `M`; without groups if no period is to
/// be filled.
fn period_pattern(words: &str, fills: bool, folder: &Folder) -> Result<Regex, String> {
    let mut pattern = words.to_owned();
    // Folding would drop the braces: words that no language has take their place.
    let places = [
        ("{Y}", " qqyqq "),
        ("{Q}", " qqqqq "),
        ("{M}", " qqmqq "),
        ("{n}", " qqnqq "),
    ];
    for (place, mark) in places {
        pattern = pattern.replace(place, mark);
    }
    let group = |name: &str, inner: &str| {
        if fills {
            format!("(?<{name}>{inner})")
        } else {
            format!("(?:{inner})")
        }
    };
    let pattern = regex::escape(&folder.fold(&pattern))
        .replace("qqyqq", &group("Y", "(?:19|2[0-9])[0-9]{2}"))
        .replace("qqqqq", &group("Q", "iv|i{1,3}|[1-4]"))
        .replace("qqmqq", &group("M", "1[0-2]|0?[1-9]"))
        .replace("qqnqq", "[0-9]+");
    Regex::new(&format!(r"\b{pattern}\b")).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> DocumentWords {
        let raw = r#"
            abbreviations = {}
            geographies = {}
            titles = { not_a_period = ["ngày", "quyết định"], other_period = ["phương hướng", "so với"] }
            rows = { lead_in = [], foot = [] }
            sendings = { numbers = [], dates = ["ngày"] }
            numbers = { approximate = [] }
            symbols = { nil = [], not_collected = [], not_applicable = [] }
            periods = [
                { words = "6 tháng đầu năm {Y}", period = "{Y}-S1" },
                { words = "{n} tháng đầu năm {Y}" },
                { words = "giai đoạn {Y}-{Y}" },
                { words = "tuần {n} tháng {M} năm {Y}" },
                { words = "tháng {M} năm {Y}", period = "{Y}-{M}" },
                { words = "năm {Y}", period = "{Y}" },
                { words = "tháng {M}", in_heads = "{Y}-{M}" },
                { words = "năm {n}" },
            ]
            [statements]
            form_code = []
            reporter = []
            unit_code = []
            unit_of_measure = []
            geography = []
            sending = []
        "#;
        let raw: RawDocumentWords = toml::from_str(raw).expect("words");
        DocumentWords::compile(&raw, &Folder::default()).expect("patterns")
    }

    #[test]
    fn a_line_says_a_period_or_words_for_one_that_no_form_has() {
        let (words, folder) = (words(), Folder::default());
        let year = LinePeriod::Is(Period::annual(2025));
        for (line, expected) in [
            ("NĂM 2025", Some(year)),
            (
                "6 THÁNG ĐẦU NĂM 2025",
                Some(LinePeriod::Is(Period::half(2025, 1))),
            ),
            ("9 THÁNG ĐẦU NĂM 2025", Some(LinePeriod::Other)),
            ("9 tháng đầu năm 2025 và ước thực hiện năm 2025", Some(year)),
            ("Giai đoạn 2021-2025", Some(LinePeriod::Other)),
            ("NĂM 20255", Some(LinePeriod::Other)),
            ("NĂM 1525", Some(LinePeriod::Other)),
            (
                "9 THÁNG ĐẦU NĂM 2025 (đến ngày 30/9/2025)",
                Some(LinePeriod::Other),
            ),
            (
                "THÁNG 9 NĂM 2026, PHƯƠNG HƯỚNG THÁNG 10",
                Some(LinePeriod::Is("2026-09".parse().expect("a period"))),
            ),
            (
                "THÁNG 8, KẾ HOẠCH THÁNG 9 NĂM 2026",
                Some(LinePeriod::Other),
            ),
            ("TUẦN 2 THÁNG 9 NĂM 2026", Some(LinePeriod::Other)),
            (
                "THÁNG 9 NĂM 2026 SO VỚI THÁNG 8 NĂM 2026",
                Some(LinePeriod::Is("2026-09".parse().expect("a period"))),
            ),
            (
                "TỪ THÁNG 7 NĂM 2026 ĐẾN THÁNG 9 NĂM 2026",
                Some(LinePeriod::Other),
            ),
            ("THÁNG 7 NĂM 2026, THÁNG 8", Some(LinePeriod::Other)),
            (
                "THÁNG 9 NĂM 2026: kết quả tháng 9, năm 2026",
                Some(LinePeriod::Is("2026-09".parse().expect("a period"))),
            ),
            ("Lạng Sơn, ngày 20 tháng 12 năm 2025", None),
            ("Quyết định 12 về giai đoạn 2021-2025", None),
            ("Giai đoạn 2021-2025 theo Quyết định 12", None),
            ("Hợp tác xã", None),
        ] {
            assert_eq!(words.period(&folder.fold(line)), expected, "{line}");
        }
    }

    #[test]
    fn a_head_may_state_a_period_without_its_year() {
        let words = words();
        let said = words.period_in_head("tháng 9").expect("a month");
        assert_eq!((said.year, said.number), (None, 9));
        assert!(said.may_be("2026-09".parse().expect("a period")));
        assert!(!said.may_be("2026-08".parse().expect("a period")));
        assert_eq!(said.in_its_year(), None);
        let whole = words.period_in_head("tháng 9 năm 2026").expect("a month");
        assert!(whole.agrees_with(said));
        assert_eq!(words.period_in_head("trong tháng 9"), None);
    }
}

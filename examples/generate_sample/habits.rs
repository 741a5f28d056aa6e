//! How each province lays out its files: the same from year to year, mostly.
//!
//! The province's name selects its habits, so a province that kept its name in the merger of 2025
//! kept its habits. What makes a file hard to read (encodings, number styles, layouts) is assigned by
//! hand: see [`Manner`].

use super::facts::Unit;
use super::hands::Hand;
use super::letters::{Encoding, Letters};
use super::random::Random;
use super::senders::{Kind, Manner};

/// Where the form's code stands above the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeLine {
    /// In the first column.
    Left,
    /// Above the last columns.
    Right,
    /// Nowhere: title and heads must do.
    Absent,
}

/// How the title says its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Title {
    /// `NĂM 2023` on a line of its own.
    TwoLines,
    /// Capitals, with the year at the end of the line.
    OneLine,
    /// Small letters, with the year at the end of the line.
    Sentence,
}

/// How the reporting unit is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reporter {
    /// `UBND tỉnh Sơn La`.
    Short,
    /// `Ủy ban nhân dân tỉnh Sơn La`.
    Full,
    /// `14 - Sơn La`.
    CodeBefore,
    /// `Sơn La (14)`.
    CodeAfter,
}

/// The rows of column heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// All in one row, groups written out.
    One,
    /// The form's own two rows.
    Two,
    /// Two rows, with every text split over both.
    TwoStacked,
    /// A span above the form's two rows.
    ThreeSpan,
    /// The first row of heads typed twice.
    ThreeRepeat,
}

/// The order of KTTT-01's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the form has it.
    Form,
    /// `Mã số` first, then `Chỉ tiêu`.
    CodeFirst,
    /// Comparisons after the next plan.
    ComparisonsLast,
    /// The estimate before the plan.
    EstimateFirst,
    /// Without comparisons.
    NoComparisons,
}

/// Where the numbering of rows stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// In `TT`.
    Column,
    /// Before the label; there is no `TT`.
    Label,
    /// There is no `TT` and no numbering.
    Absent,
}

/// How sub-rows are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Not at all, or by the cell's indent.
    Indent,
    /// By leading spaces.
    Spaces,
    /// By `- `.
    Dash,
    /// By `+ `.
    Plus,
}

/// How labels are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    /// As in the catalogue.
    Catalogue,
    /// `hợp tác xã` written out.
    Long,
    /// Abbreviated: `HTX`, `LHHTX`, `THT`.
    Short,
}

/// Which cells hold formulas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each kind of cell is a choice of its own"
)]
pub(crate) struct Formulas {
    /// Comparisons.
    pub(crate) comparisons: bool,
    /// Comparisons are rounded in the formula, not by the cell's format.
    pub(crate) rounded: bool,
    /// Totals of KTTT-02.
    pub(crate) totals: bool,
    /// KTTT-01's count of cooperatives is taken from KTTT-02.
    pub(crate) link: bool,
}

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// One workbook with both forms.
    Workbook,
    /// One text file a form.
    Text(TextStyle),
}

/// How a text file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct TextStyle {
    /// `,`, `;` or tab; `;` brings the decimal comma.
    pub(crate) delimiter: u8,
    /// Starts with a byte order mark.
    pub(crate) bom: bool,
    /// Every field stands in quotes.
    pub(crate) quote_all: bool,
    /// Lines end as on Windows.
    pub(crate) crlf: bool,
    /// Rows without content are empty lines, not lines of delimiters.
    pub(crate) bare_blanks: bool,
    /// The encoding.
    pub(crate) encoding: Encoding,
}

/// Everything a province does its own way.
#[derive(Debug, Clone)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "habits are independent of each other"
)]
pub(crate) struct Habits {
    /// Workbook or text.
    pub(crate) medium: Medium,
    /// Blank rows above everything.
    pub(crate) top_rows: u32,
    /// Blank columns left of everything.
    pub(crate) left_columns: u16,
    /// The column, from the left, in which the lines about the reporter begin.
    pub(crate) who_column: u16,
    /// The state's motto stands above.
    pub(crate) motto: bool,
    /// Where `Biểu số` stands.
    pub(crate) code_line: CodeLine,
    /// The form of the title.
    pub(crate) title: Title,
    /// The form of the reporter's name.
    pub(crate) reporter: Reporter,
    /// The reporter's name stands in a cell beside its label.
    pub(crate) reporter_apart: bool,
    /// `Mã tỉnh: 14` stands under the name.
    pub(crate) code_apart: bool,
    /// `Địa giới: 63 tỉnh` was written before it was asked for.
    pub(crate) geography_early: bool,
    /// The order of columns.
    pub(crate) order: Order,
    /// The column `Mã số` is there.
    pub(crate) has_codes: bool,
    /// The column `Đơn vị tính` is there.
    pub(crate) has_units: bool,
    /// The column `Ghi chú` is there.
    pub(crate) has_remarks: bool,
    /// An empty column stands between stub and figures.
    pub(crate) gap_column: bool,
    /// Unions stand after groups in KTTT-02.
    pub(crate) groups_first: bool,
    /// The rows of heads.
    pub(crate) header: Header,
    /// A row `A B C 1 2 3` stands under the heads.
    pub(crate) column_numbers: bool,
    /// Section rows are there.
    pub(crate) has_sections: bool,
    /// Section rows are in capitals; else as a sentence.
    pub(crate) loud_sections: bool,
    /// `Trong đó:` rows are there.
    pub(crate) of_which: bool,
    /// A blank row before each section.
    pub(crate) blank_rows: bool,
    /// Where the numbering is.
    pub(crate) numbering: Numbering,
    /// How sub-rows are marked.
    pub(crate) mark: Mark,
    /// The wording of labels.
    pub(crate) wording: Wording,
    /// Tone marks the old way: `Hoà`, `thuỷ`.
    pub(crate) old_tones: bool,
    /// Main rows in capitals.
    pub(crate) loud_rows: bool,
    /// `Tổng số` is the last row of KTTT-02.
    pub(crate) total_last: bool,
    /// Which cells are formulas.
    pub(crate) formulas: Formulas,
    /// Charter capital and assets in `triệu đồng`.
    pub(crate) small_money: bool,
    /// Members in `nghìn người`.
    pub(crate) thousands: bool,
    /// The unit of money stands above the table, not in the rows.
    pub(crate) sheet_unit: bool,
    /// Units by other words: `hợp tác xã`, `triệu đồng` without `/năm`.
    pub(crate) other_units: bool,
    /// A note under the table.
    pub(crate) note: bool,
    /// Place, date and signatures under the table.
    pub(crate) signatures: bool,
    /// Which names the sheets have.
    pub(crate) sheet_names: i64,
    /// KTTT-02 is the first sheet.
    pub(crate) reversed: bool,
    /// A blank sheet is left at the end.
    pub(crate) spare_sheet: bool,
    /// Which pattern the file name follows.
    pub(crate) file_name: i64,
    /// What makes its workbooks hard to read.
    pub(crate) manners: &'static [Manner],
}

impl Habits {
    /// The habits of a province in a year.
    #[allow(clippy::too_many_lines, reason = "one line a habit")]
    pub(crate) fn of(
        seed: u64,
        unit: &Unit,
        year: i32,
        medium: Medium,
        manners: &'static [Manner],
    ) -> Self {
        let mut r = Random::of(seed, &[&unit.name, "habits"]);
        let mut habits = Self {
            medium,
            top_rows: r.pick(&[0, 0, 0, 0, 1, 2]),
            left_columns: r.pick(&[0, 0, 0, 0, 0, 0, 1]),
            who_column: r.pick(&[0, 0, 0, 0, 0, 0, 1, 1, 2, 3]),
            motto: r.chance(45),
            code_line: r.pick(&[
                CodeLine::Left,
                CodeLine::Left,
                CodeLine::Right,
                CodeLine::Right,
                CodeLine::Absent,
            ]),
            title: r.pick(&[
                Title::TwoLines,
                Title::TwoLines,
                Title::TwoLines,
                Title::OneLine,
                Title::Sentence,
            ]),
            reporter: r.pick(&[
                Reporter::Short,
                Reporter::Short,
                Reporter::Short,
                Reporter::Short,
                Reporter::Full,
                Reporter::Full,
                Reporter::CodeBefore,
                Reporter::CodeAfter,
            ]),
            reporter_apart: r.chance(15),
            code_apart: r.chance(12),
            geography_early: r.chance(8),
            order: r.pick(&[
                Order::Form,
                Order::Form,
                Order::Form,
                Order::Form,
                Order::Form,
                Order::CodeFirst,
                Order::ComparisonsLast,
                Order::EstimateFirst,
                Order::NoComparisons,
            ]),
            has_codes: r.chance(55),
            has_units: r.chance(93),
            has_remarks: r.chance(70),
            gap_column: r.chance(8),
            groups_first: r.chance(12),
            header: r.pick(&[
                Header::Two,
                Header::Two,
                Header::Two,
                Header::Two,
                Header::One,
                Header::One,
                Header::TwoStacked,
                Header::ThreeSpan,
                Header::ThreeSpan,
                Header::ThreeRepeat,
            ]),
            column_numbers: r.chance(35),
            has_sections: r.chance(90),
            loud_sections: r.chance(75),
            of_which: r.chance(60),
            blank_rows: r.chance(20),
            numbering: r.pick(&[
                Numbering::Column,
                Numbering::Column,
                Numbering::Column,
                Numbering::Column,
                Numbering::Label,
                Numbering::Absent,
            ]),
            mark: r.pick(&[
                Mark::Indent,
                Mark::Indent,
                Mark::Spaces,
                Mark::Dash,
                Mark::Dash,
                Mark::Plus,
            ]),
            wording: r.pick(&[
                Wording::Catalogue,
                Wording::Catalogue,
                Wording::Catalogue,
                Wording::Long,
                Wording::Short,
            ]),
            old_tones: r.chance(35),
            loud_rows: r.chance(12),
            total_last: r.chance(40),
            formulas: Formulas {
                comparisons: r.chance(30),
                rounded: r.chance(60),
                totals: r.chance(30),
                link: r.chance(8),
            },
            small_money: r.chance(10),
            thousands: r.chance(6),
            sheet_unit: false,
            other_units: r.chance(15),
            note: r.chance(55),
            signatures: r.chance(85),
            sheet_names: r.between(0, 4),
            reversed: r.chance(12),
            spare_sheet: r.chance(10),
            file_name: r.between(0, 6),
            manners,
        };
        habits.vary(seed, unit, year);
        habits.agree(r.chance(40));
        for manner in manners {
            habits.suit(*manner);
        }
        habits
    }

    /// A new clerk now and then: small things change from one year to the next.
    fn vary(&mut self, seed: u64, unit: &Unit, year: i32) {
        let mut r = Random::of(seed, &[&unit.name, &year.to_string(), "habits"]);
        if r.chance(12) {
            self.top_rows = (self.top_rows + 1) % 3;
        }
        if r.chance(10) {
            self.of_which = !self.of_which;
        }
        if r.chance(8) {
            self.has_codes = !self.has_codes;
        }
        if r.chance(8) {
            self.code_line = r.pick(&[CodeLine::Left, CodeLine::Right]);
        }
        if r.chance(6) {
            self.header = r.pick(&[Header::One, Header::Two, Header::ThreeSpan]);
        }
        if r.chance(10) {
            self.note = !self.note;
        }
    }

    /// Takes back what does not go together.
    fn agree(&mut self, sheet_unit: bool) {
        if self.order == Order::CodeFirst {
            self.has_codes = true;
        }
        self.has_sections |= !self.has_codes;
        if !self.has_units {
            self.small_money = sheet_unit;
            self.sheet_unit = sheet_unit;
            self.thousands = false;
        }
        if let Medium::Text(_) = self.medium {
            self.formulas = Formulas::default();
            self.thousands = false;
            self.left_columns = 0;
        }
    }

    /// Makes room for a manner: what would hide it, or could not be read beside it, is taken back.
    fn suit(&mut self, manner: Manner) {
        match manner {
            Manner::Numbers(_) => {
                self.formulas = Formulas::default();
                self.thousands = false;
                self.small_money = false;
                self.sheet_unit = false;
            }
            // Old fonts have no letters for the names of sheets.
            Manner::Letters(Letters::Decomposed | Letters::HalfDecomposed) => {}
            Manner::Letters(_) => self.sheet_names = 3,
            Manner::Slip(..) => {
                self.has_codes = false;
                self.has_sections = true;
                if self.order == Order::CodeFirst {
                    self.order = Order::Form;
                }
            }
            Manner::OnItsSide => {
                self.header = Header::One;
                self.formulas = Formulas::default();
                self.column_numbers = false;
                self.gap_column = false;
                self.of_which = false;
                self.blank_rows = false;
                self.has_codes = true;
                if self.mark == Mark::Spaces {
                    self.mark = Mark::Indent;
                }
            }
            Manner::SideBySide => {
                self.formulas = Formulas::default();
                self.spare_sheet = false;
            }
            Manner::Errors => {
                self.formulas.comparisons = true;
                self.formulas.rounded = false;
            }
            Manner::Dashes => self.formulas.comparisons = false,
            Manner::HeadsAgain | Manner::Subtotals => self.formulas = Formulas::default(),
            Manner::Hidden => {
                self.has_codes = true;
                self.has_remarks = true;
            }
            Manner::ThousandDong => {
                self.has_units = true;
                self.sheet_unit = false;
            }
            Manner::BillionsAbove => {
                self.has_units = false;
                self.small_money = false;
                self.thousands = false;
                self.sheet_unit = true;
            }
            Manner::UnitInLabel => {
                self.has_units = false;
                self.small_money = true;
                self.thousands = false;
                self.sheet_unit = false;
            }
            Manner::ThousandsInHead => self.formulas.totals = false,
            _ => {}
        }
    }

    /// Whether a manner is among its own.
    pub(crate) fn has(&self, manner: Manner) -> bool {
        self.manners.contains(&manner)
    }

    /// The kind of its workbooks.
    pub(crate) fn kind(&self) -> Kind {
        let mut kinds = self.manners.iter().filter_map(|manner| match manner {
            Manner::Kind(kind) => Some(*kind),
            _ => None,
        });
        kinds.next().unwrap_or(Kind::Xlsx)
    }

    /// How its figures are typed, if they are text.
    pub(crate) fn hand(&self) -> Option<Hand> {
        self.manners.iter().find_map(|manner| match manner {
            Manner::Numbers(hand) => Some(*hand),
            _ => None,
        })
    }

    /// How its letters are typed, if not as everyone's.
    pub(crate) fn letters(&self) -> Option<Letters> {
        self.manners.iter().find_map(|manner| match manner {
            Manner::Letters(letters) => Some(*letters),
            _ => None,
        })
    }
}

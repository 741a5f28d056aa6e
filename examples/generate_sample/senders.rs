//! Who has which of the habits that make files hard to read.
//!
//! [`Habits`](super::habits::Habits) are drawn at random. These are assigned by hand, so that each is on a
//! sheet on which a careful reader can prove what is meant, and the figures do not change. A province
//! that is not named here, and every report with a planted fault, has none of them.

use super::facts::Facts;
use super::hands::{self, Hand};
use super::letters::{Encoding, Letters};

/// A habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// The workbook is of another kind than .xlsx.
    Kind(Kind),
    /// Figures are text.
    Numbers(Hand),
    /// Only figures of a thousand and more are text.
    LargeOnly,
    /// Some figures bear a mark: `1.234 (*)`.
    Asterisks,
    /// Some plans are said about: `khoảng 1.234`, `~1.234`.
    About,
    /// Comparisons with their sign: `107,4%`.
    Percent,
    /// `#DIV/0!` in comparisons with nought.
    Errors,
    /// `-` for nought.
    Dashes,
    /// Letters of old fonts, or decomposed.
    Letters(Letters),
    /// Text files, in the years in which the province sends text.
    Encoding(Encoding),
    /// Text files with tabs, called .tsv.
    TabFile,
    /// Double spaces, non-breaking spaces and line breaks.
    Spaced,
    /// `TH`, `KH`, `LH HTX` in heads.
    ShortHeads,
    /// Rows are numbered `1)` and `a)`.
    Lettered,
    /// Marks of footnotes behind labels, and the notes below the table.
    Footnotes,
    /// In one year one letter of the label of an indicator is wrong: year, indicator, right, wrong.
    Slip(i32, &'static str, &'static str, &'static str),
    /// KTTT-01 on its side: scenarios in rows, indicators in columns.
    OnItsSide,
    /// Both forms beside each other on one sheet.
    SideBySide,
    /// Heads stand again where the page ends.
    HeadsAgain,
    /// `Cộng` rows in KTTT-02.
    Subtotals,
    /// A second visible sheet with the same KTTT-01.
    SecondCopy,
    /// A hidden sheet with a draft of KTTT-01, in which the estimate is the plan.
    Draft,
    /// Hidden columns (codes, remarks) and hidden rows (a note, and rows with figures).
    Hidden,
    /// Only the table is printed.
    PrintArea,
    /// Yearly means in `nghìn đồng`.
    ThousandDong,
    /// `Đơn vị tính: tỷ đồng` above the table, and no units in the rows.
    BillionsAbove,
    /// The unit of money in the row's label.
    UnitInLabel,
    /// `(nghìn người)` in the heads of KTTT-02.
    ThousandsInHead,
}

/// The kinds of workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Office Open XML.
    Xlsx,
    /// The same, and may hold macros; it holds none.
    Xlsm,
    /// The same in binary.
    Xlsb,
    /// Excel 97.
    Xls,
    /// `OpenDocument`.
    Ods,
}

impl Kind {
    /// The ending of the file's name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsm => "xlsm",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }
}

use Manner::{
    About, Asterisks, BillionsAbove, Dashes, Draft, Errors, Footnotes, HeadsAgain, Hidden,
    LargeOnly, Lettered, OnItsSide, Percent, PrintArea, SecondCopy, ShortHeads, SideBySide, Slip,
    Spaced, Subtotals, TabFile, ThousandDong, ThousandsInHead, UnitInLabel,
};

/// The habits of each province, by name.
const MANNERS: [(&str, &[Manner]); 54] = [
    ("An Giang", &[Manner::Letters(Letters::Mixed)]),
    ("Bà Rịa - Vũng Tàu", &[OnItsSide]),
    ("Bắc Giang", &[Hidden]),
    ("Bạc Liêu", &[SideBySide]),
    ("Bắc Kạn", &[Spaced]),
    ("Bắc Ninh", &[Hidden, PrintArea]),
    ("Bến Tre", &[Subtotals]),
    ("Bình Định", &[Manner::Encoding(Encoding::Tcvn3)]),
    ("Bình Dương", &[HeadsAgain]),
    ("Bình Phước", &[Spaced, ShortHeads]),
    ("Bình Thuận", &[Manner::Letters(Letters::Decomposed)]),
    (
        "Cà Mau",
        &[Manner::Numbers(hands::POINTS), Asterisks, About],
    ),
    ("Cần Thơ", &[Manner::Kind(Kind::Xlsb)]),
    ("Cao Bằng", &[SideBySide, Dashes]),
    ("Đà Nẵng", &[Manner::Letters(Letters::HalfDecomposed)]),
    ("Đắk Lắk", &[SecondCopy]),
    ("Đắk Nông", &[Footnotes]),
    ("Điện Biên", &[Manner::Encoding(Encoding::Utf16)]),
    ("Đồng Nai", &[Manner::Numbers(hands::COMMAS)]),
    (
        "Hà Giang",
        &[Manner::Numbers(hands::POINTS), LargeOnly, Percent],
    ),
    ("Hà Nam", &[Lettered]),
    ("Hà Tĩnh", &[Manner::Numbers(hands::APOSTROPHE)]),
    ("Hải Dương", &[Dashes]),
    ("Hậu Giang", &[ThousandsInHead]),
    ("Hòa Bình", &[Subtotals, Spaced]),
    ("Huế", &[Draft]),
    ("Hưng Yên", &[Manner::Letters(Letters::VnTime)]),
    ("Khánh Hòa", &[Manner::Kind(Kind::Xlsm), ShortHeads]),
    (
        "Kon Tum",
        &[Dashes, Slip(2023, "htx_agri_chain", "chuỗi", "chuổi")],
    ),
    ("Lai Châu", &[OnItsSide]),
    ("Lâm Đồng", &[Manner::Encoding(Encoding::Windows1258)]),
    ("Lạng Sơn", &[Manner::Numbers(hands::POINTS_BARE), Dashes]),
    ("Lào Cai", &[Subtotals]),
    (
        "Long An",
        &[Slip(2024, "htx_directors_trained", "được", "đươc")],
    ),
    ("Nghệ An", &[HeadsAgain]),
    ("Ninh Bình", &[Manner::Numbers(hands::FIRM_SPACES)]),
    ("Ninh Thuận", &[Lettered, Errors]),
    ("Phú Thọ", &[Manner::Kind(Kind::Xls)]),
    ("Quảng Bình", &[Manner::Kind(Kind::Xls), Dashes]),
    ("Quảng Nam", &[ThousandDong]),
    ("Quảng Ngãi", &[Manner::Letters(Letters::Decomposed)]),
    ("Quảng Ninh", &[Manner::Numbers(hands::SPACES)]),
    ("Quảng Trị", &[Footnotes, Dashes]),
    ("Sóc Trăng", &[Manner::Letters(Letters::VniTimes)]),
    ("Sơn La", &[Manner::Kind(Kind::Ods), UnitInLabel]),
    ("Thái Bình", &[Manner::Letters(Letters::VnArial)]),
    ("Thanh Hóa", &[Spaced, BillionsAbove]),
    ("Thừa Thiên Huế", &[Draft]),
    ("Tiền Giang", &[TabFile]),
    ("Trà Vinh", &[Manner::Kind(Kind::Ods)]),
    ("Tuyên Quang", &[Manner::Letters(Letters::VnTime)]),
    ("Vĩnh Long", &[Manner::Letters(Letters::VniTimes)]),
    ("Vĩnh Phúc", &[Errors]),
    ("Yên Bái", &[Manner::Letters(Letters::VnArial), Dashes]),
];

/// Files that come together in one archive: year, archive, provinces.
const ARCHIVES: [(i32, &str, &[&str]); 1] = [(
    2024,
    "LMHTX cụm đồng bằng sông Hồng.zip",
    &["Hà Nam", "Hải Dương", "Nam Định"],
)];

/// The habits of a province.
pub(crate) fn manners(name: &str) -> &'static [Manner] {
    MANNERS
        .iter()
        .find(|(province, _)| *province == name)
        .map_or(&[], |(_, manners)| manners)
}

/// The archive in which a province's files of a year come, if they come in one.
pub(crate) fn archive(year: i32, name: &str) -> Option<&'static str> {
    ARCHIVES
        .iter()
        .find(|(when, _, provinces)| *when == year && provinces.contains(&name))
        .map(|(_, archive, _)| *archive)
}

/// Stops at a name that no province bears, whose habits would be nobody's.
pub(crate) fn check(facts: &Facts) -> Result<(), String> {
    let together = ARCHIVES.iter().flat_map(|(.., names)| names.iter());
    let alone = MANNERS.iter().map(|(name, _)| name);
    match alone.chain(together).find(|name| !facts.is_name(name)) {
        Some(name) => Err(format!("no province is called {name}")),
        None => Ok(()),
    }
}

//! One pass over a sheet's part: its cells, and the rows and columns that it hides.

use std::collections::BTreeSet;
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::address::{address, range};
use super::styles::CellStyle;
use super::texts::{SharedTexts, StoredText, TextReader, resolved, without_escapes};
use crate::read::address::{Address, CellRange};
use crate::read::content::{BorrowedContent, CellContent, Withheld};
use crate::read::document::{LegacyFont, ReadError};
use crate::read::number_format::CellFormat;
use crate::read::rich_text::visible;
use crate::read::sheet::{FontRun, ReadNote};
use crate::read::tally::{Filling, MAX_COLUMNS, MAX_ROWS};
use crate::read::xml::{attribute, is_true, xml_reader};

/// What all sheets of a workbook share.
pub(super) struct BookFacts<'a> {
    pub(super) styles: Vec<CellStyle>,
    pub(super) shared: SharedTexts,
    /// Whether days are counted from 1904.
    pub(super) is_1904: bool,
    pub(super) legacy_font: LegacyFont<'a>,
}

/// What a sheet states besides its cells.
#[derive(Debug, Default)]
pub(super) struct SheetFacts {
    pub(super) hidden_rows: BTreeSet<u32>,
    pub(super) hidden_columns: Vec<(u32, u32)>,
    /// The formulas whose saved result is 0.
    pub(super) zeros: Vec<(Address, String)>,
    /// The cells of array formulas that have no result.
    pub(super) arrays: Vec<CellRange>,
}

/// Longer formulas are not looked at, in bytes.
const LONGEST_SUM: usize = 1000;

/// Reads the cells of a sheet's part into `filling`. Damage ends the sheet with a note; what stands before it is kept.
///
/// `calculates_on_load` says that the program which wrote the file left its formulas to be calculated: a zero that it
/// saved for one is no result.
///
/// # Errors
/// When the file exceeds a limit.
pub(super) fn read_cells(
    part: impl BufRead,
    book: &BookFacts<'_>,
    calculates_on_load: bool,
    filling: &mut Filling<'_>,
) -> Result<SheetFacts, ReadError> {
    let mut pass = SheetPass {
        book,
        calculates_on_load,
        filling,
        facts: SheetFacts::default(),
        hides_zeros: false,
        row: 0,
        next: Address::new(0, 0),
        cell: CellState::default(),
        value: String::new(),
        formula: String::new(),
        inline: None,
        within: Within::Other,
        skipped: 0,
    };
    match pass.read(part) {
        Ok(()) => {}
        Err(limit @ ReadError::TooLarge(_)) => return Err(limit),
        Err(damage) => {
            let note = ReadNote::DamagedFrom(damage.to_string());
            pass.filling.sheet.note(pass.next, note);
        }
    }
    Ok(pass.facts)
}

/// The pass over a sheet's part.
struct SheetPass<'p, 'b, 'f> {
    book: &'p BookFacts<'b>,
    calculates_on_load: bool,
    filling: &'p mut Filling<'f>,
    facts: SheetFacts,
    /// Whether the sheet shows nothing in place of a zero.
    hides_zeros: bool,
    /// The current row.
    row: u32,
    /// Where a cell that states no address stands.
    next: Address,
    cell: CellState,
    /// The value of the current cell, as written.
    value: String,
    /// The formula of the current cell.
    formula: String,
    /// The text that stands in the current cell.
    inline: Option<TextReader>,
    within: Within,
    /// Elements open within what other programs add to a row or to the sheet.
    skipped: usize,
}

fn cut_off() -> ReadError {
    ReadError::Damaged("it ends before its end".to_owned())
}

/// The element that the pass is in.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    Value,
    Formula,
    /// A text that stands in its cell.
    Inline,
    /// What other programs add.
    Extension,
    #[default]
    Other,
}

/// The current cell.
#[derive(Default)]
struct CellState {
    at: Option<Address>,
    style: usize,
    kind: ValueKind,
    has_formula: bool,
    /// The cells that its formula gives their values to, if it is an array formula.
    array: Option<CellRange>,
    has_value: bool,
    /// It states two values: no program knows which one counts.
    is_broken: bool,
    /// Elements open within the cell: only its own children count, not those of what other programs add.
    depth: usize,
}

/// The type that a cell states for its value.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    #[default]
    Number,
    Shared,
    /// The text that a formula results in.
    Text,
    Inline,
    Bool,
    Error,
    Date,
    Unknown,
}

impl SheetPass<'_, '_, '_> {
    fn read(&mut self, part: impl BufRead) -> Result<(), ReadError> {
        let mut reader = xml_reader(part);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = reader.read_event_into(&mut buffer)?;
            if let Some(inline) = self
                .inline
                .as_mut()
                .filter(|_| self.within == Within::Inline)
            {
                match &event {
                    Event::End(e) if e.local_name().as_ref() == "is" => {
                        self.within = Within::Other;
                        self.cell.depth = 0;
                    }
                    Event::Eof => {}
                    event => inline.take(event, self.book.legacy_font)?,
                }
                if event != Event::Eof {
                    continue;
                }
            }
            if self.skipped > 0 {
                match event {
                    Event::Start(_) => self.skipped += 1,
                    Event::End(_) => self.skipped -= 1,
                    Event::Eof => return Err(cut_off()),
                    _ => {}
                }
                continue;
            }
            match event {
                Event::Start(e) => self.start(&e)?,
                Event::Text(text) => self.push(&text.xml10_content()),
                Event::CData(text) => self.push(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    if let Some(letters) = resolved(&reference) {
                        self.push(&letters);
                    }
                }
                Event::End(_) if self.cell.depth > 0 => {
                    self.cell.depth -= 1;
                    if self.cell.depth == 0 {
                        self.within = Within::Other;
                    }
                }
                Event::End(e) => match e.local_name().as_ref() {
                    "row" => self.row = self.row.saturating_add(1),
                    "c" => self.end_cell()?,
                    "sheetData" => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }

    fn push(&mut self, text: &str) {
        match self.within {
            Within::Value => self.value.push_str(text),
            Within::Formula if self.formula.len() < LONGEST_SUM => self.formula.push_str(text),
            _ => {}
        }
    }

    fn start(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        if self.cell.at.is_some() {
            self.cell.depth += 1;
            if self.cell.depth > 1 {
                self.within = Within::Extension;
                return Ok(());
            }
        }
        match e.local_name().as_ref() {
            "extLst" if self.cell.at.is_none() => self.skipped = 1,
            "c" => self.start_cell(e)?,
            "v" => {
                self.within = Within::Value;
                self.cell.is_broken |= self.cell.has_value;
                self.cell.has_value = true;
            }
            "f" => {
                self.cell.has_formula = true;
                self.cell.array = attribute(e, "ref")?
                    .filter(|_| matches!(attribute(e, "t"), Ok(Some(kind)) if kind == "array"))
                    .and_then(|name| range(&name));
                self.within = Within::Formula;
            }
            "is" if self.cell.at.is_some() => {
                self.inline = Some(TextReader::default());
                self.within = Within::Inline;
            }
            "row" => self.start_row(e)?,
            "col" if is_true(attribute(e, "hidden")?.as_deref()) => {
                let bound = |name| -> Result<Option<u32>, ReadError> {
                    Ok(attribute(e, name)?
                        .and_then(|n| n.parse::<u32>().ok())
                        .and_then(|n| n.checked_sub(1))
                        .map(|n| n.min(MAX_COLUMNS - 1)))
                };
                if let (Some(from), Some(to)) = (bound("min")?, bound("max")?) {
                    self.facts.hidden_columns.push((from, to));
                }
            }
            "sheetView" => {
                let shows = attribute(e, "showZeros")?;
                self.hides_zeros = matches!(shows.as_deref(), Some("0" | "false"));
            }
            _ => {}
        }
        Ok(())
    }

    fn start_row(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        let mut is_hidden = false;
        for attribute in e.attributes().with_checks(false) {
            let attribute = attribute?;
            match attribute.key.local_name().as_ref() {
                "r" => {
                    if let Ok(n) = attribute.value.trim().parse::<u32>() {
                        self.row = n.saturating_sub(1);
                    }
                }
                "hidden" => is_hidden = is_true(Some(&attribute.value)),
                _ => {}
            }
        }
        self.next = Address::new(self.row, 0);
        if is_hidden && self.row < MAX_ROWS {
            self.facts.hidden_rows.insert(self.row);
        }
        Ok(())
    }

    fn start_cell(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        let mut cell = CellState::default();
        for attribute in e.attributes().with_checks(false) {
            let attribute = attribute?;
            match attribute.key.local_name().as_ref() {
                "r" => cell.at = address(attribute.value.trim()),
                "s" => cell.style = attribute.value.trim().parse().unwrap_or(0),
                "t" => {
                    cell.kind = match attribute.value.trim() {
                        "n" => ValueKind::Number,
                        "s" => ValueKind::Shared,
                        "str" => ValueKind::Text,
                        "inlineStr" => ValueKind::Inline,
                        "b" => ValueKind::Bool,
                        "e" => ValueKind::Error,
                        "d" => ValueKind::Date,
                        _ => ValueKind::Unknown,
                    };
                }
                _ => {}
            }
        }
        let at = cell.at.unwrap_or(self.next);
        self.next = Address::new(at.row, at.column.saturating_add(1));
        cell.at = Some(at);
        self.cell = cell;
        self.value.clear();
        self.formula.clear();
        self.within = Within::Other;
        Ok(())
    }

    /// Delivers the current cell.
    fn end_cell(&mut self) -> Result<(), ReadError> {
        let cell = std::mem::take(&mut self.cell);
        let inline = self.inline.take();
        let Some(at) = cell.at else { return Ok(()) };
        if at.row >= MAX_ROWS || at.column >= MAX_COLUMNS {
            let outside = "a cell lies outside of every sheet".to_owned();
            self.filling.sheet.note(at, ReadNote::Skipped(outside));
            return Ok(());
        }
        if let Some(text) = inline {
            let text = text.finish();
            return self.text(at, cell.style, &text);
        }
        if cell.is_broken {
            return self.unreadable(at);
        }
        let is_missing = !cell.has_value || self.value.trim().is_empty();
        if is_missing && cell.kind != ValueKind::Text {
            return self.without_value(at, &cell);
        }
        match cell.kind {
            ValueKind::Number => self.number(at, &cell),
            ValueKind::Shared => {
                let index = self.value.trim().parse::<usize>().ok();
                match index.and_then(|index| self.book.shared.get(index)) {
                    Some(text) => self.text(at, cell.style, text),
                    None => self.unreadable(at),
                }
            }
            ValueKind::Text if !cell.has_value => self.without_value(at, &cell),
            ValueKind::Text | ValueKind::Inline => {
                let text = StoredText::Plain(without_escapes(&self.value).into_owned());
                self.text(at, cell.style, &text)
            }
            ValueKind::Bool => match self.value.trim() {
                "1" | "true" => self.plain(at, cell.style, BorrowedContent::Bool(true)),
                "0" | "false" => self.plain(at, cell.style, BorrowedContent::Bool(false)),
                _ => self.unreadable(at),
            },
            ValueKind::Error => {
                let error = std::mem::take(&mut self.value);
                self.filling.fill(at, BorrowedContent::Error(error.trim()))
            }
            ValueKind::Date => {
                let value = std::mem::take(&mut self.value);
                let date = value.trim();
                let day = date.strip_suffix("T00:00:00").unwrap_or(date);
                self.plain(at, cell.style, BorrowedContent::Date(day))
            }
            ValueKind::Unknown => self.unreadable(at),
        }
    }

    /// A cell without a value: blank, or a formula that was not calculated.
    fn without_value(&mut self, at: Address, cell: &CellState) -> Result<(), ReadError> {
        if cell.has_formula {
            self.facts.arrays.extend(cell.array);
            return self.filling.fill(at, BorrowedContent::NoCachedValue);
        }
        Ok(())
    }

    fn unreadable(&mut self, at: Address) -> Result<(), ReadError> {
        let text = self.value.trim().to_owned();
        let content = CellContent::withheld(Withheld::Unreadable, text);
        self.filling.fill(at, BorrowedContent::from(&content))
    }

    fn number(&mut self, at: Address, cell: &CellState) -> Result<(), ReadError> {
        let Some(n) = self
            .value
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite())
        else {
            return self.unreadable(at);
        };
        if n == 0.0 && cell.has_formula && self.calculates_on_load {
            return self.filling.fill(at, BorrowedContent::NoCachedValue);
        }
        if n == 0.0 && (1..LONGEST_SUM).contains(&self.formula.len()) {
            let formula = std::mem::take(&mut self.formula);
            self.facts.zeros.push((at, formula));
        }
        let style = self.book.styles.get(cell.style);
        let is_plain = style
            .is_none_or(|style| matches!(style.format, CellFormat::Plain) && !style.font.is_struck);
        if is_plain && !(n == 0.0 && self.hides_zeros) {
            return self.filling.fill(at, BorrowedContent::Number(n));
        }
        let content = match style {
            _ if n == 0.0 && self.hides_zeros => {
                CellContent::withheld(Withheld::Unshown, self.value.trim())
            }
            Some(style) => style.format.content(n, self.book.is_1904),
            None => CellContent::Number(n),
        };
        self.plain(at, cell.style, BorrowedContent::from(&content))
    }

    /// Delivers content that is set as its cell is.
    fn plain(
        &mut self,
        at: Address,
        style: usize,
        content: BorrowedContent<'_>,
    ) -> Result<(), ReadError> {
        let is_struck = |style: &CellStyle| style.font.is_struck;
        if self.book.styles.get(style).is_some_and(is_struck) {
            let text = CellContent::from(content).as_read();
            let content = CellContent::withheld(Withheld::Struck, text);
            return self.filling.fill(at, BorrowedContent::from(&content));
        }
        self.filling.fill(at, content)
    }

    fn text(&mut self, at: Address, style: usize, text: &StoredText) -> Result<(), ReadError> {
        let style = self.book.styles.get(style);
        let font = style.and_then(|style| style.font.legacy.as_ref());
        let is_struck = style.is_some_and(|style| style.font.is_struck);
        let hides_text = style.is_some_and(|style| style.format.hides_text());
        let runs = match text {
            StoredText::Plain(text) if !is_struck && !hides_text => {
                self.filling.fill(at, BorrowedContent::Text(text))?;
                if let Some(font) = font {
                    let run = FontRun {
                        text: text.clone(),
                        font: Some(font.clone()),
                    };
                    self.filling.sheet.set_runs(at, vec![run]);
                }
                return Ok(());
            }
            StoredText::Plain(text) => {
                let why = if is_struck {
                    Withheld::Struck
                } else {
                    Withheld::Unshown
                };
                if text.trim().is_empty() {
                    return Ok(());
                }
                let content = CellContent::withheld(why, text.as_str());
                return self.filling.fill(at, BorrowedContent::from(&content));
            }
            StoredText::Rich(runs) => runs,
        };
        let seen = visible(runs, is_struck, font);
        if hides_text || (seen.has_struck && seen.text.trim().is_empty()) {
            let why = if hides_text {
                Withheld::Unshown
            } else {
                Withheld::Struck
            };
            let whole: String = runs.iter().map(|run| run.text.as_str()).collect();
            let content = CellContent::withheld(why, whole);
            return self.filling.fill(at, BorrowedContent::from(&content));
        }
        if seen.has_struck {
            self.filling.sheet.note(at, ReadNote::StruckPart);
        }
        self.filling.fill(at, BorrowedContent::Text(&seen.text))?;
        if !seen.fonts.is_empty() {
            self.filling.sheet.set_runs(at, seen.fonts);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Limits;
    use crate::read::sheet::Sheet;
    use crate::read::tally::Tally;
    use crate::read::xlsx::styles::cell_styles;

    fn read(cells: &str, calculates_on_load: bool) -> Sheet {
        let styles = br##"<styleSheet><fonts><font/><font><strike/></font></fonts>
            <numFmts><numFmt numFmtId="164" formatCode="#,##0.0,"/></numFmts>
            <cellXfs><xf/><xf fontId="1"/><xf numFmtId="164"/></cellXfs></styleSheet>"##;
        let legacy = |_: &str| false;
        let book = BookFacts {
            styles: cell_styles(styles, &legacy).expect("sound"),
            shared: SharedTexts::read(b"<sst><si><t>a</t></si></sst>", &legacy),
            is_1904: false,
            legacy_font: &legacy,
        };
        let mut tally = Tally::new(Limits::default());
        let mut sheet = Sheet::new(None, true);
        let mut filling = Filling::new(&mut tally, &mut sheet, None);
        let part = format!("<worksheet><sheetData>{cells}");
        read_cells(part.as_bytes(), &book, calculates_on_load, &mut filling).expect("in limits");
        sheet
    }

    fn cells(sheet: &Sheet) -> Vec<String> {
        let filled = sheet.cells().map(|(at, c)| format!("{at}={}", c.as_read()));
        let withheld = sheet.all_withheld();
        let withheld = withheld.map(|(at, cell)| format!("{at}:{:?}", cell.why));
        filled.chain(withheld).collect()
    }

    #[test]
    fn one_bad_cell_costs_itself_alone() {
        let sheet = read(
            r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>7</v></c><c><v> 431 </v></c><c><v><![CDATA[5]]></v></c>
               <c t="e"><v>#SPILL!</v></c><c t="n"><v>x</v></c><c t="zz"><v>1</v></c><c><v>2</v><extLst><ext><v>9</v></ext></extLst></c><c r="Z2"><z><v>7</v></z><v>4</v></c><c r="Y2"><v>1</v><v>2</v></c><c r="X2"><v>1</v></c><c r="X2"><v>3</v></c><c r="H2"/>
               <c r="I2" s="1"><v>3</v></c><c s="2"><v>18725000</v></c><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c></row></sheetData>"#,
            false,
        );
        assert_eq!(
            cells(&sheet),
            [
                "A2=a",
                "C2=431",
                "D2=5",
                "E2=#SPILL!",
                "H2=2",
                "J2=18,725.0",
                "K2=inline",
                "Z2=4",
                "B2:Unreadable",
                "F2:Unreadable",
                "G2:Unreadable",
                "I2:Struck",
                "X2:Unreadable",
                "Y2:Unreadable",
            ]
        );
        assert!(sheet.notes().is_empty());
    }

    #[test]
    fn a_sheet_is_read_up_to_its_damage() {
        let sheet = read(
            r#"<row r="1"><c><v>1</v></c><c><v>2</v></c></row><row r="2"><c"#,
            false,
        );
        assert_eq!(cells(&sheet), ["A1=1", "B1=2"]);
        let [(at, ReadNote::DamagedFrom(_))] = sheet.notes() else {
            panic!("the damage is not noted: {:?}", sheet.notes());
        };
        assert_eq!(at.to_string(), "A2");
    }

    #[test]
    fn zeros_of_formulas_left_to_be_calculated_are_no_results() {
        let row = r#"<row><c><f>A2</f><v>0</v></c><c><f>A2</f><v>5</v></c><c><v>0</v></c><c><f>A2</f></c><c t="str"><f>A2</f><v></v></c></row></sheetData>"#;
        assert_eq!(cells(&read(row, true)), ["A1==", "B1=5", "C1=0", "D1=="]);
        assert_eq!(cells(&read(row, false)), ["A1=0", "B1=5", "C1=0", "D1=="]);
    }
}

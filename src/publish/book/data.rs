//! The book as JSON, which its layout (`book.typ`) reads: words and figures as they are printed.

use serde::Serialize;

use super::charts::file_name;
use crate::tables::{
    Book, Chapter, Chart, Edition, Layout, Phrases, Symbol, SymbolKind, Table, TableRow,
};
use crate::text::Bilingual;

/// A text in both languages.
#[derive(Serialize)]
struct Both<'a> {
    vi: &'a str,
    en: &'a str,
}

fn both(text: &Bilingual) -> Both<'_> {
    Both {
        vi: &text.vi,
        en: &text.en,
    }
}

#[derive(Serialize)]
struct WordsData<'a> {
    table: Both<'a>,
    unit: Both<'a>,
    source: Both<'a>,
    notes: Both<'a>,
    symbols: Both<'a>,
    contents: Both<'a>,
    page: Both<'a>,
    chapter: Both<'a>,
    chart: Both<'a>,
    left_out: Both<'a>,
    continued: Both<'a>,
}

#[derive(Serialize)]
struct BookData<'a> {
    layout: &'static str,
    words: WordsData<'a>,
    title: Both<'a>,
    subtitle: Both<'a>,
    source: Both<'a>,
    years: String,
    date: String,
    dated: BothOwned,
    imprint: Vec<Both<'a>>,
    symbols: Vec<SymbolData<'a>>,
    notes: Vec<Both<'a>>,
    left_out: Vec<LeftOutData<'a>>,
    chapters: Vec<ChapterData<'a>>,
}

/// A text in both languages that is made for the book.
#[derive(Serialize)]
struct BothOwned {
    vi: String,
    en: String,
}

impl From<Bilingual> for BothOwned {
    fn from(text: Bilingual) -> Self {
        Self {
            vi: text.vi,
            en: text.en,
        }
    }
}

#[derive(Serialize)]
struct SymbolData<'a> {
    mark: &'a str,
    vi: &'a str,
    en: &'a str,
}

fn symbol_data(symbol: &Symbol) -> SymbolData<'_> {
    SymbolData {
        mark: &symbol.mark,
        vi: &symbol.vi,
        en: &symbol.en,
    }
}

#[derive(Serialize)]
struct LeftOutData<'a> {
    id: &'a str,
    title: Both<'a>,
    reason: Both<'a>,
}

#[derive(Serialize)]
struct ChapterData<'a> {
    title: Option<Both<'a>>,
    paragraphs: Vec<Both<'a>>,
    charts: Vec<ChartData<'a>>,
    tables: Vec<TableData<'a>>,
}

#[derive(Serialize)]
struct ChartData<'a> {
    file: String,
    title: Both<'a>,
    source: BothOwned,
}

#[derive(Serialize)]
struct TableData<'a> {
    id: &'a str,
    title: Both<'a>,
    scope: Option<Both<'a>>,
    unit: Option<Both<'a>>,
    rows_head: Both<'a>,
    unit_head: Option<Both<'a>>,
    columns: Vec<ColumnData<'a>>,
    rows: Vec<RowData<'a>>,
    notes: Vec<Both<'a>>,
    symbols: Vec<SymbolData<'a>>,
    source: Both<'a>,
}

#[derive(Serialize)]
struct ColumnData<'a> {
    head: Both<'a>,
    over: Option<Both<'a>>,
}

#[derive(Serialize)]
struct RowData<'a> {
    style: &'static str,
    level: usize,
    label: Both<'a>,
    unit: Option<Both<'a>>,
    cells: Vec<Option<CellData>>,
}

/// A printed figure, and the marks that follow it.
#[derive(Serialize)]
struct CellData {
    text: String,
    marks: String,
}

/// The book as JSON.
pub(super) fn document(book: &Book, edition: &Edition) -> Result<Vec<u8>, serde_json::Error> {
    let words = &edition.words;
    let phrases = &words.phrases;
    let mut charts = 0;
    let chapters = book
        .chapters
        .iter()
        .map(|chapter| chapter_data(chapter, edition, &mut charts))
        .collect();
    let document = BookData {
        words: WordsData {
            table: both(&phrases.table),
            unit: both(&phrases.unit),
            source: both(&phrases.source),
            notes: both(&phrases.notes),
            symbols: both(&phrases.symbols),
            contents: both(&phrases.contents),
            page: both(&phrases.page),
            chapter: both(&phrases.chapter),
            chart: both(&phrases.chart),
            left_out: both(&phrases.left_out),
            continued: both(&phrases.continued),
        },
        title: both(&edition.title),
        subtitle: both(&edition.subtitle),
        source: both(&edition.source),
        layout: match edition.layout {
            Layout::Book => "book",
            Layout::Report => "report",
        },
        years: edition.range(),
        date: edition.date.to_string(),
        dated: edition.dated().into(),
        imprint: book.imprint.iter().map(both).collect(),
        symbols: SymbolKind::ALL
            .iter()
            .map(|kind| symbol_data(words.symbol(*kind)))
            .collect(),
        notes: edition.notes.iter().map(both).collect(),
        left_out: book
            .left_out
            .iter()
            .map(|table| LeftOutData {
                id: &table.id,
                title: both(&table.title),
                reason: both(&table.reason),
            })
            .collect(),
        chapters,
    };
    serde_json::to_vec(&document)
}

fn chapter_data<'a>(
    chapter: &'a Chapter,
    edition: &Edition,
    charts: &mut usize,
) -> ChapterData<'a> {
    let words = &edition.words.phrases;
    ChapterData {
        title: chapter.title.as_ref().map(both),
        paragraphs: chapter.paragraphs.iter().map(both).collect(),
        charts: chapter
            .charts
            .iter()
            .map(|chart| {
                *charts += 1;
                ChartData {
                    file: file_name(*charts),
                    title: both(&chart.title),
                    source: chart_source(chart, words).into(),
                }
            })
            .collect(),
        tables: chapter
            .tables
            .iter()
            .map(|table| table_data(table, edition))
            .collect(),
    }
}

/// The line below a chart: the table that it shows, and what it lacks.
fn chart_source(chart: &Chart, words: &Phrases) -> Bilingual {
    let table = ("table", Bilingual::same(&chart.table));
    let source = words.of_table.filled(&[table]);
    Bilingual::joined([&source].into_iter().chain(&chart.notes), "; ")
}

fn table_data<'a>(table: &'a Table, edition: &Edition) -> TableData<'a> {
    TableData {
        id: &table.id,
        title: both(&table.title),
        scope: table.scope.as_ref().map(both),
        unit: table.unit.as_ref().map(both),
        rows_head: both(&table.rows_head),
        unit_head: table.unit_head.as_ref().map(both),
        columns: table
            .columns
            .iter()
            .map(|column| ColumnData {
                head: both(&column.head),
                over: column.over.as_ref().map(both),
            })
            .collect(),
        rows: table
            .rows
            .iter()
            .map(|row| row_data(row, edition))
            .collect(),
        // The notes of the edition hold for all tables and are printed once, before them.
        notes: table
            .notes
            .iter()
            .filter(|note| !edition.notes.contains(note))
            .map(both)
            .collect(),
        symbols: table.symbols.iter().map(symbol_data).collect(),
        source: both(&table.source),
    }
}

fn row_data<'a>(row: &'a TableRow, edition: &Edition) -> RowData<'a> {
    RowData {
        style: row.style.as_str(),
        level: row.level,
        label: both(&row.label),
        unit: row.unit.as_ref().map(both),
        cells: row
            .cells
            .iter()
            .map(|cell| {
                let cell = cell.as_ref()?;
                let (text, marks) = cell.parts(&edition.words);
                Some(CellData { text, marks })
            })
            .collect(),
    }
}

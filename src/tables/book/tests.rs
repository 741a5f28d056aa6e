//! Sentences and charts from figures written by hand.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::tables::tests::edition;
use crate::tables::{Cell, ColumnHead, FigureStatus, Origin, RowStyle, Table, TableRow};
use crate::text::Bilingual;

#[expect(clippy::unnecessary_wraps, reason = "places of a row may be blank")]
fn cell(text: &str, value: Option<&str>, decimals: u32, status: FigureStatus) -> Option<Cell> {
    Some(Cell {
        value: value.map(|v| v.parse().expect("a sound example")),
        decimals,
        status,
        estimated: false,
        text: text.to_owned(),
        units: None,
        missing: vec![],
        origin: Origin::Unsaid,
        words: None,
    })
}

fn row(id: &str, style: RowStyle, cells: Vec<Option<Cell>>) -> TableRow {
    TableRow {
        id: id.to_owned(),
        level: 0,
        style,
        label: Bilingual::new(format!("{id} (vi)"), id),
        unit: None,
        cells,
    }
}

/// Two years of a whole and two parts; the last value of one part is missing.
fn table() -> Table {
    let head = |id: &str| ColumnHead {
        id: id.to_owned(),
        head: Bilingual::same(id),
        over: None,
        unit: None,
    };
    let normal = |text: &str, value: &str| cell(text, Some(value), 1, FigureStatus::Normal);
    let mut gap = cell("…", None, 1, FigureStatus::Absent);
    if let Some(gap) = &mut gap {
        gap.missing = vec![Bilingual::new("B (vi)", "B")];
    }
    Table {
        id: "7".to_owned(),
        title: Bilingual::same("Things"),
        scope: None,
        unit: Some(Bilingual::same("pieces")),
        rows_head: Bilingual::same("Place"),
        unit_head: None,
        columns: vec![head("things-2001"), head("things-2002")],
        rows: vec![
            row(
                "all",
                RowStyle::Total,
                vec![normal("1.234,5", "1234.5"), gap.clone()],
            ),
            row(
                "a",
                RowStyle::Plain,
                vec![normal("-1.000,0", "-1000"), normal("5,0", "5")],
            ),
            row(
                "b",
                RowStyle::Plain,
                vec![
                    cell("2.000,0 (e)", Some("2000"), 1, FigureStatus::Estimate),
                    gap,
                ],
            ),
            row(
                "secret",
                RowStyle::Plain,
                vec![cell("(c)", Some("9"), 1, FigureStatus::Withheld), None],
            ),
        ],
        notes: vec![],
        symbols: vec![],
        source: Bilingual::same("Form"),
        is_reported: true,
    }
}

fn chapter(toml: &str) -> Result<Chapter, String> {
    let text = format!("title = {{ vi = \"T (vi)\", en = \"T\" }}\n{toml}");
    let raw: RawChapter = toml::from_str(&text).map_err(|e| e.to_string())?;
    let path = Path::new("c.toml");
    let definition = ChapterDefinition::new("c", &raw, &edition(), &|id| id == "7", path, &text)
        .map_err(|e| e.to_string())?;
    definition
        .build(vec![table()], &[table()], &edition())
        .map_err(|e| e.to_string())
}

/// The paragraph that a template makes, in both languages.
fn said(template: &str) -> Result<Bilingual, String> {
    let quoted = format!("[[paragraphs]]\nvi = '''{template}'''\nen = '''{template}'''\n");
    let chapter = chapter(&quoted)?;
    Ok(chapter.paragraphs.into_iter().next().unwrap_or_default())
}

#[test]
fn figures_are_written_as_each_language_writes_them() {
    let text = said("{{ figure('7', country, 'things-2001').text }} {{ label('7', 'a') }}");
    assert_eq!(text, Ok(Bilingual::new("1.234,5 a (vi)", "1,234.5 a")));
    let size = said(
        "{% set f = figure('7', 'a', 'things-' ~ first_year) %}{% if f.falls %}{{ f.size }}{% endif %}",
    );
    assert_eq!(size, Ok(Bilingual::new("1.000,0", "1,000.0")));
}

#[test]
fn a_sentence_knows_what_a_figure_is() {
    let kind = |row: &str, column: &str| {
        let f = format!("figure('7', '{row}', '{column}')");
        let template = format!(
            "{{% set f = {f} %}}{{{{ f.known }}}} {{{{ f.whole }}}} {{{{ f.estimate }}}} {{{{ f.missing }}}}"
        );
        said(&template).map(|t| t.vi)
    };
    assert_eq!(kind("all", "things-2001").as_deref(), Ok("True True False"));
    assert_eq!(
        kind("all", "things-2002").as_deref(),
        Ok("False False False B (vi)")
    );
    assert_eq!(kind("b", "things-2001").as_deref(), Ok("True True True"));
    assert_eq!(
        kind("secret", "things-2002").as_deref(),
        Ok("False False False")
    );
    // A sentence does not reveal a withheld value either.
    let secret = said("{{ figure('7', 'secret', 'things-2001').text }}").expect("a sentence");
    assert_eq!(secret.vi, "(c)");
    assert_eq!(
        kind("secret", "things-2001").as_deref(),
        Ok("False False False")
    );
}

/// A table with a row for each cell, in one column.
fn column_of(cells: Vec<Option<Cell>>) -> Table {
    let mut table = table();
    table.columns.truncate(1);
    let rows = cells.into_iter().enumerate();
    table.rows = rows
        .map(|(i, cell)| row(&format!("r{i}"), RowStyle::Plain, vec![cell]))
        .collect();
    table
}

/// A figure of `value`, with a status and the units that it lacks.
fn figure(value: &str, status: FigureStatus, estimated: bool, missing: &[&str]) -> Option<Cell> {
    let mut figure = cell("", Some(value), 0, status)?;
    figure.estimated = estimated;
    figure.missing = missing.iter().map(|name| Bilingual::same(name)).collect();
    Some(figure.printed(&edition().words))
}

/// The paragraph that a template makes of a table.
fn said_of(table: &Table, template: &str) -> String {
    let template = Bilingual::same(template);
    let tables = std::slice::from_ref(table);
    let paragraphs = prose::paragraphs(Path::new("c.toml"), &[(1, template)], tables, &edition());
    paragraphs.expect("a sentence").remove(0).vi
}

#[test]
fn a_figure_brings_its_marks_and_its_sentence_names_who_is_missing() {
    use FigureStatus::{Estimate, Normal, Partial};
    let table = column_of(vec![
        figure("10", Partial, true, &["B"]),
        figure("20", Partial, true, &["B"]),
        figure("30", Partial, false, &["B", "C"]),
        figure("40", Estimate, false, &[]),
        figure("0", Estimate, false, &[]),
        figure("50", Normal, false, &[]),
    ]);
    let said = |text: &str| {
        let asked = (0..6).fold(text.to_owned(), |text, i| {
            let figure = format!("{{{{ figure('7', 'r{i}', 'things-2001') }}}}");
            text.replace(&format!("<{i}>"), &figure)
        });
        said_of(&table, &asked)
    };
    // One set of units that all figures lack is named once.
    assert_eq!(
        said("Có <0> xã và <1> thôn. Hết."),
        "Có 10 (p) (e) xã và 20 (p) (e) thôn (chưa gồm B). Hết."
    );
    // Otherwise the sentence says which figure lacks whom.
    assert_eq!(
        said("Có <0>, <2>, <1>."),
        "Có 10 (p) (e), 30 (p), 20 (p) (e) (số 10 và 20 chưa gồm B; số 30 chưa gồm B, C)."
    );
    assert_eq!(
        said("Từ <5> lên <0>"),
        "Từ 50 lên 10 (p) (e) (số 10 chưa gồm B)"
    );
    // Each sentence for itself. A sign of per cent stays at its figure.
    assert_eq!(
        said("Tăng <3>%. Còn <2>%."),
        "Tăng 40% (e). Còn 30% (p) (chưa gồm B, C)."
    );
    assert_eq!(said("Có <4> xã."), "Có 0 (e) xã.");
}

#[test]
fn a_template_cannot_print_a_figure_without_its_marks() {
    let table = column_of(vec![figure("1234", FigureStatus::Partial, true, &["B"])]);
    let f = "{% set f = figure('7', 'r0', 'things-2001') %}";
    for way in [
        "{{ f }}",
        "{{ f.text }}",
        "{{ f.size }}",
        "{{ f ~ '' }}",
        "{{ f.text | replace(' (p)', '') | replace('(e)', '') }}",
        "{{ f.text | upper | trim }}",
        "{{ [f.text] | join }}",
        "{{ ranked('7', 'things-2001', 'plain', true)[0].figure }}",
    ] {
        let text = said_of(&table, &format!("{f}{way}"));
        assert_eq!(text, "1.234 (p) (e) (chưa gồm B)", "{way}");
    }
    // What a template names itself is not named again, but every figure that lacks others is.
    let named = said_of(
        &table,
        &format!("{f}{{{{ f }}}}, không kể {{{{ f.missing }}}}."),
    );
    assert_eq!(named, "1.234 (p) (e), không kể B.");
    let wrong = said("{{ figure('7', 'a', 'things-2001')['value'] }}").expect_err("no number");
    assert!(wrong.contains("a figure has no `value`"), "{wrong}");
    let wrong = said("{% set f = label('7', 'a') %}{{ f.value }}").expect_err("no number");
    assert!(wrong.contains("f.rises"), "{wrong}");
}

proptest! {
    /// In small random worlds: every figure stands with exactly its marks, and whoever is missing in a figure of a sentence
    /// is named in that sentence.
    #[test]
    fn random_figures_are_marked_and_their_gaps_named(
        figures in prop::collection::vec((0_i64..3, 0_usize..3, any::<bool>(), 0_usize..4), 1..6),
    ) {
        use FigureStatus::{Estimate, Normal, Partial};
        let names: [&[&str]; 4] = [&["Xa"], &["Yb"], &["Xa", "Yb"], &["Zc"]];
        let cells: Vec<Option<Cell>> = figures
            .iter()
            .map(|(value, status, estimated, gap)| {
                let (status, missing): (_, &[&str]) = match status {
                    0 => (Normal, &[]),
                    1 => (Estimate, &[]),
                    _ => (Partial, names[*gap]),
                };
                let estimated = *estimated && status == Partial;
                figure(&(value * 1_000_003).to_string(), status, estimated, missing)
            })
            .collect();
        let table = column_of(cells.clone());
        let sentence: String = (0..cells.len())
            .map(|i| format!("[{{{{ figure('7', 'r{i}', 'things-2001') }}}}] "))
            .collect();
        let text = said_of(&table, &format!("Có {sentence}nơi. Hết."));
        let first = text.split(". ").next().unwrap_or_default();
        for cell in cells.iter().flatten() {
            let number = match cell.value.map(|v| v.is_zero()) {
                Some(true) => "0".to_owned(),
                _ => cell.parts(&edition().words).0,
            };
            let marks: String = cell.marks().into_iter().map(|kind| format!(" {}", edition().words.symbol(kind).mark)).collect();
            let bracketed = format!("[{number}{marks}]");
            prop_assert!(first.contains(&bracketed), "{} lacks {}", first, bracketed);
            if cell.status == Partial {
                let all = Bilingual::joined(&cell.missing, ", ");
                let named = format!("chưa gồm {}", all.vi);
                prop_assert!(first.contains(&named), "{} lacks {}", first, named);
            }
        }
    }
}

#[test]
fn rows_are_ranked_by_their_figures_without_the_unknown() {
    let template = "{% for r in ranked('7', 'things-2001', 'plain') %}{{ r.label }} {{ r.figure.text }}; {% endfor %}";
    assert_eq!(
        said(template),
        Ok(Bilingual::new(
            "b (vi) 2.000,0 (e); a (vi) -1.000,0; (không xếp secret (vi) do chưa đủ số liệu)",
            "b 2,000.0 (e); a -1,000.0; (not ranked, for lack of complete figures: secret)"
        ))
    );
}

#[test]
fn a_blank_paragraph_is_not_printed() {
    let blank = "[[paragraphs]]\nvi = ' {% if false %}x{% endif %} '\nen = ' {% if false %}x{% endif %} '\n";
    assert_eq!(chapter(blank).map(|c| c.paragraphs), Ok(vec![]));
}

#[test]
fn a_sentence_that_asks_for_nothing_known_is_reported_with_its_line() {
    let wrong = |template: &str| said(template).expect_err("a mistake is found");
    assert!(
        wrong("{{ figure('7', 'nobody', 'things-2001').text }}")
            .contains("c.toml:2: the table `7` has no row `nobody`")
    );
    assert!(
        wrong("{{ figure('7', 'a', 'things').text }}").contains("it has things-2001, things-2002")
    );
    assert!(wrong("{{ figure('8', 'a', 'x').text }}").contains("the edition has no table `8`"));
    assert!(wrong("{{ figure('7', 'a', 'things-2001').txt }}").contains("c.toml:2"));
    assert!(wrong("{{ last_yer }}").contains("c.toml:2"));
    assert!(wrong("{% if %}").contains("c.toml:2"));
    assert!(wrong("{{ ranked('7', 'things-2001', 'bold') }}").contains("not a style of a row"));
}

fn charted(toml: &str) -> Result<Vec<Chart>, String> {
    let front = "[[charts]]\ntitle = { vi = \"C {last_year}\", en = \"C\" }\ntable = \"7\"\n";
    chapter(&format!("{front}{toml}")).map(|c| c.charts)
}

#[test]
fn columns_show_columns_and_bars_show_rows() {
    let columns = charted("kind = \"columns\"\nrows = [\"{country}\"]\ncolumns = [\"things\"]\n")
        .expect("a chart");
    assert_eq!(columns[0].title.vi, "C 2002");
    assert_eq!(
        columns[0].categories,
        [
            Bilingual::same("things-2001"),
            Bilingual::same("things-2002")
        ]
    );
    let points = &columns[0].series[0].points;
    assert_eq!(points[0].as_ref().map(|p| p.text.as_str()), Some("1.234,5"));
    assert_eq!(points[1], None, "nobody knows it");
    let bars = charted(
        "kind = \"bars\"\nstyle = \"plain\"\nsorted = true\ntop = 3\ncolumns = [\"things-2001\"]\n",
    )
    .expect("a chart");
    let names: Vec<&str> = bars[0].categories.iter().map(|c| c.en.as_str()).collect();
    assert_eq!(
        names,
        ["b", "a", "secret"],
        "by size; a withheld value is not a point"
    );
    assert_eq!(bars[0].series[0].points[2], None);
    assert!(
        bars[0].series[0].points[0]
            .as_ref()
            .is_some_and(|p| p.provisional)
    );
}

#[test]
fn a_chart_without_a_figure_is_left_out_and_a_wrong_one_is_reported() {
    let none = charted("kind = \"lines\"\nrows = [\"all\"]\ncolumns = [\"things-2002\"]\n");
    assert_eq!(none, Ok(vec![]));
    let wrong = |toml: &str| charted(toml).expect_err("a mistake is found");
    assert!(
        wrong("kind = \"lines\"\nrows = [\"all\"]\ncolumns = [\"other\"]\n")
            .contains("has no column `other`")
    );
    assert!(
        wrong("kind = \"lines\"\nrows = [\"x\"]\ncolumns = [\"things\"]\n").contains("no row `x`")
    );
    assert!(
        wrong("kind = \"lines\"\ncolumns = [\"things\"]\n")
            .contains("`rows`, or all rows of a `style`")
    );
    assert!(
        wrong("kind = \"pie\"\nrows = [\"all\"]\ncolumns = [\"things\"]\n")
            .contains("unknown variant")
    );
}

//! What cells show: styles, number formats, spans, errors, covered cells, damage.

use super::content::ContentReader;
use super::settings::HiddenZeros;
use super::styles::Styles;
use crate::intake::Limits;
use crate::read::content::CellContent;
use crate::read::document::ReadError;
use crate::read::sheet::{ReadNote, Sheet};

const STYLES: &str = r##"<o:document-styles><o:font-face-decls><s:font-face s:name="F1" svg:font-family="&apos;.VnTime&apos;"/></o:font-face-decls>
  <o:styles><s:default-style s:family="table-cell"><s:text-properties s:font-name="Arial"/></s:default-style>
  <n:number-style s:name="N1"><n:number n:decimal-places="1" n:min-integer-digits="1" n:grouping="true" n:display-factor="1000"/></n:number-style>
  <s:style s:name="Default" s:family="table-cell"/>
  <s:style s:name="Old" s:family="table-cell" s:parent-style-name="Default"><s:text-properties s:text-line-through-style="solid" s:text-line-through-type="single"/></s:style>
  <s:style s:name="Thousands" s:family="table-cell" s:data-style-name="N1"/></o:styles></o:document-styles>"##;

fn content(automatic: &str, tables: &str) -> Result<Vec<Sheet>, ReadError> {
    let legacy = |font: &str| font.starts_with(".Vn");
    let mut styles = Styles::new(&legacy);
    styles.read(STYLES.as_bytes())?;
    let xml = format!(
        "<o:document-content><o:automatic-styles>{automatic}</o:automatic-styles><o:body><o:spreadsheet>{tables}"
    );
    let zeros = HiddenZeros::read(
        br#"<a c:name="Views"><b c:name="Tables"><c c:name="Z"><c:config-item c:name="ShowZeroValues">false</c:config-item></c></b></a>"#,
    );
    let mut content = ContentReader::new(xml.as_bytes(), Limits::default(), styles, zeros);
    content.read()?;
    Ok(content.sheets)
}

/// The first sheet, with these cells in one row.
fn row(automatic: &str, cells: &str) -> Sheet {
    let table = format!(
        r#"<t:table t:name="A"><t:table-row>{cells}</t:table-row></t:table></o:spreadsheet>"#
    );
    content(automatic, &table).expect("sound").remove(0)
}

/// What cells hold: `text`, `[shown] power`, or why it is withheld.
fn held(sheet: &Sheet) -> Vec<String> {
    let filled = sheet.cells().map(|(at, content)| match content {
        CellContent::Shown(cell) => match &cell.number {
            Some(number) => format!("{at}=[{}] e{} {}", cell.text, number.power, number.after),
            None => format!("{at}=[{}]", cell.text),
        },
        CellContent::Error(text) => format!("{at}!{text}"),
        content => format!("{at}={}", content.as_read()),
    });
    let withheld = sheet.all_withheld();
    let withheld = withheld.map(|(at, cell)| format!("{at}:{:?} {}", cell.why, cell.text));
    filled.chain(withheld).collect()
}

#[test]
fn raised_and_struck_spans_are_set_apart() {
    let automatic = r#"<s:style s:name="T1" s:family="text"><s:text-properties s:text-position="33% 58%"/></s:style>
        <s:style s:name="T2" s:family="text"><s:text-properties s:text-position="super 58%"/></s:style>
        <s:style s:name="T3" s:family="text" s:parent-style-name="T4"/>
        <s:style s:name="T4" s:family="text"><s:text-properties s:text-line-through-style="solid"/></s:style>
        <s:style s:name="T5" s:family="text"><s:text-properties s:text-line-through-type="none" s:text-position="-33% 58%"/></s:style>
        <s:style s:name="P1" s:family="paragraph"><s:text-properties s:text-line-through-type="single"/></s:style>
        <s:style s:name="V" s:family="table-cell"><s:text-properties s:font-name="F1"/></s:style>"#;
    let sheet = row(
        automatic,
        r#"<t:table-cell o:value-type="string"><x:p>431<x:span x:style-name="T1">1</x:span></x:p></t:table-cell>
           <t:table-cell o:value-type="string"><x:p>431<x:span x:style-name="T2">a</x:span></x:p></t:table-cell>
           <t:table-cell o:value-type="string"><x:p><x:span x:style-name="T3">425</x:span> 431</x:p></t:table-cell>
           <t:table-cell t:style-name="Old" o:value-type="string"><x:p>425<x:span x:style-name="T5">2</x:span></x:p></t:table-cell>
           <t:table-cell o:value-type="string"><x:p x:style-name="P1">425</x:p></t:table-cell>
           <t:table-cell t:style-name="Old" o:value-type="float" o:value="425"><x:p>425</x:p></t:table-cell>
           <t:table-cell o:value-type="float" o:value="431"><x:p>431<x:span x:style-name="T1">1</x:span></x:p></t:table-cell>
           <t:table-cell t:style-name="V" o:value-type="string"><x:p>Céng</x:p></t:table-cell>"#,
    );
    assert_eq!(
        held(&sheet),
        [
            "A1=431¹",
            "B1=431(a)",
            "C1= 431",
            "D1=₂",
            "G1=431",
            "H1=Céng",
            "E1:Struck 425",
            "F1:Struck 425"
        ]
    );
    let struck: Vec<_> = sheet.notes().iter().map(|(at, _)| at.to_string()).collect();
    assert_eq!(struck, ["C1", "D1"]);
    let (last, _) = sheet.cells().last().expect("there");
    let runs = sheet.runs(last).expect("its font is old");
    assert_eq!(runs[0].font.as_deref(), Some(".VnTime"));
}

#[test]
fn columns_and_rows_give_their_cells_a_style() {
    let sheets = content(
        "",
        r#"<t:table t:name="A"><t:table-column t:number-columns-repeated="2" t:default-cell-style-name="Old"/>
           <t:table-column t:default-cell-style-name="Thousands"/>
           <t:table-row><t:table-cell t:number-columns-repeated="4" o:value-type="float" o:value="1500"/></t:table-row>
           <t:table-row t:default-cell-style-name="Default"><t:table-cell t:number-columns-repeated="2" o:value-type="float" o:value="7"/></t:table-row>
           </t:table></o:spreadsheet>"#,
    )
    .expect("sound");
    assert_eq!(
        held(&sheets[0]),
        [
            "C1=[1.5] e-3 ",
            "D1=1500",
            "A2=7",
            "B2=7",
            "A1:Struck 1500",
            "B1:Struck 1500"
        ]
    );
}

/// A cell that stores a number or date under these number styles, the last of which is its own.
fn under(styles: &str, cell: &str) -> String {
    let own = styles.rsplit("s:name=\"").next().unwrap_or_default();
    let own = own.split('"').next().unwrap_or_default();
    let automatic = format!(
        r#"{styles}<s:style s:name="ce1" s:family="table-cell" s:parent-style-name="Default" s:data-style-name="{own}"/>"#
    );
    let (attributes, text) = cell.split_once('|').unwrap_or((cell, ""));
    let sheet = row(
        &automatic,
        &format!(r#"<t:table-cell t:style-name="ce1" {attributes}>{text}</t:table-cell>"#),
    );
    held(&sheet).join(" ")
}

#[test]
fn number_styles_tell_what_is_shown() {
    let whole = r#"<n:number n:decimal-places="0" n:min-integer-digits="1"/>"#;
    let number = |inner: &str| format!(r#"<n:number-style s:name="N">{inner}</n:number-style>"#);
    let float = |n: &str| format!(r#"o:value-type="float" o:value="{n}""#);
    let scaled = r#"<n:number n:decimal-places="1" n:min-integer-digits="1" n:display-factor="1000000"/><n:text> tỷ</n:text>"#;
    for (styles, cell, expected) in [
        (number(whole), float("431"), "A1=431"),
        (number(scaled), float("1200000000"), "A1=[1,200.0 tỷ] e-6 tỷ"),
        (
            number(scaled),
            float("1200000000") + "|<x:p>1200,0 tỷ</x:p>",
            "A1=[1200,0 tỷ] e-6 tỷ",
        ),
        (
            number(&format!("<n:text>Năm </n:text>{whole}")),
            float("2024"),
            "A1=[Năm 2024] e0 ",
        ),
        (
            number("<n:text>Năm </n:text><n:number n:min-integer-digits=\"1\"/>"),
            float("2024"),
            "A1=[Năm 2024] e0 ",
        ),
        (number(&format!("{whole}<n:text>000</n:text>")), float("431"), "A1:Unshown 431"),
        (number("<n:text/>"), float("431"), "A1:Unshown 431"),
        (
            number(r#"<n:number n:decimal-places="0" n:min-integer-digits="0" n:grouping="true"/>"#),
            float("0") + "|<x:p/>",
            "A1:Unshown 0",
        ),
        (
            number(r#"<n:number n:decimal-places="0" n:min-integer-digits="1" n:display-factor="100"/>"#),
            float("1500") + "|<x:p>15</x:p>",
            "A1:Unshown 1500",
        ),
        (
            number(r#"<n:number n:decimal-places="0" n:min-integer-digits="1" n:display-factor="7"/>"#),
            float("18725123") + "|<x:p>18.725</x:p>",
            "A1=[18.725] e-3 ",
        ),
        (
            r#"<n:percentage-style s:name="N"><n:number n:decimal-places="1" n:min-integer-digits="1"/><n:text>%</n:text></n:percentage-style>"#.to_owned(),
            r#"o:value-type="percentage" o:value="1.046"|<x:p>104.6%</x:p>"#.to_owned(),
            "A1=[104.6%] e2 %",
        ),
        (
            format!(r#"<n:currency-style s:name="N">{whole}<n:text> </n:text><n:currency-symbol>₫</n:currency-symbol></n:currency-style>"#),
            r#"o:value-type="currency" o:value="1250""#.to_owned(),
            "A1=[1250 ₫] e0 ₫",
        ),
        (
            r#"<n:date-style s:name="N"><n:text>năm </n:text><n:year n:style="long"/></n:date-style>"#.to_owned(),
            r#"o:value-type="date" o:date-value="2024-03-01""#.to_owned(),
            "A1=[năm 2024]",
        ),
        (
            r#"<n:date-style s:name="N"><n:quarter/><n:text>. </n:text><n:year/></n:date-style>"#.to_owned(),
            r#"o:value-type="date" o:date-value="2024-03-01"|<x:p>Quý I. 24</x:p>"#.to_owned(),
            "A1=[Quý I. 24]",
        ),
        (
            r#"<n:date-style s:name="N"><n:day/><n:text>/</n:text><n:month/><n:text>/</n:text><n:year/></n:date-style>"#.to_owned(),
            r#"o:value-type="date" o:date-value="2024-03-01T00:00:00.000"|<x:p>1/3/24</x:p>"#.to_owned(),
            "A1=2024-03-01",
        ),
        (
            String::new(),
            r#"o:value-type="percentage" o:value="1.046"|<x:p>104,6%</x:p>"#.to_owned(),
            "A1=[104,6%] e2 %",
        ),
    ] {
        assert_eq!(under(&styles, &cell), expected, "{styles} {cell}");
    }
}

#[test]
fn sections_of_a_number_style_are_followed() {
    let whole = r#"<n:number n:decimal-places="0" n:min-integer-digits="1"/>"#;
    let map = |condition: &str, name: &str| {
        format!(r#"<s:map s:condition="value(){condition}" s:apply-style-name="{name}"/>"#)
    };
    let part = |name: &str, inner: &str| {
        format!(r#"<n:number-style n:x="" s:name="{name}">{inner}</n:number-style>"#)
    };
    // As LibreOffice writes `#,##0;(#,##0)`, `0;-0;;@`, `;;;`, `[>=1000]0,"k";0` and `#,##0;#,##0`.
    let brackets = part("P0", whole)
        + &part(
            "N",
            &format!(
                "<n:text>(</n:text>{whole}<n:text>)</n:text>{}",
                map("&gt;=0", "P0")
            ),
        );
    let blank_zero = part("P0", whole)
        + &part("P1", &format!("<n:text>-</n:text>{whole}"))
        + &part("P2", "<n:text/>")
        + &format!(
            r#"<n:text-style s:name="N"><n:text-content/>{}{}{}</n:text-style>"#,
            map("&gt;0", "P0"),
            map("&lt;0", "P1"),
            map("=0", "P2")
        );
    let nothing = part("P0", "<n:text/>")
        + &part("P1", "<n:text/>")
        + &part("P2", "<n:text/>")
        + &format!(
            r#"<n:text-style s:name="N"><n:text/>{}{}{}</n:text-style>"#,
            map("&gt;0", "P0"),
            map("&lt;0", "P1"),
            map("=0", "P2")
        );
    let thousands = part(
        "P0",
        r#"<n:number n:decimal-places="0" n:min-integer-digits="1" n:display-factor="1000"/><n:text>k</n:text>"#,
    ) + &part("N", &format!("{whole}{}", map("&gt;=1000", "P0")));
    let unsigned = part("P0", whole) + &part("N", &format!("{whole}{}", map("&gt;=0", "P0")));
    let float = |n: &str| format!(r#"o:value-type="float" o:value="{n}""#);
    for (styles, cell, expected) in [
        (&brackets, float("-431"), "A1=-431"),
        (&brackets, float("431"), "A1=431"),
        (&blank_zero, float("0") + "|<x:p/>", "A1:Unshown 0"),
        (&blank_zero, float("-5"), "A1=-5"),
        (&nothing, float("431") + "|<x:p/>", "A1:Unshown 431"),
        (
            &nothing,
            r#"o:value-type="string" o:string-value="abc"|<x:p/>"#.to_owned(),
            "A1:Unshown abc",
        ),
        (&thousands, float("5000"), "A1=[5 k] e-3 k"),
        (&thousands, float("500"), "A1=500"),
        (&unsigned, float("-5") + "|<x:p>5</x:p>", "A1:Unshown -5"),
    ] {
        assert_eq!(under(styles, &cell), expected, "{styles} {cell}");
    }
}

#[test]
fn errors_are_known_by_what_is_shown() {
    let sheet = row(
        "",
        r#"<t:table-cell o:value-type="float" o:value="0"><x:p>#REF!</x:p></t:table-cell>
           <t:table-cell o:value-type="percentage" o:value="0" t:formula="of:=1/0"><x:p>#DIV/0!</x:p></t:table-cell>
           <t:table-cell o:value-type="string" t:formula="of:=x()"><x:p>#NAME?</x:p></t:table-cell>
           <t:table-cell o:value-type="float" o:value="0" t:formula="of:=("><x:p>Err:508</x:p></t:table-cell>
           <t:table-cell o:value-type="float" o:value="1234567"><x:p>###</x:p></t:table-cell>
           <t:table-cell o:value-type="float" t:formula="of:=[.A1]"/>
           <t:table-cell o:value-type="float" o:value="1,5"><x:p>1,5</x:p></t:table-cell>
           <t:table-cell o:value-type="float" o:value=3><x:p>3</x:p></t:table-cell>
           <t:table-cell o:value-type="string"><x:p>&unknown;5</x:p></t:table-cell>"#,
    );
    assert_eq!(
        held(&sheet),
        [
            "A1!#REF!",
            "B1!#DIV/0!",
            "C1!#NAME?",
            "D1!Err:508",
            "E1=1234567",
            "F1==",
            "I1=5",
            "G1:Unreadable 1,5",
            "H1:Unreadable 3",
        ]
    );
}

#[test]
fn nothing_under_a_merged_range_is_loaded() {
    let sheets = content(
        "",
        r#"<t:table t:name="A">
           <t:table-row><t:table-cell t:number-columns-spanned="2" t:number-rows-spanned="2" o:value-type="float" o:value="1"/><t:covered-table-cell o:value-type="float" o:value="2"/></t:table-row>
           <t:table-row><t:covered-table-cell t:number-columns-repeated="2" o:value-type="string"><x:p>3</x:p></t:covered-table-cell><t:table-cell o:value-type="float" o:value="4"/></t:table-row>
           <t:table-row><t:covered-table-cell o:value-type="float" o:value="5"/><t:covered-table-cell/></t:table-row>
           </t:table></o:spreadsheet>"#,
    )
    .expect("sound");
    assert_eq!(
        held(&sheets[0]),
        [
            "A1=1",
            "C2=4",
            "B1:Covered 2",
            "A2:Covered 3",
            "B2:Covered 3",
            "A3:Covered 5"
        ]
    );
}

#[test]
fn a_sheet_that_shows_no_zeros_holds_none() {
    let cells = r#"<t:table-row><t:table-cell o:value-type="float" o:value="0"/><t:table-cell o:value-type="float" o:value="1"/></t:table-row></t:table>"#;
    let tables =
        format!(r#"<t:table t:name="Z">{cells}<t:table t:name="A">{cells}</o:spreadsheet>"#);
    let sheets = content("", &tables).expect("sound");
    assert_eq!(held(&sheets[0]), ["B1=1", "A1:Unshown 0"]);
    assert_eq!(held(&sheets[1]), ["A1=0", "B1=1"]);
}

#[test]
fn what_stands_before_damage_is_kept() {
    let sound = r#"<t:table t:name="A"><t:table-row><t:table-cell o:value-type="float" o:value="1"/></t:table-row></t:table>"#;
    let begun = r#"<t:table t:name="B"><t:table-row><t:table-cell o:value-type="float" o:value="1"/></t:table-row><t:table-row><t:table-cell o:value-type="float" o:value="2"/><t:table-cell o:value-t"#;
    let sheets = content("", &format!("{sound}{begun}")).expect("sheets before it are kept");
    assert_eq!(held(&sheets[0]), ["A1=1"]);
    assert_eq!(held(&sheets[1]), ["A1=1", "A2=2"]);
    assert!(sheets[0].notes().is_empty());
    let noted = |sheet: &Sheet| match sheet.notes() {
        [(at, ReadNote::DamagedFrom(_))] => at.to_string(),
        notes => format!("{notes:?}"),
    };
    assert_eq!(noted(&sheets[1]), "B2");
    // Further sheets may have stood behind the end.
    assert_eq!(noted(&content("", sound).expect("kept")[0]), "A2");
    assert!(content("", "").is_err());
}

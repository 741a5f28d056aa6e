//! Other parts of an Office Open XML workbook: a chart, a link to another workbook.

use super::Parts;
use super::xlsx::{HEAD, Names, relations};

/// A sheet that is a chart, its drawing and the chart.
pub(super) fn chart_sheet(
    names: &Names,
    n: usize,
    declare: &mut impl FnMut(&str, &str),
) -> Vec<(String, String)> {
    declare(
        "xl/drawings/drawing1.xml",
        "application/vnd.openxmlformats-officedocument.drawing+xml",
    );
    declare(
        "xl/charts/chart1.xml",
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    );
    let drawing = "http://schemas.openxmlformats.org/drawingml/2006";
    let related = |kind: &'static str, target: &str| {
        relations(names, &[("rId1".to_owned(), kind, target.to_owned())])
    };
    vec![
        (
            format!("xl/chartsheets/sheet{n}.xml"),
            format!(
                "{HEAD}<chartsheet xmlns=\"{}\" xmlns:r=\"{}\"><sheetViews><sheetView workbookViewId=\"0\"/></sheetViews><drawing r:id=\"rId1\"/></chartsheet>",
                names.main, names.relations
            ),
        ),
        (
            format!("xl/chartsheets/_rels/sheet{n}.xml.rels"),
            related("drawing", "../drawings/drawing1.xml"),
        ),
        (
            "xl/drawings/drawing1.xml".to_owned(),
            format!(
                "{HEAD}<xdr:wsDr xmlns:xdr=\"{drawing}/spreadsheetDrawing\" xmlns:a=\"{drawing}/main\"><xdr:absoluteAnchor><xdr:pos x=\"0\" y=\"0\"/><xdr:ext cx=\"9000000\" cy=\"6000000\"/><xdr:graphicFrame macro=\"\"><xdr:nvGraphicFramePr><xdr:cNvPr id=\"2\" name=\"1\"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/></xdr:xfrm><a:graphic><a:graphicData uri=\"{drawing}/chart\"><c:chart xmlns:c=\"{drawing}/chart\" xmlns:r=\"{}\" r:id=\"rId1\"/></a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:absoluteAnchor></xdr:wsDr>",
                names.relations
            ),
        ),
        (
            "xl/drawings/_rels/drawing1.xml.rels".to_owned(),
            related("chart", "../charts/chart1.xml"),
        ),
        (
            "xl/charts/chart1.xml".to_owned(),
            format!(
                "{HEAD}<c:chartSpace xmlns:c=\"{drawing}/chart\"><c:chart><c:plotArea><c:layout/><c:barChart><c:barDir val=\"col\"/><c:grouping val=\"clustered\"/><c:ser><c:idx val=\"0\"/><c:order val=\"0\"/><c:val><c:numLit><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>655</c:v></c:pt></c:numLit></c:val></c:ser><c:axId val=\"1\"/><c:axId val=\"2\"/></c:barChart><c:catAx><c:axId val=\"1\"/><c:scaling/><c:delete val=\"0\"/><c:axPos val=\"b\"/><c:crossAx val=\"2\"/></c:catAx><c:valAx><c:axId val=\"2\"/><c:scaling/><c:delete val=\"0\"/><c:axPos val=\"l\"/><c:crossAx val=\"1\"/></c:valAx></c:plotArea></c:chart></c:chartSpace>"
            ),
        ),
    ]
}

/// A link to another workbook, whose path nothing may follow.
pub(super) fn add_link(names: &Names, parts: &mut Parts) {
    parts.add(
        "xl/externalLinks/externalLink1.xml",
        format!(
            "{HEAD}<externalLink xmlns=\"{}\" xmlns:r=\"{}\"><externalBook r:id=\"rId1\"><sheetNames><sheetName val=\"2023\"/></sheetNames></externalBook></externalLink>",
            names.main, names.relations
        ),
    );
    let target = (
        "rId1".to_owned(),
        "externalLinkPath",
        "file:///S:/bao-cao/2023.xlsx".to_owned(),
    );
    parts.add(
        "xl/externalLinks/_rels/externalLink1.xml.rels",
        relations(names, &[target]),
    );
}

//! Who reports: what stands around the name of a unit after the words of the reporter.

use std::sync::LazyLock;

use jiff::civil::Date;
use tonghop::geography::{NotTheUnit, ReporterClaim, Sender};
use tonghop::plan::Plan;

use crate::support::catalogue::{NEW, OLD};
use crate::support::definitions::kttt;
use crate::support::lake::{Row, Run};
use crate::support::office::{Office, csv, list};
use crate::support::truth::{Form, Report, numbers};

/// A day before the change of 2025 and before any province became a city, and one after all of that.
const BEFORE: Date = Date::constant(2024, 12, 20);
const AFTER: Date = Date::constant(2026, 11, 20);

/// What the plan makes of a line: the sender and the units, or why there are none.
fn read(plan: &Plan, line: &str, on: Date) -> String {
    let mut lines = line.split('|');
    let claim = ReporterClaim {
        reporter: lines.next().map(str::to_owned),
        beside: lines.next().map(str::to_owned),
        code: None,
    };
    let found = plan.identify(&claim, on);
    if found.several {
        return "several".to_owned();
    }
    if let Some(why) = found.not_the_unit {
        return match why {
            NotTheUnit::NoBodyYet { name, from } => format!("not yet: {name} {from}"),
            NotTheUnit::OtherBody { words } => format!("other: {words}"),
            NotTheUnit::NotYet { name, from } => {
                format!(
                    "not yet: {name} {}",
                    from.map_or("never".to_owned(), |d| d.to_string())
                )
            }
        };
    }
    let units: Vec<String> = found
        .units
        .iter()
        .map(|u| format!("{}:{}", u.vintage, u.code))
        .collect();
    if units.is_empty() {
        return "unknown".to_owned();
    }
    let sender = match found.sender {
        Sender::Known(id) => id,
        Sender::Unnamed => "-".to_owned(),
        Sender::Unknown(words) => format!("({words})"),
    };
    let vintage = found.vintage.map_or(String::new(), |v| format!(" = {v}"));
    format!("{sender} {}{vintage}", units.join(" "))
}

/// Compares lines with what they mean. All differences are reported together.
fn compare(on: Date, cases: &[(&str, &str)]) {
    let plan = kttt();
    let wrong: Vec<String> = cases
        .iter()
        .map(|(line, expected)| (line, expected, read(plan, line, on)))
        .filter(|(_, expected, read)| **expected != read.as_str())
        .map(|(line, expected, read)| {
            format!("{line}\n    expected {expected}\n    read     {read}")
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_known_body_a_type_or_nothing_stands_before_the_name() {
    compare(
        AFTER,
        &[
            ("UBND tỉnh Lạng Sơn", "UBND 2004:20 2025:20"),
            ("Lạng Sơn", "- 2004:20 2025:20"),
            ("Tỉnh Lạng Sơn", "- 2004:20 2025:20"),
            ("ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN", "UBND 2004:20 2025:20"),
            ("Uỷ ban nhân dân tỉnh Lạng Sơn", "UBND 2004:20 2025:20"),
            ("Uy ban nhan dan tinh Lang Son", "UBND 2004:20 2025:20"),
            ("U.B.N.D tỉnh Lạng Sơn", "UBND 2004:20 2025:20"),
            ("UBND T. Lạng Sơn", "UBND 2004:20 2025:20"),
            ("UBND: tỉnh Lạng Sơn", "UBND 2004:20 2025:20"),
            ("UBND|tỉnh Lạng Sơn", "UBND 2004:20 2025:20"),
            ("ỦY BAN NHÂN DÂN|TỈNH LẠNG SƠN", "UBND 2004:20 2025:20"),
            ("LMHTX tỉnh Lạng Sơn", "LMHTX 2004:20 2025:20"),
            (
                "Lien minh Hop tac xa tinh Lang Son",
                "LMHTX 2004:20 2025:20",
            ),
            ("Liên minh HTX TP. Đà Nẵng", "LMHTX 2004:48 2025:48"),
            ("UBND TP HCM", "UBND 2004:79 2025:79"),
            ("HN", "- 2004:01 2025:01"),
            ("Thủ đô Hà Nội", "- 2004:01 2025:01"),
            ("UBND Tỉnh/Thành phố: Lạng Sơn", "UBND 2004:20 2025:20"),
            ("UBND tỉnh Bà Rịa - Vũng Tàu", "UBND 2004:77"),
            ("44 - UBND tỉnh Quảng Trị", "UBND 2025:44"),
            ("UBND tỉnh Quảng Trị (45)", "UBND 2004:45"),
            (
                "UBND tỉnh Lạng Sơn|(Ban hành kèm theo Thông tư số 01/2024/TT-BKHĐT của Bộ)",
                "UBND 2004:20 2025:20",
            ),
            (
                "UBND tỉnh Lạng Sơn|(Kèm theo công văn số 12/SKHĐT của Sở Kế hoạch và Đầu tư)",
                "UBND 2004:20 2025:20",
            ),
        ],
    );
}

#[test]
fn parts_of_a_line_that_say_nothing_about_who_reports_hold_nothing() {
    compare(
        AFTER,
        &[
            ("Tỉnh Lai Châu - UBND", "UBND 2004:12 2025:12"),
            ("Tỉnh Lai Châu (Liên minh HTX)", "LMHTX 2004:12 2025:12"),
            ("UBND tỉnh Lai Châu, Việt Nam", "UBND 2004:12 2025:12"),
            ("UBND tinh Lai Chau, Viet Nam", "UBND 2004:12 2025:12"),
            (
                "UBND tỉnh Lai Châu (Sở Tài chính lập biểu)",
                "UBND 2004:12 2025:12",
            ),
            (
                "UBND tỉnh Lai Châu|(Liên minh HTX tỉnh tổng hợp)",
                "UBND 2004:12 2025:12",
            ),
            (
                "UBND tỉnh Lai Châu - Sở Kế hoạch và Đầu tư tổng hợp",
                "UBND 2004:12 2025:12",
            ),
            (
                "UBND tỉnh Phú Thọ (Vĩnh Phúc, Hòa Bình cũ)",
                "UBND 2004:25 2025:25 = 2025",
            ),
            // Of one former unit alone, it may be its part of the new one.
            ("UBND tỉnh Phú Thọ (Vĩnh Phúc cũ)", "several"),
            ("UBND tỉnh Gia Lai (Bình Định cũ)", "several"),
            ("UBND tỉnh Phú Thọ, Vĩnh Phúc, Hòa Bình", "several"),
            // Who made it may have made it of its own figures.
            ("UBND tỉnh Lai Châu (huyện Tam Đường lập)", "other: huyện"),
            ("UBND tỉnh Lai Châu (Phòng Tổng hợp)", "other: phòng"),
            ("UBND tỉnh Lai Châu (Sở Tài chính)", "other: sở"),
            ("Sở Tài chính tỉnh Lai Châu tổng hợp", "other: sở"),
            (
                "UBND TP. Buôn Ma Thuột, tỉnh Đắk Lắk",
                "other: thành phố buôn ma thuột",
            ),
        ],
    );
}

#[test]
fn the_nearest_name_comes_first() {
    let plan = kttt();
    let nearest = |text: &str| {
        let folder = &plan.vocabulary.folder;
        let all = plan.geography.nearest_names(text, &plan.reporters, folder);
        all.split(", ").next().unwrap_or_default().to_owned()
    };
    for (text, name) in [
        ("UBND tỉnh Lai Chu", "`Lai Châu`"),
        ("UBND tỉnh Quảng Chị", "`Quảng Trị`"),
        ("UBND tỉnh Quang Ngai", "`Quảng Ngãi`"),
        ("Hà Giag", "`Hà Giang`"),
        ("UBND tỉnh Bình Fước", "`Bình Phước`"),
        ("UBND tỉnh Thừa Thiên-Huê", "`Thừa Thiên Huế`"),
    ] {
        assert_eq!(nearest(text), name, "{text}");
    }
}

#[test]
fn lower_levels_and_other_bodies_are_not_the_unit() {
    compare(
        AFTER,
        &[
            ("UBND huyện Lộc Bình, tỉnh Lạng Sơn", "other: huyện"),
            ("UBND huyen Loc Binh, tinh Lang Son", "other: huyen"),
            ("UBND HUYỆN LỘC BÌNH TỈNH LẠNG SƠN", "other: huyện"),
            ("UBND huyện Lộc Bình|tỉnh Lạng Sơn", "other: huyện"),
            ("UBND H. Lộc Bình, T. Lạng Sơn", "other: h"),
            ("UBND huyện Lộc Bình", "other: huyện"),
            ("UBND huyện Hòa Bình, tỉnh Bạc Liêu", "other: huyện"),
            ("UBND huyện Kiên Giang", "other: huyện"),
            ("UBND thị xã Vĩnh Long", "other: thị xã"),
            (
                "UBND xã Yên Khoái, huyện Lộc Bình, tỉnh Lạng Sơn",
                "other: xã",
            ),
            ("UBND phường Thái Bình, tỉnh Hưng Yên", "other: phường"),
            ("UBND đặc khu Phú Quốc, tỉnh An Giang", "other: đặc khu"),
            ("UBND quận Ninh Kiều, thành phố Cần Thơ", "other: quận"),
            ("UBND thành phố Cần Thơ, quận Ninh Kiều", "other: quận"),
            ("UBND tỉnh Lạng Sơn|Huyện Lộc Bình", "other: huyện"),
            (
                "UBND TP. Thủ Đức, TP. Hồ Chí Minh",
                "other: thành phố thủ đức",
            ),
            ("UBND TP Việt Trì - Phú Thọ", "other: thành phố việt trì"),
            ("UBND Lộc Bình, tỉnh Lạng Sơn", "other: lộc bình"),
            (
                "Liên minh HTX huyện Lộc Bình, tỉnh Lạng Sơn",
                "other: huyện",
            ),
            ("Sở Nông nghiệp và Môi trường tỉnh Lạng Sơn", "other: sở"),
            ("So Nong nghiep va Moi truong tinh Lang Son", "other: so"),
            ("SỞ TÀI CHÍNH LẠNG SƠN", "other: sở"),
            (
                "Chi cục Phát triển nông thôn tỉnh Lạng Sơn",
                "other: chi cục",
            ),
            ("Cục Thống kê tỉnh Lạng Sơn", "other: cục"),
            ("Văn phòng UBND tỉnh Lạng Sơn", "other: văn phòng"),
            ("Phòng Kinh tế tỉnh Lạng Sơn", "other: phòng"),
            ("Ban Chỉ đạo KTTT tỉnh Lạng Sơn", "other: ban"),
            ("UBND tỉnh Lạng Sơn - Sở Kế hoạch và Đầu tư", "other: sở"),
            ("UBND tỉnh Lạng Sơn (Sở Kế hoạch và Đầu tư)", "other: sở"),
            ("UBND tỉnh Lạng Sơn|Sở Kế hoạch và Đầu tư", "other: sở"),
            ("UBND tỉnh Lạng Sơn|(Sở Kế hoạch và Đầu tư)", "other: sở"),
            (
                "Văn phòng đại diện Liên minh HTX Việt Nam khu vực miền Trung - Tây Nguyên tại Đà Nẵng",
                "other: văn phòng đại diện",
            ),
            ("Liên minh HTX Việt Nam tại Đà Nẵng", "other: tại"),
            ("Cụm thi đua số 1 - Lạng Sơn", "other: cụm"),
            ("Vùng Đông Bắc (Lạng Sơn)", "other: vùng"),
            ("Liên minh HTX các tỉnh: Lạng Sơn", "other: các tỉnh"),
        ],
    );
}

#[test]
fn lines_that_name_several_units_name_none() {
    compare(
        AFTER,
        &[
            ("UBND tỉnh Lạng Sơn, tỉnh Cao Bằng", "several"),
            ("Lạng Sơn và Cao Bằng", "several"),
            ("UBND tỉnh Gia Lai (Bình Định cũ)", "several"),
            ("UBND tỉnh Gia Lai|(Bình Định cũ)", "several"),
            (
                "UBND tỉnh Lâm Đồng (hợp nhất Lâm Đồng, Đắk Nông, Bình Thuận)",
                "several",
            ),
            (
                "Sở Kế hoạch và Đầu tư tỉnh Phú Thọ, tỉnh Hòa Bình",
                "several",
            ),
            ("UBND tỉnh Sơn Lâm", "unknown"),
            ("UBND tỉnh Lạng Sơn năm 2024", "unknown"),
        ],
    );
}

#[test]
fn a_name_counts_from_the_day_on_which_it_is_one() {
    compare(
        BEFORE,
        &[
            (
                "UBND thành phố Bắc Ninh",
                "not yet: thành phố bắc ninh 2026-09-20",
            ),
            (
                "UBND TP. Bac Ninh",
                "not yet: thành phố bac ninh 2026-09-20",
            ),
            (
                "Thanh pho Dong Nai",
                "not yet: thanh pho dong nai 2026-04-30",
            ),
            (
                "UBND thành phố Lạng Sơn",
                "not yet: thành phố lạng sơn never",
            ),
            (
                "UBND thành phố Lạng Sơn, tỉnh Lạng Sơn",
                "other: thành phố lạng sơn",
            ),
            (
                "UBND thành phố Bắc Ninh, tỉnh Bắc Ninh",
                "other: thành phố bắc ninh",
            ),
            ("UBND thành phố Huế", "not yet: thành phố huế 2025-01-01"),
            (
                "UBND thành phố Huế, tỉnh Thừa Thiên Huế",
                "not yet: thành phố huế 2025-01-01",
            ),
            ("UBND tỉnh Thừa Thiên Huế", "UBND 2004:46 2025:46"),
            ("UBND tỉnh TT-Huế", "UBND 2004:46 2025:46"),
            ("UBND tỉnh Huế", "UBND 2004:46 2025:46"),
            // Without a type nothing says that the town is meant.
            ("Huế", "- 2004:46 2025:46"),
            ("UBND tỉnh Bắc Ninh", "UBND 2004:27 2025:24"),
            ("UBND thành phố Hải Phòng", "UBND 2004:31 2025:31"),
        ],
    );
    compare(
        AFTER,
        &[
            ("UBND thành phố Bắc Ninh", "UBND 2025:24"),
            ("UBND tỉnh Bắc Ninh", "UBND 2004:27 2025:24"),
            (
                "UBND thành phố Bắc Ninh, tỉnh Bắc Ninh",
                "other: thành phố bắc ninh",
            ),
            ("UBND thành phố Huế", "UBND 2004:46 2025:46"),
            ("UBND tỉnh Thừa Thiên Huế", "UBND 2004:46 2025:46"),
            (
                "UBND thành phố Huế, tỉnh Thừa Thiên Huế",
                "UBND 2004:46 2025:46",
            ),
            (
                "UBND thành phố Lạng Sơn",
                "not yet: thành phố lạng sơn never",
            ),
        ],
    );
    // Files without a time of their own may be older than any vintage.
    compare(
        Date::constant(1980, 1, 1),
        &[("UBND thành phố Hà Nội", "UBND 2004:01 2025:01")],
    );
}

#[test]
fn a_body_that_nobody_knows_is_named() {
    compare(
        AFTER,
        &[
            (
                "Hội Nông dân tỉnh Lạng Sơn",
                "(hội nông dân) 2004:20 2025:20",
            ),
            (
                "Công ty Tiên Phong tỉnh Lạng Sơn",
                "(công ty tiên phong) 2004:20 2025:20",
            ),
            (
                "Quỹ Hỗ trợ phát triển HTX tỉnh Lạng Sơn",
                "(quỹ hỗ trợ phát triển hợp tác xã) 2004:20 2025:20",
            ),
            (
                "Ủy ban Mặt trận Tổ quốc tỉnh Lạng Sơn",
                "(ủy ban mặt trận tổ quốc) 2004:20 2025:20",
            ),
            (
                "Bảo hiểm xã hội tỉnh Lạng Sơn",
                "(bảo hiểm xã hội) 2004:20 2025:20",
            ),
            ("Hội Nông dân huyện Lộc Bình, tỉnh Lạng Sơn", "other: huyện"),
        ],
    );
}

#[test]
fn words_beside_the_name_state_the_vintage() {
    compare(
        AFTER,
        &[
            ("UBND tỉnh Lâm Đồng (mới)", "UBND 2004:68 2025:68 = 2025"),
            ("UBND tỉnh Lâm Đồng mới", "UBND 2004:68 2025:68 = 2025"),
            ("UBND tinh Lam Dong moi", "UBND 2004:68 2025:68 = 2025"),
            (
                "UBND tỉnh Lâm Đồng (sau sáp nhập)",
                "UBND 2004:68 2025:68 = 2025",
            ),
            (
                "UBND tỉnh Lâm Đồng sau khi hợp nhất",
                "UBND 2004:68 2025:68 = 2025",
            ),
            (
                "UBND tỉnh Lâm Đồng (sau sáp nhập 01/7/2025)",
                "UBND 2004:68 2025:68 = 2025",
            ),
            ("UBND tỉnh Lâm Đồng|(mới)", "UBND 2004:68 2025:68 = 2025"),
            ("UBND tỉnh Lâm Đồng (cũ)", "UBND 2004:68 2025:68 = 2004"),
            ("UBND TỈNH LÂM ĐỒNG CŨ", "UBND 2004:68 2025:68 = 2004"),
            ("Tỉnh Đắk Nông (trước khi sáp nhập)", "- 2004:67 = 2004"),
            ("UBND tỉnh mới Lâm Đồng", "UBND 2004:68 2025:68 = 2025"),
            (
                "UBND tỉnh Lâm Đồng (34 tỉnh)",
                "UBND 2004:68 2025:68 = 2025",
            ),
            ("UBND tỉnh Lâm Đồng (mới) (cũ)", "unknown"),
            (
                "UBND tỉnh Lâm Đồng|(theo mẫu mới của Bộ)",
                "UBND 2004:68 2025:68",
            ),
            (
                "Hội Nông thôn mới tỉnh Lâm Đồng",
                "(hội nông thôn mới) 2004:68 2025:68",
            ),
        ],
    );
}

/// A report for 2024 of a province of the 63, received on a day of December.
fn sent(form: Form, file: &str, code: &str, day: u32, total: i64) -> Report {
    let row = match form {
        Form::Indicators => ("htx_total", numbers([total; 4])),
        Form::Sectors => ("A", numbers([total; 9])),
        other => unreachable!("no test of {other:?}"),
    };
    Report::of(form, OLD, code, 2024)
        .file(file)
        .received(&format!("2024-12-{day:02}T08:00:00+07:00"))
        .without_geography()
        .row(row.0, row.1)
}

fn named(report: Report, name: &str) -> Report {
    Report {
        name: name.to_owned(),
        ..report
    }
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    use Form::{Indicators, Sectors};
    Run::of([
        // 20: the district comes after the province, 14: before it.
        sent(Indicators, "20-province.xlsx", "20", 10, 410),
        named(
            sent(Indicators, "20-district.xlsx", "20", 20, 32),
            "huyện Lộc Bình, tỉnh Lạng Sơn",
        ),
        sent(Sectors, "20-s-province.xlsx", "20", 10, 410),
        named(
            sent(Sectors, "20-s-district.xlsx", "20", 20, 32),
            "huyện Lộc Bình, tỉnh Lạng Sơn",
        ),
        named(
            sent(Indicators, "14-city.xlsx", "14", 10, 32),
            "thành phố Sơn La, tỉnh Sơn La",
        ),
        sent(Indicators, "14-province.xlsx", "14", 20, 410),
        // 11: a neighbour filled the template of the province afterwards, 12: before it.
        sent(Indicators, "KTTT-01 Dien Bien.xlsx", "11", 10, 410),
        sent(Indicators, "KTTT-01 Cao Bang.xlsx", "11", 20, 900),
        sent(Sectors, "KTTT-02 Dien Bien.xlsx", "11", 10, 410),
        sent(Sectors, "KTTT-02 Cao Bang.xlsx", "11", 20, 900),
        sent(Indicators, "KTTT-01 Ha Giang.xlsx", "12", 10, 900),
        sent(Indicators, "KTTT-01 Lai Chau.xlsx", "12", 20, 410),
        // 42: only the file with the wrong name.
        sent(Indicators, "KTTT-01 Nghe An.xlsx", "42", 10, 410),
        // 22: a file of a district with the line of the province.
        sent(Indicators, "22.xlsx", "22", 10, 410),
        sent(Indicators, "KTTT-01 huyện Vân Đồn.xlsx", "22", 20, 32),
        // 04: a body that nobody knows comes last and alone, 38: after the alliance.
        named(
            sent(Indicators, "04.xlsx", "04", 20, 410),
            "Hội Nông dân tỉnh Cao Bằng",
        )
        .reporter(None),
        sent(Indicators, "38-alliance.xlsx", "38", 10, 410)
            .reporter(Some(crate::support::truth::Reporter::Alliance)),
        named(
            sent(Indicators, "38-other.xlsx", "38", 20, 32),
            "Hội Nông dân tỉnh Thanh Hóa",
        )
        .reporter(None),
    ])
});

fn report(run: &Run, file: &str) -> Row {
    let submission = run.one("submissions", &[("file_name", file)]);
    let id = submission.str("submission_id");
    run.one("reports", &[("submission_id", id)])
}

fn counted(code: &str, sector: &str) -> Option<i128> {
    let row = RUN.find(
        "provincial",
        &[
            ("geography", OLD),
            ("code", code),
            ("period", "2024"),
            ("indicator", "htx_total"),
            ("sector", sector),
            ("scenario", "estimate"),
        ],
    );
    row.first().and_then(|row| row.decimal("value"))
}

/// The codes of the findings about the report of a file that speak of its sender.
fn said(file: &str) -> Vec<String> {
    let found = RUN.find("findings", &[("file_name", file)]);
    let codes = found.iter().map(|f| f.str("code").to_owned());
    codes.filter(|code| code.starts_with("TH45")).collect()
}

#[test]
fn a_lower_level_never_replaces_the_province_in_either_order() {
    for (code, sector) in [("20", "_T"), ("20", "A"), ("14", "_T")] {
        assert_eq!(counted(code, sector), Some(410_000_000), "{code} {sector}");
    }
    for file in ["20-district.xlsx", "20-s-district.xlsx", "14-city.xlsx"] {
        assert_eq!(said(file), ["TH450"], "{file}");
        assert_eq!(report(&RUN, file).flag("is_current"), Some(false));
    }
}

#[test]
fn a_neighbours_template_never_replaces_a_report_in_either_order() {
    for (code, sector) in [("11", "_T"), ("11", "A"), ("12", "_T")] {
        assert_eq!(counted(code, sector), Some(410_000_000), "{code} {sector}");
    }
    for file in [
        "KTTT-01 Cao Bang.xlsx",
        "KTTT-02 Cao Bang.xlsx",
        "KTTT-01 Ha Giang.xlsx",
    ] {
        assert_eq!(said(file), ["TH453"], "{file}");
    }
    assert!(said("KTTT-01 Dien Bien.xlsx").is_empty());
    // With no other report it counts, and both names are told.
    assert_eq!(counted("42", "_T"), Some(410_000_000));
    assert_eq!(said("KTTT-01 Nghe An.xlsx"), ["TH452"]);
}

#[test]
fn a_file_of_a_district_never_replaces_the_province() {
    assert_eq!(counted("22", "_T"), Some(410_000_000));
    assert_eq!(said("KTTT-01 huyện Vân Đồn.xlsx"), ["TH453"]);
}

#[test]
fn an_unknown_body_ranks_last_with_a_warning() {
    assert_eq!(counted("04", "_T"), Some(410_000_000));
    assert_eq!(said("04.xlsx"), ["TH451"]);
    assert_eq!(report(&RUN, "04.xlsx").text("reporter"), None);
    assert_eq!(counted("38", "_T"), Some(410_000_000));
    assert_eq!(
        report(&RUN, "38-other.xlsx").flag("is_current"),
        Some(false)
    );
}

/// Lists of several senders come as parts: those of a lower level or of a neighbour are no parts.
#[test]
fn lists_of_others_are_no_parts_of_the_list() {
    let mut office = Office::new();
    let text = |province: &str, records, instead: &str| {
        let text = String::from_utf8(list(province, records)).unwrap();
        let line = format!("UBND tỉnh {province}");
        text.replacen(&line, instead, 1).into_bytes()
    };
    office.send("KTTT-04 Lang Son.csv", "2025-12-10", &list("Lạng Sơn", 5));
    let district = "UBND huyện Lộc Bình, tỉnh Lạng Sơn";
    office.send(
        "KTTT-04 b.csv",
        "2025-12-20",
        &text("Lộc Bình", 3, district),
    );
    let template = "UBND tỉnh Lạng Sơn";
    office.send(
        "KTTT-04 Cao Bang.csv",
        "2025-12-21",
        &text("Cao Bằng", 2, template),
    );
    office.run("lake", &[]);
    let query = "SELECT o.unit_code, count(*) FROM organisations o JOIN reports r ON o.report_id = r.report_id \
                 WHERE r.is_current GROUP BY o.unit_code";
    assert_eq!(office.sql(query), ["20,5"]);
}

/// The person who knows settles it: the unit in decisions.toml.
#[test]
fn a_decision_gives_a_contradicted_report_its_unit() {
    let mut office = Office::new();
    let line = "UBND tỉnh Lạng Sơn";
    office.send("Lang Son.csv", "2024-12-10", &csv(line, 2024, 410, 400, ""));
    let held = office.send("Cao Bang.csv", "2024-12-20", &csv(line, 2024, 900, 800, ""));
    office.decide(&format!(
        "[[decision]]\nsubmission = \"{held}\"\nunit = \"2004:04\"\nwhy = \"template\"\nby = \"A\"\non = \"2024-12-21\"\n"
    ));
    office.run("lake", &[]);
    let query = "SELECT code, CAST(value AS BIGINT) FROM provincial WHERE geography = '2004' AND period = '2024' \
                 AND indicator = 'htx_total' AND scenario = 'estimate' AND value IS NOT NULL ORDER BY code";
    assert_eq!(office.sql(query), ["04,900", "20,410"]);
    let query = "SELECT code FROM findings WHERE code LIKE 'TH45%'";
    assert!(office.sql(query).is_empty());
}

/// `(mới)` and `(cũ)` decide what would stay open, and contradict the line of the geography.
#[test]
fn words_beside_the_name_decide_like_the_line_of_the_geography() {
    let row = |file: &str, total| {
        Report::of(Form::Indicators, NEW, "68", 2025)
            .file(file)
            .row("htx_total", numbers([total; 4]))
    };
    let run = Run::of([
        named(
            row("a.xlsx", 1010).without_geography(),
            "tỉnh Lâm Đồng (mới)",
        ),
        named(row("b.xlsx", 1).without_geography(), "tỉnh Đắk Nông (cũ)"),
        named(row("c.xlsx", 7).sending(2), "tỉnh Lâm Đồng (cũ)"),
    ]);
    let of = |file: &str| {
        let report = report(&run, file);
        let column = |name: &str| report.text(name).map(str::to_owned);
        (
            column("unit_vintage"),
            column("unit_code"),
            column("vintage_evidence"),
        )
    };
    let stated = |vintage: &str, code: &str| {
        (
            Some(vintage.to_owned()),
            Some(code.to_owned()),
            Some("stated".to_owned()),
        )
    };
    assert_eq!(of("a.xlsx"), stated(NEW, "68"));
    assert_eq!(of("b.xlsx"), stated(OLD, "67"));
    assert_eq!(
        run.find("findings", &[("code", "TH454"), ("file_name", "c.xlsx")])
            .len(),
        1
    );
}

//! What `tonghop check` says of definitions that are not sound.

use std::fs;

use tempfile::TempDir;

use crate::support::definitions::definitions;
use crate::support::files::root;
use crate::support::program::tonghop;

/// The errors after `old` in `file` was replaced by `new`.
fn said_after(file: &str, old: &str, new: &str) -> String {
    let directory = TempDir::new().expect("a directory");
    let pipelines = definitions(directory.path());
    let path = pipelines.join(file);
    let text = fs::read_to_string(&path).expect("a definition");
    assert!(text.contains(old), "`{old}` is not in {file}");
    fs::write(&path, text.replacen(old, new, 1)).expect("written");
    let output = tonghop(&["check", &pipelines.join("kttt").to_string_lossy()]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "the definitions were found sound"
    );
    String::from_utf8(output.stderr)
        .expect("text")
        .replace(&*directory.path().to_string_lossy(), "…")
}

#[test]
fn the_definitions_of_this_repository_are_sound() {
    let output = tonghop(&["check"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn an_unknown_key() {
    insta::assert_snapshot!(said_after(
        "kttt/forms/kttt-01.toml",
        "stands_on = \"actual\"",
        "stands_in = \"actual\""
    ));
}

#[test]
fn a_dangling_indicator() {
    insta::assert_snapshot!(said_after(
        "kttt/forms/kttt-02.toml",
        "indicator = \"htx_active\"",
        "indicator = \"htx_aktive\""
    ));
}

#[test]
fn a_mean_without_a_weight() {
    insta::assert_snapshot!(said_after(
        "kttt/indicators.csv",
        "1,mean,htx_active,,,,mean over",
        "1,mean,,,,,mean over"
    ));
}

#[test]
fn a_scheme_of_regions_that_does_not_tile() {
    let line = fs::read_to_string(root().join("pipelines/reference/regions.csv"))
        .expect("regions")
        .lines()
        .find(|line| line.starts_with("6v-2025") && line.contains(",2025,92,"))
        .expect("a row")
        .to_owned();
    insta::assert_snapshot!(said_after(
        "reference/regions.csv",
        &format!("{line}\n"),
        ""
    ));
}

#[test]
fn a_rule_with_an_unknown_name() {
    insta::assert_snapshot!(said_after(
        "kttt/rules.toml",
        "htx_good_fair <= htx_total",
        "htx_good_fair <= htx_totel"
    ));
}

#[test]
fn a_model_that_is_no_sql() {
    insta::assert_snapshot!(said_after(
        "statistics/models/counted.sql",
        "min(preference) % 1000000000",
        "minn(preference) % 1000000000"
    ));
}

#[test]
fn a_model_that_reads_an_unknown_table() {
    insta::assert_snapshot!(said_after(
        "statistics/models/facts.sql",
        "FROM all_facts f",
        "FROM al_facts f"
    ));
}

#[test]
fn models_in_a_circle() {
    insta::assert_snapshot!(said_after(
        "statistics/models/keys.sql",
        "FROM observations",
        "FROM stated"
    ));
}

#[test]
fn a_unit_of_measure_that_is_not_known() {
    insta::assert_snapshot!(said_after(
        "kttt/indicators.csv",
        ",tỷ đồng,1,stock",
        ",tỷ đống,1,stock"
    ));
}

#[test]
fn a_column_that_stands_twice() {
    insta::assert_snapshot!(said_after(
        "kttt/forms/kttt-01.toml",
        "id = \"next_plan\"",
        "id = \"plan\""
    ));
}

#[test]
fn two_columns_under_one_head() {
    insta::assert_snapshot!(said_after(
        "kttt/forms/kttt-01.toml",
        "head = [\"Thực hiện 6 tháng đầu năm {N}\"]",
        "head = [\"Ước  TH năm {N}\"]"
    ));
}

#[test]
fn a_form_for_a_period_that_no_column_has() {
    insta::assert_snapshot!(said_after(
        "kttt/forms/kttt-02.toml",
        "frequencies = [\"annual\"]",
        "frequencies = [\"annual\", \"quarterly\"]"
    ));
}

#[test]
fn two_forms_with_one_code() {
    insta::assert_snapshot!(said_after(
        "kttt/forms/kttt-02.toml",
        "form = \"KTTT-02\"",
        "form = \"KTTT-01\""
    ));
}

#[test]
fn another_label_of_a_row_is_read_and_one_of_no_row_is_an_error() {
    let form = "kttt/forms/kttt-01.toml";
    let stub = "[stub]";
    let said = said_after(form, stub, "[rows.also]\n\"999\" = [\"Số khác\"]\n\n[stub]");
    assert!(said.contains("`999` is not the code of a row"), "{said}");

    let directory = TempDir::new().expect("a directory");
    let root = definitions(directory.path());
    let path = root.join(form);
    let text = fs::read_to_string(&path).expect("a definition");
    let also = "[rows.also]\n\"102\" = [\"Số HTX còn làm ăn\"]\n\n[stub]";
    fs::write(&path, text.replacen(stub, also, 1)).expect("written");
    let file = directory.path().join("a.csv");
    let lines = "Biểu số: KTTT-01\nĐơn vị báo cáo: UBND tỉnh Sơn La\nChỉ tiêu;Thực hiện năm 2022;Ước thực hiện năm 2023\n\
                 Tổng số hợp tác xã;10;11\nSố hợp tác xã còn làm ăn;7;8\n";
    fs::write(&file, lines).expect("written");
    let plan = tonghop::plan::load(&root.join("kttt")).expect("sound");
    let read = tonghop::answers::read_files(&plan, &[(file, "a.csv".to_owned())]).expect("read");
    let values = &read[0].reports[0].report.dossier().content.observations;
    assert_eq!(
        values
            .iter()
            .filter(|v| v.indicator == "htx_active")
            .count(),
        2
    );
}

/// The errors for a rule of KTTT-02 with this text.
fn said_of_rule(rule: &str) -> String {
    said_after(
        "kttt/rules.toml",
        "kind = \"expression\"\nexpression = \"htx_total = KTTT-01:htx_total\"",
        rule,
    )
}

#[test]
fn a_rule_that_cannot_be_decided_fail_or_pass() {
    let expression =
        |text: &str| said_of_rule(&format!("kind = \"expression\"\nexpression = \"{text}\""));
    insta::assert_snapshot!(expression("htx_total <= htx_total + 1"));
    for (wrong, said) in [
        (
            "htx_total[Z] >= 0",
            "`Z` of `htx_total[Z]` is no member of a breakdown",
        ),
        (
            "htx_total <= KTTT-09:htx_total",
            "the form `KTTT-09` is not declared",
        ),
        (
            "htx_total@N-1 <= htx_total",
            "no column of `KTTT-02` stands on another",
        ),
        (
            "htx_agri <= htx_total",
            "the form `KTTT-02` has no row and column for `htx_agri`",
        ),
        (
            "htx_total = KTTT-01:htx_total[A]",
            "the form `KTTT-01` has no row and column for `KTTT-01:htx_total[A]`",
        ),
        ("htx_total + htx_totel >= 0", "`htx_totel` is no indicator"),
        ("htx_total >=", "sql parser error"),
        ("htx_total + 1", "it is not a condition"),
        ("htx_total >= 0 htx_new", "is not expected where it stands"),
        ("htx_total > 5 AND htx_total < 5", "can never pass"),
        ("abs(htx_total - htx_new) >= 0", "can never fail"),
    ] {
        let out = expression(wrong);
        assert!(
            out.contains(said) && out.contains("rules.toml:"),
            "{wrong}: {out}"
        );
    }
    for (kind, said) in [
        (
            "comparison\"\ntolerance = \"0.1",
            "`KTTT-02` has no comparison columns",
        ),
        (
            "revision\"\ntolerance = \"0.1\"\nat_least = \"5",
            "`KTTT-02` has no actual of a period",
        ),
    ] {
        let out = said_of_rule(&format!("kind = \"{kind}\""));
        assert!(
            out.contains("can never fail") && out.contains(said),
            "{out}"
        );
    }
    for (kind, said) in [
        (
            "sum-of-members\"\nbreakdown = \"sector",
            "`KTTT-01` has no cells of sectors of the first level",
        ),
        (
            "parts-of-members\"\nbreakdown = \"sector",
            "`KTTT-01` has no cells of sectors of the second level",
        ),
    ] {
        let out = said_after(
            "kttt/rules.toml",
            "kind = \"counts-not-negative\"",
            &format!("kind = \"{kind}\""),
        );
        assert!(out.contains(said), "{out}");
    }
    let out = said_after(
        "kttt/rules.toml",
        "htx_active + htx_suspended <= htx_total",
        // One operand is in the estimate's column, the other in the column before the next plan.
        "KTTT-02:htx_new <= KTTT-02:htx_active@N-1",
    );
    assert!(
        out.contains("can never be decided: no column of `KTTT-01` has all that it compares"),
        "{out}"
    );
}

#[test]
fn a_rule_that_doubts_without_reason() {
    for (kind, said) in [
        (
            "copy\"\nof = \"column-before\"\nat_least = \"10\"\nabove = \"20",
            "can never fail: the columns of `KTTT-02` that it compares have 0 cells",
        ),
        (
            "copy\"\nof = \"nobody\"\nat_least = \"10\"\nabove = \"20",
            "unknown variant `nobody`",
        ),
        (
            "empty\"\nat_least = \"1000",
            "can never fail: a column of `KTTT-02` has at most",
        ),
        (
            "empty\"\nat_least = \"5\"\nabove = \"20",
            "a rule of this kind takes no `above`",
        ),
        (
            "empty\"\nat_least = \"0.5",
            "`at_least` must be a whole number",
        ),
        (
            "share\"\nindicator = \"htx_agri\"\nat_most = \"0.25",
            "the form `KTTT-02` has no row and column for `htx_agri`",
        ),
        (
            "share\"\nindicator = \"htx_total\"\nat_most = \"25",
            "`at_most` must be a share between 0 and 1",
        ),
        (
            "share\"\nindicator = \"htx_total\"\npublished = { 2018 = \"many\" }\nat_most = \"0.25",
            "`2018` and `many` are not a year and a positive number",
        ),
        (
            "factor\"\nof = \"other-units\"\nindicators = [\"htx_total\"]\nunits = \"2\"\nfactor = \"20",
            "`units` must be a whole number, 3 or more",
        ),
        (
            "factor\"\nof = \"year-before\"\nindicators = [\"htx_total\"]\nfactor = \"1",
            "`factor` must be greater than 1",
        ),
        (
            "factor\"\nof = \"column-before\"\nindicators = [\"htx_total\"]\nfactor = \"5",
            "no column of `KTTT-02` stands on another",
        ),
    ] {
        let out = said_of_rule(&format!("kind = \"{kind}\""));
        assert!(
            out.contains(said) && out.contains("rules.toml:"),
            "{kind}: {out}"
        );
    }
}

#[test]
fn a_sentence_that_is_no_template() {
    insta::assert_snapshot!(said_after(
        "kttt/chapters/country.toml",
        "{% if htx.known %}",
        "{% if htx.known }"
    ));
}

#[test]
fn a_chart_of_a_table_that_is_not_there() {
    insta::assert_snapshot!(said_after(
        "kttt/chapters/country.toml",
        "table = \"02\"",
        "table = \"99\""
    ));
}

#[test]
fn an_edition_with_a_table_that_is_nowhere() {
    insta::assert_snapshot!(said_after(
        "kttt/editions/2025.toml",
        "tables = [\"01\"]",
        "tables = [\"01\", \"77\"]"
    ));
}

#[test]
fn a_table_that_is_defined_and_awaited() {
    insta::assert_snapshot!(said_after(
        "kttt/editions/2025.toml",
        "# Names that the definitions",
        "[[awaited]]\nid = \"19\"\ntitle = { vi = \"a\", en = \"a\" }\nforms = [\"KTTT-01\"]\n\n# Names that the definitions"
    ));
}

#[test]
fn an_edition_closed_on_no_day() {
    insta::assert_snapshot!(said_after(
        "kttt/editions/2025.toml",
        "# as_of = \"2026-03-31\"",
        "as_of = \"31/03/2026\""
    ));
}

/// Checks that each change of a file is told, on a line of that file, with these words.
fn assert_told(file: &str, changes: &[(&str, &str, &str)]) {
    for (old, new, said) in changes {
        let out = said_after(file, old, new);
        let name = file.rsplit('/').next().expect("a name");
        assert!(
            out.contains(said) && out.contains(&format!("{name}:")),
            "{new}: {out}"
        );
    }
}

#[test]
fn columns_that_give_wrong_figures() {
    assert_told(
        "kttt/forms/kttt-01.toml",
        &[
            (
                "scenario = \"estimate\"",
                "scenario = \"plan\"",
                "give the same figures",
            ),
            (
                "period = \"N+1\"",
                "period = \"N3\"",
                "`N3` is not a period of a report",
            ),
            (
                "period = \"N+1\"",
                "period = \"N\"",
                "speak of another year than its period N",
            ),
            (
                "stands_on = \"estimate\"",
                "stands_on = \"next_plan\"",
                "not of an earlier period",
            ),
            (
                "frequencies = [\"annual\"]",
                "frequencies = [\"quarterly\"]",
                "has no frequency `quarterly`",
            ),
            (
                "to = \"actual\"",
                "to = \"estimate\"",
                "is compared with itself",
            ),
            (
                "id = \"THT\"\nwords",
                "id = \"HTX\"\nwords",
                "belong to the section `THT`",
            ),
            ("head = [\"Chỉ tiêu\"", "head = [\"*\"", "has no letters"),
        ],
    );
}

#[test]
fn rows_that_belong_to_another_form() {
    let directory = TempDir::new().expect("a directory");
    let pipelines = definitions(directory.path());
    let text = fs::read_to_string(pipelines.join("kttt/forms/kttt-01.toml")).expect("a form");
    let text = text
        .replace("form = \"KTTT-01\"", "form = \"KTTT-91\"")
        .replace("Một số chỉ tiêu cơ bản", "Vài chỉ tiêu");
    fs::write(pipelines.join("kttt/forms/kttt-91.toml"), text).expect("written");
    let output = tonghop(&["check", &pipelines.join("kttt").to_string_lossy()]);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        said.contains("`KTTT-91` lists no `codes`") && said.contains("kttt-91.toml:"),
        "{said}"
    );
}

#[test]
fn a_section_that_no_table_has_a_label_for() {
    let out = said_after(
        "kttt/indicators.csv",
        "htx_agri_chain_rate,derived,",
        "htx_agri_chain_rate,other,",
    );
    assert!(
        out.contains("the row `other` has no label") && out.contains("tables/01.toml:"),
        "{out}"
    );
}

#[test]
fn senders_and_due_dates_that_contradict() {
    assert_told(
        "kttt/pipeline.toml",
        &[
            ("rank = 2", "rank = 1", "have the same rank"),
            ("\"LMHTX\"]", "\"UBND\"]", "have one of the same words"),
            (
                "due_month = 12\ndue_day = 25",
                "due_month = 2\ndue_day = 29",
                "not a date of every year",
            ),
            (
                "form = \"KTTT-02\"\nperiod = \"2025\"",
                "form = \"KTTT-02\"\nperiod = \"2025-S1\"",
                "has no frequency `half-year`",
            ),
            (
                "edition = \"2025\"",
                "edition = \"2026\"",
                "there is no edition `2026`",
            ),
        ],
    );
}

#[test]
fn names_and_days_of_units_that_contradict() {
    assert_told(
        "reference/name_aliases.csv",
        &[(
            "2004,01,Ha Noi\n",
            "2004,02,Ha Noi\n",
            "means two units of 2004",
        )],
    );
    assert_told(
        "reference/admin_units.csv",
        &[(
            "2004-07-08,2025-07-01,Quyết định",
            "2004-07-08,2025-07-02,Quyết định",
            "by unit_changes.csv on 2025-07-01",
        )],
    );
    assert_told(
        "reference/unit_changes.csv",
        &[(
            "2025,01,unchanged,2025-07-01",
            "2025,01,unchanged,2025-08-01",
            "begins on 2025-07-01",
        )],
    );
}

#[test]
fn indicators_words_units_and_targets_that_make_no_sense() {
    assert_told(
        "kttt/indicators.csv",
        &[
            (
                "htx_total,HTX,101,0,KTTT-01",
                "htx_total,HTX,101,0,KTTT-04",
                "has no row, no column and no total for `htx_total`",
            ),
            (
                "htx_total,HTX,101,0,KTTT-01",
                "htx_total,HTX,101,0,",
                "is in several forms",
            ),
            (
                "htx_active,htx_total,100,",
                "htx_active,htx_active,100,",
                "to itself",
            ),
        ],
    );
    assert_told(
        "kttt/targets.csv",
        &[(
            "level,tht_total",
            "level,tht_totel",
            "`tht_totel` is not an indicator",
        )],
    );
    assert_told(
        "reference/units_of_measure.toml",
        &[(
            "factor = \"1000\"",
            "factor = \"1\"",
            "have the same factor",
        )],
    );
    assert_told(
        "reference/words.toml",
        &[
            (
                "period = \"{Y}-S2\"",
                "period = \"{Y}-S3\"",
                "is not a period that",
            ),
            (
                "nil = [\"-\"",
                "nil = [\"x\", \"-\"",
                "means both `nil` and `not_applicable`",
            ),
        ],
    );
    assert_told(
        "reference/printed.toml",
        &[("Ngày {date}", "Ngày {data}", "does not say `{date}`")],
    );
}

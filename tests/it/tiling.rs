//! Findings about territory: a gap, reports on both sides of a change, and a model that counts a territory twice.

use std::fs;

use crate::support::office::{Office, csv};

#[test]
fn a_gap_and_both_sides_of_a_change_are_said() {
    let mut office = Office::new();
    let mut send = |name: &str, province: &str, total: u32, above: &str| {
        let bytes = csv(
            &format!("UBND tỉnh {province}"),
            2025,
            total,
            total / 2,
            above,
        );
        // What former units send after the merger would be set aside.
        let day = if above.contains("34") || total == 20 {
            "2025-12-20"
        } else {
            "2025-06-20"
        };
        office.send(&format!("{name}.csv"), day, &bytes);
    };
    let new = "Địa giới: 34 tỉnh;\n";
    // Quảng Trị's old and new units both report, and they agree. Of Ninh Bình's three former units one reports too.
    send("moi", "Quảng Trị", 150, new);
    send("cu-1", "Quảng Bình", 100, "");
    send("cu-2", "Quảng Trị", 50, "Địa giới: 63 tỉnh;\n");
    send("ninh-binh", "Ninh Bình", 90, new);
    send("ha-nam", "Hà Nam", 30, "");
    // Of Lào Cai only one former half has reported.
    send("yen-bai", "Yên Bái", 20, "");
    office.run("lake", &[]);
    let said = |code: &str| {
        office.sql(&format!(
            "SELECT severity, file_name, form, period, scenario, message_en FROM findings WHERE code = '{code}' ORDER BY file_name, period, scenario"
        ))
    };
    let both = said("TH424");
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(
        both[0].starts_with("info,moi.csv,KTTT-01,2025,,")
            && both[0].contains("2 of 2 former units"),
        "{both:?}"
    );
    assert!(
        both[0].contains("Quang Binh, Quang Tri") || both[0].contains("Quang Tri, Quang Binh"),
        "{both:?}"
    );
    assert!(
        both[1].contains("ninh-binh.csv")
            && both[1].contains("1 of 3 former units also sent this form: Ha Nam"),
        "{both:?}"
    );
    // They agree, so there is no finding about a difference.
    assert!(said("TH406").is_empty());
    let gaps = said("TH422");
    assert_eq!(gaps.len(), 2, "one for each scenario: {gaps:?}");
    for gap in &gaps {
        // Three figures and the share made of two of them; 34 less three units, one of which lacks a half.
        assert!(gap.contains("4 of 4 figures lack units"), "{gap}");
        assert!(gap.contains("lacks the most (32):"), "{gap}");
    }
    assert!(
        gaps[0].starts_with("info,,KTTT-01,2025,estimate,"),
        "{gaps:?}"
    );
    assert!(gaps[1].starts_with("info,,KTTT-01,2026,plan,"), "{gaps:?}");
    assert!(said("TH423").is_empty());
    assert_eq!(
        office.sql("SELECT value, units_reported, units_expected FROM national WHERE geography = '2025' AND indicator = 'htx_total' AND scenario = 'estimate'"),
        ["260.000000,2,34"]
    );
}

/// The pipeline's models decide what counts. If they count a territory twice, the run says so.
#[test]
fn a_model_that_counts_a_territory_twice_is_caught() {
    let mut office = Office::new();
    let path = office.path("pipelines/statistics/models/sources_of_vintage.sql");
    let sound = fs::read_to_string(&path).expect("a model");
    let broken = sound.replace("WHERE NOT f.own\n", "WHERE TRUE\n");
    assert_ne!(
        sound, broken,
        "the model has changed: break it in another way"
    );
    fs::write(&path, broken).expect("written");
    let new = "Địa giới: 34 tỉnh;\n";
    office.send(
        "moi.csv",
        "2025-12-20",
        &csv("UBND tỉnh Quảng Trị", 2025, 150, 70, new),
    );
    office.send(
        "cu.csv",
        "2025-06-20",
        &csv("UBND tỉnh Quảng Bình", 2025, 100, 50, ""),
    );
    office.run("lake", &[]);
    let said = office.sql("SELECT severity, period, scenario, unit_vintage, message_en FROM findings WHERE code = 'TH423' ORDER BY period, scenario");
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("error,2025,best,2025,"), "{said:?}");
    assert!(
        said[0].contains("4 figures count Quang Binh twice"),
        "{said:?}"
    );
}

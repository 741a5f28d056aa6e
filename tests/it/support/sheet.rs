//! Reports as small text files, for tests that look at single cells.

use std::fs;
use std::path::Path;

use super::catalogue::catalogue;

/// A report as a semicolon-separated file that states its geography: unless told otherwise, of 63 provinces.
pub(crate) struct Sheet {
    form: &'static str,
    unit: &'static str,
    pub(crate) year: i32,
    provinces: u32,
    sending: Option<u32>,
    heads: String,
    rows: Vec<String>,
}

impl Sheet {
    /// A KTTT-01: the actual, the plan, the estimate, the next plan, and the estimate compared with the actual stand
    /// in B to F, rows from 6 on.
    pub(crate) fn one(unit: &'static str, year: i32) -> Self {
        let (before, after) = (year - 1, year + 1);
        Self {
            form: "KTTT-01",
            unit,
            year,
            provinces: 63,
            sending: None,
            heads: format!(
                "Chỉ tiêu;Thực hiện năm {before};Kế hoạch năm {year};Ước thực hiện năm {year};Kế hoạch năm {after};Ước TH năm {year} / TH năm {before}"
            ),
            rows: Vec::new(),
        }
    }

    /// A KTTT-02 with cooperatives and their members in B and C.
    pub(crate) fn two(unit: &'static str, year: i32) -> Self {
        Self {
            form: "KTTT-02",
            unit,
            year,
            provinces: 63,
            sending: None,
            heads: "Lĩnh vực;Hợp tác xã;\n;Tổng số;Thành viên".to_owned(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn sending(mut self, number: u32) -> Self {
        self.sending = Some(number);
        self
    }

    /// On the geography of 34 provinces.
    pub(crate) fn on_34(mut self) -> Self {
        self.provinces = 34;
        self
    }

    /// A row, by the code of its indicator or sector, and its cells.
    pub(crate) fn row(mut self, code: &str, cells: &str) -> Self {
        let catalogue = catalogue();
        let label = match self.form {
            "KTTT-01" => &catalogue.indicators[code].name_vi,
            _ => catalogue.sectors.get(code).map_or("Tổng số", |name| name),
        };
        let label = label.replace('"', "\"\"");
        self.rows
            .push(format!("\"{label}\";{}", cells.replace(' ', ";")));
        self
    }

    /// Rows of all sectors: the total, then one for each.
    pub(crate) fn sectors(mut self, total: &str, of: impl Fn(&str) -> String) -> Self {
        self = self.row("_T", total);
        for code in catalogue().sectors.keys() {
            self = self.row(code, &of(code));
        }
        self
    }

    /// Writes the file and gives its name.
    pub(crate) fn write(&self, inbox: &Path) -> String {
        let name = format!(
            "{}-{}-{}-{}-{}.csv",
            self.year,
            self.form,
            self.unit,
            self.provinces,
            self.sending.unwrap_or(1)
        );
        let mut text = format!(
            "Biểu số: {}\nĐơn vị báo cáo: UBND tỉnh {}\nĐịa giới: {} tỉnh\n{}NĂM {}\n{}\n",
            self.form,
            self.unit,
            self.provinces,
            self.sending
                .map_or_else(String::new, |n| format!("Lần gửi: {n}\n")),
            self.year,
            self.heads,
        );
        for row in &self.rows {
            text.push_str(row);
            text.push('\n');
        }
        fs::write(inbox.join(&name), text).unwrap();
        name
    }
}

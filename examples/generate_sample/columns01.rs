//! The columns of KTTT-01: which ones a province has, in which order, under which heads.

use super::habits::{Habits, Numbering, Order};
use super::senders::Manner;
use super::words::toned;

/// A column of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Ordinal,
    Label,
    Unit,
    Code,
    Gap,
    Actual,
    Plan,
    Estimate,
    ToActual,
    ToPlan,
    NextPlan,
    Remark,
}

use Column::{
    Actual, Code, Estimate, Gap, NextPlan, Ordinal, Plan, Remark, ToActual, ToPlan, Unit,
};

impl Column {
    /// The head over several columns, and the column's own.
    pub(crate) fn head(self, year: i32, habits: &Habits) -> (Option<&'static str>, String) {
        let short = habits.sheet_names == 2;
        let brief = habits.has(Manner::ShortHeads);
        let last = year - 1;
        let next = year + 1;
        let own = match self {
            Ordinal => if short { "STT" } else { "TT" }.to_owned(),
            Column::Label => if short { "CHỈ TIÊU" } else { "Chỉ tiêu" }.to_owned(),
            Unit => if habits.other_units {
                "ĐVT"
            } else {
                "Đơn vị tính"
            }
            .to_owned(),
            Code => "Mã số".to_owned(),
            Gap => String::new(),
            Actual if brief => format!("TH năm {last}"),
            Plan if brief => format!("KH năm {year}"),
            Estimate if brief => format!("Ước TH năm {year}"),
            NextPlan if brief => format!("KH năm {next}"),
            Actual => format!("Thực hiện năm {last}"),
            Plan => format!("Kế hoạch năm {year}"),
            Estimate => format!("Ước thực hiện năm {year}"),
            ToActual => format!("Ước TH năm {year} / TH năm {last}"),
            ToPlan => format!("Ước TH năm {year} / KH năm {year}"),
            NextPlan => format!("Kế hoạch năm {next}"),
            Remark => "Ghi chú".to_owned(),
        };
        let over = matches!(self, ToActual | ToPlan).then_some("So sánh (%)");
        (over, toned(&own, habits))
    }

    /// Its width in characters.
    pub(crate) fn width(self) -> f64 {
        match self {
            Ordinal => 6.0,
            Column::Label => 46.0,
            Unit => 15.0,
            Code => 8.0,
            Gap => 3.0,
            Remark => 20.0,
            _ => 13.5,
        }
    }

    /// It names the row; it holds no figure.
    pub(crate) fn is_stub(self) -> bool {
        matches!(self, Ordinal | Column::Label | Unit | Code | Gap)
    }
}

/// The columns of a province, in its order.
pub(crate) fn columns(habits: &Habits) -> Vec<Column> {
    let mut stub = match habits.order {
        Order::CodeFirst => vec![Code, Column::Label, Unit],
        _ => vec![Column::Label, Unit, Code],
    };
    if habits.numbering == Numbering::Column {
        stub.insert(0, Ordinal);
    }
    stub.retain(|c| habits.has_codes || *c != Code);
    stub.retain(|c| habits.has_units || *c != Unit);
    if habits.gap_column {
        stub.push(Gap);
    }
    stub.extend(match habits.order {
        Order::ComparisonsLast => vec![Actual, Plan, Estimate, NextPlan, ToActual, ToPlan],
        Order::EstimateFirst => vec![Actual, Estimate, Plan, ToActual, ToPlan, NextPlan],
        Order::NoComparisons => vec![Actual, Plan, Estimate, NextPlan],
        _ => vec![Actual, Plan, Estimate, ToActual, ToPlan, NextPlan],
    });
    if habits.has_remarks {
        stub.push(Remark);
    }
    stub
}

//! From true figures to reported ones: estimates made before the year was over, and plans.
//!
//! Each new column is based on another, as in the form: estimate N and plan N on actual N-1,
//! plan N+1 on estimate N.

use super::arithmetic::{WHOLE, part, scale};
use super::facts::Indicator;
use super::figures::Figures;
use super::random::Random;

/// The four columns of one KTTT-01.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// `Thực hiện năm N-1`.
    pub(crate) actual: Figures,
    /// `Kế hoạch năm N`.
    pub(crate) plan: Figures,
    /// `Ước thực hiện năm N`.
    pub(crate) estimate: Figures,
    /// `Kế hoạch năm N+1`.
    pub(crate) next_plan: Figures,
}

impl Columns {
    /// The columns of a unit that was put together from others.
    pub(crate) fn together(parts: &[Self], indicators: &[Indicator]) -> Self {
        let sum = |pick: fn(&Self) -> &Figures| {
            Figures::together(&parts.iter().map(pick).collect::<Vec<_>>(), indicators)
        };
        Self {
            actual: sum(|c| &c.actual),
            plan: sum(|c| &c.plan),
            estimate: sum(|c| &c.estimate),
            next_plan: sum(|c| &c.next_plan),
        }
    }
}

/// Totals that follow from a balance, and counts too small for a share.
const BALANCED: [&str; 3] = ["htx_total", "lhhtx_total", "htx_new"];

/// The estimate of a year, made in December: near what came to be, mostly within 2 %.
pub(crate) fn estimate(
    truth: &Figures,
    before: &Figures,
    catalogue: &[Indicator],
    random: &mut Random,
) -> Figures {
    let mut guess = truth.clone();
    guess.set(
        "htx_new",
        part(
            truth.get("htx_new"),
            WHOLE + random.between(-65_000, 55_000),
        ),
    );
    guess.set(
        "htx_dissolved",
        part(
            truth.get("htx_dissolved"),
            WHOLE + random.between(-70_000, 70_000),
        ),
    );
    guess.balance(before);
    let scope = [guess.get("htx_total"), truth.get("htx_total")];
    for indicator in catalogue
        .iter()
        .filter(|i| !BALANCED.contains(&i.id.as_str()))
    {
        let id = indicator.id.as_str();
        let value = truth.get(id);
        let wobble = if random.chance(25) { 22_000 } else { 11_000 };
        let off = WHOLE + random.between(-wobble, wobble);
        match (id, indicator.section.as_str()) {
            ("htx_dissolved" | "lhhtx_new" | "lhhtx_dissolved" | "lhhtx_active", _) => {}
            (_, "HTX") if indicator.weight.is_none() => {
                guess.set(id, part(scale(value, scope[0], scope[1]), off));
            }
            _ => guess.set(id, part(value, off)),
        }
    }
    round_people(&mut guess, random);
    guess.tidy();
    guess
}

/// The plan for the year after `base`.
pub(crate) fn plan(base: &Figures, catalogue: &[Indicator], random: &mut Random) -> Figures {
    let mut plan = base.clone();
    let new =
        part(base.get("htx_new"), random.between(850_000, 1_200_000)).max(random.between(2, 6));
    plan.set("htx_new", new.min(base.get("htx_total") / 6));
    plan.set(
        "htx_dissolved",
        part(
            base.get("htx_dissolved"),
            random.between(700_000, 1_050_000),
        ),
    );
    plan.set(
        "lhhtx_new",
        i64::from(base.get("lhhtx_total") > 0 && random.chance(20)),
    );
    plan.set("lhhtx_dissolved", 0);
    plan.balance(base);
    let scope = [plan.get("htx_total"), base.get("htx_total")];
    for indicator in catalogue
        .iter()
        .filter(|i| !BALANCED.contains(&i.id.as_str()))
    {
        let id = indicator.id.as_str();
        let value = base.get(id);
        match (id, indicator.section.as_str()) {
            (
                "htx_dissolved" | "lhhtx_new" | "lhhtx_dissolved" | "lhhtx_members"
                | "lhhtx_workers",
                _,
            ) => {}
            ("lhhtx_active", _) => plan.set(id, value + plan.get("lhhtx_new")),
            ("htx_members", _) => plan.set(id, part(value, WHOLE + random.between(8_000, 40_000))),
            (_, "HTX") if indicator.weight.is_none() => {
                let better = WHOLE + random.between(-4_000, 16_000);
                plan.set(id, part(scale(value, scope[0], scope[1]), better));
            }
            _ if indicator.weight.is_some() => {
                plan.set(id, part(value, WHOLE + random.between(12_000, 55_000)));
            }
            _ => plan.set(id, part(value, WHOLE + random.between(0, 30_000))),
        }
    }
    round_people(&mut plan, random);
    plan.tidy();
    fill_unions(&mut plan, base);
    plan.tidy();
    plan
}

/// Last year's plan for this year, as this year's report repeats it: mostly word for word, with
/// the new ones recounted from what is now known to have been there.
pub(crate) fn repeat(
    plan: &Figures,
    before: &Figures,
    catalogue: &[Indicator],
    random: &mut Random,
) -> Figures {
    let mut repeated = plan.clone();
    if random.chance(30) {
        for indicator in catalogue
            .iter()
            .filter(|i| i.weight.is_some() || i.level == 0)
        {
            let id = indicator.id.as_str();
            if !BALANCED.contains(&id) && random.chance(35) {
                repeated.set(
                    id,
                    part(plan.get(id), WHOLE + random.between(-18_000, 18_000)),
                );
            }
        }
    }
    repeated.rebalance(before);
    repeated.tidy();
    repeated
}

/// People are planned and estimated in tens, where there are many.
fn round_people(figures: &mut Figures, random: &mut Random) {
    if !random.chance(45) {
        return;
    }
    for id in [
        "htx_members",
        "htx_members_new",
        "tht_members",
        "tht_members_new",
    ] {
        let value = figures.get(id);
        if value > 2_000 {
            figures.set(id, (value + 5) / 10 * 10);
        }
    }
}

/// New unions bring members, workers and, where there were none, a revenue.
fn fill_unions(figures: &mut Figures, before: &Figures) {
    let came = figures.get("lhhtx_total") - before.get("lhhtx_total");
    if came > 0 && figures.get("lhhtx_members") <= before.get("lhhtx_members") {
        figures.set("lhhtx_members", before.get("lhhtx_members") + 5 * came);
        figures.set("lhhtx_workers", before.get("lhhtx_workers") + 40 * came);
    }
    if figures.get("lhhtx_active") == 0 || figures.get("lhhtx_revenue_avg") != 0 {
        return;
    }
    let model = if before.get("lhhtx_revenue_avg") == 0 {
        [90_000, 4_500]
    } else {
        [
            before.get("lhhtx_revenue_avg"),
            before.get("lhhtx_profit_avg"),
        ]
    };
    figures.set("lhhtx_revenue_avg", model[0]);
    figures.set("lhhtx_profit_avg", model[1]);
}

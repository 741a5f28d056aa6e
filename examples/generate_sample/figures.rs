//! One column of KTTT-01: a figure for each indicator, and what must hold between them.

use std::collections::BTreeMap;

use super::arithmetic::{divide, part};
use super::facts::Indicator;

/// The figures of one unit, year and scenario, each in the last decimal of its indicator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Figures(BTreeMap<String, i64>);

impl Figures {
    /// The figure of an indicator; 0 before it is set.
    pub(crate) fn get(&self, id: &str) -> i64 {
        self.0.get(id).copied().unwrap_or(0)
    }

    /// Sets a figure.
    pub(crate) fn set(&mut self, id: &str, value: i64) {
        self.0.insert(id.to_owned(), value);
    }

    /// Sets a figure to a share of another.
    pub(crate) fn set_part(&mut self, id: &str, of: &str, ppm: i64) {
        self.set(id, part(self.get(of), ppm));
    }

    fn cap(&mut self, id: &str, most: i64) {
        if self.get(id) > most {
            self.set(id, most.max(0));
        }
    }

    /// Lets the totals follow from where they started: what was there, what came, what went.
    pub(crate) fn balance(&mut self, before: &Self) {
        for kind in ["htx", "lhhtx"] {
            let [total, new, dissolved] = stocks(kind);
            let end = before.get(&total) + self.get(&new) - self.get(&dissolved);
            self.set(&total, end.max(0));
        }
    }

    /// Keeps the totals and lets the new ones follow; what cannot be new was not dissolved less.
    pub(crate) fn rebalance(&mut self, before: &Self) {
        for kind in ["htx", "lhhtx"] {
            let [total, new, dissolved] = stocks(kind);
            let came = self.get(&total) - before.get(&total) + self.get(&dissolved);
            if came < 0 {
                self.set(&dissolved, self.get(&dissolved) - came);
            }
            self.set(&new, came.max(0));
        }
    }

    /// Brings every part back within its whole.
    pub(crate) fn tidy(&mut self) {
        let total = self.get("htx_total");
        self.cap("htx_suspended", total);
        self.cap("htx_active", total - self.get("htx_suspended"));
        for id in ["htx_good_fair", "htx_hightech", "htx_agri", "htx_directors"] {
            self.cap(id, total);
        }
        for (id, whole) in WITHIN {
            self.cap(id, self.get(whole));
        }
        self.cap(
            "htx_managers_college",
            self.get("htx_managers") - self.get("htx_managers_secondary"),
        );
        if self.get("lhhtx_total") == 0 {
            self.set("lhhtx_members", 0);
        }
        if self.get("lhhtx_active") == 0 {
            for id in ["lhhtx_workers", "lhhtx_revenue_avg", "lhhtx_profit_avg"] {
                self.set(id, 0);
            }
        }
    }

    /// The figures of a unit that was put together from others: sums, and weighted means.
    pub(crate) fn together(parts: &[&Self], indicators: &[Indicator]) -> Self {
        let mut whole = Self::default();
        for indicator in indicators {
            let id = &indicator.id;
            let value = match &indicator.weight {
                None => parts.iter().map(|p| p.get(id)).sum(),
                Some(weight) => {
                    let weighted: i128 = parts
                        .iter()
                        .map(|p| i128::from(p.get(id)) * i128::from(p.get(weight)))
                        .sum();
                    divide(
                        weighted,
                        parts.iter().map(|p| i128::from(p.get(weight))).sum(),
                    )
                }
            };
            whole.set(id, value);
        }
        whole
    }
}

/// Parts that must not exceed another indicator, beyond those of `htx_total`.
pub(crate) const WITHIN: [(&str, &str); 15] = [
    ("htx_agri_chain", "htx_agri"),
    ("htx_members_new", "htx_members"),
    ("htx_workers_new", "htx_workers"),
    ("htx_workers_members", "htx_workers"),
    ("htx_managers_secondary", "htx_managers"),
    ("htx_directors_female", "htx_directors"),
    ("htx_directors_trained", "htx_directors"),
    ("htx_revenue_members_avg", "htx_revenue_avg"),
    ("lhhtx_active", "lhhtx_total"),
    ("lhhtx_new", "lhhtx_total"),
    ("tht_new", "tht_total"),
    ("tht_registered", "tht_total"),
    ("tht_hightech", "tht_total"),
    ("tht_members_new", "tht_members"),
    ("tht_profit_avg", "tht_revenue_avg"),
];

fn stocks(kind: &str) -> [String; 3] {
    ["total", "new", "dissolved"].map(|name| format!("{kind}_{name}"))
}

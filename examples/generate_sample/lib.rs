//! The sample: simulated reports of every province, as files in an inbox.
//!
//! One call, [`write_inbox`], makes the true figures (`truth`) and what each province reports of them
//! (`reports`), plants five faults (`planted`), refuses anything else that breaks a rule (`rules`), and
//! writes each report in its province's way (`habits`, `senders`, `form01`, `form02`).
//! Tests and benches include this file with `#[path = "../examples/generate_sample/lib.rs"]`; the
//! reported figures are in [`Summary::reports`], so that totals are known without reading the files.

#![allow(
    dead_code,
    reason = "each program that includes this module uses a part of it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

pub(crate) mod arithmetic;
mod arrange;
pub(crate) mod by_sector;
mod columns01;
mod dress;
pub(crate) mod facts;
pub(crate) mod figures;
mod form01;
mod form02;
mod grid;
mod habits;
mod hands;
mod heading;
mod heads;
mod letters;
mod levels;
mod ods;
mod package;
pub(crate) mod planted;
pub(crate) mod programme;
mod random;
pub(crate) mod reports;
mod rules;
pub(crate) mod scenarios;
mod senders;
mod sending;
mod text;
mod traits;
mod truth;
mod words;
mod workbook;
mod xls;
mod xlsb;

use facts::Facts;
use letters::Typewriter;
use planted::Planted;
use programme::Programme;
use reports::Report;
use sending::Office;

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Another seed gives other figures and habits.
    pub(crate) seed: u64,
    /// The first year reported.
    pub(crate) first_year: i32,
    /// The last year reported.
    pub(crate) last_year: i32,
    /// Whether the five faults are in it.
    pub(crate) planted: bool,
    /// Whether provinces have the habits that make files hard to read; without them every file is
    /// a workbook or UTF-8 text with plain numbers.
    pub(crate) manners: bool,
    /// Whether the other forms of the programme are in it: support, lists, tasks, needs, quick reports. They need the
    /// year 2025.
    pub(crate) programme: bool,
}

/// The sample that is committed.
pub(crate) const COMMITTED: Spec = Spec {
    seed: 34,
    first_year: 2022,
    last_year: 2025,
    planted: true,
    manners: true,
    programme: true,
};

/// What was written.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    /// Every file but `received.csv`, relative to the inbox, with the time it came.
    pub(crate) files: BTreeMap<String, String>,
    /// Every report, in order of year, unit and sending.
    pub(crate) reports: Vec<Report>,
    /// The papers of the other forms.
    pub(crate) programme: Programme,
}

/// Writes the inbox: a folder a year, and `received.csv`. Folders of years are emptied first.
pub(crate) fn write_inbox(root: &Path, spec: &Spec) -> Result<Summary, Box<dyn Error>> {
    let facts = Facts::load()?;
    senders::check(&facts)?;
    let mut reports = reports::reports(spec.seed, &facts, spec.first_year, spec.last_year)?;
    if spec.planted {
        planted::plant(spec.seed, &facts, &mut reports);
    }
    judge(&reports, &facts)?;
    let mut programme = if spec.programme {
        Programme::lay_out(spec.seed, &facts, &reports, spec.planted)?
    } else {
        Programme::default()
    };
    // The quick reports go one year further.
    for year in spec.first_year..=spec.last_year + i32::from(spec.programme) {
        let folder = root.join(year.to_string());
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
    }
    let office = Office {
        seed: spec.seed,
        facts: &facts,
        texts: sending::text_senders(spec.seed, &reports),
        manners: spec.manners,
        typewriter: Typewriter::load()?,
    };
    let mut files = BTreeMap::new();
    let mut archives: BTreeMap<String, Archive> = BTreeMap::new();
    for report in &mut reports {
        let archive = senders::archive(report.year, &report.unit.name)
            .filter(|_| spec.manners && report.planted.is_none())
            .map(|name| format!("{}/{name}", report.year));
        for (name, bytes) in office.files(report)? {
            if let Some(archive) = &archive {
                report.files.push(format!("{archive}/{name}"));
                let parcel = archives.entry(archive.clone()).or_default();
                parcel.members.push((name, bytes));
                parcel.received_at = parcel.received_at.clone().max(report.received_at.clone());
                continue;
            }
            let name = format!("{}/{name}", report.year);
            fs::write(root.join(&name), bytes)?;
            if files
                .insert(name.clone(), report.received_at.clone())
                .is_some()
            {
                return Err(format!("two reports are called {name}").into());
            }
            report.files.push(name);
        }
    }
    for (name, archive) in archives {
        fs::write(root.join(&name), package::pack(&archive.members)?)?;
        let inside = format!("{name}/");
        for report in &mut reports {
            if report.files.iter().any(|file| file.starts_with(&inside)) {
                report.received_at.clone_from(&archive.received_at);
            }
        }
        files.insert(name, archive.received_at);
    }
    for file in programme.files(spec.seed, spec.manners, &office.typewriter)? {
        let path = root.join(&file.name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, file.bytes)?;
        if files.insert(file.name.clone(), file.received_at).is_some() {
            return Err(format!("two papers are called {}", file.name).into());
        }
    }
    let mut register = csv::Writer::from_path(root.join("received.csv"))?;
    register.write_record(["file_name", "received_at"])?;
    for (file, time) in &files {
        register.write_record([file, time])?;
    }
    register.flush()?;
    Ok(Summary {
        files,
        reports,
        programme,
    })
}

/// Files that come together.
#[derive(Default)]
struct Archive {
    /// In order of code.
    members: Vec<package::Member>,
    /// With the last of them.
    received_at: String,
}

/// Stops at anything wrong that was not planted.
fn judge(reports: &[Report], facts: &Facts) -> Result<(), String> {
    let mut found = Vec::new();
    for report in reports {
        let before = reports
            .iter()
            .filter(|r| r.year == report.year - 1 && r.unit.code == report.unit.code)
            .filter(|r| r.unit.vintage == report.unit.vintage || report.unchanged)
            .max_by_key(|r| r.revision);
        let broken = rules::broken(report, before, facts);
        let expected = usize::from(report.planted == Some(Planted::PartsExceed));
        if broken.len() != expected
            || broken
                .iter()
                .any(|b| expected > 0 && !b.ends_with("R101 in estimate"))
        {
            found.extend(broken);
            found.push(format!(
                "{} {}: {expected} expected",
                report.year, report.unit.code
            ));
        }
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.join("\n"))
    }
}

impl Summary {
    /// The sums by year of report, one line each.
    pub(crate) fn describe(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let years: BTreeSet<i32> = self.reports.iter().map(|r| r.year).collect();
        for year in years {
            let current: Vec<&Report> = self
                .reports
                .iter()
                .filter(|r| r.year == year && r.planted != Some(Planted::Superseded))
                .collect();
            let sum = |id: &str| -> [i64; 4] {
                let columns = current.iter().map(|r| &r.columns);
                columns.fold([0; 4], |s, c| {
                    [
                        s[0] + c.actual.get(id),
                        s[1] + c.plan.get(id),
                        s[2] + c.estimate.get(id),
                        s[3] + c.next_plan.get(id),
                    ]
                })
            };
            let _ = writeln!(out, "{year}: {} provinces", current.len());
            for id in ["htx_total", "htx_members", "lhhtx_total", "tht_total"] {
                let _ = writeln!(
                    out,
                    "  {id}: actual, plan, estimate, next plan {:?}",
                    sum(id)
                );
            }
        }
        out
    }
}

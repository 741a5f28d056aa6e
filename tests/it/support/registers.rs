//! The register of tasks and the bodies in it, and how far each task is by what senders said: written from the contract and
//! the documents alone, in plain loops.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::catalogue::{NEW, OLD, Unit, catalogue, rows, some};
use super::files::root;
use super::truth::Period;

/// The vintage that senders without territory have.
pub(crate) const AGENCY: &str = "agency";

/// Whom a name of the register stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    /// One body.
    Itself,
    EachUnit,
    /// Bodies of these kinds.
    Kinds(Vec<String>),
    /// Bodies that nobody can name.
    Unnamed,
}

#[derive(Debug)]
struct Agency {
    name: String,
    kind: String,
    from: Option<String>,
    to: Option<String>,
    successor: Option<String>,
    meaning: Meaning,
}

/// A row of tasks.csv.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) document: String,
    pub(crate) section: String,
    /// Its number in the document.
    pub(crate) place: String,
    pub(crate) title: String,
    lead: Vec<String>,
    cooperating: Vec<String>,
    due: Option<String>,
    recurrence: String,
}

/// Bodies and tasks by their ids.
#[derive(Debug)]
pub(crate) struct Registers {
    agencies: BTreeMap<String, Agency>,
    pub(crate) tasks: BTreeMap<String, Task>,
}

/// The registers, read once.
pub(crate) fn registers() -> &'static Registers {
    static REGISTERS: LazyLock<Registers> = LazyLock::new(read);
    &REGISTERS
}

fn read() -> Registers {
    let subject = root().join("pipelines/kttt");
    let pipeline = std::fs::read_to_string(subject.join("pipeline.toml")).unwrap();
    let pipeline: toml::Table = toml::from_str(&pipeline).unwrap();
    let collectives = &pipeline["collectives"];
    let is_in = |list: &str, id: &str| {
        let ids = collectives[list].as_array().unwrap();
        ids.iter().any(|known| known.as_str() == Some(id))
    };
    let meaning = |id: &str, kind: &str| {
        let kinds = collectives["kinds"].get(id).and_then(|k| k.as_array());
        if is_in("each_unit", id) {
            Meaning::EachUnit
        } else if let Some(kinds) = kinds {
            Meaning::Kinds(
                kinds
                    .iter()
                    .map(|k| k.as_str().unwrap().to_owned())
                    .collect(),
            )
        } else if is_in("unnamed", id) && kind != "unit_of_alliance" {
            Meaning::Unnamed
        } else {
            Meaning::Itself
        }
    };
    let list = |text: &str| -> Vec<String> {
        let names = text.split(';').map(str::trim);
        names.filter(|n| !n.is_empty()).map(str::to_owned).collect()
    };
    let agency = |row: BTreeMap<String, String>| {
        let (id, kind) = (row["agency_id"].clone(), row["kind"].clone());
        let agency = Agency {
            name: row["name_vi"].clone(),
            from: some(&row["valid_from"]),
            to: some(&row["valid_to"]),
            successor: some(&row["successor"]),
            meaning: meaning(&id, &kind),
            kind,
        };
        (id, agency)
    };
    let task = |row: BTreeMap<String, String>| {
        let task = Task {
            document: row["document"].clone(),
            section: row["section_vi"].clone(),
            place: row["place"].clone(),
            title: row["title_vi"].clone(),
            lead: list(&row["lead"]),
            cooperating: list(&row["cooperating"]),
            due: some(&row["due"]),
            recurrence: row["recurrence"].clone(),
        };
        (row["task_id"].clone(), task)
    };
    Registers {
        agencies: rows(&subject.join("agencies.csv"))
            .into_iter()
            .map(agency)
            .collect(),
        tasks: rows(&subject.join("tasks.csv"))
            .into_iter()
            .map(task)
            .collect(),
    }
}

/// A line of a report that counts: the state of a task as its sender gives it.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) task: String,
    /// Vintage and code; of a body `agency` and its id.
    pub(crate) sender: Unit,
    pub(crate) period: Period,
    pub(crate) state: &'static str,
}

/// How far a task is at the end of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) state: &'static str,
    pub(crate) said_by: Option<&'static str>,
    /// Of whom something is expected, who reported, and of these: done, in progress, not begun, overdue.
    pub(crate) counts: [usize; 6],
}

const STATES: [&str; 4] = ["done", "in_progress", "not_begun", "overdue"];

impl Registers {
    /// The name of a body.
    pub(crate) fn name(&self, id: &str) -> &str {
        &self.agencies[id].name
    }

    /// The body that has taken over from a body. The departments of the Cooperative Alliance report through it.
    fn today(&self, id: &str) -> String {
        let mut id = id;
        if self.agencies[id].kind == "unit_of_alliance" {
            return "VCA".to_owned();
        }
        while let Some(next) = &self.agencies[id].successor {
            id = next;
        }
        id.to_owned()
    }

    /// The sender, by whom it counts: a unit of both vintages once, a body that was merged as its successor.
    fn counts_as(&self, (vintage, code): &Unit) -> Unit {
        let is_unchanged = vintage == NEW && catalogue().unchanged.contains(code);
        match vintage.as_str() {
            AGENCY => (vintage.clone(), self.today(code)),
            _ if is_unchanged => (OLD.to_owned(), code.clone()),
            _ => (vintage.clone(), code.clone()),
        }
    }

    fn means(&self, name: &str, sender: &Unit) -> bool {
        let is_body = sender.0 == AGENCY;
        name == "*"
            || match &self.agencies[name].meaning {
                Meaning::Itself => is_body && self.today(name) == self.today(&sender.1),
                Meaning::EachUnit => !is_body,
                Meaning::Kinds(kinds) => is_body && kinds.contains(&self.agencies[&sender.1].kind),
                Meaning::Unnamed => false,
            }
    }

    /// 1 for a lead, 2 for one that cooperates.
    fn role(&self, line: &Said) -> Option<u8> {
        let task = &self.tasks[&line.task];
        let is_named = |names: &[String]| names.iter().any(|name| self.means(name, &line.sender));
        if is_named(&task.lead) {
            Some(1)
        } else {
            is_named(&task.cooperating).then_some(2)
        }
    }

    /// All who lead a task on a day.
    fn leads(&self, task: &Task, day: &str) -> BTreeSet<Unit> {
        let body = |id: &str| (AGENCY.to_owned(), self.today(id));
        let mut leads = BTreeSet::new();
        for name in &task.lead {
            match &self.agencies[name].meaning {
                Meaning::Itself => leads.extend([body(name)]),
                Meaning::EachUnit => {
                    let vintage = if day < "2025-07-01" { OLD } else { NEW };
                    let units = catalogue().units(vintage).into_iter();
                    leads.extend(units.map(|code| self.counts_as(&(vintage.to_owned(), code))));
                }
                Meaning::Kinds(kinds) => {
                    let there = self.agencies.iter().filter(|(_, a)| {
                        a.meaning == Meaning::Itself
                            && kinds.contains(&a.kind)
                            && a.from.as_deref().is_none_or(|from| from <= day)
                            && a.to.as_deref().is_none_or(|to| day < to)
                    });
                    leads.extend(there.map(|(id, _)| body(id)));
                }
                Meaning::Unnamed => {}
            }
        }
        leads
    }

    /// What a line is worth on a day: unfinished after the deadline is overdue, and nobody is overdue before it.
    fn judged(&self, line: &Said, day: &str) -> &'static str {
        let task = &self.tasks[&line.task];
        let is_once = task.recurrence == "once";
        match line.state {
            "done" => "done",
            _ if task.is_late(day) => "overdue",
            "overdue" if task.recurrence == "ongoing" || (is_once && task.due.is_some()) => {
                "in_progress"
            }
            state => state,
        }
    }

    /// The state of each sender that counts for a task on a day, with its role.
    fn states(&self, id: &str, lines: &[Said], day: &str) -> BTreeMap<Unit, (u8, &'static str)> {
        let is_once = self.tasks[id].recurrence == "once";
        let mut last: BTreeMap<Unit, &Said> = BTreeMap::new();
        let order = |line: &Said| {
            // Under its own name a body counts before one that was merged into it.
            let own = line.sender.0 != AGENCY || self.today(&line.sender.1) == line.sender.1;
            (line.period.last_day(), line.period.months(), own)
        };
        for line in lines.iter().filter(|line| line.task == id) {
            let ends = line.period.last_day();
            let is_of_now = ends.as_str() <= day && (is_once || ends[..4] == day[..4]);
            if !is_of_now || self.role(line).is_none() {
                continue;
            }
            let before = last.entry(self.counts_as(&line.sender)).or_insert(line);
            if order(line) > order(before) {
                *before = line;
            }
        }
        last.into_iter()
            .filter_map(|(who, line)| Some((who, (self.role(line)?, self.judged(line, day)))))
            .collect()
    }

    /// How far each task is at the end of each period that somebody reported on. Tasks of documents that are later than the
    /// period are left out, unless somebody reported on them.
    pub(crate) fn progress(&self, lines: &[Said]) -> BTreeMap<(String, String), Progress> {
        let periods: BTreeSet<Period> = lines.iter().map(|line| line.period).collect();
        let mut all = BTreeMap::new();
        for period in periods {
            let day = period.last_day();
            for (id, task) in &self.tasks {
                let progress = self.progress_of(id, lines, &day);
                if progress.said_by.is_some() || task.adopted() <= day {
                    all.insert((id.clone(), period.to_string()), progress);
                }
            }
        }
        all
    }

    fn progress_of(&self, id: &str, lines: &[Said], day: &str) -> Progress {
        let task = &self.tasks[id];
        let states = self.states(id, lines, day);
        let leads = self.leads(task, day);
        // Silent: a unit that has ended is no lead any more, and its successor begins anew.
        let of_leads: Vec<&str> = states
            .iter()
            .filter(|(who, (role, _))| *role == 1 && leads.contains(*who))
            .map(|(_, (_, state))| *state)
            .collect();
        let of_others: Vec<&str> = states
            .values()
            .filter(|(role, _)| *role == 2)
            .map(|(_, state)| *state)
            .collect();
        let (said_by, expected, reported) = if !of_leads.is_empty() {
            (Some("lead"), leads.len(), of_leads)
        } else if of_others.is_empty() {
            (None, leads.len(), of_others)
        } else {
            (Some("cooperating"), of_others.len(), of_others)
        };
        let [done, in_progress, not_begun, overdue] =
            STATES.map(|state| reported.iter().filter(|said| **said == state).count());
        Progress {
            state: match reported.len() {
                0 => "not_reported",
                _ if done == expected => "done",
                _ if overdue > 0 || task.is_late(day) => "overdue",
                _ if in_progress + done > 0 => "in_progress",
                _ => "not_begun",
            },
            said_by,
            counts: [
                expected,
                reported.len(),
                done,
                in_progress,
                not_begun,
                overdue,
            ],
        }
    }
}

impl Task {
    /// Whether a task that is to be done once should be done by a day: it has until the end of its year.
    fn is_late(&self, day: &str) -> bool {
        let due = self.due.as_ref().filter(|_| self.recurrence == "once");
        due.is_some_and(|year| format!("{year}-12-31").as_str() < day)
    }

    /// The day in the name of its document; empty where there is none.
    fn adopted(&self) -> String {
        let inside = self
            .document
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(')'));
        let parts: Vec<u32> = inside
            .map(|(day, _)| {
                day.split('/')
                    .filter_map(|part| part.parse().ok())
                    .collect()
            })
            .unwrap_or_default();
        match parts[..] {
            [day, month, year] => format!("{year}-{month:02}-{day:02}"),
            _ => String::new(),
        }
    }
}

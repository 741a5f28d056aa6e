//! `received.csv`: when each file of an inbox was received.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use super::faults::unreadable;
use super::open::read_bytes;
use crate::diagnostic::{Finding, Place, findings};
use crate::text::composed;

/// The name of the file in an inbox that states when each file was received.
const FILE: &str = "received.csv";

/// The times that `received.csv` states, by file name.
#[derive(Debug, Default)]
pub struct ReceivedTimes {
    /// Time and line by file name, composed and with `/`.
    times: BTreeMap<String, (Timestamp, u64)>,
    /// Names that a file has.
    used: BTreeSet<String>,
}

impl ReceivedTimes {
    /// Reads the `received.csv` of an inbox, if there is one. A line that cannot be used, a file with two times and a time
    /// after `now` become findings.
    #[must_use]
    pub fn read(inbox: &Path, now: Option<Timestamp>, findings: &mut Vec<Finding>) -> Self {
        let mut this = Self::default();
        let path = inbox.join(FILE);
        let bytes = match read_bytes(&path) {
            Ok(bytes) => bytes,
            Err(e) => {
                // Without a list the times of the files count; a list that cannot be read is told.
                if path.symlink_metadata().is_ok() {
                    findings.push(unreadable(&path, FILE, &e));
                }
                return this;
            }
        };
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
            .into_owned();
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let headers = reader.headers().cloned().unwrap_or_default();
        let column = |name: &str| headers.iter().position(|h| h.trim() == name);
        let (Some(name), Some(time)) = (column("file_name"), column("received_at")) else {
            findings.push(problem(
                "1",
                "the columns file_name and received_at are expected",
            ));
            return this;
        };
        for record in reader.into_records() {
            let record = match record {
                Ok(record) => record,
                Err(e) => {
                    findings.push(problem("?", &e.to_string()));
                    continue;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            let (Some(name), Some(text)) = (record.get(name), record.get(time)) else {
                findings.push(problem(&line.to_string(), "a field is missing"));
                continue;
            };
            match text.trim().parse::<Timestamp>() {
                Ok(time) => {
                    if now.is_some_and(|now| time > now) {
                        findings.push(after_the_run(line, name.trim(), time));
                    }
                    findings.extend(this.add(name.trim(), time, line));
                }
                Err(_) => findings.push(problem(
                    &line.to_string(),
                    &format!("`{text}` is no RFC 3339 time"),
                )),
            }
        }
        this
    }

    /// Adds a line. Of two times of one file the later counts: a file that was sent again keeps its last time.
    fn add(&mut self, name: &str, time: Timestamp, line: u64) -> Option<Finding> {
        let Some(known) = self.times.get_mut(&plain(name)) else {
            self.times.insert(plain(name), (time, line));
            return None;
        };
        let (first, first_line) = *known;
        if time > first {
            *known = (time, line);
        }
        (time != first).then(|| {
            let two = findings::TH135 {
                name,
                first: first.to_string(),
                first_line: first_line.to_string(),
                second: time.to_string(),
                second_line: line.to_string(),
            };
            two.at(place())
        })
    }

    /// The time that is stated for a file.
    pub fn take(&mut self, file_name: &str) -> Option<Timestamp> {
        let name = plain(file_name);
        let (time, _) = *self.times.get(&name)?;
        self.used.insert(name);
        Some(time)
    }

    /// The finding that the list does not name a file, if it names any and not this one.
    #[must_use]
    pub fn lacks(&self, file_name: &str) -> Option<Finding> {
        if self.times.is_empty() || self.times.contains_key(&plain(file_name)) {
            return None;
        }
        let place = Place {
            file_name: Some(file_name.to_owned()),
            ..Place::default()
        };
        Some(findings::TH137.at(place))
    }

    /// A finding for every name that no file has.
    #[must_use]
    pub fn unused(&self) -> Vec<Finding> {
        self.times
            .keys()
            .filter(|name| !self.used.contains(*name))
            .map(|name| findings::TH107 { name }.at(place()))
            .collect()
    }
}

/// A file name as it is compared: composed, and with `/` between folders. A list is often written on another computer than
/// the one that keeps the files.
fn plain(name: &str) -> String {
    let name = composed(name).replace('\\', "/");
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

/// The place of findings about the list.
fn place() -> Place {
    Place {
        file_name: Some(FILE.to_owned()),
        ..Place::default()
    }
}

/// The finding that a line cannot be used.
fn problem(line: &str, reason: &str) -> Finding {
    findings::TH108 { line, reason }.at(place())
}

/// The finding that a file was received after the run.
fn after_the_run(line: u64, name: &str, time: Timestamp) -> Finding {
    let after = findings::TH136 {
        line: line.to_string(),
        name,
        received: time.to_string(),
    };
    after.at(place())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a list, and returns it with the codes of its findings.
    fn read(lines: &str, now: &str) -> (ReceivedTimes, Vec<String>) {
        let inbox = tempfile::tempdir().expect("a folder");
        let text = format!("file_name,received_at\n{lines}");
        std::fs::write(inbox.path().join(FILE), text).expect("a file");
        let mut findings = Vec::new();
        let times = ReceivedTimes::read(inbox.path(), now.parse().ok(), &mut findings);
        (times, findings.into_iter().map(|f| f.code).collect())
    }

    const NOW: &str = "2026-01-15T00:00:00Z";

    #[test]
    fn the_later_of_two_times_counts_and_is_told() {
        let (mut times, codes) = read(
            "a.xlsx,2025-12-20T00:00:00Z\na.xlsx,2025-12-10T00:00:00Z\nb.xlsx,2025-12-01T00:00:00Z\nb.xlsx,2025-12-01T00:00:00Z\n",
            NOW,
        );
        assert_eq!(codes, ["TH135"]);
        assert_eq!(times.take("a.xlsx"), "2025-12-20T00:00:00Z".parse().ok());
    }

    #[test]
    fn a_time_after_the_run_is_told_and_counts() {
        let (mut times, codes) = read("a.xlsx,2027-01-01T00:00:00Z\n", NOW);
        assert_eq!(codes, ["TH136"]);
        assert!(times.take("a.xlsx").is_some());
    }

    #[test]
    fn a_file_that_the_list_does_not_name_is_told_unless_there_is_no_list() {
        let (times, _) = read("a.xlsx,2025-12-20T00:00:00Z\n", NOW);
        let code = |times: &ReceivedTimes, name| {
            let found = times.lacks(name);
            found.map(|finding| finding.code)
        };
        assert_eq!(code(&times, "b.xlsx").as_deref(), Some("TH137"));
        assert_eq!(code(&times, "a.xlsx"), None);
        assert_eq!(code(&ReceivedTimes::default(), "b.xlsx"), None);
    }

    #[test]
    fn names_are_the_same_in_every_form_of_unicode_and_with_either_slash() {
        let (mut times, _) = read("Cao Bằng\\a.xlsx,2025-12-20T00:00:00Z\n", NOW);
        assert!(times.take("Cao Ba\u{302}\u{300}ng/a.xlsx").is_none());
        assert!(times.take("Cao B\u{61}\u{306}\u{300}ng/a.xlsx").is_some());
        assert!(times.unused().is_empty());
    }
}

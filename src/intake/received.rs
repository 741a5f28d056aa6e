//! `received.csv`: when each file of an inbox was received.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use crate::diagnostic::{Finding, Place, findings};

/// The times that `received.csv` states, by file name.
#[derive(Debug, Default)]
pub struct ReceivedTimes {
    times: BTreeMap<String, Timestamp>,
    /// Names that a file has.
    used: BTreeSet<String>,
}

impl ReceivedTimes {
    /// Reads the `received.csv` of an inbox, if there is one. Invalid lines become findings.
    #[must_use]
    pub fn read(inbox: &Path, findings: &mut Vec<Finding>) -> Self {
        let mut this = Self::default();
        let Ok(bytes) = std::fs::read(inbox.join("received.csv")) else {
            return this;
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
            let line = record.position().map_or(0, csv::Position::line).to_string();
            let (Some(name), Some(text)) = (record.get(name), record.get(time)) else {
                findings.push(problem(&line, "a field is missing"));
                continue;
            };
            match text.trim().parse::<Timestamp>() {
                Ok(time) => {
                    this.times.insert(name.trim().to_owned(), time);
                }
                Err(_) => findings.push(problem(&line, &format!("`{text}` is no RFC 3339 time"))),
            }
        }
        this
    }

    /// The time that is stated for a file.
    pub fn take(&mut self, file_name: &str) -> Option<Timestamp> {
        let time = self.times.get(file_name).copied();
        if time.is_some() {
            self.used.insert(file_name.to_owned());
        }
        time
    }

    /// A finding for every name that no file has.
    #[must_use]
    pub fn unused(&self) -> Vec<Finding> {
        let place = Place {
            file_name: Some("received.csv".to_owned()),
            ..Place::default()
        };
        self.times
            .keys()
            .filter(|name| !self.used.contains(*name))
            .map(|name| findings::TH107 { name }.at(place.clone()))
            .collect()
    }
}

/// The finding that a line cannot be used.
fn problem(line: &str, reason: &str) -> Finding {
    let place = Place {
        file_name: Some("received.csv".to_owned()),
        ..Place::default()
    };
    findings::TH108 { line, reason }.at(place)
}

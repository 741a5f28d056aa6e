//! The files of editions. One that states a frequency serves every period of that length: `quarterly.toml` makes the
//! edition `2026-Q3`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::paths::files_of;
use super::source::Source;
use crate::period::{Frequency, Period};

/// The file of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EditionFile {
    /// Name of the edition.
    pub(super) name: String,
    /// Its file.
    pub(super) path: PathBuf,
    /// The period that it is made for, if the file serves several.
    pub(super) period: Option<Period>,
}

/// What is asked of a file before the edition is read.
#[derive(Deserialize)]
struct Head {
    frequency: Option<Frequency>,
}

impl EditionFile {
    /// The file of the edition `name`: its own, or the one for all periods of that length. None if there is neither.
    pub(super) fn find(directory: &Path, name: &str) -> Option<Self> {
        let own = folder(directory).join(format!("{name}.toml"));
        let as_file = |path: PathBuf, period| Self {
            name: name.to_owned(),
            path,
            period,
        };
        // A name that cannot be one is told when it is read.
        if name.contains(['/', '\\']) || own.is_file() {
            return Some(as_file(own, None));
        }
        let period: Period = name.parse().ok()?;
        let mut files = files_of(&folder(directory), "toml").into_iter();
        let path = files.find(|path| frequency(path) == Some(period.frequency))?;
        Some(as_file(path, Some(period)))
    }

    /// All editions of a pipeline. A file that serves several periods stands for one of them.
    pub(super) fn all(directory: &Path) -> Vec<Self> {
        let files = files_of(&folder(directory), "toml").into_iter();
        let edition = |path: PathBuf| {
            let stem = path.file_stem()?.to_string_lossy().into_owned();
            let period = frequency(&path)
                .filter(|frequency| *frequency != Frequency::Annual)
                .map(|frequency| Period {
                    year: 2000,
                    frequency,
                    number: 1,
                });
            let name = period.map_or(stem, |period| period.to_string());
            Some(Self { name, path, period })
        };
        files.filter_map(edition).collect()
    }

    /// The name of the file within the pipeline.
    pub(super) fn within(&self) -> String {
        let file = self.path.file_name().unwrap_or_default();
        format!("editions/{}", file.to_string_lossy())
    }
}

/// The editions there are, as a remedy names them.
pub(super) fn known_editions(directory: &Path) -> String {
    let files = files_of(&folder(directory), "toml");
    let name = |path: &PathBuf| {
        let stem = path.file_stem()?.to_string_lossy().into_owned();
        Some(match frequency(path) {
            Some(Frequency::Monthly) => "any month, such as 2026-09".to_owned(),
            Some(Frequency::Quarterly) => "any quarter, such as 2026-Q3".to_owned(),
            Some(Frequency::HalfYear) => "any half-year, such as 2026-S1".to_owned(),
            Some(Frequency::Annual) | None => stem,
        })
    };
    let names: Vec<String> = files.iter().filter_map(name).collect();
    names.join(", ")
}

fn folder(directory: &Path) -> PathBuf {
    directory.join("editions")
}

/// The frequency that the file of an edition states, if any. What is wrong in the file is told when it is read.
fn frequency(path: &Path) -> Option<Frequency> {
    let source = Source::read(path).ok()?;
    source.parse::<Head>().ok()?.frequency
}

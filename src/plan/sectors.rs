//! `sectors.csv`: the sectors of a pipeline.

use std::path::Path;

use super::file_errors::FileErrors;
use super::paths::is_absent;
use crate::diagnostic::DefinitionErrors;
use crate::geography::Csv;
use crate::normalize::TOTAL;

/// A sector of the code list.
#[derive(Debug, Clone)]
pub struct Sector {
    /// Code.
    pub code: String,
    /// The sector that contains it.
    pub parent: Option<String>,
    /// 0 for the first level.
    pub level: i64,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
}

/// Columns of `sectors.csv`.
const COLUMNS: [&str; 5] = ["sector_code", "parent", "level", "name_vi", "name_en"];

/// Reads `sectors.csv`; a pipeline without sectors has no such file.
pub(super) fn read_sectors(path: &Path, errors: &mut DefinitionErrors) -> Vec<Sector> {
    if is_absent(path) {
        return Vec::new();
    }
    let Some(table) = errors.ok(Csv::read(path, &COLUMNS)) else {
        return Vec::new();
    };
    let sectors: Vec<(usize, Sector)> = table
        .rows()
        .map(|(line, row)| {
            let sector = Sector {
                code: row.get("sector_code"),
                parent: row.optional("parent"),
                level: row.get("level").parse().unwrap_or(-1),
                name_vi: row.get("name_vi"),
                name_en: row.get("name_en"),
            };
            (line, sector)
        })
        .collect();
    let mut wrong = FileErrors::in_file(path, errors);
    for (at, (line, sector)) in sectors.iter().enumerate() {
        let twin = sectors[..at].iter().find(|(_, other)| {
            other.code == sector.code
                || other.name_vi == sector.name_vi
                || other.name_en == sector.name_en
        });
        if let Some((other, _)) = twin {
            wrong.on_line(
                Some(*line),
                format!(
                    "the sector `{}` has the code or a name of the sector on line {other}",
                    sector.code
                ),
                "give each sector a code and names of its own",
            );
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_code = !sector.code.is_empty() && sector.code.chars().all(plain);
        if !is_code
            || sector.code == TOTAL
            || sector.name_vi.is_empty()
            || sector.name_en.is_empty()
        {
            wrong.on_line(
                Some(*line),
                format!("`{}` cannot be the code of a sector, or it has no name in one of the languages", sector.code),
                "write a code of letters and digits other than _T, which means all sectors, and both names",
            );
        }
        let sound = match &sector.parent {
            None => sector.level == 0,
            Some(parent) => sectors
                .iter()
                .any(|(_, s)| s.code == *parent && s.level + 1 == sector.level),
        };
        if !sound {
            wrong.on_line(
                Some(*line),
                format!(
                    "the sector `{}` is not one level below a sector of this file",
                    sector.code
                ),
                "correct parent and level",
            );
        }
    }
    sectors.into_iter().map(|(_, sector)| sector).collect()
}

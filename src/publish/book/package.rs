//! `datapackage.json`: describes the CSV files of an edition as a Frictionless Data Package (version 2), so that a
//! program can read them without further documentation.
//!
//! Source: <https://datapackage.org/standard/data-package/>

use serde::Serialize;

use crate::publish::delimited;
use crate::publish::error::PublishError;
use crate::tables::{Book, Edition, Table};

const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";
const RESOURCE_PROFILE: &str = "https://datapackage.org/profiles/2.0/dataresource.json";

#[derive(Serialize)]
struct DataPackage<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: String,
    title: &'a str,
    title_en: &'a str,
    description: String,
    version: &'a str,
    created: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<DataLicense<'a>>,
    sources: Vec<DataSource<'a>>,
    resources: Vec<DataResource<'a>>,
}

#[derive(Serialize)]
struct DataLicense<'a> {
    name: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct DataSource<'a> {
    title: &'a str,
    title_en: &'a str,
}

#[derive(Serialize)]
struct DataResource<'a> {
    #[serde(rename = "$schema")]
    schema_of: &'static str,
    name: String,
    path: String,
    #[serde(rename = "type")]
    kind: &'static str,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    title: &'a str,
    title_en: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_en: Option<&'a str>,
    sources: Vec<DataSource<'a>>,
    notes: Vec<&'a str>,
    notes_en: Vec<&'a str>,
    schema: DataSchema,
}

#[derive(Serialize)]
struct DataSchema {
    fields: Vec<DataField>,
    #[serde(rename = "primaryKey")]
    primary_key: [&'static str; 3],
    #[serde(rename = "missingValues")]
    missing_values: [&'static str; 1],
}

#[derive(Serialize)]
struct DataField {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
}

/// Describes the CSV files of an edition.
pub(super) fn describe(
    book: &Book,
    edition: &Edition,
    name: &str,
) -> Result<Vec<u8>, PublishError> {
    let package = DataPackage {
        schema: PROFILE,
        name: format!("edition-{}", name.to_lowercase()),
        title: &edition.title.vi,
        title_en: &edition.title.en,
        description: format!("{} – {}", edition.subtitle.vi, edition.subtitle.en),
        version: name,
        created: format!("{}T00:00:00Z", edition.date),
        licenses: edition
            .license
            .iter()
            .map(|license| DataLicense {
                name: &license.name,
                title: &license.title,
                path: license.path.as_deref(),
            })
            .collect(),
        sources: vec![DataSource {
            title: &edition.source.vi,
            title_en: &edition.source.en,
        }],
        resources: book.tables().map(resource).collect(),
    };
    let mut json = serde_json::to_vec_pretty(&package)
        .map_err(|e| PublishError::Typesetting(e.to_string()))?;
    json.push(b'\n');
    Ok(json)
}

fn resource(table: &Table) -> DataResource<'_> {
    DataResource {
        schema_of: RESOURCE_PROFILE,
        name: format!("table-{}", table.id.to_lowercase()),
        path: format!("csv/{}.csv", table.id),
        kind: "table",
        format: "csv",
        mediatype: "text/csv",
        encoding: "utf-8",
        title: &table.title.vi,
        title_en: &table.title.en,
        unit: table.unit.as_ref().map(|unit| unit.vi.as_str()),
        unit_en: table.unit.as_ref().map(|unit| unit.en.as_str()),
        sources: vec![DataSource {
            title: &table.source.vi,
            title_en: &table.source.en,
        }],
        notes: table.notes.iter().map(|note| note.vi.as_str()).collect(),
        notes_en: table.notes.iter().map(|note| note.en.as_str()).collect(),
        schema: DataSchema {
            fields: delimited::CELL
                .iter()
                .map(|(name, kind, description)| DataField {
                    name,
                    kind,
                    description,
                })
                .collect(),
            primary_key: ["table", "row_id", "column_id"],
            missing_values: [""],
        },
    }
}

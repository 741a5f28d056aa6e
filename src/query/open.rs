//! Engines over the tables of snapshots.

use datafusion::error::DataFusionError;

use crate::engine::Engine;
use crate::lake::{LakeError, LakeSchema, Snapshot};
use crate::text::BreakdownColumns;

/// Why a snapshot cannot be queried.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its files cannot be listed.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A table cannot be registered.
    #[error(transparent)]
    Query(#[from] DataFusionError),
}

/// An engine over the tables of a snapshot.
///
/// # Errors
/// When a table cannot be registered.
pub fn open_engine(snapshot: &Snapshot) -> Result<Engine, OpenError> {
    with_tables(Engine::new()?, snapshot)
}

/// The same for the queries of people; see [`Engine::for_people`].
///
/// # Errors
/// When a table cannot be registered.
pub fn open_engine_for_people(snapshot: &Snapshot) -> Result<Engine, OpenError> {
    with_tables(Engine::for_people()?, snapshot)
}

fn with_tables(engine: Engine, snapshot: &Snapshot) -> Result<Engine, OpenError> {
    for table in snapshot.schema()?.tables() {
        engine.register_parquet(&table.name, &table.schema, &snapshot.files(&table.name)?)?;
    }
    Ok(engine)
}

/// An engine over two snapshots: the tables of the first as `before_<name>`, of the second as `after_<name>`. Both sides
/// have the columns of all breakdowns; where a snapshot has not, they are NULL.
pub(crate) fn engine_over(
    before: &Snapshot,
    after: &Snapshot,
    tables: &[&str],
) -> Result<(Engine, BreakdownColumns), OpenError> {
    let engine = Engine::new()?;
    let [of_after, of_before] = [after.schema()?, before.schema()?];
    let columns = [&of_after, &of_before].map(|schema| schema.breakdowns().all());
    let columns = columns.into_iter().flatten().map(String::as_str);
    let breakdowns = BreakdownColumns::with(columns);
    let schema = LakeSchema::of(breakdowns.clone());
    for name in tables {
        for (side, snapshot) in [("before", before), ("after", after)] {
            if let Some(table) = schema.table(name) {
                let files = snapshot.files(name)?;
                engine.register_parquet(&format!("{side}_{name}"), &table.schema, &files)?;
            }
        }
    }
    Ok((engine, breakdowns))
}

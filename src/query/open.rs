//! Engines over the tables of snapshots.

use datafusion::error::DataFusionError;

use crate::engine::Engine;
use crate::lake::{self, LakeError, Snapshot};

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

/// An engine over two snapshots: the tables of the first as `before_<name>`, of the second as `after_<name>`.
pub(crate) fn engine_over(
    before: &Snapshot,
    after: &Snapshot,
    tables: &[&str],
) -> Result<Engine, OpenError> {
    let engine = Engine::new()?;
    for name in tables {
        for (side, snapshot) in [("before", before), ("after", after)] {
            if let Some(table) = lake::table(name) {
                let files = snapshot.files(name)?;
                engine.register_parquet(&format!("{side}_{name}"), &table.schema, &files)?;
            }
        }
    }
    Ok(engine)
}

//! Repairs that need nothing but the lake: what may be lost is deleted, what another snapshot has undamaged is linked again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::check::{Checker, Damage, Problem};
use super::error::{LakeError, io_at};
use super::files::sync;
use super::snapshot::Snapshot;
use super::sums::{self, Listing};
use super::writer::{Lake, write_owner};

/// Writes the file that names the pipeline of a lake anew.
///
/// # Errors
/// If it cannot be written.
pub fn mend_owner(root: &Path, pipeline: &str) -> Result<(), LakeError> {
    write_owner(root, pipeline)
}

impl Lake {
    /// Mends a damage that needs no pipeline. Returns what was done, or None if it is not of that kind.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn mend(&self, damage: &Damage) -> Result<Option<&'static str>, LakeError> {
        let path = self.root.join(&damage.path);
        let mut parts = damage.path.components().map(Component::as_os_str);
        let folder = parts.next().and_then(|name| name.to_str()).unwrap_or("");
        Ok(match (folder, &damage.problem) {
            ("cache", _) => {
                fs::remove_file(&path).map_err(io_at(&path))?;
                Some("deleted; the next run reads the original again")
            }
            ("runs", Problem::Lines(_)) => {
                self.mend_history()?;
                Some("the damaged lines are deleted")
            }
            ("runs", _) => {
                let aside = PathBuf::from(format!("{}.damaged", path.display()));
                fs::rename(&path, &aside).map_err(io_at(&path))?;
                Some("set aside under a name that ends in .damaged")
            }
            ("current", Problem::Outside(target)) => {
                let id = Path::new(target).file_name().unwrap_or_default();
                let id = id.to_string_lossy();
                if id.is_empty() || !self.root.join("snapshots").join(&*id).is_dir() {
                    return Ok(None);
                }
                self.prepare_current(&id)?.switch()?;
                self.settle_current(&id)?;
                Some("it leads to the snapshot of this lake again")
            }
            ("snapshots", Problem::Foreign) => {
                let name = damage.path.file_name().unwrap_or_default();
                let aside = self.root.join("foreign");
                fs::create_dir_all(&aside).map_err(io_at(&aside))?;
                fs::rename(&path, aside.join(name)).map_err(io_at(&path))?;
                Some("moved to the folder foreign/ of the lake")
            }
            _ => None,
        })
    }

    /// Links the damaged files of all snapshots to files of the same content that are sound, in whatever snapshot they are.
    /// Returns the paths of the files that were mended.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn link_again(&self) -> Result<Vec<PathBuf>, LakeError> {
        let checker = Checker::default();
        let all = Snapshot::all(&self.root)?;
        let mut wanted: Vec<(PathBuf, String)> = Vec::new();
        // Sound files, by table and name; their names carry the hash.
        let mut sound: BTreeMap<String, PathBuf> = BTreeMap::new();
        for snapshot in &all {
            let damaged = snapshot.check(&checker).damaged;
            let names: Vec<String> = match sums::read(&snapshot.directory, &snapshot.id) {
                Listing::Of(sums) => sums.into_keys().collect(),
                Listing::None | Listing::Damaged => damaged.keys().cloned().collect(),
            };
            for name in names {
                let path = snapshot.directory.join(&name);
                if sums::hash_in_name(&name).is_none() {
                    continue;
                }
                match damaged.get(&name) {
                    Some(Problem::Changed | Problem::Missing(_) | Problem::Unreadable(_)) => {
                        wanted.push((path, name));
                    }
                    Some(_) => {}
                    None => {
                        sound.entry(name).or_insert(path);
                    }
                }
            }
        }
        let mut mended = Vec::new();
        for (path, name) in wanted {
            let Some(same) = sound.get(&name) else {
                continue;
            };
            let Some(table) = path.parent() else { continue };
            let aside = table.join(".again.part");
            let _ = fs::remove_file(&aside);
            fs::create_dir_all(table).map_err(io_at(table))?;
            fs::hard_link(same, &aside).map_err(io_at(&aside))?;
            fs::rename(&aside, &path).map_err(io_at(&path))?;
            sync(table)?;
            mended.push(path.strip_prefix(&self.root).unwrap_or(&path).to_owned());
        }
        Ok(mended)
    }
}

//! Makes a chapter from its definition and printed tables.

use super::chapter::ChapterDefinition;
use super::content::Chapter;
use super::prose::ProseError;
use super::{chart, prose};
use crate::tables::edition::Edition;
use crate::tables::table::Table;

impl ChapterDefinition {
    /// The chapter with its printed tables. Its sentences and charts may use `all` tables. A chart without figures is left
    /// out.
    ///
    /// # Errors
    /// When a sentence or a chart asks for something that no table has.
    pub fn build(
        &self,
        tables: Vec<Table>,
        all: &[Table],
        edition: &Edition,
    ) -> Result<Chapter, ProseError> {
        Ok(Chapter {
            title: Some(self.title.clone()),
            paragraphs: prose::paragraphs(&self.path, &self.paragraphs, all, edition)?,
            charts: chart::charts(self, all, edition)?,
            tables,
        })
    }
}

//! Reading submissions, several at a time, or taking what was read before from the cache.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::assemble::read_submission;
use super::cache;
use super::options::{Progress, Stage};
use super::submission::{Submission, SubmissionContents};
use crate::diagnostic::findings;
use crate::geography::Docket;
use crate::lake::{Lake, LakeError};
use crate::plan::Plan;

/// Which submissions were read, and how many had been read before.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReadSummary {
    /// Read from their originals: their names.
    pub read: Vec<String>,
    /// Taken from the cache.
    pub cached: usize,
    /// What of the cache was written or used.
    #[serde(skip)]
    pub(crate) used: BTreeSet<String>,
}

/// What reading works on.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) lake: &'a Lake,
    pub(crate) docket: &'a Docket,
    /// Whether the cache is left out of account.
    pub(crate) full: bool,
    pub(crate) progress: Progress<'a>,
}

impl Reader<'_> {
    /// Reads all submissions, several at a time; the result is in their order.
    pub(crate) fn read_all(
        &self,
        submissions: &[Submission],
    ) -> Result<(Vec<SubmissionContents>, ReadSummary), LakeError> {
        let progress = self.progress;
        let next = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let cached: Mutex<BTreeSet<usize>> = Mutex::default();
        let slots: Vec<Mutex<Option<SubmissionContents>>> =
            submissions.iter().map(|_| Mutex::new(None)).collect();
        let used: Mutex<BTreeSet<String>> = Mutex::default();
        let failure: Mutex<Option<LakeError>> = Mutex::new(None);
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        let Some(submission) = submissions.get(i) else {
                            return;
                        };
                        let contents = if submission.duplicate {
                            SubmissionContents {
                                findings: vec![findings::TH111.at(submission.place())],
                                ..SubmissionContents::default()
                            }
                        } else {
                            match self.contents(submission) {
                                Ok((contents, name, from_cache)) => {
                                    if let Ok(mut used) = used.lock() {
                                        used.extend(cache::files_of(&name, &contents));
                                    }
                                    if let (true, Ok(mut cached)) = (from_cache, cached.lock()) {
                                        cached.insert(i);
                                    }
                                    contents
                                }
                                Err(e) => {
                                    if let Ok(mut failure) = failure.lock() {
                                        failure.get_or_insert(e);
                                    }
                                    // The others need not begin another file.
                                    next.store(submissions.len(), Ordering::Relaxed);
                                    return;
                                }
                            }
                        };
                        if let Ok(mut slot) = slots[i].lock() {
                            *slot = Some(contents);
                        }
                        progress(
                            Stage::Extract,
                            done.fetch_add(1, Ordering::Relaxed) + 1,
                            submissions.len(),
                        );
                    }
                });
            }
        });
        if let Some(failure) = failure.into_inner().ok().flatten() {
            return Err(failure);
        }
        let contents = slots
            .into_iter()
            .map(|slot| slot.into_inner().ok().flatten().unwrap_or_default())
            .collect();
        let cached = cached.into_inner().unwrap_or_default();
        let reading = ReadSummary {
            read: submissions
                .iter()
                .enumerate()
                .filter(|(i, s)| !s.duplicate && !cached.contains(i))
                .map(|(_, s)| s.file_name.clone())
                .collect(),
            cached: cached.len(),
            used: used.into_inner().unwrap_or_default(),
        };
        Ok((contents, reading))
    }

    /// What a submission holds, and whether that was known.
    fn contents(
        &self,
        submission: &Submission,
    ) -> Result<(SubmissionContents, String, bool), LakeError> {
        let name = cache::name_of(self.plan, self.docket, submission);
        let known = (!self.full)
            .then(|| cache::look_up(self.plan, self.lake, &name, submission))
            .flatten();
        if let Some(contents) = known {
            return Ok((contents, name, true));
        }
        let original = self.lake.original(&submission.sha256);
        let mut contents = read_submission(self.plan, self.docket, submission, &original);
        contents.asked.close(self.plan, &submission.file_name);
        cache::keep(self.lake, &name, &mut contents)?;
        Ok((contents, name, false))
    }
}

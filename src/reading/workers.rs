//! Reads submissions on several threads, or takes what an earlier run read from the cache.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
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

/// Which submissions were read, and how many came from the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReadSummary {
    /// Names of the files that were read from their originals.
    pub read: Vec<String>,
    /// Number of submissions taken from the cache.
    pub cached: usize,
    /// The originals that were damaged in the lake and are restored from the inbox.
    #[serde(skip)]
    pub(crate) restored: Vec<String>,
    /// The cache files that were written or used.
    #[serde(skip)]
    pub(crate) used: BTreeSet<String>,
}

/// Inputs that every reading worker shares.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) lake: &'a Lake,
    pub(crate) docket: &'a Docket,
    /// Where files of the inboxes are, by hash.
    pub(crate) at_hand: &'a BTreeMap<String, PathBuf>,
    /// Whether to ignore the cache.
    pub(crate) full: bool,
    pub(crate) progress: Progress<'a>,
}

/// The contents of one submission.
struct ReadContents {
    contents: SubmissionContents,
    /// The cache files that hold them; none for a duplicate, which is not read.
    cache_files: Vec<String>,
    /// Whether they came from the cache.
    from_cache: bool,
    /// Whether the original was damaged and is restored.
    is_restored: bool,
}

/// Submissions that several workers read at the same time.
struct ReadQueue<'a> {
    submissions: &'a [Submission],
    /// Index of the next submission to read.
    next: AtomicUsize,
    /// Number of submissions that are read.
    done: AtomicUsize,
    /// What was read, in the order of the submissions.
    slots: Vec<Mutex<Option<ReadContents>>>,
    /// The first failure.
    failure: Mutex<Option<LakeError>>,
}

impl<'a> ReadQueue<'a> {
    fn new(submissions: &'a [Submission]) -> Self {
        Self {
            submissions,
            next: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            slots: submissions.iter().map(|_| Mutex::new(None)).collect(),
            failure: Mutex::new(None),
        }
    }

    /// The next submission, with its index.
    fn take(&self) -> Option<(usize, &'a Submission)> {
        let i = self.next.fetch_add(1, Ordering::Relaxed);
        Some((i, self.submissions.get(i)?))
    }

    /// Stores what was read from a submission. Returns how many are read now.
    fn store(&self, i: usize, read: ReadContents) -> usize {
        if let Ok(mut slot) = self.slots[i].lock() {
            *slot = Some(read);
        }
        self.done.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Records a failure, and lets no worker begin another file.
    fn fail(&self, error: LakeError) {
        if let Ok(mut failure) = self.failure.lock() {
            failure.get_or_insert(error);
        }
        self.next.store(self.submissions.len(), Ordering::Relaxed);
    }

    /// The contents of all submissions in their order, or the first failure.
    fn finish(self) -> Result<(Vec<SubmissionContents>, ReadSummary), LakeError> {
        if let Some(failure) = self.failure.into_inner().ok().flatten() {
            return Err(failure);
        }
        let mut summary = ReadSummary::default();
        let mut all = Vec::with_capacity(self.submissions.len());
        for (submission, slot) in self.submissions.iter().zip(self.slots) {
            let read = slot.into_inner().ok().flatten();
            let from_cache = read.as_ref().is_some_and(|read| read.from_cache);
            if from_cache {
                summary.cached += 1;
            } else if !submission.duplicate {
                summary.read.push(submission.file_name.clone());
            }
            if read.as_ref().is_some_and(|read| read.is_restored) {
                summary
                    .restored
                    .push(format!("inbox/{}", submission.sha256));
            }
            let (contents, cache_files) = read
                .map(|read| (read.contents, read.cache_files))
                .unwrap_or_default();
            summary.used.extend(cache_files);
            all.push(contents);
        }
        Ok((all, summary))
    }
}

impl Reader<'_> {
    /// Reads all submissions, several at a time. The contents are in the order of the submissions.
    pub(crate) fn read_all(
        &self,
        submissions: &[Submission],
    ) -> Result<(Vec<SubmissionContents>, ReadSummary), LakeError> {
        let queue = ReadQueue::new(submissions);
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| self.work(&queue));
            }
        });
        queue.finish()
    }

    /// Reads submissions from the queue until none is left.
    fn work(&self, queue: &ReadQueue<'_>) {
        while let Some((i, submission)) = queue.take() {
            match self.read_one(submission) {
                Ok(read) => {
                    let done = queue.store(i, read);
                    (self.progress)(Stage::Extract, done, queue.submissions.len());
                }
                Err(error) => return queue.fail(error),
            }
        }
    }

    /// Reads a submission, unless it is a duplicate or its contents are in the cache.
    fn read_one(&self, submission: &Submission) -> Result<ReadContents, LakeError> {
        if submission.duplicate {
            return Ok(ReadContents {
                contents: SubmissionContents {
                    findings: vec![findings::TH111.at(submission.place())],
                    ..SubmissionContents::default()
                },
                cache_files: Vec::new(),
                from_cache: false,
                is_restored: false,
            });
        }
        let name = cache::name_of(self.plan, self.docket, submission);
        let cached = (!self.full)
            .then(|| cache::look_up(self.plan, self.lake, &name, submission))
            .flatten();
        let from_cache = cached.is_some();
        let (contents, is_restored) = match cached {
            Some(contents) => (contents, false),
            None => self.read_original(submission, &name)?,
        };
        Ok(ReadContents {
            cache_files: cache::files_of(&name, &contents),
            contents,
            from_cache,
            is_restored,
        })
    }

    /// Reads a submission from its original, and keeps the contents in the cache under a name. Returns whether the original
    /// was damaged in the lake and is restored from the inbox.
    fn read_original(
        &self,
        submission: &Submission,
        name: &str,
    ) -> Result<(SubmissionContents, bool), LakeError> {
        let sha256 = &submission.sha256;
        let mut is_restored = false;
        let original = match self.lake.sound_original(sha256, &submission.file_name) {
            Ok(original) => original,
            // Nothing is read from it but its kind.
            Err(_) if !submission.refused.is_empty() => self.lake.original(sha256),
            Err(damaged) => {
                let Some(again) = self.at_hand.get(sha256) else {
                    return Err(damaged);
                };
                is_restored = true;
                self.lake.restore_original(again, sha256)?
            }
        };
        let mut contents = read_submission(self.plan, self.docket, submission, &original);
        let used = &mut contents.used_definitions;
        let received_on = submission.received_on(&self.plan.zone);
        used.record_answers(self.plan, &submission.file_name, received_on);
        cache::keep(self.lake, name, &mut contents)?;
        Ok((contents, is_restored))
    }
}

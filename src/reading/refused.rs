//! What becomes of files of which nothing can be used, once all files are read: a copy of such a file is refused like it,
//! and one that a later file of the same name replaces is no error any more.

use std::collections::{BTreeMap, BTreeSet};

use super::submission::{Submission, SubmissionContents};
use crate::diagnostic::{Severity, findings};

/// Settles what becomes of refused files. `contents` are those of `submissions`, in their order. The answer depends on the
/// set of submissions and on what lies in the inbox, not on the runs that brought them.
pub(crate) fn settle_refused(submissions: &[Submission], contents: &mut [SubmissionContents]) {
    refuse_copies(submissions, contents);
    let refused: Vec<usize> = (0..submissions.len())
        .filter(|i| contents[*i].rejected)
        .collect();
    for i in refused {
        let usable = |(j, _): &(usize, &Submission)| !contents[*j].rejected;
        let later = submissions.iter().enumerate().filter(usable);
        // An archive of which some members are refused was opened: its other members are its own and do not replace it.
        let was_opened = contents[i]
            .findings
            .iter()
            .any(|f| OPENED.contains(&f.code.as_str()));
        let later = later.filter(|(_, later)| {
            replaces(later, &submissions[i])
                && !(was_opened && is_member(&later.file_name, &submissions[i].file_name))
        });
        let Some((_, last)) = later.max_by_key(|(_, later)| later.received_at) else {
            continue;
        };
        let received = last.received_at.to_string();
        let is_error = |severity| severity >= Severity::Error;
        let findings = &mut contents[i].findings;
        let errors = findings.iter().filter(|f| is_error(f.severity));
        let codes: BTreeSet<&str> = errors.map(|f| f.code.as_str()).collect();
        // One that a decision withdrew is no error.
        if codes.is_empty() {
            continue;
        }
        let codes = codes.into_iter().collect::<Vec<_>>().join(", ");
        findings.retain(|f| !is_error(f.severity));
        findings.push(findings::TH145 { codes, received }.at(submissions[i].place()));
    }
}

/// Refuses the copies of refused files as those are refused: nobody should think that the content was taken elsewhere.
fn refuse_copies(submissions: &[Submission], contents: &mut [SubmissionContents]) {
    let first_of: BTreeMap<&str, usize> = submissions
        .iter()
        .enumerate()
        .filter(|(i, s)| !s.duplicate && s.refused.is_empty() && contents[*i].rejected)
        .map(|(i, s)| (s.sha256.as_str(), i))
        .collect();
    for (i, copy) in submissions.iter().enumerate().filter(|(_, s)| s.duplicate) {
        let Some(first) = first_of.get(copy.sha256.as_str()) else {
            continue;
        };
        let mut findings = contents[*first].findings.clone();
        for finding in &mut findings {
            finding.place.file_name = Some(copy.file_name.clone());
        }
        contents[i] = SubmissionContents {
            media_type: contents[*first].media_type,
            findings,
            rejected: true,
            ..SubmissionContents::default()
        };
    }
}

/// Findings about members of an archive that could be opened.
const OPENED: [&str; 2] = ["TH112", "TH114"];

/// Whether a file is a member of an archive, by its name.
fn is_member(name: &str, archive: &str) -> bool {
    let rest = name.strip_prefix(archive);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a usable file replaces a refused one: it has the same name and came later. The members of an archive replace
/// the refused archive that had its name before.
fn replaces(later: &Submission, refused: &Submission) -> bool {
    let member_of = |archive: &str| is_member(&later.file_name, archive);
    let (name, complete) = (&refused.file_name, name_when_complete(&refused.file_name));
    if later.file_name == *name || later.file_name == complete {
        // A list may give one time to all that ever had this name. Then what lies in the inbox now is the later.
        later.received_at >= refused.received_at && (later.present || !refused.present)
    } else if member_of(name) || member_of(complete) {
        // The members of a damaged archive that could be unpacked do not replace it.
        later.received_at > refused.received_at && !refused.present
    } else {
        false
    }
}

/// The name that a file has once its transfer is complete: programs add an ending to it until then.
pub(super) fn name_when_complete(name: &str) -> &str {
    const UNTIL_THEN: [&str; 5] = [".part", ".partial", ".filepart", ".crdownload", ".tmp"];
    let mut complete = UNTIL_THEN.iter().filter_map(|end| name.strip_suffix(end));
    complete.next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn submission(name: &str, content: &str, second: i64) -> Submission {
        Submission {
            submission_id: content.to_owned(),
            file_name: name.to_owned(),
            sha256: content.to_owned(),
            size_bytes: 1,
            received_at: Timestamp::from_second(second).expect("a time"),
            sent_again_at: None,
            duplicate: false,
            present: false,
            refused: Vec::new(),
        }
    }

    /// The codes of the findings and whether each is rejected; a content that begins with `bad` is refused.
    fn settled(submissions: &[Submission]) -> Vec<(bool, String)> {
        let mut contents: Vec<SubmissionContents> = submissions
            .iter()
            .map(|s| {
                let bad = s.sha256.starts_with("bad") && !s.duplicate;
                let reason = "cut off";
                let damaged = findings::TH106 { reason }.at(s.place());
                SubmissionContents {
                    rejected: bad,
                    findings: if bad { vec![damaged] } else { Vec::new() },
                    ..SubmissionContents::default()
                }
            })
            .collect();
        settle_refused(submissions, &mut contents);
        contents
            .iter()
            .map(|c| {
                let codes: Vec<&str> = c.findings.iter().map(|f| f.code.as_str()).collect();
                (c.rejected, codes.join(" "))
            })
            .collect()
    }

    #[test]
    fn a_later_file_of_the_same_name_clears_the_finding() {
        let cleared = |refused: Submission, later: Submission| {
            let all = settled(&[refused, later]);
            assert!(all[0].0, "it stays rejected");
            all[0].1 == "TH145"
        };
        let bad = |name: &str| submission(name, "bad", 10);
        let good = |name: &str, second| submission(name, "good", second);
        assert!(cleared(bad("a.xlsx"), good("a.xlsx", 20)));
        assert!(cleared(bad("a.xlsx"), good("a.xlsx", 10)));
        assert!(cleared(bad("a.xlsx.filepart"), good("a.xlsx", 20)));
        assert!(cleared(bad("a.zip"), good("a.zip/b.xlsx", 20)));
        assert!(!cleared(bad("a.zip"), good("a.zip/b.xlsx", 10)));
        assert!(!cleared(bad("a.xlsx"), good("a.xlsx", 5)));
        assert!(!cleared(bad("a.xlsx"), good("b.xlsx", 20)));
        let lies_there = |mut s: Submission| {
            s.present = true;
            s
        };
        assert!(!cleared(lies_there(bad("a.xlsx")), good("a.xlsx", 20)));
        assert!(cleared(bad("a.xlsx"), lies_there(good("a.xlsx", 20))));
        assert!(!cleared(bad("a.xlsx"), submission("a.xlsx", "bad too", 20)));
    }

    #[test]
    fn a_copy_of_a_refused_file_is_refused() {
        let mut copy = submission("b.xlsx", "bad", 20);
        copy.duplicate = true;
        let all = settled(&[submission("a.xlsx", "bad", 10), copy]);
        assert_eq!(all, vec![(true, "TH106".to_owned()); 2]);
    }
}

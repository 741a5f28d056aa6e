//! Answers questions about a lake or a file: trace, book, diff, status, feedback, template, inspect,
//! consolidate.

mod asked;
mod book;
mod came;
mod consolidate;
mod delivered;
mod diff;
mod feedback;
mod inspect;
mod office;
mod status;
mod template;
mod trace;

pub use asked::{NameError, QuestionError};
pub use book::{
    BookError, BookOptions, CellDifference, EditionContents, Lock, LockError, LockedFile,
    LockedSubmission, LockedTable, MadeBook, Mismatch, Reason, book, contents, differences,
    lock_path,
};
pub use came::{CameFile, FileReason, FileState};
pub use consolidate::{
    ConsolidateError, ConsolidateOptions, Consolidated, consolidate, consolidated_forms,
};
pub use diff::{Diff, diff};
pub use feedback::{Feedback, FeedbackOptions, feedback};
pub use inspect::{Inspected, InspectedReport, Inspection, inspect, read_files};
pub use status::{CollectionStatus, OtherFile, Owed, State, Status, StatusQuestion, status};
pub use template::{BlankForm, TemplateError, TemplateOptions, template};
pub use trace::{
    AlternativeCell, CellChoice, CellRole, Conversion, Fact, FactOrigin, FactState, FigureLevel,
    FigureQuestion, FigureSubject, Node, NotCounted, Printed, PrintedOrigin, PrintedQuestion,
    Question, SentReport, Trace, TraceError, TraceOutcome, TracedCell, TracedFigure,
    TracedIndicator, TracedItem, TracedLine, Tracer, figures_of, machine as machine_trace,
    recompute, trace,
};

//! The printed book as PDF: Typst typesets the data of [`super::data`] as `book.typ` lays it out, with its own fonts.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

use super::data;
use super::file::BookFile;
use crate::publish::error::PublishError;
use crate::tables::{Book, Edition};

/// The layout of the book.
const LAYOUT: &str = include_str!("book.typ");

/// The stack of the typesetter, in bytes: its calls are deeply nested.
const STACK: usize = 256 << 20;

/// Everything that the typesetter sees: no file system, no network, no clock.
struct Press {
    library: LazyHash<Library>,
    fonts: LazyHash<FontBook>,
    faces: Vec<Font>,
    main: Source,
    files: HashMap<FileId, Bytes>,
    date: Option<Datetime>,
}

fn file_id(name: &str) -> Result<FileId, PublishError> {
    let path = VirtualPath::new(name).map_err(|e| PublishError::Typesetting(format!("{e:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Press {
    fn new(data: Vec<u8>, charts: &[BookFile], edition: &Edition) -> Result<Self, PublishError> {
        let faces: Vec<Font> = typst_assets::fonts()
            .flat_map(|bytes| Font::iter(Bytes::new(bytes)))
            .collect();
        let mut files = HashMap::new();
        files.insert(file_id("book.json")?, Bytes::new(data));
        for chart in charts {
            files.insert(file_id(&chart.name)?, Bytes::new(chart.content.clone()));
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            fonts: LazyHash::new(FontBook::from_fonts(&faces)),
            faces,
            main: Source::new(file_id("book.typ")?, LAYOUT.to_owned()),
            files,
            date: day(edition),
        })
    }
}

fn day(edition: &Edition) -> Option<Datetime> {
    let date = edition.date;
    Datetime::from_ymd(
        i32::from(date.year()),
        date.month().unsigned_abs(),
        date.day().unsigned_abs(),
    )
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            Ok(self.main.clone())
        } else {
            Err(FileError::Other(None))
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::Other(None))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.date
    }
}

/// Typesets the book. The same book gives the same bytes.
pub(super) fn pdf(
    book: &Book,
    edition: &Edition,
    charts: &[BookFile],
) -> Result<Vec<u8>, PublishError> {
    let data =
        data::document(book, edition).map_err(|e| PublishError::Typesetting(e.to_string()))?;
    let press = Press::new(data, charts, edition)?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", edition.title.en, edition.range())),
        creator: Smart::Custom(Some(
            concat!("tonghop ", env!("CARGO_PKG_VERSION")).to_owned(),
        )),
        timestamp: day(edition).map(Timestamp::new_utc),
        ..PdfOptions::default()
    };
    let typeset = || {
        let document: PagedDocument = typst::compile(&press).output.map_err(|e| messages(&e))?;
        typst_pdf::pdf(&document, &options).map_err(|e| messages(&e))
    };
    let bytes = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let handle = thread.spawn_scoped(scope, typeset);
        match handle.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err("the typesetter crashed".to_owned()),
            Err(e) => Err(e.to_string()),
        }
    });
    // Its cache is of no use to another book.
    typst::comemo::evict(0);
    bytes.map_err(PublishError::Typesetting)
}

/// The messages of the typesetter on one line.
fn messages(errors: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    messages.join("; ")
}

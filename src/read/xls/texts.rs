//! Texts of a BIFF stream: how each version writes them, and over how many records.

use std::ops::Range;

use encoding_rs::Encoding;
use unicode_normalization::UnicodeNormalization;

use super::fonts::FontFacts;
use super::record::{BiffRecord, kind};
use crate::intake::Limits;
use crate::read::document::ReadError;
use crate::read::rich_text::{StatedFont, TextRun};

/// How a workbook writes its texts.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextCoding {
    /// BIFF8: in UTF-16, or the lower bytes of it where all upper ones are zero.
    Unicode,
    /// BIFF5: in bytes of this encoding.
    Bytes(&'static Encoding),
}

/// The letters of a text as the workbook writes them.
#[derive(Debug, Clone)]
enum Letters {
    Unicode(Vec<u16>),
    Bytes(Vec<u8>, &'static Encoding),
}

impl Letters {
    fn len(&self) -> usize {
        match self {
            Self::Unicode(units) => units.len(),
            Self::Bytes(bytes, _) => bytes.len(),
        }
    }

    fn text(&self, part: Range<usize>) -> String {
        match self {
            Self::Unicode(units) => String::from_utf16_lossy(units.get(part).unwrap_or_default()),
            Self::Bytes(bytes, encoding) => {
                let bytes = bytes.get(part).unwrap_or_default();
                let (text, _) = encoding.decode_without_bom_handling(bytes);
                // The encoding of Vietnamese writes a tone behind its letter.
                text.nfc().collect()
            }
        }
    }
}

/// A text as the workbook writes it.
#[derive(Debug, Clone)]
pub(super) struct RawText {
    letters: Letters,
    /// Where a part in another font begins, and the number of the font.
    runs: Vec<(usize, usize)>,
}

impl RawText {
    /// What it counts for against the limits: its letters, and the room that its parts take.
    pub(super) fn cost(&self) -> usize {
        self.letters.len() + 20 * self.runs.len()
    }

    /// The text, if it has no parts in fonts of their own.
    pub(super) fn plain(&self) -> Option<String> {
        self.runs.is_empty().then(|| self.whole())
    }

    pub(super) fn whole(&self) -> String {
        self.letters.text(0..self.letters.len())
    }

    /// The parts of the text, joined where they are set alike.
    pub(super) fn parts(&self, font: impl Fn(usize) -> FontFacts) -> Vec<TextRun> {
        let ends = self.runs.iter().map(|(from, _)| *from);
        let mut ends = ends.chain([self.letters.len()]);
        // Before the first run, the text is set as its cell is.
        let first = 0..ends.next().unwrap_or(0);
        let mut parts: Vec<(Range<usize>, Option<FontFacts>)> = vec![(first, None)];
        for ((from, number), end) in self.runs.iter().zip(ends) {
            let font = Some(font(*number));
            match parts.last_mut() {
                Some((part, last)) if *last == font => part.end = end,
                _ => parts.push((*from..end, font)),
            }
        }
        let run = |(part, font): (Range<usize>, Option<FontFacts>)| {
            let text = self.letters.text(part);
            let Some(font) = font else {
                return TextRun {
                    text,
                    ..TextRun::default()
                };
            };
            TextRun {
                text,
                font: font.legacy.map_or(StatedFont::Plain, StatedFont::Legacy),
                is_struck: Some(font.is_struck),
                raised: font.raised,
            }
        };
        let is_filled = |(part, _): &(Range<usize>, Option<FontFacts>)| !part.is_empty();
        parts.into_iter().filter(is_filled).map(run).collect()
    }
}

/// What stands before the letters of a text of BIFF8.
struct TextHead {
    letters: usize,
    is_wide: bool,
    runs: usize,
    /// Bytes of reading aids for East Asian writing, which are no part of the text.
    aids: usize,
}

/// A place in a record, or in one of those that continue it.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextCursor<'a> {
    stream: &'a [u8],
    at: usize,
    /// The end of the record.
    end: usize,
}

impl<'a> TextCursor<'a> {
    /// A place in the body of a record.
    pub(super) fn within(stream: &'a [u8], record: BiffRecord, offset: usize) -> Self {
        let end = record.next().min(stream.len());
        Self {
            stream,
            at: (record.at + 4 + offset).min(end),
            end,
        }
    }

    /// The rest of the record.
    fn rest(&self) -> &'a [u8] {
        self.stream.get(self.at..self.end).unwrap_or_default()
    }

    /// Goes on to the record that continues this one, if this one is used up. Some programs write empty ones. False at
    /// the end of the last.
    fn fill(&mut self) -> bool {
        while self.at >= self.end {
            let next = BiffRecord::at(self.stream, self.end);
            let Some(next) = next.filter(|record| record.kind == kind::CONTINUE) else {
                return false;
            };
            (self.at, self.end) = (next.at + 4, next.next());
        }
        true
    }

    fn byte(&mut self) -> Option<u8> {
        if !self.fill() {
            return None;
        }
        let byte = *self.stream.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn u16(&mut self) -> Option<usize> {
        let bytes = [self.byte()?, self.byte()?];
        Some(usize::from(u16::from_le_bytes(bytes)))
    }

    fn u32(&mut self) -> Option<usize> {
        Some(self.u16()? | self.u16()? << 16)
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            if !self.fill() {
                return None;
            }
            let n = bytes.min(self.end - self.at);
            self.at += n;
            bytes -= n;
        }
        Some(())
    }

    fn head(&mut self, letters: usize) -> Option<TextHead> {
        let flags = self.byte()?;
        let runs = if flags & 0x08 == 0 { 0 } else { self.u16()? };
        let aids = if flags & 0x04 == 0 { 0 } else { self.u32()? };
        Some(TextHead {
            letters,
            is_wide: flags & 1 != 0,
            runs,
            aids,
        })
    }

    /// Gives the letters of a text to `take`, piece by piece, with the width of a letter in bytes. None if they are cut.
    fn letters(&mut self, head: &TextHead, mut take: impl FnMut(&[u8], usize)) -> Option<()> {
        let mut left = head.letters;
        let mut width = if head.is_wide { 2 } else { 1 };
        loop {
            let rest = self.rest();
            let n = left.min(rest.len() / width);
            take(&rest[..n * width], width);
            self.at += n * width;
            left -= n;
            if left == 0 {
                return Some(());
            }
            // The record that continues a text in its middle states again how wide the letters are.
            self.at = self.end;
            width = if self.byte()? & 1 == 0 { 1 } else { 2 };
        }
    }

    /// A text whose length in letters stands before it in two bytes. None if it is cut.
    pub(super) fn text(&mut self, coding: TextCoding) -> Option<RawText> {
        let letters = self.u16()?;
        self.text_of(letters, coding)
    }

    /// A text whose length in letters stands before it in one byte. None if it is cut.
    pub(super) fn short_text(&mut self, coding: TextCoding) -> Option<String> {
        let letters = self.byte()?;
        let text = self.text_of(usize::from(letters), coding)?;
        Some(text.whole())
    }

    fn text_of(&mut self, letters: usize, coding: TextCoding) -> Option<RawText> {
        if let TextCoding::Bytes(encoding) = coding {
            let mut bytes = Vec::new();
            while bytes.len() < letters {
                if !self.fill() {
                    return None;
                }
                let rest = self.rest();
                let n = rest.len().min(letters - bytes.len());
                bytes.extend(&rest[..n]);
                self.at += n;
            }
            return Some(RawText {
                letters: Letters::Bytes(bytes, encoding),
                runs: Vec::new(),
            });
        }
        // Some programs write nothing more for an empty text.
        let head = self.head(letters).or_else(|| self.no_head(letters))?;
        let mut units = Vec::new();
        self.letters(&head, |bytes, width| match width {
            1 => units.extend(bytes.iter().map(|byte| u16::from(*byte))),
            _ => units.extend(bytes.as_chunks().0.iter().map(|b| u16::from_le_bytes(*b))),
        })?;
        Some(RawText {
            letters: Letters::Unicode(units),
            runs: self.runs(head.runs, letters, Self::u16),
        })
    }

    fn no_head(&self, letters: usize) -> Option<TextHead> {
        (letters == 0 && self.rest().is_empty()).then_some(TextHead {
            letters: 0,
            is_wide: false,
            runs: 0,
            aids: 0,
        })
    }

    /// A text with the fonts of its parts behind it, in a cell of its own. None if the text is cut.
    pub(super) fn text_and_runs(&mut self, coding: TextCoding) -> Option<RawText> {
        let mut text = self.text(coding)?;
        let letters = text.letters.len();
        text.runs = match coding {
            TextCoding::Unicode => {
                let count = self.u16().unwrap_or(0);
                self.runs(count, letters, Self::u16)
            }
            TextCoding::Bytes(_) => {
                let count = self.byte().map_or(0, usize::from);
                self.runs(count, letters, |cursor| cursor.byte().map(usize::from))
            }
        };
        Some(text)
    }

    /// The runs behind a text, as far as they are within it.
    fn runs(
        &mut self,
        count: usize,
        letters: usize,
        number: impl Fn(&mut Self) -> Option<usize>,
    ) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for _ in 0..count {
            let (Some(from), Some(font)) = (number(self), number(self)) else {
                break;
            };
            if from >= letters || runs.last().is_some_and(|(last, _)| *last >= from) {
                break;
            }
            runs.push((from, font));
        }
        runs
    }
}

/// The table of shared texts: where each of them stands. They are read where a cell shows them: no room is made for what
/// no cell shows.
#[derive(Debug, Default)]
pub(super) struct SharedTexts {
    /// The place, and the end of its record.
    places: Vec<(usize, usize)>,
}

impl SharedTexts {
    /// Finds the texts of the table that begins in this record. What follows damage in it is missing.
    ///
    /// # Errors
    /// When the table exceeds a limit.
    pub(super) fn find(
        stream: &[u8],
        first: BiffRecord,
        limits: &Limits,
    ) -> Result<Self, ReadError> {
        let mut cursor = TextCursor::within(stream, first, 0);
        let mut bytes = first.length;
        let mut at = first.next();
        while let Some(record) = BiffRecord::at(stream, at).filter(|r| r.kind == kind::CONTINUE) {
            bytes += record.length;
            at = record.next();
        }
        if bytes > limits.max_text_bytes {
            return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
        }
        let mut places = Vec::new();
        // How many texts there are is stated first: twice, and it is not relied on.
        cursor.skip(8);
        while cursor.fill() {
            let place = (cursor.at, cursor.end);
            if cursor.pass().is_none() {
                break;
            }
            places.push(place);
        }
        Ok(Self { places })
    }

    /// The text of this number; none if the table has no such text.
    pub(super) fn get(&self, stream: &[u8], index: usize) -> Option<RawText> {
        let (at, end) = *self.places.get(index)?;
        TextCursor { stream, at, end }.text(TextCoding::Unicode)
    }
}

impl TextCursor<'_> {
    /// Passes over a shared text; none if it is cut. What stands behind its letters may be cut.
    fn pass(&mut self) -> Option<()> {
        let letters = self.u16()?;
        let head = self.head(letters)?;
        self.letters(&head, |_, _| {})?;
        let behind = head.aids.saturating_add(4 * head.runs);
        if self.skip(behind).is_none() {
            self.at = self.end;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::rich_text::{Raised, visible};
    use crate::read::xls::record::bytes_of;

    /// A table of these pieces, each in a record of its own.
    fn table(pieces: &[&[u8]]) -> Vec<String> {
        let mut stream = bytes_of(kind::SHARED_STRINGS, pieces[0]);
        for piece in &pieces[1..] {
            stream.extend(bytes_of(kind::CONTINUE, piece));
        }
        stream.extend(bytes_of(kind::EOF, b""));
        let first = BiffRecord::at(&stream, 0).expect("a record");
        let table = SharedTexts::find(&stream, first, &Limits::default()).expect("small");
        (0..table.places.len())
            .map(|i| table.get(&stream, i).expect("a text").whole())
            .collect()
    }

    #[test]
    fn shared_texts_go_on_over_records() {
        // `ab` with a format run, then `cde` cut within, its rest in two-byte letters.
        let first = b"\0\0\0\0\0\0\0\0\x02\0\x08\x01\0ab\0\0\0\0\x03\0\0c";
        assert_eq!(table(&[first, b"\x01d\0\xd3\x1e"]), ["ab", "cdồ"]);
        // Cut right behind the letters: no flags stand before what follows.
        let runs = b"\0\0\0\0\0\0\0\0\x02\0\x08\x01\0ab";
        assert_eq!(table(&[runs, b"\x01\0\x01\0\x01\0\0c"]), ["ab", "c"]);
        // Reading aids that are cut, and a text that begins a record.
        let aids = b"\0\0\0\0\0\0\0\0\x01\0\x04\x04\0\0\0ax";
        assert_eq!(table(&[aids, b"yzw", b"\x01\0\0b"]), ["a", "b"]);
    }

    #[test]
    fn empty_records_between_and_within_texts_change_nothing() {
        let first: &[u8] = b"\0\0\0\0\0\0\0\0\x02\0\0ab\x03\0\0c";
        assert_eq!(table(&[first, b"", b"\0de\x01\0\0f"]), ["ab", "cde", "f"]);
        let whole: &[u8] = b"\0\0\0\0\0\0\0\0\x02\0\0ab";
        assert_eq!(table(&[whole, b"", b"", b"\x01\0\0f"]), ["ab", "f"]);
        // Even the length of a text may be cut.
        assert_eq!(table(&[b"\0\0\0\0\0\0\0\0\x02", b"", b"\0\0ab"]), ["ab"]);
    }

    #[test]
    fn damage_ends_the_table_and_nothing_else() {
        assert_eq!(table(&[b"\0\0\0\0\0\0\0\0\x01\0\0a\x09\0\0bc"]), ["a"]);
        assert_eq!(table(&[b"\0\0\0\0\0\0\0\0\x01\0\x08\xff\xffa"]), ["a"]);
        assert!(table(&[b"\0\0"]).is_empty());
    }

    #[test]
    fn parts_are_set_in_the_fonts_that_they_name() {
        let facts = |number: usize| FontFacts {
            is_struck: number == 5,
            raised: if number == 6 {
                Raised::Above
            } else {
                Raised::No
            },
            ..FontFacts::default()
        };
        let seen = |body: &[u8], coding| {
            let stream = bytes_of(kind::RICH_STRING, body);
            let record = BiffRecord::at(&stream, 0).expect("a record");
            let text = TextCursor::within(&stream, record, 0).text_and_runs(coding);
            let seen = visible(&text.expect("whole").parts(facts), false, None);
            (seen.text, seen.has_struck)
        };
        // `425`, struck out, then `431`, then a raised `1`; one run lies behind the text.
        let wide = b"\x07\0\x004254311\x04\0\0\0\x05\0\x03\0\x07\0\x06\0\x06\0\x09\0\x05\0";
        let expected = ("431¹".to_owned(), true);
        assert_eq!(seen(wide, TextCoding::Unicode), expected);
        let bytes = TextCoding::Bytes(encoding_rs::WINDOWS_1258);
        assert_eq!(
            seen(b"\x07\x004254311\x03\0\x05\x03\x07\x06\x06", bytes),
            expected
        );
        let vietnamese = b"\x04\0\xd4\xeca\xf2\0";
        assert_eq!(seen(vietnamese, bytes).0, "Ốạ");
    }

    #[test]
    fn an_empty_text_may_have_no_flags() {
        let stream = bytes_of(kind::STRING, &[0, 0]);
        let record = BiffRecord::at(&stream, 0).expect("a record");
        let mut cursor = TextCursor::within(&stream, record, 0);
        assert_eq!(cursor.text(TextCoding::Unicode).expect("empty").whole(), "");
        let cut = bytes_of(kind::STRING, &[9, 0, 0, b'a']);
        let record = BiffRecord::at(&cut, 0).expect("a record");
        assert!(
            TextCursor::within(&cut, record, 0)
                .text(TextCoding::Unicode)
                .is_none()
        );
    }
}

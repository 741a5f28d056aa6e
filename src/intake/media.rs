//! Kinds of files: the formats that are read, and the registered media types of all that are known.

use serde::{Deserialize, Serialize};

/// Defines the media types with their registered names, which are also their serialized form.
macro_rules! media_types {
    ($($(#[doc = $doc:literal])* $kind:ident = $name:literal,)*) => {
        /// A media type that [`sniff`](fn@super::sniff) knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum MediaType {
            $($(#[doc = $doc])* #[serde(rename = $name)] $kind,)*
        }

        impl MediaType {
            /// The registered name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

media_types! {
    /// Office Open XML workbook.
    Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    /// Office Open XML workbook with macros.
    Xlsm = "application/vnd.ms-excel.sheet.macroEnabled.12",
    /// Binary workbook (BIFF12).
    Xlsb = "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    /// Workbook of the older binary formats.
    Xls = "application/vnd.ms-excel",
    /// OpenDocument spreadsheet.
    Ods = "application/vnd.oasis.opendocument.spreadsheet",
    /// Delimited text.
    Csv = "text/csv",
    /// Text delimited by tabs.
    Tsv = "text/tab-separated-values",
    /// Zip archive.
    Zip = "application/zip",
    /// Office Open XML text document.
    Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    /// Office Open XML presentation.
    Pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    /// Any other Office Open XML package.
    OfficePackage = "application/vnd.openxmlformats-package",
    /// OpenDocument text document.
    Odt = "application/vnd.oasis.opendocument.text",
    /// OpenDocument presentation.
    Odp = "application/vnd.oasis.opendocument.presentation",
    /// Any other OpenDocument file.
    OpenDocument = "application/vnd.oasis.opendocument",
    /// Workbook of Apple Numbers.
    Numbers = "application/vnd.apple.numbers",
    /// Electronic book.
    Epub = "application/epub+zip",
    /// Text document of the older binary format.
    Doc = "application/msword",
    /// Presentation of the older binary format.
    Ppt = "application/vnd.ms-powerpoint",
    /// Any other compound file.
    CompoundFile = "application/x-ole-storage",
    /// Portable Document Format.
    Pdf = "application/pdf",
    /// Rich Text Format.
    Rtf = "application/rtf",
    /// PNG picture.
    Png = "image/png",
    /// JPEG picture.
    Jpeg = "image/jpeg",
    /// GIF picture.
    Gif = "image/gif",
    /// RAR archive.
    Rar = "application/vnd.rar",
    /// 7-Zip archive.
    SevenZip = "application/x-7z-compressed",
    /// Gzip file.
    Gzip = "application/gzip",
    /// Web page.
    Html = "text/html",
    /// XML document.
    Xml = "application/xml",
    /// Web page with its pictures in one file.
    WebArchive = "multipart/related",
}

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Office Open XML workbook.
    Xlsx,
    /// Office Open XML workbook with macros.
    Xlsm,
    /// Binary workbook (BIFF12).
    Xlsb,
    /// Workbook of the older binary formats (BIFF8, BIFF5).
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
    /// Office Open XML workbook in an encrypted container: what it is shows once it is decrypted.
    Protected,
    /// Delimited text.
    Csv,
    /// Text delimited by tabs.
    Tsv,
}

impl FileFormat {
    /// Its media type; none as long as it is encrypted.
    #[must_use]
    pub fn media_type(self) -> Option<MediaType> {
        Some(match self {
            Self::Xlsx => MediaType::Xlsx,
            Self::Xlsm => MediaType::Xlsm,
            Self::Xlsb => MediaType::Xlsb,
            Self::Xls => MediaType::Xls,
            Self::Ods => MediaType::Ods,
            Self::Protected => return None,
            Self::Csv => MediaType::Csv,
            Self::Tsv => MediaType::Tsv,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_written_by_its_registered_name() {
        let written = serde_json::to_string(&MediaType::Pdf).expect("written");
        assert_eq!(written, r#""application/pdf""#);
        let read: MediaType = serde_json::from_str(&written).expect("read");
        assert_eq!(read, MediaType::Pdf);
        assert_eq!(FileFormat::Csv.media_type(), Some(MediaType::Csv));
    }
}

//! The code pages in which workbooks of BIFF5 write their texts.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, KOI8_R, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255,
    WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};

/// The encoding of a code page; none if it is not known. Source: [MS-XLS], 2.4.52; [MS-UCODEREF], 2.2.1.
pub(super) fn encoding_of(code_page: u16) -> Option<&'static Encoding> {
    Some(match code_page {
        // ASCII, and how versions before BIFF5 name the page of Windows.
        367 | 1252 | 0x8001 => WINDOWS_1252,
        866 => IBM866,
        874 => WINDOWS_874,
        932 => SHIFT_JIS,
        936 => GBK,
        949 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10_000 | 0x8000 => MACINTOSH,
        10_007 => X_MAC_CYRILLIC,
        20_866 => KOI8_R,
        65_001 => UTF_8,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_have_encodings() {
        assert_eq!(encoding_of(1258), Some(WINDOWS_1258));
        assert_eq!(encoding_of(932), Some(SHIFT_JIS));
        assert_eq!(encoding_of(10_029), None);
    }
}

//! Texts on one line.

/// The words of a text with one space between them, so that a text of several lines becomes one line.
///
/// ```
/// assert_eq!(tonghop::text::one_line("  Đơn vị\n báo  cáo "), "Đơn vị báo cáo");
/// ```
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

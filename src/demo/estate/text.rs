//! Values that people do not expect and tools must survive, and moments as text.

use time::OffsetDateTime;

/// Names at AWS's limit for a tag's value, 256 characters.
pub(crate) const LONGEST_TAG_VALUE: usize = 256;

/// A right-to-left override and a zero-width space: harmless to XML, misleading on a terminal.
pub(crate) const BIDI_NAME: &str = "invoice\u{202e}gnp.exe\u{202c}-pay\u{200b}ments";
/// The one-byte form of the terminal's escape sequences, which XML 1.0 may carry, unlike ESC itself.
pub(crate) const C1_VALUE: &str = "\u{9b}31mred\u{9b}0m \u{85}next line";
/// Real escape sequences (colour, clear screen, window title), which only JSON can carry.
pub(crate) const ESCAPE_VALUE: &str = "\u{1b}[31mred\u{1b}[0m\u{1b}[2J\u{1b}]0;title\u{7}\u{8}";
/// What a spreadsheet would run.
pub(crate) const FORMULA_VALUE: &str = "=cmd|' /C calc'!A0";
/// What HTML and Markdown would take for their own.
pub(crate) const MARKUP_VALUE: &str = "<script>alert('1')</script> | **bold** `tick` & \"quotes\" ]]>";
/// More than one line.
pub(crate) const LINES_VALUE: &str = "first line\n\tsecond, after a tab\r\nthird";

/// `stem`, with `filler` after it to exactly `length` characters.
pub(crate) fn pad(stem: &str, filler: char, length: usize) -> String {
    let missing = length.saturating_sub(stem.chars().count());
    stem.chars().chain(std::iter::repeat_n(filler, missing)).take(length).collect()
}

/// A moment as Query-XML has it: `2026-01-02T03:04:05.000Z`.
pub(crate) fn moment(seconds: i64) -> String {
    let (date, clock) = parts(seconds);
    format!("{date}T{clock}.000Z")
}

/// A moment as Lambda's LastModified has it: `2026-01-02T03:04:05.000+0000`.
pub(crate) fn moment_with_offset(seconds: i64) -> String {
    let (date, clock) = parts(seconds);
    format!("{date}T{clock}.000+0000")
}

/// A moment as EC2's StateTransitionReason has it: `2026-01-02 03:04:05 GMT`.
pub(crate) fn moment_gmt(seconds: i64) -> String {
    let (date, clock) = parts(seconds);
    format!("{date} {clock} GMT")
}

fn parts(seconds: i64) -> (String, String) {
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = moment.to_hms();
    (moment.date().to_string(), format!("{hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_each_service_writes_them() {
        assert_eq!(moment(1_795_132_800), "2026-11-20T00:00:00.000Z");
        assert_eq!(moment_with_offset(1_795_132_800), "2026-11-20T00:00:00.000+0000");
        assert_eq!(moment_gmt(1_795_132_861), "2026-11-20 00:01:01 GMT");
    }

    #[test]
    fn padding_counts_characters() {
        assert_eq!(pad("é", 'ü', 4), "éüüü");
        assert_eq!(pad("abcdef", 'x', 3), "abc");
    }
}

//! Sizes in bytes, in human-readable form.

const UNITS: [(&str, u32); 4] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];

/// Formats a size in the largest unit that divides it.
pub(crate) fn size(bytes: u64) -> String {
    let whole = |shift: u32| bytes >> shift > 0 && bytes.trailing_zeros() >= shift;
    match UNITS.into_iter().find(|(_, shift)| whole(*shift)) {
        Some((unit, shift)) => format!("{} {unit}", bytes >> shift),
        None => format!("{bytes} bytes"),
    }
}

/// Parses a size such as `1048576`, `512MiB` or `4 GiB`; returns `None` for 0 and for text that is not a
/// size.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let unit = |(unit, shift): (&str, u32)| Some((text.strip_suffix(unit)?, shift));
    let (number, shift) = UNITS.into_iter().find_map(unit).unwrap_or((text, 0));
    let number: u64 = number.trim_end().parse().ok()?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        for (bytes, text) in [
            (1, "1 bytes"),
            (1_000, "1000 bytes"),
            (1 << 10, "1 KiB"),
            (1 << 20, "1 MiB"),
            (1_536 << 20, "1536 MiB"),
            (4 << 30, "4 GiB"),
            (3 << 40, "3 TiB"),
        ] {
            assert_eq!(size(bytes), text);
            assert_eq!(parse(text.trim_end_matches(" bytes")), Some(bytes));
        }
        assert_eq!(parse("512MiB"), Some(512 << 20));
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "0", "0MiB", "-1", "1.5GiB", "4GB", "MiB", "20000000TiB", "1 2"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

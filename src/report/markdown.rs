//! Pieces of Markdown.

/// A table.
pub(super) fn table(heads: &[String], rows: &[Vec<String>]) -> String {
    let rule: Vec<String> = heads.iter().map(|_| "---".to_owned()).collect();
    let lines = [heads, &rule].into_iter().chain(rows.iter().map(Vec::as_slice));
    lines.map(row).collect()
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Text that is shown as it is, as code; nothing stays nothing.
pub(super) fn code(text: &str) -> String {
    match (text.is_empty(), text.contains('`')) {
        (true, _) => String::new(),
        (false, false) => format!("`{text}`"),
        (false, true) => format!("`` {text} ``"),
    }
}

/// The text of a constant, in lines of at most `WIDTH` characters.
pub(super) fn paragraph(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a last line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.join("\n")
}

const WIDTH: usize = 110;

/// A number as people read it: `12,795`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let groups = tail.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    let groups: Vec<String> = [head.to_owned()].into_iter().chain(groups).collect();
    groups.join(",").trim_start_matches(',').to_owned()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{code, number, paragraph, table};

    #[test]
    fn numbers_are_grouped_in_threes() {
        assert_eq!(
            [0, 12, 999, 1_000, 12_795, 200_000].map(number),
            ["0", "12", "999", "1,000", "12,795", "200,000"]
        );
    }

    #[test]
    fn what_means_something_in_markdown_is_shown_as_it_is() {
        assert_eq!(code("a `b`"), "`` a `b` ``");
        assert_eq!(code(""), "");
        let (heads, rows) = (["a|b".to_owned()], [vec!["c".to_owned()]]);
        assert_eq!(table(&heads, &rows), "| a\\|b |\n| --- |\n| c |\n");
    }

    #[test]
    fn a_paragraph_is_broken_between_words() {
        let text = "word ".repeat(30);
        let lines = paragraph(&text);
        assert_eq!(lines.lines().map(str::len).collect::<Vec<_>>(), [109, 39]);
    }
}

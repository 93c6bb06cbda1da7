//! Files, functions and lines are short enough to be read at once.

use super::Offence;
use super::source::{Source, words};

const FILE_LINES: usize = 300;
const FUNCTION_LINES: usize = 60;
const COLUMNS: usize = 110;

pub fn long_file(source: &Source) -> Vec<Offence> {
    let lines = source.text.lines().count();
    let what = format!("{lines} lines; a file has at most {FILE_LINES}");
    if lines > FILE_LINES { vec![Offence::at(source, 0, &what)] } else { Vec::new() }
}

/// Lines are counted from the one with `fn` to the one with the closing brace, by matching braces.
pub fn long_functions(source: &Source) -> Vec<Offence> {
    let mut offences = Vec::new();
    for start in words(&source.code, "fn") {
        let named = source.code[start + 2..].starts_with(' ');
        let Some(end) = body_end(&source.code[start..]).filter(|_| named) else { continue };
        let lines = source.code[start..start + end].matches('\n').count() + 1;
        if lines > FUNCTION_LINES {
            let what = format!("a function of {lines} lines; it has at most {FUNCTION_LINES}");
            offences.push(Offence::at(source, start, &what));
        }
    }
    offences
}

/// Where the body of the function that `code` begins with ends; `None` if it has none.
fn body_end(code: &str) -> Option<usize> {
    let (mut depth, mut inside) = (0, false);
    for (position, byte) in code.bytes().enumerate() {
        match byte {
            b'{' if depth == 0 => (depth, inside) = (1, true),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b';' if depth == 0 => return None,
            _ => {}
        }
        if depth == 0 && inside {
            return Some(position);
        }
    }
    None
}

/// In comments, a row of a table and a line with an address may be as wide as they are.
pub fn wide_lines(source: &Source) -> Vec<Offence> {
    let mut offences = Vec::new();
    let mut position = 0;
    for (line, comment) in source.text.split('\n').zip(source.comments.split('\n')) {
        let width = line.chars().count();
        let row = comment.trim_start_matches([' ', '/', '!']).starts_with('|');
        if width > COLUMNS && !row && !comment.contains("://") {
            let what = format!("{width} columns; a line has at most {COLUMNS}");
            offences.push(Offence::at(source, position, &what));
        }
        position += line.len() + 1;
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(offences: &[Offence]) -> Vec<&str> {
        offences.iter().map(|offence| offence.said.as_str()).collect()
    }

    #[test]
    fn a_file_of_301_lines_is_rejected() {
        let of = |lines: usize| long_file(&Source::new("src/a.rs", &"//\n".repeat(lines)));
        assert_eq!(said(&of(300)), [""; 0]);
        assert_eq!(said(&of(301)), ["src/a.rs:1: 301 lines; a file has at most 300"]);
    }

    #[test]
    fn a_function_of_61_lines_is_rejected() {
        let of = |lines: usize| {
            let body = "    a(\"{\"); // }\n".repeat(lines - 2);
            let text = format!(
                "trait A {{ fn b(f: fn(i32), g: [u8; 4]); }}\nfn c() {{\n{body}}}\nfn d() {{}}\n"
            );
            long_functions(&Source::new("src/a.rs", &text))
        };
        assert_eq!(said(&of(60)), [""; 0]);
        assert_eq!(said(&of(61)), ["src/a.rs:2: a function of 61 lines; it has at most 60"]);
    }

    #[test]
    fn a_line_of_111_columns_is_rejected() {
        let of = |line: &str| wide_lines(&Source::new("src/a.rs", &format!("\n{line}\n")));
        let wide = "é".repeat(108);
        assert_eq!(said(&of(&format!("//{wide}"))), [""; 0]);
        assert_eq!(
            said(&of(&format!("///{wide}"))),
            ["src/a.rs:2: 111 columns; a line has at most 110"]
        );
        assert_eq!(said(&of(&format!("let a = \"https://{wide}\";"))).len(), 1);
        assert_eq!(said(&of(&format!("    //! | {wide} |"))), [""; 0]);
        assert_eq!(said(&of(&format!("// https://example.org/{wide}"))), [""; 0]);
    }
}

//! Bytes to rows of `account,amount`.
//!
//! On `csv-core` rather than `csv`: it reports where a field ends, and so the column in which the next one
//! begins. It is fed line by line, because no field may hold the end of a line, and a quote that was not
//! closed should not swallow the rest of the file.

use csv_core::{ReadFieldResult, Reader};

use super::error::{Located, Problem};
use crate::bank::{AccountNumber, Money};

const FIELDS: [&str; 2] = ["account", "amount"];

/// A row that was understood, and where its fields stand. Lines and columns count from 1.
pub(super) struct Row {
    pub line: usize,
    pub account: AccountNumber,
    pub account_column: usize,
    pub amount: Money,
    pub amount_column: usize,
}

/// Reads all rows, or finds the first problem.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Row>, Located> {
    let text = utf8(bytes)?.replace("\r\n", "\n");
    let mut rows = Vec::new();
    let mut reader = Reader::new();
    let mut first = true;
    for (index, line) in text.split(['\n', '\r']).enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let row = Line { number: index + 1, text: line };
        let fields = row.fields(&mut reader)?;
        if std::mem::take(&mut first) && is_header(&fields) {
            row.check_header(&fields)?;
        } else {
            rows.push(row.parse(&fields)?);
        }
    }
    Ok(rows)
}

/// The text without a byte order mark, which would otherwise be part of the first account's number.
fn utf8(bytes: &[u8]) -> Result<&str, Located> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    str::from_utf8(bytes).map_err(|error| {
        let (before, after) = bytes.split_at(error.valid_up_to());
        let before = String::from_utf8_lossy(before).replace("\r\n", "\n");
        let lines: Vec<&str> = before.split(['\n', '\r']).collect();
        let column = lines.last().map_or(0, |line| line.chars().count()) + 1;
        Problem::NotUtf8 { byte: after[0] }.at(lines.len(), column)
    })
}

/// A field without its quotes and the blanks around it.
struct Field {
    text: String,
    /// Where its first character stands, past an opening quote. A position further on is right
    /// unless the field holds doubled quotes.
    column: usize,
}

/// Returns whether the first row names fields: one of its names is ours, and it is not an account of that
/// name with a proper amount.
fn is_header(fields: &[Field]) -> bool {
    let is_row = fields.len() == 2 && fields[1].text.parse::<Money>().is_ok();
    let names_a_field = |field: &Field| FIELDS.iter().any(|name| is_named(field, name));
    !is_row && fields.iter().any(names_a_field)
}

fn is_named(field: &Field, name: &str) -> bool {
    field.text.eq_ignore_ascii_case(name)
}

struct Line<'a> {
    number: usize,
    text: &'a str,
}

impl Line<'_> {
    fn check_header(&self, fields: &[Field]) -> Result<(), Located> {
        let mut names = FIELDS.iter();
        for field in fields {
            if !names.next().is_some_and(|name| is_named(field, name)) {
                let found = field.text.clone();
                return Err(Problem::UnknownField { found }.at(self.number, field.column));
            }
        }
        self.check_count(fields)
    }

    fn check_count(&self, fields: &[Field]) -> Result<(), Located> {
        let found = fields.len();
        let column = match fields.get(FIELDS.len()) {
            Some(superfluous) => superfluous.column,
            None if found == FIELDS.len() => return Ok(()),
            None => self.column(self.text.len()),
        };
        Err(Problem::FieldCount { found }.at(self.number, column))
    }

    fn parse(&self, fields: &[Field]) -> Result<Row, Located> {
        self.check_count(fields)?;
        let (account, amount) = (&fields[0], &fields[1]);
        let (line, account_column, amount_column) = (self.number, account.column, amount.column);
        Ok(Row {
            line,
            account: AccountNumber::new(account.text.as_str()).map_err(|error| {
                let column = account_column + error.offset();
                Problem::Number(error).at(line, column)
            })?,
            account_column,
            amount: amount.text.parse::<Money>().map_err(|error| {
                let column = amount_column + error.offset();
                Problem::Amount(error).at(line, column)
            })?,
            amount_column,
        })
    }

    /// The column of the character that begins at this byte of the line.
    fn column(&self, byte: usize) -> usize {
        self.text[..byte].chars().count() + 1
    }

    fn fields(&self, reader: &mut Reader) -> Result<Vec<Field>, Located> {
        let input = format!("{}\n", self.text);
        let mut output = vec![0; input.len()];
        let mut fields = Vec::new();
        let mut start = 0;
        loop {
            let rest = &self.text[start..];
            start += rest.len() - rest.trim_start().len();
            let (result, read, written) =
                reader.read_field(&input.as_bytes()[start..], &mut output);
            let ReadFieldResult::Field { record_end } = result else {
                // The end of the line was read as part of the field: only quotes do that.
                return Err(Problem::UnclosedQuote.at(self.number, self.column(start)));
            };
            // The last byte read is the comma, or the end of the line.
            let raw = input[start..start + read - 1].trim_end();
            let quoted = raw.starts_with('"');
            if quoted && !is_well_quoted(raw) {
                let found = raw.to_owned();
                return Err(Problem::AfterQuote { found }.at(self.number, self.column(start)));
            }
            let text = String::from_utf8_lossy(&output[..written]).trim_end().to_owned();
            let column = self.column(start) + usize::from(quoted);
            fields.push(Field { text, column });
            start += read;
            if record_end {
                return Ok(fields);
            }
        }
    }
}

/// `csv-core` takes `"11"111` for 11111: it prefers any reading to none. With money it is the other
/// way round.
fn is_well_quoted(raw: &str) -> bool {
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.replace("\"\"", "").contains('"'))
}

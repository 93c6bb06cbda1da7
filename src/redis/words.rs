//! Descriptions of commands and replies, for timelines.

use super::engine::keyspace::Keyspace;
use super::engine::reply::Reply;
use super::engine::transaction::Batch;

/// A command as a person would type it. A script is called by the name in its first line, if that is a
/// comment: `-- release`.
pub(super) fn in_words(keyspace: &Keyspace, batch: &Batch) -> String {
    let line = |request: &Vec<Vec<u8>>| {
        let name = script_name(keyspace, request);
        let (name, rest) = match &name {
            Some(name) => (name.clone(), request.get(3..).unwrap_or_default()),
            None => (word(&request[0]).to_uppercase(), request.get(1..).unwrap_or_default()),
        };
        let rest = rest.iter().map(|bytes| word(bytes));
        std::iter::once(name).chain(rest).collect::<Vec<_>>().join(" ")
    };
    match batch {
        Batch::Command(request) if request.is_empty() => String::new(),
        Batch::Command(request) => line(request),
        Batch::Transaction(requests) => {
            let lines: Vec<String> = requests.iter().map(line).collect();
            format!("MULTI; {}; EXEC", lines.join("; "))
        }
    }
}

/// The name of the script that a command runs.
fn script_name(keyspace: &Keyspace, request: &[Vec<u8>]) -> Option<String> {
    let command = request.first()?;
    let body = if command.eq_ignore_ascii_case(b"EVALSHA") {
        keyspace.script(&String::from_utf8_lossy(request.get(1)?).to_ascii_lowercase())?.to_vec()
    } else if command.eq_ignore_ascii_case(b"EVAL") {
        request.get(1)?.clone()
    } else {
        return None;
    };
    let first = body.split(|byte| *byte == b'\n').next()?;
    let name = std::str::from_utf8(first).ok()?.strip_prefix("--")?.trim();
    Some(name.to_owned())
}

fn word(bytes: &[u8]) -> String {
    const SHA: usize = 40;
    const SHOWN: usize = 8;
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(bytes);
    if text.len() == SHA && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return text[..SHOWN].to_owned();
    }
    // The source of a script, most likely.
    if text.len() > LONGEST {
        let cut: String = text.chars().take(SHOWN).collect();
        return format!("{cut:?}…");
    }
    if text.is_empty() || text.contains(char::is_whitespace) {
        return format!("{text:?}");
    }
    text.into_owned()
}

/// The last reply: that of `EXEC` is the one that matters.
pub(super) fn replies_in_words(replies: &[Reply]) -> String {
    replies.last().map_or_else(String::new, Reply::to_string)
}

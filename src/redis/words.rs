//! Commands and replies in words, for timelines.

use super::{Batch, Reply};

/// A command as a person would type it; the hash of a script is cut to what tells it from others.
pub(super) fn in_words(batch: &Batch) -> String {
    let line = |request: &Vec<Vec<u8>>| {
        let words: Vec<String> = request.iter().enumerate().map(word).collect();
        words.join(" ")
    };
    match batch {
        Batch::Command(request) => line(request),
        Batch::Transaction(requests) => {
            let lines: Vec<String> = requests.iter().map(line).collect();
            format!("MULTI; {}; EXEC", lines.join("; "))
        }
    }
}

fn word((position, bytes): (usize, &Vec<u8>)) -> String {
    const SHA: usize = 40;
    const SHOWN: usize = 8;
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(bytes);
    if position == 0 {
        return text.to_uppercase();
    }
    if text.len() == SHA && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return text[..SHOWN].to_owned();
    }
    // The source of a script, most likely.
    if text.len() > LONGEST {
        let cut: String = text.chars().take(SHOWN).collect();
        return format!("{:?}…", cut);
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

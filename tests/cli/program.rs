//! Runs the program.

use std::path::PathBuf;
use std::process::{Command, Output};

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub lines: Vec<String>,
    pub remarks: Vec<String>,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let lines = |bytes| {
            let text = String::from_utf8(bytes).expect("the program prints UTF-8");
            text.lines().map(str::to_owned).collect()
        };
        Run {
            code: output.status.code(),
            lines: lines(output.stdout),
            remarks: lines(output.stderr),
        }
    }
}

impl Run {
    /// The run did not do its job, and said so in this one sentence and no other word.
    pub fn assert_failed(&self, sentence: &str) {
        assert_eq!(self.remarks, [format!("error: {sentence}")]);
        assert_eq!((self.code, self.lines.len()), (Some(2), 0), "{self:?}");
    }
}

pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockproof"));
    command.args(args);
    command
}

pub fn run(args: &[&str]) -> Run {
    let output = command(args).output().expect("the program starts");
    output.into()
}

/// What a run prints, to the byte.
pub fn printed(args: &[&str]) -> String {
    let output = command(args).output().expect("the program starts");
    String::from_utf8(output.stdout).expect("the program prints UTF-8")
}

/// A file with this content, for one test: `name` is its alone.
pub fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("the directory for temporary files takes one");
    path.into_os_string().into_string().unwrap()
}

/// The names of all races, as a sentence lists them.
pub fn races() -> String {
    lockproof::races::ALL.iter().map(|race| race.id).collect::<Vec<_>>().join(", ")
}

//! What is sent to both servers, and when their answers agree.

use redis::{Cmd, ConnectionLike, RedisResult, Value};

pub type Answer = RedisResult<Vec<Value>>;

pub fn shown(answer: &Answer) -> String {
    format!("{answer:?}")
}

pub fn command(words: &[Vec<u8>]) -> Cmd {
    let mut cmd = Cmd::new();
    for word in words {
        cmd.arg(word);
    }
    cmd
}

/// One thing that a client sends.
#[derive(Clone)]
pub enum Step {
    Command(Vec<Vec<u8>>),
    Pipeline(Vec<Vec<Vec<u8>>>),
    Transaction(Vec<Vec<Vec<u8>>>),
}

/// Compact, because proptest prints whole sequences.
impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, commands) = match self {
            Step::Command(words) => ("command", std::slice::from_ref(words)),
            Step::Pipeline(commands) => ("pipeline", commands.as_slice()),
            Step::Transaction(commands) => ("transaction", commands.as_slice()),
        };
        write!(f, "{name}:")?;
        for words in commands {
            let words: Vec<_> =
                words.iter().map(|word| format!("{:?}", word.escape_ascii().to_string())).collect();
            write!(f, " [{}]", words.join(" "))?;
        }
        Ok(())
    }
}

impl Step {
    pub fn send(&self, con: &mut dyn ConnectionLike) -> Answer {
        let (commands, atomic) = match self {
            Step::Command(words) => {
                return con.req_command(&command(words)).map(|value| vec![value]);
            }
            Step::Pipeline(commands) => (commands, false),
            Step::Transaction(commands) => (commands, true),
        };
        let mut pipe = redis::pipe();
        for words in commands {
            pipe.add_command(command(words));
        }
        if atomic {
            pipe.atomic();
        }
        let (skipped, wanted) = match atomic {
            true => (commands.len() + 1, 1),
            false => (0, commands.len()),
        };
        con.req_packed_commands(&pipe.get_packed_pipeline(), skipped, wanted)
    }

    pub fn agree(&self, real: &Answer, simulated: &Answer) -> bool {
        let (real, simulated) = match (real, simulated) {
            (Ok(real), Ok(simulated)) => (real.as_slice(), simulated.as_slice()),
            // Refused as a whole; redis-rs lists the single errors, which nobody else can.
            (Err(real), Err(simulated)) => return real.code() == simulated.code(),
            _ => return false,
        };
        match self {
            Step::Command(words) => all_alike(std::slice::from_ref(words), real, simulated),
            Step::Pipeline(commands) => all_alike(commands, real, simulated),
            Step::Transaction(commands) => match (real, simulated) {
                ([Value::Array(real)], [Value::Array(simulated)]) => {
                    all_alike(commands, real, simulated)
                }
                _ => false,
            },
        }
    }
}

fn all_alike(commands: &[Vec<Vec<u8>>], real: &[Value], simulated: &[Value]) -> bool {
    let mut pairs = commands.iter().zip(real.iter().zip(simulated));
    real.len() == simulated.len()
        && pairs.all(|(words, (real, simulated))| alike(words, real, simulated))
}

/// Equal, but for what is left of a lifetime: that may differ by the time the two took.
fn alike(words: &[Vec<u8>], real: &Value, simulated: &Value) -> bool {
    let asks_for_lifetime = words[0].to_ascii_lowercase().ends_with(b"ttl");
    match (real, simulated) {
        (Value::Int(real), Value::Int(simulated)) if asks_for_lifetime && *real > 0 => {
            real.abs_diff(*simulated) <= 5_000
        }
        _ => real == simulated,
    }
}

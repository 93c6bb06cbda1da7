//! The table of commands: how to look one up, check it and execute it.
//!
//! Source: <https://redis.io/docs/latest/commands/>

use super::call::{Call, Executor, Handler};
use super::error::{CommandError, NotSimulated};
use super::key_spec::KeySpec;
use super::keyspace::Keyspace;
use super::reply::Reply;
use super::{blocking, expiry, keys, lists, not_simulated, scripts, server, set, strings};

/// A command that is simulated.
struct Command {
    name: &'static str,
    /// As Redis counts: the name included; negative means "at least".
    arity: isize,
    in_scripts: bool,
    keys: KeySpec,
    handler: Handler,
}

const fn command(name: &'static str, arity: isize, keys: KeySpec, handler: Handler) -> Command {
    Command { name, arity, in_scripts: true, keys, handler }
}

const fn not_in_scripts(
    name: &'static str,
    arity: isize,
    keys: KeySpec,
    handler: Handler,
) -> Command {
    Command { name, arity, in_scripts: false, keys, handler }
}

/// The commands that a lock protocol sends most come first: the search is linear.
const COMMANDS: &[Command] = &[
    command("get", 2, KeySpec::READS_ONE, strings::get),
    command("set", -3, KeySpec::WRITES_ONE, set::set),
    not_in_scripts("evalsha", -3, KeySpec::Script, scripts::evalsha),
    not_in_scripts("eval", -3, KeySpec::Script, scripts::eval),
    command("del", -2, KeySpec::WRITES_KEYS, keys::del),
    command("incr", 2, KeySpec::WRITES_ONE, strings::incr),
    command("pexpire", -3, KeySpec::WRITES_ONE, expiry::pexpire),
    command("pttl", 2, KeySpec::READS_ONE, expiry::pttl),
    command("decr", 2, KeySpec::WRITES_ONE, strings::decr),
    command("incrby", 3, KeySpec::WRITES_ONE, strings::incrby),
    command("decrby", 3, KeySpec::WRITES_ONE, strings::decrby),
    command("mget", -2, KeySpec::READS_KEYS, strings::mget),
    command("getdel", 2, KeySpec::WRITES_ONE, strings::getdel),
    command("getset", 3, KeySpec::WRITES_ONE, strings::getset),
    command("setnx", 3, KeySpec::WRITES_ONE, set::setnx),
    command("setex", 4, KeySpec::WRITES_ONE, set::setex),
    command("psetex", 4, KeySpec::WRITES_ONE, set::psetex),
    command("exists", -2, KeySpec::READS_KEYS, keys::exists),
    command("type", 2, KeySpec::READS_ONE, keys::kind),
    command("dbsize", 1, KeySpec::READS_ALL, keys::dbsize),
    command("flushall", -1, KeySpec::WRITES_ALL, keys::flush),
    command("flushdb", -1, KeySpec::WRITES_ALL, keys::flush),
    command("expire", -3, KeySpec::WRITES_ONE, expiry::expire),
    command("ttl", 2, KeySpec::READS_ONE, expiry::ttl),
    command("persist", 2, KeySpec::WRITES_ONE, expiry::persist),
    command("lpush", -3, KeySpec::WRITES_ONE, lists::lpush),
    command("rpush", -3, KeySpec::WRITES_ONE, lists::rpush),
    command("lpop", -2, KeySpec::WRITES_ONE, lists::lpop),
    command("rpop", -2, KeySpec::WRITES_ONE, lists::rpop),
    not_in_scripts("blpop", -3, KeySpec::WRITES_KEYS_IN_TIME, blocking::blpop),
    not_in_scripts("brpop", -3, KeySpec::WRITES_KEYS_IN_TIME, blocking::brpop),
    command("llen", 2, KeySpec::READS_ONE, lists::llen),
    command("lrange", 4, KeySpec::READS_ONE, lists::lrange),
    command("time", 1, KeySpec::Nothing, server::time),
    command("ping", -1, KeySpec::Nothing, server::ping),
    command("echo", 2, KeySpec::Nothing, server::echo),
    command("select", 2, KeySpec::Nothing, server::select),
    not_in_scripts("script|load", 3, KeySpec::Nothing, scripts::load),
    not_in_scripts("script|exists", -3, KeySpec::Nothing, scripts::exists),
    not_in_scripts("script|flush", -2, KeySpec::WRITES_ALL, scripts::flush),
    not_in_scripts("client|setinfo", 4, KeySpec::Nothing, server::client_ok),
    not_in_scripts("client|setname", 3, KeySpec::Nothing, server::client_ok),
    not_in_scripts("client|getname", 2, KeySpec::Nothing, server::client_getname),
    not_in_scripts("client|id", 2, KeySpec::Nothing, server::client_id),
];

/// Executes one command at one instant: the whole of it, atomically.
///
/// `args` is the command as it was sent, its name first. Keys past their deadline are removed before it runs,
/// so that two keyspaces that no command could tell apart are equal. Any failure is the reply
/// ([`Reply::Error`]), as on the wire. An empty `args` is rejected as an unknown command, although a real
/// server would not answer at all. A command that would wait does not: it answers as in a transaction, as if
/// its time were over.
///
/// # Errors
///
/// [`NotSimulated`] if a real server would carry out the command, or one that its script calls, and this one
/// cannot. The effects of a script up to that point stay.
pub fn execute(
    keyspace: &mut Keyspace,
    now_ms: u64,
    args: &[Vec<u8>],
) -> Result<Reply, NotSimulated> {
    run(keyspace, now_ms, args, accepted)
}

/// Executes a command of a script. Scripts get different error texts and may call fewer commands.
fn execute_in_script(
    keyspace: &mut Keyspace,
    now_ms: u64,
    args: &[Vec<u8>],
) -> Result<Reply, NotSimulated> {
    run(keyspace, now_ms, args, accepted_in_script)
}

fn run(
    keyspace: &mut Keyspace,
    now: u64,
    args: &[Vec<u8>],
    accept: fn(&[Vec<u8>]) -> Result<&'static Command, CommandError>,
) -> Result<Reply, NotSimulated> {
    const EXECUTOR: Executor = execute_in_script;
    keyspace.purge(now);
    let outcome = accept(args).and_then(|command| {
        (command.handler)(Call { keyspace, now, name: command.name, args, executor: EXECUTOR })
    });
    outcome.or_else(error_reply)
}

/// The reply to a command that fails; a command that is not simulated has none.
fn error_reply(error: CommandError) -> Result<Reply, NotSimulated> {
    match error {
        CommandError::NotSimulated(missing) => Err(missing),
        error => Ok(Reply::error(error.to_string())),
    }
}

/// The error reply to a command that is queued in a transaction, if it can never run: because it is
/// unknown or has the wrong number of arguments.
pub(super) fn refused(args: &[Vec<u8>]) -> Result<Option<Reply>, NotSimulated> {
    accepted(args).err().map(error_reply).transpose()
}

/// The positions of the keys of this command; none, if it is rejected.
pub(super) fn key_spec(args: &[Vec<u8>]) -> KeySpec {
    accepted(args).map_or(KeySpec::Nothing, |command| command.keys)
}

fn accepted_in_script(args: &[Vec<u8>]) -> Result<&'static Command, CommandError> {
    match find(args) {
        Found::Simulated(command) if !fits(command, args.len()) => {
            Err(CommandError::WrongArityInScript)
        }
        Found::Simulated(command) if command.in_scripts => Ok(command),
        Found::Simulated(_) => Err(CommandError::NotInScript),
        Found::Missing(missing) => Err(missing.into()),
        Found::Container(_) if args.len() == 1 => Err(CommandError::WrongArityInScript),
        Found::Container(_) | Found::Nothing => Err(CommandError::UnknownInScript),
    }
}

fn accepted(args: &[Vec<u8>]) -> Result<&'static Command, CommandError> {
    match find(args) {
        Found::Simulated(command) if fits(command, args.len()) => Ok(command),
        Found::Simulated(command) => Err(CommandError::WrongArity(command.name)),
        Found::Missing(missing) => Err(missing.into()),
        Found::Container(container) => Err(match args.get(1) {
            None => CommandError::WrongArity(container),
            Some(word) => CommandError::UnknownSubcommand {
                name: shown(word, 128),
                container: container.to_ascii_uppercase(),
            },
        }),
        Found::Nothing => Err(unknown(args)),
    }
}

fn fits(command: &Command, args: usize) -> bool {
    let wanted = command.arity.unsigned_abs();
    args == wanted || (command.arity < 0 && args > wanted)
}

/// The meaning of a command's name.
enum Found {
    /// A command that can be executed.
    Simulated(&'static Command),
    /// A command of real servers only.
    Missing(NotSimulated),
    /// The first word of subcommands, alone or with a word that is none of them.
    Container(&'static str),
    /// A command of no server.
    Nothing,
}

fn find(args: &[Vec<u8>]) -> Found {
    if let Some(command) = COMMANDS.iter().find(|command| has_name(command, args)) {
        return Found::Simulated(command);
    }
    if let Some(missing) = not_simulated::command(args) {
        return Found::Missing(missing);
    }
    let name = args.first().map_or(&[][..], Vec::as_slice);
    not_simulated::container(name).map_or(Found::Nothing, Found::Container)
}

fn has_name(command: &Command, args: &[Vec<u8>]) -> bool {
    let is = |name: &str, word: &Vec<u8>| name.as_bytes().eq_ignore_ascii_case(word);
    match (command.name.split_once('|'), args) {
        (None, [name, ..]) => is(command.name, name),
        (Some((outer, inner)), [name, word, ..]) => is(outer, name) && is(inner, word),
        _ => false,
    }
}

fn unknown(args: &[Vec<u8>]) -> CommandError {
    let name = args.first().map_or(&[][..], Vec::as_slice);
    // Redis prints about 128 bytes of the arguments, each in quotes, and stops at a zero byte.
    let mut list = String::new();
    for arg in args.iter().skip(1) {
        if list.len() >= 128 {
            break;
        }
        list += &format!("'{}' ", shown(arg, 128 - list.len()));
    }
    CommandError::UnknownCommand { name: shown(name, 128), args: list }
}

/// The start of what a client sent, as text: C prints it up to a zero byte.
fn shown(bytes: &[u8], room: usize) -> String {
    let bytes = &bytes[..bytes.len().min(room)];
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

//! The table of commands, and how one is looked up, checked and executed.
//!
//! Source: <https://redis.io/docs/latest/commands/>

use super::footprint::Touches;
use super::keyspace::Keyspace;
use super::refusal::Refusal;
use super::reply::Reply;
use super::{blocking, expiry, keys, lists, scripts, server, set, strings};

/// One command on its way: what it may touch, when, and what was asked.
pub(super) struct Call<'a> {
    pub keyspace: &'a mut Keyspace,
    /// Virtual milliseconds; the same for everything inside one script or transaction.
    pub now: u64,
    /// Lower case; a subcommand is `container|name`. Error texts quote it.
    pub name: &'static str,
    /// The name itself (one or two words) comes first.
    pub args: &'a [Vec<u8>],
}

pub(super) type Outcome = Result<Reply, Refusal>;

type Handler = fn(Call<'_>) -> Outcome;

struct Command {
    name: &'static str,
    /// As Redis counts: the name included; negative means "at least".
    arity: isize,
    in_scripts: bool,
    touches: Touches,
    handler: Handler,
}

const fn command(name: &'static str, arity: isize, touches: Touches, handler: Handler) -> Command {
    Command { name, arity, in_scripts: true, touches, handler }
}

const fn not_in_scripts(
    name: &'static str,
    arity: isize,
    touches: Touches,
    handler: Handler,
) -> Command {
    Command { name, arity, in_scripts: false, touches, handler }
}

/// What a lock protocol sends most comes first: the search is linear.
const COMMANDS: &[Command] = &[
    command("get", 2, Touches::READS_ONE, strings::get),
    command("set", -3, Touches::WRITES_ONE, set::set),
    not_in_scripts("evalsha", -3, Touches::Script, scripts::evalsha),
    not_in_scripts("eval", -3, Touches::Script, scripts::eval),
    command("del", -2, Touches::WRITES_KEYS, keys::del),
    command("incr", 2, Touches::WRITES_ONE, strings::incr),
    command("pexpire", -3, Touches::WRITES_ONE, expiry::pexpire),
    command("pttl", 2, Touches::READS_ONE, expiry::pttl),
    command("decr", 2, Touches::WRITES_ONE, strings::decr),
    command("incrby", 3, Touches::WRITES_ONE, strings::incrby),
    command("decrby", 3, Touches::WRITES_ONE, strings::decrby),
    command("mget", -2, Touches::READS_KEYS, strings::mget),
    command("getdel", 2, Touches::WRITES_ONE, strings::getdel),
    command("getset", 3, Touches::WRITES_ONE, strings::getset),
    command("setnx", 3, Touches::WRITES_ONE, set::setnx),
    command("setex", 4, Touches::WRITES_ONE, set::setex),
    command("psetex", 4, Touches::WRITES_ONE, set::psetex),
    command("exists", -2, Touches::READS_KEYS, keys::exists),
    command("type", 2, Touches::READS_ONE, keys::kind),
    command("dbsize", 1, Touches::READS_ALL, keys::dbsize),
    command("flushall", -1, Touches::WRITES_ALL, keys::flush),
    command("flushdb", -1, Touches::WRITES_ALL, keys::flush),
    command("expire", -3, Touches::WRITES_ONE, expiry::expire),
    command("ttl", 2, Touches::READS_ONE, expiry::ttl),
    command("persist", 2, Touches::WRITES_ONE, expiry::persist),
    command("lpush", -3, Touches::WRITES_ONE, lists::lpush),
    command("rpush", -3, Touches::WRITES_ONE, lists::rpush),
    command("lpop", -2, Touches::WRITES_ONE, lists::lpop),
    command("rpop", -2, Touches::WRITES_ONE, lists::rpop),
    not_in_scripts("blpop", -3, Touches::WRITES_KEYS_IN_TIME, blocking::blpop),
    not_in_scripts("brpop", -3, Touches::WRITES_KEYS_IN_TIME, blocking::brpop),
    command("llen", 2, Touches::READS_ONE, lists::llen),
    command("lrange", 4, Touches::READS_ONE, lists::lrange),
    command("time", 1, Touches::Nothing, server::time),
    command("ping", -1, Touches::Nothing, server::ping),
    command("echo", 2, Touches::Nothing, server::echo),
    command("select", 2, Touches::Nothing, server::select),
    not_in_scripts("script|load", 3, Touches::Nothing, scripts::load),
    not_in_scripts("script|exists", -3, Touches::Nothing, scripts::exists),
    not_in_scripts("script|flush", -2, Touches::WRITES_ALL, scripts::flush),
    not_in_scripts("client|setinfo", 4, Touches::Nothing, server::client_ok),
    not_in_scripts("client|setname", 3, Touches::Nothing, server::client_ok),
    not_in_scripts("client|getname", 2, Touches::Nothing, server::client_getname),
    not_in_scripts("client|id", 2, Touches::Nothing, server::client_id),
];

/// Containers hold subcommands; alone, they are only a name with too few arguments.
const CONTAINERS: &[&str] = &["script", "client"];

/// Executes one command at one instant: the whole of it, atomically.
///
/// `args` is the command as it was sent, its name first. Keys past their deadline are removed
/// before it runs, so that two keyspaces that no command could tell apart are equal. Whatever goes
/// wrong is the reply ([`Reply::Error`]), as on the wire; an empty `args` is refused as an unknown
/// command, although a real server would not answer at all. A command that would wait does not: it answers
/// as it does in a transaction, as if its time were over.
pub fn execute(keyspace: &mut Keyspace, now_ms: u64, args: &[Vec<u8>]) -> Reply {
    keyspace.purge(now_ms);
    let outcome = accepted(args).and_then(|command| {
        (command.handler)(Call { keyspace, now: now_ms, name: command.name, args })
    });
    outcome.unwrap_or_else(|refusal| Reply::error(refusal.to_string()))
}

/// What a server says to a command when it is queued in a transaction: an error if it can never
/// run, because it is unknown or has the wrong number of arguments.
pub(super) fn refused(args: &[Vec<u8>]) -> Option<Reply> {
    let refusal = accepted(args).err()?;
    Some(Reply::error(refusal.to_string()))
}

/// Executes a command on behalf of a script, which is refused in other words and may less.
pub(super) fn execute_in_script(keyspace: &mut Keyspace, now: u64, args: &[Vec<u8>]) -> Reply {
    keyspace.purge(now);
    let outcome = accepted_in_script(args)
        .and_then(|command| (command.handler)(Call { keyspace, now, name: command.name, args }));
    outcome.unwrap_or_else(|refusal| Reply::error(refusal.to_string()))
}

fn accepted_in_script(args: &[Vec<u8>]) -> Result<&'static Command, Refusal> {
    let Some(command) = find(args) else {
        let alone = args.len() == 1 && container(&args[0]).is_some();
        return Err(match alone {
            true => Refusal::WrongArityInScript,
            false => Refusal::UnknownInScript,
        });
    };
    match command.in_scripts {
        _ if !fits(command, args.len()) => Err(Refusal::WrongArityInScript),
        true => Ok(command),
        false => Err(Refusal::NotInScript),
    }
}

fn accepted(args: &[Vec<u8>]) -> Result<&'static Command, Refusal> {
    let command = find(args).ok_or_else(|| unknown(args))?;
    match fits(command, args.len()) {
        true => Ok(command),
        false => Err(Refusal::WrongArity(command.name)),
    }
}

/// What this command works on; nothing, if it is refused.
pub(super) fn touches(args: &[Vec<u8>]) -> Touches {
    accepted(args).map_or(Touches::Nothing, |command| command.touches)
}

fn fits(command: &Command, args: usize) -> bool {
    let wanted = command.arity.unsigned_abs();
    args == wanted || (command.arity < 0 && args > wanted)
}

fn find(args: &[Vec<u8>]) -> Option<&'static Command> {
    let name = args.first()?;
    let plain = |command: &&Command| command.name.as_bytes().eq_ignore_ascii_case(name);
    let nested = |command: &&Command| match (command.name.split_once('|'), args.get(1)) {
        (Some((outer, inner)), Some(word)) => {
            outer.as_bytes().eq_ignore_ascii_case(name)
                && inner.as_bytes().eq_ignore_ascii_case(word)
        }
        _ => false,
    };
    let mut commands = COMMANDS.iter();
    commands.clone().find(plain).or_else(|| commands.find(nested))
}

fn container(name: &[u8]) -> Option<&'static str> {
    let mut containers = CONTAINERS.iter().copied();
    containers.find(|container| container.as_bytes().eq_ignore_ascii_case(name))
}

fn unknown(args: &[Vec<u8>]) -> Refusal {
    let name = args.first().map_or(&[][..], Vec::as_slice);
    if let Some(container) = container(name) {
        return match args.get(1) {
            None => Refusal::WrongArity(container),
            Some(word) => Refusal::UnknownSubcommand {
                name: shown(word, 128),
                container: container.to_ascii_uppercase(),
            },
        };
    }
    // Redis prints about 128 bytes of the arguments, each in quotes, and stops at a zero byte.
    let mut list = String::new();
    for arg in args.iter().skip(1) {
        if list.len() >= 128 {
            break;
        }
        list += &format!("'{}' ", shown(arg, 128 - list.len()));
    }
    Refusal::UnknownCommand { name: shown(name, 128), args: list }
}

/// The start of what somebody sent, as text: C prints it up to a zero byte.
fn shown(bytes: &[u8], room: usize) -> String {
    let bytes = &bytes[..bytes.len().min(room)];
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

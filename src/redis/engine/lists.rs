//! Commands on lists.
//!
//! Source: <https://redis.io/docs/latest/commands/?group=list>

use std::collections::VecDeque;

use super::call::{Call, Outcome};
use super::error::CommandError;
use super::keys::count;
use super::keyspace::{Entry, Value};
use super::number;
use super::reply::Reply;

type List = VecDeque<Vec<u8>>;

/// `LPUSH key element …`: the length afterwards.
pub(super) fn lpush(call: Call<'_>) -> Outcome {
    push(call, List::push_front)
}

/// `RPUSH key element …`
pub(super) fn rpush(call: Call<'_>) -> Outcome {
    push(call, List::push_back)
}

fn push(call: Call<'_>, put: fn(&mut List, Vec<u8>)) -> Outcome {
    let (key, elements) = (&call.args[1], &call.args[2..]);
    let extend = |list: &mut List| {
        elements.iter().for_each(|element| put(list, element.clone()));
        list.len()
    };
    match call.keyspace.entry_mut(key, call.now).map(|entry| &mut entry.value) {
        Some(Value::List(list)) => count(extend(list)),
        Some(Value::String(_)) => Err(CommandError::WrongType),
        None => {
            let mut list = List::new();
            let length = extend(&mut list);
            let value = Value::List(list);
            call.keyspace.insert(key, Entry { value, deadline: None });
            count(length)
        }
    }
}

/// `LPOP key [count]`: with a count the reply is an array, or nil without the key.
pub(super) fn lpop(call: Call<'_>) -> Outcome {
    pop(call, List::pop_front)
}

/// `RPOP key [count]`
pub(super) fn rpop(call: Call<'_>) -> Outcome {
    pop(call, List::pop_back)
}

fn pop(call: Call<'_>, take: fn(&mut List) -> Option<Vec<u8>>) -> Outcome {
    let key = &call.args[1];
    let wanted = match call.args.get(2) {
        _ if call.args.len() > 3 => return Err(CommandError::WrongArity(call.name)),
        None => None,
        Some(word) => {
            let wanted = number::integer(word).ok();
            let wanted = wanted.and_then(|wanted| usize::try_from(wanted).ok());
            Some(wanted.ok_or(CommandError::NotPositive)?)
        }
    };
    let list = match call.keyspace.entry_mut(key, call.now).map(|entry| &mut entry.value) {
        Some(Value::List(list)) => list,
        Some(Value::String(_)) => return Err(CommandError::WrongType),
        None => return Ok(Reply::Nil),
    };
    let reply = match wanted {
        None => take(list).map_or(Reply::Nil, Reply::Bulk),
        Some(wanted) => {
            let taken = wanted.min(list.len());
            let mut next = || take(list).map(Reply::Bulk);
            Reply::Array((0..taken).map_while(|_| next()).collect())
        }
    };
    if list.is_empty() {
        call.keyspace.remove(key, call.now);
    }
    Ok(reply)
}

/// `LLEN key`
pub(super) fn llen(call: Call<'_>) -> Outcome {
    count(list_at(&call)?.map_or(0, List::len))
}

/// `LRANGE key start stop`: both ends included, negative ones counted from the end.
pub(super) fn lrange(call: Call<'_>) -> Outcome {
    let start = number::integer(&call.args[2])?;
    let stop = number::integer(&call.args[3])?;
    let Some(list) = list_at(&call)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let from_start = |index: i64| {
        if index < 0 { index.saturating_add(length) } else { index }
    };
    let (start, stop) = (from_start(start).max(0), from_start(stop));
    let index = |index: i64| usize::try_from(index).unwrap_or(0);
    let (skipped, taken) = (index(start), index(stop.saturating_sub(start).saturating_add(1)));
    let range = list.iter().skip(skipped).take(taken);
    Ok(Reply::Array(range.cloned().map(Reply::Bulk).collect()))
}

fn list_at<'a>(call: &'a Call<'_>) -> Result<Option<&'a List>, CommandError> {
    match call.keyspace.entry(&call.args[1], call.now).map(|entry| &entry.value) {
        None => Ok(None),
        Some(Value::List(list)) => Ok(Some(list)),
        Some(Value::String(_)) => Err(CommandError::WrongType),
    }
}

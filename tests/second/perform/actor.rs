//! An actor at work.

use std::ops::ControlFlow::{self, Break, Continue};

use lockproof::scenario::Actor;
use lockproof::sync::{JoinHandle, Runtime, spawn};

use super::env::Env;
use super::memory::{Memory, Told, formed};
use crate::plan::{Act, Form, If, Joined};

/// An actor, what it knows, and the children that it waits for in the end.
pub struct Performer<'a, R: Runtime> {
    pub env: &'a Env<R>,
    pub name: &'a str,
    /// Nothing for a child.
    pub me: Option<&'a Actor<R>>,
    pub memory: Memory,
    children: Vec<JoinHandle<R, Told>>,
}

/// Performs the acts, and tells what was learned.
pub fn perform<R: Runtime>(env: &Env<R>, name: &str, me: Option<&Actor<R>>, acts: &[Act]) -> Told {
    let (memory, children) = (Memory::default(), Vec::new());
    let mut performer = Performer { env, name, me, memory, children };
    for act in acts {
        if performer.act(act).is_break() {
            break;
        }
    }
    let Performer { mut memory, children, .. } = performer;
    for child in children {
        memory.learn_all(child.join());
    }
    memory.told(env.tells)
}

impl<R: Runtime> Performer<'_, R> {
    fn act(&mut self, act: &Act) -> ControlFlow<()> {
        match act {
            Act::Push(form) => self.push(*form),
            Act::Put(form) => self.put(*form),
            Act::Turn(form) => self.turn(*form),
            Act::Pop => self.pop(),
            Act::Pair(form) => self.pair(*form),
            Act::PeekBag => self.peek_bag(),
            Act::Guarded(form) => self.guarded(*form),
            Act::Nested(by) => self.nested(*by),
            Act::WaitFor => self.wait_for(),
            Act::Ready(all) => self.ready(*all),
            Act::Load => self.load(),
            Act::Store(value) => self.store(*value),
            Act::Swap(value) => self.swap(*value),
            Act::Add(value) => self.add(*value),
            Act::Exchange(value) => self.exchange(*value),
            Act::Now => self.now(),
            Act::Sleep(ms) => self.sleep(*ms),
            Act::PeekTime => self.peek_time(),
            Act::Read => self.read(),
            Act::Write(by) => self.write(*by),
            Act::SetNx(server, form, ms) => self.set_nx(*server, *form, *ms),
            Act::SetPx(server, form, ms) => self.set_px(*server, *form, *ms),
            Act::Get(server, key) => self.get(*server, *key),
            Act::Del(server, key) => self.del(*server, *key),
            Act::Incr(server) => self.incr(*server),
            Act::RPush(server, form) => self.rpush(*server, *form),
            Act::LPop(server) => self.lpop(*server),
            Act::LRange(server) => self.lrange(*server),
            Act::Pttl(server) => self.pttl(*server),
            Act::Blpop(server, time) => self.blpop(*server, *time),
            Act::Eval(server, script, form) => self.eval(*server, *script, *form),
            Act::EvalSha(server, script, form) => self.eval_sha(*server, *script, *form),
            Act::LoadScript(server, script) => self.load_script(*server, *script),
            Act::Flush(server) => self.flush(*server),
            Act::Transaction(server, form) => self.transaction(*server, *form),
            Act::PeekServer(server) => self.peek_server(*server),
            Act::Acquire(form, ms) => self.acquire(*form, *ms),
            Act::Release(form) => self.release(*form),
            Act::Child(acts, joined) => self.child(acts, *joined),
            Act::Panic(when) => self.panic(*when),
            Act::Return(when) => return if self.holds(*when) { Break(()) } else { Continue(()) },
            Act::When(when, act) if self.holds(*when) => return self.act(act),
            Act::When(..) => {}
            Act::Loop(times, act) => return (0..*times).try_for_each(|_| self.act(act)),
        }
        Continue(())
    }

    fn holds(&self, when: If) -> bool {
        self.memory.holds(self.name, when)
    }

    /// The actor's name in this form, with what it knows.
    pub fn formed(&self, form: Form) -> String {
        formed(form, self.name, self.memory.number)
    }

    fn child(&mut self, acts: &[Act], joined: Joined) {
        let (env, acts) = (self.env.clone(), acts.to_vec());
        let own = format!("child-of-{}", self.name);
        let (known, word) = (self.memory.number, self.memory.word.clone());
        let child = spawn::<R, _>(&own.clone(), move || {
            let mut told = perform(&env, &own, None, &acts);
            told.push((known, word));
            told
        });
        match joined {
            Joined::AtOnce => self.memory.learn_all(child.join()),
            Joined::AtTheEnd => self.children.push(child),
            Joined::Never => {}
        }
    }

    fn panic(&self, when: If) {
        if self.holds(when) && self.memory.has_learned_more_than_once() {
            panic!("{} knows {} of {}", self.name, self.memory.number, self.memory.word);
        }
    }
}

//! What an actor does within the process: in the bag, under the mutex, with atomics, and with the clock.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use lockproof::sync::Runtime;

use super::actor::Performer;
use super::env::Turn;
use super::judged::Ask;
use crate::plan::Form;

/// In the bag.
impl<R: Runtime> Performer<'_, R> {
    pub fn push(&mut self, form: Form) {
        let item = (self.memory.number as usize % 8, self.formed(form));
        let (length, before) = self.env.bag.with("push", |bag| {
            let before = bag.list.last().cloned();
            bag.list.push(item.clone());
            (bag.list.len(), before)
        });
        self.memory.learn(length as u64, before.map(|(_, word)| word).unwrap_or_default());
    }

    pub fn put(&mut self, form: Form) {
        let key = self.formed(form);
        let number = self.memory.number;
        let value = (!number.is_multiple_of(3)).then_some(number as u8);
        let put =
            self.env.bag.with("put", |bag| bag.map.insert(key.clone(), value).ok_or(bag.map.len()));
        match put {
            Ok(Some(before)) => self.memory.learn(before.into(), "replaced"),
            Ok(None) => self.memory.learn(0, "replaced"),
            Err(length) => self.memory.learn(length as u64, "new"),
        }
    }

    pub fn turn(&mut self, form: Form) {
        let mine = self.formed(form);
        let found = self.env.bag.with("turn", |bag| {
            let found = bag.state.clone();
            bag.state = match &found {
                Turn::Free => Turn::Held { by: mine.clone(), times: 1 },
                Turn::Held { by, times } if *by == mine => {
                    Turn::Held { by: by.clone(), times: times + 1 }
                }
                Turn::Held { by, times } => Turn::Gone(u64::from(*times) + 2, by.clone()),
                Turn::Gone(..) => Turn::Free,
            };
            found
        });
        match found {
            Turn::Free => self.memory.learn(0, ""),
            Turn::Held { by, times } => self.memory.learn(times.into(), by),
            Turn::Gone(times, by) => self.memory.learn(times, by),
        }
    }

    pub fn pop(&mut self) {
        match self.env.bag.with("pop", |bag| bag.list.pop().ok_or_else(|| bag.state.clone())) {
            Ok((number, word)) => self.memory.learn(number as u64, word),
            Err(_) => self.memory.learn(0, "none"),
        }
    }

    pub fn pair(&mut self, form: Form) {
        let mine = self.formed(form);
        let found = self.env.bag.with("pair", |bag| {
            let next = match &bag.last {
                Some(Ok((word, times))) => Err((u64::from(*times) + 1, word.clone())),
                Some(Err(_)) => Ok((mine.clone(), 2)),
                None => Ok((mine.clone(), 1)),
            };
            bag.last.replace(next)
        });
        match found {
            Some(Ok((word, times))) => self.memory.learn(times.into(), word),
            Some(Err((times, word))) => self.memory.learn(times, word),
            None => self.memory.learn(0, "none"),
        }
    }

    pub fn peek_bag(&mut self) {
        let name = self.name;
        let (length, mine) = self.env.bag.peek(|bag| (bag.list.len(), bag.map.contains_key(name)));
        self.memory.learn(length as u64, if mine { name } else { "" });
    }
}

/// Under the mutex.
impl<R: Runtime> Performer<'_, R> {
    pub fn guarded(&mut self, form: Form) {
        let mut guarded = self.env.mutex.lock();
        guarded.times += 1;
        let before = guarded.by.replace(self.formed(form));
        let number = self.memory.number;
        if number % 2 == 1 {
            guarded.seen.push((before.clone().unwrap_or_default(), number as u8));
        }
        self.memory.learn(guarded.times as u64, before.unwrap_or_default());
    }

    pub fn nested(&mut self, by: u8) {
        let mut guarded = self.env.mutex.lock();
        let found = self.env.atomic.fetch_add(by.into(), SeqCst);
        guarded.seen.push((self.name.to_owned(), found as u8));
        self.memory.learn(found as u64, guarded.by.clone().unwrap_or_default());
    }

    pub fn wait_for(&mut self) {
        let mut guarded = self.env.mutex.lock();
        let mut times = 0;
        while !guarded.ready && times < 3 {
            guarded = self.env.told.wait(guarded);
            times += 1;
        }
        guarded.ready = false;
        self.memory.learn(times, guarded.by.clone().unwrap_or_default());
    }

    pub fn ready(&self, all: bool) {
        let mut guarded = self.env.mutex.lock();
        guarded.ready = true;
        guarded.by = Some(self.name.to_owned());
        drop(guarded);
        if all { self.env.told.notify_all() } else { self.env.told.notify_one() }
    }
}

/// With the atomic, and with the cell that a history is told of.
impl<R: Runtime> Performer<'_, R> {
    pub fn load(&mut self) {
        self.memory.learn(self.env.atomic.load(SeqCst) as u64, "load");
    }

    pub fn store(&self, value: u8) {
        self.env.atomic.store(value.into(), SeqCst);
    }

    pub fn swap(&mut self, value: u8) {
        self.memory.learn(self.env.atomic.swap(value.into(), SeqCst) as u64, "swap");
    }

    pub fn add(&mut self, value: u8) {
        self.memory.learn(self.env.atomic.fetch_add(value.into(), SeqCst) as u64, "add");
    }

    pub fn exchange(&mut self, value: u8) {
        let number = self.memory.number as i64;
        match self.env.atomic.compare_exchange(value.into(), number, SeqCst) {
            Ok(_) => self.memory.learn(1, "exchanged"),
            Err(found) => self.memory.learn(found as u64, "kept"),
        }
    }

    pub fn read(&mut self) {
        let found = self.env.history.call(Ask::Read, || self.env.cell.load(SeqCst));
        self.memory.learn(found as u64, "read");
    }

    pub fn write(&mut self, by: u8) {
        let (by, cell) = (i64::from(by), &self.env.cell);
        let found = self.env.history.call(Ask::Add(by), || {
            let found = cell.load(SeqCst);
            cell.store(found + by, SeqCst);
            found
        });
        self.memory.learn(found as u64, "wrote");
    }
}

/// With the clock.
impl<R: Runtime> Performer<'_, R> {
    pub fn now(&mut self) {
        self.memory.learn(self.env.clock.now().as_millis() as u64, "now");
    }

    pub fn sleep(&self, ms: u8) {
        self.env.clock.sleep(Duration::from_millis(ms.into()));
    }

    pub fn peek_time(&mut self) {
        self.memory.learn(self.env.clock.peek_ms(), "time");
    }
}

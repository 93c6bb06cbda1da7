//! Makes programs smaller.

use super::{Act, Plan};

impl Plan {
    /// Every plan that has one act less, or fewer faults, judges or clients.
    pub fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for at in 0..self.of_clients.len() {
            let mut plan = self.clone();
            plan.of_clients.remove(at);
            all.push(plan);
        }
        for actor in 0..self.actors.len() {
            let mut plan = self.clone();
            plan.actors.remove(actor);
            all.push(plan);
            for at in 0..self.actors[actor].len() {
                let mut plan = self.clone();
                plan.actors[actor].remove(at);
                all.push(plan);
                if let Act::Child(acts, joined) = &self.actors[actor][at] {
                    for inner in 0..acts.len() {
                        let mut acts = acts.clone();
                        acts.remove(inner);
                        let mut plan = self.clone();
                        plan.actors[actor][at] = Act::Child(acts, *joined);
                        all.push(plan);
                    }
                }
            }
        }
        for at in 0..self.strikes.len() {
            let mut plan = self.clone();
            plan.strikes.remove(at);
            all.push(plan);
        }
        if self.ticks > 0 {
            all.push(Self { ticks: self.ticks - 1, ..self.clone() });
        }
        if self.guarded || self.watched {
            all.push(Self { guarded: false, watched: false, ..self.clone() });
        }
        if self.clients > 0 {
            let clients = if self.clients == 3 { 2 } else { 0 };
            all.push(Self { clients, ..self.clone() });
        }
        all
    }

    /// The plan with fewer acts, until it has no more interleavings than this.
    pub fn fitted(mut self, most: f64) -> Self {
        while self.interleavings() > most {
            let some = self.actors.iter().any(|acts| !acts.is_empty());
            let longest = self.actors.iter_mut().max_by_key(|acts| acts.len());
            match longest {
                Some(acts) if acts.len() > self.of_clients.len() || self.clients == 0 => {
                    drop(acts.pop())
                }
                _ if self.of_clients.len() > 1 => drop(self.of_clients.pop()),
                _ if self.strikes.len() > 1 => drop(self.strikes.pop()),
                _ if self.ticks > 1 => self.ticks -= 1,
                Some(_) if some => {
                    self.actors.iter_mut().for_each(|acts| drop(acts.pop()));
                }
                _ => break,
            }
        }
        self
    }
}

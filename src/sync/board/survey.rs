//! Who may go on, and who waits for what when nobody can.

use std::borrow::Cow;

use super::{BOARD, Board, Intent, Slot, actor, is_before_an_invisible_step};
use crate::trace::{self, ActorId, ObjectId};

/// Who may go on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Has to go on next, because what it does is no visible step.
    pub(crate) forced: Option<ActorId>,
    /// Actors that can take their next step.
    pub(crate) enabled: Vec<ActorId>,
    /// Faults, and the clock, that can.
    pub(crate) offers: Vec<ActorId>,
    /// Faults among them, each with the actor whose step it takes with its own.
    pub(crate) with: Vec<(ActorId, ActorId)>,
    /// The main actor has set up, and is called when nobody else can go on.
    pub(crate) idle: bool,
}

/// What is done without a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AtOnce {
    /// What nobody can notice: to begin, to start another actor, to see one end, to end, to release a mutex,
    /// and to wait right after taking it.
    #[default]
    Invisible,
    /// Nothing: all of that is a choice.
    Nothing,
    /// The invisible, and by mistake taking a mutex that is free.
    Locks,
    /// The invisible, and by mistake the first step of each actor that never blocks.
    FirstSteps,
}

/// What an actor waits for that never comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// A mutex that this actor holds.
    Mutex(ObjectId, Option<ActorId>),
    /// A notification.
    Notification(ObjectId),
    /// The end of another actor.
    End(ActorId),
    /// A condition or an instant, in words.
    Condition(Cow<'static, str>),
}

/// How it stands with an actor that may not go on now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its body is over.
    Ended,
    /// It is a fault, or the clock, and finds nothing to do.
    Offers,
    /// It waits.
    Waits(Stuck),
    /// It is the main actor, and is called when nobody else can go on.
    Idle,
}

/// How it stands with an actor that is not among those who may go on.
pub(crate) fn standing(actor: ActorId) -> Standing {
    BOARD.with_borrow(|board| {
        let slot = &board.slots[actor.index()];
        match &slot.intent {
            _ if slot.ended => Standing::Ended,
            Some(Intent::Offer { .. }) => Standing::Offers,
            Some(Intent::Idle) => Standing::Idle,
            // Whoever waits for nothing may go on, and is not asked about.
            intent => Standing::Waits(
                intent
                    .as_ref()
                    .and_then(|intent| board.stuck(intent))
                    .unwrap_or(Stuck::Condition(Cow::Borrowed("its turn"))),
            ),
        }
    })
}

/// Who may go on now.
pub(crate) fn survey() -> Survey {
    let (invisible, intents) = BOARD.with_borrow(|board| (board.invisible(), board.intents()));
    let mut survey = Survey { forced: invisible, ..Survey::default() };
    if invisible.is_some() {
        return survey;
    }
    for (actor, intent) in intents {
        // Conditions look at shared state, which may look at the board: they are asked with it let go.
        match intent {
            Intent::Idle => survey.idle = true,
            Intent::Offer { with, ready } if ready() => {
                survey.offers.push(actor);
                survey.with.extend(with.map(|other| (actor, other)));
            }
            Intent::Until { ready, .. } if ready() => survey.enabled.push(actor),
            Intent::Offer { .. } | Intent::Until { .. } => {}
            intent if BOARD.with_borrow(|board| board.allows(&intent)) => {
                survey.enabled.push(actor)
            }
            _ => {}
        }
    }
    if survey.enabled.iter().any(|actor| is_before_an_invisible_step(*actor)) {
        // What nobody can notice happens at the instant of the step before it, and a crash comes after both.
        survey.offers.clear();
        survey.with.clear();
    }
    survey
}

impl Board {
    /// The actor that has to go on next because what it does is no step of its own: it is running, it is
    /// unwound, its step is part of a fault's, or, unless all of that is a choice, it begins, or it sees
    /// another one end.
    fn invisible(&self) -> Option<ActorId> {
        let live = || self.slots.iter().enumerate().filter(|(_, slot)| !slot.ended);
        let running = live().find(|(_, slot)| slot.intent.is_none());
        let doomed = || live().find(|(_, slot)| slot.doomed);
        let drawn = || live().find(|(_, slot)| slot.drawn);
        let begins = || live().find(|(_, slot)| matches!(slot.intent, Some(Intent::Start)));
        let joins = || {
            live().find(|(_, slot)| match slot.intent {
                Some(Intent::Join(other)) => self.slots[other.index()].ended,
                _ => false,
            })
        };
        let mistaken = || live().find(|(_, slot)| self.is_mistaken_for_invisible(slot));
        let found = running.or_else(doomed).or_else(drawn);
        let found = match self.at_once {
            AtOnce::Nothing => found,
            _ => found.or_else(begins).or_else(joins).or_else(mistaken),
        };
        found.map(|(index, _)| actor(index))
    }

    fn is_mistaken_for_invisible(&self, slot: &Slot) -> bool {
        match (self.at_once, &slot.intent) {
            (AtOnce::Locks, Some(intent @ Intent::Lock(_))) => self.allows(intent),
            (AtOnce::FirstSteps, Some(Intent::Step)) => slot.steps == 0,
            _ => false,
        }
    }

    fn intents(&self) -> Vec<(ActorId, Intent)> {
        let live = self.slots.iter().enumerate().filter(|(_, slot)| !slot.ended);
        live.filter_map(|(index, slot)| Some((actor(index), slot.intent.clone()?))).collect()
    }

    fn allows(&self, intent: &Intent) -> bool {
        match intent {
            Intent::Start | Intent::Step | Intent::Invisible => true,
            Intent::Lock(mutex) => !self.holders.contains_key(mutex),
            Intent::Wake { condvar, mutex, since } => {
                self.condvars.get(condvar).is_some_and(|tickets| tickets.told(*since))
                    && !self.holders.contains_key(mutex)
            }
            Intent::Join(other) => self.slots[other.index()].ended,
            Intent::Until { .. } | Intent::Offer { .. } | Intent::Idle => false,
        }
    }

    fn stuck(&self, intent: &Intent) -> Option<Stuck> {
        match intent {
            Intent::Lock(mutex) => Some(Stuck::Mutex(*mutex, self.holders.get(mutex).copied())),
            Intent::Wake { condvar, mutex, since } => {
                let told = self.condvars.get(condvar).is_some_and(|all| all.told(*since));
                Some(if told {
                    Stuck::Mutex(*mutex, self.holders.get(mutex).copied())
                } else {
                    Stuck::Notification(*condvar)
                })
            }
            Intent::Join(other) => Some(Stuck::End(*other)),
            Intent::Until { what, .. } => Some(Stuck::Condition(what.clone())),
            Intent::Start
            | Intent::Step
            | Intent::Invisible
            | Intent::Offer { .. }
            | Intent::Idle => None,
        }
    }

    pub(super) fn doom_all(&mut self) {
        for slot in &mut self.slots {
            slot.doomed = !matches!(slot.intent, Some(Intent::Idle));
        }
        // The main actor is running when it asks for this between two idle waits.
        if self.current == ActorId::MAIN && self.slots[0].intent.is_none() {
            self.slots[0].doomed = false;
        }
    }
}

/// Notes who waits for what, now that nobody can go on, and has everybody unwound, off the record.
pub(crate) fn deadlock() {
    if let Some(recorder) = trace::current() {
        recorder.close();
    }
    BOARD.with_borrow_mut(|board| {
        let stuck = board.intents().into_iter();
        let stuck = stuck.filter_map(|(actor, intent)| Some((actor, board.stuck(&intent)?)));
        board.deadlock = Some(stuck.collect());
        board.doom_all();
    });
}

/// Who waited for what when nobody could go on, if that has happened.
pub(crate) fn take_deadlock() -> Option<Vec<(ActorId, Stuck)>> {
    BOARD.with_borrow_mut(|board| board.deadlock.take())
}

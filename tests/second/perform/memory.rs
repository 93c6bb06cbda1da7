//! What an actor remembers, and how it names itself.

use crate::plan::{Form, If, Tells};

/// Numbers and words, in the order in which they were learned.
pub type Told = Vec<(u64, String)>;

/// What an actor remembers.
#[derive(Default)]
pub struct Memory {
    pub number: u64,
    pub word: String,
    log: Told,
}

impl Memory {
    pub fn learn(&mut self, number: u64, word: impl Into<String>) {
        self.word = word.into();
        self.number = (self.number * 3 + number) % 64;
        self.log.push((number, self.word.clone()));
    }

    pub fn learn_all(&mut self, told: Told) {
        told.into_iter().for_each(|(number, word)| self.learn(number, word));
    }

    pub fn told(&self, tells: Tells) -> Told {
        match tells {
            Tells::All => self.log.clone(),
            Tells::Last => vec![(self.number, self.word.clone())],
            Tells::Little => vec![(self.number % 3, String::new())],
        }
    }

    /// Whether this is so for the actor of that name.
    pub fn holds(&self, name: &str, when: If) -> bool {
        match when {
            If::Odd => self.number % 2 == 1,
            If::Mine => self.word.contains(name),
            If::Others => !self.word.is_empty() && !self.word.contains(name),
            If::Large => self.log.last().is_some_and(|(number, _)| *number > 1),
        }
    }

    /// Whether it has learned more than once.
    pub fn has_learned_more_than_once(&self) -> bool {
        self.log.len() > 1
    }
}

pub fn formed(form: Form, name: &str, number: u64) -> String {
    match form {
        Form::Bare => name.to_owned(),
        Form::Token => format!("token-{name}:1"),
        Form::Twice => format!("{name}{name}"),
        Form::Within => format!("un{name}ed"),
        Form::Numbered => format!("{name}{}", number % 2),
    }
}

//! What is asked of both, and how a request is drawn.

use proptest::prelude::*;
use proptest::sample::select;

/// Compare and delete, as a lock is released.
const DELETE_IF: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Set { key: &'static str, value: String, nx: bool, xx: bool, life: Lifetime, get: bool },
    Get(&'static str),
    MGet(Vec<&'static str>),
    Exists(Vec<&'static str>),
    Del(Vec<&'static str>),
    PTtl(&'static str),
    PExpire(&'static str, i64),
    Persist(&'static str),
    IncrBy(&'static str, i64),
    DeleteIf(&'static str, String),
}

/// How long a value that is set will last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lifetime {
    Forever,
    Kept,
    For(i64),
    /// Both `KEEPTTL` and `PX`, which contradict each other.
    KeptFor(i64),
}

/// One step of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Ask(Request),
    /// So many milliseconds pass.
    Pass(u64),
    /// Time passes up to the next deadline, or to so many milliseconds before it.
    PassToDeadline {
        short_by: u64,
    },
}

impl Request {
    /// The request as it is sent.
    pub fn words(&self) -> Vec<Vec<u8>> {
        let line = |words: &[&str]| words.iter().map(|word| (*word).into()).collect();
        match self {
            Self::Set { key, value, nx, xx, life, get } => {
                let px = match life {
                    Lifetime::For(ms) | Lifetime::KeptFor(ms) => ms.to_string(),
                    Lifetime::Forever | Lifetime::Kept => String::new(),
                };
                let mut words = vec!["SET", key, value];
                words.extend(nx.then_some("NX"));
                words.extend(get.then_some("GET"));
                if !px.is_empty() {
                    words.extend(["PX", &px]);
                }
                let kept = matches!(life, Lifetime::Kept | Lifetime::KeptFor(_));
                words.extend(kept.then_some("KEEPTTL"));
                words.extend(xx.then_some("XX"));
                line(&words)
            }
            Self::Get(key) => line(&["GET", key]),
            Self::MGet(keys) => line(&[&["MGET"], keys.as_slice()].concat()),
            Self::Exists(keys) => line(&[&["EXISTS"], keys.as_slice()].concat()),
            Self::Del(keys) => line(&[&["DEL"], keys.as_slice()].concat()),
            Self::PTtl(key) => line(&["PTTL", key]),
            Self::PExpire(key, ms) => line(&["PEXPIRE", key, &ms.to_string()]),
            Self::Persist(key) => line(&["PERSIST", key]),
            Self::IncrBy(key, by) => line(&["INCRBY", key, &by.to_string()]),
            Self::DeleteIf(key, value) => line(&["EVAL", DELETE_IF, "1", key, value]),
        }
    }
}

fn key() -> impl Strategy<Value = &'static str> {
    select(&["a", "b", "c"][..])
}

fn keys() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(key(), 1..4)
}

/// Few, so that comparisons hold often enough; some are numbers, and some only look like it.
fn value() -> impl Strategy<Value = String> {
    let values = ["0", "v", "w", "-3", "", "007", "9223372036854775807"];
    select(values.map(str::to_owned).to_vec())
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![8 => -5..=5_i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN)]
}

/// Short ones, so that deadlines fall between the steps; and what is none, or ends too late.
fn lifetime() -> impl Strategy<Value = i64> {
    prop_oneof![16 => 1..=20_i64, 2 => -1..=0_i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN)]
}

fn set() -> impl Strategy<Value = Request> {
    let life = prop_oneof![
        4 => Just(Lifetime::Forever),
        4 => Just(Lifetime::Kept),
        8 => lifetime().prop_map(Lifetime::For),
        1 => lifetime().prop_map(Lifetime::KeptFor),
    ];
    let options = (prop::bool::weighted(0.4), prop::bool::weighted(0.2), any::<bool>());
    (key(), value(), life, options).prop_map(|(key, value, life, (nx, xx, get))| Request::Set {
        key,
        value,
        nx,
        xx,
        life,
        get,
    })
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        2 => key().prop_map(Request::Get),
        1 => keys().prop_map(Request::MGet),
        1 => keys().prop_map(Request::Exists),
        1 => keys().prop_map(Request::Del),
        2 => key().prop_map(Request::PTtl),
        2 => (key(), lifetime()).prop_map(|(key, ms)| Request::PExpire(key, ms)),
        1 => key().prop_map(Request::Persist),
        2 => (key(), number()).prop_map(|(key, by)| Request::IncrBy(key, by)),
        2 => (key(), value()).prop_map(|(key, value)| Request::DeleteIf(key, value)),
        6 => set(),
    ]
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => request().prop_map(Step::Ask),
        1 => (1..=20_u64).prop_map(Step::Pass),
        2 => (0..=1_u64).prop_map(|short_by| Step::PassToDeadline { short_by }),
    ];
    prop::collection::vec(step, 1..40)
}

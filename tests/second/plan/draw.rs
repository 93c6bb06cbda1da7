//! How programs are drawn.

use proptest::prelude::*;

use super::{Act, Form, If, Joined, Plan, Strike, Tells};

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        Just(Form::Bare),
        Just(Form::Token),
        Just(Form::Twice),
        Just(Form::Within),
        Just(Form::Numbered)
    ]
}

fn condition() -> impl Strategy<Value = If> {
    prop_oneof![Just(If::Odd), Just(If::Mine), Just(If::Others), Just(If::Large)]
}

fn memory() -> BoxedStrategy<Act> {
    prop_oneof![
        3 => form().prop_map(Act::Push),
        2 => form().prop_map(Act::Put),
        2 => form().prop_map(Act::Turn),
        1 => Just(Act::Pop),
        2 => form().prop_map(Act::Pair),
        1 => Just(Act::PeekBag),
        3 => form().prop_map(Act::Guarded),
        1 => (0..3_u8).prop_map(Act::Nested),
        1 => Just(Act::WaitFor),
        2 => any::<bool>().prop_map(Act::Ready),
        1 => Just(Act::Load),
        1 => (0..3_u8).prop_map(Act::Store),
        1 => (0..3_u8).prop_map(Act::Swap),
        1 => (0..3_u8).prop_map(Act::Add),
        1 => (0..3_u8).prop_map(Act::Exchange),
        1 => Just(Act::Read),
        1 => (1..3_u8).prop_map(Act::Write),
    ]
    .boxed()
}

fn time() -> BoxedStrategy<Act> {
    prop_oneof![
        1 => Just(Act::Now),
        1 => (1..4_u8).prop_map(Act::Sleep),
        1 => Just(Act::PeekTime),
    ]
    .boxed()
}

fn commands() -> BoxedStrategy<Act> {
    let server = || prop_oneof![4 => Just(0_u8), 1 => Just(1_u8)];
    prop_oneof![
        2 => (server(), form(), 1..4_u8).prop_map(|(s, f, t)| Act::SetNx(s, f, t)),
        1 => (server(), form(), 0..4_u8).prop_map(|(s, f, t)| Act::SetPx(s, f, t)),
        2 => (server(), 0..4_u8).prop_map(|(s, k)| Act::Get(s, k)),
        1 => (server(), 0..4_u8).prop_map(|(s, k)| Act::Del(s, k)),
        2 => server().prop_map(Act::Incr),
        2 => (server(), form()).prop_map(|(s, f)| Act::RPush(s, f)),
        1 => server().prop_map(Act::LPop),
        1 => server().prop_map(Act::LRange),
        1 => server().prop_map(Act::Pttl),
        2 => (server(), 0..3_u8).prop_map(|(s, t)| Act::Blpop(s, t)),
        2 => (server(), 0..4_u8, form()).prop_map(|(s, n, f)| Act::Eval(s, n, f)),
        2 => (server(), 0..4_u8, form()).prop_map(|(s, n, f)| Act::EvalSha(s, n, f)),
        1 => (server(), 0..4_u8).prop_map(|(s, n)| Act::LoadScript(s, n)),
        1 => server().prop_map(Act::Flush),
        2 => (server(), form()).prop_map(|(s, f)| Act::Transaction(s, f)),
        1 => server().prop_map(Act::PeekServer),
        2 => (form(), 1..4_u8).prop_map(|(f, t)| Act::Acquire(f, t)),
        1 => form().prop_map(Act::Release),
    ]
    .boxed()
}

fn act(remote: bool) -> BoxedStrategy<Act> {
    let some = if remote {
        prop_oneof![4 => memory(), 1 => time(), 7 => commands()].boxed()
    } else {
        prop_oneof![9 => memory(), 1 => time()].boxed()
    };
    prop_oneof![
        16 => some.clone(),
        1 => condition().prop_map(Act::Panic),
        2 => condition().prop_map(Act::Return),
        3 => (condition(), some.clone()).prop_map(|(when, act)| Act::When(when, Box::new(act))),
        1 => (2..3_u8, some).prop_map(|(times, act)| Act::Loop(times, Box::new(act))),
    ]
    .boxed()
}

fn with_children(remote: bool) -> BoxedStrategy<Act> {
    let joined = prop_oneof![Just(Joined::AtOnce), Just(Joined::AtTheEnd), Just(Joined::Never)];
    prop_oneof![
        8 => act(remote),
        1 => (prop::collection::vec(act(remote), 1..3), joined)
            .prop_map(|(acts, joined)| Act::Child(acts, joined)),
    ]
    .boxed()
}

fn strike() -> impl Strategy<Value = Strike> {
    prop_oneof![
        (0..9_usize).prop_map(Strike::Crash),
        (0..9_usize).prop_map(Strike::Lose),
        (0..9_usize).prop_map(Strike::Delay)
    ]
}

/// Programs.
pub fn plans() -> impl Strategy<Value = Plan> {
    let clients = prop_oneof![2 => Just(0_usize), 2 => Just(2_usize), 12 => Just(3_usize)];
    (clients, prop::bool::weighted(0.65), 0..8_u8, 0..8_u8)
        .prop_flat_map(|(clients, remote, disturbed, spawns)| {
            let of_clients = match spawns {
                0 => prop::collection::vec(with_children(remote), 2..6).boxed(),
                _ => prop::collection::vec(act(remote), 2..6).boxed(),
            };
            let more = if clients == 0 { 2..3_usize } else { 0..2 };
            let actors =
                prop::collection::vec(prop::collection::vec(with_children(remote), 1..7), more);
            let strikes = match (disturbed, remote) {
                (0..3, _) => prop::collection::vec(strike(), 0..1).boxed(),
                (_, true) => prop::collection::vec(strike(), 1..4).boxed(),
                (_, false) => {
                    prop::collection::vec((0..9_usize).prop_map(Strike::Crash), 0..2).boxed()
                }
            };
            let ticks = if disturbed < 3 { 0..1_u32 } else { 0..3 };
            let tells = prop_oneof![Just(Tells::All), Just(Tells::Last), Just(Tells::Little)];
            let flags = (any::<bool>(), any::<bool>());
            (Just(clients), of_clients, actors, ticks, strikes, tells, flags)
        })
        .prop_map(|(clients, of_clients, actors, ticks, strikes, tells, (guarded, watched))| {
            let mut strikes = strikes;
            let victims = clients + actors.len();
            strikes.iter_mut().for_each(|strike| match strike {
                Strike::Crash(victim) | Strike::Lose(victim) | Strike::Delay(victim) => {
                    *victim = victims - 1 - (*victim / 2).min(victims - 1)
                }
            });
            strikes.sort_by_key(|strike| format!("{strike:?}"));
            strikes.dedup();
            Plan { clients, of_clients, actors, ticks, strikes, tells, guarded, watched }
        })
}

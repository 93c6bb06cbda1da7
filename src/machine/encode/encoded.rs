//! Encodings: tokens, cut where clients are named.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// The encoding of a value, cut where clients are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Encoded(pub(super) Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Bytes that stay the same under every renaming.
    Fixed(Vec<u8>),
    /// A client, by its position in the list of clients.
    Client(u16),
    /// Values in no order.
    Set(Vec<Encoded>),
}

// The first byte of each kind of token.
pub(super) const INTEGER: u8 = 0;
const CLIENT: u8 = 16;
pub(super) const ACTOR: u8 = 17;
pub(super) const BYTES: u8 = 18;
pub(super) const TEXT: u8 = 19;
pub(super) const END: u8 = 20;
const SET: u8 = 21;

impl Encoded {
    /// The empty encoding.
    pub(crate) const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Appends another encoding.
    pub(crate) fn append(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// The clients that are named, each once, in the order of their first mention.
    pub(crate) fn mentioned(&self) -> Vec<u16> {
        let mut found = Vec::new();
        self.mention(&mut found);
        found
    }

    fn mention(&self, found: &mut Vec<u16>) {
        for part in &self.0 {
            match part {
                Part::Fixed(_) => {}
                Part::Client(client) if found.contains(client) => {}
                Part::Client(client) => found.push(*client),
                Part::Set(values) => values.iter().for_each(|value| value.mention(found)),
            }
        }
    }

    /// The digest of the encoding with each client replaced by its `place`.
    pub(crate) fn digest(&self, place: &dyn Fn(u16) -> u32) -> u128 {
        if let [Part::Fixed(bytes)] = self.0.as_slice() {
            return xxh3_128(bytes);
        }
        let mut hasher = Xxh3::new();
        self.write(place, &mut hasher);
        hasher.digest128()
    }

    /// The digest of the tokens in no order. A map whose keys name clients has its entries in another order
    /// when they are renamed, but the same tokens.
    pub(crate) fn bag(&self, place: &dyn Fn(u16) -> u32) -> u128 {
        let mut digests = Vec::new();
        // A text that names clients is one token.
        let mut text: Option<Xxh3> = None;
        for part in &self.0 {
            match part {
                Part::Client(client) => {
                    let named = place(*client).to_le_bytes();
                    match &mut text {
                        Some(text) => text.update(&named),
                        None => digests.push(xxh3_128(&named)),
                    }
                }
                Part::Set(_) => digests.push(Self(vec![part.clone()]).digest(place)),
                Part::Fixed(bytes) => {
                    let mut rest = bytes.as_slice();
                    while let Some((kind, length)) = token(rest) {
                        let (token, after) = rest.split_at(length);
                        rest = after;
                        if kind == TEXT || text.is_some() {
                            text.get_or_insert_with(Xxh3::new).update(token);
                        } else {
                            digests.push(xxh3_128(token));
                        }
                        if kind == END {
                            digests.extend(text.take().map(|text| text.digest128()));
                        }
                    }
                }
            }
        }
        digests.sort_unstable();
        let bytes: Vec<u8> = digests.iter().flat_map(|digest| digest.to_le_bytes()).collect();
        xxh3_128(&bytes)
    }

    /// Releases excess capacity, before the encoding is kept.
    pub(crate) fn shrink(&mut self) {
        for part in &mut self.0 {
            match part {
                Part::Fixed(bytes) => bytes.shrink_to_fit(),
                Part::Client(_) => {}
                Part::Set(values) => values.iter_mut().for_each(Self::shrink),
            }
        }
    }

    /// The number of bytes that it holds elsewhere.
    pub(crate) fn bytes(&self) -> u64 {
        let part = |part: &Part| match part {
            Part::Fixed(bytes) => bytes.capacity() as u64,
            Part::Client(_) => 0,
            Part::Set(values) => {
                let own = values.capacity() * size_of::<Self>();
                own as u64 + values.iter().map(Self::bytes).sum::<u64>()
            }
        };
        let own = self.0.capacity() * size_of::<Part>();
        own as u64 + self.0.iter().map(part).sum::<u64>()
    }

    /// The digest of the encoding as it is.
    pub(crate) fn identity(&self) -> u128 {
        self.digest(&u32::from)
    }

    fn write(&self, place: &dyn Fn(u16) -> u32, to: &mut Xxh3) {
        for part in &self.0 {
            match part {
                Part::Fixed(bytes) => to.update(bytes),
                Part::Client(client) => {
                    to.update(&[CLIENT]);
                    to.update(&place(*client).to_le_bytes());
                }
                Part::Set(values) => {
                    let mut digests: Vec<u128> =
                        values.iter().map(|value| value.digest(place)).collect();
                    digests.sort_unstable();
                    to.update(&[SET]);
                    to.update(&(digests.len() as u64).to_le_bytes());
                    digests.iter().for_each(|digest| to.update(&digest.to_le_bytes()));
                }
            }
        }
    }
}

/// The kind and the length of the first token.
fn token(bytes: &[u8]) -> Option<(u8, usize)> {
    let kind = *bytes.first()?;
    let length = match kind {
        kind if kind < CLIENT => 2 + usize::from(kind - INTEGER),
        ACTOR => 5,
        _ => {
            let size = bytes.get(1..9)?.try_into().ok()?;
            9 + usize::try_from(u64::from_le_bytes(size)).ok()?
        }
    };
    Some((kind, length))
}

//! What may happen to bytes on their way, for tests that nothing of it does harm.

use proptest::prelude::*;
use proptest::sample::Index;

/// One thing that may happen to bytes on their way.
#[derive(Clone, Debug)]
pub(crate) enum Mishap {
    Flip(Index, u8),
    Cut(Index),
    Drop(Index, Index),
    Double(Index, Index),
    Insert(Index, Vec<u8>),
}

impl Mishap {
    fn befall(&self, data: &mut Vec<u8>) {
        let all = data.len() + 1;
        let range = |a: &Index, b: &Index| {
            let (a, b) = (a.index(all), b.index(all));
            a.min(b)..a.max(b)
        };
        match self {
            Self::Flip(at, with) => {
                if let Some(byte) = data.get_mut(at.index(all)) {
                    *byte ^= with;
                }
            }
            Self::Cut(at) => data.truncate(at.index(all)),
            Self::Drop(a, b) => drop(data.drain(range(a, b))),
            Self::Double(a, b) => {
                let again = data[range(a, b)].to_vec();
                data.extend(again);
            }
            Self::Insert(at, bytes) => {
                let at = at.index(all);
                data.splice(at..at, bytes.iter().copied());
            }
        }
    }
}

/// Any of them.
pub(crate) fn mishap() -> impl Strategy<Value = Mishap> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), 1u8..).prop_map(|(at, with)| Mishap::Flip(at, with)),
        1 => at().prop_map(Mishap::Cut),
        1 => (at(), at()).prop_map(|(a, b)| Mishap::Drop(a, b)),
        1 => (at(), at()).prop_map(|(a, b)| Mishap::Double(a, b)),
        1 => (at(), proptest::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Mishap::Insert(at, bytes)),
    ]
}

/// The same data after all of them.
pub(crate) fn harmed(mut data: Vec<u8>, mishaps: &[Mishap]) -> Vec<u8> {
    for mishap in mishaps {
        mishap.befall(&mut data);
    }
    data
}

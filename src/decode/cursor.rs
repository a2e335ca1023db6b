//! Reading bytes from their beginning on. Whatever a length claims, no more is looked at than is there.

use super::tree::Fault;

/// The bytes that are still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    cut: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            rest: data,
            cut: false,
        }
    }

    /// The same for bytes of which maybe only the beginning is there, and with it the beginning of what is taken last.
    pub(super) fn cut(data: &'a [u8], cut: bool) -> Self {
        Self { rest: data, cut }
    }

    /// All that is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte, which stays where it is.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    /// So many bytes.
    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], Fault> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let most = self.rest.len();
        let count = if self.cut {
            Some(count.min(most))
        } else {
            Some(count).filter(|count| *count <= most)
        };
        let (taken, rest) = self.rest.split_at(count.ok_or_else(Fault::ends_early)?);
        self.rest = rest;
        Ok(taken)
    }

    /// So many bytes as the array has.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(Fault::ends_early)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// An unsigned integer in groups of seven bits, the lowest first.
    pub(super) fn varint(&mut self) -> Result<u64, Fault> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault::new("an integer has more than 64 bits"))
    }

    /// A signed integer, written as an unsigned one of which the lowest bit is the sign.
    pub(super) fn zigzag(&mut self) -> Result<i64, Fault> {
        self.varint().map(zigzag)
    }
}

/// The signed integer that an unsigned one stands for, where the lowest bit is the sign.
pub(super) fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_must_be_there() {
        let mut cursor = Cursor::new(&[1, 2, 3]);
        assert!(cursor.take(u64::MAX).is_err());
        assert_eq!(cursor.take(2).unwrap(), [1, 2]);
        assert!(cursor.array::<2>().is_err());
        assert_eq!(cursor.byte().unwrap(), 3);
        assert!(cursor.byte().is_err());
    }

    #[test]
    fn integers_end_with_64_bits() {
        let largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Cursor::new(&largest).varint().unwrap(), u64::MAX);
        assert_eq!(Cursor::new(&largest).zigzag().unwrap(), i64::MIN);
        assert!(Cursor::new(&[0xff; 11]).varint().is_err());
        let too_large = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert!(Cursor::new(&too_large).varint().is_err());
        assert_eq!([0, 1, 2, 3].map(zigzag), [0, -1, 1, -2]);
    }
}

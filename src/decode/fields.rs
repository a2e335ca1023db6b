//! The wire format of Protocol Buffers: fields with numbers, without what they mean.

/// One field of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Field<'a> {
    /// Its number.
    pub(super) number: u32,
    /// What it holds.
    pub(super) value: Wire<'a>,
}

/// What a field holds, as far as the wire tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire<'a> {
    /// A variable-length integer.
    Varint(u64),
    /// Eight bytes.
    Fixed64([u8; 8]),
    /// As many bytes as are said before them: bytes, text, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// Four bytes.
    Fixed32([u8; 4]),
}

/// Bytes that are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The fields of a message, in order; nothing comes after a malformed one.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = Result<Field<'_>, Malformed>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = field(&mut rest).ok_or(Malformed);
        if field.is_err() {
            rest = &[];
        }
        Some(field)
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<Field<'a>> {
    let tag = varint(rest)?;
    let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0)?;
    let value = match tag & 7 {
        0 => Wire::Varint(varint(rest)?),
        1 => Wire::Fixed64(take_array(rest)?),
        2 => {
            let len = usize::try_from(varint(rest)?).ok()?;
            Wire::Bytes(take(rest, len)?)
        }
        5 => Wire::Fixed32(take_array(rest)?),
        // 3 and 4 are groups, which no one writes any longer.
        _ => return None,
    };
    Some(Field { number, value })
}

/// Ten bytes of seven bits hold 64; what does not fit into them is no number.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take_array(rest)?;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    take(rest, N)?.try_into().ok()
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(len)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_field_is_read() {
        let message = b"\x08\x96\x01\x12\x02hi\x1d\x01\x00\x00\x00\x21\x02\x00\x00\x00\x00\x00\x00\x00";
        let read: Result<Vec<_>, _> = fields(message).collect();
        let values = [
            Wire::Varint(150),
            Wire::Bytes(b"hi"),
            Wire::Fixed32([1, 0, 0, 0]),
            Wire::Fixed64([2, 0, 0, 0, 0, 0, 0, 0]),
        ];
        let expected = (1..).zip(values).map(|(number, value)| Field { number, value });
        assert_eq!(read.unwrap(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn what_is_cut_off_or_too_large_is_malformed() {
        for message in [
            &b"\x08"[..],
            b"\x08\x80",
            b"\x12\x05hi",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x00\x00",
            b"\x0b\x0c",
        ] {
            assert!(fields(message).any(|field| field.is_err()), "{message:?}");
        }
        assert_eq!(fields(b"\x08\x01\x08").count(), 2);
    }
}

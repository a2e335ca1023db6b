//! The fingerprint that tells one schema of Avro from another: the CRC-64-AVRO of its Parsing Canonical Form, which leaves out
//! what does not matter for reading and has the rest in a fixed order. Both as the specification's sections of these names say.

use serde_json::Value as Json;

use super::schema::{Kind, Schema, TypeId};

/// The fingerprint of a schema.
pub(super) fn fingerprint(schema: &Schema) -> u64 {
    rabin(form(schema).as_bytes())
}

fn form(schema: &Schema) -> String {
    let mut writer = Writer {
        schema,
        told: vec![false; schema.len()],
        out: String::new(),
    };
    writer.write(schema.root());
    writer.out
}

/// Writes a named type in full only where it first stands.
struct Writer<'a> {
    schema: &'a Schema,
    told: Vec<bool>,
    out: String,
}

impl Writer<'_> {
    fn write(&mut self, id: TypeId) {
        let it = self.schema.get(id);
        let name = Json::from(it.name.as_deref().unwrap_or_default());
        if it.name.is_some() && std::mem::replace(&mut self.told[id.0], true) {
            self.push(&name.to_string());
            return;
        }
        match &it.kind {
            Kind::Record(fields) => {
                self.push(&format!("{{\"name\":{name},\"type\":\"record\",\"fields\":["));
                self.list(fields, |writer, (name, id)| {
                    let name = Json::from(name.as_str());
                    writer.inside(&format!("{{\"name\":{name},\"type\":"), *id);
                });
                self.push("]}");
            }
            Kind::Enum(symbols) => {
                let symbols = Json::from(symbols.as_slice());
                self.push(&format!(
                    "{{\"name\":{name},\"type\":\"enum\",\"symbols\":{symbols}}}"
                ));
            }
            Kind::Fixed(size) => {
                self.push(&format!("{{\"name\":{name},\"type\":\"fixed\",\"size\":{size}}}"));
            }
            Kind::Array(items) => self.inside("{\"type\":\"array\",\"items\":", *items),
            Kind::Map(values) => self.inside("{\"type\":\"map\",\"values\":", *values),
            Kind::Union(branches) => {
                self.push("[");
                self.list(branches, |writer, id| writer.write(*id));
                self.push("]");
            }
            primitive => {
                let word = Json::from(primitive.word());
                self.push(&word.to_string());
            }
        }
    }

    fn inside(&mut self, head: &str, inside: TypeId) {
        self.push(head);
        self.write(inside);
        self.push("}");
    }

    fn list<T>(&mut self, list: &[T], write: impl Fn(&mut Self, &T)) {
        for (n, item) in list.iter().enumerate() {
            if n > 0 {
                self.push(",");
            }
            write(self, item);
        }
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }
}

/// CRC-64-AVRO.
fn rabin(bytes: &[u8]) -> u64 {
    const EMPTY: u64 = 0xc15d_213a_a4d7_a795;
    bytes.iter().fold(EMPTY, |print, byte| {
        let mut mixed = (print ^ u64::from(*byte)) & 0xff;
        for _ in 0..8 {
            mixed = (mixed >> 1) ^ (EMPTY & (mixed & 1).wrapping_neg());
        }
        (print >> 8) ^ mixed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_leaves_out_what_does_not_matter() {
        let text = r#"{"type": "record", "doc": "An order", "name": "Order", "namespace": "shop", "fields": [
            {"name": "id", "type": {"type": "string"}, "default": ""},
            {"name": "next", "type": ["null", "Order"], "aliases": ["n"]},
            {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["OPEN", "DONE"]}},
            {"name": "sum", "type": {"type": "fixed", "size": 16, "name": "other.Sum"}},
            {"name": "tags", "type": {"type": "map", "values": {"type": "array", "items": "State"}}}]}"#;
        assert_eq!(
            form(&Schema::parse(text).unwrap()),
            concat!(
                r#"{"name":"shop.Order","type":"record","fields":[{"name":"id","type":"string"},"#,
                r#"{"name":"next","type":["null","shop.Order"]},"#,
                r#"{"name":"state","type":{"name":"shop.State","type":"enum","symbols":["OPEN","DONE"]}},"#,
                r#"{"name":"sum","type":{"name":"other.Sum","type":"fixed","size":16}},"#,
                r#"{"name":"tags","type":{"type":"map","values":{"type":"array","items":"shop.State"}}}]}"#
            )
        );
    }

    /// From the specification's own test vectors.
    #[test]
    fn fingerprints_are_those_of_the_specification() {
        for (text, expected) in [
            ("\"null\"", 0x63dd_24e7_cc25_8f8a),
            ("\"int\"", 0x7275_d51a_3f39_5c8f),
            ("{\"type\": \"string\"}", 0x8f01_4872_6345_03c7),
        ] {
            assert_eq!(fingerprint(&Schema::parse(text).unwrap()), expected, "{text}");
        }
    }
}

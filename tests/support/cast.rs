//! A small reader of asciicast v2 files, which holds them to the format.

use std::path::Path;

use serde_json::Value;

/// A recording.
pub(crate) struct Cast {
    /// The first line.
    pub(crate) header: Value,
    /// The lines after it: seconds, code, data.
    pub(crate) events: Vec<(f64, String, String)>,
}

impl Cast {
    /// Reads a file; whatever is not as the format has it fails the test.
    pub(crate) fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.ends_with('\n'), "the last line is not whole");
        let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let header: Value = lines.next().unwrap();
        assert_eq!(header["version"], 2);
        assert!(header["width"].is_u64() && header["height"].is_u64());
        assert!(header["timestamp"].is_u64());
        let events: Vec<_> = lines.map(|line| event(&line)).collect();
        let times = events.iter().map(|(time, ..)| *time);
        assert!(
            times.clone().zip(times.skip(1)).all(|(a, b)| a <= b),
            "time goes back"
        );
        Self { header, events }
    }

    /// Plays it up to an event, and tells what the terminal shows before that.
    pub(crate) fn play(&self, mut before: impl FnMut(&vt100::Screen, &str, &str)) -> vt100::Parser {
        let size = |name: &str| u16::try_from(self.header[name].as_u64().unwrap()).unwrap();
        let mut parser = vt100::Parser::new(size("height"), size("width"), 0);
        for (_, code, data) in &self.events {
            before(parser.screen(), code, data);
            match code.as_str() {
                "o" => parser.process(data.as_bytes()),
                "r" => {
                    let (columns, rows) = data.split_once('x').unwrap();
                    let (columns, rows) = (columns.parse().unwrap(), rows.parse().unwrap());
                    parser.screen_mut().set_size(rows, columns);
                }
                _ => {}
            }
        }
        parser
    }

    /// All that went to the terminal.
    pub(crate) fn output(&self) -> String {
        let written = self.events.iter().filter(|(_, code, _)| code == "o");
        written.map(|(_, _, data)| data.as_str()).collect()
    }
}

fn event(line: &Value) -> (f64, String, String) {
    let [time, code, data] = line.as_array().unwrap().as_slice() else {
        panic!("an event has three parts: {line}")
    };
    let code = code.as_str().unwrap();
    assert!(["o", "r", "m"].contains(&code), "{line}");
    (
        time.as_f64().unwrap(),
        code.to_owned(),
        data.as_str().unwrap().to_owned(),
    )
}

//! Writes records to a file: whole, or not at all under its name.
//!
//! They go into a file beside it, which takes its name when the last line is in it. Must not: replace a file that is there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::headless::lines::Format;
use crate::home;
use crate::message::{Contents, Export};

/// How many records are written between two words on how far it is.
const STEP: usize = 2000;

/// Stops the writing when nobody waits for it any more.
pub(super) struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// Writing that is wanted, and what the writer asks.
    pub(super) fn new() -> (Self, Arc<AtomicBool>) {
        let wanted = Arc::new(AtomicBool::new(true));
        (Self(wanted.clone()), wanted)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Writes all records; tells now and then how many are written. Gives back how many bytes they took.
pub(super) fn write(export: &Export, wanted: &AtomicBool, told: impl Fn(usize)) -> io::Result<u64> {
    let file = home::expand(&export.file);
    // A link that leads nowhere is there as well.
    if file.symlink_metadata().is_ok() {
        return Err(there_is("there is a file of this name"));
    }
    let part = part_of(&file);
    let out = create(&part)?;
    let written = fill(out, export, wanted, told).and_then(|bytes| {
        take_name(&part, &file)?;
        Ok(bytes)
    });
    if written.is_err() {
        // What could not be finished is of no use, and the first failure is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written
}

fn there_is(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, what)
}

/// Payloads are nobody else's business: only the owner reads the file. One that is there is somebody's.
fn create(part: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(part);
    file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => there_is("there is a file of this name with .part behind it"),
        _ => error,
    })
}

/// Gives the file its name, if none has come to bear it meanwhile. Where a file cannot have two names, only the look before
/// the writing protects it.
fn take_name(part: &Path, file: &Path) -> io::Result<()> {
    match fs::hard_link(part, file) {
        Ok(()) => fs::remove_file(part),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(there_is("a file of this name has come meanwhile"))
        }
        Err(_) => fs::rename(part, file),
    }
}

fn fill(file: File, export: &Export, wanted: &AtomicBool, told: impl Fn(usize)) -> io::Result<u64> {
    let mut out = BufWriter::new(file);
    let mut bytes = 0;
    let mut write = |number: usize, line: &[u8]| {
        if number.is_multiple_of(STEP) {
            told(number);
        }
        if !wanted.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        bytes += line.len() as u64;
        out.write_all(line)
    };
    match &export.contents {
        Contents::Stream {
            output,
            stream,
            decoder,
            records,
        } => {
            let format = Format::new(*output, stream, false, decoder.clone());
            let mut line = Vec::new();
            for (number, record) in records.iter().enumerate() {
                line.clear();
                format.write(record, &mut line);
                write(number, &line)?;
            }
        }
        Contents::Lines(lines) => {
            for (number, line) in lines.iter().enumerate() {
                write(number, format!("{line}\n").as_bytes())?;
            }
        }
    }
    let file: File = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(bytes)
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Output;
    use crate::decode::Decoder;
    use crate::resource::{Body, Record};

    fn export(file: PathBuf, records: usize) -> Export {
        let record = |number: usize| Record {
            shard: "s".into(),
            sequence: number.to_string().as_str().into(),
            arrived: None,
            body: Body::blob("k", format!("payload {number}")),
        };
        let contents = Contents::Stream {
            output: Output::Raw,
            stream: "orders".into(),
            decoder: Decoder::automatic(),
            records: (0..records).map(|number| Arc::new(record(number))).collect(),
        };
        Export { file, contents }
    }

    #[test]
    fn all_records_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.raw");
        let bytes = write(&export(file.clone(), 3), &AtomicBool::new(true), |_| {}).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text, "payload 0\npayload 1\npayload 2\n");
        assert_eq!(bytes, text.len() as u64);
        let cancelled = folder.path().join("cancelled.raw");
        assert!(write(&export(cancelled, 3), &AtomicBool::new(false), |_| {}).is_err());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing half is left"
        );
    }

    #[test]
    fn texts_are_written_a_line_each() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("customers.jsonl");
        let contents = Contents::Lines(vec!["{}".to_owned(), "[]".to_owned()]);
        let export = Export {
            file: file.clone(),
            contents,
        };
        assert_eq!(write(&export, &AtomicBool::new(true), |_| {}).unwrap(), 6);
        assert_eq!(fs::read_to_string(&file).unwrap(), "{}\n[]\n");
    }

    #[test]
    fn a_file_that_is_there_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.raw");
        fs::write(&file, "mine").unwrap();
        let error = write(&export(file.clone(), 3), &AtomicBool::new(true), |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "there is a file of this name");
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_file_that_is_in_the_way_of_the_part_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("orders.raw.part");
        fs::write(&part, "mine").unwrap();
        let file = folder.path().join("orders.raw");
        let error = write(&export(file, 3), &AtomicBool::new(true), |_| {}).unwrap_err();
        assert!(error.to_string().contains(".part"), "{error}");
        assert_eq!(fs::read_to_string(&part).unwrap(), "mine");
    }

    #[test]
    fn a_file_that_comes_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.raw");
        let comes = |_| fs::write(&file, "mine").unwrap();
        let written = write(&export(file.clone(), 3), &AtomicBool::new(true), comes);
        assert!(written.is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing half is left"
        );
    }

    #[test]
    fn a_full_disk_leaves_nothing_and_says_why() {
        let error = write(&export("/dev/full/x".into(), 3), &AtomicBool::new(true), |_| {}).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }
}

//! Keeps drafts of records on the disk, so that a program that dies loses none, and offers those that such a program left.
//!
//! Each program writes files of its own name and holds a lock while it runs; a draft whose lock nobody holds was left behind.
//! Must not: touch a draft of a program that runs, delete a file that cannot be read, or write a record's identifier into a
//! name.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use jiff::Timestamp;
use thiserror::Error;

use crate::edit::{Kept, LeftBehind};
use crate::sanitize;

/// More than a draft of the largest record can be.
const LARGEST: u64 = 16 << 20;

/// The drafts of one running program, in a folder that it shares with others.
#[derive(Debug)]
pub struct Drafts {
    folder: PathBuf,
    writer: String,
    /// Held from the first draft on.
    lock: Option<File>,
    take_lock: fn(&File) -> io::Result<()>,
}

/// A failure to keep, list or drop a draft: what, where, and why.
#[derive(Debug, Error)]
#[error("{what} {}: {why}", sanitize::line(&path.display().to_string()))]
pub struct DraftsError {
    what: &'static str,
    path: PathBuf,
    why: io::Error,
}

impl Drafts {
    /// Those of the person's state directory, for a program that started at this time; `None` where there is no home.
    pub fn of_person(started: Timestamp) -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "kinescope")?;
        let folder = dirs.state_dir().unwrap_or(dirs.data_local_dir()).join("drafts");
        Some(Self::in_folder(folder, std::process::id(), started))
    }

    /// Those of a folder, which need not be there.
    pub fn in_folder(folder: PathBuf, process: u32, started: Timestamp) -> Self {
        Self {
            folder,
            // Process ids come again, and programs in containers share them.
            writer: format!("{process}-{}", started.as_nanosecond()),
            lock: None,
            take_lock: File::lock,
        }
    }

    /// Keeps a draft in place of an earlier one of the same record. When this returns it is on the disk.
    pub fn keep(&mut self, kept: &Kept) -> Result<(), DraftsError> {
        self.lock()?;
        let file = self.file_of(kept);
        let part = file.with_extension("part");
        let written = write(&part, kept.to_json().as_bytes())
            .and_then(|()| fs::rename(&part, &file))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        written.map_err(|why| {
            // What could not be finished is of no use, and the first failure is the one to tell.
            let _ = fs::remove_file(&part);
            failed("the draft cannot be kept in", &file, why)
        })
    }

    /// Drops the draft of a record that was kept here, if one was.
    pub fn drop_kept(&self, kept: &Kept) -> Result<(), DraftsError> {
        remove(&self.file_of(kept))
    }

    /// The drafts that programs left behind which run no more, in the order of their names. A file that cannot be read is
    /// among them, with the reason.
    pub fn left_behind(&self) -> Result<Vec<LeftBehind>, DraftsError> {
        let unreadable = |why| failed("the drafts cannot be listed in", &self.folder, why);
        let entries = match fs::read_dir(&self.folder) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(unreadable)?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let file = entry.map_err(unreadable)?.path();
            let is_draft = file.extension().is_some_and(|extension| extension == "json");
            if is_draft && !self.is_in_use(&file) {
                files.push(file);
            }
        }
        files.sort();
        let left = files.into_iter().map(|file| LeftBehind {
            kept: read(&file),
            file,
        });
        Ok(left.collect())
    }

    /// Drops a draft that was left behind, once it is taken over or given up.
    pub fn drop_left(&self, left: &LeftBehind) -> Result<(), DraftsError> {
        remove(&left.file)?;
        let Some(writer) = writer_of(&left.file) else {
            return Ok(());
        };
        let is_of_writer = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| {
                let file = entry.path();
                file.extension().is_some_and(|it| it == "json") && writer_of(&file).as_ref() == Some(&writer)
            })
        };
        let has_more = fs::read_dir(&self.folder).is_ok_and(|mut entries| entries.any(is_of_writer));
        if has_more {
            return Ok(());
        }
        remove(&self.lock_of(&writer))
    }

    /// Makes the folder, for nobody else's eyes, and takes the lock. Some network file systems have no locks: without one the
    /// drafts are kept all the same, and another program offers them while this one runs.
    fn lock(&mut self) -> Result<(), DraftsError> {
        if self.lock.is_some() {
            return Ok(());
        }
        let path = self.lock_of(&self.writer);
        let locked = make_folder(&self.folder).and_then(|()| {
            let file = create(&path)?;
            if let Err(error) = (self.take_lock)(&file) {
                tracing::warn!(%error, "drafts are kept without a lock");
            }
            Ok(file)
        });
        self.lock = Some(locked.map_err(|why| failed("drafts cannot be kept in", &self.folder, why))?);
        Ok(())
    }

    /// Whether the program runs that wrote a file. Where locks do not work it is taken to have ended: its drafts are offered,
    /// and not touched.
    fn is_in_use(&self, file: &Path) -> bool {
        let Some(writer) = writer_of(file) else {
            return false;
        };
        if writer == self.writer {
            return true;
        }
        let lock = File::open(self.lock_of(&writer));
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    fn lock_of(&self, writer: &str) -> PathBuf {
        self.folder.join(format!("{writer}.lock"))
    }

    fn file_of(&self, kept: &Kept) -> PathBuf {
        self.folder.join(format!("{}.{}.json", kept.key(), self.writer))
    }
}

impl Drop for Drafts {
    /// Without its lock, whatever is still kept here counts as left behind.
    fn drop(&mut self) {
        if self.lock.take().is_some() {
            let _ = fs::remove_file(self.lock_of(&self.writer));
        }
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}

fn write(part: &Path, bytes: &[u8]) -> io::Result<()> {
    // One of an earlier attempt; the name is nobody else's.
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create(part)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

fn read(file: &Path) -> Result<Kept, String> {
    let text = (|| {
        let mut text = String::new();
        let read = File::open(file)?.take(LARGEST + 1).read_to_string(&mut text)?;
        if read as u64 > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(text)
    })();
    let text = text.map_err(|error: io::Error| format!("it cannot be read: {error}"))?;
    Kept::parse(&text).map_err(|error| error.to_string())
}

fn remove(file: &Path) -> Result<(), DraftsError> {
    match fs::remove_file(file) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => {
            Err(failed("the draft cannot be dropped:", file, why))
        }
        _ => Ok(()),
    }
}

/// The middle of `KEY.WRITER.json`.
fn writer_of(file: &Path) -> Option<String> {
    let name = file.file_stem()?.to_str()?;
    name.split_once('.').map(|(_, writer)| writer.to_owned())
}

fn failed(what: &'static str, path: &Path, why: io::Error) -> DraftsError {
    DraftsError {
        what,
        path: path.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests;

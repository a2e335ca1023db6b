//! The person's own editor, to which the terminal is lent.
//!
//! Must not: be used while anything else reads from the terminal.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, waitpid};
use signal_hook::consts::SIGTSTP;

/// The editor of who named none.
const COMMON: &str = "vi";

/// Has a text edited; gives it as it was left. The file is the person's alone, and gone afterwards.
pub(super) fn edit(text: &str) -> Result<String, String> {
    let editor = editor();
    let name = editor.to_string_lossy().into_owned();
    let told = |why: io::Error| format!("the record cannot be edited outside: {why}");
    let mut file = tempfile::Builder::new()
        .prefix("kinescope-")
        .suffix(".jsonc")
        .tempfile()
        .map_err(told)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.flush())
        .map_err(told)?;
    let child = command(&editor, file.path()).spawn().map_err(told)?;
    let status = wait(&child).map_err(told)?;
    match status.exit_status() {
        Some(0) => std::fs::read_to_string(file.path()).map_err(told),
        Some(127) => Err(format!(
            "there is no editor '{name}'; set VISUAL or EDITOR to one"
        )),
        Some(code) => Err(format!("'{name}' ended with {code}, and the record is as it was")),
        None => Err(format!(
            "'{name}' was ended by a signal, and the record is as it was"
        )),
    }
}

/// As git does it: the shell reads the name, so that it may come with arguments, and with quotes around a path with blanks.
fn command(editor: &OsStr, file: &Path) -> Command {
    let mut script = editor.to_owned();
    script.push(r#" "$@""#);
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(editor).arg(file);
    command
}

fn editor() -> OsString {
    let named = ["VISUAL", "EDITOR"].into_iter().filter_map(std::env::var_os);
    let mut named = named.filter(|it| !it.is_empty());
    named.next().unwrap_or_else(|| COMMON.into())
}

/// Waits for its end. An editor that stops, as vim does on Ctrl-Z, stops this program with it: the shell waits for both.
fn wait(child: &std::process::Child) -> io::Result<WaitStatus> {
    let pid = Pid::from_child(child);
    loop {
        match waitpid(Some(pid), WaitOptions::UNTRACED) {
            Ok(Some((_, status))) if status.stopped() => {
                signal_hook::low_level::emulate_default_handler(SIGTSTP)?;
                kill_process(pid, Signal::CONT)?;
            }
            Ok(Some((_, status))) => return Ok(status),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_reads_the_name_of_the_editor() {
        let folder = tempfile::tempdir().unwrap();
        let (script, file) = (folder.path().join("my editor"), folder.path().join("a b.jsonc"));
        std::fs::write(&script, "printf '%s|' \"$@\" > \"$0.said\"\n").unwrap();
        let editor = format!("sh '{}' --wait 'two words'", script.display());
        let status = command(OsStr::new(&editor), &file).status().unwrap();
        assert!(status.success());
        let said = std::fs::read_to_string(folder.path().join("my editor.said")).unwrap();
        assert_eq!(said, format!("--wait|two words|{}|", file.display()));
    }
}

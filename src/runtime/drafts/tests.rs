use super::*;
use crate::edit::{Draft, Origin, Schema};
use crate::resource::FeatureGroup;
use std::sync::Arc;

fn kept(identifier: &str) -> Kept {
    let group = FeatureGroup {
        name: "customers".to_owned(),
        identifier: "id".to_owned(),
        event_time: "at".to_owned(),
        ..FeatureGroup::default()
    };
    let draft = Draft::of(Arc::new(Schema::of(&group)), identifier, None);
    Kept::of(&draft, Origin::default(), Timestamp::UNIX_EPOCH)
}

fn program(folder: &Path, process: u32) -> Drafts {
    Drafts::in_folder(folder.join("state/drafts"), process, Timestamp::UNIX_EPOCH)
}

fn left(drafts: &Drafts) -> Vec<String> {
    let left = drafts.left_behind().unwrap().into_iter();
    left.map(|left| left.kept.map_or_else(|why| why, |kept| kept.identifier))
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("state/drafts")).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_draft_is_offered_when_its_program_has_ended() {
    let home = tempfile::tempdir().unwrap();
    let mut first = program(home.path(), 1);
    let second = program(home.path(), 2);
    assert_eq!(left(&second), [""; 0], "there is not even a folder");
    first.keep(&kept("c-1")).unwrap();
    assert_eq!(left(&second), [""; 0], "it is being edited");
    assert_eq!(left(&first), [""; 0]);
    drop(first);
    assert_eq!(left(&second), ["c-1"]);
}

#[test]
fn nobody_else_can_read_it_and_its_name_tells_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("state/drafts");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    let mut drafts = program(home.path(), 1);
    drafts.keep(&kept("c-secret")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in names(home.path()) {
        assert_eq!(mode(&folder.join(&name)), 0o600);
        assert!(!name.contains("secret"), "{name}");
    }
}

#[test]
fn a_later_draft_takes_the_place_of_an_earlier_one_of_the_record() {
    let home = tempfile::tempdir().unwrap();
    let mut drafts = program(home.path(), 1);
    drafts.keep(&kept("c-1")).unwrap();
    drafts.keep(&kept("c-1")).unwrap();
    drafts.keep(&kept("c-2")).unwrap();
    assert_eq!(names(home.path()).len(), 3, "two drafts and a lock");
    drafts.drop_kept(&kept("c-1")).unwrap();
    drafts.drop_kept(&kept("c-1")).unwrap();
    drop(drafts);
    assert_eq!(left(&program(home.path(), 2)), ["c-2"]);
}

#[test]
fn two_programs_do_not_touch_each_other_s_drafts_of_one_record() {
    let home = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (program(home.path(), 1), program(home.path(), 2));
    first.keep(&kept("c-1")).unwrap();
    second.keep(&kept("c-1")).unwrap();
    second.drop_kept(&kept("c-1")).unwrap();
    drop(second);
    let third = program(home.path(), 3);
    assert_eq!(left(&third), [""; 0]);
    drop(first);
    assert_eq!(left(&third), ["c-1"]);
}

#[test]
fn a_program_that_was_killed_leaves_its_draft_and_a_lock_that_nobody_holds() {
    let home = tempfile::tempdir().unwrap();
    let mut killed = program(home.path(), 1);
    killed.keep(&kept("c-1")).unwrap();
    // What the system does when a process dies: the file is closed, and stays.
    drop(killed.lock.take());
    let next = program(home.path(), 2);
    let found = next.left_behind().unwrap();
    assert_eq!(found.len(), 1);
    next.drop_left(&found[0]).unwrap();
    assert_eq!(names(home.path()), [""; 0], "the lock goes with the last draft");
}

#[test]
fn the_lock_of_a_program_stays_while_it_left_more() {
    let home = tempfile::tempdir().unwrap();
    let mut killed = program(home.path(), 1);
    killed.keep(&kept("c-1")).unwrap();
    killed.keep(&kept("c-2")).unwrap();
    drop(killed.lock.take());
    let next = program(home.path(), 2);
    let found = next.left_behind().unwrap();
    next.drop_left(&found[0]).unwrap();
    assert_eq!(names(home.path()).len(), 2);
    next.drop_left(&found[1]).unwrap();
    assert_eq!(names(home.path()).len(), 0);
}

#[test]
fn a_broken_file_is_told_and_stays() {
    let home = tempfile::tempdir().unwrap();
    let mut drafts = program(home.path(), 1);
    drafts.keep(&kept("c-1")).unwrap();
    let folder = home.path().join("state/drafts");
    fs::write(folder.join("a.9-9.json"), "{\"version\":1,").unwrap();
    fs::write(folder.join("b.json"), [0xff]).unwrap();
    fs::write(folder.join("c.9-9.part"), "half").unwrap();
    let big = File::create(folder.join("d.9-9.json")).unwrap();
    big.set_len(LARGEST + 1).unwrap();
    fs::create_dir(folder.join("e.9-9.json")).unwrap();
    let next = program(home.path(), 2);
    let told = left(&next);
    assert_eq!(told.len(), 4);
    for (told, expected) in told.iter().zip([
        "it is no draft: EOF",
        "it cannot be read: stream did not contain valid UTF-8",
        "it cannot be read: file too large",
        "it cannot be read: is a directory",
    ]) {
        assert!(
            told.to_lowercase().starts_with(&expected.to_lowercase()),
            "{told}"
        );
    }
    assert_eq!(names(home.path()).len(), 7, "nothing is deleted");
}

#[test]
fn what_stands_in_the_way_is_told_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("state"), "a file").unwrap();
    let mut drafts = program(home.path(), 1);
    let error = drafts.keep(&kept("c-1")).unwrap_err().to_string();
    assert!(
        error.starts_with("drafts cannot be kept in /") && error.contains("state/drafts: "),
        "{error}"
    );
    let error = drafts.left_behind().unwrap_err().to_string();
    assert!(error.starts_with("the drafts cannot be listed in /"), "{error}");
}

#[test]
fn a_draft_that_cannot_be_written_leaves_the_earlier_one() {
    let home = tempfile::tempdir().unwrap();
    let mut drafts = program(home.path(), 1);
    drafts.keep(&kept("c-1")).unwrap();
    let part = drafts.file_of(&kept("c-1")).with_extension("part");
    fs::create_dir(&part).unwrap();
    let error = drafts.keep(&kept("c-1")).unwrap_err().to_string();
    assert!(error.starts_with("the draft cannot be kept in /"), "{error}");
    drop(drafts);
    assert_eq!(left(&program(home.path(), 2)), ["c-1"]);
}

#[test]
fn where_files_cannot_be_locked_drafts_are_kept_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let mut first = program(home.path(), 1);
    first.take_lock = |_| Err(io::ErrorKind::Unsupported.into());
    first.keep(&kept("c-1")).unwrap();
    first.keep(&kept("c-2")).unwrap();
    drop(first);
    let mut left = left(&program(home.path(), 2));
    left.sort();
    assert_eq!(left, ["c-1", "c-2"]);
}

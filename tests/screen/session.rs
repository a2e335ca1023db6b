//! Another profile or region, and credentials that fail: what is asked for, what goes, and what stays.

use std::sync::Arc;

use futures::FutureExt as _;
use kinescope::message::{Effect, Message, Reply, Request, TailReply};
use kinescope::model::{
    Abilities, Connection, Identity, OpenedSession, ProfileEntry, ReadOnlyBy, SessionChoice, Ticket,
};
use kinescope::resource::{Caller, Section, ShardId};
use kinescope::source::{ErrorKind, Identify, Reply as Answer, Services, SourceError};
use kinescope::tail::TailEvent;

use super::desk::Desk;
use super::fixtures;

struct Nobody;

impl Identify for Nobody {
    fn caller(&self) -> Answer<'_, Caller> {
        std::future::pending().boxed()
    }
}

fn profile(name: &str, region: Option<&str>, read_only: bool) -> ProfileEntry {
    ProfileEntry {
        name: Some(name.to_owned()),
        region: region.map(str::to_owned),
        summary: "SSO company.awsapps.com".to_owned(),
        read_only,
    }
}

fn profiles() -> Vec<ProfileEntry> {
    vec![
        profile("shop-dev", Some("us-east-1"), false),
        profile("shop-prod", Some("eu-west-1"), true),
        ProfileEntry {
            summary: "role Admin ← shop-dev (keys)".to_owned(),
            ..profile("shop-test", None, false)
        },
    ]
}

/// A session as it is opened for a choice.
fn opened(desk: &Desk, profile: &str, region: &str) -> OpenedSession {
    OpenedSession {
        identity: Identity {
            account: None,
            profile: profile.to_owned(),
            region: region.to_owned(),
            read_only: profile.ends_with("prod"),
            read_only_by: ReadOnlyBy::Profile,
            ..Identity::default()
        },
        abilities: desk.model.settings.abilities,
        services: Services {
            sources: Vec::new(),
            identify: Arc::new(Nobody),
            keyring: None,
        },
    }
}

/// The menu is open and the files are read.
fn choosing(desk: &mut Desk) {
    desk.keys(&["p"]);
    let ticket = take(desk, |effect| match effect {
        Effect::ListProfiles(ticket) => Some(*ticket),
        _ => None,
    });
    desk.send(Message::Reply(ticket.unwrap(), Reply::Profiles(Ok(profiles()))));
}

/// Takes out the first effect of a kind.
fn take<T>(desk: &mut Desk, is_it: impl Fn(&Effect) -> Option<T>) -> Option<T> {
    let place = desk.asked.iter().position(|effect| is_it(effect).is_some())?;
    is_it(&desk.asked.remove(place))
}

fn take_opening(desk: &mut Desk) -> Option<(Ticket, SessionChoice)> {
    take(desk, |effect| match effect {
        Effect::OpenSession(ticket, choice) => Some((*ticket, choice.clone())),
        _ => None,
    })
}

fn refused() -> SourceError {
    SourceError::new(
        ErrorKind::Credentials,
        "ListStreams",
        "",
        "no credentials",
        "SSO failed",
    )
    .with_remedy(Some("run `aws sso login --profile shop-dev`, then r asks again"))
}

#[test]
fn the_menu_tells_of_each_profile_and_what_will_be() {
    let mut desk = Desk::filled(100, 30);
    desk.begin_tail();
    choosing(&mut desk);
    desk.keys(&["down"]);
    insta::assert_snapshot!(desk.screen());
}

#[test]
fn a_narrow_menu_shows_one_column_after_the_other() {
    let mut desk = Desk::filled(40, 14);
    choosing(&mut desk);
    let profiles = desk.screen();
    desk.keys(&["tab"]);
    desk.type_text("eu-n");
    insta::assert_snapshot!(format!("{profiles}\n\n{}", desk.screen()));
}

#[test]
fn a_switch_comes_back_to_the_section_with_everything_of_the_other_account_gone() {
    let mut desk = Desk::filled(100, 30);
    desk.keys(&["2"]);
    desk.answer_all();
    desk.keys(&["S", "/"]);
    desk.type_text("cust");
    desk.keys(&["enter", "r"]);
    let late = desk.take_calls();
    assert!(!late.is_empty());
    choosing(&mut desk);
    desk.type_text("prod");
    desk.keys(&["enter"]);
    let (ticket, choice) = take_opening(&mut desk).unwrap();
    assert_eq!(
        choice,
        SessionChoice {
            profile: Some("shop-prod".to_owned()),
            region: Some("eu-west-1".to_owned()),
        }
    );
    let order = desk.model.browser().listing.order;
    let session = opened(&desk, "shop-prod", "eu-west-1");
    desk.asked.clear();
    desk.send(Message::Reply(
        ticket,
        Reply::SessionOpened(Ok(Box::new(session))),
    ));
    assert_eq!(desk.model.section, Section::Tables);
    assert_eq!(desk.model.browser().listing.order, order);
    assert_eq!(desk.model.browser().search.as_deref(), Some("cust"));
    assert!(desk.model.identity.read_only && desk.model.overlays.is_empty());
    let installed = desk
        .asked
        .iter()
        .position(|it| matches!(it, Effect::Install(_)))
        .unwrap();
    let called = |effect: &Effect| matches!(effect, Effect::Call(..));
    assert!(
        !desk.asked[..installed].iter().any(called),
        "nothing is asked before"
    );
    let lists = desk.asked[installed..].iter();
    let lists = lists.filter(|it| matches!(it, Effect::Call(_, Request::List(..) | Request::Query(..))));
    assert_eq!(lists.count(), 4);
    assert!(
        desk.asked
            .iter()
            .any(|it| matches!(it, Effect::Call(_, Request::Caller)))
    );
    for (ticket, request) in late {
        desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    }
    let browsers = &desk.model.browsers;
    assert!(
        browsers
            .iter()
            .all(|it| it.entries().is_empty() && it.details.is_empty()),
        "a late answer of the other account is none"
    );
}

#[test]
fn what_cannot_be_opened_leaves_everything_as_it_is() {
    let mut desk = Desk::filled(100, 30);
    let tail = desk.begin_tail();
    choosing(&mut desk);
    desk.keys(&["down", "enter"]);
    let (ticket, _) = take_opening(&mut desk).unwrap();
    assert!(desk.screen().contains("opening …"));
    let why = "there is no profile shop-prod".to_owned();
    desk.send(Message::Reply(ticket, Reply::SessionOpened(Err(why.clone()))));
    assert!(desk.screen().contains(&why));
    desk.keys(&["esc"]);
    desk.tail_brings(tail, vec![fixtures::blob(0, 1, b"{}")]);
    assert_eq!(desk.model.tail.as_ref().unwrap().ring.len(), 1);
    assert_eq!(desk.model.identity.profile, "shop-dev");
}

#[test]
fn who_does_not_wait_for_another_session_stays_with_this_one() {
    let mut desk = Desk::filled(100, 30);
    choosing(&mut desk);
    desk.keys(&["down", "enter"]);
    let (ticket, _) = take_opening(&mut desk).unwrap();
    desk.keys(&["esc"]);
    assert!(
        desk.asked
            .iter()
            .any(|it| matches!(it, Effect::Cancel(it) if *it == ticket))
    );
    let session = opened(&desk, "shop-prod", "eu-west-1");
    desk.send(Message::Reply(
        ticket,
        Reply::SessionOpened(Ok(Box::new(session))),
    ));
    assert_eq!(desk.model.identity.profile, "shop-dev");
}

#[test]
fn the_demo_has_one_session() {
    let mut desk = Desk::filled(100, 30);
    desk.model.identity.is_embedded = true;
    desk.keys(&["p"]);
    assert!(desk.model.overlays.is_empty());
    assert!(desk.screen().contains("the embedded services have one session"));
}

#[test]
fn asking_again_gets_new_credentials_for_every_section_and_who_calls() {
    let mut desk = Desk::start(100, 30);
    desk.model.caller = kinescope::model::Remote::Failed(refused());
    for (ticket, request) in desk.take_calls() {
        let (Request::List(section, _) | Request::Query(section, ..)) = request else {
            continue;
        };
        desk.send(Message::Reply(ticket, Reply::Listed(section, Err(refused()))));
    }
    assert!(desk.screen().contains("run `aws sso login --profile shop-dev`"));
    desk.asked.clear();
    desk.keys(&["r"]);
    assert!(matches!(desk.asked.first(), Some(Effect::RenewCredentials)));
    let asked = |wanted: &Request| {
        let is_it = |effect: &&Effect| matches!(effect, Effect::Call(_, request) if request == wanted);
        desk.asked.iter().filter(is_it).count()
    };
    for section in Section::ALL {
        assert_eq!(asked(&Request::List(section, None)), 1, "{section:?}");
    }
    assert_eq!(asked(&Request::Caller), 1);
    desk.asked.clear();
    desk.keys(&["r"]);
    assert!(
        !desk.asked.iter().any(|it| matches!(it, Effect::RenewCredentials)),
        "once is enough"
    );
}

#[test]
fn a_tail_without_credentials_says_so_and_tries_again_when_it_is_asked_to() {
    let mut desk = Desk::filled(100, 30);
    let tail = desk.begin_tail();
    desk.tail_brings(tail, vec![fixtures::blob(0, 1, b"{}")]);
    let shard = ShardId::from("shardId-000000000000");
    desk.tail_events(tail, vec![TailEvent::Trouble(shard, refused())], 2);
    assert!(desk.screen().contains("paused: SSO failed"));
    assert!(
        desk.screen()
            .contains("run `aws sso login --profile shop-dev`, then r asks again")
    );
    desk.asked.clear();
    desk.keys(&["r"]);
    assert!(matches!(&desk.asked[..], [Effect::RenewCredentials, Effect::TryTail(it), ..] if *it == tail));
    desk.tail_brings(tail, vec![fixtures::blob(0, 2, b"{}")]);
    assert!(!desk.screen().contains("paused: "));
    assert_eq!(desk.model.tail.as_ref().unwrap().ring.len(), 2);
}

#[test]
fn a_tail_that_could_not_begin_for_want_of_credentials_begins_on_r() {
    let mut desk = Desk::filled(100, 30);
    desk.keys(&["t"]);
    let (ticket, request) = desk.take_tail();
    desk.send(Message::Reply(ticket, Reply::Tail(TailReply::Failed(refused()))));
    desk.keys(&["r"]);
    let (again, same) = desk.take_tail();
    assert!(again != ticket && same == request);
}

#[test]
fn before_there_is_a_session_the_first_one_is_opened_and_nothing_else_is_asked() {
    let mut desk = Desk::start(100, 30);
    desk.model.session = Connection::new(false);
    for browser in &mut desk.model.browsers {
        *browser = browser.anew();
    }
    desk.asked.clear();
    desk.keys(&["j"]);
    let (ticket, choice) = take_opening(&mut desk).unwrap();
    assert_eq!(choice, SessionChoice::default());
    assert!(desk.take_calls().is_empty());
    assert!(
        desk.screen()
            .contains("asking for the region of this EC2 instance (IMDS)")
    );
    desk.send(Message::Reply(
        ticket,
        Reply::SessionOpened(Err("no region is set".to_owned())),
    ));
    assert!(desk.screen().contains("no region is set"));
    desk.keys(&["r"]);
    let (ticket, _) = take_opening(&mut desk).unwrap();
    assert!(desk.take_calls().is_empty());
    let session = opened(&desk, "shop-dev", "eu-south-2");
    desk.send(Message::Reply(
        ticket,
        Reply::SessionOpened(Ok(Box::new(session))),
    ));
    assert_eq!(desk.take_calls().len(), 5, "the four lists and who calls");
}

#[test]
fn a_wait_tells_which_provider_it_is_for() {
    let mut desk = Desk::start(140, 30);
    desk.model.session.watch = None;
    desk.keys(&["j"]);
    let watch = take(&mut desk, |effect| match effect {
        Effect::WatchCredentials(ticket) => Some(*ticket),
        _ => None,
    });
    let asking = |words: Option<&str>| Reply::AskingFor(words.map(str::to_owned));
    let words = "the credential process of profile shop-dev";
    desk.send(Message::Reply(watch.unwrap(), asking(Some(words))));
    desk.wait(std::time::Duration::from_secs(3));
    assert!(
        desk.screen().contains(&format!("waiting for {words} for 3 s")),
        "{}",
        desk.screen()
    );
    desk.send(Message::Reply(watch.unwrap(), asking(None)));
    assert!(!desk.screen().contains("waiting for"));
}

#[test]
fn changes_that_are_not_stored_are_asked_for_before_the_switch() {
    let mut desk = super::editor::at_change();
    choosing(&mut desk);
    desk.keys(&["down", "enter"]);
    assert!(desk.screen().contains("Leaving for another session"));
    assert!(take_opening(&mut desk).is_none());
    desk.keys(&["d"]);
    let (ticket, _) = take_opening(&mut desk).unwrap();
    assert!(desk.model.editor.is_some(), "there is no other session yet");
    let session = opened(&desk, "shop-prod", "eu-west-1");
    desk.send(Message::Reply(
        ticket,
        Reply::SessionOpened(Ok(Box::new(session))),
    ));
    assert!(desk.model.editor.is_none());
}

#[test]
fn changes_are_still_there_where_the_other_session_cannot_be_opened() {
    for answer in ["d", "k"] {
        let mut desk = super::editor::at_change();
        choosing(&mut desk);
        desk.keys(&["down", "enter", answer]);
        let (ticket, _) = take_opening(&mut desk).unwrap();
        let why = Reply::SessionOpened(Err("no such profile".to_owned()));
        desk.send(Message::Reply(ticket, why));
        desk.keys(&["esc"]);
        assert!(
            desk.model
                .editor
                .as_ref()
                .is_some_and(kinescope::model::Editor::is_dirty)
        );
        assert!(desk.model.overlays.is_empty());
    }
}

#[test]
fn what_was_opened_while_the_first_session_was_waited_for_stays() {
    let mut desk = Desk::start(100, 30);
    desk.model.session = Connection::new(false);
    desk.asked.clear();
    desk.keys(&["j"]);
    let (ticket, _) = take_opening(&mut desk).unwrap();
    choosing(&mut desk);
    let session = opened(&desk, "shop-prod", "eu-west-1");
    desk.send(Message::Reply(
        ticket,
        Reply::SessionOpened(Ok(Box::new(session))),
    ));
    assert_eq!(desk.model.identity.profile, "shop-prod");
    let menu = desk.screen();
    assert!(menu.contains("● shop-prod"), "{menu}");
}

#[test]
fn credentials_that_work_again_are_not_got_anew() {
    let mut desk = Desk::filled(100, 30);
    desk.model.session.refused = Some(refused());
    desk.keys(&["r"]);
    desk.asked
        .retain(|effect| !matches!(effect, Effect::RenewCredentials));
    desk.model.session.refused = Some(refused());
    desk.answer_all();
    assert!(desk.model.session.refused.is_none());
    desk.keys(&["r"]);
    assert!(!desk.asked.iter().any(|it| matches!(it, Effect::RenewCredentials)));
}

#[test]
fn the_first_line_tells_of_the_endpoint_of_the_section_and_of_keys_of_the_environment() {
    let mut desk = Desk::filled(100, 30);
    desk.model.identity.profile = String::new();
    desk.model.identity.endpoints = vec![("kinesis", "http://127.0.0.1:2".to_owned())];
    let first = desk.screen();
    assert!(
        first.contains("(environment)") && first.contains("http://127.0.0.1:2"),
        "{first}"
    );
    desk.keys(&["2"]);
    assert!(!desk.screen().contains("http://127.0.0.1:2"));
}

/// Only what a service can do where it is asked counts.
#[test]
fn what_the_services_can_do_is_that_of_the_new_session() {
    let mut desk = Desk::filled(100, 30);
    choosing(&mut desk);
    desk.keys(&["enter"]);
    let (ticket, _) = take_opening(&mut desk).unwrap();
    let session = OpenedSession {
        abilities: <[Abilities; 4]>::default(),
        ..opened(&desk, "shop-dev", "us-east-1")
    };
    desk.send(Message::Reply(
        ticket,
        Reply::SessionOpened(Ok(Box::new(session))),
    ));
    assert!(!desk.model.abilities().tail);
}

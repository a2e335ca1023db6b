//! Batch predictions: asked for by a comparison, followed to their end, and what is behind them.

use std::time::Duration;

use kinescope::message::{Effect, Message, Reply, Request};
use kinescope::model::{Focus, Overlay, Ticket};
use kinescope::resource::{
    Ancestor, BatchPrediction, Detail, Entry, ListQuery, Operand, Operator, Page, PredictionStatus,
    ResourceId, Section, SortOrder,
};
use kinescope::source::{ErrorKind, SourceError};

use super::desk::Desk;
use super::fixtures;
use super::gallery::{Scene, scene};

const SECTION: Section = Section::Predictions;

fn predictions(width: u16, height: u16) -> Desk {
    let mut desk = Desk::filled(width, height);
    desk.keys(&["4"]);
    desk.answer_all();
    desk
}

/// The section with one prediction in its list, of which all is known.
fn with_one(width: u16, height: u16, it: &BatchPrediction) -> Desk {
    let mut desk = Desk::start(width, height);
    desk.keys(&["4"]);
    answer(&mut desk, it);
    answer(&mut desk, it);
    desk
}

/// Answers what was asked for with one prediction.
fn answer(desk: &mut Desk, it: &BatchPrediction) -> Vec<Request> {
    let calls = desk.take_calls();
    let asked = calls.iter().map(|(_, request)| request.clone()).collect();
    for (ticket, request) in calls {
        let reply = match &request {
            Request::List(SECTION, _) | Request::Query(SECTION, ..) => Reply::Listed(SECTION, Ok(page(it))),
            Request::Describe(SECTION, _) => described(it),
            request => fixtures::answer(request),
        };
        desk.send(Message::Reply(ticket, reply));
    }
    asked
}

fn page(it: &BatchPrediction) -> Page<Entry> {
    let entry = Entry {
        id: it.id.as_str().into(),
        name: it.called().to_owned(),
        status: Some(it.status.as_str().to_owned()),
        note: String::new(),
        created: it.created,
        run: Some(it.run()),
        complete: true,
    };
    Page {
        items: vec![entry],
        next: None,
    }
}

fn described(it: &BatchPrediction) -> Reply {
    let detail = Detail::Prediction(it.clone());
    Reply::Described(SECTION, it.id.as_str().into(), Ok(Box::new(detail)))
}

fn in_state(status: PredictionStatus) -> BatchPrediction {
    let digit = match status {
        PredictionStatus::Pending => 0,
        PredictionStatus::InProgress => 1,
        PredictionStatus::Failed => 3,
        _ => 2,
    };
    let mut it = fixtures::prediction(&format!("bp-000{digit}"));
    if status == PredictionStatus::Failed {
        it.message = Some("Amazon ML cannot access the output location: Access Denied".to_owned());
        (it.total, it.invalid) = (None, None);
    }
    if status == PredictionStatus::Deleted {
        (it.finished, it.compute_time) = (None, None);
    }
    it.status = status;
    it
}

fn calls(desk: &mut Desk) -> Vec<Request> {
    desk.take_calls()
        .into_iter()
        .map(|(_, request)| request)
        .collect()
}

/// The only call that was asked for.
fn only_call(desk: &mut Desk) -> (Ticket, Request) {
    let mut calls = desk.take_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.remove(0)
}

fn the_query(desk: &mut Desk) -> ListQuery {
    match only_call(desk).1 {
        Request::Query(SECTION, query, None) => query,
        other => panic!("a query: {other:?}"),
    }
}

fn filter(desk: &mut Desk, text: &str) {
    desk.keys(&["f", "ctrl-u"]);
    desk.type_text(text);
    desk.keys(&["enter"]);
}

fn rang(desk: &Desk) -> bool {
    desk.asked.iter().any(|effect| matches!(effect, Effect::Bell))
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Predictions in each state, and what is asked about them.
pub(super) const SCENES: [Scene; 11] = [
    scene(
        "pending",
        |width, height| with_one(width, height, &in_state(PredictionStatus::Pending)),
        read_closely,
    ),
    scene(
        "inprogress",
        |width, height| with_one(width, height, &in_state(PredictionStatus::InProgress)),
        read_closely,
    ),
    scene(
        "completed",
        |width, height| with_one(width, height, &in_state(PredictionStatus::Completed)),
        read_closely,
    ),
    scene(
        "failed",
        |width, height| with_one(width, height, &in_state(PredictionStatus::Failed)),
        read_closely,
    ),
    scene(
        "deleted",
        |width, height| with_one(width, height, &in_state(PredictionStatus::Deleted)),
        read_closely,
    ),
    scene("predictions-list", predictions, |_| {}),
    scene("predictions-filter", predictions, |desk| {
        desk.keys(&["f", "down"]);
    }),
    scene("predictions-model", predictions, |desk| {
        desk.keys(&["M"]);
        desk.answer_all();
    }),
    scene("predictions-data-source", predictions, |desk| {
        desk.keys(&["D"]);
        desk.answer_all();
    }),
    scene(
        "copy",
        |width, height| with_one(width, height, &in_state(PredictionStatus::Pending)),
        |desk| {
            desk.keys(&["y"]);
        },
    ),
    scene("elsewhere", Desk::start, |desk| {
        desk.keys(&["4"]);
        let elsewhere = SourceError::new(
            ErrorKind::NotFound,
            "DescribeBatchPredictions",
            "",
            "not in this region",
            "Amazon Machine Learning has no endpoint in eu-central-1; start with --region us-east-1 or --region \
             eu-west-1",
        );
        desk.fail_list(SECTION, &elsewhere);
    }),
];

fn read_closely(desk: &mut Desk) {
    desk.keys(&["enter"]);
}

#[test]
fn a_very_wide_screen_has_the_course_in_one_line() {
    let desk = with_one(220, 20, &in_state(PredictionStatus::Completed));
    let screen = desk.screen();
    assert!(
        screen.contains(
            "created 12:56:00 ── queued 41 s ──▶ started 12:56:41 ── ran 79 s ──▶ finished 12:58:00"
        ),
        "{screen}"
    );
}

#[test]
fn all_of_it_is_ascii_where_that_is_asked_for() {
    for status in [PredictionStatus::InProgress, PredictionStatus::Completed] {
        for width in [80, 220] {
            let mut desk = with_one(width, 24, &in_state(status.clone())).in_ascii();
            assert!(desk.screen().is_ascii());
            desk.keys(&["y"]);
            let screen = desk.screen();
            let unknown = screen.replace("? help", "").contains('?');
            assert!(screen.is_ascii() && !unknown, "{screen}");
        }
    }
}

#[test]
fn the_filter_goes_to_the_service_and_is_told_in_the_title() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "status = failed");
    let query = the_query(&mut desk);
    let condition = query.condition.unwrap();
    assert_eq!(
        (condition.variable.name, condition.operator),
        ("Status", Operator::Eq)
    );
    assert_eq!(condition.operand, Operand::Text("FAILED".to_owned()));
    assert_eq!(query.order, SortOrder::Descending);
    assert!(desk.screen().contains("status = FAILED"), "{}", desk.screen());
}

#[test]
fn every_variable_can_be_filtered_by_in_its_own_and_a_shorter_word() {
    for (text, name) in [
        ("created >= -7d", "CreatedAt"),
        ("LastUpdatedAt < 2026-11-20", "LastUpdatedAt"),
        ("status != COMPLETED", "Status"),
        ("name ^= churn", "Name"),
        ("user = arn:aws:iam::111122223333:user/ana", "IAMUser"),
        ("model = ml-churn", "MLModelId"),
        ("source = ds-1", "DataSourceId"),
        ("uri ^= s3://shop-ml/", "DataURI"),
    ] {
        let mut desk = predictions(80, 24);
        filter(&mut desk, text);
        let condition = the_query(&mut desk).condition.unwrap();
        assert_eq!(condition.variable.name, name, "{text}");
    }
}

#[test]
fn a_wrong_filter_stays_to_be_corrected_with_what_is_right() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "created ^= 2026");
    assert!(calls(&mut desk).is_empty());
    let screen = desk.screen();
    assert!(
        screen.contains("cannot be compared by ^=; use one of"),
        "{screen}"
    );
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Prompt(_))));
}

#[test]
fn the_next_page_of_a_filtered_list_is_of_the_same_query() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "name ^= churn");
    let query = match &desk.take_calls()[..] {
        [(ticket, request @ Request::Query(_, query, None))] => {
            let (ticket, reply, query) = (*ticket, fixtures::answer(request), query.clone());
            desk.send(Message::Reply(ticket, reply));
            query
        }
        other => panic!("a query: {other:?}"),
    };
    desk.take_calls();
    desk.keys(&["G"]);
    let next = Request::Query(SECTION, query, Some("100".into()));
    assert!(calls(&mut desk).contains(&next));
}

#[test]
fn the_answer_to_an_earlier_question_is_not_taken_for_one_to_a_later() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "status = FAILED");
    let (stale, request) = only_call(&mut desk);
    filter(&mut desk, "status = PENDING");
    assert!(
        desk.asked
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(ticket) if *ticket == stale))
    );
    desk.send(Message::Reply(stale, fixtures::answer(&request)));
    assert!(desk.model.browser().entries().is_empty());
}

#[test]
fn esc_asks_for_all_again() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "status = FAILED");
    desk.answer_all();
    desk.keys(&["esc"]);
    assert_eq!(calls(&mut desk), [Request::List(SECTION, None)]);
}

#[test]
fn nothing_that_passes_is_told_with_the_way_out() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "name = nobody");
    let (ticket, _) = only_call(&mut desk);
    let empty = Page {
        items: Vec::new(),
        next: None,
    };
    desk.send(Message::Reply(ticket, Reply::Listed(SECTION, Ok(empty))));
    assert!(
        desk.screen().contains("Nothing passes the filter"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_filter_that_the_service_refuses_can_be_changed_or_given_up() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "status = FAILED");
    let (ticket, _) = only_call(&mut desk);
    let refused = SourceError::new(
        ErrorKind::Invalid,
        "DescribeBatchPredictions",
        "",
        "InvalidInputException",
        "no such comparison",
    );
    desk.send(Message::Reply(ticket, Reply::Listed(SECTION, Err(refused))));
    let screen = desk.screen();
    assert!(
        screen.contains("f changes the") && screen.contains("InvalidInputException"),
        "{screen}"
    );
}

#[test]
fn times_that_are_told_from_now_move_on_when_the_list_is_asked_for_again() {
    let mut desk = predictions(80, 24);
    filter(&mut desk, "created >= -1h");
    let before = the_query(&mut desk).condition.unwrap().operand;
    desk.now = desk.now.after(s(60));
    desk.keys(&["r"]);
    let again = calls(&mut desk).into_iter().find_map(|request| match request {
        Request::Query(_, query, _) => query.condition,
        _ => None,
    });
    let (Operand::Time(before, _), Operand::Time(after, _)) = (before, again.unwrap().operand) else {
        panic!("a time is compared with times");
    };
    assert_eq!(after.duration_since(before).as_secs(), 60);
}

#[test]
fn the_order_is_the_services_and_the_other_one_is_asked_for() {
    let mut desk = predictions(80, 24);
    desk.keys(&["S"]);
    let (ticket, request) = only_call(&mut desk);
    assert!(matches!(&request, Request::Query(_, query, None) if query.order == SortOrder::Ascending));
    desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    desk.take_calls();
    assert!(desk.screen().contains("Predictions 100+ asc"));
    desk.keys(&["S"]);
    assert_eq!(only_call(&mut desk).1, Request::List(SECTION, None));
}

#[test]
fn comparisons_are_offered_and_a_beginning_is_gone_on_with() {
    let mut desk = predictions(80, 24);
    desk.keys(&["f", "down"]);
    assert!(desk.screen().contains("› status = PENDING"), "{}", desk.screen());
    desk.keys(&["down", "down", "down", "down", "down"]);
    desk.type_text("churn");
    desk.keys(&["enter"]);
    let condition = the_query(&mut desk).condition.unwrap();
    assert_eq!(condition.to_string(), "name ^= churn");
}

#[test]
fn what_is_under_way_is_asked_for_again_until_it_ends_and_the_end_is_told() {
    let running = in_state(PredictionStatus::InProgress);
    let mut desk = with_one(80, 24, &running);
    desk.model.settings.bell = true;
    let describe = Request::Describe(SECTION, running.id.as_str().into());
    desk.wait(s(4));
    assert!(calls(&mut desk).is_empty());
    for pause in [2, 8, 12] {
        desk.wait(s(pause));
        let asked = answer(&mut desk, &running);
        assert_eq!(asked, std::slice::from_ref(&describe), "after {pause} s more");
    }
    assert!(!rang(&desk));
    desk.wait(s(17));
    let done = BatchPrediction {
        id: running.id.clone(),
        ..in_state(PredictionStatus::Completed)
    };
    assert_eq!(answer(&mut desk, &done), [describe]);
    let screen = desk.screen();
    assert!(
        screen.contains("COMPLETED: 1204331 records, 318 invalid"),
        "{screen}"
    );
    assert!(rang(&desk));
    desk.wait(s(60));
    assert!(calls(&mut desk).is_empty());
    assert_eq!(desk.model.wake_at(desk.now.mono), None);
}

#[test]
fn a_failure_is_told_with_its_reason_and_no_bell_that_was_not_asked_for() {
    let running = in_state(PredictionStatus::InProgress);
    let mut desk = with_one(140, 24, &running);
    desk.wait(s(6));
    let failed = BatchPrediction {
        id: running.id.clone(),
        ..in_state(PredictionStatus::Failed)
    };
    answer(&mut desk, &failed);
    let notice = desk.model.notice.clone().unwrap();
    assert!(
        notice.failed && notice.text.contains("FAILED: Amazon ML cannot access"),
        "{notice:?}"
    );
    assert!(!rang(&desk));
}

#[test]
fn a_prediction_that_starts_is_looked_at_closely_again() {
    let pending = in_state(PredictionStatus::Pending);
    let id = ResourceId::from(pending.id.as_str());
    let mut desk = with_one(80, 24, &pending);
    for pause in [6, 9, 13] {
        desk.wait(s(pause));
        answer(&mut desk, &pending);
    }
    assert!(desk.model.browser().follow.pace(&id).unwrap().every > s(10));
    desk.wait(s(20));
    let started = BatchPrediction {
        id: pending.id.clone(),
        ..in_state(PredictionStatus::InProgress)
    };
    answer(&mut desk, &started);
    assert_eq!(desk.model.browser().follow.pace(&id).unwrap().every, s(5));
}

#[test]
fn of_many_one_is_asked_for_at_a_time() {
    let mut desk = predictions(140, 45);
    desk.wait(s(30));
    let asked = desk.take_calls();
    assert_eq!(asked.len(), 1, "{asked:?}");
    desk.wait(s(30));
    assert!(desk.take_calls().is_empty(), "the first is not answered yet");
}

#[test]
fn elapsed_time_ticks_every_second() {
    let mut desk = with_one(80, 24, &in_state(PredictionStatus::Pending));
    desk.now = desk.now.after(s(1));
    let at = desk.model.wake_at(desk.now.mono).unwrap();
    assert!(at <= desk.now.mono + s(1));
    assert!(desk.screen().contains("queued for 4 min"), "{}", desk.screen());
    desk.now = desk.now.after(s(60));
    assert!(desk.screen().contains("queued for 5 min"), "{}", desk.screen());
}

#[test]
fn nothing_wakes_where_nothing_is_under_way() {
    for status in [
        PredictionStatus::Completed,
        PredictionStatus::Failed,
        PredictionStatus::Deleted,
    ] {
        let mut desk = with_one(80, 24, &in_state(status));
        desk.wait(s(60));
        assert_eq!(desk.model.wake_at(desk.now.mono), None);
        assert!(calls(&mut desk).is_empty());
    }
}

#[test]
fn elsewhere_only_what_the_person_follows_is_asked_for() {
    let running = in_state(PredictionStatus::InProgress);
    let mut desk = with_one(80, 24, &running);
    desk.keys(&["1"]);
    desk.answer_all();
    desk.wait(s(60));
    assert!(calls(&mut desk).is_empty());
    assert_eq!(desk.model.wake_at(desk.now.mono), None);
    desk.keys(&["4", "space"]);
    assert!(
        desk.screen().contains("is followed to its end"),
        "{}",
        desk.screen()
    );
    desk.keys(&["1"]);
    desk.wait(s(6));
    let asked = calls(&mut desk);
    assert_eq!(asked, [Request::Describe(SECTION, running.id.as_str().into())]);
}

#[test]
fn what_is_followed_tells_its_end_wherever_one_is_and_is_not_followed_any_more() {
    let running = in_state(PredictionStatus::InProgress);
    let mut desk = with_one(80, 24, &running);
    desk.keys(&["space"]);
    assert!(desk.screen().contains("●") && desk.screen().contains("followed"));
    desk.keys(&["1"]);
    desk.wait(s(6));
    let done = BatchPrediction {
        id: running.id.clone(),
        ..in_state(PredictionStatus::Completed)
    };
    answer(&mut desk, &done);
    assert!(
        desk.screen().contains("COMPLETED: 1204331 records"),
        "{}",
        desk.screen()
    );
    desk.keys(&["4"]);
    assert!(desk.model.browser().follow.pinned().is_empty());
}

#[test]
fn what_is_followed_stays_so_when_the_list_is_asked_for_something_else() {
    let running = in_state(PredictionStatus::InProgress);
    let describe = Request::Describe(SECTION, running.id.as_str().into());
    let mut desk = with_one(80, 24, &running);
    desk.keys(&["space"]);
    filter(&mut desk, "status = FAILED");
    let (ticket, _) = only_call(&mut desk);
    let empty = Page {
        items: Vec::new(),
        next: None,
    };
    desk.send(Message::Reply(ticket, Reply::Listed(SECTION, Ok(empty))));
    desk.keys(&["r"]);
    desk.take_calls();
    desk.wait(s(6));
    assert_eq!(calls(&mut desk), [describe]);
}

#[test]
fn following_is_given_up_by_the_same_key_and_nothing_that_has_ended_is_followed() {
    let mut desk = with_one(140, 24, &in_state(PredictionStatus::InProgress));
    desk.keys(&["space", "space"]);
    assert!(desk.screen().contains("only while it is on the screen"));
    assert!(desk.model.browser().follow.pinned().is_empty());
    let mut desk = with_one(140, 24, &in_state(PredictionStatus::Completed));
    desk.keys(&["space"]);
    assert!(desk.screen().contains("it has ended"), "{}", desk.screen());
}

#[test]
fn a_call_that_fails_hides_nothing_and_is_told_where_it_matters() {
    let running = in_state(PredictionStatus::InProgress);
    let id = ResourceId::from(running.id.as_str());
    for (kind, goes_on) in [(ErrorKind::Throttled, true), (ErrorKind::NotFound, false)] {
        let mut desk = with_one(80, 24, &running);
        desk.wait(s(6));
        let (ticket, _) = only_call(&mut desk);
        let error = SourceError::new(kind, "GetBatchPrediction", "bp-0001", "SomeException", "words");
        desk.send(Message::Reply(
            ticket,
            Reply::Described(SECTION, id.clone(), Err(error)),
        ));
        let screen = desk.screen();
        assert!(screen.contains("1,204,331 seen"), "{screen}");
        assert!(screen.contains("SomeException"), "{screen}");
        desk.wait(s(60));
        assert_eq!(!calls(&mut desk).is_empty(), goes_on, "{kind:?}");
    }
}

#[test]
fn the_model_behind_a_prediction_and_what_it_was_trained_with_are_a_key_away() {
    let mut desk = with_one(140, 24, &in_state(PredictionStatus::Completed));
    desk.keys(&["M"]);
    assert!(desk.screen().contains("ML model ml-churn-7"), "{}", desk.screen());
    let (ticket, request) = only_call(&mut desk);
    assert_eq!(
        request,
        Request::Trace(SECTION, Ancestor::Model("ml-churn-7".into()))
    );
    desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    assert!(desk.screen().contains("only if BINARY"), "{}", desk.screen());
    desk.keys(&["D"]);
    let trained = Ancestor::DataSource("ds-training".into());
    assert_eq!(calls(&mut desk), [Request::Trace(SECTION, trained)]);
    desk.keys(&["esc"]);
    assert!(desk.screen().contains("no longer waiting"));
    desk.keys(&["esc"]);
    assert!(desk.screen().contains("ML model ml-churn-7"));
    desk.keys(&["esc"]);
    assert!(desk.model.browser().behind().is_none());
    assert_eq!(desk.model.browser().focus, Focus::Detail);
    assert!(desk.screen().contains("1,204,331 seen"));
}

#[test]
fn a_model_that_is_gone_says_so_in_the_pane_and_can_be_asked_for_again() {
    let mut desk = with_one(140, 24, &in_state(PredictionStatus::Completed));
    desk.keys(&["M"]);
    let (ticket, request) = only_call(&mut desk);
    let Request::Trace(_, ancestor) = request.clone() else {
        panic!("a model is traced");
    };
    let gone = SourceError::new(
        ErrorKind::NotFound,
        "GetMLModel",
        "ml-churn-7",
        "ResourceNotFoundException",
        "No MLModel with id ml-churn-7 exists",
    );
    desk.send(Message::Reply(
        ticket,
        Reply::Traced(SECTION, ancestor, Err(gone)),
    ));
    let screen = desk.screen();
    assert!(
        screen.contains("MLModel with id ml-churn-7") && screen.contains("r asks again"),
        "{screen}"
    );
    desk.keys(&["r"]);
    assert!(calls(&mut desk).contains(&request));
}

#[test]
fn whoever_goes_on_to_another_prediction_looks_no_longer_behind_the_last() {
    let mut desk = predictions(140, 45);
    desk.keys(&["D"]);
    desk.answer_all();
    assert!(desk.model.browser().behind().is_some());
    desk.keys(&["tab", "j"]);
    assert!(desk.model.browser().behind.is_empty());
}

#[test]
fn a_uri_is_copied_by_its_choice_and_one_that_is_not_given_says_why() {
    let mut desk = with_one(80, 24, &in_state(PredictionStatus::Pending));
    desk.keys(&["y"]);
    desk.keys(&["down", "down", "enter"]);
    assert!(desk.screen().contains("log: not given yet"), "{}", desk.screen());
    desk.keys(&["up", "enter"]);
    let copied = desk.asked.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied.as_deref(), Some("s3://shop-ml/out/"));
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn no_size_is_too_small_for_any_of_it() {
    let mut desk = with_one(80, 24, &in_state(PredictionStatus::InProgress));
    for (width, height) in (1..60).flat_map(|n| [(n, 1), (1, n), (n, n / 2 + 1), (n, 60 - n), (n * 4, n)]) {
        desk.model.size = kinescope::model::Size { width, height };
        for key in ["y", "esc", "f", "esc", "enter", "j", "esc"] {
            desk.keys(&[key]);
            desk.screen();
        }
    }
}

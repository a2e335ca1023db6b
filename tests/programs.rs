//! Programs in jq that never end, go too deep or take all memory: they end a process of their own, and are told of.
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use bytes::Bytes;
use kinescope::decode::Decoder;
use kinescope::query::{Filter, Sifted, run_programs_apart};
use kinescope::resource::{Body, Record};

fn records(payloads: &[&'static str]) -> Vec<Record> {
    let record = |payload: &&'static str| Record {
        shard: "shardId-000000000001".into(),
        sequence: "1".into(),
        arrived: None,
        body: Body::blob("k", Bytes::from_static(payload.as_bytes())),
    };
    payloads.iter().map(record).collect()
}

/// A program that is run apart.
fn apart(program: &str) -> Filter {
    run_programs_apart(env!("CARGO_BIN_EXE_kinescope").into());
    Filter::program(program).unwrap()
}

/// All of them, however often it has to be asked.
fn held_against(filter: &Filter, payloads: &[&'static str]) -> Sifted {
    let records = records(payloads);
    let records: Vec<_> = records.iter().collect();
    let mut all = Sifted::default();
    while all.passed.len() < records.len() {
        let part = filter.sift(&records[all.passed.len()..], &Decoder::automatic());
        assert!(!part.passed.is_empty(), "it gets on");
        all.passed.extend(part.passed);
        if let Some(mut stopped) = part.stopped {
            stopped.records += all.stopped.map_or(0, |before| before.records);
            all.stopped = Some(stopped);
        }
    }
    all
}

/// What a program says of payloads.
fn sift(program: &str, payloads: &[&'static str]) -> Sifted {
    held_against(&apart(program), payloads)
}

#[test]
fn a_program_that_ends_is_asked_about_each_record() {
    let sifted = sift(".n > 1", &["{\"n\":1}", "{\"n\":2}", "{ no JSON", "{\"n\":3}"]);
    assert_eq!(sifted.passed, [false, true, false, true]);
    assert_eq!(sifted.stopped, None);
}

#[test]
fn more_records_than_fit_into_a_pipe_are_asked_about() {
    let payloads: Vec<_> = (0..30_000)
        .map(|n| if n % 3 == 0 { "{\"n\":7}" } else { "{\"n\":1}" })
        .collect();
    let passed = sift(".n == 7", &payloads).passed;
    assert_eq!(passed.len(), payloads.len());
    assert!(
        passed
            .iter()
            .enumerate()
            .all(|(n, passes)| *passes == (n % 3 == 0))
    );
}

#[test]
fn what_goes_wrong_on_one_record_is_told_and_the_others_are_looked_at() {
    const TIME: &str = "it took longer than 1 s";
    const MEMORY: &str = "it took more than 1 GiB of memory";
    const DEPTH: &str = "it calls itself too deep";
    // What comes first, the end of its time or of its memory, depends on the machine.
    for (wrong, whys) in [
        ("def f: 1 + f; f", &[DEPTH][..]),
        ("reduce range(1e7) as $n (null; [.])", &[DEPTH, TIME, MEMORY]),
        ("[repeat(1)]", &[TIME, MEMORY]),
        ("[range(1e12)]", &[TIME, MEMORY]),
        ("\"a\" * 10000000000 | length", &[MEMORY]),
        ("last(range(1e12))", &[TIME]),
        ("def f: f; f", &[TIME]),
        ("repeat(false)", &[TIME]),
    ] {
        let program = format!("if .wrong then ({wrong}) else .n == 2 end");
        let payloads = ["{\"n\":2}", "{\"wrong\":true}", "{\"n\":1}", "{\"n\":2}"];
        let sifted = sift(&program, &payloads);
        assert_eq!(sifted.passed, [true, false, false, true], "{wrong}");
        let stopped = sifted.stopped.unwrap_or_else(|| panic!("{wrong} is not told of"));
        assert_eq!((stopped.records, stopped.given_up), (1, false), "{wrong}");
        assert!(whys.contains(&stopped.why.as_str()), "{wrong}: {}", stopped.why);
    }
}

#[test]
fn a_program_that_fails_now_and_then_is_not_given_up() {
    let payloads: Vec<_> = (0..40)
        .map(|n| if n % 4 == 0 { "{\"wrong\":true}" } else { "{}" })
        .collect();
    let sifted = sift("def f: 1 + f; if .wrong then f else true end", &payloads);
    assert!((0..40).all(|n| sifted.passed[n] == (n % 4 != 0)));
    let stopped = sifted.stopped.unwrap();
    assert_eq!((stopped.records, stopped.given_up), (10, false));
}

#[test]
fn a_slow_program_answers_a_part_at_a_time() {
    // Each takes a while, and all of them longer than a batch may.
    let payloads = vec!["{}"; 4000];
    let records = records(&payloads);
    let records: Vec<_> = records.iter().collect();
    let sifted = apart("last(range(150000)) >= 0").sift(&records, &Decoder::automatic());
    assert_eq!(sifted.stopped, None);
    assert!(
        sifted.passed.len() < 4000 && sifted.passed.iter().all(|passes| *passes),
        "{}",
        sifted.passed.len()
    );
}

#[test]
fn a_program_that_never_works_is_given_up_and_no_record_is_lost_count_of() {
    let filter = apart("def f: 1 + f; f");
    let sifted = held_against(&filter, &["{}"; 100]);
    assert_eq!(sifted.passed, [false; 100]);
    let stopped = sifted.stopped.unwrap();
    assert_eq!((stopped.records, stopped.given_up), (100, true));
    assert_eq!(
        stopped.to_string(),
        "the jq program was stopped on 100 records and is not run any more: it calls itself too deep"
    );
    let later = held_against(&filter, &["{}"]).stopped.unwrap();
    assert_eq!((later.records, later.given_up, later.why), (1, true, stopped.why));
    assert_eq!(held_against(&filter, &[]), Sifted::default());
}

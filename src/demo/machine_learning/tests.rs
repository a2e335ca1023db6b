use serde_json::{Value, json};

use super::entity::{DataSource, Model};
use super::{MachineLearning, user_arn};
use crate::demo::ask::{ask, at, code};
use crate::demo::protocol::Fault;

fn service() -> MachineLearning {
    let service = MachineLearning::new();
    let input = "s3://shop/visits.csv".to_owned();
    let source = DataSource {
        id: "ds-1".to_owned(),
        name: "visits".to_owned(),
        location: input.clone(),
        user: user_arn("ana"),
        created: at(0),
        bytes: 200_000,
        files: 2,
        attributes: &[("visits", "NUMERIC"), ("left", "BINARY")],
        target: "left",
    };
    let model = Model {
        id: "ml-1".to_owned(),
        name: "churn".to_owned(),
        kind: "BINARY",
        data_source: "ds-1".to_owned(),
        input,
        user: user_arn("ana"),
        created: at(0),
        bytes: 1000,
        threshold: Some(0.5),
    };
    service.state().data_sources.insert(source.id.clone(), source);
    service.state().models.insert(model.id.clone(), model);
    service
}

fn request(id: &str, name: &str) -> Value {
    json!({
        "BatchPredictionId": id,
        "BatchPredictionName": name,
        "MLModelId": "ml-1",
        "BatchPredictionDataSourceId": "ds-1",
        "OutputUri": "s3://shop/out/",
    })
}

fn create(service: &MachineLearning, input: &Value, seconds: i64) -> Result<Value, Fault> {
    ask(service, "CreateBatchPrediction", input, at(seconds))
}

fn get(service: &MachineLearning, id: &str, seconds: i64) -> Value {
    ask(
        service,
        "GetBatchPrediction",
        &json!({"BatchPredictionId": id}),
        at(seconds),
    )
    .unwrap()
}

fn ids(service: &MachineLearning, input: &Value) -> Vec<String> {
    let answer = ask(service, "DescribeBatchPredictions", input, at(1000)).unwrap();
    let results = answer["Results"].as_array().unwrap();
    results
        .iter()
        .map(|it| it["BatchPredictionId"].as_str().unwrap().to_owned())
        .collect()
}

fn three() -> MachineLearning {
    let service = service();
    for (id, name, seconds) in [
        ("bp-a", "2026-churn", 100),
        ("bp-b", "2025-churn", 200),
        ("bp-c", "2026-spend", 300),
    ] {
        create(&service, &request(id, name), seconds).unwrap();
    }
    service
}

#[test]
fn a_prediction_runs_its_course_and_shows_each_member_in_its_states() {
    let service = service();
    create(&service, &request("bp-1", "churn"), 0).unwrap();
    let has = |shown: &Value| {
        ["StartedAt", "FinishedAt", "ComputeTime", "TotalRecordCount"]
            .map(|member| shown.get(member).is_some())
    };
    let pending = get(&service, "bp-1", 3);
    assert_eq!(
        (&pending["Status"], has(&pending)),
        (&json!("PENDING"), [false; 4])
    );
    let running = get(&service, "bp-1", 10);
    assert_eq!(
        (&running["Status"], has(&running)),
        (&json!("INPROGRESS"), [true, false, false, true])
    );
    let done = get(&service, "bp-1", 60);
    assert_eq!((&done["Status"], has(&done)), (&json!("COMPLETED"), [true; 4]));
    assert_eq!(
        (&done["TotalRecordCount"], &done["InvalidRecordCount"]),
        (&json!(1000), &json!(5))
    );
    assert!(done["LogUri"].as_str().unwrap().starts_with("https://"));
}

#[test]
fn a_deleted_prediction_stays_and_says_so() {
    let service = service();
    create(&service, &request("bp-1", "churn"), 0).unwrap();
    ask(
        &service,
        "DeleteBatchPrediction",
        &json!({"BatchPredictionId": "bp-1"}),
        at(60),
    )
    .unwrap();
    let shown = get(&service, "bp-1", 90);
    assert_eq!(
        (&shown["Status"], &shown["LastUpdatedAt"]),
        (&json!("DELETED"), &json!(1_780_000_060.0))
    );
    assert_eq!((shown.get("FinishedAt"), shown.get("ComputeTime")), (None, None));
}

#[test]
fn creating_the_same_again_is_no_error_and_creating_another_is() {
    let service = service();
    create(&service, &request("bp-1", "churn"), 0).unwrap();
    assert!(create(&service, &request("bp-1", "churn"), 50).is_ok());
    assert_eq!(get(&service, "bp-1", 50)["CreatedAt"], json!(1_780_000_000.0));
    let other = create(&service, &request("bp-1", "spend"), 50);
    assert_eq!(code(other), "IdempotentParameterMismatchException");
}

#[test]
fn unsound_requests_are_refused() {
    let service = service();
    let refused = |member: &str, value: &str| {
        let mut input = request("bp-1", "churn");
        input[member] = json!(value);
        code(create(&service, &input, 0))
    };
    for (member, value) in [
        ("BatchPredictionId", "a b"),
        ("BatchPredictionId", ""),
        ("MLModelId", "ml-absent"),
        ("BatchPredictionDataSourceId", "ds-absent"),
        ("OutputUri", "https://shop/out"),
        ("OutputUri", "s3://shop/a//b"),
        ("OutputUri", "s3://shop/a/../b"),
        ("BatchPredictionName", "   "),
    ] {
        assert_eq!(
            refused(member, value),
            "InvalidInputException",
            "{member}={value}"
        );
    }
    let absent = ask(
        &service,
        "GetBatchPrediction",
        &json!({"BatchPredictionId": "bp-x"}),
        at(0),
    );
    assert_eq!(code(absent), "ResourceNotFoundException");
    assert_eq!(
        code(ask(&service, "GetBatchPrediction", &json!({}), at(0))),
        "InvalidInputException"
    );
}

#[test]
fn a_name_can_be_changed() {
    let service = service();
    create(&service, &request("bp-1", "churn"), 0).unwrap();
    let input = json!({"BatchPredictionId": "bp-1", "BatchPredictionName": "spend"});
    ask(&service, "UpdateBatchPrediction", &input, at(60)).unwrap();
    let shown = get(&service, "bp-1", 60);
    assert_eq!(
        (&shown["Name"], &shown["LastUpdatedAt"]),
        (&json!("spend"), &json!(1_780_000_060.0))
    );
}

#[test]
fn predictions_are_filtered_by_one_variable_and_sorted_by_it() {
    let service = three();
    let all = ["bp-a", "bp-b", "bp-c"];
    assert_eq!(ids(&service, &json!({})), all);
    assert_eq!(
        ids(&service, &json!({"SortOrder": "dsc"})),
        ["bp-c", "bp-b", "bp-a"]
    );
    let by_name =
        |operator: &str, value: &str| ids(&service, &json!({"FilterVariable": "Name", operator: value}));
    assert_eq!(by_name("Prefix", "2026"), ["bp-a", "bp-c"]);
    assert_eq!(by_name("EQ", "2026-churn"), ["bp-a"]);
    assert_eq!(by_name("NE", "2026-churn"), ["bp-b", "bp-c"]);
    assert_eq!(by_name("GT", "2025-churn"), ["bp-a", "bp-c"]);
    assert_eq!(by_name("LE", "2026-churn"), ["bp-b", "bp-a"]);
    let by_time =
        |operator: &str, value: &str| ids(&service, &json!({"FilterVariable": "CreatedAt", operator: value}));
    assert_eq!(by_time("GE", "1780000200"), ["bp-b", "bp-c"]);
    assert_eq!(by_time("LT", &at(200).to_string()), ["bp-a"]);
    assert_eq!(by_time("GT", "2020-01-01"), all);
    assert_eq!(
        ids(&service, &json!({"FilterVariable": "Status", "EQ": "PENDING"})),
        [""; 0]
    );
    assert_eq!(
        ids(
            &service,
            &json!({"FilterVariable": "DataURI", "Prefix": "s3://shop"})
        ),
        all
    );
}

#[test]
fn a_filter_has_one_variable_and_one_operator() {
    let service = three();
    for input in [
        json!({"FilterVariable": "Name"}),
        json!({"EQ": "churn"}),
        json!({"FilterVariable": "Name", "EQ": "a", "NE": "b"}),
        json!({"FilterVariable": "Colour", "EQ": "a"}),
        json!({"FilterVariable": "CreatedAt", "EQ": "soon"}),
        json!({"SortOrder": "desc"}),
        json!({"Limit": 0}),
        json!({"Limit": 101}),
        json!({"NextToken": "nonsense"}),
    ] {
        let answer = ask(&service, "DescribeBatchPredictions", &input, at(1000));
        assert_eq!(code(answer), "InvalidInputException", "{input}");
    }
}

#[test]
fn predictions_come_in_pages_that_end() {
    let service = three();
    let page = |input: &Value| ask(&service, "DescribeBatchPredictions", input, at(1000)).unwrap();
    let first = page(&json!({"Limit": 2}));
    assert_eq!(first["Results"].as_array().unwrap().len(), 2);
    let second = page(&json!({"Limit": 2, "NextToken": first["NextToken"]}));
    assert_eq!(second["Results"][0]["BatchPredictionId"], "bp-c");
    assert_eq!(second.get("NextToken"), None);
}

#[test]
fn models_and_data_sources_are_described() {
    let service = service();
    let model = ask(
        &service,
        "GetMLModel",
        &json!({"MLModelId": "ml-1", "Verbose": true}),
        at(1000),
    )
    .unwrap();
    assert_eq!(
        (&model["MLModelType"], &model["ScoreThreshold"]),
        (&json!("BINARY"), &json!(0.5))
    );
    assert!(
        model["Schema"]
            .as_str()
            .unwrap()
            .contains("\"targetAttributeName\":\"left\"")
    );
    let source = ask(
        &service,
        "GetDataSource",
        &json!({"DataSourceId": "ds-1"}),
        at(1000),
    )
    .unwrap();
    assert_eq!(
        (source.get("DataSourceSchema"), &source["NumberOfFiles"]),
        (None, &json!(2))
    );
    let filter = json!({"FilterVariable": "MLModelType", "EQ": "BINARY"});
    let models = ask(&service, "DescribeMLModels", &filter, at(1000)).unwrap();
    assert_eq!(models["Results"][0]["Algorithm"], "sgd");
    let sources = ask(&service, "DescribeDataSources", &json!({}), at(1000)).unwrap();
    assert_eq!(sources["Results"][0]["DataSourceId"], "ds-1");
}

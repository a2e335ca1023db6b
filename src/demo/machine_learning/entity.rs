//! The entities: batch predictions, models and data sources, as the service shows them.
//!
//! Must not: read requests.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::listing::{Listed, Variable};
use super::status::Course;
use crate::demo::fields::seconds;
use crate::demo::protocol::ACCOUNT;

/// A batch prediction.
#[derive(Clone, Debug)]
pub(in crate::demo) struct BatchPrediction {
    pub(in crate::demo) id: String,
    pub(in crate::demo) name: Option<String>,
    pub(in crate::demo) model: String,
    pub(in crate::demo) data_source: String,
    pub(in crate::demo) input: String,
    pub(in crate::demo) output: String,
    pub(in crate::demo) user: String,
    pub(in crate::demo) course: Course,
    /// When a person last changed it.
    pub(in crate::demo) edited: Option<Timestamp>,
    pub(in crate::demo) deleted: Option<Timestamp>,
}

/// A model that has been trained.
#[derive(Clone, Debug)]
pub(in crate::demo) struct Model {
    pub(in crate::demo) id: String,
    pub(in crate::demo) name: String,
    pub(in crate::demo) kind: &'static str,
    pub(in crate::demo) data_source: String,
    pub(in crate::demo) input: String,
    pub(in crate::demo) user: String,
    pub(in crate::demo) created: Timestamp,
    pub(in crate::demo) bytes: i64,
    /// Of a BINARY model only.
    pub(in crate::demo) threshold: Option<f64>,
}

/// A data source whose statistics have been computed.
#[derive(Clone, Debug)]
pub(in crate::demo) struct DataSource {
    pub(in crate::demo) id: String,
    pub(in crate::demo) name: String,
    pub(in crate::demo) location: String,
    pub(in crate::demo) user: String,
    pub(in crate::demo) created: Timestamp,
    pub(in crate::demo) bytes: i64,
    pub(in crate::demo) files: i64,
    /// The schema's attributes, and their types in the words of the service.
    pub(in crate::demo) attributes: &'static [(&'static str, &'static str)],
    pub(in crate::demo) target: &'static str,
}

/// How long models and data sources took.
const WAITED: SignedDuration = SignedDuration::from_secs(40);
const RAN: SignedDuration = SignedDuration::from_mins(6);

impl BatchPrediction {
    fn status(&self, now: Timestamp) -> &'static str {
        match self.deleted {
            Some(_) => "DELETED",
            None => self.course.standing(now).status,
        }
    }

    fn updated(&self, now: Timestamp) -> Timestamp {
        let by_itself = self.course.changed(self.deleted.unwrap_or(now));
        [self.edited, self.deleted]
            .into_iter()
            .flatten()
            .fold(by_itself, Timestamp::max)
    }
}

impl Listed for BatchPrediction {
    const VARIABLES: &'static [&'static str] = &[
        "CreatedAt",
        "LastUpdatedAt",
        "Status",
        "Name",
        "IAMUser",
        "MLModelId",
        "DataSourceId",
        "DataURI",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn variable(&self, name: &str, now: Timestamp) -> Variable {
        let text = match name {
            "CreatedAt" => return Variable::Time(self.course.created),
            "LastUpdatedAt" => return Variable::Time(self.updated(now)),
            "Status" => self.status(now),
            "Name" => self.name.as_deref().unwrap_or_default(),
            "IAMUser" => &self.user,
            "MLModelId" => &self.model,
            "DataSourceId" => &self.data_source,
            _ => &self.input,
        };
        Variable::Text(text.to_owned())
    }

    fn to_json(&self, now: Timestamp) -> Value {
        let standing = self.course.standing(self.deleted.unwrap_or(now));
        let mut shown = json!({
            "BatchPredictionId": self.id,
            "MLModelId": self.model,
            "BatchPredictionDataSourceId": self.data_source,
            "InputDataLocationS3": self.input,
            "CreatedByIamUser": self.user,
            "CreatedAt": seconds(self.course.created),
            "LastUpdatedAt": seconds(self.updated(now)),
            "Status": self.status(now),
            "OutputUri": self.output,
        });
        // A deleted prediction is in neither of the states that have these.
        let ended = standing.finished.filter(|_| self.deleted.is_none());
        let compute = standing.compute.filter(|_| self.deleted.is_none());
        put(&mut shown, "Name", self.name.as_deref().map(Value::from));
        put(&mut shown, "StartedAt", standing.started.map(seconds));
        put(&mut shown, "FinishedAt", ended.map(seconds));
        put(&mut shown, "ComputeTime", compute.map(Value::from));
        put(&mut shown, "Message", standing.message.map(Value::from));
        put(
            &mut shown,
            "TotalRecordCount",
            standing.counts.map(|(total, _)| total.into()),
        );
        put(
            &mut shown,
            "InvalidRecordCount",
            standing.counts.map(|(_, invalid)| invalid.into()),
        );
        shown
    }
}

impl Listed for Model {
    const VARIABLES: &'static [&'static str] = &[
        "CreatedAt",
        "LastUpdatedAt",
        "Status",
        "Name",
        "IAMUser",
        "TrainingDataSourceId",
        "RealtimeEndpointStatus",
        "MLModelType",
        "Algorithm",
        "TrainingDataURI",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn variable(&self, name: &str, _now: Timestamp) -> Variable {
        let text = match name {
            "CreatedAt" => return Variable::Time(self.created),
            "LastUpdatedAt" => return Variable::Time(finished(self.created)),
            "Status" => "COMPLETED",
            "Name" => &self.name,
            "IAMUser" => &self.user,
            "TrainingDataSourceId" => &self.data_source,
            "RealtimeEndpointStatus" => "NONE",
            "MLModelType" => self.kind,
            "Algorithm" => "sgd",
            _ => &self.input,
        };
        Variable::Text(text.to_owned())
    }

    fn to_json(&self, _now: Timestamp) -> Value {
        let mut shown = json!({
            "MLModelId": self.id,
            "Name": self.name,
            "Algorithm": "sgd",
            "MLModelType": self.kind,
            "TrainingDataSourceId": self.data_source,
            "InputDataLocationS3": self.input,
            "SizeInBytes": self.bytes,
            "EndpointInfo": {"PeakRequestsPerSecond": 0, "EndpointStatus": "NONE"},
            "TrainingParameters": {
                "algorithm": "sgd",
                "sgd.maxPasses": "10",
                "sgd.maxMLModelSizeInBytes": "33554432",
                "sgd.shuffleType": "auto",
                "sgd.l2RegularizationAmount": "1.0E-6",
            },
        });
        put_completed(&mut shown, &self.user, self.created);
        put(&mut shown, "ScoreThreshold", self.threshold.map(Value::from));
        put(
            &mut shown,
            "ScoreThresholdLastUpdatedAt",
            self.threshold.map(|_| seconds(finished(self.created))),
        );
        shown
    }
}

impl Listed for DataSource {
    const VARIABLES: &'static [&'static str] = &[
        "CreatedAt",
        "LastUpdatedAt",
        "Status",
        "Name",
        "DataLocationS3",
        "IAMUser",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn variable(&self, name: &str, _now: Timestamp) -> Variable {
        let text = match name {
            "CreatedAt" => return Variable::Time(self.created),
            "LastUpdatedAt" => return Variable::Time(finished(self.created)),
            "Status" => "COMPLETED",
            "Name" => &self.name,
            "IAMUser" => &self.user,
            _ => &self.location,
        };
        Variable::Text(text.to_owned())
    }

    fn to_json(&self, _now: Timestamp) -> Value {
        let mut shown = json!({
            "DataSourceId": self.id,
            "Name": self.name,
            "DataLocationS3": self.location,
            "DataRearrangement": "{\"splitting\":{\"percentBegin\":0,\"percentEnd\":100}}",
            "DataSizeInBytes": self.bytes,
            "NumberOfFiles": self.files,
            "ComputeStatistics": true,
        });
        put_completed(&mut shown, &self.user, self.created);
        shown
    }
}

impl DataSource {
    /// `DataSourceSchema`: JSON in a text.
    pub(in crate::demo) fn schema(&self) -> String {
        let attributes: Vec<Value> = self
            .attributes
            .iter()
            .map(|(name, kind)| json!({"attributeName": name, "attributeType": kind}))
            .collect();
        json!({
            "version": "1.0",
            "targetAttributeName": self.target,
            "dataFormat": "CSV",
            "dataFileContainsHeader": true,
            "attributes": attributes,
        })
        .to_string()
    }
}

/// Where the logs of an entity are.
pub(in crate::demo) fn log_uri(kind: &str, id: &str) -> String {
    format!("https://eml-prod-emr.s3.amazonaws.com/{ACCOUNT}-{kind}-{id}/userlog/{ACCOUNT}-{kind}-{id}")
}

fn finished(created: Timestamp) -> Timestamp {
    created + WAITED + RAN
}

fn put_completed(shown: &mut Value, user: &str, created: Timestamp) {
    shown["Status"] = json!("COMPLETED");
    shown["CreatedByIamUser"] = json!(user);
    shown["CreatedAt"] = seconds(created);
    shown["StartedAt"] = seconds(created + WAITED);
    shown["FinishedAt"] = seconds(finished(created));
    shown["LastUpdatedAt"] = seconds(finished(created));
    shown["ComputeTime"] = json!(RAN.as_millis() * 2);
}

fn put(shown: &mut Value, member: &str, value: Option<Value>) {
    if let Some(value) = value {
        shown[member] = value;
    }
}

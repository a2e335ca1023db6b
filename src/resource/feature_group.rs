//! Feature groups.

use super::{Fact, Timestamp, TtlDuration};

/// A feature group, as `DescribeFeatureGroup` tells of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureGroup {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `Creating`, `Created`, `CreateFailed`, `Deleting` or `DeleteFailed`.
    pub status: String,
    /// Why creating or deleting it failed.
    pub failure: Option<String>,
    /// What the person who made it wrote about it.
    pub description: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// The feature that identifies a record.
    pub identifier: String,
    /// The feature that holds a record's event time.
    pub event_time: String,
    /// The schema.
    pub features: Vec<Feature>,
    /// The online store, where there is one.
    pub online: Option<OnlineStore>,
    /// The offline store, where there is one.
    pub offline: Option<OfflineStore>,
    /// `OnDemand` or `Provisioned`, with its units where it is provisioned.
    pub throughput: Option<String>,
    /// The role that writes to the offline store.
    pub role: Option<String>,
}

/// One feature of the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// `Integral`, `Fractional` or `String`.
    pub kind: String,
    /// `List`, `Set` or `Vector`.
    pub collection: Option<String>,
    /// How many numbers a vector has.
    pub dimension: Option<u64>,
}

/// The store that `GetRecord` reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnlineStore {
    /// `Standard`, `Standard_V2` or `InMemory`; `Standard` where the service does not say.
    pub storage: Option<String>,
    /// How long a record lives after its event time, where its write does not say.
    pub ttl: Option<TtlDuration>,
    /// The key of its encryption.
    pub key_id: Option<String>,
}

/// The store in S3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfflineStore {
    /// Where it writes.
    pub uri: String,
    /// `Glue` or `Iceberg`.
    pub format: Option<String>,
    /// `Active`, `Blocked` or `Disabled`.
    pub status: Option<String>,
    /// Why it is blocked.
    pub blocked: Option<String>,
    /// Database and table of its Glue catalogue.
    pub table: Option<String>,
}

impl Feature {
    /// How its values are collected: `Vector(8)`, `List`; nothing where it has a single value.
    pub fn collected(&self) -> String {
        match (&self.collection, self.dimension) {
            (Some(collection), Some(dimension)) => format!("{collection}({dimension})"),
            (Some(collection), None) => collection.clone(),
            (None, _) => String::new(),
        }
    }

    /// Its type with its collection: `Integral`, `Vector(8) Fractional`.
    pub fn words(&self) -> String {
        format!("{} {}", self.collected(), self.kind)
            .trim_start()
            .to_owned()
    }
}

impl FeatureGroup {
    /// What a feature is besides, if anything.
    pub fn role_of(&self, feature: &str) -> Option<&'static str> {
        if feature == self.identifier {
            Some("identifier")
        } else if feature == self.event_time {
            Some("event time")
        } else {
            None
        }
    }

    /// A feature of the schema by its name.
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    pub(super) fn note(&self) -> String {
        let stores = match (&self.online, &self.offline) {
            (Some(_), Some(_)) => "online+offline",
            (Some(_), None) => "online",
            (None, Some(_)) => "offline",
            (None, None) => "no store",
        };
        format!("{} {stores}", self.features.len())
    }

    pub(super) fn facts(&self) -> Vec<Fact> {
        const NONE: &str = "none";
        let online = self.online.as_ref();
        let mut facts = Vec::new();
        if let Some(failure) = &self.failure {
            facts.push(Fact::trouble("failure", failure));
        }
        facts.extend([
            Fact::new("status", self.status.as_str()),
            Fact::new("identifier", self.identifier.as_str()),
            Fact::new("event time", self.event_time.as_str()),
            Fact::maybe(
                "online store",
                online.map(|it| it.storage.as_deref().unwrap_or("Standard")),
                NONE,
            ),
            Fact::maybe(
                "time to live",
                online.and_then(|it| it.ttl).map(|ttl| ttl.to_string()),
                "records stay",
            ),
        ]);
        facts.extend(self.offline_facts());
        facts.extend([
            Fact::maybe("throughput", self.throughput.as_deref(), "not told"),
            Fact::maybe("created", self.created, "not told"),
            Fact::maybe("modified", self.modified, "never"),
        ]);
        if let Some(text) = &self.description {
            facts.push(Fact::new("description", text.as_str()));
        }
        if let Some(role) = &self.role {
            facts.push(Fact::new("role", role.as_str()));
        }
        facts.push(Fact::new("arn", self.arn.as_str()));
        facts
    }

    fn offline_facts(&self) -> Vec<Fact> {
        let Some(store) = &self.offline else {
            return vec![Fact::maybe("offline store", None::<&str>, "none")];
        };
        let mut facts = vec![Fact::maybe(
            "offline store",
            store.status.as_deref(),
            "status not told",
        )];
        if let Some(why) = &store.blocked {
            facts.push(Fact::trouble("blocked", why));
        }
        facts.push(Fact::new("offline uri", store.uri.as_str()));
        if let Some(format) = &store.format {
            facts.push(Fact::new("table format", format.as_str()));
        }
        if let Some(table) = &store.table {
            facts.push(Fact::new("glue table", table.as_str()));
        }
        facts
    }
}

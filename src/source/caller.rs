//! Who calls: `GetCallerIdentity` of the Security Token Service, which everybody with credentials may ask.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use futures::FutureExt as _;

use super::classify::{classify, incomplete};
use super::{Identify, Reply, SourceError};
use crate::resource::Caller;

const OPERATION: &str = "GetCallerIdentity";

/// The service, as one account sees it.
pub(super) struct Sts(Client);

impl Sts {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    async fn caller(&self) -> Result<Caller, SourceError> {
        let answer = self.0.get_caller_identity().send().await;
        let answer = answer.map_err(|error| classify(OPERATION, "", &error))?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Caller { account, arn }),
            _ => Err(incomplete(OPERATION, "")),
        }
    }
}

impl Identify for Sts {
    fn caller(&self) -> Reply<'_, Caller> {
        self.caller().boxed()
    }
}

//! Whether files that people send can be kept: writes one, reads it and takes it away.

use std::time::Duration;

use tokio::time::timeout;

use super::Finding;
use crate::{
    Error,
    platform::{
        clock::Clock,
        config::{Config, FilesPlace, ServiceName},
        files::Files,
    },
};

/// Longest look.
const PATIENCE: Duration = Duration::from_secs(10);
const ABOUT: &str = "files";

pub(super) async fn examine(config: &Config, clock: &dyn Clock) -> Option<Finding> {
    // The members' door takes no files.
    if config.service != ServiceName::StaffApi {
        return None;
    }
    let place = match config.files.place() {
        FilesPlace::Folder(folder) => format!("the folder {}", folder.display()),
        FilesPlace::Bucket(bucket) => format!("the bucket {bucket}"),
    };
    let remedy = "look at the section `files`, and whether this user may write there";
    let tried = async { Files::open(&config.files).map_err(Error::from)?.try_out(clock.now()).await };
    Some(match timeout(PATIENCE, tried).await {
        Ok(Ok(())) => Finding::well(ABOUT, format!("{place} keeps files")),
        Ok(Err(Error::Fault(fault))) => Finding::wrong(ABOUT, format!("{place}: {}", fault.chain()), remedy),
        Ok(Err(Error::Refused(refusal))) => Finding::wrong(ABOUT, format!("{place}: {refusal}"), remedy),
        Err(_elapsed) => Finding::wrong(ABOUT, format!("{place}: no answer in time"), remedy),
    })
}

//! Files that people send: bytes under a key, in a folder of this machine or in a bucket of S3.
//!
//! - A key is made here and never by a caller: a month, and chance. Nothing of whoever sent the file is in it.
//! - A file is written whole before a row of the database names it, and its row goes before it does. So a row always has
//!   its file, and a process that dies in between leaves a file that nobody names, which housekeeping takes away.
//! - A bucket is, like Postgres, a part of what the gym stands on, and no provider that hands messages on: a request waits
//!   for it, for a bounded time, outside of every transaction.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder,
    local::LocalFileSystem, memory::InMemory, path::Path,
};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::config::{self, FilesPlace};
use crate::{Error, Fault, vocabulary::Timestamp};

/// How long a bucket may take for one answer: less than a request has.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a connection to it may take.
const CONNECT: Duration = Duration::from_secs(1);

/// Where a file is kept, as its row says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileKey(String);

impl FileKey {
    /// A new key for a file that arrives at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(format!("{}/{}", now.format("%Y-%m"), Uuid::new_v4().simple()))
    }

    /// The key that a row names.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The key as a row keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where files are kept; cheap to clone.
#[derive(Clone)]
pub struct Files {
    store: Option<Arc<dyn ObjectStore>>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.store {
            Some(store) => write!(f, "Files({store})"),
            None => f.write_str("Files(nowhere)"),
        }
    }
}

impl Files {
    /// What the configuration says. A folder is made if it is not there; a bucket is not asked before it is needed.
    pub fn open(config: &config::FileSettings) -> Result<Self, Fault> {
        let store: Arc<dyn ObjectStore> = match config.place() {
            FilesPlace::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(Fault::new)?;
                // A row that names a file must still find it after the power failed.
                let local = LocalFileSystem::new_with_prefix(folder).map_err(Fault::new)?;
                Arc::new(local.with_fsync(true).with_automatic_cleanup(false))
            }
            FilesPlace::Bucket(bucket) => Arc::new(bucket_of(config, bucket)?),
        };
        Ok(Self { store: Some(store) })
    }

    /// Nowhere: whatever asks for a file is a fault. For a service that keeps none.
    pub const fn nowhere() -> Self {
        Self { store: None }
    }

    /// In memory, for tests.
    pub fn in_memory() -> Self {
        Self { store: Some(Arc::new(InMemory::new())) }
    }

    fn store(&self) -> Result<&Arc<dyn ObjectStore>, Fault> {
        self.store.as_ref().ok_or_else(|| Fault::new("this service keeps no files"))
    }

    /// Keeps `bytes` under `key`, whole or not at all.
    pub async fn put(&self, key: &FileKey, bytes: Vec<u8>) -> Result<(), Error> {
        self.store()?.put(&path(key), bytes.into()).await.map_err(Fault::new)?;
        Ok(())
    }

    /// What is kept under `key`; nothing kept there is a fault, because a row says that there is.
    pub async fn get(&self, key: &FileKey) -> Result<Bytes, Error> {
        let found = self.store()?.get(&path(key)).await.map_err(Fault::new)?;
        Ok(found.bytes().await.map_err(Fault::new)?)
    }

    /// Takes away what is kept under `key`, if anything is.
    pub async fn delete(&self, key: &FileKey) -> Result<(), Error> {
        match self.store()?.delete(&path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(why) => Err(Fault::new(why).into()),
        }
    }

    /// The keys of files that were last written before `moment`.
    pub async fn written_before(&self, moment: Timestamp) -> Result<Vec<FileKey>, Error> {
        let all = self.store()?.list(None);
        let old = all.try_filter(|found| std::future::ready(found.last_modified < moment));
        let keys = old.map_ok(|found| FileKey(found.location.to_string()));
        Ok(keys.try_collect().await.map_err(Fault::new)?)
    }

    /// Whether a file can be written, read and taken away again.
    pub async fn try_out(&self, now: Timestamp) -> Result<(), Error> {
        let key = FileKey::new(now);
        self.put(&key, b"a trial".to_vec()).await?;
        self.get(&key).await?;
        self.delete(&key).await
    }
}

fn path(key: &FileKey) -> Path {
    Path::from(key.as_str())
}

fn bucket_of(config: &config::FileSettings, bucket: &str) -> Result<impl ObjectStore, Fault> {
    let client = ClientOptions::new().with_timeout(PATIENCE).with_connect_timeout(CONNECT);
    let is_plain = config.bucket_endpoint.starts_with("http://");
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.bucket_region)
        .with_access_key_id(&config.bucket_key_id)
        .with_client_options(client.with_allow_http(is_plain))
        .with_retry(RetryConfig { max_retries: 1, retry_timeout: PATIENCE, ..RetryConfig::default() });
    if let Some(secret) = &config.bucket_secret_key {
        builder = builder.with_secret_access_key(secret.expose_secret());
    }
    if !config.bucket_endpoint.is_empty() {
        builder = builder.with_endpoint(&config.bucket_endpoint);
    }
    builder.build().map_err(Fault::new)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const NOW: Timestamp = DateTime::UNIX_EPOCH;

    #[tokio::test]
    async fn a_file_is_kept_read_and_taken_away() {
        let files = Files::in_memory();
        let (one, other) = (FileKey::new(NOW), FileKey::new(NOW));
        assert_ne!(one, other);
        assert!(one.as_str().starts_with("1970-01/") && one.as_str().len() == 40, "{one:?}");
        files.put(&one, b"a bill".to_vec()).await.unwrap();
        assert_eq!(files.get(&FileKey::stored(one.as_str().to_owned())).await.unwrap(), "a bill");
        let later = Timestamp::MAX_UTC;
        assert_eq!(files.written_before(later).await.unwrap(), vec![one.clone()]);
        assert_eq!(files.written_before(NOW).await.unwrap(), Vec::new());
        files.delete(&one).await.unwrap();
        files.delete(&one).await.unwrap();
        assert!(files.get(&one).await.is_err());
        files.try_out(NOW).await.unwrap();
        assert_eq!(files.written_before(later).await.unwrap(), Vec::new());
    }

    #[tokio::test]
    async fn a_folder_keeps_files_below_itself() {
        let folder = std::env::temp_dir().join(format!("gym-files-{}", Uuid::new_v4().simple()));
        let config = config::FileSettings { folder: folder.clone(), ..config::FileSettings::nowhere_yet() };
        let files = Files::open(&config).unwrap();
        let key = FileKey::new(NOW);
        files.put(&key, vec![7; 100]).await.unwrap();
        assert_eq!(std::fs::read(folder.join(key.as_str())).unwrap(), vec![7; 100]);
        assert_eq!(Files::open(&config).unwrap().get(&key).await.unwrap().len(), 100);
        let above = FileKey::stored("../../etc/passwd".to_owned());
        assert!(files.get(&above).await.is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// A store that speaks S3, as far as keeping, reading and deleting one file goes.
    #[tokio::test]
    async fn a_bucket_is_asked_with_a_signature_and_what_it_refuses_is_a_fault() {
        use wiremock::{
            Mock, MockServer, ResponseTemplate,
            matchers::{header_exists, header_regex, method, path_regex},
        };

        let bucket = MockServer::start().await;
        let said = |status| ResponseTemplate::new(status).insert_header("etag", "\"one\"");
        let there = || path_regex("^/bills/1970-01/[0-9a-f]{32}$");
        Mock::given(method("PUT"))
            .and(there())
            .and(header_regex(
                "authorization",
                "^AWS4-HMAC-SHA256 Credential=an-id/.*/us-east-1/s3/aws4_request",
            ))
            .and(header_exists("x-amz-content-sha256"))
            .respond_with(said(200))
            .expect(1)
            .mount(&bucket)
            .await;
        let found = said(200)
            .insert_header("last-modified", "Thu, 01 Jan 1970 00:00:00 GMT")
            .set_body_bytes("a bill");
        Mock::given(method("GET")).and(there()).respond_with(found).expect(1).mount(&bucket).await;
        let config = config::FileSettings {
            bucket: "bills".to_owned(),
            bucket_region: "us-east-1".to_owned(),
            bucket_endpoint: bucket.uri(),
            bucket_key_id: "an-id".to_owned(),
            bucket_secret_key: Some("a-key".to_owned().into()),
            ..config::FileSettings::nowhere_yet()
        };
        let files = Files::open(&config).unwrap();
        let key = FileKey::new(NOW);
        let deleted = format!("<DeleteResult><Deleted><Key>{}</Key></Deleted></DeleteResult>", key.as_str());
        Mock::given(method("POST"))
            .respond_with(said(200).set_body_string(deleted))
            .expect(1)
            .mount(&bucket)
            .await;
        files.put(&key, b"a bill".to_vec()).await.unwrap();
        assert_eq!(files.get(&key).await.unwrap(), "a bill");
        files.delete(&key).await.unwrap();
        bucket.verify().await;
        bucket.reset().await;
        Mock::given(method("PUT")).respond_with(ResponseTemplate::new(403)).mount(&bucket).await;
        assert!(matches!(files.put(&key, b"a bill".to_vec()).await, Err(Error::Fault(_))));
    }

    #[tokio::test]
    async fn a_service_without_files_says_so() {
        assert!(Files::nowhere().get(&FileKey::new(NOW)).await.is_err());
    }
}

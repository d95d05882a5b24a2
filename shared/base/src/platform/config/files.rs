//! Where files that people send are kept.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{Mode, Section, ServiceName, Setting, field::Field, problems::Problems};

/// Where files that people send are kept: in a folder, or in a bucket of S3.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSettings {
    /// The folder; not used where there is a bucket.
    pub folder: PathBuf,
    /// The bucket; empty for the folder.
    pub bucket: String,
    /// The region of the bucket.
    pub bucket_region: String,
    /// The address of a service that speaks S3; empty for Amazon's own.
    pub bucket_endpoint: String,
    /// The id of the key that may read, write and delete in the bucket.
    pub bucket_key_id: String,
    /// The key itself.
    pub bucket_secret_key: Option<SecretString>,
}

/// One of the two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilesPlace<'a> {
    /// A folder of this machine.
    Folder(&'a std::path::Path),
    /// A bucket of this name.
    Bucket(&'a str),
}

impl FileSettings {
    /// Where files are kept.
    pub fn place(&self) -> FilesPlace<'_> {
        if self.bucket.is_empty() {
            FilesPlace::Folder(&self.folder)
        } else {
            FilesPlace::Bucket(&self.bucket)
        }
    }

    #[cfg(test)]
    pub(in super::super) fn nowhere_yet() -> Self {
        Self {
            folder: PathBuf::new(),
            bucket: String::new(),
            bucket_region: String::new(),
            bucket_endpoint: String::new(),
            bucket_key_id: String::new(),
            bucket_secret_key: None,
        }
    }
}

impl Section for FileSettings {
    const NAME: &'static str = "files";
    const FIELDS: &'static [Field] = &[
        Field::new(
            "folder",
            "Folder of files that people send, for staff-api; every copy of it needs the same one. Unused with a bucket.",
            "files",
        ),
        Field::new("bucket", "Bucket of S3 that keeps them instead.", ""),
        Field::new("bucket_region", "Region of the bucket.", "us-east-1"),
        Field::new("bucket_endpoint", "Address of a service that speaks S3, if it is not Amazon's.", ""),
        Field::new("bucket_key_id", "Id of the key that may read, write, list and delete in the bucket.", ""),
        Field::new("bucket_secret_key", "The key itself.", "").secret(),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        if at.service != ServiceName::StaffApi {
            return;
        }
        let has_key = !self.bucket_key_id.is_empty()
            && self.bucket_secret_key.as_ref().is_some_and(|key| !key.expose_secret().is_empty());
        match self.place() {
            FilesPlace::Folder(folder) if at.mode == Mode::Production && !folder.is_absolute() => {
                problems.add("GYM__FILES__FOLDER", "production wants a whole path, or a bucket");
            }
            FilesPlace::Folder(folder) if folder.as_os_str().is_empty() => {
                problems.add("GYM__FILES__FOLDER", "missing: a folder, or a bucket");
            }
            FilesPlace::Bucket(_) if !has_key => problems.add(
                "GYM__FILES__BUCKET_SECRET_KEY",
                "missing: a bucket needs a key and its id (GYM__FILES__BUCKET_KEY_ID)",
            ),
            FilesPlace::Bucket(_)
                if at.mode == Mode::Production && self.bucket_endpoint.starts_with("http://") =>
            {
                problems.add("GYM__FILES__BUCKET_ENDPOINT", "production sends files over https only");
            }
            FilesPlace::Folder(_) | FilesPlace::Bucket(_) => {}
        }
    }
}

//! To be written on this branch.

/// What is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {}

pub(crate) async fn run(_asked: Asked) -> anyhow::Result<bool> {
    Ok(false)
}

//! Work that blocks, such as writing to the catalog, beside the threads that must not.

use crate::MailError;

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, store::StoreError> + Send + 'static,
) -> Result<T, MailError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(MailError::Work(error.to_string())),
    }
}

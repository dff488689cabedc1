//! A thread that writes what is queued for it, and that is joined when its handle is dropped.

use std::io;
use std::thread::JoinHandle;

use tokio::sync::mpsc;
use tracing::Span;

pub(crate) struct WriterThread<Job> {
    name: &'static str,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl<Job: Send + 'static> WriterThread<Job> {
    /// Runs `write` until the handle is dropped. With `queue` jobs waiting, a caller that brings one more waits too.
    pub fn spawn(
        name: &'static str,
        queue: usize,
        write: impl FnOnce(mpsc::Receiver<Job>) + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, queued) = mpsc::channel(queue);
        let span = Span::current();
        let write = move || span.in_scope(|| write(queued));
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(write)?;
        Ok(Self { name, jobs: Some(jobs), thread: Some(thread) })
    }

    pub fn jobs(&self) -> Option<&mpsc::Sender<Job>> {
        self.jobs.as_ref()
    }
}

/// Waits for what is queued to be written.
impl<Job> Drop for WriterThread<Job> {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(thread = self.name, "a writer thread panicked");
        }
    }
}

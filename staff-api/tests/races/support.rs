//! Calling at once, and counting what came back.

use std::future::Future;

use cast::Answered;
use tokio::task::JoinSet;

/// Runs `call` `times` times at once; the number of the call goes in, the answers come out in no order.
pub(crate) async fn at_once<F>(times: i64, call: impl Fn(i64) -> F) -> Vec<Answered>
where
    F: Future<Output = Answered> + Send + 'static,
{
    let mut calls: JoinSet<Answered> = (0..times).map(call).collect();
    let mut answers = Vec::new();
    while let Some(answer) = calls.join_next().await {
        answers.push(answer.expect("a call"));
    }
    answers
}

/// How many of `answers` have the status.
pub(crate) fn with_status(answers: &[Answered], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

/// How many of `answers` were refused with the code.
pub(crate) fn with_code(answers: &[Answered], code: &str) -> usize {
    answers.iter().filter(|answer| answer.code() == code).count()
}

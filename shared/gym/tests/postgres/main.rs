//! What only a real Postgres shows: its schema beside the code, many callers at once, jobs that are carried out.

#![cfg(test)]

mod outbox;
mod races;
mod schema;

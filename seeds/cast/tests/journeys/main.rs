//! Days at the gym, through both doors.

#![cfg(test)]

mod borders;
mod demo_stack;
mod desk;
mod documents;
mod examples;
mod first_day;
mod member;
mod moving;

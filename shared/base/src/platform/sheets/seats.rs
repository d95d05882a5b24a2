//! How many files are made at once.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::FileRefused;
use crate::vocabulary::StaffId;

/// Most files that a process makes at once. Each keeps a connection to Postgres until its last row is read, and those are
/// few: whoever serves people comes first.
const AT_ONCE: usize = 2;
/// Seconds after which another try makes sense.
const RETRY_AFTER: u32 = 5;

/// Who receives a file at this moment.
#[derive(Debug, Clone, Default)]
pub struct Seats(Arc<Mutex<HashSet<StaffId>>>);

/// A place among those who receive a file, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Seats,
    staff: StaffId,
}

impl Seats {
    /// A place for `staff`, who receives one file at a time.
    ///
    /// # Refuses
    /// [`FileRefused::Busy`] when there is none left, or they have one.
    pub fn take(&self, staff: StaffId) -> Result<Seat, FileRefused> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= AT_ONCE || !taken.insert(staff) {
            return Err(FileRefused::Busy { retry_after: RETRY_AFTER });
        }
        drop(taken);
        Ok(Seat { seats: self.clone(), staff })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.staff);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_receives_one_file_and_all_together_a_few() {
        let seats = Seats::default();
        let refused = Err(FileRefused::Busy { retry_after: RETRY_AFTER });
        let first = seats.take(StaffId::new(1)).unwrap();
        assert_eq!(seats.take(StaffId::new(1)).map(|_seat| ()), refused);
        let second = seats.take(StaffId::new(2)).unwrap();
        assert_eq!(seats.take(StaffId::new(3)).map(|_seat| ()), refused);
        drop(first);
        assert!(seats.take(StaffId::new(3)).is_ok());
        drop(second);
        assert!(seats.take(StaffId::new(1)).is_ok());
    }
}

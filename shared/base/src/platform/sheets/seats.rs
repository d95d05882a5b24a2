//! How many files are made at once.

use std::{
    collections::HashMap,
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
#[derive(Debug, Clone)]
pub struct Seats {
    taken: Arc<Mutex<HashMap<StaffId, usize>>>,
    at_once: usize,
    of_one: usize,
}

/// A place among those who receive a file, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Seats,
    staff: StaffId,
}

impl Default for Seats {
    fn default() -> Self {
        Self::new(AT_ONCE, 1)
    }
}

impl Seats {
    /// So many places, `of_one` of which one person may have.
    pub fn new(at_once: usize, of_one: usize) -> Self {
        Self { taken: Arc::default(), at_once, of_one }
    }

    /// A place for `staff`.
    ///
    /// # Refuses
    /// [`FileRefused::Busy`] when there is none left, or they have all that one person may have.
    pub fn take(&self, staff: StaffId) -> Result<Seat, FileRefused> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all = taken.values().fold(0_usize, |sum, of_somebody| sum.saturating_add(*of_somebody));
        let own = taken.get(&staff).copied().unwrap_or_default();
        if all >= self.at_once || own >= self.of_one {
            return Err(FileRefused::Busy { retry_after: RETRY_AFTER });
        }
        taken.insert(staff, own.saturating_add(1));
        drop(taken);
        Ok(Seat { seats: self.clone(), staff })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.staff) {
            Some(own) if *own > 1 => *own = own.saturating_sub(1),
            Some(_) | None => {
                taken.remove(&self.staff);
            }
        }
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

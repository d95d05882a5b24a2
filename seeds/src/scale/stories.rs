//! What the members of the large gym hold.

use super::places::Menu;
use crate::{
    book::{Book, Ref},
    dice::Dice,
    life::{self, Fate, Story},
};

/// Writes into the book what every member bought and did.
pub(super) fn tell(book: &mut Book, menu: &Menu) -> anyhow::Result<()> {
    let mut dice = Dice::new(12);
    // Growing by halves would for a while hold everything twice.
    book.sold.reserve(book.members.len() * 5 / 2);
    book.payments.reserve(book.members.len() * 11);
    book.events.reserve(book.members.len() * 32);
    for index in 0..book.members.len() {
        let who = Ref::at(index)?;
        let member = *who.of(&book.members)?;
        let story = draw(&mut dice, menu, member.is_active);
        life::tell(book, &mut dice, who, story)?;
        if member.is_active && dice.chance(4) {
            let hours = Story {
                service: menu.training,
                fate: Fate::Active,
                renewals: 0,
                is_alone: false,
                gone_for: 0,
            };
            life::tell(book, &mut dice, who, hours)?;
        }
        let known = (book.moment.today - member.since).num_days();
        for _ in 0..dice.between(1, 6) {
            let day = book.moment.ago(dice.between(0, known.min(729)));
            life::buy_something(book, &mut dice, member.branch, Some(who), day);
        }
    }
    Ok(())
}

/// A third come today; most who ever came have stopped coming.
fn draw(dice: &mut Dice, menu: &Menu, is_active: bool) -> Story {
    let (service, renewals) = match dice.between(1, 100) {
        1..=50 => (menu.monthly, dice.count(3, 7)),
        51..=65 => (menu.quarterly, dice.count(1, 2)),
        66..=75 => (menu.yearly, 0),
        76..=88 => (menu.sessions, dice.count(1, 2)),
        _ => (menu.coins, dice.count(1, 3)),
    };
    let is_counted = service.offer.units.is_some();
    let lapses = service.offer.days.is_some();
    let fate = match dice.between(1, 100) {
        _ if !is_active && lapses => Fate::Expired,
        1..=33 if is_active => Fate::Active,
        34..=35 if service.offer.max_freezes > 0 => Fate::Frozen,
        36..=38 => Fate::Stopped,
        39..=42 if is_counted => Fate::Spent,
        43..=44 => Fate::Pending,
        _ if lapses => Fate::Expired,
        _ => Fate::Spent,
    };
    let gone_for = if matches!(fate, Fate::Expired | Fate::Spent) { dice.between(0, 520) } else { 0 };
    Story { service, fate, renewals, is_alone: true, gone_for }
}

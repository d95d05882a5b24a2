//! What the members of the demo hold, and how they came to it.

use super::places::Menu;
use crate::{
    book::{Book, Branch, Member, Ref, Sold},
    dice::Dice,
    life::{self, Fate, Freeze, Stint, Story},
};

/// Subscriptions whose ids the documents name.
pub(super) type Named = Vec<(Ref, i64)>;

/// Writes what every member bought and did; answers the subscriptions whose ids the documents name.
pub(super) fn tell(book: &mut Book, menu: &Menu) -> anyhow::Result<Named> {
    let mut dice = Dice::new(2);
    let mut named = Named::new();
    let mut everybody = Vec::new();
    for member in &book.members {
        everybody.push((Ref::next(&everybody)?, *member));
    }
    for (who, member) in everybody {
        match member.id {
            1 => named.push((long_standing(book, &mut dice, who, menu)?, 1)),
            123 => named.extend(ahmed_hassan(book, &mut dice, who, menu)?),
            _ => {
                for story in portfolio(&mut dice, menu, &member, *member.branch.of(&book.branches)?) {
                    life::tell(book, &mut dice, who, story)?;
                }
            }
        }
        if dice.chance(45) {
            let day = book.moment.ago(dice.between(0, 89));
            life::buy_something(book, &mut dice, member.branch, Some(who), day);
        }
    }
    walk_in(book, &mut dice)?;
    let is_spared = |sold: &Sold| sold.left > 2 && sold.service.id == menu.coins.id;
    let spared = book.sold.iter().position(is_spared).unwrap_or_default();
    life::put_right(book, &mut dice, Ref::at(spared)?, book.moment.ago(1))?;
    Ok(named)
}

/// Customer 1: renewed in time, so that twenty of forty sessions are left.
fn long_standing(book: &mut Book, dice: &mut Dice, who: Ref, menu: &Menu) -> anyhow::Result<Ref> {
    let (sold, renewed) = (book.moment.ago(84), book.moment.ago(30));
    Stint::new(menu.sessions, sold, Fate::Active)
        .lasting(90, 0, dice)
        .renewed(renewed)
        .with_left(20)
        .record(book, dice, who, None)
}

/// Customer 123: subscription 45 followed subscription 44, and five of its fifteen freeze days are left.
fn ahmed_hassan(book: &mut Book, dice: &mut Dice, who: Ref, menu: &Menu) -> anyhow::Result<Named> {
    let ago = |days| book.moment.ago(days);
    let (earlier, later, rested) = (ago(56), ago(24), ago(20));
    let first = Stint::new(menu.monthly, earlier, Fate::Expired).lasting(30, 0, dice).followed_after(ago(27));
    let first = first.record(book, dice, who, None)?;
    let freeze = Freeze { from: rested, days: 10, woken_after: None };
    let second = Stint::new(menu.monthly, later, Fate::Active).lasting(30, 0, dice).frozen(freeze);
    let second = second.record(book, dice, who, Some(first))?;
    Ok(vec![(first, 44), (second, 45)])
}

/// What one member holds: most one active thing, some several, some in trouble, a few nothing.
fn portfolio(dice: &mut Dice, menu: &Menu, member: &Member, branch: Branch) -> Vec<Story> {
    let gone_for = dice.between(0, 40);
    let story = |service, fate| {
        let gone_for = if fate == Fate::Expired { gone_for } else { 0 };
        Story { service, fate, renewals: 0, is_alone: true, gone_for }
    };
    match member.id {
        2 => return vec![story(menu.monthly, Fate::Frozen)],
        3 => return vec![story(menu.sessions, Fate::Spent)],
        4 => return several(&[story(menu.coins, Fate::Active), story(menu.training, Fate::Active)]),
        5 => return vec![story(menu.monthly, Fate::Expired)],
        115 | 124 => return vec![story(menu.coins, Fate::Active)],
        _ if !member.is_active && branch.gym == 1 => return vec![story(menu.monthly, Fate::Expired)],
        _ if !member.is_active => return Vec::new(),
        _ => {}
    }
    let usual = [
        menu.monthly,
        menu.monthly,
        menu.monthly,
        menu.quarterly,
        menu.yearly,
        menu.coins,
        menu.more_coins,
        menu.sessions,
        if branch.id == 1 { menu.swimming } else { menu.sessions },
        menu.training,
    ];
    let abroad = [menu.abroad_monthly, menu.abroad_monthly, menu.abroad_coins];
    let service = if branch.gym == 2 { pick(dice, &abroad) } else { pick(dice, &usual) };
    let service = service.unwrap_or(menu.monthly);
    let offer = service.offer;
    let fate = match dice.between(1, 100) {
        1..=5 => return Vec::new(),
        6..=53 => Fate::Active,
        54..=68 if offer.max_freezes > 0 => Fate::Frozen,
        54..=70 => Fate::Stopped,
        71..=80 if offer.days.is_some() => Fate::Expired,
        71..=84 if offer.units.is_some() => Fate::Spent,
        81..=84 => Fate::Expired,
        85..=89 => Fate::Pending,
        _ if branch.gym == 2 => Fate::Active,
        _ => {
            return several(&[
                story(menu.monthly, Fate::Expired),
                story(menu.coins, Fate::Active),
                story(menu.training, Fate::Active),
            ]);
        }
    };
    let renewals = i32::from(offer.days == Some(30) && dice.chance(35));
    vec![Story { renewals, ..story(service, fate) }]
}

fn several(stories: &[Story]) -> Vec<Story> {
    stories.iter().map(|story| Story { is_alone: false, ..*story }).collect()
}

fn pick<T: Copy>(dice: &mut Dice, choices: &[T]) -> Option<T> {
    let last = i64::try_from(choices.len()).unwrap_or(1) - 1;
    choices.get(usize::try_from(dice.between(0, last)).unwrap_or(0)).copied()
}

/// Every desk sells something to whoever comes by, today as well.
fn walk_in(book: &mut Book, dice: &mut Dice) -> anyhow::Result<()> {
    for index in 0..book.branches.len() {
        let branch = Ref::at(index)?;
        for days in 0..90 {
            if days == 0 || dice.chance(35) {
                life::buy_something(book, dice, branch, None, book.moment.ago(days));
            }
        }
    }
    Ok(())
}

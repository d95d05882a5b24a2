//! The rules an owner can switch: what they mean, what holds until somebody decides, and how a change is read.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{SaleLimits, SaleLimitsEdit};
use base::{FieldProblem, Invalid, Text};

/// A rule of the gym that its owner can switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GymRule {
    /// A training-only package opens the door as well.
    TrainingOpensDoor,
    /// A subscription of one branch opens every branch.
    EnterAnyBranch,
    /// A manager may let in somebody whom the rules deny.
    ManagersMayOverride,
    /// The front desk sees first-login passwords.
    DeskSeesTemporaryPasswords,
}

impl GymRule {
    /// Every rule, in the order in which an owner reads them.
    pub const ALL: [Self; 4] = [
        Self::TrainingOpensDoor,
        Self::EnterAnyBranch,
        Self::ManagersMayOverride,
        Self::DeskSeesTemporaryPasswords,
    ];

    /// The word that the table and the apps use.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TrainingOpensDoor => "training_opens_door",
            Self::EnterAnyBranch => "enter_any_branch",
            Self::ManagersMayOverride => "managers_may_override",
            Self::DeskSeesTemporaryPasswords => "desk_sees_temporary_passwords",
        }
    }

    /// The rule with this key.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.key() == key)
    }

    /// What holds until the owner decides.
    pub const fn default(self) -> bool {
        match self {
            Self::TrainingOpensDoor | Self::EnterAnyBranch => false,
            Self::ManagersMayOverride | Self::DeskSeesTemporaryPasswords => true,
        }
    }

    /// What the owner reads beside the switch.
    pub const fn label(self) -> Text {
        match self {
            Self::TrainingOpensDoor => Text {
                en: "A training package also opens the door",
                ar: "باقة التدريب تفتح باب الدخول أيضًا",
            },
            Self::EnterAnyBranch => Text {
                en: "Members may enter every branch",
                ar: "يمكن للأعضاء دخول جميع الفروع",
            },
            Self::ManagersMayOverride => Text {
                en: "Managers may let in a member whom the rules deny",
                ar: "يمكن للمدير السماح بدخول عضو مرفوض",
            },
            Self::DeskSeesTemporaryPasswords => Text {
                en: "The front desk sees temporary passwords",
                ar: "يرى موظف الاستقبال كلمات المرور المؤقتة",
            },
        }
    }
}

/// The rules of one gym: what its owner has set, and the defaults for the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GymRules(BTreeMap<GymRule, bool>);

impl GymRules {
    /// Whether the rule is on.
    pub fn is_on(&self, rule: GymRule) -> bool {
        self.0.get(&rule).copied().unwrap_or_else(|| rule.default())
    }

    /// The same rules with one of them set.
    #[must_use]
    pub fn with(mut self, rule: GymRule, is_on: bool) -> Self {
        self.0.insert(rule, is_on);
        self
    }
}

impl FromIterator<(GymRule, bool)> for GymRules {
    fn from_iter<I: IntoIterator<Item = (GymRule, bool)>>(set: I) -> Self {
        Self(set.into_iter().collect())
    }
}

/// The rules of a gym, and what its desks may give away by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GymSettings {
    /// What is on and off.
    pub rules: GymRules,
    /// How far a desk may go.
    pub sale_limits: SaleLimits,
}

/// What an owner sets; the rest stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GymSettingsEdit {
    pub(super) rules: Vec<(GymRule, bool)>,
    pub(super) sale_limits: SaleLimitsEdit,
}

impl GymSettingsEdit {
    /// Puts together what a request sets.
    ///
    /// # Refuses
    /// Nothing at all.
    pub fn new(rules: Vec<(GymRule, bool)>, sale_limits: SaleLimitsEdit) -> Result<Self, Invalid> {
        if rules.is_empty() && !sale_limits.is_one() {
            return Err(Invalid::one(FieldProblem::new("rules", "MISSING_FIELDS", NOTHING)));
        }
        Ok(Self { rules, sale_limits })
    }
}

/// The rules that a request sets: known keys, true or false.
///
/// # Refuses
/// With every problem: an unknown key, a value that is neither true nor false.
pub fn parse_changes(sent: &BTreeMap<String, Value>) -> Result<Vec<(GymRule, bool)>, Invalid> {
    let mut problems = Vec::new();
    let mut changes = Vec::new();
    for (key, value) in sent {
        match (GymRule::parse(key), value) {
            (Some(rule), Value::Bool(is_on)) => changes.push((rule, *is_on)),
            (Some(rule), _) => problems.push(not_a_switch(rule)),
            (None, _) => problems.push(FieldProblem::new("rules", "UNKNOWN_RULE", UNKNOWN)),
        }
    }
    if problems.is_empty() { Ok(changes) } else { Err(Invalid::new(problems)) }
}

const NOTHING: Text = Text {
    en: "Name at least one rule or limit", ar: "حدد قاعدة أو حدا واحدا على الأقل"
};

const UNKNOWN: Text =
    Text { en: "There is no such rule", ar: "لا توجد قاعدة بهذا الاسم" };

fn not_a_switch(rule: GymRule) -> FieldProblem {
    let label = rule.label();
    FieldProblem {
        field: "rules".into(),
        code: "RULE_NOT_A_SWITCH",
        en: format!("“{}” is either on or off", label.en).into(),
        ar: format!("«{}» تكون مفعّلة أو غير مفعّلة فقط", label.ar).into(),
    }
}

#[cfg(test)]
mod tests {
    use base::Refusal as _;
    use serde_json::json;

    use super::*;

    fn read(sent: &Value) -> Result<Vec<(GymRule, bool)>, &'static str> {
        let sent = serde_json::from_value(sent.clone()).unwrap();
        parse_changes(&sent).map_err(|invalid| base::Refusal::code(&invalid))
    }

    #[test]
    fn every_rule_reads_back_from_its_own_key() {
        for rule in GymRule::ALL {
            assert_eq!(GymRule::parse(rule.key()), Some(rule));
        }
        assert_eq!(GymRule::parse("free_entry"), None);
    }

    #[test]
    fn a_rule_nobody_set_has_its_default() {
        let rules = GymRules::default();
        for rule in GymRule::ALL {
            assert_eq!(rules.is_on(rule), rule.default());
            assert_eq!(rules.clone().with(rule, !rule.default()).is_on(rule), !rule.default());
        }
    }

    #[test]
    fn switches_that_are_known_are_read() {
        let sent = json!({ "enter_any_branch": true, "managers_may_override": false });
        assert_eq!(
            read(&sent),
            Ok(vec![(GymRule::EnterAnyBranch, true), (GymRule::ManagersMayOverride, false)])
        );
    }

    #[test]
    fn what_is_no_switch_is_refused() {
        let nothing = GymSettingsEdit::new(read(&json!({})).unwrap(), SaleLimitsEdit::default());
        assert_eq!(nothing.unwrap_err().code(), "MISSING_FIELDS");
        assert_eq!(read(&json!({ "free_entry": true })), Err("UNKNOWN_RULE"));
        for value in [json!("true"), json!(1), json!(null), json!([true]), json!({})] {
            assert_eq!(read(&json!({ "enter_any_branch": value })), Err("RULE_NOT_A_SWITCH"));
        }
        assert_eq!(read(&json!({ "enter_any_branch": true, "x": true })), Err("UNKNOWN_RULE"));
    }
}

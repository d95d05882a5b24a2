//! The words of closed lists, as an Arabic reader reads them. An English reader gets the word itself, which is English.

use base::{Text, vocabulary::Language};
use gym::books::LedgerAccount;

/// Yes or no.
pub(super) const fn yes_or_no(is_so: bool) -> Text {
    if is_so { Text { en: "yes", ar: "نعم" } } else { Text { en: "no", ar: "لا" } }
}

/// What `word` in a column is called; nothing where the word stays as it is, as all that somebody typed.
pub(super) fn said(key: &str, word: &str, language: Language) -> Option<&'static str> {
    if language == Language::En {
        return None;
    }
    match key {
        "debit_account" | "credit_account" | "account_code" => {
            LedgerAccount::from_word(word).map(|account| account.title().ar)
        }
        "category" => LedgerAccount::of_expense(word).map(|account| account.title().ar),
        "payment_method" | "transaction_type" | "paid_from" | "source" => of_money(word),
        "status" | "subscription_status" | "priority" => of_status(word),
        "subscription_type" | "service_type" | "movement" => of_service(word),
        "role" | "actor_kind" | "gender" | "class" | "language" => of_people(word),
        _ => None,
    }
}

fn of_money(word: &str) -> Option<&'static str> {
    Some(match word {
        "cash" => "نقدي",
        "network" | "card" => "بطاقة",
        "transfer" => "تحويل بنكي",
        "subscription" => "اشتراك",
        "renewal" => "تجديد",
        "freeze" => "رسوم تجميد",
        "other" => "أخرى",
        "refund" => "استرداد",
        "reversal" => "إلغاء",
        "payment" => "دفعة",
        "expense" => "مصروف",
        "closing" => "إقفال يوم",
        "recognition" => "إقفال شهر",
        "till" => "الخزينة",
        "bank" => "البنك",
        _ => return None,
    })
}

fn of_status(word: &str) -> Option<&'static str> {
    Some(match word {
        "active" => "نشط",
        "inactive" => "غير نشط",
        "frozen" => "مجمد",
        "expired" => "منتهي",
        "stopped" => "متوقف",
        "pending" => "قيد الانتظار",
        "approved" => "مقبول",
        "rejected" | "denied" => "مرفوض",
        "withdrawn" => "مسحوب",
        "high" => "عالية",
        "medium" => "متوسطة",
        "low" => "منخفضة",
        _ => return None,
    })
}

fn of_service(word: &str) -> Option<&'static str> {
    Some(match word {
        "time_based" => "مدة",
        "coins" => "عملات",
        "sessions" => "حصص",
        "training" | "personal_training" => "تدريب شخصي",
        "gym" => "صالة",
        "bundle" => "باقة",
        "sale" => "بيع",
        "entry" => "دخول",
        "renewal" => "تجديد",
        _ => return None,
    })
}

fn of_people(word: &str) -> Option<&'static str> {
    Some(match word {
        "male" => "ذكر",
        "female" => "أنثى",
        "owner" => "مالك",
        "super_admin" => "مدير المنصة",
        "regional_manager" => "مدير إقليمي",
        "branch_manager" => "مدير فرع",
        "front_desk" => "استقبال",
        "trainer" => "مدرب",
        "branch_accountant" => "محاسب فرع",
        "central_accountant" => "محاسب مركزي",
        "regional_accountant" => "محاسب إقليمي",
        "staff" => "موظف",
        "customer" => "عميل",
        "asset" => "أصول",
        "liability" => "خصوم",
        "income" => "إيرادات",
        "expense" => "مصروفات",
        "ar" => "العربية",
        "en" => "الإنجليزية",
        _ => return None,
    })
}

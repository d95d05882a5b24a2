//! What people call the fields of a request. The keys are for programs; a sentence that a person reads has these.

use super::Language;

/// A name in both languages of the gym.
struct Name {
    en: &'static str,
    ar: &'static str,
}

const fn text(en: &'static str, ar: &'static str) -> Name {
    Name { en, ar }
}

/// What people call the field with this key; nothing if nobody sees it as a field.
pub fn field_name(key: &str, language: Language) -> Option<&'static str> {
    let name = of_people(key)
        .or_else(|| of_sales(key))
        .or_else(|| of_spending(key))
        .or_else(|| of_places(key))
        .or_else(|| of_lists(key))?;
    Some(match language {
        Language::En => name.en,
        Language::Ar => name.ar,
    })
}

/// Who somebody is, and how they sign in.
fn of_people(key: &str) -> Option<Name> {
    let name = match key {
        "activation_code" | "code" => text("Code", "الرمز"),
        "age" => text("Age", "العمر"),
        "bmi" => text("Body mass index", "مؤشر كتلة الجسم"),
        "bmi_category" => text("Body mass category", "فئة كتلة الجسم"),
        "bmr" => text("Energy at rest", "معدل الأيض الأساسي"),
        "current_password" | "old_password" => text("Current password", "كلمة المرور الحالية"),
        "customer_id" => text("Customer", "العميل"),
        "daily_calories" => text("Calories a day", "السعرات اليومية"),
        "date_of_birth" => text("Date of birth", "تاريخ الميلاد"),
        "email" => text("E-mail address", "البريد الإلكتروني"),
        "full_name" | "name" => text("Name", "الاسم"),
        "gender" => text("Gender", "الجنس"),
        "gym_id" => text("Gym", "النادي"),
        "height" => text("Height", "الطول"),
        "ideal_weight" => text("Ideal weight", "الوزن المثالي"),
        "identifier" => text("Phone number or e-mail address", "رقم الهاتف أو البريد الإلكتروني"),
        "new_password" => text("New password", "كلمة المرور الجديدة"),
        "password" => text("Password", "كلمة المرور"),
        "phone" => text("Phone number", "رقم الهاتف"),
        "preferred_language" => text("Language", "اللغة"),
        "refresh_token" => text("Session", "الجلسة"),
        "role" => text("Role", "الدور الوظيفي"),
        "staff_id" => text("Staff member", "الموظف"),
        "trainer_id" => text("Trainer", "المدرب"),
        "username" => text("Sign-in name", "اسم تسجيل الدخول"),
        "weight" => text("Weight", "الوزن"),
        _ => return None,
    };
    Some(name)
}

/// What is sold, and how it is used up.
fn of_sales(key: &str) -> Option<Name> {
    let name = match key {
        "actual_cash" => text("Cash counted", "النقدية الفعلية"),
        "amount" => text("Amount", "المبلغ"),
        "closing_date" => text("Day", "اليوم"),
        "coins" | "coin_amount" => text("Coins", "العملات"),
        "discount" => text("Discount", "الخصم"),
        "duration_days" => text("Number of days", "عدد الأيام"),
        "duration_months" => text("Number of months", "عدد الأشهر"),
        "freeze_days" | "days" => text("Days of the freeze", "أيام التجميد"),
        "freeze_fee" => text("Fee of a freeze", "رسوم التجميد"),
        "kind" | "subscription_type" | "type" => text("Kind of subscription", "نوع الاشتراك"),
        "max_days_times" => {
            text("Most days, as times those of the service", "أقصى عدد أيام بعدد مرات الخدمة")
        }
        "max_freeze_days" => text("Most days of freezing", "الحد الأقصى لأيام التجميد"),
        "max_freezes" => text("Most freezes", "الحد الأقصى لمرات التجميد"),
        "max_percent_off" => text("Most percent off", "أقصى نسبة خصم"),
        "max_units_times" => text(
            "Most coins or sessions, as times those of the service",
            "أقصى عدد عملات أو حصص بعدد مرات الخدمة",
        ),
        "notes" => text("Notes", "الملاحظات"),
        "opens_door" => text("Opens the door", "يسمح بالدخول"),
        "opens_every_branch" => text("Opens every branch", "يسمح بدخول كل الفروع"),
        "format" => text("Format", "الصيغة"),
        "paper" => text("Paper", "الورق"),
        "payment_method" | "method" => text("Payment method", "طريقة الدفع"),
        "price" => text("Price", "السعر"),
        "stop_subscription" => text("Stop the subscription", "إيقاف الاشتراك"),
        "units" => text("Units", "الوحدات"),
        "reason" | "freeze_reason" | "stop_reason" => text("Reason", "السبب"),
        "sale_limits" => text("Limits of a sale", "حدود البيع"),
        "service_id" => text("Service", "الخدمة"),
        "service_type" => text("Type of service", "فئة الخدمة"),
        "sessions" | "session_count" => text("Sessions", "الحصص"),
        "start_date" => text("First day", "تاريخ البداية"),
        "subscription_id" => text("Subscription", "الاشتراك"),
        _ => return None,
    };
    Some(name)
}

/// What a branch spends.
fn of_spending(key: &str) -> Option<Name> {
    let name = match key {
        "category" => text("Category", "الفئة"),
        "created_by" => text("Who wrote it down", "من سجّله"),
        "date" => text("Day", "التاريخ"),
        "expense_date" => text("Day of the expense", "تاريخ المصروف"),
        "paid_from" => text("Paid from", "مصدر الدفع"),
        "title" => text("Title", "العنوان"),
        _ => return None,
    };
    Some(name)
}

/// The gym, its branches, its door, the phones it writes to.
fn of_places(key: &str) -> Option<Name> {
    let name = match key {
        "action" => text("What is to be done", "الإجراء"),
        "address" => text("Street", "العنوان"),
        "app_type" => text("App", "التطبيق"),
        "barcode" => text("Barcode", "الباركود"),
        "branch_id" => text("Branch", "الفرع"),
        "calling_code" => text("Calling code", "كود الدولة"),
        "check_in_time" => text("Time of the check-in", "وقت الدخول"),
        "city" => text("City", "المدينة"),
        "currency" => text("Currency", "العملة"),
        "data" | "qr_code" | "qr_data" | "qr_token" => text("QR code", "رمز QR"),
        "description" => text("Description", "الوصف"),
        "fcm_token" | "token" => text("Device", "الجهاز"),
        "is_active" => text("Active", "التفعيل"),
        "is_setup_complete" => text("Setup finished", "اكتمال الإعداد"),
        "language" => text("Language", "اللغة"),
        "location" => text("How to find it", "الموقع"),
        "logo_url" => text("Logo", "الشعار"),
        "managed_branch_ids" => text("Managed branches", "الفروع المُدارة"),
        "override" => text("Overruling the door", "تجاوز الرفض"),
        "override_reason" => text("Reason for overruling the door", "سبب تجاوز الرفض"),
        "platform" => text("Operating system", "نظام التشغيل"),
        "primary_color" => text("First colour", "اللون الأول"),
        "rules" => text("Rules", "القواعد"),
        "secondary_color" => text("Second colour", "اللون الثاني"),
        "time_zone" => text("Time zone", "المنطقة الزمنية"),
        "week_starts_on" => text("First day of the week", "أول أيام الأسبوع"),
        _ => return None,
    };
    Some(name)
}

/// What narrows a list.
fn of_lists(key: &str) -> Option<Name> {
    let name = match key {
        "actor_id" => text("Who did it", "المنفّذ"),
        "at" => text("Time", "الوقت"),
        "before" => text("Before", "قبل"),
        "branch" => text("Branch", "الفرع"),
        "date" => text("Day", "اليوم"),
        "date_from" => text("From", "من تاريخ"),
        "date_to" => text("Until", "إلى تاريخ"),
        "end_date" => text("Last day", "تاريخ النهاية"),
        "format" => text("Format", "الصيغة"),
        "group_by" => text("Split by", "التصنيف حسب"),
        "has_active_subscription" => text("With an active subscription", "لديه اشتراك نشط"),
        "include_inactive" => text("Inactive ones, too", "إظهار غير النشط"),
        "limit" | "per_page" => text("Rows of a page", "عدد الصفوف"),
        "month" => text("Month", "الشهر"),
        "offset" => text("Rows to leave out", "عدد الصفوف المتجاوزة"),
        "page" => text("Page", "الصفحة"),
        "period" => text("Period", "الفترة"),
        "q" | "search" => text("Search", "البحث"),
        "service" => text("Service", "الخدمة"),
        "status" => text("Status", "الحالة"),
        "subject_id" | "subject_kind" => text("Subject", "الموضوع"),
        _ => return None,
    };
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_not_keys() {
        for key in ["full_name", "sessions", "branch_id", "per_page"] {
            let [en, ar] = [Language::En, Language::Ar].map(|language| field_name(key, language).unwrap());
            assert!(!en.contains('_') && en.is_ascii() && !ar.contains('_') && !ar.is_ascii(), "{key}");
        }
        assert_eq!(field_name("no such field", Language::En), None);
    }
}

//! What the columns of files are called, and what stands in them: one vocabulary for all lists and reports.

use base::{Text, platform::sheets::ColumnKind};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// What stands above it.
    pub(super) heading: Text,
    /// What stands in it.
    pub(super) kind: ColumnKind,
    /// Whether the sum of its rows means something.
    pub(super) is_summed: bool,
}

const fn plain(kind: ColumnKind, en: &'static str, ar: &'static str) -> Known {
    Known { heading: Text { en, ar }, kind, is_summed: false }
}

const fn summed(kind: ColumnKind, en: &'static str, ar: &'static str) -> Known {
    Known { heading: Text { en, ar }, kind, is_summed: true }
}

/// The column with this key. One that nobody wrote down is a test's to find; it is shown as words without a heading.
pub(super) fn of(key: &str) -> Known {
    of_money(key)
        .or_else(|| of_counts(key))
        .or_else(|| of_days(key))
        .or_else(|| of_words(key))
        .unwrap_or(plain(ColumnKind::Text, "", ""))
}

/// What was paid, is owed, or was counted.
fn of_money(key: &str) -> Option<Known> {
    use ColumnKind::Money;

    Some(match key {
        "amount" => summed(Money, "Amount", "المبلغ"),
        "actual_cash" => summed(Money, "Cash counted", "النقدية الفعلية"),
        "avg_daily_revenue" => plain(Money, "Revenue of a day, on average", "متوسط الإيراد اليومي"),
        "closing_balance" => plain(Money, "Closing balance", "الرصيد الختامي"),
        "credit_sum" => summed(Money, "Credit", "دائن"),
        "debit_sum" => summed(Money, "Debit", "مدين"),
        "difference" => summed(Money, "Difference", "الفرق"),
        "discount" => summed(Money, "Discount", "الخصم"),
        "earned" => summed(Money, "Delivered", "إيراد محقق"),
        "expected_cash" => summed(Money, "Cash expected", "النقدية المتوقعة"),
        "expenses" => summed(Money, "Expenses", "المصروفات"),
        "forfeited" => summed(Money, "Lapsed", "ساقط"),
        "freeze_fee" => plain(Money, "Fee of a freeze", "رسوم التجميد"),
        "full_amount" => summed(Money, "Full price", "السعر قبل الخصم"),
        "net" => summed(Money, "Revenue less expenses", "الصافي"),
        "net_amount" => summed(Money, "Paid", "المدفوع"),
        "net_profit" => plain(Money, "Revenue less expenses", "صافي الربح"),
        "network_total" => summed(Money, "By card", "البطاقات"),
        "opening_balance" => plain(Money, "Opening balance", "الرصيد الافتتاحي"),
        "previous_revenue" => summed(Money, "Revenue before", "الإيراد السابق"),
        "price" => plain(Money, "Price", "السعر"),
        "refunded_amount" => summed(Money, "Given back", "المسترد"),
        "revenue" => summed(Money, "Revenue", "الإيراد"),
        "sum_cash" => plain(Money, "In cash", "نقدي"),
        "sum_network" => plain(Money, "By card", "بطاقة"),
        "sum_transfer" => plain(Money, "By transfer", "تحويل بنكي"),
        "total_discount" => plain(Money, "Discounts", "إجمالي الخصومات"),
        "total_expenses" => plain(Money, "Expenses", "إجمالي المصروفات"),
        "total_revenue" => plain(Money, "Revenue", "إجمالي الإيرادات"),
        "today_revenue" => plain(Money, "Revenue of today", "إيراد اليوم"),
        "transfer_total" => summed(Money, "By transfer", "التحويلات"),
        "unearned" => summed(Money, "Still to be delivered", "إيراد مؤجل"),
        _ => return None,
    })
}

/// How many, and numbers that name something.
fn of_counts(key: &str) -> Option<Known> {
    use ColumnKind::{Count, Number};

    Some(match key {
        "active_members" => plain(Count, "Active members", "الأعضاء النشطون"),
        "active_subscriptions" => summed(Count, "Active subscriptions", "الاشتراكات النشطة"),
        "age" => plain(Count, "Age", "العمر"),
        "branch_count" => summed(Count, "Branches", "عدد الفروع"),
        "charged" => summed(Count, "Units taken", "الوحدات المخصومة"),
        "check_ins" => plain(Count, "Check-ins", "عدد مرات الدخول"),
        "coins" => plain(Count, "Coins", "العملات"),
        "count" => summed(Count, "How many", "العدد"),
        "customer_count" => summed(Count, "Customers", "عدد العملاء"),
        "customer_number" => plain(Count, "Customer number", "رقم العميل"),
        "customers_signed" => summed(Count, "Customers signed", "العملاء الجدد"),
        "document_id" => plain(Count, "Document number", "رقم المستند"),
        "duration_days" => plain(Count, "Days", "عدد الأيام"),
        "expired_subscriptions" => plain(Count, "Expired subscriptions", "الاشتراكات المنتهية"),
        "expiring_soon" => plain(Count, "Expiring soon", "تنتهي قريبًا"),
        "freezes_used" => plain(Count, "Freezes used", "مرات التجميد المستخدمة"),
        "frozen_subscriptions" => plain(Count, "Frozen subscriptions", "الاشتراكات المجمدة"),
        "id" => plain(Count, "Number", "الرقم"),
        "max_freeze_days" => plain(Count, "Most days of freezing", "الحد الأقصى لأيام التجميد"),
        "max_freezes" => plain(Count, "Most freezes", "الحد الأقصى لمرات التجميد"),
        "new_customers" => plain(Count, "New customers", "عملاء جدد"),
        "new_subscriptions" => plain(Count, "New subscriptions", "اشتراكات جديدة"),
        "performance_score" => plain(Count, "Score", "التقييم"),
        "posting_id" => plain(Count, "Posting", "رقم القيد"),
        "receipt_number" => plain(Count, "Receipt", "رقم الإيصال"),
        "remaining_after" => plain(Count, "Left after it", "المتبقي بعدها"),
        "remaining_coins" => plain(Count, "Coins left", "العملات المتبقية"),
        "remaining_days" => plain(Count, "Days left", "الأيام المتبقية"),
        "remaining_sessions" => plain(Count, "Sessions left", "الحصص المتبقية"),
        "renewal_rate" => plain(Count, "Renewals, percent", "نسبة التجديد"),
        "reverses_id" => plain(Count, "Reverses transfer", "يعكس الحركة"),
        "sessions" => plain(Count, "Sessions", "الحصص"),
        "staff_count" => summed(Count, "Staff", "عدد الموظفين"),
        "subject_id" => plain(Count, "Subject number", "رقم الموضوع"),
        "total_coins" => plain(Count, "Coins sold", "إجمالي العملات"),
        "total_customers" => plain(Count, "Customers", "إجمالي العملاء"),
        "total_sessions" => plain(Count, "Sessions sold", "إجمالي الحصص"),
        "total_transactions" => plain(Count, "Payments", "عدد المدفوعات"),
        "transactions_count" => summed(Count, "Payments", "عدد المدفوعات"),
        "units" => plain(Count, "Units", "الوحدات"),
        "revenue_change" => plain(Number, "Change, percent", "نسبة التغير"),
        _ => return None,
    })
}

/// When.
fn of_days(key: &str) -> Option<Known> {
    use ColumnKind::{At, Day};

    Some(match key {
        "business_day" => plain(Day, "Business day", "يوم العمل"),
        "date" => plain(Day, "Day", "اليوم"),
        "date_of_birth" => plain(Day, "Date of birth", "تاريخ الميلاد"),
        "end_date" => plain(Day, "Last day", "تاريخ النهاية"),
        "expense_date" => plain(Day, "Day of the expense", "تاريخ المصروف"),
        "start_date" => plain(Day, "First day", "تاريخ البداية"),
        "at" => plain(At, "Time", "الوقت"),
        "created_at" => plain(At, "Written down at", "وقت التسجيل"),
        "entry_time" => plain(At, "Came at", "وقت الدخول"),
        "last_login" => plain(At, "Last sign-in", "آخر دخول"),
        "paid_at" => plain(At, "Paid at", "وقت السداد"),
        "reviewed_at" => plain(At, "Decided at", "وقت القرار"),
        "sold_at" => plain(At, "Sold at", "وقت البيع"),
        "stopped_at" => plain(At, "Stopped at", "وقت الإيقاف"),
        "taken_at" => plain(At, "Taken at", "وقت الدفع"),
        _ => return None,
    })
}

/// Words and names.
fn of_words(key: &str) -> Option<Known> {
    use ColumnKind::Text;

    Some(match key {
        "account_code" => plain(Text, "Account", "الحساب"),
        "action" => plain(Text, "What was done", "الإجراء"),
        "actor_kind" => plain(Text, "Kind of person", "نوع المنفّذ"),
        "actor_name" => plain(Text, "Who did it", "المنفّذ"),
        "address" => plain(Text, "Address", "العنوان"),
        "address_network" => plain(Text, "Network", "الشبكة"),
        "alert" => plain(Text, "Alert", "التنبيه"),
        "branch_name" => plain(Text, "Branch", "الفرع"),
        "category" => plain(Text, "Category", "البند"),
        "city" => plain(Text, "City", "المدينة"),
        "class" => plain(Text, "Class", "النوع"),
        "closed_by_name" => plain(Text, "Closed by", "أقفله"),
        "code" => plain(Text, "Code", "الرمز"),
        "created_by_name" => plain(Text, "Written down by", "سجّله"),
        "credit_account" => plain(Text, "Credit account", "الحساب الدائن"),
        "currency" => plain(Text, "Currency", "العملة"),
        "customer_name" => plain(Text, "Customer", "العميل"),
        "debit_account" => plain(Text, "Debit account", "الحساب المدين"),
        "description" => plain(Text, "Description", "الوصف"),
        "detail" => plain(Text, "Detail", "التفاصيل"),
        "email" => plain(Text, "E-mail address", "البريد الإلكتروني"),
        "flag" => plain(Text, "Flag", "علامة"),
        "gender" => plain(Text, "Gender", "الجنس"),
        "is_active" => plain(Text, "Active", "مفعّل"),
        "is_late" => plain(Text, "Late", "متأخر"),
        "is_paid" => plain(Text, "Paid", "مسدد"),
        "label" => plain(Text, "Period", "الفترة"),
        "language" => plain(Text, "Language", "اللغة"),
        "manager" => plain(Text, "Manager", "المدير"),
        "movement" => plain(Text, "Movement", "الحركة"),
        "name" | "full_name" => plain(Text, "Name", "الاسم"),
        "name_ar" => plain(Text, "Name in Arabic", "الاسم بالعربية"),
        "name_en" => plain(Text, "Name in English", "الاسم بالإنجليزية"),
        "notes" => plain(Text, "Notes", "الملاحظات"),
        "opens_door" => plain(Text, "Opens the door", "يسمح بالدخول"),
        "opens_every_branch" => plain(Text, "Opens every branch", "يسمح بكل الفروع"),
        "override_reason" => plain(Text, "Reason for overruling the door", "سبب تجاوز الرفض"),
        "owner_name" => plain(Text, "Owner", "المالك"),
        "paid_by_name" => plain(Text, "Paid by", "سدّده"),
        "paid_from" => plain(Text, "Paid from", "مصدر السداد"),
        "payment_method" => plain(Text, "Payment method", "طريقة الدفع"),
        "phone" | "customer_phone" => plain(Text, "Phone number", "رقم الهاتف"),
        "priority" => plain(Text, "Priority", "الأولوية"),
        _ => return of_words_more(key),
    })
}

/// More of them.
fn of_words_more(key: &str) -> Option<Known> {
    use ColumnKind::Text;

    Some(match key {
        "reason" => plain(Text, "Reason", "السبب"),
        "refused_as" => plain(Text, "Refused as", "سبب الرفض"),
        "request_id" => plain(Text, "Request", "رقم الطلب"),
        "review_notes" => plain(Text, "Notes of the decision", "ملاحظات القرار"),
        "reviewed_by_name" => plain(Text, "Decided by", "قرره"),
        "role" => plain(Text, "Role", "الدور الوظيفي"),
        "service_name" => plain(Text, "Service", "الخدمة"),
        "service_type" => plain(Text, "Type of service", "فئة الخدمة"),
        "sold_by_name" => plain(Text, "Sold by", "باعه"),
        "source" => plain(Text, "Document", "المستند"),
        "staff_name" => plain(Text, "Member of staff", "الموظف"),
        "status" => plain(Text, "Status", "الحالة"),
        "subject_kind" => plain(Text, "Subject", "الموضوع"),
        "subscription_status" => plain(Text, "Membership", "حالة العضوية"),
        "subscription_type" => plain(Text, "Kind of subscription", "نوع الاشتراك"),
        "taken_by_name" => plain(Text, "Taken by", "استلمه"),
        "time_zone" => plain(Text, "Time zone", "المنطقة الزمنية"),
        "title" => plain(Text, "Title", "العنوان"),
        "trainer_name" => plain(Text, "Trainer", "المدرب"),
        "transaction_type" => plain(Text, "Purpose", "الغرض"),
        "username" => plain(Text, "Sign-in name", "اسم تسجيل الدخول"),
        _ => return None,
    })
}

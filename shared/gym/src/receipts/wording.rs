//! The words of a receipt.

use base::Text;

use crate::payments::{Method, PaymentPurpose};

pub(super) const RECEIPT: Text = Text { en: "Receipt", ar: "إيصال استلام" };
pub(super) const REFUND: Text = Text { en: "Credit note", ar: "إشعار استرداد" };
pub(super) const REVERSAL: Text = Text { en: "Cancellation", ar: "إلغاء إيصال" };
pub(super) const NUMBER: Text = Text { en: "No.", ar: "رقم" };
pub(super) const PHONE: Text = Text { en: "Phone", ar: "هاتف" };

pub(super) const RECEIVED_FROM: Text = Text { en: "Received from", ar: "استلمنا من" };
pub(super) const GIVEN_TO: Text = Text { en: "Given back to", ar: "المستفيد" };
pub(super) const OF_RECEIPT: Text = Text { en: "For receipt", ar: "عن الإيصال" };
pub(super) const OF_DAY: Text = Text { en: "of", ar: "بتاريخ" };
pub(super) const PAID_FOR: Text = Text { en: "For", ar: "مقابل" };
pub(super) const DATE: Text = Text { en: "Date", ar: "التاريخ" };
pub(super) const AT: Text = Text { en: "at", ar: "الساعة" };
pub(super) const COUNTS_FOR: Text = Text { en: "Booked on", ar: "مقيّد بيوم" };
pub(super) const METHOD: Text = Text { en: "Payment method", ar: "طريقة الدفع" };
pub(super) const TAKEN_BY: Text = Text { en: "Received by", ar: "المستلم" };
pub(super) const GIVEN_BY: Text = Text { en: "Given back by", ar: "المسؤول" };

pub(super) const PRICE: Text = Text { en: "Price before discount", ar: "السعر قبل الخصم" };
pub(super) const DISCOUNT: Text = Text { en: "Discount", ar: "الخصم" };
pub(super) const PAID: Text = Text { en: "Total paid", ar: "إجمالي المدفوع" };
pub(super) const GIVEN_BACK: Text = Text { en: "Total given back", ar: "إجمالي المسترد" };
pub(super) const CANCELLED: Text = Text { en: "Total cancelled", ar: "إجمالي الملغى" };
pub(super) const RETURNED: Text = Text { en: "Given back on", ar: "مسترد بتاريخ" };
pub(super) const RECEIPT_NO: Text = Text { en: "receipt", ar: "إيصال" };
pub(super) const EARLIER: Text = Text { en: "Given back besides", ar: "مستردات أخرى" };
pub(super) const LEFT: Text = Text { en: "Remaining", ar: "المتبقي بعد الاسترداد" };

pub(super) const HASH: Text = Text { en: "Fingerprint", ar: "بصمة الإيصال" };
pub(super) const PREVIOUS_HASH: Text =
    Text { en: "Previous receipt", ar: "بصمة الإيصال السابق" };
pub(super) const QR: Text = Text {
    en: "QR code with the number and the fingerprint of this receipt",
    ar: "رمز QR يحمل رقم هذا الإيصال وبصمته",
};

/// What was paid for.
pub(super) const fn purpose(purpose: PaymentPurpose) -> Text {
    match purpose {
        PaymentPurpose::Subscription => Text { en: "Subscription", ar: "اشتراك" },
        PaymentPurpose::Renewal => Text { en: "Renewal", ar: "تجديد" },
        PaymentPurpose::Freeze => Text { en: "Freeze", ar: "تجميد" },
        PaymentPurpose::Other => Text { en: "Other payment", ar: "دفعة أخرى" },
        PaymentPurpose::Refund => Text { en: "Refund", ar: "استرداد" },
        PaymentPurpose::Reversal => Text { en: "Cancellation", ar: "إلغاء" },
    }
}

/// How it was paid.
pub(super) const fn method(method: Method) -> Text {
    match method {
        Method::Cash => Text { en: "Cash", ar: "نقدًا" },
        Method::Card => Text { en: "Card", ar: "بطاقة" },
        Method::Transfer => Text { en: "Bank transfer", ar: "تحويل بنكي" },
    }
}

/// What amounts are in; for a currency that has no sentence, its code alone.
pub(super) fn unit(currency: &str) -> Option<Text> {
    Some(match currency {
        "EGP" => {
            Text { en: "Amounts in Egyptian pounds (EGP)", ar: "المبالغ بالجنيه المصري" }
        }
        "AED" => Text {
            en: "Amounts in UAE dirhams (AED)", ar: "المبالغ بالدرهم الإماراتي"
        },
        "SAR" => {
            Text { en: "Amounts in Saudi riyals (SAR)", ar: "المبالغ بالريال السعودي" }
        }
        "QAR" => {
            Text { en: "Amounts in Qatari riyals (QAR)", ar: "المبالغ بالريال القطري" }
        }
        "MAD" => Text {
            en: "Amounts in Moroccan dirhams (MAD)", ar: "المبالغ بالدرهم المغربي"
        },
        "USD" => {
            Text { en: "Amounts in US dollars (USD)", ar: "المبالغ بالدولار الأمريكي" }
        }
        "EUR" => Text { en: "Amounts in euros (EUR)", ar: "المبالغ باليورو" },
        "GBP" => Text {
            en: "Amounts in pounds sterling (GBP)", ar: "المبالغ بالجنيه الإسترليني"
        },
        _ => return None,
    })
}

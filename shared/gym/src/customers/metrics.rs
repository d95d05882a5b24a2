//! What height, weight, age and gender say about a body: the one place that computes it.
//!
//! Everything is counted in whole numbers of small units and rounded once, half away from zero;
//! what is not known, or not plausible, leaves its results out.

use serde::{Deserialize, Deserializer};

use base::vocabulary::{Extra, Gender, Language, NotScaled, Told, field_errors, number_text, scaled, words};

/// Shortest and tallest plausible height, in millimetres (the tallest person on record had 272 cm).
pub const HEIGHT_MM: (i32, i32) = (500, 2720);
/// Lightest and heaviest plausible weight, in grams.
pub const WEIGHT_G: (i32, i32) = (2_000, 500_000);
/// Youngest and oldest plausible age, in years.
pub const AGE_YEARS: (i32, i32) = (1, 120);

/// Energy of a day per energy at rest, in hundredths, for somebody who trains three to five times a
/// week (the "moderately active" factor of `McArdle`, Katch and Katch, Exercise Physiology).
pub const MODERATE_ACTIVITY_HUNDREDTHS: i64 = 155;

/// Body-mass indices, in tenths, at which the next WHO category for adults begins.
const NORMAL_FROM: i64 = 185;
const OVERWEIGHT_FROM: i64 = 250;
const OBESE_FROM: i64 = 300;

words! {
    /// The WHO's categories of the body-mass index of adults.
    pub enum BmiCategory {
        /// A body-mass index below 18.5 kg/m².
        Underweight = "underweight",
        /// From 18.5 to below 25 kg/m².
        Normal = "normal",
        /// From 25 to below 30 kg/m².
        Overweight = "overweight",
        /// A body-mass index of 30 kg/m² or more.
        Obese = "obese",
    }
}

impl BmiCategory {
    /// The category, for the person it is about.
    pub const fn say(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Underweight, Language::Ar) => "نقص في الوزن",
            (Self::Underweight, Language::En) => "Underweight",
            (Self::Normal, Language::Ar) => "وزن طبيعي",
            (Self::Normal, Language::En) => "Normal",
            (Self::Overweight, Language::Ar) => "وزن زائد",
            (Self::Overweight, Language::En) => "Overweight",
            (Self::Obese, Language::Ar) => "سمنة",
            (Self::Obese, Language::En) => "Obese",
        }
    }

    /// Judges the index as it is shown, so that number and word never disagree.
    const fn of_tenths(tenths: i64) -> Self {
        match tenths {
            ..NORMAL_FROM => Self::Underweight,
            NORMAL_FROM..OVERWEIGHT_FROM => Self::Normal,
            OVERWEIGHT_FROM..OBESE_FROM => Self::Overweight,
            OBESE_FROM.. => Self::Obese,
        }
    }
}

field_errors! {
    /// Why a measure is not taken.
    pub enum MeasureInvalid {
        /// It is not a number.
        NotANumber => "MEASURE_INVALID",
            en: "A measure must be a number",
            ar: "القياس يجب أن يكون رقمًا";
        /// Nobody is that tall or short.
        Height => "HEIGHT_OUT_OF_RANGE",
            en: "The height must be between 50 and 272 cm",
            ar: "الطول يجب أن يكون بين 50 و272 سم";
        /// Nobody is that light or heavy.
        Weight => "WEIGHT_OUT_OF_RANGE",
            en: "The weight must be between 2 and 500 kg",
            ar: "الوزن يجب أن يكون بين 2 و500 كجم";
        /// Nobody is that old or young.
        Age => "AGE_OUT_OF_RANGE",
            en: "The age must be between 1 and 120 years",
            ar: "العمر يجب أن يكون بين 1 و120 سنة";
    }
}

macro_rules! measures {
    ($($(#[$meta:meta])* $name:ident($decimals:literal, $extra:expr, $range:expr, $outside:expr)),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name(i32);

        impl $name {
            /// Reads what somebody typed, in the unit people use.
            pub fn parse(text: &str) -> Result<Self, MeasureInvalid> {
                let small_units = match scaled(text, $decimals, $extra) {
                    Ok(small_units) => i32::try_from(small_units).ok(),
                    Err(NotScaled::TooLarge) => None,
                    Err(NotScaled::NotANumber | NotScaled::TooPrecise) => return Err(MeasureInvalid::NotANumber),
                };
                small_units.and_then(Self::of).ok_or($outside)
            }

            /// The measure of so many small units, if that is plausible.
            pub fn of(small_units: i32) -> Option<Self> {
                within(small_units, $range).then_some(Self(small_units))
            }

            /// The small units, as the database keeps them.
            pub const fn get(self) -> i32 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::parse(&number_text(from)?).map_err(|error| Told::through_serde(&error))
            }
        }
    )+};
}

measures! {
    /// A height: typed in centimetres, kept in millimetres.
    Height(1, Extra::Round, HEIGHT_MM, MeasureInvalid::Height),
    /// A weight: typed in kilograms, kept in grams.
    Weight(3, Extra::Round, WEIGHT_G, MeasureInvalid::Weight),
    /// An age in completed years.
    Age(0, Extra::Refuse, AGE_YEARS, MeasureInvalid::Age),
}

impl Height {
    /// In centimetres, as it was typed.
    pub fn centimetres(self) -> f64 {
        parted(self.0, 10)
    }
}

impl Weight {
    /// In kilograms, as it was typed.
    pub fn kilograms(self) -> f64 {
        parted(self.0, 1000)
    }
}

/// What follows from the measures of a body.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BodyMetrics {
    /// Body-mass index in kg/m², one decimal.
    pub bmi: Option<f64>,
    /// What the WHO calls such an index in adults.
    pub bmi_category: Option<BmiCategory>,
    /// Kilocalories of a day at rest, by Mifflin and St Jeor (1990).
    pub bmr_kcal: Option<i32>,
    /// Ideal weight in kilograms by Devine (1974), one decimal.
    pub ideal_weight_kg: Option<f64>,
    /// Kilocalories of a moderately active day.
    pub daily_calories_kcal: Option<i32>,
}

impl BodyMetrics {
    /// Computes what the known measures allow; implausible ones count as unknown.
    pub fn of(
        height_mm: Option<i32>,
        weight_g: Option<i32>,
        gender: Option<Gender>,
        age_years: Option<i32>,
    ) -> Self {
        let height = height_mm.filter(|height| within(*height, HEIGHT_MM)).map(i64::from);
        let weight = weight_g.filter(|weight| within(*weight, WEIGHT_G)).map(i64::from);
        let age = age_years.filter(|age| within(*age, AGE_YEARS)).map(i64::from);
        let bmi = height.zip(weight).and_then(|(height, weight)| bmi_tenths(height, weight));
        let ideal = height.zip(gender).and_then(|(height, gender)| devine_tenths(height, gender));
        let bmr = height
            .zip(weight)
            .zip(gender.zip(age))
            .and_then(|((height, weight), (gender, age))| mifflin_kcal(height, weight, gender, age));
        Self {
            bmi: bmi.and_then(tenths),
            bmi_category: bmi.map(BmiCategory::of_tenths),
            bmr_kcal: bmr.and_then(|kcal| i32::try_from(kcal).ok()),
            ideal_weight_kg: ideal.and_then(tenths),
            daily_calories_kcal: bmr.and_then(daily_kcal).and_then(|kcal| i32::try_from(kcal).ok()),
        }
    }
}

fn bmi_tenths(height_mm: i64, weight_g: i64) -> Option<i64> {
    rounded(weight_g.checked_mul(10_000)?, height_mm.checked_mul(height_mm)?)
}

/// 10 × kg + 6.25 × cm − 5 × years, and 5 more for men, 161 less for women.
fn mifflin_kcal(height_mm: i64, weight_g: i64, gender: Gender, years: i64) -> Option<i64> {
    let constant = match gender {
        Gender::Male => 5_000,
        Gender::Female => -161_000,
    };
    let thousandths = weight_g
        .checked_mul(10)?
        .checked_add(height_mm.checked_mul(625)?)?
        .checked_sub(years.checked_mul(5_000)?)?
        .checked_add(constant)?;
    rounded(thousandths, 1000)
}

fn daily_kcal(bmr_kcal: i64) -> Option<i64> {
    rounded(bmr_kcal.checked_mul(MODERATE_ACTIVITY_HUNDREDTHS)?, 100)
}

/// 50 kg (women 45.5 kg) and 2.3 kg for each inch over five feet; the same line holds below five feet.
fn devine_tenths(height_mm: i64, gender: Gender) -> Option<i64> {
    let base_g: i64 = match gender {
        Gender::Male => 50_000,
        Gender::Female => 45_500,
    };
    // One inch is 25.4 mm: everything times 254, so that nothing is rounded before the end.
    let grams_254 = base_g
        .checked_sub(2_300_i64.checked_mul(60)?)?
        .checked_mul(254)?
        .checked_add(height_mm.checked_mul(23_000)?)?;
    rounded(grams_254, 25_400)
}

/// The quotient of positive numbers, rounded; nothing for others.
fn rounded(of: i64, by: i64) -> Option<i64> {
    if of <= 0 {
        return None;
    }
    of.checked_add(by.checked_div(2)?)?.checked_div(by)
}

fn within(value: i32, (least, most): (i32, i32)) -> bool {
    (least..=most).contains(&value)
}

fn tenths(count: i64) -> Option<f64> {
    i32::try_from(count).ok().map(|count| parted(count, 10))
}

#[expect(
    clippy::float_arithmetic,
    reason = "health metrics are shown with decimals; one division is exact to the last digit"
)]
fn parted(count: i32, parts: i32) -> f64 {
    f64::from(count) / f64::from(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(height_mm: i32, weight_g: i32, gender: Gender, age: i32) -> BodyMetrics {
        BodyMetrics::of(Some(height_mm), Some(weight_g), Some(gender), Some(age))
    }
    fn category(height_mm: i32, weight_g: i32) -> Option<BmiCategory> {
        of(height_mm, weight_g, Gender::Male, 30).bmi_category
    }

    #[test]
    fn a_man_of_80_kg_and_175_cm_is_overweight() {
        assert_eq!(
            of(1750, 80_000, Gender::Male, 30),
            BodyMetrics {
                bmi: Some(26.1),
                bmi_category: Some(BmiCategory::Overweight),
                bmr_kcal: Some(1749),
                ideal_weight_kg: Some(70.5),
                daily_calories_kcal: Some(2711),
            }
        );
    }

    #[test]
    fn a_woman_of_60_kg_and_165_cm_is_normal() {
        assert_eq!(
            of(1650, 60_000, Gender::Female, 25),
            BodyMetrics {
                bmi: Some(22.0),
                bmi_category: Some(BmiCategory::Normal),
                bmr_kcal: Some(1345),
                ideal_weight_kg: Some(56.9),
                daily_calories_kcal: Some(2085),
            }
        );
    }

    #[test]
    fn a_category_begins_at_its_number() {
        assert_eq!(category(2000, 73_700), Some(BmiCategory::Underweight));
        assert_eq!(category(2000, 74_000), Some(BmiCategory::Normal));
        assert_eq!(category(2000, 99_700), Some(BmiCategory::Normal));
        assert_eq!(category(2000, 100_000), Some(BmiCategory::Overweight));
        assert_eq!(category(2000, 120_000), Some(BmiCategory::Obese));
    }

    #[test]
    fn what_is_unknown_leaves_its_results_out() {
        let some = BodyMetrics::of(Some(1750), Some(80_000), None, None);
        assert_eq!((some.bmi, some.bmr_kcal, some.ideal_weight_kg), (Some(26.1), None, None));
        let some = BodyMetrics::of(Some(1750), None, Some(Gender::Male), Some(30));
        assert_eq!((some.bmi, some.bmr_kcal, some.ideal_weight_kg), (None, None, Some(70.5)));
        let some = BodyMetrics::of(Some(1750), Some(80_000), Some(Gender::Male), None);
        assert_eq!((some.bmr_kcal, some.daily_calories_kcal), (None, None));
        assert_eq!(BodyMetrics::of(None, None, None, None), BodyMetrics::default());
        assert_eq!(BodyMetrics::of(Some(0), Some(-1), Some(Gender::Male), Some(900)), BodyMetrics::default());
    }

    #[test]
    fn a_measure_is_taken_in_the_unit_people_use() {
        assert_eq!(Height::parse("175.5").unwrap().get(), 1755);
        assert_eq!(serde_json::from_str::<Height>("175").unwrap().centimetres().to_string(), "175");
        assert_eq!(serde_json::from_str::<Weight>("\"80.25\"").unwrap().kilograms().to_string(), "80.25");
        assert_eq!(Weight::parse("٨٠").unwrap().get(), 80_000);
        assert_eq!(Weight::parse("72.123456789").unwrap().get(), 72_123);
        assert_eq!(Age::parse("30").unwrap().get(), 30);
    }

    #[test]
    fn an_implausible_measure_is_refused() {
        for text in ["0", "1.75", "49.9", "272.1", "-175", "99999999999999999999"] {
            assert_eq!(Height::parse(text), Err(MeasureInvalid::Height), "{text}");
        }
        assert_eq!(Weight::parse("1.9"), Err(MeasureInvalid::Weight));
        assert_eq!(Weight::parse("500.001"), Err(MeasureInvalid::Weight));
        assert_eq!(Age::parse("0"), Err(MeasureInvalid::Age));
        assert_eq!(Age::parse("121"), Err(MeasureInvalid::Age));
        for text in ["", "tall", "NaN", "30.5"] {
            assert_eq!(Age::parse(text), Err(MeasureInvalid::NotANumber), "{text}");
        }
    }

    #[test]
    fn a_category_has_a_word_in_both_languages() {
        assert_eq!(BmiCategory::Overweight.say(Language::En), "Overweight");
        for category in BmiCategory::ALL {
            assert_ne!(category.say(Language::Ar), category.say(Language::En));
        }
    }

    proptest! {
        #[test]
        fn more_weight_never_lowers_index_or_energy(
            height in HEIGHT_MM.0..=HEIGHT_MM.1, weight in WEIGHT_G.0..WEIGHT_G.1, age in AGE_YEARS.0..=AGE_YEARS.1,
        ) {
            let (light, heavy) = (of(height, weight, Gender::Female, age), of(height, weight.saturating_add(1), Gender::Female, age));
            prop_assert!(light.bmi <= heavy.bmi && light.bmr_kcal <= heavy.bmr_kcal);
            prop_assert!(light.bmi_category <= heavy.bmi_category && light.ideal_weight_kg == heavy.ideal_weight_kg);
        }

        #[test]
        fn an_index_has_one_decimal(height in HEIGHT_MM.0..=HEIGHT_MM.1, weight in WEIGHT_G.0..=WEIGHT_G.1) {
            let shown = of(height, weight, Gender::Male, 30).bmi.unwrap_or_default().to_string();
            prop_assert!(shown.split_once('.').is_none_or(|(_, decimals)| decimals.len() == 1), "{}", shown);
        }

        #[test]
        fn no_measures_break_the_formulas(height in any::<Option<i32>>(), weight in any::<Option<i32>>(), age in any::<Option<i32>>()) {
            let metrics = BodyMetrics::of(height, weight, Some(Gender::Female), age);
            prop_assert_eq!(metrics.bmi.is_some(), metrics.bmi_category.is_some());
            prop_assert_eq!(metrics.bmr_kcal.is_some(), metrics.daily_calories_kcal.is_some());
        }
    }
}

//! Receipts on paper, looked at with a reader that is not their writer.

#![cfg(test)]

mod reading;
mod samples;

use base::{platform::workshop::Workshop, vocabulary::Language};
use gym::receipts::{self, ReceiptPaper, ReceiptSheet};

use self::{
    reading::{Letter, assert_golden, letters, lines, photographed},
    samples::{refund, sale},
};

const SHEETS: [ReceiptSheet; 2] = [ReceiptSheet::A5, ReceiptSheet::Roll];
const LANGUAGES: [Language; 2] = [Language::Ar, Language::En];

async fn drawn(receipt: &ReceiptPaper, language: Language, sheet: ReceiptSheet) -> Vec<u8> {
    receipts::draw(&Workshop::new(1), receipt, language, sheet).await.unwrap()
}

/// Every paper, with what it is called.
async fn papers() -> Vec<(String, Vec<u8>)> {
    let mut papers = Vec::new();
    for (name, receipt) in [("sale", sale()), ("refund", refund())] {
        for language in LANGUAGES {
            for sheet in SHEETS {
                let name = format!("{name}-{language}-{sheet}");
                papers.push((name, drawn(&receipt, language, sheet).await));
            }
        }
    }
    papers
}

#[tokio::test]
async fn papers_look_as_they_were_looked_at() {
    for (name, paper) in papers().await {
        assert_golden(&name, &paper);
    }
}

#[tokio::test]
async fn the_same_receipt_is_the_same_bytes_and_archival() {
    let again = papers().await;
    for ((name, paper), (_, same)) in papers().await.into_iter().zip(again) {
        assert!(paper == same, "{name}: two drawings differ");
        let has = |what: &str| paper.windows(what.len()).any(|part| part == what.as_bytes());
        assert!(
            has("<pdfaid:part>2</pdfaid:part>") && has("<pdfaid:conformance>A</pdfaid:conformance>"),
            "{name}"
        );
        assert!(has("<pdfuaid:part>1</pdfuaid:part>") && has("/StructTreeRoot"), "{name}");
        let language = if name.contains("-ar-") { "/Lang(ar)" } else { "/Lang(en)" };
        assert!(has(language), "{name}: {language}");
        assert!(has("2026-11-20T12:03:22"), "{name}: dated by its payment");
    }
}

#[tokio::test]
async fn a_reader_finds_every_figure() {
    for (name, paper) in papers().await {
        let text = lines(&paper).join("\n");
        let figures = if name.starts_with("sale") {
            [
                "1,500.00",
                "-250.00",
                "1,250.00",
                "-100.00",
                "1,150.00",
                "1-431",
                "2026-11-20",
                "14:03",
                "1-440",
            ]
        } else {
            ["100.00", "1-440", "1-431", "2026-11-20", "2026-11-22", "14:03", "Reem", "Monthly", "Dragon"]
        };
        for figure in figures {
            assert!(text.contains(figure), "{name}: {figure} in\n{text}");
        }
    }
}

/// Where the letters of `word` stand from left to right, in the first place where a paper has them beside each other.
fn places(found: &[Letter], word: &str) -> Vec<f64> {
    let wanted: Vec<char> = word.chars().collect();
    let stands = |window: &&[Letter]| window.iter().map(|letter| letter.says).eq(wanted.iter().copied());
    let mut both = found.windows(wanted.len());
    let forward = both.find(stands);
    let mut reversed: Vec<Letter> = found.to_vec();
    reversed.reverse();
    let window = forward.map(<[Letter]>::to_vec);
    let window = window.or_else(|| reversed.windows(wanted.len()).find(stands).map(<[Letter]>::to_vec));
    window.unwrap_or_else(|| panic!("no {word}")).iter().map(|letter| letter.x).collect()
}

#[tokio::test]
async fn arabic_runs_to_the_left_and_figures_and_latin_names_to_the_right() {
    let paper = drawn(&sale(), Language::Ar, ReceiptSheet::A5).await;
    let found = letters(&paper);
    let arabic = places(&found, "محمد");
    assert!(arabic.is_sorted_by(|one, next| one > next), "{arabic:?}");
    for word in ["1-431", "2026-11-20", "14:03", "1,250.00", "-250.00", "Monthly", "Gym"] {
        let places = places(&found, word);
        assert!(places.is_sorted_by(|one, next| one < next), "{word}: {places:?}");
    }
    // A label stands to the right of what it labels.
    let (label, value) = (places(&found, "التاريخ"), places(&found, "2026-11-20"));
    assert!(label.iter().all(|x| value.iter().all(|of| x > of)), "{label:?} {value:?}");
}

#[tokio::test]
async fn odd_texts_break_nothing() {
    let long = "محمد عبد الرحمن Alexandria ".repeat(4);
    let unbroken = "W".repeat(100);
    let odd = [
        "",
        " ",
        "🏋️‍♂️👨‍👩‍👧‍👦🇪🇬",
        "a\u{0}\u{7}\u{1b}\n\t\u{2028}b",
        "\u{202E}\u{2069}\u{2066}x\u{2067}",
        "中文 हिन्दी ไทย",
        "\u{F8FF}\u{FFFF}\u{FEFF}",
    ];
    let texts = odd.into_iter().chain([long.as_str(), unbroken.as_str()]);
    for text in texts {
        let mut receipt = sale();
        text.clone_into(&mut receipt.gym.name);
        text.clone_into(&mut receipt.branch_name);
        receipt.branch_address = Some(text.to_owned());
        receipt.customer_name = Some(text.to_owned());
        receipt.service_name = Some(text.to_owned());
        text.clone_into(&mut receipt.taken_by);
        for (language, sheet) in
            LANGUAGES.into_iter().flat_map(|language| SHEETS.map(|sheet| (language, sheet)))
        {
            let paper = drawn(&receipt, language, sheet).await;
            let width = if sheet == ReceiptSheet::A5 { 419.6 } else { 226.8 };
            for letter in letters(&paper) {
                assert!(letter.x > 0.0 && letter.x < width, "{text:?} {language} {sheet}: {letter:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_receipt_that_was_given_back_a_hundred_times_goes_on_on_further_pages() {
    let mut receipt = sale();
    let one = receipt.returns.first().copied().unwrap();
    receipt.returns = (0..100)
        .map(|number| receipts::ReceiptReturn { number: 500_i64.strict_add(number), ..one })
        .collect();
    for sheet in SHEETS {
        let paper = drawn(&receipt, Language::Ar, sheet).await;
        let text = lines(&paper).join("\n");
        assert!((500..600).all(|number| text.contains(&format!("1-{number}"))), "{sheet}");
        let pages = reading::pages(&paper);
        assert_eq!(pages > 1, sheet == ReceiptSheet::A5, "{sheet}: {pages}");
    }
}

#[tokio::test]
async fn a_camera_reads_number_and_hash() {
    for (name, paper) in papers().await {
        let number = if name.starts_with("sale") { 431 } else { 440 };
        let said = format!("GYM-RECEIPT:1-{number}:{}", "0A1B2C3D".repeat(8));
        assert_eq!(photographed(&paper), said, "{name}");
    }
}

//! QR codes, as dark stretches of rows.

use qrcode::{Color, EcLevel, QrCode};

/// White modules around a code that a camera needs (ISO/IEC 18004).
pub(crate) const QUIET: u16 = 4;

/// A QR code.
#[derive(Debug)]
pub(crate) struct Code {
    /// Modules along one edge, without the white around it.
    pub(crate) edge: u16,
    /// Dark stretches: row, first module, number of modules.
    pub(crate) dark: Vec<(u16, u16, u16)>,
}

impl Code {
    /// The code that says `text`; none if it is too long for one.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let edge = code.width();
        let mut dark = Vec::new();
        for (row, modules) in code.to_colors().chunks(edge).enumerate() {
            let mut at = 0_usize;
            for stretch in modules.chunk_by(|one, next| one == next) {
                if stretch.first() == Some(&Color::Dark) {
                    dark.push((
                        u16::try_from(row).ok()?,
                        u16::try_from(at).ok()?,
                        u16::try_from(stretch.len()).ok()?,
                    ));
                }
                at = at.saturating_add(stretch.len());
            }
        }
        Some(Self { edge: u16::try_from(edge).ok()?, dark })
    }
}

//! Draws a QR code as a PNG image.

use qrcode::{Color, QrCode};

/// Pixels along the edge of one module.
const SCALE: usize = 6;
/// The quiet zone around the code, in modules.
const QUIET: usize = 4;

/// The image of `text`; `None` if it is too long for a QR code.
pub fn qr_png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::new(text).ok()?;
    let modules = code.width();
    let edge = (modules + 2 * QUIET) * SCALE;
    let mut pixels = vec![0xff_u8; edge * edge];
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let left = (index % modules + QUIET) * SCALE;
            let top = (index / modules + QUIET) * SCALE;
            for row in top..top + SCALE {
                pixels[row * edge + left..][..SCALE].fill(0);
            }
        }
    }
    let mut image = Vec::new();
    let width = u32::try_from(edge).ok()?;
    let mut encoder = png::Encoder::new(&mut image, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels).ok()?;
    writer.finish().ok()?;
    Some(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_png_and_an_endless_text_nothing() {
        let image = qr_png("http://localhost:8080/pay/abcdefghjkmn").unwrap();
        assert!(image.starts_with(b"\x89PNG\r\n"));
        assert_eq!(qr_png(&"x".repeat(10_000)), None);
    }
}

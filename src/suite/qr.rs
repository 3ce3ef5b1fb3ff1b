//! QR codes: reads the text in the picture that the API returns.

use crate::check;
use crate::check::{Judgement, answer, page};
use crate::evidence::{Operation, TroubleKind};
use crate::suite::consumer::Consumer;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::HostedSession;
use crate::suite::record::{Index, Record};
use crate::verdict::Mismatch;
use png::{ColorType, Transformations};
use rqrr::PreparedImage;

/// The requirement that the QR code leads to the page of its session.
const LEADS_TO_PAGE: &str = "HPP-QR-002";

/// Why a picture could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum QrError {
    #[error("the picture is not a PNG")]
    NoPng,
    #[error("the picture has no QR code")]
    NoCode,
}

/// A picture whose format is known here is complete.
pub fn whole(picture: &[u8]) -> Judgement {
    if !picture.starts_with(b"\x89PNG") {
        return Ok(());
    }
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let read = || {
        let mut reader = decoder.read_info().ok()?;
        let mut bytes = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut bytes).ok()?;
        reader.finish().ok()
    };
    read().ok_or_else(|| Mismatch::new("body", "a whole image", format!("{} bytes of a PNG", picture.len())))
}

/// Reads the QR code in a PNG.
fn read(picture: &[u8]) -> Result<String, QrError> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|_| QrError::NoPng)?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or(QrError::NoPng)?];
    let frame = reader.next_frame(&mut bytes).map_err(|_| QrError::NoPng)?;
    let (samples, has_alpha) = match frame.color_type {
        ColorType::GrayscaleAlpha => (2, true),
        ColorType::Rgb => (3, false),
        ColorType::Rgba => (4, true),
        _ => (1, false),
    };
    let (width, height) = (frame.width as usize, frame.height as usize);
    let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let pixel = &bytes[y * frame.line_size + x * samples..][..samples];
        // Transparent parts become white.
        if has_alpha && pixel[samples - 1] < 128 { u8::MAX } else { pixel[0] }
    });
    let grids = image.detect_grids();
    grids.iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text).ok_or(QrError::NoCode)
}

/// The answer is an image, and it is complete.
pub fn picture(record: &Record, fetched: Index) -> Result<Judgement, StepFailure> {
    let is_image = answer::image(record.response(fetched)?);
    Ok(is_image.and_then(|()| whole(record.answer(fetched).live_body())))
}

impl Consumer<'_> {
    /// The text in the QR code of a hosted session. The picture is fetched without credentials.
    async fn qr_text(&mut self, session: &HostedSession) -> Result<String, StepFailure> {
        let url = self.judge().live_url(session.created, "/qr_code_url")?;
        let fetched = self.merchant.record.fetch(Operation::FetchQrCode, url).await?;
        self.judge().success(fetched)?;
        let image = picture(self.merchant.record, fetched)?;
        self.judge().rests_on("HPP-QR-001", image)?;
        match read(self.merchant.record.answer(fetched).live_body()) {
            Ok(text) => Ok(text),
            Err(error @ QrError::NoPng) => Err(StepFailure::Unseen(error.to_string())),
            Err(QrError::NoCode) => {
                let mismatch = Mismatch::new("QR code", "a link to the payment page", "nothing to read");
                self.judge().rests_on(LEADS_TO_PAGE, Err(mismatch))
            }
        }
    }

    /// Opens the link in the QR code of a hosted session, and checks that its page answers.
    pub async fn open_qr_link(&mut self, session: &HostedSession) -> Done {
        let link = self.qr_text(session).await?;
        let redirect_url = self.judge().live_url(session.created, "/redirect_url")?;
        let known = self.on_known_host("QR code", &link);
        self.judge().rests_on(LEADS_TO_PAGE, known)?;
        // If the code has the link of the session, a fault of its page is not a fault of the code.
        let is_link = check::same_url("QR code", redirect_url.as_str(), &link).is_ok();
        match self.open_url(session, &link).await {
            Err(StepFailure::Trouble(drift)) if drift.kind == TroubleKind::PageDrift && !is_link => {
                let end = self.site(session).end(self.merchant.record.visit()?);
                let opened = self.page_was_opened().await?;
                let leads_to_page =
                    opened.map_err(|_| Mismatch::new("QR code", "a link to the payment page", end));
                self.judge().rests_on(LEADS_TO_PAGE, leads_to_page)?;
                return Err(StepFailure::Trouble(drift));
            }
            done => done?,
        }
        if is_link {
            self.page_was_reached()?;
        }
        let reached = page::public(self.merchant.record.visit()?);
        self.judge().rests_on(LEADS_TO_PAGE, reached)?;
        let visit = self.merchant.record.visit()?;
        if visit.screen.is_none() {
            let mismatch =
                Mismatch::new("QR code", "a link to the payment page", self.site(session).end(visit));
            let promise = if is_link { "HPP-PAGE-004" } else { LEADS_TO_PAGE };
            return self.judge().rests_on(promise, Err(mismatch));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::QrCode;
    use qrcode::types::Color;

    /// A PNG of this text, each module of the code four pixels wide.
    fn picture(text: &str, color_type: ColorType) -> Vec<u8> {
        const SCALE: usize = 4;
        const MARGIN: usize = 4;
        let code = QrCode::new(text).unwrap();
        let side = (code.width() + 2 * MARGIN) * SCALE;
        let is_dark = |x: usize, y: usize| {
            let module = |at: usize| (at / SCALE).checked_sub(MARGIN).filter(|at| *at < code.width());
            match (module(x), module(y)) {
                (Some(x), Some(y)) => code[(x, y)] == Color::Dark,
                _ => false,
            }
        };
        let mut pixels = Vec::new();
        for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
            let shade = if is_dark(x, y) { 0 } else { 255 };
            match color_type {
                ColorType::Rgba => pixels.extend([0, 0, 0, 255 - shade]),
                _ => pixels.push(shade),
            }
        }
        let mut file = Vec::new();
        let side = u32::try_from(side).unwrap();
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(color_type);
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        file
    }

    #[test]
    fn a_code_is_read_from_grey_and_from_transparent_pictures() {
        let link = "https://pay.example/eu/hpp/payments/2OCkffK";
        for color_type in [ColorType::Grayscale, ColorType::Rgba] {
            assert_eq!(read(&picture(link, color_type)), Ok(link.to_owned()), "{color_type:?}");
        }
    }

    #[test]
    fn a_picture_that_ends_too_early_is_not_whole() {
        let picture = picture("https://pay.example/eu/hpp/payments/2OCkffK", ColorType::Grayscale);
        assert_eq!(whole(&picture), Ok(()));
        assert_eq!(whole(b"<svg/>"), Ok(()));
        for length in [picture.len() - 1, picture.len() / 2, 8] {
            assert_eq!(
                whole(&picture[..length]).unwrap_err().to_string(),
                format!("body: expected a whole image, got {length} bytes of a PNG"),
            );
        }
    }

    #[test]
    fn what_is_no_picture_and_what_holds_no_code_stay_apart() {
        assert_eq!(read(b"<svg/>"), Err(QrError::NoPng));
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 20, 20);
        encoder.set_color(ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&[255; 400]).unwrap();
        assert_eq!(read(&file), Err(QrError::NoCode));
    }
}

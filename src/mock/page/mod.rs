//! What the consumer's browser opens: the payment page, its generic pages, its QR image.

mod checkout;
mod markup;
mod qr;
pub mod visit;

//! The pages for the consumer: the payment page, its generic pages, its QR image.

pub mod badge;
mod checkout;
mod markup;
mod qr;
pub mod visit;

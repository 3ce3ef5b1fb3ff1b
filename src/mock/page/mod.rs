//! The pages for the consumer: the payment page, its generic pages, its QR image, and its skins.

pub mod badge;
mod checkout;
mod markup;
mod qr;
mod screen;
mod skin;
pub mod visit;

//! Temporary entry: runs the mock alone.

mod mock;
mod serve;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().unwrap_or_else(|| "0".into());
    if port == "deviations" {
        for entry in mock::DEVIATIONS.iter() {
            println!("{}\t{}\t{}", entry.name, entry.breaks.join(" "), entry.lie);
        }
        return Ok(());
    }
    let dialect = match arguments.next().as_deref() {
        Some("kustom") => mock::Dialect::Kustom,
        _ => mock::Dialect::Klarna,
    };
    let deviation = arguments.next().and_then(|name| mock::deviation(&name));
    let mock = mock::Mock::start(mock::MockOptions {
        dialect,
        bind: format!("127.0.0.1:{port}").parse()?,
        credentials: Some(("u".into(), "p".into())),
        deviation,
        seed: 1,
        opaque_urls: std::env::var_os("OPAQUE").is_some(),
    })
    .await?;
    println!(
        "{} {} {}",
        mock.base_url(),
        mock.username(),
        mock.password()
    );
    tokio::signal::ctrl_c().await?;
    Ok(())
}

//! Puts the code of the page to use: kind, key, id, timestamp, signature and body; ends with 0 if it is signed.

mod page;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut headers = http::HeaderMap::new();
    for (name, value) in ["webhook-id", "webhook-timestamp", "webhook-signature"].into_iter().zip(&args[2..5]) {
        headers.insert(name, value.parse().unwrap());
    }
    let body = args[5].as_bytes();
    let is_genuine = match args[0].as_str() {
        "v1" => page::is_signed(&[&args[1]], body, &headers),
        "v1a" => page::is_signed_v1a(&args[1], body, &headers),
        _ => page::answer_webhook(&args[1]).is_some_and(|webhook| webhook.verify(body, &headers).is_ok()),
    };
    std::process::exit(if is_genuine { 0 } else { 1 });
}

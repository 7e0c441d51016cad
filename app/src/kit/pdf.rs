//! One page of PDF 1.4 (ISO 32000-1), written by hand: standard fonts, and squares for the QR code.

use std::io::Write;

use zeroize::Zeroizing;

use super::{Kit, Qr, TITLE, WORDS};

/// A4, in points from the lower left corner.
pub(super) fn page(kit: &Kit<'_>, code: &str, qr: &Qr) -> Zeroizing<Vec<u8>> {
    let content = content(kit, code, qr);
    let resources = "/Resources << /Font << /F1 4 0 R /F2 5 0 R /F3 6 0 R >> >>";
    let font = |name: &str| {
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
    };
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} /Contents 7 0 R >>"
        ),
        font("Helvetica"),
        font("Helvetica-Bold"),
        font("Courier-Bold"),
    ];
    let mut file = Paper::new();
    file.line("%PDF-1.4");
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(file.0.len());
        file.line(&format!("{} 0 obj\n{object}\nendobj", number + 1));
    }
    offsets.push(file.0.len());
    file.line(&format!(
        "7 0 obj\n<< /Length {} >>\nstream",
        content.0.len()
    ));
    file.0.extend(content.0.iter());
    file.line("\nendstream\nendobj");
    let table = file.0.len();
    let size = offsets.len() + 1;
    file.line(&format!("xref\n0 {size}\n0000000000 65535 f "));
    for offset in offsets {
        file.line(&format!("{offset:010} 00000 n "));
    }
    file.line(&format!(
        "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF"
    ));
    file.0
}

fn content(kit: &Kit<'_>, code: &str, qr: &Qr) -> Paper {
    let mut paper = Paper::new();
    let mut y = TOP;
    paper.text("F2 20", LEFT, y, TITLE);
    y -= 44.0;
    paper.text("F3 17", LEFT, y, code);
    y -= 26.0;
    let across = MODULE * qr.width as f64;
    paper.squares(qr, LEFT, y);
    let mut beside = y - 12.0;
    let slot = kit.slot();
    for (name, value) in kit.facts(&slot) {
        paper.text("F2 10", LEFT + across + 24.0, beside, name);
        for part in pieces(value) {
            beside -= 13.0;
            paper.text("F1 10", LEFT + across + 24.0, beside, &part);
        }
        beside -= 18.0;
    }
    y = (y - across).min(beside) - 20.0;
    for (heading, lines) in WORDS {
        paper.text("F2 12", LEFT, y, heading);
        for line in lines {
            y -= 16.0;
            paper.text("F1 11", LEFT, y, line);
        }
        y -= 28.0;
    }
    // A line break stands before the end of the stream.
    paper.0.pop();
    paper
}

/// Long names go on in the next line; at most eight of them.
fn pieces(value: &str) -> Vec<String> {
    let signs: Vec<char> = value.chars().collect();
    let pieces = signs.chunks(48).take(8);
    pieces.map(|piece| piece.iter().collect()).collect()
}

/// Bytes that are wiped, reserved at once so that growing leaves no copy behind.
struct Paper(Zeroizing<Vec<u8>>);

impl Paper {
    fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(128 * 1024)))
    }

    fn line(&mut self, text: &str) {
        self.0.extend(text.as_bytes());
        self.0.push(b'\n');
    }

    fn text(&mut self, font: &str, x: f64, y: f64, text: &str) {
        self.line(&format!("BT /{font} Tf {x:.2} {y:.2} Td"));
        self.0.push(b'(');
        for sign in text.chars() {
            self.sign(sign);
        }
        self.line(") Tj ET");
    }

    /// In WinAnsi, which is Latin-1 where we use it; what it lacks becomes a question mark.
    fn sign(&mut self, sign: char) {
        match (sign, u32::from(sign)) {
            ('(' | ')' | '\\', _) => self.0.extend([b'\\', sign as u8]),
            (_, 0x20..=0x7e) => self.0.push(sign as u8),
            // A vector takes whatever is written to it.
            (_, 0xa0..=0xff) => write!(self.0, "\\{:03o}", u32::from(sign)).unwrap_or_default(),
            _ => self.0.push(b'?'),
        }
    }

    /// Dark modules side by side make one rectangle; `top` is the upper edge.
    fn squares(&mut self, qr: &Qr, left: f64, top: f64) {
        for row in 0..qr.width {
            let y = top - MODULE * (row + 1) as f64;
            let mut column = 0;
            while column < qr.width {
                let dark = (column..qr.width).take_while(|at| qr.is_dark(row, *at));
                let count = dark.count();
                if count > 0 {
                    let x = left + MODULE * column as f64;
                    let across = MODULE * count as f64;
                    self.line(&format!("{x:.2} {y:.2} {across:.2} {MODULE:.2} re"));
                }
                column += count.max(1);
            }
        }
        self.line("f");
    }
}

/// The side of a module, in points.
pub(super) const MODULE: f64 = 5.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 770.0;

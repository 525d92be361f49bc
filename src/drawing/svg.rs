//! Scenes as SVG 1.1. Each letter stands once in the file and is used by number, so that text is
//! small; what it says is told to readers who do not see it.

use super::geometry::{Path, Segment};
use super::scene::{Lettering, Paint, Scene, Shape};
use super::text::{Glyph, UNITS, outline};
use super::xml;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The scene as a file.
pub fn write(scene: &Scene) -> String {
    let mut writer =
        Writer { id: &scene.id, body: String::new(), glyphs: BTreeMap::new(), clips: Vec::new() };
    writer.shapes(&scene.shapes);
    let Writer { body, glyphs, clips, .. } = writer;
    let mut by_number: Vec<(usize, Glyph)> = glyphs.into_iter().map(|(g, n)| (n, g)).collect();
    by_number.sort_unstable();
    let id = &scene.id;
    let mut out = String::with_capacity(body.len() + 400 * by_number.len() + 1000);
    let (width, height) = (number(scene.width), number(scene.height));
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{width}pt\" height=\"{height}pt\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n<defs>\n",
        xml::escape(&scene.title),
        xml::escape(&scene.description),
    );
    for (n, glyph) in by_number {
        let _ = writeln!(out, "<path id=\"{id}-g{n}\" d=\"{}\"/>", data(&outline(glyph), whole));
    }
    for (n, area) in clips.iter().enumerate() {
        let _ = writeln!(out, "<clipPath id=\"{id}-c{n}\"><path d=\"{area}\"/></clipPath>");
    }
    let _ =
        writeln!(out, "</defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
    out.push_str(&body);
    out.push_str("</svg>\n");
    out
}

struct Writer<'a> {
    id: &'a str,
    body: String,
    /// The letters that are used, numbered in the order in which they come.
    glyphs: BTreeMap<Glyph, usize>,
    clips: Vec<String>,
}

impl Writer<'_> {
    fn shapes(&mut self, shapes: &[Shape]) {
        for shape in shapes {
            match shape {
                Shape::Path(path, paint) => {
                    let _ = writeln!(
                        self.body,
                        "<path d=\"{}\"{}/>",
                        data(path, number),
                        attributes(paint)
                    );
                }
                Shape::Text(lettering) => self.text(lettering),
                Shape::Clip(area, inside) => {
                    let n = self.clips.len();
                    self.clips.push(data(&Path::rect(area), number));
                    let _ = writeln!(self.body, "<g clip-path=\"url(#{}-c{n})\">", self.id);
                    self.shapes(inside);
                    self.body.push_str("</g>\n");
                }
            }
        }
    }

    fn text(&mut self, text: &Lettering) {
        let scale = fine(text.size / UNITS);
        let (x, y) = (number(text.at.x), number(text.at.y));
        let turn = if text.upwards {
            format!("0 -{scale} -{scale} 0")
        } else {
            format!("{scale} 0 0 -{scale}")
        };
        let _ = write!(
            self.body,
            "<g role=\"img\" aria-label=\"{}\" fill=\"{}\" transform=\"matrix({turn} {x} {y})\">",
            xml::escape(&text.laid.text),
            text.colour,
        );
        for placed in &text.laid.glyphs {
            let next = self.glyphs.len();
            let n = *self.glyphs.entry(placed.glyph).or_insert(next);
            let (id, x) = (self.id, whole(placed.x * UNITS));
            let _ = if placed.scale == 1.0 && placed.rise == 0.0 {
                write!(self.body, "<use xlink:href=\"#{id}-g{n}\" x=\"{x}\"/>")
            } else {
                let (rise, scale) = (whole(placed.rise * UNITS), number(placed.scale));
                write!(
                    self.body,
                    "<use xlink:href=\"#{id}-g{n}\" transform=\"translate({x} {rise}) scale({scale})\"/>"
                )
            };
        }
        self.body.push_str("</g>\n");
    }
}

fn attributes(paint: &Paint) -> String {
    let mut out = match paint.fill {
        Some(colour) => format!(" fill=\"{colour}\" fill-rule=\"evenodd\""),
        None => " fill=\"none\"".to_owned(),
    };
    if let Some(stroke) = paint.stroke {
        let width = number(stroke.width);
        let _ = write!(out, " stroke=\"{}\" stroke-width=\"{width}\"", stroke.colour);
        out.push_str(" stroke-linejoin=\"round\"");
        if let Some([on, off]) = stroke.dash.lengths() {
            let _ = write!(out, " stroke-dasharray=\"{} {}\"", number(on), number(off));
        }
    }
    out
}

/// The parts of a path in the letters of SVG.
fn data(path: &Path, number: fn(f64) -> String) -> String {
    let mut out = String::new();
    for segment in &path.segments {
        let (letter, points): (char, &[_]) = match segment {
            Segment::Move(p) => ('M', &[*p]),
            Segment::Line(p) => ('L', &[*p]),
            Segment::Quad(a, p) => ('Q', &[*a, *p]),
            Segment::Cubic(a, b, p) => ('C', &[*a, *b, *p]),
            Segment::Close => ('Z', &[]),
        };
        out.push(letter);
        for (i, p) in points.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            let _ = write!(out, "{} {}", number(p.x), number(p.y));
        }
    }
    out
}

/// A length to a hundredth.
fn number(value: f64) -> String {
    trimmed(format!("{value:.2}"))
}

/// A scale.
fn fine(value: f64) -> String {
    trimmed(format!("{value:.5}"))
}

/// A length of outlines.
fn whole(value: f64) -> String {
    trimmed(format!("{value:.0}"))
}

fn trimmed(mut text: String) -> String {
    if text.contains('.') {
        let end = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(end);
    }
    if text == "-0" { "0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_more_signs_than_they_need() {
        let written: Vec<String> = [1.0, -0.001, 2.50, 100.0, -3.456].map(number).into();
        assert_eq!(written, ["1", "0", "2.5", "100", "-3.46"]);
    }

    #[test]
    fn labels_cannot_break_the_file() {
        assert_eq!(xml::escape("a<b & \"c\"\n\u{1}"), "a&lt;b &amp; &quot;c&quot;  ");
    }
}

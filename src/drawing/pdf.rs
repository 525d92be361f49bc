//! Scenes as PDF 1.7, one page of the size of the figure, letters as outlines. No date, no
//! identifier: the same scene has the same bytes.

use super::colour::Colour;
use super::geometry::{Path, Point, Segment, point};
use super::scene::{Lettering, Paint, Scene, Shape};
use super::text::{UNITS, outline};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

/// How hard the page is compressed.
const LEVEL: u8 = 9;

/// The scene as a file.
pub fn write(scene: &Scene) -> Vec<u8> {
    let (catalog, pages, page, content, info) =
        (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5));
    let size = Rect::new(0.0, 0.0, length(scene.width), length(scene.height));
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let mut root = pdf.catalog(catalog);
    root.pages(pages);
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.pages(pages).kids([page]).count(1);
    let mut leaf = pdf.page(page);
    leaf.media_box(size).parent(pages).contents(content);
    leaf.resources();
    leaf.finish();
    let mut writer = Writer { content: Content::new(), height: scene.height };
    writer.shapes(&scene.shapes);
    let bytes = miniz_oxide::deflate::compress_to_vec_zlib(&writer.content.finish(), LEVEL);
    pdf.stream(content, &bytes).filter(Filter::FlateDecode);
    let mut about = pdf.document_info(info);
    about.title(TextStr(&scene.title)).subject(TextStr(&scene.description));
    about.producer(TextStr("spanel"));
    about.finish();
    pdf.finish()
}

struct Writer {
    content: Content,
    height: f64,
}

impl Writer {
    fn shapes(&mut self, shapes: &[Shape]) {
        for shape in shapes {
            match shape {
                Shape::Path(path, paint) => self.path(path, paint),
                Shape::Text(lettering) => self.text(lettering),
                Shape::Clip(area, inside) => {
                    self.content.save_state();
                    self.outline(&Path::rect(area));
                    self.content.clip_nonzero().end_path();
                    self.shapes(inside);
                    self.content.restore_state();
                }
            }
        }
    }

    fn path(&mut self, path: &Path, paint: &Paint) {
        self.content.save_state();
        if let Some(fill) = paint.fill {
            let [r, g, b] = shares(fill);
            self.content.set_fill_rgb(r, g, b);
        }
        if let Some(stroke) = paint.stroke {
            let [r, g, b] = shares(stroke.colour);
            self.content.set_stroke_rgb(r, g, b).set_line_width(length(stroke.width));
            self.content.set_line_join(pdf_writer::types::LineJoinStyle::RoundJoin);
            if let Some(dash) = stroke.dash.lengths() {
                self.content.set_dash_pattern(dash.map(length), 0.0);
            }
        }
        self.outline(path);
        match (paint.fill, paint.stroke) {
            (Some(_), Some(_)) => self.content.fill_even_odd_and_stroke(),
            (Some(_), None) => self.content.fill_even_odd(),
            (None, Some(_)) => self.content.stroke(),
            (None, None) => self.content.end_path(),
        };
        self.content.restore_state();
    }

    /// The letters, and what they say for readers who copy or hear them.
    fn text(&mut self, text: &Lettering) {
        let mut marked = self.content.begin_marked_content_with_properties(Name(b"Span"));
        marked.properties().actual_text(TextStr(&text.laid.text));
        marked.finish();
        let [r, g, b] = shares(text.colour);
        self.content.save_state();
        self.content.set_fill_rgb(r, g, b);
        for path in letters(text) {
            self.outline(&path);
        }
        self.content.fill_nonzero().restore_state();
        self.content.end_marked_content();
    }

    fn outline(&mut self, path: &Path) {
        let height = self.height;
        let at = |p: Point| (length(p.x), length(height - p.y));
        let mut from = Point::default();
        for segment in &path.segments {
            match *segment {
                Segment::Move(p) => {
                    let (x, y) = at(p);
                    self.content.move_to(x, y);
                    from = p;
                }
                Segment::Line(p) => {
                    let (x, y) = at(p);
                    self.content.line_to(x, y);
                    from = p;
                }
                Segment::Quad(a, p) => {
                    let ((x1, y1), (x2, y2)) =
                        (at(from.towards(a, 2.0 / 3.0)), at(p.towards(a, 2.0 / 3.0)));
                    let (x3, y3) = at(p);
                    self.content.cubic_to(x1, y1, x2, y2, x3, y3);
                    from = p;
                }
                Segment::Cubic(a, b, p) => {
                    let ((x1, y1), (x2, y2), (x3, y3)) = (at(a), at(b), at(p));
                    self.content.cubic_to(x1, y1, x2, y2, x3, y3);
                    from = p;
                }
                Segment::Close => {
                    self.content.close_path();
                }
            }
        }
    }
}

/// The outlines of a line of text at their places.
pub(super) fn letters(text: &Lettering) -> impl Iterator<Item = Path> + '_ {
    text.laid.glyphs.iter().map(move |placed| {
        outline(placed.glyph).mapped(|p| {
            let x = text.size * (placed.x + placed.scale * p.x / UNITS);
            let up = text.size * (placed.rise + placed.scale * p.y / UNITS);
            if text.upwards {
                point(text.at.x - up, text.at.y - x)
            } else {
                point(text.at.x + x, text.at.y - up)
            }
        })
    })
}

fn shares(colour: Colour) -> [f32; 3] {
    [colour.0, colour.1, colour.2].map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0)
}

/// A length to a thousandth of a point.
fn length(value: f64) -> f32 {
    ((value * 1000.0).round() / 1000.0) as f32
}

//! Scenes as PNG, for slides and web pages.

use super::colour::Colour;
use super::geometry::{Path, Point, Segment};
use super::pdf::letters;
use super::scene::{Paint, Scene, Shape};
use tiny_skia::{Color, FillRule, LineJoin, Mask, PathBuilder, Pixmap, StrokeDash, Transform};

/// Most dots on a side: what is larger is drawn coarser.
const MOST_DOTS: f64 = 12_000.0;

/// The scene as a file with so many dots in an inch; `None` for a figure without any area.
pub fn write(scene: &Scene, dots_per_inch: f64) -> Option<Vec<u8>> {
    let longest = scene.width.max(scene.height).max(1.0);
    let scale = (dots_per_inch / 72.0).min(MOST_DOTS / longest);
    let dots = |length: f64| (length * scale).round().max(1.0) as u32;
    let mut pixmap = Pixmap::new(dots(scene.width), dots(scene.height))?;
    pixmap.fill(Color::WHITE);
    let mut canvas =
        Canvas { pixmap, transform: Transform::from_scale(scale as f32, scale as f32) };
    canvas.shapes(&scene.shapes, None);
    canvas.pixmap.encode_png().ok()
}

struct Canvas {
    pixmap: Pixmap,
    transform: Transform,
}

impl Canvas {
    fn shapes(&mut self, shapes: &[Shape], mask: Option<&Mask>) {
        for shape in shapes {
            match shape {
                Shape::Path(path, paint) => self.path(path, paint, FillRule::EvenOdd, mask),
                Shape::Text(lettering) => {
                    for path in letters(lettering) {
                        let paint = Paint::fill(lettering.colour);
                        self.path(&path, &paint, FillRule::Winding, mask);
                    }
                }
                Shape::Clip(area, inside) => {
                    let Some(path) = built(&Path::rect(area)) else { continue };
                    let mut inner = mask.cloned().or_else(|| {
                        let mut whole = Mask::new(self.pixmap.width(), self.pixmap.height())?;
                        whole.data_mut().fill(u8::MAX);
                        Some(whole)
                    });
                    if let Some(inner) = &mut inner {
                        inner.intersect_path(&path, FillRule::Winding, true, self.transform);
                    }
                    self.shapes(inside, inner.as_ref());
                }
            }
        }
    }

    fn path(&mut self, path: &Path, paint: &Paint, rule: FillRule, mask: Option<&Mask>) {
        let Some(path) = built(path) else { return };
        if let Some(fill) = paint.fill {
            self.pixmap.fill_path(&path, &solid(fill), rule, self.transform, mask);
        }
        if let Some(stroke) = paint.stroke {
            let dash = stroke
                .dash
                .lengths()
                .and_then(|lengths| StrokeDash::new(lengths.map(|l| l as f32).to_vec(), 0.0));
            let drawn = tiny_skia::Stroke {
                width: stroke.width as f32,
                line_join: LineJoin::Round,
                dash,
                ..tiny_skia::Stroke::default()
            };
            self.pixmap.stroke_path(&path, &solid(stroke.colour), &drawn, self.transform, mask);
        }
    }
}

fn solid(colour: Colour) -> tiny_skia::Paint<'static> {
    let mut paint = tiny_skia::Paint::default();
    paint.set_color_rgba8(colour.0, colour.1, colour.2, u8::MAX);
    paint
}

fn built(path: &Path) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    let at = |p: Point| (p.x as f32, p.y as f32);
    for segment in &path.segments {
        match *segment {
            Segment::Move(p) => {
                let (x, y) = at(p);
                builder.move_to(x, y);
            }
            Segment::Line(p) => {
                let (x, y) = at(p);
                builder.line_to(x, y);
            }
            Segment::Quad(a, p) => {
                let ((x1, y1), (x, y)) = (at(a), at(p));
                builder.quad_to(x1, y1, x, y);
            }
            Segment::Cubic(a, b, p) => {
                let ((x1, y1), (x2, y2), (x, y)) = (at(a), at(b), at(p));
                builder.cubic_to(x1, y1, x2, y2, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
    builder.finish()
}

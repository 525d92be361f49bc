//! Records and series → figures: scenes for the room [`drawing`](crate::drawing), the numbers behind
//! them as CSV, and a LaTeX float with caption and note.
//!
//! | file | figure |
//! |---|---|
//! | `moran_years` | Moran's I by year |
//! | `moran_scatter` | a variable against its spatial lag |
//! | `map` | a variable on the map |
//! | `map_regions` | regions on the map |
//! | `effects` | arrows from a measure and its lags to the response |
//! | `coefplot` | coefficients with their intervals |
//! | `spec_curve` | one coefficient over many specifications |
//! | `lisa_map` | clusters of local Moran's I on the map |
//! | `rho_over_weights` | a parameter over weights matrices |
//! | `lag_plot` | the measure at leads and lags |
//! | `profile` | the concentrated likelihood of a spatial parameter |
//! | `bootstrap_density` | how replicates are distributed |
//! | `ranges` | points with intervals side by side |
//! | `ground` | the map that values and regions are painted on |
//! | `panels` | cells in rows and columns of panels |
//!
//! Adding a kind: a variant of [`FigureKind`], its keys in `spec::raw` and `spec::resolve`, a file here
//! that makes a [`Figure`], a line in [`draw`]. CONTRIBUTING.md walks through it.

mod bootstrap_density;
mod coefplot;
mod effects;
mod ground;
mod lag_plot;
mod lisa_map;
mod map;
mod map_regions;
mod moran_scatter;
mod moran_years;
mod panels;
mod profile;
mod ranges;
mod rho_over_weights;
mod spec_curve;

use crate::drawing::chart::{Tick, Ticks};
use crate::drawing::{POINTS_PER_MM, Scene, pdf, png, svg};
use crate::mistake::{Checked, Mistakes};
use crate::report::formats::Layout;
use crate::report::formats::latex::Latex;
use crate::report::formats::letters::Letters;
use crate::report::template::{FIGURE, Templates, UserTemplates};
use crate::report::{RenderedFile, Source, number};
use crate::spec::figures::{FigureFormat, FigureKind, FigureSpec};
use serde::Serialize;

/// Dots in an inch of a PNG.
const DOTS_PER_INCH: f64 = 300.0;

/// A figure with the numbers behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The shapes.
    pub scene: Scene,
    /// Header and rows of the CSV file.
    pub rows: Vec<Vec<String>>,
    /// Sentences for the note.
    pub notes: Vec<String>,
}

/// The files of all figures, and what a person should know of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// The files.
    pub files: Vec<RenderedFile>,
    /// Characters that no font has, figure by figure.
    pub cautions: Vec<String>,
}

/// Every figure in every format that is asked for, its numbers, and its LaTeX float.
///
/// # Errors
/// A figure that selects no cell, a template that cannot be filled in; all of them are collected.
pub fn render(source: Source<'_>, templates: &UserTemplates) -> Checked<Figures> {
    let templates = Templates::new(templates);
    let mut figures = Figures::default();
    let mut mistakes = Vec::new();
    for spec in &source.spec.figures {
        let made = draw(source, spec);
        match made.and_then(|figure| files(source, spec, &figure, &templates)) {
            Ok((files, caution)) => {
                figures.files.extend(files);
                figures.cautions.extend(caution);
            }
            Err(found) => mistakes.extend(found.into_vec()),
        }
    }
    Mistakes::unless_empty(mistakes, figures)
}

/// The figure that `spec` asks for.
pub fn draw(source: Source<'_>, spec: &FigureSpec) -> Checked<Figure> {
    let mut figure = match &spec.kind {
        FigureKind::MoranYears { moran, level } => moran_years::draw(source, spec, moran, *level),
        FigureKind::MoranScatter(wanted) => moran_scatter::draw(source, spec, wanted),
        FigureKind::Map(wanted) => map::draw(source, spec, wanted),
        FigureKind::MapRegions { regions, names } => {
            map_regions::draw(source, spec, regions, *names)
        }
        FigureKind::EffectDiagram(wanted) => effects::draw(source, spec, wanted)?,
        FigureKind::Coefplot(wanted) => coefplot::draw(source, spec, wanted)?,
        FigureKind::SpecCurve(wanted) => spec_curve::draw(source, spec, wanted)?,
        FigureKind::LisaMap(wanted) => lisa_map::draw(source, spec, wanted),
        FigureKind::RhoOverWeights(wanted) => rho_over_weights::draw(source, spec, wanted)?,
        FigureKind::LagPlot(wanted) => lag_plot::draw(source, spec, wanted)?,
        FigureKind::Profile(wanted) => profile::draw(source, spec, wanted)?,
        FigureKind::BootstrapDensity { cells, bootstrap } => {
            bootstrap_density::draw(source, spec, (cells, bootstrap))?
        }
    };
    figure.scene.title.clone_from(&spec.caption);
    figure.scene.description = figure.notes.join(" ");
    figure.notes.extend(spec.notes.iter().map(|note| source.words().sentence(note)));
    Ok(figure)
}

/// What `figure.tex.jinja` is given.
#[derive(Debug, Serialize)]
struct FigureView {
    id: String,
    caption: String,
    number: Option<u32>,
    width: String,
    /// What the note begins with.
    note: &'static str,
    notes: Vec<String>,
    letters: Letters,
}

fn files(
    source: Source<'_>,
    spec: &FigureSpec,
    figure: &Figure,
    templates: &Templates<'_>,
) -> Checked<(Vec<RenderedFile>, Option<String>)> {
    let path = |extension: &str| format!("figures/{}.{extension}", spec.id);
    let scene = &figure.scene;
    let mut files = Vec::new();
    for format in &source.spec.output.figures {
        match format {
            FigureFormat::Svg => files.push(RenderedFile::text(path("svg"), svg::write(scene))),
            FigureFormat::Pdf => files.push(RenderedFile::bytes(path("pdf"), pdf::write(scene))),
            FigureFormat::Png => {
                let bytes = png::write(scene, DOTS_PER_INCH);
                files.extend(bytes.map(|bytes| RenderedFile::bytes(path("png"), bytes)));
            }
        }
    }
    files.push(RenderedFile::text(path("csv"), crate::report::tidy::written(&figure.rows)));
    let caution = missing(spec, scene);
    let more = caution.as_slice();
    let text = float(source, spec, figure, more, templates)?;
    files.push(RenderedFile::text(path("tex"), text));
    Ok((files, caution))
}

/// The LaTeX float around a figure, with `more` below its note.
pub(super) fn float(
    source: Source<'_>,
    spec: &FigureSpec,
    figure: &Figure,
    more: &[String],
    templates: &Templates<'_>,
) -> Checked<String> {
    let notes: Vec<String> =
        figure.notes.iter().chain(more).map(|note| Latex.escape(note)).collect();
    let caption = Latex.escape(&spec.caption);
    let view = FigureView {
        id: spec.id.clone(),
        letters: Letters::of(notes.iter().chain([&caption]).map(String::as_str)),
        caption,
        number: spec.number,
        width: spec.width.to_string(),
        note: source.words().drawn().note,
        notes,
    };
    templates.render(FIGURE, &view)
}

/// Characters that no font has, as a caution.
fn missing(spec: &FigureSpec, scene: &Scene) -> Option<String> {
    if scene.missing.is_empty() {
        return None;
    }
    let signs: Vec<String> =
        scene.missing.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    Some(format!(
        "Caution: no font of figures has {}; boxes stand in their places in figure {}.",
        signs.join(", "),
        spec.id
    ))
}

/// An empty scene of the width that is asked for and a height in points, unless another one is asked
/// for.
fn canvas(spec: &FigureSpec, height: f64) -> Scene {
    let height = spec.height.map_or(height, |height| height * POINTS_PER_MM);
    Scene::new(&spec.id, width(spec), height)
}

/// The width in points.
fn width(spec: &FigureSpec) -> f64 {
    spec.width * POINTS_PER_MM
}

/// Ticks with their labels.
fn labelled(ticks: &Ticks) -> Vec<Tick> {
    let label = |value: f64| number::plain(value, ticks.decimals);
    ticks.values.iter().map(|&value| Tick { value, label: label(value) }).collect()
}

/// A figure that says why it shows nothing.
fn empty(source: Source<'_>, spec: &FigureSpec, reason: &str) -> Figure {
    use crate::drawing::{Letters, Rich};
    let mut scene = canvas(spec, 60.0);
    let at = scene.area().centre();
    scene.text(at, &Rich::plain(reason), Letters::middle(8.0));
    Figure { scene, rows: Vec::new(), notes: vec![source.words().sentence(reason)] }
}

/// Texts as a row of a CSV file.
fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

//! Figures: where things are drawn, what files hold, and that they are the same each time.

use super::made::{Made, at, choice, experiment, select};
use spanel::drawing::{Scene, png};
use spanel::ident::{KeyPath, VarName};
use spanel::outcome::MoranYear;
use spanel::report::figures::{Figures, draw, render};
use spanel::report::{RenderedFile, UserTemplates};
use spanel::spec::Axis;
use spanel::spec::figures::{
    CellFigure, ClassRule, Classes, FigureFormat, FigureKind, FigureSpec, MapFigure, MapSpec,
    MoranScatterFigure,
};
use spanel::spec::output::OutputSpec;
use spanel::store::figures::{
    Area, AreaShape, FigureData, Geometry, MoranScatter, ScatterPoint, UnitValues,
};
use std::collections::BTreeMap;

pub fn figure(id: &str, kind: FigureKind) -> FigureSpec {
    FigureSpec {
        id: id.to_owned(),
        caption: "Agglomeration & emissions, 碳排放".to_owned(),
        number: None,
        width: 100.0,
        height: None,
        notes: vec!["A note of the user's".to_owned()],
        kind,
        at: KeyPath::root().join("figures").join(0),
    }
}

pub fn cells(panels: &[Axis], group: Option<Axis>, model: &[&str]) -> CellFigure {
    CellFigure {
        cells: choice(panels, select(model, &["oa", "la"], &["all", "east"])),
        rows: Vec::new(),
        labels: BTreeMap::new(),
        group,
        wald: None,
        level: 0.1,
    }
}

pub fn every_kind() -> Vec<FigureSpec> {
    let moran = || "emissions".to_owned();
    let mut kinds = vec![
        figure("years", FigureKind::MoranYears { moran: moran(), level: 0.05 }),
        figure(
            "scatter",
            FigureKind::MoranScatter(MoranScatterFigure {
                moran: moran(),
                years: vec![],
                names: 3,
            }),
        ),
        figure(
            "map",
            FigureKind::Map(MapFigure {
                variable: at(VarName::new("ln_co2")),
                years: Vec::new(),
                classes: Classes::ByRule(ClassRule::Quantile, 2),
                names: true,
            }),
        ),
        figure(
            "regions",
            FigureKind::MapRegions { regions: vec![at("east".to_owned())], names: true },
        ),
        figure(
            "effects",
            FigureKind::EffectDiagram(cells(&[Axis::Measure, Axis::Region], None, &["slm"])),
        ),
        figure(
            "coefplot",
            FigureKind::Coefplot(cells(&[Axis::Region], Some(Axis::Measure), &["slm"])),
        ),
    ];
    kinds.extend(super::curves::kinds());
    kinds
}

/// Units `A` to `D` on four tiles, `D` not observed.
pub fn data() -> FigureData {
    let names = ["A", "B", "C", "D"];
    let area = |(i, name): (i32, &str)| Area {
        name: name.to_owned(),
        label: ["北京", "天津", "上海", "海南"][i as usize].to_owned(),
        unit: true,
        shape: AreaShape::Tile { row: i / 2, column: i % 2 },
    };
    let point = |(i, name): (i32, &str)| ScatterPoint {
        unit: name.to_owned(),
        z: f64::from(i) - 1.5,
        lag: 0.5 * (f64::from(i) - 1.5),
    };
    let values = ["A", "B", "C", "D"].iter().zip([Some(1.0), Some(2.0), Some(3.0), None]);
    let mut data = FigureData {
        values: vec![UnitValues {
            variable: "ln_co2".to_owned(),
            period: 2003,
            values: values.map(|(name, value)| ((*name).to_owned(), value)).collect(),
        }],
        scatter: [2002, 2003]
            .map(|period| MoranScatter {
                moran: "emissions".to_owned(),
                period,
                points: (0..).zip(names).map(point).collect(),
            })
            .to_vec(),
        regions: BTreeMap::from([("east".to_owned(), vec!["A".to_owned(), "B".to_owned()])]),
        map: Some(Geometry {
            file: "tiles.csv".to_owned(),
            hash: "00".to_owned(),
            areas: (0..).zip(names).map(area).collect(),
        }),
        ..FigureData::default()
    };
    super::curves::add_data(&mut data);
    data
}

pub fn made(figures: Vec<FigureSpec>) -> Made {
    let mut made = experiment(Vec::new());
    made.spec.figures = figures;
    made.spec.map =
        Some(MapSpec { file: at("tiles.csv".into()), unit: at("unit".to_owned()), label: None });
    made.experiment.figures = data();
    super::curves::add_bootstrap(&mut made);
    made
}

pub fn rendered(made: &Made) -> Figures {
    render(made.source(), &UserTemplates::new()).expect("every figure can be drawn")
}

pub fn scene(made: &Made, id: &str) -> Scene {
    let spec = made.spec.figures.iter().find(|f| f.id == id).expect("it is there");
    draw(made.source(), spec).expect("it can be drawn").scene
}

pub fn file<'a>(files: &'a [RenderedFile], path: &str) -> &'a RenderedFile {
    files.iter().find(|f| f.path == path).unwrap_or_else(|| panic!("no {path}"))
}

/// Where a text begins.
pub fn place(scene: &Scene, text: &str) -> (f64, f64) {
    let found = scene.texts().into_iter().find(|t| t.laid.text == text);
    let found = found.unwrap_or_else(|| panic!("`{text}` is not written in {}", scene.id));
    (found.at.x, found.at.y)
}

pub fn says(scene: &Scene, text: &str) -> bool {
    scene.texts().iter().any(|t| t.laid.text.contains(text))
}

#[test]
fn numbers_floats_and_one_picture_are_as_they_were() {
    let files = rendered(&made(every_kind())).files;
    for id in ["years", "scatter", "map", "regions", "effects", "coefplot"] {
        for ending in ["csv", "tex"] {
            let path = format!("figures/{id}.{ending}");
            insta::assert_snapshot!(path.replace('/', "-"), file(&files, &path).as_text());
        }
    }
    let svg = file(&files, "figures/map.svg").as_text();
    insta::assert_snapshot!("figures-map.svg", svg);
}

#[test]
fn every_format_is_whole_and_the_same_each_time() {
    let mut made = made(every_kind());
    made.spec.output = OutputSpec {
        figures: vec![FigureFormat::Svg, FigureFormat::Pdf, FigureFormat::Png],
        ..OutputSpec::default()
    };
    let (one, other) = (rendered(&made), rendered(&made));
    assert!(one == other);
    assert_eq!(one.files.len(), 12 * 5);
    for file in &one.files {
        let bytes = file.as_bytes();
        let ending = file.path.rsplit('.').next();
        if ending == Some("pdf") {
            assert!(bytes.starts_with(b"%PDF-1.7") && bytes.ends_with(b"%%EOF"), "{}", file.path);
            assert!(!bytes.windows(12).any(|w| w == b"CreationDate"));
        } else if ending == Some("png") {
            // Width and height stand in the header: 100 mm at 300 dots in an inch.
            assert!(bytes.starts_with(b"\x89PNG"));
            assert_eq!(u32::from_be_bytes([bytes[16], bytes[17], bytes[18], bytes[19]]), 1181);
        } else if ending == Some("svg") {
            let text = file.as_text();
            assert_eq!(text.matches("<g ").count(), text.matches("</g>").count());
            let mut paths = text.lines().filter(|line| line.starts_with("<path"));
            assert!(
                paths.all(|line| !line.contains("NaN") && !line.contains("inf")),
                "{}",
                file.path
            );
        }
    }
}

#[test]
fn every_letter_is_inside_and_no_two_texts_cross() {
    let made = made(every_kind());
    for spec in &made.spec.figures {
        let scene = scene(&made, &spec.id);
        let boxes: Vec<_> = scene
            .texts()
            .into_iter()
            .filter(|t| !t.upwards)
            .map(|t| {
                let (width, height) = (t.laid.width * t.size, 0.7 * t.size);
                (
                    t.laid.text.clone(),
                    spanel::drawing::Rect::new(t.at.x, t.at.y - height, width, height),
                )
            })
            .collect();
        for (i, (text, rect)) in boxes.iter().enumerate() {
            assert!(scene.area().grown(0.5).holds(rect), "`{text}` leaves {}: {rect:?}", spec.id);
            for (other, beside) in &boxes[i + 1..] {
                let shared = rect.grown(-0.2).overlap(&beside.grown(-0.2));
                assert!(shared == 0.0, "`{text}` and `{other}` cross in {}", spec.id);
            }
        }
    }
}

#[test]
fn points_are_filled_where_the_series_is_significant() {
    let made = made(every_kind());
    let years: &[MoranYear] = made.experiment.moran[0].years.as_ref().expect("a series");
    let file = rendered(&made);
    let csv = super::text(&file.files, "figures/years.csv").to_owned();
    for (line, year) in csv.lines().skip(1).zip(years) {
        let p = year.p_permutation.unwrap_or(year.p_randomisation);
        assert!(line.ends_with(if p < 0.05 { "true" } else { "false" }), "{line}");
    }
    let scene = scene(&made, "years");
    assert!(says(&scene, "p < 0.05") && says(&scene, "p ≥ 0.05"));
    assert!(place(&scene, "2002").0 < place(&scene, "2003").0);
}

#[test]
fn a_scatter_says_its_slope_and_counts_its_quadrants() {
    let scene = scene(&made(every_kind()), "scatter");
    assert!(says(&scene, "= 0.500"));
    for (corner, right, above) in
        [("HH 2", true, true), ("LL 2", false, false), ("LH 0", false, true), ("HL 0", true, false)]
    {
        let (x, y) = place(&scene, corner);
        let (x0, y0) = place(&scene, "LL 2");
        assert_eq!((x > x0 + 10.0, y < y0 - 10.0), (right, above), "{corner}");
    }
    // The labels of the map, not the names of the units.
    assert!(["北京", "天津", "上海", "海南"].iter().any(|name| says(&scene, name)));
    assert!(!scene.texts().iter().any(|t| ["A", "B", "C", "D"].contains(&t.laid.text.as_str())));
}

#[test]
fn tiles_stand_in_rows_and_columns_and_what_is_missing_is_told() {
    let scene = scene(&made(every_kind()), "map");
    let [a, b, c] = ["北京", "天津", "上海"].map(|label| place(&scene, label));
    assert!(a.1 == b.1 && a.0 < b.0 && c.0 == a.0 && c.1 > a.1);
    assert!(says(&scene, "not observed"));
}

#[test]
fn panels_of_two_axes_are_rows_and_columns() {
    let scene = scene(&made(every_kind()), "effects");
    let titles: Vec<_> =
        scene.texts().into_iter().filter(|t| t.size == 9.0).map(|t| (t.at.x, t.at.y)).collect();
    assert_eq!(titles.len(), 4);
    assert!(titles[0].0 == titles[2].0 && titles[1].0 == titles[3].0);
    assert!(titles[0].1 == titles[1].1 && titles[2].1 == titles[3].1);
    assert!(titles[0].0 < titles[1].0 && titles[0].1 < titles[2].1);
}

#[test]
fn what_no_font_has_is_told_in_the_note() {
    let mut made = made(vec![every_kind().remove(3)]);
    let east = made.spec.regions.get_mut("east").expect("a region");
    east.label = Some("East 🂡".to_owned());
    let figures = rendered(&made);
    assert_eq!(figures.cautions.len(), 1);
    assert!(figures.cautions[0].contains("U+1F0A1"), "{}", figures.cautions[0]);
    assert!(super::text(&figures.files, "figures/regions.tex").contains("U+1F0A1"));
}

#[test]
fn what_was_not_run_says_so() {
    let mut made = made(every_kind());
    made.experiment.figures = FigureData::default();
    made.experiment.moran.clear();
    made.records.clear();
    let figures = rendered(&made);
    assert!(super::text(&figures.files, "figures/map.tex").contains("Not run"));
    assert!(super::text(&figures.files, "figures/coefplot.tex").contains("have no estimates"));
}

#[test]
fn a_clip_hides_what_is_outside() {
    use spanel::drawing::{Colour, Paint, Path, Rect};
    let mut scene = Scene::new("clip", 10.0, 10.0);
    scene.clipped(Rect::new(0.0, 0.0, 5.0, 10.0), |scene| {
        scene.path(Path::rect(&Rect::new(0.0, 0.0, 10.0, 10.0)), Paint::fill(Colour(0, 0, 0)));
    });
    let half = png::write(&scene, 72.0).expect("it has an area");
    scene.shapes.clear();
    assert_ne!(half, png::write(&scene, 72.0).expect("it has an area"));
    assert!(png::write(&Scene::new("none", f64::NAN, 1.0), 72.0).is_some());
}

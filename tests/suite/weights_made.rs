//! Weights that are made of polygons, points, columns and other matrices, end to end.

use crate::cli::{Lab, assert_exit, text};
use crate::spec_errors::{ok, planned};
use spanel::cli::diagnostic::report;
use spanel::inputs;
use spanel::weights::summary::Summary;
use spanel::weights::{Links, Weights, written};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// Four units in a row, one degree apart on the equator, two years.
const PANEL: &str = "unit,year,y,x,lon,lat,gdp\n\
    A,2001,1,2,0,0,1\nB,2001,2,1,1,0,2\nC,2001,3,5,2,0,4\nD,2001,4,3,3,0,8\n\
    A,2002,2,1,0,0,3\nB,2002,1,2,1,0,6\nC,2002,5,3,2,0,8\nD,2002,3,1,3,0,12\n";

/// The experiment that has these weights, of which `w` is used.
fn experiment(weights: &str) -> String {
    format!(
        "seed = 1\n[data]\nfile = \"panel.csv\"\nunit = \"unit\"\ntime = \"year\"\n\
         [regions]\nall = {{ all = true }}\n[measures]\nx = {{ variable = \"x\" }}\n{weights}\n\
         [grids.main]\nresponse = \"y\"\nmodel = \"ols\"\neffects = \"none\"\nmeasure = \"x\"\n\
         region = \"all\"\nweights = \"w\"\n"
    )
}

/// The links of an experiment with these weights, in a folder with these files beside the panel.
fn opened(weights: &str, files: &[(&str, &str)]) -> Result<BTreeMap<String, Links>, String> {
    let place = TempDir::new().unwrap();
    std::fs::write(place.path().join("panel.csv"), PANEL).unwrap();
    for (name, text) in files {
        std::fs::write(place.path().join(name), text).unwrap();
    }
    opened_in(place.path(), weights)
}

fn opened_in(place: &Path, weights: &str) -> Result<BTreeMap<String, Links>, String> {
    let path = place.join("spec.toml");
    std::fs::write(&path, experiment(weights)).unwrap();
    let wrong = |mistakes, layers| {
        let text = report(&mistakes, &layers, false);
        let text = text.replace(&format!("{}/", place.display()), "");
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    };
    let (spec, _, layers) = planned(&path, &[], &[]).map_err(|(m, layers)| wrong(m, layers))?;
    inputs::open(&spec).map(|inputs| inputs.links).map_err(|m| wrong(m, layers))
}

/// `w` as text: `A>B 1` a link.
fn of(weights: &str) -> Vec<String> {
    shown(&opened(weights, &[]).unwrap_or_else(|text| panic!("{text}"))["w"])
}

fn shown(links: &Links) -> Vec<String> {
    let name = |i: usize| links.units[i].0.as_str();
    let all = links.links.iter();
    all.map(|&(i, j, weight)| format!("{}>{} {weight:.4}", name(i), name(j))).collect()
}

fn pairs(links: &[String]) -> String {
    let pairs = links.iter().filter_map(|link| link.split_once(' ')).map(|(pair, _)| pair);
    pairs.collect::<Vec<_>>().join(" ")
}

const POINTS: &str = "[weights.w]\nx = \"lon\"\ny = \"lat\"\n";

#[test]
fn the_polygons_of_china_give_the_shipped_contiguity() {
    let polygons = "weights.made.polygons=\"experiments/data/china-provinces.geojson\"";
    let sets = |contiguity: &str, tolerance: &str| {
        vec![
            polygons.to_owned(),
            "weights.made.unit=\"province\"".to_owned(),
            format!("weights.made.contiguity=\"{contiguity}\""),
            format!("weights.made.tolerance={tolerance}"),
            "weights.made.extra_units=\"drop\"".to_owned(),
            "weights.made.links=[[\"Hainan\",\"Guangdong\"]]".to_owned(),
        ]
    };
    for (contiguity, tolerance) in
        [("queen", "0"), ("queen", "0.001"), ("rook", "0"), ("rook", "0.001")]
    {
        let sets = sets(contiguity, tolerance);
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        let (spec, ..) = ok("experiments/paper.toml", &[], &sets);
        let links = inputs::open(&spec).unwrap().links;
        let names = |name: &str| shown(&links[name]);
        let (made, shipped) = (names("made"), names("contiguity"));
        let more: Vec<&String> = made.iter().filter(|link| !shipped.contains(link)).collect();
        let fewer: Vec<&String> = shipped.iter().filter(|link| !made.contains(link)).collect();
        println!("{contiguity} {tolerance}: more {more:?}, fewer {fewer:?}");
        if contiguity == "queen" {
            assert_eq!(made, shipped);
        }
    }
}

#[test]
fn nearest_neighbours_bands_and_inverses_by_hand() {
    let nearest = of(&format!("{POINTS}neighbours = 1"));
    assert_eq!(pairs(&nearest), "A>B B>A C>B D>C");
    let both = of(&format!("{POINTS}neighbours = 1\nsymmetric = true"));
    assert_eq!(pairs(&both), "A>B B>A B>C C>B C>D D>C");
    // A degree is 111.19 km.
    assert_eq!(pairs(&of(&format!("{POINTS}within = 112"))), pairs(&both));
    let inverse = of(&format!("{POINTS}inverse_power = 2\ndistance = \"plane\"\nwithin = 2"));
    assert_eq!(inverse[..2], ["A>B 1.0000", "A>C 0.2500"]);
    assert_eq!(inverse.len(), 10);
    let kernel =
        of(&format!("{POINTS}kernel = \"triangular\"\nbandwidth = 2\ndistance = \"plane\""));
    assert_eq!(kernel[..2], ["A>B 0.5000", "B>A 0.5000"]);
    let adaptive =
        of(&format!("{POINTS}kernel = \"bisquare\"\nneighbours = 1\ndistance = \"plane\""));
    assert_eq!(adaptive[0], "A>B 0.5625");
}

#[test]
fn columns_of_the_panel_make_economic_distance_and_gravity() {
    // Means of gdp: 2, 4, 6, 10.
    let economic = of("[weights.w]\neconomic = \"gdp\"");
    let wanted = [
        "A>B 0.5000",
        "A>C 0.2500",
        "A>D 0.1250",
        "B>A 0.5000",
        "B>C 0.5000",
        "B>D 0.1667",
        "C>A 0.2500",
        "C>B 0.5000",
        "C>D 0.2500",
        "D>A 0.1250",
        "D>B 0.1667",
        "D>C 0.2500",
    ];
    assert_eq!(economic, wanted);
    // In 2001 alone: 1, 2, 4, 8.
    let early = of("[weights.w]\neconomic = \"gdp\"\nyears = [2001, 2001]\nneighbours = 1");
    assert_eq!(early, ["A>B 1.0000", "B>A 1.0000", "C>B 0.5000", "D>C 0.2500"]);
    let derived =
        "[variables]\nln_gdp = { expr = \"ln(gdp)\" }\n[weights.w]\neconomic = \"ln_gdp\"";
    assert_eq!(of(derived).len(), 12);
    let gravity =
        of(&format!("{POINTS}gravity = \"gdp\"\ninverse_power = 2\ndistance = \"plane\""));
    assert_eq!(gravity[..3], ["A>B 8.0000", "A>C 3.0000", "A>D 2.2222"]);
}

#[test]
fn weights_do_not_depend_on_the_order_of_rows() {
    let weights =
        "[weights.w]\neconomic = \"gdp\"\n[weights.k]\nx = \"lon\"\ny = \"lat\"\nneighbours = 1\n";
    let in_order = opened(weights, &[]).unwrap();
    let mut lines: Vec<&str> = PANEL.lines().collect();
    lines[1..].reverse();
    let backwards = opened(weights, &[("panel.csv", &lines.join("\n"))]).unwrap();
    let sorted = |links: &Links| {
        let mut all = shown(links);
        all.sort();
        all
    };
    for name in ["w", "k"] {
        assert_eq!(sorted(&in_order[name]), sorted(&backwards[name]), "{name}");
    }
}

#[test]
fn matrices_are_joined_and_taken_further() {
    let parts = "[weights.near]\nx = \"lon\"\ny = \"lat\"\nwithin = 112\n\
                 [weights.rich]\neconomic = \"gdp\"\nnormalise = \"none\"\n";
    let second = of(&format!("{parts}[weights.w]\nof = \"near\""));
    assert_eq!(pairs(&second), "A>C B>D C>A D>B");
    let up_to = of(&format!("{parts}[weights.w]\nof = \"near\"\norder = 2\ncumulative = true"));
    assert_eq!(up_to.len(), 10);
    let product = of(&format!("{parts}[weights.w]\nproduct = [\"near\", \"rich\"]"));
    assert_eq!(product[..3], ["A>B 0.5000", "B>A 0.5000", "B>C 0.5000"]);
    assert_eq!(product.len(), 6);
    // Rows of `near` sum to 1: 0.5·1 + 0.25·0.5 for A and B, 0.25·0.25 for A and C.
    let sum = of(&format!("{parts}[weights.w]\nsum = [\"near\", \"rich\"]\nshares = [0.5, 0.25]"));
    assert_eq!(sum[..2], ["A>B 0.6250", "A>C 0.0625"]);
    let less = of(&format!(
        "{parts}[weights.w]\nof = \"near\"\nwithout_links = [[\"A\", \"C\"]]\nlinks = [[\"A\", \"D\"], [\"C\", \"D\"]]"
    ));
    assert_eq!(pairs(&less), "A>D B>D C>D D>A D>B D>C");
}

const SQUARES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"unit":"A"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
{"type":"Feature","properties":{"unit":"B"},"geometry":{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}},
{"type":"Feature","properties":{"unit":"C"},"geometry":{"type":"Polygon","coordinates":[[[0,1],[1,1],[1,2],[0,2],[0,1]]]}},
{"type":"Feature","properties":{"unit":"D"},"geometry":{"type":"MultiPolygon","coordinates":[[[[1,1],[2,1],[2,2],[1,2],[1,1]]],[[[8,8],[9,8],[9,9],[8,8]]]]}}]}"#;

#[test]
fn squares_touch_and_have_centres() {
    let files = [("map.geojson", SQUARES)];
    let made = |rest: &str| {
        let weights = format!("[weights.w]\npolygons = \"map.geojson\"\n{rest}");
        shown(&opened(&weights, &files).unwrap_or_else(|text| panic!("{text}"))["w"])
    };
    assert_eq!(pairs(&made("contiguity = \"rook\"")), "A>B A>C B>A B>D C>A C>D D>B D>C");
    assert_eq!(made("contiguity = \"queen\"").len(), 12);
    assert_eq!(
        pairs(&made("within = 1.1\ndistance = \"plane\"\nisolates = \"keep\"")),
        "A>B A>C B>A C>A"
    );
}

#[test]
fn shapefiles_are_read_in_their_encoding() {
    use shapefile::dbase::encoding::DynEncoding;
    use shapefile::dbase::{FieldName, FieldValue, Record, TableWriterBuilder};
    use shapefile::{Point, Polygon, PolygonRing, Writer};

    let place = TempDir::new().unwrap();
    std::fs::write(place.path().join("panel.csv"), PANEL.replace("\nA,", "\n北京,")).unwrap();
    let gbk = DynEncoding::from_name("GBK").unwrap();
    let table = TableWriterBuilder::with_encoding(gbk)
        .add_character_field(FieldName::try_from("unit").unwrap(), 20);
    let mut writer = Writer::from_path(place.path().join("map.shp"), table).unwrap();
    for (i, name) in ["北京", "B", "C", "D"].into_iter().enumerate() {
        let (x, y) = ((i % 2) as f64, (i / 2) as f64);
        let corners = [(x, y), (x, y + 1.0), (x + 1.0, y + 1.0), (x + 1.0, y), (x, y)];
        let ring = corners.map(|(x, y)| Point::new(x, y)).to_vec();
        let mut record = Record::default();
        record.insert("unit".to_owned(), FieldValue::Character(Some(name.to_owned())));
        writer.write_shape_and_record(&Polygon::new(PolygonRing::Outer(ring)), &record).unwrap();
    }
    drop(writer);
    std::fs::write(place.path().join("map.cpg"), "GBK").unwrap();
    let weights = "[weights.w]\npolygons = \"map.shp\"\ncontiguity = \"rook\"";
    let links = opened_in(place.path(), weights).unwrap_or_else(|text| panic!("{text}"));
    let wanted = "B>D B>北京 C>D C>北京 D>B D>C 北京>B 北京>C";
    assert_eq!(pairs(&shown(&links["w"])), wanted);
    let wrong = weights.replace("\ncont", "\nunit = \"name\"\ncont");
    let said = opened_in(place.path(), &wrong).unwrap_err();
    assert!(said.contains("there is no column `name`"), "{said}");
}

#[test]
fn what_is_written_reads_back() {
    let weights = format!("{POINTS}inverse_power = 1\nwithin = 250");
    let links = &opened(&weights, &[]).unwrap()["w"];
    for (file, text, format) in [
        ("w.gwt", written::gwt("w", links), ""),
        ("w.mtx", written::mtx(links), ""),
        ("w.csv", written::edges(links), "format = \"edges\""),
        ("w.gal", written::gal("w", links), ""),
    ] {
        let weights = format!("[weights.w]\nfile = \"{file}\"\n{format}");
        let back = opened(&weights, &[(file, &text)]).unwrap_or_else(|text| panic!("{text}"));
        if file == "w.gal" {
            assert_eq!(pairs(&shown(&back["w"])), pairs(&shown(links)));
        } else {
            assert_eq!(&back["w"], links, "{file}");
        }
    }
    // D has no neighbour: the first line of a GWT counts it.
    let text = "0 4 w unit\nA B 1\nB A 1\nB C 1\nC B 1\n";
    let weights = "[weights.w]\nfile = \"w.gwt\"\nisolates = \"keep\"";
    let islands = &opened(weights, &[("w.gwt", text)]).unwrap()["w"];
    assert_eq!(Summary::of(islands).islands, [3]);
    let names = [
        ("w.mtx", "%%MatrixMarket matrix coordinate pattern symmetric\n4 4 3\n2 1\n3 2\n4 3\n"),
        ("n.txt", "D\nC\nB\nA\n"),
    ];
    let weights = "[weights.w]\nfile = \"w.mtx\"\nnames = \"n.txt\"";
    assert_eq!(pairs(&shown(&opened(weights, &names).unwrap()["w"])), "A>B B>A B>C C>B C>D D>C");
}

#[test]
fn every_normalisation_of_made_weights() {
    use spanel::ident::UnitIndex;
    use spanel::model::Normalisation;
    // The row A – B – C – D of 1, ½: row sums 1.5, 2.5, 2.5, 1.5.
    let weights = format!("{POINTS}inverse_power = 1\nwithin = 2\ndistance = \"plane\"");
    let links = &opened(&weights, &[]).unwrap()["w"];
    let units = UnitIndex::new(links.units.clone()).unwrap();
    let made = |how| Weights::new(&units, links, how).unwrap();
    assert!((made(Normalisation::Row).entry(0, 1) - 1.0 / 1.5).abs() < 1e-15);
    assert_eq!(made(Normalisation::MinMax).entry(0, 1), 0.4);
    assert_eq!(made(Normalisation::None).entry(0, 2), 0.5);
    let spectral = made(Normalisation::Spectral);
    assert!((spectral.spectrum().unwrap().radius() - 1.0).abs() < 1e-12);
}

/// What is wrong with weights, each with the report that a user reads.
#[test]
fn mistakes_name_units_places_and_ways_out() {
    let all = [
        ("coinciding", format!("{POINTS}inverse_power = 1"), vec![("panel.csv", PANEL.replace(",1,0,", ",0,0,"))]),
        ("equal-columns", "[weights.w]\neconomic = \"year2\"\n[variables]\nyear2 = { expr = \"x * 0\" }".into(), vec![]),
        ("too-many-neighbours", format!("{POINTS}neighbours = 4"), vec![]),
        ("none-beyond", format!("{POINTS}kernel = \"uniform\"\nneighbours = 3"), vec![]),
        ("two-places", format!("{POINTS}within = 1"), vec![("panel.csv", PANEL.replacen("2002,2,1,0,0", "2002,2,1,0.5,0", 1))]),
        ("no-latitude", format!("{POINTS}within = 1"), vec![("panel.csv", PANEL.replace(",3,0,", ",3,95,"))]),
        ("no-column", "[weights.w]\nx = \"long\"\ny = \"lat\"\nwithin = 1".into(), vec![]),
        ("points-lack-units", format!("{POINTS}points = \"p.csv\"\nwithin = 400"), vec![("p.csv", "unit,lon,lat\nA,0,0\nB,1,0\nE,2,0\n".into())]),
        ("islands", "[weights.w]\npolygons = \"map.geojson\"\ncontiguity = \"queen\"".into(), vec![("map.geojson", SQUARES.replace("[1,0],[2,0],[2,1],[1,1],[1,0]", "[3,0],[4,0],[4,1],[3,1],[3,0]"))]),
        ("no-property", "[weights.w]\npolygons = \"map.geojson\"\nunit = \"name\"\ncontiguity = \"queen\"".into(), vec![("map.geojson", SQUARES.into())]),
        ("two-features", "[weights.w]\npolygons = \"map.geojson\"\ncontiguity = \"queen\"".into(), vec![("map.geojson", SQUARES.replace("\"B\"", "\"A\""))]),
        ("masses", format!("{POINTS}gravity = \"z\"\n[variables]\nz = {{ expr = \"x - 2\" }}"), vec![]),
        ("years", "[weights.w]\neconomic = \"gdp\"\nyears = [1990, 1995]".into(), vec![]),
        ("nothing", "[weights.w]\nlabel = \"W\"".into(), vec![]),
        ("two-ways", format!("{POINTS}within = 1\ncontiguity = \"queen\""), vec![]),
        ("strangers", format!("{POINTS}neighbours = 2\ntolerance = 1\nbandwidth = 2\nyears = [2001, 2002]"), vec![]),
        ("no-rule", "[weights.w]\npolygons = \"map.geojson\"".into(), vec![]),
        ("numbers", format!("{POINTS}within = -1"), vec![]),
        ("kernel", format!("{POINTS}kernel = \"gaussian\""), vec![]),
        ("economic-points", format!("{POINTS}economic = \"gdp\""), vec![]),
        ("circle", "[weights.w]\nof = \"v\"\n[weights.v]\nproduct = [\"w\", \"u\"]\n[weights.u]\neconomic = \"gdp\"".into(), vec![]),
        ("parts", "[weights.w]\nsum = [\"u\", \"v\"]\nshares = [1]\n[weights.u]\neconomic = \"gdp\"".into(), vec![]),
        ("unknown-link", format!("{POINTS}within = 200\nwithout_links = [[\"A\", \"Z\"]]"), vec![]),
    ];
    let mut text = String::new();
    for (name, weights, files) in all {
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
        let said = match opened(&weights, &files) {
            Ok(_) => "accepted".to_owned(),
            Err(said) => said,
        };
        text.extend(["== ", name, "\n", &said, "\n\n"]);
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/weights_made");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("mistakes", text));
}

#[test]
fn cells_are_stale_by_what_weights_hold_and_results_do_not_depend_on_threads() {
    let lab = Lab::new();
    let points = "unit,lon,lat\na,0,0\nb,1,0\nc,2,0\nd,3,0\ne,4,0\nf,6.5,0\n";
    lab.write("points.csv", points);
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let made = "points = \"points.csv\"\nx = \"lon\"\ny = \"lat\"\nneighbours = 2\n\
                symmetric = true\nisolates = \"keep\"";
    lab.write("lab.toml", &spec.replace("file = \"links.gal\"", made));
    assert_exit(&lab.run(&["run", "lab.toml", "--jobs", "1"]), 0);
    let first = lab.files("results/lab");
    assert_exit(&lab.run(&["run", "lab.toml", "--jobs", "2", "--force"]), 0);
    assert!(lab.files("results/lab") == first);
    let states = || {
        let output = lab.run(&["plan", "lab.toml"]);
        assert_exit(&output, 0);
        text(&output.stdout)
    };
    assert!(states().lines().all(|line| line.starts_with("cached")), "{}", states());
    // Other points of the same neighbours; then others.
    lab.write("points.csv", &points.replace("f,6.5,0", "f,6.4,0"));
    assert!(states().lines().all(|line| line.starts_with("cached")), "{}", states());
    lab.write("points.csv", &points.replace("a,0,0", "a,9,0"));
    let stale = states();
    assert!(stale.lines().any(|line| line.starts_with("stale")), "{stale}");
    assert!(stale.contains("links of w"), "{stale}");
    lab.write("points.csv", points);
    let bundle = lab.run(&["bundle", "lab.toml", "--out", "lab.zip"]);
    assert_exit(&bundle, 0);
    assert_exit(&lab.run(&["verify", "lab.zip"]), 0);
}

#[test]
fn the_command_describes_and_writes() {
    let lab = Lab::new();
    let output = lab.run(&["weights", "lab.toml"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    for part in ["made of     links.gal", "units       6", "components  1", "symmetric   yes"] {
        assert!(said.contains(part), "{said}");
    }
    let json = lab.run(&["weights", "lab.toml", "w", "--json"]);
    assert!(text(&json.stdout).contains("\"islands\": []"));
    assert_exit(&lab.run(&["weights", "lab.toml", "v"]), 4);
    assert_exit(&lab.run(&["weights", "lab.toml", "w", "--write", "w.txt"]), 3);
    for file in ["w.gal", "w.gwt", "w.mtx", "w.csv"] {
        let write = ["weights", "lab.toml", "w", "--write", file];
        assert_exit(&lab.run(&write), 0);
        assert_exit(&lab.run(&write), 3);
        assert_exit(&lab.run(&[&write[..], &["--force"]].concat()), 0);
        let set = format!("weights.w.file={file}");
        let format = ["--set", "weights.w.format=edges"];
        let format = if file == "w.csv" { &format[..] } else { &[] };
        let back = lab.run(&[&["weights", "lab.toml", "--set", &set], format].concat());
        assert_exit(&back, 0);
        assert!(text(&back.stdout).contains("components  1"));
    }
}

/// `cargo test --release --test suite weights_made -- --ignored --nocapture`
#[test]
#[ignore = "it takes seconds without optimisation; see the command above"]
fn nearest_neighbours_of_fifty_thousand_points_take_seconds() {
    use spanel::ident::{UnitId, UnitIndex};
    use spanel::model::Normalisation;
    use spanel::model::weighting::DistanceRule;
    use spanel::weights::distance::{Sites, links};

    let n = 50_000;
    // Low-discrepancy points over the globe.
    let part = |i: usize, by: f64| (i as f64 * by).fract();
    let points: Vec<(f64, f64)> = (0..n)
        .map(|i| {
            let latitude = (2.0 * part(i, 0.569_840_290_998_053_3) - 1.0).asin().to_degrees();
            (360.0 * part(i, 0.754_877_666_246_692_7) - 180.0, latitude)
        })
        .collect();
    let began = std::time::Instant::now();
    let rank: Vec<usize> = (0..n).collect();
    let rule = DistanceRule::Nearest { neighbours: 8, symmetric: true };
    let made = links(&Sites::sphere(&points), &rank, rule).unwrap();
    let searched = began.elapsed();
    let units: Vec<UnitId> = (0..n).map(|i| UnitId(format!("{i:05}"))).collect();
    let all = Links { units: units.clone(), links: made };
    let weights = Weights::new(&UnitIndex::new(units).unwrap(), &all, Normalisation::Row).unwrap();
    println!(
        "{n} points, {} links: {searched:?} to find, {:?} with the matrix",
        all.links.len(),
        began.elapsed()
    );
    assert!(weights.isolates().is_empty());
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn matrices_of_one_file_and_files_of_one_name_are_bundled() {
    let lab = Lab::new();
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let more = "file = \"links.gal\"\n\n[weights.v]\nfile = \"links.gal\"\nnormalise = \"min-max\"\n\n\
                [weights.u]\nfile = \"other/links.gal\"\n\n[weights.\"../../evil\"]\nfile = \"links.gal\"";
    let spec = spec.replace("file = \"links.gal\"", more);
    let spec = spec.replace("columns = [\"model\"]", "columns = [\"model\", \"weights\"]");
    lab.write(
        "lab.toml",
        &spec.replace("weights = \"w\"\ntests", "weights = [\"w\", \"v\", \"u\"]\ntests"),
    );
    std::fs::create_dir(lab.path("other")).unwrap();
    let links = std::fs::read_to_string(lab.path("links.gal")).unwrap();
    lab.write("other/links.gal", &links);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    assert_exit(&lab.run(&["bundle", "lab.toml", "--out", "lab.zip"]), 0);
    let verified = lab.run(&["verify", "lab.zip"]);
    assert_exit(&verified, 0);
    let said = text(&verified.stdout);
    assert!(said.ends_with("verified\n") && !said.contains("not verified"), "{said}");
}

#[test]
fn files_that_are_wrong_are_told_for_what_they_are() {
    let edges = "[weights.w]\nfile = \"w.csv\"\nformat = \"edges\"";
    let said = |weights: &str, files: &[(&str, &str)]| opened(weights, files).unwrap_err();
    let one_way = "from,to\nA,B\nB,A\nC,D\nD,C\nA,Q\n";
    let unknown = said(edges, &[("w.csv", one_way)]);
    assert!(unknown.contains("`Q` is no unit of the data"), "{unknown}");
    assert!(unknown.contains("w.csv:6:3") && !unknown.contains("lists"), "{unknown}");
    let dag = "from,to\nA,B\nB,C\nC,D\nD,\n";
    let spectral = "asymmetric = true\nisolates = \"keep\"\nnormalise = \"spectral\"";
    let sum = format!(
        "{edges}\n{spectral}\n[weights.v]\nsum = [\"w\", \"u\"]\n[weights.u]\neconomic = \"gdp\""
    );
    let radius = said(&sum, &[("w.csv", dag)]);
    assert!(radius.contains("spectral radius is 0"), "{radius}");
    let partly = said("[weights.w]\neconomic = \"gdp\"\nyears = [1990, 2001]", &[]);
    assert!(partly.contains("they run from 2001 to 2002"), "{partly}");
    let folder = said("[weights.w]\nfile = \"y/{period}/w.gal\"", &[]);
    assert!(folder.contains("`{period}` stands in a folder"), "{folder}");
    let map = "[weights.w]\npolygons = \"map.geojson\"\ncontiguity = \"queen\"";
    let none = said(map, &[("map.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}")]);
    assert!(none.contains("this file has no features"), "{none}");
    let point = SQUARES.replacen("\"Polygon\"", "\"Point\"", 1);
    let point = said(map, &[("map.geojson", &point)]);
    assert!(point.contains("feature 1 is a Point, no polygon"), "{point}");
}

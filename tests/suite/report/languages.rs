//! Tables in Chinese.

use super::made::{Made, every_table, experiment, regression, select, table};
use super::{figures, rendered, text};
use spanel::drawing::Rich;
use spanel::model::autocorrelation::Alternative;
use spanel::model::{Effects, Impact, Normalisation, Permute, RegionWeights, Rescale};
use spanel::outcome::{Basis, FailureKind, NullDistribution, Reference, Statistic};
use spanel::report::RenderedFile;
use spanel::report::figures::draw;
use spanel::report::words::{self, Below, Generated, NoBase, Place, Resampled, Tally};
use spanel::spec::tables::{Brackets, Facet, Moment, Parentheses, Style, TableKind, TableSpec};
use spanel::spec::{Axis, Language, Missing};
use std::path::Path;

/// The hand-made experiment with Chinese tables.
fn chinese(tables: Vec<TableSpec>) -> Made {
    let mut made = experiment(tables);
    made.spec.language = Language::Zh;
    made
}

/// Whether it is a table in Markdown.
fn is_table(file: &RenderedFile) -> bool {
    let path = Path::new(&file.path);
    path.starts_with("tables") && path.extension().is_some_and(|e| e == "md")
}

#[test]
fn every_kind_of_table_in_chinese() {
    for file in rendered(&chinese(every_table())) {
        if is_table(&file) {
            insta::assert_snapshot!(format!("zh-{}", file.path.replace('/', "-")), file.as_text());
        }
    }
}

/// Names of methods, people, models and symbols, which Chinese journals leave as they are.
const KEPT: &[&str] = &[
    "AIC",
    "Sargan",
    "BIC",
    "Benjamini",
    "Holm",
    "Hochberg",
    "Moran",
    "Wz",
    "HH",
    "LH",
    "LL",
    "HL",
    "Delta",
    "Fan",
    "Hall",
    "Hyndman",
    "LM",
    "Mammen",
    "Max-t",
    "Moran's",
    "OLS",
    "Qy",
    "QX",
    "Romano",
    "SEM",
    "SLM",
    "SSR",
    "TSS",
    "Wald",
    "Webb",
    "Wilson",
    "Wolf",
    "Wu",
    "Wy",
    "Young",
    "Šidák",
    "AR",
    "Baltagi",
    "Bera",
    "Breusch",
    "CD",
    "CIPS",
    "Chu",
    "Durbin",
    "Godfrey",
    "Gourieroux",
    "Hausman",
    "Holly",
    "Honda",
    "Im",
    "King",
    "Koenker",
    "LM-H",
    "LR",
    "Levin",
    "Li",
    "Lin",
    "Monfort",
    "Pagan",
    "Pesaran",
    "SAC",
    "SDEM",
    "SDM",
    "SIC",
    "SLX",
    "Shin",
    "Sosa-Escudero",
    "Watson",
    "Wooldridge",
    "Yoon",
];

/// What the author and the records say.
const THEIRS: &[&str] = &[
    "Westfall",
    "Agglomeration & emissions",
    "A note of the author's.",
    "Drawn from a spatial lag model with two-way effects.",
    "paper-simulated.csv",
    "tiles.csv",
    "contiguity of provinces",
    "the score is 0.2 after 100 iterations",
    "the exact form needs a W with equal column sums",
    "lies at the edge of its interval",
    "ln E&E_1 50%",
    "ln CO₂",
    "ln OA",
    "ln LA",
    "ln_zz",
    "yuan/km",
    "Hainan",
    "China",
    "East",
    "West",
];

/// Words of Latin letters that are neither kept nor theirs.
fn foreign(text: &str) -> Vec<String> {
    let (shown, _) = text.split_once("<!--").unwrap_or((text, ""));
    let shown = shown.replace('\\', "");
    let shown = THEIRS.iter().fold(shown, |text, theirs| text.replace(theirs, ""));
    let of_word =
        |c: char| c.is_alphabetic() && u32::from(c) < 0x250 || matches!(c, '\'' | '-' | '_');
    let words = shown.split(|c| !of_word(c)).map(|w| w.trim_matches(['-', '\'', '_']));
    let long = words.filter(|word| word.chars().count() > 1 && !KEPT.contains(word));
    long.filter(|word| !["OA", "LA", "ee"].contains(word)).map(str::to_owned).collect()
}

#[test]
fn no_english_word_is_left_in_a_chinese_table() {
    for file in rendered(&chinese(every_table())) {
        if is_table(&file) {
            let left = foreign(file.as_text());
            assert!(left.is_empty(), "{left:?} in {}:\n{}", file.path, file.as_text());
        }
    }
    let english = rendered(&experiment(every_table()));
    assert!(!foreign(text(&english, "tables/lm.md")).is_empty(), "the scan finds nothing at all");
}

#[test]
fn every_phrase_is_chinese() {
    let words = words::of(Language::Zh);
    let two = ["一".to_owned(), "二".to_owned()];
    let mut said: Vec<String> = Vec::new();
    said.extend(Statistic::ALL.map(|s| words.statistic(s).to_owned()));
    said.extend(Statistic::ALL.iter().filter_map(|s| words.formula(*s)).map(str::to_owned));
    said.extend(Moment::ALL.map(|m| words.moment(m).to_owned()));
    said.extend(FailureKind::ALL.map(|kind| words.failure(kind)));
    said.extend(Axis::ALL.map(|axis| words.axis_phrase(axis, "值") + words.axis(axis)));
    for effects in [Effects::None, Effects::Individual, Effects::Time, Effects::TwoWay] {
        said.push(words.effects(effects).to_owned() + words.effects_phrase(effects));
    }
    for info in spanel::diagnostic::DIAGNOSTICS.iter().map(|d| d.info()) {
        for (test, _) in info.tests {
            let base = test.strip_suffix("-exact").unwrap_or(test);
            said.push(words.test(base).unwrap_or_else(|| panic!("no name of {test}")).to_owned());
        }
    }
    said.extend(spanel::bootstrap::SCHEMES.iter().map(|scheme| words.scheme(scheme.info().name)));
    for basis in [Basis::Pooled, Basis::Within, Basis::Fit] {
        said.push(words.protocol(words.basis(basis), Some("第 (1) 列"), "因为"));
    }
    for null in [
        NullDistribution::ChiSquared { df: 1 },
        NullDistribution::F { numerator: 2, denominator: 9.0 },
        NullDistribution::Normal,
        NullDistribution::NormalUpper,
        NullDistribution::NormalLower,
        NullDistribution::ChiBarSquared,
        NullDistribution::Descriptive,
        NullDistribution::Nonstandard,
        NullDistribution::Permutation { replicates: 99 },
    ] {
        said.push(words.null_of(&words.null(&null), &two));
    }
    for what in [
        Parentheses::StdError,
        Parentheses::Statistic,
        Parentheses::PValue,
        Parentheses::Interval,
        Parentheses::BootstrapStdError,
        Parentheses::BootstrapInterval,
        Parentheses::RandomisationPValue,
    ] {
        for brackets in [Brackets::Round, Brackets::Square, Brackets::Curly, Brackets::None] {
            let errors = Some("标准");
            said.push(words.below(Below { what, brackets, ratio: (true, true), errors }));
        }
    }
    for rescale in [Rescale::Df, Rescale::Leverage, Rescale::Jackknife, Rescale::None] {
        said.push(words.resampled(Resampled {
            scheme: &words.scheme("time-block"),
            block_length: Some(3),
            replicates: 999,
            failed: 2,
            undefined: 1,
            rescale,
            caution: Some("注意"),
        }));
    }
    for normalise in
        [Normalisation::Row, Normalisation::Spectral, Normalisation::MinMax, Normalisation::None]
    {
        said.push(words.normalisation(normalise).to_owned());
        for how in [RegionWeights::Renormalise, RegionWeights::Cut] {
            said.push(words.region_weights(normalise, how).to_owned());
            said.push(words.weights_without_units(normalise, how).to_owned());
        }
    }
    for how in [Generated::UnderNull, Generated::OfFit, Generated::Both] {
        said.push(words.test_bootstrap((how, Brackets::Round), "抽样", 1, &two));
    }
    for why in [NoBase::WithoutCoefficient, NoBase::Failed, NoBase::NotRun] {
        said.push(words.no_base(why));
    }
    for who in [
        Place::Column,
        Place::Columns,
        Place::Model,
        Place::Models,
        Place::Specifications,
        Place::Panel,
        Place::Panels,
        Place::Curve,
    ] {
        said.push(words.all(who, &two));
    }
    for facet in [Facet::Coefficient, Facet::Direct, Facet::Indirect, Facet::Total] {
        said.push(words.facet(facet).to_owned());
    }
    for impact in [Impact::Direct, Impact::Indirect, Impact::Total] {
        said.push(words.impact(impact, "值"));
    }
    for missing in [Missing::Mean, Missing::Interpolate, Missing::DropUnit] {
        said.push(words.filled(3, missing, "值"));
    }
    for style in [Style::Plain, Style::Aer, Style::Qje, Style::Elsevier] {
        said.extend(words.effects_words(style).map(str::to_owned));
    }
    let heads = words.claim_heads();
    said.extend(heads.columns.into_iter().chain([heads.title, heads.note]).map(str::to_owned));
    let tally = Tally { holding: 1, all: 3, open: 1, groups: Some((2, 1)), needed: Some("90 %") };
    said.extend([
        words.tally(tally),
        words.range("0", "1"),
        words.not_in("一"),
        words.reference(&Reference::Student { df: 9.0 }),
        words.functions(&two, true),
        words.hypotheses(&two),
        words.permuted(Permute::Units, 99, 1),
        words.permuted(Permute::WithinPeriod, 99, 0),
        words.randomisation("置换", 1),
        words.unit_left_out().to_owned(),
        words.region_left_out().to_owned(),
        words.period_left_out().to_owned(),
        words.part_of_periods().to_owned(),
        words.panel("A", "东部"),
        words.left_out("一"),
        words.periods_left_out("2003"),
        words.placebo_weights(&words.draw(1)),
        words.placebo_measure(""),
        words.placebo_lead().to_owned(),
        words.winsorised(&words.quantiles("1 %", "99 %"), &[words.tail("一", 1, 2)]),
        words.trimmed(None, false, "一", "分位数"),
        words.by_region(None, "一"),
        words.thresholds(true, Some("第 (1) 列"), &words.threshold_at("一", &two)),
        words.thresholds_shown().to_owned(),
        words.observations(&two),
        words.counts(&[(1, "一".to_owned()), (2, "二".to_owned())]),
        words.moran_of("一", Some("东部"), "邻接"),
        words.moran_stars(None, Alternative::TwoSided),
        words.moran_others().to_owned(),
        words.moran_with("x"),
        words.moran_quadrants(Some(("0.05", true))),
        words.draws(1),
        words.draws(2),
        words.sign_of_median().to_owned(),
        words.sign_of_only().to_owned(),
        words.unfitted(1, 2),
        words.and_more("一", "二", 3),
        words.no_record_of_cell().to_owned(),
        words.no_record_of_cells().to_owned(),
        words.no_record_of_series().to_owned(),
        words.no_record_of_moments().to_owned(),
        words.no_record_of_family().to_owned(),
        words.no_coefficient().to_owned(),
    ]);
    for said in said {
        assert!(foreign(&said).is_empty(), "{said}");
        // Half-width punctuation belongs to formulas and numbers only.
        let wide = |c: char| (0x4E00..0xA000).contains(&u32::from(c));
        let chars: Vec<char> = said.chars().collect();
        for pair in chars.windows(2) {
            let narrow = |c: char| matches!(c, ',' | ';' | ':' | '?' | '!');
            assert!(!(wide(pair[0]) && narrow(pair[1])), "{said}");
        }
    }
}

/// Every text within a value that can be serialised.
fn texts(of: &impl serde::Serialize) -> Vec<String> {
    fn walk(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => found.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            serde_json::Value::Object(of) => of.values().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(&serde_json::to_value(of).expect("texts can be serialised"), &mut found);
    found
}

/// What figures draw is lettered by the fonts that spanel has; what it has not would be a box.
#[test]
fn every_word_of_figures_can_be_drawn() {
    for language in [Language::En, Language::Zh] {
        let words = words::of(language);
        let mut drawn = texts(words.drawn());
        assert!(drawn.len() > 40, "{drawn:?}");
        drawn.extend(Axis::ALL.map(|axis| words.axis(axis).to_owned()));
        for effects in [Effects::None, Effects::Individual, Effects::Time, Effects::TwoWay] {
            drawn.push(words.effects(effects).to_owned());
        }
        for impact in [Impact::Direct, Impact::Indirect, Impact::Total] {
            drawn.push(words.impact(impact, ""));
        }
        let info = spanel::diagnostic::DIAGNOSTICS.iter().map(|d| d.info());
        let tests = info.flat_map(|info| info.tests).filter_map(|(test, _)| words.test(test));
        drawn.extend(tests.map(str::to_owned));
        drawn.extend([
            words.lags("0–2", true),
            words.qualified("", ""),
            words.labelled("", ""),
            words.without(""),
            words.joint_test(""),
            words.measure().to_owned(),
            words.constant().to_owned(),
            words.base().to_owned(),
            words.list(&[String::new(), String::new()]),
        ]);
        for text in drawn {
            let missing = Rich::plain(&text).laid().missing;
            assert!(missing.is_empty(), "no font has {missing:?} of “{text}”");
        }
    }
}

#[test]
fn no_english_word_is_left_in_a_chinese_figure() {
    let mut made = chinese(Vec::new());
    made.spec.figures = figures::every_kind();
    made.experiment.figures = figures::data();
    for spec in &mut made.spec.figures {
        spec.caption = "图题".to_owned();
        spec.notes = vec!["作者的说明".to_owned()];
    }
    for spec in &made.spec.figures {
        let figure = draw(made.source(), spec).expect("a figure");
        let drawn = figure.scene.texts().into_iter().map(|text| text.laid.text.clone());
        for text in drawn.chain(figure.notes) {
            let left = foreign(&text);
            assert!(left.is_empty(), "{left:?} in “{text}” of {}", spec.id);
        }
    }
}

/// What the page says by itself is Chinese, but for what readers of any language type or know.
#[test]
fn every_word_of_the_page_is_chinese() {
    let page = words::of(Language::Zh).page();
    for text in texts(page) {
        let shown = text.split(['{', '}']).step_by(2).collect::<String>();
        let known = ["BLAKE3", "BLAKE", "Tab", "Home", "End", "Enter", "zh-Hans"];
        let left: Vec<String> =
            foreign(&shown).into_iter().filter(|word| !known.contains(&&**word)).collect();
        assert!(left.is_empty(), "{left:?} in “{text}”");
    }
    let placeholders = |text: &str| {
        let mut names: Vec<String> =
            text.split('{').skip(1).filter_map(|t| Some(t.split_once('}')?.0.to_owned())).collect();
        names.sort();
        names
    };
    let english = texts(words::of(Language::En).page());
    for (ours, theirs) in texts(page).iter().zip(&english) {
        assert_eq!(placeholders(ours), placeholders(theirs), "“{ours}” for “{theirs}”");
    }
}

/// What the LM protocol concludes is translated from the words of the records.
#[test]
fn conclusions_of_the_records_are_known() {
    let words = words::of(Language::Zh);
    let source = include_str!("../../../src/diagnostic/lm.rs");
    for said in [
        "neither rejects at 5 %",
        "only the lag test rejects at 5 %",
        "only the error test rejects at 5 %",
        "of the robust tests only the lag rejects",
        "of the robust tests only the error rejects",
        "both robust tests reject, the lag more strongly",
        "both robust tests reject, the error more strongly",
        "no robust test rejects; the lag statistic is the larger",
        "no robust test rejects; the error statistic is the larger",
        "both reject at 5 %, the larger statistic decides",
    ] {
        assert!(source.contains(said), "the protocol does not say: {said}");
        assert!(foreign(&words.conclusion(said)).is_empty(), "{said}");
    }
    assert_eq!(words.conclusion("something new"), "“something new”");
}

#[test]
fn words_of_effects_go_by_style_and_by_what_the_author_says() {
    let shown = |style: Style, own: Option<[&str; 2]>| {
        let mut wanted = regression(&[Axis::Measure], select(&["slm"], &["oa"], &["all"]));
        wanted.effects_words = own.map(|own| own.map(str::to_owned));
        let mut spec = table("t", TableKind::Regression(wanted));
        spec.style = style;
        text(&rendered(&chinese(vec![spec])), "tables/t.md").to_owned()
    };
    assert!(shown(Style::Plain, None).contains(" 控制 |"), "{}", shown(Style::Plain, None));
    assert!(shown(Style::Qje, None).contains(" 是 |"));
    assert!(shown(Style::Qje, Some(["有", "无"])).contains(" 有 |"));
}

#[test]
fn latex_calls_a_table_by_its_chinese_name() {
    let files = rendered(&chinese(every_table()));
    let whole = text(&files, "tables/tables.tex");
    assert!(whole.contains("\\renewcommand{\\tablename}{表}"), "{whole}");
    assert!(whole.contains("{ctex}") && whole.contains("labelsep=quad"), "{whole}");
    let english = rendered(&experiment(every_table()));
    assert!(!text(&english, "tables/tables.tex").contains("tablename"));
}

//! LaTeX: booktabs rules, threeparttable notes, siunitx columns with decimal points in line.
//!
//! In an `S` column siunitx parses the number and sets what stands in braces before and after it
//! as text, so stars and parentheses hang beside a number without moving its decimal point.

use crate::report::formats::Layout;
use crate::report::formats::letters::Letters;
use crate::report::formats::view::TableView;
use crate::report::formats::width;
use crate::report::number::{Digits, Number};
use crate::report::table::{Align, Brackets, Entry, Table};
use crate::spec::tables::LatexMode;

/// The document that takes in every table of an experiment.
pub const DOCUMENT: &str = "tables.tex.jinja";

/// A float that a paper takes in by `\input`, the tabular of one, or a document of one table.
#[derive(Debug, Clone, Copy)]
pub struct Latex;

impl Layout for Latex {
    fn name(&self) -> &'static str {
        "latex"
    }

    fn extension(&self) -> &'static str {
        "tex"
    }

    fn templates(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("table.tex.jinja", include_str!("../../../templates/table.tex.jinja")),
            ("longtable.tex.jinja", include_str!("../../../templates/longtable.tex.jinja")),
            ("fragment.tex.jinja", include_str!("../../../templates/fragment.tex.jinja")),
            ("about.tex.jinja", include_str!("../../../templates/about.tex.jinja")),
            ("class.tex.jinja", include_str!("../../../templates/class.tex.jinja")),
            ("columns.tex.jinja", include_str!("../../../templates/columns.tex.jinja")),
            ("heads.tex.jinja", include_str!("../../../templates/heads.tex.jinja")),
            ("rows.tex.jinja", include_str!("../../../templates/rows.tex.jinja")),
            ("standalone.tex.jinja", include_str!("../../../templates/standalone.tex.jinja")),
            (DOCUMENT, include_str!("../../../templates/tables.tex.jinja")),
        ]
    }

    fn body(&self, view: &TableView) -> &'static str {
        match (view.latex.longtable, view.latex.mode) {
            (_, LatexMode::Fragment) => "fragment",
            (true, LatexMode::Float | LatexMode::Standalone) => "longtable",
            (false, LatexMode::Float | LatexMode::Standalone) => "table",
        }
    }

    fn frame(&self, view: &TableView) -> Option<&'static str> {
        matches!(view.latex.mode, LatexMode::Standalone).then_some("standalone.tex.jinja")
    }

    fn indent(&self) -> &'static str {
        "\\quad{}"
    }

    fn escape(&self, text: &str) -> String {
        escape(text)
    }

    fn entry(&self, entry: &Entry, align: Align) -> String {
        match align {
            Align::Decimal => written(entry).in_numbers(),
            Align::Left => written(entry).in_text(),
        }
    }

    fn arrange(&self, view: &mut TableView, table: &Table) {
        "l".clone_into(&mut view.stub_spec);
        for (position, column) in view.columns.iter_mut().enumerate() {
            column.spec = match table.columns[position].align {
                Align::Left => "l".to_owned(),
                Align::Decimal => number_column(table, position),
            };
        }
        view.letters = Letters::of(view.printed());
        view.size = width::size(view, table);
        let notes = view.notes.iter_mut().chain(view.footnotes.iter_mut().map(|f| &mut f.text));
        notes.for_each(|note| *note = breakable(note));
    }
}

/// From this length on a word of a note may be broken after its punctuation.
const LONG_WORD: usize = 25;

/// After so many letters and digits in a row a long word may be broken too; no command of LaTeX's
/// that an escaped text has is as long.
const LONG_RUN: usize = 30;

/// A note whose long words, such as paths and lists of names, may be broken.
fn breakable(note: &str) -> String {
    let word = |word: &str| {
        if word.chars().count() < LONG_WORD {
            return word.to_owned();
        }
        let inside = word.trim_end_matches(['/', '_', '.', ',', ';', ':']);
        let (inside, end) = word.split_at(inside.len());
        let mut out = String::with_capacity(word.len());
        let mut letters = 0;
        for c in inside.chars() {
            out.push(c);
            letters = if c.is_ascii_alphanumeric() { letters + 1 } else { 0 };
            if matches!(c, '/' | '_' | '.' | ',' | ';' | ':') || letters == LONG_RUN {
                out.push_str("\\allowbreak{}");
                letters = 0;
            }
        }
        out + end
    };
    note.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// An entry as siunitx sees it.
#[derive(Debug, Default)]
struct Written {
    /// Text before the number, as LaTeX.
    before: String,
    /// `-12.345`, or nothing where siunitx has nothing to align.
    number: String,
    /// Text after the number; or the whole entry, where there is no number.
    after: String,
}

impl Written {
    fn text(text: impl Into<String>) -> Self {
        Self { after: text.into(), ..Self::default() }
    }

    /// In an `S` column.
    fn in_numbers(&self) -> String {
        format!("{}{}{}", braced(&self.before), self.number, braced(&self.after))
    }

    /// In a column of text.
    fn in_text(&self) -> String {
        format!("{}{}{}", self.before, self.number.replace('-', "$-$"), self.after)
    }
}

fn braced(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{{{text}}}") }
}

fn written(entry: &Entry) -> Written {
    match entry {
        Entry::Empty => Written::default(),
        Entry::Dash => Written::text("--"),
        Entry::Text(text) => Written::text(escape(text)),
        Entry::Number(value) => enclosed("", value, ""),
        Entry::Starred { value, stars } => enclosed("", value, &raised(stars)),
        Entry::Enclosed { value, brackets: Brackets::Round } => enclosed("(", value, ")"),
        Entry::Enclosed { value, brackets: Brackets::Square } => enclosed("[", value, "]"),
        Entry::Enclosed { value, brackets: Brackets::Curly } => enclosed("\\{", value, "\\}"),
        Entry::Enclosed { value, brackets: Brackets::None } => enclosed("", value, ""),
        Entry::Interval { low, high } => {
            Written::text(format!("[{}, {}]", in_math(low), in_math(high)))
        }
        Entry::Absent { word, mark } => Written::text(format!("{word}\\tnote{{{mark}}}")),
    }
}

/// Stars in mathematics, where an asterisk is not raised twice; other symbols as superscript text.
fn raised(stars: &str) -> String {
    if stars.is_empty() {
        String::new()
    } else if stars.chars().all(|c| c == '*') {
        format!("$^{{{stars}}}$")
    } else {
        format!("\\textsuperscript{{{}}}", escape_anywhere(stars))
    }
}

/// A number between `open` and `close`. Counts and scientific notation are text: their decimal
/// points belong to no column.
fn enclosed(open: &str, value: &Number, close: &str) -> Written {
    let sign = |negative| if negative { "-" } else { "" };
    match value.digits() {
        Digits::Fixed { negative, digits } => Written {
            before: open.to_owned(),
            number: format!("{}{digits}", sign(negative)),
            after: close.to_owned(),
        },
        Digits::Below(digits) => {
            Written { before: format!("{open}$<$"), number: digits, after: close.to_owned() }
        }
        Digits::Whole { .. } | Digits::Scientific { .. } => {
            Written::text(format!("{open}{}{close}", in_math(value)))
        }
    }
}

/// A number within text.
fn in_math(value: &Number) -> String {
    let sign = |negative| if negative { "-" } else { "" };
    match value.digits() {
        Digits::Fixed { negative, digits } => format!("${}{digits}$", sign(negative)),
        Digits::Whole { negative, digits } => {
            format!("${}{}$", sign(negative), digits.replace(',', "{,}"))
        }
        Digits::Scientific { negative, mantissa, exponent } => {
            format!("${}{mantissa}\\times10^{{{exponent}}}$", sign(negative))
        }
        Digits::Below(digits) => format!("$<{digits}$"),
    }
}

/// An `S` column that reserves the room its numbers need, or a centred one without numbers.
fn number_column(table: &Table, position: usize) -> String {
    let entries = table.rows().map(|row| written(&row.entries[position]));
    let numbers: Vec<Written> = entries.filter(|w| !w.number.is_empty()).collect();
    if numbers.is_empty() {
        return "c".to_owned();
    }
    let longest = |part: fn(&Written) -> usize| numbers.iter().map(part).max().unwrap_or(0);
    let whole = longest(|w| digits(&w.number, 0));
    let decimals = longest(|w| digits(&w.number, 1));
    let sign = if numbers.iter().any(|w| w.number.starts_with('-')) { "-" } else { "" };
    let widest = |part: fn(&Written) -> &String| {
        numbers.iter().map(part).max_by_key(|t| text_width(t)).cloned().unwrap_or_default()
    };
    let (before, after) = (braced(&widest(|w| &w.before)), braced(&widest(|w| &w.after)));
    format!("S[table-format={before}{sign}{whole}.{decimals}{after}]")
}

/// Number of digits before (0) or after (1) the decimal point.
fn digits(number: &str, side: usize) -> usize {
    let part = number.split('.').nth(side).unwrap_or_default();
    part.chars().filter(char::is_ascii_digit).count()
}

/// Length of a text in print, roughly: without the names of commands.
fn text_width(text: &str) -> usize {
    text.replace("\\textsuperscript", "").chars().filter(|c| !"{}$^\\".contains(*c)).count()
}

/// Characters that are set in mathematics. Superscripts and subscripts are handled in runs.
const MATHEMATICS: &[(char, &str)] = &[
    ('−', "-"),
    ('<', "<"),
    ('>', ">"),
    ('|', "|"),
    ('≤', "\\leq"),
    ('≥', "\\geq"),
    ('≠', "\\neq"),
    ('≈', "\\approx"),
    ('±', "\\pm"),
    ('×', "\\times"),
    ('÷', "\\div"),
    ('·', "\\cdot"),
    ('⋅', "\\cdot"),
    ('∞', "\\infty"),
    ('∑', "\\sum"),
    ('√', "\\surd"),
    ('∂', "\\partial"),
    ('′', "'"),
    ('″', "''"),
    ('°', "^{\\circ}"),
    ('†', "\\dagger"),
    ('‡', "\\ddagger"),
    ('→', "\\rightarrow"),
    ('←', "\\leftarrow"),
    ('α', "\\alpha"),
    ('β', "\\beta"),
    ('γ', "\\gamma"),
    ('δ', "\\delta"),
    ('ε', "\\varepsilon"),
    ('ζ', "\\zeta"),
    ('η', "\\eta"),
    ('θ', "\\theta"),
    ('κ', "\\kappa"),
    ('λ', "\\lambda"),
    ('μ', "\\mu"),
    ('µ', "\\mu"),
    ('ν', "\\nu"),
    ('ξ', "\\xi"),
    ('π', "\\pi"),
    ('ρ', "\\rho"),
    ('σ', "\\sigma"),
    ('τ', "\\tau"),
    ('φ', "\\varphi"),
    ('χ', "\\chi"),
    ('ψ', "\\psi"),
    ('ω', "\\omega"),
    ('Γ', "\\Gamma"),
    ('Δ', "\\Delta"),
    ('Θ', "\\Theta"),
    ('Λ', "\\Lambda"),
    ('Σ', "\\Sigma"),
    ('Φ', "\\Phi"),
    ('Ψ', "\\Psi"),
    ('Ω', "\\Omega"),
];

const RAISED: &[(char, char)] = &[
    ('⁰', '0'),
    ('¹', '1'),
    ('²', '2'),
    ('³', '3'),
    ('⁴', '4'),
    ('⁵', '5'),
    ('⁶', '6'),
    ('⁷', '7'),
    ('⁸', '8'),
    ('⁹', '9'),
    ('⁻', '-'),
    ('⁺', '+'),
    ('ⁿ', 'n'),
];

const LOWERED: &[(char, char)] = &[
    ('₀', '0'),
    ('₁', '1'),
    ('₂', '2'),
    ('₃', '3'),
    ('₄', '4'),
    ('₅', '5'),
    ('₆', '6'),
    ('₇', '7'),
    ('₈', '8'),
    ('₉', '9'),
    ('₋', '-'),
];

/// Pairs of neighbours that TeX's fonts would join: dashes, quotation marks, `¿`, `¡`.
const JOINED: &[(char, char)] =
    &[('-', '-'), ('\'', '\''), ('`', '`'), (',', ','), ('!', '`'), ('?', '`')];

/// Text with LaTeX's special characters escaped and mathematical ones in mathematics. Other
/// non-ASCII letters stay as they are.
fn escape(text: &str) -> String {
    let out = escape_anywhere(text);
    // At the start of a row, after `\\`, a star would be taken for an argument.
    if out.starts_with('*') { format!("{{}}{out}") } else { out }
}

/// [`escape`] for text that begins no row.
fn escape_anywhere(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Escaped::default();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        let raised = run(&chars[i..], RAISED);
        let lowered = run(&chars[i..], LOWERED);
        if !raised.is_empty() {
            out.mathematics(&format!("^{{{raised}}}"));
        } else if !lowered.is_empty() {
            out.mathematics(&format!("_{{{lowered}}}"));
        } else {
            push_escaped(&mut out, c);
        }
        i += raised.len().max(lowered.len()).max(1);
    }
    out.text
}

/// The characters at the start of `chars` that `table` knows, as ASCII.
fn run(chars: &[char], table: &[(char, char)]) -> String {
    let plain = |c: &char| table.iter().find(|(special, _)| special == c).map(|(_, plain)| *plain);
    chars.iter().map_while(plain).collect()
}

/// Escaped text under construction.
#[derive(Default)]
struct Escaped {
    text: String,
    /// Whether `text` ends with the `$` that closes mathematics without raised parts, so that more
    /// can be joined: `$\sigma^{2}$` rather than `$\sigma$$^{2}$`.
    open_end: bool,
}

impl Escaped {
    fn text(&mut self, text: &str) {
        let pair = self.text.chars().last().zip(text.chars().next());
        if pair.is_some_and(|pair| JOINED.contains(&pair)) {
            self.text.push_str("{}");
        }
        self.text.push_str(text);
        self.open_end = false;
    }

    fn mathematics(&mut self, body: &str) {
        if self.open_end {
            self.text.pop();
        } else {
            self.text.push('$');
        }
        self.text.push_str(body);
        self.text.push('$');
        self.open_end = !body.starts_with(['^', '_', '\'']);
    }
}

fn push_escaped(out: &mut Escaped, c: char) {
    match c {
        '&' | '%' | '_' | '#' | '{' | '}' | '$' => out.text(&format!("\\{c}")),
        '~' => out.text("\\textasciitilde{}"),
        '^' => out.text("\\textasciicircum{}"),
        '\\' => out.text("\\textbackslash{}"),
        '[' | ']' => out.text(&format!("{{{c}}}")),
        '`' => out.text("\\textasciigrave{}"),
        '"' => out.text("\\textquotedbl{}"),
        '“' => out.text("``"),
        '”' => out.text("''"),
        '‘' => out.text("`"),
        '’' => out.text("'"),
        '–' => out.text("--"),
        '—' => out.text("---"),
        '…' => out.text("\\ldots{}"),
        '\u{a0}' => out.text("~"),
        '\u{2009}' | '\u{202f}' => out.text("\\,"),
        c if c.is_control() => out.text(" "),
        c => match MATHEMATICS.iter().find(|(special, _)| *special == c) {
            Some((_, command)) => out.mathematics(command),
            None => out.text(c.encode_utf8(&mut [0; 4])),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        assert_eq!(escape(r"R&D 5% a_b #1 {x} $"), r"R\&D 5\% a\_b \#1 \{x\} \$");
        assert_eq!(escape(r"~^\"), r"\textasciitilde{}\textasciicircum{}\textbackslash{}");
        assert_eq!(escape("* [x]"), "{}* {[}x{]}");
        assert_eq!(escape("a\nb"), "a b");
    }

    #[test]
    fn mathematical_characters_become_mathematics() {
        assert_eq!(escape("ln OA (t−1)"), "ln OA (t$-$1)");
        assert_eq!(escape("(I − ρW)⁻¹ R² CO₂"), "(I $-$ $\\rho$W)$^{-1}$ R$^{2}$ CO$_{2}$");
        assert_eq!(escape("2004–2018"), "2004--2018");
        assert_eq!(escape("σ² −λ $−1"), "$\\sigma^{2}$ $-\\lambda$ \\$$-$1");
        assert_eq!(escape("x²′"), "x$^{2}$$'$");
    }

    #[test]
    fn neighbours_are_not_joined_by_the_font() {
        assert_eq!(escape("--set -a ---"), "-{}-set -a -{}-{}-");
        assert_eq!(escape("-–"), "-{}--");
        assert_eq!(escape("a''b ,, `x`"), "a'{}'b ,{}, \\textasciigrave{}x\\textasciigrave{}");
        assert_eq!(escape("“x” isn’t \"y\""), "``x'' isn't \\textquotedbl{}y\\textquotedbl{}");
        assert_eq!(escape("?‘"), "?{}`");
    }

    #[test]
    fn long_words_of_notes_may_be_broken() {
        assert_eq!(breakable("short/word.csv stays."), "short/word.csv stays.");
        assert_eq!(
            breakable(&"x".repeat(65)),
            format!("{0}\\allowbreak{{}}{0}\\allowbreak{{}}xxxxx", "x".repeat(30))
        );
        assert_eq!(
            breakable(r"of folder/long\_name/of\_a\_file.csv, and."),
            r"of folder/\allowbreak{}long\_\allowbreak{}name/\allowbreak{}of\_\allowbreak{}a\_\allowbreak{}file.\allowbreak{}csv, and."
        );
    }

    #[test]
    fn other_letters_survive() {
        assert_eq!(escape("Île-de-France, São Paulo, 碳排放"), "Île-de-France, São Paulo, 碳排放");
    }

    #[test]
    fn entries_leave_the_number_to_siunitx() {
        let entry = |e| Latex.entry(&e, Align::Decimal);
        let n = |v| Number::decimals(v, 3);
        assert_eq!(
            entry(Entry::Starred { value: n(-0.25), stars: "**".into() }),
            "-0.250{$^{**}$}"
        );
        assert_eq!(
            entry(Entry::Starred { value: n(0.25), stars: "†".into() }),
            "0.250{\\textsuperscript{$\\dagger$}}"
        );
        assert_eq!(
            entry(Entry::Enclosed { value: n(0.25), brackets: Brackets::Round }),
            "{(}0.250{)}"
        );
        assert_eq!(
            entry(Entry::Enclosed { value: Number::probability(0.0), brackets: Brackets::Square }),
            "{[$<$}0.001{]}"
        );
        assert_eq!(entry(Entry::Number(Number::count(12345.0))), "{$12{,}345$}");
        assert_eq!(entry(Entry::Number(n(-2.5e-9))), "{$-2.50\\times10^{-9}$}");
        assert_eq!(entry(Entry::Interval { low: n(-0.1), high: n(0.2) }), "{[$-0.100$, $0.200$]}");
        assert_eq!(Latex.entry(&Entry::Number(n(-0.1)), Align::Left), "$-$0.100");
    }
}

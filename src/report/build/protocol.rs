//! Tables of the sequence of decisions: one column a cell, a group of rows a step, the choice last;
//! and its paragraph, in the notes.

use super::tests::{Shown, rows_of_test, show_absences};
use crate::mistake::Checked;
use crate::outcome::protocol::{Protocol, Question, Step};
use crate::outcome::{Test, TestOutcome};
use crate::report::columns::{self, CellColumn};
use crate::report::formats::plain::{probability, written};
use crate::report::number::{self, Number};
use crate::report::table::{Entry, Footnotes, Group, Row, Table};
use crate::report::words::Words;
use crate::report::{Source, changes, labels, notes};
use crate::spec::tables::{CellChoice, TableSpec};

/// The steps with statistics, p-values and decisions.
pub fn build(source: Source<'_>, spec: &TableSpec, choice: &CellChoice) -> Checked<Table> {
    let columns = columns::choose(source, choice, &spec.at)?;
    let mut footnotes = Footnotes::default();
    let absences: Vec<Option<Entry>> =
        columns.iter().map(|c| c.absence(source, &mut footnotes)).collect();
    let words = source.words();
    let mut groups: Vec<Group> = Question::ALL
        .into_iter()
        .filter_map(|question| step(source, spec, question, &columns, &mut footnotes))
        .collect();
    if groups.is_empty() {
        let row = Row::new(words.no_sequence(), vec![Entry::Empty; columns.len()]);
        groups.push(Group::of(vec![row]));
    } else {
        groups.push(conclusion(source, &columns));
    }
    show_absences(&mut groups, &absences);
    Ok(Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: None,
        stub: words.test_stub().to_owned(),
        heads: columns::heads(source.spec, &choice.columns, &columns),
        columns: columns.iter().map(CellColumn::column).collect(),
        groups,
        notes: table_notes(source, spec, choice, &columns),
        footnotes: footnotes.into_vec(),
    })
}

fn of<'a>(column: &CellColumn<'a>) -> Option<&'a Protocol> {
    column.outcome()?.protocol.as_ref()
}

fn step(
    source: Source<'_>,
    spec: &TableSpec,
    question: Question,
    columns: &[CellColumn<'_>],
    footnotes: &mut Footnotes,
) -> Option<Group> {
    let words = source.words();
    let steps: Vec<Option<&Step>> = columns
        .iter()
        .map(|column| of(column)?.steps.iter().find(|s| s.question == question))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for test in steps.iter().flatten().flat_map(|step| &step.tests) {
        if !names.contains(&test.name.as_str()) {
            names.push(&test.name);
        }
    }
    if steps.iter().all(Option::is_none) {
        return None;
    }
    let (digits, brackets) = (spec.digits, spec.test_brackets);
    let shown = Shown { digits, stars: &number::default_stars(), brackets };
    let mut rows = Vec::new();
    for name in names {
        let tests: Vec<Option<&Test>> =
            steps.iter().map(|s| (*s)?.tests.iter().find(|t| t.name == name)).collect();
        rows.extend(rows_of_test(source, shown, name, &tests, footnotes));
    }
    let answers = steps.iter().map(|s| match s {
        Some(step) => Entry::Text(words.answer(step.answer).to_owned()),
        None => Entry::Empty,
    });
    rows.push(Row::new(words.decision(), answers.collect()).of(question.name(), "decision"));
    Some(Group::titled(words.question(question), rows))
}

fn conclusion(source: Source<'_>, columns: &[CellColumn<'_>]) -> Group {
    let words = source.words();
    let [title, model, effects] = words.choice_rows();
    let row = |label: &str, name, say: &dyn Fn(&Protocol) -> String| {
        let entry = |c: &CellColumn<'_>| of(c).map_or(Entry::Empty, |p| Entry::Text(say(p)));
        Row::new(label, columns.iter().map(entry).collect()).of("choice", name)
    };
    let rows = vec![
        row(model, "model", &|p| labels::chosen(source.spec, &p.chosen)),
        row(effects, "effects", &|p| words.effects(p.effects).to_owned()),
    ];
    Group::titled(title, rows)
}

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    choice: &CellChoice,
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let words = source.words();
    let mut said = notes::data(source);
    said.extend(notes::common(source, &choice.columns, columns));
    said.push(words.p_values_in_brackets(spec.test_brackets[0]));
    said.extend(notes::stars(source, &number::default_stars()));
    said.extend(changes::note(source, &choice.columns, columns));
    said.extend(notes::sample(source, columns));
    said.extend(notes::weights(source, columns));
    let level = columns.iter().find_map(|c| Some(of(c)?.level));
    said.extend(level.map(|level| words.rule(&number::percent(level))));
    said.extend(paragraphs(source, columns));
    said.extend(spec.notes.iter().map(|n| words.sentence(n)));
    said
}

/// A paragraph a column, with the numbers that it decides by.
fn paragraphs(source: Source<'_>, columns: &[CellColumn<'_>]) -> Vec<String> {
    let words = source.words();
    let say = |c: &CellColumn<'_>| Some(paragraph(source, of(c)?));
    let said = notes::grouped(words, columns, say);
    said.into_iter().map(|(columns, text)| words.sequence(columns.as_deref(), &text)).collect()
}

/// The steps as clauses, and the choice.
pub(in crate::report) fn paragraph(source: Source<'_>, protocol: &Protocol) -> String {
    let words = source.words();
    let mut clauses: Vec<String> = protocol
        .steps
        .iter()
        .map(|step| {
            let tests: Vec<String> = step.tests.iter().map(|t| tested(source, t)).collect();
            let effects = words.effects_phrase(step.effects);
            words.step(step.question, effects, &words.list(&tests), step.answer)
        })
        .collect();
    let level = number::percent(protocol.level);
    let model = labels::chosen(source.spec, &protocol.chosen);
    clauses.push(words.choice(&level, &model, words.effects_phrase(protocol.effects)));
    words.clauses(&clauses)
}

/// `LM lag 9.41 (p = 0.002)`
fn tested(source: Source<'_>, test: &Test) -> String {
    let words: &dyn Words = source.words();
    let label = labels::named_test(source.spec, &test.name);
    match &test.outcome {
        TestOutcome::Computed { statistic, p_value, .. } => {
            let decimals = number::decimals_to_see(&[*statistic], 2);
            let value = written(&Number::decimals(*statistic, decimals));
            match p_value {
                Some(p) => format!("{label} {value} ({})", probability(*p)),
                None => format!("{label} {value}"),
            }
        }
        TestOutcome::NotApplicable { .. } => format!("{label} {}", words.not_applicable()),
    }
}

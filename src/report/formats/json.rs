//! A table as JSON: the whole of it, with unrounded numbers beside what is printed.

use super::csv::{Known, heads};
use crate::ident::CellId;
use crate::report::Content;
use crate::report::formats::Writer;
use crate::report::formats::plain::Shown;
use crate::report::table::{Align, Column, Entry, Footnote, Group, Head, Row, Table};
use serde_json::{Map, Value, json};

/// The table object, for programs.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Writer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(&self, table: &Table) -> Result<Content, String> {
        let mut text = serde_json::to_string_pretty(&whole(table)).map_err(|e| e.to_string())?;
        text.push('\n');
        Ok(Content::Text(text))
    }
}

fn whole(table: &Table) -> Value {
    let head = |head: &Head| json!({ "label": head.label, "span": head.span });
    let level = |level: &Vec<Head>| level.iter().map(head).collect::<Vec<_>>();
    let footnote = |note: &Footnote| json!({ "mark": note.mark, "text": note.text });
    json!({
        "id": table.id,
        "number": table.number,
        "caption": table.caption,
        "over": table.over,
        "stub": table.stub,
        "heads": table.heads.iter().map(level).collect::<Vec<_>>(),
        "columns": (0..table.columns.len()).map(|i| column(table, i)).collect::<Vec<_>>(),
        "groups": table.groups.iter().map(|g| group(g, &table.columns)).collect::<Vec<_>>(),
        "notes": table.notes,
        "footnotes": table.footnotes.iter().map(footnote).collect::<Vec<_>>(),
    })
}

fn column(table: &Table, position: usize) -> Value {
    let column = &table.columns[position];
    json!({
        "number": column.number,
        "heads": heads(table, position),
        "cell": column.cell.as_ref().map(|(label, _)| label),
        "cell_id": column.cell.as_ref().map(|(_, id)| id.to_string()),
    })
}

fn group(group: &Group, columns: &[Column]) -> Value {
    let row = |row: &Row| {
        let entries = row.entries.iter().zip(columns).map(|(e, column)| entry(e, column.align));
        json!({
            "label": row.label,
            "name": row.name,
            "quantity": row.quantity,
            "entries": entries.collect::<Vec<_>>(),
        })
    };
    let rows: Vec<Value> = group.rows.iter().map(row).collect();
    if group.cells.is_empty() {
        return json!({ "label": group.label, "rows": rows });
    }
    let cell = |cell: &Option<(String, CellId)>| match cell {
        Some((label, id)) => json!({ "cell": label, "cell_id": id.to_string() }),
        None => Value::Null,
    };
    let cells: Vec<Value> = group.cells.iter().map(cell).collect();
    json!({ "label": group.label, "cells": cells, "rows": rows })
}

/// What an entry has, and nothing else.
fn entry(entry: &Entry, align: Align) -> Value {
    let known = Known::of(entry);
    let shown = Shown::of(entry, align);
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("kind", known.kind.into());
    put("text", shown.text().into());
    for (key, number) in [("value", known.value), ("low", known.low), ("high", known.high)] {
        if let Some(number) = number {
            put(key, number.into());
        }
    }
    for (key, text) in [("stars", known.stars), ("mark", &shown.mark)] {
        if !text.is_empty() {
            put(key, text.into());
        }
    }
    Value::Object(object)
}

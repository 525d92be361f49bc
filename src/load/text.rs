//! Bytes → text, and places in a text.

use crate::mistake::{Checked, Mistake, Place};
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Lines longer than this are not shown.
const LONGEST_LINE: usize = 2_000;

/// The bytes of `file`, or why they cannot be had.
pub fn read(file: &Path) -> Checked<Vec<u8>> {
    if file.is_dir() {
        let mistake = Mistake::file(file, "this is a directory, a file was expected");
        return Err(mistake.help("name the file inside it").into());
    }
    std::fs::read(file).map_err(|error| unreadable(file, &error).into())
}

fn unreadable(file: &Path, error: &std::io::Error) -> Mistake {
    match error.kind() {
        ErrorKind::NotFound => Mistake::file(file, "there is no such file").help(neighbours(file)),
        ErrorKind::PermissionDenied => Mistake::file(file, "this file may not be read")
            .help("the permissions of the file or of its folder forbid it"),
        _ => Mistake::file(file, format!("this file cannot be read: {error}")),
    }
}

/// What stands where a missing file was looked for.
fn neighbours(file: &Path) -> String {
    let folder = file.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return format!("the folder {} does not exist either", folder.display());
    };
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let wanted = file.file_name().unwrap_or_default().to_string_lossy();
    match crate::mistake::nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`, in the same folder?"),
        None => format!(
            "paths in a specification start at the folder of the specification; this one led to {}",
            folder.display()
        ),
    }
}

/// A text file: its text without byte order mark, and where its lines begin.
#[derive(Debug, Clone)]
pub struct Text {
    /// The file.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
    line_starts: Vec<usize>,
}

impl Text {
    /// Decodes the bytes of `file` as UTF-8.
    pub fn decode(file: &Path, bytes: Vec<u8>) -> Checked<Self> {
        if let Some(mistake) = not_text(file, &bytes) {
            return Err(mistake.into());
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            wrong_encoding(file, error.as_bytes(), valid)
        })?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        if text.trim().is_empty() {
            return Err(Mistake::file(file, "this file is empty").into());
        }
        Ok(Self::new(file, text))
    }

    /// Wraps a text that is already at hand.
    pub fn new(file: &Path, text: String) -> Self {
        let after_breaks =
            text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Self { file: file.to_path_buf(), text, line_starts }
    }

    /// Number of the line, from 1, in which the byte at `offset` stands.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    /// The text of line `line` (from 1) without its end.
    pub fn line(&self, line: usize) -> &str {
        let start = self.line_starts[line - 1];
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The byte at which line `line` (from 1) starts.
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts[line - 1]
    }

    /// Number of lines.
    pub fn n_lines(&self) -> usize {
        self.line_starts.len()
    }

    /// The place of a stretch of bytes; it is cut at the end of its first line.
    pub fn place(&self, bytes: Range<usize>) -> Place {
        let line = self.line_of(bytes.start);
        let start = self.line_starts[line - 1];
        let text = self.line(line);
        if text.len() > LONGEST_LINE {
            return self.long_line(line);
        }
        let from = (bytes.start - start).min(text.len());
        let to = bytes.end.saturating_sub(start).clamp(from, text.len());
        Place::Line {
            file: self.file.clone(),
            line,
            column: text[..from].chars().count() + 1,
            length: text[from..to].chars().count().max(1),
            text: text.to_owned(),
        }
    }

    fn long_line(&self, line: usize) -> Place {
        let text: String = self.line(line).chars().take(60).collect();
        Place::Line { file: self.file.clone(), line, column: 1, length: 1, text: text + " …" }
    }

    /// A mistake at a stretch of bytes.
    pub fn mistake(&self, bytes: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake::file(&self.file, message).at(self.place(bytes))
    }
}

/// Files that are no UTF-8 text at all, told by their first bytes.
fn not_text(file: &Path, bytes: &[u8]) -> Option<Mistake> {
    let found = |what: &str, help: &str| Some(Mistake::file(file, what).help(help));
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            found("this file is encoded in UTF-16, UTF-8 was expected", "save it as \"CSV UTF-8\"")
        }
        [b'P', b'K', 3, 4, ..] => found(
            "this is a workbook or an archive, a text file was expected",
            "give the file its true ending (.xlsx or .ods), or export it as CSV",
        ),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => found(
            "this is an old Excel workbook, a text file was expected",
            "give the file its true ending (.xls), or export it as CSV",
        ),
        _ if bytes.contains(&0) => {
            let line = bytes.iter().take_while(|b| **b != 0).filter(|b| **b == b'\n').count() + 1;
            found(
                &format!("this is not a text file: line {line} holds a zero byte"),
                "export the data as CSV in UTF-8",
            )
        }
        _ => None,
    }
}

fn wrong_encoding(file: &Path, bytes: &[u8], valid: usize) -> Mistake {
    let before = &bytes[..valid];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let end = bytes[valid..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| valid + i);
    let column = String::from_utf8_lossy(&bytes[start..valid]).chars().count() + 1;
    let text = String::from_utf8_lossy(&bytes[start..end]).trim_end().to_owned();
    let place = Place::Line { file: file.to_path_buf(), line, column, length: 1, text };
    Mistake::file(file, "this byte is not UTF-8")
        .at(place)
        .help("the file was saved in another encoding, such as GB18030 (Chinese) or Latin-1: save it as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_lines_of_both_kinds() {
        let text = Text::new(Path::new("a.csv"), "省,x\r\n北京,y1\nc".to_owned());
        let at = text.text.find("y1").expect("it is there");
        let Place::Line { line, column, length, text, .. } = text.place(at..at + 2) else {
            panic!("a line")
        };
        assert_eq!((line, column, length, text.as_str()), (2, 4, 2, "北京,y1"));
    }

    #[test]
    fn wrong_bytes_are_named_by_line() {
        let bytes = [b"unit,year\nS".to_vec(), vec![0xe3], b"o Paulo,1".to_vec()].concat();
        let mistakes = Text::decode(Path::new("a.csv"), bytes).expect_err("Latin-1");
        assert_eq!(mistakes.to_string(), "a.csv:2:2: this byte is not UTF-8");
    }
}

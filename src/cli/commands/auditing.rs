//! Printed tables: `audit`.

use super::super::Ending;
use super::super::args::AuditOptions;
use super::comparing::pretty;
use super::report_mistakes;
use crate::audit::{self, CHECKS, Evidence, Finding, Severity};
use crate::load::printed;
use crate::mistake::{Checked, Mistakes};
use crate::printed::Printed;
use crate::spec::layers::Layers;
use serde_json::json;
use std::path::PathBuf;

/// What the printed numbers in `files` make a referee ask.
pub(super) fn audit(files: &[PathBuf], options: &AuditOptions) -> Ending {
    match found(files, options) {
        Ok(findings) => {
            print(&findings, files, options);
            let grave = findings.iter().any(|f| f.severity != Severity::Note);
            if options.strict && grave { Ending::Regression } else { Ending::Done }
        }
        Err(mistakes) => report_mistakes(&mistakes, &Layers::default()),
    }
}

fn found(files: &[PathBuf], options: &AuditOptions) -> Checked<Vec<Finding>> {
    let mut everything = Printed::default();
    let mut mistakes = Vec::new();
    for file in files {
        match printed::read(file) {
            Ok(read) => everything.extend(read),
            Err(found) => mistakes.extend(found.into_vec()),
        }
    }
    Mistakes::unless_empty(mistakes, ())?;
    let statements = match &options.claims {
        Some(file) => printed::statements(file, &everything)?,
        None => Vec::new(),
    };
    Ok(audit::audit(Evidence { printed: &everything, statements: &statements }))
}

fn print(findings: &[Finding], files: &[PathBuf], options: &AuditOptions) {
    if options.json {
        let check = |check: &audit::Check| json!({ "name": check.name, "about": check.about });
        let checks: Vec<_> = CHECKS.iter().map(check).collect();
        print!("{}", pretty(&json!({ "files": files, "checks": checks, "findings": findings })));
    } else if options.markdown {
        print!("{}", audit::markdown(findings));
    } else {
        print!("{}", audit::text(findings));
    }
}

//! What is wrong with an account file, and where.

/// Why a file cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountFileError {
    #[error("line {line}, column {column}: {problem}")]
    Syntax { line: usize, column: usize, problem: String },
    #[error("{}{problem}", if .path.is_empty() { String::new() } else { format!("{}: ", .path) })]
    Position { path: String, problem: String },
}

impl AccountFileError {
    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        let problem = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = problem.strip_suffix(&place).unwrap_or(&problem).to_owned();
        Self::Syntax { line: error.line(), column: error.column(), problem }
    }

    /// Something is wrong with what is being read; whoever calls says where that is.
    pub(super) fn place(problem: impl Into<String>) -> Self {
        Self::Position { path: String::new(), problem: problem.into() }
    }

    /// The same, seen from one level further out: `segment` is a field's name or `[index]`.
    #[must_use]
    pub(super) fn inside(self, segment: &str) -> Self {
        match self {
            Self::Position { path, problem } if path.is_empty() || path.starts_with('[') => {
                Self::Position { path: format!("{segment}{path}"), problem }
            }
            Self::Position { path, problem } => Self::Position { path: format!("{segment}.{path}"), problem },
            syntax @ Self::Syntax { .. } => syntax,
        }
    }
}

//! Splits Rust source text into tokens. Comments and the contents of literals are dropped, so that what is left of a
//! file is code alone.

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or a keyword.
    Word(String),
    /// `::`.
    Path,
    /// A string, character or number.
    Literal,
    /// Any other character.
    Mark(char),
}

/// A token and the line it is on, counted from 1.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn done(&self) -> bool {
        self.at >= self.text.len()
    }

    fn step(&mut self) -> char {
        let c = self.peek(0);
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        c
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    fn line_comment(&mut self) {
        while !self.done() && self.peek(0) != '\n' {
            self.step();
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0;
        while !self.done() {
            if self.peek(0) == '/' && self.peek(1) == '*' {
                depth += 1;
                self.steps(2);
            } else if self.peek(0) == '*' && self.peek(1) == '/' {
                depth -= 1;
                self.steps(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.step();
            }
        }
    }

    /// After the opening quote.
    fn quoted(&mut self, quote: char) {
        while !self.done() {
            match self.step() {
                '\\' => {
                    self.step();
                }
                c if c == quote => return,
                _ => {}
            }
        }
    }

    /// After the prefix, at the first `#` or the quote.
    fn raw_string(&mut self) {
        let mut hashes = 0;
        while self.peek(0) == '#' {
            hashes += 1;
            self.step();
        }
        self.step();
        while !self.done() {
            if self.step() == '"' && (0..hashes).all(|n| self.peek(n) == '#') {
                self.steps(hashes);
                return;
            }
        }
    }

    /// Whether a raw string begins at this distance: `"`, `#"`, `##"` …
    fn raw_at(&self, ahead: usize) -> bool {
        let mut ahead = ahead;
        while self.peek(ahead) == '#' {
            ahead += 1;
        }
        self.peek(ahead) == '"'
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            name.push(self.step());
        }
        name
    }

    /// A character, or a lifetime, which is no token of interest.
    fn apostrophe(&mut self) -> Option<Kind> {
        if self.peek(1) == '\\' || self.peek(2) == '\'' {
            self.step();
            if self.peek(0) == '\'' {
                self.step();
            }
            self.quoted('\'');
            return Some(Kind::Literal);
        }
        self.step();
        self.name();
        None
    }

    fn next(&mut self) -> Option<Kind> {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                self.line_comment();
                None
            }
            ('/', '*') => {
                self.block_comment();
                None
            }
            ('"', _) => {
                self.step();
                self.quoted('"');
                Some(Kind::Literal)
            }
            ('b', '\'') => {
                self.step();
                self.apostrophe()
            }
            ('b' | 'c', '"') => {
                self.steps(2);
                self.quoted('"');
                Some(Kind::Literal)
            }
            ('b' | 'c', 'r') if self.raw_at(2) => {
                self.steps(2);
                self.raw_string();
                Some(Kind::Literal)
            }
            ('r', '"' | '#') if self.raw_at(1) => {
                self.step();
                self.raw_string();
                Some(Kind::Literal)
            }
            ('r', '#') => {
                self.steps(2);
                Some(Kind::Word(self.name()))
            }
            ('\'', _) => self.apostrophe(),
            (':', ':') => {
                self.steps(2);
                Some(Kind::Path)
            }
            (c, _) if c.is_ascii_digit() => {
                self.name();
                Some(Kind::Literal)
            }
            (c, _) if c.is_alphabetic() || c == '_' => Some(Kind::Word(self.name())),
            (c, _) => {
                self.step();
                (!c.is_whitespace()).then_some(Kind::Mark(c))
            }
        }
    }
}

/// The tokens of a source text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader {
        text: text.chars().collect(),
        at: 0,
        line: 1,
    };
    let mut found = Vec::new();
    while !reader.done() {
        let line = reader.line;
        if let Some(kind) = reader.next() {
            found.push(Token { kind, line });
        }
    }
    found
}

/// The index of the bracket that closes the one at `open`, or the end.
pub(super) fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

/// Leaves out each item under `#[cfg(test)]`.
pub(super) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if attribute_is_test(tokens, at) {
            at = end_of_item(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn attribute_is_test(tokens: &[Token], at: usize) -> bool {
    let words = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens.len() >= at + words.len()
        && words.iter().zip(&tokens[at..]).all(|(word, token)| {
            token.is_word(word) || word.chars().next().is_some_and(|mark| token.is(mark))
        })
}

/// The index after the item that begins at `at`, its attributes included.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    while at < tokens.len() {
        match tokens[at].kind {
            Kind::Mark('{') => return closing(tokens, at) + 1,
            Kind::Mark('(' | '[') => at = closing(tokens, at) + 1,
            Kind::Mark(';') => return at + 1,
            _ => at += 1,
        }
    }
    at
}

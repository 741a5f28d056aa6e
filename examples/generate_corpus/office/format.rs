//! Number formats: what they show of a number, and how `OpenDocument` writes them.

use super::escape;

/// A piece of one section of a format.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Number {
        grouped: bool,
        /// Digits before the decimal sign, at least.
        least: usize,
        decimals: usize,
        /// Commas behind the digits: each divides by a thousand.
        thousands: i32,
    },
    Percent,
    Day(usize),
    Month(usize),
    Year(usize),
    /// The text of the cell.
    Content,
}

/// A format, read into its sections.
pub(super) struct Format(Vec<Vec<Piece>>);

impl Format {
    pub(super) fn read(format: &str) -> Self {
        let mut sections = vec![Vec::new()];
        let mut rest = format.chars().peekable();
        let mut text = String::new();
        while let Some(c) = rest.next() {
            let piece = match c {
                '"' => {
                    text.extend(rest.by_ref().take_while(|c| *c != '"'));
                    continue;
                }
                '\\' => {
                    text.extend(rest.next());
                    continue;
                }
                '_' => {
                    rest.next();
                    text.push(' ');
                    continue;
                }
                '[' => {
                    rest.by_ref().take_while(|c| *c != ']').for_each(drop);
                    continue;
                }
                '#' | '0' | '?' => {
                    let mut digits = String::from(c);
                    while let Some(more) = rest.next_if(|c| "#0?,.".contains(*c)) {
                        digits.push(more);
                    }
                    Some(number(&digits))
                }
                '%' => Some(Piece::Percent),
                '@' => Some(Piece::Content),
                'd' | 'm' | 'y' => {
                    let mut count = 1;
                    while rest.next_if_eq(&c).is_some() {
                        count += 1;
                    }
                    Some(match c {
                        'd' => Piece::Day(count),
                        'm' => Piece::Month(count),
                        _ => Piece::Year(count),
                    })
                }
                ';' => None,
                other => {
                    text.push(other);
                    continue;
                }
            };
            let section = sections.last_mut().expect("one section at least");
            if !text.is_empty() {
                section.push(Piece::Text(std::mem::take(&mut text)));
            }
            match piece {
                Some(piece) => section.push(piece),
                None => sections.push(Vec::new()),
            }
        }
        if !text.is_empty() {
            let section = sections.last_mut().expect("one section at least");
            section.push(Piece::Text(text));
        }
        Self(sections)
    }

    /// The section for a number, and whether it writes the sign itself.
    fn section(&self, n: f64) -> (&[Piece], bool) {
        match (self.0.get(1), self.0.get(2)) {
            (Some(negative), _) if n < 0.0 => (negative, true),
            (_, Some(zero)) if n == 0.0 => (zero, true),
            _ => (&self.0[0], false),
        }
    }

    pub(super) fn is_date(&self) -> bool {
        let of_days =
            |piece: &Piece| matches!(piece, Piece::Day(_) | Piece::Month(_) | Piece::Year(_));
        self.0[0].iter().any(of_days)
    }

    pub(super) fn is_percent(&self) -> bool {
        self.0[0].contains(&Piece::Percent)
    }

    /// What a sheet shows of a number or of the days since 30 December 1899, as Vietnamese offices write it.
    pub(super) fn shown(&self, n: f64) -> String {
        let (pieces, signed) = self.section(n);
        let percents = pieces.iter().filter(|p| **p == Piece::Percent).count();
        let day = jiff::civil::date(1899, 12, 30);
        let day = day + jiff::Span::new().days(if self.is_date() { n as i32 } else { 0 });
        let mut shown = String::new();
        if n < 0.0 && !signed {
            shown.push('-');
        }
        for piece in pieces {
            match piece {
                Piece::Text(text) => shown += text,
                Piece::Percent => shown.push('%'),
                Piece::Number {
                    grouped,
                    least,
                    decimals,
                    thousands,
                } => {
                    let scale = 100_f64.powi(percents as i32) / 1000_f64.powi(*thousands);
                    let digits = format!("{:.decimals$}", n.abs() * scale);
                    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
                    let whole = whole.trim_start_matches('0');
                    shown += &group(&format!("{whole:0>least$}"), *grouped);
                    if !fraction.is_empty() {
                        shown.push(',');
                        shown += fraction;
                    }
                }
                Piece::Day(count) => shown += &format!("{:0count$}", day.day()),
                Piece::Month(count) => shown += &format!("{:0count$}", day.month()),
                Piece::Year(count) if *count < 3 => shown += &format!("{:02}", day.year() % 100),
                Piece::Year(_) => shown += &day.year().to_string(),
                Piece::Content => shown += &n.to_string(),
            }
        }
        shown
    }

    /// The style of `OpenDocument` for it; sections but the first are styles of their own.
    pub(super) fn style(&self, name: &str) -> String {
        let kind = match self.0.as_slice() {
            [first] | [first, ..] if first.contains(&Piece::Percent) => "percentage-style",
            _ if self.is_date() => "date-style",
            [_, _, _, _] => "text-style",
            _ => "number-style",
        };
        let body = |pieces: &[Piece]| -> String { pieces.iter().map(Piece::style).collect() };
        let mut xml = String::new();
        let mut maps = String::new();
        let (last, others) = self.0.split_last().expect("one section at least");
        let conditions = match others.len() {
            1 => vec!["&gt;=0"],
            n => ["&gt;0", "&lt;0", "=0"][..n].to_vec(),
        };
        for (n, (section, condition)) in others.iter().zip(conditions).enumerate() {
            let inside = if section.is_empty() {
                "<number:text/>".to_owned()
            } else {
                body(section)
            };
            xml += &format!(
                "<number:number-style style:name=\"{name}P{n}\" style:volatile=\"true\">{inside}</number:number-style>"
            );
            maps += &format!(
                "<style:map style:condition=\"value(){condition}\" style:apply-style-name=\"{name}P{n}\"/>"
            );
        }
        let inside = if last.is_empty() && kind == "number-style" {
            "<number:text/>".to_owned()
        } else {
            body(last)
        };
        xml + &format!("<number:{kind} style:name=\"{name}\">{inside}{maps}</number:{kind}>")
    }
}

impl Piece {
    fn style(&self) -> String {
        let long = |count: usize| {
            if count > 1 {
                " number:style=\"long\""
            } else {
                ""
            }
        };
        match self {
            Self::Text(text) => format!("<number:text>{}</number:text>", escape(text)),
            Self::Percent => "<number:text>%</number:text>".to_owned(),
            Self::Content => "<number:text-content/>".to_owned(),
            Self::Day(count) => format!("<number:day{}/>", long(*count)),
            Self::Month(count) => format!("<number:month{}/>", long(*count)),
            Self::Year(count) => format!("<number:year{}/>", long(count / 2)),
            Self::Number {
                grouped,
                least,
                decimals,
                thousands,
            } => {
                let grouped = if *grouped {
                    " number:grouping=\"true\""
                } else {
                    ""
                };
                let factor = match thousands {
                    0 => String::new(),
                    n => format!(" number:display-factor=\"{}\"", 1000_i64.pow(*n as u32)),
                };
                format!(
                    "<number:number number:decimal-places=\"{decimals}\" number:min-decimal-places=\"{decimals}\" number:min-integer-digits=\"{least}\"{grouped}{factor}/>"
                )
            }
        }
    }
}

fn number(digits: &str) -> Piece {
    let all = digits.trim_end_matches(',');
    let thousands = digits.len() - all.len();
    let (whole, fraction) = all.split_once('.').unwrap_or((all, ""));
    Piece::Number {
        grouped: whole.contains(','),
        least: whole.chars().filter(|c| *c == '0').count(),
        decimals: fraction.len(),
        thousands: thousands as i32,
    }
}

fn group(digits: &str, grouped: bool) -> String {
    let mut all = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if grouped && n > 0 && (digits.len() - n).is_multiple_of(3) {
            all.push('.');
        }
        all.push(digit);
    }
    all
}

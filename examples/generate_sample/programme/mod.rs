//! The other forms of the programme: support, lists, tasks, needs and quick reports.
//!
//! Each form has a file here with what its senders mean and how they write it. What is common to them is in
//! `paper` (who, when, which file) and `letterhead` (above and below a table).

use std::error::Error;

use super::facts::Facts;
use super::letters::Typewriter;
use super::reports::Report;
use super::truth::Truth;

mod letterhead;
pub(crate) mod needs;
pub(crate) mod paper;
pub(crate) mod quick;
pub(crate) mod registry;
pub(crate) mod selected;
pub(crate) mod support;
mod table;
pub(crate) mod tasks;

use needs::Needs;
use paper::{Desk, File, Paper};
use quick::Quick;
use registry::Organisation;
use selected::Selected;
use support::Support;
use tasks::Line;

/// The year of the annual forms.
pub(crate) const YEAR: i32 = 2025;
/// Topics of support, in the order of KTTT-03 and KTTT-07: identifier and words.
pub(crate) const TOPICS: [(&str, &str); 10] = [
    ("training", "Đào tạo, bồi dưỡng"),
    ("trade", "Xúc tiến thương mại, mở rộng thị trường"),
    ("technology", "Ứng dụng khoa học, công nghệ, chuyển đổi số"),
    ("credit", "Tiếp cận vốn, Quỹ hỗ trợ phát triển HTX"),
    ("infrastructure", "Kết cấu hạ tầng, chế biến"),
    ("land", "Giao đất, cho thuê đất"),
    ("founding", "Thành lập mới, tổ chức lại"),
    ("programmes", "Tham gia chương trình mục tiêu quốc gia"),
    ("audit", "Kiểm toán, tư vấn"),
    ("insurance", "Nợ bảo hiểm xã hội"),
];

/// All papers of these forms, with the files that they are in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Programme {
    /// KTTT-03.
    pub(crate) support: Vec<Paper<Support>>,
    /// KTTT-04.
    pub(crate) lists: Vec<Paper<Vec<Organisation>>>,
    /// KTTT-05.
    pub(crate) selected: Vec<Paper<Vec<Selected>>>,
    /// KTTT-06.
    pub(crate) tasks: Vec<Paper<Vec<Line>>>,
    /// KTTT-07.
    pub(crate) needs: Vec<Paper<Needs>>,
    /// KTTT-08.
    pub(crate) quick: Vec<Paper<Quick>>,
}

impl Programme {
    /// Lays out what each sender means. `reports` are the annual ones, which these agree with.
    pub(crate) fn lay_out(
        seed: u64,
        facts: &Facts,
        reports: &[Report],
        planted: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let year: Vec<&Report> = reports.iter().filter(|r| r.year == YEAR).collect();
        let truth = Truth::lay_out(seed, facts, YEAR - 2, YEAR)?;
        let lists = registry::papers(seed, facts, &year, planted);
        Ok(Self {
            support: support::papers(seed, &year, planted),
            selected: selected::papers(seed, &year, &lists, planted),
            tasks: tasks::papers(seed, &year, planted)?,
            needs: needs::papers(seed, &year),
            quick: quick::papers(seed, facts, &truth, planted)?,
            lists,
        })
    }

    /// Writes every file, and notes in each paper which one it is in.
    pub(crate) fn files(
        &mut self,
        seed: u64,
        manners: bool,
        typewriter: &Typewriter,
    ) -> Result<Vec<File>, Box<dyn Error>> {
        let desk = Desk {
            seed,
            manners,
            typewriter,
        };
        let mut files = Vec::new();
        for paper in &mut self.support {
            let same = |other: &&mut Paper<Vec<Line>>| other.sender.name() == paper.sender.name();
            let habits = desk.habits(&paper.sender, YEAR);
            let mut sheets = vec![support::lay_out(paper, &habits)];
            let together = self.tasks.iter_mut().find(same);
            if let Some(tasks) = &together {
                sheets.push(tasks::lay_out(tasks, &habits));
            }
            let file = desk.book(sheets, paper, &habits, "2025/support", "KTTT-03-06")?;
            paper.file.clone_from(&file.name);
            if let Some(tasks) = together {
                tasks.file.clone_from(&file.name);
                tasks.received_at.clone_from(&file.received_at);
            }
            files.push(file);
        }
        for paper in self.tasks.iter_mut().filter(|p| p.file.is_empty()) {
            let habits = desk.habits(&paper.sender, YEAR);
            let sheets = vec![tasks::lay_out(paper, &habits)];
            let file = desk.book(sheets, paper, &habits, "2025/ministries", "KTTT-06")?;
            paper.file.clone_from(&file.name);
            files.push(file);
        }
        for paper in &mut self.selected {
            let habits = desk.habits(&paper.sender, YEAR);
            let sheets = vec![selected::lay_out(paper, &habits)];
            let file = desk.book(sheets, paper, &habits, "2025/selected", "KTTT-05")?;
            paper.file.clone_from(&file.name);
            files.push(file);
        }
        for paper in &mut self.lists {
            let habits = desk.habits(&paper.sender, YEAR);
            let sheet = registry::lay_out(paper, &habits);
            let file = if registry::AS_TEXT.contains(&paper.sender.name()) {
                desk.text(&sheet, paper, "2025/lists", "KTTT-04")?
            } else {
                desk.book(vec![sheet], paper, &habits, "2025/lists", "KTTT-04")?
            };
            paper.file.clone_from(&file.name);
            files.push(file);
        }
        for paper in &mut self.needs {
            let habits = desk.habits(&paper.sender, YEAR);
            let sheets = vec![needs::lay_out(paper, &habits)];
            let file = desk.book(sheets, paper, &habits, "2025/needs", "KTTT-07")?;
            paper.file.clone_from(&file.name);
            files.push(file);
        }
        for paper in &mut self.quick {
            let habits = desk.habits(&paper.sender, paper.period.year());
            let sheet = quick::lay_out(paper, &habits);
            let folder = format!("{}/quick/{}", paper.period.year(), paper.period.code());
            let file = if habits.file_name < 5 {
                desk.text(&sheet, paper, &folder, "KTTT-08")?
            } else {
                desk.book(vec![sheet], paper, &habits, &folder, "KTTT-08")?
            };
            paper.file.clone_from(&file.name);
            files.push(file);
        }
        Ok(files)
    }
}

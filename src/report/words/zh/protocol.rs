use super::{Chinese, joined, percentage};
use crate::outcome::protocol::{Answer, Question};
use crate::report::words::protocol::Protocols;

impl Protocols for Chinese {
    fn question(&self, question: Question) -> &'static str {
        match question {
            Question::PooledDependence => "空间相关性：混合 OLS",
            Question::UnitEffects => "个体效应",
            Question::PeriodEffects => "时间效应",
            Question::FixedOrRandom => "固定效应或随机效应",
            Question::Dependence => "空间相关性：上述效应固定",
            Question::ToSlm => "SDM 与 SLM：θ = 0",
            Question::ToSem => "SDM 与 SEM：θ + ρβ = 0",
        }
    }

    fn decision(&self) -> &'static str {
        "判断"
    }

    fn answer(&self, answer: Answer) -> &'static str {
        match answer {
            Answer::None => "无",
            Answer::Lag => "空间滞后",
            Answer::Error => "空间误差",
            Answer::Kept => "保留",
            Answer::Dropped => "不保留",
            Answer::Fixed => "固定效应",
            Answer::Random => "随机效应",
            Answer::Reduces => "不拒绝",
            Answer::DoesNotReduce => "拒绝",
            Answer::Open => "未定",
        }
    }

    fn choice_rows(&self) -> [&'static str; 3] {
        ["选择", "模型", "效应"]
    }

    fn step(&self, question: Question, effects: &str, tests: &str, answer: Answer) -> String {
        let what = match question {
            Question::PooledDependence => "混合 OLS 的空间相关性".to_owned(),
            Question::UnitEffects => "个体效应".to_owned(),
            Question::PeriodEffects => "时间效应".to_owned(),
            Question::FixedOrRandom => "固定效应或随机效应".to_owned(),
            Question::Dependence => joined(&["控制", effects, "后的空间相关性"]),
            Question::ToSlm => joined(&["含", effects, "的 SDM 能否简化为 SLM（θ = 0）"]),
            Question::ToSem => "能否简化为 SEM（θ + ρβ = 0）".to_owned(),
        };
        joined(&[&what, "，", tests, "，", self.answer(answer)])
    }

    fn choice(&self, level: &str, model: &str, effects: &str) -> String {
        joined(&["在", &percentage(level), "水平上选择", effects, "的", model])
    }

    fn sequence(&self, columns: Option<&str>, said: &str) -> String {
        match columns {
            Some(columns) => joined(&[columns, "的检验顺序：", said, "。"]),
            None => joined(&["检验顺序：", said, "。"]),
        }
    }

    fn rule(&self, level: &str) -> String {
        joined(&[
            "显著性水平为",
            &percentage(level),
            "；SDM 的约束以似然比检验为准。豪斯曼检验的协方差之差不定时，以其稳健形式为准。最后一组 LM 检验指向 SLM、SEM 或（未发现空间相关性时）OLS；\
             若 SDM 简化为该模型的约束（OLS 为 θ = 0）未被拒绝，则选择该模型，否则选择 SDM（Elhorst 2010）。",
        ])
    }

    fn no_sequence(&self) -> &'static str {
        "没有检验顺序"
    }
}

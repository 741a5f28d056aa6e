//! Arithmetic as DuckDB does it, for the queries of people: `/` divides exactly also between whole numbers, `//` between
//! whole numbers cuts, the mean of decimals has all its digits, and a number becomes whole by rounding.
//!
//! The models of a pipeline do not use this.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, UInt64Type};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::functions::math::round;
use datafusion::logical_expr::expr::{Cast, TryCast};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::utils::{format_state_name, merge_schema};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, BinaryExpr, Expr, ExprSchemable,
    GroupsAccumulator, LogicalPlan, Operator, Signature,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::sql::sqlparser::ast::BinaryOperator;

/// Plans divisions.
#[derive(Debug)]
pub(super) struct Divisions;

fn is_number(of: &DataType) -> bool {
    of.is_numeric() && *of != DataType::Null
}

impl ExprPlanner for Divisions {
    fn plan_binary_op(
        &self,
        raw: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        if raw.op == BinaryOperator::BitwiseXor {
            return Err(DataFusionError::Plan(
                "`^` means different things in different databases; write power(a, b) or xor"
                    .to_owned(),
            ));
        }
        let whole = match raw.op {
            BinaryOperator::Divide => false,
            BinaryOperator::DuckIntegerDivide => true,
            _ => return Ok(PlannerResult::Original(raw)),
        };
        // A column of an outer query has no type here; such a division stays as it is.
        let (Ok(left), Ok(right)) = (raw.left.get_type(schema), raw.right.get_type(schema)) else {
            return Ok(PlannerResult::Original(raw));
        };
        if !is_number(&left) || !is_number(&right) {
            return Ok(PlannerResult::Original(raw));
        }
        let operands = if whole && left.is_integer() && right.is_integer() {
            [raw.left, raw.right]
        } else {
            [raw.left, raw.right].map(as_double)
        };
        let [left, right] = operands.map(Box::new);
        let divided = BinaryExpr::new(left, Operator::Divide, right);
        Ok(PlannerResult::Planned(Expr::BinaryExpr(divided)))
    }
}

fn as_double(expr: Expr) -> Expr {
    Expr::Cast(Cast::new(Box::new(expr), DataType::Float64))
}

/// Makes numbers whole by rounding where a query casts them, and gives whole decimals no places.
#[derive(Debug)]
pub(super) struct Rounding;

impl AnalyzerRule for Rounding {
    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        let rounded = plan.transform_up_with_subqueries(|plan| {
            let schema = merge_schema(&plan.inputs());
            let names = NamePreserver::new(&plan);
            let rounded = plan.map_expressions(|expr| {
                let name = names.save(&expr);
                let rounded = expr.transform_up(|expr| Ok(round_cast(expr, &schema)))?;
                Ok(rounded.update_data(|expr| name.restore(expr)))
            })?;
            if rounded.transformed {
                rounded.map_data(LogicalPlan::recompute_schema)
            } else {
                Ok(rounded)
            }
        })?;
        Ok(rounded.data)
    }

    fn name(&self) -> &'static str {
        "round_as_duckdb"
    }
}

/// Rounds what is cast to a whole number.
fn round_cast(expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let has_places = |expr: &Expr| {
        let of = expr.get_type(schema);
        of.is_ok_and(|of| of.is_floating() || places(&of) > 0)
    };
    match expr {
        Expr::Cast(Cast { expr, field }) if field.data_type().is_integer() && has_places(&expr) => {
            let expr = Box::new(round().call(vec![*expr]));
            Transformed::yes(Expr::Cast(Cast { expr, field }))
        }
        Expr::TryCast(TryCast { expr, field })
            if field.data_type().is_integer() && has_places(&expr) =>
        {
            let expr = Box::new(round().call(vec![*expr]));
            Transformed::yes(Expr::TryCast(TryCast { expr, field }))
        }
        Expr::ScalarFunction(function)
            if matches!(function.name(), "floor" | "ceil")
                && function
                    .args
                    .first()
                    .is_some_and(|arg| arg.get_type(schema).is_ok_and(|of| places(&of) > 0)) =>
        {
            let whole = DataType::Decimal128(38, 0);
            let expr = Box::new(Expr::ScalarFunction(function));
            Transformed::yes(Expr::Cast(Cast::new(expr, whole)))
        }
        other => Transformed::no(other),
    }
}

/// Decimal places of a type; 0 if it is no decimal.
fn places(of: &DataType) -> i8 {
    match of {
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => *scale,
        _ => 0,
    }
}

/// `avg`: of decimals a double made from their exact sum; of other numbers as before.
#[derive(Debug)]
pub(super) struct ExactMean {
    inner: Arc<AggregateUDF>,
    signature: Signature,
}

impl ExactMean {
    /// The mean, made from that of the engine.
    pub(super) fn new(inner: Arc<AggregateUDF>) -> Self {
        let signature = inner.signature().clone();
        Self { inner, signature }
    }
}

impl PartialEq for ExactMean {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Eq for ExactMean {}

impl Hash for ExactMean {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

/// The places of a decimal that is added up exactly.
fn exact(of: &[FieldRef]) -> Option<i8> {
    match of.first().map(|field| field.data_type()) {
        Some(DataType::Decimal128(_, scale)) => Some(*scale),
        _ => None,
    }
}

impl AggregateUDFImpl for ExactMean {
    fn name(&self) -> &'static str {
        "avg"
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, of: &[DataType]) -> Result<DataType> {
        match of {
            [DataType::Decimal128(..)] => Ok(DataType::Float64),
            _ => self.inner.return_type(of),
        }
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        match exact(arguments.expr_fields) {
            Some(scale) => Ok(Box::new(Mean::new(scale, arguments.is_distinct))),
            None => self.inner.accumulator(arguments),
        }
    }

    fn create_sliding_accumulator(
        &self,
        arguments: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn Accumulator>> {
        match exact(arguments.expr_fields) {
            Some(scale) => Ok(Box::new(Mean::new(scale, arguments.is_distinct))),
            None => self.inner.create_sliding_accumulator(arguments),
        }
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let Some(scale) = exact(arguments.input_fields) else {
            return self.inner.state_fields(arguments);
        };
        let decimal = DataType::Decimal128(38, scale);
        let field = |name: &str, of: DataType| {
            Arc::new(Field::new(
                format_state_name(arguments.name, name),
                of,
                true,
            ))
        };
        Ok(if arguments.is_distinct {
            vec![field("values", DataType::new_list(decimal, true))]
        } else {
            vec![field("sum", decimal), field("count", DataType::UInt64)]
        })
    }

    fn groups_accumulator_supported(&self, arguments: AccumulatorArgs<'_>) -> bool {
        exact(arguments.expr_fields).is_none() && self.inner.groups_accumulator_supported(arguments)
    }

    fn create_groups_accumulator(
        &self,
        arguments: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        self.inner.create_groups_accumulator(arguments)
    }
}

/// The exact sum of decimals and their number, or the different ones.
#[derive(Debug)]
struct Mean {
    scale: i8,
    sum: i128,
    count: u64,
    distinct: Option<BTreeSet<i128>>,
}

impl Mean {
    fn new(scale: i8, is_distinct: bool) -> Self {
        Self {
            scale,
            sum: 0,
            count: 0,
            distinct: is_distinct.then(BTreeSet::new),
        }
    }

    fn add(&mut self, value: i128, times: u64) -> Result<()> {
        let sum = self.sum.checked_add(value);
        self.sum =
            sum.ok_or_else(|| DataFusionError::Execution("a sum is too large".to_owned()))?;
        self.count += times;
        Ok(())
    }

    fn add_all(&mut self, values: &ArrayRef) -> Result<()> {
        let values = values.as_primitive::<Decimal128Type>();
        for value in values.iter().flatten() {
            match &mut self.distinct {
                Some(seen) => drop(seen.insert(value)),
                None => self.add(value, 1)?,
            }
        }
        Ok(())
    }

    fn decimal(&self, value: Option<i128>) -> ScalarValue {
        ScalarValue::Decimal128(value, 38, self.scale)
    }
}

impl Accumulator for Mean {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.add_all(&values[0])
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Decimal128Type>();
        for value in values.iter().flatten() {
            self.sum -= value;
            self.count -= 1;
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        self.distinct.is_none()
    }

    #[allow(clippy::cast_precision_loss, reason = "the result is a double")]
    fn evaluate(&mut self) -> Result<ScalarValue> {
        let (sum, count) = match &self.distinct {
            Some(seen) => (seen.iter().sum(), seen.len() as u64),
            None => (self.sum, self.count),
        };
        let mean = (count > 0).then(|| {
            let one = 10_f64.powi(i32::from(self.scale));
            sum as f64 / (count as f64 * one)
        });
        Ok(ScalarValue::Float64(mean))
    }

    fn size(&self) -> usize {
        let seen = self.distinct.as_ref().map_or(0, BTreeSet::len);
        size_of_val(self) + seen * size_of::<i128>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(match &self.distinct {
            Some(seen) => {
                let values: Vec<ScalarValue> = seen
                    .iter()
                    .map(|value| self.decimal(Some(*value)))
                    .collect();
                let of = DataType::Decimal128(38, self.scale);
                vec![ScalarValue::List(ScalarValue::new_list_nullable(
                    &values, &of,
                ))]
            }
            None => vec![
                self.decimal(Some(self.sum)),
                ScalarValue::UInt64(Some(self.count)),
            ],
        })
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        if self.distinct.is_some() {
            for values in states[0].as_list::<i32>().iter().flatten() {
                self.add_all(&values)?;
            }
            return Ok(());
        }
        let sums = states[0].as_primitive::<Decimal128Type>();
        let counts = states[1].as_primitive::<UInt64Type>();
        for (sum, count) in sums.iter().zip(counts) {
            self.add(sum.unwrap_or(0), count.unwrap_or(0))?;
        }
        Ok(())
    }
}

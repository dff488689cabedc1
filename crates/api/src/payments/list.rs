//! `GET /connections/{id}/payments`.

use ::metrics::ledger::MoneyKind;
use ::metrics::query::{self, PaymentPage, PaymentSort, PaymentsQuery};
use ::metrics::question::{ParameterError, Question, parse};
use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::audit::Given;
use crate::audit::record_export::ExportedList;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::metrics::parameters::FilterParams;
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PaymentParams {
    pub from: Option<String>,
    pub to: Option<String>,
    /// `last_12_months` (default) or `last_12_full_months`.
    pub range: Option<String>,
    /// `paid_invoice`, `charge_without_invoice`, `refund`, `credit_note`, `payment`, `failed_payment`, `failed_invoice`,
    /// `recovered_invoice`, `dispute_opened`, `dispute_lost`, `open_invoice`, `voided_invoice`,
    /// `uncollectible_invoice`; several separated by commas. Default: all of these. `unbooked_payment`: payments that
    /// name nothing that they moved the balance by, once more.
    pub r#type: Option<String>,
    /// Why a payment failed, in the provider's words; several separated by commas.
    pub decline_code: Option<String>,
    /// `date` or `amount`, with a leading `-` for descending order. Default: `-date`.
    pub sort: Option<String>,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

#[derive(Debug)]
struct Wanted {
    kinds: Vec<MoneyKind>,
    decline_codes: Vec<String>,
    sort: PaymentSort,
    is_descending: bool,
}

/// List payments, invoices, refunds, credit notes and disputes in a range of days
///
/// Each is listed by the day that the metrics of revenue and payments count it on: a paid invoice by the day it was paid,
/// one whose first attempt failed by the day of that attempt.
/// Invoices that are not paid are listed with what is due, with tax: open ones by the day they were issued, others by the
/// day they were given up.
#[utoipa::path(get, path = "/api/v1/connections/{id}/payments", operation_id = "list_payments", tag = "metrics",
    params(PaymentParams, FilterParams), responses((status = 200, body = PaymentPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<PaymentPage>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (Page { cursor, limit }, rows) = page.within(&context, figures.of.workspace())?;
    let Wanted { kinds, decline_codes, sort, is_descending } = Wanted::from_pairs(others)?;
    let billed = context.runner.billed(&figures.of).await?;
    let view = context.view(&figures.of).await?;
    let answer = blocking(move || -> Result<PaymentPage, Problem> {
        let query = question.query(&view)?;
        let asked = PaymentsQuery { query, kinds, decline_codes, sort, is_descending, cursor, limit };
        let mut page = query::payments(&view.ledger, &view.rates, &asked)?;
        page.name_sources(|customers| billed.money(customers))?;
        Ok(page)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::Payments, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

impl Wanted {
    fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, ParameterError> {
        let mut wanted = Self {
            kinds: Vec::new(),
            decline_codes: Vec::new(),
            sort: PaymentSort::Date,
            is_descending: true,
        };
        for (name, value) in pairs {
            let refused = |problem: &str| ParameterError { name: name.clone(), problem: problem.to_owned() };
            match name.as_str() {
                "type" => {
                    for one in value.split(',') {
                        wanted.kinds.push(parse(&name, one)?);
                    }
                }
                "decline_code" => wanted.decline_codes.extend(value.split(',').map(str::to_owned)),
                "sort" => {
                    (wanted.sort, wanted.is_descending) =
                        PaymentSort::with_direction(&value).map_err(refused)?;
                }
                _ => return Err(refused("unknown parameter")),
            }
        }
        Ok(wanted)
    }
}

use metrics::ledger::PriceBook;
use model::billing::{CustomerHistory, PriceScheme};

use super::*;

#[test]
fn inline_prices_fill_the_gaps_of_the_price_list_and_nothing_else() {
    let price = |id: &str, amount: i64| Price {
        id: id.into(),
        product: None,
        nickname: None,
        currency: "usd".parse().unwrap(),
        recurrence: None,
        scheme: PriceScheme::PerUnit(Some(amount.into())),
        transform_quantity: None,
        is_active: true,
        currency_options: Vec::new(),
    };
    let mut book = PriceBook::default();
    book.insert(price("price_1", 100));
    let history = CustomerHistory::default();
    assert!(with_inline(&book, &history, vec![price("price_1", 999)]).is_none(), "the list knows better");
    let (own, gaps) =
        with_inline(&book, &history, vec![price("price_2", 200), price("price_1", 999)]).unwrap();
    assert_eq!(gaps, [price("price_2", 200)]);
    assert_eq!(own.get(&"price_2".into()), Some(&price("price_2", 200)));
    assert_eq!(own.get(&"price_1".into()), None, "nothing of this customer names it");
}

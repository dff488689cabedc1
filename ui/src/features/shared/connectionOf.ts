import type { Connection, SharedPage } from '~/api/types'

/** As far as a shared page says, the connection that its figures are of. Nothing of it leads to the account. */
export function connectionOf(page: SharedPage): Connection {
  const { name, time_zone, week_start, reporting_currency, data_through, reaches_back_on, is_history_complete, exact_from_on } = page
  const { hides_amounts, hides_counts, is_test_data, today } = page
  return {
    id: 'shared',
    source: '',
    name,
    account_id: '',
    account_name: null,
    is_test_mode: false,
    is_sample: false,
    key_hint: null,
    created_at: 0,
    state: 'live',
    data_through,
    reaches_back_on,
    is_history_complete,
    exact_from_on,
    last_error: null,
    reporting_currency,
    time_zone,
    week_start,
    absent: [],
    parts: [],
    shared: { hides_amounts, hides_counts, is_test_data, today },
  }
}

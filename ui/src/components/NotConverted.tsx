import type { Unconverted } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { formatMoney } from '~/format/money'
import { currencyName } from '~/format/names'
import { countOf } from '~/format/number'

import { Banner } from './Feedback'

/** `KWD 893.520 MRR of 38 customers is not included: no exchange rate for Kuwaiti Dinar.` Of counts there is no amount. */
export function notConverted({ currency, mrr_minor, customers }: Unconverted, what?: string): string {
  const amount = mrr_minor === 0 ? '' : formatMoney(mrr_minor, currency) + (what ? ` ${what}` : '')
  const whose = customers === undefined ? '' : countOf(customers, 'customer')
  const all = amount && whose ? `${amount} of ${whose}` : amount || whose || 'Something'
  const be = amount === '' && customers !== undefined && customers !== 1 ? 'are' : 'is'
  return `${all} ${be} not included: no exchange rate for ${currencyName(currency)}.`
}

/** What has no exchange rate, as rows of its own: never silently 0. */
export function NotConverted({ unconverted, what }: { unconverted: readonly Unconverted[]; what?: string }) {
  if (unconverted.length === 0) return null
  return (
    <Banner title={`Some ${what ?? 'data'} is not included`} tone="warn">
      <ul>
        {unconverted.map((one) => (
          <li key={one.currency}>{notConverted(one, what)}</li>
        ))}
      </ul>
      {!IS_SHARED && 'Switch to native currencies to see it.'}
    </Banner>
  )
}

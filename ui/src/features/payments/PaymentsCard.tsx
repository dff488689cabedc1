import { getRouteApi } from '@tanstack/react-router'

import type { MetricDefinition } from '~/api/types'
import { Chips } from '~/components/Chips'
import { formatRange } from '~/format/date'
import { sourceOf } from '~/sources'
import { shownCurrency } from '~/view/currency'
import { FILTER_LABEL } from '~/view/filterNames'
import { foreignFilters } from '~/view/filterable'
import type { PaymentType, PaymentsSearch } from '~/view/pageSearch'
import { PAYMENT_TYPES } from '~/view/pageSearch'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import { paymentLabel } from './columns'
import { PaymentList } from './PaymentList'

const route = getRouteApi('/app/c/$connectionId/payments')

/** What moved or should have, each once: an invoice is the payment that paid it. */
const USUAL: readonly PaymentType[] = ['payment', 'failed_payment', 'refund', 'credit_note', 'dispute_opened', 'dispute_lost']

/** A payment belongs to no plan, product or interval. */
const OF_PAYMENTS = { dimensions: ['currency', 'country'] } satisfies Pick<MetricDefinition, 'dimensions'>

/** Every payment of the range, by type. */
export function PaymentsCard({ view }: { view: View }) {
  const { type: types, sort, columns } = route.useSearch()
  const navigate = route.useNavigate()
  const keep = (patch: { [Name in keyof PaymentsSearch]?: PaymentsSearch[Name] | undefined }) =>
    void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false })
  const choose = (chosen: PaymentType[]) => keep({ type: chosen.length === 0 ? undefined : chosen })
  const { start: from, end: to } = view.period
  const foreign = foreignFilters(OF_PAYMENTS, view.filters)
  const currency = shownCurrency(view)
  // With native currencies, the one that the figures above are in.
  const native = view.currency === 'native' && currency ? { filter_currency: [currency] } : {}
  const own = Object.entries(view.scope).filter(([name]) => !(foreign as string[]).includes(name))
  const scope = { ...Object.fromEntries(own), ...native }
  return (
    <section aria-label="All payments" className="card py-2">
      <header className="px-4 pt-1 pb-2 sm:px-5">
        <h2 className="font-semibold">All payments</h2>
        <p className="text-[0.8125rem] text-ink-soft">
          {formatRange(from, to)}
          {foreign.length > 0 && `, not filtered by ${foreign.map((name) => FILTER_LABEL[name].toLowerCase()).join(', ')}`}
        </p>
        <div className="mt-2">
          <Chips chosen={types} label="Types" options={PAYMENT_TYPES} onChange={choose}>
            {(type) => paymentLabel(type, sourceOf(view.connection))}
          </Chips>
        </div>
      </header>
      <PaymentList
        isEndless
        kept={{
          sort,
          columns,
          onSort: (next) => keep({ sort: next === '-date' ? undefined : next }),
          onColumns: (next) => keep({ columns: next.length === 0 ? undefined : next }),
        }}
        query={{ from, to, ...scope, type: (types ?? USUAL).join(',') }}
        view={view}
      />
    </section>
  )
}

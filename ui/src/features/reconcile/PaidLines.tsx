import { useInfiniteQuery, useQuery } from '@tanstack/react-query'

import { reconciledCustomersQuery, reconciledInvoicesQuery } from '~/api/queries'
import type { Currency, ReconciledInvoice } from '~/api/types'
import { Button } from '~/components/Button'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { AccountName } from '~/features/customer/Accounts'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { formatInstantDay } from '~/format/date'
import { capital } from '~/format/names'
import { sourceOf } from '~/sources'
import type { View } from '~/view/useView'

import type { PaidCell } from './paid'
import { isOfPart, partName } from './paid'

interface LinesProps {
  view: View
  cell: PaidCell
  customer: string
  onBack: () => void
}

/** What a customer paid in the month, line by line. The lines of the amount that was opened stand out. */
export function PaidLines({ view, cell, customer, onBack }: LinesProps) {
  const { id, time_zone: zone } = view.connection
  const { month_on, currency, part } = cell
  const { bill } = sourceOf(view.connection)
  const query = useQuery(reconciledInvoicesQuery(id, customer, { month_on, currency }))
  const invoices = query.data?.invoices
  // The list that it was opened from knows the name.
  const list = useInfiniteQuery(reconciledCustomersQuery(id, { month_on, currency, part }))
  const known = list.data?.pages.flatMap(({ data }) => data).find(({ customer_id }) => customer_id === customer)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <Button onPress={onBack}>
          All customers
        </Button>
        <CustomerLink connectionId={id} customer={{ id: customer, name: known?.name ?? null, email: known?.email ?? null }} />
      </div>
      {query.error && !invoices && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {!invoices && !query.error && <SkeletonRows rows={6} />}
      {invoices?.length === 0 && (
        <EmptyState title={`No ${bill.many}`}>{`The customer paid no ${bill.many} in this month and currency.`}</EmptyState>
      )}
      {invoices?.map((invoice) => (
        <Invoice key={`${invoice.account ?? ''} ${invoice.id}`} currency={currency} invoice={invoice} name={capital(bill.one)} part={part} zone={zone} />
      ))}
    </div>
  )
}

interface InvoiceProps {
  invoice: ReconciledInvoice
  /** What the source calls it. */
  name: string
  currency: Currency
  part: string
  zone: string
}

function Invoice({ invoice, name, currency, part, zone }: InvoiceProps) {
  const title = `${name} ${invoice.number ?? invoice.id}`
  return (
    <section aria-label={title} className="rounded-lg border border-line">
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 text-sm">
        <h3 className="min-w-0 font-medium wrap-anywhere">
          {title}
          <AccountName name={invoice.account} />
        </h3>
        <p className="num text-ink-soft">
          Paid on {formatInstantDay(invoice.paid_at, zone)}: <Money className="font-semibold text-ink" currency={currency} minor={invoice.total_minor} />
        </p>
      </header>
      <ul className="flex flex-col py-1.5 text-[0.8125rem]">
        {invoice.lines.map((line, at) => (
          // A line's id may come twice: taxes and credits have none.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at} className={`flex items-start justify-between gap-4 px-4 py-1 ${isOfPart(line, part) ? '' : 'text-ink-soft'}`}>
            <span className="min-w-0">
              {line.description ? <bdi className="wrap-anywhere">{line.description}</bdi> : (line.id ?? partName(line.part))}
              <span className="block text-xs text-ink-soft">{partName(line.part)}</span>
            </span>
            <Money className={isOfPart(line, part) ? 'font-medium' : ''} currency={currency} minor={line.amount_minor} />
          </li>
        ))}
      </ul>
    </section>
  )
}

import { useMemo, useState } from 'react'

import type { CustomerCharge, CustomerDetail, CustomerInvoice, CustomerSubscription } from '~/api/types'
import { Button } from '~/components/Button'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Badge } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { formatInstantDay } from '~/format/date'
import { capital, sentence } from '~/format/names'
import { formatCount } from '~/format/number'
import type { SourceTexts } from '~/sources'

import { AccountName } from './Accounts'
import { InvoiceRow } from './InvoiceRow'
import { Nothing, Section } from './Section'

interface ObjectsProps {
  detail: CustomerDetail
  zone: string
}

/** Two accounts may use the same ids. */
const keyOf = ({ account, id }: { account: string | null; id: string }) => `${account ?? ''} ${id}`

const TONE: Record<string, 'good' | 'warn' | 'danger' | 'plain'> = {
  active: 'good',
  trialing: 'good',
  paid: 'good',
  succeeded: 'good',
  past_due: 'warn',
  open: 'warn',
  unpaid: 'danger',
  failed: 'danger',
  uncollectible: 'danger',
}

export function Status({ status }: { status: string | null }) {
  return status === null ? <span>–</span> : <Badge tone={TONE[status] ?? 'plain'}>{sentence(status)}</Badge>
}

/** On a narrow page the end date stands below the status. */
function SubscriptionStatus({ row, zone }: { row: CustomerSubscription; zone: string }) {
  const end = row.ended_at ?? row.cancel_at
  return (
    <>
      <Status status={row.status} />
      {end !== null && (
        <span className="num mt-0.5 block text-xs text-ink-soft md:hidden">
          {row.ended_at === null ? 'ends' : 'ended'} {formatInstantDay(end, zone)}
        </span>
      )}
    </>
  )
}

function subscriptionColumns(zone: string): Column<CustomerSubscription>[] {
  const day = (instant: CustomerSubscription['started_at']) => (
    <span className="num">{instant === null ? '–' : formatInstantDay(instant, zone)}</span>
  )
  return [
    {
      id: 'items',
      header: 'Subscription',
      cell: (row) => (
        <span className="block max-w-80 min-w-40 wrap-anywhere">
          {row.items.map((item) => (
            <span key={item.price_id} className="block">
              {item.quantity !== null && item.quantity !== 1 && <span className="num">{formatCount(item.quantity)} × </span>}
              <bdi>{item.label}</bdi>
            </span>
          ))}
          <code className="block max-w-40 truncate font-mono text-xs text-ink-soft md:max-w-none">{row.id}</code>
          <AccountName name={row.account} />
        </span>
      ),
    },
    { id: 'status', header: 'Status', cell: (row) => <SubscriptionStatus row={row} zone={zone} /> },
    {
      id: 'mrr',
      header: 'MRR',
      isNumeric: true,
      cell: (row) => (row.currency === null ? '–' : <Money currency={row.currency} minor={row.mrr_minor} />),
    },
    { id: 'started', header: 'Started', isWideOnly: true, cell: (row) => day(row.started_at) },
    { id: 'canceled', header: 'Canceled', isWideOnly: true, cell: (row) => day(row.canceled_at) },
    {
      id: 'ended',
      header: 'Ended',
      isWideOnly: true,
      cell: (row) =>
        row.ended_at === null && row.cancel_at !== null ? (
          <span className="num">ends {formatInstantDay(row.cancel_at, zone)}</span>
        ) : (
          day(row.ended_at)
        ),
    },
    { id: 'period', header: 'Current period ends', isWideOnly: true, cell: (row) => day(row.current_period_end) },
  ]
}

export function Subscriptions({ detail, zone }: ObjectsProps) {
  const columns = useMemo(() => subscriptionColumns(zone), [zone])
  return (
    <Section count={detail.subscriptions.length} title="Subscriptions">
      {detail.subscriptions.length === 0 ? (
        <Nothing>No subscriptions.</Nothing>
      ) : (
        <DataTable columns={columns} label="Subscriptions" rowKey={keyOf} rows={detail.subscriptions} />
      )}
    </Section>
  )
}

const SHOWN_AT_FIRST = 12

export function Invoices({ detail, texts, zone }: ObjectsProps & { texts: SourceTexts }) {
  const [isAll, setIsAll] = useState(false)
  const invoices: CustomerInvoice[] = isAll ? detail.invoices : detail.invoices.slice(0, SHOWN_AT_FIRST)
  return (
    <Section count={detail.invoices.length} title={capital(texts.bill.many)}>
      {detail.invoices.length === 0 && <Nothing>No {texts.bill.many}.</Nothing>}
      <ul className="divide-y divide-line">
        {invoices.map((invoice) => (
          <InvoiceRow key={keyOf(invoice)} invoice={invoice} reasons={texts.invoiceReasons} zone={zone} />
        ))}
      </ul>
      {!isAll && detail.invoices.length > SHOWN_AT_FIRST && (
        <div className="p-3 text-center">
          <Button size="small" onPress={() => setIsAll(true)}>
            Show all {formatCount(detail.invoices.length)}
          </Button>
        </div>
      )}
    </Section>
  )
}

function chargeColumns(zone: string, tellsRefunds: boolean): Column<CustomerCharge>[] {
  const columns: Column<CustomerCharge>[] = [
    { id: 'created', header: 'Day', cell: (row) => <span className="num">{formatInstantDay(row.created_at, zone)}</span> },
    {
      id: 'status',
      header: 'Status',
      cell: (row) => (
        <>
          <Status status={row.status} />{' '}
          {row.failure_code && <span className="text-xs text-ink-soft">{sentence(row.failure_code)}</span>}
        </>
      ),
    },
    {
      id: 'amount',
      header: 'Amount',
      isNumeric: true,
      cell: (row) => <Money currency={row.currency} minor={row.amount_minor} />,
    },
    {
      id: 'refunded',
      header: 'Refunded',
      isNumeric: true,
      cell: (row) =>
        row.amount_refunded_minor === 0 ? (
          <span className="text-ink-faint">–</span>
        ) : (
          <Money currency={row.currency} minor={row.amount_refunded_minor} />
        ),
    },
    {
      id: 'id',
      header: 'ID',
      isWideOnly: true,
      cell: (row) => (
        <>
          <code className="font-mono text-xs text-ink-soft">{row.id}</code>
          <AccountName name={row.account} />
        </>
      ),
    },
  ]
  return tellsRefunds ? columns : columns.filter(({ id }) => id !== 'refunded')
}

/** The key may lack the permission to read charges: then there is no telling how many there are. */
export function Charges({ detail, zone, isAbsent, texts }: ObjectsProps & { isAbsent: boolean; texts: SourceTexts }) {
  const { many, tellsRefunds } = texts.charge
  const columns = useMemo(() => chargeColumns(zone, tellsRefunds), [zone, tellsRefunds])
  return (
    <Section title={capital(many)} {...(isAbsent ? {} : { count: detail.charges.length })}>
      {detail.charges.length === 0 ? (
        <Nothing>{isAbsent ? `Not known: the key can’t read ${many}.` : `No ${many}.`}</Nothing>
      ) : (
        <DataTable
          columns={columns}
          label={capital(many)}
          rowKey={keyOf}
          rows={detail.charges}
          shownAtFirst={SHOWN_AT_FIRST}
        />
      )}
    </Section>
  )
}

import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { allExpiringCards, expiringCardsQuery } from '~/api/queries'
import type { ExpiringCard, ExpiringCardPage } from '~/api/types'
import { DefinitionButton } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadAll } from '~/components/DownloadAll'
import { Badge, CardSkeleton, ErrorState } from '~/components/Feedback'
import { Money, MoneyList } from '~/components/Figures'
import { ShowMore } from '~/components/ShowMore'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { formatMonth } from '~/format/date'
import { countOf } from '~/format/number'
import { worthText } from '~/format/worth'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'

import { cardName, cardsFile } from './cards'

const TITLE = 'Cards that expire soon'
const WITHIN_DAYS = 60
const FORMULA = `MRR of subscriptions whose default card has expired or will expire within ${WITHIN_DAYS} days.`

function columnsOf({ connection, currency }: View): Column<ExpiringCard>[] {
  return [
    {
      id: 'customer',
      header: 'Customer',
      cell: (row) => (
        <>
          <CustomerLink
            className="max-w-[9rem] sm:max-w-[16rem]"
            connectionId={connection.id}
            customer={{ id: row.customer_id, name: row.name, email: row.email }}
          />
          <span className="text-xs text-ink-soft md:hidden">{cardName(row)}</span>
        </>
      ),
    },
    { id: 'card', header: 'Card', isWideOnly: true, cell: (row) => <span className="num whitespace-nowrap">{cardName(row)}</span> },
    {
      id: 'expires',
      header: 'Good through',
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="num whitespace-nowrap">{formatMonth(row.expires_on)}</span>
          {row.is_expired && <Badge tone="danger">Expired</Badge>}
        </span>
      ),
    },
    {
      id: 'mrr',
      header: 'MRR',
      isNumeric: true,
      cell: ({ mrr, mrr_converted_minor: converted }) =>
        converted === null || currency === 'native' ? <MoneyList amounts={mrr} /> : <Money currency={currency} minor={converted} />,
    },
  ]
}

/** Whose payment may fail next because of the card, and how much MRR that is. Always as of today. */
export function ExpiringCards({ view }: { view: View }) {
  const { connection } = view
  const openCustomer = useOpenCustomer(connection.id)
  const query = { ...view.scope, within: WITHIN_DAYS }
  const list = useInfiniteQuery(expiringCardsQuery(connection.id, query))
  const columns = useMemo(() => columnsOf(view), [view])
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data])
  const [page] = list.data?.pages ?? []
  // While the first customers are still being imported, an empty list says nothing.
  const isUnknown = page === undefined || (page.total === 0 && !isKnown(connection))
  return (
    <section aria-label={TITLE} className="card min-w-0 pb-2">
      <CardHead
        definition={<DefinitionButton formula={FORMULA} label={TITLE} page="expiring-cards" />}
        lead={
          isUnknown || page.total === 0
            ? `Now and in the next ${WITHIN_DAYS} days`
            : `In the next ${WITHIN_DAYS} days: ${countOf(page.total, 'card')} with ${worthText(page, view.currency)} MRR`
        }
        title={TITLE}
      >
        <DownloadAll
          exported={{ list: 'expiring_cards', connection_id: connection.id }}
          load={(onProgress) => allExpiringCards(connection.id, query, onProgress)}
          name={fileName(connection.name, TITLE)}
          table={(all) => cardsFile(all, view.currency)}
          total={page?.total}
        />
      </CardHead>
      {list.error && !page && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {isUnknown && !list.error && <CardSkeleton rows={5} />}
      {!isUnknown && rows.length > 0 && (
        <DataTable
          columns={columns}
          isStale={list.isPlaceholderData}
          label={TITLE}
          rowKey={({ customer_id, brand, last4, expires_on }) => [customer_id, brand, last4, expires_on].join(' ')}
          rows={rows}
          onRowClick={(row) => openCustomer(row.customer_id)}
        />
      )}
      <ShowMore className="py-2" list={list} />
      {!isUnknown && <Unknown page={page} view={view} />}
    </section>
  )
}

/** What the list can't say: nothing expires, or nothing is known of the cards. */
function Unknown({ page, view }: { page: ExpiringCardPage; view: View }) {
  const lacksCharges = view.connection.absent.some(({ kind }) => kind === 'charge')
  const { total, unknown_customers: customers, unknown_mrr } = page
  const nothing = `No ${customers > 0 ? 'known ' : ''}card expires in the next ${WITHIN_DAYS} days.`
  const unknown = `Unknown payment method: ${countOf(customers, 'customer')} (${worthText({ mrr: unknown_mrr, mrr_converted_minor: null }, 'native')} MRR).`
  const why = 'Some cards are known only from payments, which the key can’t read.'
  const texts = [total === 0 && nothing, customers > 0 && unknown, customers > 0 && lacksCharges && why].filter(Boolean)
  if (texts.length === 0) return null
  return <p className="px-4 pt-1 pb-3 text-[0.8125rem] text-ink-soft sm:px-5">{texts.join(' ')}</p>
}

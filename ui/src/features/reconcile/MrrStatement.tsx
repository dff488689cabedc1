import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import { sourcesQuery } from '~/api/queries'
import type { Currency, MrrStatementReport } from '~/api/types'
import { DefinitionButton } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { formatMoney } from '~/format/money'
import { countOf, formatCount } from '~/format/number'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import { MrrDrawer } from './MrrDrawer'
import type { MrrLine } from './mrrLines'
import { MRR, PROVIDER_MRR, UNEXPLAINED, linesOf, mrrFile } from './mrrLines'

const route = getRouteApi('/app/c/$connectionId/reconcile')

/** Where the statement begins and ends stands out, and so does what it can't explain. */
function inkOf({ id, minor }: MrrLine): string {
  if (id === MRR || id === PROVIDER_MRR) return 'font-semibold'
  if (id !== UNEXPLAINED) return ''
  return minor === 0 ? 'text-up' : 'font-semibold text-down'
}

function columnsOf(currency: Currency, open: (line: string) => void): Column<MrrLine>[] {
  return [
    {
      id: 'line',
      header: 'Line',
      cell: (line) => (
        <span className={`block min-w-36 whitespace-normal ${inkOf(line)}`}>
          {line.name}
          <span className="block max-w-xl text-xs font-normal text-ink-soft">{line.hint}</span>
        </span>
      ),
    },
    {
      id: 'customers',
      header: 'Customers',
      isNumeric: true,
      isWideOnly: true,
      cell: ({ customers }) => <span className="num text-ink-soft">{formatCount(customers)}</span>,
    },
    {
      id: 'amount',
      header: 'Amount',
      isNumeric: true,
      cell: (line) => <Amount currency={currency} line={line} open={open} />,
    },
  ]
}

function Amount({ currency, line, open }: { currency: Currency; line: MrrLine; open: (line: string) => void }) {
  const sign = line.id !== MRR && line.id !== PROVIDER_MRR
  const text = formatMoney(line.minor, currency, { sign })
  if (line.customers === 0) return <Money className={inkOf(line)} currency={currency} minor={line.minor} />
  return (
    <button
      aria-label={`${line.name}: ${text}, ${countOf(line.customers, 'customer')}`}
      className={`num opens ${inkOf(line)}`}
      type="button"
      onClick={() => open(line.id)}
    >
      {text}
    </button>
  )
}

interface StatementProps {
  view: View
  /** It is shown in this one. */
  currency: Currency | undefined
  statement: UseQueryResult<MrrStatementReport>
}

/** From our MRR to the provider's own number. Each amount opens the customers behind it. */
export function MrrStatement({ view, currency, statement }: StatementProps) {
  const { mrr_line } = route.useSearch()
  const navigate = route.useNavigate()
  const { name, source } = view.connection
  const sources = useQuery(sourcesQuery)
  const provider = sources.data?.find(({ id }) => id === source)?.name ?? 'the provider'
  const { data, error } = statement
  const lines = useMemo(() => {
    const bridge = data?.currencies.find((one) => one.currency === currency)
    return bridge ? linesOf(bridge, provider) : []
  }, [data, currency, provider])
  const columns = useMemo(() => {
    const open = (line: string) =>
      void navigate({ search: (before) => compact({ ...before, mrr_line: line }), resetScroll: false })
    return currency ? columnsOf(currency, open) : []
  }, [currency, navigate])
  const close = () => void navigate({ search: (before) => compact({ ...before, mrr_line: undefined }), resetScroll: false })
  // A provider that doesn't say how it counts leaves nothing to compare with.
  if (data?.method_published_in === null) return null
  const title = `From MRR to ${provider}’s number`
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead
        definition={
          <DefinitionButton
            formula="MRR plus every reason below it is the number that the provider’s own published method gives."
            label="the statement of MRR"
            page="mrr-statement"
          />
        }
        lead="As of now. Click an amount to see the customers behind it."
        title={title}
      >
        <DownloadTable
          isDisabled={lines.length === 0}
          name={fileName(name, 'mrr statement')}
          table={() => mrrFile(data?.currencies ?? [], provider)}
        />
      </CardHead>
      {error && !data && <ErrorState error={error} onRetry={() => void statement.refetch()} />}
      {!data && !error && <CardSkeleton rows={6} />}
      {data && lines.length === 0 && (
        <EmptyState title="No MRR to compare">{`There is no MRR in this currency, here or in ${provider}.`}</EmptyState>
      )}
      {lines.length > 0 && <DataTable columns={columns} isStale={statement.isPlaceholderData} label={title} rowKey={({ id }) => id} rows={lines} />}
      <MrrDrawer
        cell={mrr_line && currency ? { line: mrr_line, currency } : undefined}
        provider={provider}
        view={view}
        onClose={close}
      />
    </section>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { providerMrrQuery } from '~/api/queries'
import type { ComparedDay, Connection, Currency } from '~/api/types'
import { DefinitionButton } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { Banner, EmptyState, ErrorState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { formatDay, formatInstant } from '~/format/date'
import { sourceOf } from '~/sources'

import { isStrange, providerMrrFile, reasonText, stateText, verdict } from './comparedMrr'

const SHOWN_AT_FIRST = 14

function columnsOf(currency: Currency, provider: string): Column<ComparedDay>[] {
  const amount = (
    id: string,
    header: string,
    of: (day: ComparedDay) => number,
    rest: Partial<Column<ComparedDay>> = {},
  ): Column<ComparedDay> => ({
    id,
    header,
    isNumeric: true,
    sortBy: of,
    cell: (day) => <Money currency={currency} minor={of(day)} />,
    ...rest,
  })
  return [
    {
      id: 'on',
      header: 'Day (UTC)',
      sortBy: ({ on }) => on,
      cell: ({ on }) => <span className="num whitespace-nowrap">{formatDay(on)}</span>,
    },
    amount('mrr', 'MRR', (day) => day.mrr_minor),
    amount('provider', provider, (day) => day.provider_mrr_minor),
    amount('difference', 'Difference', (day) => day.difference_minor, {
      sortBy: (day) => Math.abs(day.difference_minor),
      cell: (day) => <Money sign className="font-semibold" currency={currency} minor={day.difference_minor} />,
    }),
    amount('others', 'In other currencies', (day) => day.other_currencies_minor, { isWideOnly: true }),
    {
      id: 'reason',
      header: 'Reason',
      sortBy: (day) => reasonText(day, provider),
      cell: (day) => (
        <span className={`whitespace-nowrap ${isStrange(day) ? 'font-semibold text-down' : 'text-ink-soft'}`}>
          {reasonText(day, provider)}
        </span>
      ),
    },
  ]
}

/** MRR beside what the provider itself says it was, where its API has that. */
export function ProviderMrr({ connection }: { connection: Connection }) {
  const query = useQuery(providerMrrQuery(connection.id))
  const { data, error } = query
  const texts = sourceOf(connection)
  const provider = texts.name
  const rows = useMemo(() => data?.days.toReversed() ?? [], [data])
  const columns = useMemo(() => (data?.currency ? columnsOf(data.currency, provider) : []), [data, provider])
  // Most providers have no such figures, so nothing is promised before the answer.
  if (!data && !error) return null
  if (data?.state === 'not_offered') return null
  const title = `MRR beside ${provider}’s own`
  const said = data && stateText(data, provider)
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead
        definition={
          <DefinitionButton
            formula="MRR at the end of each day in UTC, converted at that day’s reference rates, and the figure that the provider’s API returns for the same day."
            label="this comparison"
            page="provider-mrr"
          />
        }
        lead={texts.providerMrr ?? `What ${provider}’s API says MRR was, and how ours differs from it.`}
        title={title}
      >
        <DownloadTable
          isDisabled={rows.length === 0}
          name={fileName(connection.name, 'provider mrr')}
          table={() => providerMrrFile({ days: data?.days ?? [], currency: data?.currency ?? null })}
        />
      </CardHead>
      {error && !data && <ErrorState error={error} onRetry={() => void query.refetch()} />}
      {said && (
        <div className="px-4 pb-3 sm:px-5">
          <Banner tone={data?.state === 'permission_missing' ? 'warn' : 'info'}>{said}</Banner>
        </div>
      )}
      {data?.state === 'read' && rows.length === 0 && (
        <EmptyState title="No day to compare">{`${provider} has no figures for the last days yet.`}</EmptyState>
      )}
      {data && rows.length > 0 && (
        <>
          <p className="px-4 pb-2 text-sm text-ink-soft sm:px-5">
            {verdict(data, provider)}
            {data.read_at !== null && ` Read on ${formatInstant(data.read_at, connection.time_zone)}.`}
          </p>
          <DataTable
            columns={columns}
            initialSort={[{ id: 'on', desc: true }]}
            isStale={query.isPlaceholderData}
            label={title}
            rowKey={({ on }) => on}
            rows={rows}
            shownAtFirst={SHOWN_AT_FIRST}
          />
        </>
      )}
    </section>
  )
}

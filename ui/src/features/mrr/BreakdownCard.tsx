import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import type { Currency, Facets } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { COMPARED_AT_MOST, colorsOf, comparedOf, switched } from '~/charts/compared'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import { SeriesChart } from '~/charts/SeriesChart'
import { CardHead } from '~/components/CardHead'
import { DataTable } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { Segmented } from '~/components/Segmented'
import { longerRange } from '~/features/controls/advice'
import { NothingHere } from '~/features/controls/NothingHere'
import { formatDay } from '~/format/date'
import { moneyOf } from '~/format/money'
import { groupLabel } from '~/view/groupLabels'
import { levelPhrase, rangeName } from '~/view/period'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import type { GroupRow } from './breakdownColumns'
import { breakdownColumns } from './breakdownColumns'
import { linesOf } from './lines'
import type { OpenMarkFn } from './points'
import type { Standing } from './standing'
import { known, useMrrSeries, useStandings } from './useMrrData'

const route = getRouteApi('/app/c/$connectionId/mrr')
const BY = [
  { id: 'plan', label: 'Plan' },
  { id: 'product', label: 'Product' },
  { id: 'interval', label: 'Billing' },
  { id: 'country', label: 'Country' },
] as const
export type By = (typeof BY)[number]['id']

/** The long tail opens on demand. */
const SHOWN_AT_FIRST = 12

function rowsOf(standings: readonly Standing[], currency: Currency, by: By, facets: Facets | undefined): GroupRow[] {
  const rows = standings.flatMap((standing) => {
    const isEmpty = standing.mrr_minor === 0 && !standing.before_minor
    if (standing.currency !== currency || isEmpty) return []
    return [{ ...standing, key: standing.group?.key ?? '', label: groupLabel(by, standing.group, facets) }]
  })
  return rows.toSorted((a, b) => b.mrr_minor - a.mrr_minor)
}

function rowsFile(by: By, rows: readonly GroupRow[]): ExportTable {
  const amount = (minor: number | null, currency: Currency) => (minor === null ? null : moneyOf(minor, currency))
  return {
    columns: [by, `${by}_id`, 'currency', 'mrr', 'mrr_before', 'change', 'customers'],
    rows: rows.map(({ label, key, currency, mrr_minor, before_minor, change_minor, customers }) => [
      label,
      key,
      currency,
      ...[mrr_minor, before_minor, change_minor].map((minor) => amount(minor, currency)),
      customers,
    ]),
  }
}

/** Which plans MRR is made of, and how some of them developed beside each other. */
export function BreakdownCard({ view, currency, open }: { view: View; currency: Currency; open: OpenMarkFn }) {
  const { compare, by = 'plan' } = route.useSearch()
  const navigate = route.useNavigate()
  const now = useStandings(view, by)
  const report = useMrrSeries(view, by)
  const rows = useMemo(() => rowsOf(now.standings, currency, by, view.facets), [now.standings, currency, by, view.facets])
  const compared = useMemo(() => comparedOf(rows, compare), [compare, rows])
  const colors = useMemo(() => colorsOf(rows, compared), [compared, rows])
  const setSearch = useCallback(
    (patch: { compare?: string[] | undefined; by?: By | undefined }) =>
      void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false }),
    [navigate],
  )
  const toggle = useCallback(
    (key: string) => {
      setSearch({ compare: switched(compared, key) })
    },
    [compared, setSearch],
  )
  const columns = useMemo(
    () => breakdownColumns({ by, currency, rows, colors, toggle, open, view }),
    [by, currency, rows, colors, toggle, open, view],
  )
  const { buckets, series } = useMemo(
    () => linesOf(known(report.data), currency, rows, colors),
    [report.data, currency, rows, colors],
  )
  const what = (BY.find((one) => one.id === by)?.label ?? 'Plan').toLowerCase()
  const isLoading = !now.error && !report.error && (!now.report || !known(report.data))
  const { period } = view
  return (
    <SeriesChart
      buckets={buckets}
      chart="lines"
      controls={
        !IS_SHARED && (
          <Segmented
            label="Break down by"
            options={BY}
            value={by}
            onChange={(next) => setSearch({ by: next === 'plan' ? undefined : next, compare: undefined })}
          />
        )
      }
      currency={currency}
      error={report.data ? null : (report.error ?? null)}
      height={260}
      hint="Click to see what changed"
      isLoading={isLoading}
      isStale={report.isPlaceholderData}
      label={`Lines of the MRR of ${series.map(({ name }) => name).join(', ')}. The table view has every figure.`}
      metric="mrr"
      series={series}
      title={`MRR by ${what}, ${rangeName(period)}`}
      unit="money"
      view={view}
      {...(!isLoading && series.length === 0
        ? {
            empty:
              rows.length === 0 ? (
                <NothingHere title="No MRR in this range" view={view}>{longerRange(view)}</NothingHere>
              ) : (
                <EmptyState title="Nothing plotted">Switch on a row of the table below to plot it.</EmptyState>
              ),
          }
        : {})}
      onMark={({ seriesId, index }) => {
        const point = buckets[index]
        if (point) open(point, seriesId === '' ? {} : { of: seriesId })
      }}
      onRetry={() => void report.refetch()}
    >
      <section aria-label={`MRR by ${what} ${period.is_running ? 'now' : 'at the end'}`} className="border-t border-line">
        <CardHead
          lead={`${period.compared_with ? `Change since ${levelPhrase(period.compared_with.level_on)}. ` : ''}Plot up to ${COMPARED_AT_MOST} rows.`}
          level={3}
          title={`By ${what} ${period.is_running ? 'now' : `on ${formatDay(period.end)}`}`}
        >
          <DownloadTable
            isDisabled={rows.length === 0}
            name={fileName(view.connection.name, `mrr by ${by}`)}
            table={() => rowsFile(by, rows)}
          />
        </CardHead>
        <div className="pb-2">
          {now.error && <ErrorState error={now.error} onRetry={now.refetch} />}
          {!now.report && !now.error && <CardSkeleton rows={6} />}
          {now.report && rows.length === 0 && (
            <NothingHere title="No MRR" view={view}>Choose another currency or range.</NothingHere>
          )}
          {rows.length > 0 && (
            <DataTable
              columns={columns}
              initialSort={[{ id: 'mrr', desc: true }]}
              isStale={now.isStale}
              label={`MRR by ${what}`}
              rowKey={(row) => row.key}
              rows={rows}
              shownAtFirst={SHOWN_AT_FIRST}
            />
          )}
        </div>
      </section>
    </SeriesChart>
  )
}

import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import { mrrQuery } from '~/api/queries'
import type { Currency, Facets, MrrReport, MrrSeries } from '~/api/types'
import { ChartCard } from '~/charts/ChartCard'
import { fileName, saveCsv } from '~/charts/export'
import { lineOption } from '~/charts/options'
import { Button } from '~/components/Button'
import { DataTable } from '~/components/DataTable'
import { EmptyState, ErrorState, Skeleton, SkeletonRows } from '~/components/Feedback'
import { Segmented } from '~/components/Segmented'
import { majorText } from '~/format/money'
import { billingInterval, countryName } from '~/format/names'
import { planLabels } from '~/view/facetLabels'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import type { GroupRow } from './breakdownColumns'
import { breakdownColumns } from './breakdownColumns'
import type { ComparedLine } from './compared'
import { COMPARED_AT_MOST, colorsOf, comparedOf, comparedPoints, linesOf } from './compared'
import type { OpenMarkFn } from './pointColumns'
import { comparedColumns, comparedFile, partialNote } from './pointColumns'
import { partialBefore, rangeName, subtitleOf } from './TrendCards'
import { isKnown, standingOf } from './standing'
import { useMonths } from './useMrrData'

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

/** In the address: every row is switched off. */
const NONE = 'none'

function labelOf(by: By, series: MrrSeries, facets: Facets | undefined): string {
  const { key = '', label = '' } = series.group ?? {}
  if (by === 'country' && key) return countryName(key)
  if (by === 'interval' && key) return billingInterval(key)
  const plan = by === 'plan' && facets ? planLabels(facets).get(key) : undefined
  return plan ?? (label || key || 'Unknown')
}

function rowsOf(report: MrrReport | undefined, currency: Currency, by: By, facets: Facets | undefined): GroupRow[] {
  const rows = (report?.series ?? []).flatMap((series) => {
    const standing = series.currency === currency ? standingOf(series) : undefined
    if (!standing || (standing.now.mrr_minor === 0 && standing.before_minor === 0)) return []
    return [{ key: series.group?.key ?? '', label: labelOf(by, series, facets), ...standing }]
  })
  return rows.toSorted((a, b) => b.now.mrr_minor - a.now.mrr_minor)
}

function saveRows(view: View, by: By, rows: readonly GroupRow[]) {
  const table = {
    columns: [by, `${by}_id`, 'currency', 'mrr', 'mrr_last_month', 'change', 'customers'],
    rows: rows.map(({ label, key, currency, now, before_minor, change_minor }) => [
      label,
      key,
      currency,
      majorText(now.mrr_minor, currency),
      majorText(before_minor, currency),
      majorText(change_minor, currency),
      now.customers,
    ]),
  }
  saveCsv(table, fileName(view.connection.name, `mrr by ${by}`))
}

/** Which plans MRR is made of, and how some of them developed beside each other. */
export function BreakdownCard({ view, currency, open }: { view: View; currency: Currency; open: OpenMarkFn }) {
  const { compare, by = 'plan' } = route.useSearch()
  const navigate = route.useNavigate()
  const months = useMonths(view, by)
  const { from, to, interval } = view.period
  const report = useQuery(mrrQuery(view.connection.id, { from, to, interval, ...view.scope, by }))
  const known = isKnown(months.data) ? months.data : undefined
  const rows = useMemo(() => rowsOf(known, currency, by, view.facets), [known, currency, by, view.facets])
  const compared = useMemo(() => comparedOf(rows, compare), [compare, rows])
  const colors = useMemo(() => colorsOf(rows, compared), [compared, rows])
  const setSearch = useCallback(
    (patch: { compare?: string[] | undefined; by?: By | undefined }) =>
      void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false }),
    [navigate],
  )
  const toggle = useCallback(
    (key: string) => {
      const next = compared.includes(key) ? compared.filter((one) => one !== key) : [...compared, key].slice(-COMPARED_AT_MOST)
      setSearch({ compare: next.length === 0 ? [NONE] : next.toSorted() })
    },
    [compared, setSearch],
  )
  const columns = useMemo(
    () => breakdownColumns({ by, currency, rows, colors, toggle, open, view }),
    [by, currency, rows, colors, toggle, open, view],
  )
  const lines = useMemo(() => linesOf(report.data, currency, rows, colors), [report.data, currency, rows, colors])
  const option = useCallback(() => {
    const points = lines[0]?.points ?? []
    return lineOption({
      currency,
      interval,
      notes: points.map((point) => partialNote(point, view.today)),
      starts: points.map((point) => point.start_on),
      lines: lines.map(({ points, ...line }) => ({ ...line, values: points.map((point) => point.mrr_minor) })),
      hint: 'Click a point to see what changed',
      reachesBackOn: partialBefore(view),
    })
  }, [currency, interval, lines, view])
  const points = useMemo(() => comparedPoints(lines), [lines])
  const lineColumns = useMemo(
    () => comparedColumns(currency, interval, view.today, lines, open),
    [currency, interval, view.today, lines, open],
  )
  const what = (BY.find((one) => one.id === by)?.label ?? 'Plan').toLowerCase()
  const isLoading = !months.error && !report.error && (!known || !isKnown(report.data))
  return (
    <ChartCard
      controls={
        <Segmented
          label="Break down by"
          options={BY}
          value={by}
          onChange={(next) => setSearch({ by: next === 'plan' ? undefined : next, compare: undefined })}
        />
      }
      error={report.data ? null : (report.error ?? null)}
      file={{
        name: fileName(view.connection.name, `mrr by ${by}`, currency, 'over time'),
        table: () => comparedFile(currency, view.today, lines, points),
      }}
      height={260}
      isLoading={isLoading}
      isStale={report.isPlaceholderData}
      label={`Lines of the MRR of ${lines.map((line) => line.name).join(', ')}. The table view has every figure.`}
      legend={<CompareLegend isLoading={isLoading} lines={lines} />}
      metric="mrr"
      option={option}
      subtitle={subtitleOf(view)}
      table={{ columns: lineColumns, rows: points, rowKey: (point) => point.start_on }}
      title={`MRR by ${what}, ${rangeName(view)}`}
      {...(!isLoading && lines.length === 0
        ? { empty: <EmptyState title="Nothing plotted">Switch on a row of the table below to plot it.</EmptyState> }
        : {})}
      onMark={({ seriesId, index }) => {
        const point = points[index]
        if (point) open(point, seriesId === '' ? {} : { of: seriesId })
      }}
      onRetry={() => void report.refetch()}
    >
      <section aria-label={`MRR by ${what} now`} className="border-t border-line">
        <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-3 sm:px-5">
          <div className="min-w-0 flex-1 basis-52">
            <h3 className="font-semibold">By {what} now</h3>
            <p className="text-[0.8125rem] text-ink-soft">
              Change since the end of last month. Plot up to {COMPARED_AT_MOST} rows.
            </p>
          </div>
          <Button isDisabled={rows.length === 0} kind="quiet" size="small" onPress={() => saveRows(view, by, rows)}>
            Download CSV
          </Button>
        </header>
        <div className="pt-2 pb-2">
          {months.error && !months.data && <ErrorState error={months.error} onRetry={() => void months.refetch()} />}
          {!known && !months.error && (
            <div className="px-5">
              <SkeletonRows rows={6} />
            </div>
          )}
          {known && rows.length === 0 && (
            <EmptyState title="No MRR for this selection">Clear a filter or switch the currency.</EmptyState>
          )}
          {rows.length > 0 && (
            <DataTable
              columns={columns}
              initialSort={[{ id: 'mrr', desc: true }]}
              isStale={months.isPlaceholderData}
              label={`MRR by ${what}`}
              rowKey={(row) => row.key}
              rows={rows}
              shownAtFirst={SHOWN_AT_FIRST}
            />
          )}
        </div>
      </section>
    </ChartCard>
  )
}

function CompareLegend({ lines, isLoading }: { lines: readonly ComparedLine[]; isLoading: boolean }) {
  if (isLoading) return <Skeleton className="h-5 w-3/5" />
  return (
    <ul aria-label="Plotted" className="flex min-h-5 flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
      {lines.map(({ id, name, colorToken }) => (
        <li key={id} className="flex max-w-full items-center gap-1.5">
          <span aria-hidden="true" className="h-0.5 w-4 shrink-0 rounded" style={{ background: `var(${colorToken})` }} />
          <bdi className="max-w-80 truncate">{name}</bdi>
        </li>
      ))}
    </ul>
  )
}

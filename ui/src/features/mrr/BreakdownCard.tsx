import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import { mrrQuery } from '~/api/queries'
import type { Currency, Facets, MrrReport, MrrSeries } from '~/api/types'
import { Canvas } from '~/charts/Canvas'
import { Definition } from '~/charts/Definition'
import { fileName, saveCsv } from '~/charts/export'
import { lineOption } from '~/charts/options'
import { seriesToken, seriesVar } from '~/charts/palette'
import { Button } from '~/components/Button'
import { DataTable } from '~/components/DataTable'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Segmented } from '~/components/Segmented'
import { majorText } from '~/format/money'
import { billingInterval, countryName } from '~/format/names'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import type { GroupRow } from './breakdownColumns'
import { breakdownColumns } from './breakdownColumns'
import { partialBefore, subtitleOf } from './TrendCards'
import { standingOf } from './standing'
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

/** More lines than this cannot be told apart. */
const COMPARED_AT_MOST = 8

/** Plans of several currencies often share a name: then the currency tells them apart. */
function labelOf(by: By, series: MrrSeries, facets: Facets | undefined): string {
  const { key = '', label = '' } = series.group ?? {}
  if (by === 'country' && key) return countryName(key)
  if (by === 'interval' && key) return billingInterval(key)
  const plan = by === 'plan' && (facets?.currencies.length ?? 0) > 1 ? facets?.plans.find(({ id }) => id === key) : undefined
  return plan ? `${plan.label} · ${plan.currency.toUpperCase()}` : label || key || 'Not known'
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

/** Which plans the MRR is made of, and how some of them went beside each other. */
export function BreakdownCard({ view, currency }: { view: View; currency: Currency }) {
  const { compare, by = 'plan' } = route.useSearch()
  const navigate = route.useNavigate()
  const months = useMonths(view, by)
  const rows = useMemo(() => rowsOf(months.data, currency, by, view.facets), [months.data, currency, by, view.facets])
  const compared = useMemo(() => (compare ?? []).filter((key) => rows.some((row) => row.key === key)), [compare, rows])
  const setSearch = useCallback(
    (patch: { compare?: string[] | undefined; by?: By | undefined }) =>
      void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false }),
    [navigate],
  )
  const toggle = useCallback(
    (key: string) => {
      const next = compared.includes(key) ? compared.filter((one) => one !== key) : [...compared, key].slice(-COMPARED_AT_MOST)
      setSearch({ compare: next.length === 0 ? undefined : next.toSorted() })
    },
    [compared, setSearch],
  )
  const columns = useMemo(
    () => breakdownColumns({ by, currency, rows, compared, toggle, view }),
    [by, currency, rows, compared, toggle, view],
  )
  const title = BY.find((one) => one.id === by)?.label ?? 'Plan'
  return (
    <section aria-label="MRR by plan" className="card min-w-0">
      <header className="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 pt-4 sm:px-5">
        <div className="min-w-0 flex-1 basis-52">
          <h2 className="flex items-center gap-1 font-semibold">
            MRR by {title.toLowerCase()} now
            <Definition metric="mrr" />
          </h2>
          <p className="text-[0.8125rem] text-ink-soft">
            Against the end of last month. Switch rows on to compare them as lines.
          </p>
        </div>
        <Segmented
          label="Break down by"
          options={BY}
          value={by}
          onChange={(next) => setSearch({ by: next === 'plan' ? undefined : next, compare: undefined })}
        />
        <Button isDisabled={rows.length === 0} kind="quiet" size="small" onPress={() => saveRows(view, by, rows)}>
          CSV
        </Button>
      </header>
      {compared.length > 0 && <Comparison by={by} compared={compared} currency={currency} rows={rows} view={view} />}
      <div className="pt-3 pb-2">
        {months.error && !months.data && <ErrorState error={months.error} onRetry={() => void months.refetch()} />}
        {!months.data && !months.error && (
          <div className="px-5">
            <SkeletonRows rows={6} />
          </div>
        )}
        {months.data && rows.length === 0 && (
          <EmptyState title="Nothing has MRR here">Remove a filter, or switch the currency.</EmptyState>
        )}
        {rows.length > 0 && (
          <DataTable
            columns={columns}
            initialSort={[{ id: 'mrr', desc: true }]}
            isStale={months.isPlaceholderData}
            label={`MRR by ${title.toLowerCase()}`}
            rowKey={(row) => row.key}
            rows={rows}
            shownAtFirst={SHOWN_AT_FIRST}
          />
        )}
      </div>
    </section>
  )
}

function Comparison({
  view,
  currency,
  by,
  rows,
  compared,
}: {
  view: View
  currency: Currency
  by: By
  rows: readonly GroupRow[]
  compared: readonly string[]
}) {
  const { from, to, interval } = view.period
  const query = useQuery(mrrQuery(view.connection.id, { from, to, interval, ...view.scope, by }))
  const lines = useMemo(
    () =>
      compared.flatMap((key, index) => {
        const series = query.data?.series.find((one) => one.currency === currency && one.group?.key === key)
        return series
          ? [
              {
                id: key,
                name: rows.find((row) => row.key === key)?.label ?? key,
                colorToken: seriesToken(index),
                points: series.points,
              },
            ]
          : []
      }),
    [compared, currency, query.data, rows],
  )
  const option = useCallback(() => {
    const points = lines[0]?.points ?? []
    return lineOption({
      currency,
      interval,
      isRunning: (points.at(-1)?.end_on ?? to) > view.today,
      starts: points.map((point) => point.start_on),
      lines: lines.map(({ points, ...line }) => ({ ...line, values: points.map((point) => point.mrr_minor) })),
      hint: 'The table below has the figures of now',
      reachesBackOn: partialBefore(view),
    })
  }, [currency, interval, lines, to, view])
  return (
    <div className="px-2 pt-4 sm:px-3">
      <p className="px-2 text-[0.8125rem] text-ink-soft">{subtitleOf(view)}</p>
      <ul aria-label="Compared" className="flex flex-wrap gap-x-4 gap-y-1 px-2 pt-2 text-[0.8125rem]">
        {lines.map(({ id, name }, index) => (
          <li key={id} className="flex items-center gap-1.5">
            <span aria-hidden="true" className="h-0.5 w-4 rounded" style={{ background: seriesVar(index) }} />
            {name}
          </li>
        ))}
      </ul>
      {query.data ? (
        <Canvas height={260} label={`Lines of MRR of ${lines.map((line) => line.name).join(', ')}`} option={option} />
      ) : (
        <SkeletonRows rows={8} />
      )}
    </div>
  )
}

import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { Currency, MetricDefinition } from '~/api/types'
import { Definition } from '~/charts/Definition'
import { fileName, saveCsv } from '~/charts/export'
import { Button } from '~/components/Button'
import type { Column } from '~/components/DataTable'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { formatRatio } from '~/format/number'
import { fileValue, formatValue } from '~/format/value'
import type { FilterName } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { reasonUnknown } from './unknown'
import type { Part } from './useParts'
import { isDimension, useParts } from './useParts'

interface RankingProps {
  view: View
  /** A metric whose parts add up. */
  metric: string
  by: string
  title: string
  /** The header of the parts: `Reason`. */
  head: string
  lead?: ReactNode
  /** The color of the bars: the meaning that the figure has elsewhere. */
  colorToken?: string
  /** Whether the parts add up to the figure: customers of several plans are in the part of each. */
  isWhole?: boolean
  /** What is said where there is nothing: good news, mostly. */
  nothing: string
}

interface RankingTable {
  metric: MetricDefinition
  currency: Currency
  head: string
  parts: readonly Part[]
  color: string
  isWhole: boolean
}

function columnsOf({ metric, currency, head, parts, color, isWhole }: RankingTable): Column<Part>[] {
  const total = parts.reduce((sum, { value }) => sum + value, 0)
  const most = Math.max(...parts.map(({ value }) => value), 0)
  const text = (value: number) => formatValue(value, metric.unit, currency)
  const share: Column<Part> = {
    id: 'share',
    header: 'Share',
    isNumeric: true,
    value: ({ value }) => (total === 0 ? null : value / total),
    cell: ({ value }) => <span className="text-ink-soft">{formatRatio(total === 0 ? null : value / total)}</span>,
  }
  return [
    {
      id: 'name',
      header: head,
      width: '55%',
      sortBy: ({ label }) => label.toLowerCase(),
      value: ({ label }) => label,
      cell: ({ label, value }) => (
        <span className="block min-w-28">
          <bdi className="wrap-anywhere">{label}</bdi>
          <span aria-hidden="true" className="mt-1 block h-1.5 rounded-full bg-sunken">
            <span
              className="block h-full rounded-full"
              style={{ width: `${most > 0 ? Math.max(1.5, (value / most) * 100) : 0}%`, background: `var(${color})` }}
            />
          </span>
        </span>
      ),
      ...(isWhole ? { total: () => 'Total' } : {}),
    },
    {
      id: metric.id,
      header: metric.label,
      isNumeric: true,
      sortBy: ({ value }) => value,
      value: ({ value }) => fileValue(value, metric.unit, currency),
      cell: ({ value }) => <span className="font-medium">{text(value)}</span>,
      ...(isWhole ? { total: () => text(total) } : {}),
    },
    ...(isWhole ? [share] : []),
  ]
}

/** What a figure of the range is made of, largest part first. Nothing at all where the server can't break it down that way. */
export function RankingCard({ view, metric: id, by, title, head, lead, colorToken = '--series-1', isWhole = true, nothing }: RankingProps) {
  const data = useParts(view, id, by)
  const { metric, parts, currency, foreign } = data
  const columns = useMemo(
    () => (metric ? columnsOf({ metric, currency, head, parts, color: colorToken, isWhole }) : []),
    [metric, currency, head, parts, colorToken, isWhole],
  )
  if (metric === undefined) return null
  const isEmpty = !data.isLoading && !data.error && parts.length === 0
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-3 sm:px-5">
        <div className="min-w-0 flex-1 basis-52">
          <h2 className="flex items-center gap-1 font-semibold">
            {title}
            <Definition metric={id} />
          </h2>
          {lead && <p className="text-[0.8125rem] text-ink-soft">{lead}</p>}
        </div>
        {isDimension(by) && (
          <Link
            className="link text-[0.8125rem]"
            params={{ connectionId: view.connection.id, metricId: id }}
            search={(before) => ({ ...keptSearch(before), by })}
            to="/c/$connectionId/metrics/$metricId"
          >
            Over time
          </Link>
        )}
        <Button
          isDisabled={parts.length === 0}
          kind="quiet"
          size="small"
          onPress={() => saveCsv(fileOfRows(columns, parts), fileName(view.connection.name, title))}
        >
          Download CSV
        </Button>
      </header>
      <div className="pt-2">
        {data.error && <ErrorState error={data.error} onRetry={data.refetch} />}
        {data.isLoading && (
          <div className="px-5">
            <SkeletonRows rows={5} />
          </div>
        )}
        {isEmpty && <p className="px-4 pb-3 text-sm text-ink-soft sm:px-5">{emptyText(foreign, data.isAbsent, nothing)}</p>}
        {parts.length > 0 && (
          <DataTable
            columns={columns}
            initialSort={[{ id: metric.id, desc: true }]}
            isStale={data.isStale}
            label={title}
            rowKey={({ key }) => key}
            rows={parts}
            shownAtFirst={8}
          />
        )}
      </div>
    </section>
  )
}

function emptyText(foreign: readonly FilterName[], isAbsent: boolean, nothing: string): string {
  if (foreign.length > 0) return `${reasonUnknown(foreign, undefined) ?? ''}. Clear the filter to see it.`
  return isAbsent ? 'Not known: the key can’t read what this is made of.' : nothing
}

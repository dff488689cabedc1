import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { Currency, MetricDefinition } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { Definition } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { formatRange } from '~/format/date'
import { formatRatio } from '~/format/number'
import { fileValue } from '~/format/value'
import { REST } from '~/view/groupLabels'
import type { BreakdownName } from '~/view/pageSearch'
import type { FilterName } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { OpenValueFn } from './openValue'
import { useOpenValue } from './openValue'
import { partBehind } from './openable'
import { reasonUnknown } from './unknown'
import type { Part } from './useParts'
import { isOrdered, useParts } from './useParts'
import { ValueButton } from './ValueButton'

interface RankingProps {
  view: View
  /** A metric whose parts add up. */
  metric: string
  /** Another one, as a column beside it. */
  beside?: string
  by: BreakdownName
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
  /** Opens what is behind a part. */
  onOpen?: (key: string) => void
}

interface Row extends Part {
  /** The part's value of the other metric. */
  beside: number
}

interface RankingTable extends Pick<RankingProps, 'view' | 'by' | 'head' | 'onOpen'> {
  metric: MetricDefinition
  beside: MetricDefinition | undefined
  currency: Currency
  rows: readonly Row[]
  color: string
  isWhole: boolean
  open: OpenValueFn | undefined
}

const isRest = ({ key }: Row) => key === REST

const sumOf = (rows: readonly Row[], of: 'value' | 'beside') => rows.reduce((sum, row) => sum + row[of], 0)

function nameColumn({ head, rows, color, isWhole, onOpen }: RankingTable): Column<Row> {
  const most = Math.max(...rows.map(({ value }) => Math.abs(value)), 0)
  return {
    id: 'name',
    header: head,
    width: '55%',
    sortBy: ({ label }) => label.toLowerCase(),
    value: ({ label }) => label,
    cell: ({ key, label, value }) => (
      <span className="block min-w-28">
        {onOpen && key !== REST && !IS_SHARED ? (
          <button className="link text-left wrap-anywhere" type="button" onClick={() => onOpen(key)}>
            <bdi>{label}</bdi>
          </button>
        ) : (
          <bdi className="wrap-anywhere">{label}</bdi>
        )}
        <span aria-hidden="true" className="mt-1 block h-1.5 rounded-full bg-sunken">
          <span
            className="block h-full rounded-full"
            style={{ width: `${most > 0 ? Math.max(1.5, (Math.abs(value) / most) * 100) : 0}%`, background: `var(${color})` }}
          />
        </span>
      </span>
    ),
    ...(isWhole ? { total: () => 'Total' } : {}),
  }
}

/** What opens a value of a part: the list that the page has for it, or what explains the value. */
function openOf({ by, onOpen, open }: RankingTable, { key }: Row): OpenValueFn | undefined {
  if (onOpen) return IS_SHARED || key === REST ? undefined : () => onOpen(key)
  return partBehind(by, key) && open
}

function valueColumn(metric: MetricDefinition, of: 'value' | 'beside', table: RankingTable): Column<Row> {
  const { view, by, currency, rows, isWhole, open } = table
  const { start, end } = view.period
  const shared = { metric, currency, days: { from: start, to: end } }
  return {
    id: metric.id,
    header: metric.label,
    isNumeric: true,
    sortBy: (row) => row[of],
    value: (row) => fileValue(row[of], metric.unit, currency),
    cell: (row) => (
      <span className={of === 'value' ? 'font-medium' : ''}>
        <ValueButton {...shared} of={row.label} open={openOf(table, row)} part={partBehind(by, row.key)} value={row[of]} />
      </span>
    ),
    ...(isWhole ? { total: () => <ValueButton {...shared} of={formatRange(start, end)} open={open} value={sumOf(rows, of)} /> } : {}),
  }
}

function columnsOf(table: RankingTable): Column<Row>[] {
  const { metric, beside, rows, isWhole } = table
  const total = sumOf(rows, 'value')
  const shareOf = ({ value }: Row) => (total === 0 ? null : value / total)
  const share: Column<Row> = {
    id: 'share',
    header: 'Share',
    isNumeric: true,
    isWideOnly: beside !== undefined,
    value: shareOf,
    cell: (row) => <span className="text-ink-soft">{formatRatio(shareOf(row))}</span>,
  }
  return [
    nameColumn(table),
    valueColumn(metric, 'value', table),
    ...(beside ? [valueColumn(beside, 'beside', table)] : []),
    ...(isWhole ? [share] : []),
  ]
}

/** What a figure of the range is made of, largest part first. Nothing at all where the server can't break it down that way. */
export function RankingCard(props: RankingProps) {
  const { view, metric: id, beside, by, title, head, lead, colorToken = '--series-1', isWhole = true, nothing, onOpen } = props
  const data = useParts(view, id, by)
  const other = useParts(view, beside ?? '', by)
  const { metric, parts, currency, foreign } = data
  const rows = useMemo(() => {
    const values = new Map(other.parts.map(({ key, value }) => [key, value]))
    return parts.map((part): Row => ({ ...part, beside: values.get(part.key) ?? 0 }))
  }, [parts, other.parts])
  const open = useOpenValue()
  const columns = useMemo(
    () =>
      metric ? columnsOf({ view, by, metric, beside: other.metric, currency, head, rows, color: colorToken, isWhole, open, ...(onOpen ? { onOpen } : {}) }) : [],
    [view, by, metric, other.metric, currency, head, rows, colorToken, isWhole, open, onOpen],
  )
  if (metric === undefined) return null
  const isEmpty = !data.isLoading && !data.error && rows.length === 0
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead definition={<Definition metric={id} />} lead={lead} title={title}>
        {!IS_SHARED && (
        <Link
          className="link text-[0.8125rem]"
          params={{ connectionId: view.connection.id, metricId: id }}
          search={(before) => ({ ...keptSearch(before), by })}
          to="/c/$connectionId/metrics/$metricId"
        >
          Over time
        </Link>
        )}
        <DownloadTable
          isDisabled={rows.length === 0}
          name={fileName(view.connection.name, title)}
          table={() => fileOfRows(columns, rows)}
        />
      </CardHead>
      {data.error && <ErrorState error={data.error} onRetry={data.refetch} />}
      {data.isLoading && <CardSkeleton rows={5} />}
      {isEmpty && <p className="px-4 pb-3 text-sm text-ink-soft sm:px-5">{emptyText(foreign, data.isAbsent, nothing)}</p>}
      {rows.length > 0 && (
        <DataTable
          columns={columns}
          // The largest loss is the lowest number.
          {...(isOrdered(by) ? {} : { initialSort: [{ id: metric.id, desc: sumOf(rows, 'value') >= 0 }] as const })}
          isLast={isRest}
          isStale={data.isStale}
          label={title}
          rowKey={({ key }) => key}
          rows={rows}
          shownAtFirst={8}
        />
      )}
    </section>
  )
}

function emptyText(foreign: readonly FilterName[], isAbsent: boolean, nothing: string): string {
  if (foreign.length > 0) return `${reasonUnknown(foreign, undefined) ?? ''}. Clear the filter to see it.`
  return isAbsent ? 'Not known: the key doesn’t have access to this data.' : nothing
}


import { PageLink } from '~/components/PageLink'
import type { Currency, Day, MetricDefinition, ValuePoint } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { bucketName } from '~/charts/buckets'
import { Change } from '~/components/Change'
import type { Column } from '~/components/DataTable'
import { PlotSwitch } from '~/components/PlotSwitch'
import { formatRatio } from '~/format/number'
import { fileValue, formatValue } from '~/format/value'
import type { Change as Changed } from '~/view/figure'
import { changeOf, isAtEnd, valueOf } from '~/view/figure'
import { FILTER_OF, REST, isDimension } from '~/view/groupLabels'
import type { BreakdownName } from '~/view/pageSearch'
import { daysName } from '~/view/period'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { OpenPeriodFn } from './MetricCharts'
import type { Edges } from './useEdges'
import type { Figure } from './useFigures'

/** A period with its change from the one before it. */
export interface PeriodRow extends ValuePoint {
  change: Changed | null
  /** The days that it is compared with, where they are not all of the period before. */
  against?: string
}

/** The figure's own is named above its chart. */
const LACKS_RATES = 'Not complete: without amounts that have no exchange rate'

const NO_EDGES: Edges = { first: null, running: null }

/** A period that is cut short is not compared with a whole one: less of it is not less. The running one is, with as many days. */
export function periodRows(
  { measure }: Pick<MetricDefinition, 'measure'>,
  points: readonly ValuePoint[],
  { first, running }: Edges = NO_EDGES,
): PeriodRow[] {
  // What an exchange rate is missing for in one of two only would look like growth or loss.
  const isSameWhole = (point: ValuePoint, lacks: boolean | undefined) => Boolean(point.lacks_rates) === Boolean(lacks)
  return points.map((point, index) => {
    if (running !== null && index === points.length - 1) {
      const change = isSameWhole(point, running.lacksRates) ? changeOf(measure, point.value, running.value) : null
      return { ...point, change, against: daysName(running.days) }
    }
    const before = points[index - 1]
    const isSame = isSameWhole(point, index === 0 ? first?.lacksRates : before?.lacks_rates)
    const isWhole = isSame && (isAtEnd(measure) || (!point.is_partial && !before?.is_partial))
    return { ...point, change: isWhole ? changeOf(measure, point.value, index === 0 ? first?.value : before?.value) : null }
  })
}

interface PeriodTable {
  metric: MetricDefinition
  currency: Currency
  view: View
  open: OpenPeriodFn
  /** What each value was divided from, by the first day of its period. */
  counts: ReadonlyMap<Day, string> | null
}

export function periodColumns({ metric, currency, view, open, counts }: PeriodTable): Column<PeriodRow>[] {
  const { unit, measure } = metric
  const isSummed = measure === 'flow'
  const change: Column<PeriodRow> = {
    id: 'change',
    header: 'Change',
    isNumeric: true,
    sortBy: (row) => row.change?.amount ?? null,
    value: (row) => fileValue(row.change?.amount, unit, currency),
    cell: (row) => (
      <span title={row.change && row.against ? `Compared with ${row.against}` : undefined}>
        <Change change={row.change} currency={currency} isAmount metric={metric} />
      </span>
    ),
  }
  const made: Column<PeriodRow> = {
    id: 'made_of',
    header: 'Made of',
    isNumeric: true,
    isWideOnly: true,
    cell: ({ start_on }) => <span className="whitespace-nowrap text-ink-soft">{counts?.get(start_on) ?? ''}</span>,
  }
  const ratio: Column<PeriodRow> = {
    id: 'change_ratio',
    header: 'Change %',
    isNumeric: true,
    isWideOnly: true,
    sortBy: (row) => row.change?.ratio ?? null,
    value: (row) => row.change?.ratio ?? null,
    cell: (row) => (row.change?.ratio == null ? <Dash /> : <Change change={row.change} currency={currency} metric={metric} />),
  }
  return [
    {
      id: 'start_on',
      header: 'Period',
      sortBy: (row) => row.start_on,
      value: (row) => row.start_on,
      cell: (row) => <span className="whitespace-nowrap">{bucketName(row, view.period.interval, view.today)}</span>,
      ...(isSummed ? { total: () => 'Total' } : {}),
    },
    {
      id: metric.id,
      header: metric.label,
      isNumeric: true,
      sortBy: (row) => row.value,
      value: (row) => fileValue(row.value, unit, currency),
      cell: (row) => {
        const value = formatValue(row.value, unit, currency)
        const text = row.lacks_rates ? (
          <span title={LACKS_RATES}>
            {value}
            <span aria-hidden="true">*</span>
            <span className="sr-only"> {LACKS_RATES}</span>
          </span>
        ) : (
          value
        )
        return row.value !== null && !IS_SHARED ? (
          <button className="link" type="button" onClick={() => open(row, '')}>
            {text}
          </button>
        ) : (
          text
        )
      },
      ...(isSummed ? { total: (rows) => formatValue(valueOf(measure, rows), unit, currency) } : {}),
    },
    ...(counts ? [made] : []),
    // What ends in one month ahead is neither better nor worse for what ends in the month before.
    ...(metric.looks_ahead ? [] : [change]),
    ...(measure === 'ratio' || metric.looks_ahead ? [] : [ratio]),
  ]
}

function Dash() {
  return <span className="text-ink-faint">–</span>
}

interface GroupTable {
  view: View
  metric: MetricDefinition
  currency: Currency
  by: BreakdownName
  /** The color's place of each plotted row. */
  colors: ReadonlyMap<string, number>
  toggle: (key: string) => void
  /** The metric of everything, below its parts. */
  whole: Figure | undefined
  /** Whether the parts can be added up. */
  isWhole: boolean
  /** Whether they are the whole when they are. */
  hasShares: boolean
}

export function groupColumns({ view, metric, currency, by, colors, toggle, whole, isWhole, hasShares }: GroupTable): Column<Figure>[] {
  const { unit } = metric
  const text = (value: number | null | undefined) => formatValue(value, unit, currency)
  const total = whole?.value
  const share: Column<Figure> = {
    id: 'share',
    header: 'Share',
    isNumeric: true,
    isWideOnly: true,
    cell: ({ value }) => <span className="text-ink-soft">{formatRatio(value && total ? value / total : null)}</span>,
  }
  return [
    {
      id: 'plot',
      header: 'Plot',
      width: '4.5rem',
      cell: ({ key, label }) => <PlotSwitch index={colors.get(key)} label={`Plot ${label}`} onChange={() => toggle(key)} />,
    },
    {
      id: 'name',
      header: 'Name',
      sortBy: ({ label }) => label.toLowerCase(),
      cell: ({ key, label }) => (
        <span className="block max-w-80 min-w-24 wrap-anywhere">
          {key === REST || !isDimension(by) ? (
            <bdi>{label}</bdi>
          ) : (
            <PageLink
              className="link"
              params={{ connectionId: view.connection.id, metricId: metric.id }}
              search={(before) => ({ ...keptSearch(before), [FILTER_OF[by]]: [key] })}
              title="Show only this"
              to="/c/$connectionId/metrics/$metricId"
            >
              <bdi>{label}</bdi>
            </PageLink>
          )}
        </span>
      ),
      // A customer with two plans is in both rows, but in the total once.
      total: () => (unit === 'count' && isWhole ? 'Total, each counted once' : isWhole ? 'Total' : 'All'),
    },
    {
      id: 'value',
      header: metric.label,
      isNumeric: true,
      sortBy: ({ value }) => value ?? null,
      cell: ({ value }) => <span className="font-medium">{text(value)}</span>,
      total: () => text(total),
    },
    {
      id: 'before',
      header: 'Before',
      isNumeric: true,
      isWideOnly: true,
      sortBy: ({ before }) => before ?? null,
      cell: ({ before }) => <span className="text-ink-soft">{text(before)}</span>,
      total: () => text(whole?.before),
    },
    {
      id: 'change',
      header: 'Change',
      isNumeric: true,
      sortBy: ({ change }) => change?.amount ?? null,
      cell: ({ change }) => <Change change={change} currency={currency} isAmount metric={metric} />,
      total: () => <Change change={whole?.change ?? null} currency={currency} isAmount metric={metric} />,
    },
    ...(hasShares ? [share] : []),
  ]
}

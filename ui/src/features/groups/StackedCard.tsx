import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { mrrQuery } from '~/api/queries'
import { REST_SERIES, stackOf } from '~/charts/stack'
import { SeriesChart } from '~/charts/SeriesChart'
import { longerRange } from '~/features/controls/advice'
import { NothingHere } from '~/features/controls/NothingHere'
import { known } from '~/features/mrr/useMrrData'
import { rangeName } from '~/view/period'
import type { View } from '~/view/useView'

import type { Groups } from './useGroups'

interface Props {
  view: View
  by: 'plan' | 'product' | 'country'
  /** What the parts are called: `product`. */
  name: string
  groups: Groups
  controls?: ReactNode
  height?: number
  /** Opens what changed in a period: of one part, or of all without a key. */
  open: (days: { start_on: string; end_on: string }, key: string | undefined) => void
}

/** MRR over the range, part on part; the smallest ones together. */
export function StackedCard({ view, by, name, groups, controls, height, open }: Props) {
  const report = useQuery(mrrQuery(view.connection.id, { ...view.series, by }))
  const { currency = 'usd', rows } = groups
  const { buckets, series } = useMemo(() => {
    const all = known(report.data)?.series.filter((one) => one.currency === currency) ?? []
    const parts = all.map(({ group, points }) => ({ key: group?.key ?? '', points }))
    return stackOf(parts, rows, (point) => point.mrr_minor)
  }, [report.data, currency, rows])
  const isLoading = groups.isLoading || (!report.error && known(report.data) === undefined)
  return (
    <SeriesChart
      buckets={buckets}
      chart="columns"
      controls={controls}
      currency={currency}
      error={report.data ? null : report.error}
      height={height}
      hint="Click to see what changed"
      isLoading={isLoading}
      isStale={report.isPlaceholderData}
      label={`Columns of MRR by ${name}: ${series.map((one) => one.name).join(', ')}. The table has every figure.`}
      metric="mrr"
      series={series}
      title={`MRR by ${name}, ${rangeName(view.period)}`}
      totalName="Total"
      unit="money"
      view={view}
      {...(!isLoading && series.length === 0
        ? { empty: <NothingHere title="No MRR in this range" view={view}>{longerRange(view)}</NothingHere> }
        : {})}
      onMark={({ seriesId, index }) => {
        const bucket = buckets[index]
        if (bucket) open(bucket, seriesId === '' || seriesId === REST_SERIES ? undefined : seriesId)
      }}
      onRetry={() => void report.refetch()}
    />
  )
}

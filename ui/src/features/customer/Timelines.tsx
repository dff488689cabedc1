import { useCallback, useMemo } from 'react'

import type { Currency, CustomerDetail, Day } from '~/api/types'
import { ChartCard } from '~/charts/ChartCard'
import { fileName } from '~/charts/export'
import { stepPlot } from '~/charts/stepPlot'
import type { Column } from '~/components/DataTable'
import { Money } from '~/components/Figures'
import { dateOf, dayOf, formatDay, formatInstant } from '~/format/date'
import { moneyOf } from '~/format/money'
import type { View } from '~/view/useView'

type TimelineStep = CustomerDetail['timeline'][number]

interface TimelinesProps {
  detail: CustomerDetail
  view: View
  explain: (day: Day) => void
}

/** MRR over the customer's whole life: one chart per currency. */
export function Timelines(props: TimelinesProps) {
  const currencies = [...new Set(props.detail.timeline.map((step) => step.currency))]
  return currencies.map((currency) => <Timeline key={currency} {...props} currency={currency} isOnly={currencies.length === 1} />)
}

function Timeline({ detail, view, explain, currency, isOnly }: TimelinesProps & { currency: Currency; isOnly: boolean }) {
  const { data_through, time_zone } = view.connection
  const steps = useMemo(() => detail.timeline.filter((step) => step.currency === currency), [detail.timeline, currency])
  const until = data_through ? dateOf(data_through).getTime() : 0
  const plot = useCallback(
    () =>
      stepPlot(
        currency,
        steps.map((step) => ({ at: dateOf(step.at).getTime(), minor: step.mrr_minor })),
        until,
        (at) => formatDay(dayOf(new Date(at))),
      ),
    [currency, steps, until],
  )
  const columns = useMemo<Column<TimelineStep>[]>(
    () => [
      {
        id: 'on',
        header: 'From',
        sortBy: (step) => dateOf(step.at).getTime(),
        cell: (step) => <span className="num">{formatDay(step.on)}</span>,
      },
      {
        id: 'mrr',
        header: 'MRR',
        isNumeric: true,
        sortBy: (step) => step.mrr_minor,
        cell: (step) => <Money currency={currency} minor={step.mrr_minor} />,
      },
      {
        id: 'why',
        header: 'Reason',
        isNumeric: true,
        cell: (step) => (
          <button aria-label={`Why MRR changed on ${formatDay(step.on)}`} className="link" type="button" onClick={() => explain(step.on)}>
            Why
          </button>
        ),
      },
    ],
    [currency, explain],
  )
  const first = steps[0]
  return (
    <ChartCard
      file={{
        name: fileName(detail.customer.name ?? detail.customer.id, 'mrr', currency),
        table: () => ({
          columns: ['on', 'currency', 'mrr'],
          rows: steps.map((step) => [step.on, currency, moneyOf(step.mrr_minor, currency)]),
        }),
      }}
      height={240}
      label={`Step line of this customer’s MRR in ${currency.toUpperCase()}. The table view has every step.`}
      metric="mrr"
      plot={plot}
      caption={
        first
          ? `Since ${formatDay(first.on)}${data_through ? ` · data through ${formatInstant(data_through, time_zone)}` : ''}`
          : ''
      }
      table={{ columns, rows: steps, rowKey: (step) => String(step.at) }}
      title={isOnly ? 'MRR over time' : `MRR over time, ${currency.toUpperCase()}`}
      onMark={({ index }) => {
        const step = steps[index]
        if (step) explain(step.on)
      }}
    />
  )
}

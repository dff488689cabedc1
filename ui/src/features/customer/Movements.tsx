import { useMemo } from 'react'

import type { CustomerDetail, Day } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Money, MoneyDelta, MovementName } from '~/components/Figures'
import { formatDay } from '~/format/date'

import { Nothing, Section } from './Section'

type Row = CustomerDetail['movements'][number]

/** Each movement; the reason for its date and size is one click away. */
export function Movements({ detail, explain }: { detail: CustomerDetail; explain: (day: Day) => void }) {
  const columns = useMemo<Column<Row>[]>(
    () => [
      { id: 'on', header: 'Day', sortBy: (row) => row.on, cell: (row) => <span className="num">{formatDay(row.on)}</span> },
      { id: 'type', header: 'Movement', cell: (row) => <MovementName type={row.type} /> },
      {
        id: 'delta',
        header: 'Change',
        isNumeric: true,
        sortBy: (row) => row.delta_minor,
        cell: (row) => <MoneyDelta currency={row.currency} minor={row.delta_minor} />,
      },
      {
        id: 'after',
        header: 'MRR after',
        isNumeric: true,
        isWideOnly: true,
        sortBy: (row) => row.mrr_after_minor,
        cell: (row) => <Money currency={row.currency} minor={row.mrr_after_minor} />,
      },
      {
        id: 'why',
        header: 'Reason',
        isNumeric: true,
        cell: (row) => (
          <button
            aria-label={`Why MRR changed on ${formatDay(row.on)}`}
            className="link"
            type="button"
            onClick={() => explain(row.on)}
          >
            Why
          </button>
        ),
      },
    ],
    [explain],
  )
  return (
    <Section count={detail.movements.length} title="Movements">
      {detail.movements.length === 0 ? (
        <Nothing>This customer has never had MRR: no recurring price was ever billed.</Nothing>
      ) : (
        <DataTable
          columns={columns}
          initialSort={[{ id: 'on', desc: true }]}
          label="Movements"
          rowKey={(row) => `${row.on} ${row.currency}`}
          rows={detail.movements}
        />
      )}
    </Section>
  )
}

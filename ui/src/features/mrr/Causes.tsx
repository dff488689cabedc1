import { Cell } from '~/components/Grid'
import { RankingCard } from '~/features/metrics/RankingCard'
import { formatRange } from '~/format/date'
import { partMark } from '~/view/groupLabels'
import type { View } from '~/view/useView'

import type { OpenMarkFn } from './points'

/** Why existing customers pay more or less than before. */
export function Causes({ view, open }: { view: View; open: OpenMarkFn }) {
  const { start, end } = view.period
  const shared = { view, by: 'cause' as const, head: 'Cause', lead: formatRange(start, end) }
  const opens = (type: 'expansion' | 'contraction') => (key: string) =>
    open({ start_on: start, end_on: end }, { type, of: partMark('cause', key) })
  return (
    <>
      <Cell span={6}>
        <RankingCard
          {...shared}
          colorToken="--expansion"
          metric="expansion_mrr"
          nothing="No customer’s MRR expanded in this range."
          title="Why MRR expanded"
          onOpen={opens('expansion')}
        />
      </Cell>
      <Cell span={6}>
        <RankingCard
          {...shared}
          colorToken="--contraction"
          metric="contraction_mrr"
          nothing="No customer’s MRR contracted in this range."
          title="Why MRR contracted"
          onOpen={opens('contraction')}
        />
      </Cell>
    </>
  )
}

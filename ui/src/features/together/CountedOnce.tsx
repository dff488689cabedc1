import type { JoiningSummary } from '~/api/types'
import { MoneyList } from '~/components/Figures'
import { countOf } from '~/format/number'

/** What the accounts add up to, less what was moved. */
export function CountedOnce({ summary }: { summary: JoiningSummary }) {
  const amounts = summary.counted_once
  if (amounts.length === 0) return null
  const subscriptions = amounts.reduce((sum, one) => sum + one.subscriptions, 0)
  return (
    <p>
      <span className="num">
        <MoneyList amounts={amounts} />
      </span>{' '}
      MRR of {countOf(subscriptions, 'moved subscription', 'moved subscriptions')} is still active in the old account, too. It is
      counted once, so the separate accounts add up to that much more than all of them together.
    </p>
  )
}

import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'

import { explainQuery } from '~/api/queries'
import type { CustomerDetail, Day, ExplainedPart, Explanation } from '~/api/types'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money, MoneyList, MovementName } from '~/components/Figures'
import { DetailDrawer } from '~/components/Overlay'
import { formatDay, todayIn } from '~/format/date'
import { reasonName } from '~/format/names'
import { type SourceTexts, sourceOf } from '~/sources'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import { AccountName } from './Accounts'
import { ExplainedLineRow } from './ExplainedLineRow'
import { ExplainedStepCard } from './ExplainedStepCard'

const route = getRouteApi('/app/c/$connectionId/customers/$customerId')

/** From a movement to the subscription and price, and on to the invoice line, with the rule in words and its arithmetic. */
export function ExplainDrawer({ detail, view }: { detail: CustomerDetail; view: View }) {
  const { why } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery({ ...explainQuery(view.connection.id, detail.customer.id, why), enabled: why !== undefined })
  const close = () => void navigate({ search: (before) => compact({ ...before, why: undefined }), resetScroll: false })
  return (
    <DetailDrawer
      isOpen={why !== undefined}
      title={why ? `Why MRR changed on ${formatDay(why)}` : 'Why MRR changed'}
      onClose={close}
    >
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows rows={10} />}
      {why && query.data && (
        <Explained
          bill={sourceOf(view.connection).bill}
          day={why}
          detail={detail}
          explanation={query.data}
          zone={view.connection.time_zone}
        />
      )}
    </DetailDrawer>
  )
}

function Explained({
  explanation,
  bill,
  day,
  detail,
  zone,
}: {
  explanation: Explanation
  bill: SourceTexts['bill']
  day: Day
  detail: CustomerDetail
  zone: string
}) {
  const movements = detail.movements.filter((movement) => movement.on === day)
  const isOfDay = (at: number) => todayIn(zone, new Date(at * 1000)) === day
  const changed = explanation.parts.filter((part) => part.steps.some((step) => isOfDay(step.at)))
  const rest = explanation.parts.filter((part) => !changed.includes(part) && part.value_minor !== 0)
  return (
    <div className="flex flex-col gap-6">
      {movements.length > 0 && (
        <ul className="flex flex-col gap-2">
          {movements.map((movement) => (
            <li
              key={movement.currency}
              className="flex flex-wrap items-baseline justify-between gap-3 rounded-xl bg-sunken px-4 py-3"
            >
              <MovementName type={movement.type} />
              <span className="num text-lg font-semibold">
                <Money currency={movement.currency} minor={movement.delta_minor} sign />
              </span>
              <span className="num basis-full text-sm whitespace-normal! text-ink-soft">
                <Money currency={movement.currency} minor={movement.mrr_after_minor - movement.delta_minor} /> before,{' '}
                <Money currency={movement.currency} minor={movement.mrr_after_minor} /> after. Changes on the same day count as one.
              </span>
            </li>
          ))}
        </ul>
      )}
      {changed.length > 0 && (
        <Parts
          bill={bill}
          parts={changed.map((part) => ({ ...part, steps: part.steps.filter((step) => isOfDay(step.at)) }))}
          title={changed.length === 1 ? 'What changed' : 'What changed, by price'}
          zone={zone}
        />
      )}
      {rest.length > 0 && (
        <Parts
          bill={bill}
          parts={rest.map((part) => ({ ...part, steps: part.steps.slice(-1) }))}
          title={changed.length > 0 ? 'Unchanged' : 'MRR by subscription'}
          zone={zone}
        />
      )}
      {explanation.parts.length === 0 && <EmptyState title="Nothing recurring had been billed by then" />}
      <p className="flex items-baseline justify-between gap-4 border-t border-line pt-3 font-semibold">
        MRR at end of day
        <span className="num">
          <MoneyList amounts={explanation.mrr} empty="No MRR" />
        </span>
      </p>
      {explanation.left_out.length > 0 && (
        <details className="text-sm">
          <summary className="link cursor-pointer">Lines that don’t count toward MRR ({explanation.left_out.length})</summary>
          <ul className="mt-2 divide-y divide-line">
            {explanation.left_out.map((line) => (
              <li key={`${line.invoice} ${line.id}`} className="py-2">
                <p className="font-medium">{reasonName(line.reason)}</p>
                <ExplainedLineRow bill={bill} currency={line.currency} line={line} zone={zone} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

interface PartsProps {
  title: string
  parts: ExplainedPart[]
  bill: SourceTexts['bill']
  zone: string
}

function Parts({ title, parts, bill, zone }: PartsProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h3 className="font-semibold">{title}</h3>
      {parts.map((part) => (
        <div key={`${part.account ?? ''} ${part.subscription} ${part.price} ${part.currency}`} className="rounded-xl border border-line">
          <p className="flex items-baseline justify-between gap-4 px-4 py-3">
            <span className="min-w-0">
              <span className="block font-medium"><bdi>{part.label}</bdi></span>
              <code className="block truncate font-mono text-xs text-ink-soft">
                {part.subscription} · {part.price}
              </code>
              <AccountName name={part.account} />
            </span>
            <Money className="font-semibold" currency={part.currency} minor={part.value_minor} />
          </p>
          {part.steps.map((step) => (
            <ExplainedStepCard key={step.at} bill={bill} currency={part.currency} step={step} zone={zone} />
          ))}
        </div>
      ))}
    </section>
  )
}

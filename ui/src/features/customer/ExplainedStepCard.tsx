import type { Currency, ExplainedStep } from '~/api/types'
import { Badge } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { formatInstant } from '~/format/date'
import { sentence } from '~/format/names'
import type { SourceTexts } from '~/sources'

import { ExplainedLineRow } from './ExplainedLineRow'

interface Props {
  step: ExplainedStep
  bill: SourceTexts['bill']
  currency: Currency
  zone: string
}

/** One change of one price: the rule in words, the arithmetic, and the lines it was read from. */
export function ExplainedStepCard({ step, bill, currency, zone }: Props) {
  return (
    <div className="border-t border-line px-4 py-3 text-sm">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="info">{sentence(step.rule)}</Badge>
        <span className="num text-ink-soft">{formatInstant(step.at, zone)}</span>
        <Money className="ml-auto font-medium" currency={currency} minor={step.delta_minor} sign />
      </p>
      <p className="mt-2">{step.reason}</p>
      {step.arithmetic && <p className="num mt-2 rounded-lg bg-sunken px-3 py-2 whitespace-normal!">{step.arithmetic}</p>}
      {step.lines.length > 0 && (
        <ul className="mt-2 divide-y divide-line border-t border-line">
          {step.lines.map((line) => (
            <li key={`${line.invoice} ${line.id}`} className="py-2">
              <ExplainedLineRow bill={bill} currency={currency} line={line} zone={zone} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

import type { Currency, ExplainedLine } from '~/api/types'
import { Badge } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { formatInstantDay } from '~/format/date'
import { capital, sentence } from '~/format/names'
import type { SourceTexts } from '~/sources'

interface Props {
  line: ExplainedLine
  /** What the source calls an invoice. */
  bill: SourceTexts['bill']
  currency: Currency
  zone: string
}

/** A line as it was billed, with its invoice and the days that it pays for. */
export function ExplainedLineRow({ line, bill, currency, zone }: Props) {
  const taken = line.discount_minor !== 0 || line.inclusive_tax_minor !== 0
  return (
    <div className="flex items-start justify-between gap-4 text-[0.8125rem]">
      <div className="min-w-0">
        <p className="break-words">
          <bdi>{line.description ?? line.id}</bdi> {line.is_proration && <Badge>Proration</Badge>}
        </p>
        <p className="text-ink-soft">
          {line.invoice ? `${capital(bill.one)} ${line.invoice_number ?? line.invoice}` : bill.none}
          {line.invoice_status && `, ${sentence(line.invoice_status).toLowerCase()}`} ·{' '}
          {formatInstantDay(line.period_start, zone)} – {formatInstantDay(line.period_end, zone)}
        </p>
        <code className="block truncate font-mono text-xs text-ink-soft">
          {[line.invoice, line.id].filter(Boolean).join(' · ')}
        </code>
      </div>
      <div className="num text-right">
        <Money currency={currency} minor={line.amount_minor} />
        {taken && (
          <p className="text-xs text-ink-soft">
            {line.discount_minor !== 0 && (
              <>
                discount <Money currency={currency} minor={-line.discount_minor} />
              </>
            )}
            {line.inclusive_tax_minor !== 0 && (
              <>
                {' '}
                tax <Money currency={currency} minor={-line.inclusive_tax_minor} />
              </>
            )}
          </p>
        )}
      </div>
    </div>
  )
}

import { useState } from 'react'

import type { CustomerInvoice, CustomerInvoiceLine, Instant } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Badge } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { ChevronIcon } from '~/components/icons'
import { formatInstantDay } from '~/format/date'
import { sentence } from '~/format/names'

import { AccountName } from './Accounts'
import { Status } from './Objects'

function lineColumns(invoice: CustomerInvoice, zone: string): Column<CustomerInvoiceLine>[] {
  const day = (instant: Instant) => formatInstantDay(instant, zone)
  return [
    {
      id: 'description',
      header: 'Line',
      cell: (line) => (
        <span className="block max-w-96 min-w-44 wrap-anywhere">
          <bdi>{line.description ?? line.label ?? line.id}</bdi> {line.is_proration && <Badge>Proration</Badge>}
        </span>
      ),
    },
    { id: 'price', header: 'Price', isWideOnly: true, cell: (line) => line.label ?? line.price_id ?? '–' },
    {
      id: 'period',
      header: 'Period',
      cell: (line) => (
        <span className="num">
          {day(line.period.start)} – {day(line.period.end)}
        </span>
      ),
    },
    {
      id: 'amount',
      header: 'Amount',
      isNumeric: true,
      cell: (line) => <Money currency={invoice.currency} minor={line.amount_minor} />,
    },
  ]
}

interface InvoiceRowProps {
  invoice: CustomerInvoice
  /** The source's words for why an invoice was created. */
  reasons: Record<string, string>
  zone: string
}

/** An invoice in one row. Its lines open below it. */
export function InvoiceRow({ invoice, reasons, zone }: InvoiceRowProps) {
  const [isOpen, setIsOpen] = useState(false)
  const panel = `lines-${invoice.account === null ? '' : `${invoice.account}-`}${invoice.id}`.replaceAll(/\s/g, '-')
  return (
    <li>
      <button
        aria-controls={panel}
        aria-expanded={isOpen}
        className="flex w-full flex-wrap items-center gap-x-4 gap-y-1 px-4 sm:px-5 py-2.5 text-left text-sm hover:bg-hover/60"
        type="button"
        onClick={() => setIsOpen(!isOpen)}
      >
        <ChevronIcon className={`size-4 text-ink-faint transition-transform ${isOpen ? '' : '-rotate-90'}`} />
        <span className="num flex flex-col sm:flex-row sm:gap-4">
          <span className="sm:w-28">{formatInstantDay(invoice.created_at, zone)}</span>
          <span className="max-w-32 truncate text-xs text-ink-soft sm:min-w-28 sm:text-sm sm:text-ink">
            {invoice.number ?? invoice.id}
            <AccountName name={invoice.account} />
          </span>
        </span>
        <Status status={invoice.status} />
        <span className="hidden text-ink-soft md:inline">
          {invoice.billing_reason && (reasons[invoice.billing_reason] ?? sentence(invoice.billing_reason))}
        </span>
        <span className="num ml-auto text-right">
          <Money className="font-medium" currency={invoice.currency} minor={invoice.total_minor} />
          {invoice.tax_minor !== 0 && (
            <span className="block text-xs text-ink-soft">
              incl. <Money currency={invoice.currency} minor={invoice.tax_minor} /> tax
            </span>
          )}
        </span>
      </button>
      {isOpen && (
        <div className="border-t border-line bg-sunken/50 py-1 sm:pl-8" id={panel}>
          <DataTable
            columns={lineColumns(invoice, zone)}
            label={`Lines of ${invoice.number ?? invoice.id}`}
            rowKey={(line) => line.id}
            rows={invoice.lines}
          />
        </div>
      )}
    </li>
  )
}

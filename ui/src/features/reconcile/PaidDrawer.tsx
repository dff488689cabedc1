import type { Currency, Day } from '~/api/types'
import { DetailDrawer } from '~/components/Overlay'
import { PaymentList } from '~/features/payments/PaymentList'
import { formatMonth } from '~/format/date'
import { capital } from '~/format/names'
import { sourceOf } from '~/sources'
import type { View } from '~/view/useView'

import { paidIn } from './month'

interface DrawerProps {
  view: View
  /** The month whose invoices are listed; closed without any. */
  cell: { month_on: Day; currency: Currency } | undefined
  onClose: () => void
}

/** The paid invoices behind an amount of the first statement. */
export function PaidDrawer({ view, cell, onClose }: DrawerProps) {
  const { bill } = sourceOf(view.connection)
  return (
    <DetailDrawer
      isOpen={cell !== undefined}
      subtitle={cell && `${formatMonth(cell.month_on, { long: true })} · ${cell.currency.toUpperCase()}`}
      title={capital(bill.allPaid)}
      width="max-w-4xl"
      onClose={onClose}
    >
      {cell && (
        <div className="flex flex-col gap-3">
          <p className="text-sm text-ink-soft">{capital(bill.many)} are listed without tax. In the statement, the tax is part of what was paid.</p>
          <div className="-mx-5">
            <PaymentList query={paidIn(cell.month_on, cell.currency, view.today)} view={{ ...view, currency: 'native' }} />
          </div>
        </div>
      )}
    </DetailDrawer>
  )
}

import type { Money as MoneyValue, Payment, PaymentPage } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { Money, MoneySum } from '~/components/Figures'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { formatDay } from '~/format/date'
import { moneyOf } from '~/format/money'
import { capital, sentence } from '~/format/names'
import { convertedSum, unconvertedOf } from '~/format/worth'
import type { SourceTexts } from '~/sources'
import { sourceOf } from '~/sources'
import type { PaymentColumn, PaymentType } from '~/view/pageSearch'
import { PAYMENT_COLUMNS } from '~/view/pageSearch'
import { ownId } from '~/view/together'
import type { View } from '~/view/useView'

const PAYMENT_LABEL: Record<PaymentType, (bill: SourceTexts['bill']) => string> = {
  payment: () => 'Payment',
  failed_payment: () => 'Failed payment',
  paid_invoice: ({ paid }) => capital(paid),
  open_invoice: ({ one }) => `Open ${one}`,
  voided_invoice: ({ one }) => `Voided ${one}`,
  uncollectible_invoice: ({ one }) => `Uncollectible ${one}`,
  charge_without_invoice: ({ one }) => `Charge without ${one}`,
  failed_invoice: ({ one }) => `${capital(one)} that failed at first`,
  recovered_invoice: ({ one }) => `Recovered ${one}`,
  refund: () => 'Refund',
  credit_note: () => 'Credit note',
  dispute_opened: () => 'Dispute opened',
  dispute_lost: () => 'Dispute lost',
}

/** A type of payment in the words of the connection’s source. */
export function paymentLabel(type: PaymentType, { bill }: SourceTexts): string {
  return PAYMENT_LABEL[type](bill)
}

/** Revenue is without tax, and what is owed is with it. */
const WITH_TAX: Partial<Record<PaymentType, string>> = {
  paid_invoice: 'without tax',
  open_invoice: 'with tax',
  voided_invoice: 'with tax',
  uncollectible_invoice: 'with tax',
}

/** What a customer’s money did, as one reads it. */
const nameOf = ({ type, decline_code }: Payment, texts: SourceTexts) =>
  [type in PAYMENT_LABEL ? paymentLabel(type as PaymentType, texts) : sentence(type), WITH_TAX[type as PaymentType], decline_code && sentence(decline_code)].filter(Boolean).join(' · ')

/** What is shown before anything is chosen; on a phone, the customer has most of it below the name. */
const USUAL: readonly PaymentColumn[] = ['date', 'type', 'source', 'amount']
const ON_A_PHONE: ReadonlySet<PaymentColumn> = new Set(['amount'])

export const shownColumns = (chosen: readonly PaymentColumn[] | undefined): readonly PaymentColumn[] => chosen ?? USUAL

type Sums = PaymentPage['sums']

/** What all payments come to: in the currency of the view, or natively in each currency. Different types don’t add up. */
export function sumOf(sums: Sums | undefined, into: string | null): MoneyValue[] | undefined {
  if (!sums?.length || sums.some(({ type }) => type !== sums[0]?.type)) return undefined
  if (into !== null) return convertedSum(sums, into)
  return sums.map(({ currency, amount_minor }) => ({ currency, amount_minor }))
}

/** What has no rate, where the others are added up. */
export const leftOut = (sums: Sums | undefined, into: string | null): MoneyValue[] =>
  into === null || sums === undefined || sumOf(sums, into) === undefined ? [] : unconvertedOf(sums, ({ amount_minor }) => amount_minor)

function column(id: PaymentColumn, view: View, sums: Sums | undefined): Column<Payment> {
  const into = view.currency === 'native' ? null : view.currency
  switch (id) {
    case 'date':
      return { id, header: 'Day', cell: ({ on }) => <span className="num whitespace-nowrap">{formatDay(on)}</span> }
    case 'type':
      return { id, header: 'What', cell: (row) => nameOf(row, sourceOf(view.connection)) }
    case 'source':
      return { id, header: 'ID', cell: ({ source }) => <span className="block font-mono text-xs break-all text-ink-soft">{source ?? '–'}</span> }
    case 'amount':
      return {
        id,
        header: 'Amount',
        isNumeric: true,
        cell: (row) => (
          <span className="inline-flex flex-col items-end">
            <Money className="font-medium" currency={row.currency} minor={row.amount_minor} />
            {into && into !== row.currency && row.converted_minor != null && (
              <Money className="text-xs text-ink-soft" currency={into} minor={row.converted_minor} />
            )}
          </span>
        ),
        total: () => <MoneySum amounts={sumOf(sums, into)} />,
      }
    case 'email':
      return { id, header: 'Email', canShrink: true, cell: ({ email }) => <span className="block max-w-64 truncate">{email ?? '–'}</span> }
    case 'customer_id':
      return { id, header: 'Customer ID', cell: ({ customer_id }) => <code className="font-mono text-xs">{ownId(customer_id)}</code> }
  }
}

/** The columns that can be chosen, by their names. */
export const columnChoices = (view: View) => PAYMENT_COLUMNS.map((id) => ({ id, header: column(id, view, undefined).header }))

/** The columns of a list of payments. */
export function paymentColumns(view: View, chosen?: readonly PaymentColumn[], sums?: Sums): Column<Payment>[] {
  const texts = sourceOf(view.connection)
  const others = shownColumns(chosen).map((id): Column<Payment> => {
    const isWideOnly = chosen === undefined && !ON_A_PHONE.has(id)
    return { ...column(id, view, sums), isWideOnly }
  })
  const hasSum = sumOf(sums, null) !== undefined
  return [
    {
      id: 'customer',
      canShrink: true,
      header: 'Customer',
      cell: (row) => (
        <span className="block max-w-[12rem] md:max-w-[15rem]">
          <CustomerLink connectionId={view.connection.id} customer={{ id: row.customer_id, name: row.name, email: row.email }} />
          {chosen === undefined && (
            <span className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-soft md:hidden">
              <span>{nameOf(row, texts)}</span>
              <span className="num">{formatDay(row.on)}</span>
            </span>
          )}
        </span>
      ),
      ...(hasSum ? { total: () => 'Total' } : {}),
    },
    ...others.map(({ total, ...rest }) => (hasSum && total ? { ...rest, total } : rest)),
  ]
}

/** Alike payments of a customer are told apart by their ids; what has none by its place. */
export const paymentKey = ({ customer_id, at, type, source, amount_minor }: Payment, index: number) =>
  `${customer_id} ${at} ${type} ${source ?? `${amount_minor} ${index}`}`

/** Every payment as a file. */
export function paymentsFile(rows: readonly Payment[], into: string | null): ExportTable {
  return {
    columns: ['on', 'type', 'id', 'customer_id', 'name', 'email', 'currency', 'amount', ...(into ? [`amount_${into}`] : []), 'decline_code'],
    rows: rows.map((row) => [
      row.on,
      row.type,
      row.source ?? null,
      row.customer_id,
      row.name,
      row.email,
      row.currency,
      moneyOf(row.amount_minor, row.currency),
      ...(into ? [row.converted_minor == null ? null : moneyOf(row.converted_minor, into)] : []),
      row.decline_code ?? null,
    ]),
  }
}

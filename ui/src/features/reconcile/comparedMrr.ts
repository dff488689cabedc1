import type { ComparedDay, ProviderMrrReport } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { formatMoney, moneyOf } from '~/format/money'
import { sentence } from '~/format/names'

/** Why the provider’s figure differs from ours. */
const REASONS: Record<string, (provider: string) => string> = {
  equal: () => 'The same',
  rates: (provider) => `Exchange rates of ${provider}`,
  discounts: () => 'Discounts',
  no_rate: () => 'No exchange rate',
  unexplained: () => 'Not explained',
}

export function reasonText({ reason, unconverted }: Pick<ComparedDay, 'reason' | 'unconverted'>, provider: string): string {
  const text = REASONS[reason]?.(provider) ?? sentence(reason)
  return unconverted.length > 0 ? `${text}: ${unconverted.map((code) => code.toUpperCase()).join(', ')}` : text
}

/** Whether somebody should look at it. */
export const isStrange = ({ reason }: Pick<ComparedDay, 'reason'>): boolean => reason === 'unexplained' || reason === 'no_rate'

/** The state of the comparison in one sentence; `null` where its days say more. */
export function stateText({ state, permission }: Pick<ProviderMrrReport, 'state' | 'permission'>, provider: string): string | null {
  switch (state) {
    case 'permission_missing':
      return `The key lacks the permission ${permission ?? ''}. Add it to the key in ${provider}, and the comparison appears within a day.`
    case 'absent':
      return `This server doesn’t have MRR as ${provider} computes it.`
    case 'not_read':
      return `${provider}’s figures have not been read yet. That happens after the import and then once a day.`
    default:
      return null
  }
}

/** How the whole range compares, in one sentence. */
export function verdict({ days, currency, discounts_minor }: ProviderMrrReport, provider: string): string | null {
  const last = days.at(-1)
  if (!last || !currency) return null
  const strange = days.filter(isStrange).length
  const discounts =
    discounts_minor !== null && discounts_minor > 0
      ? ` Discounts currently take ${formatMoney(discounts_minor, currency)} off MRR; ${provider} doesn’t say whether it subtracts them.`
      : ''
  const explained =
    strange === 0
      ? 'Every difference is explained.'
      : strange === 1
        ? 'The difference of one day is not explained.'
        : `The differences of ${strange} days are not explained.`
  return explained + discounts
}

export function providerMrrFile({ days, currency }: Pick<ProviderMrrReport, 'days' | 'currency'>): ExportTable {
  const amount = (minor: number) => (currency ? moneyOf(minor, currency) : null)
  return {
    columns: ['day', 'currency', 'mrr', 'provider_mrr', 'difference', 'in_other_currencies', 'reason'],
    rows: days.map((day) => [
      day.on,
      currency,
      amount(day.mrr_minor),
      amount(day.provider_mrr_minor),
      amount(day.difference_minor),
      amount(day.other_currencies_minor),
      day.reason,
    ]),
  }
}

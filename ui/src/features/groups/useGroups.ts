/** What MRR is made of by plan, product or country: each part at the end of the page's period, against the moment compared with. */
import { useMemo } from 'react'

import type { Currency } from '~/api/types'
import type { Standing } from '~/features/mrr/standing'
import { useStandings } from '~/features/mrr/useMrrData'
import { shownCurrency } from '~/view/currency'
import { groupLabel } from '~/view/groupLabels'
import type { View } from '~/view/useView'

export interface GroupRow extends Standing {
  key: string
  label: string
  /** MRR per customer; `null` without customers. */
  arpa_minor: number | null
  /** Of all MRR; `null` where there is none. */
  share: number | null
}

export interface Groups {
  currency: Currency | undefined
  /** Largest first; those that neither have MRR nor had any are left out. */
  rows: readonly GroupRow[]
  /** All of them together. A customer of two plans is in it once. */
  total: Standing | undefined
  /** Whether customers are counted: a page that somebody shared may not say how many there are. */
  hasCounts: boolean
  isLoading: boolean
  isStale: boolean
  error: unknown
  refetch: () => void
}

export const arpaOf = ({ mrr_minor, customers }: Pick<Standing, 'mrr_minor' | 'customers'>): number | null =>
  customers === 0 ? null : Math.round(mrr_minor / customers)

export function useGroups(view: View, by: 'plan' | 'product' | 'country'): Groups {
  const currency = shownCurrency(view)
  const whole = useStandings(view)
  const parts = useStandings(view, by)
  const total = whole.standings.find((one) => one.currency === currency)
  const { facets } = view
  const rows = useMemo(() => {
    const all = total?.mrr_minor ?? 0
    const known = parts.standings.flatMap((one): GroupRow[] => {
      if (one.currency !== currency || (one.mrr_minor === 0 && !one.before_minor)) return []
      const share = all === 0 ? null : one.mrr_minor / all
      return [{ ...one, key: one.group?.key ?? '', label: groupLabel(by, one.group, facets), arpa_minor: arpaOf(one), share }]
    })
    return known.toSorted((a, b) => b.mrr_minor - a.mrr_minor)
  }, [parts.standings, total, currency, by, facets])
  const error = whole.error ?? parts.error
  return {
    currency,
    rows,
    total,
    hasCounts: !view.connection.shared?.hides_counts,
    isLoading: !error && (whole.report === undefined || parts.report === undefined || currency === undefined),
    isStale: whole.isStale || parts.isStale,
    error,
    refetch: () => {
      whole.refetch()
      parts.refetch()
    },
  }
}

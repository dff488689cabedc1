import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'

import { api } from '~/api/client'
import { connectionsQuery, ledgerKey } from '~/api/queries'
import type { SharedPage } from '~/api/types'
import { filterLabel } from '~/features/controls/choices'
import { Logo } from '~/features/shell/Logo'
import { formatInstant, formatRange } from '~/format/date'
import { currencyCode } from '~/format/money'
import { shownCurrency } from '~/view/currency'
import { FILTER_LABEL } from '~/view/filterNames'
import { controlsOf } from '~/view/pages'
import { FILTERS } from '~/view/search'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { connectionOf } from './connectionOf'

/** Whether another site shows the page in a frame. */
const IS_EMBEDDED = window.self !== window.top

const REFRESH_MS = 60_000

/** Keeps the page current while somebody looks at it: what opens the stream of changes would have to be in an address. */
function useRefresh() {
  const client = useQueryClient()
  useEffect(() => {
    const refresh = async () => {
      if (document.hidden) return
      const page = await client.fetchQuery({ queryKey: ['shared'], staleTime: 0, queryFn: () => api.get<SharedPage>('/shared') })
      client.setQueryData(connectionsQuery.queryKey, [connectionOf(page)])
      await client.invalidateQueries({ queryKey: ledgerKey('shared') })
    }
    // What fails is tried again, and says so by itself where it has ended.
    const timer = setInterval(() => void refresh().catch(() => {}), REFRESH_MS)
    return () => clearInterval(timer)
  }, [client])
}

/** What is around a page that is shared by a link: what its figures are of, and nothing that leads anywhere else. */
export function SharedFrame() {
  const view = useView()
  useRefresh()
  return (
    <div className={`mx-auto flex min-h-dvh w-full max-w-[100rem] min-w-0 flex-col gap-5 ${IS_EMBEDDED ? 'p-3 sm:p-4' : 'px-4 py-5 sm:px-6'}`}>
      <header className="flex flex-wrap items-center gap-x-6 gap-y-2 text-sm text-ink-soft">
        {!IS_EMBEDDED && <Logo />}
        <Facts view={view} />
      </header>
      <main className="flex min-w-0 flex-1 flex-col gap-5 outline-none" id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}

function Facts({ view }: { view: View }) {
  const { connection, period, facets, filters } = view
  const controls = controlsOf(useLocation().pathname)
  const { data_through, time_zone, shared } = connection
  const currency = shownCurrency(view)
  return (
    <>
      <bdi className="font-medium text-ink">{connection.name}</bdi>
      {shared?.is_test_data && <span className="text-warn">Test data, not real payments</span>}
      {controls.includes('range') && <span>{formatRange(period.start, period.end)}</span>}
      {shared?.hides_amounts ? (
        <span>Amounts are index numbers: MRR was 100 when this page was shared.</span>
      ) : (
        currency && <span>{currencyCode(currency)}</span>
      )}
      {FILTERS.flatMap((name) =>
        (filters[name] ?? []).map((id) => (
          <span key={`${name}:${id}`}>
            {FILTER_LABEL[name]}: <bdi>{filterLabel(facets, name, id)}</bdi>
          </span>
        )),
      )}
      <span className="sm:ml-auto">{data_through === null ? 'Still loading' : `Data through ${formatInstant(data_through, time_zone)}`}</span>
    </>
  )
}

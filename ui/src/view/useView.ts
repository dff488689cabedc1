import { useQuery } from '@tanstack/react-query'
import { getRouteApi, notFound, useNavigate, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { connectionsQuery, facetsQuery, progressQuery, registryQuery } from '~/api/queries'
import type { Connection, Day, Facets, Progress } from '~/api/types'
import { todayIn } from '~/format/date'

import { usualCurrency } from './currency'
import type { Period } from './period'
import { periodOf } from './period'
import type { Preset } from './range'
import { DEFAULT_RANGE } from './range'
import type { Filters, ViewSearch } from './search'
import { AHEAD, FILTERS, compact } from './search'

const route = getRouteApi('/app/c/$connectionId')

const reachOf = ({ data_through, reaches_back_on }: Progress) => ({ data_through, reaches_back_on })

/** The later of two instants, of which either may be missing. */
const later = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b))

/** The page's connection, with how far its data reaches by now. The route has made sure that it exists. */
export function useConnection(): Connection {
  const { connectionId } = route.useParams()
  const { data } = useQuery(connectionsQuery)
  // Only what the stream has said: nothing is requested here.
  const { data: live } = useQuery({ ...progressQuery(connectionId), enabled: false, select: reachOf })
  const connection = data?.find(({ id }) => id === connectionId)
  const known = useMemo(
    () =>
      connection && {
        ...connection,
        data_through: later(connection.data_through, live?.data_through ?? null),
        reaches_back_on: live?.reaches_back_on ?? connection.reaches_back_on,
      },
    [connection, live],
  )
  if (!known) throw notFound()
  return known
}

export interface View {
  connection: Connection
  search: ViewSearch
  facets: Facets | undefined
  today: Day
  period: Period
  filters: Filters
  hasFilters: boolean
  /** `native`, or the currency that everything is converted to. */
  currency: string
  /** Currency and filters as the API takes them. */
  scope: Query
  /** The same with the days and the interval. */
  series: Query
  /** `undefined` resets a part to its default. */
  setView: (patch: { [Name in keyof ViewSearch]?: ViewSearch[Name] | undefined }) => void
}

/** Whether the page is that of a metric whose point is what is ahead. */
export function useLooksAhead(): boolean {
  const { metricId } = useParams({ strict: false })
  const { data } = useQuery({ ...registryQuery, enabled: metricId !== undefined })
  return data?.find(({ id }) => id === metricId)?.looks_ahead ?? false
}

export function useView(): View {
  const connection = useConnection()
  const search = route.useSearch()
  const navigate = useNavigate()
  const facets = useQuery(facetsQuery(connection.id)).data
  const today = connection.shared?.today ?? todayIn(connection.time_zone)
  const firstOn = facets?.first_on ?? null
  const looksAhead = useLooksAhead()

  return useMemo(() => {
    const filters: Filters = {}
    for (const name of FILTERS) {
      const list = search[name]
      if (list) filters[name] = list
    }
    const currency = search.currency ?? usualCurrency({ connection, facets })
    const period = periodOf(search, today, firstOn, looksAhead ? AHEAD : DEFAULT_RANGE)
    const scope = { currency, ...filters }
    return {
      connection,
      search,
      facets,
      today,
      period,
      filters,
      hasFilters: Object.keys(filters).length > 0,
      currency,
      scope,
      series: { from: period.start, to: period.end, interval: period.interval, ...scope },
      setView: (patch) => {
        void navigate({
          to: '.',
          search: (before: object) => compact({ ...before, ...patch }),
          replace: true,
          resetScroll: false,
        })
      },
    }
  }, [connection, search, facets, today, firstOn, looksAhead, navigate])
}

/** The same view over the days of a preset, for what is of those days whatever range is chosen. */
export function overRange(view: View, range: Preset): View {
  const period = periodOf({ range }, view.today, view.facets?.first_on ?? null)
  return { ...view, period, series: { from: period.start, to: period.end, interval: period.interval, ...view.scope } }
}

/** What a link to another page of the same connection keeps. */
export function keptSearch(search: ViewSearch): ViewSearch {
  const { range, from, to, interval, vs, currency, show } = search
  const filters: Filters = {}
  for (const name of FILTERS) if (search[name]) filters[name] = search[name]
  return compact({ range, from, to, interval, vs, currency, show, ...filters })
}

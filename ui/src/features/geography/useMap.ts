import { queryOptions, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { Groups } from '~/features/groups/useGroups'
import { fetched } from '~/routes/fetched'
import type { MapFigure } from '~/view/pageSearch'

import { mappedOf } from './mapped'

/** The shapes of all countries, which no other page needs. */
const worldQuery = queryOptions({
  queryKey: ['world'],
  queryFn: fetched(async () => (await import('virtual:outlines')).default),
  staleTime: Infinity,
  gcTime: Infinity,
  structuralSharing: false,
})

/** The world, and what is known of its countries. */
export function useMap({ rows, currency = 'usd', hasCounts }: Groups, figure: MapFigure) {
  const { data: world, error, refetch } = useQuery(worldQuery)
  const map = useMemo(() => world && { world, mapped: mappedOf({ world, rows, figure, currency, hasCounts }) }, [world, rows, figure, currency, hasCounts])
  return { map, error, refetch: () => void refetch() }
}

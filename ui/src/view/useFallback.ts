import { useEffect } from 'react'

import { ApiError } from '~/api/client'

import type { ViewSearch } from './search'
import { FILTERS } from './search'
import type { View } from './useView'

type Patch = { [Name in keyof ViewSearch]: undefined }

/** The part of a refused view that goes back to its default: the one most likely at fault. */
export function refusedPart(search: ViewSearch, title: string): Patch | undefined {
  const { currency } = search
  if (currency !== undefined && title.toLowerCase().includes(currency)) return { currency: undefined, show: undefined }
  if (search.interval !== undefined) return { interval: undefined }
  if (search.range !== undefined) return { range: undefined, from: undefined, to: undefined }
  const filters = FILTERS.filter((name) => search[name] !== undefined)
  if (filters.length > 0) return Object.fromEntries(filters.map((name) => [name, undefined]))
  return currency === undefined ? undefined : { currency: undefined, show: undefined }
}

/** A view that the server refuses, such as a currency without exchange rates, falls back to defaults, and so does the address. */
export function useFallback(view: View, error: unknown) {
  const { search, setView } = view
  const title = error instanceof ApiError && (error.status === 400 || error.status === 422) ? error.problem.title : undefined
  useEffect(() => {
    const part = title === undefined ? undefined : refusedPart(search, title)
    if (part) setView(part)
  }, [title, search, setView])
}

import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { ApiError, api } from '~/api/client'
import type { KeyCheck } from '~/api/types'
import type { KeyTexts } from '~/sources'

/** Long enough not to check while a key is being typed, short enough that a pasted key is checked at once. */
const SETTLE_MS = 350

function useSettled<T>(value: T, ms = SETTLE_MS): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** How an account is named to the server: by its key, and by where its API is if that is not the usual address. */
const accountAt = (source: string, key: string, apiBase: string) => ({ source, key, ...(apiBase ? { api_base: apiBase } : {}) })

/** Asks the server what a key may read, without saving anything. The key is never part of a cache key. */
export function useKeyCheck(source: string, key: string, apiBase: string) {
  const settled = useSettled(key.trim())
  const settledBase = useSettled(apiBase.trim())
  const isPlausible = settled.length >= 8
  const [asked, setAsked] = useState({ key: '', apiBase: '', version: 0 })
  useEffect(() => {
    const isSame = (before: typeof asked) => before.key === settled && before.apiBase === settledBase
    if (isPlausible)
      setAsked((before) => (isSame(before) ? before : { key: settled, apiBase: settledBase, version: before.version + 1 }))
  }, [isPlausible, settled, settledBase])
  const query = useQuery({
    queryKey: ['key-check', asked.version],
    enabled: isPlausible && asked.key === settled && asked.apiBase === settledBase,
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => api.post<KeyCheck>('/connections/check', accountAt(source, asked.key, asked.apiBase), signal),
  })
  const isCurrent = isPlausible && asked.key === key.trim() && asked.apiBase === apiBase.trim()
  return {
    check: isCurrent ? query.data : undefined,
    error: isCurrent ? query.error : null,
    request: accountAt(source, key.trim(), apiBase.trim()),
    isChecking: key.trim().length >= 8 && (!isCurrent || query.isFetching),
    retry: () => void query.refetch(),
  }
}

export interface Refusal {
  title: string
  advice: string
  /** Checking the same key again changes nothing. */
  isFinal: boolean
}

/** Why a key was refused, in words for the person who has just pasted it. */
export function refusalOf(error: Error, texts: KeyTexts | undefined): Refusal {
  const problem = error instanceof ApiError ? error.problem : undefined
  const code = problem?.code ?? ''
  const known = texts?.refusals[code]
  const isFinal = texts?.finalRefusals.includes(code) ?? false
  if (known) {
    // In the source's own words; the server's hold for every source.
    return { title: known.title ?? problem?.title ?? 'The key could not be checked', advice: known.advice, isFinal }
  }
  return {
    title: problem?.title ?? 'The key could not be checked',
    advice: [problem?.detail, problem?.action ?? 'Try again in a moment.'].filter(Boolean).join(' '),
    isFinal,
  }
}

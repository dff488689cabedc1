import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { ApiError, api } from '~/api/client'
import type { KeyCheck } from '~/api/types'

/** Long enough not to ask while a key is typed, short enough that a pasted one is checked at once. */
const SETTLE_MS = 350

function useSettled<T>(value: T, ms = SETTLE_MS): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** What names an account to the server: its key, and where its API is if that is not Stripe's own address. */
export function stripeAt(key: string, apiBase: string) {
  return { source: 'stripe', key, ...(apiBase ? { api_base: apiBase } : {}) }
}

/** Asks the server what a key may read, without saving anything. The key stays out of the cache's name and of its past. */
export function useKeyCheck(key: string, apiBase: string) {
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
    queryFn: ({ signal }) => api.post<KeyCheck>('/connections/check', stripeAt(asked.key, asked.apiBase), signal),
  })
  const isCurrent = isPlausible && asked.key === key.trim() && asked.apiBase === apiBase.trim()
  return {
    check: isCurrent ? query.data : undefined,
    error: isCurrent ? query.error : null,
    isChecking: key.trim().length >= 8 && (!isCurrent || query.isFetching),
    retry: () => void query.refetch(),
  }
}

/** A key that is wrong as it is written stays so, however often it is checked. */
export function isFinal(error: Error): boolean {
  return error instanceof ApiError && ['key_publishable', 'key_malformed'].includes(error.problem.code ?? '')
}

/** Why a key was refused, in words for who has just pasted it. */
export function refusalOf(error: Error): { title: string; advice: string } {
  const problem = error instanceof ApiError ? error.problem : undefined
  const advice = problem?.action ?? undefined
  switch (problem?.code) {
    case 'key_publishable':
      return {
        title: 'This is a publishable key',
        advice:
          'Keys that begin with pk_ are made for web pages and can read nothing. Make a restricted key (rk_…) as described above and paste that.',
      }
    case 'key_malformed':
      return {
        title: 'This does not look like a Stripe key',
        advice: advice ?? 'A key begins with rk_live_, rk_test_, sk_live_ or sk_test_. Copy the whole key from Stripe.',
      }
    case 'key_refused':
      return {
        title: 'Stripe does not accept this key',
        advice: advice ?? 'It was deleted, rolled, or cut when it was copied. Make a new one, or copy it again.',
      }
    case 'permission_missing':
      return { title: problem.title, advice: advice ?? 'Edit the key in Stripe, switch the permission to Read, and check again.' }
    case 'provider_unreachable':
      return {
        title: 'Stripe could not be reached from this server',
        advice: advice ?? 'Check that the server may open connections to api.stripe.com, then check again.',
      }
    default:
      return {
        title: problem?.title ?? 'The key could not be checked',
        advice: [problem?.detail, advice ?? 'Try again in a moment.'].filter(Boolean).join(' '),
      }
  }
}

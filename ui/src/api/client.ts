import { capital } from '~/format/names'

import { isFromGateway, reachability } from './reachability'
import { parseAnswer } from './shownText'
import type { Problem } from './types'

const BASE = '/api/v1'

/** What the server, or the way to it, refused: `problem` is fit to show. */
export class ApiError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.name = 'ApiError'
    this.problem = problem
  }

  get status() {
    return this.problem.status
  }

  get code() {
    return this.problem.code
  }
}

type QueryValue = string | number | boolean | null | undefined | readonly string[]
export type Query = Record<string, QueryValue>

/** Repeatable parameters are repeated; what is empty is left out. */
export function queryString(query: Record<string, unknown> = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one))
  }
  const text = params.toString()
  return text && `?${text}`
}

const UNREACHABLE: Problem = {
  title: 'The server isn’t responding',
  status: 0,
  code: 'unreachable',
  detail: 'Your browser can’t reach Chartsy.',
  action: 'Check that the server is running and that you are connected to its network, then try again.',
}

/** The error for a request that no server answered. */
export function unreachable(): ApiError {
  reachability.failed()
  return new ApiError(UNREACHABLE)
}

/** The server writes its messages in lower case, to stand within other sentences; on a page they are sentences of their own. */
function sentenceCase(problem: Problem): Problem {
  const { title, detail, action } = problem
  return {
    ...problem,
    title: capital(title),
    ...(detail ? { detail: `${capital(detail).replace(/[.]$/, '')}.` } : {}),
    ...(action ? { action: `${capital(action).replace(/[.]$/, '')}.` } : {}),
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = { title: `The server returned an error (${response.status})`, status: response.status }
  if (!response.headers.get('content-type')?.includes('json')) return fallback
  const body: unknown = await response.json().catch(() => null)
  return body && typeof body === 'object' ? sentenceCase({ ...fallback, ...body, status: response.status }) : fallback
}

async function send<T>(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    const payload = body === undefined ? null : JSON.stringify(body)
    response = await fetch(BASE + path, { method, headers, body: payload, signal: signal ?? null, credentials: 'same-origin' })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw unreachable()
  }
  if (isFromGateway(response)) throw unreachable()
  reachability.answered()
  if (!response.ok) throw new ApiError(await problemOf(response))
  const text = await response.text().catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw unreachable()
  })
  // What is done says so by its status alone; what was asked for has a body.
  if (response.status !== 200 && text === '') return undefined as T
  return parseAnswer<T>(text)
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => send<T>('GET', path + queryString(query), undefined, signal),
  post: <T>(path: string, body?: unknown, signal?: AbortSignal) => send<T>('POST', path, body ?? {}, signal),
  put: <T>(path: string, body: unknown) => send<T>('PUT', path, body, undefined),
  patch: <T>(path: string, body: unknown) => send<T>('PATCH', path, body, undefined),
  delete: <T = void>(path: string) => send<T>('DELETE', path, undefined, undefined),
}

import { capital } from '~/format/names'

import { isFromGateway, reachability } from './reachability'
import { parseAnswer } from './shownText'
import type { Problem } from './types'
import { IS_SHARED, visit } from './visit'
import { currentWorkspace, forgetWorkspace } from './workspace'

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

/** What went wrong and what to do about it, as one text. */
export function failureText(error: Error): string {
  const action = error instanceof ApiError ? error.problem.action : undefined
  return action ? `${error.message}. ${action}` : error.message
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
  const retry_after_s = Number(response.headers.get('retry-after') ?? 0)
  const fallback: Problem = {
    title: `The server returned an error (${response.status})`,
    status: response.status,
    ...(retry_after_s > 0 ? { retry_after_s } : {}),
  }
  if (!response.headers.get('content-type')?.includes('json')) return fallback
  const body: unknown = await response.json().catch(() => null)
  return body && typeof body === 'object' ? sentenceCase({ ...fallback, ...body, status: response.status }) : fallback
}

/** The workspace was deleted, or its reader is no longer a member. The session says which one comes next. */
const isWorkspaceGone = ({ status, title }: Problem) => status === 404 && title === 'Workspace not found'

const RENEWAL_MS = 500

/**
 * A changed password or second factor gives the session another credential, and the old one changes nothing from then on. What another tab
 * was just sending was not done: it is sent again once the browser has the new one.
 */
const renewedElsewhere = () => new Promise((resolve) => setTimeout(resolve, RENEWAL_MS))

async function send<T>(method: string, path: string, body: unknown, signal?: AbortSignal, workspace = IS_SHARED ? null : currentWorkspace(), isRepeatable = true): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (IS_SHARED) headers.authorization = `Bearer ${visit.token}`
  else if (workspace !== null) headers['chartsy-workspace'] = workspace
  let response: Response
  try {
    const payload = body === undefined ? null : JSON.stringify(body)
    response = await fetch(BASE + path, { method, headers, body: payload, signal: signal ?? null, credentials: IS_SHARED ? 'omit' : 'same-origin' })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw unreachable()
  }
  if (isFromGateway(response)) throw unreachable()
  reachability.answered()
  if (!response.ok) {
    if (IS_SHARED && isRepeatable && response.status === 401 && (await visit.renew())) return send(method, path, body, signal, workspace, false)
    const problem = await problemOf(response)
    if (!IS_SHARED && isRepeatable && method !== 'GET' && problem.code === 'signed_out') {
      await renewedElsewhere()
      return send(method, path, body, signal, workspace, false)
    }
    if (!IS_SHARED && isWorkspaceGone(problem) && workspace === currentWorkspace()) forgetWorkspace()
    throw new ApiError(problem)
  }
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
  /** In another workspace than that of the page. */
  getIn: <T>(workspace: string, path: string) => send<T>('GET', path, undefined, undefined, workspace),
  post: <T>(path: string, body?: unknown, signal?: AbortSignal) => send<T>('POST', path, body ?? {}, signal),
  put: <T>(path: string, body: unknown) => send<T>('PUT', path, body),
  patch: <T>(path: string, body: unknown) => send<T>('PATCH', path, body),
  delete: <T = void>(path: string) => send<T>('DELETE', path, undefined),
}

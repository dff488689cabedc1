import type { ReactNode } from 'react'

import { ApiError } from '~/api/client'
import { useIsAway } from '~/api/reachability'

import { Button } from './Button'
import { AlertIcon, InfoIcon } from './icons'

type Tone = 'info' | 'warn' | 'danger' | 'good'

const TONE: Record<Tone, string> = {
  info: 'bg-accent-soft text-ink border-transparent',
  warn: 'bg-warn-soft text-ink border-warn-line',
  danger: 'bg-danger-soft text-ink border-danger-line',
  good: 'bg-good-soft text-ink border-transparent',
}

export function Banner({
  tone = 'info',
  title,
  children,
  action,
}: {
  tone?: Tone
  title?: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  const Icon = tone === 'info' || tone === 'good' ? InfoIcon : AlertIcon
  const ink = { info: 'text-accent', good: 'text-up', warn: 'text-warn', danger: 'text-danger' }[tone]
  return (
    <div
      className={`flex flex-wrap items-start gap-x-3 gap-y-2 rounded-xl border px-4 py-3 text-sm ${TONE[tone]}`}
      role={tone === 'danger' ? 'alert' : 'status'}
    >
      <Icon className={`mt-0.5 size-4 ${ink}`} />
      <div className="min-w-0 flex-1 basis-56">
        {title && <p className="font-semibold wrap-anywhere">{title}</p>}
        {children && <div className="text-ink-soft">{children}</div>}
      </div>
      {action}
    </div>
  )
}

export function Badge({ tone = 'plain', children, title }: { tone?: Tone | 'plain'; children: ReactNode; title?: string }) {
  const ink = {
    plain: 'bg-sunken text-ink-soft',
    info: 'bg-accent-soft text-accent',
    good: 'bg-good-soft text-up',
    warn: 'bg-warn-soft text-warn',
    danger: 'bg-danger-soft text-danger',
  }[tone]
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 text-xs font-medium whitespace-nowrap ${ink}`}
      title={title}
    >
      {children}
    </span>
  )
}

/** A placeholder of the size of what will be there. */
export function Skeleton({ className = 'h-4 w-24' }: { className?: string }) {
  return <span aria-hidden="true" className={`block animate-pulse rounded-md bg-hover ${className}`} />
}

export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <div aria-busy="true" aria-label="Loading" className="flex flex-col gap-3 py-3" role="status">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} className={`h-5 ${index % 3 === 0 ? 'w-11/12' : index % 3 === 1 ? 'w-4/5' : 'w-full'}`} />
      ))}
    </div>
  )
}

/** Rows to come in a card whose tables reach from edge to edge. */
export function CardSkeleton({ rows }: { rows: number }) {
  return (
    <div className="px-4 sm:px-5">
      <SkeletonRows rows={rows} />
    </div>
  )
}

export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-10 text-center">
      <p className="font-semibold">{title}</p>
      {children && <div className="max-w-md text-sm text-ink-soft">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

interface ErrorStateProps {
  error: unknown
  onRetry?: () => void
  action?: ReactNode
}

/** What happened, and what to try. */
export function ErrorState({ error, onRetry, action }: ErrorStateProps) {
  const isAway = useIsAway()
  const problem = error instanceof ApiError ? error.problem : undefined
  // The banner above the page says why; what is missing here comes by itself.
  if (isAway && problem?.code === 'unreachable') {
    return <EmptyState title="Not loaded yet">This loads as soon as the server responds.</EmptyState>
  }
  const title = problem?.title ?? 'Something went wrong on this page'
  const advice = problem ? 'Try again. If it keeps happening, check the server’s log.' : 'Try again, or reload the page.'
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-10 text-center" role="alert">
      <AlertIcon className="size-6 text-danger" />
      <p className="font-semibold">{title}</p>
      <p className="max-w-md text-sm text-ink-soft">
        {[problem?.detail, problem?.action ?? advice].filter(Boolean).join(' ')}
      </p>
      <div className="mt-2 flex flex-wrap justify-center gap-2">
        {onRetry && (
          <Button size="small" onPress={onRetry}>
            Try again
          </Button>
        )}
        {action}
      </div>
    </div>
  )
}

import type { ReactNode } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { ButtonProps as AriaButtonProps } from 'react-aria-components'

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger'

const BASE =
  'inline-flex items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 disabled:cursor-not-allowed'

const KIND: Record<ButtonKind, string> = {
  primary: 'bg-accent text-accent-ink hover:brightness-110 data-pressed:brightness-95',
  secondary: 'border border-line bg-surface text-ink hover:bg-hover',
  quiet: 'text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'border border-danger-line bg-danger-soft text-danger hover:brightness-95 dark:hover:brightness-125',
}

const SIZE = { small: 'h-8 px-2.5 text-[0.8125rem]', medium: 'h-10 px-4 text-sm' }

export function buttonClass(kind: ButtonKind = 'secondary', size: keyof typeof SIZE = 'medium', more = ''): string {
  return `${BASE} ${KIND[kind]} ${SIZE[size]} ${more}`
}

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children'> {
  kind?: ButtonKind
  size?: keyof typeof SIZE
  className?: string
  children: ReactNode
}

export function Button({ kind, size, className, children, isPending = false, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={buttonClass(kind, size, className)} isPending={isPending}>
      {isPending && <Spinner />}
      {children}
    </AriaButton>
  )
}

/** A button that is only an icon; its label is what is read out and shown on hover. */
export function IconButton({
  label,
  className = '',
  children,
  ...rest
}: Omit<AriaButtonProps, 'className' | 'children'> & { label: string; className?: string; children: ReactNode }) {
  return (
    <AriaButton
      {...rest}
      aria-label={label}
      className={`inline-flex size-8 items-center justify-center rounded-lg text-ink-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 aria-pressed:bg-hover aria-pressed:text-ink ${className}`}
    >
      {children}
    </AriaButton>
  )
}

export function Spinner({ className = 'size-4' }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-block animate-spin rounded-full border-2 border-current border-r-transparent ${className}`}
    />
  )
}

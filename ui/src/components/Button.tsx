import type { ButtonHTMLAttributes, MouseEvent, ReactNode } from 'react'

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger'

const BASE =
  'inline-flex items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 disabled:cursor-not-allowed'

const KIND: Record<ButtonKind, string> = {
  primary: 'bg-accent text-accent-ink hover:brightness-110 active:brightness-95',
  secondary: 'border border-line bg-surface text-ink hover:bg-hover',
  quiet: 'text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'border border-danger-line bg-danger-soft text-danger hover:brightness-95 dark:hover:brightness-125',
}

const SIZE = { small: 'h-8 px-2.5 text-[0.8125rem]', medium: 'h-10 px-4 text-sm' }

export function buttonClass(kind: ButtonKind = 'secondary', size: keyof typeof SIZE = 'medium', more = ''): string {
  return `${BASE} ${KIND[kind]} ${SIZE[size]} ${more}`
}

interface PlainProps extends Pick<ButtonHTMLAttributes<HTMLButtonElement>, 'type' | 'aria-label' | 'aria-pressed' | 'aria-expanded'> {
  onPress?: (() => void) | undefined
  isDisabled?: boolean
  className?: string
  children: ReactNode
}

/** A button without a look of its own. What is pending keeps the focus, so it is not disabled; pressing it does nothing. */
function Plain({ onPress, isDisabled = false, isPending = false, type = 'button', ...rest }: PlainProps & { isPending?: boolean }) {
  const press = (event: MouseEvent) => {
    if (isPending) event.preventDefault()
    else onPress?.()
  }
  return (
    <button
      {...rest}
      aria-disabled={isPending || undefined}
      disabled={isDisabled && !isPending}
      // Which types there are is said by the props.
      // oxlint-disable-next-line react/button-has-type
      type={type}
      onClick={press}
    />
  )
}

interface ButtonProps extends PlainProps {
  kind?: ButtonKind
  size?: keyof typeof SIZE
  isPending?: boolean
}

export function Button({ kind, size, className, children, isPending = false, ...rest }: ButtonProps) {
  return (
    <Plain {...rest} className={buttonClass(kind, size, className)} isPending={isPending}>
      {isPending && <Spinner />}
      {children}
    </Plain>
  )
}

export const iconButtonClass = (more = '') =>
  `inline-flex size-8 items-center justify-center rounded-lg text-ink-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 aria-pressed:bg-hover aria-pressed:text-ink ${more}`

/** A button that is only an icon; its label is what is read out. */
export function IconButton({ label, className, ...rest }: Omit<PlainProps, 'aria-label'> & { label: string }) {
  return <Plain {...rest} aria-label={label} className={iconButtonClass(className)} />
}

export function Spinner({ className = 'size-4' }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-block animate-spin rounded-full border-2 border-current border-r-transparent ${className}`}
    />
  )
}

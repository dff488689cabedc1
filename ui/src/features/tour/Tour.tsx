import { useCallback, useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'

import { Button, IconButton } from '~/components/Button'
import { CloseIcon } from '~/components/icons'

import type { Step } from './steps'
import { STEPS } from './steps'

interface TourProps {
  /** Whether somebody asked for it: then the keyboard is in it. What appears by itself takes nothing away. */
  isAsked: boolean
  onEnd: () => void
}

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)')

const GAP_PX = 20

const AFTER_MENU_MS = 100

const targetOf = ({ target }: Step) => document.querySelector<HTMLElement>(`[data-tour=${target}]`)

/** Marks what a step is about, and brings it between the bar and the card where it is not in view. */
function point(step: Step, card: HTMLElement | null) {
  const target = targetOf(step)
  if (!target) return undefined
  target.dataset.tourShown = ''
  const bar = document.querySelector('header.sticky')?.getBoundingClientRect().bottom ?? 0
  const { top, bottom } = target.getBoundingClientRect()
  const isInBar = target.closest('header.sticky') !== null
  if (!isInBar && (top < bar || bottom > (card?.getBoundingClientRect().top ?? window.innerHeight))) {
    window.scrollTo({ top: top + window.scrollY - bar - GAP_PX, behavior: reducedMotion.matches ? 'instant' : 'smooth' })
  }
  return () => {
    delete target.dataset.tourShown
  }
}

/**
 * A card in the corner that says in three steps how the page is read. It is no dialog: everything below it can be used, and it waits.
 * It stands first in the page for the keyboard and for screen readers.
 */
export function Tour({ isAsked, onEnd }: TourProps) {
  const [at, setAt] = useState(0)
  // A page without a comparison, or without figures, has less to show.
  const [steps] = useState(() => STEPS.filter(targetOf))
  const card = useRef<HTMLElement>(null)
  const title = useId()
  const step = steps[at]
  const isLast = at === steps.length - 1

  useEffect(() => (step ? point(step, card.current) : undefined), [step])

  useEffect(() => {
    if (!isAsked) return
    // The menu that it was started from gives the focus back to its button first.
    const timer = setTimeout(() => card.current?.focus({ preventScroll: true }), AFTER_MENU_MS)
    return () => clearTimeout(timer)
  }, [isAsked])

  const end = useCallback(() => {
    const hadFocus = card.current?.contains(document.activeElement) ?? false
    onEnd()
    if (hadFocus) document.getElementById('main')?.focus({ preventScroll: true })
  }, [onEnd])

  useEffect(() => {
    // Escape belongs to whatever else has the keyboard.
    const escape = (event: globalThis.KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && document.activeElement === document.body) end()
    }
    document.addEventListener('keydown', escape)
    return () => document.removeEventListener('keydown', escape)
  }, [end])

  if (!step) return null
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape within it
    <section
      ref={card}
      data-tour-card
      aria-labelledby={title}
      className="no-print fixed inset-x-3 bottom-3 z-10 rounded-2xl border border-line bg-surface p-4 shadow-high outline-offset-2 sm:left-auto sm:w-96 lg:right-6 lg:bottom-6"
      tabIndex={-1}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        end()
      }}
    >
      <div className="flex items-start gap-3">
        <div aria-live="polite" className="min-w-0 flex-1">
          <h2 className="font-semibold" id={title}>
            {step.title}
          </h2>
          <p className="mt-1 text-sm text-ink-soft">{step.text}</p>
          {isLast && <p className="mt-1 text-sm text-ink-soft">You can take this tour again from the menu under your name.</p>}
        </div>
        <IconButton className="-mt-1 -mr-1" label="Close the tour" onPress={end}>
          <CloseIcon />
        </IconButton>
      </div>
      <div className="mt-3 flex items-center gap-2">
        <span className="num flex-1 text-xs text-ink-soft">
          {steps.length > 1 && `${at + 1} of ${steps.length}`}
        </span>
        {at === 0 && !isLast && (
          <Button kind="quiet" size="small" onPress={end}>
            Skip
          </Button>
        )}
        {at > 0 && (
          <Button kind="quiet" size="small" onPress={() => setAt(at - 1)}>
            Back
          </Button>
        )}
        <Button kind="primary" size="small" onPress={isLast ? end : () => setAt(at + 1)}>
          {isLast ? 'Done' : 'Next'}
        </Button>
      </div>
    </section>
  )
}

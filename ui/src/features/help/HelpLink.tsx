import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { Place } from './places'
import { PLACES } from './places'

/** To the section of the help about what went wrong. */
export function HelpLink({ about, children }: { about: Place; children: ReactNode }) {
  const { page, hash } = PLACES[about]
  return (
    <Link className="link" hash={hash} params={{ page }} to="/help/$page">
      {children}
    </Link>
  )
}

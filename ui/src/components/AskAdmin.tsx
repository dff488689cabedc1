import type { ReactNode } from 'react'

import { EmptyState } from './Feedback'

/** Why something is not offered, where the reader's role does not allow it. */
export const ASK_ADMIN = 'Ask an admin of this workspace.'

/** In the place of a page or a section that only admins and owners can use. */
export function AskAdmin({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="card">
      <EmptyState title={title}>
        {children} {ASK_ADMIN}
      </EmptyState>
    </div>
  )
}

import { Link } from '@tanstack/react-router'

import type { FigurePart } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import type { View } from '~/view/useView'

/** What the figures of a page lack, because the key can't read it. */
export function MissingHere({ view, parts }: { view: View; parts: readonly FigurePart[] }) {
  const { id, absent } = view.connection
  const missing = absent.filter((list) => list.parts.some((part) => parts.includes(part)))
  if (missing.length === 0) return null
  return (
    <Banner
      action={
        <Link className={buttonClass('secondary', 'small')} params={{ connectionId: id }} to="/c/$connectionId/sync">
          See what is missing
        </Link>
      }
      title="Some figures on this page are missing"
      tone="warn"
    >
      <ul>
        {missing.map(({ kind, label, without }) => (
          <li key={kind}>
            {label} can’t be read. You won’t see: {without}.
          </li>
        ))}
      </ul>
    </Banner>
  )
}

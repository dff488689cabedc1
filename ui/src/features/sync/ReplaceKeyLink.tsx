import { Link } from '@tanstack/react-router'

import { buttonClass } from '~/components/Button'

/** Leads to where a rejected key can be replaced. */
export function ReplaceKeyLink({ connectionId }: { connectionId: string }) {
  return (
    <Link className={buttonClass('secondary', 'small')} params={{ connectionId }} to="/c/$connectionId/settings">
      Replace key
    </Link>
  )
}

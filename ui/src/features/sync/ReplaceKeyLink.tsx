import { Link } from '@tanstack/react-router'

import { buttonClass } from '~/components/Button'

/** To where a key that is refused is exchanged for another. */
export function ReplaceKeyLink({ connectionId }: { connectionId: string }) {
  return (
    <Link className={buttonClass('secondary', 'small')} params={{ connectionId }} to="/c/$connectionId/settings">
      Replace the key
    </Link>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { setupQuery } from '~/api/queries'

/** Where visitors book a demo, if the server offers one. */
export function DemoLink() {
  const { data: setup } = useQuery(setupQuery)
  const offer = setup?.book_demo
  if (!offer) return null
  if (offer.url !== null) {
    return (
      <a className="link" href={offer.url} rel="noreferrer">
        Book a demo
      </a>
    )
  }
  return (
    <Link className="link" to="/book-demo">
      Book a demo
    </Link>
  )
}

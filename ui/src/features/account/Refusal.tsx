import { Banner } from '~/components/Feedback'

/** What went wrong, and what to do about it. */
export interface Refusal {
  title: string
  advice: string
}

/** Why nobody is signed in. */
export function Refused({ title, advice }: Refusal) {
  return (
    <Banner title={title} tone="danger">
      {advice}
    </Banner>
  )
}

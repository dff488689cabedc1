import { Bar } from '~/features/shell/Bar'
import { Main } from '~/features/shell/Main'

import { PageError } from './PageError'
import { NotFound } from './root'

/** Where the frame of a connection's pages itself can't be shown: the way to another account stays. */
export function FrameError({ error }: { error: unknown }) {
  return (
    <>
      <Bar />
      <Main>
        <PageError error={error} />
      </Main>
    </>
  )
}

export function FrameNotFound() {
  return (
    <>
      <Bar />
      <Main>
        <NotFound />
      </Main>
    </>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { connectionsQuery, sessionQuery, sourcesQuery } from '~/api/queries'
import type { Source } from '~/api/types'
import { AskAdmin } from '~/components/AskAdmin'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { RightIcon } from '~/components/icons'
import { PageHead } from '~/components/PageHead'
import { countOf } from '~/format/number'
import { textsOf } from '~/sources'
import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'

import { KeyConnect } from './KeyConnect'
import { SampleConnect } from './SampleConnect'

export function ConnectPage() {
  useTitle('Connect an account')
  const sources = useQuery(sourcesQuery)
  const connections = useQuery(connectionsQuery)
  const [chosen, setChosen] = useState<string | null>(null)
  const source = sources.data?.find(({ id }) => id === chosen)
  const texts = source && textsOf(source)
  const isFirst = connections.data?.length === 0
  const mayManage = useMay('manage')
  const most = useQuery(sessionQuery).data?.limits.connections ?? null
  const isFull = most !== null && connections.data !== undefined && connections.data.length >= most
  if (!mayManage) {
    return (
      <div className="mx-auto flex w-full max-w-3xl flex-col gap-5">
        <PageHead title="Connect an account" />
        <AskAdmin title={isFirst ? 'No account is connected yet' : 'Only owners and admins can connect accounts'} />
      </div>
    )
  }
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-5">
      <PageHead
        lead={
          source
            ? 'Today’s figures appear within seconds, and history fills in behind them.'
            : isFirst
              ? 'Choose your billing system. Today’s figures appear within seconds, and history fills in behind them.'
              : 'You can connect several accounts. Choose a billing system.'
        }
        title="Connect an account"
      />
      {isFull && (
        <Banner title="This workspace can’t have more connections" tone="warn">
          It has {countOf(connections.data.length, 'connection')}, and {most} is the limit on this server. Remove one in its settings, or ask the
          person who runs the server for more.
        </Banner>
      )}
      {sources.error && <ErrorState error={sources.error} onRetry={() => void sources.refetch()} />}
      {sources.isPending && <SkeletonRows rows={4} />}
      {sources.data && !source && !isFull && <SourceChoice sources={sources.data} onChoose={setChosen} />}
      {source && (
        <button className="link self-start text-sm" type="button" onClick={() => setChosen(null)}>
          Choose another billing system
        </button>
      )}
      {source && texts?.key && <KeyConnect source={source} texts={texts.key} />}
      {source && !texts?.key && <SampleConnect source={source} />}
    </div>
  )
}

function SourceChoice({ sources, onChoose }: { sources: readonly Source[]; onChoose: (id: string) => void }) {
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {sources.map((source) => (
        <li key={source.id}>
          <button
            className="card flex h-full w-full items-start gap-3 p-5 text-left hover:bg-hover"
            type="button"
            onClick={() => onChoose(source.id)}
          >
            <span className="flex-1">
              <span className="block text-lg font-semibold">{source.name}</span>
              <span className="mt-1 block text-sm text-ink-soft">{textsOf(source).about}</span>
            </span>
            <RightIcon className="size-5 self-center text-ink-faint" />
          </button>
        </li>
      ))}
    </ul>
  )
}

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import { sessionQuery } from '~/api/queries'
import { Button } from '~/components/Button'
import { Banner, Skeleton } from '~/components/Feedback'
import { Dialog } from '~/components/Overlay'
import { TextArea } from '~/components/TextArea'
import { Toggle } from '~/components/Toggle'

import { personalTexts } from './mask'

/** A message to the person who runs the server, with a picture of the page if the reader wants that. */
export function FeedbackDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      isOpen
      title="Share feedback"
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
    >
      <Form onClose={onClose} />
    </Dialog>
  )
}

function Form({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const email = client.getQueryData(sessionQuery.queryKey)?.user.email
  const [text, setText] = useState('')
  const picture = useMutation({
    mutationFn: async () => {
      const { pictureOfPage } = await import('./picture')
      const answers = client.getQueryCache().getAll()
      return pictureOfPage(personalTexts(answers.map(({ state }) => state.data)))
    },
  })
  const send = useMutation({
    mutationFn: () =>
      api.post('/feedback', {
        text,
        // Without the query, which may hold what somebody searched for.
        page: window.location.pathname,
        ...(picture.data === undefined ? {} : { picture: picture.data.slice(picture.data.indexOf(',') + 1) }),
      }),
  })
  if (send.isSuccess) {
    return (
      <div className="flex flex-col gap-4">
        <Banner title="Thank you" tone="good">
          Your feedback is on its way. A reply goes to <bdi>{email}</bdi>.
        </Banner>
        <div className="flex justify-end">
          <Button kind="primary" onPress={onClose}>
            Done
          </Button>
        </div>
      </div>
    )
  }
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '' && !picture.isPending) send.mutate()
      }}
    >
      <p className="text-sm text-ink-soft">
        It goes to the people who run this Chartsy, with your name and email address, so that they can reply.
      </p>
      {send.error && (
        <Banner title="Your feedback was not sent" tone="danger">
          {failureText(send.error)}
        </Banner>
      )}
      <TextArea label="What’s on your mind?" maxLength={5_000} name="text" value={text} onChange={setText} />
      <Toggle
        hint="Names, email addresses and what you typed are masked. You see it before you send it."
        isDisabled={picture.isPending}
        isSelected={picture.isPending || picture.data !== undefined}
        label="Include a picture of this page"
        onChange={(isWanted) => (isWanted ? picture.mutate() : picture.reset())}
      />
      {picture.isPending && (
        <div aria-busy="true" aria-label="Taking the picture" role="status">
          <Skeleton className="h-48 w-full" />
        </div>
      )}
      {picture.error && (
        <Banner title="The picture could not be taken" tone="warn">
          You can send your feedback without it.
        </Banner>
      )}
      {picture.data !== undefined && (
        // The keyboard can scroll what it can focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div aria-label="Picture to be sent" className="max-h-64 overflow-y-auto rounded-lg border border-line" role="region" tabIndex={0}>
          <img alt="This page, with names masked" className="w-full" src={picture.data} />
        </div>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button isDisabled={text.trim() === '' || picture.isPending} isPending={send.isPending} kind="primary" type="submit">
          Send feedback
        </Button>
      </div>
    </form>
  )
}

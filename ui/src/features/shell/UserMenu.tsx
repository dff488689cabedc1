import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ComponentType } from 'react'

import { sessionQuery } from '~/api/queries'
import { UserIcon } from '~/components/icons'
import { MenuButton } from '~/components/Menu'
import { Segmented } from '~/components/Segmented'
import type { ThemeChoice } from '~/components/theme'
import { chooseTheme, useThemeChoice } from '~/components/theme'
import { useSignOut } from '~/features/account/useSignOut'
import { useStartTour } from '~/features/tour/useStartTour'
import { settingsArea } from '~/routes/fetched'

const THEMES: { id: ThemeChoice; label: string }[] = [
  { id: 'system', label: 'System' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
]

/** `onLeave`: something was chosen that is somewhere else. */
export function UserMenu({ onLeave }: { onLeave?: () => void }) {
  const { data: session } = useQuery(sessionQuery)
  const theme = useThemeChoice()
  const navigate = useNavigate()
  const signOut = useSignOut()
  const [Feedback, setFeedback] = useState<ComponentType<{ onClose: () => void }>>()
  const shareFeedback = () =>
    settingsArea().then(
      ({ FeedbackDialog }) => setFeedback(() => FeedbackDialog),
      // The shell says that the server is away.
      () => {},
    )
  const tour = useStartTour()
  const open = async (id: string) => {
    // It opens over the page, from here.
    if (id === 'feedback') return shareFeedback()
    onLeave?.()
    if (id === 'sign-out') {
      await signOut()
      return navigate({ to: '/login' })
    }
    if (id === 'tour') return tour?.()
    if (id === 'account') return navigate({ to: '/settings/account' })
    return navigate({ to: '/help/$page', params: { page: id === 'help' ? 'accounts' : 'README' } })
  }
  return (
    <div className="flex flex-col gap-2">
      <Segmented className="w-full *:flex-1" label="Theme" options={THEMES} value={theme} onChange={chooseTheme} />
      <MenuButton
        hasText
        className="flex items-center gap-2 rounded-lg px-2 py-2 text-left text-sm hover:bg-hover"
        entries={[
          { id: 'account', text: 'Your account' },
          { id: 'definitions', text: 'Metric definitions' },
          { id: 'help', text: 'Help with accounts' },
          ...(session?.takes_feedback ? [{ id: 'feedback', text: 'Share feedback' }] : []),
          ...(tour ? [{ id: 'tour', text: 'Take the tour' }] : []),
          { id: 'sign-out', text: 'Sign out', isApart: true },
        ]}
        label="Account"
        onAction={(id) => void open(id)}
      >
          <span className="grid size-8 place-items-center rounded-full bg-sunken text-ink-soft">
            <UserIcon />
          </span>
          <span className="min-w-0 flex-1">
            <bdi className="block truncate font-medium">{session?.user.full_name}</bdi>
            <span className="block truncate text-xs text-ink-soft">{session?.user.email}</span>
          </span>
      </MenuButton>
      {Feedback && <Feedback onClose={() => setFeedback(undefined)} />}
    </div>
  )
}

import type { KeyCheck, PermissionState } from '~/api/types'
import { Badge } from '~/components/Feedback'
import { AlertIcon, CheckIcon, CloseIcon } from '~/components/icons'

const STATE: Record<PermissionState, { label: string; ink: string }> = {
  granted: { label: 'Granted', ink: 'text-up' },
  missing: { label: 'Missing', ink: 'text-danger' },
  absent: { label: 'Not available', ink: 'text-warn' },
}

function StateIcon({ state }: { state: PermissionState }) {
  if (state === 'granted') return <CheckIcon />
  return state === 'missing' ? <CloseIcon /> : <AlertIcon />
}

/** Each permission with what is lost without it. Missing ones come first. */
export function PermissionList({ permissions }: { permissions: KeyCheck['permissions'] }) {
  const order: PermissionState[] = ['missing', 'absent', 'granted']
  const sorted = permissions.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  return (
    <ul aria-label="Key permissions" className="grid grid-cols-1 gap-x-6 sm:grid-cols-2">
      {sorted.map(({ kind, label, state, is_required, without }) => (
        <li key={kind} className={`flex gap-2.5 border-b border-line py-2 text-sm ${state === 'granted' ? '' : 'sm:col-span-2'}`}>
          <span className={`mt-0.5 ${STATE[state].ink}`}>
            <StateIcon state={state} />
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-x-2">
              {label}
              {state !== 'granted' && is_required && <Badge tone="danger">Required</Badge>}
            </span>
            {state !== 'granted' && <span className="block text-[0.8125rem] text-ink-soft">Without it you won’t see: {without}.</span>}
          </span>
          <span className={`text-[0.8125rem] ${STATE[state].ink}`}>{STATE[state].label}</span>
        </li>
      ))}
    </ul>
  )
}

import type { Session } from '~/api/types'

/** Whether there is a workspace whose pages the reader may open: some show nothing without two-factor sign-in or single sign-on. */
export const canOpenWorkspace = ({ workspace }: Session): boolean => workspace !== null && !workspace.lacks_two_factor && !workspace.lacks_sign_on

const OPEN_TO_ALL: ReadonlySet<string> = new Set(['/no-workspace', '/workspaces/new', '/settings/account'])

/** What somebody can open who is signed in and can't open a workspace. */
export const isOpenWithoutWorkspace = (pathname: string): boolean => OPEN_TO_ALL.has(pathname) || pathname.startsWith('/help')

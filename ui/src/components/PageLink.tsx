import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { IS_SHARED } from '~/api/visit'

/** A link to another page. On one that is shared by a link there are no others: then its text is all. */
export const PageLink: typeof Link = IS_SHARED ? ((({ children }: { children?: ReactNode }) => <>{children}</>) as unknown as typeof Link) : Link

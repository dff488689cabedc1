import { IS_SHARED } from '~/api/visit'

/** What opens something beside the page: not there for who has only a link to the page. */
export const unshared = <T>(open: T): T | undefined => (IS_SHARED ? undefined : open)

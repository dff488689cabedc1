/** The visit to a page that somebody shared by a link: who opens one has no account here, and sees nothing but that page. */

/** Whether this is such a page. A document is one for as long as it is open. */
export const IS_SHARED = typeof window !== 'undefined' && window.location.pathname.startsWith('/shared/')

/** What lets it ask for figures: in memory only, so that it needs no cookie in another site's frame. */
export const visit = {
  token: '',
  /** Opens the link again, when its token has ended. Says whether it could. */
  renew: (): Promise<boolean> => Promise.resolve(false),
}

/** The sections of the help that pages lead to when something doesn't work. A test checks that they exist. */
export const PLACES = {
  endedLink: { page: 'sign-in-help', hash: 'a-link-to-confirm-or-to-reset-doesnt-work-anymore' },
  endedInvitation: { page: 'sign-in-help', hash: 'an-invitation-has-ended' },
  otherInvitation: { page: 'sign-in-help', hash: 'an-invitation-is-for-another-email-address' },
  singleSignOn: { page: 'sign-in-help', hash: 'single-sign-on-doesnt-let-you-in' },
  endedShareLink: { page: 'share-links', hash: 'a-link-doesnt-work-anymore' },
  deletedAccount: { page: 'create-an-account', hash: 'deleting-your-account' },
} as const satisfies Record<string, { page: string; hash: string }>

export type Place = keyof typeof PLACES

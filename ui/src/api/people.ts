/** Requests about people: who belongs to the workspace, who was invited, where somebody is signed in, and who did what. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'

import { api } from './client'
import type { Query } from './client'
import { allPages } from './queries'
import type { ApiToken, AuditEntry, AuditPage, BrowserSession, Identity, Invitation, InvitationOffer, Member, Passkeys, ShareLink, SignOnRule, TwoFactorState } from './types'

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => (await api.get<{ data: Member[] }>('/members', {}, signal)).data,
})

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: async ({ signal }) => (await api.get<{ data: Invitation[] }>('/invitations', {}, signal)).data,
})

/** What a link offers. Asked by POST, so that its code is in no address. */
export const offerQuery = (code: string) =>
  queryOptions({
    queryKey: ['invitation', code],
    staleTime: 60_000,
    queryFn: ({ signal }) => api.post<InvitationOffer>('/invitations/read', { code }, signal),
  })

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }) => (await api.get<{ data: ApiToken[] }>('/tokens', {}, signal)).data,
})

export const shareLinksQuery = queryOptions({
  queryKey: ['share links'],
  queryFn: async ({ signal }) => (await api.get<{ data: ShareLink[] }>('/share-links', {}, signal)).data,
})

export const browserSessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await api.get<{ data: BrowserSession[] }>('/me/sessions', {}, signal)).data,
})

export const twoFactorQuery = queryOptions({
  queryKey: ['two factor'],
  queryFn: ({ signal }) => api.get<TwoFactorState>('/me/two-factor', {}, signal),
})

export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: ({ signal }) => api.get<Passkeys>('/me/passkeys', {}, signal),
})

export const identitiesQuery = queryOptions({
  queryKey: ['identities'],
  queryFn: async ({ signal }) => (await api.get<{ data: Identity[] }>('/me/identities', {}, signal)).data,
})

export const signOnRulesQuery = queryOptions({
  queryKey: ['sign-on rules'],
  queryFn: async ({ signal }) => (await api.get<{ data: SignOnRule[] }>('/sign-on/rules', {}, signal)).data,
})

const AUDIT_PAGE = 100

/** Newest first. What is on the page stays there while another filter's answer is on its way. */
export const auditQuery = (query: Query) =>
  infiniteQueryOptions({
    queryKey: ['audit', query],
    placeholderData: keepPreviousData,
    initialPageParam: '' as string | number,
    queryFn: ({ signal, pageParam }) => api.get<AuditPage>('/audit', { limit: AUDIT_PAGE, cursor: pageParam, ...query }, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

export const allAuditEntries = (query: Query, onProgress: (rows: number) => void) => allPages<AuditEntry>('/audit', query, onProgress)

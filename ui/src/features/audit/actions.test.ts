import { describe, expect, it } from 'vitest'

import type { AuditEntry } from '~/api/types'
import { AUDIT_KINDS } from '~/view/pageSearch'

import { KIND, actionText, actorText, detailText, namesOf, subjectText } from './actions'
import { auditFile, periodQuery } from './file'

const entry = (patch: Partial<AuditEntry>): AuditEntry => ({
  number: 1,
  at: 1_790_000_000,
  actor_kind: 'user',
  actor_id: 'usr_1',
  actor_name: 'ada',
  action: 'member.role_changed',
  subject: 'usr_2',
  detail: 'from billing_admin to member',
  address: '192.0.2.1',
  ...patch,
})

describe('an entry of the audit log', () => {
  it('says what was done in plain words', () => {
    expect(actionText('member.removed')).toBe('Removed a member')
  })

  it('is readable where the server knows more than the page', () => {
    expect(actionText('report.sent_late')).toBe('Report: sent late')
  })

  it('says who did it', () => {
    expect(actorText(entry({}))).toBe('ada')
    expect(actorText(entry({ actor_kind: 'token', actor_name: 'ci' }))).toBe('Token ci')
    expect(actorText(entry({ actor_kind: 'visitor', actor_name: null }))).toBe('Someone who wasn’t signed in')
  })

  it('names whom it was done to, also those who have left', () => {
    const joined = entry({ action: 'member.joined', actor_id: 'usr_2', actor_name: 'bob', subject: null })
    const names = namesOf([joined], [{ id: 'conn_1', name: 'Northwind' }])
    expect(subjectText(entry({}), names)).toBe('bob')
    expect(subjectText(entry({ subject: 'conn_1' }), names)).toBe('Northwind')
    expect(subjectText(entry({ subject: 'usr_9' }), names)).toBe('usr_9')
    expect(subjectText(entry({ action: 'member.invited', subject: 'by link' }), names)).toBe('With a link for anyone')
  })

  it('names roles as the pages do', () => {
    expect(detailText(entry({}))).toBe('From billing admin to member')
    expect(detailText(entry({ detail: 'read_metrics' }))).toBe('Read metrics')
  })

  it('is a line of a file, with the time in UTC and the action in both ways', () => {
    const { columns, rows } = auditFile([entry({})], new Map([['usr_2', 'bob']]))
    expect(Object.fromEntries(columns.map((column, at) => [column, rows[0]?.[at]]))).toEqual({
      at: '2026-09-21T14:13:20.000Z',
      actor_kind: 'user',
      actor: 'ada',
      action: 'member.role_changed',
      action_text: 'Changed a member’s role',
      subject: 'usr_2',
      subject_name: 'bob',
      detail: 'from billing_admin to member',
      address: '192.0.2.1',
    })
  })
})

describe('the filters', () => {
  it('have a name for each kind', () => {
    expect(AUDIT_KINDS.every((kind) => KIND[kind])).toBe(true)
  })

  it('take both days whole', () => {
    const { from, until } = periodQuery({ since: '2026-03-01', until: '2026-03-01' })
    expect(Number(until) - Number(from)).toBe(86_400)
    expect(periodQuery({})).toEqual({})
  })
})

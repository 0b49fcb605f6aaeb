import type { MessageView } from '../../../src/domain/views.ts'
import { exactTime, soonTime, timeOf } from '../parts/time.ts'
import { text } from '../text/text.ts'
import css from './event-line.module.css'

/** A line the system wrote: who did what with the conversation. */
export function EventLine({ message }: { readonly message: MessageView }) {
  return (
    <p className={css['event']}>
      <bdi>{wordsOf(message)}</bdi>
      <time dateTime={message.createdAt} title={exactTime(message.createdAt)}>
        {timeOf(message.createdAt)}
      </time>
    </p>
  )
}

const isInstant = (value: string): boolean => /^\d{4}-\d\d-\d\dT/.test(value)

const strategies: Readonly<Record<string, string>> = text.strategies
const priorities: Readonly<Record<string, string>> = text.priority

/** An event in plain words. */
export function wordsOf({ event, author, text: fallback }: MessageView): string {
  if (!event) return fallback
  const words = text.thread.events
  const byPerson = author.kind === 'agent'
  const by = author.name || text.thread.who.system
  const { agentName, value = '' } = event
  switch (event.name) {
    case 'assigned':
      if (!byPerson) {
        return words.routed(agentName ?? words.nobody, strategies[value] ?? (value || words.automatically))
      }
      return !agentName || agentName === author.name ? words.took(by) : words.assigned(by, agentName)
    case 'unassigned':
      return words.unassigned(by, agentName)
    case 'resolved':
      return words.resolved(by)
    case 'reopened':
      return byPerson ? words.reopened(by) : words.reopenedByCustomer
    case 'opened':
      return byPerson ? words.opened(by) : words.woke
    case 'snoozed':
      return words.snoozed(by, isInstant(value) ? soonTime(value) : value)
    case 'pending':
      return words.pending(by)
    case 'priority-changed':
      return words.priority(by, (priorities[value] ?? value).toLowerCase())
    case 'team-changed':
      return value === '' ? words.noTeam(by) : words.team(by, value)
    case 'category-changed':
      return value === '' ? words.noCategory(by) : words.category(by, value)
    case 'filed-spam':
      return words.filedSpam(by)
    case 'unfiled':
      return byPerson ? words.unfiled(by) : words.reopenedByCustomer
    case 'contact-changed':
      return words.contactChanged(by, value)
    case 'continued':
      return words.continued(value)
    case 'continuation-failed':
      return words.continuationFailed(value)
    case 'opted-out':
      return words.optedOut
    case 'opted-in':
      return words.optedIn
    case 'sent-back':
      return words.sentBack(by)
    case 'lapsed':
      return words.lapsed(agentName ?? words.nobody)
    case 'owner-left':
      return words.ownerLeft(agentName ?? words.nobody)
    case 'escalated':
      return words.escalated(value)
    case 'tags-changed':
      return words.tags(by, value)
  }
}

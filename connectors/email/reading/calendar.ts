import ICAL from 'ical.js'

const LONGEST = 200_000
const EVENTS = 10
const ATTENDEES = 50
const TITLES: Readonly<Record<string, string>> = {
  REQUEST: 'Invitation',
  REPLY: 'Answer to an invitation',
  CANCEL: 'Cancelled',
  COUNTER: 'Another time is proposed',
  DECLINECOUNTER: 'The other time is declined',
  REFRESH: 'Asks for the current invitation',
  PUBLISH: 'Event',
  ADD: 'Invitation to more dates',
}
const ANSWERS: Readonly<Record<string, string>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
  DELEGATED: 'delegated',
  'NEEDS-ACTION': 'no answer yet',
  COMPLETED: 'completed',
  'IN-PROCESS': 'in process',
}

/** An invitation in words: what, when, where, by whom, who comes. Undefined when it cannot be read. Never throws. */
export function calendarText(ics: string): string | undefined {
  if (ics.length > LONGEST) return undefined
  try {
    const calendar = new ICAL.Component(ICAL.parse(ics) as unknown[])
    const method = textOf(calendar, 'method').toUpperCase()
    const events = calendar
      .getAllSubcomponents('vevent')
      .slice(0, EVENTS)
      .map((event) => eventText(event, method))
    return events.length === 0 ? undefined : events.join('\n\n')
  } catch {
    return undefined
  }
}

function eventText(event: ICAL.Component, method: string): string {
  const cancelled = method === 'CANCEL' || textOf(event, 'status').toUpperCase() === 'CANCELLED'
  const title = cancelled ? 'Cancelled' : (TITLES[method] ?? 'Event')
  const where = textOf(event, 'location')
  const repeats = event.getFirstProperty('rrule') !== null
  const organiser = event.getFirstProperty('organizer')
  const attendees = event.getAllProperties('attendee').slice(0, ATTENDEES)
  return [
    `${title}: ${textOf(event, 'summary') || 'without a title'}`,
    `When: ${when(event)}${repeats ? ', repeated' : ''}`,
    where === '' ? '' : `Where: ${where}`,
    organiser === null ? '' : `Organiser: ${person(organiser)}`,
    attendees.length === 0
      ? ''
      : `Attendees: ${attendees.map((attendee) => `${person(attendee)} (${answer(attendee)})`).join(', ')}`,
  ]
    .filter((line) => line !== '')
    .join('\n')
}

function when(event: ICAL.Component): string {
  const start = event.getFirstProperty('dtstart')
  if (start === null) return 'not said'
  const end = event.getFirstProperty('dtend')
  const from = instant(start)
  const to = end === null ? '' : instant(end)
  const zone = zoneOf(start)
  const sameDay = to.slice(0, 10) === from.slice(0, 10) && from.length > 10
  const until = to === '' || to === from ? '' : ` – ${sameDay ? to.slice(11) : to}`
  const otherZone = end !== null && zoneOf(end) !== zone ? ` (${zoneOf(end)})` : ''
  return `${from}${otherZone === '' ? '' : ` (${zone})`}${until}${otherZone || (zone === '' ? '' : ` (${zone})`)}`
}

function instant(property: ICAL.Property): string {
  const value = String(property.getFirstValue() ?? '')
  return value
    .replace('T', ' ')
    .replace(/Z$/, '')
    .replace(/^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}):00$/, '$1')
    .slice(0, 40)
}

/** The zone as the sender names it; none where a day is meant. */
function zoneOf(property: ICAL.Property): string {
  const value = String(property.getFirstValue() ?? '')
  if (!value.includes('T')) return ''
  const zone = property.getFirstParameter('tzid') as string | undefined
  if (value.endsWith('Z')) return 'UTC'
  return oneLine(zone ?? 'local time')
}

function person(property: ICAL.Property): string {
  const address = oneLine(String(property.getFirstValue() ?? '')).replace(/^mailto:/i, '')
  const name = oneLine((property.getFirstParameter('cn') as string | undefined) ?? '')
  return name === '' || name === address ? address : `${name} <${address}>`
}

function answer(property: ICAL.Property): string {
  const status = (
    (property.getFirstParameter('partstat') as string | undefined) ?? 'NEEDS-ACTION'
  ).toUpperCase()
  return ANSWERS[status] ?? 'no answer yet'
}

function textOf(component: ICAL.Component, name: string): string {
  const value = component.getFirstPropertyValue(name)
  return typeof value === 'string' ? oneLine(value) : ''
}

const oneLine = (text: string): string =>
  text
    .slice(0, 1_000)
    .replace(/[\0-\x1f\x7f\s]+/gu, ' ')
    .trim()
    .slice(0, 500)

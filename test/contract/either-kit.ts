/** What a connector with two ways in must keep to beside what each of them must. */
import { journaledFixtures } from './connector-kit.ts'
import { type Check, sidesOf, subjectOf } from './kit-subject.ts'

const waysAreProven: Check = ({ connector, fixtures }) => {
  if (connector.inbound.kind !== 'either') return []
  return sidesOf(connector, fixtures).length === 2 ? [] : ['its session is not proven']
}

const understandsBoth: Check = async ({ connector, fixtures }) => {
  const { inbound } = connector
  if (inbound.kind !== 'either') return []
  const found: string[] = []
  for (const side of sidesOf(connector, fixtures)) {
    for (const [what, request] of Object.entries(
      journaledFixtures(subjectOf(side.connector, side.fixtures)),
    )) {
      const [called, pulled] = [inbound.webhook.parse(request), await inbound.session.parse(request)]
      if (JSON.stringify(called) !== JSON.stringify(pulled))
        found.push(`makes of ${what}, which came by ${side.way}, one thing here and another there`)
    }
  }
  return found
}

const choosesPurely: Check = ({ connector, config }) => {
  const { inbound } = connector
  if (inbound.kind !== 'either') return []
  const found: string[] = []
  for (const reachable of [true, false]) {
    const way = inbound.choose(config, { reachable })
    if (way !== 'webhook' && way !== 'session') found.push(`chooses ${String(way)}`)
    if (inbound.choose({ ...config }, { reachable }) !== way) found.push('chooses otherwise when asked again')
  }
  return found
}

/** Every check by what it promises; nothing of a connector with one way in. */
export const EITHER_CHECKS: Readonly<Record<string, Check>> = {
  'both of its ways in are proven': waysAreProven,
  'what one way brought, the other understands alike': understandsBoth,
  'it chooses its way by settings and reach alone': choosesPurely,
}

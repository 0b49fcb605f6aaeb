import type { RoutingText } from './en-routing.ts'
import { routingWords } from './en-routing.ts'

/** The words of the routing pages. Apart from the others, so that the first screen does not carry them. */
export const routingText: RoutingText = routingWords

import type { ChannelDirectory } from './channel-directory.ts'

/** What the demo page can show. */
export type DemoWidget =
  | { readonly kind: 'snippet'; readonly snippet: string }
  | { readonly kind: 'no-channel' }
  | { readonly kind: 'origin-not-allowed' }

/** The widget of the first active channel that has one, if it may be shown on a page of ours. */
export async function findDemoWidget(deps: {
  readonly directory: Pick<ChannelDirectory, 'all'>
  readonly publicUrl: string
  readonly clock: () => number
}): Promise<DemoWidget> {
  const { directory, publicUrl, clock } = deps
  const candidates = (await directory.all())
    .filter(({ paused, connector }) => !paused && connector.visitors !== undefined)
    .toSorted((a, b) => a.record.createdAtMs - b.record.createdAtMs || (a.id < b.id ? -1 : 1))
  if (candidates.length === 0) return { kind: 'no-channel' }
  const { origin } = new URL(publicUrl)
  for (const { id, config, connector } of candidates) {
    const { visitors } = connector
    if (visitors?.issueTicket(origin, config, clock()) === undefined) continue
    return { kind: 'snippet', snippet: visitors.snippet(config, { id, publicUrl }) }
  }
  return { kind: 'origin-not-allowed' }
}

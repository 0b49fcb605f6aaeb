import type { ChannelId } from '../domain/ids.ts'
import type { LetterSourceStore } from '../store/letter-source-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { ArrivedReport } from './parse-entries.ts'

interface ReportDeps {
  readonly messages: Pick<MessageStore, 'findByExternalIds'>
  readonly letterSources: Pick<LetterSourceStore, 'hold'>
}

/** What is reported of no message that we know is kept a day longer than it waits for one. */
const KEPT_MS = 8 * 86_400_000

/** The name under which a platform's report on a message of ours is kept. */
export const reportName = (channelId: ChannelId, externalId: string): string =>
  `report:${channelId}:${externalId}`

/** Keeps reports before they have their effect, since their messages may not be there yet. Safe to repeat. */
export async function keepReports(
  reports: readonly ArrivedReport[],
  {
    letterSources,
    now,
  }: { readonly letterSources: Pick<LetterSourceStore, 'keep'>; readonly now: () => number },
): Promise<void> {
  for (const { channelId, externalId, bytes, contentType } of reports) {
    const expiresAt = new Date(now() + KEPT_MS)
    await letterSources.keep(reportName(channelId, externalId), bytes, contentType, expiresAt)
  }
}

/** Keeps those reports for good that messages have. Safe to repeat. */
export async function holdReports(
  reports: readonly Pick<ArrivedReport, 'channelId' | 'externalId'>[],
  { messages, letterSources }: ReportDeps,
): Promise<void> {
  for (const { channelId, externalId } of reports) {
    const found = await messages.findByExternalIds(channelId, [externalId])
    if (found.some(({ delivery }) => delivery?.hasReport)) {
      await letterSources.hold([reportName(channelId, externalId)])
    }
  }
}

import type { Connection } from 'mongoose'
import type { RoutingSettingsView } from '../domain/routing-views.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey } from './object-id.ts'

/** What holds for the whole workspace, as stored. */
export type RoutingSettings = RoutingSettingsView

type SettingsDocument = Partial<Omit<RoutingSettings, 'version'>> & { _id: string; version: number }

const ONLY = 'routing'
/** As before anybody changed anything: two minutes of grace, no limits, no hours. */
const UNCHANGED: RoutingSettings = {
  countSnoozed: false,
  countPending: false,
  presenceGraceMs: 120_000,
  holidays: [],
  tagSkills: [],
  version: 0,
}

export type RoutingSettingsStore = ReturnType<typeof createRoutingSettingsStore>

/** The one document about routing as a whole. */
export function createRoutingSettingsStore(connection: Connection) {
  const settings = nativeCollection<SettingsDocument>(connection, 'routing_settings')

  return {
    async read(): Promise<RoutingSettings> {
      const found = await settings.findOne({ _id: ONLY })
      if (!found) return UNCHANGED
      const { _id, ...fields } = found
      return { ...UNCHANGED, ...fields }
    },

    /** Replaces the settings if they still have the version they are given with. */
    async replace({ version, ...next }: RoutingSettings): Promise<RoutingSettings | undefined> {
      const document = { ...next, version: version + 1 }
      if (version > 0) {
        const { matchedCount } = await settings.replaceOne({ _id: ONLY, version }, document)
        return matchedCount === 1 ? document : undefined
      }
      try {
        await settings.insertOne({ _id: ONLY, ...document })
        return document
      } catch (error) {
        if (isDuplicateKey(error)) return undefined
        throw error
      }
    },
  }
}

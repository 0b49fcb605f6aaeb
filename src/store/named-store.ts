import type { Connection, mongo } from 'mongoose'
import { nativeCollection } from './native.ts'
import { isDuplicateKey, newObjectId, toObjectId } from './object-id.ts'

/** Something that people give a name, no two of which differ only by case. */
export type Named<Id extends string, Fields> = Fields & {
  readonly id: Id
  readonly name: string
  readonly version: number
}

interface NamedDocument<Fields> {
  _id: mongo.ObjectId
  name: string
  nameKey: string
  fields: Fields
  createdAt: Date
  version: number
}

export type NamedStore<Id extends string, Fields> = ReturnType<typeof createNamedStore<Id, Fields>>

/** What makes two names one. */
export const nameKeyOf = (name: string): string =>
  name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase()

/** A small collection of named things that is read whole: teams, categories, skills. */
export function createNamedStore<Id extends string, Fields>(connection: Connection, collection: string) {
  const things = nativeCollection<NamedDocument<Fields>>(connection, collection)
  type Thing = Named<Id, Fields>

  const toRecord = ({ _id, name, fields, version }: mongo.WithId<NamedDocument<Fields>>): Thing => ({
    ...(fields as Fields),
    id: _id.toHexString() as Id,
    name,
    version,
  })

  return {
    async ensureIndexes(): Promise<void> {
      await things.createIndex({ nameKey: 1 }, { name: 'name', unique: true })
    },

    /** @returns undefined when the name is taken */
    async insert(name: string, fields: Fields, at: Date): Promise<Thing | undefined> {
      const document = {
        _id: newObjectId(),
        name,
        nameKey: nameKeyOf(name),
        fields,
        createdAt: at,
        version: 1,
      }
      try {
        await things.insertOne(document as mongo.OptionalUnlessRequiredId<NamedDocument<Fields>>)
        return { ...fields, id: document._id.toHexString() as Id, name, version: 1 }
      } catch (error) {
        if (isDuplicateKey(error)) return undefined
        throw error
      }
    },

    async get(id: string): Promise<Thing | undefined> {
      const found = await things.findOne({ _id: toObjectId(id) } as mongo.Filter<NamedDocument<Fields>>)
      return found ? toRecord(found) : undefined
    },

    /** All of them, by name. */
    async list(): Promise<readonly Thing[]> {
      return (await things.find({}).sort({ nameKey: 1 }).toArray()).map(toRecord)
    },

    async count(): Promise<number> {
      return things.estimatedDocumentCount()
    },

    /** Replaces name and fields if it still has `version`; tells what stood in the way otherwise. */
    async replace(
      id: string,
      version: number,
      name: string,
      fields: Fields,
    ): Promise<Thing | 'version-conflict' | 'name-taken'> {
      try {
        const found = await things.findOneAndUpdate(
          { _id: toObjectId(id), version } as mongo.Filter<NamedDocument<Fields>>,
          {
            $set: { name, nameKey: nameKeyOf(name), fields },
            $inc: { version: 1 },
          } as unknown as mongo.UpdateFilter<NamedDocument<Fields>>,
          { returnDocument: 'after' },
        )
        return found ? toRecord(found) : 'version-conflict'
      } catch (error) {
        if (isDuplicateKey(error)) return 'name-taken'
        throw error
      }
    },

    /** Removes it if it still has `version`. */
    async remove(id: string, version: number): Promise<boolean> {
      const filter = { _id: toObjectId(id), version } as mongo.Filter<NamedDocument<Fields>>
      return (await things.deleteOne(filter)).deletedCount === 1
    },
  }
}

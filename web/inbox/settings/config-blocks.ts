import type { ConfigField, ShowCondition } from '../../../src/contract/config-field.ts'

/** Fields that stand together: one alone, or those that the same choice brings about. */
export interface ConfigBlock {
  readonly key: string
  readonly fields: readonly ConfigField[]
  /** They belong to what another field was set to. */
  readonly dependent: boolean
}

/** A settings form in parts. */
export interface ConfigParts {
  readonly main: readonly ConfigBlock[]
  /** What works as it is: folded away where the form would be long. */
  readonly spare: readonly ConfigBlock[]
}

/** Up to so many fields stand in one piece. */
const LONG_FROM = 10

const conditionsOf = ({ showWhen }: ConfigField): readonly ShowCondition[] =>
  showWhen === undefined ? [] : [showWhen].flat()

const conditionKey = (field: ConfigField): string => JSON.stringify(conditionsOf(field))

/**
 * Puts the fields that are shown together: those that the same choice brings about are one block, and in a long form
 * whatever nobody has to set stands apart, with all that depends on it.
 */
export function configParts(shown: readonly ConfigField[]): ConfigParts {
  const blocks: ConfigBlock[] = []
  for (const field of shown) {
    const dependent = conditionsOf(field).length > 0
    const last = blocks.at(-1)
    if (
      dependent &&
      last?.dependent &&
      last.fields[0] &&
      conditionKey(last.fields[0]) === conditionKey(field)
    ) {
      blocks[blocks.length - 1] = { ...last, fields: [...last.fields, field] }
    } else blocks.push({ key: field.key, fields: [field], dependent })
  }
  if (shown.length <= LONG_FROM) return { main: blocks, spare: [] }
  const spareKeys = new Set<string>()
  const asksForMore = ({ key }: ConfigField): boolean =>
    shown.some((other) => !canStay(other) && conditionsOf(other).some((condition) => condition.key === key))
  const isSpare = ({ fields }: ConfigBlock): boolean => {
    const conditions = fields.flatMap(conditionsOf)
    const followsSpare = conditions.some(({ key }) => spareKeys.has(key))
    const spare =
      followsSpare || (conditions.length === 0 && fields.every(canStay) && !fields.some(asksForMore))
    if (spare) for (const { key } of fields) spareKeys.add(key)
    return spare
  }
  const sorted = blocks.map((block) => [block, isSpare(block)] as const)
  return {
    main: sorted.flatMap(([block, spare]) => (spare ? [] : [block])),
    spare: sorted.flatMap(([block, spare]) => (spare ? [block] : [])),
  }
}

/** Nobody has to touch it. A secret that somebody types is never there by itself, needed in every case or in some. */
const canStay = ({ required, kind, default: given }: ConfigField): boolean =>
  kind !== 'secret' && (!required || (given !== undefined && given !== ''))

/**
 * The keys of fields that take a whole line: short ones stand side by side, and one without a neighbour is as wide as
 * the others, so that the form has one edge. Tiny ones never are.
 */
export function wideFields(
  blocks: readonly ConfigBlock[],
  isShort: (field: ConfigField) => boolean,
  isTiny: (field: ConfigField) => boolean,
): ReadonlySet<string> {
  const wide = new Set<string>()
  let waiting: ConfigField | undefined
  const settle = (): void => {
    if (waiting && !isTiny(waiting)) wide.add(waiting.key)
    waiting = undefined
  }
  for (const { fields, dependent } of blocks) {
    if (dependent) settle()
    for (const field of fields) {
      if (!isShort(field)) {
        settle()
        wide.add(field.key)
      } else waiting = waiting ? undefined : field
    }
    if (dependent) settle()
  }
  settle()
  return wide
}

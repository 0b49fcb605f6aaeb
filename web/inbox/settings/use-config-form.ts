import { useState } from 'react'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { ConfigValue } from '../../../src/domain/commands.ts'
import type { ConfigInputs } from '../../shared/config-values.ts'
import { configOf, faultOf } from '../../shared/config-values.ts'
import { ProblemError } from '../../shared/problem.ts'
import { fieldErrors } from '../entrance/fields.ts'
import { faultWords } from './config-fields.tsx'

/** A generated settings form over what is typed into it, which its caller keeps. */
export function useConfigForm({
  fields,
  stored = {},
  inputs,
  onType,
}: {
  readonly fields: readonly ConfigField[]
  readonly stored?: Readonly<Record<string, ConfigValue>>
  readonly inputs: ConfigInputs
  readonly onType: (inputs: ConfigInputs) => void
}) {
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const secretsSet = fields.flatMap(({ key, kind }) =>
    kind === 'secret' && stored[key] === true ? [key] : [],
  )
  return {
    inputs,
    errors,
    secretsSet,
    change: (key: string, value: string | boolean) => {
      onType({ ...inputs, [key]: value })
      setErrors(({ [key]: _fixed, ...rest }) => rest)
    },
    /** The settings to send, or undefined while something is wrong with them. */
    read: (): Record<string, ConfigValue> | undefined => {
      const found = fields.flatMap((field) => {
        const fault = faultOf(field, inputs, secretsSet.includes(field.key))
        return fault ? [[field.key, faultWords(fault)] as const] : []
      })
      setErrors(Object.fromEntries(found))
      return found.length === 0 ? configOf(fields, inputs) : undefined
    },
    /** Puts the server's complaints beside their fields; false when it named none of them. */
    complain: (error: unknown): boolean => {
      if (!(error instanceof ProblemError)) return false
      const named = Object.entries(fieldErrors(error)).flatMap(([path, words]) => {
        const key = path.replace(/^config\./, '').split('.')[0] ?? ''
        return fields.some((field) => field.key === key) ? [[key, words] as const] : []
      })
      setErrors(Object.fromEntries(named))
      return named.length > 0
    },
  }
}

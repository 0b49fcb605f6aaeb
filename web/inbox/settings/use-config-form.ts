import { useState } from 'react'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { ConfigValue } from '../../../src/domain/commands.ts'
import type { ConfigInputs } from '../../shared/config-values.ts'
import { configOf, faultOf, initialInputs } from '../../shared/config-values.ts'
import { ProblemError } from '../../shared/problem.ts'
import { fieldErrors } from '../entrance/fields.ts'
import { faultWords } from './config-fields.tsx'

/** The state of a generated settings form. */
export function useConfigForm(
  fields: readonly ConfigField[],
  stored: Readonly<Record<string, ConfigValue>> = {},
) {
  const [inputs, setInputs] = useState<ConfigInputs>(() => initialInputs(fields, stored))
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const secretsSet = fields.flatMap(({ key, kind }) =>
    kind === 'secret' && stored[key] === true ? [key] : [],
  )
  return {
    inputs,
    errors,
    secretsSet,
    change: (key: string, value: string | boolean) => {
      setInputs((before) => ({ ...before, [key]: value }))
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

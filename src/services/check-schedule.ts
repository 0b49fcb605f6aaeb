import { AppError } from '../domain/errors.ts'
import { checkSchedule, type WorkingHours } from '../domain/routing/hours.ts'

/** @throws AppError `invalid-input` for hours that end before they begin, zones nobody knows and the like */
export function requireSoundSchedule(schedule: WorkingHours | null | undefined): void {
  if (!schedule) return
  const errors = checkSchedule(schedule).map(({ path, code, message }) => ({
    field: `schedule.${path}`,
    code,
    message,
  }))
  const [first] = errors
  if (!first) return
  throw new AppError('invalid-input', { detail: first.message, field: first.field, errors })
}

import { useMutation } from '@tanstack/react-query'
import { isProblem } from '../../shared/problem.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'

/** A write that may meet a newer version, or something that is still in use; says what happened. */
export function useGroupChange<Input, Answer>(options: {
  readonly name: string
  readonly write: (input: Input) => Promise<Answer>
  readonly onDone: (answer: Answer) => void
  /** Reads again what somebody else changed. */
  readonly reload: () => void
  readonly silent?: boolean
}) {
  const { name, write, onDone, reload, silent } = options
  return useMutation({
    mutationFn: write,
    onSuccess: (answer) => {
      onDone(answer)
      if (!silent) tellDone(text.general.saved)
    },
    onError: (error) => {
      if (isProblem(error, 'version-conflict')) {
        reload()
        tellInfo(text.conversation.conflictTitle, routingText.groups.conflict)
      } else if (isProblem(error, 'in-use')) {
        const { errors = [], detail, title } = error.problem
        const places = errors.map(({ message }) => message).join(', ')
        tellInfo(
          routingText.groups.inUse(name),
          places === '' ? (detail ?? title) : routingText.groups.usedBy(places),
        )
      } else {
        tellError(error)
      }
    },
  })
}

import { ProblemError } from '../../shared/problem.ts'
import { text } from '../text/text.ts'

interface Toast {
  readonly color: 'red' | 'brand' | 'green'
  readonly title?: string
  readonly message: string
  readonly autoClose: number
}

async function show(toast: Toast): Promise<void> {
  const { notifications } = await import('@mantine/notifications')
  notifications.show({ ...toast, closeButtonProps: { 'aria-label': text.general.close } })
}

/** Says that something failed, in the server's words. */
export function tellError(error: unknown): void {
  const problem = error instanceof ProblemError ? error.problem : undefined
  void show({
    color: 'red',
    title: problem?.detail ? problem.title : text.general.failedTitle,
    message: problem?.detail ?? problem?.title ?? (error instanceof Error ? error.message : String(error)),
    autoClose: 8_000,
  })
}

/** Says something worth knowing. */
export function tellInfo(title: string, message: string): void {
  void show({ color: 'brand', title, message, autoClose: 6_000 })
}

/** Says that it worked. */
export function tellDone(message: string): void {
  void show({ color: 'green', message, autoClose: 3_000 })
}
